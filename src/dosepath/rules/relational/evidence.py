"""The facts that answers were reached from: which rows the requests of a rule looked at."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Final

from sqlglot import exp

from dosepath.rules.relational.assessments import ASSESSMENTS, LATEST, UP_TO_FIRST, AssessmentRequest
from dosepath.rules.relational.compiler import Compiler, Use, case_of
from dosepath.rules.relational.courses import TREATED, TreatedRequest
from dosepath.rules.relational.doses import DOSES
from dosepath.rules.relational.events import EVENTS, MET
from dosepath.rules.relational.people import PEOPLE, PersonRequest
from dosepath.rules.relational.picks import PICKS
from dosepath.rules.relational.regimens import CAPPED
from dosepath.rules.relational.slices import LINES, LineRequest
from dosepath.rules.relational.sql import constants, facts_of, sql, text


def evidence(compiler: Compiler, uses: Sequence[Use]) -> exp.Select:
    """Give the rows of facts that requests were answered from: `patient`, `row_id`, `request`.

    Of an event that was found, the records that met the question; of one that was not, all records that might have.

    Parameters
    ----------
    compiler
        Has made the steps of the plan.
    uses
        The requests and where they are used; the place of a use is its number.
    """
    found: dict[tuple[str, int, bool], list[tuple[int, Use]]] = {}
    by_concept: dict[bool, list[tuple[int, Use]]] = {}
    for number, use in enumerate(uses):
        if use.family in _BY_CONCEPT:
            by_concept.setdefault(bool(use.where), []).append((number, use))
        elif use.family in _READ_FROM_FACTS:
            found.setdefault((use.family, _level(compiler, use), bool(use.where)), []).append((number, use))
    parts: list[exp.Query] = [_numbered(compiler, *_of_concepts(compiler, each)) for each in by_concept.values()]
    for (family, level, _), numbered in found.items():
        rows = _rows(compiler, family, level, {use.place for _, use in numbered})
        if rows:
            parts.append(_numbered(compiler, _together(rows), numbered))
    if not parts:
        return exp.select("patient", "row_id", sql("0 AS request")).from_("facts").where("FALSE")
    return exp.select("patient", "row_id", "request").distinct().from_(_together(parts).subquery("u"))


def _together(parts: Sequence[exp.Query]) -> exp.Query:
    joined = parts[0]
    for part in parts[1:]:
        joined = exp.union(joined, part, distinct=False, copy=False)
    return joined


def _numbered(compiler: Compiler, found: exp.Query, numbered: Sequence[tuple[int, Use]]) -> exp.Select:
    """Give rows the numbers of the uses of their requests, for those patients for whom the answer hangs on them."""
    conditions = list(dict.fromkeys(use.where for _, use in numbered))
    rows = [(use.place, number, conditions.index(use.where)) for number, use in numbered]
    listed = constants("r", ("place", "request", "condition"), rows).subquery("r")
    query = (
        exp.select("f.patient", "f.row_id", "r.request").from_(found.subquery("f")).join(listed, on="r.place = f.place")
    )
    if not any(conditions):
        return query
    holds = case_of("condition", {place: exp.column(where, "b") for place, where in enumerate(conditions)})
    return query.join(f"{compiler.base} AS b", on="b.patient = f.patient").where(holds)


def _rows(compiler: Compiler, family: str, level: int, places: Set[int]) -> list[exp.Select]:
    """Give the rows that some requests of a family and level looked at: patient, row_id, place; maybe more."""
    every = compiler.of_level(_ASKED_AS.get(family, family), level)
    requests = [(place, request) for place, request in every if place in places]
    match family:
        case "picks":
            query = exp.select("patient", "row_id", sql("pick AS place")).from_(f"picked_{level}")
            return [query.where("row_id IS NOT NULL")]
        case "events":
            named = _events(level)
            beside = (
                (place, request.used, named.where(f"event = {place} AND windowed AND i IS NOT FALSE"))
                for place, request in requests
            )
            return [named, *(query for each in beside for query in _beside(compiler, *each))]
        case "doses":
            return [exp.select("patient", "row_id", sql("asked AS place")).from_(f"dosed_{level}")]
        case "people" | "treated" | "lines":
            return [_facts([(concept, place) for place, request in requests for concept in _concepts(request)])]
        case "capped":
            given = exp.select("patient").from_(f"capped_{level}")
            beside = ((place, request.used, given.where(f"capped = {place}")) for place, request in requests)
            return [query for each in beside for query in _beside(compiler, *each)]
    return [query for place, request in requests for query in _assessed(compiler, place, request, family)]


def _of_concepts(compiler: Compiler, numbered: Sequence[tuple[int, Use]]) -> tuple[exp.Select, list[tuple[int, Use]]]:
    """Give all facts of the concepts of some uses, of whatever level, read once; `place` is that of the use here."""
    requests = (compiler.requests[use.family][use.place] for _, use in numbered)
    listed = [(concept, place) for place, request in enumerate(requests) for concept in _concepts(request)]
    return _facts(listed), [(number, replace(use, place=place)) for place, (number, use) in enumerate(numbered)]


def _concepts(request: PersonRequest | TreatedRequest | LineRequest) -> tuple[str, ...]:
    return (request.concept,) if isinstance(request, PersonRequest) else request.leaves


_BY_CONCEPT: Final = (PEOPLE, TREATED, LINES)
"""Families of uses that name all facts of some concepts."""
_READ_FROM_FACTS: Final = (PICKS, EVENTS, CAPPED, DOSES, ASSESSMENTS, LATEST, UP_TO_FIRST)
"""Families of uses that name facts that their steps looked at; what others ask for is made of these."""
_ASKED_AS: Final = {LATEST: ASSESSMENTS, UP_TO_FIRST: ASSESSMENTS}
"""Families of requests that have several families of uses."""


def _level(compiler: Compiler, use: Use) -> int:
    found: int = compiler.requests[_ASKED_AS.get(use.family, use.family)][use.place].level
    return found


def _events(level: int) -> exp.Select:
    found = f"MAX(CASE WHEN NOT every_one AND said = {MET} THEN 1 ELSE 0 END) OVER (PARTITION BY patient, event)"
    marked = exp.select("patient", "row_id", "event", "said", "every_one", "i", "windowed", sql(f"{found} AS met"))
    query = exp.select("patient", "row_id", sql("event AS place")).from_(
        marked.from_(f"happened_{level}").subquery("h")
    )
    return query.where(
        f"CASE WHEN every_one THEN windowed AND (i IS NULL OR i) WHEN met = 1 THEN said = {MET} ELSE TRUE END"
    )


def _beside(compiler: Compiler, place: int, uses: Sequence[Use], having: exp.Select) -> list[exp.Select]:
    """Give what a condition on records looked at beside them, for those patients who have a record to be judged."""
    found: list[exp.Select] = []
    for use in uses:
        if use.family not in (*_BY_CONCEPT, *_READ_FROM_FACTS):
            continue
        for rows in _rows(compiler, use.family, _level(compiler, use), {use.place}):
            who = exp.select("patient").distinct().from_(having.subquery("h"))
            query = exp.select("f.patient", "f.row_id", exp.alias_(sql(":p", p=place), "place"))
            query = query.from_(rows.subquery("f")).where(f"f.place = {use.place}")
            found.append(query.join(who.subquery("c"), on="c.patient = f.patient"))
    return found


def _facts(listed: Sequence[tuple[str, int]]) -> exp.Select:
    """Give all facts of some concepts that exist on the day of the evaluation."""
    chosen = exp.select("f.patient", "f.row_id", "r.place")
    return (
        facts_of(chosen, constants("r", ("concept", "place"), listed))
        .join("patients AS b", on="b.patient = f.patient")
        .where("f.first_earliest IS NULL OR f.first_earliest <= b.on_day")
    )


def _assessed(compiler: Compiler, place: int, request: AssessmentRequest, family: str) -> list[exp.Select]:
    """Give what the assessments that an answer hangs on were judged from."""
    name = f"{request.level}_{place}"
    days = exp.select("j.patient", "j.day", "j.before_day").from_(f"assessed_{name} AS j")
    if family == LATEST:
        days = days.where("j.latest")
    if family == UP_TO_FIRST:
        first = exp.select("patient", sql("MIN(CASE WHEN w THEN day END) AS met")).from_(f"judged_days_{name}")
        days = days.join(first.group_by("patient").subquery("m"), on="m.patient = j.patient")
        days = days.where("m.met IS NULL OR j.day <= m.met")
    found = [_of_days(name, days, "day", request.concepts)]
    if request.before:
        found.append(_of_days(name, days, "before_day", request.before))
    found += [dose.given(compiler, days, request.level) for dose in request.doses]
    numbered = [query.select(exp.alias_(sql(":p", p=place), "place")) for query in found]
    return [*numbered, *_beside(compiler, place, request.used, days)]


def _of_days(name: str, days: exp.Select, day: str, concepts: Sequence[str]) -> exp.Select:
    """Give the results that stood for some days in assessments."""
    return (
        exp.select("f.patient", "f.row_id")
        .from_(f"result_days_{name} AS d")
        .join("facts AS f", on="f.patient = d.patient AND f.rank = d.rank")
        .join(days.subquery("c"), on=f"c.patient = d.patient AND c.{day} = d.day")
        .where(exp.column("concept", "f").isin(*map(text, concepts)))
    )
