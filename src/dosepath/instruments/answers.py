"""Reading the answers of a form: what was said, what was left out, what cannot be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

from dosepath.core.days import PartialDate
from dosepath.core.errors import QuantityError
from dosepath.core.instrument import Item, ItemAnswer, ItemKind, Refusal, RefusalKind
from dosepath.core.quantity import Quantity, convert
from dosepath.core.verdict import Verdict, verdict_of
from dosepath.instruments.items import at, yes_or_no

_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Weighted:
    """One yes-or-no item of a table and the points it gives."""

    id: str
    points: int
    label: str


def items_of(table: Iterable[Weighted]) -> dict[str, Item]:
    """Make the yes-or-no items of a table, with the points that it gives beside each."""
    return {row.id: at(yes_or_no(row.id, row.label), points=str(row.points)) for row in table}


@dataclass(frozen=True, slots=True)
class Answers:
    """The usable answers of one form, by item; an item that is in none of them was not assessed.

    Parameters
    ----------
    flags, levels, numbers
        Answers to yes-or-no items, to items with named levels, to items with whole numbers.
    amounts
        Answers with numbers, exact, in the unit of the item.
    days
        Answers with dates.
    rows
        Answers with tables; what could not be used in a row is left out of it.
    refused
        Answers that were not used, by item.
    """

    flags: Mapping[str, bool] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    amounts: Mapping[str, Fraction] = field(default_factory=dict)
    days: Mapping[str, PartialDate] = field(default_factory=dict)
    rows: Mapping[str, tuple["Answers", ...]] = field(default_factory=dict)
    refused: Mapping[str, Refusal] = field(default_factory=dict)

    def yes(self, item: str) -> bool:
        """Answer whether an item was answered with yes."""
        return self.flags.get(item) is True

    def no(self, item: str) -> bool:
        """Answer whether an item was answered with no."""
        return self.flags.get(item) is False

    def verdict(self, item: str) -> Verdict:
        """Give the answer to a yes-or-no item; UNKNOWN where it was not assessed."""
        return verdict_of(self.flags[item]) if item in self.flags else Verdict.UNKNOWN

    def number(self, item: str) -> Fraction | None:
        """Give the number said to an item, whole or not; None where it was not assessed."""
        return Fraction(self.numbers[item]) if item in self.numbers else self.amounts.get(item)

    def open(self, items: Iterable[str]) -> tuple[str, ...]:
        """Give those of some items that were not assessed, in their order."""
        said = {*self.flags, *self.levels, *self.numbers, *self.amounts, *self.days, *self.rows}
        return tuple(item for item in items if item not in said)

    def without(self, items: Iterable[str], reason: str) -> "Answers":
        """Refuse answers that contradict one another or the form.

        Examples
        --------
        >>> Answers({"fever": True}).without(["fever"], "the patient was not seen").refusals[0].reason
        'the patient was not seen'
        """
        names = tuple(items)
        refusals = {name: Refusal(name, RefusalKind.CONTRADICTION, reason) for name in names}
        return replace(
            self,
            flags={item: said for item, said in self.flags.items() if item not in names},
            levels={item: said for item, said in self.levels.items() if item not in names},
            numbers={item: said for item, said in self.numbers.items() if item not in names},
            amounts={item: said for item, said in self.amounts.items() if item not in names},
            days={item: said for item, said in self.days.items() if item not in names},
            rows={item: said for item, said in self.rows.items() if item not in names},
            refused={**self.refused, **refusals},
        )

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What was refused."""
        return tuple(self.refused.values())


def read_answers(items: Mapping[str, Item], answers: Mapping[str, ItemAnswer]) -> Answers:
    """Read the answers to the items of a form.

    An answer of the wrong kind, outside the range, or to an item that the form does not have is refused and counts as
    not given.

    Examples
    --------
    >>> said = read_answers({"fever": yes_or_no("fever", "fever")}, {"fever": "often", "cough": True})
    >>> [str(refusal) for refusal in said.refusals]
    ["fever: 'often' is neither yes nor no", 'cough: the form has no such item']
    """
    read = _Reading()
    for name, value in answers.items():
        item = items.get(name)
        if item is None:
            shown = _shown(name)
            read.refused[shown] = Refusal(shown, RefusalKind.NO_SUCH_ITEM, "the form has no such item")
        else:
            read.take(item, value)
    return Answers(read.flags, read.levels, read.numbers, read.amounts, read.days, read.rows, read.refused)


