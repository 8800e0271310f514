"""Results: the one that counts in a window, and questions to it alone.

Stage one finds for each patient and request the place of the result that counts, by one key of day and rank, and takes
that very row: a latest row without a limit of normal does not borrow an older one. Where a date known in part leaves
open which result counts, the patient goes to the one-patient evaluator.

Questions to one result alone (`latest(anc, screening) >= 0.5`) are judged on these tall rows, all at once by a table of
limits, and become flags; only what enters larger expressions gets columns of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from sqlglot import exp

from dosepath.core.interval import Operator
from dosepath.rules import nodes
from dosepath.rules.relational.compiler import (
    Answers,
    Compiler,
    Feed,
    Flags,
    NoRelationalFormError,
    Step,
    case_of,
    families,
    value_of,
)
from dosepath.rules.relational.days import Bounds, by_anchors, days, window
from dosepath.rules.relational.numbers import OPPOSITE, sign, surely
from dosepath.rules.relational.sql import FALSE, Part, Tree, column, constants, either, facts_of, sql, text
from dosepath.rules.relational.values import Days, Number, Reading, Truthed, Word
from dosepath.rules.vocabulary import Kind

PICKS: Final = "picks"
QUESTIONS: Final = "questions"

RANKS: Final = 2**40
"""Ranks are below it; a key is the day times it and the rank."""

MET, NOT_MET, OPEN, SEEN = 1, 2, 4, 8
"""Flags of a question."""

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


@dataclass(frozen=True)
class Question:
    """A comparison of one picked result with a number, with its own limits of normal, or with answers."""

    level: int
    pick: int
    operator: Operator | None
    number: Fraction
    limit: str
    answers: tuple[tuple[str, bool | None], ...]
    default: bool | None


@value_of(nodes.Pick)
def _pick(compiler: Compiler, node: nodes.Pick) -> Reading:
    before = _before(compiler, node)
    return picked(compiler, node.concept, node.window, earliest=node.earliest, before=before)


def _before(compiler: Compiler, node: nodes.Pick) -> Days | None:
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
    request = _request(compiler, concept, bounds, earliest=earliest)
    place = compiler.asked(PICKS, request)
    known = _Picked(compiler, place, request.level)
    opens = either(bounds.open, known.test("open"), _scored(compiler, concept) if scored else None)
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


def _request(compiler: Compiler, concept: str, bounds: Bounds, *, earliest: bool) -> PickRequest:
    level = compiler.level(column(bounds.start), column(bounds.end))
    leaves, unit = compiler.vocabulary.leaves(concept), compiler.vocabulary.terms[concept].unit
    return PickRequest(level, concept, leaves, unit, bounds.start, bounds.end, earliest)


def asked_before(compiler: Compiler, node: nodes.Pick) -> tuple[int, Tree | None] | None:
    """Find the request that was made for a result: its place, and what leaves the result open beside itself."""
    before = None if node.before is None else days(compiler, node.before)
    bounds = window(compiler, node.window, before)
    request = _request(compiler, node.concept, bounds, earliest=node.earliest)
    known: list[PickRequest] = compiler.requests.get(PICKS, [])
    if request not in known:
        return None
    return known.index(request), either(bounds.open, _scored(compiler, node.concept))


def _scored(compiler: Compiler, concept: str) -> Tree | None:
    """Answer whether items of a form are on record that give results of the concept as well."""
    names = [
        binding.instrument for binding in compiler.vocabulary.bindings.values() if concept in binding.entered.values()
    ]
    return either(*(has_form(compiler, name) for name in names))


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


# Forms --------------------------------------------------------------------------------------------------------------

FORMS: Final = "forms"


@dataclass(frozen=True, slots=True)
class FormRequest:
    """Whether items of an instrument are on record."""

    level: int
    instrument: str
    flags: Flags


def has_form(compiler: Compiler, instrument: str) -> Tree | None:
    """Ask whether items of a form are on record; None for an instrument without items."""
    if not compiler.vocabulary.catalog.instruments[instrument].items:
        return None
    known: list[FormRequest] = compiler.requests.setdefault(FORMS, [])
    for request in known:
        if request.instrument == instrument:
            return request.flags.test(1)
    known.append(FormRequest(0, instrument, compiler.flags(0, 1)))
    return known[-1].flags.test(1)


# Questions to one result -------------------------------------------------------------------------------------------


def asked_alone(
    compiler: Compiler,
    pick: nodes.Pick,
    *,
    operator: Operator | None = None,
    number: Fraction = Fraction(0),
    limit: str = "",
    answers: tuple[tuple[str, bool | None], ...] = (),
    default: bool | None = None,
) -> Truthed:
    """Ask a question that one result answers alone.

    Parameters
    ----------
    pick
        The result.
    operator, number
        Comparison with a number in the unit of the concept, or with that multiple of a limit.
    limit
        `uln` or `lln`; empty for a comparison with the number itself.
    answers, default
        What each answer says, where the result is an answer, and what all others say.
    """
    before = _before(compiler, pick)
    if before is not None and before.nothing is not None:
        raise NoRelationalFormError("a result before a day that may not exist")
    bounds = window(compiler, pick.window, before)
    request = _request(compiler, pick.concept, bounds, earliest=pick.earliest)
    place = compiler.asked(PICKS, request)
    flags = _question(compiler, Question(request.level, place, operator, number, limit, answers, default))
    open_ = either(bounds.open, flags.test(OPEN), _scored(compiler, pick.concept))
    value = sql(
        "CASE WHEN :o THEN NULL WHEN :m THEN TRUE WHEN :n THEN FALSE END",
        o=open_ or FALSE,
        m=flags.test(MET),
        n=flags.test(NOT_MET),
    )
    return Truthed(value, open_, flags.test(SEEN) if before is None and by_anchors(pick.window) else None)


def _question(compiler: Compiler, question: Question) -> Flags:
    known: list[tuple[Question, Flags]] = compiler.requests.setdefault(QUESTIONS, [])
    for other, flags in known:
        if other == question:
            return flags
    known.append((question, compiler.flags(question.level, 4)))
    return known[-1][1]


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
    if wide:
        steps.append(Step(f"picks_{level}", _pivoted(wide, level)))
        names = [f"pick_{place}_{name}" for place, request in wide for name in sorted(request.columns)]
        feeds.append(Feed(f"picks_{level}", dict.fromkeys(names)))
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


def _asked(compiler: Compiler, level: int) -> Answers:
    """Judge all questions to single results on their tall rows."""
    known: list[tuple[Question, Flags]] = compiler.requests.get(QUESTIONS, [])
    here = [(question, *compiler.flag_of(flags)) for question, flags in known if question.level == level]
    if not here:
        return Answers()
    rows: list[tuple[Part, ...]] = [
        (
            question.pick,
            place,
            word,
            shift,
            question.operator or "",
            OPPOSITE[question.operator] if question.operator else "",
            float(question.number),
            float(question.number.denominator),
            question.limit,
            _code(question.default),
        )
        for place, (question, word, shift) in enumerate(here)
    ]
    names = ("pick", "question", "word", "shift", "operator", "opposite", "number", "number_den", "its_limit", "other")
    said: list[tuple[Part, ...]] = [
        (place, answer, _code(verdict))
        for place, (question, *_) in enumerate(here)
        for answer, verdict in question.answers
    ] or [(-1, "", 0)]
    limit = sql(
        "CASE q.its_limit WHEN 'uln' THEN p.uln * q.number WHEN 'lln' THEN p.lln * q.number ELSE q.number END AS l"
    )
    den = sql(
        "CASE q.its_limit WHEN 'uln' THEN p.uln_den * q.number_den WHEN 'lln' THEN p.lln_den * q.number_den "
        "ELSE q.number_den END AS l_den"
    )
    paired = (
        exp.select(
            "p.patient",
            "p.open",
            "p.value",
            "p.value_den",
            "p.value_text",
            "p.comparator",
            "p.row_id",
            "q.question",
            "q.word",
            "q.shift",
            "q.operator",
            "q.opposite",
            "q.other",
            "a.code",
            limit,
            den,
        )
        .from_(f"picked_{level} AS p")
        .join(constants("q", names, rows).subquery("q"), on="q.pick = p.pick")
        .join(
            constants("a", ("question", "answer", "code"), said).subquery("a"),
            on="a.question = q.question AND a.answer = p.value_text",
            join_type="left",
        )
    )
    order = sign(column("value"), column("value_den"), sql("ABS(value)"), column("l"), column("l_den"), sql("ABS(l)"))
    signed = exp.select(
        "patient",
        "word",
        "shift",
        "open",
        "value",
        "l",
        "value_text",
        "row_id",
        "operator",
        "opposite",
        "comparator",
        "code",
        "other",
        exp.alias_(order, "s"),
    ).from_(paired.subquery("n"))
    holds = {operator: surely(operator, column("s"), column("comparator")) for operator in OPPOSITE}
    verdict = sql(
        "CASE WHEN open OR (value IS NOT NULL AND l IS NOT NULL AND s IS NULL AND operator <> '') THEN :open "
        "WHEN operator = '' THEN CASE WHEN value_text IS NULL THEN 0 ELSE COALESCE(code, other) END "
        "WHEN s IS NULL THEN 0 WHEN :holds THEN :met WHEN :fails THEN :not_met ELSE 0 END",
        open=OPEN,
        met=MET,
        not_met=NOT_MET,
        holds=_by_operator("operator", holds),
        fails=_by_operator("opposite", holds),
    )
    mask = sql("CAST(:v + CASE WHEN row_id IS NULL THEN 0 ELSE :seen END AS BIGINT) << shift", v=verdict, seen=SEEN)
    judged = exp.select("patient", "word", exp.alias_(mask, "mask")).from_(signed.subquery("j"))
    return Answers((Step(f"asked_{level}", judged),), flags=(f"asked_{level}",))


def _code(verdict: bool | None) -> int:
    return 0 if verdict is None else MET if verdict else NOT_MET


def _by_operator(name: str, holds: Mapping[Operator, Tree]) -> Tree:
    found = exp.Case(this=column(name))
    for operator, tree in holds.items():
        found = found.when(text(operator), tree)
    return found.else_(FALSE)


families.append(_asked)


def _with_forms(compiler: Compiler, level: int) -> Answers:
    """Find the patients with items of forms on record."""
    known: list[FormRequest] = [item for item in compiler.requests.get(FORMS, []) if item.level == level]
    if not known:
        return Answers()
    rows: list[tuple[Part, ...]] = []
    for request in known:
        word, shift = compiler.flag_of(request.flags)
        items = compiler.vocabulary.catalog.instruments[request.instrument].items
        rows.extend((f"{request.instrument}.{item}", word, 1 << shift) for item in items)
    chosen = exp.select("f.patient", "r.word", sql("CAST(r.mask AS BIGINT) AS mask"))
    query = facts_of(chosen, constants("r", ("concept", "word", "mask"), rows))
    return Answers((Step(f"forms_{level}", query),), flags=(f"forms_{level}",))


families.append(_with_forms)
