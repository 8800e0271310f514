"""Every bundle is valid FHIR R4 in the eyes of a validator that is not ours."""

from pathlib import Path

import pytest

from dosepath.demo import make_cohort, write_cohort
from dosepath.demo.jsontext import to_json

fhirkit = pytest.importorskip(
    "fhirkit", reason="fhirkit-rs is not installed, so nothing can check the structure; make setup installs it"
)


def test_the_validator_notices_what_is_wrong() -> None:
    spoilt = {"resourceType": "Observation", "effectiveDateTime": "2026-02-30", "valueString": "x", "size": 1}
    assert len(fhirkit.validate(to_json(spoilt))) >= 3


@pytest.mark.parametrize("seed", [1, 2])
def test_every_bundle_is_valid(tmp_path: Path, seed: int) -> None:
    write_cohort(make_cohort(seed=seed, patients=150), tmp_path)
    files = sorted(tmp_path.glob("*.json"))
    problems = [f"{path.name}: {issue}" for path in files for issue in fhirkit.validate(path.read_bytes())]
    assert len(files) == 150
    assert not problems
