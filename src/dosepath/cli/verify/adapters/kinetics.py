"""Adapter of the kinetics of the product in blood."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from dosepath.cli.verify.adapter import Adapter
from dosepath.cli.verify.compare import Got
from dosepath.cli.verify.given import Given
from dosepath.core.errors import QuantityError
from dosepath.safety.cart_pk import Kinetics, Sample, kinetics

COPIES: Final = "{copies}/ug"
CELLS: Final = "/uL"
BELOW: Final = "BLQ"


def cart_pk(given: Given) -> Got:
    """Take the series as one of copies; of a mixed one the last sample counts cells."""
    samples = [_sample(row) for row in given.get("series") or []]
    if given.get("unit_mix"):
        samples[-1:] = [Sample(sample.day, sample.value, CELLS) for sample in samples[-1:]]
    error = None
    try:
        found = kinetics(samples, lloq=given.number("lloq"))
    except QuantityError:
        found, error = Kinetics(), "mixed_units"
    return {
        "cmax": found.cmax,
        "tmax": found.tmax,
        "clast": found.clast,
        "tlast": found.tlast,
        "auc0_28": found.auc_0_28,
        "auc0_28_linlog": found.auc_0_28_log_down,
        "auc0_tlast": found.auc_0_tlast,
        "censored": found.censored,
        "error": error,
    }


def _sample(row: list[Any]) -> Sample:
    day, value, unit = (*row, COPIES)[:3]
    return Sample(Fraction(day), None if value in (None, BELOW) else Fraction(value), unit)


ADAPTERS: Mapping[str, Adapter] = {"cart_pk": cart_pk}
