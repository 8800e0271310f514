"""Random well-typed rules and random patients over the small protocol of tests/cases/rules/vocabulary.yaml.

Rules are made as text, so that a counterexample reads like a protocol and the parser is exercised too. `Wanted` leaves
out what a law does not hold for. Everything that compares engines can draw from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

from hypothesis import strategies as st

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Comparator, Fact, Table, Unclassified, Value
from dosepath.core.quantity import Quantity
from dosepath.rules import nodes
from dosepath.rules.parse import walk
from dosepath.rules.vocabulary import Kind
from tests.unit.rules.world import ON, World, rule, vocabulary

Text = st.SearchStrategy[str]


@dataclass(frozen=True)
class Wanted:
    """What random rules may hold.

    `calendar`: months, years and ages, which differ in length. `knowledge`: the nodes that ask what is known.
    `criteria`: references to other criteria.
    """

    calendar: bool = True
    knowledge: bool = True
    criteria: bool = True


ANYTHING = Wanted()

# Rules ----------------------------------------------------------------------------------------------------------

NUMBERS = {"anc": "10*9/L", "alt": "U/L", "weight": "kg", "fvc": "%", "total": "1", "clinical": "1"}
LITERALS = {
    "anc": ("0.4", "0.5", "1"),
    "alt": ("20", "40", "120"),
    "weight": ("50", "60", "75"),
    "fvc": ("45", "50", "70"),
}
POINTS = ("0", "2", "4", "8")
ANSWERS = {"hiv": ("positive", "negative"), "smoker": ("true", "false"), "state": ("active", "inactive")}
EVENTS = ("stroke", "cancer", "skin_cancer", "transplant", "vaccine", "allergy")
DRUGS = ("pred", "steroid", "hcq", "suppressant", "aza", "ivig")
ORDER = st.sampled_from(["<", "<=", ">=", ">"])
EQUALITY = st.sampled_from(["=", "!="])
ANCHORS = st.sampled_from(["screening", "screening", "screening", "consent", "lymphodepletion"])


@cache
def spans(wanted: Wanted, *, long: bool = False) -> Text:
    """Draw spans such as "28 days"; long ones are for courses."""
    found = ["60 days", "90 days", "26 weeks"] if long else ["1 day", "10 days", "28 days", "4 weeks", "90 days"]
    if wanted.calendar:
        found += ["3 months", "6 months"] if long else ["1 month", "6 months", "1 year", "2 years"]
    found += ["400 days", "$window_days days"]
    return st.sampled_from([*found, *found, "$unset_days days"])


@cache
def windows(wanted: Wanted) -> Text:
    """Draw windows by their name or as they are written in place."""
    named = ["screen", "ever", "ever", *(["month", "half_year", "past"] if wanted.calendar else [])]
    near = st.builds("within {} before {}".format, spans(wanted), ANCHORS)
    open_ended = st.builds("{} {}".format, st.sampled_from(["since", "up to"]), ANCHORS)
    between = st.builds("since {} before screening up to {}".format, spans(wanted), ANCHORS)
    return st.sampled_from(named) | st.sampled_from(named) | near | open_ended | between


@cache
def literal(concept: str) -> Text:
    """Draw a number that fits a concept, with its unit."""
    if NUMBERS[concept] == "1":
        return st.sampled_from([*POINTS, *POINTS, "$active_from", "$unset_number"])
    if concept == "anc":
        return st.sampled_from(["0.4 '10*9/L'", "0.5 '10*9/L'", "500 '/uL'"])
    return st.sampled_from([f"{number} '{NUMBERS[concept]}'" for number in LITERALS[concept]])


@cache
def days(wanted: Wanted, *, here: bool = False) -> Text:
    """Draw days; `here` allows that of the record at hand."""
    plain = ANCHORS | st.just("date") if here else ANCHORS
    found = plain | st.builds("{} {} {}".format, spans(wanted), st.sampled_from(["before", "after"]), plain)
    found |= st.builds("date_of(latest({}, {}))".format, st.sampled_from(list(NUMBERS)), windows(wanted))
    found |= st.builds("first(total, {} where value {} {})".format, windows(wanted), ORDER, literal("total"))
    found |= st.builds("reached([steroid, suppressant], {}, {})".format, spans(wanted, long=True), windows(wanted))
    return found | st.just("treated_since") if wanted.calendar else found


@cache
def dates(wanted: Wanted, *, here: bool = False) -> Text:
    """Draw what may be compared with a day: days, and days as answers."""
    return days(wanted, here=here) | st.builds("latest(diagnosed, {})".format, windows(wanted))


@cache
def results(concept: str, wanted: Wanted) -> Text:
    """Draw results of a concept."""
    found = st.builds(f"{{}}({concept}, {{}})".format, st.sampled_from(["latest", "earliest"]), windows(wanted))
    return found | st.builds(f"earliest({concept}, {{}}, before {{}})".format, windows(wanted), days(wanted))


@cache
@st.composite
def numbers(draw: st.DrawFn, wanted: Wanted) -> str:
    """Draw a comparison of two numbers."""
    concept = draw(st.sampled_from(list(NUMBERS)))
    left, order = draw(results(concept, wanted)), draw(ORDER | EQUALITY)
    unit = "" if NUMBERS[concept] == "1" else f" '{NUMBERS[concept]}'"
    if concept == "alt" and draw(st.booleans()):
        return f"{left} {order} {draw(st.sampled_from(['1.5 * uln', 'uln', 'lln', '3 * uln']))}"
    match draw(st.integers(0, 6)):
        case 0:
            return f"{left} {order} {draw(results(concept, wanted))}"
        case 1:
            sign, right = draw(st.sampled_from("+-")), draw(results(concept, wanted))
            return f"{left} * 2 {sign} {right} {order} {draw(literal(concept))}"
        case 2:
            change = draw(st.sampled_from(["relative_change", "relative_decline"]))
            return f"{change}({left}, {draw(results(concept, wanted))}) {order} 10 '%'"
        case 3:
            change = draw(st.sampled_from(["change", "decline"]))
            return f"{change}({left}, {draw(results(concept, wanted))}) {order} 5{unit}"
        case 4:
            return f"{left} / {draw(results(concept, wanted))} {order} 1"
        case 5:
            return f"{left} between {draw(literal(concept))} and {draw(literal(concept))}"
        case _:
            return f"{left} {order} {draw(literal(concept))}"


@cache
def people(wanted: Wanted) -> Text:
    """Draw comparisons of sex, and of ages and what is computed from them."""
    sex = st.builds("sex {} female".format, EQUALITY)
    if not wanted.calendar:
        return sex
    age = st.builds("age({}) {} {} 'a'".format, days(wanted), ORDER, st.sampled_from(["18", "40", "66"]))
    return sex | age | st.builds("clearance {} {} 'mL/min'".format, ORDER, st.sampled_from(["30", "60"]))


@cache
@st.composite
def answers(draw: st.DrawFn, wanted: Wanted) -> str:
    """Draw a comparison of an answer."""
    concept = draw(st.sampled_from([*ANSWERS, "nyha"]))
    if concept == "nyha":
        return f"{draw(results(concept, wanted))} {draw(ORDER | EQUALITY)} {draw(st.sampled_from(['I', 'II', 'III']))}"
    if draw(st.booleans()):
        return f"{draw(results(concept, wanted))} in {{{draw(st.sampled_from(ANSWERS[concept]))}}}"
    return f"{draw(results(concept, wanted))} {draw(EQUALITY)} {draw(st.sampled_from(ANSWERS[concept]))}"


@cache
def scores(wanted: Wanted) -> Text:
    """Draw comparisons of the parts of a score."""
    names = st.sampled_from(["long_score", *(["lupus_score"] if wanted.calendar else [])])
    parts = st.builds(
        "{0}.{1} {2} {3}".format, names, st.sampled_from(["total", "clinical"]), ORDER, st.sampled_from(POINTS)
    )
    both = st.builds("({0}.clinical = {0}.total or {0}.clinical >= 6)".format, names)
    return parts | both | st.builds("{}.grade = {}".format, names, st.sampled_from(["low", "high"]))


@cache
def doses(wanted: Wanted) -> Text:
    """Draw comparisons of doses."""
    limit = st.builds("{} {}".format, ORDER, st.sampled_from(["7.5 'mg/d'", "20 'mg/d'", "0.5 'g/d'"]))
    drugs = st.sampled_from(["steroid as pred_eq", "hcq", "suppressant"])
    found = st.builds("daily_dose({}, on {}) {}".format, drugs, days(wanted), limit)
    found |= st.builds("highest_daily_dose({}, {}) {}".format, drugs, windows(wanted), limit)
    total = st.builds("total_dose(ivig, {})".format, windows(wanted))
    by_weight = st.builds("{} / latest(weight, ever) {} $high_dose".format, total, ORDER)
    return found | by_weight | st.builds("{} {} 60 'g'".format, total, ORDER)


@cache
def of_record(concept: str, wanted: Wanted) -> Text:
    """Draw a condition about one record of an event or a drug."""
    found = st.builds("{} {} {}".format, st.sampled_from(["date", "last_date"]), ORDER, dates(wanted, here=True))
    found |= st.builds("{} during {}".format, st.sampled_from(["date", "last_date"]), windows(wanted))
    found |= st.builds("latest(weight, within {} before date) {} 60 'kg'".format, spans(wanted), ORDER)
    found |= st.builds("row_is({})".format, st.sampled_from(["skin_cancer", "lung_cancer", "pred", "aza"]))
    if concept == "allergy":
        found |= st.builds("value {} severe".format, EQUALITY)
    if concept in DRUGS:
        found |= st.builds("dose {} 10 'mg'".format, ORDER) | st.builds("dose_per_day {} 10 'mg/d'".format, ORDER)
        found |= st.builds("dose / latest(weight, ever) {} $high_dose".format, ORDER)
    return found | joined(found, wanted)


@cache
@st.composite
def events(draw: st.DrawFn, wanted: Wanted) -> str:
    """Draw a question about what happened."""
    concept = draw(st.sampled_from([*EVENTS, *DRUGS]))
    if draw(st.integers(0, 5)) == 0:
        return f"complete({concept})"
    word = draw(st.sampled_from(["exists", "exists", "began", "every"]))
    where = draw(of_record(concept, wanted)) if word == "every" or draw(st.booleans()) else ""
    return f"{word}({concept}, {draw(windows(wanted))}{' where ' if where else ''}{where})"


@cache
@st.composite
def assessments(draw: st.DrawFn, wanted: Wanted) -> str:
    """Draw a question about the results of one day."""
    word = draw(st.sampled_from(["some", "at_latest"]))
    several = draw(st.booleans())
    found = st.builds(
        "{} {} {}".format, st.sampled_from(["value", "total", "previous(total)"]), ORDER, literal("total")
    )
    found |= st.builds("date during {}".format, windows(wanted)) | st.builds("date {} {}".format, ORDER, days(wanted))
    found |= st.builds("change(previous(total), total) {} 1".format, ORDER)
    found |= st.builds("daily_dose(steroid as pred_eq, on date) {} 7.5 'mg/d'".format, ORDER) | st.just('"in response"')
    if several:
        found |= st.just('"quiet"') | st.just("state = active") | st.just("not state = active")
        if wanted.knowledge:
            found |= st.just("any_recorded(total >= 4, state = active)")
    concepts = "[total, state]" if several else "total"
    return f"{word}({concepts}, {draw(windows(wanted))} where {draw(found | joined(found, wanted))})"


@cache
def courses(wanted: Wanted) -> Text:
    """Draw questions about stretches of treatment and regimens."""
    span, window, drug = spans(wanted, long=True), windows(wanted), st.sampled_from(DRUGS)
    pair = st.sampled_from(["[steroid, suppressant]", "[pred, aza, hcq]", "[pred]"])
    found = st.builds("lasted({}, {}, {})".format, drug, span, window)
    found |= st.builds("{}({}, {}, {})".format, st.sampled_from(["lasted_together", "spanned"]), pair, span, window)
    found |= st.builds("several_lasted({}, suppressant, {}, {})".format, st.sampled_from("12"), span, window)
    stable, beside = st.sampled_from(["stable", "stable_to_end"]), st.sampled_from(["", ", suppressant"])
    found |= st.builds("{}(standard, {}, {}{})".format, stable, span, window, beside)
    return found | st.builds("within_cap(standard.{}, {}, {})".format, st.sampled_from(["gc", "aza"]), span, window)


@cache
def joined(operand: Text, wanted: Wanted) -> Text:
    """Draw a rule that joins others."""
    found = st.builds("({} and {})".format, operand, operand) | st.builds("({} or {})".format, operand, operand)
    found |= st.builds("not ({})".format, operand)
    found |= st.builds("at_least({}, {}, {}, {})".format, st.sampled_from("123"), operand, operand, operand)
    if wanted.knowledge:
        found |= st.builds("({} is true)".format, operand) | st.builds("first_known({}, {})".format, operand, operand)
        found |= st.builds("any_recorded({}, {})".format, operand, operand)
    return found


@cache
def families(wanted: Wanted = ANYTHING) -> Mapping[str, Text]:
    """Give the kinds of single rules, by name."""
    between_days = st.builds("{} {} {}".format, dates(wanted), ORDER | EQUALITY, dates(wanted))
    found = {
        "numbers": numbers(wanted),
        "people": people(wanted),
        "answers": answers(wanted) | st.just('"low cells"'),
        "scores": scores(wanted),
        "doses": doses(wanted),
        "events": events(wanted),
        "assessments": assessments(wanted),
        "courses": courses(wanted),
        "days": between_days | st.builds("{} during {}".format, dates(wanted), windows(wanted)),
    }
    return {**found, "criteria": st.sampled_from(["I01", "E02.1.a"])} if wanted.criteria else found


@cache
def rules(wanted: Wanted = ANYTHING, family: str = "") -> Text:
    """Draw rules that `check` passes, of one family or of all."""
    single = families(wanted)[family] if family else st.one_of(*families(wanted).values())
    return st.recursive(single, lambda operand: joined(operand, wanted), max_leaves=4)


# Patients -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Patient:
    """What is on record and what surrounds it."""

    facts: tuple[Fact, ...]
    world: World = field(default_factory=World)
    unread: tuple[Unclassified, ...] = ()

    def __repr__(self) -> str:
        """Show only what is set, one fact a line."""
        lines = [
            ", ".join(
                f"{item.name}={str(value) if item.name in ('period', 'value', 'dose') else repr(value)}"
                for item in fields(fact)
                if (value := getattr(fact, item.name)) not in (None, "", 0)
            )
            for fact in self.facts
        ]
        return "\n  ".join(["Patient:", *lines, *map(str, self.unread), str(self.world)])


NEAR = (
    -30,
    -3,
    0,
    1,
    2,
    3,
    10,
    11,
    27,
    28,
    29,
    30,
    31,
    59,
    60,
    61,
    89,
    90,
    91,
    92,
    150,
    180,
    181,
    182,
    183,
    184,
    300,
    365,
    366,
)


@cache
def exact_days() -> st.SearchStrategy[date]:
    """Draw days, many of them at the bounds of the windows that rules ask for."""
    return (st.sampled_from(NEAR) | st.integers(-10, 400)).map(lambda count: ON - timedelta(days=count))


@cache
def some_days(vague: bool = False) -> st.SearchStrategy[PartialDate]:
    """Draw days known exactly, or to some days, the month or the year; mostly so when `vague`."""
    exact = exact_days().map(PartialDate.on)
    near = st.builds(lambda day, more: PartialDate(day, day + timedelta(days=more)), exact_days(), st.integers(1, 5))
    month = exact_days().map(lambda day: PartialDate.parse(f"{day:%Y-%m}"))
    year = st.just(PartialDate.parse("2025"))
    return exact | exact | near | month | month | year if vague else exact | exact | exact | exact | month | year


def perhaps_days(draw: st.DrawFn, vague: bool) -> PartialDate | None:
    """Draw a day, or seldom none."""
    return None if draw(st.integers(0, 15)) == 0 else draw(some_days(vague))


VALUES: Mapping[str, tuple[str, ...]] = {
    "anc": ("0.4", "0.5", "0.6", "2"),
    "alt": ("20", "40", "60", "120"),
    "weight": ("50", "60", "75"),
    "fvc": ("0", "45", "50", "70"),
    "creat": ("60", "100"),
    **dict.fromkeys(("total", "clinical"), ("0", "1", "2", "4", "8")),
}


@cache
@st.composite
def results_on_record(draw: st.DrawFn, concept: str, vague: bool) -> Fact:
    """Draw one result of a concept."""
    day = perhaps_days(draw, vague)
    if draw(st.integers(0, 9)) == 0:
        unusable, absent = draw(st.sampled_from([("no unit", ""), ("", "withheld")]))
        return Fact(concept, Period.at(day), "", unusable=unusable, absent=absent, order=draw(ORDERS))
    value: Value
    lower = upper = None
    bound: Comparator | None = None
    if concept in VALUES:
        unit = vocabulary().terms[concept].unit
        value = Quantity.of(draw(st.sampled_from(VALUES[concept])), unit)
        bound = draw(st.sampled_from(BOUNDS))
        if draw(st.booleans()):
            lower, upper = Quantity.of("20", unit), Quantity.of("40", unit)
    elif concept == "diagnosed":
        value = draw(some_days(vague))
    elif concept == "smoker":
        value = bool(draw(st.booleans()))
    else:
        value = draw(st.sampled_from(ANSWERS.get(concept, ("I", "II", "III", "IV"))))
    time = draw(st.sampled_from(["", "", "08:00", "14:00"]))
    return Fact(concept, Period.at(day), "", value, bound, lower, upper, order=draw(ORDERS), time=time)


ORDERS = st.integers(0, 5)
BOUNDS: tuple[Comparator | None, ...] = (None, None, None, None, "<", "<=", ">", ">=")


@cache
@st.composite
def periods(draw: st.DrawFn, vague: bool) -> Period:
    """Draw how long a record lasted, often about as long as rules ask for; a last day is not before the first one."""
    first = perhaps_days(draw, vague)
    match draw(st.integers(0, 7)):
        case 0 | 1:
            return Period(first, None, ongoing=True)
        case 2:
            return Period(first, None)
        case 3:
            return Period.at(first) if first is not None else Period(None)
    length = draw(st.sampled_from(LENGTHS) | st.integers(0, 300))
    known = first or draw(some_days())
    last = PartialDate(known.earliest + timedelta(days=length), known.latest + timedelta(days=length))
    if draw(st.booleans()):
        last = PartialDate.on(draw(st.sampled_from([last.earliest, last.latest])))
    if draw(st.integers(0, 3)) == 0:
        last = PartialDate(last.earliest, last.latest + timedelta(days=30))
    return Period(first, last)


LENGTHS = (0, 1, 9, 10, 59, 60, 88, 89, 90, 91, 92, 181, 182, 183, 184, 185)


@cache
@st.composite
def events_on_record(draw: st.DrawFn, concept: str, vague: bool) -> Fact:
    """Draw one event, or one course of a drug."""
    period = draw(periods(vague))
    if concept == "allergy":
        value = draw(st.sampled_from([None, "severe", "mild"]))
        return Fact(concept, period, "", value, unusable="" if value else "not said", order=draw(ORDERS))
    if concept not in COURSES:
        return Fact(concept, period, "", order=draw(ORDERS))
    dose = draw(st.sampled_from([None, "5", "10", "10", "20", "100"]))
    times = draw(st.sampled_from([None, Fraction(1), Fraction(1), Fraction(2), Fraction(1, 2)]))
    return Fact(
        concept,
        period,
        "",
        dose=None if dose is None else Quantity.of(dose, "g" if concept == "ivig" else "mg"),
        times_per_day=times,
        order=draw(ORDERS),
    )


COURSES = ("pred", "mepred", "dexa", "hcq", "aza", "mmf", "painkiller", "ivig")


RESULTS = (*VALUES, *ANSWERS, "nyha", "diagnosed")
HAPPENED = ("stroke", "skin_cancer", "lung_cancer", "transplant", "vaccine", "allergy", *COURSES)


def concepts_of(text: str) -> tuple[str, ...]:
    """Name the concepts that a rule reads, each as it stands on record."""
    words = vocabulary()
    found: set[str] = set()
    for node in walk(rule(text)):
        match node:
            case nodes.InstrumentField(instrument=instrument):
                found.update(words.bindings[instrument].entered.values())
            case nodes.StableRegimen(regimen=regimen) | nodes.WithinCap(regimen=regimen):
                found.update(line.drug for line in words.regimens[regimen])
        for name in ("concept", "drug", "concepts", "drugs", "only_listed"):
            named = getattr(node, name, ())
            found.update([named] if isinstance(named, str) else named)
    known = {leaf for concept in found if concept for leaf in words.leaves(concept)}
    return tuple(concept for concept in (*RESULTS, *HAPPENED) if concept in known)


@cache
@st.composite
def facts_on_record(draw: st.DrawFn, concepts: tuple[str, ...], vague: bool) -> tuple[Fact, ...]:
    """Draw a record that mostly holds facts of some concepts."""
    found = []
    for _ in range(draw(st.integers(0, 7))):
        near = bool(concepts) and draw(st.integers(0, 5)) > 0
        concept = draw(st.sampled_from(concepts if near else (*RESULTS, *HAPPENED)))
        found.append(draw((results_on_record if concept in RESULTS else events_on_record)(concept, vague)))
    birth = draw(st.sampled_from([None, "1980-01-01", "1980-01-01", "1960", "2008-06-01"]))
    if birth is not None:
        found.append(Fact("birth_date", Period(None), "", PartialDate.parse(birth)))
    sex = draw(st.sampled_from([None, "female", "male"]))
    if sex is not None:
        found.append(Fact("sex", Period(None), "", sex))
    return tuple(_named(fact, f"{fact.concept}-{place}") for place, fact in enumerate(found))


def _named(fact: Fact, source: str) -> Fact:
    return changed(fact, source=source)


def changed(fact: Fact, **changes: object) -> Fact:
    """Copy a fact with other values."""
    return replace(fact, **changes)  # type: ignore[arg-type]


@cache
@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw what surrounds a patient: anchors, complete tables, settings."""
    anchors = {
        "screening": draw(st.sampled_from([ON, ON, ON, ON, ON, ON, ON - timedelta(days=3), None])),
        "consent": draw(st.sampled_from([ON - timedelta(days=5), ON - timedelta(days=200), None])),
        "lymphodepletion": draw(st.sampled_from([None, ON, ON + timedelta(days=10)])),
    }
    complete = draw(st.sampled_from([frozenset(Table), frozenset(Table), frozenset(), frozenset({Table.MEDICATIONS})]))
    settings = {"window_days": Fraction(28), "active_from": Fraction(4), "high_dose": Fraction(1)}
    if draw(st.booleans()):
        settings["stretch_gap_days"] = Fraction(draw(st.sampled_from([1, 2, 5])))
    return World(ON, anchors, complete, settings)


