"""What several plots share: data, bars with their numbers, axes of shares and of dose levels, and the frame."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import altair as alt

from dosepath.reports.plots.theme import Theme
from dosepath.reports.words import Caption

Row: TypeAlias = Mapping[str, Any]
"""One row of the data of a plot."""

Chart: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart | alt.HConcatChart | alt.VConcatChart
"""Any plot."""

PERCENT = "round(1000 * datum.value) / 10 + ' %'"
"""Labels of an axis of shares."""

LINES = "split(datum.label, '|')"
"""Labels of several lines; the data part them by a bar."""

STANDARD_ERRORS = 1.96
"""To each side of a simulated share."""


def data(rows: Sequence[Row]) -> alt.InlineData:
    """Put rows into a plot."""
    return alt.InlineData(values=[dict(row) for row in rows])


def shares(title: str, most: float, *, lines: int = 1) -> dict[str, Any]:
    """Describe an axis of shares or probabilities, with room for some lines of text over the highest."""
    axis = {"title": title, "labelExpr": PERCENT, "values": steps(most)}
    return {"axis": axis, "scale": {"domain": [0, room(most, lines)], "nice": False}}


def steps(most: float) -> list[float]:
    """Give round shares from 0 to a bit more than the most, never above 1, for the labels of an axis.

    Examples
    --------
    >>> steps(0.43), steps(1)
    ([0.0, 0.1, 0.2, 0.3, 0.4], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    """
    end = min(room(most), 1.0)
    step = next((each for each in _STEPS if end <= MOST_LABELS * each + EPSILON), _STEPS[-1])
    return [round(number * step, 6) for number in range(int(end / step + EPSILON) + 1)]


_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
MOST_LABELS = 5
EPSILON = 1e-9


def room(most: float, lines: int = 1) -> float:
    """Give the end of an axis that leaves room for some lines of text over the highest bar."""
    return (1 + LINE * lines) * most if most > 0 else 1.0


LINE = 0.13
"""Of the height of the highest bar, for one line."""


def numbers(base: alt.Chart, theme: Theme, **encoding: Any) -> list[Chart]:
    """Write numbers over bars, with a rim in the colour of the background so that no line runs through them."""
    rim = base.mark_text(dy=-9, color=theme.background, stroke=theme.background, strokeWidth=4, strokeJoin="round")
    return [rim.encode(**encoding), base.mark_text(dy=-9, color=theme.ink).encode(**encoding)]


def framed(chart: Chart, caption: Caption | None, theme: Theme) -> Chart:
    """Give a plot its caption, and the colours and fonts of a theme."""
    dressed = chart.copy()
    dressed.config = alt.Config(**theme.config())
    if caption is not None:
        dressed.title = alt.TitleParams(text=caption.title, subtitle=list(caption.lines), offset=14)
        dressed.description = str(caption)
    return dressed
