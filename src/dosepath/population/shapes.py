"""Rows of long tables to facts: each distinct shape goes through the mapping once, then a join carries it to all rows.

A hospital writes the same few things over and over: of forty million results only some hundred thousand differ in code,
value, unit and limits. Rows that are alike in everything but whose they are and when have one *shape*; the mapping
reads one resource of that shape, with stand-in days, and what it finds holds for every row of the shape once the real
days are put in their places. So the mapping of the single patient decides on every row, at the speed of a join.
"""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Mapping, Sequence
from typing import Final

from dosepath.core.days import PartialDate
from dosepath.mapping.dates import read_day
from dosepath.mapping.reader import ConceptIndex, Remark
from dosepath.population.connection import Connection, fill, literal, make
from dosepath.population.long_tables import LongTable
from dosepath.population.meanings import FACTS_A_ROW, MEANINGS, ROWS, ROWS_A_TABLE
from dosepath.population.stand_ins import (
    DAYS_OF_FACT,
    DAYS_OF_OTHER,
    OF_THE_PATIENT,
    OUTPUTS,
    STAND_INS,
    TIME,
    read_shapes,
)
from dosepath.population.tables import FACTS, UNCLASSIFIED, Column, Schema, Type


def prepare_days(connection: Connection, table: LongTable, columns: Mapping[str, str]) -> None:
    """Read every distinct text of the columns that hold days, into `<table>_days`."""
    connection.execute(
        f"CREATE OR REPLACE TABLE {table.name}_days "
        "(said VARCHAR, earliest DATE, latest DATE, clock VARCHAR, shown VARCHAR)"
    )
    texts = [day for day in table.days if columns.get(day) == "VARCHAR"]
    if not texts:
        return
    union = " UNION ".join(f"SELECT {day} AS said FROM {table.name}_rows" for day in texts)
    rows = connection.execute(f"SELECT DISTINCT said FROM ({union}) WHERE said IS NOT NULL ORDER BY said").fetchall()
    found = []
    for (said,) in rows:
        when = read_day({"day": said}, "day")
        if when.day is not None:
            found.append((said, when.day.earliest, when.day.latest, when.time or None, str(when.day)))
    kinds = (Type.TEXT, Type.DAY, Type.DAY, Type.TEXT, Type.TEXT)
    names = ("said", "earliest", "latest", "clock", "shown")
    schema = Schema("days", tuple(Column(name, kind, "") for name, kind in zip(names, kinds, strict=True)))
    fill(connection, f"{table.name}_days", schema, found)


def shaped(table: LongTable, columns: Mapping[str, str], source: str, keep: Sequence[str]) -> str:
    """Write the SELECT that brings each day of a row to its parts, and gives what makes its shape.

    Of a day named `d`: `d_earliest`, `d_latest`, `d_clock`, `d_shown`, and `d_said`, which is NULL where there is no
    day, `=` where it was read, and the text where it could not be. What makes the shape of a row stands in columns
    whose names begin with `k_`.
    """
    parts, joins = [], []
    for day in table.days:
        values = _parts_of_day(day, columns.get(day, ""))
        names = ("earliest", "latest", "clock", "shown", "said")
        parts += [f"{value} AS {day}_{name}" for name, value in zip(names, values, strict=True)]
        if columns.get(day) == "VARCHAR":
            joins.append(f"LEFT JOIN {table.name}_days AS {day}_read ON {day}_read.said = r.{day}")
    own = ", ".join(f"r.{name}" for name in (*keep, *(name for name in table.columns if name in columns)))
    dated = f"SELECT {own}, {', '.join(parts)} FROM {source} AS r {' '.join(joins)}"
    key = ", ".join(f"{expression} AS k_{name}" for name, expression in _key(table, columns).items())
    return f"SELECT *, {key} FROM ({dated})"