@cache
@st.composite
def patients(draw: st.DrawFn, concepts: tuple[str, ...] = (), vague: bool = False) -> Patient:
    """Draw a patient with all that surrounds one, mostly with facts of some concepts; `vague`: days known in part."""
    unread: tuple[Unclassified, ...] = ()
    if draw(st.integers(0, 4)) == 0:
        may_be = draw(st.sampled_from([frozenset({"stroke"}), frozenset({"pred"}), frozenset({"skin_cancer"})]))
        table = Table.MEDICATIONS if "pred" in may_be else Table.CONDITIONS
        unread = (Unclassified(table, "u-1", "something", may_be, period=Period.at(draw(st.none() | some_days()))),)
    return Patient(draw(facts_on_record(concepts, vague)), draw(worlds()), unread)


@cache
@st.composite
def rules_and_patients(
    draw: st.DrawFn, wanted: Wanted = ANYTHING, family: str = "", vague: bool = False
) -> tuple[str, Patient]:
    """Draw a rule and a patient of whom something is on record that the rule reads."""
    text = draw(rules(wanted, family))
    return text, draw(patients(concepts_of(text), vague))


# Other patients made of one -----------------------------------------------------------------------------------------


def shifted(patient: Patient, count: int) -> Patient:
    """Move everything that is dated by a number of days."""
    step = timedelta(days=count)
    world = patient.world
    anchors = {name: None if day is None else day + step for name, day in world.anchors.items()}
    return Patient(
        tuple(
            changed(fact, period=_moved(fact.period, step), value=_day_moved(fact.value, step))
            for fact in patient.facts
        ),
        World(world.on + step, anchors, world.complete, world.settings),
        tuple(
            Unclassified(item.table, item.source, item.text, item.may_be, item.anything, _moved(item.period, step))
            for item in patient.unread
        ),
    )


