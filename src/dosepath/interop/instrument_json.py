"""An instrument and its form -> documents: what it is, what it asks, an empty or a filled form as YAML."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import yaml

from dosepath.core.instrument import Instrument, Item, ItemKind, Procedure
from dosepath.interop.answers_text import PLAIN_NUMBER, Row, Said
from dosepath.interop.screening_json import number_text
from dosepath.trial.catalog import own_cases

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
FEW_CHOICES = 8
"""Choices that are listed where an item is worded; of more only their number."""


def summary(each: Instrument | Procedure) -> dict[str, Any]:
    """Say what an instrument is, against what and when it was verified, and what of it rests on memory."""
    return {
        "id": each.id,
        "name": each.name,
        "version": each.version,
        "citation": str(each.citation),
        "items": len(each.items) if isinstance(each, Instrument) else 0,
        "fields": list(each.fields) if isinstance(each, Instrument) else [],
        "cases": own_cases().get(each.id, 0),
        "verified_on": each.verification.on.isoformat(),
        "verified_against": each.verification.against,
        "from_memory": each.verification.from_memory,
    }


def item_document(item: Item) -> dict[str, Any]:
    """Write a question as data."""
    written: dict[str, Any] = {"id": item.id, "label": item.label, "kind": item.kind.value}
    if item.place.section:
        written["section"] = item.place.section
    if item.kind is ItemKind.CHOICE:
        written["choices"] = [{"choice": choice, "label": item.labels.get(choice, "")} for choice in item.choices]
    if item.kind in (ItemKind.WHOLE, ItemKind.AMOUNT):
        ends = (None if end is None else number_text(end) for end in (item.low, item.high))
        written |= {"unit": item.unit, **dict(zip(("low", "high"), ends, strict=True))}
        if item.labels:
            written["labels"] = dict(item.labels)
    if item.columns:
        written["columns"] = [item_document(column) for column in item.columns]
    return written


def answered_with(item: Item) -> str:
    """Word what an item is answered with.

    Examples
    --------
    >>> from dosepath.instruments.items import whole
    >>> answered_with(whole("face", "face", 0, 3))
    'whole number, 0 to 3'
    """
    match item.kind:
        case ItemKind.CHOICE:
            return ", ".join(item.choices) if len(item.choices) <= FEW_CHOICES else f"one of {len(item.choices)}"
        case ItemKind.WHOLE | ItemKind.AMOUNT:
            unit = f" {item.unit}" if item.unit else ""
            low, high = (None if end is None else number_text(end) for end in (item.low, item.high))
            if low is None and high is None:
                return f"{item.kind.value}{unit}"
            span = f"{low} or more" if high is None else f"{high} or less" if low is None else f"{low} to {high}"
            return f"{item.kind.value}, {span}{unit}"
    words: str = item.kind.value
    return words


def form_yaml(each: Instrument, said: Said | None = None) -> str:
    """Write a form as YAML, every item with what it means, with the answers that there are.

    `dosepath score` reads it, and so does the upload of the screen.
    """
    answers: Said = said or {}
    lines = [f"# {each.name}, {each.version}. Leave null, or leave out, what was not assessed."]
    for item in each.items.values():
        lines.append(f"{_key(item.id)}: {_written(item, answers.get(item.id))}  # {answered_with(item)}; {item.label}")
        lines += [f"#   {level}: {words}" for level, words in item.labels.items()]
        lines += [f"#   - {column.id}: {answered_with(column)}; {column.label}" for column in item.columns]
    lines += [f"{_key(name)}: {_written(None, answers[name])}" for name in answers if name not in each.items]
    return "\n".join(lines)


def _key(name: str) -> str:
    """Write a name; in quotes where YAML would take it for something else, as it takes `on` for true."""
    return name if _BARE.fullmatch(name) and yaml.safe_load(name) == name else json.dumps(name, ensure_ascii=False)


def _written(item: Item | None, answer: str | tuple[Row, ...] | None) -> str:
    match answer:
        case None:
            return "null"
        case str():
            return _plain(item, answer)
    columns = {column.id: column for column in item.columns} if item else {}
    return f"[{', '.join(_row(columns, row) for row in answer)}]"


def _row(columns: Mapping[str, Item], row: Row) -> str:
    def cells() -> Iterator[str]:
        for name, text in row.items():
            yield f"{json.dumps(name, ensure_ascii=False)}: {_plain(columns.get(name), text)}"

    return f"{{{', '.join(cells())}}}"


def _plain(item: Item | None, text: str) -> str:
    """Write one answer; words in quotes, so that YAML takes none of them for something else."""
    if item is not None and item.kind is ItemKind.YES_OR_NO and text in item.choices:
        return text
    if item is not None and item.kind in (ItemKind.WHOLE, ItemKind.AMOUNT) and PLAIN_NUMBER.fullmatch(text):
        return str(Decimal(text))
    return json.dumps(text, ensure_ascii=False)
