"""LLDAS, the lupus low disease activity state.

All five of: L1 SLEDAI-2K of 4 points or less, no activity of a major organ (kidney, nervous system, heart and lung,
vasculitis, fever), no haemolytic anaemia and no activity of the gut; L2 no feature of lupus that was not there at the
previous assessment; L3 the physician's 0 to 3 of 1 or less; L4 prednisone 7.5 mg a day or less; L5 immunosuppressants
and biologics at tolerated maintenance doses only, and no investigational drug. Serology counts among the 4 points. A
cell product infused once is not a drug that is taken now.

L1 and L2 are answered by the findings of both assessments, or by the total and two questions. At a first assessment
there is nothing to compare: L2 does not apply and LLDAS stays open, however little is active; what the other four say
is given as `provisional`. One variant of the definition leaves the nervous system out of L1; it is not used.

Verification: five parts as gathered in the project's reference notes (tables of two papers that compare the
definitions); findings against a rule written on its own; shared cases, 2026-11-25.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Verification
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers, Weighted
from dosepath.instruments.bounds import in_words, stated
from dosepath.instruments.items import amount, at, by_id, under, yes_or_no
from dosepath.instruments.pga import HIGHEST as HIGHEST_PGA
from dosepath.instruments.scale import Outcome, Scale
from dosepath.instruments.sledai_2k import CENTRAL_NERVOUS_SYSTEM
from dosepath.response.completions import outcomes
from dosepath.response.sledai_visit import SledaiVisit, new_refusals

HIGHEST_TOTAL = 4
"""Points of SLEDAI-2K that are allowed."""

HIGHEST_MARK = 1
"""The physician's 0 to 3 that is allowed."""

PREDNISONE_UP_TO_MG = Fraction(15, 2)
"""Highest dose of prednisone a day, or what equals it."""

MAJOR_ORGANS = frozenset(
    {
        *CENTRAL_NERVOUS_SYSTEM,
        *("vasculitis", "urinary_casts", "hematuria", "proteinuria", "pyuria", "pleurisy", "pericarditis", "fever"),
    }
)
"""Findings that LLDAS does not allow, whatever the total."""

SLEDAI = SledaiVisit("sledai_total", "total")
PREVIOUS = "previous."
MAJOR = "major_organ_activity"
NEW = "new_activity"
FIRST = "first_assessment"
GOOD = {"hemolytic_anemia": False, "gi_activity": False, "maintenance": True, "investigational_drug": False}
"""Further questions, and the answer that LLDAS asks for."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One way in which the findings may be: whether their points are few, a major organ is active, a finding is new."""

    few: bool
    major: bool
    new: bool


_Sum: TypeAlias = tuple[int, bool, bool]
"""Points, whether a major organ is active, whether a finding is new."""


def _rule(said: Answers) -> Outcome:
    reading = SLEDAI.read(said)
    told = _consistent(reading.said)
    seen = _ways(told)
    options: dict[str, Sequence[Any]] = {
        "findings": list(dict.fromkeys((each.few and not each.major, each.new) for each in seen)),
        "pga": _within(told.number("pga"), Fraction(HIGHEST_MARK)),
        "dose": _within(told.number("prednisone_mg_day"), PREDNISONE_UP_TO_MG),
        **{item: [told.flags[item]] if item in told.flags else [False, True] for item in GOOD},
    }
    first = told.yes(FIRST)
    found, matter = outcomes(_first_judge if first else _judge, options)
    names = {
        "findings": tuple(_open_findings(told, seen, first)),
        "pga": ("pga",),
        "dose": ("prednisone_mg_day",),
        **{item: (item,) for item in GOOD},
    }
    return Outcome(
        possible=tuple(_cases(found, first)),
        missing=tuple(item for part, items in names.items() if part in matter for item in items),
        flags=tuple(_flags(told, first)),
        refused=new_refusals(said, told),
        steps=tuple(_steps(told, seen, reading.words)),
    )


def _judge(findings: tuple[bool, bool], pga: bool, dose: bool, **others: bool) -> bool:
    low, new = findings
    return low and not new and pga and dose and others == GOOD


def _first_judge(findings: tuple[bool, bool], pga: bool, dose: bool, **others: bool) -> bool:
    return _judge((findings[0], False), pga, dose, **others)


