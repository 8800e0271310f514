"""Accelerated titration: one patient at each dose until the first DLT, then 3+3.

The dose with the first DLT is filled to three, and a 3+3 of some variant goes on from there; so does the highest dose
when it is reached without a DLT. A lower dose that had one patient is filled before it is recommended. The published
design also ends the titration at the second moderate toxicity; that is not a DLT, so here it is for a person to say.

Verification: exact characteristics against every path; the rules from the published statement (from memory).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dosepath.core.source import Citation
from dosepath.dosefinding.design import ENDED, Counts, Grounds, States, must_be_next
from dosepath.dosefinding.outcomes import Cohort
from dosepath.dosefinding.three_plus_three import COHORT, FULL, ThreePlusThree

SIMON = Citation("Simon R, Freidlin B, Rubinstein L et al. J Natl Cancer Inst 1997;89:1138-1147")


@dataclass(frozen=True, slots=True)
class AcceleratedTitration:
    """Single patients until a first DLT, then 3+3.

    Parameters
    ----------
    after
        The 3+3 that goes on; its doses and its first dose are those of the titration.

    Examples
    --------
    >>> from dosepath.dosefinding.design import decide
    >>> from dosepath.dosefinding.outcomes import read_outcomes
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> design = AcceleratedTitration(variant("V3", 4))
    >>> [decide(design, read_outcomes(text, 4)).level for text in ("1N 2N", "1N 2N 3T", "1N 2N 3T 3NT")]
    [3, 3, 2]
    """

    after: ThreePlusThree

    @property
    def id(self) -> str:
        """`titration`."""
        return "titration"

    @property
    def name(self) -> str:
        """Accelerated titration with the 3+3 that goes on."""
        return f"accelerated titration, then {self.after.name}"

    @property
    def citation(self) -> Citation:
        """Simon and others 1997."""
        return SIMON

    @property
    def doses(self) -> int:
        """Those of the 3+3."""
        return self.after.doses

    @property
    def start(self) -> int:
        """That of the 3+3."""
        return self.after.start

    @property
    def most_patients(self) -> int:
        """Six at every dose."""
        return self.after.most_patients

    def _titrates(self, treated: Counts, dlts: Counts) -> NDArray[np.bool_]:
        """Answer where nobody had a DLT, no dose has more than one patient, and the highest dose was not reached."""
        clean = (dlts.sum(axis=1) == 0) & (treated.max(axis=1) <= 1)
        found: NDArray[np.bool_] = clean & (treated[:, -1] == 0)
        return found

    def cohort_sizes(self, treated: Counts, dlts: Counts, level: Counts) -> Counts:
        """One patient while there was no DLT, then those of 3+3."""
        return np.where(self._titrates(treated, dlts), 1, self.after.cohort_sizes(treated, dlts, level))

    def next_doses(self, states: States) -> Counts:
        """Give the dose level of the next patients in each state."""
        treated, dlts = states.treated, states.dlts
        highest = np.where(treated.any(axis=1), self.doses - (treated > 0)[:, ::-1].argmax(axis=1), self.start - 1)
        following = self.after.next_doses(states)
        unsettled = (following == ENDED) & self._unsettled(treated, dlts)
        following = np.where(unsettled, self.recommended(treated, dlts), following)
        return np.where(self._titrates(treated, dlts), highest + 1, following)

    def _unsettled(self, treated: Counts, dlts: Counts) -> NDArray[np.bool_]:
        """Answer where the dose to be recommended has fewer than 3 patients, or a DLT in fewer than 6."""
        level = self.recommended(treated, dlts)
        at = (np.arange(len(level)), np.maximum(level, 1) - 1)
        n, x = treated[at], dlts[at]
        found: NDArray[np.bool_] = (level > 0) & ((n < COHORT) | ((n < FULL) & (x > 0)))
        return found

    def recommended(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the dose level that 3+3 recommends."""
        return self.after.recommended(treated, dlts)

    def grounds(self, state: States) -> Grounds:
        """Say which rule decides in one state."""
        if bool(self._titrates(state.treated, state.dlts)[0]):
            seen = int(state.treated.sum())
            return Grounds("no DLT so far: one patient at each dose", (f"{seen} patients without a DLT",))
        return self.after.grounds(state)

    def problem(self, state: States, cohort: Cohort) -> str:
        """Say why a cohort cannot follow: another dose is next, or it has too many patients."""
        why = must_be_next(self, state, cohort)
        if why:
            return why
        free = int(self.cohort_sizes(state.treated, state.dlts, np.array([cohort.level]))[0])
        return f"at most {free} may be treated now" if len(cohort.outcomes) > free else ""
