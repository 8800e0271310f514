"""Results: the one that counts in a window.

Stage one finds for each patient and request the place of the result that counts, by one key of day and rank, and takes
that very row: a latest row without a limit of normal does not borrow an older one. Where a date known in part leaves
open which result counts, the patient goes to the one-patient evaluator.

Only what enters larger expressions gets columns of its own; questions to one result alone are judged on the tall rows
(`questions`).
"""

from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from dosepath.rules import nodes
from dosepath.rules.relational.compiler import (
    Answers,
    Compiler,
    Feed,
    Step,
    case_of,
    families,
    value_of,
)
from dosepath.rules.relational.days import Bounds, by_anchors, days, window
from dosepath.rules.relational.forms import has_scoring_form
from dosepath.rules.relational.sql import Part, Tree, column, constants, either, facts_of, sql
from dosepath.rules.relational.values import Days, Number, Reading, Word
from dosepath.rules.vocabulary import Kind

PICKS: Final = "picks"

RANKS: Final = 2**40
"""Ranks are below it; a key is the day times it and the rank."""

PIVOTED_AT_ONCE: Final = 4
"""Results that get their columns in one step."""

PLAIN: Final = ("comparator", "lln", "lln_den", "uln", "uln_den")
VALUES: Final = ("value", "value_den", "value_text", "value_earliest", "value_latest")
"""Columns of a picked row; values only where they can be used."""


@dataclass
class PickRequest:
    """One result of a concept: the latest or earliest of a window.

    `columns` are those of the picked row that the base above holds.
    """

    level: int
    concept: str
    leaves: tuple[str, ...]
    unit: str
    start: str
    end: str
    earliest: bool
    columns: set[str] = field(default_factory=set, compare=False)


@value_of(nodes.Pick)
def _pick(compiler: Compiler, node: nodes.Pick) -> Reading:
    before = before_of(compiler, node)
    return picked(compiler, node.concept, node.window, earliest=node.earliest, before=before)


def before_of(compiler: Compiler, node: nodes.Pick) -> Days | None:
    """Compile the day that a result has to come before; it is looked at where there is a window."""
    if node.before is None:
        return None
    with compiler.noting() as used:
        before = days(compiler, node.before)
    compiler.use(used, None if compiler.record else sql("NOT (:n)", n=window(compiler, node.window).absent))
    return before


def picked(
    compiler: Compiler,
    concept: str,
    window_of: nodes.WindowOf,
    *,
    earliest: bool = False,
    before: Days | None = None,
    scored: bool = True,
) -> Reading:
    """Ask for the latest (or earliest) result of a concept in a window."""
    term = compiler.vocabulary.terms[concept]
    bounds = window(compiler, window_of, before)
    request = request_of(compiler, concept, bounds, earliest=earliest)
    place = compiler.asked(PICKS, request)
    known = _Picked(compiler, place, request.level)
    opens = either(bounds.open, known.test("open"), has_scoring_form(compiler, concept) if scored else None)
    nothing = None if before is None else before.nothing
    day = Days(known["day_e"], known["day_l"], opens, nothing)
    seen = sql(":r IS NOT NULL", r=known["row_id"]) if before is None and by_anchors(window_of) else None
    match term.kind:
        case Kind.QUANTITY:
            value, den = known["value"], known["value_den"]
            number = Number(value, value, den, None, term.unit, known["comparator"], opens, nothing)
            return Reading(number, seen, day, pick=place)
        case Kind.DATE:
            return Reading(Days(known["value_earliest"], known["value_latest"], opens, nothing), seen, day, pick=place)
        case kind:
            order = term.choices if kind is Kind.ORDINAL else ()
            return Reading(Word(known["value_text"], order, opens, nothing), seen, day, pick=place)


