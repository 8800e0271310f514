"""The peer of the bench: what CIRCE can say of the protocol, over the same records as OMOP tables."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from dosepath.cli.bench.circe import RULES, cohort_expression, installed, make_tables, run_cohort
from dosepath.demo.hospital.make import make_hospital
from dosepath.trial.library import open_trial

ON = date(2026, 6, 1)
KNOWN = {
    ("loinc", "751-8"): 1,
    ("unit", "10*9/L"): 2,
    ("unit", "/uL"): 3,
    ("icd10cm", "C50.919"): 4,
    ("answer", "true"): 5,
}


def test_every_rule_is_a_criterion_of_the_protocol() -> None:
    protocol = open_trial("NCT06680388")
    assert len({rule.criterion for rule in RULES}) == len(RULES) == 33
    for rule in RULES:
        assert protocol.criteria[rule.criterion].exclusion is rule.excludes


def test_a_rule_counts_records_of_each_unit() -> None:
    written = cohort_expression(open_trial("NCT06680388"), KNOWN)
    rule = next(item for item in written["InclusionRules"] if item["name"] == "I04.a.1")
    counted = rule["expression"]["CriteriaList"]
    units = {item["Criteria"]["Measurement"]["Unit"][0]["CONCEPT_ID"] for item in counted}
    assert units == {2, 3, 0}
    assert all(item["StartWindow"]["Start"] == {"Days": 28, "Coeff": -1} for item in counted)


def test_a_code_stands_for_all_below_it() -> None:
    written = cohort_expression(open_trial("NCT06680388"), KNOWN)
    rule = next(item for item in written["InclusionRules"] if item["name"] == "E01.1")
    assert (rule["expression"]["Type"], rule["expression"]["Count"]) == ("AT_MOST", 0)
    (inner,) = rule["expression"]["Groups"]
    place = inner["CriteriaList"][0]["Criteria"]["ConditionOccurrence"]["CodesetId"]
    items = written["ConceptSets"][place]["expression"]["items"]
    assert [item["concept"]["CONCEPT_ID"] for item in items] == [4]


@pytest.mark.slow
@pytest.mark.skipif(not installed(), reason="duckcdm is not installed; `make peers` brings it")
def test_the_cohort_runs_on_the_tables(tmp_path: Path) -> None:
    make_hospital(tmp_path / "hospital", 300, 1, ON)
    cdm = tmp_path / "cdm.duckdb"
    make_tables(tmp_path / "hospital", cdm, ON)
    assert "Inclusion_32" in cdm.with_suffix(".sql").read_text(encoding="utf-8")
    assert 0 <= run_cohort(cdm) <= 300
    done = subprocess.run([sys.executable, "-m", "dosepath.cli.bench.circe", "cohort", str(cdm)], check=False)
    assert done.returncode == 0
