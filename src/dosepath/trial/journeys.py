"""The journeys of people through a trial: here, screening."""

from collections.abc import Sequence

from dosepath.core.facts import PatientRecord
from dosepath.eligibility.report import ScreeningReport
from dosepath.eligibility.screening import Occasion, screen_arms
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol


def suggested_arms(record: PatientRecord, protocol: Protocol) -> tuple[str, ...]:
    """Give the arms whose disease is on record, in the order of the protocol; a person chooses among them."""
    found: list[str] = []
    for name, arm in protocol.file.arms.items():
        if any(record.of(leaf) for leaf in protocol.vocabulary.leaves(arm.target_condition)):
            found.append(name)
    return tuple(found)


def screen_patient(
    record: PatientRecord,
    protocol: Protocol,
    occasion: Occasion,
    arm: str = "",
    gates: Sequence[GateName] = tuple(GateName),
) -> tuple[ScreeningReport, ...]:
    """Screen one patient for an arm, or for every arm whose disease is on record; where none is, for all arms."""
    arms = (arm,) if arm else suggested_arms(record, protocol) or tuple(protocol.file.arms)
    return screen_arms(record, protocol, arms, occasion, gates)
