"""The questions of a form, one function for each kind of answer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from dosepath.core.instrument import YES_OR_NO, Item, ItemKind, Place


def by_id(items: Iterable[Item]) -> dict[str, Item]:
    """Put items in order under their names."""
    return {item.id: item for item in items}


def yes_or_no(identity: str, label: str) -> Item:
    """Make an item that is answered with yes or no."""
    return Item(identity, label, ItemKind.YES_OR_NO, YES_OR_NO)


def choice(identity: str, label: str, choices: Mapping[str, str] | Iterable[str]) -> Item:
    """Make an item that is answered with one of some words, the lowest first.

    Parameters
    ----------
    identity, label
        Name and plain words.
    choices
        The words, or each word with what it means.
    """
    labels = dict(choices) if isinstance(choices, Mapping) else {}
    return Item(identity, label, ItemKind.CHOICE, tuple(choices), labels)


def whole(identity: str, label: str, low: int, high: int | None, unit: str = "") -> Item:
    """Make an item that is answered with a whole number in a range, both ends included."""
    top = None if high is None else Fraction(high)
    return Item(identity, label, ItemKind.WHOLE, low=Fraction(low), high=top, unit=unit)


def amount(
    identity: str,
    label: str,
    unit: str = "",
    *,
    low: int | str | Decimal | None = 0,
    high: int | str | Decimal | None = None,
    analyte: str = "",
) -> Item:
    """Make an item that is answered with a number, both ends of the range included.

    Parameters
    ----------
    identity, label, unit
        Name, plain words, UCUM unit.
    low, high
        Ends as they would be written in a document; None where there is none.
    analyte
        What is measured, where mass and moles of it convert.
    """
    ends = [None if end is None else Fraction(str(end)) for end in (low, high)]
    return Item(identity, label, ItemKind.AMOUNT, low=ends[0], high=ends[1], unit=unit, analyte=analyte)


def day(identity: str, label: str) -> Item:
    """Make an item that is answered with a date."""
    return Item(identity, label, ItemKind.DAY)


def rows(identity: str, label: str, *columns: Item) -> Item:
    """Make an item that is answered with a table: a series of results, a list of events."""
    return Item(identity, label, ItemKind.ROWS, columns=columns)


def under(section: str, items: Iterable[Item]) -> Iterator[Item]:
    """Put items under a heading of the form."""
    return (replace(item, place=replace(item.place, section=section)) for item in items)


def at(item: Item, *, section: str = "", row: str = "", column: str = "", points: str = "") -> Item:
    """Put an item in its place on the form: a heading, a row and column of a grid, what it gives.

    Examples
    --------
    >>> at(yes_or_no("rash", "inflammatory rash"), points="2").place
    Place(section='', row='', column='', points='2')
    """
    return replace(item, place=Place(section, row, column, points))


def both_visits(section: str, item: Item) -> tuple[Item, Item]:
    """Ask for a value at baseline too, in a grid of both visits under a heading; the earlier one is the first."""
    before = replace(item, id=f"{item.id}_baseline", label=f"{item.label}, at baseline")
    place = Place(section, item.label, points=item.place.points)
    return replace(before, place=replace(place, column="at baseline")), replace(
        item, place=replace(place, column="now")
    )
