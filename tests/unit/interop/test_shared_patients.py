"""All patients of the shared material are read, with nothing lost."""

from collections import Counter
from pathlib import Path

import pytest

from dosepath.core.facts import Fact
from dosepath.interop.fhir import PatientFile, read_patients
from dosepath.mapping.reader import Remark, RemarkKind
from tests.unit.mapping.short_form import index

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def hospital(shared_reference: Path) -> tuple[list[PatientFile], list[Remark]]:
    folder = shared_reference / "data" / "fhir_patients"
    if not folder.is_dir():
        pytest.skip("the shared material holds no FHIR patients")
    reading = read_patients([folder], index())
    return list(reading), reading.problems


def facts(patients: list[PatientFile], concept: str) -> list[Fact]:
    return [fact for each in patients for fact in each.mapped.record.of(concept)]


def test_every_patient_is_read(hospital: tuple[list[PatientFile], list[Remark]]) -> None:
    patients, problems = hospital
    assert len(patients) == 56 + 40 + 152  # as its README counts them
    assert len({each.id for each in patients}) == len(patients)
    assert len(facts(patients, "birth_date")) == len(facts(patients, "sex")) == len(patients)
    assert {problem.kind for problem in problems} == {RemarkKind.UNREAD}


def test_lupus_is_found_where_the_file_name_says_so(hospital: tuple[list[PatientFile], list[Remark]]) -> None:
    patients, _ = hospital
    with_lupus = {each.files[0] for each in patients if each.mapped.record.of("sle")}
    named = {each.files[0] for each in patients if "_lupus" in each.files[0]}
    assert named
    assert named <= with_lupus


def test_units_come_to_those_of_the_protocol(hospital: tuple[list[PatientFile], list[Remark]]) -> None:
    patients, _ = hospital
    for concept, unit in (("haemoglobin", "g/L"), ("platelets", "10*9/L"), ("creatinine", "umol/L")):
        found = facts(patients, concept)
        assert found
        assert Counter(str(fact.value).partition(" ")[2] for fact in found if fact.value is not None) == {
            unit: len(found)
        }


def test_pressure_comes_from_components(hospital: tuple[list[PatientFile], list[Remark]]) -> None:
    patients, _ = hospital
    assert len(facts(patients, "systolic_bp")) == len(facts(patients, "diastolic_bp")) > 4000


def test_saturation_without_oxygen_flow_is_not_room_air(hospital: tuple[list[PatientFile], list[Remark]]) -> None:
    patients, _ = hospital
    assert len(facts(patients, "spo2_room_air")) <= 1


def test_screening_bundles_hold_nothing_that_is_not_understood(shared_reference: Path) -> None:
    folder = shared_reference / "reference" / "screening" / "bundles"
    reading = read_patients([folder], index())
    patients = list(reading)
    assert len(patients) == len(list(folder.glob("*.json")))
    assert reading.problems == []
    assert not [record for each in patients for record in each.mapped.record.unclassified if record.anything]
