"""Evaluation of literals, settings, sums, changes and formulas."""

from fractions import Fraction

from dosepath.core import quantity
from dosepath.core.days import PartialDate
from dosepath.core.facts import Evidence, Need, NeedKind
from dosepath.core.interval import Interval
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import Found, join
from dosepath.rules.evaluation.evaluator import Evaluator, need_of, values
from dosepath.rules.units import product_unit, quotient_unit

BEYOND_ANY_LIMIT = Fraction(10**9)
"""Stands for a rise from zero, in percent."""


@values.of(nodes.Amount)
def _amount(evaluator: Evaluator, node: nodes.Amount) -> Found:
    return Found(Interval(node.number, node.number), node.unit)


@values.of(nodes.Choice)
def _choice(evaluator: Evaluator, node: nodes.Choice) -> Found:
    return Found(node.name)


@values.of(nodes.Setting)
def _setting(evaluator: Evaluator, node: nodes.Setting) -> Found:
    number = evaluator.situation.settings.get(node.name)
    if number is None:
        return Found(None, evidence=Evidence(missing=(Need(NeedKind.SETTING, node.name, "not set"),)))
    return Found(Interval(number, number), node.unit)


@values.of(nodes.LimitMultiple)
def _limit_alone(evaluator: Evaluator, node: nodes.LimitMultiple) -> Found:
    """Give nothing: a limit is read by the comparison, from the result on its other side."""
    return Found(None)


@values.of(nodes.NamedValue)
def _named_value(evaluator: Evaluator, node: nodes.NamedValue) -> Found:
    return evaluator.value(node.meaning)


def converted(number: Interval, unit: str, to_unit: str) -> Interval:
    """Bring a number to another unit."""
    if unit == to_unit:
        return number
    factor = quantity.factor(unit or "1", to_unit or "1")
    return number if factor == 1 else number.times(factor)


@values.of(nodes.Arithmetic)
def _arithmetic(evaluator: Evaluator, node: nodes.Arithmetic) -> Found:
    left, right = evaluator.value(node.left), evaluator.value(node.right)
    evidence = join(left.evidence, right.evidence)
    if not isinstance(left.value, Interval) or not isinstance(right.value, Interval):
        return Found(None, evidence=evidence, nothing=left.nothing or right.nothing)
    fact = left.fact or right.fact
    match node.operator:
        case "+":
            return Found(left.value + converted(right.value, right.unit, left.unit), left.unit, evidence, fact)
        case "-":
            return Found(left.value - converted(right.value, right.unit, left.unit), left.unit, evidence, fact)
        case "*":
            return Found(left.value * right.value, product_unit(left.unit, right.unit), evidence, fact)
    inverse = right.value.inverse()
    if inverse is None:
        note = "a division by zero has no answer"
        return Found(None, evidence=Evidence(evidence.used, evidence.missing, (*evidence.notes, note)), fact=fact)
    return Found(left.value * inverse, quotient_unit(left.unit, right.unit), evidence, fact)


@values.of(nodes.Change)
def _change(evaluator: Evaluator, node: nodes.Change) -> Found:
    earlier, later = evaluator.value(node.earlier), evaluator.value(node.later)
    evidence = join(earlier.evidence, later.evidence)
    if not isinstance(earlier.value, Interval) or not isinstance(later.value, Interval):
        return Found(None, evidence=evidence, nothing=earlier.nothing or later.nothing)
    before = converted(earlier.value, earlier.unit, later.unit)
    rise = _relative_rise(before, later.value) if node.relative else later.value - before
    change = -rise if node.decline else rise
    unit = "%" if node.relative else later.unit
    what = f"{later.fact.concept} " if later.fact is not None else ""
    note = f"{what}{'fell' if node.decline else 'rose'} by {show(change)}{'' if unit in ('', '1') else f' {unit}'}"
    return Found(change, unit, Evidence(evidence.used, evidence.missing, (*evidence.notes, note)), later.fact)


def _relative_rise(earlier: Interval, later: Interval) -> Interval:
    """Give the rise in percent of the earlier number; a rise from zero is larger than any number."""
    inverse = earlier.inverse()
    if inverse is not None:
        return (later * inverse - Interval.at(1)).times(Fraction(100))
    if earlier == later == Interval.at(0):
        return Interval.at(0)
    if earlier == Interval.at(0) and later.low is not None and later.low > 0:
        return Interval(BEYOND_ANY_LIMIT, None)
    return Interval(None, None)


@values.of(nodes.FormulaCall)
def _formula(evaluator: Evaluator, node: nodes.FormulaCall) -> Found:
    formula = evaluator.vocabulary.catalog.formulas[node.formula]
    inputs: dict[str, Interval | str | None] = {}
    parts: list[Evidence] = []
    bounded: list[Need] = []
    for name, item in zip(node.names, node.inputs, strict=True):
        found = evaluator.value(item)
        parts.append(found.evidence)
        value = found.value
        if isinstance(value, Interval):
            if not value.exact and found.fact is not None:
                reason = f"{found.fact.reported or show(value)} leaves the {formula.result.label} open"
                bounded.append(need_of(evaluator, found.fact.concept, reason))
            value = converted(value, found.unit, formula.parameters[name].unit)
        inputs[name] = None if isinstance(value, PartialDate) else value
    result = formula(**inputs)
    evidence = join(*parts)
    if result is None:
        return Found(None, evidence=evidence)
    evidence = evidence.without_needs() if result.exact else join(evidence, Evidence(missing=tuple(bounded)))
    note = f"{formula.result.label} {show(result)} {formula.result.unit}".rstrip()
    return Found(result, formula.result.unit, Evidence(evidence.used, evidence.missing, (*evidence.notes, note)))


def show(number: Interval) -> str:
    """Print a number for people, rounded to two decimals only here.

    Examples
    --------
    >>> show(Interval.at(Fraction(1, 3))), show(Interval(Fraction(0), None))
    ('0.33', 'at least 0')
    """
    if number.exact and number.low is not None:
        return _decimal(number.low)
    if number.low is None:
        return "any number" if number.high is None else f"at most {_decimal(number.high)}"
    if number.high is None:
        return f"at least {_decimal(number.low)}"
    return f"{_decimal(number.low)} to {_decimal(number.high)}"


def _decimal(number: Fraction) -> str:
    return f"{float(round(number, 2)):.2f}".rstrip("0").rstrip(".")
