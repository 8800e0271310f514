"""The DLT sheet says what the verdict says, clause by clause; grades have a line in the scale that is named."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from dosepath.core.verdict import Verdict
from dosepath.safety.dlt import judge_dlt
from dosepath.safety.dlt_finding import ClauseAnswer, DltEvent, DltHistory, DltState, Exit, ExitReason, Ground
from dosepath.safety.dlt_rule import EventType, Relatedness
from dosepath.safety.dlt_sheet import dlt_sheet
from dosepath.safety.grade_lines import grade_line
from tests.unit.safety.dlt_histories import history_of, on_day, patient_at_random, rule_of

RULE = rule_of({})
RANDOM_PATIENTS = 1500


def crs(*grades: tuple[int, int]) -> DltEvent:
    return DltEvent("e1", EventType.CRS, tuple((on_day(day), grade) for day, grade in grades))


def ae(*grades: tuple[int, int], related: Relatedness = Relatedness.RELATED, part_of: str = "") -> DltEvent:
    dated = tuple((on_day(day), grade) for day, grade in grades)
    return DltEvent("e1", EventType.AE, dated, "Colitis", related, part_of)


def history(*events: DltEvent, visit: int | None = None, left: Exit | None = None) -> DltHistory:
    closing = None if visit is None else on_day(visit)
    return DltHistory(on_day(0), Decimal(1), closing, left, events)


def sheet(found: DltHistory, day: int) -> dict[str, tuple[str, date | None]]:
    return {row.clause: (row.verdict.value, row.day) for row in dlt_sheet(found, RULE, on_day(day))}


def answers(found: DltHistory, day: int) -> list[ClauseAnswer]:
    return [each for row in dlt_sheet(found, RULE, on_day(day)) for each in row.answers]


@pytest.mark.parametrize("switches", [False, True])
def test_answers_are_those_of_the_verdict(switches: bool) -> None:
    random = Random(20261125)
    seen = set()
    for _ in range(RANDOM_PATIENTS):
        patient = patient_at_random(random, switches=switches)
        rule, found, on = rule_of(patient.readings), history_of(patient), on_day(patient.cut)
        finding = judge_dlt(found, rule, on)
        rows = dlt_sheet(found, rule, on)
        said = [each for row in rows for each in row.answers]
        met = {(each.clause, each.event) for each in said if each.verdict is Verdict.MET}
        still_open = {(each.clause, each.event) for each in said if each.verdict is Verdict.UNKNOWN}
        if patient.readings.get("unresolved_at_exit") != "dlt":
            assert met == {(each.clause, each.event) for each in finding.met}
        assert met <= {(each.clause, each.event) for each in finding.met}
        if finding.state is not DltState.DLT:
            undecided = {(each.clause, each.event) for each in finding.undecided}
            assert undecided <= still_open
            asked = {question.event for question in finding.questions}
            assert {event for _clause, event in still_open - undecided} <= asked
        assert [row.clause for row in rows] == [*(clause.id for clause in rule.clauses), rule.fatal.id]
        if finding.state is DltState.NO_DLT:
            assert {row.verdict for row in rows} == {Verdict.NOT_MET}
        seen.add((finding.state, bool(still_open)))
    assert {state for state, _ in seen} == set(DltState)


@pytest.mark.parametrize(
    ("found", "day", "clause", "verdict", "decided"),
    [
        (history(), 10, "crs_3", "unknown", 28),
        (history(), 29, "crs_3", "unknown", 30),
        (history(), 31, "crs_3", "not_met", 31),
        (history(visit=29), 29, "crs_3", "not_met", 29),
        (history(crs((5, 3))), 10, "crs_3", "unknown", 28),
        (history(crs((20, 3))), 28, "crs_3", "unknown", 34),
        (history(crs((5, 3))), 19, "crs_3", "met", 19),
        (history(crs((5, 3), (19, 2))), 40, "crs_3", "not_met", 31),
        (history(crs((5, 4))), 6, "crs_4", "met", 5),
        (history(ae((5, 3), related=Relatedness.UNKNOWN)), 40, "ae_3", "unknown", None),
        (history(left=Exit(on_day(12), ExitReason.LOST)), 20, "crs_3", "unknown", None),
        (history(left=Exit(on_day(28), ExitReason.LOST)), 30, "crs_3", "not_met", 28),
    ],
)
def test_a_clause_and_the_day_that_decides(
    found: DltHistory, day: int, clause: str, verdict: str, decided: int | None
) -> None:
    assert sheet(found, day)[clause] == (verdict, None if decided is None else on_day(decided))


@pytest.mark.parametrize(
    ("event", "clause", "ground"),
    [
        (crs((5, 2)), "crs_3", Ground.BELOW_GRADE),
        (crs((5, 3), (8, 0)), "crs_3", Ground.TOO_SHORT),
        (crs((35, 3)), "crs_3", Ground.OUTSIDE_WINDOW),
        (crs((5, 4), (8, 0)), "crs_4", Ground.MET),
        (crs((38, 3)), "crs_4", Ground.BELOW_GRADE),
        (crs((20, 3)), "crs_3", Ground.MET),
        (crs((31, 3)), "crs_3", Ground.RUNS_ON),
        (ae((5, 3), related=Relatedness.NOT_RELATED), "ae_3", Ground.NOT_RELATED),
        (ae((5, 3), part_of="CRS"), "ae_3", Ground.PART_OF_SYNDROME),
        (ae((5, 3), related=Relatedness.UNKNOWN), "ae_3", Ground.RELATEDNESS_MISSING),
    ],
)
def test_grounds(event: DltEvent, clause: str, ground: Ground) -> None:
    found = {each.clause: each for each in answers(history(event), 40)}
    assert found[clause].ground is ground


def test_a_run_is_given_with_its_days() -> None:
    found = {each.clause: each for each in answers(history(crs((5, 3), (8, 0))), 40)}
    assert (found["crs_3"].start, found["crs_3"].end) == (on_day(5), on_day(8))


def test_nobody_has_a_sheet_before_the_infusion() -> None:
    assert dlt_sheet(DltHistory(None, Decimal(1)), RULE, on_day(3)) == ()
    assert dlt_sheet(history(), RULE, on_day(-1)) == ()


# Lines of grades ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "event", "term", "grade", "words"),
    [
        ("astct_crs_2019", EventType.CRS, "", 3, "one vasopressor"),
        ("astct_crs_2019", EventType.CRS, "", 4, "positive pressure"),
        ("ice_icans_2019", EventType.ICANS, "", 4, "cannot be roused"),
        ("agvhd_magic", EventType.GVHD, "", 3, "stage 2 or 3"),
        ("agvhd_modified_glucksberg", EventType.GVHD, "", 3, "gut stage 2 to 4"),
        ("ctcae_v5", EventType.AE, "Colitis", 3, "peritoneal"),
        ("ctcae_v5", EventType.AE, "platelet count decreased", 3, "< 50"),
        ("ctcae_v5", EventType.CRS, "", 3, "one pressor"),
    ],
)
def test_a_grade_has_its_line(scale: str, event: EventType, term: str, grade: int, words: str) -> None:
    found = grade_line(scale, event, term, grade)
    assert found is not None
    assert words in found.text
    assert found.source


@pytest.mark.parametrize(("term", "grade"), [("Colitis", 0), ("Colitis", None), ("", 3), ("No such term", 3)])
def test_what_the_scale_does_not_have_has_no_line(term: str, grade: int | None) -> None:
    assert grade_line("ctcae_v5", EventType.AE, term, grade) is None


def test_every_scale_of_the_rule_has_lines_for_all_grades() -> None:
    for event, scale in RULE.scales.items():
        term = "Colitis" if event is EventType.AE else ""
        assert all(grade_line(scale, event, term, grade) for grade in range(1, 6)), scale
