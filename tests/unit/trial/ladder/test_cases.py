"""Own cases of conduct, and those of the shared reference."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from dosepath.cli.verify import conduct
from dosepath.interop.answers_yaml import load_exact
from tests.unit.trial.ladder.short_cases import as_reference, own_cases

CASES = list(own_cases())


def verified(case: dict[str, Any]) -> tuple[str, ...]:
    (result,) = conduct.verify({"cases": [case]})
    return result.differences


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_own_cases(case: dict[str, Any]) -> None:
    assert verified(as_reference(case)) == ()


def test_names_of_cases_are_told_apart() -> None:
    assert len({name for name, _ in CASES}) == len(CASES)


def test_the_order_of_patients_does_not_matter() -> None:
    for number, (_, case) in enumerate(CASES):
        shuffled = as_reference(case)
        Random(number).shuffle(shuffled["patients"])
        assert verified(shuffled) == (), case["name"]


@pytest.mark.shared
def test_shared_cases(shared_reference: Path) -> None:
    path = shared_reference / "reference" / "conduct" / "cases.yaml"
    results = list(conduct.verify(load_exact(path.read_text(encoding="utf-8"), path.name)))
    assert len(results) >= 28
    assert [result for result in results if not result.passed] == []
