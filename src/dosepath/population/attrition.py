"""The cost of criteria, the way down the list, and what another threshold would bring: read from a screening."""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from dataclasses import dataclass
from typing import Final

from dosepath.population.connection import literal
from dosepath.population.cost import Fall, Group, ItemCost, Step, costs, waterfall
from dosepath.population.results import Screening

EVERYBODY: Final = "everybody"
ON_RECORD: Final = "on_record"
BASES: Final = (ON_RECORD, EVERYBODY)
"""Among whom the cost is counted: those whose record names the disease of the arm, or everybody."""


@dataclass(frozen=True, slots=True)
class ArmCost:
    """The cost of the criteria of one arm.

    Parameters
    ----------
    arm, base
        The arm, and among whom.
    patients, lost, undecided, eligible
        How many there are, and what the screening says of them by the criteria alone.
    dead
        How many of them have died; they are counted as the criteria find them.
    items
        Cost of each item, in the order of the protocol.
    steps
        The way down the list.
    """

    arm: str
    base: str
    patients: int
    lost: int
    undecided: int
    eligible: int
    dead: int
    items: tuple[ItemCost, ...]
    steps: tuple[Step, ...]


def arm_cost(screening: Screening, arm: str, base: str = ON_RECORD) -> ArmCost:
    """Count what each criterion costs in one arm.

    Parameters
    ----------
    screening
        A finished screening.
    arm
        The arm.
    base
        `on_record`: those whose record names the disease; `everybody`: all patients.
    """
    items = screening.items(screening.arm(arm))
    source = counted_in(arm, base)
    falls = _falls(screening, arm, items, source)
    groups = _groups(screening, arm, items, source)
    counted = screening.connection.execute(
        f"SELECT count(*), count(*) FILTER (failed > 0), count(*) FILTER (failed = 0 AND open > 0), "
        f"count(*) FILTER (failed = 0 AND open = 0), count(*) FILTER (dead) FROM ({source})"
    ).fetchone()
    patients, lost, undecided, eligible, dead = counted or (0, 0, 0, 0, 0)
    return ArmCost(arm, base, patients, lost, undecided, eligible, dead, costs(items, groups), waterfall(items, falls))


def counted_in(arm: str, base: str) -> str:
    """Write the SELECT of the verdicts of those who are counted, with their numbers of failed and open items."""
    chosen = " AND o.on_record" if base == ON_RECORD else ""
    return (
        "SELECT o.failed, o.open, o.dead, v.* FROM verdicts AS v JOIN overall AS o USING (patient) "
        f"WHERE o.arm = {literal(arm)}{chosen}"
    )


def _groups(screening: Screening, arm: str, items: tuple[str, ...], source: str) -> list[Group]:
    """Count the patients of each item by how many items they fail and how many are open."""
    counted = ", ".join(
        f"count(*) FILTER ({screening.against(arm, item)}), count(*) FILTER ({screening.unknown(arm, item)})"
        for item in items
    )
    query = f"SELECT failed, open, {counted} FROM ({source}) GROUP BY failed, open ORDER BY ALL"
    found = []
    for failed, unknown, *counts in screening.connection.execute(query).fetchall():
        for place, item in enumerate(items):
            against, left_open = counts[2 * place], counts[2 * place + 1]
            if against:
                found.append(Group(item, "failed", failed, unknown, against))
            if left_open:
                found.append(Group(item, "unknown", failed, unknown, left_open))
    return found


def _falls(screening: Screening, arm: str, items: tuple[str, ...], source: str) -> list[Fall]:
    """Count the patients by the first item that they fail, and by the first that they do not pass."""
    failed = " ".join(f"WHEN {screening.against(arm, item)} THEN {place}" for place, item in enumerate(items))
    not_passed = " ".join(
        f"WHEN {screening.against(arm, item)} OR {screening.unknown(arm, item)} THEN {place}"
        for place, item in enumerate(items)
    )
    query = (
        f"SELECT CASE {failed} ELSE {len(items)} END AS a, CASE {not_passed} ELSE {len(items)} END AS b, count(*) "
        f"FROM ({source}) GROUP BY a, b ORDER BY a, b"
    )
    return [Fall(*row) for row in screening.connection.execute(query).fetchall()]
