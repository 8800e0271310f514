"""Operating characteristics of one design: what is recommended, who is treated, how many patients that takes."""

import altair as alt

from dosepath.reports.plots.parts import LINES, STANDARD_ERRORS, Chart, Row, data, framed, numbers, room, shares
from dosepath.reports.plots.theme import LIGHT, Theme
from dosepath.reports.summary import DesignSummary
from dosepath.reports.words import ABOVE, BELOW, NEAREST, NO_DOSE, caption, percent, places, rate

HEIGHT, STEP, GAP = 220, 76, 36
"""Of the plots, the width of one dose level, and what stays free between two."""


def characteristics_plot(
    summary: DesignSummary, target: float, planned: int | None = None, theme: Theme = LIGHT
) -> Chart:
    """Plot the operating characteristics of one design.

    Parameters
    ----------
    summary
        What the design does under one scenario.
    target
        Rate of DLT that is looked for.
    planned
        Number of patients that was planned; None for no mark.
    theme
        Colours.
    """
    doses = alt.hconcat(recommendation_plot(summary, target, theme), patients_plot(summary, target, theme), spacing=GAP)
    width = STEP * (2 * len(summary.truth) + 1) + GAP
    parts = alt.vconcat(
        doses.resolve_scale(color="independent"), total_patients_plot(summary, planned, theme, width), spacing=GAP
    )
    return framed(parts.resolve_scale(color="independent"), caption(summary, target), theme)


def recommendation_plot(summary: DesignSummary, target: float, theme: Theme = LIGHT) -> Chart:
    """Plot the probability with which each dose is recommended; simulated ones with their error."""
    rows = recommendation_rows(summary, target)
    base = alt.Chart(data(rows)).encode(x=_by_dose())
    colours = alt.Scale(
        domain=[NO_DOSE, BELOW, NEAREST, ABOVE], range=[theme.no_dose, theme.below, theme.nearest, theme.above]
    )
    y = shares("probability of being recommended", max(row["high"] for row in rows))
    layers: list[Chart] = [
        base.mark_bar(size=STEP - 26).encode(
            y=alt.Y("probability:Q", **y), color=alt.Color("place:N", legend=None, scale=colours)
        ),
        *numbers(base, theme, y="high:Q", text="label:N"),
    ]
    if summary.error(0.5):
        layers.append(base.mark_rule(color=theme.ink, strokeWidth=1.5).encode(y="low:Q", y2="high:Q"))
    words = f"nearest to target {percent(summary.correct(target))}, above target {percent(summary.too_toxic(target))}"
    title = alt.TitleParams("Recommended dose", subtitle=words)
    return alt.layer(*layers).properties(height=HEIGHT, width=STEP * len(rows), title=title)


def recommendation_rows(summary: DesignSummary, target: float) -> list[Row]:
    """Give the data of the plot of recommendations; `low` and `high` are the ends of the error."""
    named = places(summary.truth, target, summary.correct_level(target))
    found: list[Row] = []
    for level, (place, chance) in enumerate(zip(named, summary.recommendation, strict=True)):
        error = STANDARD_ERRORS * (summary.error(chance) or 0.0)
        found.append(
            {
                "level": level,
                "dose": dose_label(summary, level, place),
                "place": place,
                "probability": chance,
                "low": max(0.0, chance - error),
                "high": min(1.0, chance + error),
                "label": percent(chance),
            }
        )
    return found


def dose_label(summary: DesignSummary, level: int, place: str = "") -> str:
    """Write a dose level over its true rate, and what that means for the target."""
    if level == 0:
        return NO_DOSE
    lines = [f"level {level}", rate(summary.truth[level - 1])]
    return "|".join([*lines, *place.rsplit(" ", 1)] if place else lines)


