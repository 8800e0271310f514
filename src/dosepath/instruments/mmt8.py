"""MMT-8, manual muscle testing of eight muscle groups.

Each muscle is graded from 0, no contraction, to 10, holds against full resistance. The two-sided form has 150 points
(seven pairs and the neck flexors, which have no side), the one-sided form 80. They do not convert: the seven muscles
of the other side may add anything from 0 to 70 points. A muscle that could not be tested is not assessed; nothing is
scaled up for it.

Verification: muscles, range and both totals as gathered in the project's reference notes (a reprint of IMACS form 04,
the abstract of Rider 2010, the entry criteria of ProDERM); 10 + 7 x 2 x 10 = 150; shared cases, 2026-11-23.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dosepath.core.facts import Value
from dosepath.core.instrument import Field, Item, ItemAnswer, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation
from dosepath.instruments.answers import read_answers
from dosepath.instruments.items import whole

STRONGEST = 10
"""Highest grade of a muscle; the lowest is 0."""

NECK = ("neck_flexors", "flexors of the neck")
PROXIMAL = (
    ("deltoid", "middle deltoid"),
    ("biceps", "biceps of the arm"),
    ("gluteus_maximus", "gluteus maximus"),
    ("gluteus_medius", "gluteus medius"),
    ("quadriceps", "quadriceps"),
)
DISTAL = (
    ("wrist_extensors", "extensors of the wrist"),
    ("ankle_dorsiflexors", "dorsiflexors of the ankle"),
)
SIDES = ("right", "left")

OTHER_SIDE_POINTS = Fraction(70)
"""Points of the seven muscles of the side that the one-sided form leaves out."""

_VERIFICATION = Verification(
    "reprint of IMACS form 04, abstract of Rider 2010, entry criteria of ProDERM",
    date(2026, 11, 23),
)
_CITATION = Citation("Rider LG, Koziol D, Giannini EH et al. Arthritis Care Res 2010;62:465-472", "10.1002/acr.20035")
_TOTAL = {"total_150": Field("MMT-8, two-sided", unit="1")}
_FIELDS = {
    **_TOTAL,
    "axial": Field("neck flexors", unit="1"),
    "proximal": Field("five proximal muscles, both sides", unit="1"),
    "distal": Field("two distal muscles, both sides", unit="1"),
}


def _sided(muscles: tuple[tuple[str, str], ...]) -> dict[str, Item]:
    return {
        f"{muscle}.{side}": whole(f"{muscle}.{side}", f"{label}, {side}", 0, STRONGEST)
        for muscle, label in muscles
        for side in SIDES
    }


_REGIONS: Mapping[str, Mapping[str, Item]] = {
    "axial": {NECK[0]: whole(*NECK, 0, STRONGEST)},
    "proximal": _sided(PROXIMAL),
    "distal": _sided(DISTAL),
}
_ITEMS = {name: item for region in _REGIONS.values() for name, item in region.items()}


@dataclass(frozen=True, slots=True)
class Mmt8:
    """The two-sided total, from the grades of fifteen muscles or from entered totals."""

    id: str = "mmt8"
    name: str = "Manual Muscle Testing, 8 muscle groups"
    version: str = "IMACS, 0 to 10 points a muscle"
    citation: Citation = _CITATION
    one_assessment: bool = False
    verification: Verification = _VERIFICATION

    @property
    def fields(self) -> Mapping[str, Field]:
        """The total of the two-sided form, 0 to 150 points, and its three regions."""
        return _FIELDS

    @property
    def entries(self) -> Mapping[str, Field]:
        """Totals of both forms; the two-sided one goes first."""
        return {**_TOTAL, "total_80": Field("MMT-8, one-sided", unit="1")}

    @property
    def items(self) -> Mapping[str, Item]:
        """Fifteen muscles: the neck flexors, and seven on either side as `muscle.right` and `muscle.left`."""
        return _ITEMS

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        """Give the bounds of the total; a muscle that was not tested may have any grade.

        Examples
        --------
        >>> grades = dict.fromkeys(Mmt8().items, Quantity(Fraction(9), "1"))
        >>> del grades["biceps.left"]
        >>> total = Mmt8().score(grades).possible[0]["total_150"]
        >>> int(total.low), int(total.high)
        (126, 136)
        """
        said = read_answers(_ITEMS, answers)
        case = {"total_150": _bounds(_ITEMS, said.numbers)}
        case |= {region: _bounds(items, said.numbers) for region, items in _REGIONS.items()}
        return Score(self.id, self.version, (case,), missing=said.open(_ITEMS), refused=said.refusals)

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        """Give the two-sided total, or the bounds that a one-sided one sets.

        Examples
        --------
        >>> Mmt8().from_entered({"total_80": Quantity(Fraction(71), "1")}).possible[0]["total_150"].high
        Fraction(141, 1)
        """
        for entry, added in (("total_150", Fraction(0)), ("total_80", OTHER_SIDE_POINTS)):
            value = entered.get(entry)
            if isinstance(value, Quantity):
                bounds = Interval(value.value, value.value + added)
                return Score(self.id, self.version, ({"total_150": bounds},), missing=("total_150",) if added else ())
        return Score(self.id, self.version, (), missing=("total_150",))


MMT8 = Mmt8()


def _bounds(items: Mapping[str, Item], grades: Mapping[str, int]) -> Interval:
    low = sum(grades.get(item, 0) for item in items)
    high = sum(grades.get(item, STRONGEST) for item in items)
    return Interval(Fraction(low), Fraction(high))
