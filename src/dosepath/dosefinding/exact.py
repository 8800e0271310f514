"""Exact operating characteristics: every state that a design can reach, each with the number of ways to it.

With cohorts whose outcomes are known, the next dose depends on the counts alone. So the histories of a trial fall
together into few states, and the probability of a final state is its number of ways times p^x (1-p)^(n-x) at each
dose. The ways do not depend on the true rates: a design is enumerated once, and any number of scenarios is one product.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from math import comb
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import ENDED, Counts, Design, States, true_rates

Numbers: TypeAlias = NDArray[np.float64]

_NEVER = -1e300
"""Logarithm of a probability of zero, finite so that zero times it is zero."""


@dataclass(frozen=True)
class Enumeration:
    """The final states of a design.

    Parameters
    ----------
    design
        What was enumerated.
    treated, dlts
        Counts at each dose, one row a final state.
    ways
        Number of orderings of outcomes that lead to a state, with all cohorts of it told apart by their DLT counts.
    recommended
        Dose level recommended in a state; 0 for none.
    paths
        Number of different sequences of cohorts, each told by its number of DLTs.
    """

    design: Design
    treated: Counts
    dlts: Counts
    ways: Numbers
    recommended: Counts
    paths: int

    def probabilities(self, truths: Numbers) -> Numbers:
        """Give the probability of each final state.

        Parameters
        ----------
        truths
            True rates of DLT at each dose, shape (doses,) or (scenarios, doses).

        Returns
        -------
        array
            Shape (states,) or (scenarios, states); each row adds up to one.
        """
        with np.errstate(divide="ignore"):
            yes = np.maximum(np.log(truths), _NEVER)
            no = np.maximum(np.log1p(-truths), _NEVER)
        found: Numbers = self.ways * np.exp(yes @ self._dlts.T + no @ self._without.T)
        return found

    def recommendations(self, truths: Numbers) -> Numbers:
        """Give the probability that no dose, the first, the second ... is recommended, in many scenarios.

        Parameters
        ----------
        truths
            True rates of DLT at each dose, shape (scenarios, doses).

        Returns
        -------
        array
            Shape (scenarios, doses + 1); each row adds up to one.

        Raises
        ------
        InputError
            When a rate is missing or is no probability.

        Examples
        --------
        >>> from dosepath.dosefinding.three_plus_three import variant
        >>> found = enumerate_design(variant("V3", 3)).recommendations(np.array([[0.1, 0.25, 0.4], [0.0, 0.0, 0.0]]))
        >>> [[round(float(chance), 4) for chance in row] for row in found]
        [[0.1031, 0.3992, 0.371, 0.1268], [0.0, 0.0, 0.0, 1.0]]
        """
        if truths.ndim != 2 or truths.shape[1] != self.design.doses:
            raise InputError(f"scenarios are rows of {self.design.doses} true rates")
        if not ((truths >= 0) & (truths <= 1)).all():
            raise InputError("a true rate of DLT lies between 0 and 1")
        found = np.empty((self.design.doses + 1, len(truths)))
        step = max(_FEWEST_AT_ONCE, _AT_ONCE // len(self._folded.ways))
        for first in range(0, len(truths), step):
            part = slice(first, first + step)
            found[:, part] = self._folded.of(np.ascontiguousarray(truths[part].T))
        return found.T

    @cached_property
    def _folded(self) -> "_Folded":
        return _Folded.from_states(self.treated, self.dlts, self.ways, self.recommended)

    @cached_property
    def _dlts(self) -> Numbers:
        return self.dlts.astype(np.float64)

    @cached_property
    def _without(self) -> Numbers:
        return (self.treated - self.dlts).astype(np.float64)

    @cached_property
    def totals(self) -> Counts:
        """Number of patients in each final state."""
        found: Counts = self.treated.sum(axis=1)
        return found

    def characteristics(self, truth: Sequence[float] | Numbers) -> "Characteristics":
        """Give what the design does under one scenario.

        Raises
        ------
        InputError
            When a rate is missing or is no probability.
        """
        rates = true_rates(truth, self.design.doses)
        return Characteristics(self, rates, self.probabilities(rates))


_AT_ONCE, _FEWEST_AT_ONCE = 40_000, 16
"""Rows times scenarios that stay in the cache of a processor, and scenarios at the least."""


@dataclass(frozen=True, slots=True)
class _Folded:
    """Final states in an order in which those alike at all doses but the last are neighbours, and so on downwards.

    The sum over states is then taken dose by dose from the highest down: multiply by what the counts at a dose have for
    a probability, add up neighbours that are alike at all lower doses, and go on with one row for each.

    Parameters
    ----------
    ways
        Of each combination of a row below the highest dose and of the different counts at it.
    dlts, without
        For each dose, from the highest down, the different counts at it.
    counts
        For each dose below the highest, which of them a row has.
    starts
        For each dose below the highest, where the neighbours to be added up begin.
    levels
        Dose levels that are recommended in some state.
    """

    ways: Numbers
    dlts: tuple[Counts, ...]
    without: tuple[Counts, ...]
    counts: tuple[Counts, ...]
    starts: tuple[Counts, ...]
    levels: Counts

    @classmethod
    def from_states(cls, treated: Counts, dlts: Counts, ways: Numbers, recommended: Counts) -> "_Folded":
        pairs = treated * (treated + 1) // 2 + dlts
        order = np.lexsort((*pairs.T[::-1], recommended))
        rows = np.column_stack([recommended, pairs])[order]
        toxic, clean, counts, starts = [], [], [], []
        for dose in range(pairs.shape[1], 0, -1):
            _, which = np.unique(rows[:, dose], return_inverse=True)
            _, first = np.unique(pairs[:, dose - 1], return_index=True)
            toxic.append(dlts[first, dose - 1])
            clean.append((treated - dlts)[first, dose - 1])
            counts.append(which)
            changes = np.any(rows[1:, :dose] != rows[:-1, :dose], axis=1)
            starts.append(np.concatenate([[0], np.flatnonzero(changes) + 1]))
            rows = rows[starts[-1], :dose]
        by_highest = np.zeros((len(starts[0]), len(toxic[0])))
        np.add.at(
            by_highest, (np.searchsorted(starts[0], np.arange(len(order)), side="right") - 1, counts[0]), ways[order]
        )
        return cls(by_highest, tuple(toxic), tuple(clean), tuple(counts[1:]), tuple(starts[1:]), rows[:, 0])

    def of(self, truths: Numbers) -> Numbers:
        """Give the recommendation probabilities, shape (doses + 1, scenarios), of rates of shape (doses, scenarios)."""
        most = max(int(each.max()) for each in (*self.dlts, *self.without))
        yes, no = _powers(truths, most), _powers(1 - truths, most)
        doses = len(truths)
        chances = [
            yes[toxic, dose] * no[clean, dose]
            for toxic, clean, dose in zip(self.dlts, self.without, range(doses - 1, -1, -1), strict=True)
        ]
        sums: Numbers = self.ways @ chances[0]
        for each, counts, starts in zip(chances[1:], self.counts, self.starts, strict=True):
            sums = np.add.reduceat(sums * each[counts], starts, axis=0)
        found = np.zeros((doses + 1, truths.shape[1]))
        found[self.levels] = sums
        return found


def _powers(rates: Numbers, most: int) -> Numbers:
    """Give the powers of rates from 0 up, along a new first axis."""
    found = np.ones((most + 1, *rates.shape))
    for exponent in range(1, most + 1):
        np.multiply(found[exponent - 1], rates, out=found[exponent])
    return found


@dataclass(frozen=True)
class Characteristics:
    """What a design does under one scenario, exactly.

    Parameters
    ----------
    enumeration
        Final states of the design.
    truth
        True rate of DLT at each dose.
    probability
        Of each final state.
    """

    enumeration: Enumeration
    truth: Numbers
    probability: Numbers

    @cached_property
    def recommendation(self) -> Numbers:
        """Probability that no dose, the first, the second ... is recommended."""
        found = self.enumeration
        return _summed(found.recommended, self.probability, minlength=found.design.doses + 1)

    @cached_property
    def patients(self) -> Numbers:
        """Expected number of patients at each dose."""
        found: Numbers = self.probability @ self.enumeration.treated
        return found

    @cached_property
    def dlts(self) -> Numbers:
        """Expected number of DLTs at each dose."""
        found: Numbers = self.probability @ self.enumeration.dlts
        return found

    @cached_property
    def total_patients(self) -> Numbers:
        """Probability of each number of patients, from 0 to the most."""
        found = self.enumeration
        return _summed(found.totals, self.probability, minlength=found.design.most_patients + 1)

    @cached_property
    def total_dlts(self) -> Numbers:
        """Probability of each number of DLTs."""
        return _summed(self.enumeration.dlts.sum(axis=1), self.probability)

    def more_patients_than(self, planned: int) -> float:
        """Give the probability that more patients are needed than planned."""
        return float(self.total_patients[planned + 1 :].sum())

    def overdosed(self, target: float) -> float:
        """Give the expected share of patients treated at doses whose true rate lies above a target."""
        return float(self.patients[self.truth > target].sum() / self.patients.sum())

    @cached_property
    def gradient(self) -> Numbers:
        """Change of the recommendation probabilities with the true rates, shape (doses + 1, doses).

        Raises
        ------
        InputError
            When a true rate is 0 or 1, where it has no two sides.
        """
        if not ((self.truth > 0) & (self.truth < 1)).all():
            raise InputError("the gradient is given for true rates above 0 and below 1")
        found = self.enumeration
        slopes = found.dlts / self.truth - (found.treated - found.dlts) / (1 - self.truth)
        weighted = self.probability[:, None] * slopes
        rows = [weighted[found.recommended == level].sum(axis=0) for level in range(found.design.doses + 1)]
        return np.array(rows)


def _summed(places: Counts, weights: Numbers, minlength: int = 0) -> Numbers:
    """Add up the weights of each place."""
    return np.bincount(places, weights, minlength=minlength).astype(np.float64)


def enumerate_design(design: Design, most: int | None = None) -> Enumeration:
    """Follow a design through every state that it can reach.

    Parameters
    ----------
    design
        Any design with cohorts whose outcomes are known.
    most
        States, final ones and those that one cohort leads to, up to which it is followed; None for all of them.

    Raises
    ------
    InputError
        When there are more states.

    Examples
    --------
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> found = enumerate_design(variant("V3", 3))
    >>> found.paths, round(float(found.characteristics([0.1, 0.25, 0.4]).recommendation[3]), 4)
    (154, 0.1268)
    """
    found = _merged(_Nodes.joined(list(_layers(design, most))), design.most_patients)
    recommended = design.recommended(found.treated, found.dlts)
    return Enumeration(design, found.treated, found.dlts, found.ways, recommended, int(found.paths.sum()))


@dataclass(frozen=True, slots=True)
class _Nodes:
    """States, each with the dose level that is next and the number of ways and paths to it."""

    treated: Counts
    dlts: Counts
    following: Counts
    ways: Numbers
    paths: Numbers

    @classmethod
    def joined(cls, parts: "Sequence[_Nodes]") -> "_Nodes":
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)))

    def where(self, chosen: NDArray[np.bool_] | Counts) -> "_Nodes":
        return _Nodes(*(getattr(self, each.name)[chosen] for each in fields(self)))


def _layers(design: Design, most: int | None) -> Iterator[_Nodes]:
    """Yield the states in which a trial ends, cohort by cohort."""
    nobody = np.zeros((1, design.doses), dtype=np.int64)
    nodes = _Nodes(nobody, nobody, np.array([design.start], dtype=np.int64), np.ones(1), np.ones(1))
    ends = 0
    while len(nodes.following):
        ways_on = int((design.cohort_sizes(nodes.treated, nodes.dlts, nodes.following) + 1).sum())
        if most is not None and ends + ways_on > most:
            raise InputError(f"{design.name} leads to more than {most:,} states: take fewer cohorts or fewer doses")
        nodes = _merged(_Nodes.joined(list(_one_cohort(design, nodes))), design.most_patients)
        ended = nodes.following == ENDED
        ends += int(ended.sum())
        yield nodes.where(ended)
        nodes = nodes.where(~ended)


def _one_cohort(design: Design, nodes: _Nodes) -> Iterator[_Nodes]:
    """Treat one cohort in every state, with every number of DLTs."""
    sizes = design.cohort_sizes(nodes.treated, nodes.dlts, nodes.following)
    for size in np.unique(sizes):
        here = nodes.where(sizes == size)
        rows, at = np.arange(len(here.following)), here.following - 1
        for toxic in range(int(size) + 1):
            treated, dlts = here.treated.copy(), here.dlts.copy()
            treated[rows, at] += size
            dlts[rows, at] += toxic
            latest, latest_dlts = np.full(len(rows), size), np.full(len(rows), toxic)
            following = design.next_doses(States(treated, dlts, here.following, latest, latest_dlts))
            following = np.where(treated.sum(axis=1) >= design.most_patients, ENDED, following)
            yield _Nodes(treated, dlts, following, here.ways * comb(int(size), toxic), here.paths)


def _merged(nodes: _Nodes, most: int) -> _Nodes:
    """Put equal states together."""
    keys = state_keys(nodes.treated, nodes.dlts, nodes.following, most)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    one = nodes.where(first)
    return _Nodes(one.treated, one.dlts, one.following, _summed(inverse, nodes.ways), _summed(inverse, nodes.paths))


def state_keys(treated: Counts, dlts: Counts, mark: Counts, most: int) -> NDArray[np.generic]:
    """Write each state as one number; as bytes where the numbers grow too large.

    Parameters
    ----------
    treated, dlts
        Counts at each dose, one row a state.
    mark
        One number a state that tells it apart besides the counts.
    most
        Most patients at one dose.
    """
    pairs = treated * (treated + 1) // 2 + dlts
    base = (most + 1) * (most + 2) // 2
    doses = treated.shape[1]
    if base**doses * (int(mark.max(initial=0)) + 1) < 2**63:
        key = mark.copy()
        for dose in range(doses):
            key = key * base + pairs[:, dose]
        return key
    rows = np.ascontiguousarray(np.column_stack([pairs, mark]))
    return rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1])))[:, 0]
