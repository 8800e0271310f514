"""Designs side by side under one scenario: what each recommends, and what that costs."""

from collections.abc import Sequence

import altair as alt

from dosepath.reports.plots.characteristics import dose_label
from dosepath.reports.plots.parts import STANDARD_ERRORS, Chart, Row, data, framed, room
from dosepath.reports.plots.theme import LIGHT, Theme
from dosepath.reports.summary import DesignSummary, side_by_side
from dosepath.reports.words import ABOVE, BELOW, NEAREST, NO_DOSE, caption_of_several, percent, places

ROW, COLUMN, GAP = 30, 108, 14
"""Height of one design, width of one dose level, and what stays free between two."""

LEFT = 34
"""Width of the number at the end of a bar, as part of a column in percent."""


def comparison_plot(
    summaries: Sequence[DesignSummary], target: float, planned: int | None = None, theme: Theme = LIGHT
) -> Chart:
    """Plot designs under the same true rates.

    Parameters
    ----------
    summaries
        Designs from top to bottom; those of one name are told apart by their parameters.
    target
        Rate of DLT that is looked for.
    planned
        Number of patients that was planned; None to leave it out.
    theme
        Colours.

    Raises
    ------
    InputError
        When there is no design, or they stand under different true rates.
    """
    named = side_by_side(summaries)
    parts = alt.vconcat(
        recommendations_plot(named, target, theme), costs_plot(named, target, planned, theme), spacing=30
    )
    return framed(
        parts.resolve_scale(color="independent"), caption_of_several("Comparison of designs", named, target), theme
    )


def recommendations_plot(summaries: Sequence[DesignSummary], target: float, theme: Theme = LIGHT) -> Chart:
    """Plot the probability of each recommendation, one column a dose level and one bar a design."""
    rows = recommendations_rows(summaries, target)
    most = max(row["high"] for row in rows)
    fills = {NO_DOSE: theme.no_dose, BELOW: theme.below, NEAREST: theme.nearest, ABOVE: theme.above}
    columns = []
    for level in range(len(summaries[0].recommendation)):
        here = [row for row in rows if row["level"] == level]
        column = _column(here, here[0]["dose"].split("|"), fills[here[0]["place"]], most, theme, named=level == 0)
        columns.append(column)
    title = alt.TitleParams("Probability that each dose is recommended", offset=10)
    return alt.hconcat(*columns, spacing=GAP).properties(title=title)


def recommendations_rows(summaries: Sequence[DesignSummary], target: float) -> list[Row]:
    """Give the data of the plot of recommendations."""
    named = places(summaries[0].truth, target, summaries[0].correct_level(target))
    return [
        {
            "design": each.name,
            "level": level,
            "dose": dose_label(each, level, place),
            "place": place,
            "value": each.recommendation[level],
            "high": min(1.0, each.recommendation[level] + _error(each, each.recommendation[level])),
            "low": max(0.0, each.recommendation[level] - _error(each, each.recommendation[level])),
            "label": percent(each.recommendation[level]),
        }
        for level, place in enumerate(named)
        for each in summaries
    ]


def _error(summary: DesignSummary, share: float) -> float:
    return STANDARD_ERRORS * (summary.error(share) or 0.0)


def costs_plot(
    summaries: Sequence[DesignSummary], target: float, planned: int | None = None, theme: Theme = LIGHT
) -> Chart:
    """Plot what matters beside the recommendation: patients, and how many of them are treated above the target."""
    rows = costs_rows(summaries, target, planned)
    fills = {
        CORRECT: theme.nearest,
        TOO_TOXIC: theme.above,
        PATIENTS: theme.patients,
        OVERDOSED: theme.above,
    }
    columns = []
    for number, measure in enumerate(dict.fromkeys(row["measure"] for row in rows)):
        here = [row for row in rows if row["measure"] == measure]
        most = max(row["high"] for row in here)
        lines = measure.split("|")
        columns.append(
            _column(here, lines, fills.get(measure, theme.mark), most, theme, named=number == 0, width=COLUMN + 20)
        )
    return alt.hconcat(*columns, spacing=GAP).properties(title=alt.TitleParams("Gain and cost", offset=10))


CORRECT = "recommends the dose|nearest to target"
TOO_TOXIC = "recommends a dose|above target"
PATIENTS = "mean patients,|of at most"
OVERDOSED = "patients treated|above target"
"""Names of measures, in lines."""


def costs_rows(summaries: Sequence[DesignSummary], target: float, planned: int | None) -> list[Row]:
    """Give the data of the plot of costs."""
    found: list[Row] = []
    for each in summaries:
        shown = {CORRECT: each.correct(target), TOO_TOXIC: each.too_toxic(target), OVERDOSED: each.overdosed(target)}
        if planned is not None:
            shown[f"needs more than|{planned} patients"] = each.more_patients_than(planned)
        errors = {name: 0.0 if name == OVERDOSED else _error(each, share) for name, share in shown.items()}
        found += [
            {
                "design": each.name,
                "measure": measure,
                "value": share,
                "low": max(0.0, share - errors[measure]),
                "high": min(1.0, share + errors[measure]),
                "label": percent(share),
            }
            for measure, share in shown.items()
        ]
        patients = each.mean_total
        words = f"{patients:.2f} of {each.most_patients}"
        row: Row = {"design": each.name, "value": patients, "low": patients, "high": patients, "label": words}
        found.append({**row, "measure": PATIENTS})
    return found


def _column(
    rows: Sequence[Row],
    title: Sequence[str],
    fill: str,
    most: float,
    theme: Theme,
    *,
    named: bool,
    width: int = COLUMN,
) -> Chart:
    """Draw one column of bars with their numbers; the first one names the designs."""
    axis = alt.Axis(title=None, ticks=False, domain=False, labelPadding=8) if named else None
    base = alt.Chart(data(rows)).encode(y=alt.Y("design:N", sort=None, axis=axis))
    length = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, room(most, 1) / (1 - LEFT / 100)], nice=False))
    layers: list[Chart] = [
        base.mark_bar(color=fill, height=ROW - 12).encode(x=length),
        base.mark_text(align="left", dx=4, color=theme.ink).encode(x="high:Q", text="label:N"),
    ]
    if any(row["high"] > row["value"] for row in rows):
        layers.append(base.mark_rule(color=theme.ink, strokeWidth=1.5).encode(x="low:Q", x2="high:Q"))
    heading = alt.TitleParams(list(title), fontWeight="normal", fontSize=12, anchor="start", offset=6)
    return alt.layer(*layers).properties(width=width, height=ROW * len(rows), title=heading)