def _parts_of_day(day: str, kind: str) -> tuple[str, str, str, str, str]:
    if kind == "VARCHAR":
        read = f"{day}_read"
        said = f"CASE WHEN r.{day} IS NULL THEN NULL WHEN {read}.said IS NULL THEN r.{day} ELSE '=' END"
        return f"{read}.earliest", f"{read}.latest", f"{read}.clock", f"{read}.shown", said
    if not kind:
        return "NULL::DATE", "NULL::DATE", "NULL::VARCHAR", "NULL::VARCHAR", "NULL::VARCHAR"
    as_day = f"CAST(r.{day} AS DATE)"
    clock = "NULL::VARCHAR"
    if kind.startswith("TIMESTAMP"):
        clock = f"CASE WHEN r.{day} <> {as_day} THEN strftime(r.{day}, '%H:%M:%S') END"
    return as_day, as_day, clock, f"CAST({as_day} AS VARCHAR)", f"CASE WHEN r.{day} IS NOT NULL THEN '=' END"


def _key(table: LongTable, columns: Mapping[str, str]) -> dict[str, str]:
    """Give what makes the shape of a row, each with its expression over the dated rows."""
    key = {name: name for name in table.columns if name in columns}
    for day in table.days:
        key[f"{day}_said"] = f"{day}_said"
        key[f"{day}_timed"] = f"{day}_clock IS NOT NULL"
    if {"start_date", "end_date"} <= set(table.days):
        key["turned"] = (
            "CASE WHEN start_date_earliest > end_date_latest THEN -1 WHEN start_date_earliest = end_date_earliest "
            "AND start_date_latest = end_date_latest THEN 0 ELSE 1 END"
        )
    return key


def find_shapes(connection: Connection, table: LongTable, columns: Mapping[str, str], unnamed: str) -> None:
    """Make `<table>_shapes` of what differs among the rows of a table, in the order in which it comes up.

    Parameters
    ----------
    connection, table, columns
        The engine; the table, and the types of the columns that it has.
    unnamed
        What comes before the number of a row that has no id.
    """
    prepare_days(connection, table, columns)
    rows = shaped(table, columns, f"{table.name}_rows", ("id", "place"))
    numbered = f"{literal(unnamed)} || (min(place) + 1)"
    named = f"coalesce(arg_min_null(id, place), {numbered})" if "id" in columns else numbered
    connection.execute(
        f"CREATE OR REPLACE TABLE {table.name}_shapes AS SELECT row_number() OVER (ORDER BY first) AS shape, * "
        f"FROM (SELECT COLUMNS('k_.*'), count(*) AS rows, min(place) AS first, {named} AS first_id "
        f"FROM ({rows}) GROUP BY ALL)"
    )


def map_shapes(connection: Connection, table: LongTable, index: ConceptIndex, unnamed: str) -> list[Remark]:
    """Read each shape of a table, after `find_shapes`, and say what was not understood.

    What they mean is added to `meanings`; `<table>_facts` and `<table>_unclassified` say what a row of a shape gives.

    Parameters
    ----------
    connection, table, unnamed
        As for `find_shapes`.
    index
        Concepts of the protocol.
    """
    for output in OUTPUTS.values():
        make(connection, f"kept_{output.name}", output.kept)
    remarks: list[Remark] = []
    shapes = connection.cursor().execute(f"FROM {table.name}_shapes ORDER BY shape")
    names = [column[0].removeprefix("k_") for column in shapes.description]
    while some := shapes.fetchmany(_AT_ONCE):
        read = read_shapes(table, names, some, index)
        remarks += read.remarks
        for output in OUTPUTS.values():
            fill(connection, f"kept_{output.name}", output.kept, read.rows[output.name])
    _carry(connection, table, unnamed)
    return remarks


