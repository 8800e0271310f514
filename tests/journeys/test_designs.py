"""The commands `oc`, `compare`, `table` and `calibrate`: what a statistician sees, and what a program reads."""

import json

import pytest
from typer.testing import CliRunner, Result

from dosepath.cli.designs import BUILDERS
from dosepath.cli.main import app

TRUTH = ["--truth", "0.1,0.25,0.4"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_characteristics_of_a_variant_with_the_planned_number() -> None:
    text = run("oc", "--design", "3+3", "--variant", "V3", *TRUTH, "--planned", "15").output
    for words in ("3+3 V3", "10.31 %", "39.92 %", "37.10 %", "12.68 %", "more than the planned 15: 7.14 %"):
        assert words in text
    found = json.loads(run("oc", "--variant", "V3", *TRUTH, "--planned", "15", "--json").output)
    assert abs(sum(found["recommendation"]) - 1) < 1e-12
    assert round(found["more_than_planned"]["probability"], 4) == 0.0714
    assert round(sum(found["patients"]), 2) == 12.15


def test_without_names_the_variants_are_compared() -> None:
    found = json.loads(run("compare", *TRUTH, "--json").output)
    assert [each["name"] for each in found] == ["3+3 V1", "3+3 V2", "3+3 V3", "3+3 V4"]
    text = run("compare", *TRUTH).output
    assert "26.96 %" in text


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_every_design_has_characteristics(name: str) -> None:
    options = ["--design", name, "--cohorts", "4", "--target", "0.25"]
    options += ["--skeleton", "0.1,0.2,0.4"] if name == "crm" else []
    found = json.loads(run("oc", *options, *TRUTH, "--json").output)
    assert abs(sum(found["recommendation"]) - 1) < 1e-12
    assert len(found["patients"]) == 3


def test_decision_tables() -> None:
    rows = json.loads(run("table", "--design", "boin", "--cohorts", "4", "--json").output)["rows"]
    assert [(row["n"], row["up"], row["down"], row["eliminate"]) for row in rows] == [
        (3, 0, 2, 3),
        (6, 1, 3, 4),
        (9, 2, 4, 5),
        (12, 2, 5, 7),
    ]
    assert json.loads(run("table", "--variant", "V3", "--json").output)["rows"] == [
        {"n": 3, "up": 0, "down": 2, "eliminate": 2},
        {"n": 6, "up": 1, "down": 2, "eliminate": 2},
    ]
    assert json.loads(run("table", "--variant", "V4", "--json").output)["rows"][1] == {
        "n": 6,
        "up": 1,
        "down": 3,
        "eliminate": 3,
    }


def test_a_calibrated_skeleton_can_be_used() -> None:
    skeleton = run("calibrate", "--halfwidth", "0.05", "--prior-level", "2", "--doses", "3", "--target", "0.25").output
    found = run("oc", "--design", "crm", "--skeleton", skeleton.strip(), "--target", "0.25", "--cohorts", "4", *TRUTH)
    assert found.exit_code == 0


def test_the_next_dose_after_some_outcomes() -> None:
    text = run("next-dose", "--outcomes", "1NNN 2NNT", "--design", "3+3", "--doses", "3", "--variant", "V3").output
    for words in ("expand level 2", "1 DLT in 3 at level 2", "three more at this dose", "a person decides"):
        assert words in text
    found = json.loads(run("next-dose", "--outcomes", "1NNN 2NNT", "--design", "boin", "--doses", "5", "--json").output)
    assert (found["action"], found["level"]) == ("stay", 2)
    skeleton = "0.05,0.12,0.25,0.40,0.55"
    crm = run(
        "next-dose", "--outcomes", "1NNN 2NNN 3NTT", "--design", "crm", "--skeleton", skeleton, "--target", "0.25"
    )
    assert "level 3 is nearest to 25 %" in crm.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["oc", "--design", "boim", *TRUTH], "did you mean 'boin'"),
        (["oc", "--variant", "V9", *TRUTH], "no variant 'V9'"),
        (["oc", "--truth", "0.1;0.2"], "write rates as 0.1,0.25,0.4"),
        (["oc", "--truth", "0.1,1.2"], "rates lie between 0 and 1"),
        (["oc", "--doses", "2", *TRUTH], "3 true rates for 2 dose levels"),
        (["oc", "--design", "crm", *TRUTH], "needs --skeleton"),
        (["oc", "--design", "crm", "--skeleton", "0.3,0.2,0.1", *TRUTH], "rises from above 0 to below 1"),
        (["oc", "--design", "boin", "--target", "1.5", *TRUTH], "a rate between 0 and 1"),
        (["oc", "--design", "boin", "--cohorts", "900", *TRUTH], "at most 120 patients"),
        (["table", "--design", "crm"], "needs --skeleton"),
        (["next-dose"], "one of the two"),
        (["next-dose", "patients.yaml"], "name the trial with --trial"),
        (["next-dose", "--outcomes", "1NNN 3NNN", "--doses", "3"], "cannot follow in a 3+3 V3 trial: the next dose"),
        (["next-dose", "--outcomes", "1NNX", "--doses", "3"], "write the dose level and N or T"),
        (["next-dose", "--outcomes", "4NNN", "--doses", "3"], "there is no dose level 4; they are 1 to 3"),
        (["next-dose", "--outcomes", "1NNN"], "add --doses"),
        (["calibrate", "--halfwidth", "0.4", "--prior-level", "2", "--doses", "3"], "must lie between 0 and 1"),
        (["calibrate", "--halfwidth", "0.05", "--prior-level", "5", "--doses", "3"], "dose levels 1 to 3"),
    ],
)
def test_a_wrong_option_says_the_way_out(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output
