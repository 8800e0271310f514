"""QT interval corrected by Fridericia: QT over the cube root of RR in seconds.

One row for each tracing; of several (mostly three) the mean of their corrected intervals counts, not the correction of
their mean. A tracing has an RR interval or a heart rate (RR = 60 / rate); where both are written the interval counts,
for the rate is read from it. A row that lacks either number leaves the mean open. No limit is set here: the trial
names none, and the grades of CTCAE are elsewhere. Bundle branch block lengthens QT, which no correction takes out.

Verification: formula and two cases (400 ms at 60, 360 ms at 100) as gathered in the project's reference notes (an open
implementation with tests). From memory: nothing. Shared cases, 2026-11-25.
"""

from datetime import date
from fractions import Fraction
from typing import Final

from dosepath.core.instrument import Field, Flag, Refusal, RefusalKind, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.formula_form import rounded
from dosepath.instruments.items import amount, by_id, rows
from dosepath.instruments.powers import power
from dosepath.instruments.scale import Outcome, Scale

MS_PER_MINUTE: Final = 60_000
EXPONENT: Final = Fraction(1, 3)
HALF_A_BEAT: Final = Fraction(1, 2)
"""A rate is written in whole beats, so it may differ by this from the interval it was read from."""


def fridericia_ms(*, qt_ms: Fraction, rr_ms: Fraction) -> Fraction:
    """Correct a QT interval for the heart rate.

    Parameters
    ----------
    qt_ms, rr_ms
        Above zero.

    Returns
    -------
    Fraction
        Milliseconds, rounded to twelve decimals by `dosepath.instruments.powers`.

    References
    ----------
    Fridericia LS. Acta Med Scand 1920;53:469-486.

    Examples
    --------
    >>> fridericia_ms(qt_ms=Fraction(400), rr_ms=Fraction(512))
    Fraction(500, 1)
    """
    return qt_ms / power(rr_ms / 1000, EXPONENT)


def _rule(said: Answers) -> Outcome:
    if not said.rows.get("tracings"):
        return Outcome(({},), ("tracings",))
    tracings = said.rows["tracings"]
    refused = tuple(refusal for number, row in enumerate(tracings, start=1) for refusal in _zeros(number, row))
    missing = [column for row in tracings for column in _missing(row)]
    flags = tuple(flag for number, row in enumerate(tracings, start=1) for flag in _flags(number, row))
    if missing:
        return Outcome(({},), tuple(dict.fromkeys(missing)), flags, refused)
    corrected = [fridericia_ms(qt_ms=row.amounts["qt"], rr_ms=_rr(row) or Fraction(0)) for row in tracings]
    mean = sum(corrected, Fraction(0)) / len(corrected)
    steps = [
        f"tracing {number}: {rounded(row.amounts['qt'])} / ({rounded(_rr(row) or Fraction(0))} / 1000)^(1/3)"
        f" = {rounded(each)} ms"
        for number, (row, each) in enumerate(zip(tracings, corrected, strict=True), start=1)
    ]
    steps += [f"mean of {len(corrected)} tracings = {rounded(mean)} ms"] if len(corrected) > 1 else []
    return Outcome(({"qtcf": Interval.at(mean)},), (), flags, refused, tuple(steps))


def _rr(row: Answers) -> Fraction | None:
    """Give the RR interval of a tracing in ms, from its rate where it was not measured."""
    if row.amounts.get("rr"):
        return row.amounts["rr"]
    rate = row.amounts.get("heart_rate")
    return MS_PER_MINUTE / rate if rate else None


def _missing(row: Answers) -> list[str]:
    lacking = [] if row.amounts.get("qt") else ["tracings.qt"]
    return lacking + ([] if _rr(row) else ["tracings.rr"])


def _zeros(number: int, row: Answers) -> list[Refusal]:
    return [
        Refusal(f"tracings[{number}].{column}", RefusalKind.CONTRADICTION, "0 is not above zero")
        for column, value in row.amounts.items()
        if value == 0
    ]


def _flags(number: int, row: Answers) -> list[Flag]:
    rate, rr = row.amounts.get("heart_rate"), row.amounts.get("rr")
    if not rate or not rr or abs(MS_PER_MINUTE / rr - rate) <= HALF_A_BEAT:
        return []
    return [Flag("rate_and_interval_differ", f"tracing {number}: the heart rate is not that of the RR interval")]


QTCF = Scale(
    id="qtcf",
    name="QT interval corrected by Fridericia",
    version="1920",
    citation=Citation("Fridericia LS. Acta Med Scand 1920;53:469-486"),
    verification=Verification("an open implementation with tests", date(2026, 11, 25)),
    items=by_id(
        [
            rows(
                "tracings",
                "tracings of one examination",
                amount("qt", "QT interval", "ms"),
                amount("rr", "RR interval", "ms"),
                amount("heart_rate", "heart rate, where RR was not measured", "/min"),
            )
        ]
    ),
    fields={"qtcf": Field("corrected QT interval, mean of the tracings", unit="ms")},
    rule=_rule,
)
