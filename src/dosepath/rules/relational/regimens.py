"""Drug regimens as SQL: unchanged or not, within their caps or not.

The slices of each line (see `slices`) are judged by its cap and joined to stretches, in two pictures: what surely is
so, and what is possible. A line that is given goes on at one total; a line that is not given, through the days between.
A regimen was unchanged for a span where each of its lines has a stretch that covers the span, and one of them is given
in it. For that it is enough to look at the spans that begin where a stretch does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from dosepath.rules import nodes
from dosepath.rules.relational.compiler import (
    Answers,
    Compiler,
    Flags,
    NoRelationalFormError,
    Record,
    Step,
    Use,
    case_of,
    families,
    of_patient,
    truth_of,
)
from dosepath.rules.relational.courses import all_rows, gap_days, stretches
from dosepath.rules.relational.days import Bounds, Count, moved, span, window
from dosepath.rules.relational.events import doubts
from dosepath.rules.relational.slices import ANY, LINES, LineRequest
from dosepath.rules.relational.sql import (
    FALSE,
    FIRST_DAY,
    NULL,
    TRUE,
    Part,
    Tree,
    any_true,
    column,
    columns_of,
    constants,
    sql,
)
from dosepath.rules.relational.values import Days, Number, Reading, Truthed, settled
from dosepath.rules.vocabulary import RegimenLine

CAPPED: Final = "capped"
STEADY: Final = "steady"
WITHIN: Final = "within"

CERTAIN, POSSIBLE, OPEN, UNCLEAR, RECORDED = 1, 2, 4, 8, 16
"""Flags of a question: it surely holds; it may hold; a cap or a dose is left to the evaluator, so that it may be less
possible than it seems; doses could not be told apart; a course of the line surely began."""


@dataclass(frozen=True, slots=True)
class CappedRequest:
    """The slices of a line, judged by its cap.

    Parameters
    ----------
    level
        Base that holds what the cap asks for.
    line
        Place of the line.
    cap
        The cap as a question to a total; TRUE where any dose will do.
    used
        Requests that the cap makes.
    """

    level: int
    line: int
    cap: Truthed
    used: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class SteadyRequest:
    """Whether some capped lines, those that must not be given among them, were unchanged for a span."""

    level: int
    lines: tuple[int, ...]
    span: Count
    to_end: bool


@dataclass(frozen=True, slots=True)
class WithinRequest:
    """Whether a capped line was given within its cap for a span; `line` is its place among the lines."""

    level: int
    lines: tuple[int]
    span: Count
    line: int


@truth_of(nodes.StableRegimen)
def _stable_regimen(compiler: Compiler, node: nodes.StableRegimen) -> Truthed:
    bounds, count = _asked(compiler, node.span, node.window)
    if count is None:
        return Truthed(NULL)
    lines = compiler.vocabulary.regimens[node.regimen]
    with compiler.noting() as used:
        places = [_line(compiler, line.drug, line.equivalence, bounds) for line in lines]
        caps = [_cap(compiler, line, cap) for line, cap in zip(lines, node.caps, strict=True)]
        if node.only_listed:
            listed = {leaf for line in lines for leaf in compiler.vocabulary.leaves(line.drug)}
            others = tuple(leaf for leaf in compiler.vocabulary.leaves(node.only_listed) if leaf not in listed)
            places.append(_line(compiler, node.only_listed, "", bounds, others))
            caps.append((Truthed(TRUE), ()))
        level = _level(compiler, bounds, caps)
        capped = tuple(
            compiler.asked(CAPPED, CappedRequest(level, place, *cap)) for place, cap in zip(places, caps, strict=True)
        )
    compiler.use(used, sql("NOT (:n)", n=bounds.absent))
    flags = _flags(compiler, STEADY, SteadyRequest(level, capped, count, node.to_end))
    value = sql(
        "CASE WHEN :none THEN NULL WHEN :certain THEN TRUE WHEN :possible OR :doubt THEN NULL ELSE FALSE END",
        none=bounds.absent,
        certain=flags.test(CERTAIN),
        possible=flags.test(POSSIBLE),
        doubt=any_true(doubts(compiler, line.drug, bounds) for line in lines),
    )
    return settled(value, bounds.open, _left(flags))


@truth_of(nodes.WithinCap)
def _within_cap(compiler: Compiler, node: nodes.WithinCap) -> Truthed:
    bounds, count = _asked(compiler, node.span, node.window)
    if count is None:
        return Truthed(NULL)
    line = next(item for item in compiler.vocabulary.regimens[node.regimen] if item.name == node.line)
    with compiler.noting() as used:
        place = _line(compiler, line.drug, line.equivalence, bounds)
        cap = _cap(compiler, line, node.cap)
        level = _level(compiler, bounds, [cap])
        capped = compiler.asked(CAPPED, CappedRequest(level, place, *cap))
    compiler.use(used, sql("NOT (:n)", n=bounds.absent))
    flags = _flags(compiler, WITHIN, WithinRequest(level, (capped,), count, place))
    value = sql(
        "CASE WHEN :none THEN NULL WHEN :certain THEN TRUE WHEN :possible THEN NULL WHEN :recorded THEN FALSE "
        "WHEN :doubt THEN NULL ELSE FALSE END",
        none=bounds.absent,
        certain=flags.test(CERTAIN),
        possible=flags.test(POSSIBLE),
        recorded=flags.test(RECORDED),
        doubt=doubts(compiler, line.drug, bounds),
    )
    return settled(value, bounds.open, _left(flags))


def _asked(compiler: Compiler, span_of: nodes.SpanOf, window_of: nodes.WindowOf) -> tuple[Bounds, Count | None]:
    if compiler.record is not None:
        raise NoRelationalFormError("a regimen within a condition on a record")
    return window(compiler, window_of), span(compiler, span_of)


def _left(flags: Flags) -> Tree:
    """Answer where the evaluator has to look: doses that cannot be told apart; what seems possible and may not be."""
    return sql(
        ":u OR (:o AND :p AND NOT :c)",
        u=flags.test(UNCLEAR),
        o=flags.test(OPEN),
        p=flags.test(POSSIBLE),
        c=flags.test(CERTAIN),
    )


def _line(
    compiler: Compiler, drug: str, equivalence: str, bounds: Bounds, others: tuple[str, ...] | None = None
) -> int:
    """Ask for a line of a regimen; `others`: for those of the drugs that must not be given beside it."""
    level = compiler.level(column(bounds.start), column(bounds.end))
    leaves = compiler.vocabulary.leaves(drug) if others is None else others
    request = LineRequest(level, drug, equivalence, leaves, bounds.start, bounds.end, others is not None)
    return compiler.asked(LINES, request)


def _cap(compiler: Compiler, line: RegimenLine, cap: nodes.Truth | None) -> tuple[Truthed, tuple[Use, ...]]:
    """Compile the cap of a line as a question to a total, and give the requests that it makes."""
    if cap is None:
        return Truthed(TRUE), ()

    def value(name: str) -> Reading:
        raise NoRelationalFormError("a cap that asks for more than a dose")

    def day(last: bool) -> Reading:
        today = column("on_day")
        return Reading(Days(FIRST_DAY, today) if last else Days(today, today))

    def dose(daily: bool) -> Reading:
        total = column("total")
        return Reading(Number(total, total, column("den"), None, "mg/d" if daily else "mg"))

    return compiler.truth_of_record(cap, Record(line.drug, value, day, dose))


def _level(compiler: Compiler, bounds: Bounds, caps: Sequence[tuple[Truthed, tuple[Use, ...]]]) -> int:
    trees = [tree for cap, _ in caps for tree in (cap.value, cap.open)]
    return compiler.level(column(bounds.start), column(bounds.end), *trees)


def _flags(compiler: Compiler, family: str, request: SteadyRequest | WithinRequest) -> Flags:
    known: list[tuple[SteadyRequest | WithinRequest, Flags]] = compiler.requests.setdefault(family, [])
    found = next((flags for other, flags in known if other == request), None)
    if found is None:
        found = compiler.flags(request.level, 5)
        known.append((request, found))
    return found


# Steps --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a level with its place, and the word and the shift of its flags."""

    place: int
    request: SteadyRequest | WithinRequest
    word: int
    shift: int

    @staticmethod
    def of(compiler: Compiler, family: str, level: int) -> "list[Question]":
        """Give the questions of a family and a level."""
        known: list[tuple[SteadyRequest | WithinRequest, Flags]] = compiler.requests.get(family, [])
        return [
            Question(place, request, *compiler.flag_of(flags))
            for place, (request, flags) in enumerate(known)
            if request.level == level
        ]


