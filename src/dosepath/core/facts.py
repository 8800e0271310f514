"""What is on record about one patient, and what a verdict was reached from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeAlias

from dosepath.core.days import PartialDate, Period
from dosepath.core.quantity import Quantity

Value: TypeAlias = Quantity | str | bool | PartialDate
Comparator: TypeAlias = Literal["<", "<=", ">", ">="]

BIRTH_DATE = "birth_date"
"""Concept of the fact that holds the date of birth."""
SEX = "sex"
"""Concept of the fact that holds the sex at birth, female or male."""
DEATH = "death"
"""Concept of the fact that says that the patient has died."""


class Table(Enum):
    """The lists that a site may assert to be complete; only these can show that something did not happen."""

    CONDITIONS = "conditions"
    PROCEDURES = "procedures"
    MEDICATIONS = "medications"
    IMMUNIZATIONS = "immunizations"
    ALLERGIES = "allergies"
    FAMILY_HISTORY = "family_history"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing recorded about one patient, in the terms of the protocol.

    Parameters
    ----------
    concept
        Id of the concept that the record was read as.
    period
        When: one day for a result, first to last day for a course of a drug or a condition.
    source
        The record it was read from, `Observation/a1`; shown to people and looked up by them.
    value
        What was found, quantities in the unit of the concept; None for a thing that just happened, and where
        `unusable` or `absent` says why there is none.
    comparator
        `<` where the laboratory only gave a bound.
    lln, uln
        Limits of normal printed with this very result, in the unit of the concept.
    dose
        Amount of one administration of a drug.
    times_per_day
        Administrations a day, one half for alternate days.
    unusable
        Why the value cannot be used although one was reported; such a result still is the latest one.
    absent
        Why no value was reported; such a result does not count.
    order
        Place in the source, which settles ties on one day after the time of day.
    time
        Time of day written in the record, as text that sorts; empty when not written.
    reported
        The value as it was written, for people.
    """

    concept: str
    period: Period
    source: str
    value: Value | None = None
    comparator: Comparator | None = None
    lln: Quantity | None = None
    uln: Quantity | None = None
    dose: Quantity | None = None
    times_per_day: Fraction | None = None
    unusable: str = ""
    absent: str = ""
    order: int = 0
    time: str = ""
    reported: str = ""

    @property
    def day(self) -> PartialDate | None:
        """The day of a result, the first day of anything longer."""
        return self.period.start


@dataclass(frozen=True, slots=True)
class Unclassified:
    """A record that no concept of the protocol could be found for.

    Parameters
    ----------
    table
        The list it belongs to.
    source, text
        The record and what it says.
    may_be
        Concepts that it may mean; a closed world cannot say "no" to these while the record is not understood.
    anything
        The record names nothing that could be read, so that it may mean any concept of its table.
    period
        When.
    """

    table: Table
    source: str
    text: str
    may_be: frozenset[str] = frozenset()
    anything: bool = False
    period: Period = field(default_factory=lambda: Period(None))


@dataclass(frozen=True)
class PatientRecord:
    """All facts about one patient, and the records that were not understood."""

    id: str
    facts: tuple[Fact, ...]
    unclassified: tuple[Unclassified, ...] = ()

    @cached_property
    def _by_concept(self) -> Mapping[str, tuple[Fact, ...]]:
        found: dict[str, list[Fact]] = {}
        for fact in self.facts:
            found.setdefault(fact.concept, []).append(fact)
        return MappingProxyType({concept: tuple(facts) for concept, facts in found.items()})

    def of(self, concept: str) -> tuple[Fact, ...]:
        """Give the facts of one concept in the order of the source."""
        return self._by_concept.get(concept, ())

    def value_of(self, concept: str) -> Value | None:
        """Give the value of the first fact of a concept that has one."""
        return next((fact.value for fact in self.of(concept) if fact.value is not None), None)


class NeedKind(Enum):
    """What can be missing; the fixed vocabulary of gaps."""

    FACT = "fact"
    LIMIT = "limit"
    ANCHOR = "anchor"
    COMPLETE = "complete"
    ITEM = "item"
    JUDGEMENT = "judgement"
    SETTING = "setting"


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One thing that would help to decide what is unknown.

    Parameters
    ----------
    kind, name
        What is missing, `fact` and `anc`.
    reason
        Why what is on record does not do, in plain words.
    """

    kind: NeedKind = field(compare=False)
    name: str = field(compare=False)
    reason: str = field(default="", compare=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.kind.value}:{self.name}")

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict was reached from.

    Parameters
    ----------
    used
        Facts that were looked at and had a say.
    missing
        What would resolve an unknown; empty when the verdict is decided.
    notes
        Other grounds, such as a list that the site asserts to be complete.
    """

    used: tuple[Fact, ...] = ()
    missing: tuple[Need, ...] = ()
    notes: tuple[str, ...] = ()

    @staticmethod
    def joined(parts: Iterable["Evidence"]) -> "Evidence":
        """Put evidence together, each fact, need and note once and in order."""
        used: dict[int, Fact] = {}
        missing: dict[str, Need] = {}
        notes: dict[str, None] = {}
        for part in parts:
            for fact in part.used:
                used.setdefault(id(fact), fact)
            for need in part.missing:
                missing.setdefault(need.key, need)
            notes.update(dict.fromkeys(part.notes))
        return Evidence(tuple(used.values()), tuple(missing.values()), tuple(notes))

    def without_needs(self) -> "Evidence":
        """Drop what is missing, for a verdict that is decided all the same."""
        return Evidence(self.used, (), self.notes) if self.missing else self


NOTHING = Evidence()
"""No evidence at all."""
