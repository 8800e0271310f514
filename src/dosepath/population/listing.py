"""One criterion over a hospital: for each patient the verdict, what was compared, and the records behind it."""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from dosepath.core.errors import InputError
from dosepath.core.verdict import Verdict
from dosepath.eligibility.screening import compared_some
from dosepath.eligibility.wording import ValueNames
from dosepath.population.connection import literal
from dosepath.population.engines import DuckDB
from dosepath.population.facts import read_records
from dosepath.population.results import Screening
from dosepath.population.run import CODES, VERDICTS
from dosepath.population.values import COLUMNS, RuleValue, Value, told, value_of, value_query
from dosepath.protocol.model import GateName


@dataclass(frozen=True, slots=True)
class Line:
    """What one question of a criterion compared for one patient.

    Parameters
    ----------
    patient, verdict
        Who, and the verdict of the criterion.
    asked
        What was asked for, in words.
    value, unit
        What was compared; the UCUM unit of a number.
    sources
        Records behind it: that of the fact which is the value, else all that the criterion was read from.
    """

    patient: str
    verdict: Verdict
    asked: str
    value: Value
    unit: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of one criterion, the questions of a patient one after the other; and how many patients there are."""

    criterion: str
    lines: tuple[Line, ...]
    patients: int


def values_of_criterion(
    screening: Screening, criterion: str, arm: str = "", *, verdict: Verdict | None = None, limit: int = 20
) -> Listing:
    """List what the questions of a criterion compared.

    Parameters
    ----------
    screening
        A finished screening.
    criterion
        Id of a criterion.
    arm
        Arm: those whose record names its disease. Empty for everybody, where the criterion is the same for all arms.
    verdict
        Only patients with this verdict.
    limit
        Most patients; 0 for all.

    Raises
    ------
    InputError
        When there is no such criterion, it depends on the arm and none is named, or its own rule compares nothing.
    """
    column, values = _asked(screening, criterion, arm)
    among = "FROM people AS p JOIN verdicts AS v USING (patient)"
    conditions = [f"v.{column} = {CODES[verdict]}"] if verdict is not None else []
    if arm:
        conditions.append(f"p.patient IN (SELECT patient FROM overall WHERE on_record AND arm = {literal(arm)})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    counted = screening.connection.execute(f"SELECT count(*) {among}{where}").fetchone()
    shown = f"{among}{where} ORDER BY p.id {f'LIMIT {limit}' if limit else ''}"
    screening.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE listed AS SELECT p.patient, p.id, v.{column} AS c {shown}"
    )
    people = screening.connection.execute("SELECT patient, id, c FROM listed ORDER BY id").fetchall()
    stored = _stored(screening, values)
    told_anew = _by_evaluator(screening, criterion, {key: name for key, name, _ in people}, stored)
    sources = _sources(screening, column)
    lines: list[Line] = []
    for key, identity, code in people:
        for where_it_is in values:
            value = stored[key, where_it_is.asked]
            read_from = sources[key]
            if value is None:
                value = told_anew[key, where_it_is.asked]
            elif where_it_is.request is not None:
                read_from = {row: name for row, name in read_from.items() if row == value.row_id}
            named = tuple(dict.fromkeys(read_from.values())) if value.known else ()
            lines.append(Line(identity, VERDICTS[code], where_it_is.asked, value, where_it_is.unit, named))
    return Listing(criterion, tuple(lines), counted[0] if counted else 0)


def _asked(screening: Screening, criterion: str, arm: str) -> tuple[str, tuple[RuleValue, ...]]:
    """Find the column of a criterion, and its questions."""
    protocol = screening.asked.protocol
    if criterion not in protocol.criteria:
        screening.column(arm or screening.asked.arms[0], criterion)
    arms = [arm] if arm else [each for each in screening.asked.arms if protocol.criteria[criterion].concerns(each)]
    columns = {screening.column(each, criterion) for each in arms}
    if len(columns) > 1:
        raise InputError(f"{criterion} is judged for each arm in its own way; name one with --arm: {', '.join(arms)}")
    column = columns.pop()
    values = screening.compared(column)
    if not values:
        below = [each for each in protocol.criteria if each.startswith(f"{criterion}.")]
        parts = [each for each in below if protocol.criteria[each].rule.compared]
        hint = f"; its parts do: {', '.join(parts)}" if parts else ": its rule asks what is on record, not how much"
        raise InputError(f"{criterion} compares no value{hint}")
    return column, values


def _stored(screening: Screening, values: Iterable[RuleValue]) -> dict[tuple[int, str], Value | None]:
    """Read what was kept, of those listed, by key of the patient and words of the question."""
    screening.connection.execute(
        "CREATE OR REPLACE TEMP TABLE listed_values AS "
        "FROM compared_values WHERE patient IN (SELECT patient FROM listed)"
    )
    engine = DuckDB(screening.connection)
    found: dict[tuple[int, str], Value | None] = {}
    for each in values:
        query = exp.select("patient", *COLUMNS).from_(value_query(each, "listed_values").subquery("q"))
        for key, *row in engine.rows(query):
            found[key, each.asked] = value_of(tuple(row))
    return found


def _by_evaluator(
    screening: Screening,
    criterion: str,
    people: Mapping[int, str],
    stored: Mapping[tuple[int, str], Value | None],
) -> dict[tuple[int, str], Value]:
    """Ask the one-patient evaluator for what the plan leaves open."""
    left = list(dict.fromkeys(key for (key, _), value in stored.items() if value is None))
    asked = screening.asked
    names = ValueNames(asked.protocol, {**asked.protocol.settings, **asked.settings})
    records = read_records(screening.connection, screening.whole, [people[key] for key in left])
    found: dict[tuple[int, str], Value] = {}
    for key in left:
        identity = people[key]
        occasion = asked.occasion(identity)
        items = compared_some(records[identity], asked.protocol, occasion, GateName.SCREENING, [criterion])[criterion]
        found.update(((key, names.of(item.asked)), told(item)) for item in items)
    return found


def _sources(screening: Screening, column: str) -> dict[int, dict[int, str]]:
    """Give, by key of the patient, the rows that a column was read from, each with its record."""
    requests = [str(number) for number, readers in enumerate(screening.readers) if screening.place(column) in readers]
    found: dict[int, dict[int, str]] = defaultdict(dict)
    if requests:
        rows = screening.connection.execute(
            "SELECT DISTINCT f.patient, f.row_id, f.source FROM evidence AS e JOIN listed AS l USING (patient) "
            "JOIN facts AS f ON f.patient = e.patient AND f.row_id = e.row_id "
            f"WHERE e.request IN ({', '.join(requests)}) ORDER BY f.patient, f.row_id"
        ).fetchall()
        for key, row, source in rows:
            found[key][row] = source
    return found
