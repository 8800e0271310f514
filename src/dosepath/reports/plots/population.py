"""What criteria cost in people: who is lost at each, and what a threshold would change."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from dosepath.core.errors import InputError
from dosepath.reports.plots.parts import Chart, Row, data, framed, numbers, shares
from dosepath.reports.plots.theme import LIGHT, Theme
from dosepath.reports.words import Caption, percent

ROW, WIDTH, HEIGHT = 26, 420, 240


@dataclass(frozen=True, slots=True)
class Loss:
    """What one criterion costs, in the order in which criteria are applied.

    Parameters
    ----------
    criterion
        Its name.
    lost, remaining
        Shares of all people: lost at it, and left after it.
    """

    criterion: str
    lost: float
    remaining: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The share of people who would qualify with the threshold at one value."""

    threshold: float
    share: float


def waterfall(
    rows: Sequence[Loss], of: str = "all people", caption: Caption | None = None, theme: Theme = LIGHT
) -> Chart:
    """Plot who is left after each criterion, from top to bottom, and who is lost at it.

    Parameters
    ----------
    rows
        The criteria.
    of
        Whose shares they are.
    caption, theme
        As in the other plots.

    Raises
    ------
    InputError
        When there is no criterion.
    """
    if not rows:
        raise InputError("no criterion to show")
    base = alt.Chart(data(waterfall_rows(rows))).encode(
        y=alt.Y("criterion:N", sort=None, axis=alt.Axis(title=None, ticks=False))
    )
    colour = alt.Color(
        "part:N",
        scale=alt.Scale(domain=[LEFT, LOST], range=[theme.nearest, theme.above]),
        legend=alt.Legend(title=None, orient="bottom", direction="horizontal"),
    )
    bars = base.mark_bar(height=ROW - 9).encode(
        x=alt.X("from:Q", **shares(f"share of {of}", 1.0, lines=3)), x2="to:Q", color=colour
    )
    text = base.mark_text(align="left", dx=5, color=theme.ink).encode(x="to:Q", text="label:N")
    return framed(alt.layer(bars, text).properties(width=WIDTH, height=ROW * len(rows)), caption, theme)


LEFT, LOST = "left", "lost here"


def waterfall_rows(rows: Sequence[Loss]) -> list[Row]:
    """Give the data of the waterfall: for each criterion who is left, and who is lost."""
    found: list[Row] = []
    for each in rows:
        lost = f"−{percent(each.lost)}" if each.lost else "nobody lost"
        before = each.remaining + each.lost
        left: Row = {"criterion": each.criterion, "part": LEFT, "share": each.remaining, "label": ""}
        gone: Row = {"criterion": each.criterion, "part": LOST, "share": each.lost}
        found.append({**left, "from": 0.0, "to": each.remaining})
        found.append({**gone, "from": each.remaining, "to": before, "label": f"{lost}, left {percent(each.remaining)}"})
    return found


def threshold_curve(
    rows: Sequence[CurvePoint],
    of: str,
    current: float | None = None,
    caption: Caption | None = None,
    theme: Theme = LIGHT,
) -> Chart:
    """Plot the share of people who qualify against a threshold.

    Parameters
    ----------
    rows
        Points of the curve.
    of
        What the threshold is of, with its unit.
    current
        Value in force; None for no mark.
    caption, theme
        As in the other plots.

    Raises
    ------
    InputError
        When there is no point.
    """
    if not rows:
        raise InputError("no threshold to show")
    known: list[Row] = [
        {"threshold": each.threshold, "share": each.share, "label": percent(each.share)}
        for each in sorted(rows, key=lambda each: each.threshold)
    ]
    base = alt.Chart(data(known)).encode(
        x=alt.X("threshold:Q", axis=alt.Axis(title=of, grid=False), scale=alt.Scale(zero=False, padding=18)),
        y=alt.Y("share:Q", **shares("share of people who qualify", max(row["share"] for row in known))),
    )
    layers: list[Chart] = [
        base.mark_line(color=theme.nearest, strokeWidth=2),
        base.mark_circle(color=theme.nearest, size=50, opacity=1),
    ]
    if len(known) <= FEW:
        layers += numbers(base, theme, text="label:N")
    if current is not None:
        mark = alt.Chart(data([{"threshold": current, "label": f"in force: {current:g}"}])).encode(x="threshold:Q")
        layers.append(mark.mark_rule(color=theme.mark, strokeDash=[5, 3]))
        words = mark.mark_text(color=theme.mark, align="left", baseline="top", dx=5)
        layers.append(words.encode(y=alt.value(0), text="label:N"))
    return framed(alt.layer(*layers).properties(width=WIDTH, height=HEIGHT), caption, theme)


FEW = 12
"""Points that have room for their numbers."""
