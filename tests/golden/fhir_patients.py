"""Counts of verdicts over the shared FHIR patients, frozen: `make golden` writes them anew."""

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from dosepath.eligibility.screening import Occasion, screen_arms
from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import ConceptIndex
from dosepath.protocol.model import GateName
from dosepath.trial.library import open_trial
from tests.conftest import shared_root

GOLDEN = Path(__file__).with_name("fhir_patients_counts.json")
ON = date(2026, 6, 1)

Counts = dict[str, dict[str, dict[str, int]]]


def count(folder: Path) -> Counts:
    """Count met, not met and unknown by source and leaf criterion, each patient judged for the arms in scope.

    Nothing is asserted to be complete and no date but the screening day is set.
    """
    protocol = open_trial("NCT06680388")
    found: dict[str, dict[str, Counter[str]]] = {}
    for patient in read_patients([folder], ConceptIndex(protocol.file.concepts)):
        source = found.setdefault(_source(patient.files[0]), {})
        seen: set[str] = set()
        arms = tuple(protocol.file.arms)
        for report in screen_arms(patient.mapped.record, protocol, arms, Occasion(ON), (GateName.SCREENING,)):
            for finding in report.screening.findings.values():
                if finding.leaf and finding.in_scope and finding.id not in seen:
                    seen.add(finding.id)
                    source.setdefault(finding.id, Counter())[finding.verdict.value] += 1
    return {
        name: {identity: dict(sorted(counts.items())) for identity, counts in sorted(by_id.items())}
        for name, by_id in sorted(found.items())
    }


def _source(file: str) -> str:
    name = Path(file).name
    return "bulk_ndjson" if "ndjson" in name else name.partition("_")[0]


def write() -> None:
    """Write the counts anew."""
    folder = shared_root() / "data" / "fhir_patients"
    if not folder.is_dir():
        sys.exit("the shared FHIR patients are not beside this repository")
    GOLDEN.write_text(json.dumps(count(folder), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if "--write" in sys.argv:
        write()
    else:
        sys.exit("add --write to write the counts anew")
