"""SLEDAI-2K, the SLE Disease Activity Index 2000.

The total holds two items of serology, low complement and raised anti-dsDNA, of 2 points each; the clinical part is the
total without them. So a total alone leaves three clinical parts possible, and a clinical part alone three totals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dosepath.core.facts import Value
from dosepath.core.instrument import Cases, Field, Item
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation

SEROLOGY_POINTS = (0, 2, 4)
"""Points of serology: none, one or both of the two items."""

HIGHEST_CLINICAL = 101
"""Points of the 22 items that are not serology, all present."""


@dataclass(frozen=True, slots=True)
class Sledai2K:
    """The total and its clinical part, as far as entered scores tell."""

    id: str = "sledai_2k"
    name: str = "SLE Disease Activity Index 2000"
    version: str = "SLEDAI-2K"
    citation: Citation = Citation("Gladman DD, Ibañez D, Urowitz MB. J Rheumatol 2002;29:288-291")
    one_assessment: bool = True

    @property
    def fields(self) -> Mapping[str, Field]:
        """Total and clinical part, in points."""
        return {
            "total": Field("SLEDAI-2K", unit="1"),
            "clinical": Field("SLEDAI-2K without low complement and raised anti-dsDNA", unit="1"),
        }

    @property
    def entries(self) -> Mapping[str, Field]:
        """Both may be entered."""
        return self.fields

    @property
    def items(self) -> Mapping[str, Item]:
        """None yet."""
        return {}

    def score(self, answers: Mapping[str, Value]) -> Cases:
        """Give no case, for there are no items."""
        return Cases(())

    def cases(self, entered: Mapping[str, Value]) -> Cases:
        """List the pairs of total and clinical part that agree with what was entered.

        Examples
        --------
        >>> [dict(case)["clinical"].low for case in Sledai2K().cases({"total": Quantity(Fraction(9), "1")}).possible]
        [Fraction(9, 1), Fraction(7, 1), Fraction(5, 1)]
        """
        total, clinical = _points(entered.get("total")), _points(entered.get("clinical"))
        if total is None and clinical is None:
            return Cases((), open_items=("total", "clinical"))
        pairs: list[tuple[Fraction, Fraction]] = []
        for serology in SEROLOGY_POINTS:
            high = total if total is not None else (clinical or Fraction(0)) + serology
            low = clinical if clinical is not None else high - serology
            if high - low == serology and 0 <= low <= HIGHEST_CLINICAL:
                pairs.append((high, low))
        if not pairs:
            return Cases((), conflict=f"a total of {total} and a clinical part of {clinical} contradict each other")
        missing = tuple(name for name in ("total", "clinical") if name not in entered)
        return Cases(
            tuple({"total": Interval.at(high), "clinical": Interval.at(low)} for high, low in pairs), open_items=missing
        )


def _points(value: Value | None) -> Fraction | None:
    return value.value if isinstance(value, Quantity) else None
