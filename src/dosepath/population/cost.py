"""What each criterion costs: its share in the patients who are lost, exactly, with bounds where verdicts are unknown.

A patient is lost when any item of a list is failed. The share of an item in that loss is its Shapley value: over all
orders in which the items might be looked at, how often it is the one that loses the patient. Of k failed items each
comes first equally often, so each carries 1/k of the patient, and the shares add up to the patients lost.

Where u further items are unknown, each of them may turn out passed or failed. Over all ways that this can go

- a failed item carries from 1/(k + u), when all of them fail, to 1/k, when all are passed;
- an unknown item carries from nothing, when it is passed, to 1/(k + 1), when it alone of the unknown ones fails.

These bounds are not those of two scenarios "unknown counts as passed" and "unknown counts as failed": with all
unknown items failed, an unknown item carries only 1/(k + u).

References
----------
Shapley LS. A value for n-person games. In: Contributions to the Theory of Games II, 1953:307-317. The shares of a
game that is lost as soon as one player of a set is present are equal within that set (a dual unanimity game).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

State: TypeAlias = Literal["failed", "unknown"]


class Group(NamedTuple):
    """Patients who are alike in what matters for the cost of one item.

    Parameters
    ----------
    item
        Id of the criterion.
    state
        What the item is for these patients; those who pass it need no group.
    failed, unknown
        Number of items that they fail, and that are unknown, this one among them.
    patients
        How many they are.
    """

    item: str
    state: State
    failed: int
    unknown: int
    patients: int


@dataclass(frozen=True, slots=True)
class ItemCost:
    """What one item of the list costs, in patients.

    Parameters
    ----------
    item
        Id of the criterion.
    failed, unknown
        Patients who fail it, and for whom it is unknown.
    share
        Its exact share in those who are surely lost, by what is known to be failed.
    least, most
        Bounds of its share over all that the unknown verdicts may turn out to be.
    only_this
        Patients who fail this item and no other: without it they would not be surely lost.
    only_this_decided
        Those of them for whom nothing is unknown: without it they would be eligible.
    only_open
        Patients who fail nothing, and for whom this alone is unknown.
    """

    item: str
    failed: int = 0
    unknown: int = 0
    share: Fraction = Fraction(0)
    least: Fraction = Fraction(0)
    most: Fraction = Fraction(0)
    only_this: int = 0
    only_this_decided: int = 0
    only_open: int = 0


def costs(items: Sequence[str], groups: Iterable[Group]) -> tuple[ItemCost, ...]:
    """Add up the cost of each item.

    Parameters
    ----------
    items
        The list, in the order in which it is to be shown.
    groups
        Patients by item, state and numbers; several groups of one kind are added.

    Returns
    -------
    tuple
        One for each item.

    Examples
    --------
    >>> two_failed = [Group("a", "failed", 2, 0, 30), Group("b", "failed", 2, 0, 30)]
    >>> [str(cost.share) for cost in costs(["a", "b"], two_failed)]
    ['15', '15']
    """
    found: dict[str, list[Group]] = {item: [] for item in items}
    for group in groups:
        found[group.item].append(group)
    return tuple(_cost(item, some) for item, some in found.items())


def _cost(item: str, groups: Sequence[Group]) -> ItemCost:
    failed = [group for group in groups if group.state == "failed"]
    unknown = [group for group in groups if group.state == "unknown"]
    alone = [group for group in failed if group.failed == 1]
    share = _total(Fraction(each.patients, each.failed) for each in failed)
    return ItemCost(
        item,
        failed=sum(each.patients for each in failed),
        unknown=sum(each.patients for each in unknown),
        share=share,
        least=_total(Fraction(each.patients, each.failed + each.unknown) for each in failed),
        most=share + _total(Fraction(each.patients, each.failed + 1) for each in unknown),
        only_this=sum(each.patients for each in alone),
        only_this_decided=sum(each.patients for each in alone if not each.unknown),
        only_open=sum(each.patients for each in unknown if not each.failed and each.unknown == 1),
    )


def _total(parts: Iterable[Fraction]) -> Fraction:
    return sum(parts, Fraction(0))


class Fall(NamedTuple):
    """Patients who are alike in where the list first turns against them.

    Parameters
    ----------
    first_failed, first_not_passed
        Place in the list, counted from 0, of the first item that they fail, and of the first that they fail or that is
        unknown; the length of the list when there is none.
    patients
        How many they are.
    """

    first_failed: int
    first_not_passed: int
    patients: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step down the list.

    Parameters
    ----------
    item
        Id of the criterion.
    lost
        Patients whom this item is the first to fail.
    possible
        Patients who fail nothing up to and with this item.
    sure
        Those of them who pass everything up to and with it.
    """

    item: str
    lost: int
    possible: int
    sure: int


def waterfall(items: Sequence[str], falls: Iterable[Fall]) -> tuple[Step, ...]:
    """Go down the list and count who is lost where, and who is left.

    Who is lost at a step depends on the order of the list; the shares of `costs` do not.

    Examples
    --------
    >>> waterfall(["a", "b"], [Fall(2, 2, 5), Fall(1, 0, 3)])[1]
    Step(item='b', lost=3, possible=5, sure=5)
    """
    falls = list(falls)
    everybody = sum(fall.patients for fall in falls)
    steps = []
    possible = sure = everybody
    for place, item in enumerate(items):
        lost = sum(fall.patients for fall in falls if fall.first_failed == place)
        possible -= lost
        sure -= sum(fall.patients for fall in falls if fall.first_not_passed == place)
        steps.append(Step(item, lost, possible, sure))
    return tuple(steps)