def request_of(compiler: Compiler, concept: str, bounds: Bounds, *, earliest: bool) -> PickRequest:
    """Make the request for the latest (or earliest) result of a concept between two days."""
    level = compiler.level(column(bounds.start), column(bounds.end))
    leaves, unit = compiler.vocabulary.leaves(concept), compiler.vocabulary.terms[concept].unit
    return PickRequest(level, concept, leaves, unit, bounds.start, bounds.end, earliest)


def asked_before(compiler: Compiler, node: nodes.Pick) -> tuple[int, Tree | None] | None:
    """Find the request that was made for a result: its place, and what leaves the result open beside itself."""
    before = None if node.before is None else days(compiler, node.before)
    bounds = window(compiler, node.window, before)
    request = request_of(compiler, node.concept, bounds, earliest=node.earliest)
    known: list[PickRequest] = compiler.requests.get(PICKS, [])
    if request not in known:
        return None
    return known.index(request), either(bounds.open, has_scoring_form(compiler, node.concept))


class _Picked:
    """Names the columns of a picked row; each is asked for when it is named."""

    def __init__(self, compiler: Compiler, place: int, level: int) -> None:
        self.compiler = compiler
        self.place = place
        self.level = level

    def __getitem__(self, name: str) -> Tree:
        self.compiler.requests[PICKS][self.place].columns.add(name)
        return column(self.compiler.answered(self.level, f"pick_{self.place}_{name}"))

    def test(self, name: str) -> Tree:
        return sql("COALESCE(:c, FALSE)", c=self[name])


# Steps --------------------------------------------------------------------------------------------------------------


def _answers(compiler: Compiler, level: int) -> Answers:
    requests: list[tuple[int, PickRequest]] = compiler.of_level(PICKS, level)
    if not requests:
        return Answers()
    steps = [
        Step(f"counting_{level}", _counting(requests, level)),
        Step(f"picked_{level}", _picked(level)),
    ]
    feeds: list[Feed] = []
    wide = [(place, request) for place, request in requests if request.columns]
    # To fill a column, all rows of its step are looked at.
    for start in range(0, len(wide), PIVOTED_AT_ONCE):
        some = wide[start : start + PIVOTED_AT_ONCE]
        name = f"picks_{level}_{start // PIVOTED_AT_ONCE}"
        steps.append(Step(name, _pivoted(some, level)))
        names = [f"pick_{place}_{part}" for place, request in some for part in sorted(request.columns)]
        feeds.append(Feed(name, dict.fromkeys(names)))
    return Answers(tuple(steps), tuple(feeds))


