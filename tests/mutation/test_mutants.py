"""A small draw of the mutants of the protocol: each must be noticed by some case; `make mutate` runs all of them."""

import random

import pytest

from tests.mutation.mutants import LostWord, Mutant
from tests.mutation.mutate_protocol import accepted, mutants, outcome

DRAWN = 60
LEAST_NOTICED = 60


@pytest.mark.parametrize("what", [Mutant, LostWord], ids=["rules", "words"])
def test_a_draw_of_mutants_is_noticed(what: type) -> None:
    known = accepted()
    numbers = [number for number, item in enumerate(mutants()) if isinstance(item, what) and str(item) not in known]
    drawn = random.Random(1).sample(numbers, DRAWN)
    survived = [str(mutants()[number]) for number in drawn if outcome(number) == "survived"]
    assert DRAWN - len(survived) >= LEAST_NOTICED, survived


def test_accepted_survivors_are_mutants_that_exist() -> None:
    assert set(accepted()) <= {str(item) for item in mutants()}


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert len({str(item) for item in mutants()}) == len(mutants())
