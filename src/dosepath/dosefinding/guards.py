"""Guards around a design: each is a design itself, so they can be put around each other.

A guard takes what the design inside says and holds it to one more rule. None of them gives a dose that the design
inside has eliminated, and none raises a dose.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dosepath.core.errors import InputError
from dosepath.core.source import Citation
from dosepath.dosefinding.beta import beta_cdf
from dosepath.dosefinding.design import ENDED, Counts, Design, Grounds, States, tallies_of
from dosepath.dosefinding.outcomes import Cohort

Answers = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Guard:
    """What guards have in common: all but their own rule is that of the design inside.

    Parameters
    ----------
    design
        The design inside.
    """

    design: Design

    @property
    def id(self) -> str:
        """That of the design inside."""
        return self.design.id

    @property
    def name(self) -> str:
        """That of the design inside, with the guard."""
        return f"{self.design.name}, {self.what}"

    @property
    def what(self) -> str:
        """The rule of the guard in a few words."""
        return "guarded"

    @property
    def citation(self) -> Citation:
        """That of the design inside."""
        return self.design.citation

    @property
    def doses(self) -> int:
        """Those of the design inside."""
        return self.design.doses

    @property
    def start(self) -> int:
        """That of the design inside."""
        return self.design.start

    @property
    def most_patients(self) -> int:
        """Those of the design inside."""
        return self.design.most_patients

    def cohort_sizes(self, treated: Counts, dlts: Counts, level: Counts) -> Counts:
        """Give the number of patients of the next cohort."""
        return self.design.cohort_sizes(treated, dlts, level)

    def next_doses(self, states: States) -> Counts:
        """Give the dose level of the next cohort in each state."""
        return self.design.next_doses(states)

    def recommended(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the dose level that is recommended in each state."""
        return self.design.recommended(treated, dlts)

    def grounds(self, state: States) -> Grounds:
        """Say which rule decides in one state."""
        return self.design.grounds(state)

    def problem(self, state: States, cohort: Cohort) -> str:
        """Say why a cohort cannot follow."""
        return self.design.problem(state, cohort)


@dataclass(frozen=True, slots=True)
class NoSkipping(Guard):
    """Never more than one dose level above the highest one tried."""

    @property
    def what(self) -> str:
        """The rule."""
        return "no level skipped"

    def next_doses(self, states: States) -> Counts:
        """Bound the next dose by the one above the highest tried."""
        return np.minimum(self.design.next_doses(states), _highest(states.treated, self.start) + 1)

    def grounds(self, state: States) -> Grounds:
        """Say that no level is skipped, where the design inside would."""
        inside = self.design.grounds(state)
        highest = int(_highest(state.treated, self.start)[0])
        if int(self.design.next_doses(state)[0]) > highest + 1:
            return Grounds(f"no level is skipped: level {highest + 1} comes before", inside.reasons)
        return inside

    def problem(self, state: States, cohort: Cohort) -> str:
        """Refuse a level above the one that follows the highest tried."""
        highest = int(_highest(state.treated, self.start)[0])
        if cohort.level > highest + 1:
            return f"level {highest + 1} would be skipped"
        return self.design.problem(state, cohort)


@dataclass(frozen=True, slots=True)
class StopAtPatients(Guard):
    """The trial ends with so many patients.

    Parameters
    ----------
    patients
        Patients in all, or at the dose that would be next.
    at_one_dose
        Whether those at the next dose are meant.
    """

    patients: int
    at_one_dose: bool = False

    def __post_init__(self) -> None:
        _at_least_one(self.patients)

    @property
    def what(self) -> str:
        """The rule."""
        return f"ends with {self.patients} patients{' at one dose' if self.at_one_dose else ''}"

    @property
    def most_patients(self) -> int:
        """The fewer of the guard's and those of the design inside."""
        most = self.design.most_patients
        return most if self.at_one_dose else min(self.patients, most)

    def cohort_sizes(self, treated: Counts, dlts: Counts, level: Counts) -> Counts:
        """Give no more patients to a cohort than are left."""
        sizes = self.design.cohort_sizes(treated, dlts, level)
        left = self.patients - self._counted(treated, level)
        return np.where(left > 0, np.minimum(sizes, left), sizes)

    def _counted(self, treated: Counts, level: Counts) -> Counts:
        found: Counts = _at(treated, level) if self.at_one_dose else treated.sum(axis=1)
        return found

    def _ends(self, treated: Counts, following: Counts) -> Answers:
        found: Answers = self._counted(treated, following) >= self.patients
        return found

    def next_doses(self, states: States) -> Counts:
        """End where there are enough patients."""
        following = self.design.next_doses(states)
        return np.where(self._ends(states.treated, following), ENDED, following)

    def grounds(self, state: States) -> Grounds:
        """Say that there are enough patients, where that ends the trial."""
        tallies = tallies_of(state)
        total = sum(each.treated for each in tallies)
        inside = self.design.grounds(state)
        if not self.at_one_dose and total >= self.patients:
            return Grounds(f"the trial ends with {self.patients} patients", inside.reasons)
        if self.at_one_dose and any(each.treated >= self.patients for each in tallies):
            return Grounds(f"{inside.rule}; ends with {self.patients} patients at one dose", inside.reasons)
        return inside

    def problem(self, state: States, cohort: Cohort) -> str:
        """Refuse more patients than are left."""
        left = self.patients - int(self._counted(state.treated, np.array([cohort.level]))[0])
        if len(cohort.outcomes) > left:
            return f"{max(left, 0)} of {self.patients} patients are left{' at this dose' if self.at_one_dose else ''}"
        return self.design.problem(state, cohort)