def _carry(connection: Connection, table: LongTable, unnamed: str) -> None:
    """Give numbers to what the shapes mean, and put what a row needs of it beside what makes its shape."""
    said = ", ".join(column.name for column in MEANINGS.columns if column.name in FACTS.names)
    one_day = "coalesce(first_earliest = last_earliest AND first_latest = last_latest, FALSE)"
    days = " ".join(f"WHEN {literal(str(PartialDate.on(day)))} THEN NULL" for day in STAND_INS)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE meant AS SELECT (SELECT count(*) FROM meanings) + row_number() "
        f"OVER (ORDER BY shape, n) - 1 AS meaning, {one_day} AS one_day, * FROM kept_facts"
    )
    connection.execute(
        f"INSERT INTO meanings BY NAME SELECT meaning, {said}, one_day, "
        "split_part(source, '/', 1) || '/' AS kind_of_record, "
        f"{literal(unnamed)} AS unnamed FROM (SELECT * REPLACE (CASE reported {days} ELSE reported END AS reported) "
        "FROM meant)"
    )
    own = {
        "facts": ("meant", ("meaning", "one_day", "time", "reported")),
        "unclassified": ("kept_unclassified", _KEPT_OF_OTHER),
    }
    mark = _hashed("s", _of_shape(connection, table))
    for name, output in OUTPUTS.items():
        kept, needed = own[name]
        wanted = ", ".join(f"m.{column}" for column in (*needed, *output.days, *(f"{day}_from" for day in output.days)))
        connection.execute(
            f"CREATE OR REPLACE TABLE {table.name}_{name} AS SELECT s.* EXCLUDE (rows, first, first_id, shape), "
            f"{mark} AS mark, {literal(unnamed)} AS unnamed, m.n, {wanted} "
            f"FROM {table.name}_shapes AS s JOIN {kept} AS m USING (shape)"
        )


_KEPT_OF_OTHER: Final = tuple(
    name for name in UNCLASSIFIED.names if name not in OF_THE_PATIENT and name not in DAYS_OF_OTHER
)
_AT_ONCE: Final = 20_000


def gives(connection: Connection, table: LongTable, output: str) -> bool:
    """Tell whether any row of a table gives a row of facts (or a record not understood), after `map_shapes`."""
    return connection.execute(f"FROM {table.name}_{output} LIMIT 1").fetchone() is not None


def rows_query(
    connection: Connection, table: LongTable, columns: Mapping[str, str], number: int, source: str, output: str
) -> str:
    """Write the SELECT that gives the rows of facts (or the records not understood) of all rows of a source.

    `row_id` orders them as the source does. Facts are as `population.meanings.ROWS` has them.

    Parameters
    ----------
    connection
        The engine, after `map_shapes`.
    table, columns
        The table, and the types of the columns that it has.
    number
        Place of the table among all, for the numbers of rows.
    source
        Rows, with `key` for the key of the patient.
    output
        `facts` or `unclassified`.
    """
    kept = f"{table.name}_{output}"
    on = _alike(connection, table)
    days = {day: _day(connection, kept, day, table) for day in OUTPUTS[output].days}
    values = {"patient": "r.key", "row_id": f"{number * ROWS_A_TABLE} + r.place * {FACTS_A_ROW} + m.n"}
    if output == "facts":
        schema = ROWS
        for earliest, latest in zip(DAYS_OF_FACT[::2], DAYS_OF_FACT[1::2], strict=True):
            twice = "m.one_day" if earliest == "last_earliest" else "FALSE"
            values[earliest] = f"CASE WHEN NOT {twice} THEN {days[earliest]} END"
            values[latest] = f"CASE WHEN NOT {twice} THEN nullif({days[latest]}, {days[earliest]}) END"
        values |= {"time": _time(connection, kept, table), "reported": _reported(connection, kept, table)}
        values |= {"rank_after": "0::BIGINT", "place": "NULL::BIGINT", "record": "r.id", "number": "NULL::BIGINT"}
    else:
        schema = UNCLASSIFIED
        values |= days
        values["source"] = "split_part(m.source, '/', 1) || '/' || coalesce(r.id, m.unnamed || (r.place + 1))"
    chosen = ", ".join(f"{values.get(name, f'm.{name}')} AS {name}" for name in schema.names)
    rows = shaped(table, columns, source, ("key", "id", "place"))
    return f"SELECT {chosen} FROM ({rows}) AS r JOIN {kept} AS m ON {on}"


def _alike(connection: Connection, table: LongTable) -> str:
    """Write the condition that a row `r` has the shape of `m`.

    Where no two shapes have one hash, equal hashes mean equal shapes: every row has one of the shapes.
    """
    names = _of_shape(connection, table)
    apart = connection.execute(
        f"SELECT count(*) = count(DISTINCT {_hashed('s', names)}) FROM {table.name}_shapes AS s"
    ).fetchone()
    if apart and apart[0]:
        return f"{_hashed('r', names)} = m.mark"
    return " AND ".join(f"r.{name} IS NOT DISTINCT FROM m.{name}" for name in names)


