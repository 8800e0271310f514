"""What a plan leaves open (-2): judged by the one-patient evaluator from the rows of that patient, and only that."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

from sqlglot import exp

from dosepath.core.facts import PatientRecord, Table
from dosepath.core.verdict import Verdict
from dosepath.eligibility.screening import Occasion, judge_some
from dosepath.population.engines import Engine
from dosepath.population.plan import Plan
from dosepath.population.tables import FACTS, UNCLASSIFIED, Row, patients_schema, record_of
from dosepath.population.verdicts import MET, NOT_MET, UNKNOWN
from dosepath.rules.relational.compiler import anchor_column, complete_column

CODES: Final = {Verdict.MET: MET, Verdict.NOT_MET: NOT_MET, Verdict.UNKNOWN: UNKNOWN}
VERDICTS: Final = {code: verdict for verdict, code in CODES.items()}


def judged_one_by_one(engine: Engine, plan: Plan, left: Mapping[int, Sequence[str]]) -> dict[int, dict[str, int]]:
    """Judge some columns of some patients by the one-patient evaluator.

    Parameters
    ----------
    engine
        Holds the tables.
    plan
        The plan.
    left
        By key of the patient, the columns to be judged.

    Returns
    -------
    dict
        By key of the patient, the value of each column: 1 met, 0 not met, -1 unknown.
    """
    if not left:
        return {}
    by_name = {column.name: column for column in plan.columns}
    found: dict[int, dict[str, int]] = {}
    for key, record, occasion in records(engine, plan, left):
        wanted = {
            name: (by_name[name].arms[0], by_name[name].criterion, by_name[name].with_pending) for name in left[key]
        }
        answers = judge_some(record, plan.protocol, occasion, plan.gate, wanted.values())
        found[key] = {name: CODES[answers[asked].verdict] for name, asked in wanted.items()}
    return found


def records(engine: Engine, plan: Plan, keys: Iterable[int]) -> Iterable[tuple[int, PatientRecord, Occasion]]:
    """Read the records of some patients from the tables, each with the occasion on which it is judged."""
    anchors = plan.protocol.vocabulary.anchors
    schema = patients_schema(anchors)
    chosen = sorted(keys)
    facts = _by_patient(engine, FACTS.name, FACTS.names, chosen)
    unread = _by_patient(engine, UNCLASSIFIED.name, UNCLASSIFIED.names, chosen)
    for row in sorted(_of(engine, schema.name, schema.names, chosen)):
        known: dict[str, Any] = dict(zip(schema.names, row, strict=True))
        key: int = known["patient"]
        on: date = known["on_day"]
        complete = frozenset(table for table in Table if known[complete_column(table)])
        dates = {name: known[anchor_column(name)] for name in anchors}
        record = record_of(known["id"], facts.get(key, ()), unread.get(key, ()))
        yield key, record, Occasion(on, dates, complete, plan.settings)


def _of(engine: Engine, table: str, names: Sequence[str], keys: Sequence[int]) -> list[Row]:
    listed = exp.column("patient").isin(*(exp.Literal.number(key) for key in keys))
    return engine.rows(exp.select(*(exp.column(name) for name in names)).from_(table).where(listed))


def _by_patient(engine: Engine, table: str, names: Sequence[str], keys: Sequence[int]) -> dict[int, list[Row]]:
    rows = sorted(_of(engine, table, names, keys), key=lambda row: row[0])
    return {patient: list(found) for patient, found in groupby(rows, key=lambda row: row[0])}
