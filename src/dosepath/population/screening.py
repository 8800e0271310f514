"""A screening of many patients: chunk after chunk judged, verdicts and evidence written, what it comes to for each arm.

::

    verdicts/00000.parquet   a row a patient, a column a criterion: 1 met, 0 not met, -1 unknown
    evidence/00000.parquet   the facts that each request of the rules was answered from
    values/00000.parquet     a row a patient: what the questions of the rules compared, where it is no fact's value
    overall/00000.parquet    a row a patient and arm: eligible, undecided or not eligible, with counts

The manifest says what the columns mean, and everything else that a later reader needs: protocol and digest, readings,
settings, dates and assertions. The facts stand beside, so that every verdict can be followed to its rows.
"""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

import os
from collections.abc import Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from dosepath import __version__
from dosepath.core.errors import InputError
from dosepath.core.facts import DEATH, Table
from dosepath.eligibility.must_pass import must_pass
from dosepath.eligibility.screening import Occasion
from dosepath.population.chunks import chunk_file
from dosepath.population.connection import Connection, fill, literal, make, read_parquet, save
from dosepath.population.engines import DuckDB, Engine
from dosepath.population.facts import Chunks
from dosepath.population.folders import Whole, link_or_copy
from dosepath.population.importing import Advance, silent
from dosepath.population.plan import Plan, plan_of
from dosepath.population.run import judged_one_by_one
from dosepath.population.tables import Column, Row, Schema, Type, patient_row, patients_schema
from dosepath.population.values import value_document
from dosepath.population.verdicts import ONE_BY_ONE
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.trial.library import open_trial
from dosepath.trial.occasions import PatientDates

SCREENING: Final = "screening"
"""Kind of a folder that holds verdicts and the facts behind them."""
_FROM_FILES: Final = ("facts", "meanings", "unclassified")
PATIENTS_AT_ONCE: Final = 2_000
"""Patients whose open columns are judged one by one at a time."""


@dataclass(frozen=True)
class Asked:
    """What a screening asks: the protocol, the day, the dates and what the site asserts.

    Parameters
    ----------
    trial
        How the protocol was named.
    protocol
        Protocol under the readings in force.
    on
        Day of the evaluation.
    anchors, complete, settings
        Dates, complete tables and numbers for everybody.
    by_patient
        Dates and complete tables of some patients.
    own_days
        Whether a patient with a screening day of their own is judged on that day, as where no day was asked for.
    """

    trial: str
    protocol: Protocol
    on: date
    anchors: Mapping[str, date | None] = field(default_factory=dict)
    complete: frozenset[Table] = frozenset()
    settings: Mapping[str, Fraction] = field(default_factory=dict)
    by_patient: Mapping[str, PatientDates] = field(default_factory=dict)
    own_days: bool = False

    @property
    def arms(self) -> tuple[str, ...]:
        """All arms of the protocol."""
        return tuple(self.protocol.file.arms)

    def occasion(self, identity: str) -> Occasion:
        """Give when and under what assertions a patient is judged."""
        own = self.by_patient.get(identity)
        anchors = {**self.anchors, **(own.anchors if own else {})}
        complete = self.complete | (own.complete if own else frozenset())
        on = (anchors.get("screening") if self.own_days else None) or self.on
        return Occasion(on, anchors, complete, self.settings)


def asked_document(asked: Asked, plan: Plan) -> dict[str, Any]:
    """Write down what was asked and what the columns mean."""
    protocol = asked.protocol
    return {
        "software": f"dosepath {__version__}",
        "trial": asked.trial,
        "protocol": {"id": protocol.id, "version": protocol.file.version, "digest": protocol.digest},
        "readings": dict(sorted(protocol.chosen.items())),
        "gate": plan.gate.value,
        "on": asked.on.isoformat(),
        "anchors": {name: day.isoformat() if day else None for name, day in sorted(asked.anchors.items())},
        "complete": sorted(table.value for table in asked.complete),
        "settings": {name: str(value) for name, value in sorted(asked.settings.items())},
        "by_patient": {
            name: {
                "anchors": {key: day.isoformat() if day else None for key, day in sorted(own.anchors.items())},
                "complete": sorted(table.value for table in own.complete),
            }
            for name, own in sorted(asked.by_patient.items())
        },
        "own_days": asked.own_days,
        "arms": list(plan.arms),
        "columns": [
            {"name": each.name, "criterion": each.criterion, "arms": list(each.arms), "with_pending": each.with_pending}
            for each in plan.columns
        ],
        "readers": [list(each) for each in plan.readers],
        "values": [value_document(each) for each in plan.compared.values()],
        "one_by_one": {each.criterion: list(each.why_not) for each in plan.columns if each.why_not},
    }


