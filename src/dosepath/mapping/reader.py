"""All resources of one patient to the facts of the protocol.

Nothing is dropped in silence: a resource gives facts, a record that was not understood, or a remark, or is counted
among those that carry nothing that the protocol reads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias

from dosepath.core.days import PartialDate
from dosepath.core.facts import Fact, PatientRecord, Unclassified
from dosepath.mapping.conditions import read_condition, read_family_history
from dosepath.mapping.dates import read_day
from dosepath.mapping.events import read_allergy, read_immunization, read_procedure
from dosepath.mapping.forms import read_form
from dosepath.mapping.index import ConceptIndex
from dosepath.mapping.medications import read_dispense, read_medication, reference_key
from dosepath.mapping.observations import read_observation
from dosepath.mapping.people import read_consent, read_patient
from dosepath.mapping.record import Entry, Finding, Located, Mapped, Remark, RemarkKind, unread
from dosepath.mapping.shapes import misshapen, plain, text
from dosepath.mapping.tables import Background

__all__ = ["READ_TYPES", "ConceptIndex", "Located", "Mapped", "Remark", "RemarkKind", "map_alone", "map_resources"]

_Reader: TypeAlias = Callable[[Entry, Background], Iterator[Finding]]

_READERS: Final[Mapping[str, _Reader]] = MappingProxyType(
    {
        "Patient": lambda entry, _: read_patient(entry),
        "Observation": lambda entry, background: read_observation(entry, background.index),
        "Condition": read_condition,
        "FamilyMemberHistory": read_family_history,
        "Procedure": read_procedure,
        "Immunization": read_immunization,
        "AllergyIntolerance": read_allergy,
        "MedicationStatement": read_medication,
        "MedicationRequest": read_medication,
        "MedicationAdministration": read_medication,
        "MedicationDispense": read_dispense,
        "QuestionnaireResponse": lambda entry, background: read_form(entry, background.index),
        "Consent": lambda entry, background: read_consent(entry, background.index),
    }
)

READ_TYPES: Final = frozenset(_READERS) | {"Medication"}
"""Resource types that may hold something for a protocol."""


def map_resources(resources: Sequence[Located], index: ConceptIndex, *, patient: str = "") -> Mapped:
    """Read all resources of one patient.

    Parameters
    ----------
    resources
        In the order of the source; the Patient resource and the Medications that others refer to are among them.
    index
        Concepts of the protocol.
    patient
        Id of the record; empty to take that of the Patient resource.

    Returns
    -------
    Mapped
        The record, and a remark on everything that could not be read or does not count.

    Examples
    --------
    >>> anna = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1985"}
    >>> mapped = map_resources([Located(anna, "a.json entry 1")], ConceptIndex({}))
    >>> mapped.record.id, [fact.concept for fact in mapped.record.facts], mapped.remarks
    ('p1', ['birth_date', 'sex'], ())
    """
    remarks: list[Remark] = []
    entries = [_entry(order, located) for order, located in enumerate(resources)]
    kept = list(_without_repeats(entries, remarks))
    people = [entry for entry in kept if entry.type == "Patient"]
    background = Background(index, _birth(people), _medications(kept, resources))
    found = _Gathered(remarks=remarks)
    for entry in kept:
        found.take(entry, _read(entry, background, people))
    if not people:
        nobody = Remark("", "Patient", "no Patient resource: age and sex are not known")
        return found.mapped(patient, nobody)
    return found.mapped(patient or people[0].source.partition("/")[2])


def map_alone(located: Located, index: ConceptIndex) -> Mapped:
    """Read one resource as `map_resources` does where no other one of the patient bears on it.

    Where it is no Patient, that one is taken to be there, without a date of birth.

    Examples
    --------
    >>> somebody = Located({"resourceType": "Patient", "gender": "male"}, "row 1")
    >>> map_alone(somebody, ConceptIndex({})).record.facts[0].value
    'male'
    """
    entry = _entry(0, located)
    people = [entry] if entry.type == "Patient" else []
    found = _Gathered()
    found.take(entry, _read(entry, Background(index, _birth(people), {}), people))
    return found.mapped("")


@dataclass(slots=True)
class _Gathered:
    """What was found so far."""

    facts: list[Fact] = field(default_factory=list)
    not_understood: list[Unclassified] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    nothing: dict[str, list[Entry]] = field(default_factory=dict)

    def take(self, entry: Entry, findings: Iterator[Finding]) -> None:
        """Sort what a resource gave."""
        empty = True
        for finding in findings:
            empty = False
            if isinstance(finding, Fact):
                self.facts.append(finding)
            elif isinstance(finding, Unclassified):
                self.not_understood.append(finding)
            else:
                self.remarks.append(finding)
        if empty and entry.type != "Medication":  # which says nothing but to those that refer to it
            self.nothing.setdefault(entry.type, []).append(entry)

    def mapped(self, identity: str, *last: Remark) -> Mapped:
        """Give it all; resources that gave nothing are counted by their type."""
        empty = (unread(some[0].place, kind, len(some)) for kind, some in self.nothing.items())
        record = PatientRecord(identity, tuple(self.facts), tuple(self.not_understood))
        return Mapped(record, (*self.remarks, *empty, *last))


def _entry(order: int, located: Located) -> Entry:
    resource = located.resource
    resource_type = text(resource, "resourceType")
    shown = resource_type if resource_type in READ_TYPES else plain(resource_type)
    return Entry(resource, shown, f"{shown}/{located.name}", located.place, order)


def _read(entry: Entry, background: Background, people: Sequence[Entry]) -> Iterator[Finding]:
    if not entry.type:
        yield entry.remark("not a FHIR resource: 'resourceType' is missing")
        return
    reader = _READERS.get(entry.type)
    if reader is None:
        return
    wrong = misshapen(entry.resource)
    if wrong:
        yield entry.remark(f"not as FHIR has it: {', '.join(wrong)}; these parts are not read")
    if entry.type == "Patient" and entry.source != people[0].source:
        yield entry.remark(f"a second patient beside {people[0].source}; not read")
        return
    yield from reader(entry, background)


def _without_repeats(entries: Sequence[Entry], remarks: list[Remark]) -> Iterator[Entry]:
    """Leave out resources that come twice under one id with the same content; keep those with another content."""
    seen: dict[str, list[Entry]] = {}
    for entry in entries:
        before = seen.setdefault(entry.source, [])
        same = next((each for each in before if each.resource == entry.resource), None)
        if same is not None:
            remarks.append(entry.remark(f"the same again as in {same.place}; read once", RemarkKind.IGNORED))
            continue
        if before:
            others = before[0].place
            remarks.append(
                entry.remark(f"the same id as in {others} with another content; both count", RemarkKind.DOUBTFUL)
            )
        before.append(entry)
        yield entry


def _birth(people: Sequence[Entry]) -> PartialDate | None:
    return read_day(people[0].resource, "birthDate").day if people else None


def _medications(entries: Sequence[Entry], resources: Sequence[Located]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.type == "Medication":
            found[entry.source] = entry
            found[reference_key(resources[entry.order].url)] = entry
    return found
