"""Minimal FHIR records that carry one code or one text, and what they are read as."""

from functools import lru_cache
from typing import Any

from dosepath.core.facts import PatientRecord
from dosepath.mapping.reader import ConceptIndex, Located, map_resources
from dosepath.trial.library import open_trial

SYSTEMS = {
    "loinc": "http://loinc.org",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
    "snomed": "http://snomed.info/sct",
}


@lru_cache(maxsize=1)
def index() -> ConceptIndex:
    """Give the concepts of the shipped trial, ready to be matched."""
    return ConceptIndex(open_trial("NCT06680388").file.concepts)


def concepts_of(system: str, code: str, table: str, using: ConceptIndex | None = None) -> set[str]:
    """Give the concepts that a record with one code, or with one text where the system is empty, is read as."""
    return {fact.concept for fact in _record(system, code, table, using).facts}


def may_be_of(text: str, table: str, using: ConceptIndex | None = None) -> set[str]:
    """Give the concepts that a record with a text in a foreign code system may be."""
    return {name for record in _record("", f"{text} xyz", table, using).unclassified for name in record.may_be}


def _record(system: str, code: str, table: str, using: ConceptIndex | None) -> PatientRecord:
    concept: dict[str, Any] = {"text": code}
    if system:
        concept = {"coding": [{"system": SYSTEMS[system], "code": code}]}
    elif table in ("conditions", "procedures"):
        concept["coding"] = [{"system": SYSTEMS["snomed"], "code": "0"}]
    return map_resources([Located(_resource(concept, table), "a.json")], using or index(), patient="p").record


def _resource(concept: dict[str, Any], table: str) -> dict[str, Any]:
    final = {"id": "r", "status": "completed"}
    match table:
        case "conditions":
            return {"resourceType": "Condition", "id": "r", "code": concept, "onsetDateTime": "2026-01-01"}
        case "procedures":
            return {"resourceType": "Procedure", **final, "code": concept, "performedDateTime": "2026-01-01"}
        case "immunizations":
            return {
                "resourceType": "Immunization", **final, "vaccineCode": concept, "occurrenceDateTime": "2026-01-01",
            }  # fmt: skip
        case "allergies":
            return {"resourceType": "AllergyIntolerance", "id": "r", "code": concept}
        case "family_history":
            return {"resourceType": "FamilyMemberHistory", **final, "condition": [{"code": concept}]}
        case "medications":
            given = {"medicationCodeableConcept": concept, "effectiveDateTime": "2026-01-01"}
            return {"resourceType": "MedicationAdministration", **final, **given}
    quantity = {"value": 1, "unit": "1"}
    part = {"code": concept, "valueQuantity": quantity}
    panel = {"coding": [{"system": SYSTEMS["loinc"], "code": "85354-9"}]}
    code = concept["coding"][0]["code"] if "coding" in concept else ""
    held: dict[str, Any] = {"code": panel, "component": [part]} if code in ("8480-6", "8462-4") else part
    if code in ("59408-5", "2708-6"):
        oxygen = {"coding": [{"system": SYSTEMS["loinc"], "code": "3151-8"}]}
        flow = {"value": 0, "unit": "L/min", "system": "http://unitsofmeasure.org", "code": "L/min"}
        held = {**held, "component": [{"code": oxygen, "valueQuantity": flow}]}
    return {"resourceType": "Observation", "id": "r", "status": "final", "effectiveDateTime": "2026-01-01", **held}
