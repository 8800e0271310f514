"""JSON with decimals as they were meant: 0.50 stays 0.50, and no binary float comes near a value."""

import json
from decimal import Decimal
from typing import Any

JsonObject = dict[str, Any]

_ENCODER = json.JSONEncoder(ensure_ascii=False)


def to_json(value: object, indent: int = 0) -> str:
    """Write a value of dicts, lists, texts, truths, whole numbers and decimals as JSON.

    Parameters
    ----------
    value
        What to write; keys keep their order.
    indent
        Depth of the place it is written at, in steps of one space.

    Returns
    -------
    str
        One entry to a line; objects and lists without anything nested in them stand on one line.

    Raises
    ------
    TypeError
        On a float, a date, or anything else that JSON has no exact form for.

    Examples
    --------
    >>> to_json({"value": Decimal("0.50"), "unit": "µg"})
    '{"value": 0.50, "unit": "µg"}'
    """
    match value:
        case dict():
            parts = [f"{_scalar(str(key))}: {to_json(item, indent + 1)}" for key, item in value.items()]
            return _wrapped("{", parts, "}", indent)
        case list():
            return _wrapped("[", [to_json(item, indent + 1) for item in value], "]", indent)
        case _:
            return _scalar(value)


def _scalar(value: object) -> str:
    match value:
        case Decimal() if value.is_finite():
            return format(value, "f")
        case None | bool() | int() | str():
            return _ENCODER.encode(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no exact form in JSON; give a Decimal or a text")


def _wrapped(opening: str, parts: list[str], closing: str, indent: int) -> str:
    line = opening + ", ".join(parts) + closing
    if "\n" not in line and len(line) <= 140:
        return line
    inner = "\n" + " " * (indent + 1)
    return opening + inner + ("," + inner).join(parts) + "\n" + " " * indent + closing
