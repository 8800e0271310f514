"""Values of instruments from entered results.

What results stand for, only the instrument knows. So the plan lists the different sets of results that were entered,
few among many patients, has the instrument itself say once for each of them which values are possible, and joins the
answers back. Patients with a form on record, whose items have to be scored, go to the one-patient evaluator; so do
values of which several are possible.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from sqlglot import exp

from dosepath.core.facts import Value
from dosepath.core.instrument import FieldValue, Instrument
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.rules import nodes
from dosepath.rules.relational.compiler import (
    Answers,
    Compiler,
    Feed,
    NoRelationalFormError,
    Step,
    families,
    value_of,
)
from dosepath.rules.relational.forms import has_form
from dosepath.rules.relational.picks import picked
from dosepath.rules.relational.sql import (
    NO_WORD,
    Tree,
    all_true,
    any_true,
    column,
    either,
    sql,
    text,
    unless,
)
from dosepath.rules.relational.values import Days, Number, Reading, Word
from dosepath.rules.vocabulary import Kind, Term

SCORES: Final = "scores"


@dataclass
class ScoreRequest:
    """The values of an instrument for what was entered; `key` is a column that tells the sets of results apart."""

    level: int
    name: str
    key: str
    entries: tuple[tuple[str, Term, Tree, Tree], ...]
    fields: list[str]


@value_of(nodes.InstrumentField)
def _instrument_field(compiler: Compiler, node: nodes.InstrumentField) -> Reading:
    place, open_ = _asked(compiler, node.instrument)
    request: ScoreRequest = compiler.requests[SCORES][place]
    if node.field not in request.fields:
        request.fields.append(node.field)
    number = request.fields.index(node.field)

    def answer(name: str) -> Tree:
        return column(compiler.answered(request.level, f"score_{place}_{number}_{name}"))

    instrument = _instrument(compiler, node.instrument)
    opens = either(open_, sql("COALESCE(:o, FALSE)", o=answer("open")))
    known = instrument.fields[node.field]
    if known.choices:
        return Reading(Word(unless(opens, answer("word")), (), opens))
    low, high = unless(opens, answer("low")), unless(opens, answer("high"))
    return Reading(Number(low, high, answer("den"), None, known.unit, None, opens))


def _instrument(compiler: Compiler, name: str) -> Instrument:
    return compiler.vocabulary.catalog.instruments[compiler.vocabulary.bindings[name].instrument]


def _asked(compiler: Compiler, name: str) -> tuple[int, Tree | None]:
    """Ask for the results that were entered and for what they stand for."""
    binding = compiler.vocabulary.bindings[name]
    instrument = _instrument(compiler, name)
    if instrument.from_entered({}).possible:
        raise NoRelationalFormError("an instrument that gives values for nothing")
    opens: list[Tree | None] = [has_form(compiler, binding.instrument)]
    found: list[tuple[str, Term, Reading]] = []
    for entry, concept in binding.entered.items():
        reading = picked(compiler, concept, compiler.windows[binding.window], scored=False)
        opens.append(reading.known.open)
        found.append((entry, compiler.vocabulary.terms[concept], reading))
    counts = _together([reading for *_, reading in found]) if instrument.one_assessment else None
    entries: list[tuple[str, Term, Tree, Tree]] = []
    for place, (entry, term, reading) in enumerate(found):
        usable, value, den = _entered(reading)
        stands = usable if counts is None else all_true([usable, counts[place]])
        entries.append(
            (
                entry,
                term,
                compiler.named(sql("CASE WHEN :s THEN :v END", s=stands, v=value)),
                compiler.named(sql("CASE WHEN :s THEN :d END", s=stands, d=den)),
            )
        )
    parts = [
        sql("COALESCE(CONCAT(CAST(:v AS TEXT), '/', CAST(:d AS TEXT)), '')", v=value, d=den)
        for _, _, value, den in entries
    ]
    key = parts[0]
    for part in parts[1:]:
        key = sql("CONCAT(:a, '|', :b)", a=key, b=part)
    some = any_true(sql(":v IS NOT NULL", v=value) for _, _, value, _ in entries)
    if counts is not None and len(found) > 1:
        several = _several([reading for *_, reading in found])
        some = sql(":s AND NOT :v", s=some, v=several)
    key = compiler.named(sql("CASE WHEN :s THEN :k END", s=some, k=key))
    known: list[ScoreRequest] = compiler.requests.setdefault(SCORES, [])
    for place, other in enumerate(known):
        if other.name == name:
            return place, either(*opens)
    known.append(ScoreRequest(compiler.level(key), name, key.name, tuple(entries), []))
    return len(known) - 1, either(*opens)


def _entered(reading: Reading) -> tuple[Tree, Tree, Tree]:
    """Give whether a result is one value, and that value with its denominator, or as text."""
    match reading.known:
        case Number(low=low, den=den, bound=bound):
            bound = bound if bound is not None else NO_WORD
            return sql(":v IS NOT NULL AND :b IS NULL", v=low, b=bound), low, sql("COALESCE(:d, 0)", d=den)
        case Word(text=word):
            return sql(":w IS NOT NULL", w=word), word, text("w")
    raise NoRelationalFormError("a day that is entered in an instrument")


def _day(reading: Reading) -> Days:
    if reading.day is None or reading.seen is None:
        raise NoRelationalFormError("a result without a day")
    return reading.day


def _together(found: Sequence[Reading]) -> list[Tree]:
    """Answer for each result whether it is of the latest day among those that were found."""
    last = [_found_day(reading) for reading in found]
    return [all_true(sql("COALESCE(:a >= :b, TRUE)", a=one, b=other) for other in last) for one in last]


def _found_day(reading: Reading) -> Tree:
    return sql("CASE WHEN :s THEN :d END", s=reading.seen, d=_day(reading).earliest)


def _several(found: Sequence[Reading]) -> Tree:
    """Answer whether several results were found and the day of one is known in part."""
    total: Tree = sql("0")
    for reading in found:
        total = sql(":t + CASE WHEN :s THEN 1 ELSE 0 END", t=total, s=reading.seen)
    vague = any_true(
        sql("COALESCE(:s AND :e <> :l, FALSE)", s=reading.seen, e=_day(reading).earliest, l=_day(reading).latest)
        for reading in found
    )
    return sql(":t > 1 AND :v", t=total, v=vague)


# Steps --------------------------------------------------------------------------------------------------------------


def _answers(compiler: Compiler, level: int) -> Answers:
    steps: list[Step] = []
    feeds: list[Feed] = []
    for place, request in compiler.of_level(SCORES, level):
        own = [exp.alias_(tree, f"e{number}_{name}") for number, (_, _, value, den) in enumerate(request.entries)
               for name, tree in (("value", value), ("den", den))]  # fmt: skip
        sets = exp.select(exp.alias_(column(request.key), "entered"), *own, copy=False).distinct()
        sets = sets.from_(f"base_{level}").where(sql(":k IS NOT NULL", k=request.key))
        columns = [("entered", "TEXT")]
        for number in range(len(request.fields)):
            types = (("low", "DOUBLE"), ("high", "DOUBLE"), ("den", "DOUBLE"), ("word", "TEXT"), ("open", "BOOLEAN"))
            columns.extend((f"score_{place}_{number}_{name}", kind) for name, kind in types)
        scored = _scorer(compiler, request)
        steps.append(Step(f"entered_{level}_{place}", sets, scored, tuple(columns)))
        names = [name for name, _ in columns[1:]]
        joined = exp.select("b.patient", *(f"s.{name}" for name in names)).from_(f"base_{level} AS b")
        joined = joined.join(f"entered_{level}_{place} AS s", on=sql("s.entered = :k", k=exp.column(request.key, "b")))
        steps.append(Step(f"scored_{level}_{place}", joined))
        feeds.append(Feed(f"scored_{level}_{place}", dict.fromkeys(names)))
    return Answers(tuple(steps), tuple(feeds))


families.append(_answers)


def _scorer(compiler: Compiler, request: ScoreRequest) -> Callable[[Iterable[Sequence[Any]]], list[tuple[Any, ...]]]:
    instrument = _instrument(compiler, request.name)

    def scored(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for key, *parts in rows:
            entered = {
                entry: _value(term, parts[2 * place], parts[2 * place + 1])
                for place, (entry, term, _, _) in enumerate(request.entries)
                if parts[2 * place] is not None
            }
            cases = instrument.from_entered(entered).possible
            answers = [cell for name in request.fields for cell in _cells(cases, name)]
            found.append((key, *answers))
        return found

    return scored


def _value(term: Term, value: Any, den: Any) -> Value:
    match term.kind:
        case Kind.QUANTITY:
            exact = Fraction(round(Fraction(value) * int(den)), int(den)) if den else Fraction(value)
            return Quantity(exact, term.unit)
        case Kind.FLAG:
            return bool(value == "true")
    return str(value)


def _cells(cases: Sequence[Mapping[str, FieldValue]], field: str) -> tuple[Any, ...]:
    """Write the value of a field: low, high, denominator, word, and whether several are possible."""
    if not cases:
        return None, None, None, None, False
    first = cases[0].get(field)
    if any(case.get(field) != first for case in cases):
        return None, None, None, None, True
    match first:
        case Interval(low=low, high=high, low_open=False, high_open=False) if low is not None:
            den = Fraction(low).denominator * (1 if high is None else Fraction(high).denominator)
            return float(low), None if high is None else float(high), float(den), None, False
        case str():
            return None, None, None, first, False
    return None, None, None, None, first is not None
