"""The tables of items: their sums, and that they are those of the shared definitions."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dosepath.instruments import (
    acr_eular_ssc_2013,
    bvas_v3_items,
    essdai,
    eular_acr_sle_2019,
    iim_eular_acr_2017,
    leroy_1988,
    mmt8,
    sjogren_acr_eular_2016,
    sledai_2k,
)
from tests.unit.instruments.case_files import ENUMERATED, instrument


def test_sums() -> None:
    assert sum(row.points for row in sledai_2k.CLINICAL) == sledai_2k.HIGHEST_CLINICAL
    assert sum(row.points for row in sledai_2k.SEROLOGY) == max(sledai_2k.SEROLOGY_POINTS)
    assert sum(max(row.points for row in domain.criteria) for domain in eular_acr_sle_2019.DOMAINS) == 51
    levels = sum(max(points.values()) for _, points in acr_eular_ssc_2013.LEVELS.values())
    assert levels + sum(row.points for row in acr_eular_ssc_2013.ADDITIVE) == 19
    assert sum(domain.weight * max(domain.levels) for domain in essdai.DOMAINS) == 123
    assert sum(domain.clinical_weight * max(domain.levels) for domain in essdai.DOMAINS) == 135
    assert sum(domain.weight * max(domain.levels) for domain in essdai.DOMAINS if domain.of_the_eight) == 60
    assert sum(domain.of_the_eight for domain in essdai.DOMAINS) == 8
    assert len(mmt8.Mmt8().items) * mmt8.STRONGEST == 150
    assert sum(row.points for row in sjogren_acr_eular_2016.SCORED) == 9


def test_sums_of_myositis() -> None:
    ages, features, biopsy = iim_eular_acr_2017.AGE, iim_eular_acr_2017.FEATURES, iim_eular_acr_2017.BIOPSY
    assert max(row.without for row in ages) + sum(row.without for row in features) == 208
    with_biopsy = sum(row.with_biopsy for row in (*features, *biopsy))
    assert max(row.with_biopsy for row in ages) + with_biopsy == 295
    assert len(ages) + len(features) + len(biopsy) == 17


def test_sums_of_vasculitis() -> None:
    systems = bvas_v3_items.SYSTEMS
    signs = {sign.id: sign for system in systems for sign in system.signs}
    assert len(signs) == 56
    assert [len(system.signs) for system in systems] == [4, 5, 10, 5, 7, 6, 3, 7, 9]
    assert sum(system.most_new for system in systems) == 63
    assert sum(system.most_persistent for system in systems) == 33
    assert len(bvas_v3_items.MAJOR) == 15
    assert set(signs) | {"scleritis_only", "red_cell_casts_addendum"} > bvas_v3_items.MAJOR
    assert all(sign.persistent is None or sign.persistent <= sign.new for sign in signs.values())


def definition(shared: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((shared / "reference" / "instruments" / f"{name}.yaml").read_text("utf-8"))
    return found


@pytest.mark.shared
@pytest.mark.parametrize("name", ENUMERATED)
def test_items_are_those_of_the_shared_definition(name: str, shared_reference: Path) -> None:
    shared = definition(shared_reference, name)
    match name:
        case "eular_acr_sle_2019":
            rows = {row["id"] for domain in shared["domains"].values() for row in domain["criteria"]} | {"ana"}
        case "bvas_v3":
            rows = {row["id"] for system in shared["systems"].values() for row in system["items"]}
            rows |= {"scleritis_only", "red_cell_casts_addendum", "first_assessment", "all_persistent"}
        case "iim_eular_acr_2017":
            rows = {row["id"] for row in shared["items"]} | {"no_better_explanation", "biopsy_read"}
            rows |= {*shared["subgroup_tree"]["extra_inputs"], "ck_raised", "anti_srp", "anti_hmgcr", "bx_necrosis"}
        case "mmt8":
            sides = {"midline": [""], "bilateral": [".right", ".left"]}
            rows = {row["id"] + side for row in shared["items"] for side in sides[row["sides"]]}
        case "sjogren_acr_eular_2016":
            rows = {row["id"] for part in ("entry_criteria", "exclusions", "items") for row in shared[part]}
        case "acr_eular_ssc_2013":
            rows = {row["id"] for row in shared["items"]} | set(acr_eular_ssc_2013.NOT_APPLICABLE_IF)
        case _:
            rows = {row["id"] for row in shared["items"]}
    assert set(instrument(name).items) == rows


@pytest.mark.shared
def test_points_are_those_of_the_shared_definitions(shared_reference: Path) -> None:
    assert {row.id: row.points for row in (*sledai_2k.CLINICAL, *sledai_2k.SEROLOGY)} == {
        row["id"]: row["weight"] for row in definition(shared_reference, "sledai_2k")["items"]
    }
    assert [
        (domain.clinical, {row.id: row.points for row in domain.criteria}) for domain in eular_acr_sle_2019.DOMAINS
    ] == [
        (domain["type"] == "clinical", {row["id"]: row["points"] for row in domain["criteria"]})
        for domain in definition(shared_reference, "eular_acr_sle_2019")["domains"].values()
    ]
    ssc = {row["id"]: row for row in definition(shared_reference, "acr_eular_ssc_2013")["items"]}
    assert {row.id: row.points for row in acr_eular_ssc_2013.ADDITIVE} == {
        name: row["points"] for name, row in ssc.items() if "points" in row and not row.get("sufficient")
    }
    assert {name: dict(levels) for name, (_, levels) in acr_eular_ssc_2013.LEVELS.items()} == {
        name: row["levels"] for name, row in ssc.items() if "levels" in row
    }
    sjogren = definition(shared_reference, "sjogren_acr_eular_2016")
    assert {row.id: row.points for row in sjogren_acr_eular_2016.SCORED} == {
        row["id"]: row["points"] for row in sjogren["items"]
    }
    assert set(leroy_1988.SITES) == {row["id"] for row in definition(shared_reference, "leroy_1988")["items"]}


@pytest.mark.shared
def test_domains_of_essdai_are_those_of_the_shared_definition(shared_reference: Path) -> None:
    shared = definition(shared_reference, "essdai")
    eight = set(shared["trial_variant_8_domains"]["rule"].replace(",", " ").replace(";", " ").split())
    assert [
        (domain.id, domain.weight, domain.clinical_weight, set(domain.levels), domain.of_the_eight)
        for domain in essdai.DOMAINS
    ] == [
        (row["id"], row["weight"], row["clin"] or 0, set(row["levels"]), row["id"] in eight) for row in shared["items"]
    ]


@pytest.mark.shared
def test_points_of_myositis_are_those_of_the_shared_definition(shared_reference: Path) -> None:
    shared = definition(shared_reference, "iim_eular_acr_2017")
    rows = (*iim_eular_acr_2017.AGE, *iim_eular_acr_2017.FEATURES, *iim_eular_acr_2017.BIOPSY)
    assert {row.id: (row.without, row.with_biopsy) for row in rows} == {
        row["id"]: tuple(round((points or 0) * 10) for points in row["points"]) for row in shared["items"]
    }
    for model, cut_offs in (
        ("no_biopsy", iim_eular_acr_2017.WITHOUT_BIOPSY),
        ("biopsy", iim_eular_acr_2017.WITH_BIOPSY),
    ):
        assert dict(cut_offs.cut_offs) == {name: round(10 * cut) for name, cut in shared["cutoffs"][model].items()}
        assert shared["formulas"][model]["expr"] == f"1/(1+exp({cut_offs.midpoint}-S))"


@pytest.mark.shared
def test_points_of_vasculitis_are_those_of_the_shared_definition(shared_reference: Path) -> None:
    shared = definition(shared_reference, "bvas_v3")
    assert [
        (system.name, system.most_persistent, system.most_new, [(s.id, s.persistent, s.new) for s in system.signs])
        for system in bvas_v3_items.SYSTEMS
    ] == [
        (name, row["max_persistent"], row["max_new"], [(item["id"], item["p"], item["n"]) for item in row["items"]])
        for name, row in shared["systems"].items()
    ]
    profiles = shared["major_items"]["profiles"]
    assert set(profiles["wg_analog"]) == bvas_v3_items.MAJOR
    plus = set(profiles["wg_analog_plus"].partition("[")[2].rstrip("]").split(", "))
    assert plus == bvas_v3_items.MAJOR_PLUS
    heavy = {sign.id for system in bvas_v3_items.SYSTEMS for sign in system.signs if sign.new >= bvas_v3_items.HEAVY}
    assert set(profiles["weight_ge_6"].partition("[")[2].rstrip("]").split(", ")) == heavy
