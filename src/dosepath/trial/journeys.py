"""The journeys of people through a trial: here, screening."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dosepath.core.facts import PatientRecord
from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import GateReport, Overall, ScreeningReport
from dosepath.eligibility.screening import Occasion, screen_arms
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol

RANK: Final = (Overall.ELIGIBLE, Overall.UNDECIDED, Overall.NOT_ELIGIBLE)
"""Outcomes, the one nearest to taking part first."""


@dataclass(frozen=True, slots=True)
class PatientScreening:
    """One patient, judged for every arm that comes into question.

    Parameters
    ----------
    patient
        Id of the patient.
    reports
        One for each arm that was judged, in the order of the protocol.
    suggested
        Arms whose disease is on record.
    asked
        Whether a person named the arm.
    """

    patient: str
    reports: tuple[ScreeningReport, ...]
    suggested: tuple[str, ...]
    asked: bool = False

    @property
    def no_target_disease(self) -> bool:
        """Whether neither a person nor the record says which arm is meant; then all arms were judged."""
        return not self.asked and not self.suggested

    def shown(self, gate: GateName) -> tuple[ScreeningReport, ...]:
        """Give the reports for a worklist: of a patient without any of the diseases, the arm least far off."""
        if not self.no_target_disease:
            return self.reports
        return (min(self.reports, key=lambda report: distance(report.gates[gate])),)


def distance(report: GateReport) -> tuple[int, int, int]:
    """Say how far a patient is from passing a gate: outcome, criteria against, criteria unknown."""
    return RANK.index(report.overall), len(report.blockers), report.count(Verdict.UNKNOWN)


def suggested_arms(record: PatientRecord, protocol: Protocol) -> tuple[str, ...]:
    """Give the arms whose disease is on record, in the order of the protocol; a person chooses among them."""
    return tuple(
        name
        for name, arm in protocol.file.arms.items()
        if any(record.of(leaf) for leaf in protocol.vocabulary.leaves(arm.target_condition))
    )


def screen_patient(
    record: PatientRecord,
    protocol: Protocol,
    occasion: Occasion,
    arm: str = "",
    gates: Sequence[GateName] = tuple(GateName),
) -> PatientScreening:
    """Screen one patient for an arm, or for every arm whose disease is on record; where none is, for all arms."""
    suggested = suggested_arms(record, protocol)
    arms = (arm,) if arm else suggested or tuple(protocol.file.arms)
    return PatientScreening(record.id, screen_arms(record, protocol, arms, occasion, gates), suggested, bool(arm))
