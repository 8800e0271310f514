"""Platelets and B cells over time, found a second time on strings of days and samples."""

import re
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.safety.bcell_igg import aplasia
from dosepath.safety.t_icaht import early_grade, late_grade

PLATELETS = st.sampled_from([5, 19, 20, 21, 49, 50, 51, 99, 100, 150])


def days_below(counts: dict[int, int], limit: int) -> int:
    """Count the L on a line of days, with H and HH between two L made L."""
    days = sorted(counts)
    line = ""
    for day in range(days[0], days[-1] + 1):
        before = max(known for known in days if known <= day)
        after = min(known for known in days if known >= day)
        if after - before > 8:
            line += "H"
            continue
        share = Fraction(day - before, after - before) if after > before else Fraction(0)
        line += "L" if counts[before] + (counts[after] - counts[before]) * share < limit else "H"
    return re.sub(r"(?<=L)H{1,2}(?=L)", lambda gap: "L" * len(gap[0]), line).count("L")


def exact(counts: dict[int, int]) -> dict[int, Fraction]:
    return {day: Fraction(count) for day, count in sorted(counts.items())}


@settings(max_examples=300)
@given(counts=st.dictionaries(st.integers(0, 30), PLATELETS, min_size=1, max_size=31))
def test_early_platelets(counts: dict[int, int]) -> None:
    below_50, below_20 = days_below(counts, 50), days_below(counts, 20)
    by_20 = 4 if below_20 >= 14 else 3 if below_20 else 0
    by_50 = 2 if below_50 >= 7 else 1 if below_50 else 0
    assert early_grade(exact(counts)) == max(by_20, by_50)


@settings(max_examples=300)
@given(counts=st.dictionaries(st.integers(31, 100), PLATELETS, min_size=1, max_size=40))
def test_late_platelets(counts: dict[int, int]) -> None:
    below_20 = days_below(counts, 20)
    grade = 4 if below_20 >= 14 else 3 if below_20 else 2 if min(counts.values()) < 50 else 1
    lasting = len(counts) == 1 or sorted(counts.values())[1] < 100
    assert late_grade(exact(counts)) == (grade if lasting and min(counts.values()) < 100 else 0)


@settings(max_examples=300)
@given(samples=st.dictionaries(st.integers(-10, 60), st.booleans(), max_size=12))
def test_aplasia(samples: dict[int, bool]) -> None:
    ordered = sorted(samples.items())
    after = [day for day, _ in ordered if day > 0]
    line = "".join("L" if samples[day] else "H" for day in after)
    found = aplasia(ordered)
    if "L" not in line:
        assert found is None
        return
    assert found is not None
    start = line.index("L")
    back = line.find("HH", start)
    assert found.start == after[start]
    assert found.reconstitution == (after[back] if back >= 0 else None)
    assert found.censored is (back < 0)
    assert found.days == (after[back] if back >= 0 else after[-1]) - after[start]