def _answers(compiler: Compiler, level: int) -> Answers:
    capped: list[tuple[int, CappedRequest]] = compiler.of_level(CAPPED, level)
    if not capped:
        return Answers()
    steady, within = Question.of(compiler, STEADY, level), Question.of(compiler, WITHIN, level)
    steps = [Step(f"capped_{level}", _capped(compiler, capped, level))]
    parts = [_doubtful([*steady, *within], level)]
    if steady:
        steps.append(Step(f"runs_{level}", _runs(steady, level)))
        steps.append(Step(f"pauses_{level}", _pauses(steady, level)))
        steps.append(Step(f"covers_{level}", _covers(steady, level)))
        parts.append(_unchanged(steady, level))
    if within:
        steps.append(Step(f"within_{level}", _within(compiler, within, level)))
        parts.append(_lasting(within, level))
        parts.extend(_recorded(compiler, within))
    steps.append(Step(f"regimens_{level}", all_rows(parts)))
    return Answers(tuple(steps), flags=(f"regimens_{level}",))


families.append(_answers)


def _capped(compiler: Compiler, capped: Sequence[tuple[int, CappedRequest]], level: int) -> exp.Select:
    """Judge the totals of the slices by the caps."""
    lines: list[LineRequest] = compiler.requests[LINES]
    levels = sorted({lines[request.line].level for _, request in capped})
    totals = all_rows([exp.select("*").from_(f"line_totals_{below}") for below in levels])
    fits = {place: request.cap.value for place, request in capped}
    opens = {place: request.cap.open or FALSE for place, request in capped}
    asked = columns_of(*fits.values(), *opens.values())
    needed = [name for name in asked if name in compiler.levels or of_patient(name)]
    listed = constants("r", ("line", "capped"), [(request.line, place) for place, request in capped])
    rows = exp.select("t.*", "r.capped", *(f"b.{name}" for name in needed)).from_(totals.subquery("t"))
    rows = rows.join(listed.subquery("r"), on="r.line = t.line")
    if needed:
        rows = rows.join(exp.to_table(f"base_{level}").as_("b"), on="b.patient = t.patient")
    judged = exp.select(
        "patient", "capped", "beside", "window_s", "window_e", "lo", "hi", "sure", "settled", "odd", "begins",
        "courses", "number", "unclear",
        exp.alias_(case_of("capped", fits), "fits", copy=False),
        exp.alias_(case_of("capped", opens), "undecided", copy=False),
    ).from_(rows.subquery("q", copy=False), copy=False)  # fmt: skip
    left = sql("odd OR COALESCE(undecided AND fits IS NULL, FALSE) AS is_open")
    return exp.select("*", left).from_(judged.subquery("j", copy=False), copy=False)


