"""The course of a CRS: what stands after the first fever, the highest grade, onset, end, and what stays open."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosepath.core.errors import InputError
from dosepath.core.interval import Interval
from dosepath.interop.answers_yaml import answers_of
from dosepath.safety.astct_crs_2019 import ASTCT_CRS_2019
from dosepath.safety.crs_course import Assessment, CrsCourse, grade_course

QUIET = {
    "temp_max_c": 37,
    "fever_other_cause": False,
    "prior_antipyretic_or_anticytokine": False,
    "hypotension": "none",
    "vasopressors": [],
    "oxygen": "none",
    "died_of_crs": False,
}
FEVER = {"temp_max_c": 39}
TREATED = {"prior_antipyretic_or_anticytokine": True}
SHOCK = {"hypotension": "pressors", "vasopressors": ["norepinephrine"]}
WORSE = {"hypotension": "pressors", "vasopressors": ["norepinephrine", "epinephrine"]}


def day(number: int) -> date:
    return date(2026, 3, number)


def seen(at: date, *findings: dict[str, Any], without: tuple[str, ...] = ()) -> Assessment:
    form: dict[str, Any] = dict(QUIET)
    for each in findings:
        form |= each
    told = {item: said for item, said in form.items() if item not in without}
    return Assessment(at, answers_of(ASTCT_CRS_2019.items, told))


def grades(course: CrsCourse) -> list[int | tuple[int, int]]:
    return [short(each.grade) for each in course.assessments]


def short(grade: Interval | None) -> int | tuple[int, int]:
    assert grade is not None
    assert grade.low is not None
    assert grade.high is not None
    return int(grade.low) if grade.exact else (int(grade.low), int(grade.high))


def test_crs_stands_after_the_first_fever_and_needs_no_fever_after_treatment() -> None:
    course = grade_course(
        [
            seen(day(3), FEVER),
            seen(day(4), FEVER, TREATED),
            seen(day(5), SHOCK),
            seen(day(6), WORSE),
            seen(day(7), {"oxygen": "blow_by"}),
            seen(day(8)),
        ]
    )
    assert grades(course) == [1, 1, 3, 4, 2, 0]
    assert short(course.highest) == 4
    assert course.onset == day(3)
    assert course.resolved is None
    assert {each.score.version for each in course.assessments} == {"ASTCT 2019"}


def test_without_treatment_fever_is_still_asked_for() -> None:
    course = grade_course([seen(day(3), FEVER), seen(day(4), SHOCK), seen(day(5), FEVER, SHOCK)])
    assert grades(course) == [1, 0, 3]


def test_shock_before_any_fever_is_no_crs() -> None:
    course = grade_course([seen(day(3), SHOCK, TREATED), seen(day(4), FEVER, SHOCK)])
    assert grades(course) == [0, 3]
    assert course.onset == day(4)


def test_fever_with_another_cause_opens_nothing() -> None:
    course = grade_course([seen(day(3), FEVER, {"fever_other_cause": True}), seen(day(4), SHOCK, TREATED)])
    assert grades(course) == [0, 0]
    assert course.onset is None


def test_treatment_once_said_is_given_for_the_episode() -> None:
    treated = seen(day(4), FEVER, TREATED)
    later = seen(day(5), SHOCK, without=("prior_antipyretic_or_anticytokine",))
    assert grades(grade_course([seen(day(3), FEVER), treated, later])) == [1, 1, 3]


def test_treatment_that_nobody_spoke_of_leaves_the_grade_open() -> None:
    later = seen(day(4), SHOCK, without=("prior_antipyretic_or_anticytokine",))
    course = grade_course([seen(day(3), FEVER), later])
    assert grades(course) == [1, (0, 3)]
    assert short(course.highest) == (1, 3)
    assert course.assessments[1].score.missing == ("prior_antipyretic_or_anticytokine",)


def test_a_missing_temperature_may_have_been_the_first_fever() -> None:
    course = grade_course([seen(day(3), without=("temp_max_c",)), seen(day(4), SHOCK, TREATED)])
    assert grades(course) == [(0, 1), (0, 3)]
    assert course.onset is None


def test_an_assessment_may_say_that_there_was_no_fever_before() -> None:
    first = seen(day(3), without=("temp_max_c",))
    none_before = seen(day(4), {"crs_established": False})
    assert grades(grade_course([first, none_before, seen(day(5), SHOCK, TREATED)])) == [(0, 1), 0, 0]
    feverish = seen(day(4), FEVER, {"crs_established": False})
    assert grades(grade_course([first, feverish, seen(day(5), SHOCK, TREATED)])) == [(0, 1), 1, 3]


def test_what_an_assessment_says_of_earlier_days_is_kept() -> None:
    course = grade_course([seen(day(4), SHOCK, TREATED, {"crs_established": True})])
    assert grades(course) == [3]


def test_an_episode_ends_with_the_first_of_two_quiet_days() -> None:
    course = grade_course([seen(day(3), FEVER), seen(day(4), FEVER, TREATED), seen(day(5)), seen(day(6)), seen(day(7))])
    assert course.resolved == day(5)


def test_one_quiet_day_ends_nothing() -> None:
    assert grade_course([seen(day(3), FEVER, TREATED), seen(day(4))]).resolved is None


def test_quiet_days_with_a_gap_between_them_end_nothing() -> None:
    assert grade_course([seen(day(3), FEVER, TREATED), seen(day(4)), seen(day(6))]).resolved is None


def test_after_the_end_shock_needs_a_new_fever() -> None:
    start = [seen(day(3), FEVER, TREATED), seen(day(4)), seen(day(5))]
    course = grade_course([*start, seen(day(6), SHOCK)])
    assert grades(course) == [1, 0, 0, 0]
    assert course.resolved == day(4)
    again = grade_course([*start, seen(day(6), FEVER), seen(day(7), SHOCK, TREATED)])
    assert grades(again) == [1, 0, 0, 1, 3]
    assert (again.onset, again.resolved) == (day(3), None)


def test_a_fever_in_the_evening_undoes_a_quiet_morning() -> None:
    def at(number: int, hour: int) -> datetime:
        return datetime(2026, 3, number, hour, tzinfo=UTC)

    course = grade_course(
        [
            seen(at(3, 8), FEVER, TREATED),
            seen(at(4, 8)),
            seen(at(5, 8)),
            seen(at(5, 20), SHOCK),
            seen(at(6, 8)),
        ]
    )
    assert grades(course) == [1, 0, 0, 3, 0]
    assert [(on.day, short(grade)) for on, grade in course.days] == [(3, 1), (4, 0), (5, 3), (6, 0)]
    assert course.resolved is None


def test_order_of_the_assessments_does_not_matter() -> None:
    some = [seen(day(3), FEVER), seen(day(4), FEVER, TREATED), seen(day(5), SHOCK)]
    assert grade_course(some) == grade_course(some[::-1])


@pytest.mark.parametrize(("onset", "late"), [(17, False), (18, True)])
def test_a_late_onset_is_flagged(onset: int, late: bool) -> None:
    course = grade_course([seen(day(onset), FEVER)], infusion=day(3))
    assert bool(course.flags) is late


def test_no_assessment() -> None:
    assert grade_course([]) == CrsCourse((), (), None, None, None)


def test_days_and_moments_are_not_mixed() -> None:
    with pytest.raises(InputError, match="mixes days and moments"):
        grade_course([seen(day(3)), seen(datetime(2026, 3, 4, 8, tzinfo=UTC))])


def test_a_moment_has_a_zone() -> None:
    with pytest.raises(InputError, match="no time zone"):
        grade_course([seen(datetime(2026, 3, 4, 8))])  # noqa: DTZ001  # what is refused


FINDINGS = st.fixed_dictionaries(
    {
        "temp_max_c": st.sampled_from([37, 39]),
        "prior_antipyretic_or_anticytokine": st.booleans(),
        "hypotension": st.sampled_from(["none", "fluids_only"]),
        "oxygen": st.sampled_from(["none", "blow_by", "cpap"]),
    }
)


@given(
    some=st.lists(FINDINGS, min_size=1, max_size=6),
    hidden=st.sets(
        st.tuples(
            st.integers(0, 5),
            st.sampled_from(["temp_max_c", "prior_antipyretic_or_anticytokine", "hypotension", "oxygen"]),
        )
    ),
)
def test_a_course_with_gaps_holds_the_whole_one(some: list[dict[str, Any]], hidden: set[tuple[int, str]]) -> None:
    treated = False
    for each in some:  # treatment is said once it was given
        treated = treated or each["prior_antipyretic_or_anticytokine"]
        each["prior_antipyretic_or_anticytokine"] = treated
    whole = grade_course([seen(day(place + 1), each) for place, each in enumerate(some)])
    partial = grade_course(
        [
            seen(day(place + 1), each, without=tuple(item for where, item in hidden if where == place))
            for place, each in enumerate(some)
        ]
    )
    for one, wider in zip(whole.assessments, partial.assessments, strict=True):
        assert one.grade.hull(wider.grade) == wider.grade
    assert whole.highest is not None
    assert partial.highest is not None
    assert whole.highest.hull(partial.highest) == partial.highest
