"""Evaluation of drug regimens: unchanged or not, within their caps or not.

The calendar is cut into slices: days on which the same courses are certain and the same ones are possible. A slice says
for each line of a regimen which daily doses are possible. MET needs slices with one possible dose each; NOT_MET needs
that no choice among the possible doses would do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, pairwise

from dosepath.core.days import PartialDate, Period, Window
from dosepath.core.facts import Evidence, Fact
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import Answer, Row, conclude, join
from dosepath.rules.evaluation.courses import Stretch, bounds_of, each_once, joined, known_in_part, step
from dosepath.rules.evaluation.doses import milligrams_a_day
from dosepath.rules.evaluation.evaluator import Evaluator, truths
from dosepath.rules.vocabulary import RegimenLine

ONE_DAY = timedelta(days=1)

DOUBTFUL_LIMIT = 5
"""Most courses of one slice that may be given or not and are told apart; with more, any dose is taken as possible."""


@dataclass(frozen=True, slots=True)
class Doses:
    """Daily doses of one line that are possible on the days of a slice.

    Parameters
    ----------
    absent
        Whether the line may not be given at all.
    totals
        Possible totals in milligrams a day; None: any.
    courses
        Courses that make up the only possible state of an unknown dose; empty otherwise.
    settled
        Whether only one state is possible: not given, one total, or the unknown dose of `courses`.
    """

    absent: bool
    totals: frozenset[Fraction] | None
    courses: frozenset[int] = frozenset()
    settled: bool = False

    @property
    def present(self) -> bool:
        """Whether the line may be given."""
        return self.totals is None or bool(self.totals)

    def and_also(self, other: "Doses") -> "Doses":
        """Give what is possible if nothing changes from one slice to another."""
        if self.totals is None or other.totals is None:
            totals = other.totals if self.totals is None else self.totals
        else:
            totals = self.totals & other.totals
        return Doses(self.absent and other.absent, totals)


NONE_GIVEN = Doses(absent=True, totals=frozenset(), settled=True)


@dataclass(frozen=True, slots=True)
class Slice:
    """Days with the same possibilities: one `Doses` a line, and whether the days surely lie in the window."""

    first: date
    last: date
    inside: bool
    lines: tuple[Doses, ...]


class Plan:
    """The courses of some lines of a regimen, cut into slices."""

    def __init__(self, evaluator: Evaluator, window: Window, lines: Sequence[RegimenLine]) -> None:
        self.evaluator = evaluator
        self.lines = lines
        self.courses = [[(fact, *evaluator.days_of(fact)) for fact in evaluator.facts(line.drug)] for line in lines]
        self.facts = each_once([fact for fact, _, _ in courses] for courses in self.courses)
        self.outer = Stretch(*bounds_of(window, evaluator.situation.on, certain=False))
        self.inner = Stretch(*bounds_of(window, evaluator.situation.on, certain=True))
        self._caps: dict[tuple[int, Fraction | None], Answer] = {}
        self._asked: set[tuple[int, Fraction | None]] = set()

    def slices(self, others: Sequence[Fact] = ()) -> list[Slice]:
        """Cut the days of the window wherever a course, or a course of another drug, may begin or end."""
        cuts = {self.inner.first, _after(self.inner.last)}
        bounds = [(first, last) for courses in self.courses for _, first, last in courses]
        bounds.extend(self.evaluator.days_of(fact) for fact in others)
        for first, last in bounds:
            cuts.update((first.earliest, first.latest, _after(last.earliest), _after(last.latest)))
        starts = sorted({day for day in cuts if self.outer.first < day <= self.outer.last} | {self.outer.first})
        ends = [*(day - ONE_DAY for day in starts[1:]), self.outer.last]
        if self.outer.first > self.outer.last:
            return []
        found = [self._slice(Stretch(*days)) for days in zip(starts, ends, strict=True)]
        return self._without_short_gaps(found)

    def _slice(self, days: Stretch) -> Slice:
        inside = self.inner.first <= days.first and days.last <= self.inner.last
        return Slice(days.first, days.last, inside, tuple(self._doses(place, days) for place in range(len(self.lines))))

    def _doses(self, place: int, days: Stretch) -> Doses:
        sure: list[Fact] = []
        doubtful: list[Fact] = []
        for fact, first, last in self.courses[place]:
            if first.latest <= days.first and days.last <= last.earliest:
                sure.append(fact)
            elif first.earliest <= days.first and days.last <= last.latest:
                doubtful.append(fact)
        if not sure and not doubtful:
            return NONE_GIVEN
        equivalence = self.lines[place].equivalence
        doses = {id(fact): milligrams_a_day(self.evaluator, equivalence, fact) for fact in (*sure, *doubtful)}
        known = [dose for dose in doses.values() if dose is not None]
        if len(known) < len(doses) or len(doubtful) > DOUBTFUL_LIMIT:
            courses = frozenset(id(fact) for fact in sure) if not doubtful else frozenset()
            return Doses(not sure, None, courses, settled=not doubtful)
        least = sum((doses[id(fact)] or Fraction(0) for fact in sure), Fraction(0))
        totals = {
            least + sum((doses[id(fact)] or Fraction(0) for fact in chosen), Fraction(0))
            for count in range(len(doubtful) + 1)
            for chosen in combinations(doubtful, count)
            if sure or chosen
        }
        return Doses(not sure, frozenset(totals), settled=not doubtful)

    def _without_short_gaps(self, slices: list[Slice]) -> list[Slice]:
        """Let a line go on through a gap that breaks no stretch."""
        gap = step(self.evaluator)
        if gap <= ONE_DAY:
            return slices
        columns = [self._filled(slices, place, gap) for place in range(len(self.lines))]
        return [replace(known, lines=lines) for known, lines in zip(slices, zip(*columns, strict=True), strict=True)]

    def _filled(self, slices: Sequence[Slice], place: int, gap: timedelta) -> list[Doses]:
        column = [known.lines[place] for known in slices]
        given = [index for index, doses in enumerate(column) if doses.present]
        filled = [doses if doses.settled else Doses(doses.absent, None) for doses in column]
        for before, after in pairwise(given):
            one, other = column[before], column[after]
            settled = one.settled and other.settled
            differs = settled and one != other and one.totals is not None and other.totals is not None
            if differs or slices[after].first - slices[before].last > gap:
                continue
            for index in range(before + 1, after):
                filled[index] = one if settled and one == other else Doses(absent=True, totals=None)
        return filled

    def cap(self, place: int, cap: nodes.Truth | None, dose: Fraction | None) -> Answer:
        """Judge the cap of a line for a daily dose in milligrams; None: not known."""
        self._asked.add((place, dose))
        return self._capped(place, cap, dose)

    def _capped(self, place: int, cap: nodes.Truth | None, dose: Fraction | None) -> Answer:
        if cap is None:
            return Answer(Verdict.MET)
        if (place, dose) not in self._caps:
            self._caps[place, dose] = self._judged_cap(place, cap, dose)
        return self._caps[place, dose]

    def _judged_cap(self, place: int, cap: nodes.Truth, dose: Fraction | None) -> Answer:
        drug = self.lines[place].drug
        facts = [fact for fact, _, _ in self.courses[place]]
        model = next((fact for fact in facts if fact.dose is None or fact.times_per_day is None), facts[0])
        stated = Fact(
            model.concept,
            Period(None),
            model.source,
            dose=None if dose is None else Quantity(dose, "mg"),
            times_per_day=Fraction(1),
            unusable=model.unusable if dose is None else "",
        )
        row = Row(PartialDate.on(self.evaluator.situation.on), drug, {}, own=stated)
        answer = self.evaluator.truth_of_row(cap, row)
        shown = tuple(fact for fact in answer.evidence.used if fact is not stated)
        return Answer(answer.verdict, Evidence(shown, answer.evidence.missing, answer.evidence.notes))

    def within(self, place: int, cap: nodes.Truth | None, doses: Doses) -> Doses:
        """Keep the doses that may lie within the cap."""
        if cap is None:
            return doses
        if doses.totals is None:
            fits = self.cap(place, cap, None).verdict is not Verdict.NOT_MET
            return doses if fits else Doses(doses.absent, frozenset())
        fitting = (dose for dose in doses.totals if self.cap(place, cap, dose).verdict is not Verdict.NOT_MET)
        return Doses(doses.absent, frozenset(fitting))

    def cap_evidence(self, caps: Sequence[nodes.Truth | None], slices: Sequence[Slice]) -> Evidence:
        """Give what caps are judged from.

        The facts are those of every dose that may be given in the window, in whatever order the slices were judged;
        missing is what the caps lack that were asked for.
        """
        answers = [
            self._capped(place, caps[place], total)
            for known in slices
            for place, doses in enumerate(known.lines)
            for total in (doses.totals if doses.totals is not None else (None,))
        ]
        facts = Evidence(each_once(answer.evidence.used for answer in answers))
        return join(facts, *(answer.evidence for key, answer in self._caps.items() if key in self._asked))


def _after(day: date) -> date:
    return day if day == date.max else day + ONE_DAY


# One line within its cap ------------------------------------------------------------------------------------------


@truths.of(nodes.WithinCap)
def _within_cap(evaluator: Evaluator, node: nodes.WithinCap) -> Answer:
    window, grounds = evaluator.window(node.window)
    span, more = evaluator.span(node.span)
    if window is None or span is None:
        return Answer(Verdict.UNKNOWN, join(grounds, more))
    line = next(item for item in evaluator.vocabulary.regimens[node.regimen] if item.name == node.line)
    plan = Plan(evaluator, window, (line,))
    slices = plan.slices()
    certain = [Stretch(known.first, known.last) for known in slices if _surely_within(plan, node.cap, known)]
    if any(stretch.lasts(span) for stretch in joined(evaluator, certain)):
        return conclude(Verdict.MET, join(Evidence(plan.facts), plan.cap_evidence((node.cap,), slices), grounds))
    possible = [
        Stretch(known.first, known.last) for known in slices if plan.within(0, node.cap, known.lines[0]).present
    ]
    evidence = join(Evidence(plan.facts), plan.cap_evidence((node.cap,), slices), grounds)
    if any(stretch.lasts(span) for stretch in joined(evaluator, possible)):
        return Answer(Verdict.UNKNOWN, join(evidence, known_in_part(evaluator, plan.facts)))
    if any(evaluator.days_of(fact)[0].latest <= evaluator.situation.on for fact in plan.facts):
        return conclude(Verdict.NOT_MET, evidence)
    # Nothing is on record, or only what may be dated later than today.
    doubts = evaluator.doubts_of_absence(line.drug, window)
    if doubts.missing:
        return conclude(Verdict.UNKNOWN, join(evidence, doubts))
    return conclude(Verdict.NOT_MET, join(evidence, evaluator.closed(line.drug)))


def _surely_within(plan: Plan, cap: nodes.Truth, known: Slice) -> bool:
    doses = known.lines[0]
    if not known.inside or doses.absent:
        return False
    totals: frozenset[Fraction | None] = frozenset({None}) if doses.totals is None else frozenset(doses.totals)
    return all(plan.cap(0, cap, total).verdict is Verdict.MET for total in totals)


# A regimen that does not change -----------------------------------------------------------------------------------


@truths.of(nodes.StableRegimen)
def _stable_regimen(evaluator: Evaluator, node: nodes.StableRegimen) -> Answer:
    window, grounds = evaluator.window(node.window)
    span, more = evaluator.span(node.span)
    if window is None or span is None:
        return Answer(Verdict.UNKNOWN, join(grounds, more))
    lines = evaluator.vocabulary.regimens[node.regimen]
    plan = Plan(evaluator, window, lines)
    others = _others(evaluator, node, lines)
    slices = plan.slices(others)
    used = Evidence(each_once((plan.facts, others)))
    reach = bounds_of(window, evaluator.situation.on, certain=False)[1]
    for stretch in _surely_unchanged(plan, node, slices, others):
        if stretch.lasts(span) and (not node.to_end or stretch.last >= reach):
            note = Evidence(notes=(f"unchanged from {stretch.first} to {stretch.last}",))
            return conclude(Verdict.MET, join(used, plan.cap_evidence(node.caps, slices), grounds, note))
    reach = bounds_of(window, evaluator.situation.on, certain=True)[1]
    for stretch in _possibly_unchanged(plan, node, slices, others):
        if stretch.lasts(span) and (not node.to_end or stretch.last >= reach):
            needs = known_in_part(evaluator, used.used)
            return Answer(Verdict.UNKNOWN, join(used, plan.cap_evidence(node.caps, slices), needs, grounds))
    doubts = join(*(evaluator.doubts_of_absence(line.drug, window) for line in lines))
    if doubts.missing:
        return conclude(Verdict.UNKNOWN, join(used, plan.cap_evidence(node.caps, slices), grounds, doubts))
    closed = join(*(evaluator.closed(line.drug) for line in lines))
    return conclude(Verdict.NOT_MET, join(used, plan.cap_evidence(node.caps, slices), grounds, closed))


def _others(evaluator: Evaluator, node: nodes.StableRegimen, lines: Sequence[RegimenLine]) -> list[Fact]:
    """Give the courses of drugs that must not be given beside the regimen."""
    if not node.only_listed:
        return []
    listed = {leaf for line in lines for leaf in evaluator.vocabulary.leaves(line.drug)}
    return [fact for fact in evaluator.facts(node.only_listed) if fact.concept not in listed]


def _given(evaluator: Evaluator, facts: Sequence[Fact], days: Slice, *, surely: bool) -> bool:
    for fact in facts:
        first, last = evaluator.days_of(fact)
        begin, end = (first.latest, last.earliest) if surely else (first.earliest, last.latest)
        if begin <= days.first and days.last <= end:
            return True
    return False


def _surely_unchanged(
    plan: Plan, node: nodes.StableRegimen, slices: Sequence[Slice], others: Sequence[Fact]
) -> Iterator[Stretch]:
    """Give the stretches over which, whatever the days known in part are, no line starts, stops or changes its dose."""
    run: list[Slice] = []
    for known in slices:
        fits = (
            known.inside
            and all(doses.settled for doses in known.lines)
            and any(doses.present for doses in known.lines)
            and not _given(plan.evaluator, others, known, surely=False)
            and all(_surely_capped(plan, node, place, doses) for place, doses in enumerate(known.lines))
        )
        if run and not (fits and known.lines == run[-1].lines):
            yield Stretch(run[0].first, run[-1].last)
            run = []
        if fits:
            run.append(known)
    if run:
        yield Stretch(run[0].first, run[-1].last)


def _surely_capped(plan: Plan, node: nodes.StableRegimen, place: int, doses: Doses) -> bool:
    if not doses.present:
        return True
    total = None if doses.totals is None else next(iter(doses.totals))
    return plan.cap(place, node.caps[place], total).verdict is Verdict.MET


def _possibly_unchanged(
    plan: Plan, node: nodes.StableRegimen, slices: Sequence[Slice], others: Sequence[Fact]
) -> Iterator[Stretch]:
    """Give the longest stretches from each slice on over which some choice of possible doses never changes."""
    fitting = [
        None
        if _given(plan.evaluator, others, known, surely=True)
        else tuple(plan.within(place, node.caps[place], doses) for place, doses in enumerate(known.lines))
        for known in slices
    ]
    for start, first in enumerate(fitting):
        if first is None or not _possible(first):
            continue
        state, last = first, start
        for index in range(start + 1, len(slices)):
            following = fitting[index]
            if following is None:
                break
            state = tuple(one.and_also(other) for one, other in zip(state, following, strict=True))
            if not _possible(state):
                break
            last = index
        yield Stretch(slices[start].first, slices[last].last)


def _possible(state: Sequence[Doses]) -> bool:
    return all(doses.absent or doses.present for doses in state) and any(doses.present for doses in state)
