"""True rates of DLT to try a design on: shapes that statisticians look at, and rates read from pasted text."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from dosepath.core.errors import InputError

HIGHEST = 0.95
"""Rate that no shape goes beyond."""

Rates = tuple[float, ...]


def _flat(doses: int, target: float) -> Rates:
    return (target,) * doses


def _gentle(doses: int, target: float) -> Rates:
    return tuple(target * (1 + 3 * place / max(doses - 1, 1)) / 4 for place in range(doses))


def _middle(doses: int, target: float) -> Rates:
    at = (doses - 1) // 2
    return tuple(
        target * 2.0 ** (place - at) if place < at else target * (1 + (place - at) / 2) for place in range(doses)
    )


def _steep(doses: int, target: float) -> Rates:
    return tuple(target * 2.0 ** (place - 1) for place in range(doses))


def _toxic(doses: int, target: float) -> Rates:
    return tuple(target * (1.5 + place / 2) for place in range(doses))


SHAPES: Mapping[str, Callable[[int, float], Rates]] = MappingProxyType(
    {"flat": _flat, "gentle": _gentle, "middle": _middle, "steep": _steep, "toxic": _toxic}
)
"""Flat: every dose at the target. Gentle: evenly up to the target at the highest dose. Middle: the middle dose at the
target. Steep: doubling, the second dose at the target. Toxic: even the lowest dose above the target."""


def scenario(shape: str, doses: int, target: float) -> Rates:
    """Give the true rates of a shape.

    Parameters
    ----------
    shape
        One of `SHAPES`.
    doses, target
        Number of dose levels, and the rate that is looked for.

    Examples
    --------
    >>> scenario("gentle", 3, 0.3), scenario("steep", 4, 0.3)
    ((0.075, 0.188, 0.3), (0.15, 0.3, 0.6, 0.95))
    """
    return tuple(round(min(rate, HIGHEST), 3) for rate in SHAPES[shape](doses, target))


def longer(rates: Rates, doses: int) -> Rates:
    """Give rates for another number of dose levels: the highest go, or more come in the last step upwards.

    Examples
    --------
    >>> longer((0.1, 0.25, 0.4), 2), longer((0.1, 0.25, 0.4), 5)
    ((0.1, 0.25), (0.1, 0.25, 0.4, 0.55, 0.7))
    """
    found = list(rates[:doses])
    while len(found) < doses:
        step = found[-1] - found[-2] if len(found) > 1 else 0.1
        found.append(round(max(found[-1], min(found[-1] + max(step, 0.0), HIGHEST)), 3))
    return tuple(found)


_NUMBER = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(%?)")
_BETWEEN = re.compile(r"[\s,;|]*")


def read_rates(text: str, fewest: int, most: int) -> Rates:
    """Read rates from pasted text or a file: numbers apart by commas, blanks or lines, also in percent.

    Raises
    ------
    InputError
        When something else stands there, a rate is none, or there are too few or too many.

    Examples
    --------
    >>> read_rates("10 %, 25 %; 40%", 2, 10), read_rates(".05 0.3", 2, 10)
    ((0.1, 0.25, 0.4), (0.05, 0.3))
    """
    rest = _BETWEEN.sub(" ", _NUMBER.sub(" ", text)).strip()
    if rest:
        raise InputError(f"'{rest[:40]}' is no rate; write numbers as in 0.1, 0.25, 0.4 or 10 %, 25 %, 40 %")
    found = tuple(float(number) / (100 if sign else 1) for number, sign in _NUMBER.findall(text))
    if not fewest <= len(found) <= most:
        raise InputError(f"{len(found)} rates; from {fewest} to {most} can be used")
    if not all(0 <= rate <= 1 for rate in found):
        raise InputError("a rate lies between 0 and 1; write 25 % with its sign")
    return tuple(round(rate, 6) for rate in found)
