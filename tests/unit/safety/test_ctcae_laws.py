"""Laws of laboratory grades: what becomes known narrows them, and a worse value is never a milder grade."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dosepath.cli.grade import EDITIONS
from dosepath.safety.ctcae_lab import (
    BASELINE_FLAGS,
    Direction,
    Edition,
    Facts,
    Missing,
    Reading,
    Term,
    facts_with_baseline,
    grade,
)
from dosepath.safety.ctcae_lab_v5 import V5

AMOUNTS = st.integers(0, 4000).map(lambda tenths: Fraction(tenths, 10)) | st.integers(0, 60).map(Fraction)


@st.composite
def known(draw: st.DrawFn, edition: Edition) -> tuple[Term, Facts]:
    """Draw a term with all its numbers and judgements."""
    term = draw(st.sampled_from(list(edition.terms.values())))
    numbers = {name: draw(AMOUNTS) for name in term.numbers}
    flags = {flag: draw(st.booleans()) for flag in term.flags}
    assume(not (flags.get("base_high") and flags.get("base_low")))
    return term, Facts(numbers, flags)


@pytest.mark.parametrize("missing", Missing)
@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("version", sorted(EDITIONS))
@given(data=st.data())
def test_a_full_row_has_one_grade_or_none(
    version: str, reading: Reading, missing: Missing, data: st.DataObject
) -> None:
    term, facts = data.draw(known(EDITIONS[version]))
    assert len(grade(term, facts, missing, reading).possible) <= 1
    assert grade(term, facts, missing, reading).missing == ()


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("version", sorted(EDITIONS))
@given(data=st.data())
def test_what_is_hidden_leaves_the_grade_possible(version: str, reading: Reading, data: st.DataObject) -> None:
    term, facts = data.draw(known(EDITIONS[version]))
    whole = grade(term, facts, Missing.OPEN, reading)
    hidden = data.draw(st.sets(st.sampled_from([*facts.numbers, *facts.flags])))
    kept = replace(
        facts,
        numbers={name: number for name, number in facts.numbers.items() if name not in hidden},
        flags={flag: said for flag, said in facts.flags.items() if flag not in hidden},
    )
    partial = grade(term, kept, Missing.OPEN, reading)
    assert set(whole.possible) <= set(partial.possible)
    assert set(partial.missing) <= hidden
    if len(partial.possible) > 1:
        assert partial.missing


@pytest.mark.parametrize("version", sorted(EDITIONS))
@given(data=st.data())
def test_a_judgement_decides_inside_the_range_that_it_left_open(version: str, data: st.DataObject) -> None:
    term, facts = data.draw(known(EDITIONS[version]))
    judged = [flag for flag in facts.flags if flag not in BASELINE_FLAGS]
    kept = replace(facts, flags={flag: said for flag, said in facts.flags.items() if flag not in judged})
    ranged, decided = grade(term, kept), grade(term, facts)
    worst = grade(term, kept, reading=Reading.ADMIRAL)
    assert set(decided.possible) <= set(ranged.possible)
    if term.name not in {"GGT increased", "Hypertriglyceridemia", "Fibrinogen decreased"}:
        assert worst.possible == ranged.possible[-1:]


@pytest.mark.parametrize("version", sorted(EDITIONS))
@given(data=st.data())
def test_a_worse_value_is_never_a_milder_grade(version: str, data: st.DataObject) -> None:
    term, facts = data.draw(known(EDITIONS[version]))
    assume("value" in facts.numbers)
    other = replace(facts, numbers={**facts.numbers, "value": facts.numbers["value"] + data.draw(AMOUNTS)})
    first, second = grade(term, facts), grade(term, other)
    assume(first.possible and second.possible)
    milder, worse = (second, first) if term.direction is not Direction.HIGH else (first, second)
    assert (worse.low or 0) >= (milder.low or 0)


def test_the_baseline_that_is_described_goes_before_the_limits_of_the_row() -> None:
    term = V5.terms["Alanine aminotransferase increased"]
    numbers = {"value": Fraction(201), "uln": Fraction(40), "base": Fraction(100)}
    assert grade(term, facts_with_baseline(term, numbers, {})).grade == 1
    assert grade(term, facts_with_baseline(term, numbers, {"base_high": False})).grade == 3


def test_a_change_that_is_given_goes_before_one_that_is_computed() -> None:
    term = V5.terms["Weight loss"]
    numbers = {"value": Fraction(72), "base": Fraction(80)}
    assert grade(term, facts_with_baseline(term, numbers, {})).grade == 2
    assert grade(term, facts_with_baseline(term, {**numbers, "pchg": Fraction(-20)}, {})).grade == 3
