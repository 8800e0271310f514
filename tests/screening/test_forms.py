"""Scores from the items of a form stand where results may be entered: now, earlier, and beside an entered result."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

import pytest

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Fact, PatientRecord, Value
from dosepath.core.quantity import Quantity
from dosepath.eligibility.report import Finding
from dosepath.eligibility.screening import Occasion, screen
from dosepath.protocol.model import GateName
from dosepath.trial.catalog import catalog
from tests.screening.case_files import trial

ON = date(2026, 6, 1)


def at(days: int) -> Period:
    return Period.at(PartialDate.on(ON + timedelta(days)))


def form(instrument: str, days: int, answers: Mapping[str, Value]) -> list[Fact]:
    return [Fact(f"{instrument}.{item}", at(days), f"Form/{days}", said) for item, said in answers.items()]


def number(value: str, unit: str = "1") -> Quantity:
    return Quantity(Fraction(value), unit)


def skin(days: int, total: int, *, without: str = "") -> list[Fact]:
    """Give a skin score with a total, from the first sites on."""
    sites = [item for item in catalog().instruments["mrss"].items if item != "previous"]
    answers: dict[str, Value] = {}
    left = total
    for site in sites:
        answers[site] = number(str(min(3, left)))
        left -= min(3, left)
    return form("mrss", days, {site: said for site, said in answers.items() if site != without})


def found(identity: str, arm: str, facts: list[Fact]) -> Finding:
    report = screen(PatientRecord("one", tuple(facts)), trial(), arm, Occasion(ON), (GateName.SCREENING,))
    return report.gates[GateName.SCREENING].findings[identity]


@pytest.mark.parametrize(
    ("then", "now", "verdict"), [(20, 22, "met"), (20, 21, "not_met"), (10, 11, "met"), (11, 12, "not_met")]
)
def test_progress_of_the_skin_is_judged_from_two_forms(then: int, now: int, verdict: str) -> None:
    assert found("I02.2.e.1", "dcSSc", [*skin(-100, then), *skin(-3, now)]).verdict.value == verdict


def test_progress_from_an_entered_total_to_a_form() -> None:
    earlier = Fact("mrss_total", at(-100), "Observation/1", number("20"))
    assert found("I02.2.e.1", "dcSSc", [earlier, *skin(-3, 22)]).verdict.value == "met"
    assert found("I02.2.e.1", "dcSSc", [earlier, *skin(-3, 21)]).verdict.value == "not_met"


def test_a_site_that_was_not_scored_leaves_progress_open() -> None:
    facts = [*skin(-100, 20), *skin(-3, 21, without="foot_l")]
    assert found("I02.2.e.1", "dcSSc", facts).verdict.value == "unknown"
    decided = [*skin(-100, 20), *skin(-3, 22, without="foot_l")]
    assert found("I02.2.e.1", "dcSSc", decided).verdict.value == "met"


@pytest.mark.parametrize(("volume", "verdict"), [("0.05", "met"), ("0.049", "not_met")])
def test_flow_of_saliva_is_judged_from_volume_and_time(volume: str, verdict: str) -> None:
    answers = {"unstimulated_volume": number(volume, "mL"), "unstimulated_minutes": number("5", "min")}
    assert found("I02.5.c.2", "SS", form("salivary_flow", -3, answers)).verdict.value == verdict


def test_a_form_and_an_entered_result_that_do_not_agree_are_reported() -> None:
    answers: dict[str, Value] = dict.fromkeys(catalog().instruments["sledai_2k"].items, False)
    items = form("sledai_2k", -3, {**answers, "arthritis": True, "rash": True, "fever": True, "seizure": True})
    entered = Fact("sledai_2k_total", at(-3), "Observation/9", number("4"))
    finding = found("I02.1.c.1", "SLE", [*items, entered])
    assert finding.verdict.value == "met"
    assert any("Observation/9 says 4" in note for note in finding.evidence.notes)
