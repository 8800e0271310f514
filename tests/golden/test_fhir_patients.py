"""What the shared FHIR patients decide, and what they leave open, does not change unnoticed."""

import json
from pathlib import Path

from tests.golden.fhir_patients import GOLDEN, count


def test_counts_are_those_that_were_frozen(shared_reference: Path) -> None:
    frozen = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert count(shared_reference / "data" / "fhir_patients") == frozen


def test_no_inclusion_is_met_by_a_patient_without_any_record_for_it() -> None:
    frozen = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for source, criteria in frozen.items():
        for identity in ("I02.1.b.1", "I02.1.c.1", "I05", "I07", "I04.e.2"):
            assert "met" not in criteria[identity], (source, identity)
