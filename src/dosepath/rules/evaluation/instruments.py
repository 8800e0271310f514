"""Evaluation of instruments: the cases that entered results leave possible, told apart in the rule that asks."""

from collections.abc import Mapping

from dosepath.core.facts import Evidence, Fact, Need, NeedKind, Value
from dosepath.core.instrument import FieldValue, Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.rules import nodes
from dosepath.rules.evaluation.answer import ANY_DAY, Found, join
from dosepath.rules.evaluation.evaluator import Evaluator, need_of, values
from dosepath.rules.evaluation.forms import Form
from dosepath.rules.evaluation.results import pick


@values.of(nodes.InstrumentField)
def _instrument_field(evaluator: Evaluator, node: nodes.InstrumentField) -> Found:
    entered, evidence = _entered(evaluator, node.instrument)
    form, doubt = _latest_form(evaluator, node.instrument)
    if entered is None or doubt is not None:
        return Found(None, evidence=doubt or evidence)
    if form is not None and not _newer(entered, form):
        return _from_form(evaluator, node, form, entered)
    key = (node.instrument, *(part for entry, fact in entered.items() for part in (entry, id(fact))))
    cases = _cases(evaluator, key, entered)
    if not cases.possible:
        return Found(None, evidence=_why_no_case(evaluator, node, cases, evidence))
    chosen = evaluator.choose(key, len(cases.possible), lambda: Evidence(missing=_open(evaluator, node, cases)))
    value = cases.possible[chosen].get(node.field)
    if value is None:
        return Found(None, evidence=join(evidence, Evidence(missing=_open(evaluator, node, cases))))
    if isinstance(value, Interval) and not value.exact:
        evidence = join(evidence, Evidence(missing=_open(evaluator, node, cases)))
    instrument = evaluator.vocabulary.catalog.instruments[evaluator.vocabulary.bindings[node.instrument].instrument]
    return Found(value, instrument.fields[node.field].unit, evidence, next(iter(entered.values()), None))


def _latest_form(evaluator: Evaluator, name: str) -> tuple[Form | None, Evidence | None]:
    """Find the latest form of an instrument in its window; evidence where it is not sure which one that is."""
    window, _ = evaluator.window(evaluator.windows[evaluator.vocabulary.bindings[name].window])
    if window is None:
        return None, None
    latest: Form | None = None
    for form in evaluator.forms.of(name):
        day = form.day or ANY_DAY
        inside = evaluator.inside(window, day, day) if evaluator.exists_yet(form.day) else Verdict.NOT_MET
        if inside is Verdict.UNKNOWN or (inside is Verdict.MET and not day.exact):
            need = Need(NeedKind.FACT, form.facts[0].concept, f"the form of {day} is dated in part")
            return None, Evidence(form.facts, (need,))
        later = latest is None or (day.earliest, form.order) >= ((latest.day or ANY_DAY).earliest, latest.order)
        if inside is Verdict.MET and later:
            latest = form
    return latest, None


def _newer(entered: Mapping[str, Fact], form: Form) -> bool:
    """Answer whether results were entered on a later day than the form."""
    return any((fact.day or ANY_DAY).earliest > (form.day or ANY_DAY).latest for fact in entered.values())


def _from_form(evaluator: Evaluator, node: nodes.InstrumentField, form: Form, entered: Mapping[str, Fact]) -> Found:
    instrument = evaluator.vocabulary.catalog.instruments[evaluator.vocabulary.bindings[node.instrument].instrument]
    notes = (*map(str, form.cases.refused), *_disagreements(form, entered))
    evidence = Evidence(form.facts, (), notes)
    needs = Evidence(missing=_open(evaluator, node, form.cases))
    if not form.cases.possible:
        return Found(None, evidence=join(evidence, needs))
    chosen = evaluator.choose((node.instrument, form.source), len(form.cases.possible), lambda: needs)
    value = form.cases.possible[chosen].get(node.field)
    if value is None or (isinstance(value, Interval) and not value.exact):
        evidence = join(evidence, needs)
    return Found(value, instrument.fields[node.field].unit, evidence, form.facts[0])


