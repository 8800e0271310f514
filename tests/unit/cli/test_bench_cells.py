"""Two screenings beside each other: the same, one cell apart, or not to be compared."""

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from dosepath.cli.bench.asked import TRIAL
from dosepath.cli.bench.cells import compared, main
from dosepath.demo.hospital.make import make_hospital
from dosepath.interop.hospital import screen_into
from dosepath.population.folders import open_whole
from dosepath.population.screening import Asked
from tests.unit.population.people import ON, protocol


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("screened")
    make_hospital(folder / "hospital", 60, 3, ON)
    asked = Asked(TRIAL, protocol(), ON)
    screen_into(folder / "first", [folder / "hospital"], asked)
    screen_into(folder / "second", [folder / "first"], asked)
    return folder / "first", folder / "second"


def test_the_same_facts_give_the_same_rows(screened: tuple[Path, Path]) -> None:
    found = compared(*screened)
    assert found["verdicts"].rows == 60
    assert found["overall"].rows == 60 * 5
    assert found["evidence"].rows > 60
    assert all(beside.same for beside in found.values())
    assert main(list(map(str, screened))) == 0


def test_rows_of_one_alone_are_counted(
    screened: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_hospital(tmp_path / "others", 60, 4, ON)
    screen_into(tmp_path / "other", [tmp_path / "others"], Asked(TRIAL, protocol(), ON))
    first, other = (rows_of(folder, "verdicts") for folder in (screened[0], tmp_path / "other"))
    found = compared(screened[0], tmp_path / "other")["verdicts"]
    assert found.rows == 60
    assert (found.only_first, found.only_second) == ((first - other).total(), (other - first).total())
    assert found.only_first > 30
    assert main([str(screened[0]), str(tmp_path / "other")]) == 1
    assert f"only in the first {found.only_first}, only in the second" in capsys.readouterr().out


def rows_of(folder: Path, table: str) -> Counter[tuple[object, ...]]:
    files = str(open_whole(folder).tables / table / "*.parquet")
    return Counter(duckdb.connect().read_parquet(files).fetchall())


def test_what_was_not_asked_the_same_is_not_compared(screened: tuple[Path, Path], tmp_path: Path) -> None:
    later = Asked(TRIAL, protocol(), ON.replace(day=2))
    screen_into(tmp_path / "later", [screened[0]], later)
    assert main([str(screened[0]), str(tmp_path / "later")]) == 2
    assert main([str(screened[0])]) == 2
