"""Patients of a running escalation as a document: dates, products, events with their grades, and the board.

A patient says only what differs from the defaults. Days are whole calendar days (`2027-01-04`). All that is not
understood is listed at once, with its place; nothing is guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar

from dosepath.core.errors import InputError
from dosepath.rules.parse import suggest
from dosepath.safety.dlt_events import check_grade
from dosepath.safety.dlt_finding import DltEvent, Exit, ExitReason
from dosepath.safety.dlt_rule import DltRule, EventType, Relatedness
from dosepath.trial.ladder.patients import (
    WITH_LEVEL,
    BoardDecision,
    BoardEntry,
    Product,
    ProductStatus,
    TrialPatient,
)

E = TypeVar("E", bound=Enum)
T = TypeVar("T")

ON: Final = frozenset({"on", True})
"""The day of the question; a plain `on` is a truth value in YAML 1.1."""

DOCUMENT_KEYS: Final = ON | {"schema", "title", "note", "settings", "defaults", "patients", "board"}

PATIENT_KEYS: Final = (
    "id",
    "arm",
    "level",
    "consent",
    "reserved",
    "apheresis",
    "product",
    "lymphodepletion",
    "infusion",
    "dose_fraction",
    "closing_visit",
    "exit",
    "events",
)
EVENT_KEYS: Final = ("id", "type", "term", "related", "part_of", "grades", "skin_only", "treated_from", "scale")


@dataclass(frozen=True, slots=True)
class LadderFile:
    """What a document of patients holds."""

    on: date | None
    settings: Mapping[str, Any]
    patients: tuple[TrialPatient, ...]
    board: tuple[BoardEntry, ...]


def read_ladder(document: Mapping[str, Any], rule: DltRule, name: str) -> LadderFile:
    """Read a document of patients.

    Parameters
    ----------
    document
        With `patients`, and `board`, `settings`, `defaults`, `on` where there are any.
    rule
        Knows the words of a judgement of relatedness.
    name
        Of the document, for messages.

    Raises
    ------
    InputError
        With everything that is not understood, one line each.
    """
    reader = _Reader(rule)
    reader.keys(document, DOCUMENT_KEYS, "")
    defaults = reader.mapping(reader.mapping(document.get("defaults"), "defaults").get("patient"), "defaults.patient")
    found = LadderFile(
        on=reader.day(next((day for key, day in document.items() if key in ON), None), "on"),
        settings=reader.mapping(document.get("settings"), "settings"),
        patients=tuple(
            reader.patient({**defaults, **reader.mapping(raw, f"patient {number}")}, number)
            for number, raw in enumerate(reader.rows(document.get("patients"), "patients"), start=1)
        ),
        board=tuple(
            entry
            for number, raw in enumerate(reader.rows(document.get("board"), "board"), start=1)
            if (entry := reader.entry(raw, f"board entry {number}")) is not None
        ),
    )
    if "patients" not in document:
        reader.problems.append("no list 'patients'")
    if reader.problems:
        raise InputError("\n".join(f"{name}: {problem}" for problem in reader.problems))
    return found


class _Reader:
    """Reads values and notes what it does not understand."""

    def __init__(self, rule: DltRule) -> None:
        self.rule = rule
        self.problems: list[str] = []

    def wrong(self, where: str, what: str) -> None:
        """Note a problem at a place."""
        self.problems.append(f"{where}: {what}" if where else what)

    def keys(self, raw: Mapping[str, Any], known: Any, where: str) -> None:
        """Note keys that are not known."""
        for key in raw:
            if key not in known:
                self.wrong(where, f"no key '{key}'; {suggest(str(key), map(str, known))}")

    def mapping(self, raw: Any, where: str) -> dict[str, Any]:
        """Read a mapping; nothing said is an empty one."""
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self.wrong(where, "no mapping of keys to values")
            return {}
        return raw

    def rows(self, raw: Any, where: str) -> list[Any]:
        """Read a list; nothing said is an empty one."""
        if raw is None:
            return []
        if not isinstance(raw, list):
            self.wrong(where, "no list")
            return []
        return raw

    def day(self, raw: Any, where: str) -> date | None:
        """Read a day; None where nothing is said or it is not understood."""
        if raw is None or (isinstance(raw, date) and not isinstance(raw, datetime)):
            return raw
        try:
            return date.fromisoformat(str(raw))
        except ValueError:
            self.wrong(where, f"'{raw}' is no day; write YYYY-MM-DD")
            return None

    def choice(self, kind: type[E], raw: Any, where: str) -> E | None:
        """Read one of some words."""
        known = {option.value: option for option in kind}
        if isinstance(raw, str) and raw in known:
            return known[raw]
        self.wrong(where, f"'{raw}'; {suggest(str(raw), known)}")
        return None

    def whole(self, raw: Any, where: str) -> int | None:
        """Read a whole number; None where nothing is said."""
        if raw is None or (isinstance(raw, int) and not isinstance(raw, bool)):
            return raw
        self.wrong(where, f"'{raw}' is no whole number")
        return None

    def relatedness(self, raw: Any, where: str) -> Relatedness:
        """Read a judgement of relatedness."""
        return self._try(lambda: self.rule.relatedness(None if raw is None else str(raw)), Relatedness.UNKNOWN, where)

    def _try(self, read: Callable[[], T], otherwise: T, where: str) -> T:
        try:
            return read()
        except InputError as error:
            self.wrong(where, str(error))
            return otherwise

    # parts --------------------------------------------------------------------------------------------------------

    def patient(self, raw: Mapping[str, Any], number: int) -> TrialPatient:
        """Read a patient."""
        name = raw.get("id")
        where = f"patient {name if name is not None else number}"
        self.keys(raw, PATIENT_KEYS, where)
        if name is None:
            self.wrong(where, "no 'id'")
        days = {key: self.day(raw.get(key), f"{where}: {key}") for key in _DAYS}
        return TrialPatient(
            id=str(name),
            arm=str(raw.get("arm") or ""),
            level=self.whole(raw.get("level"), f"{where}: level"),
            consent=days["consent"],
            reserved=days["reserved"],
            apheresis=days["apheresis"],
            lymphodepletion=days["lymphodepletion"],
            product=self.product(raw.get("product"), f"{where}: product"),
            infusions=self.infusions(raw.get("infusion"), f"{where}: infusion"),
            dose_fraction=self.fraction(raw.get("dose_fraction", 1), f"{where}: dose_fraction"),
            closing_visit=days["closing_visit"],
            exit=self.exit(raw.get("exit"), f"{where}: exit"),
            events=tuple(
                event
                for place, each in enumerate(self.rows(raw.get("events"), f"{where}: events"), start=1)
                if (event := self.event(each, f"{where}: event {place}")) is not None
            ),
        )

    def infusions(self, raw: Any, where: str) -> tuple[date, ...]:
        """Read one day, or a list of days, which the trial refuses."""
        days = [self.day(each, where) for each in (raw if isinstance(raw, list) else [raw])]
        return tuple(day for day in days if day is not None)

    def fraction(self, raw: Any, where: str) -> Decimal | None:
        """Read the cells given as a fraction of those planned."""
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal) or raw < 0:
            self.wrong(where, f"'{raw}' is no number from 0")
            return None
        return Decimal(str(raw))

    def product(self, raw: Any, where: str) -> Product:
        """Read what became of the product."""
        found = self.mapping(raw, where)
        self.keys(found, ("status", "released"), where)
        status = self.choice(ProductStatus, found.get("status", "pending"), f"{where}: status")
        return Product(status or ProductStatus.PENDING, self.day(found.get("released"), f"{where}: released"))

    def exit(self, raw: Any, where: str) -> Exit | None:
        """Read the end of observation."""
        found = self.mapping(raw, where)
        if not found:
            return None
        self.keys(found, ("date", "reason", "related", "due_to"), where)
        day = self.day(found.get("date"), f"{where}: date")
        reason = self.choice(ExitReason, found.get("reason"), f"{where}: reason")
        related = self.relatedness(found.get("related"), f"{where}: related")
        if day is None or reason is None:
            if found.get("date") is None:
                self.wrong(where, "no 'date'")
            return None
        due_to = found.get("due_to") or ()
        names = tuple(map(str, due_to)) if isinstance(due_to, list | tuple) else (str(due_to),)
        return Exit(day, reason, related, names)

    def event(self, raw: Any, where: str) -> DltEvent | None:
        """Read an adverse event."""
        found = self.mapping(raw, where)
        self.keys(found, EVENT_KEYS, where)
        kind = self.choice(EventType, found.get("type"), f"{where}: type")
        if kind is None:
            return None
        grades = []
        for day, grade in self.pairs(found.get("grades"), f"{where}: grades"):
            known = grade
            grades.append((day, self._try(lambda known=known: check_grade(known, where), None, "")))  # type: ignore[misc]
        return DltEvent(
            id=str(found.get("id", where)),
            event=kind,
            grades=tuple(grades),
            term=str(found.get("term") or ""),
            related=self.relatedness(found.get("related"), f"{where}: related"),
            part_of=str(found.get("part_of") or ""),
            skin_only=tuple(
                (day, only is True) for day, only in self.pairs(found.get("skin_only"), f"{where}: skin_only")
            ),
            treated_from=self.day(found.get("treated_from"), f"{where}: treated_from"),
            scale=str(found.get("scale") or ""),
        )

    def pairs(self, raw: Any, where: str) -> list[tuple[date, Any]]:
        """Read rows of a day and a value."""
        found = []
        for row in self.rows(raw, where):
            if not isinstance(row, list) or len(row) != 2:
                self.wrong(where, f"'{row}' is no pair of a day and a value")
                continue
            day = self.day(row[0], where)
            if day is not None:
                found.append((day, row[1]))
        return found

    def entry(self, raw: Any, where: str) -> BoardEntry | None:
        """Read a decision of the board."""
        found = self.mapping(raw, where)
        self.keys(found, ("date", "decision", "level"), where)
        day = self.day(found.get("date"), f"{where}: date")
        decision = self.choice(BoardDecision, found.get("decision"), f"{where}: decision")
        level = self.whole(found.get("level"), f"{where}: level")
        if found.get("date") is None:
            self.wrong(where, "no 'date'")
        if decision in WITH_LEVEL and level is None:
            self.wrong(where, f"'{found.get('decision')}' is about a level; name it")
        return BoardEntry(day, decision, level) if day is not None and decision is not None else None


_DAYS: Final = ("consent", "reserved", "apheresis", "lymphodepletion", "closing_visit")
