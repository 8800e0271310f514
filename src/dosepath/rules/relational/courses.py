"""Drug courses as SQL: stretches of treatment, alone and together, in the two pictures of the evaluator.

The courses of a drug are cut to the window, once by the days that are certain and once by those that are possible, and
joined to stretches where no break lies between them. A question looks whether a stretch, or the days that stretches
of several drugs share, lasts long enough in either picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sqlglot import exp

from dosepath.rules import nodes
from dosepath.rules.relational.compiler import (
    Answers,
    Compiler,
    Feed,
    Flags,
    NoRelationalFormError,
    Step,
    Use,
    case_of,
    families,
    truth_of,
    value_of,
)
from dosepath.rules.relational.days import Bounds, Count, moved, span, window
from dosepath.rules.relational.events import dated_facts, doubts, inside
from dosepath.rules.relational.sql import LAST_DAY, Part, Tree, any_true, column, constants, sql
from dosepath.rules.relational.values import Days, Reading, Truthed, settled

TREATED: Final = "treated"
LASTING: Final = "lasting"

STRETCH_GAP: Final = "stretch_gap_days"
"""Setting: the longest step from one course to the next that joins them (see `rules.evaluation.courses`)."""

CERTAIN, POSSIBLE = 1, 2
"""Flags of a question: it holds in the picture of what is certain, or of what is possible."""


@dataclass(frozen=True, slots=True)
class TreatedRequest:
    """The stretches of treatment with a drug in a window; `reach` asks for the span from first to last instead."""

    level: int
    leaves: tuple[str, ...]
    start: str
    end: str
    reach: bool = False


@dataclass(frozen=True, slots=True)
class LastingRequest:
    """Whether the days that some stretches share last for a span, or the first day on which they had."""

    level: int
    courses: tuple[int, ...]
    span: Count
    flags: Flags | None


@truth_of(nodes.Lasted)
def _lasted(compiler: Compiler, node: nodes.Lasted) -> Truthed:
    return _two_pictures(compiler, (node.drug,), node.span, node.window)


@truth_of(nodes.LastedTogether)
def _lasted_together(compiler: Compiler, node: nodes.LastedTogether) -> Truthed:
    return _two_pictures(compiler, node.drugs, node.span, node.window)


@truth_of(nodes.Spanned)
def _spanned(compiler: Compiler, node: nodes.Spanned) -> Truthed:
    return _two_pictures(compiler, node.drugs, node.span, node.window, reach=True)


@truth_of(nodes.SeveralLasted)
def _several_lasted(compiler: Compiler, node: nodes.SeveralLasted) -> Truthed:
    bounds, count = asked_span(compiler, (node.drug,), node.span, node.window)
    members = compiler.vocabulary.terms[node.drug].members or (node.drug,)
    flags: list[Flags] = []
    asked: list[list[Use]] = []
    for member in members:
        with compiler.noting() as used:
            flags.append(_flags(compiler, (_treated(compiler, (member,), bounds),), count))
        asked.append(used)
    met, possible = compiler.named(_count(flags, CERTAIN)), _count(flags, CERTAIN | POSSIBLE)
    too_few = compiler.named(sql(":none OR :m < :n", none=bounds.absent, m=met, n=node.count))
    for used, flag in zip(asked, flags, strict=True):
        compiler.use(used, sql(":f OR :c", f=too_few, c=flag.test(CERTAIN)))
    value = sql(
        "CASE WHEN :none THEN NULL WHEN :met >= :n THEN TRUE WHEN :doubt OR :possible >= :n THEN NULL ELSE FALSE END",
        none=bounds.absent,
        met=met,
        possible=possible,
        doubt=doubts(compiler, node.drug, bounds),
        n=node.count,
    )
    return settled(value, bounds.open)


def _count(flags: Sequence[Flags], mask: int) -> Tree:
    total: Tree | None = None
    for flag in flags:
        one = sql("CASE WHEN :f THEN 1 ELSE 0 END", f=flag.test(mask))
        total = one if total is None else sql(":a + :b", a=total, b=one)
    return total if total is not None else sql("0")


@value_of(nodes.TogetherReached)
def _together_reached(compiler: Compiler, node: nodes.TogetherReached) -> Reading:
    bounds, count = asked_span(compiler, node.drugs, node.span, node.window)
    courses = tuple(_treated(compiler, (drug,), bounds) for drug in node.drugs)
    level = compiler.level(column(bounds.start), column(bounds.end))
    place = compiler.asked(LASTING, LastingRequest(level, courses, count, None))
    latest = column(compiler.answered(level, f"reached_{place}_certain"))
    earliest = column(compiler.answered(level, f"reached_{place}_possible"))
    unsure = any_true([doubts(compiler, drug, bounds) for drug in node.drugs])
    parts = {
        "none": bounds.absent,
        "c": latest,
        "p": earliest,
        "doubt": unsure,
        "never": LAST_DAY,
    }
    first = sql(
        "CASE WHEN :none THEN NULL WHEN :c IS NOT NULL THEN LEAST(:p, :c) WHEN :doubt THEN NULL "
        "WHEN :p IS NULL THEN :never ELSE :p END",
        **parts,
    )
    last = sql(
        "CASE WHEN :none THEN NULL WHEN :c IS NOT NULL THEN :c WHEN :doubt THEN NULL ELSE :never END",
        **{name: part for name, part in parts.items() if name != "p"},
    )
    return Reading(Days(first, last, bounds.open))


def asked_span(
    compiler: Compiler, drugs: Sequence[str], span_of: nodes.SpanOf, window_of: nodes.WindowOf
) -> tuple[Bounds, Count]:
    """Compile the window and the span of a question about courses."""
    if compiler.record is not None:
        raise NoRelationalFormError("courses within a condition on a record")
    count = span(compiler, span_of)
    if count is None:
        raise NoRelationalFormError("a span whose setting is not set")
    return window(compiler, window_of), count


def _two_pictures(
    compiler: Compiler,
    drugs: Sequence[str],
    span_of: nodes.SpanOf,
    window_of: nodes.WindowOf,
    *,
    reach: bool = False,
) -> Truthed:
    bounds, count = asked_span(compiler, drugs, span_of, window_of)
    if reach:
        courses: tuple[int, ...] = (_treated(compiler, drugs, bounds, reach=True),)
    else:
        courses = tuple(_treated(compiler, (drug,), bounds) for drug in drugs)
    flags = _flags(compiler, courses, count)
    value = sql(
        "CASE WHEN :none THEN NULL WHEN :certain THEN TRUE WHEN :possible OR :doubt THEN NULL ELSE FALSE END",
        none=bounds.absent,
        certain=flags.test(CERTAIN),
        possible=flags.test(POSSIBLE),
        doubt=any_true([doubts(compiler, drug, bounds) for drug in drugs]),
    )
    return settled(value, bounds.open)


def _treated(compiler: Compiler, drugs: Sequence[str], bounds: Bounds, *, reach: bool = False) -> int:
    level = compiler.level(column(bounds.start), column(bounds.end))
    leaves = tuple(dict.fromkeys(leaf for drug in drugs for leaf in compiler.vocabulary.leaves(drug)))
    return compiler.asked(TREATED, TreatedRequest(level, leaves, bounds.start, bounds.end, reach))


def _flags(compiler: Compiler, courses: tuple[int, ...], count: Count) -> Flags:
    known: list[LastingRequest] = compiler.requests.setdefault(LASTING, [])
    level: int = compiler.requests[TREATED][courses[0]].level
    for request in known:
        if (request.courses, request.span) == (courses, count) and request.flags is not None:
            return request.flags
    flags = compiler.flags(level, 2)
    known.append(LastingRequest(level, courses, count, flags))
    return flags


# Steps --------------------------------------------------------------------------------------------------------------


def _answers(compiler: Compiler, level: int) -> Answers:
    treated: list[tuple[int, TreatedRequest]] = compiler.of_level(TREATED, level)
    if not treated:
        return Answers()
    steps = [
        Step(f"treated_{level}", _pictures(compiler, treated, level)),
        Step(f"stretches_{level}", _stretches(compiler, level)),
    ]
    lasting: list[tuple[int, LastingRequest]] = compiler.of_level(LASTING, level)
    setting = [
        _lasting(level, request, word, shift)
        for _, request in lasting
        if request.flags is not None
        for word, shift in [compiler.flag_of(request.flags)]
    ]
    feeds: list[Feed] = []
    flags: tuple[str, ...] = ()
    if setting:
        steps.append(Step(f"lasting_{level}", all_rows(setting)))
        flags = (f"lasting_{level}",)
    reached = [(place, request) for place, request in lasting if request.flags is None]
    if reached:
        steps.append(Step(f"reached_{level}", _reached(level, reached)))
        names = [f"reached_{place}_{name}" for place, _ in reached for name in ("certain", "possible")]
        feeds.append(Feed(f"reached_{level}", dict.fromkeys(names)))
    return Answers(tuple(steps), tuple(feeds), flags)


families.append(_answers)


def all_rows(queries: Sequence[exp.Select]) -> exp.Select:
    """Put the rows of several queries below each other."""
    if len(queries) == 1:
        return queries[0]
    joined: exp.Query = queries[0]
    for query in queries[1:]:
        joined = exp.union(joined, query, distinct=False, copy=False)
    return exp.select("*").from_(joined.subquery("u"))


def _pictures(compiler: Compiler, treated: list[tuple[int, TreatedRequest]], level: int) -> exp.Select:
    """Cut courses to their windows, by what is certain and by what is possible."""
    rows: list[tuple[Part, ...]] = [
        (leaf, place, request.reach) for place, request in treated for leaf in request.leaves
    ]
    listed = constants("r", ("concept", "course", "reach"), rows)
    bounds = sorted({name for _, request in treated for name in (request.start, request.end)})
    dated = dated_facts(level, listed, bounds, ("course", "reach"))
    starts = {place: column(request.start) for place, request in treated}
    ends = {place: column(request.end) for place, request in treated}
    placed = exp.select(
        "patient",
        "course",
        "reach",
        "on_day",
        "first_e",
        "first_l",
        "last_e",
        "last_l",
        exp.alias_(case_of("course", starts), "window_s"),
        exp.alias_(case_of("course", ends), "window_e"),
    ).from_(dated.subquery("d"))
    judged = exp.select("*", exp.alias_(inside("first", "last"), "i")).from_(placed.subquery("p"))
    known = judged.where("window_s IS NOT NULL AND window_e IS NOT NULL").subquery("k")
    end = "LEAST(window_e, on_day)"
    certain = exp.select(
        "patient",
        "course",
        "reach",
        sql("TRUE AS certain"),
        sql("GREATEST(first_l, window_s) AS lo"),
        sql(f"LEAST(last_e, {end}) AS hi"),
        "i",
    ).from_(known)
    possible = exp.select(
        "patient",
        "course",
        "reach",
        sql("FALSE AS certain"),
        sql("GREATEST(first_e, window_s) AS lo"),
        sql(f"LEAST(last_l, {end}) AS hi"),
        "i",
    ).from_(known.copy())
    both = exp.union(certain, possible, distinct=False)
    return (
        exp.select("patient", "course", "reach", "certain", "lo", "hi")
        .from_(both.subquery("b"))
        .where("CASE WHEN reach THEN CASE WHEN certain THEN i ELSE i IS NULL OR i END ELSE lo <= hi END")
    )


def _stretches(compiler: Compiler, level: int) -> exp.Select:
    """Join what overlaps or follows without a break; a reach is one stretch from its first to its last day."""
    follows = sql("reach OR DATE_DIFF('day', before, lo) <= :gap", gap=gap_days(compiler))
    return stretches(exp.select("*").from_(f"treated_{level}"), ("patient", "course", "certain"), follows)


def gap_days(compiler: Compiler) -> int:
    """Give the longest step, in days, from one course to the next that breaks no stretch."""
    return max(1, int(compiler.settings.get(STRETCH_GAP, Fraction(1))))


def stretches(rows: exp.Select, key: Sequence[str], follows: Tree) -> exp.Select:
    """Join rows from a day `lo` to a day `hi` to stretches.

    Parameters
    ----------
    rows
        What is joined.
    key
        Columns that the rows of a stretch have in common.
    follows
        Whether a row goes on with the one before it, `before` being the last day of all rows before it.
    """
    over = f"OVER (PARTITION BY {', '.join(key)} ORDER BY lo, hi ROWS BETWEEN UNBOUNDED PRECEDING AND"
    # Of equal rows one is kept: they have no order, and the two windows below have to see the same one.
    once = exp.select("*").distinct().from_(rows.subquery("e"))
    reached = exp.select("*", sql(f"MAX(hi) {over} 1 PRECEDING) AS before")).from_(once.subquery("r"))
    new = sql("CASE WHEN :f THEN 0 ELSE 1 END AS new", f=follows)
    marked = exp.select("*", new).from_(reached.subquery("m"))
    counted = exp.select("*", sql(f"SUM(new) {over} CURRENT ROW) AS stretch")).from_(marked.subquery("n"))
    found = exp.select(*key, sql("MIN(lo) AS lo"), sql("MAX(hi) AS hi")).from_(counted.subquery("c"))
    return found.group_by(*key, "stretch")


def _shared(level: int, request: LastingRequest) -> exp.Select:
    """Give the days that the stretches of all courses of a request share, where they last long enough."""
    query = exp.select("s0.patient", "s0.certain").from_(f"stretches_{level} AS s0")
    lo: Tree = exp.column("lo", "s0")
    hi: Tree = exp.column("hi", "s0")
    for place in range(1, len(request.courses)):
        name = f"s{place}"
        query = query.join(
            f"stretches_{level} AS {name}", on=f"{name}.patient = s0.patient AND {name}.certain = s0.certain"
        )
        lo, hi = (
            sql("GREATEST(:a, :b)", a=lo, b=exp.column("lo", name)),
            sql("LEAST(:a, :b)", a=hi, b=exp.column("hi", name)),
        )
    for place, course in enumerate(request.courses):
        query = query.where(exp.column("course", f"s{place}").eq(exp.Literal.number(course)))
    shared = query.select(exp.alias_(lo, "lo"), exp.alias_(hi, "hi"))
    lasting = exp.select("patient", "certain", exp.alias_(moved(column("lo"), request.span), "day"), "lo", "hi")
    lasting = lasting.from_(shared.subquery("o"))
    return exp.select("patient", "certain", "day").from_(lasting.subquery("l")).where("lo <= hi AND day <= hi")


def _lasting(level: int, request: LastingRequest, word: int, shift: int) -> exp.Select:
    mask = sql("CAST(CASE WHEN certain THEN :c ELSE :p END AS BIGINT) << :s AS mask", c=CERTAIN, p=POSSIBLE, s=shift)
    return exp.select("patient", exp.alias_(sql(":w", w=word), "word"), mask).from_(
        _shared(level, request).subquery("t")
    )


def _reached(level: int, reached: list[tuple[int, LastingRequest]]) -> exp.Select:
    parts = [
        exp.select("patient", "certain", "day", exp.alias_(sql(":p", p=place), "place")).from_(
            _shared(level, request).subquery("t")
        )
        for place, request in reached
    ]
    query = exp.select("patient").from_(all_rows(parts).subquery("a")).group_by("patient")
    for place, _ in reached:
        for name, test in (("certain", "certain"), ("possible", "NOT certain")):
            first = sql(f"MIN(CASE WHEN place = :p AND {test} THEN day END)", p=place)
            query = query.select(exp.alias_(first, f"reached_{place}_{name}"), copy=False)
    return query
