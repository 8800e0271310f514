"""ASTCT grades of CRS against the table written down a second time, row by row, and against every way to fill gaps."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import chain, combinations, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dosepath.core.instrument import ItemAnswer, Score
from dosepath.core.interval import Interval
from dosepath.interop.answers_yaml import answers_of
from dosepath.safety.astct_crs_2019 import ASTCT_CRS_2019

TEMPERATURES = (Decimal("37.9"), 38, 40)
AGENTS = ("norepinephrine", "epinephrine", "vasopressin")
RUNNING = [list(some) for some in chain.from_iterable(combinations(AGENTS, size) for size in range(len(AGENTS) + 1))]
PRESSURES: list[tuple[str, list[str]]] = [("none", []), ("fluids_only", [])] + [
    ("pressors", some) for some in RUNNING if some
]
OXYGEN: list[dict[str, Any]] = [
    {"oxygen": "none"},
    {"oxygen": "nasal_cannula", "flow_l_min": 2},
    {"oxygen": "nasal_cannula", "flow_l_min": 6},
    {"oxygen": "nasal_cannula", "flow_l_min": 7},
    *({"oxygen": device} for device in ("blow_by", "hfnc", "facemask", "nonrebreather", "venturi", "cpap", "bipap")),
    *({"oxygen": "ventilation", "intubation_reason": why} for why in ("hypoxia", "airway_protection", "procedure")),
]


def by_the_table(form: Mapping[str, Any]) -> int:
    """Read the table from its last column to its first."""
    device, flow = form["oxygen"], form.get("flow_l_min", 0)
    counted = set(form["vasopressors"]) - {"vasopressin"}
    positive_pressure = device in ("cpap", "bipap") or (
        device == "ventilation" and form["intubation_reason"] == "hypoxia"
    )
    much_oxygen = device in ("hfnc", "facemask", "nonrebreather", "venturi") or (device == "nasal_cannula" and flow > 6)
    little_oxygen = device == "blow_by" or (device == "nasal_cannula" and flow <= 6)
    febrile = form["temp_max_c"] >= 38 and not form["fever_other_cause"]
    stands = form["crs_established"] and form["prior_antipyretic_or_anticytokine"]
    if form["died_of_crs"]:
        return 5
    if not (febrile or stands):
        return 0
    if len(counted) >= 2 or positive_pressure:
        return 4
    if form["vasopressors"] or much_oxygen:
        return 3
    if form["hypotension"] == "fluids_only" or little_oxygen:
        return 2
    return 1 if febrile else 0


def grades(form: Mapping[str, Any]) -> set[int]:
    answers: dict[str, ItemAnswer] = answers_of(ASTCT_CRS_2019.items, form)
    scored: Score = ASTCT_CRS_2019.score(answers)
    assert not scored.refused
    return {int(case["grade"].low or 0) for case in scored.possible if isinstance(case["grade"], Interval)}


def test_every_form() -> None:
    flags = ("fever_other_cause", "crs_established", "prior_antipyretic_or_anticytokine", "died_of_crs")
    seen = 0
    for temperature, said, (pressure, running), oxygen in product(
        TEMPERATURES, product([False, True], repeat=len(flags)), PRESSURES, OXYGEN
    ):
        form = {
            "temp_max_c": temperature,
            **dict(zip(flags, said, strict=True)),
            "hypotension": pressure,
            "vasopressors": running,
            **oxygen,
        }
        assert grades(form) == {by_the_table(form)}, form
        seen += 1
    assert seen == 3 * 16 * 9 * 14


ANSWERS: dict[str, list[Any]] = {
    "temp_max_c": [37, 39],
    "fever_other_cause": [False, True],
    "crs_established": [False, True],
    "prior_antipyretic_or_anticytokine": [False, True],
    "hypotension": ["none", "fluids_only", "pressors"],
    "vasopressors": [[], ["vasopressin"], ["norepinephrine", "epinephrine"]],
    "oxygen": ["none", "blow_by", "nasal_cannula", "facemask", "cpap", "ventilation"],
    "flow_l_min": [6, 7],
    "intubation_reason": ["hypoxia", "procedure"],
    "died_of_crs": [False, True],
}


def agree(form: Mapping[str, Any]) -> bool:
    needed: bool = form["hypotension"] == "pressors"
    return needed == bool(form["vasopressors"])


@given(data=st.data())
def test_gaps_leave_exactly_what_some_way_to_fill_them_gives(data: st.DataObject) -> None:
    form = {item: data.draw(st.sampled_from(some), label=item) for item, some in ANSWERS.items()}
    if not agree(form):
        form["vasopressors"] = ["vasopressin"] if form["hypotension"] == "pressors" else []
    hidden = data.draw(st.sets(st.sampled_from(list(ANSWERS)), max_size=5))
    told = {item: said for item, said in form.items() if item not in hidden}
    ways = [told | dict(zip(hidden, way, strict=True)) for way in product(*(ANSWERS[item] for item in hidden))]
    possible = [way for way in ways if agree(way)]
    scored = ASTCT_CRS_2019.score(answers_of(ASTCT_CRS_2019.items, told))
    assert grades(told) == {by_the_table(way) for way in possible}
    assert set(scored.missing) == {item for item in hidden if matters(item, possible)}


def matters(item: str, ways: list[dict[str, Any]]) -> bool:
    """Answer whether two forms that differ in this item alone have different grades."""
    seen: dict[str, set[int]] = {}
    for way in ways:
        others = str({name: said for name, said in way.items() if name != item})
        seen.setdefault(others, set()).add(by_the_table(way))
    return any(len(found) > 1 for found in seen.values())