def _disagreements(form: Form, entered: Mapping[str, Fact]) -> tuple[str, ...]:
    """Say where results entered on the day of a form do not agree with its items."""
    return tuple(
        f"{fact.source} says {fact.reported or fact.value}, which the items of {form.source} do not give"
        for entry, fact in entered.items()
        if fact.day == form.day and not any(_agrees(case.get(entry), fact.value) for case in form.cases.possible)
    )


def _agrees(scored: FieldValue | None, entered: Value | None) -> bool:
    if scored is None:
        return True
    match entered:
        case Quantity(value=number):
            return isinstance(scored, Interval) and scored.compare("=", Interval.at(number)) is not Verdict.NOT_MET
        case bool():
            return scored == ("true" if entered else "false")
        case _:
            return scored == entered


def _cases(evaluator: Evaluator, key: tuple[str | int, ...], entered: Mapping[str, Fact]) -> Score:
    """List the cases once for what was entered; the key begins with the name of the instrument."""
    if key not in evaluator.known_cases:
        binding = evaluator.vocabulary.bindings[str(key[0])]
        results = {entry: fact.value for entry, fact in entered.items() if fact.value is not None}
        evaluator.known_cases[key] = evaluator.vocabulary.catalog.instruments[binding.instrument].from_entered(results)
    return evaluator.known_cases[key]


def _entered(evaluator: Evaluator, name: str) -> tuple[dict[str, Fact] | None, Evidence]:
    """Find the entered results of an instrument; those of one assessment where they belong together.

    Returns
    -------
    tuple
        Facts by entry, None where days known in part leave open what belongs together; and the evidence.
    """
    binding = evaluator.vocabulary.bindings[name]
    instrument = evaluator.vocabulary.catalog.instruments[binding.instrument]
    window = evaluator.windows[binding.window]
    found: dict[str, Fact] = {}
    parts: list[Evidence] = []
    for entry, concept in binding.entered.items():
        picked = pick(evaluator, concept, window, scored=False)
        parts.append(picked.evidence)
        if picked.fact is not None:
            found[entry] = picked.fact
    evidence = join(*parts)
    if instrument.one_assessment and len(found) > 1:
        days = [fact.day or ANY_DAY for fact in found.values()]
        if not all(day.exact for day in days):
            reason = "a date known in part leaves open which results belong together"
            needs = tuple(need_of(evaluator, fact.concept, reason) for fact in found.values())
            return None, Evidence(evidence.used, needs, evidence.notes)
        last = max(day.earliest for day in days)
        found = {entry: fact for entry, fact in found.items() if (fact.day or ANY_DAY).earliest == last}
    evidence = evidence.without_needs() if found else evidence
    usable = {entry: fact for entry, fact in found.items() if _usable(fact)}
    if found and not usable:
        needs = tuple(
            need_of(evaluator, fact.concept, fact.unusable or f"only '{fact.reported or fact.comparator}' is recorded")
            for fact in found.values()
        )
        return None, Evidence(evidence.used, needs, evidence.notes)
    return usable, evidence


def _usable(fact: Fact) -> bool:
    """Answer whether an entered result is one value; an instrument takes no bounds."""
    return fact.value is not None and not fact.unusable and fact.comparator is None


def _why_no_case(evaluator: Evaluator, node: nodes.InstrumentField, cases: Score, evidence: Evidence) -> Evidence:
    if evidence.missing and not cases.conflict:
        return evidence
    entered = evaluator.vocabulary.bindings[node.instrument].entered
    concepts = [entered[node.field]] if node.field in entered else list(entered.values())
    reason = cases.conflict or "no score on record in the window"
    return Evidence(evidence.used, tuple(need_of(evaluator, concept, reason) for concept in concepts), evidence.notes)


def _open(evaluator: Evaluator, node: nodes.InstrumentField, cases: Score) -> tuple[Need, ...]:
    """Say what would narrow the cases."""
    entered = evaluator.vocabulary.bindings[node.instrument].entered
    needs = []
    for item in cases.missing:
        if item in entered:
            needs.append(need_of(evaluator, entered[item], "not recorded with this score"))
        else:
            needs.append(Need(NeedKind.ITEM, f"{node.instrument}.{item}", "not assessed"))
    if not needs:
        reason = "what is recorded leaves several values possible"
        needs = [need_of(evaluator, concept, reason) for concept in entered.values()]
    return tuple(needs)
