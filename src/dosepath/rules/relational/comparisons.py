"""Comparisons between numbers, answers and days as SQL."""

from typing import Final

from sqlglot import exp

from dosepath.core import quantity
from dosepath.core.interval import Interval, Operator
from dosepath.core.verdict import Verdict
from dosepath.rules import nodes
from dosepath.rules.relational import questions
from dosepath.rules.relational.arithmetic import converted
from dosepath.rules.relational.compiler import Compiler, NoRelationalFormError, complete_column, truth_of
from dosepath.rules.relational.days import days, not_after
from dosepath.rules.relational.numbers import OPPOSITE, sign, sign_of, surely
from dosepath.rules.relational.sql import (
    FALSE,
    LAST_DAY,
    NO_NUMBER,
    NO_WORD,
    NULL,
    TRUE,
    Tree,
    all_true,
    any_true,
    column,
    either,
    sql,
    text,
)
from dosepath.rules.relational.values import Days, Known, Number, Reading, Truthed, Word, settled
from dosepath.rules.vocabulary import Kind, Term

MIRRORED: Final[dict[Operator, Operator]] = {"<": ">", "<=": ">=", "=": "=", "!=": "!=", ">": "<", ">=": "<="}


@truth_of(nodes.Compare)
def _compare(compiler: Compiler, node: nodes.Compare) -> Truthed:
    alone = _asked_alone(compiler, node)
    if alone is not None:
        return alone
    left = compiler.reading(node.left)
    right = compiler.reading(node.right)
    if isinstance(node.right, nodes.LimitMultiple):
        right = Reading(_limit(node.right, left))
    one, other = left.known, right.known
    opens = [one.open, other.open]
    match one, other:
        case Number(), Number():
            value, close = _numbers(compiler, node.operator, one, converted(other, one.unit))
            opens.append(close)
        case Days(), Days():
            value = _days(node.operator, one, other)
        case Word(), Word():
            value = _words(node.operator, one, other)
        case _:
            value = NULL
    nothing = either(one.nothing, other.nothing)
    if nothing is not None:
        value = sql("CASE WHEN COALESCE(:n, FALSE) THEN FALSE ELSE :v END", n=nothing, v=value)
    literals = nodes.Amount | nodes.Choice | nodes.Setting | nodes.LimitMultiple
    seen = left.seen if isinstance(node.right, literals) else None
    return settled(value, *opens, seen=seen)


def _limit(node: nodes.LimitMultiple, result: Reading) -> Number:
    """Read a limit of normal of the record at hand."""
    if result.limits is None or not isinstance(result.known, Number):
        raise NoRelationalFormError("a limit of normal of what is no single result")
    limits = result.limits
    value, den = (limits.uln, limits.uln_den) if node.upper else (limits.lln, limits.lln_den)
    scaled = sql(":l * :f", l=value, f=float(node.factor))
    return Number(scaled, scaled, sql(":d * :f", d=den, f=float(node.factor.denominator)), None, result.known.unit)


# Questions to one result --------------------------------------------------------------------------------------------


def _asked_alone(compiler: Compiler, node: nodes.Compare) -> Truthed | None:
    """Ask one result alone, where the comparison is of that kind."""
    pick = node.left
    while isinstance(pick, nodes.NamedValue):
        pick = pick.meaning
    if not isinstance(pick, nodes.Pick) or (compiler.record is not None and pick.before is not None):
        return None
    term = compiler.vocabulary.terms[pick.concept]
    match node.right:
        case nodes.LimitMultiple(factor=factor, upper=upper) if term.kind is Kind.QUANTITY:
            limit = "uln" if upper else "lln"
            return questions.asked_alone(compiler, pick, operator=node.operator, number=factor, limit=limit)
        case nodes.Amount(number=number, unit=unit) if term.kind is Kind.QUANTITY:
            number *= quantity.factor(unit or "1", term.unit or "1")
            return questions.asked_alone(compiler, pick, operator=node.operator, number=number)
        case nodes.Setting(name=name, unit=unit) if term.kind is Kind.QUANTITY and name in compiler.settings:
            number = compiler.settings[name] * quantity.factor(unit or "1", term.unit or "1")
            return questions.asked_alone(compiler, pick, operator=node.operator, number=number)
        case nodes.Choice(name=choice) if term.kind is not Kind.DATE:
            answers = tuple((answer, _word_verdict(node.operator, answer, choice, term)) for answer in term.answers)
            default = {"=": False, "!=": True}.get(node.operator)
            return questions.asked_alone(compiler, pick, answers=answers, default=default)
    return None