def _cases(found: tuple[bool, ...], first: bool) -> Iterator[Case]:
    """Give the cases; at a first assessment LLDAS is open unless one of the four other parts fails."""
    for each in sorted(found):
        if not first:
            yield {"lldas": YES_OR_NO[not each]}
        else:
            yield {"lldas": "false", "provisional": YES_OR_NO[not each]}
            if each:
                yield {"lldas": "true", "provisional": "true"}


def _within(number: Fraction | None, limit: Fraction) -> list[bool]:
    return [False, True] if number is None else [number <= limit]


# Findings of both assessments -------------------------------------------------------------------------------------


def _ways(said: Answers) -> frozenset[_Seen]:
    """List the ways in which the findings may be, with the total and both questions taken into account."""
    total = said.numbers.get(SLEDAI.number)
    over = HIGHEST_TOTAL + 1
    return frozenset(
        _Seen(points <= HIGHEST_TOTAL, major or said.yes(MAJOR), new or said.yes(NEW))
        for points, major, new in _sums(said, over)
        if (total is None or points == min(total, over))
        and not (major and said.no(MAJOR))
        and not (new and said.no(NEW))
    )


def _sums(said: Answers, over: int, without: str = "") -> set[_Sum]:
    """Add up the findings: points up to a number that stands for more, any of a major organ, any new one."""
    found: set[_Sum] = {(0, False, False)}
    for row in SLEDAI.findings:
        if row.id != without:
            ways = {_way(row, now, before) for now in _now(said, row) for before in _before(said, row)}
            found = {_added(one, other, over) for one in found for other in ways}
    return found


def _way(row: Weighted, now: bool, before: bool) -> _Sum:
    return row.points * now, now and row.id in MAJOR_ORGANS, now and not before


def _added(one: _Sum, other: _Sum, over: int) -> _Sum:
    return min(one[0] + other[0], over), one[1] or other[1], one[2] or other[2]


def _now(said: Answers, row: Weighted) -> tuple[bool, ...]:
    return _answers(said, SLEDAI.name(row.id))


def _before(said: Answers, row: Weighted) -> tuple[bool, ...]:
    return _answers(said, f"{PREVIOUS}{row.id}")


def _answers(said: Answers, item: str) -> tuple[bool, ...]:
    return (said.flags[item],) if item in said.flags else (False, True)


def _consistent(said: Answers) -> Answers:
    """Refuse a summary that the findings contradict, and a previous assessment before the first one."""
    previous = [f"{PREVIOUS}{row.id}" for row in SLEDAI.findings]
    if said.yes(FIRST):
        before = [item for item in (*previous, NEW) if item in said.flags]
        said = said.without(before, "there was no previous assessment") if before else said
    now = [row.id for row in SLEDAI.findings if said.yes(SLEDAI.name(row.id))]
    if said.no(MAJOR) and MAJOR_ORGANS.intersection(now):
        said = said.without([MAJOR], "a finding of a major organ is present")
    if said.no(NEW) and any(said.no(f"{PREVIOUS}{finding}") for finding in now):
        said = said.without([NEW], "a finding is present that was absent at the previous assessment")
    if SLEDAI.number in said.numbers and not _ways(said):
        said = said.without([SLEDAI.number], "the findings and the other answers do not make this total")
    return said


def _open_findings(said: Answers, seen: frozenset[_Seen], first: bool) -> Iterator[str]:
    """Name what would tell L1 and L2: the open findings, or the summary where no finding was answered."""
    if any(SLEDAI.name(row.id) in said.flags for row in SLEDAI.findings):
        yield from (SLEDAI.name(row.id) for row in SLEDAI.findings if _matters(said, row, first, now=True))
    else:
        if len({each.few for each in seen}) > 1:
            yield SLEDAI.number
        if len({each.major for each in seen}) > 1:
            yield MAJOR
    if first or len({each.new for each in seen}) == 1:
        return
    if any(f"{PREVIOUS}{row.id}" in said.flags for row in SLEDAI.findings):
        yield from (f"{PREVIOUS}{row.id}" for row in SLEDAI.findings if _matters(said, row, first, now=False))
    else:
        yield NEW


