"""Keyboard: intervals of equal width left and right of the target; the one that the data make most likely decides.

The key in the middle holds the target. If the most likely key lies below it one goes up, above it down. mTPI-2 is the
same rule under another name.

Verification: tables against the R package Keyboard 0.1.3; mTPI-2 decisions against escalation 0.2.3.
"""

from dataclasses import dataclass

from dosepath.core.source import Citation
from dosepath.dosefinding.beta import beta_cdf
from dosepath.dosefinding.table_design import DOWN, STAY, UP, TableDesign

YAN_2017 = Citation("Yan F, Mandrekar SJ, Yuan Y. Clin Cancer Res 2017;23:3994-4003")


@dataclass(frozen=True, slots=True)
class Keyboard(TableDesign):
    """Keyboard; the target key reaches `below` under and `above` over the target."""

    below: float = 0.05
    above: float = 0.05

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
        """Find the most likely key; of two equal ones the lower."""
        left, right = self.target - self.below, self.target + self.above
        width = right - left

        def chance(low: float, high: float) -> float:
            return beta_cdf(high, dlts, treated) - beta_cdf(low, dlts, treated)

        best, asked = chance(left, right), STAY
        for step in range(1, int(left / width + 1e-9) + 1):
            found = chance(left - step * width, left - (step - 1) * width)
            if found > best:
                best, asked = found, UP
        for step in range(1, int((1 - right) / width + 1e-9) + 1):
            found = chance(right + (step - 1) * width, right + step * width)
            if found > best:
                best, asked = found, DOWN
        return asked
