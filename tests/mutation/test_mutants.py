"""A small draw of the mutants of the protocol: each must be noticed by some case; `make mutate` runs all of them."""

import random

from tests.mutation.mutate_protocol import accepted, mutants, outcome

DRAWN = 60
LEAST_NOTICED = 54


def test_a_draw_of_mutants_is_noticed() -> None:
    numbers = [number for number, item in enumerate(mutants()) if not item.whole and str(item) not in accepted()]
    drawn = random.Random(1).sample(numbers, DRAWN)
    survived = [str(mutants()[number]) for number in drawn if outcome(number) == "survived"]
    assert DRAWN - len(survived) >= LEAST_NOTICED, survived


def test_accepted_survivors_are_mutants_that_exist() -> None:
    assert set(accepted()) <= {str(item) for item in mutants()}
