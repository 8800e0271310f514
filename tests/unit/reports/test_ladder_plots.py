"""Plots of a running escalation hold the days, grades and probabilities of the ladder."""

from datetime import date

import pytest

from dosepath.core.days import PartialDate
from dosepath.core.errors import InputError
from dosepath.demo.conduct import conduct_text
from dosepath.interop.ladder_text import read_conduct_file
from dosepath.reports.inline_svg import inlined
from dosepath.reports.plots.ladder import (
    event_rows,
    lane_rows,
    mark_rows,
    stretches,
    subject_plot,
    subject_rows,
    swimmer_plot,
    way_rows,
    ways_plot,
)
from dosepath.reports.plots.saving import svg
from dosepath.safety.dlt_finding import DltEvent
from dosepath.safety.dlt_rule import EventType
from dosepath.trial.ladder.conduct import Conduct, conduct
from dosepath.trial.ladder.history import as_of
from dosepath.trial.library import open_trial

FILE = read_conduct_file(conduct_text(), "conduct.yaml", open_trial("NCT06680388"))


def demo_on(day: date) -> Conduct:
    patients, board = as_of(FILE.found.patients, FILE.found.board, day)
    return conduct(patients, board, FILE.settings, FILE.rule, day, "10*6/kg")


CUT = demo_on(date(2026, 10, 2))


def test_there_is_a_lane_for_each_infused_patient_the_highest_level_first() -> None:
    rows = lane_rows(CUT)
    assert [row["patient"].split(" · ")[1] for row in rows][:3] == ["S11", "S12", "S04"]
    assert len(rows) == 12
    by_patient = {row["patient"].split(" · ")[1]: row for row in rows}
    assert (by_patient["S12"]["to"], by_patient["S12"]["label"]) == (11, "pending, day 10")
    assert (by_patient["S05"]["goes_on"], by_patient["S05"]["state"]) == (True, "DLT")


def test_boxes_are_the_worst_event_of_each_day() -> None:
    rows = [row for row in event_rows(CUT) if "S05" in row["patient"]]
    assert [(row["from"], row["to"], row["event"], row["grade"]) for row in rows] == [
        (3, 4, "CRS", 1),
        (4, 6, "CRS", 2),
        (6, 22, "CRS", 3),
        (22, 25, "CRS", 2),
    ]


def test_a_day_known_in_part_is_drawn_as_the_rule_reads_it() -> None:
    february = PartialDate.parse("2027-02")
    event = DltEvent("e1", EventType.CRS, ((PartialDate.parse("2027-01"), 3), (february, 0)))
    assert stretches(event, date(2027, 1, 4), 60) == [(0, 55, 3), (55, 61, 0)]


def test_marks_are_the_days_of_the_record() -> None:
    rows = [row for row in mark_rows(CUT) if "S05" in row["patient"]]
    assert [(row["what"], row["day"]) for row in rows] == [("DLT certain", 20), ("closing visit", 29)]


def test_ways_add_up_and_are_those_of_the_advice() -> None:
    rows = way_rows(CUT)
    for rate in {row["rate"] for row in rows}:
        assert sum(row["probability"] for row in rows if row["rate"] == rate) == pytest.approx(1)
    least = [row for row in rows if row["rate"] == "10 %"]
    assert [(row["then"], round(row["probability"], 2)) for row in least] == [
        ("expand, level 3", 0.99),
        ("end with a level, level 2", 0.01),
    ]


def test_the_events_of_one_patient_have_a_lane_each() -> None:
    standing = next(each for each in CUT.advice.standings if each.patient.id == "S05")
    lanes = {row["patient"] for row in subject_rows(standing, CUT.advice.on)}
    assert lanes == {"S05-1 · CRS", "S05-2 · ICANS", "S05-3 · Alanine aminotransferase increased"}
    assert "S05-2" in svg(subject_plot(standing, CUT.rule, CUT.advice.on))


def test_all_are_drawn_for_a_page_without_style_attributes_but_the_width() -> None:
    for chart in (swimmer_plot(CUT), ways_plot(CUT)):
        drawn, width = inlined(chart, "x", "a & b")
        assert width > 300
        assert str(drawn).count("style=") == 1


def test_nobody_and_no_cohort_are_said() -> None:
    empty = demo_on(date(2025, 11, 24))
    with pytest.raises(InputError, match="nobody was infused"):
        swimmer_plot(empty)
    with pytest.raises(InputError, match="no cohort"):
        ways_plot(Conduct(CUT.advice, CUT.ladder, (), CUT.rates, CUT.unit, CUT.rule))
    standing = next(each for each in CUT.advice.standings if each.patient.id == "S06")
    with pytest.raises(InputError, match="no graded event"):
        subject_plot(standing, CUT.rule, CUT.advice.on)