def _moved(period: Period, step: timedelta) -> Period:
    start, end = _day_moved(period.start, step), _day_moved(period.end, step)
    return Period(start, end, period.ongoing)  # type: ignore[arg-type]


def _day_moved(value: Value | None, step: timedelta) -> Value | None:
    return PartialDate(value.earliest + step, value.latest + step) if isinstance(value, PartialDate) else value


@st.composite
def better_known(draw: st.DrawFn, patient: Patient) -> Patient:
    """Draw what may become of a patient as more is known: days, doses, values, limits, anchors, settings, lists.

    Results that carry no value (`absent`) stay so, for they do not count. Entered parts of a score keep their doubts,
    for what they become may contradict the other part.
    """
    on = patient.world.on
    facts = tuple(draw(_better_known_fact(fact, on)) for fact in patient.facts)
    anchors = {name: day or draw(st.none() | exact_days()) for name, day in patient.world.anchors.items()}
    complete = patient.world.complete | draw(st.sampled_from([frozenset(Table), frozenset()]))
    settings = dict(patient.world.settings)
    if draw(st.booleans()):
        settings |= {"unset_number": Fraction(3), "unset_days": Fraction(20)}
    unread = patient.unread if draw(st.booleans()) else ()
    return Patient(facts, World(on, anchors, complete, settings), unread)


