"""A synthetic person's chart as plain values, and the edits that make one chart into another.

A chart is a set of named entries. Dates are counted back from the screening day; `render` makes FHIR of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dosepath.core.errors import InputError
from dosepath.demo.catalogue import MEASURES
from dosepath.demo.dates import Ago, When

Arm = Literal["SLE", "dcSSc", "AAV", "IIM", "SS"]
Sex = Literal["female", "male"]
TABLES = ("conditions", "procedures", "medications", "immunizations", "allergies", "family_history")


@dataclass(frozen=True, slots=True)
class Result:
    """One measured or scored value.

    Parameters
    ----------
    key
        Name of the entry; what follows a dot tells several results of one measure apart.
    value
        As a laboratory would write it: "0.49 10*9/L", "<150 U/L", "12", "positive", "1:80", "Class II".
    when
        Day of the sample or assessment.
    low, high
        Limits printed with the result, in its own unit.
    status, interpretation
        As FHIR codes them.
    absent
        Reason why there is no value; `value` is empty then.
    oxygen_flow
        Inhaled oxygen in L/min during a measurement of saturation.
    ucum
        False when the unit is a laboratory's own word and not a code.
    """

    key: str
    value: str
    when: When
    low: str | None = None
    high: str | None = None
    status: str = "final"
    interpretation: str | None = None
    absent: str | None = None
    oxygen_flow: str | None = None
    ucum: bool = True


@dataclass(frozen=True, slots=True)
class Pressure:
    """One blood pressure, in mmHg."""

    key: str
    systolic: str
    diastolic: str
    when: When


@dataclass(frozen=True, slots=True)
class Code:
    """An answer out of a list of the project, such as `diffuse`."""

    code: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer of the investigator; answers of one day make one form."""

    key: str
    answer: bool | int | Code | When
    when: When


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis by its ICD-10-CM code; over since `end`, if given."""

    key: str
    code: str
    start: When
    end: When | None = None
    verification: str = "confirmed"


@dataclass(frozen=True, slots=True)
class Drug:
    """One course of a drug.

    Parameters
    ----------
    key
        Name of the drug; what follows a dot tells several courses apart.
    dose
        Single dose with its unit, "500 mg"; empty when not recorded.
    start, end
        First and last day; no end: ongoing, unless `status` says otherwise.
    every
        How often: "2/d" twice a day, "1/wk" weekly, "1/4wk" every four weeks.
    form
        Which FHIR resource tells of it; an administration is one dose on the day `start`.
    status
        As FHIR codes it; by default active without an end and completed with one.
    name
        Name as written, where it is not the one of the key.
    """

    key: str
    dose: str
    start: When
    end: When | None = None
    every: str = "1/d"
    form: Literal["statement", "request", "administration"] = "statement"
    status: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Allergy:
    """One allergy to a substance, by name."""

    key: str
    substance: str
    manifestation: str
    severity: str | None = None
    criticality: str | None = None


@dataclass(frozen=True, slots=True)
class Intervention:
    """One procedure by its SNOMED CT code."""

    key: str
    code: str
    when: When
    status: str = "completed"


@dataclass(frozen=True, slots=True)
class Vaccination:
    """One vaccination by its ATC code."""

    key: str
    code: str
    when: When


@dataclass(frozen=True, slots=True)
class Relative:
    """One illness of a relative by its ICD-10-CM code."""

    key: str
    relationship: str
    code: str


Entry = Result | Pressure | Judgement | Diagnosis | Drug | Allergy | Intervention | Vaccination | Relative


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything known of one person.

    Parameters
    ----------
    arm, sex, birth
        Whom we screen, and for which disease.
    consent
        Day of the signature; None when not recorded.
    forms
        Day of the screening visit, on which the investigator judges.
    entries
        By key, in the order in which they are written.
    incomplete
        Tables that the site does not assert to be complete.
    """

    arm: Arm
    sex: Sex
    birth: Ago
    consent: Ago | None
    forms: Ago
    entries: Mapping[str, Entry] = field(default_factory=dict)
    incomplete: frozenset[str] = frozenset()


Edit = Callable[[Chart], Chart]


def put(*entries: Entry) -> Edit:
    """Add entries, or replace those of the same key."""
    return lambda chart: replace(chart, entries={**chart.entries, **{one.key: one for one in entries}})


def drop(*keys: str) -> Edit:
    """Take entries out; "rituximab.*" takes every course of the drug.

    Raises
    ------
    InputError
        When the chart has no such entry: an edit that does nothing is a mistake in the table of variations.
    """

    def edit(chart: Chart) -> Chart:
        gone = {key for name in keys for key in _matching(chart, name)}
        return replace(chart, entries={key: one for key, one in chart.entries.items() if key not in gone})

    return edit


def _matching(chart: Chart, name: str) -> list[str]:
    stem = name.removesuffix(".*")
    found = [key for key in chart.entries if key == stem or (stem != name and key.startswith(f"{stem}."))]
    if not found:
        raise InputError(f"no entry '{name}' in the chart of this {chart.arm} patient; it has {sorted(chart.entries)}")
    return found


def change(key: str, **fields: Any) -> Edit:
    """Change some fields of one entry."""
    return lambda chart: put(replace(chart.entries[_matching(chart, key)[0]], **fields))(chart)


def clear_drugs() -> Edit:
    """Take every drug out, to write the whole history anew."""
    return lambda chart: replace(
        chart, entries={key: one for key, one in chart.entries.items() if not isinstance(one, Drug)}
    )


def result(key: str, value: str, when: When | None = None, **fields: Any) -> Edit:
    """Write a result, on the day of the one it replaces unless `when` is given.

    Limits are those that the laboratory prints for the unit, unless `low` or `high` is given; None prints none.
    """

    def edit(chart: Chart) -> Chart:
        before = chart.entries.get(key)
        day = when or (before.when if isinstance(before, Result) else chart.forms)
        return put(printed(Result(key, value, day), **fields))(chart)

    return edit


def printed(one: Result, **fields: Any) -> Result:
    """Give a result the limits that the laboratory prints, then what `fields` says."""
    known = MEASURES.get(one.key.split(".")[0])
    unit = one.value.partition(" ")[2]
    low, high = known.ranges.get(unit, (None, None)) if known else (None, None)
    return replace(one, **{"low": low, "high": high, **fields})


def judge(when: When | None = None, /, **answers: bool | int | Code | When) -> Edit:
    """Let the investigator answer, on the day of the screening visit unless `when` is given."""
    return lambda chart: put(*(Judgement(key, answer, when or chart.forms) for key, answer in answers.items()))(chart)


def pressure(systolic: str, diastolic: str) -> Edit:
    """Write the blood pressure."""
    return lambda chart: put(Pressure("blood_pressure", systolic, diastolic, chart.forms))(chart)


def consent(when: Ago | None) -> Edit:
    """Set the day of consent; None when it is not recorded."""
    return lambda chart: replace(chart, consent=when)


def not_asserted(*tables: str) -> Edit:
    """Let the site not assert these tables to be complete."""
    return lambda chart: replace(chart, incomplete=chart.incomplete | set(tables))


def apply(chart: Chart, edits: tuple[Edit, ...]) -> Chart:
    """Make one edit after the other."""
    for edit in edits:
        chart = edit(chart)
    return chart