def _counting(requests: list[tuple[int, PickRequest]], level: int) -> exp.Select:
    """Find for each patient and request the rank of the result that counts."""
    windows = list(dict.fromkeys((request.start, request.end) for _, request in requests))
    rows: list[tuple[Part, ...]] = [
        (leaf, place, windows.index((request.start, request.end)), -1 if request.earliest else 1)
        for place, request in requests
        for leaf in request.leaves
    ]
    bounds = sorted({bound for window_of in windows for bound in window_of})
    chosen = exp.select(
        "f.patient",
        "f.rank",
        "r.pick",
        "r.direction",
        "r.span",
        "b.on_day",
        sql("COALESCE(f.first_earliest, DATE '0001-01-01') AS day_e"),
        sql("COALESCE(f.first_latest, DATE '9999-12-31') AS day_l"),
        *(f"b.{name}" for name in bounds),
    )
    dated = (
        facts_of(chosen, constants("r", ("concept", "pick", "span", "direction"), rows))
        .join(exp.to_table(f"base_{level}").as_("b"), on="b.patient = f.patient")
        .where("f.absent IS NULL AND (f.first_earliest IS NULL OR f.first_earliest <= b.on_day)")
    )
    placed = exp.select(
        "patient",
        "rank",
        "pick",
        "direction",
        "on_day",
        "day_e",
        "day_l",
        exp.alias_(case_of("span", {n: column(start) for n, (start, _) in enumerate(windows)}), "window_s"),
        exp.alias_(case_of("span", {n: column(end) for n, (_, end) in enumerate(windows)}), "window_e"),
    ).from_(dated.subquery("d"))
    keyed = (
        exp.select(
            "patient",
            "pick",
            "rank",
            "direction",
            sql("day_e = day_l AND rank IS NOT NULL AS placed"),
            sql("day_l <= on_day AND day_l <= window_e AND window_s <= day_e AND window_s <= window_e AS sure"),
            sql(
                "(DATE_DIFF('day', DATE '0001-01-01', CASE WHEN direction > 0 THEN day_l ELSE day_e END)) "
                "* direction AS far"
            ),
        )
        .from_(placed.subquery("p"))
        .where("day_e <= window_e AND window_s <= day_l")
    )
    ranks = sql(":r", r=exp.Literal.number(RANKS))
    # Of results whose place among the others is not known, only the farthest can matter.
    grouped = (
        exp.select(
            "patient",
            "pick",
            sql("SUM(CASE WHEN sure THEN 1 ELSE 2 END) = 1 AS single"),
            sql("MAX(rank) AS any_rank"),
            sql("MAX(CASE WHEN placed THEN far * :k + rank * direction END) AS best", k=ranks),
            sql("MAX(CASE WHEN NOT placed THEN far END) AS doubtful"),
        )
        .from_(keyed.subquery("k"))
        .group_by("patient", "pick")
    )
    day_of_best = "CASE WHEN best >= 0 THEN best // :k ELSE -(-best // :k) END"
    own = [(place, request.unit, len(request.leaves) > 1) for place, request in requests]
    return (
        exp.select(
            "g.patient",
            "g.pick",
            "o.its_unit",
            sql(
                "CASE WHEN single THEN FALSE ELSE several OR COALESCE(doubtful >= :day, doubtful IS NOT NULL) END "
                "AS open",
                day=sql(day_of_best, k=ranks),
            ),
            sql("CASE WHEN single THEN any_rank ELSE MOD(ABS(best), :k) END AS rank", k=ranks),
        )
        .from_(grouped.subquery("g"))
        .join(constants("o", ("pick", "its_unit", "several"), own).subquery("o"), on="o.pick = g.pick")
    )


def _picked(level: int) -> exp.Select:
    """Take the rows that count, whole; a value that cannot be used is none."""
    usable = "CASE WHEN f.unusable IS NULL THEN f.{0} END AS {0}"
    return (
        exp.select(
            "c.patient",
            "c.pick",
            sql("c.open OR COALESCE(f.kind = 'number' AND f.unit <> c.its_unit, FALSE) AS open"),
            "f.row_id",
            *(f"f.{name}" for name in PLAIN),
            *(sql(usable.format(name)) for name in VALUES),
            sql("COALESCE(f.first_earliest, DATE '0001-01-01') AS day_e"),
            sql("COALESCE(f.first_latest, DATE '9999-12-31') AS day_l"),
        )
        .from_(f"counting_{level} AS c")
        .join("facts AS f", on="f.patient = c.patient AND f.rank = c.rank", join_type="left")
    )


def _pivoted(wide: list[tuple[int, PickRequest]], level: int) -> exp.Select:
    """Give the columns that larger expressions ask for, one row a patient."""
    query = exp.select("patient").from_(f"picked_{level}").group_by("patient")
    places = [exp.Literal.number(place) for place, _ in wide]
    query = query.where(exp.column("pick").isin(*places))
    for place, request in wide:
        for name in sorted(request.columns):
            chosen = sql("MAX(CASE WHEN pick = :p THEN :c END)", p=place, c=name)
            if name == "open":
                chosen = sql("BOOL_OR(pick = :p AND open)", p=place)
            query = query.select(exp.alias_(chosen, f"pick_{place}_{name}"), copy=False)
    return query


families.append(_answers)
