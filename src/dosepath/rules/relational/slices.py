"""The courses of the lines of regimens as SQL: the calendar cut into slices, and the daily doses possible in each.

A line is one drug of a regimen in a window. Its days are cut wherever one of its courses may begin or end, so that in
a slice the same courses are sure and the same ones are doubtful. Only slices in which the line may be given are kept:
on all other days of the window it is not. A slice has one row for each total that is possible, as the one-patient
evaluator adds it up (see `rules.evaluation.regimens`); equal totals of a line get one number, whatever made them up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from sqlglot import exp

from dosepath.rules.relational.compiler import Answers, Compiler, Step, case_of, families
from dosepath.rules.relational.courses import all_rows, gap_days
from dosepath.rules.relational.doses import factors
from dosepath.rules.relational.events import dated_facts
from dosepath.rules.relational.numbers import sign
from dosepath.rules.relational.records import milligrams
from dosepath.rules.relational.sql import Part, column, constants, sql

LINES: Final = "lines"

DOUBTFUL_LIMIT: Final = 5
"""Most courses of one slice that may be given or not and are told apart (see `rules.evaluation.regimens`)."""

ANY: Final = 0
"""Number of the total of a slice in which any dose is possible; known totals are numbered from 1 on."""

CUTS: Final = (
    "window_s",
    "first_e",
    "CASE WHEN first_l > first_e THEN first_l END",
    "CASE WHEN last_e < last_l THEN CAST(last_e + INTERVAL 1 DAY AS DATE) END",
    "CAST(last_l + INTERVAL 1 DAY AS DATE)",
)
"""Days on which a slice may begin."""


@dataclass(frozen=True, slots=True)
class LineRequest:
    """The courses of a drug in a window; `beside`: drugs that must not be given, whose doses do not matter.

    Parameters
    ----------
    level
        Base that holds the window.
    drug, equivalence
        Drug or drug class, and the table that its doses are added by.
    leaves
        The drugs of it that count.
    start, end
        Columns of the window.
    beside
        Whether it must not be given beside a regimen.
    """

    level: int
    drug: str
    equivalence: str
    leaves: tuple[str, ...]
    start: str
    end: str
    beside: bool = False


def _answers(compiler: Compiler, level: int) -> Answers:
    requests: list[tuple[int, LineRequest]] = compiler.of_level(LINES, level)
    if not requests:
        return Answers()
    gap = gap_days(compiler)
    steps = [
        Step(f"line_courses_{level}", _courses(compiler, requests, level)),
        Step(f"line_given_{level}", _given(level)),
        Step(f"line_slices_{level}", _slices(level)),
    ]
    totals = _numbered(_totals(level, told_apart=gap == 1))
    if gap == 1:
        steps.append(Step(f"line_totals_{level}", totals))
    else:
        steps.append(Step(f"line_unfilled_{level}", totals))
        steps.append(Step(f"line_totals_{level}", _filled(f"line_unfilled_{level}", gap)))
    return Answers(tuple(steps))


families.append(_answers)


def _courses(compiler: Compiler, requests: Sequence[tuple[int, LineRequest]], level: int) -> exp.Select:
    """Give the courses of each line: their days, milligrams a day, and whether a day of them may lie in the window."""
    rows: list[tuple[Part, ...]] = []
    for place, request in requests:
        for leaf, _, factor, den in factors(compiler, request.drug, request.equivalence, (place,)):
            if leaf in request.leaves:
                counts = (None, None) if request.beside else (factor, den)
                rows.append((leaf, place, request.beside, *counts))
    listed = constants("r", ("concept", "line", "beside", "factor", "factor_den"), rows)
    bounds = sorted({name for _, request in requests for name in (request.start, request.end)})
    dated = dated_facts(level, listed, bounds, ("line", "beside", "factor", "factor_den"))
    end = case_of("line", {place: column(request.end) for place, request in requests})
    once = milligrams()
    placed = exp.select(
        "patient", "line", "beside", "row_id", "on_day", "first_e", "first_l", "last_e", "last_l",
        exp.alias_(case_of("line", {place: column(request.start) for place, request in requests}), "window_s"),
        exp.alias_(sql("CASE WHEN :e IS NOT NULL THEN LEAST(:e, on_day) END", e=end), "window_e"),
        exp.alias_(sql(":m * times * factor", m=once.low), "mg"),
        exp.alias_(sql(":d * times_den * factor_den", d=once.den), "den"),
        exp.alias_(sql(":o AND times IS NOT NULL AND NOT beside", o=once.open), "odd"),
    ).from_(dated.subquery("d"))  # fmt: skip
    meets = "first_e <= window_e AND window_s <= last_l AND first_e <= last_l AND window_s <= window_e AS meets"
    known = exp.select("*", sql(meets), sql("first_l <= on_day AS recorded")).from_(placed.subquery("p"))
    return known.where("window_s IS NOT NULL AND window_e IS NOT NULL")


def _given(level: int) -> exp.Select:
    """Cut the days of each line into slices, and give the courses that are sure or doubtful in each."""
    case = exp.Case(this=column("cut"))
    for place, tree in enumerate(CUTS):
        case = case.when(exp.Literal.number(place), sql(tree))
    cut = (
        exp.select("patient", "line", "window_s", "window_e", exp.alias_(case, "lo"))
        .from_(f"line_courses_{level}")
        .join(constants("k", ("cut",), [(place,) for place in range(len(CUTS))]).subquery("k"), join_type="cross")
        .where("meets")
    )
    days = exp.select("patient", "line", "window_e", "lo").distinct().from_(cut.subquery("c"))
    days = days.where("window_s <= lo AND lo <= window_e")
    following = "LEAD(lo) OVER (PARTITION BY patient, line ORDER BY lo)"
    slices = exp.select(
        "patient", "line", "lo", sql(f"COALESCE(CAST({following} - INTERVAL 1 DAY AS DATE), window_e) AS hi")
    ).from_(days.subquery("d"))
    columns = ("line", "beside", "row_id", "window_s", "window_e", "first_l", "last_e", "mg", "den", "odd")
    return (
        exp.select("g.patient", *(f"g.{name}" for name in columns), "s.lo", "s.hi")
        .select(sql("g.first_l <= s.lo AND s.lo <= g.last_e AS surely"))
        .from_(f"line_courses_{level} AS g")
        .join(
            slices.subquery("s"),
            on="s.patient = g.patient AND s.line = g.line AND g.first_e <= s.lo AND s.lo <= g.last_l",
        )
        .where("g.meets")
    )


SLICE: Final = ("patient", "line", "beside", "window_s", "window_e", "lo", "hi")
"""What tells slices apart."""


def _slices(level: int) -> exp.Select:
    """Give each slice in which a line may be given: what is sure in it, and how many courses are doubtful."""
    return (
        exp.select(
            *SLICE,
            sql("BOOL_OR(surely) AS sure"),
            sql("COUNT(CASE WHEN NOT surely THEN 1 END) AS doubtful"),
            sql("BOOL_OR(mg IS NULL) AS unknown"),
            sql("BOOL_OR(odd) AS odd"),
            sql("SUM(CASE WHEN surely THEN mg ELSE 0 END) AS mg"),
            sql("CASE WHEN COUNT(den) = COUNT(*) THEN EXP(SUM(LN(den))) * 1.001 END AS den"),
            sql("MAX(first_l) = lo AS begins"),
            sql("COUNT(*) AS courses"),
        )
        .from_(f"line_given_{level}")
        .group_by(*SLICE)
    )


def _totals(level: int, *, told_apart: bool) -> exp.Select:
    """Give the totals that are possible in each slice; NULL where any is.

    `told_apart`: what may be given or not is told apart; else any dose is possible there.
    """
    most = DOUBTFUL_LIMIT if told_apart else 0
    any_dose = f"unknown OR doubtful > {most}"
    rest = ("sure", sql("doubtful = 0 AS settled"), "odd", "begins", "courses")
    single = exp.select(*SLICE, *rest, sql(f"CASE WHEN NOT ({any_dose}) THEN mg END AS total"), "den")
    single = single.from_(f"line_slices_{level}")
    if not told_apart:
        return single
    nth = "ROW_NUMBER() OVER (PARTITION BY patient, line, lo ORDER BY row_id) AS nth"
    doubtful = exp.select("patient", "line", "lo", "mg", sql(nth)).from_(f"line_given_{level}").where("NOT surely")
    chosen = (
        exp.select(*(f"s.{name}" for name in SLICE), "s.sure", "s.odd", "s.begins", "s.courses", "s.den", "c.choice")
        .select(sql("MAX(s.mg) + SUM(CASE WHEN c.taken THEN d.mg ELSE 0 END) AS total"))
        .from_(f"line_slices_{level} AS s")
        .join(doubtful.subquery("d"), on="d.patient = s.patient AND d.line = s.line AND d.lo = s.lo")
        .join(
            constants("c", ("doubtful", "nth", "choice", "taken"), list(_choices())).subquery("c"),
            on="c.doubtful = s.doubtful AND c.nth = d.nth",
        )
        .where("NOT s.unknown")
        .group_by(*(f"s.{name}" for name in SLICE), "s.sure", "s.odd", "s.begins", "s.courses", "s.den", "c.choice")
    )
    several = exp.select(*SLICE, "sure", sql("FALSE AS settled"), "odd", "begins", "courses", "total", "den")
    several = several.from_(chosen.subquery("t")).where("sure OR choice > 0")
    return all_rows([single.where(f"doubtful = 0 OR {any_dose}"), several])


def _choices() -> Iterator[tuple[int, int, int, bool]]:
    """List for each number of doubtful courses which of them each choice takes; choice 0 takes none."""
    for count in range(1, DOUBTFUL_LIMIT + 1):
        for choice, taken in enumerate(product((False, True), repeat=count)):
            yield from ((count, place + 1, choice, one) for place, one in enumerate(taken))


def _numbered(totals: exp.Select) -> exp.Select:
    """Give the different totals of each line a number; `unclear`: it cannot be told whether two totals are one."""
    key = "OVER (PARTITION BY patient, line ORDER BY total)"
    beside = exp.select(
        "*", sql(f"LAG(total) {key} AS lower_total"), sql(f"LAG(den) {key} AS lower_den")
    ).from_(totals.subquery("t"))  # fmt: skip
    total, den, lower, lower_den = (column(name) for name in ("total", "den", "lower_total", "lower_den"))
    compared = exp.select("*", exp.alias_(sign(lower, lower_den, lower, total, den, total), "step"))
    compared = compared.from_(beside.subquery("b"))
    # Rows of one total count together, as windows do that name no rows: in what order they come is not told.
    running = f"SUM(CASE WHEN step = 0 THEN 0 ELSE 1 END) {key}"
    return exp.select(
        *SLICE, "sure", "settled", "odd", "begins", "courses", "total", "den",
        sql(f"CASE WHEN total IS NULL THEN {ANY} ELSE {running} END AS number"),
        sql("total IS NOT NULL AND lower_total IS NOT NULL AND step IS NULL AS unclear"),
    ).from_(compared.subquery("c"))  # fmt: skip


def _filled(totals: str, gap: int) -> exp.Select:
    """Let a line go on through a gap that breaks no stretch: at the dose of both sides, or perhaps."""
    key = "OVER (PARTITION BY patient, line ORDER BY lo)"
    names = ("hi", "settled", "number")
    before = exp.select("*", *(sql(f"LAG({name}) {key} AS before_{name}") for name in names))
    before = before.from_(totals).where("NOT beside")
    known = f"settled AND before_settled AND number <> {ANY} AND before_number <> {ANY}"
    same = f"({known} AND number = before_number)"
    gaps = (
        exp.select(
            "patient", "line", "beside", "window_s", "window_e",
            sql("CAST(b.before_hi + INTERVAL 1 DAY AS DATE) AS lo"),
            sql("CAST(b.lo - INTERVAL 1 DAY AS DATE) AS hi"),
            sql(f"{same} AS sure"),
            sql(f"{same} AS settled"),
            sql("FALSE AS odd"),
            sql("FALSE AS begins"),
            sql("0 AS courses"),
            sql(f"CASE WHEN {same} THEN total END AS total"),
            "den",
            sql(f"CASE WHEN {same} THEN number ELSE {ANY} END AS number"),
            sql("FALSE AS unclear"),
        )
        .from_(before.subquery("b"))
        .where(sql("DATE_DIFF('day', before_hi, lo) > 1"))
        .where(sql("DATE_DIFF('day', before_hi, lo) <= :g", g=gap))
        .where(sql(f"NOT ({known}) OR number = before_number"))
    )  # fmt: skip
    return all_rows([exp.select("*").from_(totals), gaps])
