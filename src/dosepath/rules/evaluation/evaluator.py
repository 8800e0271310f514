"""Judging one patient, case by case where the record leaves several cases open.

A result whose date is known to the month, or a score of which a part was not recorded, leaves several possible cases.
A rule is judged once in each case; it is MET or NOT_MET only where all cases agree. So an unknown that cannot change
the outcome does not make it unknown, also where it enters a rule twice.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from dosepath.core.days import PartialDate, Span, Window
from dosepath.core.facts import NOTHING, Evidence, Fact, Need, NeedKind, Table
from dosepath.core.instrument import Score
from dosepath.core.verdict import Verdict, agreed
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import Answer, Found, Row, Situation, is_empty, join
from dosepath.rules.evaluation.forms import Forms
from dosepath.rules.nodes import Scalar, Truth
from dosepath.rules.parse import walk
from dosepath.rules.vocabulary import Vocabulary

CASE_LIMIT = 2000
"""Most cases that are told apart in one rule; beyond it the answer is UNKNOWN and says so."""

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

_FIXED = (nodes.WindowOf, nodes.Anchor, nodes.Shifted, nodes.SpanOf, nodes.NamedValue)
"""Parts of a window whose days are the same in every case and for every record."""


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
        self.known_cases: dict[tuple[str | int, ...], Score] = {}
        """Score of instruments by name and by what was entered."""
        self.forms = Forms(situation.record, vocabulary)
        self._facts: dict[str, tuple[Fact, ...]] = {}
        self._recorded: dict[str, tuple[Fact, ...]] = {}
        self._found_windows: dict[int, tuple[nodes.WindowOf, tuple[Window | None, Evidence] | None]] = {}
        self._chosen: dict[Hashable, int] = {}
        self._sizes: dict[Hashable, int] = {}
        self._doubts: dict[Hashable, Evidence] = {}
        self._compared: dict[int, list[Found]] = {}
        """What was compared, each value once; by the identity of the nodes, which live as long as their rules do."""
        self._not_told_apart: set[int] = set()
        """Nodes of rules that have more cases than are judged."""

    # cases --------------------------------------------------------------------------------------------------------

    def judge(self, rule: Truth) -> Answer:
        """Judge a rule in every possible case and answer what all cases agree on.

        A rule that is judged while another one is, has cases of its own.
        """
        outer = self._chosen, self._sizes, self._doubts
        self._chosen, self._sizes, self._doubts = {}, {}, {}
        try:
            return self._judge_cases(rule)
        finally:
            self._chosen, self._sizes, self._doubts = outer

    def _judge_cases(self, rule: Truth) -> Answer:
        first = self.truth(rule)
        if not self._sizes:
            return first
        answers = [first]
        while self._next_case():
            if len(answers) >= CASE_LIMIT:
                self._not_told_apart.update(map(id, walk(rule)))
                return self._unsettled(answers, f"more than {CASE_LIMIT} cases are possible; not told apart")
            answers.append(self.truth(rule))
        verdict = agreed(answer.verdict for answer in answers)
        if verdict is Verdict.UNKNOWN:
            return self._unsettled(answers)
        return Answer(verdict, join(*(answer.evidence for answer in answers)).without_needs())

    def possible(self, node: Scalar) -> Sequence[Found]:
        """Give the values that a node may have in the possible cases, apart from any rule that is being judged.

        What a rule compared while it was judged is not found again. Beyond `CASE_LIMIT` cases nothing is known: the
        only case is one without a value.
        """
        known = self._compared.get(id(node))
        if id(node) in self._not_told_apart:
            return [Found(None)]
        if known is not None:
            return known
        outer = self._chosen, self._sizes, self._doubts
        self._chosen, self._sizes, self._doubts = {}, {}, {}
        try:
            cases = [self.value(node)]
            while self._next_case():
                if len(cases) >= CASE_LIMIT:
                    return [Found(None)]
                cases.append(self.value(node))
            return cases
        finally:
            self._chosen, self._sizes, self._doubts = outer

    def choose(self, key: Hashable, count: int, doubt: Callable[[], Evidence]) -> int:
        """Give the case at hand among `count` possible ones.

        Parameters
        ----------
        key
            What is chosen. The same key must mean the same possibilities wherever it is met within one case.
        count
            Number of possibilities.
        doubt
            Says what would settle it.
        """
        if count < 2:
            return 0
        if key not in self._chosen:
            self._chosen[key] = 0
            self._sizes[key] = count
            self._doubts[key] = doubt()
        return self._chosen[key]

    def _next_case(self) -> bool:
        """Move to the next case: the last choice that has one left; those met after it are met anew."""
        for key in reversed(list(self._chosen)):
            if self._chosen[key] + 1 < self._sizes[key]:
                self._chosen[key] += 1
                return True
            del self._chosen[key]
        return False

    def _unsettled(self, answers: Sequence[Answer], note: str = "") -> Answer:
        parts = [answer.evidence for answer in answers]
        if note or any(answer.verdict is not answers[0].verdict for answer in answers):
            parts.extend(self._doubts.values())
        if note:
            parts.append(Evidence(notes=(note,)))
        return Answer(Verdict.UNKNOWN, join(*parts))

    # dispatch -------------------------------------------------------------------------------------------------------

    def truth(self, node: Truth) -> Answer:
        """Judge a node in the case at hand."""
        return truths.functions[type(node)](self, node)

    def value(self, node: Scalar) -> Found:
        """Find the value of a node in the case at hand."""
        return values.functions[type(node)](self, node)

    def compared(self, node: Scalar) -> Found:
        """Find a value that is compared, and remember it where the patient is asked and not a record."""
        found = self.value(node)
        if self.row is None:
            known = self._compared.setdefault(id(node), [])
            if all((found.value, found.unit) != (other.value, other.unit) for other in known):
                known.append(found)
        return found

    def truth_of_row(self, node: Truth, row: Row | None) -> Answer:
        """Judge a condition for one record; None: for no record."""
        outer, self.row = self.row, row
        try:
            return self.truth(node)
        finally:
            self.row = outer

    # what is on record ----------------------------------------------------------------------------------------------

    def facts(self, concept: str) -> tuple[Fact, ...]:
        """Give the facts of a concept that exist on the day of the evaluation, results of forms among them."""
        if concept not in self._facts:
            scored = tuple(fact for fact in self.forms.results(concept) if self.exists_yet(fact.period.start))
            self._facts[concept] = self.recorded(concept) + scored
        return self._facts[concept]

    def recorded(self, concept: str) -> tuple[Fact, ...]:
        """Give the facts of a concept that were recorded as such and exist on the day of the evaluation."""
        if concept not in self._recorded:
            leaves = self.vocabulary.leaves(concept) if concept in self.vocabulary.terms else (concept,)
            found = (fact for leaf in leaves for fact in self.situation.record.of(leaf))
            self._recorded[concept] = tuple(fact for fact in found if self.exists_yet(fact.period.start))
        return self._recorded[concept]

    def exists_yet(self, day: PartialDate | None) -> bool:
        """Answer whether a record of a day may exist on the day of the evaluation."""
        return day is None or day.earliest <= self.situation.on

    def days_of(self, fact: Fact) -> tuple[PartialDate, PartialDate]:
        """Give the first and the last day of a record; a last day to come is not reached yet."""
        on = self.situation.on
        first, last = fact.period.first_day(on), fact.period.last_day(on)
        return first, last if last.latest <= on else PartialDate(min(last.earliest, on), on)

    def inside(self, window: Window, first: PartialDate, last: PartialDate) -> Verdict:
        """Answer whether any day from the first to the last lies in a window.

        A record whose first day may be later than the day of the evaluation may not exist yet: UNKNOWN at best.
        """
        start, end = window.start, window.end
        if (end is not None and first.earliest > end.latest) or (start is not None and start.earliest > last.latest):
            return Verdict.NOT_MET
        if is_empty(window):
            return Verdict.NOT_MET
        if (
            first.latest <= self.situation.on
            and (end is None or first.latest <= end.earliest)
            and (start is None or start.latest <= last.earliest)
            and (start is None or end is None or start.latest <= end.earliest)
        ):
            return Verdict.MET
        return Verdict.UNKNOWN

    def incomplete(self, concept: str) -> tuple[Table, ...]:
        """Give the tables of a concept that the site does not assert to be complete."""
        return tuple(table for table in self.vocabulary.tables(concept) if table not in self.situation.complete)

    def closed(self, concept: str) -> Evidence:
        """Name the lists that the site asserts to be complete, on which a "no" about a concept rests."""
        tables = ", ".join(table.value for table in self.vocabulary.tables(concept))
        return Evidence(notes=(f"{tables} asserted to be complete",)) if tables else NOTHING

    def doubts_of_absence(self, concept: str, window: Window) -> Evidence:
        """Say why the absence of a record does not show that something did not happen; nothing when it does."""
        needs = [
            Need(NeedKind.COMPLETE, table.value, f"the site does not assert that its {_words(table)} are complete")
            for table in self.incomplete(concept)
        ]
        on = self.situation.on
        if window.end is None or window.end.latest > on:
            needs.append(Need(NeedKind.ANCHOR, "on", f"the window runs past {on}, the day of the evaluation"))
        needs.extend(self._not_understood(concept, window))
        return Evidence(missing=tuple(needs)) if needs else NOTHING

    def _not_understood(self, concept: str, window: Window) -> list[Need]:
        records = self.situation.record.unclassified
        if not records:
            return []
        on = self.situation.on
        tables, leaves = self.vocabulary.tables(concept), self.vocabulary.leaves(concept)
        needs = []
        for record in records:
            concerned = not record.may_be.isdisjoint(leaves) or (record.anything and record.table in tables)
            if not concerned or not self.exists_yet(record.period.start):
                continue
            if record.period.meets(window, on) is not Verdict.NOT_MET:
                said = f"'{record.text}'" if record.text else "a record without a readable code or name"
                needs.append(Need(NeedKind.FACT, concept, f"{record.source} {said} may be one: look at it"))
        return needs

    # windows and spans ----------------------------------------------------------------------------------------------

    def window(self, node: nodes.WindowOf) -> tuple[Window | None, Evidence]:
        """Find the days of a window; None with the reason when an anchor or a setting is not set."""
        known = self._found_windows.get(id(node))
        if known is not None and known[1] is not None:
            return known[1]
        result = self._find_window(node)
        if known is None:
            # The node is kept with the result, so that its id is not given to another one.
            self._found_windows[id(node)] = (node, result if _is_fixed(node) else None)
        return result

    def _find_window(self, node: nodes.WindowOf) -> tuple[Window | None, Evidence]:
        bounds: list[PartialDate | None] = []
        parts: list[Evidence] = []
        for bound in (node.start, node.end):
            if bound is None:
                bounds.append(None)
                continue
            found = self.value(bound)
            parts.append(found.evidence)
            bounds.append(found.value if isinstance(found.value, PartialDate) else None)
            if bounds[-1] is None:
                return None, join(*parts)
        return Window(bounds[0], bounds[1]), join(*parts)

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


@lru_cache(maxsize=4096)
def _is_fixed(node: nodes.Node) -> bool:
    """Answer whether a window is the same in every case and for every record; asked once for all patients."""
    return isinstance(node, _FIXED) and all(_is_fixed(child) for child in node.children())


def need_of(evaluator: Evaluator, concept: str, reason: str) -> Need:
    """Name a concept that is missing, as a fact or as a judgement."""
    term = evaluator.vocabulary.terms.get(concept)
    kind = NeedKind.JUDGEMENT if term and term.judgement else NeedKind.FACT
    return Need(kind, concept, reason)
