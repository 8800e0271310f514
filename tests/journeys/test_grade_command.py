"""`dosepath grade labs`, and `verify` on tables of graded results."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dosepath.cli.main import app

HEADING = "subject,term,value,unit,lln,uln,baseline,symptomatic,baseline_indicator"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def written(folder: Path, *lines: str, heading: str = HEADING) -> Path:
    path = folder / "results.csv"
    path.write_text("\n".join([heading, *lines, ""]), encoding="utf-8")
    return path


def graded(path: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("grade", "labs", path, "--ctcae", "5", *options, "--json").stdout)
    return found


def test_a_grade_has_its_scale_its_version_and_its_condition(tmp_path: Path) -> None:
    found = graded(written(tmp_path, "s1,anemia,7.9,g/dL,12,,,,"))
    assert found["scale"] == "CTCAE"
    assert found["rows"] == [
        {
            "line": 2,
            "name": "line 2",
            "term": "Anemia",
            "value": "7.9",
            "unit": "g/dL",
            "ctcae_version": "5.0",
            "grade": 3,
            "grade_min": 3,
            "grade_max": 3,
            "condition": "value < 80 g/L",
            "why_unknown": "",
        }
    ]


@pytest.mark.parametrize(
    ("row", "low", "high", "why"),
    [
        ("s1,Lipase increased,501,,,100,,,", 3, 4, "not known: symptomatic"),
        ("s1,Lipase increased,501,,,100,,yes,", 4, 4, ""),
        ("s1,Lipase increased,501,,,100,,no,", 3, 3, ""),
        ("s1,Platelet count decreased,75,10^9/L,,,,,", 0, 1, "not known: LLN"),
        ("s1,Platelet count decreased,74,10^9/L,,,,,", 2, 2, ""),
        ("s1,Platelet count decreased,74,,,,,,", None, None, "no unit"),
        ("s1,Platelet count decreased,,10^9/L,,,,,", None, None, "no value"),
        ("s1,AST,,,,,,,", None, None, None),
        ("s1,Alanine aminotransferase increased,201,,,40,,,", 3, 3, ""),
        ("s1,Alanine aminotransferase increased,201,,,40,100,,", 1, 1, ""),
        ("s1,Alanine aminotransferase increased,201,,,40,100,,NORMAL", 3, 3, ""),
        ("s1,Alanine aminotransferase increased,201,,,40,,,HIGH", 0, 4, "not known: baseline"),
        ("s1,Creatinine increased,61,,,40,,,", 2, 2, ""),
        ("s1,GGT increased,80,,,39,40,,", 1, 1, ""),
        ("s1,Weight loss,72,,,,80,,", 2, 2, ""),
    ],
)
def test_what_is_unknown_stays_open_and_says_why(
    row: str, low: int | None, high: int | None, why: str | None, tmp_path: Path
) -> None:
    found = graded(written(tmp_path, row))
    if why is None:
        assert found["rows"] == []
        return
    (one,) = found["rows"]
    assert (one["grade_min"], one["grade_max"], one["why_unknown"]) == (low, high, why)
    assert one["grade"] == (low if low == high else None)


def test_the_reading_of_admiral_takes_the_worse(tmp_path: Path) -> None:
    path = written(tmp_path, "s1,Lipase increased,501,,,100,,,", "s1,GGT increased,80,,,39,40,,")
    assert [row["grade"] for row in graded(path, "--reading", "admiral")["rows"]] == [4, 0]


def test_rows_not_understood_are_listed_and_the_others_go_on(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "s1,Anaemia,79,g/L,,,,,",
        "s1,Anemia,79,g/cL,,,,,",
        "s1,Anemia,<79,g/L,,,,,",
        "s1,Lipase increased,501,,,100,,perhaps,",
        ",,,,,,,,",
        "s1,Anemia,79,g/L,,,,,",
        "s1,,79,g/L,,,,,",
    )
    result = run("grade", "labs", path, "--ctcae", "5")
    assert result.exit_code == 1
    said = " ".join(result.stdout.split())
    assert "1 row graded by CTCAE v5.0: 1 grade 3, 0 unknown" in said
    assert "columns not used: subject" in said
    assert "5 rows not understood" in said
    for line in (
        "line 2: CTCAE v5.0 has no measured term 'Anaemia'; did you mean 'Anemia'?",
        "line 3: unit 'g/cL': 'Anemia' has no limits in it; it has them in g/L and g/dL and mmol/L",
        "line 4: value '<79' is no number",
        "line 5: symptomatic 'perhaps' is neither yes nor no",
        "line 8: no term",
    ):
        assert line in said


@pytest.mark.parametrize(
    ("heading", "row", "reason"),
    [
        ("term,value,ctcae_version", "Leukocytosis,9,4", "the row is of CTCAE version 4, not 5"),
        ("term,value,direction", "Hypernatremia,160,L", "'Hypernatremia' is adverse in the other direction"),
        ("term,value,unit,unit_system", "Anemia,79,g/dL,SI", "it has them in g/L"),
        ("term,value,uln", "CPK increased,79,1_0", "uln '1_0' is no number"),
    ],
)
def test_what_contradicts_itself_is_not_understood(heading: str, row: str, reason: str, tmp_path: Path) -> None:
    found = graded(written(tmp_path, row, heading=heading))
    assert found["rows"] == []
    assert reason in found["not_understood"][0]["reason"]


def test_semicolons_and_a_version_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "Neutrophil count decreased;0.4;10*9/L;6", heading="\ufeffterm;value;unit;ctcae_version")
    result = run("grade", "labs", path, "--json")
    assert json.loads(result.stdout)["rows"][0]["grade"] == 3


def test_wrong_use(tmp_path: Path) -> None:
    path = written(tmp_path, "s1,Anemia,79,g/L,,,,,")
    assert run("grade", "labs", path, "--ctcae", "3").exit_code == 2
    assert run("grade", "labs", path, "--ctcae", "5", "--reading", "guess").exit_code == 2
    assert "no such file" in run("grade", "labs", tmp_path / "none.csv", "--ctcae", "5").output.casefold()
    assert "no column term" in run("grade", "labs", written(tmp_path, "3", heading="value"), "--ctcae", "5").output
    unnamed = run("grade", "labs", written(tmp_path, "Leukocytosis,9", heading="term,value"))
    assert unnamed.exit_code == 1
    assert "name one with --ctcae" in unnamed.output


def test_a_table_is_as_long_as_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, *["s1,Anemia,79,g/L,,,,,"] * 5)
    result = run("grade", "labs", path, "--ctcae", "5", "--limit", "2")
    assert "and 3 rows more" in result.stdout
    assert result.exit_code == 0


def test_verify_reads_tables_of_graded_results(tmp_path: Path) -> None:
    heading = "case_id,ctcae_version,term,value,unit,uln,expected_grade"
    path = written(
        tmp_path,
        "a,5,Lipase increased,501,,100,4",
        "b,5,Not a term,501,,100,",
        "c,5,Anemia,79,,,",
        "d,5,Anemia,79,g/L,,2",
        "e,5,Not a term,79,g/L,,2",
        "f,5,Anemia,79,g/L,,5",
        "g,5,Anemia,79,g/L,,",
        heading=heading,
    )
    result = run("verify", path)
    assert result.exit_code == 1
    assert "results.csv: d: grade: expected 2, got 3 (value < 80 g/L)" in result.output
    assert "results.csv: e: grade: expected 2, got none" in result.output
    assert "results.csv: f: expected_grade '5' is none of 0 to 4" in result.output
    assert "results.csv: g: grade: expected unknown, got 3" in result.output
    assert "3 passed, 4 failed" in result.output


def test_verify_refuses_other_tables(tmp_path: Path) -> None:
    result = run("verify", written(tmp_path, "Anemia,79", heading="term,value"))
    assert result.exit_code == 2
    assert "it lacks the columns case_id, ctcae_version, expected_grade, unit" in result.output


@pytest.mark.shared
@pytest.mark.parametrize(("version", "count"), [(4, 554), (5, 497), (6, 474)])
def test_shared_tables_pass(version: int, count: int, shared_reference: Path) -> None:
    path = shared_reference / "data" / "ctcae" / f"lab_grading_cases_ctcae_v{version}.csv"
    result = run("verify", path)
    assert f"{count} passed, 0 failed" in result.output
