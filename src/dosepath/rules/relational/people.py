"""Age and sex as SQL: from the first fact on record, whatever its day."""

from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from dosepath.core.facts import BIRTH_DATE, SEX
from dosepath.rules import nodes
from dosepath.rules.relational.compiler import Answers, Compiler, Feed, Step, families, value_of
from dosepath.rules.relational.days import days
from dosepath.rules.relational.sql import Tree, column, number, sql, text
from dosepath.rules.relational.values import Number, Reading, Word

PEOPLE: Final = "people"


@dataclass(frozen=True, slots=True)
class PersonRequest:
    """The first fact of a concept."""

    level: int
    concept: str


COLUMNS: Final = {BIRTH_DATE: ("value_earliest", "value_latest"), SEX: ("value_text",)}


def _person(compiler: Compiler, concept: str) -> dict[str, Tree]:
    compiler.asked(PEOPLE, PersonRequest(0, concept))
    return {name: column(compiler.answered(0, f"{concept}_{name}")) for name in (*COLUMNS[concept], "row")}


@value_of(nodes.Age)
def _age(compiler: Compiler, node: nodes.Age) -> Reading:
    on = days(compiler, node.on)
    birth = _person(compiler, BIRTH_DATE)
    low = _completed_years(birth["value_latest"], on.earliest)
    high = _completed_years(birth["value_earliest"], on.latest)
    return Reading(Number(low, high, number(1.0), None, "a", None, on.open, on.nothing))


def _completed_years(birth: Tree, on: Tree) -> Tree:
    return sql(
        "CAST(YEAR(:o) - YEAR(:b) - CASE WHEN MONTH(:o) * 100 + DAY(:o) < MONTH(:b) * 100 + DAY(:b) THEN 1 ELSE 0 END "
        "AS DOUBLE)",
        o=on,
        b=birth,
    )


@value_of(nodes.Sex)
def _sex(compiler: Compiler, node: nodes.Sex) -> Reading:
    sex = _person(compiler, SEX)
    return Reading(Word(sex["value_text"]), sql(":r IS NOT NULL", r=sex["row"]))


def _answers(compiler: Compiler, level: int) -> Answers:
    requests: list[PersonRequest] = [request for _, request in compiler.of_level(PEOPLE, level)]
    if not requests:
        return Answers()
    listed = [text(request.concept) for request in requests]
    firsts = (
        exp.select("f.patient", "f.concept", sql("MIN(f.row_id) AS first_row"))
        .from_("facts AS f")
        .join(exp.to_table(f"base_{level}").as_("b"), on="b.patient = f.patient")
        .where(exp.column("concept", "f").isin(*listed))
        .where("f.first_earliest IS NULL OR f.first_earliest <= b.on_day")
        .group_by("f.patient", "f.concept")
    )
    query = (
        exp.select("f.patient")
        .from_(firsts.subquery("w"))
        .join("facts AS f", on="f.patient = w.patient AND f.row_id = w.first_row")
        .group_by("f.patient")
    )
    names: list[str] = []
    for request in requests:
        for name in (*COLUMNS[request.concept], "row"):
            source = "row_id" if name == "row" else name
            names.append(f"{request.concept}_{name}")
            chosen = sql(
                "MAX(CASE WHEN f.concept = :c THEN :n END)", c=text(request.concept), n=exp.column(source, "f")
            )
            query = query.select(exp.alias_(chosen, names[-1]), copy=False)
    return Answers((Step(f"people_{level}", query),), (Feed(f"people_{level}", dict.fromkeys(names)),))


families.append(_answers)
