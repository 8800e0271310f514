"""A hospital from the command line: screened, counted, listed, refreshed; every answer that of the single patient."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dosepath.cli.main import app
from dosepath.core.verdict import Verdict
from dosepath.eligibility.must_pass import must_pass
from dosepath.eligibility.report import Finding, Overall
from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import ConceptIndex
from dosepath.population.connection import connected
from dosepath.population.folders import check_digests, is_whole, open_whole
from dosepath.population.results import Screening, open_screening
from dosepath.protocol.model import GateName
from dosepath.trial.journeys import PatientScreening, screen_patient
from dosepath.trial.library import open_trial

TRIAL = "NCT06680388"
CODES = {Verdict.MET: 1, Verdict.NOT_MET: 0, Verdict.UNKNOWN: -1}


def run(*arguments: str | Path | int, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["population", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


def screen(source: Path, out: Path, *more: str | Path, code: int = 0) -> str:
    return run("screen", source, "--trial", TRIAL, "--out", out, *more, code=code)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort") / "people"
    done = CliRunner().invoke(app, ["demo-patients", str(folder), "--seed", "5", "--patients", "25"])
    assert done.exit_code == 0
    return folder


@pytest.fixture(scope="module")
def screened(cohort: Path) -> Path:
    out = cohort.parent / "screened"
    screen(cohort, out, "--anchors", cohort / "anchors.yaml")
    return out


@pytest.fixture
def opened(screened: Path, tmp_path: Path) -> Iterator[Screening]:
    with connected(tmp_path) as connection:
        yield open_screening(connection, screened)


def one_by_one(cohort: Path, opened: Screening, arm: str = "") -> dict[str, PatientScreening]:
    protocol = opened.asked.protocol
    reading = read_patients([cohort], ConceptIndex(protocol.file.concepts))
    gates = (GateName.SCREENING,)
    return {
        patient.id: screen_patient(patient.mapped.record, protocol, opened.asked.occasion(patient.id), arm, gates)
        for patient in reading
    }


def test_each_cell_is_that_of_the_single_patient(cohort: Path, opened: Screening) -> None:
    cells = 0
    for arm in opened.asked.arms:
        for identity, alone in one_by_one(cohort, opened, arm).items():
            gate = alone.reports[0].screening
            wanted = {key: CODES[item.verdict] for key, item in gate.findings.items() if item.in_scope}
            columns = ", ".join(opened.column(arm, key) for key in wanted)
            row = opened.connection.execute(
                f"SELECT {columns} FROM verdicts JOIN people USING (patient) WHERE id = ?",  # noqa: S608
                [identity],
            ).fetchone()
            assert row is not None
            assert dict(zip(wanted, row, strict=True)) == wanted, (identity, arm)
            cells += len(wanted)
    assert cells > 25 * 5 * 60


def test_what_it_comes_to_is_that_of_the_single_patient(cohort: Path, opened: Screening) -> None:
    for arm in opened.asked.arms:
        for identity, alone in one_by_one(cohort, opened, arm).items():
            gate = alone.reports[0].screening
            row = opened.connection.execute(
                "SELECT overall, on_record, met, not_met, unknown FROM overall JOIN people USING (patient) "
                "WHERE id = ? AND arm = ?",
                [identity, arm],
            ).fetchone()
            counts = (gate.count(Verdict.MET), gate.count(Verdict.NOT_MET), gate.count(Verdict.UNKNOWN))
            assert row == (gate.overall.value, arm in alone.suggested, *counts), (identity, arm)


def test_the_cost_is_that_of_the_sheets(cohort: Path, screened: Path, opened: Screening) -> None:
    found = {item["arm"]: item for item in json.loads(run("cost", screened, "--json"))}
    for arm in opened.asked.arms:
        sheets = [
            one.reports[0].screening.findings
            for one in one_by_one(cohort, opened, arm).values()
            if arm in one.suggested
        ]
        items = must_pass(opened.asked.protocol, arm)
        for cost in found[arm]["items"]:
            failing = [sheet for sheet in sheets if sheet[cost["item"]].against]
            share = sum((Fraction(1, failed(sheet, items)) for sheet in failing), Fraction(0))
            assert cost["share"] == pytest.approx(float(share))
            assert cost["only_this"] == sum(failed(sheet, items) == 1 for sheet in failing)
        lost = sum(failed(sheet, items) > 0 for sheet in sheets)
        assert found[arm]["lost"] == lost == pytest.approx(sum(cost["share"] for cost in found[arm]["items"]))
        last = found[arm]["steps"][-1]
        assert (last["possible"], last["sure"]) == (len(sheets) - lost, found[arm]["eligible"])


def failed(sheet: Any, items: tuple[str, ...]) -> int:
    findings: dict[str, Finding] = sheet
    return sum(findings[item].against for item in items)


def test_another_limit_is_another_protocol(cohort: Path, screened: Path, opened: Screening) -> None:
    curves = json.loads(run("cost", screened, "--arm", "SLE", "--what-if", "I04.a.3", "--json"))
    points = {point[0]: point for point in curves[0]["points"]}
    in_force = next(point for point in curves[0]["points"] if point[3])
    alone = [one for one in one_by_one(cohort, opened, "SLE").values() if "SLE" in one.suggested]
    outcomes = [one.reports[0].screening.overall for one in alone]
    assert in_force[1] == outcomes.count(Overall.ELIGIBLE)
    assert in_force[2] == outcomes.count(Overall.ELIGIBLE) + outcomes.count(Overall.UNDECIDED)
    # 120 g/L is twice the limit and within what the laboratory of the cohort reports.
    assert points[120.0][2] < in_force[2]
    possible = [points[limit][2] for limit in sorted(points)]
    assert possible == sorted(possible, reverse=True)


def test_the_way_down_the_list_is_drawn(screened: Path, tmp_path: Path) -> None:
    file = tmp_path / "lost.json"
    found = json.loads(run("cost", screened, "--arm", "SLE", "--everybody", "--plot", file, "--json"))[0]
    losing = [step for step in found["steps"] if step["lost"]]
    (rows,) = json.loads(file.read_text(encoding="utf-8"))["datasets"].values()
    gone = [row for row in rows if row["part"] == "lost here"]
    assert [row["criterion"] for row in gone] == [step["item"] for step in losing]
    for row, step in zip(gone, losing, strict=True):
        assert row["share"] == pytest.approx(step["lost"] / found["patients"])
    assert "name it with --arm" in run("cost", screened, "--plot", file, code=2)


def test_the_curve_of_a_limit_is_drawn(screened: Path, tmp_path: Path) -> None:
    file = tmp_path / "curve.json"
    asked = ("cost", screened, "--arm", "SLE", "--what-if", "I04.a.3")
    (curve,) = json.loads(run(*asked, "--plot", file, "--json"))
    drawn = json.loads(file.read_text(encoding="utf-8"))["datasets"].values()
    shares = {row["threshold"]: row["share"] for rows in drawn for row in rows if "share" in row}
    assert shares == {limit: pytest.approx(possible / curve["patients"]) for limit, _, possible, _ in curve["points"]}


def test_the_limit_of_a_heading_cannot_be_slid(screened: Path) -> None:
    assert "does not stand alone" in run("cost", screened, "--arm", "SLE", "--what-if", "I04", code=2)


def test_the_worklist_is_that_of_the_single_patients(cohort: Path, screened: Path, tmp_path: Path) -> None:
    outputs = {"--csv": tmp_path / "w.csv", "--json": tmp_path / "w.json", "--parquet": tmp_path / "w.parquet"}
    said = run("worklist", screened, "--limit", 0, *(part for pair in outputs.items() for part in pair))
    assert "criteria settled" in said
    whole = tmp_path / "single.json"
    CliRunner().invoke(
        app,
        ["screen", str(cohort), "--trial", TRIAL, "--anchors", str(cohort / "anchors.yaml"), "--json", str(whole)],
    )
    single = {(item["patient"], item["arm"]): item for item in json.loads(whole.read_text())["reports"]}
    listed = json.loads(outputs["--json"].read_text())
    assert listed["reports"]
    for report in listed["reports"]:
        assert report["gates"] == single[report["patient"], report["arm"]]["gates"]
    in_question = {key for key, item in single.items() if not item["gates"]["screening"]["blockers"]}
    assert {(item["patient"], item["arm"]) for item in listed["reports"]} == in_question
    unknown = [
        sum(found.get("verdict") == "unknown" for found in item["gates"]["screening"]["criteria"].values())
        for item in listed["reports"]
    ]
    assert unknown[0] == min(unknown)
    with connected(tmp_path) as connection:
        rows = connection.execute(f"SELECT patient FROM '{outputs['--parquet']}'").fetchall()  # noqa: S608
    assert [row[0] for row in rows] == [item["patient"] for item in listed["reports"]]
    assert len(outputs["--csv"].read_text().splitlines()) == len(rows) + 1


def test_the_sheet_is_that_of_the_single_patient(cohort: Path, screened: Path) -> None:
    sheet = run("worklist", screened, "--patient", "demo-aav-02")
    anchors = str(cohort / "anchors.yaml")
    single = CliRunner().invoke(
        app, ["screen", str(cohort), "--trial", TRIAL, "--anchors", anchors, "--patient", "demo-aav-02"]
    )
    assert sheet.strip() in single.output
    assert "no patient 'nobody'" in run("worklist", screened, "--patient", "nobody", code=2)


def tables(out: Path) -> dict[str, list[Any]]:
    """Give what the reader of a screening sees, patient by patient."""
    with connected(out) as connection:
        opened = open_screening(connection, out)
        columns = ", ".join(f"v.{column['name']}" for column in opened.whole.about["columns"])
        queries = {
            "verdicts": f"SELECT id, {columns} FROM verdicts AS v JOIN people USING (patient) ORDER BY id",  # noqa: S608
            "values": "SELECT id, c.* EXCLUDE (patient) FROM compared_values AS c "
            "JOIN people USING (patient) ORDER BY id",
            "overall": "SELECT id, o.* EXCLUDE (patient) FROM overall AS o JOIN people USING (patient) ORDER BY ALL",
            "facts": "SELECT id, f.* EXCLUDE (patient, row_id, rank, place) FROM facts AS f "
            "JOIN people USING (patient) ORDER BY ALL",
        }
        return {name: connection.execute(query).fetchall() for name, query in queries.items()}


def test_a_refresh_is_a_screening_of_everything_anew(cohort: Path, tmp_path: Path) -> None:
    bundles = sorted(cohort.glob("*.json"))
    first, changed, all_of_it = (tmp_path / name for name in ("first", "changed", "all"))
    for folder in (first, changed, all_of_it):
        folder.mkdir()
    for place, bundle in enumerate(bundles[:12]):
        before = bundle.read_text(encoding="utf-8")
        after = before.replace('"male"', '"female"') if place % 4 == 0 else before
        if place < 10:
            (first / bundle.name).write_text(before, encoding="utf-8")
        if place % 4 == 0 or place >= 10 or place == 1:
            (changed / bundle.name).write_text(after, encoding="utf-8")
        (all_of_it / bundle.name).write_text(after, encoding="utf-8")
    out, anew = tmp_path / "out", tmp_path / "anew"
    on = ("--on", "2026-06-01")
    screen(first, out, *on)
    said = json.loads(run("refresh", out, changed, "--json"))
    differing = sum(
        (first / path.name).read_text() != path.read_text()
        for path in changed.iterdir()
        if (first / path.name).exists()
    )
    assert said == {"named": 6, "changed": differing + 2, "new": 2, "patients": 12}
    screen(all_of_it, anew, *on)
    assert tables(out) == tables(anew)
    again = json.loads(run("refresh", out, changed, "--json"))
    assert (again["changed"], again["new"]) == (0, 0)
    check_digests(open_whole(out))


def test_new_rows_of_long_tables_are_judged_with_those_that_were_there(tmp_path: Path) -> None:
    source, delta, out, anew = (tmp_path / name for name in ("source", "delta", "out", "anew"))
    run("make", source, "--patients", "300", "--seed", "1")
    run("make", delta, "--patients", "40", "--seed", "2")
    screen(source, out, "--on", "2026-06-01")
    before = tables(out)
    assert json.loads(run("refresh", out, delta, "--json"))["patients"] == 300
    after = tables(out)
    assert len(after["facts"]) > len(before["facts"])
    assert {row[0] for row in after["overall"]} == {row[0] for row in before["overall"]}
    screen(out, anew, "--on", "2026-06-01")
    assert tables(anew) == after
    check_digests(open_whole(out))


def test_the_same_input_gives_the_same_bytes(cohort: Path, screened: Path, tmp_path: Path) -> None:
    screen(cohort, tmp_path / "again", "--anchors", cohort / "anchors.yaml")
    assert open_whole(tmp_path / "again").files == open_whole(screened).files
    assert (tmp_path / "again" / "manifest.json").read_bytes() == (screened / "manifest.json").read_bytes()


def test_an_earlier_screening_gives_its_facts(cohort: Path, screened: Path, tmp_path: Path) -> None:
    screen(screened, tmp_path / "other", "--anchors", cohort / "anchors.yaml", "--reading", "E03=igg")
    assert open_whole(tmp_path / "other").about["readings"] == {"E03": "igg"}
    screen(screened, tmp_path / "same", "--anchors", cohort / "anchors.yaml")
    assert open_whole(tmp_path / "same").files == open_whole(screened).files


@pytest.mark.parametrize("seconds", [4.0, *(pytest.param(s, marks=pytest.mark.slow) for s in (1.0, 2.0, 3.0, 6.0))])
def test_a_killed_screening_is_not_read(cohort: Path, seconds: float, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-c", "from dosepath.cli.main import app; app()"]
    asked = ["population", "screen", str(cohort), "--trial", TRIAL, "--out", str(out), "--on", "2026-06-01"]
    with subprocess.Popen([*command, *asked], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        time.sleep(seconds)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    if out.exists() and not is_whole(out):
        assert "dosepath: " in run("cost", out, code=2)
    screen(cohort, out, "--on", "2026-06-01")
    check_digests(open_whole(out))
    assert not list(out.glob(".part-*"))


def test_a_synthetic_hospital_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    rows = [json.loads(run("make", tmp_path / name, "--patients", 300, "--seed", 2, "--json")) for name in ("a", "b")]
    assert rows[0]["rows"] == rows[1]["rows"]
    assert open_whole(tmp_path / "a").files == open_whole(tmp_path / "b").files
    run("make", tmp_path / "c", "--patients", 300, "--seed", 3)
    assert open_whole(tmp_path / "c").files != open_whole(tmp_path / "a").files
    said = json.loads(screen(tmp_path / "a", tmp_path / "s", "--on", "2026-06-01", "--chunk", "150", "--json"))
    assert (said["patients"], said["source"]) == (300, "long tables")
    screen(tmp_path / "a", tmp_path / "t", "--on", "2026-06-01", "--chunk", "150")
    assert open_whole(tmp_path / "s").files == open_whole(tmp_path / "t").files


def test_what_cannot_be_read_is_said_with_the_way_out(tmp_path: Path, cohort: Path) -> None:
    assert "no such file or folder" in screen(tmp_path / "nothing", tmp_path / "o", code=2)
    assert "no trial 'NCT0'" in run("screen", cohort, "--trial", "NCT0", "--out", tmp_path / "o", code=2)
    assert "no such engine" in screen(cohort, tmp_path / "o", "--engine", "abacus", code=2)
    assert "not a size" in screen(cohort, tmp_path / "o", "--memory", "plenty", code=2)
    assert "holds other files" in screen(cohort, cohort, code=2)
    assert "no such folder" in run("worklist", tmp_path / "nothing", code=2)
    assert not list(tmp_path.glob("o/*tables*"))
    assert open_trial(TRIAL).id == TRIAL
