"""Builders of the FHIR R4 resources that a synthetic person consists of.

Every resource carries the tag for test health data, so that none can be taken for a real record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dosepath.demo.jsontext import JsonObject

BASE = "https://dosepath.org/fhir"
PROJECT = f"{BASE}/CodeSystem/concept"
INVESTIGATOR_FORM = f"{BASE}/Questionnaire/investigator"
PERSON_IDS = "https://dosepath.org/demo"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"

TEST_DATA = {"system": f"{TERMINOLOGY}/v3-ActReason", "code": "HTEST", "display": "test health data"}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose record a resource belongs to; makes ids and references."""

    patient_id: str

    def resource(self, kind: str, key: str, **content: object) -> JsonObject:
        """Start a resource; parts that are None are left out."""
        resource_id = f"{self.patient_id}-{key.replace('_', '-').replace(' ', '-')}"
        start: JsonObject = {"resourceType": kind, "id": resource_id, "meta": {"tag": [dict(TEST_DATA)]}}
        return start | {name: part for name, part in content.items() if part is not None}

    @property
    def reference(self) -> JsonObject:
        """Point to the patient."""
        return {"reference": f"Patient/{self.patient_id}"}


def coding(system: str, code: str, display: str | None = None) -> JsonObject:
    """Make one code of a code system."""
    found = {"system": system, "code": code}
    return found | {"display": display} if display else found


def concept(*codings: JsonObject, text: str | None = None) -> JsonObject:
    """Make a coded concept, with the words that a person reads."""
    found: JsonObject = {"coding": list(codings)} if codings else {}
    return found | {"text": text} if text else found


def quantity(value: str, unit: str | None, *, comparator: str | None = None, ucum: bool = True) -> JsonObject:
    """Make a quantity from the text of its number; `ucum=False` gives a unit in words, without a code."""
    found: JsonObject = {"value": Decimal(value)}
    if comparator:
        found["comparator"] = comparator
    if unit and ucum:
        return found | {"unit": unit, "system": UCUM, "code": unit}
    return found | {"unit": unit} if unit else found


def patient(owner: Owner, family: str, given: str, gender: str, birth_date: str | None) -> JsonObject:
    """Make the person."""
    person = owner.resource(
        "Patient",
        "",
        identifier=[{"system": PERSON_IDS, "value": owner.patient_id}],
        active=True,
        name=[{"use": "official", "family": family, "given": [given]}],
        gender=gender,
        birthDate=birth_date,
    )
    return person | {"id": owner.patient_id}


def observation(owner: Owner, key: str, code: JsonObject, *, status: str = "final", **content: object) -> JsonObject:
    """Make a result; `content` holds its value, date, reference range and what else the caller knows."""
    return owner.resource("Observation", key, status=status, code=code, subject=owner.reference, **content)


def reference_range(low: JsonObject | None, high: JsonObject | None) -> list[JsonObject] | None:
    """Make the normal range printed with a result; None when the laboratory printed none."""
    printed = {name: limit for name, limit in (("low", low), ("high", high)) if limit}
    return [printed] if printed else None


def observation_category(code: str) -> list[JsonObject]:
    """Say what kind of result it is."""
    return [concept(coding(f"{TERMINOLOGY}/observation-category", code))]


def condition(
    owner: Owner,
    key: str,
    code: JsonObject,
    *,
    clinical: str | None,
    verification: str,
    onset: str | None,
    abatement: str | None,
) -> JsonObject:
    """Make a diagnosis."""
    return owner.resource(
        "Condition",
        key,
        clinicalStatus=concept(coding(f"{TERMINOLOGY}/condition-clinical", clinical)) if clinical else None,
        verificationStatus=concept(coding(f"{TERMINOLOGY}/condition-ver-status", verification)),
        code=code,
        subject=owner.reference,
        onsetDateTime=onset,
        abatementDateTime=abatement,
    )


def timing(frequency: int, period: int, unit: str, bounds: JsonObject | None = None) -> JsonObject:
    """Say how often a dose is taken, and from when to when if `bounds` is given."""
    repeat: JsonObject = {"boundsPeriod": bounds} if bounds else {}
    return {"repeat": repeat | {"frequency": frequency, "period": period, "periodUnit": unit}}


