"""Lung function in systemic sclerosis: how far FVC and DLCO have declined since an earlier test.

Both tests are in percent of predicted. A decline is given twice: relative, in percent of the earlier result, and in
points. Progression is that of the OMERACT group for lung disease of connective tissue diseases: with interstitial lung
disease, FVC down by 10 % or more, or by 5 % or more together with DLCO down by 15 % or more, each relative.

The ranges of FVC and DLCO that a trial asks for, its six months, new lung disease and the skin are rules of the trial
(criteria I02.2.c and I02.2.e of NCT06680388); they stand in its protocol file, which judges them from the results on
record. An earlier test more than six months old, an FVC below 45 % and a DLCO that was not corrected for haemoglobin
are flagged.

Verification: arithmetic by own calculation; six months and 45 % are the wording of the trial (NCT06680388); shared
cases, 2026-11-25. From memory: the definition of OMERACT, of which the wording of the trial is a short form.
"""

from datetime import date
from fractions import Fraction

from dosepath.core.days import PartialDate, Span, TimeUnit, not_after, shift
from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, all_of, any_of
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words
from dosepath.instruments.items import amount, by_id, day, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, word_of

FVC_ALONE = Fraction(10)
FVC_WITH_DLCO = Fraction(5)
DLCO_WITH_FVC = Fraction(15)
"""Relative declines in percent, each included."""

SEVERE_FVC_BELOW = Fraction(45)
LONGEST_AGO = Span(6, TimeUnit.MONTH)

TESTS = {"fvc": "forced vital capacity (FVC)", "dlco": "diffusing capacity for carbon monoxide (DLCO)"}

_NUMBERS = by_id(
    amount(name, label, "%")
    for test, long in TESTS.items()
    for name, label in (
        (test, f"{long}, percent of predicted"),
        (f"{test}_before", f"{long} of the earlier test, percent of predicted"),
    )
)
_ITEMS = {
    **by_id((yes_or_no("ild", "interstitial lung disease, seen on high-resolution CT"),)),
    **_NUMBERS,
    **by_id(
        (
            day("on", "day of the test"),
            day("before_on", "day of the earlier test"),
            yes_or_no("dlco_corrected", "DLCO is corrected for haemoglobin"),
        )
    ),
}


def _rule(said: Answers) -> Outcome:
    usable = _possible(said)
    points = {test: _points(usable, test) for test in TESTS}
    relative = {test: _relative(usable, test) for test in TESTS}
    lungs = any_of(
        (
            relative["fvc"].compare(">=", Interval.at(FVC_ALONE)),
            all_of(
                (
                    relative["fvc"].compare(">=", Interval.at(FVC_WITH_DLCO)),
                    relative["dlco"].compare(">=", Interval.at(DLCO_WITH_FVC)),
                )
            ),
        )
    )
    numbers: Case = {
        **{f"{test}_decline": decline for test, decline in relative.items()},
        **{f"{test}_decline_points": decline for test, decline in points.items()},
    }
    asked = _NUMBERS if lungs is Verdict.NOT_MET else ("ild", *_NUMBERS)
    return Outcome(
        tuple({**numbers, "progression": word} for word in word_of(all_of((usable.verdict("ild"), lungs)))),
        usable.open(asked),
        _flags(usable),
        tuple(refusal for item, refusal in usable.refused.items() if item not in said.refused),
        tuple(_step(label, relative[test], points[test]) for test, label in TESTS.items()),
    )


def _possible(said: Answers) -> Answers:
    """Refuse a decline from 0, and an earlier test that came later."""
    from_nothing = [f"{test}_before" for test in TESTS if said.amounts.get(f"{test}_before") == 0]
    said = said.without(from_nothing, "there is no decline from 0")
    days = ("before_on", "on")
    if not said.open(days) and not_after(said.days["before_on"], said.days["on"]) is Verdict.NOT_MET:
        return said.without(days, "the earlier test comes after the other")
    return said


def _points(said: Answers, test: str) -> Interval:
    now, before = said.amounts.get(test), said.amounts.get(f"{test}_before")
    if now is not None and before is not None:
        return Interval.at(before - now)
    if before is not None:
        return Interval(None, before)
    return Interval(None if now is None else -now, None, low_open=now is not None)


def _relative(said: Answers, test: str) -> Interval:
    """Give the decline in percent of the earlier result, 100 at most."""
    now, before = said.amounts.get(test), said.amounts.get(f"{test}_before")
    if now is not None and before is not None:
        return Interval.at(100 * (before - now) / before)
    return Interval.at(100) if now == 0 else Interval(None, Fraction(100), high_open=now is not None)


def _step(label: str, relative: Interval, points: Interval) -> str:
    if not relative.exact:
        return f"{label}: decline not known"
    return f"{label}: down by {in_words(relative)} % of the earlier result, {in_words(points)} points"


def _flags(said: Answers) -> tuple[Flag, ...]:
    found = []
    fvc = said.amounts.get("fvc")
    if fvc is not None and fvc < SEVERE_FVC_BELOW:
        text = f"FVC below {SEVERE_FVC_BELOW} %: severe restriction, also where DLCO alone would let the patient in"
        found.append(Flag("severe_restriction", text))
    if said.no("dlco_corrected"):
        found.append(Flag("dlco_not_corrected", "DLCO is not corrected for haemoglobin: anaemia lowers it"))
    if "on" in said.days and "before_on" in said.days:
        oldest = PartialDate.on(_long_ago(said.days["on"].earliest))
        if not_after(oldest, said.days["before_on"]) is not Verdict.MET:
            text = (
                f"the earlier test is, or may be, more than {LONGEST_AGO} old: it does not stand in for one that is not"
            )
            found.append(Flag("earlier_test_too_old", text))
    return tuple(found)


def _long_ago(day: date) -> date:
    return shift(day, LONGEST_AGO, -1) if day.year > date.min.year else date.min


SSC_ILD_ACTIVITY = Scale(
    "ssc_ild_activity",
    "Decline of lung function in systemic sclerosis",
    "OMERACT progression; entry and activity as in NCT06680388 are criteria of that trial",
    Citation("Khanna D, Mittoo S, Aggarwal R et al. J Rheumatol 2015;42:2168-2171"),
    Verification("own arithmetic, wording of the trial", date(2026, 11, 25), "the definition of OMERACT"),
    _ITEMS,
    {
        "progression": Field("progression of interstitial lung disease (OMERACT)", choices=YES_OR_NO),
        **{f"{test}_decline": Field(f"decline of {label}, relative", unit="%") for test, label in TESTS.items()},
        **{
            f"{test}_decline_points": Field(f"decline of {label}, points of percent predicted", unit="%")
            for test, label in TESTS.items()
        },
    },
    _rule,
)