def patients_plot(summary: DesignSummary, target: float, theme: Theme = LIGHT) -> Chart:
    """Plot the expected patients and DLTs at each dose level."""
    kinds = ["patients", "DLTs"]
    base = alt.Chart(data(patients_rows(summary))).encode(x=_by_dose(), xOffset=alt.XOffset("kind:N", sort=kinds))
    y = alt.Y(
        "expected:Q",
        axis=alt.Axis(title="expected number", tickCount=5),
        scale=alt.Scale(domain=[0, room(max(summary.patients))]),
    )
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=[theme.patients, theme.dlts]),
        legend=alt.Legend(title=None, orient="bottom", direction="horizontal"),
    )
    over = numbers(base, theme, y="expected:Q", text="label:N")
    counts = f"{summary.mean_dlts:.2f} DLTs in {summary.mean_patients:.2f} patients"
    words = f"{counts}; {percent(summary.overdosed(target))} treated above target"
    return alt.layer(base.mark_bar().encode(y=y, color=colour), *over).properties(
        height=HEIGHT,
        width=STEP * len(summary.truth),
        title=alt.TitleParams("Patients and DLTs", subtitle=words),
    )


def patients_rows(summary: DesignSummary) -> list[Row]:
    """Give the data of the plot of patients and DLTs."""
    found: list[Row] = []
    for level in range(1, len(summary.truth) + 1):
        for kind, counts in (("patients", summary.patients), ("DLTs", summary.dlts)):
            expected = counts[level - 1]
            dose = dose_label(summary, level)
            found.append({"level": level, "dose": dose, "kind": kind, "expected": expected, "label": f"{expected:.2f}"})
    return found


FEW = 10
"""Bars that have room for their numbers."""


def total_patients_plot(
    summary: DesignSummary, planned: int | None = None, theme: Theme = LIGHT, width: int = 420
) -> Chart:
    """Plot the probability of each number of patients, with a line after the planned number."""
    rows = total_patients_rows(summary, planned)
    marks = [row["patients"] for row in rows] + ([] if planned is None else [planned, planned + 1])
    axis = alt.Axis(title="patients in the whole trial", format="d", tickMinStep=1, grid=False)
    ends = alt.Scale(domain=[min(marks) - 0.8, max(marks) + 0.8], nice=False, zero=False)
    base = alt.Chart(data(rows))
    colours = alt.Scale(domain=[WITHIN, MORE], range=[theme.patients, theme.above])
    layers: list[Chart] = [
        base.mark_rect().encode(
            x=alt.X("from:Q", axis=axis, scale=ends),
            x2="to:Q",
            y=alt.Y("probability:Q", **shares("probability", max(row["probability"] for row in rows), lines=2)),
            y2=alt.datum(0),
            color=alt.Color("within:N", legend=None, scale=colours),
        )
    ]
    if planned is not None:
        layers += _plan(planned, summary, theme, right=2 * planned < min(marks) + max(marks))
    if len(rows) <= FEW:
        layers += numbers(base, theme, x="patients:Q", y="probability:Q", text="label:N")
    title = alt.TitleParams(
        "Patients in all", subtitle=f"mean {summary.mean_total:.2f}, at most {summary.most_patients}"
    )
    return alt.layer(*layers).properties(height=HEIGHT, width=width, title=title)


WITHIN, MORE = "within plan", "more than planned"


def total_patients_rows(summary: DesignSummary, planned: int | None) -> list[Row]:
    """Give the data of the plot of the number of patients; numbers that cannot be are left out."""
    return [
        {
            "patients": patients,
            "from": patients - 0.4,
            "to": patients + 0.4,
            "probability": chance,
            "within": WITHIN if planned is None or patients <= planned else MORE,
            "label": percent(chance),
        }
        for patients, chance in enumerate(summary.total_patients)
        if chance > 0
    ]


def _plan(planned: int, summary: DesignSummary, theme: Theme, *, right: bool) -> list[Chart]:
    """Mark the end of the plan, and say how probable it is to need more."""
    more = percent(summary.more_patients_than(planned))
    base = alt.Chart(data([{"after": planned + 0.5, "label": f"planned {planned}; more than that: {more}"}]))
    line = base.mark_rule(color=theme.mark, strokeDash=[5, 3], strokeWidth=1.5).encode(x="after:Q")
    text = base.mark_text(color=theme.mark, align="left" if right else "right", baseline="top", dx=5 if right else -5)
    return [line, text.encode(x="after:Q", y=alt.value(0), text="label:N")]


def _by_dose() -> alt.X:
    return alt.X(
        "dose:N",
        sort=None,
        axis=alt.Axis(title="dose level and its true rate of DLT", labelExpr=LINES, labelAngle=0, ticks=False),
    )
