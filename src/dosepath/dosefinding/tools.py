"""What a statistician asks of designs: what may come next, how many patients, which of several, at what price."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import comb

import numpy as np

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Action, Decision, Design, decide, rows_of, true_rates
from dosepath.dosefinding.exact import Characteristics, Numbers, enumerate_design
from dosepath.dosefinding.outcomes import Cohort, DoseTally, tally
from dosepath.dosefinding.three_plus_three import VARIANTS, ThreePlusThree, variant

# Look-ahead ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Branch:
    """One way in which a trial may go on.

    Parameters
    ----------
    cohorts
        The cohorts that follow, DLTs written first.
    decision
        What the design says after them.
    probability
        Under the true rates that were given; None without them.
    """

    cohorts: tuple[Cohort, ...]
    decision: Decision
    probability: float | None


def look_ahead(
    design: Design, cohorts: Sequence[Cohort], depth: int = 2, truth: Sequence[float] | None = None
) -> tuple[Branch, ...]:
    """List what a design says after each outcome of the next cohorts; a way that ends before is listed where it ends.

    Parameters
    ----------
    design
        Any design.
    cohorts
        The trial so far.
    depth
        Cohorts to look ahead.
    truth
        True rates of DLT, for the probability of each way.

    Raises
    ------
    InputError
        When the history is impossible, or a rate is missing.

    Examples
    --------
    >>> from dosepath.dosefinding.outcomes import read_outcomes
    >>> for each in look_ahead(variant("V3", 3), read_outcomes("1NNN", 3), depth=1):
    ...     print(each.cohorts[0], each.decision.action.value, each.decision.level)
    2NNN escalate 3
    2TNN expand 2
    2TTN de_escalate 1
    2TTT de_escalate 1
    """
    if truth is not None:
        true_rates(truth, design.doses)
    found: list[Branch] = []
    waiting = [Branch((), decide(design, cohorts), None if truth is None else 1.0)]
    while waiting:
        branch = waiting.pop(0)
        level = branch.decision.level
        if len(branch.cohorts) == depth or branch.decision.action in (Action.STOP, Action.COMPLETE) or level is None:
            found.append(branch)
            continue
        for cohort, chance in next_cohorts(design, tally([*cohorts, *branch.cohorts], design.doses), level, truth):
            after = (*branch.cohorts, cohort)
            known = None if branch.probability is None else branch.probability * chance
            waiting.append(Branch(after, decide(design, [*cohorts, *after]), known))
    return tuple(found)


def next_cohorts(
    design: Design, tallies: Sequence[DoseTally], level: int, truth: Sequence[float] | None
) -> Iterable[tuple[Cohort, float]]:
    """Give the cohort that follows at a level with each number of DLTs, these first, and its probability.

    Parameters
    ----------
    design
        Any design.
    tallies
        Counts so far.
    level
        Dose level of the cohort.
    truth
        True rates of DLT; without them the probabilities mean nothing.
    """
    treated, dlts = rows_of(tallies)
    size = int(design.cohort_sizes(treated, dlts, np.array([level]))[0])
    size = min(size, design.most_patients - int(treated.sum()))
    rate = 0.0 if truth is None else truth[level - 1]
    for toxic in range(size + 1):
        outcomes = tuple(number < toxic for number in range(size))
        yield Cohort(level, outcomes), comb(size, toxic) * rate**toxic * (1 - rate) ** (size - toxic)


# Comparing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """One design under one scenario.

    Parameters
    ----------
    exact
        Its exact characteristics.
    target
        Rate of DLT that is looked for.
    """

    exact: Characteristics
    target: float

    @property
    def correct_level(self) -> int:
        """Dose level with the true rate nearest to the target; of two the lower."""
        return correct_level(self.exact.truth, self.target)

    @property
    def correct(self) -> float:
        """Probability that it is recommended."""
        return float(self.exact.recommendation[self.correct_level])

    @property
    def too_toxic(self) -> float:
        """Probability that a dose with a true rate above the target is recommended."""
        return float(self.exact.recommendation[1:][self.exact.truth > self.target].sum())

    @property
    def overdosed(self) -> float:
        """Expected share of patients at doses with a true rate above the target."""
        return self.exact.overdosed(self.target)


def correct_level(truth: Numbers | Sequence[float], target: float) -> int:
    """Give the dose level with the true rate nearest to the target; of two the lower.

    Examples
    --------
    >>> correct_level([0.1, 0.25, 0.4], 0.3)
    2
    """
    return int(np.abs(np.asarray(truth, dtype=np.float64) - target).round(12).argmin()) + 1


def compare(
    designs: Sequence[Design], scenarios: Sequence[Sequence[float]], target: float
) -> tuple[tuple[Compared, ...], ...]:
    """Give the exact characteristics of designs under the same scenarios, one row a design; each is enumerated once.

    Raises
    ------
    InputError
        When a rate is missing or is no probability.

    Examples
    --------
    >>> from dosepath.dosefinding.boin import Boin
    >>> rows = compare([variant("V3", 3), Boin(3, 0.3, 5)], [[0.1, 0.25, 0.4]], 0.3)
    >>> [round(row[0].correct, 3) for row in rows]
    [0.371, 0.467]
    """
    return tuple(
        tuple(Compared(found.characteristics(truth), target) for truth in scenarios)
        for found in map(enumerate_design, designs)
    )


def price_of_variants(design: ThreePlusThree, truth: Sequence[float], target: float) -> dict[str, Compared]:
    """Give what each named variant of a 3+3 does under one scenario, with its doses and its first dose.

    Examples
    --------
    >>> for name, each in price_of_variants(variant("V3", 3), [0.1, 0.25, 0.4], 0.3).items():
    ...     print(name, each.exact.recommendation.round(4), round(float(each.exact.patients.sum()), 2))
    V1 [0.0939 0.3626 0.3754 0.1681] 9.93
    V2 [0.103  0.3948 0.3342 0.1681] 11.7
    V3 [0.1031 0.3992 0.371  0.1268] 12.15
    V4 [0.0348 0.2604 0.4353 0.2696] 9.93
    """
    variants = [replace(variant(name, design.doses), start=design.start) for name in VARIANTS]
    rows = compare(variants, [truth], target)
    return dict(zip(VARIANTS, (row[0] for row in rows), strict=True))


# Sample size --------------------------------------------------------------------------------------------------------


def cohorts_needed(
    build: Callable[[int], Design], truth: Sequence[float], target: float, wanted: float, most: int = 20
) -> tuple[int, Compared]:
    """Find the fewest cohorts with which a design recommends the correct dose with a wanted probability.

    Parameters
    ----------
    build
        Makes the design with so many cohorts.
    truth, target
        Scenario, and the rate that is looked for.
    wanted
        Probability that the dose nearest to the target is recommended.
    most
        Cohorts up to which is looked.

    Raises
    ------
    InputError
        When so many cohorts are not enough.

    Examples
    --------
    >>> from dosepath.dosefinding.boin import Boin
    >>> found, compared = cohorts_needed(lambda cohorts: Boin(3, 0.3, cohorts), [0.1, 0.3, 0.5], 0.3, 0.6)
    >>> found, compared.correct > 0.6
    (4, True)
    """
    if not 0 < wanted < 1:
        raise InputError("the wanted probability lies between 0 and 1")
    best = 0.0
    for cohorts, found in by_cohorts(build, truth, target, most):
        if found.correct >= wanted:
            return cohorts, found
        best = max(best, found.correct)
    raise InputError(f"with up to {most} cohorts the correct dose is recommended with {100 * best:.1f} % at the most")


def by_cohorts(
    build: Callable[[int], Design], truth: Sequence[float], target: float, most: int, states: int | None = None
) -> Iterator[tuple[int, Compared]]:
    """Give what a design does with 1, 2, 3 ... cohorts.

    Parameters
    ----------
    build, truth, target
        As in `cohorts_needed`.
    most
        Cohorts up to which is looked.
    states
        States up to which each is enumerated; None for all of them.

    Raises
    ------
    InputError
        When there are more states.

    Examples
    --------
    >>> from dosepath.dosefinding.boin import Boin
    >>> [round(each.correct, 2) for _, each in by_cohorts(lambda n: Boin(3, 0.3, n), [0.1, 0.3, 0.5], 0.3, 3)]
    [0.0, 0.57, 0.58]
    """
    for cohorts in range(1, most + 1):
        yield cohorts, Compared(enumerate_design(build(cohorts), states).characteristics(truth), target)
