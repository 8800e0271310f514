"""Laws of designs with open windows over every small state: a DLT never raises a dose, no dose is skipped.

A DLT takes the place of a patient without one, or of a pending one. While accrual is suspended a pending patient who
becomes known may lift the suspension, so there a DLT is compared with the same patient known to have none. Next doses
are compared with next doses, a dose that is recommended in the end with another one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Skeleton
from dosepath.dosefinding.design import Action, Decision
from dosepath.dosefinding.open_windows import Followed, OpenTally
from dosepath.dosefinding.rolling_six import RollingSix
from dosepath.dosefinding.tite_boin import TiteBoin
from dosepath.dosefinding.tite_crm import Scheme, TiteCrm


def level_of(found: Decision) -> int:
    """Give the next dose or the one recommended; 0 for none."""
    return found.level or 0


# By counts ----------------------------------------------------------------------------------------------------------


def tallies(most: int, share: float) -> tuple[OpenTally, ...]:
    """Give every count of up to so many patients, the pending ones followed for one share."""
    return tuple(
        OpenTally(treated, pending, dlts, share * pending)
        for treated in range(most + 1)
        for pending in range(treated + 1)
        for dlts in range(treated - pending + 1)
    )


def known(seen: OpenTally, share: float, *, dlt: bool) -> OpenTally:
    """Let one pending patient become known."""
    left = seen.pending - 1
    return OpenTally(seen.treated, left, seen.dlts + dlt, share * left)


def states(most: Sequence[int], share: float) -> Iterator[tuple[tuple[OpenTally, ...], int]]:
    """Give counts at all doses without a gap, each with every dose that may be the current one."""
    for counts in product(*(tallies(each, share) for each in most)):
        tried = [level for level, seen in enumerate(counts, start=1) if seen.treated]
        if tried == list(range(1, len(tried) + 1)):
            yield from ((counts, current) for current in tried or [1])


def put(counts: tuple[OpenTally, ...], place: int, seen: OpenTally) -> tuple[OpenTally, ...]:
    return (*counts[:place], seen, *counts[place + 1 :])


COUNTED: dict[str, RollingSix | TiteBoin] = {
    "rolling six": RollingSix(3),
    "rolling six of 4": RollingSix(3, full=4),
    "tite-boin": TiteBoin(Boin(3, 0.3, 6)),
    "tite-boin that ends": TiteBoin(Boin(3, 0.3, 2)),
    "tite-boin with enough": TiteBoin(Boin(3, 0.3, 6), enough=3),
    "tite-boin 0.2": TiteBoin(Boin(3, 0.2, 6)),
}


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize(("most", "share"), [((3, 3, 2), 0.3), ((6, 2, 0), 0.5), ((2, 4, 1), 0.9)])
def test_a_dlt_among_the_counts_never_raises_the_dose(name: str, most: Sequence[int], share: float) -> None:
    design = COUNTED[name]

    @cache
    def advise(counts: tuple[OpenTally, ...], current: int) -> Decision:
        return design.advise_on(counts, current)

    compared = 0
    for counts, current in states(most, share):
        here = advise(counts, current)
        highest = max((level for level, seen in enumerate(counts, start=1) if seen.treated), default=0)
        assert 0 <= level_of(here) <= min(highest + 1, 3)
        assert (here.action is Action.STOP) == (here.level is None)
        for place, seen in enumerate(counts):
            worse = []
            if seen.evaluable > seen.dlts:
                worse.append((here, put(counts, place, replace(seen, dlts=seen.dlts + 1))))
            if seen.pending:
                toxic = put(counts, place, known(seen, share, dlt=True))
                worse.append((advise(put(counts, place, known(seen, share, dlt=False)), current), toxic))
                if here.action is not Action.WAIT:
                    worse.append((here, toxic))
            for before, changed in worse:
                after = advise(changed, current)
                if (after.action is Action.COMPLETE) <= (before.action is Action.COMPLETE):
                    compared += 1
                    assert level_of(after) <= level_of(before), (list(map(str, counts)), current, place)
    assert compared > 500


@pytest.mark.parametrize("name", COUNTED)
def test_a_dose_with_too_many_dlts_is_not_given(name: str) -> None:
    design = COUNTED[name]
    for counts, current in states((3, 3, 2), 0.5):
        found = design.advise_on(counts, current)
        if isinstance(design, RollingSix):
            assert all(seen.dlts < 2 for seen in counts[: level_of(found)])
        elif found.action is not Action.WAIT:
            assert level_of(found) < design.lowest_eliminated(counts)


# Patient by patient -------------------------------------------------------------------------------------------------

SKELETON = (0.1, 0.2, 0.35)
TOXIC = "dlt"
WHAT: tuple[float | str, ...] = (1.0, 0.25, 0.75, TOXIC)
"""Of a patient: the share of the window that is over without a DLT, or a DLT."""

WEIGHED: dict[str, TiteCrm] = {
    f"{model}, {scheme}": TiteCrm(Crm(Skeleton(SKELETON, model), 0.3, 24, 1), scheme)
    for model in ("empiric", "logistic")
    for scheme in ("linear", "adaptive")
}


def patients_of(levels: Sequence[int], what: Sequence[float | str], onset: float) -> tuple[Followed, ...]:
    return tuple(
        Followed(level, dlt=True, share=onset) if isinstance(each, str) else Followed(level, share=each)
        for level, each in zip(levels, what, strict=True)
    )


@pytest.mark.parametrize("name", WEIGHED)
@pytest.mark.parametrize("onset", [0.1, 0.5])
def test_a_dlt_of_a_patient_never_raises_the_dose(name: str, onset: float) -> None:
    design = WEIGHED[name]

    @cache
    def advise(patients: tuple[Followed, ...]) -> Decision:
        return design.advise(patients, patients[-1].level)

    compared = 0
    for levels in ((1, 1, 1, 2), (1, 2, 2, 3), (1, 1, 2, 2)):
        for what in product(WHAT, repeat=4):
            here = advise(patients_of(levels, what, onset))
            assert 1 <= level_of(here) <= min(levels[-1] + 1, 3)
            if what[-1] == TOXIC:
                assert level_of(here) <= levels[-1]
            for place, each in enumerate(what):
                if each != TOXIC:
                    toxic = (*what[:place], TOXIC, *what[place + 1 :])
                    after = level_of(advise(patients_of(levels, toxic, onset)))
                    assert after <= level_of(here), (levels, what, place)
                    compared += 1
    assert compared == 3 * 4**4 * 4 * 3 // 4


@pytest.mark.parametrize("scheme", ["linear", "adaptive"])
def test_longer_follow_up_without_a_dlt_never_lowers_the_dose(scheme: Scheme) -> None:
    design = TiteCrm(Crm(Skeleton(SKELETON), 0.3, 24, 1), scheme)
    for levels in ((1, 1, 1, 2), (1, 2, 2, 3)):
        for what in product(WHAT[1:], repeat=4):
            for place, each in enumerate(what):
                if each != TOXIC:
                    found = [
                        level_of(design.advise(patients_of(levels, (*what[:place], share, *what[place + 1 :]), 0.5), 2))
                        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
                    ]
                    assert found == sorted(found), (levels, what, place)
