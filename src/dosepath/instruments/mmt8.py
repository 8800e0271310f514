"""MMT-8, manual muscle testing of eight muscle groups.

Each muscle is graded from 0, no contraction, to 10, holds against full resistance; higher is better. The two-sided form
has 150 points (seven pairs and the neck flexors, which have no side), the one-sided form of neck and right side 80, the
form of 24 muscles 260. They do not convert: the seven muscles of the other side may add anything from 0 to 70 points,
and those that only the form of 260 has may hold anything from 0 to 110 of its points. A muscle that could not be tested
is not assessed; nothing is scaled up for it. Where the right of a muscle cannot be tested, the one-sided form takes the
left: enter that grade as the right one.

Grades of the scale from 0 to 5 that are entered here look like severe weakness: `all_grades_5_or_less` asks.

Verification: muscles, range and both totals as gathered in the project's reference notes (a reprint of IMACS form 04,
the abstract of Rider 2010, the entry criteria of ProDERM); 10 + 7 x 2 x 10 = 150; shared cases, 2026-11-25. From
memory: that the form of 260 points holds all muscles of that of 150.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dosepath.core.facts import Value
from dosepath.core.instrument import Field, Flag, Item, ItemAnswer, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers, read_answers
from dosepath.instruments.items import at, by_id, whole

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

MORE_MUSCLES_POINTS = Fraction(110)
"""Points of the muscles that only the form of 260 points has."""

HIGHEST_TWO_SIDED = Fraction(150)

HIGHEST_MRC = 5
"""Highest grade of the other scale, of the Medical Research Council."""

_VERIFICATION = Verification(
    "reprint of IMACS form 04, abstract of Rider 2010, entry criteria of ProDERM",
    date(2026, 11, 25),
    "that the form of 260 points holds all muscles of that of 150",
)
_CITATION = Citation("Rider LG, Koziol D, Giannini EH et al. Arthritis Care Res 2010;62:465-472", "10.1002/acr.20035")
_TOTAL = {"total_150": Field("MMT-8, two-sided", unit="1")}
_FIELDS = {
    **_TOTAL,
    "total_80": Field("MMT-8, neck and right side", unit="1"),
    "axial": Field("neck flexors", unit="1"),
    "proximal": Field("five proximal muscles, both sides", unit="1"),
    "distal": Field("two distal muscles, both sides", unit="1"),
}


_MUSCLES = "muscles, from 0 (no contraction) to 10 (holds against full resistance)"


def _sided(muscles: tuple[tuple[str, str], ...]) -> dict[str, Item]:
    return by_id(
        at(
            whole(f"{muscle}.{side}", f"{label}, {side}", 0, STRONGEST),
            section=_MUSCLES,
            row=label,
            column=side,
        )
        for muscle, label in muscles
        for side in SIDES
    )


_REGIONS: Mapping[str, Mapping[str, Item]] = {
    "axial": {NECK[0]: at(whole(*NECK, 0, STRONGEST), section=_MUSCLES, row=NECK[1])},
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
        """The total of the two-sided form, 0 to 150 points, that of neck and right side, and three regions."""
        return _FIELDS

    @property
    def entries(self) -> Mapping[str, Field]:
        """Totals of three forms; the two-sided one goes first, then the one-sided one."""
        return {
            **_TOTAL,
            "total_80": Field("MMT-8, one-sided", unit="1"),
            "total_260": Field("MMT, form of 24 muscles", unit="1"),
        }

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
        one_side = {item: known for item, known in _ITEMS.items() if not item.endswith(f".{SIDES[1]}")}
        case = {"total_150": _bounds(_ITEMS, said.numbers), "total_80": _bounds(one_side, said.numbers)}
        case |= {region: _bounds(items, said.numbers) for region, items in _REGIONS.items()}
        return Score(
            self.id,
            self.version,
            (case,),
            said.open(_ITEMS),
            tuple(_flags(said)),
            said.refusals,
            steps=tuple(_steps(said, case)),
        )

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        """Give the two-sided total, or the bounds that the total of another form sets.

        Examples
        --------
        >>> Mmt8().from_entered({"total_80": Quantity(Fraction(71), "1")}).possible[0]["total_150"].high
        Fraction(141, 1)
        """
        for entry, less, more in (
            ("total_150", Fraction(0), Fraction(0)),
            ("total_80", Fraction(0), OTHER_SIDE_POINTS),
            ("total_260", MORE_MUSCLES_POINTS, Fraction(0)),
        ):
            value = entered.get(entry)
            if isinstance(value, Quantity):
                # No bound goes beyond the form, unless what was entered does.
                low, high = max(value.value - less, Fraction(0)), value.value + more
                high = min(high, max(HIGHEST_TWO_SIDED, low))
                missing = () if entry == "total_150" else ("total_150",)
                bounds = Interval.at(value.value) if entry == "total_150" else Interval(low, high)
                return Score(self.id, self.version, ({"total_150": bounds},), missing=missing)
        return Score(self.id, self.version, (), missing=("total_150",))


MMT8 = Mmt8()


def _bounds(items: Mapping[str, Item], grades: Mapping[str, int]) -> Interval:
    low = sum(grades.get(item, 0) for item in items)
    high = sum(grades.get(item, STRONGEST) for item in items)
    return Interval(Fraction(low), Fraction(high))


def _flags(said: Answers) -> Iterator[Flag]:
    tested = [grade for item, grade in said.numbers.items() if item in _ITEMS]
    one_side = 1 + len(PROXIMAL) + len(DISTAL)
    if len(tested) >= one_side and max(tested) <= HIGHEST_MRC:
        yield Flag("all_grades_5_or_less", "every grade is 5 or less: were they read off a scale from 0 to 5?")


def _steps(said: Answers, case: Mapping[str, Interval]) -> Iterator[str]:
    for region, items in _REGIONS.items():
        grades = " + ".join(str(said.numbers[item]) if item in said.numbers else "?" for item in items)
        yield f"{region}: {grades} = {_shown(case[region])} of {STRONGEST * len(items)}"
    yield f"both sides: {_shown(case['total_150'])} of 150; neck and right side: {_shown(case['total_80'])} of 80"
    if said.open(_ITEMS):
        yield "?: not tested, may be anything from 0 to 10; nothing is scaled up"


def _shown(value: Interval) -> str:
    return f"{value.low}" if value.exact else f"{value.low} to {value.high}"
