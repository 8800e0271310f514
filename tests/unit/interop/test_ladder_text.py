"""Conduct files as text: every problem with its line; nothing that stops the reader without a place."""

import pytest

from dosepath.core.errors import InputError
from dosepath.demo.conduct import conduct_text
from dosepath.interop.ladder_text import ConductFileError, FileProblem, read_conduct_file
from dosepath.trial.library import open_trial

PROTOCOL = open_trial("NCT06680388")
DEMO = conduct_text()
BOMB = "\n".join(
    [
        "a: &a [1,1,1,1,1,1,1,1,1]",
        *(f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]" for before, name in ("ab", "bc", "cd", "de", "ef")),
        "patients: [*f]",
    ]
)


def problems(text: str) -> tuple[FileProblem, ...]:
    with pytest.raises(ConductFileError) as caught:
        read_conduct_file(text, "x.yaml", PROTOCOL)
    return caught.value.problems


def line_of(words: str) -> int:
    return next(number for number, line in enumerate(DEMO.splitlines(), start=1) if words in line)


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ("infusion: 2026-02-24", "infusion: soon", "patient S03: infusion", "'soon' is no day; write YYYY-MM-DD"),
        ("infusion: 2026-02-24", "infusion: 2026-02-30", "", "no day of the calendar"),
        ("id: S05-2, type: ICANS", "id: S05-2, type: ICAN", "patient S05: event 2: type", "did you mean 'ICANS'?"),
        ("reserved: 2026-06-22", "reservd: 2026-06-22", "patient S09", "did you mean 'reserved'?"),
        ("infusion: 2026-02-24", "infusion: 2025-02-24", "patient S03", "consent: 2026-01-08"),
        ("infusion: 2026-02-24", "infusion: 1926-02-24", "patient S03", "no likely day"),
        ("date: 2026-05-21", "date: 2028-05-21", "board, hold of 2028-05-21", "is dated after 2026-10-02"),
        ("dose_fraction: 0.7", "dose_fraction: much", "patient S08: dose_fraction", "no number from 0"),
        ("  levels:", "  variant: V9\n  levels:", "settings", "known are V1"),
        ("  levels:", "  colour: red\n  levels:", "settings", "no setting 'colour'"),
        ("  arm: IIM\n  level: 3", "  arm: IIM\n  level: 7", "patient S11", "there is no dose level 7"),
        ("- id: S02", "- id: S01", "patient S01", "is listed 2 times"),
    ],
)
def test_a_problem_has_its_line_place_and_reason(old: str, new: str, place: str, reason: str) -> None:
    assert DEMO.count(old) == 1
    (found,) = [each for each in problems(DEMO.replace(old, new)) if reason in each.reason]
    assert found.place == place
    changed = DEMO.replace(old, new).splitlines()
    assert found.line is not None
    near = "\n".join(changed[found.line - 1 : found.line + 3])
    whose = place.partition(": ")[0].rpartition(" ")[2]
    assert new.strip().splitlines()[0].strip(" -") in near or whose in near


def test_all_problems_are_listed() -> None:
    text = DEMO.replace("infusion: 2026-02-24", "infusion: soon").replace("reserved: 2026-06-22", "reservd: 2026-06-22")
    assert len(problems(text)) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no mapping"),
        ("- a", "no mapping"),
        ("a: [1", "not YAML"),
        ("x: 1", "no list 'patients'"),
        ("patients: 3", "no list"),
        ("patients: [3]", "no mapping"),
        ("patients: []\npatients: []", "stands twice"),
        ("patients: " + "[" * 3000, "not YAML"),
        ("patients: &p [*p]", "more than"),
        (BOMB, "more than"),
        ("patients: []\nsettings: 3", "no mapping"),
        ("patients: []\nsettings: {levels: 3}", "setting levels"),
        ("patients: []\nsettings: {levels: [3]}", "setting levels"),
        ("patients: []\nsettings: {stagger_days: [1]}", "not two numbers"),
        ("patients: []\nsettings: {stagger_days: [99999999999, 1]}", "more than"),
        ("patients: []\nsettings: {dose_tolerance: [.nan, 1]}", "no number"),
        ("patients: []\nsettings: {arms: 3}", "no list of names"),
        ("patients: []\nsettings: {board_review_for: [[1]]}", "known are"),
        ("patients: []\nsettings: {variant: [1]}", "known are"),
        ("patients: []\non: 0001-01-01", "no likely day"),
        ("? [1]\n: 2", "not YAML"),
        ("patients: [{id: a, arm: SLE, infusion: [[1]], product: {status: [1]}}]", "no day"),
        ("patients: [" + ", ".join(f"{{id: p{number}, arm: SLE}}" for number in range(301)) + "]", "more than 300"),
        ("a: \x07", "not YAML"),
    ],
)
def test_what_is_no_conduct_file_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_conduct_file(text, "x.yaml", PROTOCOL)


def test_a_death_due_to_one_event_may_name_it_alone() -> None:
    one = "{id: a, arm: SLE, exit: {date: 2026-01-01, reason: lost, due_to: 3}}"
    (patient,) = read_conduct_file(f"patients: [{one}]", "x.yaml", PROTOCOL).found.patients
    assert patient.exit is not None
    assert patient.exit.due_to == ("3",)


def test_lines_lead_to_values() -> None:
    file = read_conduct_file(DEMO, "x.yaml", PROTOCOL)
    assert file.line_of_patient("S05", "events", 1) == line_of("S05-2")
    assert file.line_of_patient("S12", "closing_visit") == line_of("- id: S12"), "what is not there: the patient"
    assert file.line("settings", "levels") == line_of("  levels:")


def test_settings_of_a_run_come_before_those_of_the_file() -> None:
    assert read_conduct_file(DEMO, "x.yaml", PROTOCOL, {"variant": "V1"}).settings.variant == "V1"
    with pytest.raises(InputError, match="V7"):
        read_conduct_file(DEMO, "x.yaml", PROTOCOL, {"variant": "V7"})


def test_the_demonstration_says_what_it_is() -> None:
    assert DEMO.startswith("# SYNTHETIC")
    file = read_conduct_file(DEMO, "x.yaml", PROTOCOL)
    assert "synthetic" in file.note
    assert 10 <= sum(bool(patient.infusions) for patient in file.found.patients) <= 12
