"""Every case of tests/cases/fhir: resources to facts, records that were not understood, and remarks."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from dosepath.mapping.reader import RemarkKind, map_resources
from tests.unit.mapping.short_form import all_cases, fact_as_text, index, located, unclassified_as_text

CASES = dict(all_cases())
PARTIAL = {"unusable", "absent"}


def unlike(found: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Compare the keys that a case names; reasons by a part of them."""
    return {
        key: (value, found[key])
        for key, value in expected.items()
        if not (found[key] == value or (key in PARTIAL and value and value in found[key]))
    }


def compare(found: Sequence[Mapping[str, Any]], expected: Sequence[Mapping[str, Any]]) -> None:
    assert len(found) == len(expected), found
    assert [unlike(one, two) for one, two in zip(found, expected, strict=True)] == [{}] * len(expected)


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    case = CASES[name]
    mapped = map_resources(located(case), index())
    facts = [fact_as_text(fact) for fact in mapped.record.facts]
    if not case.get("bare"):
        facts = [fact for fact in facts if fact["concept"] not in {"birth_date", "sex"}]
    compare(facts, case.get("facts", []))
    compare([unclassified_as_text(each) for each in mapped.record.unclassified], case.get("unclassified", []))
    said = [remark for remark in mapped.remarks if remark.kind is not RemarkKind.UNREAD]
    wanted = case.get("remarks", [])
    assert len(said) == len(wanted), said
    assert [part for part, remark in zip(wanted, said, strict=True) if part not in remark.reason] == [], said
    unread = {remark.resource: remark.count for remark in mapped.remarks if remark.kind is RemarkKind.UNREAD}
    assert unread == case.get("unread", {})
