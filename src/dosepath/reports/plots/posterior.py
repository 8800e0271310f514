"""What a design with a model believes about the rate of DLT at each dose after some cohorts."""

from collections.abc import Sequence
from math import sqrt

import altair as alt

from dosepath.core.errors import InputError
from dosepath.dosefinding import crm
from dosepath.dosefinding.blrm import Blrm
from dosepath.dosefinding.crm import Crm
from dosepath.dosefinding.decision_table import inmost
from dosepath.dosefinding.design import Design, rows_of
from dosepath.dosefinding.outcomes import Cohort, DoseTally, tally
from dosepath.reports.plots.parts import Chart, Row, data, framed, numbers, shares
from dosepath.reports.plots.theme import LIGHT, Theme
from dosepath.reports.words import Caption, percent, rate

HEIGHT, STEP = 240, 84

NORMAL_90 = 1.6448536269514722
"""Standard deviations to each side that hold 90 % of a normal distribution."""


def posterior_plot(design: Design, cohorts: Sequence[Cohort], theme: Theme = LIGHT) -> Chart:
    """Plot the posterior of CRM or BLRM after some cohorts.

    CRM: the rate at the posterior mean of its parameter, with the rates at the ends of a 90 % interval of the parameter
    (normal approximation, as dfcrm prints it), beside the skeleton. BLRM: the probability that the rate lies below,
    inside and above the target interval, with the posterior mean.

    Raises
    ------
    InputError
        When the design has no posterior.
    """
    inside, tallies = inmost(design), tally(cohorts, design.doses)
    if isinstance(inside, Crm) and inside.estimate == "mean":
        plot, lines = _crm_plot(inside, tallies, theme), crm_lines(inside)
    elif isinstance(inside, Blrm):
        plot, lines = _blrm_plot(inside, tallies, theme), blrm_lines(inside)
    else:
        raise InputError(f"{design.name} has no posterior of the rates of DLT; CRM (at its mean) and BLRM have")
    seen = f"after {' '.join(map(str, cohorts))}" if cohorts else "before any patient"
    return framed(plot, Caption(f"{design.name}: rates of DLT", (seen, *lines)), theme)


def crm_lines(design: Crm) -> tuple[str, ...]:
    """Caption the posterior of CRM."""
    return ("dots: rate at the posterior mean; bars: 90 % interval; ticks: skeleton", f"target {rate(design.target)}")


def blrm_lines(design: Blrm) -> tuple[str, ...]:
    """Caption the posterior of BLRM."""
    low, high = map(rate, design.interval)
    bound = percent(design.overdose, 0)
    return (f"target interval {low} to {high}", f"a dose may be above it with a probability of {bound} at most")


def crm_rows(design: Crm, tallies: Sequence[DoseTally]) -> list[Row]:
    """Give the data of the plot of CRM."""
    treated, dlts = rows_of(tallies)
    fit = crm.posterior(design.skeleton, dlts, treated - dlts)
    mean, spread = float(fit.estimate[0]), sqrt(float(fit.variance[0]))
    at_mean, *ends = (design.skeleton.rates_at(mean + side * NORMAL_90 * spread) for side in (0, -1, 1))
    return [
        {
            "level": number + 1,
            "dose": _dose(number + 1, each),
            "mean": float(at_mean[number]),
            "low": min(float(end[number]) for end in ends),
            "high": max(float(end[number]) for end in ends),
            "skeleton": design.skeleton.rates[number],
            "label": percent(float(at_mean[number])),
        }
        for number, each in enumerate(tallies)
    ]


def _dose(level: int, seen: DoseTally) -> str:
    return f"level {level}|{seen} DLTs" if seen.treated else f"level {level}|nobody"


def _by_dose() -> alt.X:
    axis = alt.Axis(title="dose level and what was seen there", labelExpr="split(datum.label, '|')", labelAngle=0)
    return alt.X("dose:N", sort=None, axis=axis)


def _crm_plot(design: Crm, tallies: Sequence[DoseTally], theme: Theme) -> Chart:
    rows = crm_rows(design, tallies)
    base = alt.Chart(data(rows)).encode(x=_by_dose())
    y = alt.Y("low:Q", **shares("rate of DLT", 1.0))
    target = alt.Chart(data([{"target": design.target}])).mark_rule(color=theme.mark, strokeDash=[5, 3])
    label = [each.encode(x=_by_dose()) for each in numbers(base, theme, y="high:Q", text="label:N")]
    return alt.layer(
        target.encode(y=alt.Y("target:Q")),
        base.mark_bar(color=theme.below, size=10).encode(y=y, y2="high:Q"),
        base.mark_tick(color=theme.muted, thickness=2, size=34).encode(y="skeleton:Q"),
        base.mark_circle(color=theme.nearest, size=90, opacity=1).encode(y="mean:Q"),
        *label,
    ).properties(height=HEIGHT, width=STEP * len(rows))


UNDER, INSIDE, OVER = "below target interval", "inside", "above target interval"


def blrm_rows(design: Blrm, tallies: Sequence[DoseTally]) -> list[Row]:
    """Give the data of the plot of BLRM: three rows a dose, from the bottom up."""
    found = design.posterior(*rows_of(tallies))
    rows: list[Row] = []
    for number, each in enumerate(tallies):
        bottom = 0.0
        for part, chances in ((UNDER, found.under), (INSIDE, found.target), (OVER, found.over)):
            chance = float(chances[0, number])
            rows.append(
                {
                    "level": number + 1,
                    "dose": _dose(number + 1, each),
                    "part": part,
                    "probability": chance,
                    "from": bottom,
                    "to": bottom + chance,
                    "middle": bottom + chance / 2,
                    "mean": float(found.mean[0, number]),
                    "label": percent(chance, 0) if chance >= SMALL else "",
                    "top": f"mean {percent(float(found.mean[0, number]))}" if part == OVER else "",
                }
            )
            bottom += chance
    return rows


SMALL = 0.06
"""Parts below this have no room for their number."""


def _blrm_plot(design: Blrm, tallies: Sequence[DoseTally], theme: Theme) -> Chart:
    rows = blrm_rows(design, tallies)
    base = alt.Chart(data(rows)).encode(x=_by_dose())
    colour = alt.Color(
        "part:N",
        scale=alt.Scale(domain=[UNDER, INSIDE, OVER], range=[theme.escalate, theme.stay, theme.de_escalate]),
        legend=alt.Legend(title=None, orient="bottom", direction="horizontal"),
    )
    y = alt.Y("from:Q", **shares("posterior probability of the rate", 1.0))
    return alt.layer(
        base.mark_bar(size=STEP - 26, stroke=theme.background).encode(y=y, y2="to:Q", color=colour),
        base.mark_text(color=theme.on_light).encode(y="middle:Q", text="label:N"),
        base.mark_text(color=theme.ink, dy=-8).encode(y="to:Q", text="top:N"),
    ).properties(height=HEIGHT, width=STEP * len(tallies))
