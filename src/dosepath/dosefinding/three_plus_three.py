"""The 3+3 design, of which there are several: three switches tell them apart.

Two DLTs among three or six patients rule a dose out, and all doses above it. A dose with none in three, or one in six,
is followed by the next one. What differs is what happens at the end: whether the dose below a dose that was ruled out,
and the highest dose, are accepted on three patients, and whether two DLTs in six are tolerated.

==== ===================== ============== =================
     dose below is filled  top is filled  tolerated of six
==== ===================== ============== =================
V1   no                    no             1
V2   yes                   no             1
V3   yes                   yes            1
V4   no                    no             2
==== ===================== ============== =================

Verification: exact probabilities of V1 and V2 against paths of the R package escalation 0.2.3, of V3 against
precautionary 0.2.6-1, of all four against enumeration in fractions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from dosepath.core.source import Citation
from dosepath.dosefinding.design import ENDED, Counts, Grounds, States, must_be_next, tallies_of
from dosepath.dosefinding.outcomes import Cohort, DoseTally

COHORT = 3
FULL = 6
"""Patients of one cohort, and the most at one dose."""

STORER = Citation("Storer BE. Biometrics 1989;45:925-937")
KORN = Citation("Korn EL, Midthune D, Chen TT et al. Stat Med 1994;13:1799-1806")


@dataclass(frozen=True, slots=True)
class ThreePlusThree:
    """One of the 3+3 designs.

    Parameters
    ----------
    doses
        Number of dose levels.
    fill_below
        Whether the dose below one that was ruled out must have six patients to be recommended.
    fill_top
        Whether the highest dose must have six patients to be recommended.
    tolerated
        Most DLTs among six patients at a dose that is recommended, 1 or 2.
    start
        Dose level of the first cohort.

    Examples
    --------
    >>> from dosepath.dosefinding.design import decide, tallies_of
    >>> from dosepath.dosefinding.outcomes import read_outcomes
    >>> found = decide(ThreePlusThree(3), read_outcomes("1NNN 2NNT", 3))
    >>> found.action.value, found.level
    ('expand', 2)
    """

    doses: int
    fill_below: bool = True
    fill_top: bool = True
    tolerated: int = 1
    start: int = 1

    @property
    def id(self) -> str:
        """`3+3`, whatever the switches."""
        return "3+3"

    @property
    def name(self) -> str:
        """3+3 with the name of its variant where it has one."""
        switches = (self.fill_below, self.fill_top, self.tolerated)
        known = next((name for name, variant in VARIANTS.items() if variant == switches), "")
        return f"3+3 {known}".strip()

    @property
    def citation(self) -> Citation:
        """Storer for the plain rule, Korn and others for the one that fills the dose below."""
        return KORN if self.fill_below else STORER

    @property
    def most_patients(self) -> int:
        """Six at every dose."""
        return FULL * self.doses

    def cohort_sizes(self, treated: Counts, dlts: Counts, level: Counts) -> Counts:
        """Three patients, or those that are missing to three or six."""
        return COHORT - _at(treated, level) % COHORT

    def ruled_out(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the lowest dose level with too many DLTs in each state; one above the highest where there is none."""
        if self.tolerated == 1:
            too_toxic = dlts > 1
        else:
            too_toxic = (dlts > self.tolerated) | ((dlts == self.tolerated) & (treated <= COHORT))
        return np.where(too_toxic.any(axis=1), too_toxic.argmax(axis=1) + 1, self.doses + 1)

    def next_doses(self, states: States) -> Counts:
        """Give the dose level of the next cohort in each state."""
        treated, dlts = states.treated, states.dlts
        lowest_out = self.ruled_out(treated, dlts)
        below = lowest_out - 1
        is_out = lowest_out <= self.doses
        enough_below = FULL if self.fill_below else COHORT
        after_out = np.where((below == 0) | (_at(treated, below) >= enough_below), ENDED, below)
        return np.where(is_out, after_out, self._upwards(treated, dlts))

    def _upwards(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the next dose level where none is ruled out: the highest dose tried decides."""
        highest = self._highest(treated)
        n, x = _at(treated, highest), _at(dlts, highest)
        clean = ((n == COHORT) & (x == 0)) | ((n >= FULL) & (x <= 1))
        settled = (n >= FULL) & (x > 1)  # two in six, where they are tolerated
        at_top = highest == self.doses
        top_done = clean & at_top & ((n >= FULL) | (not self.fill_top))
        return np.where(top_done | settled, ENDED, np.where(clean & ~at_top, highest + 1, highest))

    def _highest(self, treated: Counts) -> Counts:
        tried = treated > 0
        return np.where(tried.any(axis=1), self.doses - tried[:, ::-1].argmax(axis=1), self.start)

    def recommended(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the dose level below the lowest that was ruled out, or the highest tried."""
        lowest_out = self.ruled_out(treated, dlts)
        return np.where(lowest_out <= self.doses, lowest_out - 1, self._highest(treated))

    def grounds(self, state: States) -> Grounds:
        """Say which rule decides in one state."""
        tallies = tallies_of(state)
        out = int(self.ruled_out(state.treated, state.dlts)[0])
        if out <= self.doses:
            return self._grounds_below(tallies, out)
        highest = int(self._highest(state.treated)[0])
        seen = tallies[highest - 1]
        reason = f"{seen.dlts} DLT in {seen.treated} at level {highest}"
        if seen.treated % COHORT or not seen.treated:
            return Grounds("decides after 3 or 6 evaluable patients", (reason,))
        if seen.treated == COHORT and seen.dlts == 1:
            return Grounds("1 of 3: three more at this dose", (reason,), expands=True)
        if highest == self.doses:
            if seen.treated == COHORT and self.fill_top:
                return Grounds("the highest dose is accepted on 6 patients", (reason,), expands=True)
            return Grounds("the highest dose is tolerated; the MTD was not reached", (reason,))
        if seen.dlts > 1:
            return Grounds("2 of 6 are tolerated and end the escalation", (reason,))
        return Grounds("0 of 3, or at most 1 of 6: the next dose", (reason,))

    def _grounds_below(self, tallies: Sequence[DoseTally], out: int) -> Grounds:
        seen = tallies[out - 1]
        reasons: tuple[str, ...] = (f"{seen.dlts} DLT in {seen.treated} at level {out}",)
        if out == 1:
            return Grounds("too many DLTs at the lowest dose: no dose is tolerable", reasons)
        below = tallies[out - 2]
        reasons += (f"{below.dlts} DLT in {below.treated} at level {out - 1}",)
        if below.treated >= (FULL if self.fill_below else COHORT):
            return Grounds("the dose below the one ruled out is the MTD", reasons)
        return Grounds("the dose below the one ruled out is filled to 6", reasons, expands=below.treated == COHORT)

    def problem(self, state: States, cohort: Cohort) -> str:
        """Say why a cohort cannot follow: another dose is next, or it has too many patients."""
        why = must_be_next(self, state, cohort)
        if why:
            return why
        free = COHORT - int(state.treated[0, cohort.level - 1]) % COHORT
        if len(cohort.outcomes) > free:
            return f"it decides after 3 or 6 patients, so at most {free} may be treated now"
        return ""


VARIANTS: Mapping[str, tuple[bool, bool, int]] = MappingProxyType(
    {"V1": (False, False, 1), "V2": (True, False, 1), "V3": (True, True, 1), "V4": (False, False, 2)}
)
"""The variants that have names: fill below, fill the top, tolerated of six."""


def variant(name: str, doses: int) -> ThreePlusThree:
    """Make the variant of a name, V1 to V4.

    Examples
    --------
    >>> variant("V1", 3).name
    '3+3 V1'
    """
    fill_below, fill_top, tolerated = VARIANTS[name]
    return ThreePlusThree(doses, fill_below, fill_top, tolerated)


def _at(counts: Counts, level: Counts) -> Counts:
    """Give the count at one dose level of each state; 0 at level 0."""
    found = np.take_along_axis(counts, np.maximum(level, 1)[:, None] - 1, axis=1)[:, 0]
    return np.where(level > 0, found, 0)
