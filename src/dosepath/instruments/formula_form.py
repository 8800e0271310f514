"""A form for a formula: all its numbers have to be known, an open choice leaves one case for each of its answers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from dosepath.core.instrument import Field, Flag, Item, ItemKind, Verification
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import by_id
from dosepath.instruments.scale import Outcome, Scale

SHOWN_DECIMALS = 2
"""Decimals of a result in the steps; results themselves are not rounded."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a formula is computed from: every item of its form, answered."""

    numbers: Mapping[str, Fraction]
    choices: Mapping[str, str]


def above_zero(said: Answers, items: Iterable[str]) -> Answers:
    """Refuse zero where something was measured that cannot be zero, such as a weight.

    Examples
    --------
    >>> [str(refusal) for refusal in above_zero(Answers(amounts={"weight": Fraction(0)}), ["weight"]).refusals]
    ['weight: 0 is not above zero']
    """
    return said.without([item for item in items if said.number(item) == 0], "0 is not above zero")


def rounded(number: Fraction, decimals: int = SHOWN_DECIMALS) -> str:
    """Write a number for people, halves upwards.

    Examples
    --------
    >>> rounded(Fraction(800, 9)), rounded(Fraction(3, 2)), rounded(Fraction("0.125"))
    ('88.89', '1.5', '0.13')
    """
    scale = 10**decimals
    nearest = Fraction(int(abs(number) * scale + Fraction(1, 2)), scale)
    return str(Quantity(nearest if number >= 0 else -nearest, "1"))


@dataclass(frozen=True, slots=True)
class FormulaForm:
    """What the form of a formula needs beyond what every instrument tells.

    Parameters
    ----------
    result
        Name and unit of what is computed.
    compute
        The formula.
    written
        The formula with its numbers, for the steps.
    nonzero
        Numbers that cannot be zero.
    flags
        What a person should see.
    """

    result: tuple[str, Field]
    compute: Callable[[Inputs], Fraction]
    written: Callable[[Inputs], str]
    nonzero: tuple[str, ...] = ()
    flags: Callable[[Answers], tuple[Flag, ...]] = lambda _: ()


def formula_scale(
    *,
    identity: str,
    name: str,
    version: str,
    citation: Citation,
    verification: Verification,
    items: Iterable[Item],
    form: FormulaForm,
) -> Scale:
    """Make an instrument with a form out of a formula.

    Examples
    --------
    >>> from datetime import date
    >>> from dosepath.instruments.items import amount
    >>> ratio = FormulaForm(
    ...     ("ratio", Field("ratio", unit="1")),
    ...     lambda known: known.numbers["value"] / known.numbers["limit"],
    ...     lambda known: "value / limit",
    ...     nonzero=("limit",),
    ... )
    >>> scale = formula_scale(identity="demo", name="demo", version="1", citation=Citation("own"), form=ratio,
    ...     verification=Verification("", date(2026, 11, 25)), items=[amount("value", "a"), amount("limit", "b")])
    >>> scale.score({"value": Quantity.of(3, "1"), "limit": Quantity.of(2, "1")}).steps
    ('value / limit = 1.5',)
    """
    known = by_id(items)
    return Scale(
        identity,
        name,
        version,
        citation,
        verification,
        known,
        dict([form.result]),
        lambda said: _rule(known, form, said),
    )


def _rule(items: Mapping[str, Item], form: FormulaForm, answers: Answers) -> Outcome:
    said = above_zero(answers, form.nonzero)
    contradicted = tuple(refusal for refusal in said.refusals if refusal not in answers.refusals)
    missing = said.open(items)
    numbers = {item: number for item in items if (number := said.number(item)) is not None}
    asked = [item for item, known in items.items() if known.kind is not ItemKind.CHOICE]
    if any(item in missing for item in asked):
        return Outcome(({},), missing, form.flags(said), contradicted)
    choices = {
        item: (said.levels[item],) if item in said.levels else known.choices
        for item, known in items.items()
        if known.kind is ItemKind.CHOICE
    }
    name, field = form.result
    unit = "" if field.unit in ("", "1") else f" {field.unit}"
    steps: dict[Fraction, str] = {}
    for picked in product(*choices.values()):
        inputs = Inputs(numbers, dict(zip(choices, picked, strict=True)))
        number = form.compute(inputs)
        steps.setdefault(number, f"{form.written(inputs)} = {rounded(number)}{unit}")
    return Outcome(
        tuple({name: Interval.at(number)} for number in sorted(steps)),
        missing if len(steps) > 1 else (),
        form.flags(said),
        contradicted,
        tuple(steps[number] for number in sorted(steps)),
    )