@st.composite
def _better_known_fact(draw: st.DrawFn, fact: Fact, on: date) -> Fact:
    changes: dict[str, object] = {}
    if draw(st.booleans()):
        changes["period"] = draw(_better_known_period(fact.period, on))
    kind = vocabulary().terms[fact.concept].kind
    if isinstance(fact.value, PartialDate) and draw(st.booleans()):
        changes["value"] = draw(_better_known_day(fact.value))
    if kind is Kind.DRUG:
        if fact.dose is None and draw(st.booleans()):
            changes["dose"] = Quantity.of(draw(st.sampled_from(["5", "10", "30"])), "mg")
        if fact.times_per_day is None and draw(st.booleans()):
            changes["times_per_day"] = Fraction(1)
    elif fact.concept not in ("total", "clinical"):
        changes = {**changes, **draw(_better_known_value(fact))}
    return changed(fact, **changes)


@st.composite
def _better_known_value(draw: st.DrawFn, fact: Fact) -> dict[str, object]:
    changes: dict[str, object] = {}
    term = vocabulary().terms[fact.concept]
    if fact.unusable and draw(st.booleans()):
        changes["unusable"] = ""
        if fact.concept in VALUES:
            changes["value"] = Quantity.of(draw(st.sampled_from(VALUES[fact.concept])), term.unit)
        elif term.kind is Kind.FLAG:
            changes["value"] = draw(st.booleans())
        elif term.kind is Kind.DATE:
            changes["value"] = draw(some_days())
        else:
            changes["value"] = draw(st.sampled_from(term.answers))
    if isinstance(fact.value, Quantity):
        if fact.comparator is not None and draw(st.booleans()):
            away = Fraction(draw(st.sampled_from([1, 100])), 10) + (0 if "=" in fact.comparator else Fraction(1, 100))
            move = -away if "<" in fact.comparator else away
            changes |= {"comparator": None, "value": Quantity(fact.value.value + move, fact.value.unit)}
        if fact.uln is None and draw(st.booleans()):
            changes |= {"uln": Quantity.of("40", term.unit), "lln": Quantity.of("20", term.unit)}
    return changes


