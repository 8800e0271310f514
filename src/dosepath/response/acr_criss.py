"""ACR-CRISS, the composite response index of diffuse systemic sclerosis, and the revised CRISS.

Step 1: new renal crisis, a confirmed fall of FVC, new failure of the left ventricle or new pulmonary arterial
hypertension, each because of the disease: then the probability of improvement is 0. Step 2: otherwise the changes of
five measures since baseline give it, as the logistic of a sum. All of them but FVC count against it when they rise.
From 0.60 on the patient has improved. Revised CRISS(X): three of the five measures better by X % of the baseline or
more, FVC by 5 %; step 1 stays.

The sum (`logit`) is exact; the probability is its logistic, as a float. A measure that is missing at one of the two
visits leaves bounds, for the probability goes one way with each of them. FVC has no upper bound, so without FVC only
step 1 decides. The revised CRISS is given as `revised_up_to`: the highest X for which it holds, 0 where it holds for
none. A measure that was 0 at baseline cannot improve. The global assessments are on a scale of 0 to 10; millimetres of
a line of 100 are divided by 10 first. Some trials also ask that at most one measure gets worse: not part of this.

Verification: coefficients and step 1 (table of PMC4818571), the limit 0.60 and the revised rule (abstracts of 2016,
2021 and 2023), as gathered in the project's reference notes; shared cases, 2026-11-25. From memory: the signs of the
coefficients, which the table had lost and which sense confirms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import exp, log

from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Item, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, any_of
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words, parted, stated
from dosepath.instruments.items import amount, both_visits, by_id, under, whole, yes_or_no
from dosepath.instruments.scale import Outcome, Scale


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the five measures: its items at both visits, and what one unit of change adds to the logit."""

    baseline: Item
    now: Item
    coefficient: Fraction

    @property
    def id(self) -> str:
        """Name of the measure, which is that of its item at the later visit."""
        return self.now.id


def _measure(coefficient: str, now: Item) -> Measure:
    return Measure(*both_visits("five measures", now), Fraction(coefficient))


FVC = "fvc"
MEASURES = (
    _measure("-0.81", whole("mrss", "modified Rodnan skin score", 0, 51)),
    _measure("0.21", amount(FVC, "forced vital capacity, percent of predicted", "%")),
    _measure("-0.40", amount("patient_global", "global assessment by the patient, the worst at 10", high=10)),
    _measure("-0.44", amount("physician_global", "global assessment by the physician, the worst at 10", high=10)),
    _measure("-3.41", amount("haq_di", "HAQ disability index", high=3)),
)
INTERCEPT = Fraction("-5.54")
IMPROVED_FROM = Fraction("0.60")

EVENTS = by_id(
    (
        yes_or_no("renal_crisis", "new renal crisis of scleroderma"),
        yes_or_no(
            "fvc_fall",
            "FVC in percent of predicted down by 15 % or more of the earlier result, confirmed within a month, with "
            "lung disease on high-resolution CT and FVC below 80 % of predicted, because of the disease",
        ),
        yes_or_no(
            "left_ventricular_failure",
            "new failure of the left ventricle (LVEF 45 % or less) that needs treatment, because of the disease",
        ),
        yes_or_no(
            "pulmonary_arterial_hypertension",
            "new pulmonary arterial hypertension that needs treatment, because of the disease: on catheter mean "
            "pressure 25 mmHg or more at rest, wedge pressure 15 mmHg or less, resistance above 3 Wood units",
        ),
    )
)
_ITEMS = {
    **by_id(under("organ damage", EVENTS.values())),
    **{item.id: item for measure in MEASURES for item in (measure.baseline, measure.now)},
}

NEEDED = 3
"""Measures of the revised CRISS that have to improve."""

FVC_PERCENT = Fraction(5)
"""Improvement of FVC that the revised CRISS asks for, whatever it asks of the others; 10 in analyses of sensitivity."""

IMPROVED_LOGIT = round(Fraction(log(IMPROVED_FROM / (1 - IMPROVED_FROM))), 12)
"""Logit of the limit, to twelve decimals: far finer than any measurement."""


def probability(logit: Interval) -> Interval:
    """Give the probability that belongs to a logit.

    Examples
    --------
    >>> round(float(probability(Interval.at(INTERCEPT)).low), 4)
    0.0039
    """
    low = Fraction(0) if logit.low is None else _logistic(logit.low)
    high = Fraction(1) if logit.high is None else _logistic(logit.high)
    return Interval(low, high, logit.low is None or logit.low_open, logit.high is None or logit.high_open)


def _logistic(logit: Fraction) -> Fraction:
    if logit == IMPROVED_LOGIT:
        return IMPROVED_FROM
    size = exp(-abs(float(logit)))
    return Fraction(1 / (1 + size) if logit >= 0 else size / (1 + size))


def improved_measures(
    improvements: Mapping[str, Interval], percent: Fraction, fvc_percent: Fraction = FVC_PERCENT
) -> dict[str, Verdict]:
    """Answer for each measure whether it improved as the revised CRISS asks.

    Parameters
    ----------
    improvements
        In percent of the baseline, by measure: fields `<measure>_improvement` of a score.
    percent
        The X of CRISS(X).
    fvc_percent
        What FVC has to improve by.

    Examples
    --------
    >>> improved_measures({"mrss": Interval.at(19), "fvc": Interval.at(5)}, Fraction(20))
    {'mrss': <Verdict.NOT_MET: 'not_met'>, 'fvc': <Verdict.MET: 'met'>}
    """
    return {
        name: improvement.compare(">=", Interval.at(fvc_percent if name == FVC else percent))
        for name, improvement in improvements.items()
    }