def _word_verdict(operator: Operator, answer: str, choice: str, term: Term) -> bool | None:
    if operator in ("=", "!="):
        return (answer == choice) is (operator == "=")
    order = term.choices if term.kind is Kind.ORDINAL else ()
    if answer not in order or choice not in order:
        return None
    verdict = Interval.at(order.index(answer)).compare(operator, Interval.at(order.index(choice)))
    return verdict is Verdict.MET


# Numbers ------------------------------------------------------------------------------------------------------------


def _numbers(compiler: Compiler, operator: Operator, one: Number, other: Number) -> tuple[Tree, Tree]:
    """Compare two numbers in one unit: the answer, and where it is too close to call."""
    if one.exact and other.exact:
        return _exact_numbers(compiler, operator, one, other)
    bounded = either(*(sql(":b IS NOT NULL", b=item.bound) for item in (one, other) if item.bound is not None))
    below = compiler.named(sign(*_end(one, high=True), *_end(other, high=False)))
    above = compiler.named(sign(*_end(one, high=False), *_end(other, high=True)))
    holds = {
        "<": sql("COALESCE(:s < 0, FALSE)", s=below),
        "<=": sql("COALESCE(:s <= 0, FALSE)", s=below),
        ">": sql("COALESCE(:s > 0, FALSE)", s=above),
        ">=": sql("COALESCE(:s >= 0, FALSE)", s=above),
        "=": sql("COALESCE(:b = 0 AND :a = 0, FALSE)", b=below, a=above),
        "!=": sql("COALESCE(:b < 0, FALSE) OR COALESCE(:a > 0, FALSE)", b=below, a=above),
    }
    value = sql(
        "CASE WHEN :k IS NULL OR :l IS NULL THEN NULL WHEN :h THEN TRUE WHEN :f THEN FALSE END",
        k=one.low,
        l=other.low,
        h=holds[operator],
        f=holds[OPPOSITE[operator]],
    )
    close = any_true(
        [
            _too_close(below, one.high, other.low),
            _too_close(above, one.low, other.high),
        ]
    )
    return value, either(bounded, close) or FALSE


def _end(known: Number, *, high: bool) -> tuple[Tree, Tree, Tree]:
    end = known.high if high else known.low
    return end, known.den or NO_NUMBER, known.size if known.size is not None else sql("ABS(:e)", e=end)


def _too_close(order: Tree, one: Tree, other: Tree) -> Tree:
    return sql(":a IS NOT NULL AND :b IS NOT NULL AND (:s) IS NULL", a=one, b=other, s=order)


def _exact_numbers(compiler: Compiler, operator: Operator, one: Number, other: Number) -> tuple[Tree, Tree]:
    order = compiler.named(sign_of(one, other))
    close = _too_close(order, one.low, other.low)
    if one.bound is None and other.bound is None:
        written = {"=": "=", "!=": "<>"}.get(operator, operator)
        return sql(f":s {written} 0", s=order), close
    if other.bound is None:
        return _bounded(operator, order, one.bound), close
    if one.bound is None:
        return _bounded(MIRRORED[operator], sql("-:s", s=order), other.bound), close
    both = sql(":a IS NOT NULL AND :b IS NOT NULL", a=one.bound, b=other.bound)
    value = sql(
        "CASE WHEN :both THEN NULL WHEN :b IS NULL THEN :v ELSE :w END",
        both=both,
        b=other.bound,
        v=_bounded(operator, order, one.bound),
        w=_bounded(MIRRORED[operator], sql("-:s", s=order), other.bound),
    )
    return value, any_true([both, close])


