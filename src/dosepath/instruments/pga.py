"""Physician global assessment of lupus activity, from 0, none, to 3, severe.

One mark for all of lupus in the last 30 days, set before SLEDAI-2K is added up. It is recorded on a line of 0 to 3, of
0 to 10, or of 100 mm; every composite uses 0 to 3, so that 2 of 10 is 0.6 and 50 mm are 1.5. A rise by 0.3 or more is
a worsening, and 10 mm are 0.3. Numbers are exact: as decimals 1.2 - 0.9 is 0.3, in binary it falls short of it. A
number without its scale leaves every scale possible that holds it.
The physician's 0 to 10 of myositis is another instrument.

Verification: the scale of 0 to 3 as gathered in the project's reference notes (abstract of DORIS 2021, table of
statements); conversions are arithmetic; shared cases, 2026-11-25. From memory: the citations, and that the limit of 0.3
belongs to the worsening (the text of the SRI prints it so).
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Refusal, RefusalKind, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words
from dosepath.instruments.items import amount, by_id, choice
from dosepath.instruments.scale import Outcome, Scale, word_of

HIGHEST = 3
"""The top of the scale that composites use."""

WORSENING = Fraction(3, 10)
"""Rise on the scale of 0 to 3 from which the patient is worse."""

TOP_OF: dict[str, int] = {"0-3": 3, "0-10": 10, "0-100mm": 100}
"""The top of each scale that is in use."""


def worsening(baseline: Interval, now: Interval) -> Verdict:
    """Answer whether activity on the scale of 0 to 3 has risen by 0.3 or more.

    Examples
    --------
    >>> worsening(Interval.at(Fraction("0.9")), Interval.at(Fraction("1.2"))).value
    'met'
    """
    return (now - baseline).compare(">=", Interval.at(WORSENING))


def bounds(mark: Fraction | None) -> Interval:
    """Give a mark on the scale of 0 to 3, or the whole scale where there is none."""
    return Interval(Fraction(0), Fraction(HIGHEST)) if mark is None else Interval.at(mark)


def _rule(said: Answers) -> Outcome:
    refused = tuple(_refusals(said))
    gone = {refusal.item for refusal in refused}
    marks = {
        item: number for item in ("value", "baseline") if item not in gone and (number := said.number(item)) is not None
    }
    scales = [said.levels["scale"]] if "scale" in said.levels else [
        scale for scale, top in TOP_OF.items() if all(mark <= top for mark in marks.values())
    ]  # fmt: skip
    possible: list[Case] = []
    for scale in scales:
        converted = {item: mark * HIGHEST / TOP_OF[scale] for item, mark in marks.items()}
        now, baseline = bounds(converted.get("value")), bounds(converted.get("baseline"))
        words = word_of(worsening(baseline, now))
        possible += [{"pga": now, "change": now - baseline, "worsening": word} for word in words]
    distinct = tuple(case for place, case in enumerate(possible) if case not in possible[:place])
    missing = [item for item in ("value", "baseline") if item not in marks]
    if "scale" not in said.levels and len(scales) > 1 and marks:
        missing.insert(0, "scale")
    return Outcome(distinct, tuple(missing), tuple(_flags(said, marks)), refused, tuple(_steps(scales, marks)))


def _refusals(said: Answers) -> Iterator[Refusal]:
    """Refuse marks beyond the scale that was named."""
    top = TOP_OF.get(said.levels.get("scale", ""))
    for item in ("value", "baseline"):
        mark = said.number(item)
        if top is not None and mark is not None and mark > top:
            reason = f"{_plain(mark)} is not on the scale of {said.levels['scale']}"
            yield Refusal(item, RefusalKind.OUT_OF_RANGE, reason)


def _flags(said: Answers, marks: dict[str, Fraction]) -> Iterator[Flag]:
    scale = said.levels.get("scale")
    if marks and scale not in (None, "0-3"):
        yield Flag("converted", f"recorded on {scale}; composites use the scale of 0 to 3")


def _steps(scales: list[str], marks: dict[str, Fraction]) -> Iterator[str]:
    for scale in scales:
        for item, mark in marks.items():
            yield f"{item} on {scale}: {_plain(mark)} x 3 / {TOP_OF[scale]} = {_plain(mark * HIGHEST / TOP_OF[scale])}"
    if len(marks) == 2:
        yield f"worse from a rise of {_plain(WORSENING)}"


def _plain(number: Fraction) -> str:
    return in_words(Interval.at(number))


PGA = Scale(
    id="pga",
    name="Physician global assessment of lupus activity",
    version="0 to 3, SELENA-SLEDAI",
    citation=Citation("Buyon JP, Petri MA, Kim MY et al. Ann Intern Med 2005;142:953-962"),
    verification=Verification(
        "abstract of DORIS 2021 and table of statements for the scale; arithmetic for the conversions",
        date(2026, 11, 25),
        "citations",
    ),
    items=by_id(
        [
            choice(
                "scale",
                "scale of the marks, one for both visits",
                {"0-3": "0 none, 1 mild, 2 moderate, 3 severe", "0-10": "0 to 10", "0-100mm": "line of 100 mm"},
            ),
            amount("value", "physician's mark now", high=100),
            amount("baseline", "physician's mark at baseline, on the same scale", high=100),
        ]
    ),
    fields={
        "pga": Field("activity on the scale of 0 to 3", unit="1"),
        "change": Field("change since baseline on the scale of 0 to 3", unit="1"),
        "worsening": Field("activity has risen by 0.3 or more", choices=YES_OR_NO),
    },
    rule=_rule,
)
