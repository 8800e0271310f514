"""The short form in which the cases under tests/cases/fhir write FHIR resources, and facts as text."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dosepath.core.facts import Fact, Unclassified
from dosepath.mapping.reader import ConceptIndex, Located
from dosepath.protocol.concept import Concept
from tests.conftest import ROOT

CASES = ROOT / "tests" / "cases" / "fhir"

SYSTEMS = {
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "icd": "http://hl7.org/fhir/sid/icd-10-cm",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
    "concept": "https://dosepath.org/fhir/CodeSystem/concept",
}
CODE_KEYS = {
    "MedicationStatement": "medicationCodeableConcept",
    "MedicationRequest": "medicationCodeableConcept",
    "MedicationAdministration": "medicationCodeableConcept",
    "MedicationDispense": "medicationCodeableConcept",
    "Immunization": "vaccineCode",
}
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
UCUM = "http://unitsofmeasure.org"


class ExactLoader(yaml.SafeLoader):
    """YAML as our JSON reader gives it: decimals exact, dates as text, only true and false as truth."""


ExactLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _first in "tf":
    ExactLoader.yaml_implicit_resolvers.setdefault(_first, []).append(
        ("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"))
    )
ExactLoader.add_constructor("tag:yaml.org,2002:float", lambda _, node: Decimal(node.value))


def load(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), ExactLoader)  # noqa: S506 - a SafeLoader all the same


@cache
def index() -> ConceptIndex:
    return ConceptIndex({name: Concept(**each) for name, each in load(CASES / "concepts.yaml").items()})


def quantity(written: str) -> dict[str, Any]:
    number, _, unit = written.partition(" ")
    return {"value": Decimal(number), "unit": unit, "system": UCUM, "code": unit}


def coded(short: dict[str, Any]) -> dict[str, Any] | None:
    codings = [{"system": SYSTEMS[key], "code": short.pop(key)} for key in SYSTEMS if key in short]
    display, text = short.pop("display", None), short.pop("text", None)
    if display and codings:
        codings[0]["display"] = display
    found: dict[str, Any] = {"coding": codings} if codings else {}
    return {**found, "text": text} if text else found or None


def component(short: Mapping[str, Any]) -> dict[str, Any]:
    rest = dict(short)
    node = {"code": coded(rest)}
    if "q" in rest:
        node["valueQuantity"] = quantity(rest.pop("q"))
    return node | rest


def dosage(short: Mapping[str, Any]) -> dict[str, Any]:
    rest = dict(short)
    node: dict[str, Any] = {}
    if "dose" in rest and isinstance(rest["dose"], str):
        node["doseAndRate"] = [{"doseQuantity": quantity(rest.pop("dose"))}]
    return node | rest


def _type(short: Mapping[str, Any]) -> str:
    if "resourceType" in short:
        return str(short["resourceType"])
    if "form" in short:
        return "QuestionnaireResponse"
    if "type" in short:
        return str(short["type"])
    observed = {"loinc", "q", "day", "effectivePeriod", "interpretation"} & set(short)
    told = any(key.startswith("value") for key in short)
    return "Observation" if observed or told else "Condition"


def resource(short: Mapping[str, Any], number: int) -> dict[str, Any]:
    if "resourceType" in short or set(short) == {"id"}:
        return dict(short)
    kind, rest = _type(short), dict(short)
    rest.pop("type", None)
    node: dict[str, Any] = {"resourceType": kind, "id": f"{kind[0].lower()}{number}"}
    code = coded(rest)
    if "code" in rest and kind in CODE_KEYS:
        code = rest.pop("code")
    if code is not None:
        node[CODE_KEYS.get(kind, "code")] = code
    if kind == "Observation":
        _observation(node, rest)
    elif kind == "QuestionnaireResponse":
        node["questionnaire"] = f"https://dosepath.org/fhir/Questionnaire/{rest.pop('form')}"
        node |= {"status": "completed", "authored": "2026-05-31"}
    elif kind in {"Condition", "AllergyIntolerance"}:
        node["clinicalStatus"] = {"coding": [{"code": rest.pop("clinical", "active")}]}
        if "certainty" in rest:
            node["verificationStatus"] = {"coding": [{"code": rest.pop("certainty")}]}
    elif kind in {"Procedure", "Immunization"}:
        node["status"] = "completed"
    elif kind.startswith("Medication"):
        _medication(node, rest)
    return {key: value for key, value in (node | rest).items() if value is not None}


def _observation(node: dict[str, Any], rest: dict[str, Any]) -> None:
    node |= {"status": "final", "effectiveDateTime": rest.pop("day", "2026-05-01")}
    if "q" in rest:
        node["valueQuantity"] = quantity(rest.pop("q"))
    if isinstance(rest.get("interpretation"), str):
        rest["interpretation"] = [{"coding": [{"system": INTERPRETATION, "code": rest["interpretation"]}]}]
    rest["component"] = [component(each) for each in rest["component"]] if "component" in rest else None


def _medication(node: dict[str, Any], rest: dict[str, Any]) -> None:
    if node["resourceType"] == "MedicationStatement":
        node["status"] = "active"
    inline = {key: rest.pop(key) for key in ("dose", "timing", "asNeededBoolean") if key in rest}
    if inline:
        rest["dosage"] = [inline]
    for key in ("dosage", "dosageInstruction"):
        if isinstance(rest.get(key), list):
            rest[key] = [dosage(each) for each in rest[key]]


def located(case: Mapping[str, Any]) -> list[Located]:
    patient: dict[str, Any] = {"resourceType": "Patient", "id": "p1", "birthDate": "1985-04-12", "gender": "female"}
    patient |= case.get("patient", {})
    patient = {key: value for key, value in patient.items() if value is not None}
    resources = [resource(each, number) for number, each in enumerate(case["resources"], start=1)]
    found = [Located(each, f"case entry {number}") for number, each in enumerate(resources, start=1)]
    return found if case.get("bare") else [*found, Located(patient, "case entry 0")]


def fact_as_text(fact: Fact) -> dict[str, Any]:
    value = fact.value if isinstance(fact.value, bool | None) else str(fact.value)
    return {
        "concept": fact.concept,
        "period": str(fact.period),
        "source": fact.source,
        "value": value,
        "comparator": fact.comparator,
        "lln": None if fact.lln is None else str(fact.lln),
        "uln": None if fact.uln is None else str(fact.uln),
        "dose": None if fact.dose is None else str(fact.dose),
        "times_per_day": None if fact.times_per_day is None else str(Fraction(fact.times_per_day)),
        "unusable": fact.unusable,
        "absent": fact.absent,
        "order": fact.order,
        "time": fact.time,
        "reported": fact.reported,
    }


def unclassified_as_text(record: Unclassified) -> dict[str, Any]:
    return {
        "table": record.table.value,
        "source": record.source,
        "text": record.text,
        "may_be": sorted(record.may_be),
        "anything": record.anything,
        "period": str(record.period),
    }


def all_cases() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for file in sorted(CASES.glob("*.yaml")):
        if file.name != "concepts.yaml":
            for case in load(file)["cases"]:
                yield f"{file.stem}: {case['name']}", case
