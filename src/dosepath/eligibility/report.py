"""What a screening says: the verdict of every criterion, gate by gate, with what it was reached from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

from dosepath.core.facts import Evidence, Table
from dosepath.core.verdict import Verdict
from dosepath.protocol.model import Check, GateName
from dosepath.protocol.protocol import Judged, Protocol
from dosepath.rules.evaluation import Compared


class Overall(Enum):
    """May the patient pass the gate."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one criterion.

    Parameters
    ----------
    criterion
        The criterion under the readings in force.
    verdict
        MET, NOT_MET or UNKNOWN; an exclusion that is MET excludes.
    evidence
        Facts used, facts missing, other grounds.
    in_scope
        Whether the criterion is judged for the arm; if not, the verdict means nothing.
    pending
        Whether it belongs to a later gate only, so that it has no say at this one.
    alerts
        What is to be said beside the verdict.
    expires
        Last screening day on which the results used would still lie in their windows; None when they do not age.
    values
        What the questions of its own rule compared, in the order of the rule.
    """

    criterion: Judged
    verdict: Verdict
    evidence: Evidence
    in_scope: bool = True
    pending: bool = False
    alerts: tuple[str, ...] = ()
    expires: date | None = None
    values: tuple[Compared, ...] = ()

    @property
    def id(self) -> str:
        """Id of the criterion."""
        return self.criterion.id

    @property
    def leaf(self) -> bool:
        """Whether it has no criteria below it."""
        return not self.criterion.children

    @property
    def against(self) -> bool:
        """Whether it keeps the patient out by itself: an inclusion not met, or an exclusion met."""
        wanted = Verdict.MET if self.criterion.exclusion else Verdict.NOT_MET
        return self.in_scope and self.criterion.alone and self.verdict is wanted

    @property
    def open(self) -> bool:
        """Whether it is not decided."""
        return self.in_scope and self.verdict is Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Whether something holds that is asked for at a gate beside the criteria."""

    check: Check
    verdict: Verdict
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class GateReport:
    """All findings at one gate, and what they come to.

    Parameters
    ----------
    gate, overall
        The gate and whether it may be passed.
    findings
        By id of the criterion, in the order of the protocol.
    blockers, undecided
        Ids of the top criteria that keep the patient out, and of those that are not decided.
    checks
        What is asked for beside the criteria.
    note
        What else there is to say about the gate.
    """

    gate: GateName
    overall: Overall
    findings: Mapping[str, Finding]
    blockers: tuple[str, ...]
    undecided: tuple[str, ...]
    checks: tuple[CheckResult, ...] = ()
    note: str = ""

    def count(self, verdict: Verdict) -> int:
        """Count the leaf criteria with a verdict that are in scope and have a say at this gate."""
        counting = (item for item in self.findings.values() if item.leaf and item.in_scope and not item.pending)
        return sum(item.verdict is verdict for item in counting)

    @property
    def expires(self) -> date | None:
        """First day after which a result in use is too old; None when none ages."""
        return min((item.expires for item in self.findings.values() if item.expires is not None), default=None)


@dataclass(frozen=True, slots=True)
class ScreeningReport:
    """One patient, one arm, one day: what was asked, under which protocol, and the answers.

    Parameters
    ----------
    patient, arm, on
        Who was judged, for which arm, on which day.
    protocol
        Protocol with the readings in force.
    anchors, complete, settings
        Dates, tables asserted to be complete, numbers of the settings.
    gates
        Reports by gate.
    alerts
        What is to be said about the patient as a whole.
    """

    patient: str
    arm: str
    on: date
    protocol: Protocol
    anchors: Mapping[str, date | None]
    complete: frozenset[Table]
    settings: Mapping[str, Fraction]
    gates: Mapping[GateName, GateReport]
    alerts: tuple[str, ...] = ()

    @property
    def screening(self) -> GateReport:
        """Report of the first gate."""
        return self.gates[GateName.SCREENING]
