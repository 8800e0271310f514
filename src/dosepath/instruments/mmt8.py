"""MMT-8, manual muscle testing of eight muscle groups.

The two-sided form has 150 points (seven pairs and the neck flexors), the one-sided form 80. They do not convert: the
seven muscles of the other side may add anything from 0 to 70 points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dosepath.core.facts import Value
from dosepath.core.instrument import Cases, Field, Item
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation

OTHER_SIDE_POINTS = Fraction(70)
"""Points of the seven muscles of the side that the one-sided form leaves out."""


@dataclass(frozen=True, slots=True)
class Mmt8:
    """The two-sided total, as far as entered totals tell."""

    id: str = "mmt8"
    name: str = "Manual Muscle Testing, 8 muscle groups"
    version: str = "IMACS, 0 to 10 points a muscle"
    citation: Citation = Citation("Rider LG, Koziol D, Giannini EH et al. Arthritis Care Res 2010;62:465-472")
    one_assessment: bool = False

    @property
    def fields(self) -> Mapping[str, Field]:
        """The total of the two-sided form, 0 to 150 points."""
        return {"total_150": Field("MMT-8, two-sided", unit="1")}

    @property
    def entries(self) -> Mapping[str, Field]:
        """Totals of both forms; the two-sided one goes first."""
        return {**self.fields, "total_80": Field("MMT-8, one-sided", unit="1")}

    @property
    def items(self) -> Mapping[str, Item]:
        """None yet."""
        return {}

    def score(self, answers: Mapping[str, Value]) -> Cases:
        """Give no case, for there are no items."""
        return Cases(())

    def cases(self, entered: Mapping[str, Value]) -> Cases:
        """Give the two-sided total, or the bounds that a one-sided one sets.

        Examples
        --------
        >>> Mmt8().cases({"total_80": Quantity(Fraction(71), "1")}).possible[0]["total_150"].high
        Fraction(141, 1)
        """
        for entry, added in (("total_150", Fraction(0)), ("total_80", OTHER_SIDE_POINTS)):
            value = entered.get(entry)
            if isinstance(value, Quantity):
                bounds = Interval(value.value, value.value + added)
                return Cases(({"total_150": bounds},), open_items=("total_150",) if added else ())
        return Cases((), open_items=("total_150",))
