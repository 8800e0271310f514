"""What an instrument, a formula and an equivalence table look like to those who use them.

An instrument turns what was recorded into values that rules may name. Where the record leaves several values possible,
it lists the possible cases, so that a rule over several values of one instrument is judged case by case and not value
by value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol, TypeAlias

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


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a form: yes or no, a whole number in a range, or one of some levels.

    Parameters
    ----------
    id, label
        Name in forms and cases, and plain words.
    choices
        Possible answers of yes-or-no items and of levels that have names; empty for a number.
    low, high
        Range of a whole number, both included.
    """

    id: str
    label: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0


FieldValue: TypeAlias = Interval | str
"""A number between bounds, or one of the choices."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The values that an instrument may have, one mapping a possible case.

    Parameters
    ----------
    possible
        Field to value; a field that is absent from a case is not known in it. Empty when nothing was recorded, or
        when what was recorded contradicts itself.
    open_items
        What was not recorded and would narrow the cases.
    conflict
        Why no case fits; empty otherwise.
    refused
        Answers that are impossible and were not used, each with the reason.
    """

    possible: tuple[Mapping[str, FieldValue], ...]
    open_items: tuple[str, ...] = ()
    conflict: str = ""
    refused: tuple[str, ...] = ()


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

    def cases(self, entered: Mapping[str, Value]) -> Cases:
        """List the values that are possible when these results were entered."""

    def score(self, answers: Mapping[str, Value]) -> Cases:
        """List the values that are possible when these items were answered; an item left out was not assessed."""


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
class Catalog:
    """The instruments, formulas and tables that a protocol may name."""

    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    equivalences: Mapping[str, Equivalence] = field(default_factory=dict)
