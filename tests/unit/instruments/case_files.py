"""Score of instruments as files: a form, what it says, what follows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from dosepath.core.instrument import FieldValue, Instrument, ItemAnswer, Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.interop.answers_yaml import answers_of, load_exact
from dosepath.trial.catalog import catalog
from tests.conftest import ROOT

FILES = ROOT / "tests" / "cases" / "instruments"
NAMES = sorted(file.stem for file in FILES.glob("*.yaml"))
"""All instruments with a file of cases."""
ENUMERATED = (
    *("acr_eular_ssc_2013", "bvas_v3", "essdai", "eular_acr_sle_2019", "iim_eular_acr_2017"),
    *("leroy_1988", "mmt8", "sjogren_acr_eular_2016", "sledai_2k"),
)
"""Those whose possible cases are listed one by one, so that a gap can be checked against every way to fill it."""

ABOUT = "about "
"""Before a number that a case prints rounded."""

CASE_KEYS = {"name", "form", "answers", "left_out", "expect", "joint", "open", "refused", "flags", "says", "steps"}


def instrument(name: str) -> Instrument:
    return catalog().instruments[name]


@lru_cache
def document(name: str) -> dict[str, Any]:
    found = load_exact((FILES / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml")
    assert {"source", "cases"} <= set(found) <= {"source", "form", "alone", "cases"}
    return {"form": {}, "alone": [], **found}


@dataclass(frozen=True)
class Case:
    """One form and what it must give; `expect` and `joint` are those of the file."""

    instrument: str
    name: str
    answers: Mapping[str, ItemAnswer]
    expect: Mapping[str, Any]
    joint: list[Mapping[str, Any]] | None
    open_items: list[str] | None
    refused: list[str]
    flags: list[str] | None
    says: list[str] | None = None
    steps: list[str] | None = None

    def __str__(self) -> str:
        return f"{self.instrument}: {self.name}"


def cases(name: str) -> Iterator[Case]:
    """Yield the cases of a file: those with a name, and one for each row of its tables.

    A form holds what the file says under `form` (under `all` to every item), then the answers of the case, without
    those `left_out`; `form: empty` starts from nothing. Answers are written as in any document of answers. `says` are
    the texts of the flags, `steps` how the values come about.
    """
    file = document(name)
    items = instrument(name).items
    every, some = file["form"].get("all"), {item: said for item, said in file["form"].items() if item != "all"}
    whole = {**({} if every is None else dict.fromkeys(items, every)), **some}
    for table in file["alone"]:
        for item, answer, *values in table["rows"]:
            form = {**whole, **table.get("form", {}), item: answer}
            expect = dict(zip(table["fields"], values, strict=True))
            label = f"{item} {answer} alone" + (f" beside {table['form']}" if "form" in table else "")
            yield Case(name, label, answers_of(items, form), expect, None, None if every is None else [], [], None)
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
            answers_of(items, form),
            case.get("expect", {}),
            case.get("joint"),
            None if opened == "any" else opened,
            case.get("refused", []),
            case.get("flags"),
            case.get("says"),
            case.get("steps"),
        )


def all_cases() -> list[Case]:
    return [case for name in NAMES for case in cases(name)]


def short(number: Fraction) -> str:
    """Write a bound: `7`, `7.5`, a fraction where no decimal will do."""
    return str(Quantity(number, "1"))


def plain(found: FieldValue | None) -> str | Fraction:
    """Show a value of a field as cases write it."""
    match found:
        case None:
            return "absent"
        case Interval(low=low, high=high):
            if low is None or high is None:
                return f"{'any' if low is None else short(low)} to {'any' if high is None else short(high)}"
            return low if low == high else f"{short(low)} to {short(high)}"
    return found


def expected(written: Any) -> str | Fraction:
    """Read a value of a field as it is written in a case."""
    match written:
        case bool():
            return "true" if written else "false"
        case int() | Decimal() | float():
            return Fraction(str(written))
    return str(written)


def same_values(found: set[str | Fraction], written: list[Any]) -> bool:
    """Answer whether a field has the values that a case writes; `about 88.89` is what rounds to it."""
    rounded = [Decimal(each.removeprefix(ABOUT)) for each in written if str(each).startswith(ABOUT)]
    left = found - {expected(each) for each in written}
    if len(found) != len(written) or len(left) != len(rounded):
        return False
    near = [[_rounds_to(one, number) for number in rounded] for one in left]
    return all(any(row) for row in near) and all(any(column) for column in zip(*near, strict=True))


def _rounds_to(found: str | Fraction, printed: Decimal) -> bool:
    half_unit = Fraction(10) ** int(printed.as_tuple().exponent) / 2
    return isinstance(found, Fraction) and abs(found - Fraction(printed)) <= half_unit


def values_of(scored: Score, field: str) -> set[str | Fraction]:
    """Give all values of a field."""
    return {plain(case.get(field)) for case in scored.possible}


def as_rows(scored: Score) -> list[dict[str, str | Fraction]]:
    """Give all cases."""
    return [{field: plain(found) for field, found in case.items()} for case in scored.possible]