def _listed(questions: Sequence[Question]) -> exp.Subquery:
    """List which capped lines belong to which question, with its flags and whether it has to reach the end."""
    rows: list[tuple[Part, ...]] = [
        (capped, question.place, question.word, question.shift, getattr(question.request, "to_end", False))
        for question in questions
        for capped in question.request.lines
    ]
    return constants("r", ("capped", "question", "word", "shift", "to_end"), rows).subquery("r")


def _spans(questions: Sequence[Question]) -> Tree:
    """Give the day on which the span of a question is over that began on the day `lo`."""
    return case_of("question", {item.place: moved(column("lo"), item.request.span) for item in questions})


def _mask(flag: str) -> Tree:
    return sql(f"CAST({flag} AS BIGINT) << shift AS mask")


def _doubtful(questions: Sequence[Question], level: int) -> exp.Select:
    """Say who has doses that could not be told apart, or a dose or a cap that is left to the evaluator."""
    flag = f"CASE WHEN unclear THEN {UNCLEAR} ELSE 0 END + CASE WHEN is_open THEN {OPEN} ELSE 0 END"
    query = exp.select("c.patient", "r.word", _mask(f"({flag})")).from_(f"capped_{level} AS c")
    return query.join(_listed(questions), on="r.capped = c.capped").where("c.unclear OR c.is_open")


# Unchanged ----------------------------------------------------------------------------------------------------------


