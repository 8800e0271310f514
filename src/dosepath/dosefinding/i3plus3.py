"""i3+3: an interval around the target, and one look back.

Go up when the share of DLTs lies below the interval, stay when inside. When it lies above, look at one DLT less: if
that share lies below the interval stay, otherwise go down.

Verification: the rule from its published statement (from memory); its table for a target of 0.30 by own arithmetic.
"""

from dataclasses import dataclass

from dosepath.core.source import Citation
from dosepath.dosefinding.table_design import DOWN, STAY, UP, TableDesign, as_written, check_interval

LIU_2020 = Citation("Liu M, Wang SJ, Ji Y. J Biopharm Stat 2020;30:294-304")


@dataclass(frozen=True, slots=True)
class I3Plus3(TableDesign):
    """i3+3; the interval reaches `below` under and `above` over the target."""

    below: float = 0.05
    above: float = 0.05

    def __post_init__(self) -> None:
        check_interval(self.target, self.below, self.above)

    @property
    def id(self) -> str:
        """`i3+3`."""
        return "i3+3"

    @property
    def name(self) -> str:
        """i3+3."""
        return "i3+3"

    @property
    def citation(self) -> Citation:
        """Liu, Wang and Ji 2020."""
        return LIU_2020

    def asks(self, treated: int, dlts: int) -> int:
        """Compare the share of DLTs, and the share with one less, with the interval."""
        target = as_written(self.target)
        left, right = target - as_written(self.below), target + as_written(self.above)
        if dlts < left * treated:
            return UP
        if dlts <= right * treated:
            return STAY
        return STAY if dlts - 1 < left * treated else DOWN
