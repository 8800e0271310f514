"""BOIN, the Bayesian optimal interval design.

Go up when the share of DLTs at the current dose is at most lambda_e, down when it is at least lambda_d, stay in
between. Both bounds follow from the target and from two rates around it that are to be told from it.

Verification: bounds, tables, selection and exact characteristics against the R package BOIN 2.7.2.
"""

from dataclasses import dataclass
from math import inf, log

from dosepath.core.errors import InputError
from dosepath.core.source import Citation
from dosepath.dosefinding.table_design import DOWN, STAY, UP, TableDesign

LIU_2015 = Citation("Liu S, Yuan Y. J R Stat Soc C 2015;64:507-523", "10.1111/rssc.12089")


@dataclass(frozen=True, slots=True)
class Boin(TableDesign):
    """BOIN with its defaults: rates of 0.6 and 1.4 times the target are told from it.

    Parameters
    ----------
    too_low, too_high
        Rates that ask for a higher and for a lower dose, as multiples of the target.
    bound_recommended
        Whether the estimate of the recommended dose must not lie above the bound to go down.

    Examples
    --------
    >>> [round(bound, 6) for bound in Boin(6, 0.3).bounds]
    [0.236491, 0.358519]
    """

    too_low: float = 0.6
    too_high: float = 1.4
    bound_recommended: bool = False

    def __post_init__(self) -> None:
        if not (0 < self.target < 1 and 0 < self.too_low < 1 < self.too_high < 1 / self.target):
            raise InputError(
                f"BOIN tells {self.too_low:g} and {self.too_high:g} times the target of {self.target:g} from it: "
                "a rate below it and one above it, both between 0 and 1"
            )

    @property
    def id(self) -> str:
        """`boin`."""
        return "boin"

    @property
    def name(self) -> str:
        """BOIN."""
        return "BOIN"

    @property
    def citation(self) -> Citation:
        """Liu and Yuan 2015."""
        return LIU_2015

    @property
    def bounds(self) -> tuple[float, float]:
        """Shares of DLTs at which one goes up, and at which one goes down."""
        low, high, target = self.too_low * self.target, self.too_high * self.target, self.target
        up = log((1 - low) / (1 - target)) / log(target * (1 - low) / (low * (1 - target)))
        down = log((1 - target) / (1 - high)) / log(high * (1 - target) / (target * (1 - high)))
        return up, down

    @property
    def highest_estimate(self) -> float:
        """The bound to go down where the recommended dose is bound by it."""
        return self.bounds[1] if self.bound_recommended else inf

    def asks(self, treated: int, dlts: int) -> int:
        """Compare the share of DLTs with the bounds."""
        up, down = self.bounds
        share = dlts / treated
        return UP if share <= up else DOWN if share >= down else STAY
