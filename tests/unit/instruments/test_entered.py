"""Results that were entered instead of a form: the cases they leave, what else would narrow them, contradictions."""

from fractions import Fraction
from typing import Any

import pytest

from dosepath.core.facts import Value
from dosepath.core.instrument import YES_OR_NO
from dosepath.core.quantity import Quantity
from dosepath.trial.catalog import catalog
from tests.unit.instruments.case_files import ENUMERATED, as_rows, expected, instrument


def value(result: Any) -> Value:
    return result if isinstance(result, bool | str) else Quantity(Fraction(str(result)), "1")


ENTERED: list[tuple[str, dict[str, Any], list[dict[str, Any]], tuple[str, ...]]] = [
    # Serology is 0, 2 or 4 points of a SLEDAI-2K total, and the clinical part is neither below 0 nor above 101.
    ("sledai_2k", {"total": 9}, [{"total": 9, "clinical": part} for part in (9, 7, 5)], ("clinical",)),
    ("sledai_2k", {"total": 2}, [{"total": 2, "clinical": part} for part in (2, 0)], ("clinical",)),
    ("sledai_2k", {"total": 105}, [{"total": 105, "clinical": 101}], ("clinical",)),
    ("sledai_2k", {"clinical": 6}, [{"total": total, "clinical": 6} for total in (6, 8, 10)], ("total",)),
    ("sledai_2k", {"total": 10, "clinical": 6}, [{"total": 10, "clinical": 6}], ()),
    ("sledai_2k", {}, [], ("total", "clinical")),
    # The other side of MMT-8 has up to 70 points.
    ("mmt8", {"total_150": 141}, [{"total_150": 141}], ()),
    ("mmt8", {"total_80": 71}, [{"total_150": "71 to 141"}], ("total_150",)),
    ("mmt8", {"total_80": 71, "total_150": 145}, [{"total_150": 145}], ()),
    # The muscles that only the form of 260 points has hold up to 110 of them.
    ("mmt8", {"total_260": 260}, [{"total_150": 150}], ("total_150",)),
    ("mmt8", {"total_260": 250}, [{"total_150": "140 to 150"}], ("total_150",)),
    ("mmt8", {"total_260": 141}, [{"total_150": "31 to 141"}], ("total_150",)),
    ("mmt8", {"total_260": 100}, [{"total_150": "0 to 100"}], ("total_150",)),
    ("mmt8", {"total_80": 80}, [{"total_150": "80 to 150"}], ("total_150",)),
    ("mmt8", {"total_80": 71, "total_260": 100}, [{"total_150": "71 to 141"}], ("total_150",)),
    ("mmt8", {}, [], ("total_150",)),
    # Limited and none exclude a proximal limb; diffuse may be the trunk alone.
    ("leroy_1988", {"subset": "limited"}, [{"subset": "limited", "proximal_limb": False}], ()),
    ("leroy_1988", {"subset": "none"}, [{"subset": "none", "proximal_limb": False}], ()),
    (
        "leroy_1988",
        {"subset": "diffuse"},
        [{"subset": "diffuse", "proximal_limb": True}, {"subset": "diffuse", "proximal_limb": False}],
        ("proximal_limb",),
    ),
    ("leroy_1988", {"subset": "diffuse", "proximal_limb": True}, [{"subset": "diffuse", "proximal_limb": True}], ()),
    ("leroy_1988", {"subset": "diffuse", "proximal_limb": False}, [{"subset": "diffuse", "proximal_limb": False}], ()),
    ("leroy_1988", {"proximal_limb": True}, [{"subset": "diffuse", "proximal_limb": True}], ()),
    (
        "leroy_1988",
        {"proximal_limb": False},
        [{"subset": subset, "proximal_limb": False} for subset in ("diffuse", "limited", "none")],
        ("subset",),
    ),
    ("leroy_1988", {}, [], ("subset", "proximal_limb")),
    # Counts are entered under the reading in force and stand for all profiles; a total tells no count.
    (
        "bvas_v3",
        {"major_items": 1, "other_items": 2},
        [
            {
                "major_items": 1,
                "major_items_wg_analog_plus": 1,
                "major_items_weight_ge_6": 1,
                "other_items": 2,
                "other_items_wg_analog_plus": 2,
                "other_items_weight_ge_6": 2,
            }
        ],
        (),
    ),
    (
        "bvas_v3",
        {"other_items": 3},
        [{"other_items": 3, "other_items_wg_analog_plus": 3, "other_items_weight_ge_6": 3}],
        ("major_items",),
    ),
    ("bvas_v3", {"total": 12}, [{"total": 12}], ("major_items", "other_items")),
    ("bvas_v3", {}, [], ("major_items", "other_items")),
    # One result, given as it was entered.
    ("eular_acr_sle_2019", {"classified": True}, [{"classified": True}], ()),
    ("eular_acr_sle_2019", {}, [], ("classified",)),
    ("acr_eular_ssc_2013", {"classified": False}, [{"classified": False}], ()),
    ("sjogren_acr_eular_2016", {"classified": True}, [{"classified": True}], ()),
    ("iim_eular_acr_2017", {"probability": 54.9}, [{"probability": 54.9}], ()),
    ("essdai", {"total_8_domains": 5, "total": 8}, [{"total_8_domains": 5, "total": 8}], ()),
    ("essdai", {"total": 8}, [{"total": 8}], ("total_8_domains",)),
    ("mrss", {"total": 22}, [{"total": 22}], ()),
    ("esspri", {"score": 4.5}, [{"score": 4.5}], ()),
    ("haq_di", {"score": 0.25}, [{"score": 0.25}], ()),
    ("chcc_2012", {"diagnosis": "GPA"}, [{"diagnosis": "GPA"}], ()),
]