def _bounded(operator: Operator, order: Tree, bound: Tree | None) -> Tree:
    known = bound if bound is not None else NO_WORD
    return sql(
        "CASE WHEN (:s) IS NULL THEN NULL WHEN :h THEN TRUE WHEN :f THEN FALSE END",
        s=order,
        h=surely(operator, order, known),
        f=surely(OPPOSITE[operator], order, known),
    )


# Days and answers ---------------------------------------------------------------------------------------------------


def _days(operator: Operator, one: Days, other: Days) -> Tree:
    upper, lower = not_after(one, other), not_after(other, one)
    match operator:
        case "<=":
            return upper
        case ">=":
            return lower
        case "<":
            return sql("NOT :t", t=lower)
        case ">":
            return sql("NOT :t", t=upper)
        case "=":
            return sql(":a AND :b", a=upper, b=lower)
        case "!=":
            return sql("NOT (:a AND :b)", a=upper, b=lower)


def _words(operator: Operator, one: Word, other: Word) -> Tree:
    if operator in ("=", "!="):
        return sql(":a = :b" if operator == "=" else ":a <> :b", a=one.text, b=other.text)
    order = one.order or other.order
    if not order:
        return NULL
    places = [_place(item.text, order) for item in (one, other)]
    return sql(f":a {operator} :b", a=places[0], b=places[1])


def _place(word: Tree, order: tuple[str, ...]) -> Tree:
    found = exp.Case(this=word.copy())
    for place, answer in enumerate(order):
        found = found.when(text(answer), exp.Literal.number(place))
    return found


@truth_of(nodes.OneOf)
def _one_of(compiler: Compiler, node: nodes.OneOf) -> Truthed:
    pick = node.value
    while isinstance(pick, nodes.NamedValue):
        pick = pick.meaning
    if isinstance(pick, nodes.Pick) and pick.before is None:
        answers = tuple((choice, True) for choice in node.choices)
        return questions.asked_alone(compiler, pick, answers=answers, default=False)
    reading = compiler.reading(node.value)
    known: Known = reading.known
    if not isinstance(known, Word):
        return Truthed(NULL, known.open)
    value: Tree = known.text.isin(*(text(choice) for choice in node.choices))
    if known.nothing is not None:
        value = sql("CASE WHEN COALESCE(:n, FALSE) THEN FALSE ELSE :v END", n=known.nothing, v=value)
    return settled(value, known.open, seen=reading.seen)


@truth_of(nodes.During)
def _during(compiler: Compiler, node: nodes.During) -> Truthed:
    day = days(compiler, node.day)
    bounds = [
        Days(TRUE, TRUE) if side is None else days(compiler, side) for side in (node.window.start, node.window.end)
    ]
    parts: list[Tree] = []
    if node.window.end is not None:
        parts.append(not_after(day, bounds[1]))
    if node.window.start is not None:
        parts.append(not_after(bounds[0], day))
    inside = all_true(parts)
    opens = [day.open, *(bound.open for bound in bounds)]
    known = all_true(
        [sql(":d IS NOT NULL", d=bound.earliest) for bound in bounds] + [sql(":d IS NOT NULL", d=day.earliest)]
    )
    value = sql(
        "CASE WHEN NOT :known THEN NULL WHEN :e = :never THEN FALSE WHEN :l = :never AND :i THEN NULL ELSE :i END",
        known=known,
        e=day.earliest,
        l=day.latest,
        never=LAST_DAY,
        i=inside,
    )
    if day.nothing is not None:
        value = sql("CASE WHEN COALESCE(:n, FALSE) THEN FALSE ELSE :v END", n=day.nothing, v=value)
    return settled(value, *opens)


@truth_of(nodes.Complete)
def _complete(compiler: Compiler, node: nodes.Complete) -> Truthed:
    return Truthed(sql("CASE WHEN :c THEN TRUE END", c=complete(compiler, node.concept)), None, FALSE)


def complete(compiler: Compiler, concept: str) -> Tree:
    """Answer whether the site asserts all lists of a concept to be complete."""
    tables = compiler.vocabulary.tables(concept)
    return all_true(sql("COALESCE(:c, FALSE)", c=column(complete_column(table))) for table in tables)
