"""BVAS version 3, the Birmingham Vasculitis Activity Score.

What is ticked was caused by active vasculitis in the last four weeks. One switch holds for the whole form: if all that
is ticked is persistent (present for more than four weeks, not new, not worse), every item gives its persistent points;
if anything is new or worse, every item gives its points for new or worse. So do all items of a first assessment, and
of any form with an item that cannot be persistent. Points are capped in each of nine systems; the total is at most 63
(persistent 33). Where the switch was not answered, both totals are possible unless they are equal.

Version 3 has no major items. Three profiles count them: items that are major in BVAS/WG (`major_items`,
`other_items`), these and further grave items that BVAS/WG lacks (the same names with `_wg_analog_plus`), and items of 6
points or more as new or worse (`_weight_ge_6`). Counts are of ticked items, persistent or not.

Each system also has a subtotal, after its cap. Subtotals are bounds of each system on its own, as far as the answers
leave them open; they are not told apart in the possible cases.

A sign that has been there for three months or more is damage, not activity. Glucocorticoids, ANCA and CRP are no part
of the score, nor is what is written on the free line of the form.

Verification: systems, caps, totals and 56 items as gathered in the project's reference notes (two public tables, the
abstract of the paper); points against one open implementation, except three disputed spots marked in `bvas_v3_items`;
caps add up to 63 and 33; shared cases, 2026-11-23. Ask for the official form before anything depends on those spots.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from dosepath.core.facts import Value
from dosepath.core.instrument import Field, FieldValue, Flag, Item, ItemAnswer, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers, read_answers
from dosepath.instruments.bvas_v3_items import (
    CREATININE_BANDS,
    DISPUTED,
    HEAVY,
    MAJOR,
    MAJOR_PLUS,
    RED_CELL_CASTS,
    SCLERITIS,
    SCLERITIS_ONLY,
    SYSTEMS,
    Sign,
    System,
)
from dosepath.instruments.entered import entered_score
from dosepath.instruments.items import at, by_id, under, yes_or_no
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
_PROFILES = {
    "wg_analog_plus": ("items that are major in BVAS/WG, or as grave", "items that are neither"),
    "weight_ge_6": ("items of 6 points or more", "items below 6 points"),
}
"""Profiles beside the first one, and what their counts are called."""

_SUMMED = {
    **_TOTAL,
    **_COUNTS,
    **{
        f"{count}_{profile}": Field(label, unit="1")
        for profile, labels in _PROFILES.items()
        for count, label in zip(_COUNTS, labels, strict=True)
    },
}
"""What each ticked item adds to."""
_FIELDS = {**_SUMMED, **{system.name: Field(f"subtotal: {system.label}", unit="1") for system in SYSTEMS}}
_FEEDS = {count: tuple(f"{count}_{profile}" for profile in _PROFILES) for count in _COUNTS}
"""Counts are entered under the reading in force, so one entry serves all profiles."""

_SIGNS = tuple(sign for system in SYSTEMS for sign in system.signs)


def _points_of(sign: Sign) -> str:
    """Give the points of a sign as the form prints them: where it is persistent, and where it is new or worse."""
    return f"{sign.new} new" if sign.persistent is None else f"{sign.persistent} / {sign.new} new"


_ITEMS = by_id(
    [
        *(
            at(yes_or_no(sign.id, sign.label), section=system.label, points=_points_of(sign))
            for system in SYSTEMS
            for sign in system.signs
        ),
        *under(
            "what the profiles of major items ask",
            [
                yes_or_no(SCLERITIS_ONLY, "it is scleritis, not episcleritis"),
                yes_or_no(RED_CELL_CASTS, "red cell casts in urine (not an item of version 3)"),
            ],
        ),
        *under(
            "the form as a whole",
            [
                yes_or_no(FIRST_ASSESSMENT, "first assessment of the patient"),
                yes_or_no(ALL_PERSISTENT, "all that is ticked is persistent, nothing new or worse"),
            ],
        ),
    ]
)
_ALWAYS_NEW = frozenset(sign.id for sign in _SIGNS if sign.persistent is None)
_NOTHING: Points = (0,) * len(_SUMMED)


@dataclass(frozen=True, slots=True)
class BvasV3:
    """The total, the counts of major and other items in three profiles, and the subtotals."""

    id: str = "bvas_v3"
    name: str = "Birmingham Vasculitis Activity Score"
    version: str = "3"
    citation: Citation = _CITATION
    one_assessment: bool = True
    verification: Verification = _VERIFICATION

    @property
    def fields(self) -> Mapping[str, Field]:
        """Points of the total, 0 to 63, six counts of items, and the subtotals of nine systems."""
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
        """Give the one case of what was entered; counts stand for all profiles, and no total tells them."""
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
        summed = [map(Interval.at, points) for points in sorted(found)] if enumerated else [_bounds(said)]
        subtotals = {system.name: subtotal(system, said) for system in SYSTEMS}
        return Score(
            self.id,
            self.version,
            tuple({**_case(values), **subtotals} for values in summed),
            missing=_open(said, columns),
            flags=tuple(_flags(said, columns)),
            refused=said.refusals,
            steps=tuple(_steps(said, columns)),
        )


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
    profiles = (major, major or sign.id in MAJOR_PLUS, sign.new >= HEAVY)
    return points, *(int(counts) for is_major in profiles for counts in (is_major, not is_major))


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
    return either(said.flags.get(RED_CELL_CASTS), (0, 1, 0, 1, 0, 0, 0))


def _sums(said: Answers, *, persistent: bool) -> tuple[Points, ...] | None:
    """List what is possible in one column; None when it is too much."""
    systems: list[Options] = [_casts(said)]
    for system in SYSTEMS:
        sums = reachable(_options(system, said, persistent=persistent), _NOTHING, CASE_LIMIT)
        if sums is None:
            return None
        systems.append(sorted({_capped(points, system, persistent=persistent) for points in sums}))
    return reachable(systems, _NOTHING, CASE_LIMIT // 2)


def subtotal(system: System, said: Answers) -> Interval:
    """Give the points of a system after its cap, between bounds where something is open."""
    ends: list[int] = []
    for persistent in _columns(said):
        both = extremes(_options(system, said, persistent=persistent), _NOTHING)
        ends += [_capped(points, system, persistent=persistent)[0] for points in both]
    return Interval(Fraction(min(ends)), Fraction(max(ends)))


def _bounds(said: Answers) -> Iterable[Interval]:
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
    return hulls


def _case(values: Iterable[Interval]) -> Mapping[str, FieldValue]:
    return dict(zip(_SUMMED, values, strict=True))


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


# What a person sees -----------------------------------------------------------------------------------------------


def _flags(said: Answers, columns: tuple[bool, ...]) -> Iterator[Flag]:
    disputed = [name for name, column in DISPUTED.items() if said.yes(name) and (column is None or column in columns)]
    if disputed:
        yield Flag("disputed_points", f"the points of {' and '.join(disputed)} are from memory and disputed")
    first = said.yes(FIRST_ASSESSMENT) or any(said.yes(band) for band in CREATININE_BANDS)
    if first and said.yes(_RISE):
        yield Flag("rise_at_first_assessment", "a rise of creatinine at a first assessment needs an earlier value")


def _steps(said: Answers, columns: tuple[bool, ...]) -> Iterator[str]:
    """Word the computation: the column, what counts in each system, the total, the major and the other items."""
    yield f"column of points: {_why_column(said, columns)}"
    for persistent in columns:
        prefix = f"{_COLUMN[persistent]}: " if len(columns) > 1 else ""
        totals = [0, 0]
        for system in SYSTEMS:
            ends = extremes(_options(system, said, persistent=persistent), _NOTHING)
            capped = [_capped(points, system, persistent=persistent)[0] for points in ends]
            totals = [total + points for total, points in zip(totals, capped, strict=True)]
            if capped[1]:
                yield prefix + _system_step(system, said, persistent, [points[0] for points in ends], capped)
        yield f"{prefix}total {_range(totals)}"
    ticked = [sign.id for sign in _SIGNS if _ticked(sign, said)]
    major = [name for name in ticked if name in MAJOR or (name == SCLERITIS and said.yes(SCLERITIS_ONLY))]
    major += [RED_CELL_CASTS] if said.yes(RED_CELL_CASTS) else []
    other = [name for name in ticked if name not in major]
    yield f"major items as in BVAS/WG ({len(major)}){_listed(major)}"
    yield f"other items ({len(other)}){_listed(other)}"


_RISE = "creatinine_rise_30_or_crcl_fall_25"
_COLUMN = {False: "new or worse", True: "persistent"}


def _why_column(said: Answers, columns: tuple[bool, ...]) -> str:
    if len(columns) > 1:
        return "new or worse, or persistent, which was not answered"
    if columns == (True,):
        return "persistent, for all that is ticked is"
    if said.yes(FIRST_ASSESSMENT):
        return "new or worse, as in every first assessment"
    always = sorted(name for name in (*CREATININE_BANDS, *_ALWAYS_NEW) if said.yes(name))
    if always:
        return f"new or worse, as always with '{_ITEMS[always[0]].label}'"
    return "new or worse, for not all that is ticked is persistent"


def _ticked(sign: Sign, said: Answers) -> bool:
    return said.yes(sign.id) or (sign.id == SCLERITIS and said.yes(SCLERITIS_ONLY))


def _system_step(system: System, said: Answers, persistent: bool, sums: list[int], capped: list[int]) -> str:
    points = [
        f"{sign.label} ({(sign.persistent or 0) if persistent else sign.new})"
        for sign in system.signs
        if _ticked(sign, said)
    ]
    found = " + ".join(points) or "nothing ticked"
    more = " + what was not assessed" if sums[0] != sums[1] else ""
    most = system.most_persistent if persistent else system.most_new
    cap = f", at most {most}, so {_range(capped)}" if sums[1] > most else ""
    return f"{system.label}: {found}{more} = {_range(sums)}{cap}"


def _range(ends: list[int]) -> str:
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _listed(names: list[str]) -> str:
    return f": {', '.join(_ITEMS[name].label for name in names)}" if names else ""
