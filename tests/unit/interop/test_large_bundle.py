"""A bundle of 200 MB is read in less memory than its parsed JSON alone would take."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MEGABYTE = 1_000_000

READ = """
import resource, sys
from pathlib import Path
from dosepath.interop.fhir import read_patients
from tests.unit.mapping.short_form import index
(found,) = read_patients([Path(sys.argv[1])], index())
print(len(found.mapped.record.of("haemoglobin")), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000)
"""


def write(file: Path, size: int) -> int:
    """Write one patient with as many results as the size takes; return how many."""
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1985-04-12", "gender": "female"}
    result = {
        "resourceType": "Observation",
        "status": "final",
        "text": {"status": "generated", "div": "<div>" + "a word or two " * 60 + "</div>"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Haemoglobin"}]},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-05-01",
        "valueQuantity": {"value": 12.1, "unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL"},
    }
    number = 0
    with file.open("w", encoding="utf-8") as stream:
        stream.write('{"resourceType": "Bundle", "type": "collection", "entry": [' + json.dumps({"resource": patient}))
        while stream.tell() < size:
            for _ in range(1000):
                number += 1
                stream.write(", " + json.dumps({"resource": result | {"id": f"o{number}"}}))
        stream.write("]}")
    return number


@pytest.mark.slow
def test_a_bundle_of_200_megabytes(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    written = write(file, 200 * MEGABYTE)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(file)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    count, megabytes = map(int, done.stdout.split())
    assert count == written
    assert megabytes < 1500
