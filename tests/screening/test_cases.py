"""Every case of screening gives the verdicts that it expects, and the cases reach every criterion."""

from collections import defaultdict

import pytest

from tests.screening.case_files import VERDICTS, Case, all_cases, differences, trial

CASES = all_cases()

# Criteria whose answer cannot take all three values.
NOT_ALL_THREE: dict[str, set[str]] = {}


@pytest.mark.parametrize("case", [pytest.param(case, id=str(case)) for case in CASES])
def test_case(case: Case) -> None:
    assert not differences(case)


def test_cases_expect_only_known_words() -> None:
    assert {verdict for case in CASES for verdict in case.expect.values()} <= VERDICTS


def test_every_leaf_criterion_is_met_not_met_and_unknown_in_some_case() -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for case in CASES:
        for identity, verdict in case.expect.items():
            seen[identity].add(verdict)
    leaves = [item.id for item in trial().criteria.values() if not item.children]
    lacking = {
        identity: sorted({"met", "not_met", "unknown"} - NOT_ALL_THREE.get(identity, set()) - seen[identity])
        for identity in leaves
    }
    assert not {identity: words for identity, words in lacking.items() if words}


def test_every_option_of_every_reading_is_in_some_case() -> None:
    used = {(key.partition("#")[0], option) for case in CASES for key, option in case.readings.items()}
    options = {
        (key.partition("#")[0], name)
        for key, reading in trial().readings()
        for name in reading.options
        if name != reading.in_force and not key.startswith(("design", "dlt"))
    }
    assert options <= used


def test_every_number_of_a_setting_is_changed_in_some_case() -> None:
    changed = {name for case in CASES for name in case.occasion.settings}
    assert set(trial().settings) <= changed
