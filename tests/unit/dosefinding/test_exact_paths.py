"""Exact characteristics of every design against every path in fractions, up to 4 doses; what they add up to.

The walk knows nothing of states: it goes through every sequence of cohorts, each with every number of DLTs, and asks
the design one state at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

import numpy as np
import pytest

from dosepath.dosefinding.blrm import Blrm, LogisticPrior
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Skeleton
from dosepath.dosefinding.decision_table import read_table
from dosepath.dosefinding.design import ENDED, Design, States
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.guards import MinimumAtRecommended, NoSkipping, StopAtPatients, StopWhenTooToxic
from dosepath.dosefinding.i3plus3 import I3Plus3
from dosepath.dosefinding.keyboard import Keyboard
from dosepath.dosefinding.mtpi import Mtpi
from dosepath.dosefinding.three_plus_three import VARIANTS, ThreePlusThree, variant
from dosepath.dosefinding.titration import AcceleratedTitration

TRUTH = (Fraction(1, 10), Fraction(1, 4), Fraction(2, 5), Fraction(11, 20))
RATES = (0.1, 0.2, 0.35, 0.5)
AMOUNTS = (0.5, 1.0, 2.0, 4.0)
TABLE = "treated,dlts,action\n3,0,E\n3,1,S\n3,2,D\n3,3,DU\n6,0,E\n6,1,E\n6,2,S\n6,3,D\n6,4,DU\n6,5,DU\n6,6,DU"


def designs_of(doses: int, cohorts: int) -> dict[str, Design]:
    """Give every design with some doses and cohorts, and guards around some of them."""
    boin = Boin(doses, 0.3, cohorts)
    skipping = Crm(Skeleton(RATES[:doses]), 0.3, cohorts, skip=True, coherent=False)
    prior = LogisticPrior(AMOUNTS[:doses], 1.0, (-1.0, 0.0), ((1.0, 0.0), (0.0, 0.25)))
    v1, v3 = variant("V1", doses), variant("V3", doses)
    return {
        **{name: variant(name, doses) for name in VARIANTS},
        **{f"titration {name}": AcceleratedTitration(variant(name, doses)) for name in VARIANTS},
        **{each.__name__: each(doses, 0.3, cohorts) for each in (Boin, Keyboard, Mtpi, I3Plus3)},
        "boin, one by one": Boin(doses, 0.3, cohorts + 1, 1),
        "boin, start at the highest": Boin(doses, 0.3, cohorts, start=doses),
        "boin, safer": Boin(doses, 0.3, cohorts, extra_safe=0.05),
        "a table": read_table(TABLE, doses, 0.3, cohorts),
        "crm": Crm(Skeleton(RATES[:doses]), 0.25, cohorts),
        "crm logistic": Crm(Skeleton(RATES[:doses], "logistic"), 0.25, cohorts, too_toxic=0.9),
        "crm that skips": skipping,
        "blrm": Blrm(prior, cohorts=cohorts),
        "crm, none skipped": NoSkipping(skipping),
        "V3 stops at 10": StopAtPatients(v3, 10),
        "boin stops at 7": StopAtPatients(boin, 7),
        "boin stops at 4 at one dose": StopAtPatients(boin, 4, at_one_dose=True),
        "boin stops when too toxic": StopWhenTooToxic(boin, 0.3, 0.8),
        "V1 with 6 at the dose": MinimumAtRecommended(v1, 6),
        "V1 with all guards": StopAtPatients(StopWhenTooToxic(NoSkipping(MinimumAtRecommended(v1, 5)), 0.3, 0.9), 14),
    }


@dataclass(frozen=True)
class End:
    """Where a path ends."""

    treated: tuple[int, ...]
    dlts: tuple[int, ...]
    level: int
    probability: Fraction


def paths(design: Design, truth: Sequence[Fraction]) -> Iterator[End]:
    nobody = (0,) * design.doses
    waiting = [(nobody, nobody, design.start, Fraction(1))]
    while waiting:
        treated, dlts, level, probability = waiting.pop()
        row = np.array([treated]), np.array([dlts])
        size = int(design.cohort_sizes(*row, np.array([level]))[0])
        rate = truth[level - 1]
        for toxic in range(size + 1):
            n, x = row[0].copy(), row[1].copy()
            n[0, level - 1] += size
            x[0, level - 1] += toxic
            state = States(n, x, np.array([level]), np.array([size]), np.array([toxic]))
            chance = probability * comb(size, toxic) * rate**toxic * (1 - rate) ** (size - toxic)
            to = int(design.next_doses(state)[0]) if n.sum() < design.most_patients else ENDED
            after = tuple(n[0].tolist()), tuple(x[0].tolist())
            if to == ENDED:
                yield End(*after, int(design.recommended(n, x)[0]), chance)
            else:
                waiting.append((*after, to, chance))


def compare(design: Design) -> None:
    truth = TRUTH[: design.doses]
    ends = list(paths(design, truth))
    assert sum(end.probability for end in ends) == 1
    found = enumerate_design(design)
    exact = found.characteristics([float(rate) for rate in truth])
    assert found.paths == len(ends)
    states = {(end.treated, end.dlts) for end in ends}
    assert len(found.ways) == len(states)
    assert set(zip(map(tuple, found.treated.tolist()), map(tuple, found.dlts.tolist()), strict=True)) == states

    def near(numbers: np.ndarray, wanted: Sequence[Fraction]) -> bool:
        padded = [*map(float, wanted), *[0.0] * (len(numbers) - len(wanted))]
        return bool(np.abs(numbers - padded).max() <= 1e-12 * max(1.0, float(max(wanted))))

    levels = [sum(end.probability for end in ends if end.level == level) for level in range(design.doses + 1)]
    assert near(exact.recommendation, [Fraction(each) for each in levels])
    assert near(found.recommendations(np.array([[float(rate) for rate in truth]]))[0], [Fraction(e) for e in levels])
    for dose in range(design.doses):
        assert near(exact.patients[[dose]], [Fraction(sum(end.probability * end.treated[dose] for end in ends))])
        assert near(exact.dlts[[dose]], [Fraction(sum(end.probability * end.dlts[dose] for end in ends))])
    most = max(sum(end.treated) for end in ends)
    totals = [sum(end.probability for end in ends if sum(end.treated) == total) for total in range(most + 1)]
    assert near(exact.total_patients, [Fraction(each) for each in totals])
    assert len(exact.total_patients) == design.most_patients + 1
    tail = [Fraction(sum(end.probability for end in ends if sum(end.treated) > planned)) for planned in range(most)]
    assert near(np.array([exact.more_patients_than(planned) for planned in range(most)]), tail)
    toxic = [sum(end.probability for end in ends if sum(end.dlts) == total) for total in range(most + 1)]
    assert near(exact.total_dlts, [Fraction(each) for each in toxic[: len(exact.total_dlts)]])
    everyone = sum(end.probability * sum(end.treated) for end in ends)
    for target, lowest in ((0.25, 2), (0.249, 1), (0.0, 0)):
        above = sum(end.probability * sum(end.treated[lowest:]) for end in ends)
        assert near(np.array([exact.overdosed(target)]), [Fraction(above / everyone)])
    for summed in (exact.probability, exact.recommendation, exact.total_patients, exact.total_dlts):
        assert abs(summed.sum() - 1) < 1e-12


@pytest.mark.parametrize("name", designs_of(1, 1))
@pytest.mark.parametrize("doses", [1, 2, 3, 4])
def test_states_agree_with_every_path_in_fractions(name: str, doses: int) -> None:
    compare(designs_of(doses, 3)[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", designs_of(1, 1))
@pytest.mark.parametrize("doses", [3, 4])
def test_states_agree_with_every_path_of_longer_trials(name: str, doses: int) -> None:
    compare(designs_of(doses, 6)[name])


@pytest.mark.parametrize(
    "design",
    [
        ThreePlusThree(doses, fill_below, fill_top, tolerated, start)
        for doses in (1, 2, 3, 4)
        for fill_below in (False, True)
        for fill_top in (False, True)
        for tolerated in (1, 2)
        for start in range(1, min(doses, 2) + 1)
    ],
    ids=str,
)
def test_every_combination_of_the_switches_of_3_plus_3(design: ThreePlusThree) -> None:
    compare(design)


@pytest.mark.parametrize(("doses", "number"), list(enumerate((46, 154, 442, 1162, 2890, 6922, 16138), start=2)))
def test_paths_of_3_plus_3_are_as_many_as_precautionary_has(doses: int, number: int) -> None:
    """R package precautionary 0.2.6-1, 2 to 8 doses; with 8 doses a state no longer fits into one number."""
    found = enumerate_design(variant("V3", doses))
    assert found.paths == number
    states = np.column_stack([found.treated, found.dlts])
    assert len(np.unique(states, axis=0)) == len(states)
    assert abs(found.characteristics(np.linspace(0.1, 0.5, doses)).probability.sum() - 1) < 1e-12
