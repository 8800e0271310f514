"""Doses as SQL: of a day, the highest of a window, all of a window; each between a lower and an upper bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sqlglot import exp

from dosepath.rules import nodes
from dosepath.rules.relational.comparisons import complete
from dosepath.rules.relational.compiler import (
    Answers,
    Compiler,
    Feed,
    NoRelationalFormError,
    Step,
    case_of,
    families,
    value_of,
)
from dosepath.rules.relational.days import Bounds, days, window
from dosepath.rules.relational.events import dated_facts, doubts, inside, unread_flag
from dosepath.rules.relational.records import milligrams
from dosepath.rules.relational.sql import FALSE, Part, Tree, column, constants, either, sql
from dosepath.rules.relational.values import Number, Reading

DOSES: Final = "doses"

OF_DAY, HIGHEST, TOTAL = "day", "highest", "total"
"""What is asked for."""

DAYS: Final = ("window_s", "LEAST(window_e, on_day)", "first_e", "first_l", "last_e", "last_l")
"""Days on which the dose of a day may be highest."""


@dataclass(frozen=True, slots=True)
class DoseRequest:
    """The dose of a drug class in a window, its drugs converted by a table where one is named."""

    level: int
    kind: str
    drug: str
    equivalence: str
    start: str
    end: str


@value_of(nodes.DailyDose)
def _daily_dose(compiler: Compiler, node: nodes.DailyDose) -> Reading:
    if node.on is None:
        if node.window is None:
            raise NoRelationalFormError("a dose without a day")
        return Reading(_dose(compiler, HIGHEST, node.drug, node.equivalence, window(compiler, node.window)))
    if compiler.record is not None:
        if not isinstance(node.on, nodes.RowDay) or node.on.last or compiler.record.dose_on is None:
            raise NoRelationalFormError("the dose on a day that the record at hand gives")
        return Reading(compiler.record.dose_on(node.drug, node.equivalence))
    day = days(compiler, node.on)
    bounds = window(compiler, nodes.WindowOf(node.on, node.on))
    found = _dose(compiler, OF_DAY, node.drug, node.equivalence, bounds)
    return Reading(Number(found.low, found.high, found.den, None, "mg/d", None, found.open, day.nothing))


@value_of(nodes.TotalDose)
def _total_dose(compiler: Compiler, node: nodes.TotalDose) -> Reading:
    return Reading(_dose(compiler, TOTAL, node.drug, node.equivalence, window(compiler, node.window)))


def _dose(compiler: Compiler, kind: str, drug: str, equivalence: str, bounds: Bounds) -> Number:
    level = compiler.level(column(bounds.start), column(bounds.end))
    place = compiler.asked(DOSES, DoseRequest(level, kind, drug, equivalence, bounds.start, bounds.end))

    def answer(name: str) -> Tree:
        return column(compiler.answered(level, f"dose_{place}_{name}"))

    known = sql(":s IS NOT NULL AND :e IS NOT NULL", s=bounds.start, e=bounds.end)
    unsure: Tree = doubts(compiler, drug, bounds)
    if kind == OF_DAY:
        # A course that surely covers the day decides as it stands, also on an open list.
        unsure = sql("NOT COALESCE(:sure, FALSE) AND :d", sure=answer("sure"), d=unsure)
    open_ = either(bounds.open, sql("COALESCE(:o, FALSE)", o=answer("odd")))
    low = sql("CASE WHEN :k AND NOT :o THEN COALESCE(:l, 0) END", k=known, l=answer("low"), o=open_ or FALSE)
    high = sql(
        "CASE WHEN :k AND NOT :o AND NOT COALESCE(:u, FALSE) AND NOT :d THEN COALESCE(:h, 0) END",
        k=known,
        u=answer("unbounded"),
        d=unsure,
        h=answer("high"),
        o=open_ or FALSE,
    )
    unit = "mg" if kind == TOTAL else "mg/d"
    return Number(low, high, sql("COALESCE(:d, 1)", d=answer("den")), None, unit, None, open_)


@dataclass(frozen=True, slots=True)
class DoseOfDays:
    """The dose of a drug class on each of some days of a patient, such as those of assessments."""

    drug: str
    equivalence: str
    number: Number
    columns: tuple[str, ...]
    trees: tuple[Tree, ...]

    @staticmethod
    def of(compiler: Compiler, drug: str, equivalence: str, place: int) -> "DoseOfDays":
        """Ask for the dose on the day of the record at hand."""
        names = tuple(f"dose_of_day_{place}_{name}" for name in ("low", "high", "unbounded", "sure", "den", "odd"))
        low, high, unbounded, sure, den, odd = (column(name) for name in names)
        never, today = compiler.named(sql("CASE WHEN on_day IS NOT NULL THEN DATE '0001-01-01' END")), column("on_day")
        unread, listed = unread_flag(compiler, drug, Bounds(never.name, today.name)), complete(compiler, drug)
        # A record that was not understood may be of that very day or not; the evaluator looks.
        not_sure = sql("NOT COALESCE(:s, FALSE)", s=sure)
        open_ = sql("COALESCE(:o, FALSE) OR (:n AND :u)", o=odd, n=not_sure, u=unread)
        first = sql("CASE WHEN NOT :o THEN COALESCE(:l, 0) END", o=open_, l=low)
        last = sql(
            "CASE WHEN NOT :o AND NOT COALESCE(:u, FALSE) AND NOT (:n AND NOT :c) THEN COALESCE(:h, 0) END",
            o=open_, u=unbounded, n=not_sure, c=listed, h=high,
        )  # fmt: skip
        known = Number(first, last, sql("COALESCE(:d, 1)", d=den), None, "mg/d", None, open_)
        return DoseOfDays(drug, equivalence, known, names, (unread, listed))

    def query(self, compiler: Compiler, table: str, level: int) -> exp.Select:
        """Give the dose on each `patient` and `day` of a table."""
        once = milligrams()
        dosed = exp.select(
            "*",
            exp.alias_(sql(":m * times * factor", m=once.low), "mg"),
            exp.alias_(sql(":d * times_den * factor_den", d=once.den), "den"),
            exp.alias_(sql(":o AND times IS NOT NULL", o=once.open), "odd"),
        ).from_(self._dated(compiler, level).subquery("d"))
        sure = "g.first_l <= g.on_day AND g.first_l <= a.day AND a.day <= g.last_e"
        paired = (
            exp.select("a.patient", "a.day", "g.mg", "g.den", "g.odd", sql(f"CASE WHEN {sure} THEN TRUE END AS i"))
            .from_(f"{table} AS a")
            .join(
                dosed.subquery("g"),
                on="g.patient = a.patient AND g.first_e <= a.day AND a.day <= g.last_l",
            )
        )
        found = exp.select(
            "patient", "day", sql("SUM(CASE WHEN i THEN mg ELSE 0 END) AS low"), sql("SUM(mg) AS high")
        ).select(*(sql(tree) for tree in COMMON))
        grouped = found.from_(paired.subquery("p")).group_by("patient", "day")
        parts = ("low", "high", "unbounded", "sure", "den", "odd")
        named = (exp.alias_(column(part), name) for part, name in zip(parts, self.columns, strict=True))
        return exp.select("patient", "day", *named).from_(grouped.subquery("g"))

    def given(self, compiler: Compiler, days: exp.Select, level: int) -> exp.Select:
        """Give `patient` and `row_id` of the courses that were or may have been given on some days of patients."""
        dated = self._dated(compiler, level).subquery("g")
        query = exp.select("g.patient", "g.row_id").from_(days.subquery("a"))
        return query.join(dated, on="g.patient = a.patient AND g.first_e <= a.day AND a.day <= g.last_l")

    def _dated(self, compiler: Compiler, level: int) -> exp.Select:
        rows = [(*row[:1], *row[2:]) for row in factors(compiler, self.drug, self.equivalence, (0,))]
        listed = constants("r", ("concept", "factor", "factor_den"), rows)
        return dated_facts(level, listed, (), ("factor", "factor_den"))


# Steps --------------------------------------------------------------------------------------------------------------


def _answers(compiler: Compiler, level: int) -> Answers:
    requests: list[tuple[int, DoseRequest]] = compiler.of_level(DOSES, level)
    if not requests:
        return Answers()
    steps = [Step(f"dosed_{level}", _dosed(compiler, requests, level))]
    parts: list[exp.Select] = []
    kinds = {request.kind for _, request in requests}
    if OF_DAY in kinds:
        parts.append(_summed(level, OF_DAY, "CASE WHEN i THEN mg ELSE 0 END", "mg"))
    if TOTAL in kinds:
        parts.append(
            _summed(
                level, TOTAL, f"mg * {_days_inside('last_e', 'first_l')}", f"mg * {_days_inside('last_l', 'first_e')}"
            )
        )
    if HIGHEST in kinds:
        parts.append(_highest(level))
    steps.append(Step(f"dose_{level}", _pivoted(requests, parts)))
    names = [
        f"dose_{place}_{name}" for place, _ in requests for name in ("low", "high", "unbounded", "sure", "den", "odd")
    ]
    return Answers(tuple(steps), (Feed(f"dose_{level}", dict.fromkeys(names)),))


families.append(_answers)


def _dosed(compiler: Compiler, requests: list[tuple[int, DoseRequest]], level: int) -> exp.Select:
    """Give the records of each request that lie in its window or may do so, with their milligrams a day."""
    rows: list[tuple[Part, ...]] = []
    for place, request in requests:
        found = factors(compiler, request.drug, request.equivalence, (place,))
        rows.extend((leaf, asked, request.kind, factor, den) for leaf, asked, factor, den in found)
    listed = constants("r", ("concept", "asked", "its_kind", "factor", "factor_den"), rows)
    bounds = sorted({name for _, request in requests for name in (request.start, request.end)})
    dated = dated_facts(level, listed, bounds, ("asked", "its_kind", "factor", "factor_den"))
    starts = {place: column(request.start) for place, request in requests}
    ends = {place: column(request.end) for place, request in requests}
    once = milligrams()
    placed = exp.select(
        "*", exp.alias_(case_of("asked", starts), "window_s"), exp.alias_(case_of("asked", ends), "window_e")
    ).from_(dated.subquery("d"))
    judged = exp.select(
        "patient", "row_id", "asked", "its_kind", "on_day", "window_s", "window_e",
        "first_e", "first_l", "last_e", "last_l",
        exp.alias_(inside("first", "last"), "i"),
        exp.alias_(sql(":m * times * factor", m=once.low), "mg"),
        exp.alias_(sql(":d * times_den * factor_den", d=once.den), "den"),
        exp.alias_(sql(":o AND times IS NOT NULL", o=once.open), "odd"),
    ).from_(placed.subquery("p"))  # fmt: skip
    known = judged.where("window_s IS NOT NULL AND window_e IS NOT NULL")
    return exp.select("*").from_(known.subquery("k")).where("i IS NULL OR i")


def factors(
    compiler: Compiler, drug: str, equivalence: str, key: tuple[int]
) -> list[tuple[str, int, float | None, float | None]]:
    """Give for each drug of a class what a milligram counts for, with the denominator of that."""
    found: list[tuple[str, int, float | None, float | None]] = []
    for leaf in compiler.vocabulary.leaves(drug):
        factor = Fraction(1)
        if equivalence:
            known = compiler.vocabulary.catalog.equivalences[equivalence].factor(leaf)
            if known is None:
                found.append((leaf, *key, None, None))
                continue
            factor = known
        found.append((leaf, *key, float(factor), float(factor.denominator)))
    return found


def _days_inside(last: str, first: str) -> str:
    """Count the days of a record inside the window; at least one where it surely lies in it."""
    between = f"DATE_DIFF('day', GREATEST({first}, window_s), LEAST({last}, window_e, on_day)) + 1"
    return f"GREATEST({between}, CASE WHEN i THEN 1 ELSE 0 END)"


COMMON: Final = (
    "BOOL_OR(mg IS NULL) AS unbounded",
    "COALESCE(BOOL_OR(i), FALSE) AS sure",
    "EXP(SUM(LN(den))) * 1.001 AS den",
    "BOOL_OR(odd) AS odd",
)


def _summed(level: int, kind: str, low: str, high: str) -> exp.Select:
    return (
        exp.select("patient", "asked", sql(f"SUM({low}) AS low"), sql(f"SUM({high}) AS high"))
        .select(*(sql(tree) for tree in COMMON))
        .from_(f"dosed_{level}")
        .where(f"its_kind = '{kind}'")
        .group_by("patient", "asked")
    )


def _highest(level: int) -> exp.Select:
    """Bound the highest dose of a day: from below by what was surely given, from above by what may have been."""
    given = exp.select("*").from_(f"dosed_{level}").where(f"its_kind = '{HIGHEST}'")
    dates: exp.Query | None = None
    for day in DAYS:
        one = exp.select("patient", "asked", "window_s", "window_e", "on_day", exp.alias_(sql(day), "day"))
        one = one.from_(given.subquery("g"))
        dates = one if dates is None else exp.union(dates, one)
    if dates is None:
        raise AssertionError
    within = exp.select("patient", "asked", "day").from_(dates.subquery("u"))
    within = within.where("window_s <= day AND day <= window_e AND day <= on_day")
    totals = (
        exp.select(
            "w.patient",
            "w.asked",
            "w.day",
            sql(
                "SUM(CASE WHEN g.first_l <= g.on_day AND g.first_l <= w.day AND w.day <= g.last_e THEN g.mg END) AS low"
            ),
            sql("SUM(g.mg) AS high"),
            sql("BOOL_OR(g.mg IS NULL) AS unbounded"),
        )
        .from_(within.subquery("w"))
        .join(
            given.copy().subquery("g"),
            on="g.patient = w.patient AND g.asked = w.asked AND g.first_e <= w.day AND w.day <= g.last_l",
        )
        .group_by("w.patient", "w.asked", "w.day")
    )
    of_days = (
        exp.select(
            "patient", "asked", sql("MAX(low) AS low"), sql("MAX(high) AS high"), sql("BOOL_OR(unbounded) AS unbounded")
        )
        .from_(totals.subquery("t"))
        .group_by("patient", "asked")
    )
    alone = (
        exp.select("patient", "asked", sql("MAX(CASE WHEN i THEN mg END) AS one"))
        .select(*(sql(tree) for tree in COMMON))
        .from_(given.copy().subquery("a"))
        .group_by("patient", "asked")
    )
    return (
        exp.select(
            "a.patient",
            "a.asked",
            sql("GREATEST(COALESCE(d.low, 0), COALESCE(a.one, 0)) AS low"),
            sql("COALESCE(d.high, 0) AS high"),
            sql("COALESCE(d.unbounded, FALSE) AS unbounded"),
            "a.sure",
            "a.den",
            "a.odd",
        )
        .from_(alone.subquery("a"))
        .join(of_days.subquery("d"), on="d.patient = a.patient AND d.asked = a.asked", join_type="left")
    )


def _pivoted(requests: list[tuple[int, DoseRequest]], parts: Sequence[exp.Select]) -> exp.Select:
    rows: exp.Query = parts[0]
    for part in parts[1:]:
        rows = exp.union(rows, part, distinct=False)
    query = exp.select("patient").from_(rows.subquery("u")).group_by("patient")
    for place, _ in requests:
        for name in ("low", "high", "den"):
            chosen = sql("MAX(CASE WHEN asked = :p THEN :n END)", p=place, n=name)
            query = query.select(exp.alias_(chosen, f"dose_{place}_{name}"), copy=False)
        for name in ("unbounded", "sure", "odd"):
            chosen = sql("BOOL_OR(asked = :p AND :n)", p=place, n=name)
            query = query.select(exp.alias_(chosen, f"dose_{place}_{name}"), copy=False)
    return query
