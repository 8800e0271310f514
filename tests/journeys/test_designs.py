"""The commands `oc`, `compare`, `table` and `calibrate`: what a statistician sees, and what a program reads."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dosepath.cli.main import app
from dosepath.dosefinding.recipes import RECIPES

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


TABLE = "treated,dlts,action\n3,0,E\n3,1,S\n3,2,D\n3,3,DU\n6,0,E\n6,1,S\n6,2,S\n6,3,D\n6,4,DU\n6,5,DU\n6,6,DU\n"
BLRM = ["--with", "amounts=0.5,1,2", "--with", "reference=1", "--with", "mean=-0.85,1", "--with", "covariance=1,-0.5,1"]
NEEDED = {"crm": ["--skeleton", "0.1,0.2,0.4"], "tite-crm": ["--skeleton", "0.1,0.2,0.4"], "blrm": BLRM}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "my_table.csv"
    file.write_text(TABLE, encoding="utf-8")
    return file


def needed(name: str, table: Path) -> list[str]:
    return ["--table", str(table)] if name == "table" else NEEDED.get(name, [])


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if not recipe.opens])
def test_every_design_whose_cohorts_are_known_has_exact_characteristics(name: str, table: Path) -> None:
    cohorts = ["--cohorts", "4"] if name not in ("3+3", "titration") else []
    found = json.loads(run("oc", "--design", name, *cohorts, *needed(name, table), *TRUTH, "--json").output)
    assert abs(sum(found["recommendation"]) - 1) < 1e-12
    assert len(found["patients"]) == 3
    assert found["exact"] is True


@pytest.mark.parametrize("name", RECIPES)
def test_every_design_is_simulated_in_time(name: str, table: Path) -> None:
    options = ["--simulate", "60", "--arrivals", "7", "--stagger", "28,14", "--inevaluable", "0.1"]
    text = json.loads(run("oc", "--design", name, *needed(name, table), *TRUTH, *options, "--json").output)
    found = text["simulated"]
    assert text["exact"] is False
    assert abs(sum(found["recommendation"]) - 1) < 1e-12
    assert found["timing"]["stagger"] == [28, 14]
    assert found["days"]["mean"] > 28
    assert found["enrolled"] > sum(found["patients"])


def test_simulated_and_exact_numbers_stand_beside_each_other() -> None:
    options = ["oc", *TRUTH, "--simulate", "4000", "--seed", "3", "--exact", "--planned", "15"]
    found = json.loads(run(*options, "--json").output)
    assert found["exact"] is True
    simulated = found["simulated"]
    for exact, share, error in zip(
        found["recommendation"], simulated["recommendation"], simulated["recommendation_error"], strict=True
    ):
        assert abs(exact - share) < 4 * error
    assert abs(found["more_than_planned"]["probability"] - simulated["more_than_planned"]["share"]) < 0.02
    text = run(*options).output
    for words in ("exact over 93 final states; 4,000 simulated trials, seed 3", "± error", "39.92 %"):
        assert words in text
    assert run(*options, "--json").output == run(*options, "--json").output


def test_designs_are_compared_on_the_same_simulated_patients() -> None:
    options = ["--design", "3+3", "--design", "3+3:V3", "--design", "boin:cutoff=0.9", "--cohorts", "5"]
    found = json.loads(run("compare", *options, *TRUTH, "--simulate", "200", "--json").output)
    first, again, boin = (each["simulated"]["recommendation"] for each in found)
    assert first == again != boin
    text = run("compare", *options, *TRUTH, "--simulate", "200", "--arrivals", "20").output
    for words in ("BOIN (cutoff=0.9)", "200 simulated trials, seed 1", "days"):
        assert words in text


def test_designs_are_listed_with_their_parameters() -> None:
    text = run("designs").output
    assert all(name in text for name in RECIPES)
    assert "while windows are open" in text
    text = run("designs", "boin").output
    for words in ("cutoff", "0.95", "stop_at", "guard:", "write each as --with KEY=VALUE"):
        assert words in text
    found = json.loads(run("designs", "--json").output)
    assert [each["design"] for each in found] == list(RECIPES)


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


def test_a_table_can_be_written_and_read_again(tmp_path: Path) -> None:
    written = run("table", "--design", "boin", "--cohorts", "5", "--csv").output
    file = tmp_path / "boin.csv"
    file.write_text(written, encoding="utf-8")
    own = json.loads(run("oc", "--design", "table", "--table", str(file), "--cohorts", "5", *TRUTH, "--json").output)
    boin = json.loads(run("oc", "--design", "boin", "--cohorts", "5", *TRUTH, "--json").output)
    assert own["name"] == "boin"
    assert own["total_patients"] == pytest.approx(boin["total_patients"], abs=1e-12)
    assert own["patients"] == pytest.approx(boin["patients"], abs=1e-12)


def test_a_table_as_letters() -> None:
    text = run("table", "--design", "3+3").output
    assert "DLTs  of 3  of 6" in text
    assert "E escalate, S stay" in text


def test_pending_patients_hold_a_design_or_change_nothing() -> None:
    options = ["--design", "3+3", "--doses", "3"]
    text = run("next-dose", "--outcomes", "1NNN 2NNP", *options).output
    for words in ("wait level 2", "if none of them has a DLT: escalate level 3", "if DLT at level 2: expand level 2"):
        assert words in text
    found = json.loads(run("next-dose", "--outcomes", "1NNN 2TTP", *options, "--json").output)
    assert (found["action"], found["level"]) == ("de_escalate", 1)
    assert [each["dlts_at"] for each in found["what_if"]] == [[], [2]]


@pytest.mark.parametrize(
    ("name", "outcomes", "action", "level"),
    [
        ("rolling-six", "1NNN 2NNP", "stay", 2),
        ("rolling-six", "1NNN 2NTT", "de_escalate", 1),
        ("tite-boin", "1NNN 2NNP.4", "escalate", 3),
        ("tite-boin", "1NNN 2NPP", "wait", 2),
        ("tite-crm", "1NNN 2NNP.5", "escalate", 3),
    ],
)
def test_designs_with_open_windows_decide_at_once(name: str, outcomes: str, action: str, level: int) -> None:
    options = ["--doses", "3", *(["--skeleton", "0.1,0.2,0.3"] if name == "tite-crm" else [])]
    found = json.loads(run("next-dose", "--outcomes", outcomes, "--design", name, *options, "--json").output)
    assert (found["action"], found["level"], found["what_if"]) == (action, level, [])


def test_ways_on_have_probabilities() -> None:
    found = json.loads(run("paths", "--outcomes", "1NNN", *TRUTH, "--depth", "2", "--json").output)["ways"]
    assert abs(sum(each["probability"] for each in found) - 1) < 1e-12
    assert any(each["cohorts"] == ["2TNN", "2NNN"] for each in found)
    text = run("paths", "--outcomes", "1NNN", "--doses", "3", "--depth", "1").output
    assert "2TTN" in text
    assert "de-escalate level 1" in text


@pytest.mark.parametrize("ending", ["svg", "png", "json", "html"])
def test_what_is_found_is_drawn(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"plot.{ending}"
    for command in (
        ["oc", *TRUTH, "--planned", "15"],
        ["compare", *TRUTH, "--simulate", "50", "--arrivals", "10"],
        ["table", "--design", "boin", "--cohorts", "3"],
        ["paths", *TRUTH, "--depth", "1"],
    ):
        found = run(*command, "--plot", str(file))
        assert found.exit_code == 0, found.output
        assert file.stat().st_size > 1000
        file.unlink()


def test_what_a_model_believes_is_drawn(tmp_path: Path) -> None:
    file = tmp_path / "believes.svg"
    asked = ["next-dose", "--outcomes", "1NNN 2NNT", "--doses", "3", "--plot", str(file)]
    assert run(*asked, "--design", "crm", "--skeleton", "0.1,0.2,0.3").exit_code == 0
    assert "after 1NNN 2NNT" in file.read_text(encoding="utf-8")
    assert run(*asked, "--design", "boin").exit_code == 2


def test_a_comparison_is_reported_in_one_file(tmp_path: Path) -> None:
    file = tmp_path / "price.html"
    assert run("compare", *TRUTH, "--planned", "15", "--report", str(file)).exit_code == 0
    text = file.read_text(encoding="utf-8")
    for words in ("3+3 V1", "3+3 V4", "36.26", "<svg"):
        assert words in text
    for command, name in (("oc", "plot.gif"), ("oc", "report.pdf")):
        option = "--plot" if "plot" in name else "--report"
        result = run(command, *TRUTH, option, str(tmp_path / name))
        assert result.exit_code == 2
        assert ".html" in result.output


def test_fewest_cohorts() -> None:
    options = ["size", "--design", "boin", "--truth", "0.1,0.3,0.5", "--correct", "0.6"]
    found = json.loads(run(*options, "--json").output)
    assert (found["cohorts"], found["correct_level"]) == (4, 2)
    assert found["correct"] > 0.6
    assert "4 cohorts" in run(*options).output


def test_sensitivity_of_a_decision_and_of_the_long_run() -> None:
    crm = ["--design", "crm", "--skeleton", "0.08,0.16,0.25", "--target", "0.25"]
    found = json.loads(run("sensitivity", *crm, "--outcomes", "1NNN 2NNT", "--json").output)
    assert [each["with"] for each in found][2] == "variance=1.34"
    assert found[0]["rates"][1] < found[-1]["rates"][1]
    rows = json.loads(
        run("sensitivity", "--design", "boin", *TRUTH, "--vary", "cutoff=0.7", "--vary", "cutoff=0.95", "--json").output
    )
    assert rows[0]["recommendation"][0] > rows[1]["recommendation"][0]
    assert "cutoff=0.7" in run("sensitivity", "--design", "boin", *TRUTH, "--vary", "cutoff=0.7").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["oc", "--design", "boim", *TRUTH], "did you mean 'boin'"),
        (["oc", "--variant", "V9", *TRUTH], "no variant 'V9'"),
        (["oc", "--truth", "0.1;0.2"], "write rates as 0.1,0.25,0.4"),
        (["oc", "--truth", "0.1,1.2"], "rates lie between 0 and 1"),
        (["oc", "--doses", "2", *TRUTH], "3 true rates for 2 dose levels"),
        (["oc", "--design", "crm", *TRUTH], "needs a skeleton; 'dosepath calibrate' finds one"),
        (["oc", "--design", "crm", "--skeleton", "0.3,0.2,0.1", *TRUTH], "rises from above 0 to below 1"),
        (["oc", "--design", "boin", "--target", "1.5", *TRUTH], "a rate between 0 and 1"),
        (["oc", "--design", "boin", "--cohorts", "60", *TRUTH], "at most 120 patients"),
        (["table", "--design", "crm"], "needs a skeleton"),
        (["table", "--design", "rolling-six"], "its table has time in it"),
        (["oc", "--cohorts", "4", *TRUTH], "3+3 has no parameter 'cohorts'; 'dosepath designs 3+3' lists"),
        (["oc", "--with", "cutof=0.9", "--design", "boin", *TRUTH], "boin has no parameter 'cutof'"),
        (
            ["oc", "--with", "target=0.2", "--target", "0.3", "--design", "boin", *TRUTH],
            "--with target=0.2, but --target",
        ),
        (["oc", "--design", "rolling-six", *TRUTH], "add --simulate 1000"),
        (["oc", "--arrivals", "7", *TRUTH], "add --simulate 10000"),
        (["oc", "--simulate", "0", *TRUTH], "from 1 to 1,000,000 trials"),
        (["oc", "--simulate", "10", "--stagger", "28", *TRUTH], "as 28,14"),
        (["oc", "--simulate", "10", "--window", "0", *TRUTH], "longer than 0 days"),
        (["oc", "--design", "table", "--table", "nowhere.csv", *TRUTH], "cannot read the decision table nowhere.csv"),
        (["compare", "--skeleton", "0.1,0.2,0.3", *TRUTH], "no design of these has a parameter 'skeleton'"),
        (["paths", "--doses", "3", "--depth", "9"], "from 1 to 4"),
        (["size", *TRUTH], "ends by its own rule"),
        (["size", "--design", "boin", *TRUTH, "--correct", "0.99"], "at the most"),
        (["sensitivity", "--design", "boin", *TRUTH], "say what to vary"),
        (["sensitivity", "--design", "boin"], "one of the two"),
        (["designs", "boim"], "did you mean 'boin'"),
        (
            ["calibrate", "--halfwidth", "0.05", "--prior-level", "1", "--doses", "3", "--model", "x"],
            "empiric, logistic",
        ),
        (["next-dose"], "one of the two"),
        (["next-dose", "patients.yaml"], "name the trial with --trial"),
        (["next-dose", "--outcomes", "1NNN 3NNN", "--doses", "3"], "cannot follow in a 3+3 V3 trial: the next dose"),
        (["next-dose", "--outcomes", "1NNX", "--doses", "3"], "write the dose level and N, T or P"),
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
