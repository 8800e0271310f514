"""What another limit would bring: one criterion judged anew at many limits, all others as they stand."""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, NamedTuple

from dosepath.core.errors import InputError
from dosepath.core.facts import PatientRecord
from dosepath.core.verdict import Verdict
from dosepath.population.attrition import ON_RECORD, counted_in
from dosepath.population.facts import read_records
from dosepath.population.results import Screening
from dosepath.rules import nodes
from dosepath.rules.evaluation import Evaluator, Situation

STEPS: Final = tuple(Fraction(step, 10) for step in range(21))
"""Limits that are tried, as multiples of the one in force."""
AT_ONCE: Final = 2_000


class Point(NamedTuple):
    """Who would pass at one limit.

    Parameters
    ----------
    limit
        The limit, in the unit of the curve.
    eligible
        Patients who then pass everything.
    possible
        Patients who then fail nothing.
    in_force
        Whether it is the limit of the protocol.
    """

    limit: float
    eligible: int
    possible: int
    in_force: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """Patients by the limit of one criterion, for one arm.

    Parameters
    ----------
    arm, criterion, rule
        What is slid.
    unit
        Unit of the limit; `x ULN` for a multiple of a limit of normal.
    patients
        Patients among whom is counted.
    points
        In the order of the limits.
    """

    arm: str
    criterion: str
    rule: str
    unit: str
    patients: int
    points: tuple[Point, ...]


def curve(
    screening: Screening, arm: str, criterion: str, base: str = ON_RECORD, limits: Sequence[Fraction] = ()
) -> Curve:
    """Slide the limit of a criterion and count who passes.

    Only patients whom nothing else keeps out can change; each of them is judged by the one-patient evaluator at every
    limit, so that partial dates, bounds and missing ranges count as they always do.

    Parameters
    ----------
    screening
        A finished screening.
    arm, criterion
        The arm, and a criterion of its list with one number as its limit.
    base
        Among whom; as for `arm_cost`.
    limits
        Limits to try; without them multiples of the one in force.

    Raises
    ------
    InputError
        When the criterion is not on the list of the arm or has no single limit.
    """
    tree, limit = _limit_of(screening, arm, criterion)
    tried = sorted({*(limits or (limit * step for step in STEPS)), limit})
    trees = [_with_limit(tree, value) for value in tried]
    eligible, possible = [0] * len(tried), [0] * len(tried)
    wrong = Verdict.MET if screening.asked.protocol.criteria[criterion].exclusion else Verdict.NOT_MET
    against, unknown = screening.against(arm, criterion), screening.unknown(arm, criterion)
    rows = screening.connection.execute(
        f"SELECT p.id, s.open - CAST({unknown} AS INTEGER) FROM ({counted_in(arm, base)}) AS s "
        f"JOIN people AS p USING (patient) WHERE s.failed - CAST({against} AS INTEGER) = 0 ORDER BY p.id"
    ).fetchall()
    for start in range(0, len(rows), AT_ONCE):
        some = dict(rows[start : start + AT_ONCE])
        for identity, record in read_records(screening.connection, screening.whole, list(some)).items():
            for place, verdict in enumerate(_judged(screening, record, trees)):
                possible[place] += verdict is not wrong
                eligible[place] += verdict.decided and verdict is not wrong and not some[identity]
    unit = _unit(tree)
    points = (
        Point(float(value), passed, left, value == limit)
        for value, passed, left in zip(tried, eligible, possible, strict=True)
    )
    rule = screening.asked.protocol.criteria[criterion].rule.text
    counted = screening.connection.execute(f"SELECT count(*) FROM ({counted_in(arm, base)})").fetchone()
    return Curve(arm, criterion, rule, unit, int(counted[0]) if counted else 0, tuple(points))


def slidable(screening: Screening, arm: str) -> tuple[str, ...]:
    """Give the criteria of an arm that have one number as their limit."""
    criteria = screening.asked.protocol.criteria
    return tuple(item for item in screening.items(arm) if _single_limit(criteria[item].rule.tree) is not None)


def _limit_of(screening: Screening, arm: str, criterion: str) -> tuple[nodes.Compare, Fraction]:
    protocol = screening.asked.protocol
    items = screening.items(arm)
    tree = protocol.criteria[criterion].rule.tree if criterion in items else None
    limit = _single_limit(tree)
    if not isinstance(tree, nodes.Compare) or limit is None:
        why = "has no single number as its limit" if criterion in items else "does not stand alone"
        raise InputError(
            f"--what-if {criterion}: for {arm} it {why}; of those that do: {', '.join(slidable(screening, arm))}"
        )
    return tree, limit


def _single_limit(tree: nodes.Truth | None) -> Fraction | None:
    match tree:
        case nodes.Compare(right=nodes.Amount(number=number)):
            return number
        case nodes.Compare(right=nodes.LimitMultiple(factor=factor)):
            return factor
    return None


def _with_limit(tree: nodes.Compare, value: Fraction) -> nodes.Compare:
    match tree.right:
        case nodes.Amount():
            return replace(tree, right=replace(tree.right, number=value))
        case nodes.LimitMultiple():
            return replace(tree, right=replace(tree.right, factor=value))
    raise TypeError("a rule without a limit")


def _unit(tree: nodes.Compare) -> str:
    match tree.right:
        case nodes.Amount(unit=unit):
            return "" if unit == "1" else unit
        case nodes.LimitMultiple(upper=upper):
            return "x ULN" if upper else "x LLN"
    return ""


def _judged(screening: Screening, record: PatientRecord, trees: Sequence[nodes.Compare]) -> list[Verdict]:
    asked = screening.asked
    occasion = asked.occasion(record.id)
    anchors = {**occasion.anchors, "screening": occasion.anchors.get("screening") or occasion.on}
    settings = {**asked.protocol.settings, **occasion.settings}
    situation = Situation(record, anchors, occasion.on, occasion.complete, settings)
    evaluator = Evaluator(situation, asked.protocol.vocabulary, asked.protocol.windows)
    return [evaluator.judge(tree).verdict for tree in trees]