@st.composite
def _better_known_day(draw: st.DrawFn, day: PartialDate) -> PartialDate:
    found = draw(st.dates(day.earliest, day.latest))
    return draw(
        st.sampled_from([PartialDate.on(found), PartialDate(day.earliest, found), PartialDate(found, day.latest)])
    )


@st.composite
def _better_known_period(draw: st.DrawFn, period: Period, on: date) -> Period:
    if period.start is not None and period.start == period.end:
        return Period.at(draw(_better_known_day(period.start)))
    last = period.last_day(on)
    start, end = period.start, period.end
    if start is None and draw(st.booleans()):
        start = PartialDate.on(draw(st.dates(date(2024, 1, 1), min(last.latest, on))))
    elif start is not None:
        start = draw(_better_known_day(start))
    if end is not None:
        end = draw(_better_known_day(end))
    elif not period.ongoing and start is not None and start.latest <= on and draw(st.booleans()):
        end = PartialDate.on(draw(st.dates(start.latest, on)))
    if start is not None and end is not None and start.latest > end.earliest:
        return Period(period.start, period.end)
    return Period(start, end, period.ongoing)


def scaled(patient: Patient, units: Mapping[str, str], convert: Callable[[Quantity, str], Quantity]) -> Patient:
    """Write results in other units, limits of normal with them."""

    def written(fact: Fact) -> Fact:
        if fact.concept not in units:
            return fact
        parts = {name: getattr(fact, name) for name in ("value", "uln", "lln")}
        return changed(
            fact,
            **{
                name: convert(part, units[fact.concept]) if isinstance(part, Quantity) else part
                for name, part in parts.items()
            },
        )

    return Patient(tuple(written(fact) for fact in patient.facts), patient.world, patient.unread)