def _runs(questions: Sequence[Question], level: int) -> exp.Select:
    """Give the stretches on which a line is, or may be, given at one total within its cap, where they are long enough.

    Slices of an unknown dose are surely one stretch only as long as the courses are the same.
    """
    fitting = exp.select("*").from_(f"capped_{level}").where("NOT beside AND (fits IS NULL OR fits)")
    columns = ("patient", "capped", "window_e", "lo", "hi", "begins")
    known = f"CASE WHEN number = {ANY} THEN -courses ELSE number END AS number"
    certain = exp.select(*columns, sql(known), sql("TRUE AS certain")).from_(fitting.subquery("f"))
    possible = exp.select(*columns, "number", sql("FALSE AS certain")).from_(fitting.copy().subquery("f"))
    totals = exp.select("patient", "capped", "number").distinct().from_(fitting.copy().subquery("f"))
    totals = totals.where(f"number <> {ANY}")
    any_dose = (
        exp.select(*(f"f.{name}" for name in columns), "n.number", sql("FALSE AS certain"))
        .from_(fitting.copy().subquery("f"))
        .join(totals.subquery("n"), on="n.patient = f.patient AND n.capped = f.capped")
        .where(f"f.number = {ANY}")
    )
    rows = all_rows([certain.where("settled AND fits"), possible, any_dose])
    follows = sql("DATE_DIFF('day', before, lo) <= 1 AND NOT (number < 0 AND begins)")
    joined = stretches(rows, ("patient", "capped", "window_e", "certain", "number"), follows)
    return _long(joined, questions, TRUE)


def _long(rows: exp.Select, questions: Sequence[Question], given: Tree) -> exp.Select:
    """Give the stretches that cover the span of a question, each for each such question."""
    joined = exp.select("s.patient", "s.certain", "s.capped", "s.window_e", "s.lo", "s.hi", "r.question", "r.to_end")
    joined = joined.from_(rows.subquery("s")).join(_listed(questions), on="r.capped = s.capped")
    over = exp.select("*", exp.alias_(_spans(questions), "over"), exp.alias_(given, "given"))
    found = exp.select("patient", "question", "certain", "capped", "given", "lo", "hi", "over")
    return (
        found.from_(over.from_(joined.subquery("j")).subquery("o"))
        .where("over <= hi AND (NOT to_end OR hi >= window_e)")
    )  # fmt: skip