def _of_shape(connection: Connection, table: LongTable) -> list[str]:
    """Name the columns that make the shape of a row."""
    described = connection.execute(f"DESCRIBE {table.name}_shapes").fetchall()
    return [row[0] for row in described if row[0].startswith("k_")]


def _hashed(alias: str, names: Sequence[str]) -> str:
    return f"hash({', '.join(f'{alias}.{name}' for name in names)})"


def _day(connection: Connection, kept: str, column: str, table: LongTable) -> str:
    """Put the real day in the place of its stand-in; where one day of the row is always meant, without asking which."""
    end = column.rpartition("_")[2]
    meant = connection.execute(f"SELECT DISTINCT {column}_from, {column} IS NULL FROM {kept} LIMIT 3").fetchall()
    if all(day is None and empty for day, empty in meant):
        return "NULL::DATE"
    if len(meant) == 1 and meant[0][0] is not None:
        return f"r.{meant[0][0]}_{end}"
    cases = " ".join(f"WHEN {literal(day)} THEN r.{day}_{end}" for day in table.days)
    return f"CASE m.{column}_from {cases} ELSE m.{column} END"


def _time(connection: Connection, kept: str, table: LongTable) -> str:
    if not connection.execute(f"SELECT count(time) FROM {kept}").fetchall()[0][0]:
        return "NULL::VARCHAR"
    cases = " ".join(f"WHEN {literal(day)} THEN r.{day}_clock" for day in table.days)
    return f"CASE WHEN m.time = {literal(TIME)} THEN CASE m.first_earliest_from {cases} END ELSE m.time END"


def _reported(connection: Connection, kept: str, table: LongTable) -> str:
    """Write the day that was reported as it stands in the row; all else stands with the meaning."""
    shown = {str(PartialDate.on(day)): name for name, day in zip(table.days, STAND_INS, strict=False)}
    listed = ", ".join(map(literal, shown))
    if not connection.execute(f"SELECT count(*) FROM {kept} WHERE reported IN ({listed})").fetchall()[0][0]:
        return "NULL::VARCHAR"
    return f"CASE m.reported {' '.join(f'WHEN {literal(day)} THEN r.{name}_shown' for day, name in shown.items())} END"


def ranked(connection: Connection, name: str, rows: str, meanings: str) -> None:
    """Make a table of rows of facts, the results of one day ranked by their times.

    Parameters
    ----------
    connection, name
        The engine, and the name of the table.
    rows
        A SELECT of rows; `rank_after` is 0 for all.
    meanings
        Table of what they say.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {rows}")
    # Only where several results of a day carry a time can the order of the source be wrong.
    timed = connection.execute(
        "CREATE OR REPLACE TEMP TABLE timed AS "
        "WITH days AS (SELECT patient, list(row_id ORDER BY row_id) AS own, "
        "list(row_id ORDER BY time, row_id) AS by_time, "
        f"count(*) AS n, count(time) AS times FROM {name} AS f JOIN {meanings} AS m ON m.meaning = f.meaning "
        f"WHERE patient IN (SELECT patient FROM {name} WHERE time IS NOT NULL) "
        "AND first_latest IS NULL AND first_earliest IS NOT NULL AND absent IS NULL "
        "GROUP BY patient, concept, first_earliest HAVING count(*) > 1 AND count(time) > 1) "
        "SELECT patient, unnest(by_time) AS row_id, CASE WHEN n = times THEN unnest(own) END AS ranked FROM days"
    ).fetchall()
    if timed[0][0]:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT f.* REPLACE ("
            "CASE WHEN t.row_id IS NULL THEN f.rank_after ELSE t.ranked - t.row_id END AS rank_after) "
            f"FROM {name} AS f LEFT JOIN timed AS t ON t.patient = f.patient AND t.row_id = f.row_id"
        )
