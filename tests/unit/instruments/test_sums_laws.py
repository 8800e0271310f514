"""Laws of scores that add up: one more finding never lowers them; small scores equal a sum written on its own."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import chain, combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dosepath.core.instrument import Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.instruments.eular_acr_sle_2019 import DOMAINS
from dosepath.instruments.sjogren_acr_eular_2016 import ENTRY, EXCLUSIONS, SCORED
from tests.unit.instruments.case_files import instrument

MODIFIERS = {"first_assessment", "all_persistent", "scleritis_only", "red_cell_casts_addendum"}
BANDS = ("creatinine_125_249", "creatinine_250_499", "creatinine_ge_500")


def bounds(scored: Score, field: str) -> tuple[Fraction, Fraction]:
    found = scored.value(field)
    assert isinstance(found, Interval)
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def subsets(names: Iterable[str]) -> Iterable[tuple[str, ...]]:
    every = tuple(names)
    return chain.from_iterable(combinations(every, size) for size in range(len(every) + 1))


@given(st.data())
def test_one_more_finding_of_lupus_never_lowers_the_total(data: st.DataObject) -> None:
    scale = instrument("sledai_2k")
    items = sorted(scale.items)
    form = {item: data.draw(st.sampled_from([True, False, None])) for item in items}
    added = data.draw(st.sampled_from(items))
    assume(form[added] is not True)
    before = scale.score({item: said for item, said in form.items() if said is not None})
    after = scale.score({**{item: said for item, said in form.items() if said is not None}, added: True})
    for field in ("total", "clinical"):
        assert bounds(after, field)[0] >= bounds(before, field)[0]
        if form[added] is False:
            assert bounds(after, field)[1] >= bounds(before, field)[1]


@given(st.data())
def test_one_more_finding_of_vasculitis_never_lowers_the_total(data: st.DataObject) -> None:
    scale = instrument("bvas_v3")
    signs = sorted(item for item in scale.items if item not in MODIFIERS | set(BANDS))
    ticked = data.draw(st.sets(st.sampled_from(signs)))
    added = data.draw(st.sampled_from(signs))
    column = data.draw(st.sampled_from([{"first_assessment": True}, {"first_assessment": False}]))
    rest = dict.fromkeys((*signs, *BANDS, *MODIFIERS), False)
    before = scale.score({**rest, **dict.fromkeys(ticked, True), **column})
    after = scale.score({**rest, **dict.fromkeys(ticked | {added}, True), **column})
    assume(not before.refused and not after.refused)
    assert bounds(after, "total") >= bounds(before, "total")


@given(st.data())
def test_a_higher_level_of_a_domain_never_lowers_the_score(data: st.DataObject) -> None:
    scale = instrument("essdai")
    domains = sorted(scale.items)
    levels = {domain: data.draw(st.sampled_from([0, 2])) for domain in domains}
    raised = data.draw(st.sampled_from(domains))
    low = {domain: Quantity(Fraction(level), "1") for domain, level in levels.items()}
    before = scale.score({**low, raised: Quantity(Fraction(0), "1")})
    after = scale.score({**low, raised: Quantity(Fraction(2), "1")})
    for field in ("total", "total_8_domains", "clinessdai"):
        assert bounds(after, field) >= bounds(before, field)


@pytest.mark.parametrize("place", range(len(DOMAINS)))
def test_only_the_heaviest_criterion_of_a_domain_of_lupus_counts(place: int) -> None:
    scale = instrument("eular_acr_sle_2019")
    absent = dict.fromkeys(scale.items, False) | {"ana": True}
    points = {row.id: row.points for row in DOMAINS[place].criteria}
    for present in subsets(points):
        found = scale.score({**absent, **dict.fromkeys(present, True)})
        wanted = Fraction(max((points[name] for name in present), default=0))
        assert bounds(found, "score") == (wanted, wanted)
        classified = DOMAINS[place].clinical and wanted >= 10  # nephritis of class III or IV alone
        assert found.value("classified") == ("true" if classified else "false")


def test_domains_of_lupus_add_up_and_need_a_clinical_one() -> None:
    scale = instrument("eular_acr_sle_2019")
    heaviest = [(max(domain.criteria, key=lambda row: row.points), domain.clinical) for domain in DOMAINS]
    absent: Mapping[str, bool] = dict.fromkeys(scale.items, False) | {"ana": True}
    for places in subsets(map(str, range(len(heaviest)))):
        chosen = [heaviest[int(place)] for place in places]
        found = scale.score({**absent, **{row.id: True for row, _ in chosen}})
        total = Fraction(sum(row.points for row, _ in chosen))
        assert bounds(found, "score") == (total, total)
        classified = total >= 10 and any(clinical for _, clinical in chosen)
        assert found.value("classified") == ("true" if classified else "false")


def test_sjogren_for_every_set_of_items_entry_and_exclusion() -> None:
    scale = instrument("sjogren_acr_eular_2016")
    absent = dict.fromkeys(scale.items, False)
    entries: list[str | None] = [None, *ENTRY]
    for entry in entries:
        for exclusion in [None, *EXCLUSIONS]:
            for present in subsets(row.id for row in SCORED):
                said = {name: True for name in (*present, entry, exclusion) if name is not None}
                found = scale.score({**absent, **said})
                total = sum(row.points for row in SCORED if row.id in present)
                classified = entry is not None and exclusion is None and total >= 4
                assert found.value("classified") == ("true" if classified else "false"), said
