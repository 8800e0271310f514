"""New records for a finished screening: only the patients whose facts changed are judged again.

A record that comes again under its name replaces the one before; what is not named stays. The patients concerned move
to a new chunk with everything on record about them; the other chunks stay as they are, file by file.
"""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from dosepath.population.chunks import chunk_file
from dosepath.population.connection import Connection, connected, read_parquet, save
from dosepath.population.facts import meanings_in, open_facts
from dosepath.population.folders import Draft, Whole, link_or_copy, writing
from dosepath.population.importing import Advance, silent
from dosepath.population.meanings import MEANINGS_A_FILE, facts_query, number_of_row
from dosepath.population.results import Screening, open_screening
from dosepath.population.screening import SCREENING, Screener, plan_meanwhile
from dosepath.population.shapes import ranked

Import: TypeAlias = Callable[[Connection, Path], None]
"""Reads the new records and writes their facts into a folder, with keys of its own."""

_LATER: Final = 2**55
"""Puts new rows behind those that are there."""
_OWN: Final = ("row_id", "rank", "place")
"""Columns in which the same fact may differ between two runs."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh came to.

    Parameters
    ----------
    named
        Patients in the new records.
    changed
        Patients whose facts changed; they were judged again.
    new
        Those of them who were not there before.
    patients
        Patients in all.
    """

    named: int
    changed: int
    new: int
    patients: int


def refresh(out: Path, read: Import, *, memory: str = "", advance: Advance = silent) -> Refreshed:
    """Bring a screening up to date with new records.

    Parameters
    ----------
    out
        Folder of the screening; what it holds stays until the new state is whole.
    read
        Reads the new records.
    memory
        Most memory of the engine.
    advance
        Told how far the work is.
    """
    with writing(out, SCREENING) as draft, connected(draft.tables / "scratch", memory=memory) as connection:
        screening = open_screening(connection, out)
        draft.about = dict(screening.whole.about)
        draft.about["refreshed"] = int(draft.about.get("refreshed", 0)) + 1
        planned = plan_meanwhile(screening.asked)
        advance("reading what is new", 0, 3)
        delta = draft.tables / "delta"
        reader = connection.cursor()  # whose tables do not stand in the way of those that are open here
        read(reader, delta)
        reader.close()
        advance("merging", 1, 3)
        _link(screening.whole, draft)
        found = _merge(connection, screening, delta, draft.tables)
        shutil.rmtree(delta)
        if found.changed:
            advance("judging", 2, 3)
            with connected(draft.tables / "judging", memory=memory) as own:
                chunk = _next_chunk(screening.whole)
                open_facts(own, draft.tables, chunk)
                Screener(own, screening.asked, planned.result()).chunk(draft.tables, chunk)
            shutil.rmtree(draft.tables / "judging", ignore_errors=True)
        advance("judging", 3, 3)
        shutil.rmtree(draft.tables / "scratch", ignore_errors=True)
        return found


def _link(whole: Whole, draft: Draft) -> None:
    """Take over the files that stay as they are, without copying them."""
    tables = draft.tables
    for name in whole.files:
        if name in {"people.parquet", "moved.parquet", "remarks.parquet"}:
            continue
        (tables / name).parent.mkdir(parents=True, exist_ok=True)
        link_or_copy(whole.tables / name, tables / name)
        draft.kept[name] = whole.files[name]


def _next_chunk(whole: Whole) -> int:
    return 1 + max(int(Path(name).stem) for name in whole.files if name.startswith("facts/"))


def _merge(connection: Connection, screening: Screening, delta: Path, tables: Path) -> Refreshed:
    chunk = _next_chunk(screening.whole)
    _open_delta(connection, delta, chunk)
    _find_changed(connection)
    facts = f"SELECT * REPLACE (NULL::BIGINT AS place, 0::BIGINT AS rank_after) FROM ({_numbered(_merged_facts())})"
    ranked(connection, "merged_rows", facts, "both_meanings")
    save(connection, "FROM merged_rows ORDER BY patient, row_id", chunk_file(tables, "facts", chunk), quick=True)
    others = f"FROM ({_numbered(_merged_others())}) ORDER BY patient, row_id"
    save(connection, others, chunk_file(tables, "unclassified", chunk))
    meanings = "FROM new_meanings WHERE meaning IN (SELECT meaning FROM new_rows) ORDER BY meaning"
    save(connection, meanings, chunk_file(tables, "meanings", chunk))
    moved = "SELECT patient, chunk FROM known WHERE chunk IS NOT NULL"
    if screening.whole.has("moved"):
        moved += f" UNION ALL FROM {read_parquet([screening.whole.table('moved')])}"
    save(connection, f"FROM ({moved}) ORDER BY patient, chunk", tables / "moved.parquet")
    save(
        connection,
        "SELECT patient, id, chunk FROM people WHERE patient NOT IN (SELECT patient FROM known) "
        f"UNION ALL SELECT patient, id, {chunk} AS chunk FROM known ORDER BY patient",
        tables / "people.parquet",
    )
    remarks = read_parquet([delta / "remarks.parquet"])
    save(connection, f"FROM remarks UNION ALL FROM {remarks}", tables / "remarks.parquet")
    counted = connection.execute(
        "SELECT (SELECT count(*) FROM named), (SELECT count(*) FROM known), "
        "(SELECT count(*) FROM known WHERE chunk IS NULL), (SELECT count(*) FROM people)"
    ).fetchone()
    named, changed, new, before = counted or (0, 0, 0, 0)
    return Refreshed(named, changed, new, before + new)