def asked_of(about: Mapping[str, Any]) -> Asked:
    """Read back what was asked.

    Raises
    ------
    InputError
        When the protocol is not there any more, or is another one by now.
    """
    protocol = open_trial(about["trial"]).under(about["readings"])
    if protocol.digest != about["protocol"]["digest"]:
        raise InputError(f"{about['trial']}: the protocol file has changed since the screening; screen again")

    def days(written: Mapping[str, str | None]) -> dict[str, date | None]:
        return {name: date.fromisoformat(day) if day else None for name, day in written.items()}

    def tables(written: list[str]) -> frozenset[Table]:
        return frozenset(map(Table, written))

    return Asked(
        trial=about["trial"],
        protocol=protocol,
        on=date.fromisoformat(about["on"]),
        anchors=days(about["anchors"]),
        complete=tables(about["complete"]),
        settings={name: Fraction(value) for name, value in about["settings"].items()},
        by_patient={
            name: PatientDates("", days(own["anchors"]), tables(own["complete"]))
            for name, own in about["by_patient"].items()
        },
        own_days=about["own_days"],
    )


def plan_meanwhile(asked: Asked) -> Future[Plan]:
    """Compile the plan on a thread of its own, while records are read; nobody has to wait for it."""
    beside = ThreadPoolExecutor(1)
    planned = beside.submit(plan_of, asked.protocol, settings=asked.settings)
    beside.shutdown(wait=False)
    return planned


