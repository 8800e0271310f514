"""What happened or was present, record by record, as SQL.

Every record sets flags of its patient; the answer is read from the flags of all records, from the lists that the site
asserts to be complete, and from the records that were not understood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlglot import exp

from dosepath.rules import nodes
from dosepath.rules.relational.comparisons import complete
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
from dosepath.rules.relational.days import Bounds, window
from dosepath.rules.relational.records import dose_of_row, value_of_row
from dosepath.rules.relational.sql import FALSE, TRUE, Part, Tree, column, columns_of, constants, facts_of, sql, text
from dosepath.rules.relational.values import Days, Reading, Truthed, settled
from dosepath.rules.vocabulary import Kind

EVENTS: Final = "events"
DOUBTS: Final = "doubts"

MET, UNKNOWN, OPEN, SURE, FAILS, MAY_FIT = 1, 2, 4, 8, 16, 32
"""Flags of the records of one question: one meets it, may meet it, is left to the evaluator; one surely lies in the
window, one does not meet it, one may."""

HELD: Final = (
    "row_id", "source", "concept", "kind", "value", "value_den", "unit", "value_text", "value_earliest", "value_latest",
    "comparator", "lln", "lln_den", "uln", "uln_den", "unusable", "dose", "dose_den", "dose_unit", "times", "times_den",
)  # fmt: skip
"""Columns of a fact that a condition may ask for."""


@dataclass
class EventRequest:
    """The records of a concept in a window, with a condition."""

    level: int
    leaves: tuple[str, ...]
    start: str
    end: str
    began: bool
    every: bool
    where: Truthed
    flags: Flags
    same: tuple[str, ...] = ()
    used: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class DoubtRequest:
    """Records that were not understood and may be one of a concept in a window."""

    level: int
    concept: str
    start: str
    end: str


@truth_of(nodes.Exists)
def _exists(compiler: Compiler, node: nodes.Exists) -> Truthed:
    bounds, flags = _asked(compiler, node.concept, node.window, node.where, began=node.began, every=False)
    value = sql(
        "CASE WHEN :none THEN NULL WHEN :met THEN TRUE WHEN :unknown THEN NULL WHEN :empty THEN FALSE "
        "WHEN :doubt THEN NULL ELSE FALSE END",
        none=bounds.absent,
        met=flags.test(MET),
        unknown=flags.test(UNKNOWN | OPEN),
        empty=sql(":s > :e", s=bounds.start, e=bounds.end),
        doubt=doubts(compiler, node.concept, bounds),
    )
    left = sql(":o AND (:none OR NOT :met)", o=flags.test(OPEN), none=bounds.absent, met=flags.test(MET))
    return settled(value, bounds.open, undecided=left)


@truth_of(nodes.EveryRecorded)
def _every(compiler: Compiler, node: nodes.EveryRecorded) -> Truthed:
    bounds, flags = _asked(compiler, node.concept, node.window, node.where, began=False, every=True)
    value = sql(
        "CASE WHEN :none THEN NULL "
        "WHEN :sure THEN CASE WHEN :fails THEN FALSE WHEN :unknown THEN NULL ELSE TRUE END "
        "WHEN :doubt AND NOT :empty THEN NULL WHEN :may THEN NULL ELSE FALSE END",
        none=bounds.absent,
        sure=flags.test(SURE),
        fails=flags.test(FAILS),
        unknown=flags.test(UNKNOWN | OPEN),
        empty=sql(":s > :e", s=bounds.start, e=bounds.end),
        doubt=doubts(compiler, node.concept, bounds),
        may=flags.test(MAY_FIT),
    )
    return settled(value, bounds.open, undecided=sql(":o AND (:v) IS NULL", o=flags.test(OPEN), v=value))


def doubts(compiler: Compiler, concept: str, bounds: Bounds) -> Tree:
    """Answer whether the absence of a record does not show that something did not happen."""
    return sql(
        "NOT :complete OR COALESCE(:e > on_day, TRUE) OR :unread",
        complete=complete(compiler, concept),
        e=bounds.end,
        unread=unread_flag(compiler, concept, bounds),
    )


def unread_flag(compiler: Compiler, concept: str, bounds: Bounds) -> Tree:
    """Answer whether a record that was not understood may be one of a concept in a window."""
    level = compiler.level(column(bounds.start), column(bounds.end))
    request = DoubtRequest(level, concept, bounds.start, bounds.end)
    known: list[tuple[DoubtRequest, Flags]] = compiler.requests.setdefault(DOUBTS, [])
    flags = next((flags for other, flags in known if other == request), None)
    if flags is None:
        flags = compiler.flags(level, 1)
        known.append((request, flags))
    return flags.test(1)


def _asked(
    compiler: Compiler, concept: str, window_of: nodes.WindowOf, where: nodes.Truth | None, *, began: bool, every: bool
) -> tuple[Bounds, Flags]:
    if compiler.record is not None:
        raise NoRelationalFormError("records within a condition on a record")
    if any(concept in binding.entered.values() for binding in compiler.vocabulary.bindings.values()):
        raise NoRelationalFormError("records that a form may give as well")
    bounds = window(compiler, window_of)
    return bounds, records_between(compiler, concept, bounds, where, began=began, every=every)


def records_between(
    compiler: Compiler,
    concept: str,
    bounds: Bounds,
    where: nodes.Truth | None = None,
    *,
    began: bool = False,
    every: bool = True,
) -> Flags:
    """Ask for the flags of the records of a concept between two days."""
    same: list[str] = []
    known: Truthed = Truthed(TRUE)
    used: tuple[Use, ...] = ()
    if where is not None:
        known, used = compiler.truth_of_record(where, _record(compiler, concept, same))
    level = compiler.level(column(bounds.start), column(bounds.end), known.value, known.open)
    leaves = compiler.vocabulary.leaves(concept)
    requests: list[EventRequest] = compiler.requests.setdefault(EVENTS, [])
    for place, other in enumerate(requests):
        key = (other.level, other.leaves, other.start, other.end, other.began, other.every, other.where)
        if key == (level, leaves, bounds.start, bounds.end, began, every, known):
            compiler.use([Use(EVENTS, place)])
            return other.flags
    flags = compiler.flags(level, 6)
    request = EventRequest(level, leaves, bounds.start, bounds.end, began, every, known, flags, tuple(same), used)
    requests.append(request)
    compiler.use([Use(EVENTS, len(requests) - 1)])
    return flags


def _record(compiler: Compiler, concept: str, same: list[str]) -> Record:
    terms = compiler.vocabulary.terms
    leaves = compiler.vocabulary.leaves(concept)

    def value(name: str) -> Reading:
        if not name or name == concept or leaves == (name,):
            return value_of_row(terms[concept if terms[concept].kind is not Kind.DRUG else leaves[0]])
        if name not in leaves:
            raise NoRelationalFormError("a concept that the record is not one of")
        raise NoRelationalFormError("a part of a class of concepts")

    def day(last: bool) -> Reading:
        return Reading(Days(column("last_e"), column("last_l")) if last else Days(column("first_e"), column("first_l")))

    def dose(daily: bool) -> Reading:
        return dose_of_row(daily=daily)

    def also(name: str) -> Tree:
        if any(name in binding.entered.values() for binding in compiler.vocabulary.bindings.values()):
            raise NoRelationalFormError("records that a form may give as well")
        if name not in same:
            same.append(name)
        return sql("COALESCE(:c, FALSE)", c=f"same_{name}")

    return Record(concept, value, day, dose, None, also)


# Steps --------------------------------------------------------------------------------------------------------------


def dated_facts(level: int, listed: exp.Select, needed: Sequence[str], own: Sequence[str]) -> exp.Select:
    """Give facts with their requests and the days from which to which they last, as seen on the day of the evaluation.

    Parameters
    ----------
    level
        Base to join.
    listed
        Requests by concept.
    needed
        Columns of the base that requests ask for.
    own
        Columns of the requests.
    """
    spans = {
        "last_e": "CASE WHEN f.last_earliest IS NOT NULL THEN LEAST(f.last_earliest, b.on_day) WHEN f.ongoing "
        "THEN b.on_day ELSE COALESCE(f.first_earliest, DATE '0001-01-01') END",
        "last_l": "CASE WHEN f.last_latest IS NOT NULL THEN LEAST(f.last_latest, b.on_day) ELSE b.on_day END",
    }
    first = "COALESCE(f.first_earliest, DATE '0001-01-01')"
    chosen = exp.select(
        "f.patient",
        *(f"f.{name}" for name in HELD),
        *(f"r.{name}" for name in own),
        "b.on_day",
        *(f"b.{name}" for name in needed if name != "on_day"),
        exp.alias_(sql(first), "first_e"),
        exp.alias_(sql(f"COALESCE(f.first_latest, {spans['last_l']})"), "first_l"),
        *(exp.alias_(sql(tree), name) for name, tree in spans.items()),
    )
    return (
        facts_of(chosen, listed)
        .join(exp.to_table(f"base_{level}").as_("b"), on="b.patient = f.patient")
        .where("f.first_earliest IS NULL OR f.first_earliest <= b.on_day")
    )


def inside(first: str, last: str) -> Tree:
    """Answer whether any day of a record lies in the window `window_s` to `window_e`, whose bounds are known."""
    return sql(
        "CASE WHEN :fe > window_e OR window_s > :ll OR window_s > window_e THEN FALSE "
        "WHEN :fl <= on_day AND :fl <= window_e AND window_s <= :le THEN TRUE END",
        fe=f"{first}_e",
        fl=f"{first}_l",
        le=f"{last}_e",
        ll=f"{last}_l",
    )


def _answers(compiler: Compiler, level: int) -> Answers:
    requests: list[tuple[int, EventRequest]] = compiler.of_level(EVENTS, level)
    if not requests:
        return Answers()
    steps: list[Step] = []
    rows: list[tuple[Part, ...]] = []
    for place, request in requests:
        word, shift = compiler.flag_of(request.flags)
        rows.extend((leaf, place, word, shift, request.began, request.every) for leaf in request.leaves)
    own = ("event", "word", "shift", "began", "every_one")
    listed = constants("r", ("concept", *own), rows)
    wheres = {place: request.where.value for place, request in requests}
    opens = {place: request.where.open or FALSE for place, request in requests}
    asked = columns_of(*wheres.values(), *opens.values())
    bounds = {name for _, request in requests for name in (request.start, request.end)}
    needed = sorted(bounds | {name for name in asked if name in compiler.levels or of_patient(name)})
    dated = dated_facts(level, listed, needed, own)
    same = sorted({name for _, request in requests for name in request.same})
    if same:
        steps.append(Step(f"sources_{level}", _sources(compiler, same, level)))
        joined = exp.select("d.*", *(f"s.same_{name}" for name in same)).from_(dated.subquery("d"))
        dated = joined.join(
            exp.to_table(f"sources_{level}").as_("s"),
            on="s.patient = d.patient AND s.source = d.source",
            join_type="left",
        )
    starts = {place: column(request.start) for place, request in requests}
    ends = {place: column(request.end) for place, request in requests}
    placed = exp.select(
        "*", exp.alias_(case_of("event", starts), "window_s"), exp.alias_(case_of("event", ends), "window_e")
    ).from_(dated.subquery("p"))
    judged = exp.select(
        "patient",
        "row_id",
        "event",
        "word",
        "shift",
        "every_one",
        exp.alias_(
            sql("CASE WHEN began THEN :b ELSE :a END", b=inside("first", "first"), a=inside("first", "last")), "i"
        ),
        exp.alias_(case_of("event", wheres), "w"),
        exp.alias_(case_of("event", opens), "o"),
        sql("window_s IS NOT NULL AND window_e IS NOT NULL AS windowed"),
    ).from_(placed.subquery("q"))
    said = sql(
        "CASE WHEN NOT every_one THEN CASE WHEN i AND w THEN :met WHEN w IS NULL AND o THEN :open ELSE "
        "CASE WHEN w IS FALSE THEN 0 ELSE :unknown END END "
        "ELSE CASE WHEN i THEN :sure ELSE 0 END + CASE WHEN w IS NULL AND o THEN :open "
        "WHEN w IS NULL OR (i IS NULL AND NOT w) THEN :unknown WHEN i AND NOT w THEN :fails ELSE 0 END "
        "+ CASE WHEN w IS FALSE THEN 0 ELSE :may END END",
        met=MET,
        open=OPEN,
        unknown=UNKNOWN,
        sure=SURE,
        fails=FAILS,
        may=MAY_FIT,
    )
    mask = sql("CASE WHEN windowed AND (i IS NULL OR i) THEN :s ELSE 0 END", s=said)
    steps.append(Step(f"happened_{level}", exp.select("*", exp.alias_(mask, "said")).from_(judged.subquery("j"))))
    flagged = exp.select("patient", "word", sql("CAST(said AS BIGINT) << shift AS mask"))
    steps.append(Step(f"events_{level}", flagged.from_(f"happened_{level}").where("said <> 0")))
    return Answers(tuple(steps), flags=(f"events_{level}",))


def _sources(compiler: Compiler, same: Sequence[str], level: int) -> exp.Select:
    """Say of each source of a patient as which of some concepts it is read."""
    query = (
        exp.select("f.patient", "f.source")
        .from_("facts AS f")
        .join(exp.to_table(f"base_{level}").as_("b"), on="b.patient = f.patient")
        .where("f.first_earliest IS NULL OR f.first_earliest <= b.on_day")
        .group_by("f.patient", "f.source")
    )
    leaves: dict[str, Any] = {name: [text(leaf) for leaf in compiler.vocabulary.leaves(name)] for name in same}
    every = [leaf for found in leaves.values() for leaf in found]
    query = query.where(exp.column("concept", "f").isin(*every))
    for name, found in leaves.items():
        one = exp.column("concept", "f").isin(*found)
        query = query.select(exp.alias_(sql("BOOL_OR(:c)", c=one), f"same_{name}"))
    return query


families.append(_answers)


def _not_understood(compiler: Compiler, level: int) -> Answers:
    known: list[tuple[DoubtRequest, Flags]] = compiler.requests.get(DOUBTS, [])
    here = [(request, *compiler.flag_of(flags)) for request, flags in known if request.level == level]
    if not here:
        return Answers()
    rows: list[tuple[Part, ...]] = []
    lists: list[tuple[Part, ...]] = []
    for place, (request, word, shift) in enumerate(here):
        rows.extend((place, f"%|{leaf}|%", word, shift) for leaf in compiler.vocabulary.leaves(request.concept))
        lists.extend((place, table.value, word, shift) for table in compiler.vocabulary.tables(request.concept))
    bounds = sorted({name for request, *_ in here for name in (request.start, request.end)})
    starts = {place: column(request.start) for place, (request, *_) in enumerate(here)}
    ends = {place: column(request.end) for place, (request, *_) in enumerate(here)}
    parts: list[exp.Query] = [
        _concerned(constants("r", ("doubt", "named", "word", "shift"), rows), "u.may_be LIKE r.named")
    ]
    if lists:
        listed = constants("r", ("doubt", "named", "word", "shift"), lists)
        parts.append(_concerned(listed, "u.anything AND u.list = r.named"))
    concerned = parts[0] if len(parts) == 1 else exp.union(parts[0], parts[1], distinct=False)
    last_l = "CASE WHEN c.last_latest IS NOT NULL THEN LEAST(c.last_latest, b.on_day) ELSE b.on_day END"
    dated = (
        exp.select(
            "c.patient",
            "c.doubt",
            "c.word",
            "c.shift",
            *(f"b.{name}" for name in bounds),
            sql("COALESCE(c.first_earliest, DATE '0001-01-01') AS first_e"),
            exp.alias_(sql(last_l), "last_l"),
        )
        .from_(concerned.subquery("c"))
        .join(exp.to_table(f"base_{level}").as_("b"), on="b.patient = c.patient")
        .where("c.first_earliest IS NULL OR c.first_earliest <= b.on_day")
    )
    query = (
        exp.select("patient", "word", sql("CAST(1 AS BIGINT) << shift AS mask"))
        .from_(dated.subquery("d"))
        .where(sql("first_e <= :e AND :s <= last_l", s=case_of("doubt", starts), e=case_of("doubt", ends)))
    )
    return Answers((Step(f"unread_{level}", query),), flags=(f"unread_{level}",))


def _concerned(listed: exp.Select, on: str) -> exp.Select:
    columns = ("patient", "first_earliest", "first_latest", "last_earliest", "last_latest", "ongoing")
    return (
        exp.select(*(f"u.{name}" for name in columns), "r.doubt", "r.word", "r.shift")
        .from_("unclassified AS u")
        .join(listed.subquery("r"), on=on)
    )


families.append(_not_understood)
