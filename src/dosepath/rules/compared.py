"""What a rule compares: the values that its questions to the patient look at, whichever reader answers them."""

from collections.abc import Iterator

from dosepath.rules import nodes
from dosepath.rules.nodes import Scalar, Truth

WRITTEN = (nodes.Amount, nodes.Choice, nodes.Setting, nodes.LimitMultiple)
"""Sides of a comparison that the rule itself gives, or that are printed with the result on the other side."""


def compared_in(rule: Truth) -> tuple[Scalar, ...]:
    """List the values that the questions of a rule compare, each once, in the order of the rule.

    A condition on records (`where`) and the rules of other criteria ask about something else, and give none.

    Parameters
    ----------
    rule
        Tree of the rule.

    Examples
    --------
    >>> from fractions import Fraction
    >>> age = nodes.Age(nodes.Anchor("screening"))
    >>> low, high = (nodes.Amount(Fraction(years), "a") for years in (18, 65))
    >>> compared_in(nodes.And((nodes.Compare(">=", age, low), nodes.Compare("<=", age, high)))) == (age,)
    True
    """
    return tuple(dict.fromkeys(side for side in _sides(rule) if not isinstance(side, WRITTEN)))


def _sides(node: Truth) -> Iterator[Scalar]:
    match node:
        case nodes.Compare(left=left, right=right):
            yield from (left, right)
        case nodes.OneOf(value=value):
            yield value
        case nodes.During(day=day):
            yield day
        case nodes.Not(operand=operand) | nodes.IsTrue(operand=operand) | nodes.Named(meaning=operand):
            yield from _sides(operand)
        case (
            nodes.And(operands=operands)
            | nodes.Or(operands=operands)
            | nodes.AtLeast(operands=operands)
            | nodes.FirstKnown(operands=operands)
            | nodes.AnyRecorded(operands=operands)
        ):
            for operand in operands:
                yield from _sides(operand)
