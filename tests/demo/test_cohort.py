"""The cohort as a whole: the same again from one seed, the counts, every limit met, days counted from screening."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from dosepath.core.errors import InputError
from dosepath.demo import Cohort, make_cohort, write_cohort
from dosepath.demo.plan import PLAN
from dosepath.demo.variation import ALL_ARMS, OUTCOMES, combined
from dosepath.demo.variations import VARIATIONS

ON = date(2026, 6, 1)
# After 400 years the calendar repeats itself to the day, so every date must move by exactly that.
MUCH_LATER = date(2426, 6, 1)
DATED = re.compile(r"(birthDate|start|end|authored|authoredOn|valueDate|[a-z]+DateTime)$")

LIMITS = tuple(yaml.safe_load((Path(__file__).parent / "limits.yaml").read_text(encoding="utf-8"))["limits"])


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return make_cohort(seed=1, on=ON)


def days(value: object, key: str = "") -> Iterator[str]:
    """Give every date of a record, in the order in which they stand."""
    match value:
        case dict():
            for name, item in value.items():
                yield from days(item, name)
        case list():
            for item in value:
                yield from days(item, key)
        case str() if DATED.match(key):
            yield value


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    write_cohort(make_cohort(seed=7), tmp_path / "one")
    write_cohort(make_cohort(seed=7), tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_another_seed_makes_other_people_who_show_the_same(cohort: Cohort) -> None:
    other = make_cohort(seed=2, on=ON)
    assert all(a.bundle != b.bundle for a, b in zip(cohort.patients, other.patients, strict=True))
    assert [(one.id, one.variations) for one in cohort.patients] == [(one.id, one.variations) for one in other.patients]


def test_a_person_does_not_depend_on_how_many_there_are(cohort: Cohort) -> None:
    assert make_cohort(seed=1, patients=20, on=ON).patients == cohort.patients[:20]


def test_fifteen_of_each_arm_and_five_of_each_outcome(cohort: Cohort) -> None:
    assert Counter((one.arm, one.intended) for one in cohort.patients) == {
        (arm, outcome): 5 for arm in ALL_ARMS for outcome in OUTCOMES
    }


def test_nobody_is_not_a_cohort() -> None:
    with pytest.raises(InputError, match="ask for 1 or more"):
        make_cohort(seed=1, patients=0)


@pytest.mark.parametrize("limit", LIMITS)
def test_every_limit_has_people_on_it_and_on_both_sides(cohort: Cohort, limit: str) -> None:
    carried = [one for person in cohort.patients for one in person.variations]
    assert any(limit in one.on for one in carried)
    assert any(limit in one.inside for one in carried)
    assert any(limit in one.outside for one in carried)


def test_the_list_of_limits_is_complete() -> None:
    named = {aim for one in VARIATIONS.values() for aim in (*one.on, *one.inside, *one.outside)}
    assert named == set(LIMITS)


def test_every_variation_is_somewhere_in_the_plan() -> None:
    planned = {name for arm in PLAN.values() for rows in arm.values() for row in rows for name in row}
    assert planned == set(VARIATIONS)


@pytest.mark.parametrize("arm", ALL_ARMS)
def test_rows_of_the_plan_fit_their_arm_and_outcome(arm: str) -> None:
    for outcome, rows in PLAN[arm].items():  # type: ignore[index]  # the parameter of a test is a plain text
        for row in rows:
            variations = tuple(VARIATIONS[name] for name in row)
            assert all(arm in one.arms for one in variations), row
            assert combined(variations) == outcome, row


def test_one_person_is_asked_to_be_only_one_sex_and_age() -> None:
    for rows in (rows for arm in PLAN.values() for rows in arm.values()):
        for row in rows:
            variations = [VARIATIONS[name] for name in row]
            assert len({one.sex for one in variations if one.sex}) <= 1, row
            assert len({one.birth for one in variations if one.birth}) <= 1, row


def test_every_day_is_counted_from_screening(cohort: Cohort) -> None:
    moved = make_cohort(seed=1, on=MUCH_LATER)
    for before, after in zip(cohort.patients, moved.patients, strict=True):
        assert list(days(after.bundle)) == [f"{int(day[:4]) + 400}{day[4:]}" for day in days(before.bundle)]
        assert after.screening == MUCH_LATER
        assert (before.consent is None) == (after.consent is None)
        if before.consent and after.consent:
            assert after.consent == before.consent.replace(year=before.consent.year + 400)


@pytest.mark.parametrize("on", [date(2026, 7, 1), date(2026, 8, 31), date(2028, 2, 29), date(2025, 12, 31)])
def test_a_cohort_can_be_made_for_any_day(on: date) -> None:
    for one in make_cohort(seed=3, on=on).patients:
        later = [day for day in days(one.bundle) if day[:10] > on.isoformat()]
        assert bool(later) == any(variation.id == "data-after-screening" for variation in one.variations), one.id


def test_anchors_are_what_a_site_would_enter(cohort: Cohort, tmp_path: Path) -> None:
    write_cohort(cohort, tmp_path)
    anchors = yaml.safe_load((tmp_path / "anchors.yaml").read_text(encoding="utf-8"))
    assert list(anchors) == ["patients"]
    assert list(anchors["patients"]) == [one.id for one in cohort.patients]
    for one in cohort.patients:
        assert anchors["patients"][one.id] == {
            "arm": one.arm,
            "consent": one.consent,
            "screening": ON,
            "apheresis": None,
            "lymphodepletion": None,
            "infusion": None,
            "sources_complete": list(one.sources_complete),
        }


def test_some_of_the_undecided_are_so_for_an_incomplete_table(cohort: Cohort) -> None:
    missing = {
        table
        for one in cohort.patients
        for table in ("conditions", "procedures", "medications", "family_history")
        if table not in one.sources_complete
    }
    assert missing == {"conditions", "procedures", "medications", "family_history"}
    assert all(one.intended == "undecided" for one in cohort.patients if len(one.sources_complete) < 6)


def test_labels_say_what_each_person_is_meant_to_show(cohort: Cohort, tmp_path: Path) -> None:
    write_cohort(cohort, tmp_path)
    labels = yaml.safe_load((tmp_path / "labels.yaml").read_text(encoding="utf-8"))
    assert (labels["seed"], labels["screening"]) == (1, ON)
    for one in cohort.patients:
        label = labels["patients"][one.id]
        assert (label["arm"], label["overall"]) == (one.arm, one.intended)
        assert label["labels"] == [variation.label for variation in one.variations]
        assert label["criteria"]
        assert "@" not in "".join(label["criteria"])


def test_criteria_aimed_at_are_those_of_the_trial(shared_reference: Path) -> None:
    text = (shared_reference / "reference" / "criteria.yaml").read_text(encoding="utf-8")
    known = set(re.findall(r"\bid: ([IE][0-9][0-9A-Za-z.]*)", text))
    aimed = {criterion for one in VARIATIONS.values() for criterion in one.criteria}
    assert aimed <= known


def test_data_of_poor_quality_is_among_them(cohort: Cohort) -> None:
    troubles = {one.id for person in cohort.patients for one in person.variations if one.id.startswith("data-")}
    assert troubles >= {"data-unknown-unit", "data-entered-in-error", "data-after-screening"}
