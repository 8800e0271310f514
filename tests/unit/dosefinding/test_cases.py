"""Own cases of every design; `case_files.py` says how they are written."""

from typing import Any

import pytest

from dosepath.core.errors import InputError
from tests.unit.dosefinding.case_files import (
    BUILDERS,
    GUARDS,
    decision,
    design_of,
    looked_up,
    own_cases,
    recommended,
    table,
)

CASES = list(own_cases())


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_own_cases(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(InputError) as caught:
            decision(case)
        assert case["error"] in str(caught.value)
    elif "table" in case:
        assert table(case) == case["table"]
        if not case.get("lowest") and case["design"]["is"] != "table":
            assert looked_up(case) == case["table"]
    elif "recommend" in case:
        assert recommended(case) == case["expect"]
    else:
        found = decision(case)
        got = {"action": found.action.value, "level": found.level, "rule": found.rule, "because": list(found.reasons)}
        assert {key: got[key] for key in case["expect"]} == case["expect"]
        assert found.source == design_of(case["design"]).citation


def test_names_of_cases_are_told_apart() -> None:
    assert len({name for name, _ in CASES}) == len(CASES)


def test_every_design_and_every_guard_has_cases() -> None:
    assert {case["design"]["is"] for _, case in CASES} == set(BUILDERS)
    guards = {guard["is"] for _, case in CASES for guard in case["design"].get("guards", ())}
    assert guards == set(GUARDS)


def test_designs_say_who_they_are() -> None:
    for _, case in CASES:
        if "error" not in case:
            design = design_of(case["design"])
            assert design.id == case["design"]["is"]
            assert design.citation.text
