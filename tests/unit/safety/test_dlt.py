"""The DLT rule: own cases, laws, and agreement with a checker that walks day by day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from dosepath.cli.verify import reference
from dosepath.core.days import PartialDate
from dosepath.core.errors import DosepathError, InputError
from dosepath.interop.answers_yaml import load_exact
from dosepath.safety import dlt_finding as product
from dosepath.safety.dlt import judge_dlt
from dosepath.safety.dlt_finding import DltEvent, DltHistory, DltState
from dosepath.safety.dlt_rule import READINGS, Dips, EventType, Readings, Relatedness, dlt_rule
from dosepath.trial.library import open_trial
from tests.unit.safety.day_by_day import Checker, Event, Patient
from tests.unit.safety.dlt_histories import (
    INFUSION,
    NAMES,
    OPTIONS,
    event_at_random,
    history_of,
    judged,
    on_day,
    patient_at_random,
    rule_of,
)

FILE = Path(__file__).parents[2] / "cases" / "safety" / "dlt.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["cases"]


def patient_of(raw: dict[str, Any]) -> Patient:
    def event(number: int, given: dict[str, Any]) -> Event:
        return Event(
            id=f"e{number}",
            type=given["type"],
            grades=tuple((day, grade) for day, grade in given["grades"]),
            related=given.get("related", "unknown"),
            part_of=given.get("part_of", ""),
            term=given.get("term", ""),
            skin_only=tuple((day, only) for day, only in given.get("skin_only", ())),
            treated_from=given.get("treated_from"),
        )

    left = raw.get("exit")
    return Patient(
        events=tuple(event(number, given) for number, given in enumerate(raw.get("events", ()), 1)),
        cut=raw.get("cut", 28),
        dose=raw.get("dose", 1) or 1,
        visit=raw.get("visit", 28),
        exit=left and (left["day"], left["reason"], left.get("related", "unknown"), tuple(left.get("due_to", ()))),
        readings=raw.get("readings", {}),
    )


def found_in(raw: dict[str, Any]) -> product.DltFinding:
    patient = patient_of(raw)
    history = history_of(patient)
    if not raw.get("infused", True):
        history = replace(history, infusion=None)
    if "dose" in raw and raw["dose"] is None:
        history = replace(history, dose_fraction=None)
    return judge_dlt(history, rule_of(patient.readings), on_day(patient.cut))


def study_day(day: date | None) -> int | None:
    return None if day is None else (day - INFUSION).days


@pytest.mark.parametrize("raw", CASES, ids=[case["name"] for case in CASES])
def test_own_cases(raw: dict[str, Any]) -> None:
    found = found_in(raw)
    got = {
        "state": found.state.value,
        "clause": found.first.clause if found.first else None,
        "known_on": study_day(found.known_on),
        "start": study_day(found.first.start) if found.first else None,
        "end": study_day(found.first.end) if found.first else None,
        "decides_by": study_day(found.decides_by),
        "final_on": study_day(found.final_on),
        "flags": sorted(flag.id for flag in found.flags),
    }
    assert {key: got[key] for key in raw["expect"]} == raw["expect"]


@pytest.mark.parametrize("raw", [case for case in CASES if case.get("infused", True) and case.get("dose", 1)])
def test_the_day_by_day_checker_gives_the_own_cases_the_same_verdict(raw: dict[str, Any]) -> None:
    patient = patient_of(raw)
    if patient.visit is None or patient.visit <= 31:
        assert Checker(patient).answer().state == raw["expect"]["state"]


def test_names_of_cases_are_told_apart() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)


# The product and the checker ------------------------------------------------------------------------------------------


def agree(seed: int) -> None:
    patient = patient_at_random(Random(seed), switches=bool(seed % 2))
    wanted, found = Checker(patient).answer(), judged(patient)
    clause = found.first.clause if found.first and wanted.clause else None
    got = (found.state.value, clause, study_day(found.known_on), study_day(found.decides_by))
    assert got == (wanted.state, wanted.clause, wanted.known_on, wanted.decides_by), patient


def test_agrees_with_the_checker_on_random_histories() -> None:
    for seed in range(700):
        agree(seed)


def test_the_random_histories_draw_every_switch_and_every_option_decides_some() -> None:
    """Scales only name what a grade was given by; all other readings can change a verdict."""
    drawn = {NAMES.get(name, name): set(options) for name, options in OPTIONS.items()}
    options = {name: {option.value for option in type(getattr(Readings(), name))} for name in READINGS}
    assert drawn == {name: options[name] for name in READINGS if name not in ("scales", "gvhd_scale")}
    patients = [patient_at_random(Random(seed), switches=False) for seed in range(1500)]
    usual = [judged(patient) for patient in patients]
    for name, known in OPTIONS.items():
        for option in known[1:]:
            other = (judged(replace(patient, readings={name: option})) for patient in patients)
            assert any(here.state is not there.state for here, there in zip(usual, other, strict=True)), (name, option)


@pytest.mark.slow
def test_agrees_with_the_checker_on_ten_thousand_random_histories() -> None:
    for seed in range(20_000, 30_000):
        agree(seed)


# Laws -----------------------------------------------------------------------------------------------------------------


def test_more_data_never_turn_a_dlt_into_none() -> None:
    dlts = 0
    for seed in range(400):
        patient = patient_at_random(Random(seed), switches=False)
        known: date | None = None
        for cut in range(61):
            found = judged(replace(patient, cut=cut))
            if known is not None:
                assert found.state is DltState.DLT, (patient, cut)
                assert found.known_on is not None
                assert found.known_on <= known, (patient, cut)
            if found.state is DltState.DLT:
                known = found.known_on
                dlts += 1
    assert dlts > 1000


def test_a_verdict_of_none_is_final_except_where_an_ungraded_event_is_new() -> None:
    for seed in range(300):
        patient = patient_at_random(Random(seed), switches=False)
        if any(event.grades[-1][1] is None or None in dict(event.grades).values() for event in patient.events):
            continue
        none_since = None
        for cut in range(61):
            state = judged(replace(patient, cut=cut)).state
            if none_since is not None and patient.visit is None and patient.exit is None:
                assert state is DltState.NO_DLT, (patient, cut)
            none_since = cut if state is DltState.NO_DLT else none_since


def test_shifting_all_dates_changes_nothing() -> None:
    for seed in range(300):
        patient = patient_at_random(Random(seed), switches=bool(seed % 2))
        here = judged(patient)
        for other in (date(2024, 2, 20), date(2030, 12, 31)):
            there = judged(patient, other)
            assert there.state is here.state
            assert (there.known_on and (there.known_on - other).days) == study_day(here.known_on)
            assert [flag.id for flag in there.flags] == [flag.id for flag in here.flags]


def test_a_resolved_event_of_lower_grade_changes_nothing() -> None:
    for seed in range(300):
        random = Random(seed)
        patient = patient_at_random(random, switches=bool(seed % 2))
        mild = replace(
            event_at_random(random, "mild"),
            grades=((random.randint(-3, 20), 2), (24, 0)),
            part_of="",
            related="related",
        )
        before, after = judged(patient), judged(replace(patient, events=(*patient.events, mild)))
        assert (after.state, after.met, after.undecided, after.final_on) == (
            before.state,
            before.met,
            before.undecided,
            before.final_on,
        )


def test_the_order_of_events_does_not_matter() -> None:
    for seed in range(200):
        patient = patient_at_random(Random(seed), switches=bool(seed % 2))
        assert judged(replace(patient, events=patient.events[::-1])) == judged(patient)


# Values ---------------------------------------------------------------------------------------------------------------


def test_every_option_of_the_protocol_builds_a_rule() -> None:
    trial = open_trial("NCT06680388")
    readings = dict(trial.readings())
    assert set(READINGS.values()) == {key for key in readings if key.startswith("dlt") and readings[key].options}
    for key in READINGS.values():
        for option in readings[key].options:
            dlt_rule(trial.under({key: option}))


def test_the_defaults_are_those_in_force_in_the_protocol() -> None:
    assert dlt_rule(open_trial("NCT06680388")).readings == Readings()


def test_the_numbers_are_those_of_the_page() -> None:
    rule = dlt_rule(open_trial("NCT06680388"))
    assert (rule.first_closing_day, rule.last_closing_day) == (28, 31)
    assert {clause.id: (clause.min_grade, clause.min_days) for clause in rule.clauses} == {
        "gvhd_3": (3, 8),
        "crs_4": (4, None),
        "crs_3": (3, 15),
        "icans_4": (4, None),
        "icans_3": (3, 7),
        "ae_3": (3, 14),
    }
    assert (rule.least_dose, rule.most_dose, rule.bridged_days) == (Decimal("0.8"), Decimal("1.2"), 1)


def test_scales_follow_the_readings() -> None:
    trial = open_trial("NCT06680388")
    ctcae = dlt_rule(trial.under({"dlt#scales": "ctcae", "dlt.gvhd_3#scale": "glucksberg"}))
    assert ctcae.scales[EventType.CRS] == ctcae.scales[EventType.ICANS] == ctcae.scales[EventType.AE] == "ctcae_v5"
    assert ctcae.scales[EventType.GVHD] == "agvhd_modified_glucksberg"
    event = DltEvent("e1", EventType.CRS, ((on_day(3), 2),), scale="astct_crs_2019")
    history = DltHistory(INFUSION, Decimal(1), on_day(28), events=(event,))
    assert not judge_dlt(history, dlt_rule(trial), on_day(28)).has(product.OTHER_SCALE)
    assert judge_dlt(history, ctcae, on_day(28)).has(product.OTHER_SCALE)


def test_dates_known_in_part_are_read_with_care() -> None:
    rule = rule_of({})
    january = PartialDate.parse("2027-01")
    late = DltEvent("e1", EventType.CRS, ((on_day(10), 3), (january, 1)))
    found = judge_dlt(DltHistory(INFUSION, Decimal(1), on_day(28), events=(late,)), rule, on_day(60))
    assert found.state is DltState.DLT  # 31 January is day 27 and may be the end
    assert found.has(product.PARTIAL_DATE)
    early = DltEvent("e1", EventType.AE, ((january, 3), (on_day(14), 1)), related=Relatedness.RELATED)
    found = judge_dlt(DltHistory(INFUSION, Decimal(1), on_day(28), events=(early,)), rule, on_day(60))
    assert found.state is DltState.DLT  # from the day of infusion on
    assert found.first is not None
    assert found.first.start == INFUSION


@pytest.mark.parametrize("grade", [6, -1, True, "3"])
def test_a_grade_that_is_none_is_refused(grade: Any) -> None:
    event = DltEvent("e1", EventType.CRS, ((on_day(3), grade),))
    with pytest.raises(InputError, match="event e1: grade"):
        judge_dlt(DltHistory(INFUSION, Decimal(1), events=(event,)), rule_of({}), on_day(28))


def test_two_events_of_one_id_are_refused() -> None:
    event = DltEvent("e1", EventType.CRS, ((on_day(3), 1),))
    with pytest.raises(InputError, match="stands twice"):
        judge_dlt(DltHistory(INFUSION, Decimal(1), events=(event, event)), rule_of({}), on_day(28))


def test_words_of_relatedness() -> None:
    rule = rule_of({})
    assert [rule.relatedness(word) for word in ("possible", "Unlikely", None)] == [
        Relatedness.RELATED,
        Relatedness.NOT_RELATED,
        Relatedness.UNKNOWN,
    ]
    assert rule.relatedness("related to lymphodepletion only") is Relatedness.NOT_RELATED
    with pytest.raises(InputError, match="relatedness 'perhaps'"):
        rule.relatedness("perhaps")


def test_an_unknown_option_is_refused() -> None:
    assert rule_of({"dips": "literal"}).readings.dips is Dips.LITERAL
    with pytest.raises(DosepathError, match="no option 'never'"):
        rule_of({"dips": "never"})


def test_a_question_names_the_event() -> None:
    event = Event("e1", "AE", ((8, 3), (22, 0)), related="unknown", term="Colitis")
    (question,) = judged(Patient((event,), cut=28, visit=28)).questions
    assert (question.event, question.text) == ("e1", "Colitis: related to the product?")


@pytest.mark.shared
def test_shared_cases(shared_reference: Path) -> None:
    path = shared_reference / "reference" / "cases" / "dlt_rule.yaml"
    results = list(reference.verify(load_exact(path.read_text(encoding="utf-8"), path.name)))
    assert len(results) >= 16
    assert [result for result in results if not result.passed] == []


def test_many_ungraded_stretches_are_tried_together() -> None:
    grades: tuple[tuple[int, int | None], ...] = tuple(
        (day, None if number % 2 else 1) for number, day in enumerate(range(-3, 15))
    )
    found = judged(Patient((Event("e1", "CRS", tuple(each for each in grades if each[0] >= 0)),), cut=28, visit=28))
    assert (found.state, [question.about_grade for question in found.questions]) == (DltState.PENDING, [True])
    certain = Event("e1", "CRS", ((0, 4), *(each for each in grades if each[0] > 0)))
    assert judged(Patient((certain,), cut=28, visit=28)).state is DltState.DLT
    before = Event("e1", "AE", grades)
    assert judged(Patient((before,), cut=28, visit=28)).state is DltState.PENDING


def test_everything_of_the_rule_is_that_of_the_protocol_file() -> None:
    file = open_trial("NCT06680388").file.dlt
    rule = dlt_rule(open_trial("NCT06680388"))
    fatal = file.fatal
    assert (rule.fatal.id, rule.fatal.min_grade, rule.fatal.fatal_grade) == (fatal.id, 3, 5)
    assert (rule.fatal.text, rule.fatal.source) == (fatal.label, fatal.source)
    assert rule.fatal.without_judgement == {EventType.CRS, EventType.ICANS}
    assert [(each.text, each.source) for each in rule.clauses] == [
        (each.text, f"registry page line {each.lines[0]}") for each in file.clauses
    ]
    assert {each.id: each.event for each in rule.clauses} == {
        "gvhd_3": EventType.GVHD,
        "crs_4": EventType.CRS,
        "crs_3": EventType.CRS,
        "icans_4": EventType.ICANS,
        "icans_3": EventType.ICANS,
        "ae_3": EventType.AE,
    }
    assert [each.id for each in rule.clauses if each.judged] == ["ae_3"]
    assert [each.id for each in rule.clauses if each.except_skin_only] == ["gvhd_3"]
    assert [each.printed_max_grade for each in rule.clauses] == [each.printed_max_grade for each in file.clauses]
    assert rule.expected_labs.always == {term.lower() for term in file.expected_labs.always}
    assert rule.expected_labs.early == {term.lower() for term in file.expected_labs.early}
    assert rule.expected_labs.early_days == file.expected_labs.early_days
    assert set(rule.related_words) == {word.lower() for words in file.related_words.values() for word in words}
    assert dlt_rule(open_trial("NCT06680388").under({"dlt#dips": "literal"})).bridged_days == 0


def test_a_protocol_that_lacks_a_part_of_the_rule_says_which() -> None:
    trial = open_trial("NCT06680388")
    design = trial.file.design

    def with_tolerance(**change: Any) -> None:
        setting = design.conduct["dose_tolerance"].model_copy(update=change)
        changed = design.model_copy(update={"conduct": {**design.conduct, "dose_tolerance": setting}})
        dlt_rule(replace(trial, file=trial.file.model_copy(update={"design": changed})))

    for value in (None, 0.8, (Decimal("0.8"),)):
        with pytest.raises(DosepathError) as caught:
            with_tolerance(value=value)
        assert str(caught.value) == (
            "NCT06680388: design.conduct.dose_tolerance is not set; give the least and the most dose"
        )
    bare = design.model_copy(update={"conduct": {k: v for k, v in design.conduct.items() if k != "dose_tolerance"}})
    with pytest.raises(DosepathError, match="dose_tolerance is not set"):
        dlt_rule(replace(trial, file=trial.file.model_copy(update={"design": bare})))
    assert dlt_rule(trial, (Decimal(1), Decimal(2))).least_dose == 1


def test_a_finding_as_if_it_were_final() -> None:
    pending = judged(Patient((Event("e1", "AE", ((8, 3), (22, 0)), related="unknown"),), cut=28, visit=28))
    day = on_day(28)
    dlt, none = product.as_if(pending, DltState.DLT, day), product.as_if(pending, DltState.NO_DLT, day)
    assert (dlt.state, dlt.met, dlt.known_on, dlt.final_on) == (
        DltState.DLT,
        (product.Met("", "", day, None, day),),
        day,
        day,
    )
    assert (none.state, none.met, none.known_on, none.final_on) == (DltState.NO_DLT, (), None, day)
    for found in (dlt, none):
        assert (found.undecided, found.questions, found.flags, found.window_closed) == ((), (), (), True)
        assert found.first_closing_day == pending.first_closing_day
