"""Patients of a running escalation, and what its board decided."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from dosepath.safety.dlt_finding import DltEvent, DltHistory, Exit


class ProductStatus(Enum):
    """What became of the product made for a patient."""

    IN_SPEC = "in_spec"
    OUT_OF_SPEC = "out_of_spec"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Product:
    """The product of a patient and the day of its release."""

    status: ProductStatus = ProductStatus.PENDING
    released: date | None = None


@dataclass(frozen=True, slots=True)
class TrialPatient:
    """A patient on the way to, or after, the infusion.

    Parameters
    ----------
    id, arm
        Who, and with which disease.
    level
        Dose level assigned; None for a candidate.
    consent, reserved, apheresis, lymphodepletion
        Days, where they have come; `reserved` is the day on which a slot at the level was given.
    product
        What was made.
    infusions
        Days of infusion; a trial of one infusion refuses more.
    dose_fraction
        Cells given as a fraction of those planned for the level; None where it is not known.
    closing_visit
        Day of the visit that closes the DLT window.
    exit
        End of observation.
    events
        Adverse events with their grades.
    """

    id: str
    arm: str
    level: int | None = None
    consent: date | None = None
    reserved: date | None = None
    apheresis: date | None = None
    lymphodepletion: date | None = None
    product: Product = Product()
    infusions: tuple[date, ...] = ()
    dose_fraction: Decimal | None = Decimal(1)
    closing_visit: date | None = None
    exit: Exit | None = None
    events: tuple[DltEvent, ...] = ()

    @property
    def infusion(self) -> date | None:
        """Day of the infusion."""
        return self.infusions[0] if self.infusions else None

    @property
    def awaits_infusion(self) -> bool:
        """Whether an infusion may still come: none yet, still in the trial, and the product did not fail."""
        return not self.infusions and self.exit is None and self.product.status is not ProductStatus.FAILED

    @property
    def holds_slot(self) -> bool:
        """Whether a slot is held for the patient."""
        return self.reserved is not None and self.awaits_infusion

    @property
    def is_candidate(self) -> bool:
        """Whether the patient waits for a slot."""
        return self.consent is not None and self.reserved is None and self.awaits_infusion

    def history(self, dose_fraction: Decimal | None) -> DltHistory:
        """Give what the DLT rule looks at, with the dose as a fraction of the one that counts."""
        return DltHistory(self.infusion, dose_fraction, self.closing_visit, self.exit, self.events)


class BoardDecision(Enum):
    """What the board of the trial can decide."""

    ESCALATE = "escalate"
    EXPAND = "expand"
    DE_ESCALATE = "de_escalate"
    CONTINUE = "continue"
    HOLD = "hold"
    RESUME = "resume"
    STOP = "stop"


WITH_LEVEL = frozenset(
    {BoardDecision.ESCALATE, BoardDecision.EXPAND, BoardDecision.DE_ESCALATE, BoardDecision.CONTINUE}
)
"""Decisions that are about one dose level."""


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """One decision of the board."""

    day: date
    decision: BoardDecision
    level: int | None = None
