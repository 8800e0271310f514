"""Evaluation of age and sex."""

from fractions import Fraction

from dosepath.core.days import PartialDate, completed_years
from dosepath.core.facts import BIRTH_DATE, SEX, Evidence, Need, NeedKind
from dosepath.core.interval import Interval
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import Found, join
from dosepath.rules.evaluation.evaluator import Evaluator, values


@values.of(nodes.Age)
def _age(evaluator: Evaluator, node: nodes.Age) -> Found:
    on = evaluator.value(node.on)
    facts = evaluator.facts(BIRTH_DATE)
    birth = facts[0].value if facts else None
    if not isinstance(birth, PartialDate):
        later = any(fact.value is not None for fact in evaluator.situation.record.of(BIRTH_DATE))
        need = Need(NeedKind.FACT, BIRTH_DATE, "later than the day of the evaluation" if later else "not recorded")
        return Found(None, evidence=join(on.evidence, Evidence(missing=(need,))), nothing=on.nothing)
    evidence = join(on.evidence, Evidence(facts[:1]))
    if not isinstance(on.value, PartialDate):
        return Found(None, evidence=evidence, nothing=on.nothing)
    low, high = completed_years(birth.latest, on.value.earliest), completed_years(birth.earliest, on.value.latest)
    years = f"{low}" if low == high else f"{low} to {high}"
    note = f"age {years} years on {on.value}"
    evidence = Evidence(evidence.used, evidence.missing, (*evidence.notes, note))
    return Found(Interval(Fraction(low), Fraction(high)), "a", evidence, facts[0])


@values.of(nodes.Sex)
def _sex(evaluator: Evaluator, node: nodes.Sex) -> Found:
    facts = evaluator.facts(SEX)
    if not facts or not isinstance(facts[0].value, str):
        return Found(None, evidence=Evidence(missing=(Need(NeedKind.FACT, SEX, "not recorded as female or male"),)))
    return Found(facts[0].value, evidence=Evidence(facts[:1]), fact=facts[0])
