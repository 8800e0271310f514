"""Kinetics of the product in blood: peak, last measurable value, exposure over 28 days.

A series is transgene copies in a mass of DNA, or CAR-positive cells in a volume of blood; the two are never mixed or
converted, nor are units within a series. Days are those on which blood was really taken, counted from the infusion.

Values below the lower limit of quantification (LLOQ), and days before the infusion, follow one convention: before the
first measurable value they are 0; between two measurable ones they are missing, and the line runs from neighbour to
neighbour; after the last one the first is 0 and later ones do not count. On day 0 there is nothing unless it was
measured. Cmax is the highest value seen, Tmax the first day of it, Tlast the last measurable day; where the last
sample still is measurable, persistence is Tlast or longer.

Exposure is the area from day 0 to exactly day 28, by straight lines; where day 28 was not sampled its value lies on
the line between its neighbours, and without any sample on or after day 28 there is no such area, only the one up to
Tlast. A second area takes falling stretches as exponential ("linear up, log down").

Verification: definitions from memory, where the reference notes give no public source; the rules for values below LLOQ
are a convention of this project; the worked example of the notes (340 920 and 322 760), 2026-11-25.

References
----------
Stein AM, Grupp SA, Levine JE et al. CPT Pharmacometrics Syst Pharmacol 2019;8:285-295.
Ogasawara K, Dodds M, Mack T et al. Clin Pharmacokinet 2021;60:1621-1633.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeAlias

from dosepath.core.errors import QuantityError
from dosepath.core.instrument import Procedure, Verification
from dosepath.core.source import Citation
from dosepath.instruments.powers import logarithm

EXPOSURE_DAYS: Final = Fraction(28)

_Point: TypeAlias = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a series.

    Parameters
    ----------
    day
        Days from the infusion, also in parts; below zero before it.
    value
        What was measured; None where the laboratory reported "below the limit".
    unit
        As the laboratory writes it; the same in a whole series.
    """

    day: Fraction
    value: Fraction | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Kinetics:
    """The summary of a series; None for what cannot be told.

    Parameters
    ----------
    cmax, tmax
        Highest value, and the first day of it; a peak of 0 has no day.
    clast, tlast
        Last measurable value and its day; none where nothing was measurable, or the limit is not known.
    censored
        Whether the last sample was still measurable, so that persistence is Tlast or longer.
    auc_0_28, auc_0_28_log_down
        Exposure, unit x day; none without a sample on or after day 28.
    auc_0_tlast
        Exposure up to Tlast by straight lines.
    """

    cmax: Fraction | None = None
    tmax: Fraction | None = None
    clast: Fraction | None = None
    tlast: Fraction | None = None
    censored: bool | None = None
    auc_0_28: Fraction | None = None
    auc_0_28_log_down: Fraction | None = None
    auc_0_tlast: Fraction | None = None


def kinetics(samples: Iterable[Sample], *, lloq: Fraction | None) -> Kinetics:
    """Summarise a series.

    Parameters
    ----------
    samples
        In any order; those before day 0 only say that nothing was there.
    lloq
        Lower limit of quantification in the unit of the series. Without it the last measurable day is not known.

    Raises
    ------
    QuantityError
        When units are mixed, or one day has two samples.

    Examples
    --------
    >>> series = [Sample(Fraction(day), value) for day, value in
    ...     [(0, None), (10, Fraction(2000)), (20, Fraction(1000)), (30, Fraction(500))]]
    >>> found = kinetics(series, lloq=Fraction(50))
    >>> int(found.auc_0_28), int(found.tlast), found.censored
    (31400, 30, True)
    """
    ordered = sorted(samples, key=lambda sample: sample.day)
    _refuse_mixed(ordered)
    taken = [sample for sample in ordered if sample.day >= 0]
    if not taken:
        return Kinetics()
    measured = [
        (sample.day, sample.value) for sample in taken if sample.value and (lloq is None or sample.value >= lloq)
    ]
    points = _points(taken, measured)
    cmax = max((value for _, value in measured), default=Fraction(0))
    whole = taken[-1].day >= EXPOSURE_DAYS
    first_28 = _until(points, EXPOSURE_DAYS)
    tlast, clast = measured[-1] if measured and lloq is not None else (None, None)
    return Kinetics(
        cmax,
        next((day for day, value in measured if value == cmax), None),
        clast,
        tlast,
        None if lloq is None else bool(measured) and measured[-1][0] == taken[-1].day,
        _area(first_28, _line) if whole else None,
        _area(first_28, _line_or_fall) if whole else None,
        None if tlast is None else _area(_until(points, tlast), _line),
    )


def _refuse_mixed(samples: Sequence[Sample]) -> None:
    units = sorted({sample.unit for sample in samples})
    if len(units) > 1:
        raise QuantityError(f"a series has one unit, not {' and '.join(map(repr, units))}; report them as two series")
    for one, other in pairwise(samples):
        if one.day == other.day:
            raise QuantityError(f"two samples on day {one.day}; give the part of the day, or the one that counts")


def _points(taken: Sequence[Sample], measured: Sequence[_Point]) -> list[_Point]:
    """Place every sample that counts, with zero for what was below the limit before and once after."""
    if not measured:
        return [(Fraction(0), Fraction(0)), (taken[-1].day, Fraction(0))]
    first, last = measured[0][0], measured[-1][0]
    before = [sample.day for sample in taken if sample.day < first]
    after = [sample.day for sample in taken if sample.day > last][:1]
    start = [] if first == 0 or 0 in before else [Fraction(0)]
    zeros = [(day, Fraction(0)) for day in (*start, *before)]
    return [*zeros, *measured, *((day, Fraction(0)) for day in after)]


def _until(points: Sequence[_Point], end: Fraction) -> list[_Point]:
    """Cut a line at a day; a line that ends before it stays as it is."""
    kept = [point for point in points if point[0] <= end]
    later = next((point for point in points if point[0] > end), None)
    if later is None or kept[-1][0] == end:
        return kept
    (day, value), (next_day, next_value) = kept[-1], later
    return [*kept, (end, value + (next_value - value) * (end - day) / (next_day - day))]


def _area(points: Sequence[_Point], stretch: Callable[[Fraction, Fraction, Fraction], Fraction]) -> Fraction:
    return sum(
        (stretch(other[0] - one[0], one[1], other[1]) for one, other in pairwise(points)),
        Fraction(0),
    )


def _line(days: Fraction, start: Fraction, end: Fraction) -> Fraction:
    return days * (start + end) / 2


def _line_or_fall(days: Fraction, start: Fraction, end: Fraction) -> Fraction:
    """Give the area of a stretch that falls exponentially where it falls; a straight line elsewhere, and to zero."""
    if end == 0 or end >= start:
        return _line(days, start, end)
    return (start - end) * days / logarithm(start / end)


CART_PK = Procedure(
    "cart_pk",
    "Kinetics of the product in blood",
    "1",
    Citation("Stein AM, Grupp SA, Levine JE et al. CPT Pharmacometrics Syst Pharmacol 2019;8:285-295"),
    Verification(
        "worked example of the reference notes",
        date(2026, 11, 25),
        "definitions; rules below the limit are of this project",
    ),
)