def highest_percent(improvements: Mapping[str, Fraction], fvc_percent: Fraction = FVC_PERCENT) -> Fraction:
    """Give the highest X for which three measures improved as CRISS(X) asks; 0 when there is none.

    Examples
    --------
    >>> seen = {"mrss": Fraction(30), "fvc": Fraction(6), "patient_global": Fraction(25), "haq_di": Fraction(0)}
    >>> highest_percent(seen)
    Fraction(25, 1)
    """
    others = sorted((value for name, value in improvements.items() if name != FVC), reverse=True)
    needed = NEEDED - (1 if improvements.get(FVC, Fraction(0)) >= fvc_percent else 0)
    return max(others[needed - 1], Fraction(0)) if len(others) >= needed else Fraction(0)


def _rule(said: Answers) -> Outcome:
    event = any_of(said.verdict(name) for name in EVENTS)
    logit = sum((_change(said, measure).times(measure.coefficient) for measure in MEASURES), Interval.at(INTERCEPT))
    improvements = {measure.id: _improvement(said, measure) for measure in MEASURES}
    shown = {f"{name}_improvement": value for name, value in improvements.items()}
    possible: list[Case] = []
    if event is not Verdict.NOT_MET:
        possible.append(
            {
                "probability": Interval.at(0),
                "improved": "false",
                "revised_up_to": Interval.at(0),
                **{name: value for name, value in {"logit": logit, **shown}.items() if value.exact},
            }
        )
    if event is not Verdict.MET:
        possible += [
            {
                "probability": probability(part),
                "improved": "true" if upper else "false",
                "revised_up_to": _revised(improvements),
                "logit": part,
                **shown,
            }
            for part, upper in parted(logit, IMPROVED_LOGIT)
        ]
    return Outcome(
        tuple(possible),
        () if event is Verdict.MET else said.open(_ITEMS),
        _flags(said, event),
        steps=_steps(said, event, logit, improvements),
    )


def _change(said: Answers, measure: Measure) -> Interval:
    return stated(said, measure.now) - stated(said, measure.baseline)


def _improvement(said: Answers, measure: Measure) -> Interval:
    """Give the improvement in percent of the baseline; 0 where the baseline is 0, for nothing can improve then."""
    baseline, now = stated(said, measure.baseline), stated(said, measure.now)
    rises = measure.coefficient > 0
    if baseline.exact and baseline.low is not None:
        if baseline.low == 0:
            return Interval.at(0)
        better = now - baseline if rises else baseline - now
        return better.times(100 / baseline.low)
    if rises or baseline.high is None or now.low is None:
        return Interval(Fraction(-100), None)
    return Interval(Fraction(0) if now.high == 0 else None, 100 * (1 - now.low / baseline.high))


def _revised(improvements: Mapping[str, Interval]) -> Interval:
    """Give the bounds of the highest X; it rises with every improvement."""
    low = {name: Fraction(-100) if value.low is None else value.low for name, value in improvements.items()}
    high = {name: Fraction(100) if value.high is None else value.high for name, value in improvements.items()}
    return Interval(highest_percent(low), highest_percent(high))


def _flags(said: Answers, event: Verdict) -> tuple[Flag, ...]:
    found = []
    if event is Verdict.MET:
        found.append(Flag("step_1_event", "an event of step 1: not improved, whatever the changes"))
    zero = [measure.id for measure in MEASURES if said.number(measure.baseline.id) == 0]
    if zero:
        found.append(Flag("baseline_zero", f"0 at baseline, so it cannot improve by a share: {', '.join(zero)}"))
    return tuple(found)


def _steps(said: Answers, event: Verdict, logit: Interval, improvements: Mapping[str, Interval]) -> tuple[str, ...]:
    seen = [name for name in EVENTS if said.yes(name)]
    events = {Verdict.MET: ", ".join(seen), Verdict.NOT_MET: "no event", Verdict.UNKNOWN: "not settled"}
    lines = [f"step 1: {events[event]}"]
    terms = [f"{float(INTERCEPT)}"]
    for measure in MEASURES:
        sign, size = "-" if measure.coefficient < 0 else "+", float(abs(measure.coefficient))
        terms.append(f"{sign} {size} x ({in_words(_change(said, measure))}) {measure.id}")
    lines.append(f"step 2: {' '.join(terms)} = {in_words(logit)}")
    if event is not Verdict.MET:
        chance = probability(logit)
        low, high = (f"{float(end or 0):.4f}" for end in (chance.low, chance.high))
        lines.append(f"probability {low if low == high else f'{low} to {high}'}, improved from {float(IMPROVED_FROM)}")
    shares = ", ".join(f"{name} {in_words(value)} %" for name, value in improvements.items())
    lines.append(f"revised CRISS: better by {shares}")
    return tuple(lines)


ACR_CRISS = Scale(
    "acr_criss",
    "ACR composite response index in systemic sclerosis",
    "ACR-CRISS 2016 and revised CRISS 2021",
    Citation("Khanna D, Berrocal VJ, Giannini EH et al. Arthritis Care Res 2016;68:167-178", "10.1002/acr.22804"),
    Verification(
        "table of PMC4818571, abstracts of 2016, 2021 and 2023", date(2026, 11, 25), "signs of the coefficients"
    ),
    _ITEMS,
    {
        "improved": Field("improved, probability of 0.60 or more and no event", choices=YES_OR_NO),
        "probability": Field("probability of improvement", unit="1"),
        "logit": Field("sum of step 2", unit="1"),
        "revised_up_to": Field("highest X for which the revised CRISS(X) holds, 0 where it holds for none", unit="%"),
        **{
            f"{measure.id}_improvement": Field(f"improvement of {measure.now.label}, share of the baseline", unit="%")
            for measure in MEASURES
        },
    },
    _rule,
)
