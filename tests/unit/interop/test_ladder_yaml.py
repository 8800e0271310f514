"""Documents of patients: what is read, and every problem at once."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dosepath.core.errors import InputError
from dosepath.interop.answers_yaml import load_exact
from dosepath.interop.ladder_yaml import LadderFile, read_ladder
from dosepath.safety.dlt_finding import DltEvent, Exit, ExitReason
from dosepath.safety.dlt_rule import EventType, Relatedness, dlt_rule
from dosepath.trial.ladder.patients import BoardDecision, Product, ProductStatus, TrialPatient
from dosepath.trial.library import open_trial

WRONG = Path(__file__).parents[2] / "cases" / "interop" / "patients_wrong.txt"

WHOLE = """
on: 2027-02-01
settings: {variant: V1}
defaults: {patient: {arm: SS, product: {status: in_spec}}}
patients:
- id: S01
  level: 1
  consent: 2026-11-19
  reserved: "2026-11-25"
  infusion: 2027-01-04
  dose_fraction: 0.95
  closing_visit: 2027-02-01
  exit: {date: 2027-02-01, reason: death, related: probable, due_to: e1}
  events:
  - {id: e1, type: CRS, term: CRS, grades: [[2027-01-06, 3], [2027-01-08, null]]}
  - {id: e2, type: GVHD, related: unlikely, grades: [[2027-01-06, 3]], skin_only: [[2027-01-06, true]]}
- {id: C02, arm: AAV}
board: [{date: 2027-01-10, decision: hold}, {date: 2027-01-12, decision: continue, level: 1}]
"""


def read(text: str) -> LadderFile:
    return read_ladder(load_exact(text, "patients.yaml"), dlt_rule(open_trial("NCT06680388")), "patients.yaml")


def test_a_whole_document() -> None:
    found = read(WHOLE)
    first, second = found.patients
    assert (found.on, dict(found.settings)) == (date(2027, 2, 1), {"variant": "V1"})
    assert (first.arm, first.level, first.reserved, first.infusion) == ("SS", 1, date(2026, 11, 25), date(2027, 1, 4))
    assert (first.dose_fraction, first.product.status) == (Decimal("0.95"), ProductStatus.IN_SPEC)
    assert first.exit is not None
    assert (first.exit.reason, first.exit.related, first.exit.due_to) == (
        ExitReason.DEATH,
        Relatedness.RELATED,
        ("e1",),
    )
    assert [event.event for event in first.events] == [EventType.CRS, EventType.GVHD]
    assert first.events[0].grades == ((date(2027, 1, 6), 3), (date(2027, 1, 8), None))
    assert first.events[1].related is Relatedness.NOT_RELATED
    assert first.events[1].skin_only == ((date(2027, 1, 6), True),)
    assert (second.arm, second.level, second.infusions) == ("AAV", None, ())
    assert [entry.decision for entry in found.board] == [BoardDecision.HOLD, BoardDecision.CONTINUE]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("board: []", "no list 'patients'"),
        ("patients: {S01: x}", "patients: no list"),
        ("patients: [S01]", "patient 1: no mapping"),
        ("patients: [{arm: SS}]", "patient 1: no 'id'"),
        ("patients: [{id: S01, amr: SS}]", "patient S01: no key 'amr'; did you mean 'arm'"),
        ("patients: [{id: S01, consent: 2027-02-30x}]", "patient S01: consent: '2027-02-30x' is no day"),
        ("patients: [{id: S01, level: one}]", "patient S01: level: 'one' is no whole number"),
        ("patients: [{id: S01, dose_fraction: -1}]", "dose_fraction: '-1' is no number from 0"),
        ("patients: [{id: S01, product: {status: bad}}]", "product: status: 'bad'"),
        ("patients: [{id: S01, exit: {reason: lost}}]", "exit: no 'date'"),
        ("patients: [{id: S01, exit: {date: 2027-01-01, reason: bored}}]", "exit: reason: 'bored'"),
        ("patients: [{id: S01, exit: {date: 2027-01-01, reason: death, related: perhaps}}]", "relatedness 'perhaps'"),
        ("patients: [{id: S01, events: [{type: FLU}]}]", "event 1: type: 'FLU'"),
        ("patients: [{id: S01, events: [{type: AE, grades: [[2027-01-01, 7]]}]}]", "event 1: grade 7"),
        ("patients: [{id: S01, events: [{type: AE, grades: [3]}]}]", "grades: '3' is no pair"),
        ("patients: []\nboard: [{decision: hold}]", "board entry 1: no 'date'"),
        ("patients: []\nboard: [{date: 2027-01-01, decision: dance}]", "board entry 1: decision: 'dance'"),
        ("patients: []\nboard: [{date: 2027-01-01, decision: escalate}]", "'escalate' is about a level"),
        ("patients: []\nsetings: {}", "no key 'setings'; did you mean 'settings'"),
    ],
)
def test_what_is_not_understood_is_named(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert words in str(caught.value)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read("patients: [{id: S01, consent: x, level: y}, {id: S02, infusion: z}]")
    assert len(str(caught.value).splitlines()) == 3


def test_a_list_of_infusions_is_kept_for_the_check_of_records() -> None:
    (patient,) = read("patients: [{id: S01, infusion: [2027-01-04, 2027-02-04]}]").patients
    assert patient.infusions == (date(2027, 1, 4), date(2027, 2, 4))


def test_a_dose_that_is_not_known_stays_unknown() -> None:
    found: Any = read("patients: [{id: S01, dose_fraction: null}, {id: S02}]").patients
    assert [patient.dose_fraction for patient in found] == [None, Decimal(1)]


FULL = """
on: 2027-03-01
defaults: {patient: {arm: SS}}
patients:
- id: S01
  consent: 2026-11-19
  apheresis: 2026-12-01
  lymphodepletion: 2026-12-30
  product: {status: out_of_spec, released: 2026-12-28}
  dose_fraction: 0
  infusion: 2027-01-04
  exit: {date: 2027-02-01, reason: death, due_to: [e1, event 2]}
  events:
  - {id: e1, type: GVHD, term: gut, scale: magic, treated_from: 2027-01-09, grades: [[2027-01-06, 3]]}
  - {type: AE, part_of: CRS, grades: []}
  - {id: 3, type: CRS}