def _pauses(questions: Sequence[Question], level: int) -> exp.Select:
    """Give the days on which a line surely is not, or may not be, given, of those who have a stretch of another."""
    candidates = exp.select("patient", "certain").distinct().from_(f"runs_{level}")
    asked = sorted({capped for question in questions for capped in question.request.lines})
    rows = (
        exp.select("k.patient", "k.capped", "c.certain", "k.window_s", "k.window_e", "k.lo", "k.hi", "k.sure")
        .from_(f"capped_{level} AS k")
        .join(candidates.subquery("c"), on="c.patient = k.patient")
        .where(exp.column("capped", "k").isin(*asked))
    )
    key = ("patient", "capped", "certain", "window_s", "window_e")
    given = exp.select(*key, "lo", "hi").from_(rows.subquery("q")).where("certain OR sure")
    after = "CAST(window_e + INTERVAL 1 DAY AS DATE)"
    ends = exp.select(*key, sql(f"{after} AS lo"), sql(f"{after} AS hi")).distinct().from_(rows.copy().subquery("q"))
    over = (
        "OVER (PARTITION BY patient, capped, certain ORDER BY lo, hi ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    )
    reached = exp.select(*key, sql("lo AS next"), sql(f"MAX(hi) {over} AS before"))
    reached = reached.from_(all_rows([given, ends]).subquery("g"))
    free = exp.select(
        "patient", "capped", "certain", "window_e",
        sql("COALESCE(CAST(before + INTERVAL 1 DAY AS DATE), window_s) AS lo"),
        sql("CAST(next - INTERVAL 1 DAY AS DATE) AS hi"),
    ).from_(reached.subquery("p"))  # fmt: skip
    return exp.select("*").from_(free.subquery("d")).where("lo <= hi")


def _covers(questions: Sequence[Question], level: int) -> exp.Select:
    """Give the stretches of all lines that cover the span of a question."""
    pauses = _long(exp.select("*").from_(f"pauses_{level}"), questions, FALSE)
    return all_rows([exp.select("*").from_(f"runs_{level}"), pauses])


def _unchanged(questions: Sequence[Question], level: int) -> exp.Select:
    """Say for whom each line has a stretch that covers one span, some line being given in it."""
    starts = exp.select("patient", "question", "certain", "lo", "over").distinct().from_(f"covers_{level}")
    covered = (
        exp.select("s.patient", "s.question", "s.certain", sql("COUNT(DISTINCT l.capped) AS covered"))
        .select(sql("BOOL_OR(l.given) AS given"))
        .from_(starts.subquery("s"))
        .join(
            f"covers_{level} AS l",
            on="l.patient = s.patient AND l.question = s.question AND l.certain = s.certain "
            "AND l.lo <= s.lo AND s.over <= l.hi",
        )
        .group_by("s.patient", "s.question", "s.certain", "s.lo")
    )
    lines = (
        exp.select("c.patient", "r.question", "r.word", "r.shift", sql("COUNT(DISTINCT c.capped) AS lines"))
        .from_(f"capped_{level} AS c")
        .join(_listed(questions), on="r.capped = c.capped")
        .group_by("c.patient", "r.question", "r.word", "r.shift")
    )
    flag = f"CASE WHEN v.certain THEN {CERTAIN} ELSE {POSSIBLE} END"
    query = exp.select("v.patient", "n.word", _mask(f"({flag})")).from_(covered.subquery("v"))
    return query.join(
        lines.subquery("n"),
        on="n.patient = v.patient AND n.question = v.question AND n.lines = v.covered AND v.given",
    )


# Within the cap -----------------------------------------------------------------------------------------------------


def _within(compiler: Compiler, questions: Sequence[Question], level: int) -> exp.Select:
    """Give the stretches on which a line surely is, or may be, given within its cap."""
    asked = sorted({capped for question in questions for capped in question.request.lines})
    slices = (
        exp.select("patient", "capped", "lo", "hi", sql("BOOL_AND(sure AND COALESCE(fits, FALSE)) AS fits"))
        .select(sql("BOOL_OR(COALESCE(fits, TRUE)) AS may_fit"))
        .from_(f"capped_{level}")
        .where(column("capped").isin(*asked))
        .group_by("patient", "capped", "lo", "hi")
    )
    pictures = [
        exp.select("patient", "capped", "lo", "hi", sql(f"{certain} AS certain"))
        .from_(slices.copy().subquery("s"))
        .where(fits)
        for certain, fits in (("TRUE", "fits"), ("FALSE", "may_fit"))
    ]
    follows = sql("DATE_DIFF('day', before, lo) <= :g", g=gap_days(compiler))
    return stretches(all_rows(pictures), ("patient", "capped", "certain"), follows)


def _lasting(questions: Sequence[Question], level: int) -> exp.Select:
    """Say for whom a stretch within the cap lasts for the span of a question."""
    joined = exp.select("s.patient", "s.certain", "s.lo", "s.hi", "r.question", "r.word", "r.shift")
    joined = joined.from_(f"within_{level} AS s").join(_listed(questions), on="r.capped = s.capped")
    over = exp.select("*", exp.alias_(_spans(questions), "over")).from_(joined.subquery("j"))
    flag = f"CASE WHEN certain THEN {CERTAIN} ELSE {POSSIBLE} END"
    return exp.select("patient", "word", _mask(f"({flag})")).from_(over.subquery("o")).where("over <= hi")


def _recorded(compiler: Compiler, questions: Sequence[Question]) -> list[exp.Select]:
    """Say for whom a course of the line surely began."""
    lines: list[LineRequest] = compiler.requests[LINES]
    by_level: dict[int, list[tuple[Part, ...]]] = {}
    for question in questions:
        if isinstance(question.request, WithinRequest):
            line = question.request.line
            by_level.setdefault(lines[line].level, []).append((line, question.word, question.shift))
    found = []
    for level, rows in by_level.items():
        listed = constants("r", ("line", "word", "shift"), rows)
        query = exp.select("c.patient", "r.word", _mask(str(RECORDED))).from_(f"line_courses_{level} AS c")
        found.append(query.join(listed.subquery("r"), on="r.line = c.line").where("c.recorded"))
    return found
