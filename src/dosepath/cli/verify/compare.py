"""Whether what the product says is what a worked case expects.

Numbers agree when they differ by no more than half a unit of the last decimal that the case prints. An exclusion that
is met is `excluded`. `unknown` is whatever the product leaves open; `null` is what it says there is none of.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from dosepath.core.interval import Interval
from dosepath.core.verdict import Verdict

Got: TypeAlias = Mapping[str, Any | Callable[[], Any]]
"""What the product says, by key; a function is called only when its key is expected."""

UNKNOWN = "unknown"

VERDICTS: Mapping[str, Verdict] = {
    "met": Verdict.MET,
    "not_met": Verdict.NOT_MET,
    "excluded": Verdict.MET,
    "not_excluded": Verdict.NOT_MET,
    UNKNOWN: Verdict.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class InWords:
    """What the product says in words of its own, such as why it refuses a form: any words of a case agree with it."""

    text: str


def differences(expected: Mapping[str, Any], got: Got, tolerance: Fraction | None = None) -> Iterator[str]:
    """List in what a result differs from what a case expects, key by key.

    Parameters
    ----------
    expected
        As the case prints it; numbers with a point are decimals.
    got
        What the product says to every key that a case may use; a function is called when its key is expected.
    tolerance
        Of numbers, where the case names one.

    Examples
    --------
    >>> expected = {"crcl": Decimal("88.89"), "I04.d.2": "met"}
    >>> list(differences(expected, {"crcl": Fraction(800, 9), "I04.d.2": "unknown"}))
    ['I04.d.2: expected met, got unknown']
    """
    for key, wanted in expected.items():
        if key not in got:
            yield f"{key}: unknown key in what is expected"
            continue
        found = got[key]() if callable(got[key]) else got[key]
        if isinstance(wanted, Mapping) and isinstance(found, Mapping):
            yield from (f"{key}.{line}" for line in differences(wanted, found, tolerance))
        elif not agrees(wanted, found, tolerance):
            yield f"{key}: expected {shown(wanted)}, got {shown(found)}"


def agrees(wanted: Any, found: Any, tolerance: Fraction | None = None) -> bool:
    """Answer whether one result is what a case prints.

    Examples
    --------
    >>> agrees(Decimal("0.3"), Fraction(1, 3)), agrees(2, Fraction(3)), agrees("unknown", Interval(None, None))
    (True, False, True)
    """
    plain = settled(found)
    match wanted:
        case None:
            return plain is None
        case bool():
            return plain is wanted
        case int() | Decimal():
            if isinstance(plain, bool) or not isinstance(plain, int | float | Decimal | Fraction):
                return False
            return abs(Fraction(plain) - Fraction(wanted)) <= (_half_unit(wanted) if tolerance is None else tolerance)
        case list():
            return _agree_all(wanted, plain, tolerance)
        case date():
            return str(plain) == str(wanted)
        case str() if isinstance(plain, Verdict):
            return VERDICTS.get(wanted) is plain
        case str() if isinstance(plain, InWords):
            return True
        case str() if wanted == UNKNOWN and (plain is None or plain == UNKNOWN):
            return True
    return isinstance(plain, str | date) and str(plain) == wanted


def settled(found: Any) -> Any:
    """Turn a value of a field into what cases print: a number, true or false, a word; None where it is open."""
    match found:
        case Interval(low=low):
            return low if found.exact else None
        case "true" | "false":
            return found == "true"
    return found


def shown(value: Any) -> str:
    """Write a result as cases would, for a message."""
    match value:
        case Verdict():
            return value.value
        case InWords():
            return value.text
        case Interval(low=low, high=high) if not value.exact:
            return f"{UNKNOWN} ({shown(low)} to {shown(high)})"
        case Fraction() if value.denominator != 1:
            return f"{float(value):.6g}"
        case list() | tuple() | set() | frozenset():
            return f"[{', '.join(map(shown, value))}]"
    plain = settled(value)
    return "null" if plain is None else str(plain).lower() if isinstance(plain, bool) else str(plain)


def _half_unit(wanted: int | Decimal) -> Fraction:
    exponent = wanted.as_tuple().exponent if isinstance(wanted, Decimal) else 0
    return Fraction(10) ** int(exponent) / 2


def _agree_all(wanted: list[Any], found: Any, tolerance: Fraction | None) -> bool:
    if not isinstance(found, Collection) or isinstance(found, str) or len(found) != len(wanted):
        return False
    if isinstance(found, set | frozenset):
        left = list(found)
        for each in wanted:
            same = next((one for one in left if agrees(each, one, tolerance)), None)
            if same is None:
                return False
            left.remove(same)
        return True
    return all(agrees(each, one, tolerance) for each, one in zip(wanted, found, strict=True))
