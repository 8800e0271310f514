"""2017 EULAR/ACR classification criteria for idiopathic inflammatory myopathies.

Points add up in tenths. There are two columns of points: one for patients whose muscle biopsy was read, also where it
showed nothing, and one for all others. A formula turns the score into a probability. The published categories are
those of the score: possible from 5.3 points (6.5 with biopsy), probable from 5.5 (6.7), definite from 7.5 (8.7).

What `probability` means here. The papers state 50, 55 and 90 % for these three cut-offs, but the formula with its
rounded constants gives 49.3, 54.2 and 89.8 % at 5.3, 5.5 and 7.5 points. So `probability` is the formula, and at least
the percentage of the published category of the score: "probability >= 55 %" holds exactly when the score reaches its
cut-off, likewise 50 and 90 %. `probability_by_formula` is the formula alone. Both are rounded to hundredths of a
percent, and no rounding crosses a cut-off.

The criteria apply only where no other disease explains the picture better. Where one does, the category is
`not_applicable`, there is no score, and `probability` is 0: not by these criteria.

Verification: points of both columns and the cut-offs as gathered in the project's reference notes (a reprint of the
table in RMD Open, the abstracts of both papers); shared cases, 2026-11-23. From memory: the constants of the formulas,
which agree with the cut-offs to one hundredth and decide nothing at 50, 55 and 90 %; that onset before 18 years adds
nothing; that enzymes count if they were ever raised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import exp

from dosepath.core.facts import Value
from dosepath.core.instrument import Field, FieldValue, Item, ItemAnswer, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers, read_answers
from dosepath.instruments.entered import entered_score
from dosepath.instruments.items import yes_or_no
from dosepath.instruments.sums import Options, Points, all_reachable, either, extremes


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: tenths of a point without and with a biopsy that was read."""

    id: str
    without: int
    with_biopsy: int
    label: str


AGE = (
    # From memory: onset before 18 years is the reference and adds nothing. It decides nothing by itself.
    Feature("age_lt_18", 0, 0, "first symptom before the age of 18"),
    Feature("age_18_39", 13, 15, "first symptom from 18 to 39 years of age"),
    Feature("age_ge_40", 21, 22, "first symptom at 40 years of age or later"),
)
"""Exactly one of these holds."""

FEATURES = (
    Feature("weak_prox_upper", 7, 7, "objective symmetric weakness of the proximal arms"),
    Feature("weak_prox_lower", 8, 5, "objective symmetric weakness of the proximal legs"),
    Feature("neck_flex_weaker", 19, 16, "neck flexors weaker than neck extensors"),
    Feature("leg_prox_weaker", 9, 12, "proximal leg muscles weaker than distal ones"),
    Feature("heliotrope", 31, 32, "heliotrope rash"),
    Feature("gottron_papules", 21, 27, "Gottron's papules, raised, over extensor sides of joints"),
    Feature("gottron_sign", 33, 37, "Gottron's sign, flat redness over extensor sides of joints"),
    Feature("dysphagia", 7, 6, "dysphagia or disturbed motility of the oesophagus"),
    Feature("anti_jo1", 39, 38, "anti-Jo-1; other myositis antibodies do not count"),
    Feature("enzymes", 13, 14, "CK, LDH, AST or ALT above the upper limit, ever"),
)
BIOPSY = (
    Feature("bx_endomysial", 0, 17, "biopsy: endomysial mononuclear cells around fibres"),
    Feature("bx_perimysial", 0, 12, "biopsy: perimysial or perivascular mononuclear cells"),
    Feature("bx_perifascicular", 0, 19, "biopsy: perifascicular atrophy"),
    Feature("bx_rimmed", 0, 31, "biopsy: rimmed vacuoles"),
)

NO_BETTER_EXPLANATION = "no_better_explanation"
BIOPSY_READ = "biopsy_read"


@dataclass(frozen=True, slots=True)
class Model:
    """One column of points: the midpoint of its formula, and its cut-offs in tenths of a point, the highest first."""

    midpoint: float
    cut_offs: Mapping[str, int]


# The midpoints are from memory; see the module for why they decide nothing at the cut-offs.
WITHOUT_BIOPSY = Model(5.33, {"definite": 75, "probable": 55, "possible": 53})
WITH_BIOPSY = Model(6.49, {"definite": 87, "probable": 67, "possible": 65})

PERCENT_FROM: Mapping[str, int] = {"definite": 90, "probable": 55, "possible": 50, "not_iim": 0}
"""Least probability of each category, as published."""

_VERIFICATION = Verification(
    "reprint of the table in RMD Open, abstracts of both papers",
    date(2026, 11, 23),
    "constants of the formulas; onset before 18 years",
)
_CITATION = Citation(
    "Lundberg IE, Tjärnlund A, Bottai M et al. Ann Rheum Dis 2017;76:1955-1964", "10.1136/annrheumdis-2017-211468"
)
_ENTRIES = {"probability": Field("probability of IIM", unit="%")}
_FIELDS = {
    **_ENTRIES,
    "score": Field("points", unit="1"),
    "category": Field("category by score", choices=("not_iim", "possible", "probable", "definite", "not_applicable")),
    "probability_by_formula": Field("probability by the formula alone", unit="%"),
}
_ITEMS = {
    **{row.id: yes_or_no(row.id, row.label) for row in (*AGE, *FEATURES, *BIOPSY)},
    NO_BETTER_EXPLANATION: yes_or_no(NO_BETTER_EXPLANATION, "no other disease explains the picture better"),
    BIOPSY_READ: yes_or_no(BIOPSY_READ, "a muscle biopsy was read, whatever it showed"),
}


