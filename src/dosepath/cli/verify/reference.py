"""Cases of schema `reference-cases/1`: worked cases of one instrument, input and expected result."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from dosepath.cli.verify import adapters
from dosepath.cli.verify.adapter import Adapter
from dosepath.cli.verify.compare import differences
from dosepath.cli.verify.given import Given
from dosepath.cli.verify.outcome import CaseResult
from dosepath.core.errors import DosepathError, InputError
from dosepath.rules.parse import suggest

SCHEMA = "reference-cases/1"

CASE_KEYS = frozenset({"id", "title", "input", "expected", "why", "source", "note", "tolerance", "alternative"})


@lru_cache(maxsize=1)
def known_adapters() -> dict[str, Adapter]:
    """Give the adapters of all instruments that have one."""
    found: dict[str, Adapter] = {}
    for module in iter_modules(adapters.__path__, f"{adapters.__name__}."):
        found.update(import_module(module.name).ADAPTERS)
    return found


def verify(document: Mapping[str, Any]) -> Iterator[CaseResult]:
    """Run every case of a file.

    Raises
    ------
    InputError
        When the file is not laid out as the schema says, or names an instrument that cannot be verified.
    """
    name = str(document.get("instrument", ""))
    cases = document.get("cases")
    if name not in known_adapters():
        raise InputError(f"no instrument '{name}' can be verified; {suggest(name, known_adapters())}")
    if not isinstance(cases, list):
        raise InputError(f"a file of {SCHEMA} has a list 'cases'")
    for number, raw in enumerate(cases, start=1):
        label = str(raw.get("id", number)) if isinstance(raw, dict) else str(number)
        try:
            found = _differences(raw, known_adapters()[name])
        except (DosepathError, ValueError) as error:
            found = [str(error)]
        except (AttributeError, KeyError, TypeError) as error:
            found = [f"not laid out as {SCHEMA} says: {type(error).__name__} {error}"]
        yield CaseResult(label, tuple(found))


def _differences(raw: Mapping[str, Any], adapter: Adapter) -> list[str]:
    unknown = sorted(set(raw) - CASE_KEYS)
    if unknown:
        raise InputError(f"unknown key {', '.join(unknown)}")
    given = Given(raw["input"] or {})
    got = adapter(given)
    given.refuse_rest()
    return list(differences(raw["expected"], got, _tolerance(raw.get("tolerance"))))


def _tolerance(raw: Any) -> Fraction | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise InputError(f"tolerance: {raw!r} is no number")
    return Fraction(raw)