def dosage(when: JsonObject, dose: JsonObject | None) -> list[JsonObject]:
    """Make the dosage of a statement or a request."""
    return [{"timing": when} | ({"doseAndRate": [{"doseQuantity": dose}]} if dose else {})]


def medication_statement(
    owner: Owner, key: str, drug: JsonObject, *, status: str, period: JsonObject, dosage: Sequence[JsonObject]
) -> JsonObject:
    """Make a drug taken, as told or charted."""
    return owner.resource(
        "MedicationStatement",
        key,
        status=status,
        medicationCodeableConcept=drug,
        subject=owner.reference,
        effectivePeriod=period,
        dosage=list(dosage),
    )


def medication_request(
    owner: Owner, key: str, drug: JsonObject, *, status: str, authored: str | None, dosage: Sequence[JsonObject]
) -> JsonObject:
    """Make a prescription."""
    return owner.resource(
        "MedicationRequest",
        key,
        status=status,
        intent="order",
        medicationCodeableConcept=drug,
        subject=owner.reference,
        authoredOn=authored,
        dosageInstruction=list(dosage),
    )


def medication_administration(
    owner: Owner, key: str, drug: JsonObject, *, on: str | None, dose: JsonObject | None
) -> JsonObject:
    """Make one dose that was given."""
    return owner.resource(
        "MedicationAdministration",
        key,
        status="completed",
        medicationCodeableConcept=drug,
        subject=owner.reference,
        effectiveDateTime=on,
        dosage={"dose": dose} if dose else None,
    )


def allergy(
    owner: Owner, key: str, substance: JsonObject, *, manifestation: str, severity: str | None, criticality: str | None
) -> JsonObject:
    """Make an allergy with the one reaction that is known of it."""
    reaction = {"manifestation": [concept(text=manifestation)]} | ({"severity": severity} if severity else {})
    return owner.resource(
        "AllergyIntolerance",
        key,
        clinicalStatus=concept(coding(f"{TERMINOLOGY}/allergyintolerance-clinical", "active")),
        verificationStatus=concept(coding(f"{TERMINOLOGY}/allergyintolerance-verification", "confirmed")),
        criticality=criticality,
        code=substance,
        patient=owner.reference,
        reaction=[reaction],
    )


def procedure(owner: Owner, key: str, code: JsonObject, *, status: str, on: str | None) -> JsonObject:
    """Make an operation or intervention."""
    return owner.resource("Procedure", key, status=status, code=code, subject=owner.reference, performedDateTime=on)


def immunization(owner: Owner, key: str, vaccine: JsonObject, *, on: str | None) -> JsonObject:
    """Make a vaccination."""
    return owner.resource(
        "Immunization", key, status="completed", vaccineCode=vaccine, patient=owner.reference, occurrenceDateTime=on
    )


def family_history(owner: Owner, key: str, relationship: str, illness: JsonObject) -> JsonObject:
    """Make an illness of a relative."""
    return owner.resource(
        "FamilyMemberHistory",
        key,
        status="completed",
        patient=owner.reference,
        relationship=concept(text=relationship),
        condition=[{"code": illness}],
    )


def investigator_form(owner: Owner, key: str, authored: str | None, answers: Sequence[JsonObject]) -> JsonObject:
    """Make one filled-in investigator form."""
    return owner.resource(
        "QuestionnaireResponse",
        key,
        questionnaire=INVESTIGATOR_FORM,
        status="completed",
        subject=owner.reference,
        authored=authored,
        item=list(answers),
    )


def bundle(owner: Owner, resources: Sequence[JsonObject]) -> JsonObject:
    """Gather one person's resources."""
    entries = [{"fullUrl": f"{BASE}/{one['resourceType']}/{one['id']}", "resource": one} for one in resources]
    gathered = owner.resource("Bundle", "", type="collection", entry=entries)
    return gathered | {"id": owner.patient_id}
