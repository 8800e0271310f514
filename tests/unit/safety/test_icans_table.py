"""ICE and ICANS against the table written down a second time: every level of every axis."""

from collections.abc import Collection, Mapping
from itertools import chain, combinations, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dosepath.core.interval import Interval
from dosepath.interop.answers_yaml import answers_of
from dosepath.safety.ice_icans_2019 import AXES, FINDINGS, ICE_ICANS_2019, PARTS, icans_grade

WELL = {"consciousness": "normal", "seizure": "none", "motor_weakness": "none", "icp_edema": "none"}
ALL_LEVELS = [dict(zip(AXES, levels, strict=True)) for levels in product(*AXES.values())]
CAUSES = [set(some) for some in chain.from_iterable(combinations(FINDINGS, size) for size in range(len(FINDINGS) + 1))]


def by_the_table(ice: int, levels: Mapping[str, str], causes: Collection[str] = ()) -> int:
    """Look for the findings of each column, the last one first."""
    seen = {level for axis, level in levels.items() if axis not in causes}
    points = ice if "ice" not in causes else 10
    if seen & {"unarousable_or_vigorous", "prolonged_or_repetitive", "deep_focal", "diffuse_or_signs"}:
        return 4
    if points <= 2 or seen & {"awakens_to_tactile", "brief_resolved", "focal_edema"}:
        return 3
    if points <= 6 or "awakens_to_voice" in seen:
        return 2
    return 1 if points <= 9 or "awakens_spontaneously" in seen else 0


def parts_of(ice: int) -> dict[str, int]:
    """Give parts that add up to some points."""
    found = {}
    for part, (points, _) in PARTS.items():
        found[part] = min(points, ice)
        ice -= found[part]
    return found


def pairs(form: Mapping[str, Any]) -> set[tuple[int, int]]:
    scored = ICE_ICANS_2019.score(answers_of(ICE_ICANS_2019.items, form))
    return {(number(case["ice"]), number(case["icans"])) for case in scored.possible}


def number(value: Any) -> int:
    assert isinstance(value, Interval)
    assert value.exact
    return int(value.low or 0)


def test_every_way_to_answer_ice() -> None:
    for points in product(*(range(highest + 1) for highest, _ in PARTS.values())):
        form = {**dict(zip(PARTS, points, strict=True)), **WELL, "other_cause": [], "died_of_icans": False}
        assert pairs(form) == {(sum(points), by_the_table(sum(points), WELL))}


def test_every_level_of_every_axis_at_every_ice() -> None:
    for ice, levels in product(range(11), ALL_LEVELS):
        form = {**parts_of(ice), **levels, "other_cause": [], "died_of_icans": False}
        assert pairs(form) == {(ice, by_the_table(ice, levels))}, form


def test_every_set_of_findings_with_another_cause() -> None:
    for ice, levels, causes in product((0, 2, 3, 6, 7, 9, 10), ALL_LEVELS, CAUSES):
        assert icans_grade(ice, levels, causes) == by_the_table(ice, levels, causes), (ice, levels, causes)


@given(data=st.data())
def test_gaps_leave_exactly_what_some_way_to_fill_them_gives(data: st.DataObject) -> None:
    levels = {axis: data.draw(st.sampled_from(list(each)), label=axis) for axis, each in AXES.items()}
    causes = data.draw(st.sampled_from(CAUSES))
    parts = parts_of(data.draw(st.integers(0, 10)))
    hidden = data.draw(st.sets(st.sampled_from([*AXES, "writing", "naming", "other_cause"]), max_size=3))
    form = {**parts, **levels, "other_cause": sorted(causes), "died_of_icans": False}
    told = {item: said for item, said in form.items() if item not in hidden}
    expected = set()
    for ice_parts, all_levels, some in product(
        product(*(range(points + 1) if part in hidden else [parts[part]] for part, (points, _) in PARTS.items())),
        product(*(list(each) if axis in hidden else [levels[axis]] for axis, each in AXES.items())),
        CAUSES if "other_cause" in hidden else [causes],
    ):
        ice = sum(ice_parts)
        expected.add((ice, by_the_table(ice, dict(zip(AXES, all_levels, strict=True)), some)))
    assert pairs(told) == expected
