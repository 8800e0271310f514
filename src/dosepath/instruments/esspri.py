"""ESSPRI, the EULAR Sjögren's syndrome patient reported index: dryness, fatigue and pain of the last two weeks.

Each is a numerical scale from 0 to 10, the index is their mean. Below 5 the state is acceptable. A fall by one point,
or by 15 % of the earlier index, is the least improvement that matters to patients. From an earlier index of 0 there is
no fall. Dryness is one question about the whole body, not the mean of eye, mouth and skin; millimetres of a line of
100 are divided by 10 first. A scale that was left out may be anything from 0 to 10.

Verification: scales, mean and the least improvement as gathered in the project's reference notes (table of cut-offs
in Ann Rheum Dis); shared cases, 2026-11-25. From memory: the acceptable state.
"""

from datetime import date
from fractions import Fraction

from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words, parted, stated
from dosepath.instruments.items import amount, by_id
from dosepath.instruments.scale import Outcome, Scale, word_of

ACCEPTABLE_BELOW = Fraction(5)
LEAST_FALL = Fraction(1)
LEAST_FALL_SHARE = Fraction(15, 100)
"""Of the earlier index; one of the two falls is enough."""

_SCALES = by_id(
    (
        amount("dryness", "dryness as a whole, the worst at 10", high=10),
        amount("fatigue", "fatigue, the worst at 10", high=10),
        amount("pain", "pain of joints and muscles in arms and legs, the worst at 10", high=10),
    )
)
_BASELINE = amount("baseline", "index of the earlier visit that this one is compared with", high=10)


def improved(baseline: Interval, now: Interval) -> Verdict:
    """Answer whether the index fell by one point or by 15 %.

    Examples
    --------
    >>> improved(Interval.at(5), Interval.at(Fraction("4.25"))), improved(Interval.at(0), Interval.at(0))
    (<Verdict.MET: 'met'>, <Verdict.NOT_MET: 'not_met'>)
    """
    if baseline.high == 0:
        return Verdict.NOT_MET
    if baseline.low is None or baseline.high is None:
        return Verdict.UNKNOWN
    enough = now.compare("<=", Interval(_enough(baseline.low), _enough(baseline.high)))
    return Verdict.UNKNOWN if enough is Verdict.MET and baseline.low == 0 else enough


def _enough(baseline: Fraction) -> Fraction:
    """Give the highest index that has improved from a baseline above 0; it rises with the baseline."""
    return baseline - min(LEAST_FALL, LEAST_FALL_SHARE * baseline)


def _rule(said: Answers) -> Outcome:
    score = sum((stated(said, item) for item in _SCALES.values()), Interval.at(0)).times(Fraction(1, len(_SCALES)))
    baseline = stated(said, _BASELINE)
    verdict = improved(baseline, score)
    possible: list[Case] = [
        {
            "score": part,
            "acceptable": "false" if upper else "true",
            "change": part - baseline,
            "improved": word,
        }
        for part, upper in parted(score, ACCEPTABLE_BELOW)
        for word in word_of(verdict)
    ]
    flags: tuple[Flag, ...] = ()
    if baseline.high == 0:
        flags = (Flag("baseline_zero", "the earlier index is 0: nothing can improve, and no percentage can be given"),)
    return Outcome(
        tuple(possible), said.open((*_SCALES, _BASELINE.id)), flags, steps=_steps(said, score, baseline, verdict)
    )


def _steps(said: Answers, score: Interval, baseline: Interval, verdict: Verdict) -> tuple[str, ...]:
    numbers = " + ".join(in_words(stated(said, item)) for item in _SCALES.values())
    lines = [f"({numbers}) / {len(_SCALES)} = {in_words(score)}; acceptable below {ACCEPTABLE_BELOW}"]
    if baseline.exact:
        change = f"{in_words(baseline)} before, change {in_words(score - baseline)}"
        needed = f"a fall by {LEAST_FALL} point or {100 * LEAST_FALL_SHARE} %: {verdict.value.replace('_', ' ')}"
        lines.append(f"{change}; {needed}")
    return tuple(lines)


_ENTRIES = {"score": Field("ESSPRI", unit="1")}

ESSPRI = Scale(
    "esspri",
    "EULAR Sjögren's syndrome patient reported index",
    "2011",
    Citation("Seror R, Ravaud P, Mariette X et al. Ann Rheum Dis 2011;70:968-972", "10.1136/ard.2010.143743"),
    Verification("table of cut-offs in Ann Rheum Dis", date(2026, 11, 25), "the acceptable state"),
    {**_SCALES, _BASELINE.id: _BASELINE},
    {
        **_ENTRIES,
        "acceptable": Field("acceptable state, below 5", choices=YES_OR_NO),
        "change": Field("change from the earlier index, negative when it fell", unit="1"),
        "improved": Field("least improvement that matters: a fall by 1 point or by 15 %", choices=YES_OR_NO),
    },
    _rule,
    entries=_ENTRIES,
)