@dataclass(frozen=True, slots=True)
class StopWhenTooToxic(Guard):
    """The trial ends without a dose when the lowest one is too toxic.

    Parameters
    ----------
    target
        Rate of DLT above which a dose is too toxic.
    cutoff
        Posterior probability of that, above which the trial ends (uniform prior).
    fewest
        Patients at the lowest dose before which it does not end.
    """

    target: float
    cutoff: float = 0.95
    fewest: int = 3

    def __post_init__(self) -> None:
        if not (0 < self.target < 1 and 0 < self.cutoff <= 1):
            raise InputError("target and cutoff are probabilities")
        _at_least_one(self.fewest)

    @property
    def what(self) -> str:
        """The rule."""
        return "stops when the lowest dose is too toxic"

    def too_toxic(self, treated: Counts, dlts: Counts) -> Answers:
        """Answer in which states the lowest dose is too toxic."""
        counts = np.column_stack([treated[:, 0], dlts[:, 0]])
        seen, inverse = np.unique(counts, axis=0, return_inverse=True)
        answers = [n >= self.fewest and 1 - beta_cdf(self.target, int(x), int(n)) > self.cutoff for n, x in seen]
        return np.array(answers, dtype=np.bool_)[inverse.ravel()]

    def next_doses(self, states: States) -> Counts:
        """End where the lowest dose is too toxic."""
        return np.where(self.too_toxic(states.treated, states.dlts), ENDED, self.design.next_doses(states))

    def recommended(self, treated: Counts, dlts: Counts) -> Counts:
        """Recommend none where the lowest dose is too toxic."""
        return np.where(self.too_toxic(treated, dlts), ENDED, self.design.recommended(treated, dlts))

    def grounds(self, state: States) -> Grounds:
        """Say that the lowest dose is too toxic, where it is."""
        if bool(self.too_toxic(state.treated, state.dlts)[0]):
            tallies = tallies_of(state)
            chance = 1 - beta_cdf(self.target, tallies[0].dlts, tallies[0].treated)
            above = f"rate above {100 * self.target:g} % with probability {100 * chance:.1f} %"
            return Grounds("the lowest dose is too toxic", (f"{tallies[0]} at level 1: {above}",))
        return self.design.grounds(state)

    def problem(self, state: States, cohort: Cohort) -> str:
        """Refuse a cohort after the end."""
        if bool(self.too_toxic(state.treated, state.dlts)[0]):
            return "it has ended: the lowest dose is too toxic"
        return self.design.problem(state, cohort)


@dataclass(frozen=True, slots=True)
class MinimumAtRecommended(Guard):
    """No trial ends with a dose that has fewer patients: they are treated there first.

    Put it inside a guard that ends a trial, not around it.

    Parameters
    ----------
    patients
        Fewest patients at the dose that is recommended.
    """

    patients: int

    def __post_init__(self) -> None:
        _at_least_one(self.patients)
        if self.patients > self.design.most_patients:
            raise InputError(f"at most {self.design.most_patients} patients can be asked for at one dose")
        if isinstance(self.design, StopAtPatients | StopWhenTooToxic):
            raise InputError("a guard that ends the trial goes around the minimum at the recommended dose")

    @property
    def what(self) -> str:
        """The rule."""
        return f"{self.patients} patients or more at the recommended dose"

    @property
    def most_patients(self) -> int:
        """Those of the design inside, and the minimum at every dose."""
        return self.design.most_patients + self.patients * self.doses

    def _short(self, treated: Counts, dlts: Counts) -> Counts:
        """Give the dose level that would be recommended and has too few patients; ENDED for none."""
        level = self.design.recommended(treated, dlts)
        return np.where((level > 0) & (_at(treated, level) < self.patients), level, ENDED)

    def cohort_sizes(self, treated: Counts, dlts: Counts, level: Counts) -> Counts:
        """Give those of the design inside, never none."""
        return np.maximum(self.design.cohort_sizes(treated, dlts, level), 1)

    def next_doses(self, states: States) -> Counts:
        """Go on at the recommended dose where it has too few patients."""
        following = self.design.next_doses(states)
        return np.where(following == ENDED, self._short(states.treated, states.dlts), following)

    def grounds(self, state: States) -> Grounds:
        """Say that the recommended dose has too few patients, where that goes on."""
        level = int(self._short(state.treated, state.dlts)[0])
        ended = self.design.next_doses(state) == ENDED
        inside = self.design.grounds(state)
        if level and bool(ended[0]):
            rule = f"{self.patients} patients or more at the recommended dose"
            return Grounds(rule, (*inside.reasons, f"{tallies_of(state)[level - 1]} at level {level}"), expands=True)
        return inside

    def problem(self, state: States, cohort: Cohort) -> str:
        """Let patients follow at the recommended dose where it has too few."""
        following = self.next_doses(state)
        if int(following[0]) == cohort.level and int(self.design.next_doses(state)[0]) == ENDED:
            return ""
        return self.design.problem(state, cohort)


def _at_least_one(patients: int) -> None:
    if patients < 1:
        raise InputError(f"a guard counts 1 patient or more, {patients} is none")


def _at(counts: Counts, level: Counts) -> Counts:
    found = counts[np.arange(len(level)), np.maximum(level, 1) - 1]
    return np.where(level > 0, found, 0)


def _highest(treated: Counts, start: int) -> Counts:
    tried = treated > 0
    return np.where(tried.any(axis=1), treated.shape[1] - tried[:, ::-1].argmax(axis=1), start - 1)
