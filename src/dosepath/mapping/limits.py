"""Limits of normal, as printed with the very result."""

from dataclasses import dataclass
from typing import Final

from dosepath.core.quantity import Quantity
from dosepath.mapping.numbers import Unit, exact, in_unit, unit_of
from dosepath.mapping.shapes import EMPTY, Node, normalised, part, parts, text
from dosepath.mapping.systems import read_coded
from dosepath.protocol.concept import Concept


@dataclass(frozen=True, slots=True)
class Limits:
    """Lower and upper limit of normal in the unit of the concept, and why one could not be read."""

    lln: Quantity | None = None
    uln: Quantity | None = None
    problem: str = ""


NO_LIMITS: Final = Limits()
_NORMAL: Final = frozenset({"normal", "normal range"})


def read_limits(concept: Concept, result: Node, unit: Unit) -> Limits:
    """Read the reference range of a result: the one for normal, or the only one.

    Parameters
    ----------
    concept, result
        What was measured, and the observation or component.
    unit
        Unit of the value, for limits that are printed without one.
    """
    ranges = parts(result, "referenceRange")
    if not ranges:
        return NO_LIMITS
    numeric = [each for each in ranges if part(each, "low") is not EMPTY or part(each, "high") is not EMPTY]
    if not numeric:
        return Limits(problem="limits of normal are given as text only and are not read")
    meanings = [_meaning(each) for each in numeric]
    normal = [each for each, meaning in zip(numeric, meanings, strict=True) if meaning in _NORMAL]
    untyped = [each for each, meaning in zip(numeric, meanings, strict=True) if not meaning]
    chosen = normal or untyped
    if not chosen:
        return Limits(problem="no reference range is that of normal")
    if len(chosen) == 1:
        return _read(concept, chosen[0], unit)
    found = list(dict.fromkeys(_read(concept, each, unit) for each in chosen))
    if len(found) > 1:
        return Limits(problem=f"{len(found)} reference ranges, and none is said to be this person's; none is used")
    return found[0]


def _meaning(node: Node) -> str:
    coded = read_coded(part(node, "type"))
    return next((code.lower() for _, code in coded.codes), "") or next(map(normalised, coded.texts), "")


def _read(concept: Concept, node: Node, unit: Unit) -> Limits:
    low, problem_low = _limit(concept, part(node, "low"), unit)
    high, problem_high = _limit(concept, part(node, "high"), unit)
    problem = problem_low or problem_high
    if problem:
        return Limits(problem=problem)
    if low is not None and high is not None and low.value > high.value:
        return Limits(problem=f"lower limit of normal {low} above the upper {high}; neither is used")
    return Limits(low, high)


def _limit(concept: Concept, node: Node, unit: Unit) -> tuple[Quantity | None, str]:
    if node.get("value") is None:
        return None, ""
    number = exact(node.get("value"))
    if number is None or text(node, "comparator"):
        return None, "a limit of normal is not a plain number"
    own = unit_of(node)
    measured = in_unit(number, own if own.given else unit, concept.unit or "1", concept.analyte, "limit of normal")
    return measured.quantity, measured.problem
