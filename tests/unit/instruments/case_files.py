"""Score of instruments as files: a form, what it says, what follows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import yaml

from dosepath.core.facts import Value
from dosepath.core.instrument import FieldValue, Instrument, Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.trial.catalog import catalog
from tests.conftest import ROOT

FILES = ROOT / "tests" / "cases" / "instruments"
NAMES = sorted(file.stem for file in FILES.glob("*.yaml"))
CASE_KEYS = {"name", "form", "answers", "left_out", "expect", "joint", "open", "refused"}


def instrument(name: str) -> Instrument:
    return catalog().instruments[name]


@lru_cache
def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FILES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert set(found) == {"source", "form", "alone", "cases"}
    return found


@dataclass(frozen=True)
class Case:
    """One form and what it must give; `expect` and `joint` are those of the file."""

    instrument: str
    name: str
    answers: Mapping[str, Value]
    expect: Mapping[str, Any]
    joint: list[Mapping[str, Any]] | None
    open_items: list[str] | None
    refused: list[str]

    def __str__(self) -> str:
        return f"{self.instrument}: {self.name}"


def cases(name: str) -> Iterator[Case]:
    """Yield the cases of a file: those with a name, and one for each row of its tables."""
    file = document(name)
    items = instrument(name).items
    whole = {item: file["form"].get(item, file["form"]["all"]) for item in items}
    for table in file["alone"]:
        for item, answer, *values in table["rows"]:
            form = {**whole, **table.get("form", {}), item: answer}
            expect = dict(zip(table["fields"], values, strict=True))
            label = f"{item} {answer} alone" + (f" beside {table['form']}" if "form" in table else "")
            yield Case(name, label, _values(form), expect, None, [], [])
    for case in file["cases"]:
        assert set(case) <= CASE_KEYS, case
        assert case.get("form", "empty") == "empty"
        form = {**({} if "form" in case else whole), **case.get("answers", {})}
        for item in case.get("left_out", []):
            del form[item]
        opened = case.get("open", [])
        yield Case(
            name,
            case["name"],
            _values(form),
            case.get("expect", {}),
            case.get("joint"),
            None if opened == "any" else opened,
            case.get("refused", []),
        )


def all_cases() -> list[Case]:
    return [case for name in NAMES for case in cases(name)]


def _values(form: Mapping[str, Any]) -> dict[str, Value]:
    return {item: value(answer) for item, answer in form.items()}


def value(answer: Any) -> Value:
    """Read an answer as it stands in a file."""
    match answer:
        case bool() | str():
            return answer
        case int() | float():
            return Quantity(Fraction(str(answer)), "1")
        case {"value": number, "unit": unit}:
            return Quantity.of(number, unit)
    raise ValueError(f"{answer!r} is not an answer")


def plain(found: FieldValue | None) -> str | Fraction:
    """Show a value of a field as cases write it."""
    match found:
        case None:
            return "absent"
        case Interval(low=low, high=high):
            assert low is not None
            return low if low == high else f"{low} to {high}"
    return found


def expected(written: Any) -> str | Fraction:
    """Read a value of a field as it is written in a case."""
    match written:
        case bool():
            return "true" if written else "false"
        case int() | float():
            return Fraction(str(written))
    return str(written)


def values_of(scored: Score, field: str) -> set[str | Fraction]:
    """Give all values of a field."""
    return {plain(case.get(field)) for case in scored.possible}


def as_rows(scored: Score) -> list[dict[str, str | Fraction]]:
    """Give all cases."""
    return [{field: plain(found) for field, found in case.items()} for case in scored.possible]
