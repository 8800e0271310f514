"""Answers to the items of a form as a YAML or JSON document, and numbers exactly as they are written.

An item is answered with `true` or `false`, a level by its name, a number in the unit of the item, or a number with its
own unit (`12 mg/dL`, `{value: 12, unit: mg/dL}`), a date, or a list of rows. What is left out, or `null`, was not
assessed.
"""

import json
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from dosepath.core.days import PartialDate
from dosepath.core.errors import InputError, QuantityError
from dosepath.core.instrument import Item, ItemAnswer, ItemKind
from dosepath.core.quantity import Quantity

_WITH_UNIT = re.compile(r"(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s+(?P<unit>\S.*)")


class ExactLoader(yaml.SafeLoader):
    """Reads numbers with a point as decimals, with all the digits that were written."""


def _decimal(loader: ExactLoader, node: yaml.ScalarNode) -> Decimal | float:
    text = loader.construct_scalar(node).replace("_", "")
    try:
        return Decimal(text)
    except InvalidOperation:
        return float("nan")  # .nan and .inf are no numbers that anything accepts


ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal)


def load_exact(text: str, name: str, *, aliases: bool = True) -> dict[str, Any]:
    """Read a document of YAML, or of JSON, with a mapping at its top.

    Parameters
    ----------
    text, name
        The document, and what messages call it.
    aliases
        Whether parts may be repeated by name (`*part`), by which a small document can say a very large one.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        if not aliases and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=ExactLoader)):
            raise InputError(f"{name}: repeats a part by name (*name); write it out")
        if text.lstrip().startswith("{"):
            return _load_json(text)
        document = yaml.load(text, Loader=ExactLoader)  # noqa: S506  # a safe loader
    except (yaml.YAMLError, ValueError) as error:  # a date that is not in the calendar is a ValueError
        raise InputError(f"{name}: not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise InputError(f"{name}: lists within lists, deeper than any document of ours") from None
    if not isinstance(document, dict):
        raise InputError(f"{name}: no mapping at the top")
    return document


def _load_json(text: str) -> dict[str, Any]:
    """Read JSON, of which a YAML reader would make a slow one."""
    try:
        found: dict[str, Any] = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError:  # a mapping of YAML in one line
        found = yaml.load(text, Loader=ExactLoader)  # noqa: S506  # a safe loader
    return found


def answers_of(items: Mapping[str, Item], document: Mapping[str, Any]) -> dict[str, ItemAnswer]:
    """Turn a document into answers; whether an answer fits its item is for the instrument to say.

    Examples
    --------
    >>> weight = Item("weight", "body weight", ItemKind.AMOUNT, unit="kg")
    >>> {name: str(answer) for name, answer in answers_of({"weight": weight}, {"weight": 70, "fever": None}).items()}
    {'weight': '70 kg'}
    """
    answers: dict[str, ItemAnswer] = {}
    for name, raw in document.items():
        if raw is not None:
            answers[str(name)] = _answer(items.get(str(name)), raw)
    return answers


def _answer(item: Item | None, raw: Any) -> ItemAnswer:
    match raw:
        case bool():
            return raw
        case int() | Decimal():
            return _quantity(raw, item.unit if item is not None else "")
        case datetime():
            return PartialDate.on(raw.date())
        case date():
            return PartialDate.on(raw)
        case {"value": int() | Decimal() as number, "unit": str(unit)} if len(raw) == 2:
            return _quantity(number, unit)
        case list():
            columns = {column.id: column for column in item.columns} if item is not None else {}
            return tuple(answers_of(columns, cells_of(columns, row)) for row in raw)
    return _text(item, str(raw))


def cells_of(columns: Collection[str], row: Any) -> Mapping[Any, Any]:
    """Give the cells of a row by their names; a row without names has them in the order of the columns.

    Examples
    --------
    >>> cells_of(("day", "count"), [3, 120, 7]), cells_of(("day", "count"), 3)
    ({'day': 3, 'count': 120, 'column 3': 7}, {'day': 3})
    """
    if isinstance(row, dict):
        return row
    cells = row if isinstance(row, list) else [row]
    further = (f"column {number}" for number in range(len(columns) + 1, len(cells) + 1))
    return dict(zip((*columns, *further), cells, strict=False))


def _text(item: Item | None, text: str) -> ItemAnswer:
    if item is None:
        return text
    if item.kind is ItemKind.DAY:
        try:
            return PartialDate.parse(text)
        except ValueError:
            return text
    if item.kind in (ItemKind.AMOUNT, ItemKind.WHOLE) and (found := _WITH_UNIT.fullmatch(text.strip())):
        return _quantity(found["number"], found["unit"])
    return text


def _quantity(number: int | Decimal | str, unit: str) -> ItemAnswer:
    try:
        return Quantity.of(str(number), unit or "1")  # as text, which refuses numbers beyond any sense
    except QuantityError:
        return f"{number} {unit}".strip()
