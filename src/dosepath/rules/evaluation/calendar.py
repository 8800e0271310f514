"""Evaluation of days: anchors, days before and after them, days of results."""

from datetime import date

from dosepath.core.days import PartialDate, Span, shift
from dosepath.core.facts import Evidence, Need, NeedKind
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import ANY_DAY, Found, join
from dosepath.rules.evaluation.evaluator import Evaluator, values


@values.of(nodes.Anchor)
def _anchor(evaluator: Evaluator, node: nodes.Anchor) -> Found:
    day = evaluator.situation.anchors.get(node.name)
    if day is None:
        return Found(None, evidence=Evidence(missing=(Need(NeedKind.ANCHOR, node.name, "the date is not set"),)))
    return Found(PartialDate(day, day))


@values.of(nodes.Shifted)
def _shifted(evaluator: Evaluator, node: nodes.Shifted) -> Found:
    found = evaluator.value(node.day)
    span, grounds = evaluator.span(node.span)
    evidence = join(found.evidence, grounds)
    if span is None or not isinstance(found.value, PartialDate):
        return Found(None, evidence=evidence, nothing=found.nothing)
    first = _moved(found.value.earliest, span, node.direction)
    last = first if found.value.exact else _moved(found.value.latest, span, node.direction)
    return Found(PartialDate(first, last), evidence=evidence)


def _moved(day: date, span: Span, direction: int) -> date:
    """Move a day; the ends of the calendar, which stand for "always" and "never", stay where they are."""
    if day in (date.min, date.max):
        return day
    try:
        return shift(day, span, direction)
    except OverflowError:
        return date.min if direction < 0 else date.max


@values.of(nodes.DayOf)
def _day_of(evaluator: Evaluator, node: nodes.DayOf) -> Found:
    found = evaluator.value(node.pick)
    if found.fact is None:
        return Found(None, evidence=found.evidence, nothing=found.nothing)
    return Found(found.fact.day or ANY_DAY, evidence=found.evidence, fact=found.fact)
