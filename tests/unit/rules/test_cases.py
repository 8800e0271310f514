"""Every case of tests/cases/rules: a rule, what is on record, the verdict and what is missing."""

from collections.abc import Iterator
from typing import Any

import pytest

from dosepath.core.errors import ExpressionError
from dosepath.eligibility.wording import value_text
from dosepath.rules.check import check
from dosepath.rules.compared import compared_in
from dosepath.rules.evaluation import values_compared
from dosepath.rules.explain import name_value
from dosepath.rules.parse import Reader
from tests.unit.rules import world as worlds

FILES = sorted(
    file.stem for file in worlds.CASES.glob("*.yaml") if file.stem not in ("vocabulary", "errors", "explain")
)
CASE_KEYS = {
    "name",
    "rule",
    "facts",
    "unread",
    "expect",
    "needs",
    "used",
    "notes",
    "values",
    "at",
    "anchors",
    "complete",
    "settings",
}


def cases() -> Iterator[Any]:
    for name in FILES:
        document = worlds.document(name)
        assert document["source"]
        for group in document["groups"]:
            for number, case in enumerate(group["cases"], start=1):
                inherited = {key: value for key, value in group.items() if key in CASE_KEYS - {"name"}}
                merged = {**inherited, **case}
                label = merged.get("name") or f"{number}"
                yield pytest.param(merged, id=f"{name}: {group['about']}: {label}")


@pytest.mark.parametrize("case", list(cases()))
def test_case(case: dict[str, Any]) -> None:
    assert set(case) <= CASE_KEYS
    facts = [worlds.fact(entry, place) for place, entry in enumerate(case.get("facts", []))]
    unread = [worlds.unread(entry) for entry in case.get("unread", [])]
    rule, world = worlds.rule(case["rule"]), worlds.world(case)
    evaluator = world.evaluator(facts, unread)
    answer = evaluator.judge(rule)
    values = values_compared(evaluator, compared_in(rule))
    assert answer.verdict.value == case["expect"]
    if answer.verdict.decided:
        assert answer.evidence.missing == ()
    if "needs" in case:
        assert sorted(need.key for need in answer.evidence.missing) == sorted(case["needs"])
    if "used" in case:
        assert {fact.source for fact in answer.evidence.used} == set(case["used"])
    for note in case.get("notes", []):
        assert note in answer.evidence.notes
    anew = values_compared(world.evaluator(facts, unread), compared_in(rule))
    assert [(item.value, item.found.unit) for item in values] == [(item.value, item.found.unit) for item in anew]
    if "values" in case:
        named = (name_value(item.asked, worlds.vocabulary(), world.settings) for item in values)
        assert [f"{name}: {value_text(item)}" for name, item in zip(named, values, strict=True)] == case["values"]


ERRORS = worlds.document("errors")


@pytest.mark.parametrize("case", [pytest.param(case, id=case["rule"]) for case in ERRORS["cases"]])
def test_error(case: dict[str, Any]) -> None:
    vocabulary = worlds.vocabulary()
    if "with" in case:
        document = worlds.document("vocabulary")
        for part, entries in case["with"].items():
            document[part] = {**document[part], **entries}
        vocabulary = worlds.vocabulary_of(document)
    with pytest.raises(ExpressionError) as caught:
        check(Reader(vocabulary).truth(case["rule"]), vocabulary)
    assert caught.value.message == case["says"]
    assert caught.value.column == case.get("column", 0)
