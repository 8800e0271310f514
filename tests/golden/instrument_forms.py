"""Every form as it stands: items, answers, labels, ranges, units, values. A change of one must be wanted."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

from dosepath.core.instrument import Item
from dosepath.trial.catalog import catalog

FILE = Path(__file__).with_name("instrument_forms.json")


def _plain(item: Item) -> dict[str, Any]:
    def end(number: Fraction | None) -> str | None:
        return None if number is None else str(number)

    written = {
        "label": item.label,
        "kind": item.kind.value,
        "choices": list(item.choices),
        "labels": dict(item.labels),
        "low": end(item.low),
        "high": end(item.high),
        "unit": item.unit,
        "analyte": item.analyte,
        "columns": {column.id: _plain(column) for column in item.columns},
        "place": {name: text for name, text in asdict(item.place).items() if text},
    }
    return {name: value for name, value in written.items() if value not in (None, "", [], {})}


def written() -> str:
    """Write all forms as the file holds them."""
    forms: Mapping[str, Any] = {
        each.id: {
            "name": each.name,
            "version": each.version,
            "citation": str(each.citation),
            "items": {item.id: _plain(item) for item in each.items.values()},
            "fields": {name: [field.label, field.unit, *field.choices] for name, field in each.fields.items()},
            "entries": {name: [field.label, field.unit] for name, field in each.entries.items()},
        }
        for each in catalog().instruments.values()
    }
    return json.dumps(forms, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__" and "--write" in sys.argv:
    FILE.write_text(written(), encoding="utf-8")
