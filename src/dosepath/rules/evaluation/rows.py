"""Evaluation of what the record at hand says, while a condition is judged record by record."""

from fractions import Fraction

from dosepath.core.facts import Evidence, Need, NeedKind
from dosepath.core.interval import Interval
from dosepath.core.verdict import Verdict, verdict_of
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import Answer, Found
from dosepath.rules.evaluation.evaluator import Evaluator, need_of, truths, values
from dosepath.rules.evaluation.results import read


@values.of(nodes.RowValue)
def _row_value(evaluator: Evaluator, node: nodes.RowValue) -> Found:
    row = evaluator.row
    if row is None:
        return Found(None)
    concept = node.concept or row.concept
    if node.previous:
        if row.order_open:
            need = need_of(evaluator, concept, "days known in part leave open which assessment came before")
            return Found(None, evidence=Evidence(missing=(need,)))
        if row.previous is None:
            return Found(None, nothing=True, evidence=Evidence(notes=(f"no {concept} before that of {row.day}",)))
        row = row.previous
    fact = row.facts.get(node.concept) if node.concept else row.own
    if fact is None:
        return Found(None, evidence=Evidence(missing=(need_of(evaluator, concept, f"not recorded on {row.day}"),)))
    return read(evaluator, fact)


@values.of(nodes.RowDay)
def _row_day(evaluator: Evaluator, node: nodes.RowDay) -> Found:
    row = evaluator.row
    if row is None:
        return Found(None)
    if not node.last or row.own is None:
        return Found(row.day, fact=row.own)
    last = evaluator.days_of(row.own)[1]
    needs: tuple[Need, ...] = ()
    if row.own.period.end is None and not row.own.period.ongoing:
        needs = (need_of(evaluator, row.own.concept, "its end is not recorded"),)
    return Found(last, evidence=Evidence((row.own,), needs), fact=row.own)


@values.of(nodes.RowDose)
def _row_dose(evaluator: Evaluator, node: nodes.RowDose) -> Found:
    own = evaluator.row.own if evaluator.row else None
    if own is None:
        return Found(None)
    if own.dose is None or (node.daily and own.times_per_day is None):
        need = Need(NeedKind.FACT, own.concept, own.unusable or "the dose is not recorded")
        return Found(None, evidence=Evidence((own,), (need,)), fact=own)
    times = own.times_per_day if node.daily and own.times_per_day is not None else Fraction(1)
    unit = f"{own.dose.unit}/d" if node.daily else own.dose.unit
    return Found(Interval.at(own.dose.value * times), unit, Evidence((own,)), own)


@truths.of(nodes.RowIs)
def _row_is(evaluator: Evaluator, node: nodes.RowIs) -> Answer:
    own = evaluator.row.own if evaluator.row else None
    if own is None:
        return Answer(Verdict.UNKNOWN)
    same = any(fact.source == own.source for fact in evaluator.facts(node.concept))
    return Answer(verdict_of(same), Evidence((own,)))
