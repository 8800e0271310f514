"""Evaluation of truth nodes for one patient, case by case where the record leaves several cases open.

A result whose date is known to the month, or a score of which a part was not recorded, leaves several possible cases.
A rule is judged once in each case; it is MET or NOT_MET only where all cases agree. So an unknown that cannot change
the outcome does not make it unknown, also where it enters a rule twice.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from dosepath.core.days import PartialDate, Span, Window
from dosepath.core.facts import NOTHING, Evidence, Fact, Need, NeedKind, PatientRecord, Table
from dosepath.core.interval import Interval
from dosepath.core.verdict import Verdict, agreed, all_of, any_of, at_least, negate, verdict_of
from dosepath.rules import nodes
from dosepath.rules.nodes import Scalar, Truth
from dosepath.rules.vocabulary import Vocabulary

CASE_LIMIT = 2000
"""Most cases that are told apart in one rule; beyond it the answer is UNKNOWN and says so."""

NEVER = PartialDate.on(date.max)
"""The day of something that surely did not happen."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict and what it was reached from."""

    verdict: Verdict
    evidence: Evidence = NOTHING


@dataclass(frozen=True, slots=True)
class Found:
    """A value and what it was read from.

    Parameters
    ----------
    value
        Number between bounds, choice, or day; None when not known.
    unit
        UCUM unit of a number.
    fact
        The result that the value is, whose limits of normal a comparison may use.
    nothing
        There is nothing to be known: a comparison with it is not met rather than unknown.
    """

    value: Interval | str | PartialDate | None
    unit: str = ""
    evidence: Evidence = NOTHING
    fact: Fact | None = None
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The record at hand while a condition is judged record by record."""

    day: PartialDate
    facts: Mapping[str, Fact]
    own: Fact | None = None
    previous: "Row | None" = None


@dataclass(frozen=True)
class Situation:
    """One patient on one day, as a rule may know it.

    Parameters
    ----------
    record
        What is on record.
    anchors
        Dates that windows hang on; absent or None when not set.
    on
        The day of the evaluation; what is dated later does not exist yet.
    complete
        Tables that the site asserts to be complete.
    settings
        Numbers that the protocol leaves to the trial; absent when not set.
    """

    record: PatientRecord
    anchors: Mapping[str, date | None]
    on: date
    complete: frozenset[Table] = frozenset()
    settings: Mapping[str, Fraction] = field(default_factory=dict)


_Node = TypeVar("_Node", bound=nodes.Node)
_Result = TypeVar("_Result")


class Registry(Generic[_Result]):
    """One function a node class."""

    def __init__(self) -> None:
        self.functions: dict[type[nodes.Node], Callable[[Evaluator, Any], _Result]] = {}

    def of(
        self, kind: type[_Node]
    ) -> Callable[[Callable[["Evaluator", _Node], _Result]], Callable[["Evaluator", _Node], _Result]]:
        """Register the function that reads nodes of a class."""

        def register(function: Callable[["Evaluator", _Node], _Result]) -> Callable[["Evaluator", _Node], _Result]:
            self.functions[kind] = function
            return function

        return register


truths: Registry[Answer] = Registry()
values: Registry[Found] = Registry()


class Evaluator:
    """Judges rules for one patient in one situation.

    Parameters
    ----------
    situation
        The patient, the day, the anchors.
    vocabulary
        The words of the protocol.
    windows
        The trees of the named windows of the protocol.
    criterion
        How to judge another criterion that a rule refers to.
    """

    def __init__(
        self,
        situation: Situation,
        vocabulary: Vocabulary,
        windows: Mapping[str, nodes.WindowOf] = MappingProxyType({}),
        criterion: Callable[[str], Answer] | None = None,
    ) -> None:
        self.situation = situation
        self.vocabulary = vocabulary
        self.windows = windows
        self.criterion = criterion
        self.row: Row | None = None
        self._facts: dict[str, tuple[Fact, ...]] = {}
        self._found_windows: dict[int, tuple[nodes.WindowOf, tuple[Window | None, Evidence]]] = {}
        self._chosen: dict[Hashable, int] = {}
        self._sizes: dict[Hashable, int] = {}
        self._doubts: dict[Hashable, Evidence] = {}

    # entry --------------------------------------------------------------------------------------------------------

    def judge(self, rule: Truth) -> Answer:
        """Judge a rule in every possible case and answer what all cases agree on."""
        self._chosen, self._sizes, self._doubts = {}, {}, {}
        answers = [self.truth(rule)]
        if not self._sizes:
            return answers[0]
        while self._next_case():
            if len(answers) >= CASE_LIMIT:
                note = f"more than {CASE_LIMIT} cases are possible; not told apart"
                return self._unsettled(answers, note)
            answers.append(self.truth(rule))
        verdict = agreed(answer.verdict for answer in answers)
        if verdict is Verdict.UNKNOWN:
            return self._unsettled(answers)
        return Answer(verdict, Evidence.joined(answer.evidence for answer in answers).without_needs())

    def choose(self, key: Hashable, count: int, doubt: Evidence) -> int:
        """Give the case at hand among `count` possible ones; `doubt` says what would settle it."""
        if count < 2:
            return 0
        self._sizes[key] = count
        self._doubts[key] = doubt
        return self._chosen.setdefault(key, 0)

    def _next_case(self) -> bool:
        for key in reversed(list(self._chosen)):
            if self._chosen[key] + 1 < self._sizes[key]:
                self._chosen[key] += 1
                return True
            del self._chosen[key]
        return False

    def _unsettled(self, answers: Sequence[Answer], note: str = "") -> Answer:
        parts = [answer.evidence for answer in answers]
        if len({answer.verdict for answer in answers}) > 1 or note:
            parts.extend(self._doubts.values())
        if note:
            parts.append(Evidence(notes=(note,)))
        return Answer(Verdict.UNKNOWN, Evidence.joined(parts))

    # dispatch ---------------------------------------------------------------------------------------------------------

    def truth(self, node: Truth) -> Answer:
        """Judge a node in the case at hand."""
        return truths.functions[type(node)](self, node)

    def value(self, node: Scalar) -> Found:
        """Find the value of a node in the case at hand."""
        return values.functions[type(node)](self, node)

    def truth_of_row(self, node: Truth, row: Row) -> Answer:
        """Judge a condition for one record."""
        outer, self.row = self.row, row
        try:
            return self.truth(node)
        finally:
            self.row = outer

    # what is on record -----------------------------------------------------------------------------------------------

    def facts(self, concept: str) -> tuple[Fact, ...]:
        """Give the facts of a concept that exist on the day of the evaluation."""
        if concept not in self._facts:
            found = [fact for leaf in self.vocabulary.leaves(concept) for fact in self.situation.record.of(leaf)]
            self._facts[concept] = tuple(fact for fact in found if self._exists_yet(fact))
        return self._facts[concept]

    def _exists_yet(self, fact: Fact) -> bool:
        return fact.period.start is None or fact.period.start.earliest <= self.situation.on

    def incomplete(self, concept: str) -> tuple[Table, ...]:
        """Give the tables of a concept that the site does not assert to be complete."""
        return tuple(table for table in self.vocabulary.tables(concept) if table not in self.situation.complete)

    def doubts_of_absence(self, concept: str, window: Window) -> Evidence:
        """Say why the absence of a record does not show that something did not happen; nothing when it does."""
        needs = [
            Need(NeedKind.COMPLETE, table.value, f"the site does not assert that its {_words(table)} are complete")
            for table in self.incomplete(concept)
        ]
        on = self.situation.on
        if window.end is None or window.end.latest > on:
            needs.append(Need(NeedKind.ANCHOR, "on", f"the window runs past {on}, the day of the evaluation"))
        tables = set(self.vocabulary.tables(concept))
        leaves = set(self.vocabulary.leaves(concept))
        for record in self.situation.record.unclassified:
            concerned = record.may_be & leaves or (record.anything and record.table in tables)
            if concerned and record.period.meets(window, on) is not Verdict.NOT_MET:
                said = f"'{record.text}'" if record.text else "a record without a readable code or name"
                needs.append(Need(NeedKind.FACT, concept, f"{record.source} {said} may be one: look at it"))
        return Evidence(missing=tuple(needs))

    # windows and spans -------------------------------------------------------------------------------------------------

    def window(self, node: nodes.WindowOf) -> tuple[Window | None, Evidence]:
        """Find the days of a window; None with the reason when an anchor or a setting is not set."""
        known = self._found_windows.get(id(node))
        if known is not None:
            return known[1]
        bounds: list[PartialDate | None] = []
        parts: list[Evidence] = []
        for bound in (node.start, node.end):
            if bound is None:
                bounds.append(None)
                continue
            found = self.value(bound)
            parts.append(found.evidence)
            if not isinstance(found.value, PartialDate):
                return None, Evidence.joined(parts)
            bounds.append(found.value)
        result = (Window(bounds[0], bounds[1]), Evidence.joined(parts))
        if not result[1].used and not self._sizes and self.row is None:
            self._found_windows[id(node)] = (node, result)
        return result

    def span(self, node: nodes.SpanOf) -> tuple[Span | None, Evidence]:
        """Find a stretch of time; None with the reason when its setting is not set."""
        if isinstance(node.count, int):
            return Span(node.count, node.unit), NOTHING
        number = self.situation.settings.get(node.count)
        if number is None:
            return None, Evidence(missing=(Need(NeedKind.SETTING, node.count, "not set"),))
        return Span(int(number), node.unit), NOTHING


def _words(table: Table) -> str:
    return table.value.replace("_", " ")


def conclude(verdict: Verdict, evidence: Evidence) -> Answer:
    """Make an answer; what is missing is kept only where it is unknown."""
    return Answer(verdict, evidence if verdict is Verdict.UNKNOWN else evidence.without_needs())


def combined(verdict: Verdict, answers: Sequence[Answer]) -> Answer:
    """Make an answer of several; only unknown ones have a say in what is missing."""
    parts = [
        answer.evidence if answer.verdict is Verdict.UNKNOWN else answer.evidence.without_needs() for answer in answers
    ]
    return conclude(verdict, Evidence.joined(parts))


# Logic -------------------------------------------------------------------------------------------------------------------


@truths.of(nodes.And)
def _and(evaluator: Evaluator, node: nodes.And) -> Answer:
    answers = [evaluator.truth(operand) for operand in node.operands]
    return combined(all_of(answer.verdict for answer in answers), answers)


@truths.of(nodes.Or)
def _or(evaluator: Evaluator, node: nodes.Or) -> Answer:
    answers = [evaluator.truth(operand) for operand in node.operands]
    return combined(any_of(answer.verdict for answer in answers), answers)


@truths.of(nodes.Not)
def _not(evaluator: Evaluator, node: nodes.Not) -> Answer:
    answer = evaluator.truth(node.operand)
    return Answer(negate(answer.verdict), answer.evidence)


@truths.of(nodes.AtLeast)
def _at_least(evaluator: Evaluator, node: nodes.AtLeast) -> Answer:
    answers = [evaluator.truth(operand) for operand in node.operands]
    return combined(at_least(node.count, (answer.verdict for answer in answers)), answers)


@truths.of(nodes.IsTrue)
def _is_true(evaluator: Evaluator, node: nodes.IsTrue) -> Answer:
    answer = evaluator.truth(node.operand)
    return Answer(verdict_of(answer.verdict is Verdict.MET), answer.evidence.without_needs())


@truths.of(nodes.FirstKnown)
def _first_known(evaluator: Evaluator, node: nodes.FirstKnown) -> Answer:
    answers: list[Answer] = []
    for operand in node.operands:
        answers.append(evaluator.truth(operand))
        if answers[-1].verdict.decided:
            break
    return combined(answers[-1].verdict, answers)


@truths.of(nodes.AnyRecorded)
def _any_recorded(evaluator: Evaluator, node: nodes.AnyRecorded) -> Answer:
    answers = [evaluator.truth(operand) for operand in node.operands]
    recorded = [answer for answer in answers if answer.verdict.decided or answer.evidence.used]
    if not recorded:
        return combined(Verdict.UNKNOWN, answers)
    return combined(any_of(answer.verdict for answer in recorded), recorded)


@truths.of(nodes.CriterionRef)
def _criterion(evaluator: Evaluator, node: nodes.CriterionRef) -> Answer:
    if evaluator.criterion is None:
        return Answer(Verdict.UNKNOWN, Evidence(notes=(f"{node.id} is not judged here",)))
    return evaluator.criterion(node.id)


@truths.of(nodes.Named)
def _named(evaluator: Evaluator, node: nodes.Named) -> Answer:
    return evaluator.truth(node.meaning)
