"""What a finished screening holds, in a few numbers: patients by arm and outcome, and what was not understood."""

from dataclasses import dataclass

from dosepath.population.results import Screening


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """Patients of an arm whose record names its disease, by outcome."""

    arm: str
    eligible: int
    undecided: int
    not_eligible: int

    @property
    def on_record(self) -> int:
        """Patients with the disease on record."""
        return self.eligible + self.undecided + self.not_eligible


@dataclass(frozen=True, slots=True)
class RemarkCount:
    """One reason why records were not understood.

    Parameters
    ----------
    kind
        `unusable`, `doubtful`, or another kind of remark.
    resource
        Type of the record, or the file.
    reason
        Why.
    count
        How many records.
    first
        Place of one of them.
    """

    kind: str
    resource: str
    reason: str
    count: int
    first: str


def patients_in(screening: Screening) -> int:
    """Count the patients."""
    found = screening.connection.execute("SELECT count(*) FROM people").fetchone()
    return int(found[0]) if found else 0


def arm_counts(screening: Screening) -> tuple[ArmCounts, ...]:
    """Count the patients of each arm by outcome, in the order of the protocol."""
    rows = screening.connection.execute(
        "SELECT arm, count(*) FILTER (overall = 'eligible'), count(*) FILTER (overall = 'undecided'), "
        "count(*) FILTER (overall = 'not_eligible') FROM overall WHERE on_record GROUP BY arm"
    ).fetchall()
    found = {row[0]: ArmCounts(*row) for row in rows}
    return tuple(found.get(arm, ArmCounts(arm, 0, 0, 0)) for arm in screening.asked.arms)


def remark_counts(screening: Screening, limit: int = 0, *, every_kind: bool = False) -> tuple[RemarkCount, ...]:
    """Count what was not understood, the most frequent reason first.

    Parameters
    ----------
    screening
        A finished screening.
    limit
        Most rows; 0 for all.
    every_kind
        Also remarks on records that were understood.
    """
    kinds = "" if every_kind else "WHERE kind IN ('unusable', 'doubtful') "
    rows = screening.connection.execute(
        "SELECT kind, resource.split('/')[1], reason, sum(count)::BIGINT AS n, arg_max(place, count) FROM remarks "  # noqa: S608
        f"{kinds}GROUP BY ALL ORDER BY n DESC, reason, kind, 2 {f'LIMIT {int(limit)}' if limit else ''}"
    ).fetchall()
    return tuple(RemarkCount(*row) for row in rows)


def some_unread(screening: Screening) -> bool:
    """Tell whether a file or a part of one could not be read, and not just one record about a patient."""
    found = screening.connection.execute(
        "SELECT count(*) FROM remarks WHERE kind = 'unusable' AND NOT contains(resource, '/')"
    ).fetchone()
    return bool(found and found[0])
