"""Questions to one result alone, such as `latest(anc, screening) >= 0.5`.

They are judged on the tall rows of the results that count, all at once by a table of limits, and become flags.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sqlglot import exp

from dosepath.core.interval import Operator
from dosepath.rules import nodes
from dosepath.rules.relational import picks
from dosepath.rules.relational.compiler import Answers, Compiler, Flags, NoRelationalFormError, Step, families
from dosepath.rules.relational.days import by_anchors, window
from dosepath.rules.relational.forms import has_scoring_form
from dosepath.rules.relational.numbers import OPPOSITE, sign, surely
from dosepath.rules.relational.sql import FALSE, Part, Tree, column, constants, either, sql, text
from dosepath.rules.relational.values import Truthed

QUESTIONS: Final = "questions"

MET, NOT_MET, OPEN, SEEN = 1, 2, 4, 8
"""Flags of a question."""


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
    before = picks.before_of(compiler, pick)
    if before is not None and before.nothing is not None:
        raise NoRelationalFormError("a result before a day that may not exist")
    bounds = window(compiler, pick.window, before)
    request = picks.request_of(compiler, pick.concept, bounds, earliest=pick.earliest)
    place = compiler.asked(picks.PICKS, request)
    flags = _question(compiler, Question(request.level, place, operator, number, limit, answers, default))
    open_ = either(bounds.open, flags.test(OPEN), has_scoring_form(compiler, pick.concept))
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


families.append(_answers)
