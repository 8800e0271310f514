"""Every case of tests/cases/instruments: the answers of a form, the values that stay possible, what is missing."""

from collections.abc import Mapping

import pytest

from dosepath.core.instrument import ItemKind
from dosepath.instruments.bvas_v3_items import SYSTEMS
from dosepath.instruments.iim_subgroups import OF_THE_TREE
from dosepath.trial.catalog import catalog
from tests.unit.instruments.case_files import (
    ENUMERATED,
    NAMES,
    Case,
    all_cases,
    as_rows,
    cases,
    document,
    expected,
    instrument,
    same_values,
    values_of,
)

APART: Mapping[str, frozenset[str]] = {
    "bvas_v3": frozenset(
        {system.name for system in SYSTEMS} | {"major_items_wg_analog_plus", "other_items_wg_analog_plus"}
    ),
    "iim_eular_acr_2017": frozenset({"subgroup"}),
}
"""Fields that have cases of their own, so that the other cases need not name them."""


def test_every_instrument_with_items_has_a_file() -> None:
    without = {name for name, known in catalog().instruments.items() if known.items and name not in NAMES}
    assert not without
    assert set(NAMES) <= set(catalog().instruments)


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_case(case: Case) -> None:
    scored = instrument(case.instrument).score(case.answers)
    for field, written in case.expect.items():
        wanted = written if isinstance(written, list) else [written]
        values = values_of(scored, field)
        assert same_values(values, wanted), (field, values)
    if case.joint is not None:
        rows = [{field: expected(each) for field, each in row.items()} for row in case.joint]
        apart = APART.get(case.instrument, frozenset()) - {field for row in rows for field in row}
        found = [{field: said for field, said in row.items() if field not in apart} for row in as_rows(scored)]
        assert len(rows) == len(found)
        assert all(row in rows for row in found), found
    if case.open_items is not None:
        assert list(scored.missing) == case.open_items
    assert [str(refusal) for refusal in scored.refused] == case.refused
    assert scored.conflict == ""
    assert (scored.instrument, scored.version) == (case.instrument, instrument(case.instrument).version)
    if case.flags is not None:
        assert [flag.id for flag in scored.flags] == case.flags
    if case.says is not None:
        assert [flag.text for flag in scored.flags] == case.says
    if case.steps is not None:
        assert list(scored.steps) == case.steps


@pytest.mark.parametrize("name", ENUMERATED)
def test_named_cases_expect_every_field(name: str) -> None:
    fields = set(instrument(name).fields)
    for case in document(name)["cases"]:
        for row in case.get("joint", [case.get("expect")]):
            assert fields - APART.get(name, frozenset()) <= set(row) <= fields, case["name"]


@pytest.mark.parametrize("name", NAMES)
def test_every_item_and_choice_is_answered_in_some_case(name: str) -> None:
    answered = {item: set[str]() for item in instrument(name).items}
    for case in cases(name):
        for item, said in case.answers.items():
            if item in answered:
                answered[item].add(str(said).lower() if isinstance(said, bool) else str(said))
    for item, known in instrument(name).items.items():
        assert answered[item], item
        if known.kind in (ItemKind.YES_OR_NO, ItemKind.CHOICE) and len(known.choices) <= 20:
            assert set(known.choices) <= answered[item], item


@pytest.mark.parametrize("name", ENUMERATED)
def test_every_item_alone_is_in_a_table(name: str) -> None:
    rows = {row[0] for table in document(name)["alone"] for row in table["rows"]}
    of_the_form = {
        "bvas_v3": {"scleritis_only", "first_assessment", "all_persistent"},
        "eular_acr_sle_2019": {"ana"},
        "iim_eular_acr_2017": {"no_better_explanation", "biopsy_read", *OF_THE_TREE},
    }
    assert rows == set(instrument(name).items) - of_the_form.get(name, set())