CONTRADICTIONS = [
    ("sledai_2k", {"total": 10, "clinical": 5}),
    ("sledai_2k", {"total": 6, "clinical": 8}),
    ("sledai_2k", {"clinical": 102}),
    ("leroy_1988", {"subset": "limited", "proximal_limb": True}),
    ("leroy_1988", {"subset": "none", "proximal_limb": True}),
]


@pytest.mark.parametrize(("name", "results", "rows", "needs"), ENTERED)
def test_entered(name: str, results: dict[str, Any], rows: list[dict[str, Any]], needs: tuple[str, ...]) -> None:
    found = instrument(name).from_entered({entry: value(result) for entry, result in results.items()})
    assert (found.instrument, found.version) == (name, instrument(name).version)
    assert as_rows(found) == [{field: expected(written) for field, written in row.items()} for row in rows]
    assert found.missing == needs
    assert found.conflict == ""


@pytest.mark.parametrize(("name", "results"), CONTRADICTIONS)
def test_results_that_contradict_each_other_leave_no_case(name: str, results: dict[str, Any]) -> None:
    found = instrument(name).from_entered({entry: value(result) for entry, result in results.items()})
    assert found.possible == ()
    assert found.conflict


@pytest.mark.parametrize("name", sorted(catalog().instruments))
def test_every_entry_is_read(name: str) -> None:
    for entry, known in instrument(name).entries.items():
        results: list[Value] = [True] if known.choices == YES_OR_NO else list(known.choices[:1])
        results = results or [Quantity(Fraction(1), known.unit or "1")]
        found = instrument(name).from_entered({entry: results[0]})
        assert found.possible, entry
        assert instrument(name).from_entered({}).possible == ()
        if name not in ENUMERATED:  # of these each entry is listed above, with all that follows from it
            assert {row.get(entry) for row in as_rows(found)} == {_as_shown(results[0])}, entry


def _as_shown(result: Value) -> Any:
    match result:
        case bool():
            return "true" if result else "false"
        case Quantity(value=number):
            return number
    return result


@pytest.mark.parametrize("name", ENUMERATED)
def test_every_entry_of_these_is_listed(name: str) -> None:
    assert set(instrument(name).entries) <= {
        entry for tested, results, *_ in ENTERED if tested == name for entry in results
    }
