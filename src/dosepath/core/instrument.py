"""What an instrument, a formula and an equivalence table look like to those who use them.

An instrument turns what was recorded into values that rules may name. Where the record leaves several values possible,
its score lists the possible cases, so that a rule over several values of one instrument is judged case by case and not
value by value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import reduce
from typing import Final, Protocol, TypeAlias, runtime_checkable

from dosepath.core.facts import Value
from dosepath.core.interval import Interval
from dosepath.core.source import Citation


@dataclass(frozen=True, slots=True)
class Field:
    """One value that an instrument gives: a number with a unit, a choice, or yes and no.

    Parameters
    ----------
    label
        Plain words.
    unit
        UCUM unit of a number; empty for other values.
    choices
        Possible answers of a choice; empty for a number, `("true", "false")` for yes and no.
    """

    label: str
    unit: str = ""
    choices: tuple[str, ...] = ()


class ItemKind(Enum):
    """What an item is answered with."""

    YES_OR_NO = "yes or no"
    CHOICE = "one of some levels"
    WHOLE = "whole number"
    AMOUNT = "number"
    DAY = "date"
    ROWS = "rows of a table"


YES_OR_NO: Final = ("true", "false")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form on paper has an item, so that a form on a screen can have it there too.

    Parameters
    ----------
    section
        Heading above it; empty for none.
    row, column
        Row and column of the grid that the items of a heading make; a row without a column spans the grid.
    points
        What the item gives, as the form prints it; empty where it prints nothing.
    """

    section: str = ""
    row: str = ""
    column: str = ""
    points: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a form; `dosepath.instruments.items` makes them.

    Parameters
    ----------
    id, label
        Name in forms and cases, and plain words.
    kind
        What it is answered with.
    choices
        Possible answers of yes-or-no items and of levels that have names, the lowest first; empty for all others.
    labels
        Plain words of the choices that need them; of a whole number, of what its values mean.
    low, high
        Range of a number, both included; None where it is open.
    unit
        UCUM unit of a number; empty for a plain one.
    analyte
        What is measured, where mass and moles of it convert; empty otherwise.
    columns
        The questions of each row of a table.
    place
        Where a form has it; no score depends on it.
    """

    id: str
    label: str
    kind: ItemKind
    choices: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    low: Fraction | None = None
    high: Fraction | None = None
    unit: str = ""
    analyte: str = ""
    columns: tuple["Item", ...] = ()
    place: Place = Place()


FieldValue: TypeAlias = Interval | str
"""A number between bounds, or one of the choices."""

ItemAnswer: TypeAlias = "Value | tuple[Mapping[str, ItemAnswer], ...]"
"""What was said to one item; rows of a table as one mapping each."""

Case: TypeAlias = Mapping[str, FieldValue]
"""Field to value; a field that is absent is not known."""


class RefusalKind(Enum):
    """Why an answer cannot be used."""

    NO_SUCH_ITEM = "no such item"
    WRONG_KIND = "wrong kind of answer"
    NO_SUCH_CHOICE = "no such choice"
    OUT_OF_RANGE = "out of range"
    NOT_WHOLE = "not a whole number"
    WRONG_UNIT = "wrong unit"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is impossible and was not used."""

    item: str
    kind: RefusalKind
    reason: str

    def __str__(self) -> str:
        return f"{self.item}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that a person should see beside a score."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """What an instrument gives: the values that are possible, and what would narrow them.

    Parameters
    ----------
    instrument, version
        What was scored, so that a grade is stored with its scale.
    possible
        One mapping for each possible case. Empty when nothing was recorded, or when what was recorded contradicts
        itself.
    missing
        What was not recorded and would narrow the cases, as item names; `column` of a table as `table.column`.
    flags
        What a person should see.
    refused
        Answers that are impossible and were not used.
    conflict
        Why no case fits; empty otherwise.
    steps
        How the values came about, in plain words, one step a line.

    Examples
    --------
    >>> open_total = Score("demo", "1", ({"total": Interval.at(4)}, {"total": Interval.at(6)}), missing=("fever",))
    >>> open_total.value("total")
    Interval(low=Fraction(4, 1), high=Fraction(6, 1), low_open=False, high_open=False)
    >>> open_total.decided("total")
    False
    """

    instrument: str
    version: str
    possible: tuple[Case, ...]
    missing: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    refused: tuple[Refusal, ...] = ()
    conflict: str = ""
    steps: tuple[str, ...] = ()

    def values(self, name: str) -> tuple[FieldValue | None, ...]:
        """Give the different values of a field, None for a case that does not tell it."""
        return tuple(dict.fromkeys(case.get(name) for case in self.possible))

    def value(self, name: str) -> FieldValue | None:
        """Give the value of a field: bounds that hold every case, or the word on which all cases agree."""
        found = self.values(name)
        numbers = [value for value in found if isinstance(value, Interval)]
        if found and len(numbers) == len(found):
            return reduce(Interval.hull, numbers)
        return found[0] if len(found) == 1 else None

    def decided(self, name: str) -> bool:
        """Answer whether a field has one value, whatever the missing items may be."""
        value = self.value(name)
        return value.exact if isinstance(value, Interval) else value is not None


@dataclass(frozen=True, slots=True)
class Verification:
    """Against what an instrument was checked, when, and what of it rests on memory."""

    against: str
    on: date
    from_memory: str = ""


@runtime_checkable
class Instrument(Protocol):
    """A published score, classification or grade."""

    @property
    def id(self) -> str:
        """Name used in protocol files."""

    @property
    def name(self) -> str:
        """Name used by people."""

    @property
    def version(self) -> str:
        """Edition that is computed."""

    @property
    def citation(self) -> Citation:
        """Where it is published."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """Values that a rule may name."""

    @property
    def entries(self) -> Mapping[str, Field]:
        """Results that may be entered instead of items."""

    @property
    def one_assessment(self) -> bool:
        """Whether entries of different days must not be combined."""

    @property
    def items(self) -> Mapping[str, Item]:
        """Questions of the form; empty while only results are entered."""

    @property
    def verification(self) -> Verification:
        """Against what it was checked."""

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        """List the values that are possible when these results were entered."""

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        """List the values that are possible when these items were answered; an item left out was not assessed."""


@runtime_checkable
class Formula(Protocol):
    """A formula over numbers, exact, with its published units."""

    @property
    def id(self) -> str:
        """Name used in protocol files."""

    @property
    def parameters(self) -> Mapping[str, Field]:
        """Inputs with their units or choices."""

    @property
    def result(self) -> Field:
        """Unit of the result."""

    @property
    def citation(self) -> Citation:
        """Where it is published."""

    def __call__(self, **inputs: Interval | str | None) -> Interval | None:
        """Compute the bounds of the result; None when an input that matters is missing."""


@runtime_checkable
class Equivalence(Protocol):
    """A table that converts doses of one drug class to doses of one of them."""

    @property
    def id(self) -> str:
        """Name used in protocol files."""

    @property
    def citation(self) -> Citation:
        """Where it is published."""

    def factor(self, drug: str) -> Fraction | None:
        """Give what one milligram of the drug counts for; None for a drug that is not in the table."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """Something that is computed from the record and not from the answers of a person: it has no form."""

    id: str
    name: str
    version: str
    citation: Citation
    verification: Verification


@dataclass(frozen=True, slots=True)
class Catalog:
    """The instruments, formulas and tables that a protocol may name, and what else is computed."""

    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    equivalences: Mapping[str, Equivalence] = field(default_factory=dict)
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
