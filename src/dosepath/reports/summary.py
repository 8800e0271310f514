"""What a design does under one scenario, exact or simulated, as plots and reports show it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.exact import Characteristics
from dosepath.dosefinding.simulate import SimulatedTrials
from dosepath.dosefinding.tools import correct_level
from dosepath.reports.parameters import parameters_of


@dataclass(frozen=True, slots=True)
class Exact:
    """The numbers come from an enumeration.

    Parameters
    ----------
    final_states
        States in which a trial can end.
    paths
        Different sequences of cohorts that lead to them.
    """

    final_states: int
    paths: int

    def __str__(self) -> str:
        return f"exact, {self.final_states:,} final states"


@dataclass(frozen=True, slots=True)
class Simulated:
    """The numbers come from simulated trials."""

    trials: int
    seed: int

    def __str__(self) -> str:
        return f"simulated, {self.trials:,} trials, seed {self.seed}"


@dataclass(frozen=True, slots=True)
class DesignSummary:
    """What a design does under one scenario.

    Parameters
    ----------
    design
        What was enumerated or simulated.
    name
        How it is called where several stand side by side.
    truth
        True rate of DLT at each dose level.
    recommendation
        Probability that no dose, the first, the second ... is recommended.
    patients, dlts
        Expected numbers at each dose level.
    total_patients
        Probability of each number of patients, from 0 to the most.
    method
        How the numbers came about.
    """

    design: Design
    name: str
    truth: tuple[float, ...]
    recommendation: tuple[float, ...]
    patients: tuple[float, ...]
    dlts: tuple[float, ...]
    total_patients: tuple[float, ...]
    method: Exact | Simulated

    @property
    def mean_patients(self) -> float:
        """Expected number of patients."""
        return sum(self.patients)

    @property
    def mean_dlts(self) -> float:
        """Expected number of DLTs."""
        return sum(self.dlts)

    @property
    def most_patients(self) -> int:
        """Patients after which the trial ends at the latest."""
        return len(self.total_patients) - 1

    def correct_level(self, target: float) -> int:
        """Give the dose level with the true rate nearest to the target; of two the lower."""
        return correct_level(self.truth, target)

    def correct(self, target: float) -> float:
        """Give the probability that this level is recommended."""
        return self.recommendation[self.correct_level(target)]

    def too_toxic(self, target: float) -> float:
        """Give the probability that a dose with a true rate above the target is recommended."""
        return sum(chance for chance, rate in zip(self.recommendation[1:], self.truth, strict=True) if rate > target)

    def overdosed(self, target: float) -> float:
        """Give the expected share of patients at doses with a true rate above the target."""
        above = sum(number for number, rate in zip(self.patients, self.truth, strict=True) if rate > target)
        return above / self.mean_patients

    def more_patients_than(self, planned: int) -> float:
        """Give the probability that more patients are needed than planned."""
        return sum(self.total_patients[planned + 1 :])

    def error(self, probability: float) -> float | None:
        """Give the standard error of a probability; None where the numbers are exact."""
        if isinstance(self.method, Exact):
            return None
        return sqrt(probability * (1 - probability) / self.method.trials)


def exact_summary(found: Characteristics) -> DesignSummary:
    """Take over exact characteristics.

    Examples
    --------
    >>> from dosepath.dosefinding.exact import enumerate_design
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> found = exact_summary(enumerate_design(variant("V3", 3)).characteristics([0.1, 0.25, 0.4]))
    >>> f"{found.name}, {found.method}: {found.correct(0.25):.4f}"
    '3+3 V3, exact, 93 final states: 0.3710'
    """
    design = found.enumeration.design
    method = Exact(len(found.probability), found.enumeration.paths)
    return DesignSummary(
        design,
        design.name,
        _numbers(found.truth),
        _numbers(found.recommendation),
        _numbers(found.patients),
        _numbers(found.dlts),
        _numbers(found.total_patients),
        method,
    )


def simulated_summary(found: SimulatedTrials, seed: int) -> DesignSummary:
    """Take over simulated trials, which do not know their seed."""
    return DesignSummary(
        found.design,
        found.design.name,
        _numbers(found.truth),
        _numbers(found.recommendation),
        _numbers(found.patients),
        _numbers(found.mean_dlts),
        _numbers(found.total_patients),
        Simulated(len(found.recommended), seed),
    )


def _numbers(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(float, values))


# Side by side ---------------------------------------------------------------------------------------------------------


def side_by_side(summaries: Sequence[DesignSummary]) -> tuple[DesignSummary, ...]:
    """Give designs names that differ: those of one name are told apart by the parameters in which they differ.

    Raises
    ------
    InputError
        When there is none, or they do not stand under the same true rates.
    """
    if not summaries:
        raise InputError("no design to show")
    if any(each.truth != summaries[0].truth for each in summaries):
        raise InputError("designs are compared under the same true rates")
    counts = Counter(each.name for each in summaries)
    named = [_with_parameters(each, summaries) if counts[each.name] > 1 else each.name for each in summaries]
    return tuple(replace(each, name=name) for each, name in zip(summaries, _numbered(named), strict=True))


def _with_parameters(summary: DesignSummary, summaries: Sequence[DesignSummary]) -> str:
    alike = [dict(parameters_of(each.design)) for each in summaries if each.name == summary.name]
    own = parameters_of(summary.design)
    differs = [f"{name} {value}" for name, value in own if any(other.get(name) != value for other in alike)]
    return "; ".join([summary.name, *differs])


def _numbered(names: Sequence[str]) -> list[str]:
    """Tell names that are still alike apart by a number."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
