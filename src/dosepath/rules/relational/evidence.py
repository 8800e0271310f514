"""The facts that answers were reached from: which rows the requests of a rule looked at."""

from collections.abc import Sequence

from sqlglot import exp

from dosepath.rules.relational.assessments import ASSESSMENTS, AssessmentRequest
from dosepath.rules.relational.compiler import Compiler
from dosepath.rules.relational.courses import TREATED
from dosepath.rules.relational.doses import DOSES
from dosepath.rules.relational.events import EVENTS, MET
from dosepath.rules.relational.people import PEOPLE
from dosepath.rules.relational.picks import PICKS
from dosepath.rules.relational.regimens import CAPPED, CappedRequest
from dosepath.rules.relational.slices import LINES
from dosepath.rules.relational.sql import constants, facts_of, sql, text


def evidence(compiler: Compiler, requests: Sequence[tuple[str, int]]) -> exp.Select:
    """Give the rows of facts that requests were answered from: `patient`, `row_id`, `request`.

    Of an event that was found, the records that met the question; of one that was not, all records that might have.

    Parameters
    ----------
    compiler
        Has made the steps of the plan.
    requests
        Pairs of family and place; the place of a pair is the number of the request.
    """
    parts: list[exp.Select] = []
    for family in (PICKS, PEOPLE, EVENTS, TREATED, LINES, CAPPED, DOSES, ASSESSMENTS):
        numbers = {place: number for number, (name, place) in enumerate(requests) if name == family}
        for level in sorted({compiler.requests[family][place].level for place in numbers}):
            for found in _rows(compiler, family, level):
                query = exp.select("f.patient", "f.row_id", "r.request").from_(found.subquery("f"))
                listed = constants("r", ("place", "request"), list(numbers.items()))
                parts.append(query.join(listed.subquery("r"), on="r.place = f.place"))
    if not parts:
        return exp.select("patient", "row_id", sql("0 AS request")).from_("facts").where("FALSE")
    joined: exp.Query = parts[0]
    for part in parts[1:]:
        joined = exp.union(joined, part, distinct=False, copy=False)
    return exp.select("patient", "row_id", "request").distinct().from_(joined.subquery("u"))


def _rows(compiler: Compiler, family: str, level: int) -> list[exp.Select]:
    """Give the rows that the requests of a family and level looked at: patient, row_id, place."""
    requests = compiler.of_level(family, level)
    if not requests:
        return []
    match family:
        case "picks":
            query = exp.select("patient", "row_id", sql("pick AS place")).from_(f"picked_{level}")
            return [query.where("row_id IS NOT NULL")]
        case "events":
            found = (
                f"MAX(CASE WHEN NOT every_one AND said = {MET} THEN 1 ELSE 0 END) OVER (PARTITION BY patient, event)"
            )
            marked = exp.select("patient", "row_id", "event", "said", "every_one", "i", sql(f"{found} AS met"))
            query = exp.select("patient", "row_id", sql("event AS place")).from_(
                marked.from_(f"happened_{level}").subquery("h")
            )
            fits = f"CASE WHEN every_one THEN i IS NULL OR i WHEN met = 1 THEN said = {MET} ELSE TRUE END"
            return [query.where(fits)]
        case "doses":
            return [exp.select("patient", "row_id", sql("asked AS place")).from_(f"dosed_{level}")]
        case "people":
            listed = [(request.concept, place) for place, request in requests]
            return [_facts(listed)]
        case "treated" | "lines":
            return [_facts([(leaf, place) for place, request in requests for leaf in request.leaves])]
        case "capped":
            return [query for place, request in requests for query in _of_cap(compiler, place, request)]
    return [_days(level, place, request) for place, request in requests]


def _of_cap(compiler: Compiler, capped: int, request: CappedRequest) -> list[exp.Select]:
    """Give what the cap of a line looked at beside the doses, for those who have the line."""
    found: list[exp.Select] = []
    for family, asked in request.used:
        for rows in _rows(compiler, family, compiler.requests[family][asked].level):
            having = exp.select("patient").distinct().from_(f"capped_{request.level}").where(f"capped = {capped}")
            query = exp.select("f.patient", "f.row_id", exp.alias_(sql(":p", p=capped), "place"))
            query = query.from_(rows.subquery("f")).where(f"f.place = {asked}")
            found.append(query.join(having.subquery("c"), on="c.patient = f.patient"))
    return found


def _facts(listed: Sequence[tuple[str, int]]) -> exp.Select:
    """Give all facts of some concepts that exist on the day of the evaluation."""
    chosen = exp.select("f.patient", "f.row_id", "r.place")
    return (
        facts_of(chosen, constants("r", ("concept", "place"), listed))
        .join("patients AS b", on="b.patient = f.patient")
        .where("f.first_earliest IS NULL OR f.first_earliest <= b.on_day")
    )


def _days(level: int, place: int, request: AssessmentRequest) -> exp.Select:
    """Give the results that stood for their day in an assessment."""
    concepts = [text(concept) for concept in request.concepts]
    return (
        exp.select("f.patient", "f.row_id", exp.alias_(sql(":p", p=place), "place"))
        .from_(f"result_days_{level}_{place} AS d")
        .join("facts AS f", on="f.patient = d.patient AND f.rank = d.rank")
        .where(exp.column("concept", "f").isin(*concepts))
    )
