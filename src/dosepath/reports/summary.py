"""What a design does under one scenario, exact or simulated, as plots and reports show it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from dosepath.core.errors import InputError
from dosepath.dosefinding.exact import Characteristics
from dosepath.dosefinding.recipes import AnyDesign
from dosepath.dosefinding.simulate import SimulatedTrials
from dosepath.dosefinding.timeline import TimedTrials
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
    """The numbers come from simulated trials.

    Parameters
    ----------
    trials, seed
        How many, and the seed of their patients.
    in_time
        Whether time passed in them. Patients in all are then all who were dosed, those at a dose the evaluable ones.
    """

    trials: int
    seed: int
    in_time: bool = False

    def __str__(self) -> str:
        time = " in time" if self.in_time else ""
        return f"simulated{time}, {self.trials:,} trials, seed {self.seed}"


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

    design: AnyDesign
    name: str
    truth: tuple[float, ...]
    recommendation: tuple[float, ...]
    patients: tuple[float, ...]
    dlts: tuple[float, ...]
    total_patients: tuple[float, ...]
    method: Exact | Simulated

    @property
    def mean_patients(self) -> float:
        """Expected number of evaluable patients."""
        return sum(self.patients)

    @property
    def mean_dlts(self) -> float:
        """Expected number of DLTs."""
        return sum(self.dlts)

    @property
    def mean_total(self) -> float:
        """Expected number of patients in all; in simulated time with those who left and those beside."""
        return sum(patients * chance for patients, chance in enumerate(self.total_patients))

    @property
    def most_patients(self) -> int:
        """Patients after which the trial ends at the latest; in simulated time the most that were dosed."""
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


def simulated_summary(found: SimulatedTrials | TimedTrials, seed: int) -> DesignSummary:
    """Take over simulated trials, which do not know their seed.

    Examples
    --------
    >>> from dosepath.dosefinding.simulate import simulate
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> str(simulated_summary(simulate(variant("V3", 3), [0.1, 0.25, 0.4], 100, seed=1), seed=1).method)
    'simulated, 100 trials, seed 1'
    """
    trials = found.trials if isinstance(found, TimedTrials) else found
    total = _shares(found.enrolled.tolist()) if isinstance(found, TimedTrials) else _numbers(trials.total_patients)
    return DesignSummary(
        trials.design,
        trials.design.name,
        _numbers(trials.truth),
        _numbers(trials.recommendation),
        _numbers(trials.patients),
        _numbers(trials.mean_dlts),
        total,
        Simulated(len(trials.recommended), seed, isinstance(found, TimedTrials)),
    )


def _shares(counts: Sequence[int]) -> tuple[float, ...]:
    """Give the share of each number, from 0 to the highest."""
    found = Counter(counts)
    return tuple(found[number] / len(counts) for number in range(max(counts) + 1))


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
    alike = [set(parameters_of(each.design)) for each in summaries if each.name == summary.name]
    own = parameters_of(summary.design)
    differs = [f"{each.name} {each.value}" for each in own if any(each not in other for other in alike)]
    if len({type(each.method) for each in summaries if each.name == summary.name}) > 1:
        differs.append("exact" if isinstance(summary.method, Exact) else "simulated")
    return "; ".join([summary.name, *differs])


def _numbered(names: Sequence[str]) -> list[str]:
    """Tell names that are still alike apart by a number."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
