"""Every case of tests/cases/instruments: the answers of a form, the values that stay possible, what is missing."""

import pytest

from tests.unit.instruments.case_files import NAMES, Case, all_cases, as_rows, document, expected, instrument, values_of

SCORED = [
    "acr_eular_ssc_2013",
    "bvas_v3",
    "essdai",
    "eular_acr_sle_2019",
    "iim_eular_acr_2017",
    "leroy_1988",
    "mmt8",
    "sjogren_acr_eular_2016",
    "sledai_2k",
]


def test_every_instrument_with_items_has_a_file() -> None:
    assert NAMES == SCORED


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_case(case: Case) -> None:
    scored = instrument(case.instrument).score(case.answers)
    for field, written in case.expect.items():
        wanted = written if isinstance(written, list) else [written]
        assert values_of(scored, field) == {expected(each) for each in wanted}, field
    if case.joint is not None:
        rows = [{field: expected(each) for field, each in row.items()} for row in case.joint]
        assert len(rows) == len(scored.possible)
        assert all(row in rows for row in as_rows(scored)), as_rows(scored)
    if case.open_items is not None:
        assert list(scored.missing) == case.open_items
    assert [str(refusal) for refusal in scored.refused] == case.refused
    assert scored.conflict == ""


@pytest.mark.parametrize("name", NAMES)
def test_named_cases_expect_every_field(name: str) -> None:
    fields = set(instrument(name).fields)
    for case in document(name)["cases"]:
        for row in case.get("joint", [case.get("expect")]):
            assert set(row) == fields, case["name"]


@pytest.mark.parametrize("name", NAMES)
def test_every_item_alone_is_in_a_table(name: str) -> None:
    rows = {row[0] for table in document(name)["alone"] for row in table["rows"]}
    of_the_form = {
        "bvas_v3": {"scleritis_only", "first_assessment", "all_persistent"},
        "eular_acr_sle_2019": {"ana"},
        "iim_eular_acr_2017": {"no_better_explanation", "biopsy_read"},
    }
    assert rows == set(instrument(name).items) - of_the_form.get(name, set())
