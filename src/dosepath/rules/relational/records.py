"""What the record at hand says, while a condition on records is compiled."""

from typing import Final

from dosepath.core import quantity
from dosepath.rules import nodes
from dosepath.rules.relational.compiler import Compiler, NoRelationalFormError, Record, truth_of, value_of
from dosepath.rules.relational.sql import Tree, column, sql, text
from dosepath.rules.relational.values import Days, Limits, Number, Reading, Truthed, Word
from dosepath.rules.vocabulary import Kind, Term

MILLIGRAMS: Final = {
    unit: quantity.factor(unit, "mg") for unit in ("mg", "g", "kg", "ug", "ng") if quantity.convertible(unit, "mg")
}
"""Units of doses that the plan converts; a dose in another unit is left to the one-patient evaluator."""


@value_of(nodes.RowValue)
def _row_value(compiler: Compiler, node: nodes.RowValue) -> Reading:
    record = _at_hand(compiler)
    if not node.previous:
        return record.value(node.concept)
    if record.previous is None:
        raise NoRelationalFormError("the record before one that is no assessment")
    return record.previous(node.concept)


@value_of(nodes.RowDay)
def _row_day(compiler: Compiler, node: nodes.RowDay) -> Reading:
    return _at_hand(compiler).day(node.last)


@value_of(nodes.RowDose)
def _row_dose(compiler: Compiler, node: nodes.RowDose) -> Reading:
    record = _at_hand(compiler)
    if record.dose is None:
        raise NoRelationalFormError("the dose of what is no course of a drug")
    return record.dose(node.daily)


@truth_of(nodes.RowIs)
def _row_is(compiler: Compiler, node: nodes.RowIs) -> Truthed:
    record = _at_hand(compiler)
    if record.same is None:
        raise NoRelationalFormError("what an assessment is also read as")
    return Truthed(record.same(node.concept))


def _at_hand(compiler: Compiler) -> Record:
    if compiler.record is None:
        raise NoRelationalFormError("no record is at hand")
    return compiler.record


def value_of_row(term: Term, prefix: str = "") -> Reading:
    """Read the value of a fact from its columns, whose names may begin with a prefix."""
    used = sql(":u IS NULL", u=f"{prefix}unusable")

    def usable(name: str) -> Tree:
        return sql("CASE WHEN :u THEN :c END", u=used, c=f"{prefix}{name}")

    seen = sql(":r IS NOT NULL", r=f"{prefix}row_id")
    match term.kind:
        case Kind.QUANTITY:
            odd = sql(
                "COALESCE(:k = 'number' AND :u <> :its, FALSE)",
                k=f"{prefix}kind",
                u=f"{prefix}unit",
                its=text(term.unit),
            )
            value = usable("value")
            limits = Limits(*(column(f"{prefix}{name}") for name in ("lln", "lln_den", "uln", "uln_den")))
            known = Number(
                value, value, column(f"{prefix}value_den"), None, term.unit, column(f"{prefix}comparator"), odd
            )
            return Reading(known, seen, limits=limits)
        case Kind.DATE:
            return Reading(Days(usable("value_earliest"), usable("value_latest")), seen)
        case kind:
            order = term.choices if kind is Kind.ORDINAL else ()
            return Reading(Word(usable("value_text"), order), seen)


def dose_of_row(*, daily: bool, prefix: str = "") -> Reading:
    """Read the dose of a fact in milligrams, of one administration or a day."""
    mg = milligrams(prefix)
    if not daily:
        return Reading(mg)
    times, den = column(f"{prefix}times"), column(f"{prefix}times_den")
    value = sql(":m * :t", m=mg.low, t=times)
    return Reading(Number(value, value, sql(":m * :t", m=mg.den, t=den), None, "mg/d", None, mg.open))


def milligrams(prefix: str = "") -> Number:
    """Read the dose of one administration in milligrams."""
    unit, dose, den = (column(f"{prefix}{name}") for name in ("dose_unit", "dose", "dose_den"))
    factors, dens = [], []
    for name, factor in MILLIGRAMS.items():
        factors.append(f"WHEN '{name}' THEN CAST('{float(factor)!r}' AS DOUBLE)")
        dens.append(f"WHEN '{name}' THEN CAST('{float(factor.denominator)!r}' AS DOUBLE)")
    value = sql(f":d * CASE :u {' '.join(factors)} END", d=dose, u=unit)
    known = sql(f":d * CASE :u {' '.join(dens)} END", d=den, u=unit)
    odd = sql(":d IS NOT NULL AND :v IS NULL", d=dose, v=value)
    return Number(value, value, known, None, "mg", None, odd)
