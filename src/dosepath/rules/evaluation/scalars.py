"""Evaluation of values and comparisons for one patient."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from dosepath.core import quantity
from dosepath.core.days import PartialDate, completed_years, not_after, shift
from dosepath.core.facts import BIRTH_DATE, SEX, Evidence, Fact, Need, NeedKind
from dosepath.core.instrument import Cases
from dosepath.core.interval import Interval, Operator
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict, all_of, negate, verdict_of
from dosepath.rules import nodes
from dosepath.rules.evaluation.evaluator import Answer, Evaluator, Found, conclude, truths, values
from dosepath.rules.vocabulary import Kind

BEYOND_ANY_LIMIT = Fraction(10**9)
"""Stands for a rise from zero, in percent."""

ANY_DAY = PartialDate(date.min, date.max)
"""The day of a record that carries no date."""

# Comparisons -------------------------------------------------------------------------------------------------------------


@truths.of(nodes.Compare)
def _compare(evaluator: Evaluator, node: nodes.Compare) -> Answer:
    left, right = evaluator.value(node.left), evaluator.value(node.right)
    if isinstance(node.right, nodes.LimitMultiple):
        right = _limit(evaluator, node.right, left)
    evidence = Evidence.joined((left.evidence, right.evidence))
    if left.nothing or right.nothing:
        return conclude(Verdict.NOT_MET, evidence)
    verdict = _compared(evaluator, node, left, right)
    if verdict is Verdict.UNKNOWN and not evidence.missing:
        evidence = Evidence(evidence.used, (_not_decisive(node, left, right),), evidence.notes)
    return conclude(verdict, evidence)


def _compared(evaluator: Evaluator, node: nodes.Compare, left: Found, right: Found) -> Verdict:
    one, other = left.value, right.value
    if isinstance(one, Interval) and isinstance(other, Interval):
        return one.compare(node.operator, other.times(quantity.factor(right.unit or "1", left.unit or "1")))
    if isinstance(one, PartialDate) and isinstance(other, PartialDate):
        return _compared_days(node.operator, one, other)
    if isinstance(one, str) and isinstance(other, str):
        order = _order(evaluator, node)
        if order:
            return Interval.at(order.index(one)).compare(node.operator, Interval.at(order.index(other)))
        return verdict_of((one == other) is (node.operator == "="))
    return Verdict.UNKNOWN


def _compared_days(operator: Operator, one: PartialDate, other: PartialDate) -> Verdict:
    match operator:
        case "<=":
            return not_after(one, other)
        case ">=":
            return not_after(other, one)
        case "<":
            return negate(not_after(other, one))
        case ">":
            return negate(not_after(one, other))
        case "=":
            return all_of((not_after(one, other), not_after(other, one)))
        case "!=":
            return negate(all_of((not_after(one, other), not_after(other, one))))


def _order(evaluator: Evaluator, node: nodes.Compare) -> tuple[str, ...]:
    """Give the ordered answers of the concept that is compared; empty when its answers have no order."""
    for side in (node.left, node.right):
        if isinstance(side, nodes.Pick | nodes.RowValue) and side.concept:
            term = evaluator.vocabulary.terms[side.concept]
            if term.kind is Kind.ORDINAL:
                return term.choices
    return ()


def _not_decisive(node: nodes.Compare, left: Found, right: Found) -> Need:
    fact = left.fact or right.fact
    name = fact.concept if fact else _subject(node.left) or _subject(node.right)
    reason = (
        f"{fact.reported or 'what is on record'} does not decide it" if fact else "what is on record leaves it open"
    )
    return Need(NeedKind.FACT, name, reason)


def _subject(node: nodes.Node) -> str:
    if isinstance(node, nodes.Pick | nodes.RowValue):
        return node.concept
    if isinstance(node, nodes.DailyDose):
        return node.drug
    if isinstance(node, nodes.Age):
        return BIRTH_DATE
    return next((name for child in node.children() if (name := _subject(child))), "")


def _limit(evaluator: Evaluator, node: nodes.LimitMultiple, result: Found) -> Found:
    if result.fact is None or result.value is None:
        return Found(None)
    limit = result.fact.uln if node.upper else result.fact.lln
    if limit is None:
        word = "upper" if node.upper else "lower"
        need = Need(NeedKind.LIMIT, result.fact.concept, f"no {word} limit of normal is printed with that result")
        return Found(None, evidence=Evidence(missing=(need,)))
    return Found(Interval.at(limit.value * node.factor), result.unit)


@truths.of(nodes.OneOf)
def _one_of(evaluator: Evaluator, node: nodes.OneOf) -> Answer:
    found = evaluator.value(node.value)
    if not isinstance(found.value, str):
        return conclude(Verdict.UNKNOWN, found.evidence)
    return conclude(verdict_of(found.value in node.choices), found.evidence)


@truths.of(nodes.During)
def _during(evaluator: Evaluator, node: nodes.During) -> Answer:
    day = evaluator.value(node.day)
    window, grounds = evaluator.window(node.window)
    evidence = Evidence.joined((day.evidence, grounds))
    if window is None or not isinstance(day.value, PartialDate):
        return conclude(Verdict.UNKNOWN, evidence)
    verdict = window.contains(day.value)
    if verdict is Verdict.UNKNOWN:
        need = Need(NeedKind.FACT, _subject(node.day), f"'{day.value}' lies on both sides of a bound of {window}")
        evidence = Evidence(evidence.used, (*evidence.missing, need), evidence.notes)
    return conclude(verdict, evidence)


@truths.of(nodes.Complete)
def _complete(evaluator: Evaluator, node: nodes.Complete) -> Answer:
    missing = evaluator.incomplete(node.concept)
    if not missing:
        return Answer(Verdict.MET)
    needs = tuple(Need(NeedKind.COMPLETE, table.value, "not asserted to be complete") for table in missing)
    return Answer(Verdict.UNKNOWN, Evidence(missing=needs))


@truths.of(nodes.RowIs)
def _row_is(evaluator: Evaluator, node: nodes.RowIs) -> Answer:
    own = evaluator.row.own if evaluator.row else None
    if own is None:
        return Answer(Verdict.UNKNOWN)
    return Answer(verdict_of(any(fact.source == own.source for fact in evaluator.facts(node.concept))))


# Days -------------------------------------------------------------------------------------------------------------------


@values.of(nodes.Anchor)
def _anchor(evaluator: Evaluator, node: nodes.Anchor) -> Found:
    day = evaluator.situation.anchors.get(node.name)
    if day is None:
        return Found(None, evidence=Evidence(missing=(Need(NeedKind.ANCHOR, node.name, "the date is not set"),)))
    return Found(PartialDate.on(day))


@values.of(nodes.Shifted)
def _shifted(evaluator: Evaluator, node: nodes.Shifted) -> Found:
    found = evaluator.value(node.day)
    span, grounds = evaluator.span(node.span)
    evidence = Evidence.joined((found.evidence, grounds))
    if span is None or not isinstance(found.value, PartialDate):
        return Found(None, evidence=evidence)
    ends: list[date] = []
    for end in (found.value.earliest, found.value.latest):
        try:
            ends.append(end if end in (date.min, date.max) else shift(end, span, node.direction))
        except OverflowError:
            ends.append(date.min if node.direction < 0 else date.max)
    return Found(PartialDate(ends[0], ends[1]), evidence=evidence)


@values.of(nodes.DayOf)
def _day_of(evaluator: Evaluator, node: nodes.DayOf) -> Found:
    found = evaluator.value(node.pick)
    if found.fact is None:
        return Found(None, evidence=found.evidence)
    return Found(found.fact.day or ANY_DAY, evidence=found.evidence, fact=found.fact)


# Results ----------------------------------------------------------------------------------------------------------------


def need_of(evaluator: Evaluator, concept: str, reason: str) -> Need:
    """Name a concept that is missing, as a fact or as a judgement."""
    term = evaluator.vocabulary.terms.get(concept)
    kind = NeedKind.JUDGEMENT if term and term.judgement else NeedKind.FACT
    return Need(kind, concept, reason)


def later_of(one: Fact, other: Fact) -> Fact:
    """Give the later of two results: by day, then time of day if both carry one, then place in the source."""
    days = ((one.day or ANY_DAY).earliest, (other.day or ANY_DAY).earliest)
    if days[0] != days[1]:
        return one if days[0] > days[1] else other
    if one.time and other.time and one.time != other.time:
        return one if one.time > other.time else other
    return one if one.order >= other.order else other


def possible_latest(candidates: Sequence[tuple[Fact, Verdict]], *, earliest: bool) -> list[Fact | None]:
    """List the results that may be the latest (or earliest) one inside a window; None: that there is none.

    `candidates` come with the verdict of their lying inside the window, MET or UNKNOWN.
    """
    certain = [fact for fact, inside in candidates if inside is Verdict.MET]
    found: list[Fact | None] = [
        fact for fact, _ in candidates if not any(_surely_beats(rival, fact, earliest=earliest) for rival in certain)
    ]
    if not certain:
        found.append(None)
    return found


def _surely_beats(rival: Fact, fact: Fact, *, earliest: bool) -> bool:
    if rival is fact:
        return False
    one, other = rival.day or ANY_DAY, fact.day or ANY_DAY
    if one.exact and one == other:
        return (later_of(rival, fact) is rival) is not earliest
    return one.latest < other.earliest if earliest else one.earliest > other.latest


@values.of(nodes.Pick)
def _pick(evaluator: Evaluator, node: nodes.Pick) -> Found:
    window, grounds = evaluator.window(node.window)
    if window is None:
        return Found(None, evidence=grounds)
    before = evaluator.value(node.before) if node.before is not None else None
    if before is not None and not isinstance(before.value, PartialDate):
        return Found(None, evidence=before.evidence)
    bound = before.value if before is not None else None
    candidates: list[tuple[Fact, Verdict]] = []
    notes: list[str] = []
    for fact in evaluator.facts(node.concept):
        day = fact.day or ANY_DAY
        inside = window.contains(day)
        if isinstance(bound, PartialDate):
            inside = all_of((inside, negate(not_after(bound, day))))
        if inside is Verdict.NOT_MET:
            continue
        if fact.absent:
            notes.append(f"{fact.source} of {day}: {fact.absent}")
            continue
        candidates.append((fact, inside))
    if not candidates:
        need = need_of(evaluator, node.concept, _why_none(evaluator, node, str(window)))
        return Found(None, evidence=Evidence(missing=(need,), notes=(*grounds.notes, *notes)))
    options = possible_latest(candidates, earliest=node.earliest)
    doubt = Evidence(
        missing=(need_of(evaluator, node.concept, "a date known in part leaves open which result counts"),)
    )
    fact_or_none = options[evaluator.choose(node, len(options), doubt)]
    if fact_or_none is None:
        need = need_of(evaluator, node.concept, f"it is not sure that a result lies in {window}")
        return Found(None, evidence=Evidence(tuple(fact for fact, _ in candidates), (need,)))
    return read(evaluator, fact_or_none, tuple(notes) + _ties(fact_or_none, candidates))


def _ties(fact: Fact, candidates: Sequence[tuple[Fact, Verdict]]) -> tuple[str, ...]:
    return tuple(
        f"{other.source} of the same day says {other.reported or other.value}; the later record counts"
        for other, _ in candidates
        if other is not fact and other.day == fact.day and other.value != fact.value
    )


def _why_none(evaluator: Evaluator, node: nodes.Pick, window: str) -> str:
    facts = [fact for fact in evaluator.facts(node.concept) if fact.day and not fact.absent]
    if not facts:
        return "nothing on record"
    nearest = max(facts, key=lambda fact: (fact.day or ANY_DAY).latest)
    return f"none dated {window}; the last one is of {nearest.day}"


def read(evaluator: Evaluator, fact: Fact, notes: tuple[str, ...] = ()) -> Found:
    """Read the value of a fact; bounds where the laboratory gave only a bound."""
    if fact.unusable or fact.value is None:
        need = need_of(evaluator, fact.concept, fact.unusable or "no value recorded")
        return Found(None, evidence=Evidence((fact,), (need,), notes), fact=fact)
    evidence = Evidence((fact,), notes=notes)
    match fact.value:
        case Quantity(value=number, unit=unit):
            return Found(_bounded(number, fact.comparator), unit, evidence, fact)
        case bool():
            return Found("true" if fact.value else "false", "", evidence, fact)
        case _:
            return Found(fact.value, "", evidence, fact)


def _bounded(number: Fraction, comparator: str | None) -> Interval:
    match comparator:
        case "<":
            return Interval(None, number, high_open=True)
        case "<=":
            return Interval(None, number)
        case ">":
            return Interval(number, None, low_open=True)
        case ">=":
            return Interval(number, None)
    return Interval.at(number)


@values.of(nodes.InstrumentField)
def _instrument_field(evaluator: Evaluator, node: nodes.InstrumentField) -> Found:
    binding = evaluator.vocabulary.bindings[node.instrument]
    instrument = evaluator.vocabulary.catalog.instruments[binding.instrument]
    entered, evidence = _entered(evaluator, node.instrument)
    cases = instrument.cases({name: fact.value for name, fact in entered.items() if fact.value is not None})
    if not cases.possible:
        return Found(None, evidence=_why_no_case(evaluator, node, cases, evidence))
    doubt = Evidence(missing=_open_items(evaluator, node, cases))
    case = cases.possible[evaluator.choose(("instrument", node.instrument), len(cases.possible), doubt)]
    value = case.get(node.field)
    if value is None:
        return Found(None, evidence=Evidence.joined((evidence, Evidence(missing=_open_items(evaluator, node, cases)))))
    return Found(value, instrument.fields[node.field].unit, evidence, next(iter(entered.values()), None))


def _entered(evaluator: Evaluator, name: str) -> tuple[dict[str, Fact], Evidence]:
    """Find the entered results of an instrument; those of one assessment where they belong together."""
    binding = evaluator.vocabulary.bindings[name]
    instrument = evaluator.vocabulary.catalog.instruments[binding.instrument]
    window = evaluator.windows[binding.window]
    found: dict[str, Fact] = {}
    parts: list[Evidence] = []
    for entry, concept in binding.entered.items():
        picked = _pick(evaluator, nodes.Pick(concept, window))
        parts.append(Evidence(picked.evidence.used, (), picked.evidence.notes))
        if picked.fact is not None:
            found[entry] = picked.fact
    if instrument.one_assessment and found:
        last = max((fact.day or ANY_DAY).earliest for fact in found.values())
        found = {entry: fact for entry, fact in found.items() if (fact.day or ANY_DAY).earliest == last}
    return found, Evidence.joined(parts)


def _why_no_case(evaluator: Evaluator, node: nodes.InstrumentField, cases: Cases, evidence: Evidence) -> Evidence:
    binding = evaluator.vocabulary.bindings[node.instrument]
    reason = cases.conflict or "no score on record in the window"
    concepts = [binding.entered[node.field]] if node.field in binding.entered else list(binding.entered.values())
    return Evidence(evidence.used, tuple(need_of(evaluator, concept, reason) for concept in concepts), evidence.notes)


def _open_items(evaluator: Evaluator, node: nodes.InstrumentField, cases: Cases) -> tuple[Need, ...]:
    entered = evaluator.vocabulary.bindings[node.instrument].entered
    needs = []
    for item in cases.open_items:
        if item in entered:
            needs.append(need_of(evaluator, entered[item], "not recorded with this score"))
        else:
            needs.append(Need(NeedKind.ITEM, f"{node.instrument}.{item}", "not assessed"))
    return tuple(needs)


@values.of(nodes.Age)
def _age(evaluator: Evaluator, node: nodes.Age) -> Found:
    on = evaluator.value(node.on)
    facts = evaluator.facts(BIRTH_DATE)
    birth = facts[0].value if facts else None
    if not isinstance(birth, PartialDate):
        return Found(None, evidence=Evidence(missing=(Need(NeedKind.FACT, BIRTH_DATE, "not recorded"),)))
    evidence = Evidence.joined((on.evidence, Evidence(facts[:1])))
    if not isinstance(on.value, PartialDate):
        return Found(None, evidence=evidence)
    low, high = completed_years(birth.latest, on.value.earliest), completed_years(birth.earliest, on.value.latest)
    years = f"{low}" if low == high else f"{low} or {high}"
    evidence = Evidence(evidence.used, evidence.missing, (*evidence.notes, f"age {years} years"))
    return Found(Interval(Fraction(low), Fraction(high)), "a", evidence, facts[0])


@values.of(nodes.Sex)
def _sex(evaluator: Evaluator, node: nodes.Sex) -> Found:
    facts = evaluator.facts(SEX)
    if not facts or not isinstance(facts[0].value, str):
        return Found(None, evidence=Evidence(missing=(Need(NeedKind.FACT, SEX, "not recorded as female or male"),)))
    return Found(facts[0].value, evidence=Evidence(facts[:1]), fact=facts[0])


@values.of(nodes.FormulaCall)
def _formula(evaluator: Evaluator, node: nodes.FormulaCall) -> Found:
    formula = evaluator.vocabulary.catalog.formulas[node.formula]
    inputs: dict[str, Interval | str | None] = {}
    parts: list[Evidence] = []
    for name, item in zip(node.names, node.inputs, strict=True):
        found = evaluator.value(item)
        parts.append(found.evidence)
        value = found.value
        if isinstance(value, Interval):
            value = value.times(quantity.factor(found.unit or "1", formula.parameters[name].unit or "1"))
        inputs[name] = None if isinstance(value, PartialDate) else value
    result = formula(**inputs)
    evidence = Evidence.joined(parts)
    if result is None:
        return Found(None, evidence=evidence)
    if evidence.missing and result.exact:
        evidence = evidence.without_needs()
    note = f"{formula.result.label} {show(result)} {formula.result.unit}"
    return Found(result, formula.result.unit, Evidence(evidence.used, evidence.missing, (*evidence.notes, note)))


# The record at hand -----------------------------------------------------------------------------------------------------


@values.of(nodes.RowValue)
def _row_value(evaluator: Evaluator, node: nodes.RowValue) -> Found:
    row = evaluator.row
    if row is None:
        return Found(None)
    if node.previous:
        if row.previous is None:
            return Found(None, nothing=True, evidence=Evidence(notes=(f"no assessment before that of {row.day}",)))
        row = row.previous
    fact = row.facts.get(node.concept) if node.concept else row.own
    if fact is None:
        return Found(None, evidence=Evidence(missing=(need_of(evaluator, node.concept, f"not recorded on {row.day}"),)))
    return read(evaluator, fact)


@values.of(nodes.RowDay)
def _row_day(evaluator: Evaluator, node: nodes.RowDay) -> Found:
    row = evaluator.row
    if row is None:
        return Found(None)
    if node.last and row.own is not None:
        if row.own.period.end is None:
            need = need_of(evaluator, row.own.concept, "its end is not recorded")
            return Found(None, evidence=Evidence((row.own,), (need,)))
        return Found(row.own.period.end, evidence=Evidence((row.own,)), fact=row.own)
    return Found(row.day, fact=row.own)


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


# Literals and arithmetic --------------------------------------------------------------------------------------------------


@values.of(nodes.Amount)
def _amount(evaluator: Evaluator, node: nodes.Amount) -> Found:
    return Found(Interval.at(node.number), node.unit)


@values.of(nodes.Choice)
def _choice(evaluator: Evaluator, node: nodes.Choice) -> Found:
    return Found(node.name)


@values.of(nodes.Setting)
def _setting(evaluator: Evaluator, node: nodes.Setting) -> Found:
    number = evaluator.situation.settings.get(node.name)
    if number is None:
        return Found(None, evidence=Evidence(missing=(Need(NeedKind.SETTING, node.name, "not set"),)))
    return Found(Interval.at(number), node.unit)


@values.of(nodes.LimitMultiple)
def _limit_alone(evaluator: Evaluator, node: nodes.LimitMultiple) -> Found:
    return Found(None)


@values.of(nodes.NamedValue)
def _named_value(evaluator: Evaluator, node: nodes.NamedValue) -> Found:
    return evaluator.value(node.meaning)


@values.of(nodes.Arithmetic)
def _arithmetic(evaluator: Evaluator, node: nodes.Arithmetic) -> Found:
    left, right = evaluator.value(node.left), evaluator.value(node.right)
    evidence = Evidence.joined((left.evidence, right.evidence))
    if not isinstance(left.value, Interval) or not isinstance(right.value, Interval):
        return Found(None, evidence=evidence)
    result: Interval | None
    if node.operator in "+-":
        other = right.value.times(quantity.factor(right.unit or "1", left.unit or "1"))
        result = left.value + other if node.operator == "+" else left.value - other
        return Found(result, left.unit, evidence, left.fact)
    if node.operator == "*":
        return Found(left.value * right.value, product_unit(left.unit, right.unit), evidence, left.fact)
    inverse = right.value.inverse()
    if inverse is None:
        notes = (*evidence.notes, "a division by zero has no answer")
        return Found(None, evidence=Evidence(evidence.used, evidence.missing, notes))
    return Found(left.value * inverse, quotient_unit(left.unit, right.unit), evidence, left.fact)


def product_unit(one: str, other: str) -> str:
    """Write the unit of a product."""
    return other if one in ("", "1") else one if other in ("", "1") else f"{one}.{other}"


def quotient_unit(one: str, other: str) -> str:
    """Write the unit of a quotient."""
    return (one or "1") if other in ("", "1") else f"{one or '1'}/({other})"


@values.of(nodes.Change)
def _change(evaluator: Evaluator, node: nodes.Change) -> Found:
    earlier, later = evaluator.value(node.earlier), evaluator.value(node.later)
    evidence = Evidence.joined((earlier.evidence, later.evidence))
    if not isinstance(earlier.value, Interval) or not isinstance(later.value, Interval):
        return Found(None, evidence=evidence)
    rise = _relative_rise(earlier.value, later.value) if node.relative else later.value - earlier.value
    change = -rise if node.decline else rise
    unit = "%" if node.relative else later.unit
    note = f"{'fell' if node.decline else 'rose'} by {show(change)} {unit}"
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


def show(number: Interval) -> str:
    """Print a number for people, rounded to two decimals only here."""
    if number.exact and number.low is not None:
        return _decimal(number.low)
    if number.low is None:
        return "any number" if number.high is None else f"at most {_decimal(number.high)}"
    return (
        f"at least {_decimal(number.low)}"
        if number.high is None
        else f"{_decimal(number.low)} to {_decimal(number.high)}"
    )


def _decimal(number: Fraction) -> str:
    return f"{float(round(number, 2)):.2f}".rstrip("0").rstrip(".")
