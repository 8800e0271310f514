"""The synthetic escalation: the same file each time, and what it is meant to show."""

from pathlib import Path

from typer.testing import CliRunner

from dosepath.cli.main import app
from dosepath.demo.conduct import conduct_text, write_conduct


def test_it_is_written_as_it_is(tmp_path: Path) -> None:
    path = write_conduct(tmp_path / "new")
    assert path.name == "conduct.yaml"
    assert path.read_text(encoding="utf-8") == conduct_text()


def test_the_demonstration_folder_has_it_and_next_dose_reads_it(tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["demo-patients", str(tmp_path), "--patients", "1"])
    assert made.exit_code == 0, made.output
    found = CliRunner().invoke(app, ["next-dose", str(tmp_path / "conduct.yaml"), "--trial", "NCT06680388"])
    assert found.exit_code == 0, found.output
    for said in ("stay, level 3", "earliest  2026-10-06", "offered to C13", "S05", "S12 no DLT: stay, level 3"):
        assert said in found.output


def test_screening_the_folder_takes_no_notice_of_it(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["demo-patients", str(tmp_path), "--patients", "1"])
    anchors = str(tmp_path / "anchors.yaml")
    found = CliRunner().invoke(app, ["screen", str(tmp_path), "--trial", "NCT06680388", "--anchors", anchors])
    assert found.exit_code == 0, found.output
