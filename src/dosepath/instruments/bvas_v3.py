"""BVAS version 3, the Birmingham Vasculitis Activity Score.

What is ticked was caused by active vasculitis in the last four weeks. One switch holds for the whole form: if all that
is ticked is persistent (present for more than four weeks, not new, not worse), every item gives its persistent points;
if anything is new or worse, every item gives its points for new or worse. So do all items of a first assessment, and
of any form with an item that cannot be persistent. Points are capped in each of nine systems; the total is at most 63
(persistent 33). Where the switch was not answered, both totals are possible unless they are equal.

Version 3 has no major items. Two profiles count them: items that are major in BVAS/WG (`major_items`, `other_items`),
and items of 6 points or more as new or worse (the same names with `_weight_ge_6`). Counts are of ticked items,
persistent or not.

Verification: systems, caps, totals and 56 items as gathered in the project's reference notes (two public tables, the
abstract of the paper); points against one open implementation, except three disputed spots marked in `bvas_v3_items`;
caps add up to 63 and 33; shared cases, 2026-11-23. Ask for the official form before anything depends on those spots.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from dosepath.core.facts import Value
from dosepath.core.instrument import Field, FieldValue, Item, ItemAnswer, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers, read_answers
from dosepath.instruments.bvas_v3_items import (
    CREATININE_BANDS,
    HEAVY,
    MAJOR,
    RED_CELL_CASTS,
    SCLERITIS,
    SCLERITIS_ONLY,
    SYSTEMS,
    Sign,
    System,
)
from dosepath.instruments.entered import entered_score
from dosepath.instruments.items import yes_or_no
from dosepath.instruments.sums import CASE_LIMIT, Options, Points, all_reachable, either, extremes, reachable

FIRST_ASSESSMENT = "first_assessment"
ALL_PERSISTENT = "all_persistent"

_VERIFICATION = Verification(
    "two public tables, the abstract, one open implementation",
    date(2026, 11, 23),
    "three disputed points, marked in the table of items",
)
_CITATION = Citation("Mukhtyar C, Lee R, Brown D et al. Ann Rheum Dis 2009;68:1827-1832")
_COUNTS = {
    "major_items": Field("items that are major in BVAS/WG", unit="1"),
    "other_items": Field("other items", unit="1"),
}
_TOTAL = {"total": Field("BVAS version 3", unit="1")}
_ENTRIES = {**_COUNTS, **_TOTAL}
_FIELDS = {
    **_TOTAL,
    **_COUNTS,
    "major_items_weight_ge_6": Field("items of 6 points or more", unit="1"),
    "other_items_weight_ge_6": Field("items below 6 points", unit="1"),
}
_FEEDS = {"major_items": ("major_items_weight_ge_6",), "other_items": ("other_items_weight_ge_6",)}
"""Counts are entered under the reading in force, so one entry serves both profiles."""

_SIGNS = tuple(sign for system in SYSTEMS for sign in system.signs)
_ITEMS = {
    **{sign.id: yes_or_no(sign.id, sign.label) for sign in _SIGNS},
    SCLERITIS_ONLY: yes_or_no(SCLERITIS_ONLY, "it is scleritis, not episcleritis"),
    RED_CELL_CASTS: yes_or_no(RED_CELL_CASTS, "red cell casts in urine (not an item of version 3)"),
    FIRST_ASSESSMENT: yes_or_no(FIRST_ASSESSMENT, "first assessment of the patient"),
    ALL_PERSISTENT: yes_or_no(ALL_PERSISTENT, "all that is ticked is persistent, nothing new or worse"),
}
_ALWAYS_NEW = frozenset(sign.id for sign in _SIGNS if sign.persistent is None)
_NOTHING: Points = (0,) * len(_FIELDS)


@dataclass(frozen=True, slots=True)
class BvasV3:
    """The total, and the counts of major and other items in two profiles."""

    id: str = "bvas_v3"
    name: str = "Birmingham Vasculitis Activity Score"
    version: str = "3"
    citation: Citation = _CITATION
    one_assessment: bool = True
    verification: Verification = _VERIFICATION

    @property
    def fields(self) -> Mapping[str, Field]:
        """Points of the total, 0 to 63, and four counts of items."""
        return _FIELDS

    @property
    def entries(self) -> Mapping[str, Field]:
        """The two counts under the reading in force and the total may be entered."""
        return _ENTRIES

    @property
    def items(self) -> Mapping[str, Item]:
        """The 56 items, two that serve the profiles, and two about the form as a whole, yes or no."""
        return _ITEMS

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        """Give the one case of what was entered; counts stand for both profiles, and no total tells them."""
        found = entered_score(self.id, self.version, _ENTRIES, entered, _FEEDS)
        return replace(found, missing=tuple(name for name in found.missing if name in _COUNTS))

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        """List the totals and counts that the items leave possible.

        Where too many combinations are possible, one case gives bounds for each value on its own.

        Examples
        --------
        >>> seen = dict.fromkeys(BvasV3().items, False) | {"purpura": True, "mononeuritis_multiplex": True}
        >>> case = BvasV3().score(seen).possible[0]
        >>> int(case["total"].low), int(case["major_items"].low), int(case["other_items"].low)
        (11, 1, 1)
        """
        said = _consistent(read_answers(_ITEMS, answers))
        columns = _columns(said)
        found: set[Points] = set()
        enumerated = True
        for persistent in columns:
            sums = _sums(said, persistent=persistent)
            if sums is None:
                enumerated = False
                break
            found.update(sums)
        possible = [_case(map(Interval.at, points)) for points in sorted(found)] if enumerated else [_bounds(said)]
        return Score(self.id, self.version, tuple(possible), missing=_open(said, columns), refused=said.refusals)


BVAS_V3 = BvasV3()


def _consistent(said: Answers) -> Answers:
    """Refuse answers that contradict one another or the rules of the form."""
    bands = [band for band in said.flags if band in CREATININE_BANDS and said.yes(band)]
    if len(bands) > 1:
        said = said.without(bands, "creatinine lies in one band")
        bands = []
    if bands and said.no(FIRST_ASSESSMENT):
        said = said.without(bands, "bands of creatinine count at the first assessment only")
        bands = []
    if said.yes(SCLERITIS_ONLY) and said.no(SCLERITIS):
        said = said.without([SCLERITIS, SCLERITIS_ONLY], f"{SCLERITIS} and {SCLERITIS_ONLY} contradict each other")
    if not said.yes(ALL_PERSISTENT):
        return said
    new = [name for name in said.flags if name in _ALWAYS_NEW and said.yes(name)]
    if said.yes(FIRST_ASSESSMENT):
        return said.without([ALL_PERSISTENT], "a first assessment is scored as new or worse")
    if new:
        return said.without([ALL_PERSISTENT], f"{' and '.join(new)} cannot be persistent")
    if bands:
        return said.without([*bands, ALL_PERSISTENT], "a band of creatinine means a first assessment, never persistent")
    return said


def _columns(said: Answers) -> tuple[bool, ...]:
    """Give the columns of points that may apply: new or worse, persistent, or both."""
    if said.yes(ALL_PERSISTENT):
        return (True,)
    always_new = any(said.yes(name) for name in (*_ALWAYS_NEW, *CREATININE_BANDS, FIRST_ASSESSMENT))
    return (False,) if always_new or said.no(ALL_PERSISTENT) else (False, True)


def _row(sign: Sign, *, persistent: bool, major: bool) -> Points:
    """Give what a ticked item adds, in the order of the fields."""
    points = (sign.persistent or 0) if persistent else sign.new
    heavy = sign.new >= HEAVY
    return points, int(major), int(not major), int(heavy), int(not heavy)


def _options(system: System, said: Answers, *, persistent: bool) -> list[Options]:
    """Give what the items of a system may add; those that exclude each other together."""
    bands: list[Points] = [_NOTHING]
    options: list[Options] = []
    for sign in system.signs:
        answer = said.flags.get(sign.id)
        row = _row(sign, persistent=persistent, major=sign.id in MAJOR)
        if sign.id in CREATININE_BANDS:
            if answer:
                bands = [row]
            elif answer is None and _band_may_hold(said, persistent=persistent):
                bands.append(row)
        elif sign.id == SCLERITIS:
            options.append(_scleritis(said, row, _row(sign, persistent=persistent, major=True)))
        elif persistent and sign.persistent is None:
            options.append((_NOTHING,))
        else:
            options.append(either(answer, row))
    return [*options, bands]


def _band_may_hold(said: Answers, *, persistent: bool) -> bool:
    """Answer whether a band of creatinine that was not answered may hold."""
    return not persistent and not said.no(FIRST_ASSESSMENT) and not any(said.yes(band) for band in CREATININE_BANDS)


def _scleritis(said: Answers, other: Points, major: Points) -> Options:
    """Give what scleritis or episcleritis may add: nothing, an other item, or a major one."""
    options: list[Points] = []
    if not said.yes(SCLERITIS) and not said.yes(SCLERITIS_ONLY):
        options.append(_NOTHING)
    if not said.no(SCLERITIS):
        options.extend([] if said.yes(SCLERITIS_ONLY) else [other])
        options.extend([] if said.no(SCLERITIS_ONLY) else [major])
    return options


def _capped(points: Points, system: System, *, persistent: bool) -> Points:
    return min(points[0], system.most_persistent if persistent else system.most_new), *points[1:]


def _casts(said: Answers) -> Options:
    return either(said.flags.get(RED_CELL_CASTS), (0, 1, 0, 0, 0))


def _sums(said: Answers, *, persistent: bool) -> tuple[Points, ...] | None:
    """List what is possible in one column; None when it is too much."""
    systems: list[Options] = [_casts(said)]
    for system in SYSTEMS:
        sums = reachable(_options(system, said, persistent=persistent), _NOTHING, CASE_LIMIT)
        if sums is None:
            return None
        systems.append(sorted({_capped(points, system, persistent=persistent) for points in sums}))
    return reachable(systems, _NOTHING, CASE_LIMIT // 2)


def _bounds(said: Answers) -> Mapping[str, FieldValue]:
    """Give the bounds of each value on its own, over all columns that may apply."""
    hulls: list[Interval] = []
    for persistent in _columns(said):
        systems: list[Options] = [_casts(said)]
        for system in SYSTEMS:
            ends = extremes(_options(system, said, persistent=persistent), _NOTHING)
            systems.append([_capped(points, system, persistent=persistent) for points in ends])
        low, high = extremes(systems, _NOTHING)
        bounds = [Interval.at(least).hull(Interval.at(most)) for least, most in zip(low, high, strict=True)]
        hulls = [one.hull(other) for one, other in zip(hulls, bounds, strict=True)] if hulls else bounds
    return _case(hulls)


def _case(values: Iterable[Interval]) -> Mapping[str, FieldValue]:
    return dict(zip(_FIELDS, values, strict=True))


def _open(said: Answers, columns: tuple[bool, ...]) -> tuple[str, ...]:
    """Give the items that would narrow the cases.

    `first_assessment` is never among them: once items and persistence are answered it changes nothing.
    """
    idle = {FIRST_ASSESSMENT}
    if not any(_band_may_hold(said, persistent=persistent) for persistent in columns):
        idle |= CREATININE_BANDS
    if False not in columns:
        idle |= _ALWAYS_NEW
    if said.yes(SCLERITIS_ONLY):
        idle.add(SCLERITIS)
    if said.no(SCLERITIS):
        idle.add(SCLERITIS_ONLY)
    if len(columns) == 1 or not any(_columns_differ(system, said) for system in SYSTEMS):
        idle.add(ALL_PERSISTENT)
    return tuple(item for item in said.open(_ITEMS) if item not in idle)


def _columns_differ(system: System, said: Answers) -> bool:
    """Answer whether some form with these answers has other points in one column than in the other."""
    options: list[Options] = []
    for sign in system.signs:
        if sign.persistent is None or sign.id in CREATININE_BANDS:
            continue  # a form with this item has one column only
        answer = said.flags.get(sign.id)
        if sign.id == SCLERITIS and said.yes(SCLERITIS_ONLY):
            answer = True
        options.append(either(answer, (sign.persistent, sign.new)))
    return any(
        min(persistent, system.most_persistent) != min(new, system.most_new)
        for persistent, new in all_reachable(options, (0, 0))
    )