def _matters(said: Answers, row: Weighted, first: bool, *, now: bool) -> bool:
    """Answer whether an open finding, of this assessment or the previous one, can change what L1 and L2 say.

    With the total known no finding changes alone; then one that the total leaves room for matters.
    """
    mine, other = (_now(said, row), _before(said, row)) if now else (_before(said, row), _now(said, row))
    if len(mine) == 1:
        return False
    total = said.numbers.get(SLEDAI.number)
    if total is not None and now:
        known = sum(each.points for each in SLEDAI.findings if said.yes(SLEDAI.name(each.id)))
        return row.points <= total - known and not (row.id in MAJOR_ORGANS and said.no(MAJOR))
    over = HIGHEST_TOTAL + 1
    for rest in _sums(said, over, without=row.id):
        for fixed in other:
            ways = (_way(row, each, fixed) if now else _way(row, fixed, each) for each in mine)
            if len({_low(said, _added(rest, way, over), first) for way in ways} - {None}) > 1:
                return True
    return False


def _low(said: Answers, found: _Sum, first: bool) -> bool | None:
    """Answer whether findings leave L1 and L2 standing; None where the summary rules them out."""
    points, major, new = found
    if (major and said.no(MAJOR)) or (new and said.no(NEW)):
        return None
    return points <= HIGHEST_TOTAL and not major and (first or not new)


def _flags(said: Answers, first: bool) -> Iterator[Flag]:
    if first:
        yield Flag("provisional", "first assessment: nothing to compare with, so that L2 does not apply")
    if said.yes("investigational_drug"):
        yield Flag("investigational_drug", "a cell product infused once is not a drug that is taken now")


def _steps(said: Answers, seen: frozenset[_Seen], total: str) -> Iterator[str]:
    yield f"L1: SLEDAI-2K {total}, at most 4"
    yield f"L1: activity of a major organ: {_word({each.major for each in seen})}"
    for item in ("hemolytic_anemia", "gi_activity"):
        yield f"L1: {LLDAS.items[item].label}: {_word(set(_answers(said, item)))}"
    new = "does not apply" if said.yes(FIRST) else _word({each.new for each in seen})
    yield f"L2: anything new: {new}"
    yield f"L3: physician's 0 to 3: {in_words(stated(said, LLDAS.items['pga']))}, at most 1"
    yield f"L4: prednisone {in_words(stated(said, LLDAS.items['prednisone_mg_day']))} mg a day, at most 7.5"
    for item in ("maintenance", "investigational_drug"):
        yield f"L5: {LLDAS.items[item].label}: {_word(set(_answers(said, item)))}"


def _word(answers: set[bool]) -> str:
    return "open" if len(answers) != 1 else "yes" if True in answers else "no"


LLDAS = Scale(
    id="lldas",
    name="Lupus low disease activity state",
    version="2016, five parts",
    citation=Citation("Franklyn K, Lau CS, Navarra SV et al. Ann Rheum Dis 2016;75:1615-1621"),
    verification=Verification("tables of two papers that compare the definitions", date(2026, 11, 25)),
    items=by_id(
        [
            *SLEDAI.items(),
            *under(
                "activity beside the score",
                [
                    yes_or_no(MAJOR, "activity of kidney, nervous system, heart, lung or vessels, or fever of lupus"),
                    yes_or_no("hemolytic_anemia", "haemolytic anaemia of lupus"),
                    yes_or_no("gi_activity", "activity of lupus in the gut"),
                    yes_or_no(FIRST, "first assessment of this patient"),
                ],
            ),
            *(
                at(
                    yes_or_no(f"{PREVIOUS}{row.id}", f"{row.label}, at the previous assessment"),
                    section="SLEDAI-2K",
                    row=row.label,
                    column="at the previous assessment",
                    points=str(row.points),
                )
                for row in SLEDAI.findings
            ),
            *under(
                "activity beside the score",
                [
                    yes_or_no(
                        NEW, "a feature of lupus that was not there at the previous assessment, of SLEDAI-2K or not"
                    )
                ],
            ),
            *under(
                "global assessment and treatment",
                [
                    amount("pga", "physician's global assessment, 0 to 3", high=HIGHEST_PGA),
                    amount("prednisone_mg_day", "prednisone or what equals it, a day", "mg/d"),
                    yes_or_no(
                        "maintenance", "immunosuppressants and biologics, if any, at tolerated maintenance doses"
                    ),
                    yes_or_no("investigational_drug", "takes an investigational drug now"),
                ],
            ),
        ]
    ),
    fields={
        "lldas": Field("low disease activity state", choices=YES_OR_NO),
        "provisional": Field("the parts other than L2, at a first assessment", choices=YES_OR_NO),
    },
    rule=_rule,
)
