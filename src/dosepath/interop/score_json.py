"""A score -> a document: values with their bounds, what is missing, what was refused, under which version."""

from fractions import Fraction
from typing import Any

from dosepath import __version__
from dosepath.core.instrument import Field, FieldValue, Instrument, Score
from dosepath.core.interval import Interval
from dosepath.interop.screening_json import number_text


def document(instrument: Instrument, scored: Score) -> dict[str, Any]:
    """Write a score as data.

    A decided number has `value`, an open one `low` and `high` (null: no bound); a decided word has `value`, an open one
    `possible`. Numbers are texts, exact to the last digit.
    """
    return {
        "instrument": scored.instrument,
        "version": scored.version,
        "citation": str(instrument.citation),
        "software": __version__,
        "values": {name: field_document(known, scored, name) for name, known in instrument.fields.items()},
        "possible": [{name: _plain(value) for name, value in case.items()} for case in scored.possible],
        "missing": [{"item": item, "label": label_of(instrument, item)} for item in scored.missing],
        "flags": [{"flag": flag.id, "text": flag.text} for flag in scored.flags],
        "refused": [
            {"item": refusal.item, "kind": refusal.kind.value, "reason": refusal.reason} for refusal in scored.refused
        ],
        "conflict": scored.conflict,
        "steps": list(scored.steps),
    }


def field_document(known: Field, scored: Score, name: str) -> dict[str, Any]:
    """Write what a score says to one field."""
    found = scored.value(name)
    written: dict[str, Any] = {"label": known.label, "unit": known.unit, "decided": scored.decided(name)}
    match found:
        case Interval(low=low, high=high) if not found.exact:
            ends = (None if end is None else number_text(end) for end in (low, high))
            return {**written, **dict(zip(("low", "high"), ends, strict=True))}
        case None:
            words = [value for value in scored.values(name) if value is not None]
            return {**written, "possible": [_plain(value) for value in words]}
    return {**written, "value": _plain(found)}


def label_of(instrument: Instrument, item: str) -> str:
    """Give the plain words of an item, or of a column of a table (`table.column`); empty for what is no item."""
    known = instrument.items.get(item_of(instrument, item))
    if known is None:
        return ""
    labels = {known.id: known.label} | {f"{known.id}.{each.id}": each.label for each in known.columns}
    return labels.get(item, "")


def item_of(instrument: Instrument, name: str) -> str:
    """Give the item that a name names: itself, or the table of a column (`table.column`)."""
    return name if name in instrument.items else name.rpartition(".")[0]


def number_shown(number: Fraction | None) -> str:
    """Show a number, rounded to four decimals only here; None may be any number.

    Examples
    --------
    >>> number_shown(Fraction(7, 2)), number_shown(Fraction(2, 3))
    ('3.5', '0.6667')
    """
    return "any number" if number is None else number_text(round(number, 4))


def in_words(value: FieldValue) -> str:
    """Word one possible value: yes, no, a word, a number or its bounds."""
    match value:
        case "true" | "false":
            return "yes" if value == "true" else "no"
        case Interval(low=low, high=high) if not value.exact:
            if low is None or high is None:
                return f"at least {number_shown(low)}" if low is not None else f"at most {number_shown(high)}"
            return f"{number_shown(low)} to {number_shown(high)}"
        case Interval(low=low):
            return number_shown(low)
    return value


def _plain(value: FieldValue) -> Any:
    match value:
        case "true" | "false":
            return value == "true"
        case Interval(low=low) if value.exact and low is not None:
            return number_text(low)
        case Interval(low=low, high=high):
            return [None if end is None else number_text(end) for end in (low, high)]
    return value
