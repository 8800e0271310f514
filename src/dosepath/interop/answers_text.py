"""Answers of a form as texts: what fields of a page hold, what a query of an address says, and what a document says.

An answer is a text, a table a tuple of rows of texts. A query names a cell `item.row.column`; a table that was answered
with no row at all is `item=none`. What is empty was not assessed, and stands nowhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

from dosepath.core.errors import InputError
from dosepath.core.instrument import Item, ItemAnswer, ItemKind
from dosepath.interop.answers_yaml import answers_of, cells_of, load_exact

Row: TypeAlias = Mapping[str, str]
Said: TypeAlias = Mapping[str, str | tuple[Row, ...]]
"""Item to what was said to it."""

NO_ROWS: Final = "none"
"""The answer that a table has no rows."""

MOST_ROWS: Final = 500
LONGEST: Final = 200
"""Characters of one answer that are kept; no answer needs more."""

MOST_BYTES: Final = 200_000
"""Size of a document of answers."""

_CELL = re.compile(r"(?P<item>.+)\.(?P<row>\d{1,6})\.(?P<column>[^.]+)")
PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,25})?")
"""How a number is written without a unit."""


def from_pairs(items: Mapping[str, Item], pairs: Iterable[tuple[str, str]]) -> Said:
    """Read what fields of a form, or the query of an address, hold.

    Rows keep their order; numbers that are left out between them close up.

    Examples
    --------
    >>> series = Item("counts", "counts", ItemKind.ROWS, columns=(Item("day", "day", ItemKind.WHOLE),))
    >>> from_pairs({"counts": series}, [("counts.2.day", "3"), ("counts.7.day", " 8 "), ("fever", "")])
    {'counts': ({'day': '3'}, {'day': '8'})}
    """
    said: dict[str, str | tuple[Row, ...]] = {}
    cells: dict[str, dict[int, dict[str, str]]] = {}
    for name, raw in pairs:
        text = raw.strip()[:LONGEST]
        found = _CELL.fullmatch(name)
        if found and found["item"] in items and items[found["item"]].columns:
            if text:
                cells.setdefault(found["item"], {}).setdefault(int(found["row"]), {})[found["column"]] = text
        elif text:
            said[name[:LONGEST]] = text
    for item, rows in cells.items():
        said[item] = tuple(rows[number] for number in sorted(rows)[:MOST_ROWS])
    for name, answer in said.items():
        if answer == NO_ROWS and name in items and items[name].columns:
            said[name] = ()
    return {name: said[name] for name in (*(known for known in items if known in said), *(set(said) - set(items)))}


def to_pairs(said: Said) -> Iterator[tuple[str, str]]:
    """Write answers as a query has them."""
    for name, answer in said.items():
        if isinstance(answer, str):
            yield name, answer
        elif not answer:
            yield name, NO_ROWS
        else:
            for number, row in enumerate(answer, start=1):
                for column, text in row.items():
                    yield f"{name}.{number}.{column}", text


def from_document(items: Mapping[str, Item], text: str, name: str) -> Said:
    """Read a document of answers, YAML or JSON, as texts.

    Raises
    ------
    InputError
        When it is too large, not a document, or has anchors, which no form needs.
    """
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise InputError(f"{name}: more than {MOST_BYTES // 1000} kB; a form of answers is smaller")
    document = load_exact(text, name, aliases=False)
    said: dict[str, str | tuple[Row, ...]] = {}
    for raw_name, raw in document.items():
        item = items.get(str(raw_name))
        answer = _read(item, raw)
        if answer is not None:
            said[str(raw_name)[:LONGEST]] = answer
    return from_pairs(items, to_pairs(said))


def _read(item: Item | None, raw: Any) -> str | tuple[Row, ...] | None:
    if not isinstance(raw, list) or item is None or not item.columns:
        return _text(raw)
    columns = [column.id for column in item.columns]
    return tuple(row for row in (_row(columns, each) for each in raw[:MOST_ROWS]) if row)


def _row(columns: list[str], raw: Any) -> Row:
    cells = cells_of(columns, raw).items()
    return {str(name).replace(".", "_"): text for name, cell in cells if (text := _text(cell)) is not None}


def _text(raw: Any) -> str | None:
    match raw:
        case None:
            return None
        case bool():
            return "true" if raw else "false"
        case date():
            return raw.isoformat()[:10]
        case {"value": int() | Decimal() as number, "unit": str(unit)} if len(raw) == 2:
            return f"{number} {unit}"[:LONGEST]
    return str(raw)[:LONGEST]


def answers(items: Mapping[str, Item], said: Said) -> dict[str, ItemAnswer]:
    """Turn texts into answers; whether an answer fits its item is for the instrument to say.

    Examples
    --------
    >>> fever = Item("fever", "fever", ItemKind.YES_OR_NO, ("true", "false"))
    >>> answers({"fever": fever}, {"fever": "true", "weight": "70"})
    {'fever': True, 'weight': '70'}
    """
    return answers_of(items, {name: _typed(items.get(name), answer) for name, answer in said.items()})


def _typed(item: Item | None, answer: str | tuple[Row, ...]) -> Any:
    if item is None:
        return answer if isinstance(answer, str) else ""
    if not isinstance(answer, str):
        columns = {column.id: column for column in item.columns}
        return [{name: _typed(columns.get(name), text) for name, text in row.items()} for row in answer]
    if item.kind is ItemKind.YES_OR_NO and answer in item.choices:
        return answer == "true"
    if item.kind in (ItemKind.WHOLE, ItemKind.AMOUNT) and PLAIN_NUMBER.fullmatch(answer):
        return Decimal(answer)
    return answer
