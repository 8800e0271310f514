"""Records to screen in tests: the demonstration cohort and the shared FHIR patients."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from dosepath.core.facts import PatientRecord
from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.eligibility.screening import Occasion
from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import ConceptIndex
from dosepath.population.engines import Engine
from dosepath.population.tables import FACTS, UNCLASSIFIED, Row, patient_row, patients_schema, rows_of
from dosepath.protocol.protocol import Protocol
from dosepath.trial.library import open_trial
from dosepath.trial.occasions import read_anchors

ON = date(2026, 6, 1)

Person = tuple[PatientRecord, Occasion]


def protocol() -> Protocol:
    return open_trial("NCT06680388")


@lru_cache(maxsize=1)
def demo_people() -> tuple[Person, ...]:
    cohort = make_cohort(seed=1)
    with TemporaryDirectory() as folder:
        write_cohort(cohort, Path(folder))
        dates = read_anchors(Path(folder) / "anchors.yaml")
        found: list[Person] = []
        for patient in read_patients([Path(folder)], ConceptIndex(protocol().file.concepts)):
            record = patient.mapped.record
            own = dates[record.id]
            found.append((record, Occasion(cohort.on, own.anchors, own.complete)))
    return tuple(found)


def shared_people(folder: Path) -> tuple[Person, ...]:
    index = ConceptIndex(protocol().file.concepts)
    return tuple((patient.mapped.record, Occasion(ON)) for patient in read_patients([folder], index))


def load(engine: Engine, people: tuple[Person, ...]) -> None:
    """Load people into the three tables; the key is the place."""
    anchors = protocol().vocabulary.anchors
    patients: list[Row] = []
    facts: list[Row] = []
    unread: list[Row] = []
    for key, (record, occasion) in enumerate(people):
        patients.append(patient_row(key, record.id, occasion.on, occasion.anchors, occasion.complete, anchors))
        rows = rows_of(record, key)
        facts.extend(rows.facts)
        unread.extend(rows.unclassified)
    engine.load(patients_schema(anchors), patients)
    engine.load(FACTS, facts)
    engine.load(UNCLASSIFIED, unread)
