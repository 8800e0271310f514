"""Literals, settings, sums, changes and formulas as SQL."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from typing import Final

from sqlglot import exp

from dosepath.core import quantity
from dosepath.core.instrument import Formula
from dosepath.core.interval import Interval
from dosepath.rules import nodes
from dosepath.rules.relational.compiler import Compiler, NoRelationalFormError, value_of
from dosepath.rules.relational.numbers import inverse, literal, plus, scaled, times
from dosepath.rules.relational.sql import NO_NUMBER, Tree, all_true, either, sql, text, unless
from dosepath.rules.relational.traced import Traced
from dosepath.rules.relational.values import Number, Reading, Word
from dosepath.rules.units import product_unit, quotient_unit

NOT_KNOWN: Final = Number(NO_NUMBER, NO_NUMBER)


@value_of(nodes.Amount)
def _amount(compiler: Compiler, node: nodes.Amount) -> Reading:
    return Reading(literal(node.number, node.unit))


@value_of(nodes.Choice)
def _choice(compiler: Compiler, node: nodes.Choice) -> Reading:
    return Reading(Word(text(node.name)))


@value_of(nodes.Setting)
def _setting(compiler: Compiler, node: nodes.Setting) -> Reading:
    known = compiler.settings.get(node.name)
    return Reading(NOT_KNOWN if known is None else literal(known, node.unit))


@value_of(nodes.LimitMultiple)
def _limit_alone(compiler: Compiler, node: nodes.LimitMultiple) -> Reading:
    """Give nothing: a limit is read by the comparison, from the result on its other side."""
    return Reading(NOT_KNOWN)


@value_of(nodes.NamedValue)
def _named_value(compiler: Compiler, node: nodes.NamedValue) -> Reading:
    return compiler.reading(node.meaning)


def converted(known: Number, to_unit: str) -> Number:
    """Bring a number to another unit."""
    if known.unit == to_unit:
        return known
    return scaled(known, quantity.factor(known.unit or "1", to_unit or "1"), to_unit)


def exact_number(compiler: Compiler, node: nodes.Scalar) -> Number:
    """Compile a number that has to be known exactly where it is known; where it is a range, it is left open."""
    return exactly(_number(compiler, node)).with_trees(compiler.named)


def _number(compiler: Compiler, node: nodes.Scalar) -> Number:
    found = compiler.value(node)
    if not isinstance(found, Number):
        raise NoRelationalFormError("a number is expected")
    return found


def exactly(known: Number) -> Number:
    """Leave a number open where it is a range."""
    opens = [known.open]
    if known.bound is not None:
        opens.append(sql(":b IS NOT NULL", b=known.bound))
    if not known.exact:
        opens.append(sql(":l IS NOT NULL AND (:h IS NULL OR :h <> :l)", l=known.low, h=known.high))
    open_ = either(*opens)
    value = unless(open_, known.low)
    return Number(value, value, known.den, known.size, known.unit, None, open_, known.nothing)


@value_of(nodes.Arithmetic)
def _arithmetic(compiler: Compiler, node: nodes.Arithmetic) -> Reading:
    known, right = _number(compiler, node.left), exact_number(compiler, node.right)
    as_read = right.size is None or isinstance(node.right, nodes.Amount | nodes.Setting)
    if node.operator in ("*", "/") and not known.exact and known.bound is None and as_read:
        return Reading(_range(known, right, divided=node.operator == "/"))
    left = exactly(known).with_trees(compiler.named)
    match node.operator:
        case "+" | "-":
            found = plus(left, converted(right, left.unit), minus=node.operator == "-")
        case "*":
            found = times(left, right, product_unit(left.unit, right.unit))
        case _:
            found = times(left, inverse(right), quotient_unit(left.unit, right.unit))
    return Reading(_of(found, left, right))


def _range(known: Number, right: Number, *, divided: bool) -> Number:
    """Multiply a range by a number above zero, or divide it by one; any other number is left open."""
    factor = inverse(right) if divided else right
    low, high = (sql(":a * :b", a=end, b=factor.low) for end in (known.low, known.high))
    den = None if known.den is None or factor.den is None else sql(":a * :b", a=known.den, b=factor.den)
    size = None if known.size is None else sql(":a * :b", a=known.size, b=factor.low)
    unit = (quotient_unit if divided else product_unit)(known.unit, right.unit)
    turned = sql("COALESCE(:r < 0, FALSE)" if divided else "COALESCE(:r <= 0, FALSE)", r=right.low)
    return _of(Number(low, high, den, size, unit), known, right, Number(low, high, open=turned))


def _of(found: Number, *parts: Number) -> Number:
    """Hand on what leaves the parts of a number open, or says that there is nothing to be known."""
    opens = either(*(part.open for part in parts))
    nothing = either(*(part.nothing for part in parts))
    return Number(found.low, found.high, found.den, found.size, found.unit, None, opens, nothing)


@value_of(nodes.Change)
def _change(compiler: Compiler, node: nodes.Change) -> Reading:
    earlier, later = exact_number(compiler, node.earlier), exact_number(compiler, node.later)
    before = converted(earlier, later.unit)
    if not node.relative:
        rise = plus(before, later, minus=True) if node.decline else plus(later, before, minus=True)
        return Reading(_of(Number(rise.low, rise.high, rise.den, rise.size, later.unit), earlier, later))
    # A rise from zero is no number; the evaluator tells its cases apart.
    from_zero = sql("COALESCE(:b = 0 AND :l <> 0, FALSE)", b=before.low, l=later.low)
    quotient = times(later, inverse(before))
    one = literal(Fraction(1))
    rise = plus(one, quotient, minus=True) if node.decline else plus(quotient, one, minus=True)
    percent = times(rise, literal(Fraction(100)), "%").with_trees(compiler.named)
    value = sql(
        "CASE WHEN :b = 0 AND :l = 0 THEN CAST(0 AS DOUBLE) ELSE :v END", b=before.low, l=later.low, v=percent.low
    )
    den = sql("CASE WHEN :b = 0 THEN CAST(1 AS DOUBLE) ELSE :d END", b=before.low, d=percent.den or NO_NUMBER)
    size = sql("CASE WHEN :b = 0 THEN CAST(0 AS DOUBLE) ELSE :s END", b=before.low, s=percent.magnitude)
    found = _of(Number(value, value, den, size, "%"), earlier, later)
    opens = either(found.open, from_zero)
    return Reading(Number(value, value, den, size, "%", None, opens, found.nothing))


# Formulas -----------------------------------------------------------------------------------------------------------


@value_of(nodes.FormulaCall)
def _formula(compiler: Compiler, node: nodes.FormulaCall) -> Reading:
    """Trace a formula of the catalog: it is called with trees in place of numbers, and gives the tree of its result.

    It is traced once for each choice of its answers, and of its numbers that are known.
    """
    formula = compiler.vocabulary.catalog.formulas[node.formula]
    numbers: dict[str, Number] = {}
    words: dict[str, Word] = {}
    for name, item in zip(node.names, node.inputs, strict=True):
        found = compiler.value(item)
        if isinstance(found, Word):
            words[name] = found
        elif isinstance(found, Number):
            known = converted(exactly(found), formula.parameters[name].unit)
            numbers[name] = known.with_trees(compiler.named)
    low, high, size, den = exp.Case(), exp.Case(), exp.Case(), exp.Case()
    for condition, result in _cases(formula, numbers, words):
        low, high = low.when(condition, result.low), high.when(condition, result.high)
        size, den = size.when(condition, result.magnitude), den.when(condition, result.den or NO_NUMBER)
    if not low.args.get("ifs"):
        return Reading(NOT_KNOWN)
    opens = either(*(item.open for item in numbers.values()), *(word.open for word in words.values()))
    return Reading(Number(low, high, den, size, formula.result.unit, None, opens))


def _cases(formula: Formula, numbers: Mapping[str, Number], words: Mapping[str, Word]) -> list[tuple[Tree, Number]]:
    found: list[tuple[Tree, Number]] = []
    for count in range(len(numbers), -1, -1):
        for known in combinations(numbers, count):
            for said in _said(formula, tuple(words)):
                inputs: dict[str, Interval | str | None] = dict.fromkeys(formula.parameters)
                inputs.update({name: Traced(numbers[name]) for name in known})
                inputs.update(said)
                result = formula(**inputs)
                if result is None:
                    continue
                if not isinstance(result, Traced):
                    raise NoRelationalFormError(f"formula {formula.id} does more than add and multiply")
                conditions = [sql(":v IS NOT NULL", v=numbers[name].low) for name in known]
                conditions.extend(_is(words[name], choice) for name, choice in said.items() if choice is not None)
                found.append((all_true(conditions), result.number))
    return found


def _said(formula: Formula, names: tuple[str, ...]) -> list[dict[str, str | None]]:
    """List what may have been answered; what is no known answer comes last, and counts as none."""
    found: list[dict[str, str | None]] = [{}]
    for name in names:
        answers = (*formula.parameters[name].choices, None)
        found = [{**one, name: answer} for answer in answers for one in found]
    return found


def _is(word: Word, answer: str) -> Tree:
    return sql(":w = :a", w=word.text, a=text(answer))
