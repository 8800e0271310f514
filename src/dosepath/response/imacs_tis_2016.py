"""Total improvement score (TIS) of myositis, 2016 ACR/EULAR criteria for response, with the IMACS core set measures.

Six measures before and after: the physician's and the patient's global activity, muscle strength, HAQ-DI, one muscle
enzyme and activity outside the muscles. Each gives its improvement in percent of the *whole scale*, not of the value
before: from 2 to 1 on a scale of 10 is 10 %. Bands of percent give points, a band holds its upper end (15 % is in the
band up to 15 %), and worsening gives none. The points add up to 0 to 100. Adults improve minimally from 20 points,
moderately from 40, in a major way from 60; children from 30, 45 and 70.

Muscle strength is in percent of the highest score of the form used, 80, 150 or 260 points: 10 points more are 12.5 % of
80, but 6.7 % of 150. The enzyme is the one with the highest multiple of its upper limit before, and the same one after;
its scale is a number of upper limits, and more than 100 % only means the highest band.

A measure that is missing leaves its points open, so the score has bounds; their lower end is what the public calculator
calls a lower bound. Physician's global activity and strength belong to every score (`required_measure_missing`).

Verification: the six measures, the scale of 0 to 100 and its three levels against the public page of IMACS; shared
cases, 2026-11-25. From memory: the table of bands, of which the maxima add up to 100, the numbers of upper limits, and
the cut-offs. Compare them with Aggarwal 2017 before anything depends on them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dosepath.core.instrument import Case, Field, Flag, Item, Refusal, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, at, by_id, choice, under
from dosepath.instruments.scale import Outcome, Scale
from dosepath.instruments.sums import all_reachable

STEP = Fraction(5, 2)
"""All points are multiples of this."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A core set measure.

    Parameters
    ----------
    id, label
        Name and plain words.
    bands
        Percent above which a band begins, and its points; below the first there are none.
    scale
        Highest value; None where it depends on the form or the enzyme.
    higher_is_better
        Only strength gets better upwards.
    """

    id: str
    label: str
    bands: tuple[tuple[int, Fraction], ...]
    scale: int | None = None
    higher_is_better: bool = False

    @property
    def before(self) -> str:
        """Item of the value before."""
        return f"{self.id}.baseline"

    @property
    def after(self) -> str:
        """Item of the value after."""
        return f"{self.id}.follow_up"

    def points(self, percent: Fraction | None) -> Fraction:
        """Give the points of an improvement in percent of the scale; None is above every band.

        Examples
        --------
        >>> [str(MEASURES[0].points(Fraction(percent))) for percent in (5, 6, 15, 41, -30)]
        ['0', '15/2', '15/2', '20', '0']
        """
        return max(
            (points for above, points in self.bands if percent is None or percent > above),
            default=Fraction(0),
        )


def _bands(*points: str, limits: tuple[int, ...] = (5, 15, 25, 40)) -> tuple[tuple[int, Fraction], ...]:
    return tuple(zip(limits, map(Fraction, points), strict=True))


VAS = 10
HAQ_SCALE = 3

MEASURES = (
    Measure("physician_global", "physician's global activity", _bands("7.5", "15", "17.5", "20"), VAS),
    Measure("patient_global", "patient's global activity", _bands("2.5", "5", "7.5", "10"), VAS),
    Measure(
        "mmt",
        "manual muscle testing",
        _bands("10", "20", "27.5", "32.5", limits=(2, 10, 20, 30)),
        higher_is_better=True,
    ),
    Measure("haq", "HAQ-DI", _bands("5", "7.5", "7.5", "10"), HAQ_SCALE),
    Measure("enzyme", "muscle enzyme", _bands("2.5", "5", "7.5", "7.5")),
    Measure("extramuscular", "activity outside the muscles", _bands("7.5", "12.5", "15", "20"), VAS),
)
REQUIRED = ("physician_global", "mmt")

MMT_FORM = "mmt_form"
MMT_FORMS: Mapping[str, int] = {"80": 80, "150": 150, "260": 260}

ENZYME = "enzyme.name"
ENZYME_LIMIT = "enzyme.uln"
UPPER_LIMITS: Mapping[str, int] = {"CK": 15, "aldolase": 6, "LDH": 3, "AST": 3, "ALT": 3}
"""Upper limits of normal that make the scale of each enzyme."""

ADULT: Mapping[str, int] = {"none": 0, "minimal": 20, "moderate": 40, "major": 60}
JUVENILE: Mapping[str, int] = {"none": 0, "minimal": 30, "moderate": 45, "major": 70}
"""Points from which each level is reached."""


def category_of(points: Fraction, levels: Mapping[str, int] = ADULT) -> str:
    """Give the level of improvement.

    Examples
    --------
    >>> category_of(Fraction(40)), category_of(Fraction(40), JUVENILE)
    ('moderate', 'minimal')
    """
    return [level for level, least in levels.items() if points >= least][-1]


def _items() -> Iterator[Item]:
    for measure in MEASURES:
        for item, when in ((measure.before, "before"), (measure.after, "after")):
            match measure.id:
                case "enzyme":
                    found = amount(item, f"{measure.label}, {when}", "U/L")
                case "mmt":
                    found = amount(item, f"{measure.label}, {when}", high=max(MMT_FORMS.values()))
                case _:
                    found = amount(item, f"{measure.label}, {when}, 0 to {measure.scale}", high=measure.scale)
            yield at(found, section="core set measures", row=measure.label, column=when)
    yield from under("how they were measured", _further())


def _further() -> Iterator[Item]:
    yield choice(
        MMT_FORM,
        "form of muscle testing",
        {
            "80": "eight muscles, one side, 80 points",
            "150": "eight muscles, both sides, 150 points",
            "260": "twenty-four or twenty-six muscles, 260 points",
        },
    )
    yield choice(ENZYME, "muscle enzyme with the highest multiple of its upper limit before", tuple(UPPER_LIMITS))
    yield amount(ENZYME_LIMIT, "upper limit of normal of this enzyme", "U/L")


_ITEMS = by_id(_items())
_FIELDS = {
    "tis": Field("total improvement score", unit="1"),
    "category": Field("improvement, adults", choices=tuple(ADULT)),
    "category_juvenile": Field("improvement, children", choices=tuple(JUVENILE)),
    **{f"{measure.id}_pct": Field(f"{measure.label}, improvement of the scale", unit="%") for measure in MEASURES},
    **{f"{measure.id}_points": Field(f"{measure.label}, points", unit="1") for measure in MEASURES},
}


def _rule(read: Answers) -> Outcome:
    said = _consistent(read)
    percents = {measure.id: _percent(measure, said) for measure in MEASURES}
    points = {measure.id: _possible_points(measure, percents[measure.id]) for measure in MEASURES}
    detail: dict[str, Interval] = {f"{name}_pct": percent for name, percent in percents.items()}
    detail |= {f"{name}_points": Interval(some[0], some[-1]) for name, some in points.items()}
    totals = all_reachable(([(int(each / STEP),) for each in some] for some in points.values()), (0,))
    return Outcome(
        tuple(_case(count * STEP, detail) for (count,) in totals),
        tuple(item for measure in MEASURES if not percents[measure.id].exact for item in said.open(_items_of(measure))),
        tuple(_flags(said, percents)),
        tuple(_refused(read, said)),
        tuple(_steps(percents, points, [count * STEP for (count,) in totals])),
    )


def _case(total: Fraction, detail: Mapping[str, Interval]) -> Case:
    return {
        "tis": Interval.at(total),
        "category": category_of(total),
        "category_juvenile": category_of(total, JUVENILE),
        **detail,
    }


def _consistent(said: Answers) -> Answers:
    """Refuse what no form of muscle testing gives, and a limit of zero."""
    highest = MMT_FORMS.get(said.levels.get(MMT_FORM, ""))
    if highest is not None:
        above = [item for item in ("mmt.baseline", "mmt.follow_up") if said.amounts.get(item, 0) > highest]
        said = said.without(above, f"the form of {highest} points has no such score") if above else said
    if said.amounts.get(ENZYME_LIMIT) == 0:
        said = said.without([ENZYME_LIMIT], "an upper limit is above zero")
    return said


def _refused(read: Answers, said: Answers) -> Iterator[Refusal]:
    return (refusal for item, refusal in said.refused.items() if item not in read.refused)


def _items_of(measure: Measure) -> tuple[str, ...]:
    further = {"mmt": (MMT_FORM,), "enzyme": (ENZYME, ENZYME_LIMIT)}
    return measure.before, measure.after, *further.get(measure.id, ())


def _percent(measure: Measure, said: Answers) -> Interval:
    """Give the improvement in percent of the scale, between bounds where something is missing."""
    scale = _scale(measure, said)
    before, after = (_value(said.amounts.get(item), scale, measure) for item in (measure.before, measure.after))
    improved = after - before if measure.higher_is_better else before - after
    inverse = scale.inverse()
    percent = improved.times(Fraction(100)) * (inverse or Interval(Fraction(0), None, low_open=True))
    if measure.id == "enzyme":
        return percent
    return Interval(_within(percent.low, Fraction(-100)), _within(percent.high, Fraction(100)))


def _within(end: Fraction | None, limit: Fraction) -> Fraction:
    """Keep an end inside the scale: nobody improves by more than all of it."""
    if end is None:
        return limit
    return max(end, limit) if limit < 0 else min(end, limit)


def _value(known: Fraction | None, scale: Interval, measure: Measure) -> Interval:
    if known is not None:
        return Interval.at(known)
    return Interval(Fraction(0), None if measure.id == "enzyme" else scale.high)


def _scale(measure: Measure, said: Answers) -> Interval:
    if measure.scale is not None:
        return Interval.at(measure.scale)
    if measure.id == "mmt":
        scores = [said.amounts.get(item, Fraction(0)) for item in (measure.before, measure.after)]
        forms = [MMT_FORMS[said.levels[MMT_FORM]]] if MMT_FORM in said.levels else list(MMT_FORMS.values())
        fitting = [Fraction(form) for form in forms if form >= max(scores)]
        return Interval(min(fitting), max(fitting))
    known = said.levels.get(ENZYME)
    multiples = [UPPER_LIMITS[known]] if known else list(UPPER_LIMITS.values())
    limit = said.amounts.get(ENZYME_LIMIT)
    upper = Interval(Fraction(0), None, low_open=True) if limit is None else Interval.at(limit)
    return upper * Interval(Fraction(min(multiples)), Fraction(max(multiples)))


def _possible_points(measure: Measure, percent: Interval) -> list[Fraction]:
    """Give the points that an improvement between bounds may have, the least first."""
    least = Fraction(0) if percent.low is None else measure.points(percent.low)
    most = measure.points(percent.high)
    every: Iterable[Fraction] = {Fraction(0), *(points for _, points in measure.bands)}
    return sorted(points for points in every if least <= points <= most)


def _flags(said: Answers, percents: Mapping[str, Interval]) -> Iterator[Flag]:
    missing = [name for name in REQUIRED if not percents[name].exact]
    if missing:
        yield Flag("required_measure_missing", f"no score is reported without {' and '.join(missing)}")
    limit, before = said.amounts.get(ENZYME_LIMIT), said.amounts.get("enzyme.baseline")
    if limit is not None and before is not None and before <= limit:
        yield Flag("enzyme_not_raised", "the enzyme was not above its upper limit before: is it the most abnormal one?")
    worse = [name for name, percent in percents.items() if percent.compare("<", Interval.at(0)) is Verdict.MET]
    if worse:
        yield Flag("worse", f"worse than before, and without points: {', '.join(worse)}")


def _steps(
    percents: Mapping[str, Interval], points: Mapping[str, list[Fraction]], totals: list[Fraction]
) -> Iterator[str]:
    for measure in MEASURES:
        some = [_number(each) for each in points[measure.id]]
        percent = percents[measure.id]
        found = f"improved by {_number(percent.low)} % of the scale" if percent.exact else "not complete"
        yield f"{measure.label}: {found}, {some[0] if len(some) == 1 else f'{some[0]} to {some[-1]}'} points"
    low, high = _number(totals[0]), _number(totals[-1])
    yield f"total: {low if low == high else f'{low} to {high}'} of 100"


def _number(value: Fraction | None) -> str:
    return f"{float(value or 0):.4g}"


IMACS_TIS_2016 = Scale(
    "imacs_tis_2016",
    "2016 ACR/EULAR total improvement score of myositis",
    "2016",
    Citation("Aggarwal R, Rider LG, Ruperto N et al. Ann Rheum Dis 2017;76:792-801", "10.1136/annrheumdis-2017-211400"),
    Verification(
        "the public page of IMACS: measures, scale, levels",
        date(2026, 11, 25),
        "bands, upper limits of the enzymes, cut-offs",
    ),
    _ITEMS,
    _FIELDS,
    _rule,
)
