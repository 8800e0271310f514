"""The protocol file holds the whole criteria text of the page, word for word, and nothing hangs loose."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dosepath.protocol.protocol import walk
from tests.screening.case_files import trial

FIRST, LAST = 37, 103
OWN = {"I02", "E07.1.n"}


@pytest.fixture(scope="module")
def page(shared_reference: Path) -> list[str]:
    return (shared_reference / "reference" / "registry_page.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def criteria(shared_reference: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        (shared_reference / "reference" / "criteria.yaml").read_text(encoding="utf-8")
    )
    return found


def bare(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def test_quotes_are_pieces_of_their_lines(page: list[str]) -> None:
    for criterion in walk(trial().file.criteria):
        if criterion.text:
            lines = bare(" ".join(page[line - 1] for line in criterion.lines))
            assert bare(criterion.text) in lines, criterion.id


def test_every_line_of_the_criteria_is_covered(page: list[str]) -> None:
    quotes: dict[int, list[str]] = {}
    for criterion in walk(trial().file.criteria):
        for line in criterion.lines if criterion.text else ():
            quotes.setdefault(line, []).append(criterion.text)
    for heading in trial().file.headings:
        quotes.setdefault(heading.line, []).append(heading.text)
    for number in range(FIRST, LAST + 1):
        rest = bare(page[number - 1])
        for quote in sorted(quotes.get(number, []), key=len, reverse=True):
            rest = rest.replace(bare(quote), " ")
        # what is left are bullets and the numbers of the list
        assert not re.sub(r"[\s•.;、)-]|1|2|3|4|5", "", rest), (number, rest)


def test_ids_are_those_of_the_reference(criteria: dict[str, Any]) -> None:
    def ids(items: list[dict[str, Any]]) -> set[str]:
        return {item["id"] for item in items} | {name for item in items for name in ids(item.get("children", []))}

    wanted = ids(criteria["inclusion"]) | ids(criteria["exclusion"])
    assert {criterion.id for criterion in walk(trial().file.criteria)} == wanted | OWN


def test_leaves_are_71_and_42_and_the_condition_of_e07_1() -> None:
    leaves = [item.id for item in trial().criteria.values() if not item.children and item.id not in OWN]
    assert sum(name.startswith("I") for name in leaves) == 71
    assert sum(name.startswith("E") for name in leaves) == 42


def test_every_ambiguity_is_a_reading_or_a_note(criteria: dict[str, Any]) -> None:
    def count(items: list[dict[str, Any]]) -> int:
        total = 0
        for item in items:
            found = item.get("ambiguity", [])
            total += len(found) if isinstance(found, list) else 1
            total += "scope_ambiguity" in item
            total += count(item.get("children", []))
        return total

    wanted = sum(count(criteria[part]) for part in ("inclusion", "exclusion"))
    readings = [key for key, _ in trial().readings() if not key.startswith(("I03", "design", "dlt"))]
    assert wanted == 36
    assert len(readings) == wanted


def test_the_design_and_every_ambiguity_of_the_dlt_rule_have_a_reading_or_a_note(shared_reference: Path) -> None:
    path = shared_reference / "reference" / "instruments" / "dlt_rule.yaml"
    rule = yaml.safe_load(path.read_text(encoding="utf-8"))
    readings = [key for key, _ in trial().readings() if key.startswith("dlt")]
    assert len(rule["ambiguities"]) == len(readings) == 15
    assert [key for key, _ in trial().readings() if key.startswith("design")] == ["design#dose_levels"]


def test_clauses_of_the_dlt_rule_are_pieces_of_their_lines(page: list[str]) -> None:
    for clause in trial().file.dlt.clauses:
        assert bare(clause.text) in bare(" ".join(page[line - 1] for line in clause.lines)), clause.id


def test_every_criterion_takes_part_in_its_parent() -> None:
    protocol = trial()
    for item in protocol.criteria.values():
        if not item.parent or item.source.defines:
            continue
        rule = protocol.criteria[item.parent].rule
        assert rule.combination or item.id in rule.references, item.id
