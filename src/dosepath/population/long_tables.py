"""Long tables, one row a record: what their columns mean, said as the FHIR resource that each row stands for.

There is one mapping from records to facts, and it reads FHIR resources. A row of a table becomes a resource here and
is then read by that mapping; nothing about codes, units, doses or doubts is decided in this place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final, TypeAlias

from dosepath.mapping.systems import PROJECT_URL

Shape: TypeAlias = Mapping[str, Any]
"""Values of the columns of one row, without None."""
Resource: TypeAlias = dict[str, Any]

SYSTEMS: Final[Mapping[str, str]] = {
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
    "dosepath": PROJECT_URL,
}
"""Short names of code systems; an address is taken as it is."""

_CODES: Final = ("system", "code", "text", "other_system", "other_code", "other_text")


@dataclass(frozen=True, slots=True)
class LongTable:
    """One kind of table.

    Parameters
    ----------
    name
        Name of the table.
    columns
        What a row says beside whose it is and when, in the words of `docs/population.md`.
    days
        Columns that hold days: the first one, and the last one where there is one.
    resource
        Makes the resource that a row stands for; days are in the columns under their names.
    """

    name: str
    columns: tuple[str, ...]
    days: tuple[str, ...]
    resource: Callable[[Shape], Resource]

    @property
    def every_column(self) -> tuple[str, ...]:
        """All columns that a file may have."""
        return ("patient", "id", *self.columns, *self.days)


def _coded(row: Shape, system: str = "system", code: str = "code", text: str = "text") -> Resource:
    codings = []
    for prefix in ("", "other_"):
        own = row.get(f"{prefix}{code}")
        if own is not None:
            named = row.get(f"{prefix}{system}")
            address = {} if named is None else {"system": SYSTEMS.get(str(named).lower(), str(named))}
            label = row.get(f"{prefix}{text}")
            codings.append({**address, "code": str(own), **({} if label is None else {"display": str(label)})})
    written = next((row[key] for key in (text, f"other_{text}") if row.get(key) is not None), None)
    return {**({"coding": codings} if codings else {}), **({} if written is None else {"text": str(written)})}


def number(written: Any) -> Decimal | int | None:
    """Read a number without losing a digit; None for anything else.

    Examples
    --------
    >>> number("0.50"), number(0.1), number("<5")
    (Decimal('0.50'), Decimal('0.1'), None)
    """
    if isinstance(written, float):
        found = Decimal(repr(written))
        return found if found.is_finite() else None
    if isinstance(written, bool):
        return None
    if isinstance(written, (int, Decimal)):
        return written
    try:
        found = Decimal(str(written).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and "_" not in str(written) else None


def _quantity(value: Any, unit: Any, comparator: Any = None) -> Resource | None:
    amount = number(value)
    if amount is None:
        return None
    return {
        "value": amount,
        **({} if unit is None else {"unit": str(unit)}),
        **({} if comparator is None else {"comparator": str(comparator)}),
    }


def _value(row: Shape) -> Resource:
    """Give the value of a result: a quantity where it is a number, a code, or text."""
    value, unit = row.get("value"), row.get("unit")
    if value is not None:
        written = str(value).strip()
        sign = next((each for each in ("<=", ">=", "<", ">") if written.startswith(each)), None)
        bare = value if sign is None else written.removeprefix(sign)
        quantity = _quantity(bare, unit, row.get("comparator") or sign)
        if quantity is not None:
            return {"valueQuantity": quantity}
        return {"valueString": written if unit is None else f"{written} {unit}"}
    answer = _coded(row, "value_system", "value_code", "value_text")
    if "coding" in answer:
        return {"valueCodeableConcept": answer}
    return {"valueString": str(row["value_text"])} if row.get("value_text") is not None else {}


def _observation(row: Shape) -> Resource:
    limits = {key: _quantity(row.get(key), row.get("unit")) for key in ("low", "high")}
    printed = {key: limit for key, limit in limits.items() if limit is not None}
    made: Resource = {"resourceType": "Observation", "status": row.get("status", "final"), "code": _coded(row)}
    made |= _value(row)
    if printed:
        made["referenceRange"] = [printed]
    if row.get("interpretation") is not None:
        made["interpretation"] = [{"coding": [{"code": str(row["interpretation"])}]}]
    if row.get("component_code") is not None:
        component: Resource = {"code": {"coding": [{"system": SYSTEMS["loinc"], "code": str(row["component_code"])}]}}
        quantity = _quantity(row.get("component_value"), row.get("component_unit"))
        made["component"] = [component if quantity is None else {**component, "valueQuantity": quantity}]
    if row.get("date") is not None:
        made["effectiveDateTime"] = row["date"]
    return made


_FORMS: Final = {
    "statement": "MedicationStatement",
    "request": "MedicationRequest",
    "administration": "MedicationAdministration",
}


def _dosage(row: Shape) -> Resource:
    dose = _quantity(row.get("dose"), row.get("dose_unit"))
    made: Resource = {} if dose is None else {"dose": dose, "doseAndRate": [{"doseQuantity": dose}]}
    if row.get("per_day") is not None:
        made["timing"] = _timing(row["per_day"])
    if row.get("route") is not None:
        made["route"] = {"text": str(row["route"])}
    return made


def _timing(per_day: Any) -> Resource:
    try:
        times = Fraction(str(per_day).replace(" ", ""))
    except (ValueError, ZeroDivisionError):
        return {"code": {"text": str(per_day)}}
    return {"repeat": {"frequency": times.numerator, "period": times.denominator, "periodUnit": "d"}}


def _period(row: Shape) -> Resource:
    return {key: row[f"{key}_date"] for key in ("start", "end") if row.get(f"{key}_date") is not None}


def _medication(row: Shape) -> Resource:
    form = str(row.get("form", "statement")).lower()
    kind = _FORMS.get(form, form)
    made: Resource = {"resourceType": kind, "medicationCodeableConcept": _coded(row)}
    if row.get("status") is not None:
        made["status"] = row["status"]
    dosage, period = _dosage(row), _period(row)
    if kind == "MedicationRequest":
        made["dosageInstruction"] = [{**dosage, "timing": _bounded(dosage, period)}] if dosage or period else []
        if "start" in period:
            made["authoredOn"] = period["start"]
        return made
    if dosage:
        made["dosage"] = dosage if kind == "MedicationAdministration" else [dosage]
    if period:
        made["effectivePeriod"] = period
    return made


def _bounded(dosage: Resource, period: Resource) -> Resource:
    timing = dict(dosage.get("timing", {}))
    repeat = {**timing.get("repeat", {}), **({"boundsPeriod": period} if period else {})}
    return {**timing, **({"repeat": repeat} if repeat else {})}


def _condition(row: Shape) -> Resource:
    made: Resource = {"resourceType": "Condition", "code": _coded(row)}
    for key, column in (("clinicalStatus", "status"), ("verificationStatus", "verification")):
        if row.get(column) is not None:
            made[key] = {"coding": [{"code": str(row[column])}]}
    for key, column in (
        ("onsetDateTime", "start_date"),
        ("abatementDateTime", "end_date"),
        ("recordedDate", "recorded_date"),
    ):
        if row.get(column) is not None:
            made[key] = row[column]
    return made


def _procedure(row: Shape) -> Resource:
    made: Resource = {"resourceType": "Procedure", "status": row.get("status", "completed"), "code": _coded(row)}
    if row.get("end_date") is not None:
        made["performedPeriod"] = _period(row)
    elif row.get("start_date") is not None:
        made["performedDateTime"] = row["start_date"]
    return made


def _immunization(row: Shape) -> Resource:
    made: Resource = {"resourceType": "Immunization", "status": row.get("status", "completed")}
    made["vaccineCode"] = _coded(row)
    if row.get("date") is not None:
        made["occurrenceDateTime"] = row["date"]
    return made


def _allergy(row: Shape) -> Resource:
    made: Resource = {"resourceType": "AllergyIntolerance", "code": _coded(row)}
    if row.get("verification") is not None:
        made["verificationStatus"] = {"coding": [{"code": str(row["verification"])}]}
    if row.get("severity") is not None:
        made["reaction"] = [{"severity": str(row["severity"])}]
    if row.get("criticality") is not None:
        made["criticality"] = str(row["criticality"])
    for key, column in (("onsetDateTime", "start_date"), ("recordedDate", "recorded_date")):
        if row.get(column) is not None:
            made[key] = row[column]
    return made


def _family(row: Shape) -> Resource:
    made: Resource = {"resourceType": "FamilyMemberHistory", "status": "completed"}
    made["condition"] = [{"code": _coded(row)}]
    if row.get("date") is not None:
        made["date"] = row["date"]
    return made


def _person(row: Shape) -> Resource:
    made: Resource = {"resourceType": "Patient"}
    for key, column in (("gender", "sex"), ("birthDate", "birth_date"), ("deceasedDateTime", "death_date")):
        if row.get(column) is not None:
            made[key] = row[column]
    if str(row.get("dead", "")).lower() in {"true", "1", "yes", "y"}:
        made["deceasedBoolean"] = True
    return made


TABLES: Final[Mapping[str, LongTable]] = {
    table.name: table
    for table in (
        LongTable("people", ("sex", "dead"), ("birth_date", "death_date"), _person),
        LongTable(
            "observations",
            (
                *(*_CODES, "value", "unit", "comparator", "value_system", "value_code", "value_text"),
                *("low", "high", "interpretation", "status", "component_code", "component_value", "component_unit"),
            ),
            ("date",),
            _observation,
        ),
        LongTable(
            "medications",
            (*_CODES, "form", "status", "dose", "dose_unit", "per_day", "route"),
            ("start_date", "end_date"),
            _medication,
        ),
        LongTable(
            "conditions", (*_CODES, "status", "verification"), ("start_date", "end_date", "recorded_date"), _condition
        ),
        LongTable("procedures", (*_CODES, "status"), ("start_date", "end_date"), _procedure),
        LongTable("immunizations", (*_CODES, "status"), ("date",), _immunization),
        LongTable(
            "allergies", (*_CODES, "verification", "severity", "criticality"), ("start_date", "recorded_date"), _allergy
        ),
        LongTable("family_history", _CODES, ("date",), _family),
    )
}
"""The kinds of long tables, in the order in which their rows are read."""