class Screener:
    """Judges chunks of patients.

    Parameters
    ----------
    connection
        The embedded engine, which reads and writes the files.
    asked, plan
        What to judge, and the plan of it.
    engine
        Where the plan runs; the embedded engine unless another is given.
    """

    def __init__(self, connection: Connection, asked: Asked, plan: Plan, engine: Engine | None = None) -> None:
        self.connection = connection
        self.asked = asked
        self.plan = plan
        self.engine: Engine = engine if engine is not None else DuckDB(connection)
        self.one_by_one = 0
        self._schema = patients_schema(asked.protocol.vocabulary.anchors)

    def chunk(self, tables: Path, chunk: int) -> int:
        """Judge the patients of a chunk, whose facts are open (`Chunks.open`), and give their number."""
        count = self._load(tables, chunk)
        for step in self.plan.steps:
            self.engine.make(step)
        self.engine.bring_back(self.connection, "verdicts")
        self._settle()
        save(self.connection, "FROM judged ORDER BY patient", chunk_file(tables, "verdicts", chunk))
        self._evidence(tables, chunk)
        self._values(tables, chunk)
        save(self.connection, self._overall(), chunk_file(tables, "overall", chunk))
        return count

    def _load(self, tables: Path, chunk: int) -> int:
        people = read_parquet([tables / "people.parquet"])
        names = self.asked.protocol.vocabulary.anchors
        general = patient_row(0, "", self.asked.on, self.asked.anchors, self.asked.complete, names)
        said = ", ".join(
            f"{_written(value)}::{column.type.value} AS {column.name}"
            for column, value in list(zip(self._schema.columns, general, strict=True))[2:]
        )
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE patients AS SELECT patient, id, {said} FROM {people} WHERE chunk = {chunk}"
        )
        if self.asked.by_patient:
            self._own_dates()
        self.engine.open_chunk(self.connection)
        found = self.connection.execute("SELECT count(*) FROM patients").fetchone()
        return int(found[0]) if found else 0

    def _own_dates(self) -> None:
        """Replace the dates of those who have their own."""
        keys = self.connection.execute("SELECT patient, id FROM patients").fetchall()
        names = self.asked.protocol.vocabulary.anchors
        rows: list[Row] = []
        for key, identity in keys:
            if identity in self.asked.by_patient:
                own = self.asked.occasion(identity)
                rows.append(patient_row(key, identity, own.on, own.anchors, own.complete, names))
        make(self.connection, "own_dates", self._schema)
        fill(self.connection, "own_dates", self._schema, rows)
        self.connection.execute("DELETE FROM patients WHERE patient IN (SELECT patient FROM own_dates)")
        self.connection.execute("INSERT INTO patients FROM own_dates")

    def _settle(self) -> None:
        """Let the one-patient evaluator judge what the plan leaves open; make the view `judged` of all verdicts."""
        names = [column.name for column in self.plan.columns]
        open_rows = self.connection.execute(
            f"SELECT patient, {', '.join(names)} FROM verdicts WHERE LEAST({', '.join(names)}) = {ONE_BY_ONE} "
            "ORDER BY patient"
        ).fetchall()
        left = {
            row[0]: [name for name, cell in zip(names, row[1:], strict=True) if cell == ONE_BY_ONE] for row in open_rows
        }
        self.one_by_one += sum(map(len, left.values()))
        affected = sorted({name for some in left.values() for name in some})
        make(self.connection, "settled", _settled(affected))
        patients = list(left)
        for start in range(0, len(patients), PATIENTS_AT_ONCE):
            some = {patient: left[patient] for patient in patients[start : start + PATIENTS_AT_ONCE]}
            judged = judged_one_by_one(self.engine, self.plan, some)
            rows = [(patient, *map(cells.get, affected)) for patient, cells in judged.items()]
            fill(self.connection, "settled", _settled(affected), rows)
        replaced = ", ".join(f"CAST(COALESCE(s.{name}, v.{name}) AS TINYINT) AS {name}" for name in affected)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW judged AS SELECT v.*{f' REPLACE ({replaced})' if affected else ''} "
            "FROM verdicts AS v LEFT JOIN settled AS s ON s.patient = v.patient"
        )

    def _evidence(self, tables: Path, chunk: int) -> None:
        """Write the facts that requests were answered from; what was judged one by one, the evaluator tells anew."""
        self.engine.make(self.plan.evidence)
        self.engine.bring_back(self.connection, self.plan.evidence.name)
        query = f"FROM {self.plan.evidence.name} ORDER BY patient, row_id, request"
        save(self.connection, query, chunk_file(tables, "evidence", chunk), quick=True)

    def _values(self, tables: Path, chunk: int) -> None:
        """Write what the questions compared; what is left open, the evaluator tells where it is asked for."""
        self.engine.make(self.plan.values)
        self.engine.bring_back(self.connection, self.plan.values.name)
        save(self.connection, f"FROM {self.plan.values.name} ORDER BY patient", chunk_file(tables, "values", chunk))

    def _overall(self) -> str:
        """Write the SELECT of what the verdicts of a chunk come to for each arm; what arms share is counted once."""
        dead = (
            "SELECT DISTINCT k.patient FROM known AS k JOIN patients AS p USING (patient) "
            f"WHERE k.concept = {literal(DEATH)} AND k.value_text IS DISTINCT FROM 'false' "
            "AND (k.first_earliest IS NULL OR k.first_earliest <= p.on_day)"
        )
        leaves = self.asked.protocol.vocabulary.leaves
        targets = {arm: leaves(self.asked.protocol.file.arms[arm].target_condition) for arm in self.plan.arms}
        every = {DEATH, *(leaf for some in targets.values() for leaf in some)}
        known = f"SELECT patient, concept, value_text, first_earliest FROM facts WHERE concept IN ({_listed(every)})"
        counts = {arm: self._counts(arm) for arm in self.plan.arms}
        common = {name: set.intersection(*(set(each[name]) for each in counts.values())) for name in _COUNTED}
        shared = ", ".join(f"{_count(sorted(common[name]))} AS shared_{name}" for name in _COUNTED)
        arms = " UNION ALL ".join(
            f"SELECT patient, {place} AS place, {literal(arm)} AS arm, {len(counts[arm]['met'])} AS leaves, "
            f"patient IN (SELECT patient FROM sick WHERE concept IN ({_listed(set(targets[arm]))})) AS on_record, "
            + ", ".join(
                f"shared_{name} + {_count(_without(counts[arm][name], common[name]))} AS {name}" for name in _COUNTED
            )
            + " FROM shared"
            for place, arm in enumerate(self.plan.arms)
        )
        return (
            f"WITH known AS MATERIALIZED ({known}), dead AS ({dead}), "
            "sick AS (SELECT DISTINCT patient, concept FROM known), "
            f"shared AS (SELECT *, {shared} FROM judged), counted AS ({arms}) "
            "SELECT patient, arm, on_record, "
            "patient IN (FROM dead) AS dead, CASE WHEN failed > 0 OR patient IN (FROM dead) THEN 'not_eligible' "
            "WHEN open > 0 THEN 'undecided' ELSE 'eligible' END AS overall, failed, open, met, not_met, "
            "CAST(leaves - met - not_met AS SMALLINT) AS unknown FROM counted ORDER BY patient, place"
        )

    def _counts(self, arm: str) -> dict[str, list[str]]:
        """Give the conditions whose number of an arm is counted."""
        items = [self.item(arm, identity) for identity in must_pass(self.asked.protocol, arm)]
        leaves = self._leaves(arm)
        return {
            "failed": [f"{name} = {against}" for name, against in items],
            "open": [f"{name} = -1" for name, _ in items],
            "met": [f"{name} = 1" for name in leaves],
            "not_met": [f"{name} = 0" for name in leaves],
        }

    def item(self, arm: str, identity: str) -> tuple[str, int]:
        """Give the column of a criterion for an arm, and the verdict that is against the patient."""
        column = self.plan.column(arm, identity)
        if column is None:
            raise KeyError(f"{identity} has no column for {arm}")
        return column.name, int(self.asked.protocol.criteria[identity].exclusion)

    def _leaves(self, arm: str) -> list[str]:
        found = []
        for identity, criterion in self.asked.protocol.criteria.items():
            column = self.plan.column(arm, identity)
            if column is not None and not criterion.children and GateName.SCREENING in criterion.gates:
                found.append(column.name)
        return found


