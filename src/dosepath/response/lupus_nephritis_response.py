"""Response of lupus nephritis by the ratio of protein to creatinine in urine and eGFR.

Complete: a ratio below 0.5 g/g, and eGFR not more than 15 % below that of the baseline. Partial: the ratio at least
halved and below 3 g/g, with the same condition on eGFR. None otherwise. Without nephritis at baseline (a ratio below
0.5 g/g and no proof by biopsy) there is nothing to respond. The primary efficacy renal response of recent trials is
given beside: a ratio of 0.7 g/g or less, eGFR of 60 or more or not more than 20 % below that before the flare, and no
rescue treatment. 1 g/g is 113.1 mg/mmol. Protein of 24 hours and a ratio of a spot urine do not stand in for each other
in one patient. Some trials allow a fall of eGFR of 10 or 20 %.

Verification: the project's reference notes, all from memory; a grid of numbers on and beside every limit against a rule
written on its own; shared cases, 2026-11-25.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from dosepath.core.instrument import Field, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words
from dosepath.instruments.items import amount, by_id, yes_or_no
from dosepath.instruments.scale import Outcome, Scale
from dosepath.response.completions import outcomes

COMPLETE_BELOW = Fraction(1, 2)
"""Ratio below which a response is complete and, at baseline, there is no nephritis without a biopsy; g/g."""

PARTIAL_BELOW = Fraction(3)
"""Ratio below which a response can be partial, g/g."""

PARTIAL_OF_BASELINE = Fraction(1, 2)
"""Highest part of the baseline ratio in a partial response."""

EGFR_KEPT = Fraction(85, 100)
"""Lowest part of the baseline eGFR in a response."""

PERR_UP_TO = Fraction(7, 10)
"""Highest ratio of the primary efficacy renal response, g/g."""

PERR_EGFR = Fraction(60)
"""eGFR that always suffices for it, mL/min/1.73 m2."""

PERR_EGFR_KEPT = Fraction(80, 100)
"""Lowest part of the eGFR before the flare that suffices for it otherwise."""

NOT_APPLICABLE = "not_applicable"
RESPONSES = ("complete", "partial", "none", NOT_APPLICABLE)
PERR = ("responder", "non_responder", NOT_APPLICABLE)

_BEYOND = Fraction(1, 1000)
_HIGH = Fraction(1000)
_NUMBERS = ("upcr_baseline", "upcr", "egfr_baseline", "egfr", "egfr_before_flare")
_YES_OR_NO = ("biopsy", "rescue")


def _judge(
    upcr_baseline: Fraction,
    upcr: Fraction,
    egfr_baseline: Fraction,
    egfr: Fraction,
    egfr_before_flare: Fraction,
    biopsy: bool,
    rescue: bool,
) -> tuple[str, str]:
    if upcr_baseline < COMPLETE_BELOW and not biopsy:
        return NOT_APPLICABLE, NOT_APPLICABLE
    kept = egfr >= EGFR_KEPT * egfr_baseline
    halved = upcr <= PARTIAL_OF_BASELINE * upcr_baseline and upcr < PARTIAL_BELOW
    response = "none" if not kept else "complete" if upcr < COMPLETE_BELOW else "partial" if halved else "none"
    enough = egfr >= PERR_EGFR or egfr >= PERR_EGFR_KEPT * egfr_before_flare
    return response, PERR[not (upcr <= PERR_UP_TO and enough and not rescue)]


def _rule(said: Answers) -> Outcome:
    known = {item: said.number(item) for item in _NUMBERS}
    options: dict[str, Sequence[Any]] = {
        **{item: _numbers(item, known) for item in _NUMBERS},
        **{item: [said.flags[item]] if item in said.flags else [False, True] for item in _YES_OR_NO},
    }
    found, matter = outcomes(_judge, options)
    return Outcome(
        possible=tuple({"response": response, "perr": perr} for response, perr in found),
        missing=tuple(item for item in options if item in matter),
        steps=tuple(_steps(said, known)),
    )


def _numbers(item: str, known: dict[str, Fraction | None]) -> list[Fraction]:
    """Give the number that is known, else one from every range between the limits that it can meet."""
    number = known[item]
    if number is not None:
        return [number]
    upcr, baseline = known["upcr"], known["upcr_baseline"]
    egfr = known["egfr"]
    limits: list[Fraction]
    match item:
        case "upcr_baseline":
            limits = [COMPLETE_BELOW, _HIGH]
            limits += [] if upcr is None else [upcr / PARTIAL_OF_BASELINE]
        case "upcr":
            limits = [COMPLETE_BELOW, PERR_UP_TO, PERR_UP_TO + _BEYOND, PARTIAL_BELOW, _HIGH]
            if baseline is not None:
                halved = PARTIAL_OF_BASELINE * baseline
                limits += [halved, halved + _BEYOND]
        case "egfr":
            limits = [PERR_EGFR, _HIGH]
            for other, kept in (("egfr_baseline", EGFR_KEPT), ("egfr_before_flare", PERR_EGFR_KEPT)):
                earlier = known[other]
                limits += [] if earlier is None else [kept * earlier]
        case _:
            kept = EGFR_KEPT if item == "egfr_baseline" else PERR_EGFR_KEPT
            limits = [2 * _HIGH] if egfr is None else [egfr / kept, egfr / kept + _BEYOND]
    return sorted({Fraction(0), *limits})


def _steps(said: Answers, known: dict[str, Fraction | None]) -> Iterator[str]:
    upcr, before = known["upcr"], known["upcr_baseline"]
    if before is not None:
        biopsy = {True: "yes", False: "no", None: "not known"}[said.flags.get("biopsy")]
        yield f"nephritis at baseline: ratio {_plain(before)} g/g, 0.5 or more is asked for, or a biopsy: {biopsy}"
    if upcr is not None:
        yield f"ratio now {_plain(upcr)} g/g: complete below 0.5, partial below 3"
        if before:
            yield f"ratio now is {_plain(100 * upcr / before)} % of the baseline: partial up to 50 %"
    egfr = known["egfr"]
    for item, percent in (("egfr_baseline", 85), ("egfr_before_flare", 80)):
        earlier = known[item]
        if egfr is not None and earlier:
            words = "baseline" if item == "egfr_baseline" else "eGFR before the flare"
            yield f"eGFR is {_plain(100 * egfr / earlier)} % of the {words}: {percent} % or more is asked for"


def _plain(number: Fraction) -> str:
    return in_words(Interval.at(number))


_EGFR_UNIT = "mL/min/{1.73_m2}"

LUPUS_NEPHRITIS_RESPONSE = Scale(
    id="lupus_nephritis_response",
    name="Response of lupus nephritis",
    version="KDIGO 2024; primary efficacy renal response",
    citation=Citation("KDIGO Lupus Nephritis Work Group. Kidney Int 2024;105(1S):S1-S69"),
    verification=Verification("the project's reference notes", date(2026, 11, 25), "the whole rule"),
    items=by_id(
        [
            amount("upcr_baseline", "protein to creatinine in urine, baseline", "g/g", analyte="upcr"),
            amount("upcr", "protein to creatinine in urine, now", "g/g", analyte="upcr"),
            amount("egfr_baseline", "eGFR, baseline", _EGFR_UNIT),
            amount("egfr", "eGFR, now", _EGFR_UNIT),
            amount("egfr_before_flare", "eGFR before the flare", _EGFR_UNIT),
            yes_or_no("biopsy", "nephritis proven by biopsy at baseline"),
            yes_or_no("rescue", "rescue treatment since baseline"),
        ]
    ),
    fields={
        "response": Field("renal response", choices=RESPONSES),
        "perr": Field("primary efficacy renal response", choices=PERR),
    },
    rule=_rule,
)
