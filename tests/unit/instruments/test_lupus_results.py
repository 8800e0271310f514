"""Items of SLEDAI-2K and of the EULAR/ACR criteria that results and days decide: every limit and both sides of it."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from dosepath.core.days import PartialDate
from dosepath.core.errors import QuantityError
from dosepath.core.quantity import Quantity
from dosepath.instruments import eular_acr_sle_2019, sledai_2k
from dosepath.instruments.thresholds import Threshold
from tests.unit.instruments.case_files import instrument

MODULES: dict[str, Any] = {"sledai_2k": sledai_2k, "eular_acr_sle_2019": eular_acr_sle_2019}
LUPUS = dict.fromkeys(("hematuria", "proteinuria", "pyuria", "fever", "thrombocytopenia", "leukopenia"), True)

LIMITS = [
    ("sledai_2k", "urine_red_cells", "/[HPF]", "hematuria", {"4": False, "5": False, "6": True}),
    ("sledai_2k", "urine_protein_24h", "g/(24.h)", "proteinuria", {"0.49": False, "0.5": False, "0.51": True}),
    ("sledai_2k", "urine_protein_24h", "mg/(24.h)", "proteinuria", {"500": False, "501": True}),
    ("sledai_2k", "upcr", "g/g", "proteinuria", {"0.5": False, "0.51": True}),
    ("sledai_2k", "upcr", "mg/mmol", "proteinuria", {"56": False, "57": True}),
    ("sledai_2k", "urine_white_cells", "/[HPF]", "pyuria", {"4": False, "5": False, "6": True}),
    ("sledai_2k", "body_temperature", "Cel", "fever", {"37.9": False, "38": False, "38.1": True}),
    ("sledai_2k", "body_temperature", "[degF]", "fever", {"100.4": False, "100.5": True}),
    ("sledai_2k", "platelets", "10*9/L", "thrombocytopenia", {"99": True, "100": False, "101": False}),
    ("sledai_2k", "platelets", "/uL", "thrombocytopenia", {"99999": True, "100000": False}),
    ("sledai_2k", "white_cells", "10*9/L", "leukopenia", {"2.99": True, "3": False, "3.01": False}),
    ("eular_acr_sle_2019", "body_temperature", "Cel", "fever", {"38.2": False, "38.3": False, "38.4": True}),
    ("eular_acr_sle_2019", "white_cells", "10*9/L", "leukopenia", {"3.99": True, "4": False, "4.01": False}),
    ("eular_acr_sle_2019", "platelets", "10*9/L", "thrombocytopenia", {"99": True, "100": False, "101": False}),
    ("eular_acr_sle_2019", "urine_protein_24h", "g/(24.h)", "proteinuria", {"0.5": False, "0.51": True}),
    ("eular_acr_sle_2019", "upcr", "g/g", "proteinuria", {"0.5": False, "0.51": True}),
    ("eular_acr_sle_2019", "ana_titre", "{titer}", "ana", {"40": False, "79": False, "80": True, "160": True}),
]


@pytest.mark.parametrize(("name", "result", "unit", "item", "values"), LIMITS)
def test_limits(name: str, result: str, unit: str, item: str, values: dict[str, bool]) -> None:
    for value, present in values.items():
        found = MODULES[name].items_of_results({result: Quantity.of(value, unit)}, LUPUS)
        assert found == {item: present}, value


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_threshold_is_tested_and_decides_an_item_of_the_form(name: str) -> None:
    assert {row.result for row in MODULES[name].THRESHOLDS} == {row[1] for row in LIMITS if row[0] == name}
    assert {row.finding for row in MODULES[name].THRESHOLDS} <= set(instrument(name).items)


def test_a_finding_of_unknown_cause_is_left_out_and_one_of_another_cause_is_absent() -> None:
    few = {"white_cells": Quantity.of("2.5", "10*9/L")}
    assert sledai_2k.items_of_results(few, {}) == {}
    assert sledai_2k.items_of_results(few, {"leukopenia": False}) == {"leukopenia": False}
    assert sledai_2k.items_of_results({}, {"leukopenia": False, "rash": False}) == {"leukopenia": False, "rash": False}
    assert sledai_2k.items_of_results({}, {"leukopenia": True}) == {}


def test_a_normal_result_needs_no_cause() -> None:
    assert sledai_2k.items_of_results({"white_cells": Quantity.of(5, "10*9/L")}, {}) == {"leukopenia": False}


def test_antinuclear_antibodies_need_no_cause() -> None:
    assert eular_acr_sle_2019.items_of_results({"ana_titre": Quantity.of(640, "{titer}")}, {}) == {"ana": True}


def test_the_collection_goes_before_the_ratio() -> None:
    both = {"urine_protein_24h": Quantity.of("0.4", "g/d"), "upcr": Quantity.of("0.6", "g/g")}
    assert sledai_2k.items_of_results(both, LUPUS) == {"proteinuria": False}


def test_a_result_in_the_unit_of_something_else_is_an_error() -> None:
    with pytest.raises(QuantityError):
        Threshold("fever", "body_temperature", ">", Quantity.of(38, "Cel")).beyond(Quantity.of(38, "mg"))


@pytest.mark.parametrize(
    ("day", "window", "counts"),
    [
        ("2026-05-02", 30, "met"),
        ("2026-05-01", 30, "not_met"),
        ("2026-06-01", 30, "met"),
        ("2026-06-02", 30, "not_met"),
        ("2026-05", 30, "unknown"),
        ("2026-04", 30, "not_met"),
        ("2026-05-22", 10, "met"),
        ("2026-05-21", 10, "not_met"),
    ],
)
def test_a_finding_counts_from_the_first_day_of_the_window_to_the_day_itself(
    day: str, window: int, counts: str
) -> None:
    assert sledai_2k.counts_at(date(2026, 6, 1), PartialDate.parse(day), window).value == counts


def test_windows() -> None:
    assert (sledai_2k.WINDOW_DAYS, sledai_2k.SHORT_WINDOW_DAYS) == (30, 10)


def test_steps_of_sledai() -> None:
    answers: dict[str, Any] = dict.fromkeys(instrument("sledai_2k").items, False)
    answers |= {"arthritis": True, "low_complement": True}
    del answers["fever"]
    assert instrument("sledai_2k").score(answers).steps == (
        "arthritis: 4 points",
        "low_complement: 2 points",
        "fever: not assessed, 0 or 1 points",
        "total 6 to 7, without complement and anti-dsDNA 4 to 5",
    )


def test_steps_of_the_classification() -> None:
    answers: dict[str, Any] = dict.fromkeys(instrument("eular_acr_sle_2019").items, False)
    answers |= {"ana": True, "proteinuria": True, "biopsy_class_2_or_5": True, "fever": True}
    del answers["biopsy_class_3_or_4"]
    assert instrument("eular_acr_sle_2019").score(answers).steps == (
        "antinuclear antibodies of 1:80 or more: there",
        "constitutional: fever, 2 points",
        "renal: proteinuria is not counted beside biopsy_class_2_or_5",
        "renal: biopsy_class_2_or_5, 8 points",
        "renal: biopsy_class_3_or_4 not assessed, up to 10 points",
        "total 10 to 12; 10 and a clinical criterion classify",
    )


@pytest.mark.shared
def test_thresholds_of_sledai_are_those_of_the_shared_definition(shared_reference: Path) -> None:
    file = shared_reference / "reference" / "instruments" / "sledai_2k.yaml"
    items = yaml.safe_load(file.read_text(encoding="utf-8"))["items"]
    shared = {
        row["id"]: (row["computable"]["op"], Fraction(str(row["computable"]["value"])))
        for row in items
        if isinstance(row.get("computable"), dict)
    }
    ours = {row.finding: (row.operator, row.limit.value) for row in sledai_2k.THRESHOLDS if row.result != "upcr"}
    assert ours == shared
    domain = {row["id"] for row in items if row["domain"] == "cns"}
    assert set(sledai_2k.CENTRAL_NERVOUS_SYSTEM) == domain
