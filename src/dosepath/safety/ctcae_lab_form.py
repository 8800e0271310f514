"""The form of a measured adverse event, and the instrument that grades it.

One form serves all terms of a version; `form` gives the questions of one term. Value, limits of normal and baseline
are plain numbers in the unit that is named beside them; a term whose limits all come with the value needs no unit.

The grade is that of the measurement, with the judgements that its conditions ask for (symptoms, anticoagulation). The
event may be worse than its measurement: judgements that alone give a grade (life-threatening, hospital care) raise
`event_grade`, which therefore stays open until they are answered. Grade 5 never comes from a form.

An answer that is left out leaves every grade possible that it could lead to; that holds for the baseline too, be it
high, normal, low or never taken.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from dosepath.core.instrument import Case, Field, Flag, Item, Refusal, RefusalKind, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, by_id, choice, under, whole, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, case_of
from dosepath.safety.ctcae_lab import (
    BASELINE_FLAGS,
    IN_THE_UNIT_OF_THE_VALUE,
    Edition,
    Facts,
    Graded,
    Missing,
    Term,
    Unit,
    grade,
    in_words,
    short,
    words,
)

NUMBERS: Final[Mapping[str, Item]] = by_id(
    [
        amount("value", "measured value; of blood pressure the systolic, of urine the volume of 24 hours"),
        amount("lln", "lower limit of normal of the laboratory"),
        amount("uln", "upper limit of normal of the laboratory"),
        amount("base", "baseline: the last value before the first treatment"),
        amount("pchg", "change from baseline, negative for a fall", "%", low=-100),
        amount("mi_cutoff", "limit of the assay for myocardial infarction"),
        amount(
            "drop", "fall of carbon monoxide diffusing capacity, below the lower limit or the baseline", "mL/min/mm[Hg]"
        ),
        amount("upcr", "protein by creatinine in urine, g/g"),
        whole("dipstick", "protein on the dipstick, number of plus signs", 0, 4),
        amount("volume_8h", "urine of 8 hours", "mL"),
        amount("diastolic", "diastolic blood pressure", "mm[Hg]"),
        amount("temperature", "highest body temperature", "Cel"),
        amount("hours_at_38", "time at 38.0 degrees or more", "h"),
        amount("hours_above_40", "time above 40.0 degrees", "h"),
    ]
)
"""Numbers that conditions ask for."""

BASELINE: Final = choice(
    "baseline",
    "baseline beside the limits of normal that held for it",
    {
        "low": "below the lower limit",
        "normal": "within the limits",
        "high": "above the upper limit",
        "none": "no baseline was taken",
    },
)

JUDGEMENTS: Final[Mapping[str, Item]] = by_id(
    yes_or_no(identity, label)
    for identity, label in {
        "symptomatic": "symptoms of the abnormality",
        "more_than_mild": "symptoms are moderate or severe",
        "treated": "treatment is indicated or was begun",
        "anticoagulated": "on anticoagulation",
        "physiologic_consequences": "consequences for the function of an organ",
        "life_threatening": "life-threatening consequences",
        "urgent_intervention": "urgent intervention is indicated",
        "hospitalised": "admission to hospital, or prolongation of it, is indicated",
        "transfusion_indicated": "transfusion is indicated",
        "bleeding": "bleeding",
        "leukostasis": "signs of leukostasis",
        "seizures": "seizures",
        "serious_arrhythmia": "torsade de pointes or signs of serious arrhythmia",
        "steroids_started": "steroids were begun for it",
        "insulin_started": "insulin was begun",
        "management_changed": "daily management of diabetes changed, or an oral drug was begun",
        "oral_replacement": "oral replacement is indicated",
        "noninvasive_intervention": "noninvasive intervention is indicated",
        "dose_adjusted": "the dose of the anticoagulant is to be adjusted",
        "monotherapy_started": "treatment with one drug is indicated",
        "multi_drug": "more than one drug, or more intensive treatment than before, is indicated",
    }.items()
)
"""What a person judges."""

_FIELDS: Final = {
    "grade": Field("grade of the measurement", unit="1"),
    "event_grade": Field("grade of the event, with what was judged beside the measurement", unit="1"),
}


def items_of(edition: Edition) -> dict[str, Item]:
    """Give the questions of a version, of all its terms together."""
    terms = edition.terms.values()
    numbers = {name for term in terms for name in term.numbers}
    flags = {flag for term in terms for flag in _judgements(term)}
    units = tuple(dict.fromkeys(unit.code for term in terms for unit in term.units))
    return by_id(
        [
            choice("term", "adverse event", {name: _asks(edition.terms[name]) for name in sorted(edition.terms)}),
            *under(
                "result",
                [
                    choice("unit", "unit of value, limits and baseline", units),
                    *(item for name, item in NUMBERS.items() if name in numbers),
                    BASELINE,
                ],
            ),
            *under("judged by a person", (item for name, item in JUDGEMENTS.items() if name in flags)),
        ]
    )


def _asks(term: Term) -> str:
    """Word what a term is graded from."""
    units = f" in {' or '.join(unit.code for unit in term.units)}" if term.units else ""
    numbers = [f"value{units}" if name == "value" else in_words(name) for name in term.numbers]
    judged = [in_words(flag) for flag in term.flags if flag not in BASELINE_FLAGS]
    return "; ".join((*numbers, *judged))


def form(edition: Edition, term: str) -> dict[str, Item]:
    """Give the questions of one term.

    Examples
    --------
    >>> from dosepath.safety.ctcae_lab_v5 import V5
    >>> list(form(V5, "INR increased"))
    ['value', 'base', 'baseline', 'anticoagulated', 'bleeding', 'dose_adjusted']
    """
    known = edition.terms[term]
    asked = {*known.numbers, *_judgements(known)}
    units = [choice("unit", "unit of value, limits and baseline", [unit.code for unit in known.units])]
    return by_id(
        [
            *(units if known.units else []),
            *(item for name, item in NUMBERS.items() if name in asked),
            *([BASELINE] if _uses_a_baseline(known) else []),
            *(item for name, item in JUDGEMENTS.items() if name in asked),
        ]
    )


def laboratory_scale(edition: Edition, identity: str, checked: str) -> Scale:
    """Make the instrument of a version.

    Parameters
    ----------
    edition
        Its terms.
    identity
        Name in protocol files.
    checked
        Against what the table was checked.
    """
    return Scale(
        id=identity,
        name=f"CTCAE v{edition.version}, terms graded from measurements",
        version=edition.version,
        citation=Citation(f"National Cancer Institute. {edition.title}"),
        verification=Verification(checked, date(2026, 11, 25)),
        items=items_of(edition),
        fields=_FIELDS,
        rule=lambda said: _outcome(edition, said),
    )


def _outcome(edition: Edition, said: Answers) -> Outcome:
    if "term" not in said.levels:
        return Outcome((), missing=("term",))
    term = edition.terms[said.levels["term"]]
    refused = tuple(_contradictions(term, said))
    said = said.without([refusal.item for refusal in refused], "")
    unit = term.unit(said.levels.get("unit", ""))
    if unit is None and term.units and "value" in term.numbers:
        return Outcome((), missing=("unit",), refused=refused)
    facts = _facts(term, said, unit)
    graded = grade(term, facts, Missing.OPEN)
    if not graded.possible:
        text = f"{term.name} has no grade for this value"
        return Outcome((), flags=(Flag("no_grade_defined", text),), refused=refused)
    pairs = sorted({(low, high) for low in graded.possible for high in _event_grades(term, said, low)})
    clauses = tuple(
        clause.flag
        for clause in term.clauses
        if clause.flag not in said.flags and clause.grade > min(event for _, event in pairs)
    )
    missing = tuple(dict.fromkeys((*_asked_for(graded.missing), *clauses)))
    return Outcome(
        tuple(_case(*pair) for pair in pairs),
        missing=missing,
        flags=tuple(_flags(term, facts, graded)),
        refused=refused,
        steps=tuple(_steps(term, facts, said, graded)),
    )


def _judgements(term: Term) -> tuple[str, ...]:
    flags = (flag for flag in term.flags if flag not in BASELINE_FLAGS)
    return tuple(dict.fromkeys((*flags, *(clause.flag for clause in term.clauses))))


def _uses_a_baseline(term: Term) -> bool:
    return not {"base", "pchg"}.isdisjoint(term.numbers) or not set(BASELINE_FLAGS).isdisjoint(term.flags)


def _contradictions(term: Term, said: Answers) -> Iterable[Refusal]:
    unit = said.levels.get("unit")
    if unit is not None and term.units and term.unit(unit) is None:
        listed = ", ".join(each.code for each in term.units)
        yield Refusal(
            "unit", RefusalKind.CONTRADICTION, f"{term.name} has no limits in {unit}; it has them in {listed}"
        )
    if said.levels.get("baseline") == "none":
        for name in ("base", "pchg"):
            if name in said.amounts:
                yield Refusal(name, RefusalKind.CONTRADICTION, "no baseline was taken")


def _facts(term: Term, said: Answers, unit: Unit | None) -> Facts:
    times = unit.times if unit is not None else Fraction(1)
    numbers = {
        name: number * times if name in IN_THE_UNIT_OF_THE_VALUE else number
        for name in term.numbers
        if (number := said.number(name)) is not None
    }
    flags = {flag: said.flags[flag] for flag in term.flags if flag in said.flags}
    baseline = said.levels.get("baseline")
    if baseline is not None:
        flags |= {"base_high": baseline == "high", "base_low": baseline == "low"}
    return Facts(numbers, flags, unit.column if unit is not None else 0, baseline == "none")


def _asked_for(names: Iterable[str]) -> tuple[str, ...]:
    return tuple("baseline" if name in BASELINE_FLAGS else name for name in names)


def _event_grades(term: Term, said: Answers, measured: int) -> set[int]:
    """List the grades of the event beside one grade of the measurement."""
    surely = max([measured, *(each.grade for each in term.clauses if said.yes(each.flag))])
    return {surely, *(each.grade for each in term.clauses if each.flag not in said.flags and each.grade > surely)}


def _case(measured: int, event: int) -> Case:
    return case_of(grade=Interval.at(measured), event_grade=Interval.at(event))


def _flags(term: Term, facts: Facts, graded: Graded) -> Iterable[Flag]:
    value, uln = facts.numbers.get("value"), facts.numbers.get("uln")
    if graded.low and term.name == "Creatinine increased" and value is not None and uln is not None and value <= uln:
        yield Flag("within_normal_range", "graded by the rise above baseline; the value itself is not above normal")
    if graded.low and facts.flags.get("base_high") and "base_high" not in term.flags and "base" not in term.numbers:
        yield Flag("abnormal_baseline", "above normal before treatment; adverse only if worse than then")


def _steps(term: Term, facts: Facts, said: Answers, graded: Graded) -> Iterable[str]:
    if "value" in facts.numbers:
        unit = said.levels.get("unit", "") if term.units else ""
        yield f"{term.name}: value {short(said.amounts['value'])} {unit}".rstrip()
    if graded.rule is not None:
        yield f"grade {graded.grade}: {' and '.join(words(each, term, facts) for each in graded.rule.conditions)}"
    elif graded.grade == 0:
        yield "grade 0: no condition of a grade holds"
    else:
        grades = " or ".join(map(str, graded.possible))
        yield f"grade {grades}: open until {', '.join(map(in_words, graded.missing))} is known"
    for clause in term.clauses:
        if said.yes(clause.flag):
            yield f"event at least grade {clause.grade}: {in_words(clause.flag)}"
