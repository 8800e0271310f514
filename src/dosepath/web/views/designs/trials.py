"""Simulated trials of the designs of a question, in the background, with or without time in them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dosepath.core.errors import InputError
from dosepath.dosefinding.recipes import AnyDesign
from dosepath.dosefinding.simulation import AnyTrials, Simulation, run_simulation
from dosepath.dosefinding.timeline import TimedTrials
from dosepath.dosefinding.timing import Timing
from dosepath.reports.summary import side_by_side, simulated_summary
from dosepath.web.jobs import Job, Progress
from dosepath.web.views.designs.fields import whole
from dosepath.web.views.designs.lab import Page, table_page
from dosepath.web.views.designs.question import Question
from dosepath.web.views.designs.tables import listing, measure, of_designs
from dosepath.web.views.designs.work import PAGE_SECONDS, kept, made
from dosepath.web.workspace import workspace

MOST_TRIALS: Final = 2_000

TIMES: Final[Mapping[str, Promise]] = {
    "window": gettext_lazy("DLT window, days (28)"),
    "arrivals": gettext_lazy("Days between patients (14)"),
    "review": gettext_lazy("Days of review between cohorts"),
    "inevaluable": gettext_lazy("Share who leave early"),
    "late": gettext_lazy("Share of DLTs in the second half (0.5)"),
    "stagger": gettext_lazy("Stagger, days after first and later patients"),
}
"""How time passes, as it is written; where nothing is, only designs with open windows have time in their trials."""


def simulated(question: Question, seconds: float) -> Page:
    """Simulate trials of all designs on the same patients, in the background."""
    asked = _simulation(question)
    shown = [made(question, choice) for choice in question.choices]
    key = (
        "simulated",
        question.truth,
        asked,
        tuple((each.wanted.name, tuple(sorted(each.wanted.texts.items()))) for each in shown if each.wanted),
    )
    title = _("Simulating trials")
    designs = [each.design for each in shown if each.design is not None]
    truth = question.truth
    if not designs:
        raise InputError("; ".join(each.problem for each in shown))

    def work(progress: Progress) -> list[AnyTrials]:
        return list(_simulate(designs, truth, asked, progress))

    found = kept(key, title, work, max(seconds, PAGE_SECONDS), workspace().simulations)
    fields = [(name, words, question.further[name]) for name, words in TIMES.items()]
    context: dict[str, Any] = {
        "times": fields,
        "without": [each for each in shown if each.problem],
    }
    if isinstance(found, Job):
        return Page("designs/simulate.html", waits=found, context=context)
    rows = side_by_side([simulated_summary(each, asked.seed) for each in found])
    days = {
        row.name: float(each.days.mean())
        for row, each in zip(rows, found, strict=True)
        if isinstance(each, TimedTrials)
    }
    measures = of_designs(question)
    if days:
        said = {name: f"{mean:.0f}" for name, mean in days.items()}
        measures.append(
            measure("days", _("mean days"), lambda row: days.get(row.name), lambda row: said.get(row.name, ""))
        )
    caption = _("%(trials)s simulated trials of each design, seed %(seed)s; ± is one standard error") % {
        "trials": f"{asked.trials:,}",
        "seed": asked.seed,
    }
    table = listing("simulated-trials", caption, measures, rows, question, trials=asked.trials, seed=asked.seed)
    return table_page("designs/simulate.html", table, measures, **context)


def _simulation(question: Question) -> Simulation:
    trials = whole(question, "trials", 10, MOST_TRIALS)
    seed = whole(question, "seed", 0, 999_999_999)
    told: dict[str, Any] = {}
    for name in TIMES:
        text = question.further[name]
        if not text:
            continue
        parts = [_days(name, each) for each in text.split(",")]
        if len(parts) != (2 if name == "stagger" else 1):
            raise InputError(
                _("%(name)s '%(text)s': write days as 28, for stagger two numbers as 28,14")
                % {"name": name, "text": text[:20]}
            )
        told["between_arrivals" if name == "arrivals" else name] = tuple(parts) if name == "stagger" else parts[0]
    return Simulation(trials, seed, Timing(**told) if told else None)


BOUNDS: Final = {"window": (1.0, 120.0), "arrivals": (1.0, 120.0), "inevaluable": (0.0, 0.5), "late": (0.0, 1.0)}
"""Of what is written about time; beyond them trials take too long to simulate while somebody waits."""

BOUNDS_OF_DAYS: Final = (0.0, 120.0)


def _days(name: str, text: str) -> float:
    least, most = BOUNDS.get(name, BOUNDS_OF_DAYS)
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not least <= found <= most:
        raise InputError(
            _("%(name)s '%(text)s': a number from %(least)s to %(most)s")
            % {"name": name, "text": text[:20], "least": f"{least:g}", "most": f"{most:g}"}
        )
    return found


def _simulate(
    designs: Sequence[AnyDesign], truth: tuple[float, ...], asked: Simulation, progress: Progress
) -> Iterator[AnyTrials]:
    total = len(designs) * asked.trials
    for number, design in enumerate(designs):
        before = number * asked.trials

        def said(done: int, before: int = before, name: str = design.name) -> None:
            progress.say(before + done, total, name)

        said(0)
        yield run_simulation(design, truth, asked, said)