_Why: TypeAlias = tuple[RefusalKind, str]


@dataclass(slots=True)
class _Reading:
    """The answers read so far."""

    flags: dict[str, bool] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, Fraction] = field(default_factory=dict)
    days: dict[str, PartialDate] = field(default_factory=dict)
    rows: dict[str, tuple[Answers, ...]] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)

    def take(self, item: Item, value: ItemAnswer) -> None:
        """Read one answer, or say why it is refused."""
        why: _Why | None
        match item.kind:
            case ItemKind.YES_OR_NO:
                why = self._flag(item, value)
            case ItemKind.CHOICE:
                why = self._level(item, value)
            case ItemKind.WHOLE | ItemKind.AMOUNT:
                why = self._number(item, value)
            case ItemKind.DAY:
                why = self._day(item, value)
            case ItemKind.ROWS:
                why = self._rows(item, value)
        if why is not None:
            self.refused[item.id] = Refusal(item.id, *why)

    def _flag(self, item: Item, value: ItemAnswer) -> _Why | None:
        if isinstance(value, bool):
            self.flags[item.id] = value
            return None
        return RefusalKind.WRONG_KIND, f"{_said(value)} is neither yes nor no"

    def _level(self, item: Item, value: ItemAnswer) -> _Why | None:
        if isinstance(value, str) and value in item.choices:
            self.levels[item.id] = value
            return None
        return RefusalKind.NO_SUCH_CHOICE, f"{_said(value)} is none of {', '.join(item.choices)}"

    def _number(self, item: Item, value: ItemAnswer) -> _Why | None:
        if not isinstance(value, Quantity):
            return RefusalKind.WRONG_KIND, f"{_said(value)} is not {_range_of(item)}"
        try:
            number = convert(value, item.unit or "1", item.analyte or None).value
        except QuantityError as error:
            return RefusalKind.WRONG_UNIT, str(error) if item.unit else f"{_said(value)} is not {_range_of(item)}"
        outside = (item.low is not None and number < item.low) or (item.high is not None and number > item.high)
        if item.kind is ItemKind.WHOLE and number.denominator != 1:
            return RefusalKind.NOT_WHOLE, f"{_said(value)} is not {_range_of(item)}"
        if outside:
            return RefusalKind.OUT_OF_RANGE, f"{_said(value)} is not {_range_of(item)}"
        if item.kind is ItemKind.WHOLE:
            self.numbers[item.id] = number.numerator
        else:
            self.amounts[item.id] = number
        return None

    def _day(self, item: Item, value: ItemAnswer) -> _Why | None:
        if isinstance(value, PartialDate):
            self.days[item.id] = value
            return None
        return RefusalKind.WRONG_KIND, f"{_said(value)} is not a date"

    def _rows(self, item: Item, value: ItemAnswer) -> _Why | None:
        if not isinstance(value, tuple):
            return RefusalKind.WRONG_KIND, f"{_said(value)} is not a table"
        columns = {column.id: column for column in item.columns}
        read = tuple(read_answers(columns, row) for row in value)
        self.rows[item.id] = read
        for number, row in enumerate(read, start=1):
            for refusal in row.refusals:
                place = f"{item.id}[{number}].{refusal.item}"
                self.refused[place] = Refusal(place, refusal.kind, refusal.reason)
        return None


def _range_of(item: Item) -> str:
    noun = "a whole number" if item.kind is ItemKind.WHOLE else "a number"
    unit = f" {item.unit}" if item.unit else ""
    if item.low is None and item.high is None:
        return noun + (f" in{unit}" if unit else "")
    low, high = (None if end is None else Quantity(end, "1") for end in (item.low, item.high))
    if high is None:
        return f"{noun} of {low} or more{unit}"
    if low is None:
        return f"{noun} of {high} or less{unit}"
    return f"{noun} from {low} to {high}{unit}"


def _said(value: ItemAnswer) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return repr(_shown(value))
        case tuple():
            return "a table"
        case _:
            return _shown(str(value))


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."
