"""Decision tables: one that a user brings as a design, and the one of any design as data.

A table of a user is CSV with the columns treated, dlts and action: E escalate, S stay, D de-escalate, DU de-escalate
and never come back. It has a row for every number of DLTs among the patients of one cohort, two cohorts and so on; the
trial ends where the next cohort would go beyond it.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

import numpy as np

from dosepath.core.errors import InputError
from dosepath.core.source import Citation
from dosepath.dosefinding.design import ENDED, Counts, Design, Grounds, States
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.table_design import DOWN, STAY, UP, TableDesign
from dosepath.dosefinding.three_plus_three import ThreePlusThree

COLUMNS = ("treated", "dlts", "action")


class Step(Enum):
    """What a table says, by its letters."""

    ESCALATE = "E"
    STAY = "S"
    DE_ESCALATE = "D"
    ELIMINATE = "DU"


_ASKED: Mapping[Step, int] = MappingProxyType(
    {Step.ESCALATE: UP, Step.STAY: STAY, Step.DE_ESCALATE: DOWN, Step.ELIMINATE: DOWN}
)
_ORDER = tuple(Step)
"""From few DLTs to many."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """What to do with some DLTs among the patients at the current dose."""

    treated: int
    dlts: int
    step: Step


@dataclass(frozen=True, slots=True)
class UserTable(TableDesign):
    """A design that follows the decision table of a user.

    Parameters
    ----------
    rows
        The table, whole and in order, as `read_table` gives it.
    title
        Name used by people.
    """

    rows: tuple[TableRow, ...] = ()
    title: str = "decision table"

    @property
    def id(self) -> str:
        """`table`."""
        return "table"

    @property
    def name(self) -> str:
        """The title."""
        return self.title

    @property
    def citation(self) -> Citation:
        """The table itself."""
        return Citation(f"Decision table of the user: {self.title}")

    @property
    def largest(self) -> int:
        """Most patients at one dose that the table knows."""
        return self.rows[-1].treated

    def _step(self, treated: int, dlts: int) -> Step:
        """Look a count up; between rows the one with as many DLTs and the next larger number of patients decides."""
        found = next((row.step for row in self.rows if row.treated >= treated and row.dlts == dlts), None)
        return found or Step.ELIMINATE

    def asks(self, treated: int, dlts: int) -> int:
        """Look up what the table says."""
        return _ASKED[self._step(treated, dlts)]

    def eliminates(self, treated: int, dlts: int, *, lowest: bool = False) -> bool:
        """Look up whether the table says DU."""
        return self._step(treated, dlts) is Step.ELIMINATE

    def next_doses(self, states: States) -> Counts:
        """Give the dose level of the next cohort; none where it would go beyond the table."""
        following = TableDesign.next_doses(self, states)
        at = states.treated[np.arange(len(following)), np.maximum(following, 1) - 1]
        return np.where((following > 0) & (at + self.cohort_size > self.largest), ENDED, following)

    def grounds(self, state: States) -> Grounds:
        """Say which rule decides in one state."""
        found = TableDesign.grounds(self, state)
        if int(state.treated.max()) + self.cohort_size > self.largest:
            return Grounds(f"{found.rule}; the table ends with {self.largest} patients at a dose", found.reasons)
        return found


def read_table(text: str, doses: int, target: float, cohorts: int = 10, title: str = "decision table") -> UserTable:
    r"""Read a decision table.

    Parameters
    ----------
    text
        CSV with the columns treated, dlts and action.
    doses, target, cohorts, title
        As in the design; the dose nearest to the target is recommended in the end.

    Raises
    ------
    InputError
        With every row that is wrong, or missing.

    Examples
    --------
    >>> rows = "0,E 1,S 2,D 3,DU".split()
    >>> design = read_table("treated,dlts,action\n" + "\n".join("3," + row for row in rows), 3, 0.3)
    >>> design.cohort_size, design.asks(3, 1)
    (3, 0)
    """
    rows, problems = _rows(text)
    if not problems:
        problems = [*_gaps(rows), *_falls(rows)]
    if problems:
        raise InputError("; ".join(problems))
    known = tuple(sorted(rows.values(), key=lambda row: (row.treated, row.dlts)))
    size = known[0].treated
    return UserTable(doses, target, cohorts, size, rows=known, title=title)


def _rows(text: str) -> tuple[dict[int, TableRow], list[str]]:
    """Read the rows by their line, and list what is wrong with them."""
    reader = csv.DictReader(text.lstrip("\ufeff").splitlines(), skipinitialspace=True)
    columns = [name.strip().lower() for name in reader.fieldnames or ()]
    if sorted(columns) != sorted(COLUMNS):
        return {}, [f"the columns of a decision table are {', '.join(COLUMNS)}, not {', '.join(columns) or 'none'}"]
    reader.fieldnames = columns
    found: dict[int, TableRow] = {}
    problems: list[str] = []
    for row in reader:
        line = reader.line_num
        try:
            found[line] = _row(row)
        except InputError as error:
            problems.append(f"row {line}: {error}")
    if not found and not problems:
        problems.append("the decision table has no rows")
    lines: dict[tuple[int, int], int] = {}
    for line, each in found.items():
        first = lines.setdefault((each.treated, each.dlts), line)
        if first != line:
            problems.append(f"row {line}: {each.dlts} DLT in {each.treated} stands in row {first} already")
    return found, problems


def _row(row: Mapping[str, str | None]) -> TableRow:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if row.get(None) is not None:  # type: ignore[call-overload]
        raise InputError("it has more than three cells")
    for name in ("treated", "dlts"):
        if not (cells[name].isascii() and cells[name].isdigit()):
            raise InputError(f"{name} '{cells[name]}' is no number of patients")
    treated, dlts = int(cells["treated"]), int(cells["dlts"])
    letters = cells["action"].upper()
    if letters not in {step.value for step in Step}:
        raise InputError(f"action '{cells['action']}' is none of {', '.join(step.value for step in Step)}")
    if treated == 0:
        raise InputError("nobody is treated")
    if dlts > treated:
        raise InputError(f"{dlts} DLT in {treated} cannot be")
    if treated > MOST_AT_ONE_DOSE:
        raise InputError(f"{treated} treated; a table goes up to {MOST_AT_ONE_DOSE}")
    return TableRow(treated, dlts, Step(letters))


MOST_AT_ONE_DOSE = 120
"""Patients up to which a table is read."""


def _gaps(rows: Mapping[int, TableRow]) -> Iterator[str]:
    """List the counts that have no row: every cohort up to the largest, and every number of DLTs."""
    known = {(row.treated, row.dlts) for row in rows.values()}
    sizes = sorted({treated for treated, _ in known})
    for line, row in rows.items():
        if row.treated % sizes[0]:
            yield f"row {line}: {row.treated} treated is no whole number of cohorts of {sizes[0]}"
    for treated in range(sizes[0], sizes[-1] + 1, sizes[0]):
        missing = [str(dlts) for dlts in range(treated + 1) if (treated, dlts) not in known]
        if missing:
            yield f"no row for {', '.join(missing)} DLT in {treated} treated"


def _falls(rows: Mapping[int, TableRow]) -> Iterator[str]:
    """List the rows that ask for a higher dose than the one with a DLT less does."""
    by_count = {(row.treated, row.dlts): row.step for row in rows.values()}
    for line, row in rows.items():
        before = by_count.get((row.treated, row.dlts - 1))
        if before is not None and _ORDER.index(row.step) < _ORDER.index(before):
            yield (
                f"row {line}: {row.step.value} with {row.dlts} DLT in {row.treated}, "
                f"but {before.value} with {row.dlts - 1}; one more DLT must not ask for a higher dose"
            )


# The table of any design -------------------------------------------------------------------------------------------


def table_of(design: Design, level: int | None = None, most: int | None = None) -> tuple[TableRow, ...]:
    """Give what a design does by the patients and DLTs at a dose, where all lower doses were clean.

    Parameters
    ----------
    design
        Any design. What one with a model does depends on the other doses, here clean ones, and on the latest cohort,
        here taken to have the DLTs as far as it can.
    level
        Dose level of the counts; the middle one where it is left out.
    most
        Patients at the dose up to which the table goes; all that the design can reach where it is left out. States in
        which the whole trial has all its patients are left out.

    Examples
    --------
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> [(row.treated, row.dlts, row.step.value) for row in table_of(variant("V3", 3)) if row.dlts < 3]
    [(3, 0, 'E'), (3, 1, 'S'), (3, 2, 'DU'), (6, 0, 'E'), (6, 1, 'E'), (6, 2, 'DU')]
    """
    at = level if level is not None else max(1, (design.doses + 1) // 2)
    if not 1 <= at <= design.doses:
        raise InputError(f"there is no dose level {at}; they are 1 to {design.doses}")
    if isinstance(design, TableDesign):
        return tuple(_looked_up(design, most or design.most_patients))
    if most is None:
        most = int(enumerate_design(design).treated[:, at - 1].max())
    lower, lower_dlts = _clean_below(design, at)
    found: list[TableRow] = []
    while True:
        size = int(design.cohort_sizes(lower, lower_dlts, np.array([at]))[0])
        lower = lower.copy()
        lower[0, at - 1] += size
        treated = int(lower[0, at - 1])
        if size < 1 or treated > most or (_is_capped(design) and int(lower.sum()) >= design.most_patients):
            return tuple(found)
        found += [TableRow(treated, dlts, step) for dlts, step in enumerate(_steps(design, lower, at, size))]


def _looked_up(design: TableDesign, most: int) -> Iterator[TableRow]:
    """Read the table of a design that has one."""
    last = min(most, design.largest) if isinstance(design, UserTable) else most
    for treated in range(design.cohort_size, last + 1, design.cohort_size):
        for dlts in range(treated + 1):
            out = design.eliminates(treated, dlts)
            yield TableRow(treated, dlts, Step.ELIMINATE if out else _SAID[design.asks(treated, dlts)])


_SAID: Mapping[int, Step] = MappingProxyType({UP: Step.ESCALATE, STAY: Step.STAY, DOWN: Step.DE_ESCALATE})


def _is_capped(design: Design) -> bool:
    """Answer whether a trial may end because all its patients are treated, and not by its rule."""
    return not isinstance(inmost(design), ThreePlusThree)


def inmost(design: Design) -> Design:
    """Give the design inside all guards."""
    inside = getattr(design, "design", None) or getattr(design, "after", None)
    return design if inside is None else inmost(inside)


def _clean_below(design: Design, level: int) -> tuple[Counts, Counts]:
    """Treat one cohort without a DLT at every lower dose."""
    treated = np.zeros((1, design.doses), dtype=np.int64)
    dlts = np.zeros_like(treated)
    for lower in range(1, level):
        treated[0, lower - 1] = int(design.cohort_sizes(treated, dlts, np.array([lower]))[0])
    return treated, dlts


def _steps(design: Design, treated: Counts, level: int, size: int) -> Iterator[Step]:
    """Name what follows for every number of DLTs at a dose."""
    count = int(treated[0, level - 1])
    rows = np.repeat(treated, count + 1, axis=0)
    dlts = np.zeros_like(rows)
    dlts[:, level - 1] = np.arange(count + 1)
    latest = np.minimum(np.arange(count + 1), size)
    states = States(rows, dlts, np.full(count + 1, level), np.full(count + 1, size), latest)
    following, recommended = design.next_doses(states), design.recommended(rows, dlts)
    out = lowest_eliminated(design, rows, dlts)
    for to, at_end, limit in zip(following.tolist(), recommended.tolist(), out.tolist(), strict=True):
        goes = to if to != ENDED else at_end
        if limit <= level:
            yield Step.ELIMINATE
        else:
            yield Step.ESCALATE if goes > level else Step.DE_ESCALATE if goes < level else Step.STAY


def lowest_eliminated(design: Design, treated: Counts, dlts: Counts) -> Counts:
    """Give the lowest dose level that is eliminated for good; one above the highest where none is, or can be."""
    inside = inmost(design)
    if isinstance(inside, TableDesign):
        return inside.lowest_eliminated(treated, dlts)
    if isinstance(inside, ThreePlusThree):
        return inside.ruled_out(treated, dlts)
    return np.full(len(treated), design.doses + 1, dtype=np.int64)