@dataclass(frozen=True, slots=True)
class IimEularAcr2017:
    """Score, category and probability of an idiopathic inflammatory myopathy."""

    id: str = "iim_eular_acr_2017"
    name: str = "2017 EULAR/ACR classification criteria for idiopathic inflammatory myopathies"
    version: str = "2017"
    citation: Citation = _CITATION
    one_assessment: bool = False
    verification: Verification = _VERIFICATION

    @property
    def fields(self) -> Mapping[str, Field]:
        """Probability in percent that agrees with the cut-offs, score, category, probability by the formula alone."""
        return _FIELDS

    @property
    def entries(self) -> Mapping[str, Field]:
        """The probability may be entered."""
        return _ENTRIES

    @property
    def items(self) -> Mapping[str, Item]:
        """Seventeen features, the precondition, and whether a biopsy was read, yes or no."""
        return _ITEMS

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        """Give the one case of what was entered."""
        return entered_score(self.id, self.version, _ENTRIES, entered)

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        """List what the features leave possible.

        Examples
        --------
        >>> seen = dict.fromkeys(IimEularAcr2017().items, False) | dict.fromkeys(
        ...     ("age_ge_40", "weak_prox_upper", "weak_prox_lower", "neck_flex_weaker", "no_better_explanation"), True)
        >>> case = IimEularAcr2017().score(seen).possible[0]
        >>> float(case["score"].low), float(case["probability"].low), float(case["probability_by_formula"].low)
        (5.5, 55.0, 54.24)
        """
        said = _consistent(read_answers(_ITEMS, answers))
        if said.no(NO_BETTER_EXPLANATION):
            return Score(self.id, self.version, (_not_applicable(),), refused=said.refusals)
        possible: list[Mapping[str, FieldValue]] = []
        if not said.yes(NO_BETTER_EXPLANATION):
            possible.append(_not_applicable())
        models = _models(said)
        for model in models:
            with_biopsy = model is WITH_BIOPSY
            rows = _options(said, BIOPSY if with_biopsy else ())
            column = [[(points[with_biopsy],) for points in options] for options in rows]
            possible.extend(_case(model, tenths) for (tenths,) in all_reachable(column, (0,)))
        return Score(self.id, self.version, tuple(possible), missing=_open(said, models), refused=said.refusals)


IIM_EULAR_ACR_2017 = IimEularAcr2017()


def _consistent(said: Answers) -> Answers:
    """Refuse answers that contradict one another."""
    ages = [row.id for row in AGE]
    stated = [name for name in ages if said.yes(name)]
    if len(stated) > 1:
        said = said.without(stated, "the first symptom has one age")
    elif all(said.no(name) for name in ages):
        said = said.without(ages, "the first symptom has an age")
    seen = [row.id for row in BIOPSY if said.yes(row.id)]
    if seen and said.no(BIOPSY_READ):
        said = said.without([*seen, BIOPSY_READ], "a biopsy that was not read shows nothing")
    return said


def _models(said: Answers) -> tuple[Model, ...]:
    """Give the columns of points that may apply; a finding of a biopsy says that it was read."""
    if said.yes(BIOPSY_READ) or any(said.yes(row.id) for row in BIOPSY):
        return (WITH_BIOPSY,)
    return (WITHOUT_BIOPSY,) if said.no(BIOPSY_READ) else (WITHOUT_BIOPSY, WITH_BIOPSY)


def _ages(said: Answers) -> list[Feature]:
    """Give the ages of onset that are possible; when two are denied it is the third."""
    stated = [row for row in AGE if said.yes(row.id)]
    return stated or [row for row in AGE if not said.no(row.id)]


def _options(said: Answers, biopsy: tuple[Feature, ...]) -> list[Options]:
    """Give what each feature may add, tenths of a point without and with biopsy."""
    ages: Options = [_tenths(row) for row in _ages(said)]
    return [ages, *(either(said.flags.get(row.id), _tenths(row)) for row in (*FEATURES, *biopsy))]


def _tenths(row: Feature) -> Points:
    return row.without, row.with_biopsy


def _open(said: Answers, models: tuple[Model, ...]) -> tuple[str, ...]:
    """Give the items that would narrow the cases."""
    ages = _ages(said)
    age_items = [row.id for row in ages] if len(ages) > 1 else []
    biopsy = [row.id for row in BIOPSY] if WITH_BIOPSY in models else []
    open_items = said.open((*age_items, *(row.id for row in FEATURES), *biopsy, NO_BETTER_EXPLANATION))
    if len(models) == 1:
        return open_items
    options = _options(said, ())
    matters = _differ(extremes(options, (0, 0))[0]) or any(map(_differ, all_reachable(options, (0, 0))))
    return (*open_items, BIOPSY_READ) if matters else open_items


def _differ(tenths: Points) -> bool:
    """Answer whether the two columns give different results; high scores round to 100 % in both."""
    without, with_biopsy = tenths
    return _case(WITHOUT_BIOPSY, without) != _case(WITH_BIOPSY, with_biopsy)


def _not_applicable() -> Mapping[str, FieldValue]:
    return {"probability": Interval.at(0), "category": "not_applicable"}


def _case(model: Model, tenths: int) -> Mapping[str, FieldValue]:
    category = next((name for name, from_tenths in model.cut_offs.items() if tenths >= from_tenths), "not_iim")
    by_formula = Fraction(round(10_000 / (1 + exp(model.midpoint - tenths / 10))), 100)
    return {
        "probability": Interval.at(max(by_formula, Fraction(PERCENT_FROM[category]))),
        "score": Interval.at(Fraction(tenths, 10)),
        "category": category,
        "probability_by_formula": Interval.at(by_formula),
    }
