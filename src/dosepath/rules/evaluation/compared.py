"""The values that the questions of a rule compare, for one patient."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dosepath.core.days import PartialDate
from dosepath.core.facts import Fact
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import Found
from dosepath.rules.evaluation.arithmetic import show
from dosepath.rules.evaluation.evaluator import Evaluator
from dosepath.rules.nodes import Scalar

NO_BOUNDS: Final = Interval(None, None)


@dataclass(frozen=True, slots=True)
class Compared:
    """A value that a question of a rule compared.

    Parameters
    ----------
    asked
        What was asked for.
    found
        A number or the range in which it lies, an answer, a day; without a value where none is known. Where the record
        leaves several cases possible, the range over all of them.
    """

    asked: Scalar
    found: Found

    @property
    def value(self) -> Interval | str | PartialDate | None:
        """The value; None where it is not known."""
        return self.found.value

    @property
    def said(self) -> bool:
        """Whether a fact that was used, or a note, says that very value; dates of the trial are always noted."""
        value, evidence = self.value, self.found.evidence
        if isinstance(self.asked, nodes.Anchor) or any(_says(fact, value) for fact in evidence.used):
            return True
        shown = show(value) if isinstance(value, Interval) else str(value)
        return any(f" {shown} " in f" {note} " for note in evidence.notes)


def values_compared(evaluator: Evaluator, asked: Iterable[Scalar]) -> tuple[Compared, ...]:
    """Find what the questions of a rule compare.

    An answer that is not the same in all cases, and a value that some case lacks, are not known.

    Parameters
    ----------
    evaluator
        Knows the patient and the situation.
    asked
        Values of a rule, as `compared_in` lists them.
    """
    return tuple(Compared(node, _over_cases(evaluator.possible(node))) for node in asked)


def _over_cases(cases: Sequence[Found]) -> Found:
    found = cases[0]
    for other in cases[1:]:
        if other.value != found.value or other.unit != found.unit:
            found = _over_both(found, other)
    return Found(None, evidence=found.evidence) if found.value == NO_BOUNDS else found


def _over_both(one: Found, other: Found) -> Found:
    if one.unit != other.unit:
        return Found(None)
    match one.value, other.value:
        case Interval() as here, Interval() as there:
            return Found(here.hull(there), one.unit)
        case PartialDate() as here, PartialDate() as there:
            return Found(PartialDate(min(here.earliest, there.earliest), max(here.latest, there.latest)))
    return Found(None)


def _says(fact: Fact, value: Interval | str | PartialDate | None) -> bool:
    match fact.value, value:
        case Quantity(value=number), Interval():
            return fact.comparator is not None or value == Interval.at(number)
        case bool(), str():
            return value == ("true" if fact.value else "false")
    return value is not None and value in (fact.value, fact.day)
