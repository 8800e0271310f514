"""mTPI, the modified toxicity probability interval design.

Three intervals: below, around and above the target. The one with the largest posterior probability per width decides.

Verification: decisions against the R package escalation 0.2.3.
"""

from dataclasses import dataclass

from dosepath.core.source import Citation
from dosepath.dosefinding.beta import beta_cdf
from dosepath.dosefinding.table_design import DOWN, ROUNDING, STAY, UP, TableDesign, check_interval

JI_2010 = Citation("Ji Y, Liu P, Li Y, Bekele BN. Clin Trials 2010;7:653-663")


@dataclass(frozen=True, slots=True)
class Mtpi(TableDesign):
    """mTPI; the interval of the target reaches `below` under and `above` over it."""

    below: float = 0.05
    above: float = 0.05

    def __post_init__(self) -> None:
        check_interval(self.target, self.below, self.above)

    @property
    def id(self) -> str:
        """`mtpi`."""
        return "mtpi"

    @property
    def name(self) -> str:
        """MTPI."""
        return "mTPI"

    @property
    def citation(self) -> Citation:
        """Ji and others 2010."""
        return JI_2010

    def asks(self, treated: int, dlts: int) -> int:
        """Compare posterior probability per width of the three intervals; equal ones ask for the lower dose."""
        left, right = self.target - self.below, self.target + self.above
        at_left, at_right = beta_cdf(left, dlts, treated), beta_cdf(right, dlts, treated)
        masses = {DOWN: (1 - at_right) / (1 - right), STAY: (at_right - at_left) / (right - left), UP: at_left / left}
        most = max(masses.values())
        return next(asked for asked, mass in masses.items() if mass >= most - ROUNDING)