_COUNTED: Final = ("failed", "open", "met", "not_met")


def _count(conditions: Sequence[str]) -> str:
    summed = " + ".join(f"CAST({condition} AS SMALLINT)" for condition in conditions)
    return f"({summed})" if summed else "0::SMALLINT"


def _without(conditions: Sequence[str], others: Set[str]) -> list[str]:
    return [condition for condition in conditions if condition not in others]


def _listed(words: Set[str]) -> str:
    return ", ".join(map(literal, sorted(words)))


def _settled(names: Sequence[str]) -> Schema:
    key = Column("patient", Type.KEY, "key of the patient")
    return Schema(
        "settled", (key, *(Column(name, Type.WHOLE, "its verdict; NULL: that of the plan") for name in names))
    )


def _written(value: Any) -> str:
    if value is None:
        return "NULL"
    return literal(value.isoformat()) if isinstance(value, date) else str(value)


def link_facts(before: Whole, tables: Path) -> None:
    """Take over the facts of an earlier screening as they are, file by file."""
    for name in before.files:
        if name.startswith(_FROM_FILES) or name in {"people.parquet", "remarks.parquet", "moved.parquet"}:
            (tables / name).parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(before.tables / name, tables / name)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a screening came to: patients, and how many cells were judged one by one."""

    patients: int
    one_by_one: int


def screen_chunks(
    connection: Connection,
    asked: Asked,
    plan: Plan,
    chunks: Chunks,
    tables: Path,
    *,
    engine: Engine | None = None,
    advance: Advance = silent,
) -> Judged:
    """Judge all chunks into a folder; the embedded engine takes as many at a time as there are cores.

    Parameters
    ----------
    connection
        The embedded engine.
    asked, plan
        What to judge, and the plan of it.
    chunks
        The facts.
    tables
        Folder to write to.
    engine
        Where the plan runs; the embedded engine unless another is given.
    advance
        Told how far the work is.
    """
    workers = 1 if engine is not None else min(chunks.chunks, os.cpu_count() or 1)
    # Each worker keeps a core busy by itself, and one thread gives rows in the same order every time.
    connection.execute("SET threads = 1")
    screeners = [Screener(connection.cursor(), asked, plan, engine) for _ in range(workers)]
    free: SimpleQueue[Screener] = SimpleQueue()
    for screener in screeners:
        free.put(screener)

    def judged(chunk: int) -> int:
        screener = free.get()
        try:
            chunks.open(screener.connection, chunk)
            return screener.chunk(tables, chunk)
        finally:
            free.put(screener)

    patients = 0
    advance("judging", 0, chunks.chunks)
    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(judged, chunk) for chunk in range(chunks.chunks)]
        try:
            for done, each in enumerate(as_completed(running), start=1):
                patients += each.result()
                advance("judging", done, chunks.chunks)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for screener in screeners:
                screener.connection.interrupt()
            raise
    return Judged(patients, sum(screener.one_by_one for screener in screeners))
