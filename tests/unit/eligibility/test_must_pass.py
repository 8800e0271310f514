"""The list of criteria that must all be passed says the same as the report of a gate."""

from datetime import date
from pathlib import Path

import pytest

from dosepath.core.facts import DEATH
from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.eligibility.must_pass import must_pass
from dosepath.eligibility.report import GateReport, Overall
from dosepath.eligibility.screening import Occasion, screen_arms
from dosepath.interop.fhir import read_patients
from dosepath.mapping.reader import ConceptIndex
from dosepath.protocol.model import GateName
from dosepath.trial.library import open_trial
from dosepath.trial.occasions import read_anchors


def by_list(report: GateReport, items: tuple[str, ...]) -> Overall:
    found = [report.findings[item] for item in items]
    if any(item.against for item in found) or DEATH in report.blockers:
        return Overall.NOT_ELIGIBLE
    return Overall.UNDECIDED if any(item.open for item in found) else Overall.ELIGIBLE


def readings() -> list[dict[str, str]]:
    protocol = open_trial("NCT06680388")
    every = [{key: option} for key, reading in protocol.readings() for option in reading.options]
    return [{}, *(chosen for chosen in every if next(iter(chosen))[0] in "IE")]


def test_the_list_and_the_report_agree(tmp_path: Path) -> None:
    compare({}, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("chosen", readings(), ids=str)
def test_the_list_and_the_report_agree_under_each_reading(chosen: dict[str, str], tmp_path: Path) -> None:
    compare(chosen, tmp_path)


def compare(chosen: dict[str, str], tmp_path: Path) -> None:
    protocol = open_trial("NCT06680388").under(chosen)
    write_cohort(make_cohort(3, 25), tmp_path)
    dates = read_anchors(tmp_path / "anchors.yaml")
    arms = tuple(protocol.file.arms)
    gates = (GateName.SCREENING, GateName.LYMPHODEPLETION)
    lists = {(arm, gate): must_pass(protocol, arm, gate) for arm in arms for gate in gates}
    for patient in read_patients([tmp_path], ConceptIndex(protocol.file.concepts)):
        own = dates[patient.id]
        occasion = Occasion(date(2026, 6, 1), own.anchors, own.complete)
        for report in screen_arms(patient.mapped.record, protocol, arms, occasion, gates):
            for gate in gates:
                found = report.gates[gate]
                assert by_list(found, lists[report.arm, gate]) is found.overall, (patient.id, report.arm, gate)


def test_headings_that_join_by_all_are_parted_and_others_stay() -> None:
    items = must_pass(open_trial("NCT06680388"), "SLE")
    assert {"I04.a.1", "I04.a.2", "I02.1.d.1"} <= set(items)
    assert {"I04.d", "I02.1.c"} <= set(items)  # one of two is enough; judged together
    assert not {"I04", "I04.a", "I04.d.1", "E09", "I02.2.a"} & set(items)


def test_every_item_stands_alone() -> None:
    protocol = open_trial("NCT06680388")
    for arm in protocol.file.arms:
        assert all(protocol.criteria[item].alone for item in must_pass(protocol, arm))
