"""What the lab computes, once for each question; a design is enumerated once, whatever the true rates are."""

import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from django.utils.translation import gettext as _

from dosepath.core.errors import InputError
from dosepath.dosefinding.asked import Wanted
from dosepath.dosefinding.blrm import Blrm
from dosepath.dosefinding.crm import Crm
from dosepath.dosefinding.decision_table import inmost
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.exact import Enumeration, enumerate_design
from dosepath.dosefinding.recipes import AnyDesign, closed, is_open
from dosepath.reports.summary import DesignSummary, exact_summary, side_by_side
from dosepath.web.jobs import Job, Jobs, Progress
from dosepath.web.views.designs.question import Choice, Question
from dosepath.web.workspace import workspace

T = TypeVar("T")

PAGE_SECONDS: Final = 1.5
"""How long a page waits for what it computes before it shows how far that is."""

MOST_STATES: Final = 300_000
MOST_STATES_OF_A_MODEL: Final = 40_000
MOST_STATES_OF_TWO_PARAMETERS: Final = 4_000
"""States up to which a design is enumerated here: a few seconds, and some megabytes that are kept."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One design of the question with what is known of it.

    Parameters
    ----------
    choice
        As it was chosen.
    wanted, design
        As it was made; None where it cannot be.
    summary
        What it does under the true rates; None while that is not known, or where there is nothing exact.
    job
        What computes it still.
    problem
        Why there is no answer.
    opens
        Whether it decides while windows are open, and so has no exact numbers.
    """

    choice: Choice
    wanted: Wanted | None = None
    design: AnyDesign | None = None
    summary: DesignSummary | None = None
    job: Job[Any] | None = None
    problem: str = ""
    opens: bool = False

    @property
    def name(self) -> str:
        """What it is called on the page."""
        return self.summary.name if self.summary else self.design.name if self.design else self.choice.name


def made(question: Question, choice: Choice) -> Shown:
    """Make a design; say why it cannot be made."""
    try:
        wanted = question.wanted(choice)
        design = wanted.make()
    except InputError as error:
        return Shown(choice, problem=str(error).removeprefix(f"{choice.name}: "))
    if design.doses != question.doses:
        why = _("it is written for %(own)s dose levels, and there are %(doses)s true rates")
        return Shown(choice, problem=why % {"own": design.doses, "doses": question.doses})
    return Shown(choice, wanted, design, opens=is_open(design))


def closed_design(shown: Shown) -> Design:
    """Give a design whose cohorts are known.

    Raises
    ------
    InputError
        When it could not be made, or decides while windows are open.
    """
    if shown.design is None:
        raise InputError(shown.problem)
    return closed(shown.design, _("this page has nothing for it; the page of simulated trials has"))


def exactly(question: Question, seconds: float = PAGE_SECONDS) -> list[Shown]:
    """Give the exact characteristics of all designs that have them; what takes longer is computed meanwhile."""
    found = [made(question, choice) for choice in question.choices]
    for each in found:
        if each.design is not None and not each.opens and each.wanted is not None:
            with suppress(InputError):
                enumerated(each.wanted, 0.0)
    until = time.monotonic() + seconds
    answered = [_answered(each, question, until) for each in found]
    return _named(answered)


def _answered(shown: Shown, question: Question, until: float) -> Shown:
    if shown.wanted is None or shown.opens:
        return shown
    try:
        found = enumerated(shown.wanted, max(0.0, until - time.monotonic()))
        if isinstance(found, Job):
            return replace(shown, job=found)
        return replace(shown, summary=exact_summary(found.characteristics(question.truth)))
    except InputError as error:
        return replace(shown, problem=str(error))


def _named(shown: Sequence[Shown]) -> list[Shown]:
    """Give designs of the same name names that differ."""
    known = [each.summary for each in shown if each.summary is not None]
    names = iter(side_by_side(known)) if known else iter(())
    return [replace(each, summary=next(names)) if each.summary is not None else each for each in shown]


def enumerated(asked: Wanted, seconds: float = PAGE_SECONDS) -> Enumeration | Job[Any]:
    """Enumerate a design once; that it has too many states is kept as well.

    Raises
    ------
    InputError
        When it has.
    """
    key = ("enumeration", asked.name, tuple(sorted(asked.texts.items())))
    design = closed(asked.make(), "")
    title = _("Enumerating %(design)s") % {"design": design.name}
    found = kept(key, title, lambda _progress: _tried(design), seconds)
    if isinstance(found, InputError):
        raise InputError(str(found) + "; " + _("or look at it on the page of simulated trials"))
    return found


def _tried(design: Design) -> Enumeration | InputError:
    try:
        return enumerate_design(design, most_states(design))
    except InputError as error:
        return error


def most_states(design: Design) -> int:
    """Give the states up to which a design is enumerated; models need longer for each."""
    inside = inmost(design)
    if isinstance(inside, Blrm):
        return MOST_STATES_OF_TWO_PARAMETERS
    return MOST_STATES_OF_A_MODEL if isinstance(inside, Crm) else MOST_STATES


def kept(
    key: Hashable, title: str, work: Callable[[Progress], T], seconds: float = PAGE_SECONDS, jobs: Jobs | None = None
) -> T | Job[T]:
    """Compute something of the lab once; the key says all that it depends on."""
    return (jobs or workspace().designs).ask(key, title, work, seconds)