def _open_delta(connection: Connection, delta: Path, chunk: int) -> None:
    """Make `named`, who is in the new records, and `old_*` and `new_*`: their records before, and the new ones.

    Of facts, `*_rows` as they are kept, and `*_names`, the records that they stand in.
    """
    people = read_parquet([delta / "people.parquet"])
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE named AS WITH strangers AS ("
        f"SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM {people} WHERE id NOT IN (SELECT id FROM people)) "
        f"SELECT d.patient AS own, d.id, p.chunk, coalesce(p.patient, s.n + (SELECT count(*) FROM people)) AS patient "
        f"FROM {people} AS d LEFT JOIN people AS p USING (id) LEFT JOIN strangers AS s USING (id)"
    )
    first = chunk * MEANINGS_A_FILE
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE new_meanings AS SELECT * REPLACE ({first} + row_number() "
        f"OVER (ORDER BY meaning) - 1 AS meaning), meaning AS own FROM {meanings_in(delta)}"
    )
    mine = "patient IN (SELECT patient FROM named WHERE chunk IS NOT NULL)"
    rows, others = (read_parquet(sorted((delta / name).glob("*.parquet"))) for name in ("facts", "unclassified"))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE new_rows AS SELECT d.* REPLACE (n.patient AS patient, m.meaning AS meaning) "
        f"FROM {rows} AS d JOIN named AS n ON n.own = d.patient JOIN new_meanings AS m ON m.own = d.meaning"
    )
    connection.execute("ALTER TABLE new_meanings DROP own")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE old_rows AS FROM fact_rows WHERE {mine}")
    connection.execute("CREATE OR REPLACE TEMP VIEW both_meanings AS FROM meanings UNION ALL FROM new_meanings")
    for age, meanings in _MEANINGS_OF.items():
        said = facts_query(f"{age}_rows", meanings)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {age}_names AS SELECT patient, row_id, source FROM ({said})")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE new_unclassified AS "
        f"SELECT d.* REPLACE (n.patient AS patient) FROM {others} AS d JOIN named AS n ON n.own = d.patient"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE old_unclassified AS FROM unclassified WHERE {mine}")


def _find_changed(connection: Connection) -> None:
    """Make `known`: those named whose facts changed."""
    # Who has a record of a name that was not there has changed; all else they say need not be compared.
    strange = [
        f"SELECT patient FROM {new} AS n ANTI JOIN {old} AS o ON o.patient = n.patient AND o.source = n.source"
        for new, old in (("new_names", "old_names"), ("new_unclassified", "old_unclassified"))
    ]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sure AS SELECT DISTINCT patient FROM ({' UNION ALL '.join(strange)})"
    )
    for age, meanings in _MEANINGS_OF.items():
        unsure = f"(FROM {age}_rows WHERE patient NOT IN (FROM sure))"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {age}_facts AS {facts_query(unsure, meanings)}")
    differs = []
    for name in ("facts", "unclassified"):
        left_out = ", ".join(column for column in _OWN if name == "facts" or column == "row_id")
        same = f"SELECT * EXCLUDE ({left_out})"
        given = f"FROM new_{name}"
        replaced = f"FROM old_{name} WHERE (patient, source) IN (SELECT patient, source FROM new_{name})"
        for one, other in ((given, replaced), (replaced, given)):
            differs.append(f"SELECT patient FROM ({same} {one} EXCEPT ALL {same} {other})")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE known AS SELECT patient, id, chunk FROM named "
        f"WHERE chunk IS NULL OR patient IN (FROM sure) OR patient IN ({' UNION ALL '.join(differs)})"
    )


_MEANINGS_OF: Final = {"old": "meanings", "new": "new_meanings"}
_NUMBER: Final = f"CASE WHEN record IS NULL THEN COALESCE(number, {number_of_row('row_id')}) END"
_CHANGED: Final = "patient IN (SELECT patient FROM known)"
_NOT_REPLACED: Final = (
    "(patient, source) NOT IN (SELECT patient, source FROM new_names) "
    "AND (patient, source) NOT IN (SELECT patient, source FROM new_unclassified)"
)


def _numbered(rows: str) -> str:
    """Give each patient's rows their numbers anew, from 0."""
    place = "row_number() OVER (PARTITION BY patient ORDER BY row_id) - 1"
    return f"SELECT * REPLACE ({place} AS row_id) FROM ({rows})"


def _merged_facts() -> str:
    """Write the SELECT of all rows of facts of those who changed: what stays, then what is new."""
    return (
        f"SELECT o.* REPLACE ({_NUMBER} AS number) FROM old_rows AS o "
        f"SEMI JOIN (FROM old_names WHERE {_CHANGED} AND {_NOT_REPLACED}) AS k "
        "ON k.patient = o.patient AND k.row_id = o.row_id "
        f"UNION ALL SELECT * REPLACE ({_LATER} + row_id AS row_id, {_NUMBER} AS number) "
        f"FROM new_rows WHERE {_CHANGED}"
    )


def _merged_others() -> str:
    """Write the SELECT of all records not understood of those who changed."""
    return (
        f"SELECT * FROM old_unclassified WHERE {_CHANGED} AND {_NOT_REPLACED} "
        f"UNION ALL SELECT * REPLACE ({_LATER} + row_id AS row_id) FROM new_unclassified WHERE {_CHANGED}"
    )
