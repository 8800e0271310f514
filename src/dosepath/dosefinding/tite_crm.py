"""TITE-CRM: CRM while windows are open.

A patient without a DLT counts by a weight: the share of the window that is over (linear), or a share that rises by
equal steps between the times at which DLTs were seen (adaptive). A patient with a DLT counts in full.

Verification: weights, estimates, rates and choices against titecrm of the R package dfcrm 0.2-2.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dosepath.core.source import Citation
from dosepath.dosefinding.crm import Crm, Fit, Numbers, partial_chance_above, partial_posterior
from dosepath.dosefinding.design import Action, Decision
from dosepath.dosefinding.open_windows import Followed, towards

Scheme: TypeAlias = Literal["linear", "adaptive"]

CHEUNG_2000 = Citation("Cheung YK, Chappell R. Biometrics 2000;56:1177-1182")


def weights_of(patients: Sequence[Followed], scheme: Scheme = "linear") -> tuple[float, ...]:
    """Weigh patients by how much of their window is over.

    Examples
    --------
    >>> seen = [Followed(1), Followed(2, dlt=True, share=0.5), Followed(2, share=0.25)]
    >>> weights_of(seen), weights_of(seen, "adaptive")
    ((1.0, 1.0, 0.25), (1.0, 1.0, 0.25))
    >>> weights_of([Followed(1, dlt=True, share=0.1), Followed(1, share=0.55)], "adaptive")
    (1.0, 0.75)
    """
    steps = sorted(each.share for each in patients if each.dlt) if scheme == "adaptive" else []
    return tuple(1.0 if each.dlt else _weight(each.share, steps) for each in patients)


def _weight(share: float, steps: Sequence[float]) -> float:
    """Let a weight rise by equal steps between the shares of the window at which DLTs were seen."""
    if share >= 1:
        return 1.0
    bounds = [0.0, *steps, 1.0]
    place = sum(step <= share for step in steps)
    low, high = bounds[place], bounds[place + 1]
    return (place + (share - low) / (high - low)) / (len(steps) + 1)


@dataclass(frozen=True, slots=True)
class TiteCrm:
    """TITE-CRM, patient by patient.

    Parameters
    ----------
    crm
        The design without open windows: skeleton, target, most patients, whether levels may be skipped, whether one
        stays after a DLT, when the lowest dose is too toxic.
    scheme
        How patients whose window is open are weighed.
    most_pending
        Share of the patients at the current dose above which accrual is suspended; 1 for never.

    Examples
    --------
    >>> from dosepath.dosefinding.crm import Skeleton
    >>> design = TiteCrm(Crm(Skeleton((0.1, 0.2, 0.33)), 0.33))
    >>> found = design.advise([Followed(1), Followed(1), Followed(1, share=0.5)], 1)
    >>> found.action.value, found.level
    ('escalate', 2)
    """

    crm: Crm
    scheme: Scheme = "linear"
    most_pending: float = 1.0

    @property
    def id(self) -> str:
        """`tite-crm`."""
        return "tite-crm"

    @property
    def name(self) -> str:
        """TITE-CRM with its model."""
        return f"TITE-CRM ({self.crm.skeleton.model})"

    @property
    def citation(self) -> Citation:
        """Cheung and Chappell 2000."""
        return CHEUNG_2000

    @property
    def doses(self) -> int:
        """Those of CRM."""
        return self.crm.doses

    @property
    def start(self) -> int:
        """That of CRM."""
        return self.crm.start

    @property
    def most_patients(self) -> int:
        """Those of CRM."""
        return self.crm.most_patients

    def fit(self, patients: Sequence[Followed]) -> Fit:
        """Give the posterior of the parameter."""
        levels, dlts = [each.level for each in patients], [each.dlt for each in patients]
        return partial_posterior(self.crm.skeleton, levels, dlts, weights_of(patients, self.scheme))

    def rates(self, patients: Sequence[Followed]) -> Numbers:
        """Give the rate of each dose at the posterior mean of the parameter."""
        return self.crm.skeleton.rates_at(float(self.fit(patients).estimate[0]))

    def advise(self, patients: Sequence[Followed], current: int) -> Decision:
        """Say where the next patient goes."""
        if not patients:
            rule = "nobody was treated: the first dose"
            return Decision(Action.STAY, self.start, rule, ("nobody treated",), self.citation)
        rates = self.rates(patients)
        nearest = int(abs(rates - self.crm.target).argmin()) + 1
        reasons = (
            f"estimated rates of DLT: {', '.join(f'{100 * rate:.1f} %' for rate in rates)}",
            f"level {nearest} is nearest to {100 * self.crm.target:g} %",
        )
        if self._too_toxic(patients):
            return Decision(Action.STOP, None, "the lowest dose is too toxic", reasons, self.citation)
        pending = sum(each.pending for each in patients)
        if len(patients) >= self.most_patients:
            if pending:
                rule = "all patients are treated; a dose is recommended when all windows are over"
                return Decision(Action.WAIT, current, rule, reasons, self.citation)
            rule = "all patients are treated; the dose nearest to the target is recommended"
            return Decision(Action.COMPLETE, nearest, rule, reasons, self.citation)
        here = [each for each in patients if each.level == current]
        if sum(each.pending for each in here) > self.most_pending * len(here):
            rule = f"more than {100 * self.most_pending:g} % at this dose are pending: accrual is suspended"
            return Decision(Action.WAIT, current, rule, reasons, self.citation)
        return self._step(nearest, patients, current, reasons)

    def _step(self, nearest: int, patients: Sequence[Followed], current: int, reasons: tuple[str, ...]) -> Decision:
        level, rule = nearest, "the dose nearest to the target"
        if self.crm.coherent and nearest > current and patients[-1].dlt:
            level, rule = current, "not up after a patient with a DLT"
        elif not self.crm.skip and nearest > current + 1:
            level, rule = current + 1, "towards the target, one dose up at a time"
        return Decision(towards(level, current), level, rule, reasons, self.citation)

    def _too_toxic(self, patients: Sequence[Followed]) -> bool:
        if self.crm.too_toxic is None:
            return False
        levels, dlts = [each.level for each in patients], [each.dlt for each in patients]
        weights = weights_of(patients, self.scheme)
        return partial_chance_above(self.crm.skeleton, levels, dlts, weights, self.crm.target) > self.crm.too_toxic
