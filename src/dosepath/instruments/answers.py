"""Reading the answers of a form: what was said, what was left out, what cannot be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dosepath.core.facts import Value
from dosepath.core.instrument import Item
from dosepath.core.quantity import Quantity

YES_OR_NO = ("true", "false")

_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Weighted:
    """One yes-or-no item of a table and the points it gives."""

    id: str
    points: int
    label: str


def yes_or_no(identity: str, label: str) -> Item:
    """Make an item that is answered with yes or no."""
    return Item(identity, label, choices=YES_OR_NO)


def items_of(table: Iterable[Weighted]) -> dict[str, Item]:
    """Make the yes-or-no items of a table."""
    return {row.id: yes_or_no(row.id, row.label) for row in table}


@dataclass(frozen=True, slots=True)
class Answers:
    """The usable answers of one form, by item; an item that is in none of the three was not assessed.

    Parameters
    ----------
    flags, levels, numbers
        Answers to yes-or-no items, to items with named levels, to items with whole numbers.
    refused
        Answers that were not used, item to reason.
    """

    flags: Mapping[str, bool] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def yes(self, item: str) -> bool:
        """Answer whether an item was answered with yes."""
        return self.flags.get(item) is True

    def no(self, item: str) -> bool:
        """Answer whether an item was answered with no."""
        return self.flags.get(item) is False

    def open(self, items: Iterable[str]) -> tuple[str, ...]:
        """Give those of some items that were not assessed, in their order."""
        return tuple(
            item for item in items if item not in self.flags and item not in self.levels and item not in self.numbers
        )

    def without(self, items: Iterable[str], reason: str) -> "Answers":
        """Refuse answers that contradict one another or the form.

        Examples
        --------
        >>> Answers({"fever": True}).without(["fever"], "the patient was not seen")
        Answers(flags={}, levels={}, numbers={}, refused={'fever': 'the patient was not seen'})
        """
        names = tuple(items)
        return replace(
            self,
            flags={item: said for item, said in self.flags.items() if item not in names},
            levels={item: said for item, said in self.levels.items() if item not in names},
            numbers={item: said for item, said in self.numbers.items() if item not in names},
            refused={**self.refused, **dict.fromkeys(names, reason)},
        )

    @property
    def refusals(self) -> tuple[str, ...]:
        """What was refused, in words."""
        return tuple(f"{item}: {reason}" for item, reason in self.refused.items())


def read_answers(items: Mapping[str, Item], answers: Mapping[str, Value]) -> Answers:
    """Read the answers to the items of a form.

    An answer of the wrong kind, outside the range, or to an item that the form does not have is refused and counts as
    not given.

    Examples
    --------
    >>> read_answers({"fever": yes_or_no("fever", "fever")}, {"fever": "often", "cough": True}).refusals
    ("fever: 'often' is neither yes nor no", 'cough: the form has no such item')
    """
    flags: dict[str, bool] = {}
    levels: dict[str, str] = {}
    numbers: dict[str, int] = {}
    refused: dict[str, str] = {}
    for name, value in answers.items():
        item = items.get(name)
        if item is None:
            refused[_shown(name)] = "the form has no such item"
        elif item.choices == YES_OR_NO:
            if isinstance(value, bool):
                flags[name] = value
            else:
                refused[name] = f"{_said(value)} is neither yes nor no"
        elif item.choices:
            if isinstance(value, str) and value in item.choices:
                levels[name] = value
            else:
                refused[name] = f"{_said(value)} is none of {', '.join(item.choices)}"
        else:
            number = _whole(value)
            if number is not None and item.low <= number <= item.high:
                numbers[name] = number
            else:
                refused[name] = f"{_said(value)} is not a whole number from {item.low} to {item.high}"
    return Answers(flags, levels, numbers, refused)


def _whole(value: Value) -> int | None:
    if isinstance(value, Quantity) and value.unit == "1" and value.value.denominator == 1:
        return value.value.numerator
    return None


def _said(value: Value) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return repr(_shown(value))
        case _:
            return _shown(str(value))


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."
