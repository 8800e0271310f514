"""Evaluation of results: the one that counts in a window, and what the laboratory wrote."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from dosepath.core.days import PartialDate, Window, not_after
from dosepath.core.facts import NOTHING, Evidence, Fact
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict, all_of, negate
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import ANY_DAY, Found, join
from dosepath.rules.evaluation.evaluator import Evaluator, need_of, values


@values.of(nodes.Pick)
def _pick(evaluator: Evaluator, node: nodes.Pick) -> Found:
    return pick(evaluator, node.concept, node.window, earliest=node.earliest, before=node.before)


def pick(
    evaluator: Evaluator,
    concept: str,
    window_of: nodes.WindowOf,
    *,
    earliest: bool = False,
    before: nodes.Scalar | None = None,
    scored: bool = True,
) -> Found:
    """Find the latest (or earliest) result of a concept in a window, in the case at hand.

    Results that follow from the items of a form count as well, unless `scored` is switched off.

    A result without a value does not count; one whose value cannot be used does, and nothing is known then.
    """
    window, grounds = evaluator.window(window_of)
    if window is None:
        return Found(None, evidence=grounds)
    bound: PartialDate | None = None
    if before is not None:
        found = evaluator.value(before)
        grounds = join(grounds, found.evidence)
        if not isinstance(found.value, PartialDate):
            return Found(None, evidence=grounds, nothing=found.nothing)
        bound = found.value
    facts = evaluator.facts(concept) if scored else evaluator.recorded(concept)
    candidates, absent = _candidates(evaluator, facts, window, bound)
    if not candidates:
        need = need_of(evaluator, concept, _why_none(evaluator, concept, window, bound))
        return Found(None, evidence=join(grounds, Evidence(missing=(need,), notes=absent)))
    options = possible_latest(candidates, earliest=earliest)
    chosen = evaluator.choose(
        ("latest", concept, earliest, scored, window, bound), len(options), lambda: _which(evaluator, concept)
    )
    fact = options[chosen]
    if fact is None:
        need = need_of(evaluator, concept, f"it is not sure that a result lies in {window}")
        return Found(None, evidence=join(grounds, Evidence(tuple(fact for fact, _ in candidates), (need,), absent)))
    return read(evaluator, fact, grounds, (*absent, *_ties(fact, candidates, earliest=earliest)))


def _which(evaluator: Evaluator, concept: str) -> Evidence:
    return Evidence(missing=(need_of(evaluator, concept, "a date known in part leaves open which result counts"),))


def _candidates(
    evaluator: Evaluator, facts: Sequence[Fact], window: Window, bound: PartialDate | None
) -> tuple[list[tuple[Fact, Verdict]], tuple[str, ...]]:
    """Give the results that lie in a window or may do so, and notes on those that hold no value."""
    candidates: list[tuple[Fact, Verdict]] = []
    absent: list[str] = []
    for fact in facts:
        day = fact.day or ANY_DAY
        inside = evaluator.inside(window, day, day)
        if bound is not None and inside is not Verdict.NOT_MET:
            inside = all_of((inside, negate(not_after(bound, day))))
        if inside is Verdict.NOT_MET:
            continue
        if fact.absent:
            absent.append(f"{fact.source} of {day}: {fact.absent}")
        else:
            candidates.append((fact, inside))
    return candidates, tuple(absent)


def _why_none(evaluator: Evaluator, concept: str, window: Window, bound: PartialDate | None) -> str:
    facts = [fact for fact in evaluator.facts(concept) if fact.day and not fact.absent]
    if not facts:
        return "nothing on record"
    nearest = max(facts, key=lambda fact: (fact.day or ANY_DAY).latest)
    before = f" and before {bound}" if bound is not None else ""
    return f"none dated {window}{before}; the last one is of {nearest.day}"


# Which result counts ----------------------------------------------------------------------------------------------


def replaces(later: Fact, sooner: Fact) -> bool:
    """Answer whether a record replaces one of the same day that stands before it in the source.

    It does, unless both carry a time of day and its own is the earlier one.
    """
    return not (later.time and sooner.time and later.time < sooner.time)


def last_of_day(facts: Sequence[Fact], *, earliest: bool = False) -> Fact:
    """Give the last (or first) of several results of one day: by time where both carry one, else by place."""
    in_order = sorted(facts, key=lambda fact: fact.order)
    if earliest:
        in_order.reverse()
    kept = in_order[0]
    for fact in in_order[1:]:
        if replaces(kept, fact) if earliest else replaces(fact, kept):
            kept = fact
    return kept


def possible_latest(candidates: Sequence[tuple[Fact, Verdict]], *, earliest: bool) -> list[Fact | None]:
    """List the results that may be the latest (or earliest) one inside a window; None: that there is none.

    Parameters
    ----------
    candidates
        Results with the verdict of their lying inside the window, MET or UNKNOWN.
    earliest
        Whether the earliest one is asked for.
    """
    if len(candidates) == 1 and candidates[0][1] is Verdict.MET:
        return [candidates[0][0]]
    standing = _one_a_day(candidates, earliest=earliest)
    certain = [fact.day or ANY_DAY for fact, inside in standing if inside is Verdict.MET]
    if not certain:
        return [*(fact for fact, _ in standing), None]
    if earliest:
        last = min(day.latest for day in certain)
        return [fact for fact, _ in standing if (fact.day or ANY_DAY).earliest <= last]
    first = max(day.earliest for day in certain)
    return [fact for fact, _ in standing if (fact.day or ANY_DAY).latest >= first]


def _one_a_day(candidates: Sequence[tuple[Fact, Verdict]], *, earliest: bool) -> list[tuple[Fact, Verdict]]:
    """Keep of the results of one and the same day the one that counts; they lie in a window or outside it together."""
    if len(candidates) == 1:
        return list(candidates)
    by_day: dict[date, list[tuple[Fact, Verdict]]] = {}
    kept: list[tuple[Fact, Verdict]] = []
    for candidate in candidates:
        day = candidate[0].day
        if day is not None and day.exact:
            by_day.setdefault(day.earliest, []).append(candidate)
        else:
            kept.append(candidate)
    for same_day in by_day.values():
        counts = last_of_day([fact for fact, _ in same_day], earliest=earliest)
        kept.extend(candidate for candidate in same_day if candidate[0] is counts)
    return kept


def _ties(fact: Fact, candidates: Sequence[tuple[Fact, Verdict]], *, earliest: bool) -> tuple[str, ...]:
    if len(candidates) == 1:
        return ()
    word = "earlier" if earliest else "later"
    return tuple(
        f"{other.source} of the same day says {other.reported or other.value}; the {word} record counts"
        for other, _ in candidates
        if other is not fact and other.day == fact.day and other.value != fact.value
    )


# What a result says -------------------------------------------------------------------------------------------------


def read(evaluator: Evaluator, fact: Fact, grounds: Evidence = NOTHING, notes: tuple[str, ...] = ()) -> Found:
    """Read the value of a fact; bounds where the laboratory gave only a bound."""
    if fact.unusable or fact.value is None:
        need = need_of(evaluator, fact.concept, fact.unusable or "no value recorded")
        return Found(None, evidence=join(Evidence((fact,), (need,), notes), grounds), fact=fact)
    evidence = join(Evidence((fact,), (), notes), grounds)
    match fact.value:
        case Quantity(value=number, unit=unit):
            return Found(_bounded(number, fact.comparator), unit, evidence, fact)
        case bool():
            return Found("true" if fact.value else "false", "", evidence, fact)
        case _:
            return Found(fact.value, "", evidence, fact)


def _bounded(number: Fraction, comparator: str | None) -> Interval:
    match comparator:
        case "<":
            return Interval(None, number, high_open=True)
        case "<=":
            return Interval(None, number)
        case ">":
            return Interval(number, None, low_open=True)
        case ">=":
            return Interval(number, None)
    return Interval(number, number)
