"""Assessments as SQL: the results of one day, judged together.

Where all results in the window are dated to the day, each day is one row: of each concept the result that counts, and
beside it what the assessment before said. Where the date of one is known in part, the one-patient evaluator answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlglot import exp

from dosepath.rules import nodes
from dosepath.rules.relational.compiler import (
    Answers,
    Compiler,
    Feed,
    Flags,
    NoRelationalFormError,
    Record,
    Step,
    Use,
    families,
    of_patient,
    truth_of,
    value_of,
)
from dosepath.rules.relational.days import Bounds, window
from dosepath.rules.relational.doses import DoseOfDays
from dosepath.rules.relational.forms import has_form
from dosepath.rules.relational.records import value_of_row
from dosepath.rules.relational.sql import (
    FALSE,
    LAST_DAY,
    NO_NUMBER,
    NO_WORD,
    Tree,
    column,
    columns_of,
    either,
    sql,
    text,
)
from dosepath.rules.relational.values import Days, Known, Number, Reading, Truthed, Word, settled
from dosepath.rules.vocabulary import Kind

ASSESSMENTS: Final = "assessments"
LATEST: Final = "the latest assessment"
UP_TO_FIRST: Final = "assessments up to the first"
"""Families of uses: all assessments of a request, the latest one, those up to the first that meets the condition."""

MET, UNKNOWN, OPEN, SOME, VAGUE = 1, 2, 4, 8, 16
"""Flags: an assessment meets the condition, may meet it, is left to the evaluator; there is one; a date is vague."""
LAST_MET, LAST_FAILS, LAST_OPEN = 32, 64, 128
"""Flags of the latest assessment."""

HELD: Final = (
    "row_id", "kind", "value", "value_den", "unit", "value_text", "value_earliest", "value_latest", "comparator",
    "lln", "lln_den", "uln", "uln_den", "unusable",
)  # fmt: skip


@dataclass
class AssessmentRequest:
    """The assessments of some concepts in a window, judged by a condition."""

    level: int
    concepts: tuple[str, ...]
    start: str
    end: str
    where: Truthed
    flags: Flags
    used: tuple[Use, ...] = ()
    before: tuple[str, ...] = ()
    doses: list[DoseOfDays] = field(default_factory=list)
    dated: bool = False


@truth_of(nodes.SomeAssessment)
def _some(compiler: Compiler, node: nodes.SomeAssessment) -> Truthed:
    bounds, place, opens = _asked(compiler, node.concepts, node.window, node.where, ASSESSMENTS)
    flags: Flags = compiler.requests[ASSESSMENTS][place].flags
    value = sql(
        "CASE WHEN :none OR :vague THEN NULL WHEN :met THEN TRUE WHEN :unknown THEN NULL WHEN :some THEN FALSE "
        "WHEN :s > :e THEN FALSE END",
        none=bounds.absent,
        vague=flags.test(VAGUE),
        met=flags.test(MET),
        unknown=flags.test(UNKNOWN | OPEN),
        some=flags.test(SOME),
        s=bounds.start,
        e=bounds.end,
    )
    left = sql(":o AND (:none OR NOT :met)", o=flags.test(OPEN), none=bounds.absent, met=flags.test(MET))
    return settled(value, opens, flags.test(VAGUE), undecided=left)


@truth_of(nodes.LatestAssessment)
def _latest(compiler: Compiler, node: nodes.LatestAssessment) -> Truthed:
    bounds, place, opens = _asked(compiler, node.concepts, node.window, node.where, LATEST)
    flags: Flags = compiler.requests[ASSESSMENTS][place].flags
    value = sql(
        "CASE WHEN :none OR :vague THEN NULL WHEN :met THEN TRUE WHEN :fails THEN FALSE END",
        none=bounds.absent,
        vague=flags.test(VAGUE),
        met=flags.test(LAST_MET),
        fails=flags.test(LAST_FAILS),
    )
    return settled(value, opens, flags.test(VAGUE | LAST_OPEN))


@value_of(nodes.FirstDay)
def _first_day(compiler: Compiler, node: nodes.FirstDay) -> Reading:
    _, place, opens = _asked(compiler, node.concepts, node.window, node.where, UP_TO_FIRST)
    request: AssessmentRequest = compiler.requests[ASSESSMENTS][place]
    request.dated = True
    met, unknown, left = (
        column(compiler.answered(request.level, f"first_{place}_{name}")) for name in ("met", "unknown", "open")
    )
    open_ = either(opens, request.flags.test(VAGUE), sql(":o IS NOT NULL AND (:m IS NULL OR :o < :m)", o=left, m=met))
    parts = {"open": open_ or FALSE, "some": request.flags.test(SOME), "m": met, "u": unknown, "never": LAST_DAY}
    first = sql("CASE WHEN NOT :open AND :some THEN COALESCE(LEAST(:m, :u), :never) END", **parts)
    last = sql(
        "CASE WHEN NOT :open AND :some THEN COALESCE(:m, :never) END",
        **{name: part for name, part in parts.items() if name != "u"},
    )
    return Reading(Days(first, last, open_))


def _asked(
    compiler: Compiler, concepts: tuple[str, ...], window_of: nodes.WindowOf, where: nodes.Truth, family: str
) -> tuple[Bounds, int, Tree | None]:
    """Ask for the assessments of some concepts; `family` says which of them the answer hangs on."""
    if compiler.record is not None:
        raise NoRelationalFormError("assessments within a condition on a record")
    terms = compiler.vocabulary.terms
    if any(terms[concept].members for concept in concepts):
        raise NoRelationalFormError("assessments of a class of concepts")
    forms = [
        has_form(compiler, binding.instrument)
        for binding in compiler.vocabulary.bindings.values()
        if not set(concepts).isdisjoint(binding.entered.values())
    ]
    bounds = window(compiler, window_of)
    doses: list[DoseOfDays] = []
    earlier: list[str] = []
    known, used = compiler.truth_of_record(where, _record(compiler, concepts, doses, earlier))
    parts = (known.value, known.open, *(tree for dose in doses for tree in dose.trees))
    level = compiler.level(column(bounds.start), column(bounds.end), *parts)
    requests: list[AssessmentRequest] = compiler.requests.setdefault(ASSESSMENTS, [])
    for place, other in enumerate(requests):
        key = (other.level, other.concepts, other.start, other.end, other.where)
        if key == (level, concepts, bounds.start, bounds.end, known):
            compiler.use([Use(family, place)])
            return bounds, place, either(bounds.open, *forms)
    flags = compiler.flags(level, 8)
    requests.append(
        AssessmentRequest(level, concepts, bounds.start, bounds.end, known, flags, used, tuple(earlier), doses)
    )
    compiler.use([Use(family, len(requests) - 1)])
    return bounds, len(requests) - 1, either(bounds.open, *forms)


def _record(compiler: Compiler, concepts: tuple[str, ...], doses: list[DoseOfDays], earlier: list[str]) -> Record:
    """Make the record at hand; `doses` and `earlier` take what is asked of its day and of the assessment before."""
    terms = compiler.vocabulary.terms

    def value(name: str) -> Reading:
        concept = name or concepts[0]
        if concept not in concepts:
            unknown: Known = Number(NO_NUMBER, NO_NUMBER) if terms[concept].kind is Kind.QUANTITY else Word(NO_WORD)
            return Reading(unknown, FALSE)
        return value_of_row(terms[concept], f"a{concepts.index(concept)}_")

    def previous(name: str) -> Reading:
        concept = name or concepts[0]
        if concept not in concepts:
            raise NoRelationalFormError("what an assessment before said of another concept")
        earlier.append(concept)
        found = value_of_row(terms[concept], f"b{concepts.index(concept)}_").known
        return Reading(replace(found, nothing=sql("before_day IS NULL")))

    def day(last: bool) -> Reading:
        if last:
            raise NoRelationalFormError("the last day of an assessment")
        tree = column("day")
        return Reading(Days(tree, tree))

    def dose_on(drug: str, equivalence: str) -> Number:
        found = DoseOfDays.of(compiler, drug, equivalence, len(doses))
        for known in doses:
            if (known.drug, known.equivalence) == (drug, equivalence):
                return known.number
        doses.append(found)
        return found.number

    return Record(concepts[0], value, day, None, previous, None, dose_on)


# Steps --------------------------------------------------------------------------------------------------------------


def _answers(compiler: Compiler, level: int) -> Answers:
    steps: list[Step] = []
    feeds: list[Feed] = []
    flags: list[str] = []
    for place, request in compiler.of_level(ASSESSMENTS, level):
        name = f"{level}_{place}"
        steps.append(Step(f"result_days_{name}", _result_days(request)))
        steps.append(Step(f"assessed_{name}", _assessed(request, name)))
        for number, dose in enumerate(request.doses):
            steps.append(Step(f"dose_days_{name}_{number}", dose.query(compiler, f"assessed_{name}", level)))
        steps.append(Step(f"judged_days_{name}", _judged(compiler, request, name)))
        word, shift = compiler.flag_of(request.flags)
        steps.append(Step(f"assessments_{name}", _flagged(name, word, shift)))
        flags.append(f"assessments_{name}")
        if request.dated:
            columns = [f"first_{place}_{part}" for part in ("met", "unknown", "open")]
            steps.append(Step(f"first_days_{name}", _firsts(name, columns)))
            feeds.append(Feed(f"first_days_{name}", dict.fromkeys(columns)))
    return Answers(tuple(steps), tuple(feeds), tuple(flags))


families.append(_answers)


def _result_days(request: AssessmentRequest) -> exp.Select:
    """Give of each concept and day the result that counts; a result dated in part stands alone, without a day."""
    concepts = [text(concept) for concept in request.concepts]
    first, last = "COALESCE(f.first_earliest, DATE '0001-01-01')", "COALESCE(f.first_latest, DATE '9999-12-31')"
    exact = "f.first_earliest = f.first_latest"
    inside = sql(
        f"{first} <= :e AND :s <= {last} AND (:s <= :e)",
        s=exp.column(request.start, "b"),
        e=exp.column(request.end, "b"),
    )
    return (
        exp.select(
            "f.patient",
            "f.concept",
            sql(f"CASE WHEN {exact} THEN f.first_earliest END AS day"),
            sql("MAX(f.rank) AS rank"),
            sql(f"BOOL_OR(f.rank IS NULL OR NOT COALESCE({exact}, FALSE)) AS vague"),
        )
        .from_("facts AS f")
        .join(exp.to_table(f"base_{request.level}").as_("b"), on="b.patient = f.patient")
        .where(exp.column("concept", "f").isin(*concepts))
        .where("f.absent IS NULL AND (f.first_earliest IS NULL OR f.first_earliest <= b.on_day)")
        .where(inside)
        .group_by("f.patient", "f.concept", sql(f"CASE WHEN {exact} THEN f.first_earliest END"))
    )


def _assessed(request: AssessmentRequest, name: str) -> exp.Select:
    """Put the results of one day beside each other, and those of the assessment before beside them."""
    query = (
        exp.select("d.patient", "d.day", sql("BOOL_OR(d.vague) AS vague"))
        .from_(f"result_days_{name} AS d")
        .join("facts AS f", on="f.patient = d.patient AND f.rank = d.rank", join_type="left")
        .group_by("d.patient", "d.day")
    )
    columns: list[str] = []
    for place, concept in enumerate(request.concepts):
        for part in HELD:
            chosen = sql("MAX(CASE WHEN d.concept = :c THEN :p END)", c=text(concept), p=exp.column(part, "f"))
            columns.append(f"{place}_{part}")
            query = query.select(exp.alias_(chosen, f"a{columns[-1]}", copy=False), copy=False)
    before = [
        exp.alias_(sql("LAG(:c) OVER (PARTITION BY patient ORDER BY day)", c=f"a{part}"), f"b{part}", copy=False)
        for part in columns
    ]
    return exp.select(
        "*",
        sql("LAG(day) OVER (PARTITION BY patient ORDER BY day) AS before_day"),
        sql("day = MAX(day) OVER (PARTITION BY patient) AS latest"),
        *before,
    ).from_(query.subquery("q", copy=False), copy=False)


def _judged(compiler: Compiler, request: AssessmentRequest, name: str) -> exp.Select:
    query = exp.select("a.*").from_(f"assessed_{name} AS a")
    asked = columns_of(
        request.where.value, request.where.open, *(tree for dose in request.doses for tree in dose.trees)
    )
    needed = [part for part in asked if part in compiler.levels or of_patient(part)]
    if needed:
        query = query.join(exp.to_table(f"base_{request.level}").as_("b"), on="b.patient = a.patient")
        query = query.select(*(f"b.{part}" for part in needed))
    for number, dose in enumerate(request.doses):
        alias = f"d{number}"
        query = query.join(
            exp.to_table(f"dose_days_{name}_{number}").as_(alias),
            on=f"{alias}.patient = a.patient AND {alias}.day = a.day",
            join_type="left",
        )
        query = query.select(*(f"{alias}.{part}" for part in dose.columns))
    return exp.select(
        "patient",
        "day",
        "latest",
        "vague",
        exp.alias_(request.where.value, "w"),
        exp.alias_(request.where.open or FALSE, "o"),
    ).from_(query.subquery("q"))


def _flagged(name: str, word: int, shift: int) -> exp.Select:
    said = sql(
        "CASE WHEN vague THEN :vague ELSE 0 END + CASE WHEN day IS NULL THEN 0 ELSE :some "
        "+ CASE WHEN w THEN :met WHEN NOT w THEN 0 WHEN o THEN :open ELSE :unknown END "
        "+ CASE WHEN NOT latest THEN 0 WHEN w THEN :lm WHEN NOT w THEN :lf WHEN o THEN :lo ELSE 0 END END",
        vague=VAGUE,
        some=SOME,
        met=MET,
        open=OPEN,
        unknown=UNKNOWN,
        lm=LAST_MET,
        lf=LAST_FAILS,
        lo=LAST_OPEN,
    )
    mask = sql("CAST(:s AS BIGINT) << :by", s=said, by=shift)
    return exp.select("patient", exp.alias_(sql(":w", w=word), "word"), exp.alias_(mask, "mask")).from_(
        f"judged_days_{name}"
    )


def _firsts(name: str, columns: Sequence[str]) -> exp.Select:
    tests = ("w", "w IS NULL AND NOT o", "w IS NULL AND o")
    found = [
        exp.alias_(sql(f"MIN(CASE WHEN {test} THEN day END)"), part) for test, part in zip(tests, columns, strict=True)
    ]
    return exp.select("patient", *found).from_(f"judged_days_{name}").group_by("patient")
