"""Keyboard: intervals of equal width left and right of the target; the one that the data make most likely decides.

The key in the middle holds the target. If the most likely key lies below it one goes up, above it down. What is left
over at both ends is narrower; it counts by its probability per width, as in the R package Keyboard. mTPI-2 is the same
rule under another name.

Verification: tables against the R package Keyboard 0.1.3; mTPI-2 decisions against escalation 0.2.3.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil

from dosepath.core.source import Citation
from dosepath.dosefinding.beta import beta_cdf
from dosepath.dosefinding.table_design import DOWN, ROUNDING, STAY, UP, TableDesign, as_written, check_interval

YAN_2017 = Citation("Yan F, Mandrekar SJ, Yuan Y. Clin Cancer Res 2017;23:3994-4003")


@dataclass(frozen=True, slots=True)
class Keyboard(TableDesign):
    """Keyboard; the target key reaches `below` under and `above` over the target."""

    below: float = 0.05
    above: float = 0.05

    def __post_init__(self) -> None:
        check_interval(self.target, self.below, self.above)

    @property
    def id(self) -> str:
        """`keyboard`."""
        return "keyboard"

    @property
    def name(self) -> str:
        """Keyboard."""
        return "Keyboard"

    @property
    def citation(self) -> Citation:
        """Yan, Mandrekar and Yuan 2017."""
        return YAN_2017

    def asks(self, treated: int, dlts: int) -> int:
        """Find the most likely key; equal ones ask for the lower dose."""
        found = [
            ((beta_cdf(high, dlts, treated) - beta_cdf(low, dlts, treated)) / (high - low), asked)
            for low, high, asked in _keys(self.target, self.below, self.above)
        ]
        most = max(chance for chance, _ in found)
        return next(asked for chance, asked in found if chance >= most - ROUNDING)


@lru_cache(maxsize=64)
def _keys(target: float, below: float, above: float) -> tuple[tuple[float, float, int], ...]:
    """Give the bounds of each key, from high rates to low ones, and what it asks for."""
    left, right = as_written(target) - as_written(below), as_written(target) + as_written(above)
    width, zero, one = right - left, Fraction(0), Fraction(1)
    over = [(right + step * width, min(right + (step + 1) * width, one)) for step in range(ceil((1 - right) / width))]
    under = [(max(left - (step + 1) * width, zero), left - step * width) for step in range(ceil(left / width))]
    return (
        *((float(low), float(high), DOWN) for low, high in reversed(over)),
        (float(left), float(right), STAY),
        *((float(low), float(high), UP) for low, high in under),
    )
