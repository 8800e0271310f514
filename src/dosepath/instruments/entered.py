"""Results that are entered instead of the items of a form."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from dosepath.core.facts import Value
from dosepath.core.instrument import Field, FieldValue, Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity

NO_FEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def field_value(value: Value) -> FieldValue | None:
    """Read an entered result as a value of a field; None for a day, which no field holds."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case Quantity(value=number):
            return Interval.at(Fraction(number))
        case _:
            return None


def entered_score(
    instrument: str,
    version: str,
    entries: Mapping[str, Field],
    entered: Mapping[str, Value],
    feeds: Mapping[str, tuple[str, ...]] = NO_FEEDS,
) -> Score:
    """Give the one case of what was entered.

    Parameters
    ----------
    instrument, version
        What was scored.
    entries
        Results that may be entered.
    entered
        Results that were.
    feeds
        Further fields that a result stands for, entry to fields.

    Examples
    --------
    >>> entries = {"classified": Field("classified", choices=("true", "false"))}
    >>> entered_score("demo", "1", entries, {"classified": True}).possible
    ({'classified': 'true'},)
    """
    case: dict[str, FieldValue] = {}
    for entry, value in entered.items():
        read = field_value(value)
        if read is None:
            continue
        for name in (entry, *feeds.get(entry, ())):
            case[name] = read
    missing = tuple(name for name in entries if name not in case)
    return Score(instrument, version, (case,) if case else (), missing)
