"""Stages and grades of acute GvHD against the tables written down a second time."""

from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from dosepath.core.facts import Value
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.interop.answers_yaml import answers_of
from dosepath.safety.agvhd_magic import AGVHD_MAGIC, glucksberg_grade, magic_grade

STAGES = list(product(range(5), range(5), range(2), range(5)))


def magic_by_words(skin: int, liver: int, upper: int, lower: int) -> str:
    """List the rows of the table that a patient fits and take the highest."""
    rows = {
        "IV": skin == 4 or liver == 4 or lower == 4,
        "III": liver in (2, 3) or lower in (2, 3),
        "II": skin == 3 or liver == 1 or upper == 1 or lower == 1,
        "I": skin in (1, 2),
    }
    return next((grade for grade, fits in rows.items() if fits), "0")


def glucksberg_by_words(skin: int, liver: int, upper: int, lower: int) -> str:
    rows = {
        "IV": skin == 4 or liver == 4,
        "III": liver in (2, 3) or lower in (2, 3, 4),
        "II": skin == 3 or liver == 1 or upper == 1 or lower == 1,
        "I": skin in (1, 2),
    }
    return next((grade for grade, fits in rows.items() if fits), "0")


@pytest.mark.parametrize("stages", STAGES, ids=str)
def test_every_set_of_stages(stages: tuple[int, int, int, int]) -> None:
    assert magic_grade(*stages) == magic_by_words(*stages)
    assert glucksberg_grade(*stages) == glucksberg_by_words(*stages)
    entered = dict(zip(("skin", "liver", "upper_gi", "lower_gi"), stages, strict=True))
    numbers: dict[str, Value] = {organ: Quantity(Fraction(stage), "1") for organ, stage in entered.items()}
    scored = AGVHD_MAGIC.from_entered(numbers)
    alone = stages[0] > 0 and stages[1:] == (0, 0, 0)
    assert scored.value("magic") == magic_by_words(*stages)
    assert scored.value("skin_only") == ("true" if alone else "false")
    assert scored.missing == ()


def test_skin_alone_is_never_grade_iii() -> None:
    assert {magic_grade(skin, 0, 0, 0) for skin in range(1, 5)} == {"I", "II", "IV"}


RASH = {0: 0, 1: 1, 24: 1, 25: 2, 50: 2, 51: 3, 100: 3}
BILIRUBIN = {"1.99": 0, "2": 1, "3": 1, "3.01": 2, "6": 2, "6.01": 3, "15": 3, "15.01": 4}
VOLUME = {0: 0, 499: 0, 500: 1, 999: 1, 1000: 2, 1500: 2, 1501: 3}


def test_findings_give_the_stages_of_each_organ_on_their_own() -> None:
    for (rash, skin), bullae, (bilirubin, liver), upper, (volume, lower), blood in product(
        RASH.items(), (False, True), BILIRUBIN.items(), (False, True), VOLUME.items(), (False, True)
    ):
        form: dict[str, Any] = {
            "rash_bsa_pct": rash,
            "bullae": bullae,
            "bilirubin": f"{bilirubin} mg/dL",
            "upper_gi_persistent": upper,
            "stool_measured_by": "volume",
            "stool_ml": volume,
            "severe_abdominal_pain": False,
            "grossly_bloody_stool": blood,
        }
        (case,) = AGVHD_MAGIC.score(answers_of(AGVHD_MAGIC.items, form)).possible
        stages = (skin + 1 if bullae and skin == 3 else skin, liver, int(upper), 4 if blood else lower)
        assert tuple(_number(case[organ]) for organ in ("skin", "liver", "upper_gi", "lower_gi")) == stages
        assert case["magic"] == magic_by_words(*stages)


def _number(value: Any) -> int:
    assert isinstance(value, Interval)
    return int(value.low or 0)


def test_entered_stages_of_some_organs_leave_the_others_open() -> None:
    scored = AGVHD_MAGIC.from_entered({"skin": Quantity(Fraction(1), "1"), "liver": Quantity(Fraction(0), "1")})
    assert set(scored.values("magic")) == {"I", "II", "III", "IV"}
    assert scored.value("skin_only") is None
    assert scored.missing == ("upper_gi", "lower_gi")


@pytest.mark.parametrize(
    ("organ", "stage"), [("skin", 5), ("liver", 5), ("upper_gi", 2), ("lower_gi", 5), ("skin", -1)]
)
def test_a_stage_that_does_not_exist_is_a_conflict(organ: str, stage: int) -> None:
    scored = AGVHD_MAGIC.from_entered({organ: Quantity(Fraction(stage), "1")})
    assert (scored.possible, scored.conflict) == ((), f"no stages of the organs give {organ} {stage}")


def test_an_entered_grade_leaves_every_set_of_stages_that_gives_it() -> None:
    scored = AGVHD_MAGIC.from_entered({"magic": "III"})
    assert len(scored.possible) == sum(magic_by_words(*stages) == "III" for stages in STAGES)


def test_nothing_entered() -> None:
    scored = AGVHD_MAGIC.from_entered({})
    assert (scored.possible, scored.missing) == ((), ("skin", "liver", "upper_gi", "lower_gi"))
