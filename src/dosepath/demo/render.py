"""A chart as a FHIR bundle."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import partial

from dosepath.demo import catalogue, fhir
from dosepath.demo.chart import (
    Allergy,
    Chart,
    Code,
    Diagnosis,
    Drug,
    Entry,
    Intervention,
    Judgement,
    Pressure,
    Relative,
    Result,
    Vaccination,
)
from dosepath.demo.dates import When
from dosepath.demo.fhir import Owner, coding, concept, quantity
from dosepath.demo.jsontext import JsonObject

_AMOUNT = re.compile(r"(<=|>=|<|>)?(-?\d+(?:\.\d+)?)(?: (\S.*))?")
_EVERY = re.compile(r"(\d+)/(\d*)(d|wk)")
_FINDINGS = {"positive": "10828004", "negative": "260385009", "indeterminate": "82334004"}


def to_bundle(chart: Chart, *, owner: Owner, family: str, given: str, screening: date) -> JsonObject:
    """Write the whole record of one person.

    Parameters
    ----------
    chart
        What is known.
    owner, family, given
        Whose it is.
    screening
        The day that all dates are counted from.
    """
    resources = [fhir.patient(owner, family, given, chart.sex, chart.birth.text(screening))]
    one = partial(_resource, owner=owner, screening=screening)
    resources += [one(entry) for entry in chart.entries.values() if not isinstance(entry, Judgement)]
    answers = (entry for entry in chart.entries.values() if isinstance(entry, Judgement))
    return fhir.bundle(owner, resources + _forms(answers, owner, screening))


def _resource(entry: Entry, *, owner: Owner, screening: date) -> JsonObject:
    def day(when: When | None) -> str | None:
        return when.text(screening) if when else None

    match entry:
        case Result():
            return _observation(entry, owner, day(entry.when))
        case Pressure(key=key, systolic=systolic, diastolic=diastolic, when=when):
            parts = [("8480-6", "Systolic blood pressure", systolic), ("8462-4", "Diastolic blood pressure", diastolic)]
            return fhir.observation(
                owner,
                key,
                concept(coding(fhir.LOINC, "85354-9", "Blood pressure")),
                category=fhir.observation_category("vital-signs"),
                effectiveDateTime=day(when),
                component=[
                    {"code": concept(coding(fhir.LOINC, code, name)), "valueQuantity": quantity(value, "mm[Hg]")}
                    for code, name, value in parts
                ],
            )
        case Diagnosis(key=key, code=code, start=start, end=end, verification=verification):
            known = verification not in {"entered-in-error", "refuted"}
            return fhir.condition(
                owner,
                key,
                catalogue.diagnosis_code(code),
                clinical=("resolved" if end else "active") if known else None,
                verification=verification,
                onset=day(start),
                abatement=day(end),
            )
        case Drug():
            return _medication(entry, owner, day(entry.start), day(entry.end))
        case Allergy(key=key, substance=substance, manifestation=manifestation, severity=severity, criticality=danger):
            return fhir.allergy(
                owner,
                key,
                concept(text=substance),
                manifestation=manifestation,
                severity=severity,
                criticality=danger,
            )
        case Intervention(key=key, code=code, when=when, status=status):
            return fhir.procedure(owner, key, catalogue.procedure_code(code), status=status, on=day(when))
        case Vaccination(key=key, code=code, when=when):
            return fhir.immunization(owner, key, catalogue.vaccine_code(code), on=day(when))
        case Relative(key=key, relationship=relationship, code=code):
            return fhir.family_history(owner, key, relationship, catalogue.diagnosis_code(code))
        case Judgement():
            raise TypeError("answers are gathered to forms, not written one by one")


def _observation(entry: Result, owner: Owner, day: str | None) -> JsonObject:
    measure = entry.key.split(".")[0]
    unit = entry.value.partition(" ")[2] or None
    known = catalogue.MEASURES.get(measure)
    inhaled = entry.oxygen_flow and {
        "code": concept(coding(fhir.LOINC, "3151-8", "Inhaled oxygen flow rate")),
        "valueQuantity": quantity(entry.oxygen_flow, "L/min"),
    }
    meaning = entry.interpretation and concept(
        coding(f"{fhir.TERMINOLOGY}/v3-ObservationInterpretation", entry.interpretation)
    )
    limits = [quantity(limit, unit, ucum=entry.ucum) if limit else None for limit in (entry.low, entry.high)]
    reason = entry.absent and concept(coding(f"{fhir.TERMINOLOGY}/data-absent-reason", entry.absent))
    return fhir.observation(
        owner,
        entry.key.replace(".", "-"),
        catalogue.measure_code(measure, unit),
        status=entry.status,
        category=fhir.observation_category(known.category) if known else None,
        effectiveDateTime=day,
        **({} if entry.absent else _value(entry.value, ucum=entry.ucum)),
        dataAbsentReason=reason or None,
        interpretation=[meaning] if meaning else None,
        referenceRange=fhir.reference_range(*limits),
        component=[inhaled] if inhaled else None,
    )


def _value(text: str, *, ucum: bool = True) -> JsonObject:
    """Read the value that a chart writes as text."""
    if amount := _AMOUNT.fullmatch(text):
        comparator, number, unit = amount.groups()
        if unit is None and comparator is None and "." not in number:
            return {"valueInteger": int(number)}
        return {"valueQuantity": quantity(number, unit, comparator=comparator, ucum=ucum)}
    if text in _FINDINGS:
        return {"valueCodeableConcept": concept(coding(fhir.SNOMED, _FINDINGS[text], text.capitalize()))}
    if text.startswith("ratio "):
        parts = text.removeprefix("ratio ").split(":")
        return {"valueRatio": {name: {"value": Decimal(part)} for name, part in zip(_RATIO, parts, strict=True)}}
    return {"valueString": text}


_RATIO = ("numerator", "denominator")


def _medication(entry: Drug, owner: Owner, start: str | None, end: str | None) -> JsonObject:
    key = entry.key.replace(".", "-")
    name = entry.name or entry.key.split(".")[0]
    drug = concept(text=entry.name) if entry.name else catalogue.drug_code(name)
    number, _, unit = entry.dose.partition(" ")
    dose = quantity(number, unit) if entry.dose else None
    if entry.form == "administration":
        return fhir.medication_administration(owner, key, drug, on=start, dose=dose)
    every = _EVERY.fullmatch(entry.every)
    if every is None:
        raise ValueError(f"{entry.every!r} does not say how often; write 2/d, 1/wk or 1/4wk")
    period = {name: day for name, day in (("start", start), ("end", end)) if day}
    often = partial(fhir.timing, int(every[1]), int(every[2] or 1), every[3])
    status = entry.status or ("active" if entry.end is None else "completed")
    if entry.form == "request":
        directions = fhir.dosage(often(bounds=period), dose)
        return fhir.medication_request(owner, key, drug, status=status, authored=start, dosage=directions)
    return fhir.medication_statement(owner, key, drug, status=status, period=period, dosage=fhir.dosage(often(), dose))


def _forms(entries: Iterable[Judgement], owner: Owner, screening: date) -> list[JsonObject]:
    by_day: dict[str, list[Judgement]] = {}
    for entry in entries:
        by_day.setdefault(entry.when.text(screening) or "", []).append(entry)
    return [
        fhir.investigator_form(owner, f"form-{day}", day or None, [_answer(one, screening) for one in given])
        for day, given in sorted(by_day.items())
    ]


def _answer(entry: Judgement, screening: date) -> JsonObject:
    match entry.answer:
        case bool():
            given: JsonObject = {"valueBoolean": entry.answer}
        case int():
            given = {"valueInteger": entry.answer}
        case Code(code=code):
            given = {"valueCoding": coding(fhir.PROJECT, code)}
        case when:
            text = when.text(screening)
            given = {"valueDate": text} if text else {}
    link: JsonObject = {"linkId": entry.key.split(".")[0]}
    return link | {"answer": [given]} if given else link
