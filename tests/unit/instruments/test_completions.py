"""What a form with gaps gives holds every form that fills the gaps, and nothing else where few are open."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dosepath.core.facts import Value
from dosepath.core.instrument import YES_OR_NO, FieldValue, Item
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.instruments.iim_subgroups import OF_THE_TREE
from tests.unit.instruments.case_files import ENUMERATED, instrument

Form = Mapping[str, Value]

MOST_COMPLETIONS = 300

AGES = ("age_lt_18", "age_18_39", "age_ge_40")
BANDS = ("creatinine_125_249", "creatinine_250_499", "creatinine_ge_500")
RARE = {
    "bvas_v3": ("all_persistent", "scleritis_only", *BANDS),
    "iim_eular_acr_2017": ("ck_raised", "bx_necrosis"),
    "acr_eular_ssc_2013": ("skin_thickening_spares_fingers", "better_explanation"),
}
"""Answers that contradict most random forms: no, unless drawn on purpose."""

TELLING = {
    "bvas_v3": ("all_persistent", "scleritis_episcleritis", "scleritis_only", "purpura", *BANDS),
    "iim_eular_acr_2017": ("biopsy_read", "enzymes", "bx_rimmed", *OF_THE_TREE),
}
"""Items that are hidden more often than by chance, for they decide about others."""

ON_TRUST = {"acr_eular_ssc_2013": {"skin_thickening_spares_fingers", "better_explanation"}}
"""Items that are taken to be absent where they are left out: the one exception, see the module of the instrument."""


def alternatives(item: Item) -> tuple[Value, ...]:
    if item.choices == YES_OR_NO:
        return False, True
    return item.choices or tuple(
        Quantity(Fraction(number), "1") for number in range(int(item.low or 0), int(item.high or 0) + 1)
    )


@st.composite
def whole_forms(draw: Any, name: str) -> Form:
    """Draw a form with an answer to every item, without contradictions."""
    items = instrument(name).items
    form: dict[str, Value] = {item: draw(st.sampled_from(alternatives(each))) for item, each in items.items()}
    if not draw(st.booleans()):
        form |= dict.fromkeys(RARE.get(name, ()), False)
    if name == "iim_eular_acr_2017":
        age = draw(st.sampled_from(AGES))
        form |= {each: each == age for each in AGES}
    if name == "bvas_v3":
        if draw(st.booleans()):
            quiet = (item for item in items if item not in ("purpura", "fever", "all_persistent", "scleritis_only"))
            form |= {**dict.fromkeys(quiet, False), "scleritis_episcleritis": form["scleritis_only"]}
        band = draw(st.sampled_from(BANDS))
        form |= {each: form[each] is True and each == band for each in BANDS}
    assume(not instrument(name).score(form).refused)
    return form


def completions(
    name: str, form: Form, hidden: list[str]
) -> Iterator[tuple[tuple[Value, ...], Mapping[str, FieldValue]]]:
    """Fill the gaps in every way that does not contradict itself; give what was filled in and the one case."""
    scored = instrument(name)
    for filled in product(*(alternatives(scored.items[item]) for item in hidden)):
        found = scored.score({**form, **dict(zip(hidden, filled, strict=True))})
        if not found.refused:
            (case,) = found.possible
            yield filled, case


def inside(case: Mapping[str, FieldValue], wider: Mapping[str, FieldValue]) -> bool:
    """Answer whether a case is among others; a field that is absent there is not known."""
    return set(wider) <= set(case) and all(_within(case[field], value) for field, value in wider.items())


def _within(value: FieldValue, wider: FieldValue) -> bool:
    if isinstance(value, Interval) and isinstance(wider, Interval):
        return value.hull(wider) == wider
    return value == wider


def hulls(cases: list[Mapping[str, FieldValue]]) -> dict[str, Interval]:
    """Give the bounds of every number over some cases."""
    found: dict[str, Interval] = {}
    for case in cases:
        for field, value in case.items():
            if isinstance(value, Interval):
                found[field] = found[field].hull(value) if field in found else value
    return found


@pytest.mark.parametrize("name", ENUMERATED)
@given(data=st.data())
def test_every_completion_is_among_the_cases(name: str, data: st.DataObject) -> None:
    form = data.draw(whole_forms(name))
    (case,) = instrument(name).score(form).possible
    assert not instrument(name).score(form).missing
    asked = [item for item in form if item not in ON_TRUST.get(name, ())]
    hidden = data.draw(st.sets(st.sampled_from(asked)))
    partial = instrument(name).score({item: answer for item, answer in form.items() if item not in hidden})
    assert any(inside(case, wider) for wider in partial.possible)
    assert set(partial.missing) <= hidden
    assert partial.refused == ()


@pytest.mark.parametrize("name", ENUMERATED)
@settings(max_examples=40)
@given(data=st.data())
def test_cases_and_open_items_are_exact_where_few_are_open(name: str, data: st.DataObject) -> None:
    whole = data.draw(whole_forms(name))
    asked = [item for item in whole if item not in ON_TRUST.get(name, ())]
    hidden: list[str] = []
    ways = 1
    hideable = st.sampled_from(asked) | st.sampled_from(TELLING.get(name, asked))
    for item in data.draw(st.lists(hideable, max_size=6, unique=True)):
        ways *= len(alternatives(instrument(name).items[item]))
        if ways <= MOST_COMPLETIONS:
            hidden.append(item)
    form = {item: answer for item, answer in whole.items() if item not in hidden}
    partial = instrument(name).score(form)
    filled = dict(completions(name, form, hidden))
    found = list(filled.values())
    assert len(partial.possible) <= 1500
    if all(not isinstance(value, Interval) or value.exact for case in partial.possible for value in case.values()):
        assert all(case in found for case in partial.possible)
    else:
        assert hulls(list(partial.possible)) == hulls(found)
    for place, item in enumerate(hidden):
        if item not in AGES:  # one age excludes the others, so no two completions differ in one of them
            assert (item in partial.missing) == _matters(filled, place), item


def _matters(filled: Mapping[tuple[Value, ...], Mapping[str, FieldValue]], place: int) -> bool:
    """Answer whether two completions that differ in one item differ in the result."""
    by_rest: dict[tuple[Value, ...], list[Mapping[str, FieldValue]]] = {}
    for values, case in filled.items():
        by_rest.setdefault(values[:place] + values[place + 1 :], []).append(case)
    return any(case != cases[0] for cases in by_rest.values() for case in cases)