- {id: 7, exit: {date: 2027-01-01, reason: lost, due_to: e1}}
"""


def test_a_document_with_everything_in_it() -> None:
    first, second = read(FULL).patients
    assert first == TrialPatient(
        id="S01",
        arm="SS",
        consent=date(2026, 11, 19),
        apheresis=date(2026, 12, 1),
        lymphodepletion=date(2026, 12, 30),
        product=Product(ProductStatus.OUT_OF_SPEC, date(2026, 12, 28)),
        infusions=(date(2027, 1, 4),),
        dose_fraction=Decimal(0),
        exit=Exit(date(2027, 2, 1), ExitReason.DEATH, Relatedness.UNKNOWN, ("e1", "event 2")),
        events=(
            DltEvent(
                "e1",
                EventType.GVHD,
                ((date(2027, 1, 6), 3),),
                "gut",
                treated_from=date(2027, 1, 9),
                scale="magic",
            ),
            DltEvent("patient S01: event 2", EventType.AE, (), part_of="CRS"),
            DltEvent("3", EventType.CRS, ()),
        ),
    )
    assert second == TrialPatient("7", "SS", exit=Exit(date(2027, 1, 1), ExitReason.LOST, Relatedness.UNKNOWN, ("e1",)))
    assert read("patients: [{id: S01}]").patients == (TrialPatient("S01", ""),)


def test_a_document_with_everything_wrong() -> None:
    """The document, and after a line of equal signs its problems."""
    text, _, problems = WRONG.read_text(encoding="utf-8").partition("=====\n")
    with pytest.raises(InputError) as caught:
        read(text)
    assert str(caught.value).splitlines() == problems.splitlines()


def test_defaults_that_are_none_are_named() -> None:
    with pytest.raises(InputError) as caught:
        read("defaults: x\npatients: 3\nboard: 4\n")
    assert str(caught.value).splitlines() == [
        "patients.yaml: defaults: no mapping of keys to values",
        "patients.yaml: patients: no list",
        "patients.yaml: board: no list",
    ]
    with pytest.raises(InputError) as caught:
        read("board: []")
    assert str(caught.value) == "patients.yaml: no list 'patients'"
