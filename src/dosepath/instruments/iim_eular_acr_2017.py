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

From probable on a tree gives the subgroup: juvenile with onset before 18 years (JDM with a skin feature, else
JM_other); DM with a skin feature and weakness, ADM without weakness; IBM with rimmed vacuoles, or weak finger flexors
that treatment did not improve; the rest is PM. The tree cannot tell immune-mediated necrotizing myopathy (IMNM) from
PM. An addition does, after the ENMC workshop of 2018: PM with raised CK and proximal weakness, and either antibodies
against SRP or HMGCR, or a biopsy with necrosis and none of the inflammatory findings.

Verification: points of both columns and the cut-offs as gathered in the project's reference notes (a reprint of the
table in RMD Open, the abstracts of both papers); shared cases, 2026-11-23. From memory: the constants of the formulas,
which agree with the cut-offs to one hundredth and decide nothing at 50, 55 and 90 %; that onset before 18 years adds
nothing; that enzymes count if they were ever raised; the tree and the addition for IMNM.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import product
from math import exp
from operator import itemgetter
from typing import TypeAlias

from dosepath.core.instrument import Case, Field, Flag, ItemAnswer, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, negate
from dosepath.instruments.answers import Answers, read_answers
from dosepath.instruments.iim_subgroups import (
    CK,
    CLASSIFIED,
    ENZYMES,
    NECROSIS,
    OF_THE_TREE,
    SETTLED,
    SIGNS,
    SKIN,
    SUBGROUPS,
    WEAKNESS,
    WHY,
    Signs,
    number_of,
    subgroups,
)
from dosepath.instruments.items import by_id, under, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, newly_refused
from dosepath.instruments.sums import CASE_LIMIT, Options, Points, all_reachable, either, extremes


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
    "constants of the formulas; onset before 18 years; tree of subgroups, addition for IMNM",
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
    "subgroup": Field("subgroup, with the addition for IMNM", choices=SUBGROUPS),
}
_HEADINGS = {"age": AGE, "features": FEATURES, "muscle biopsy": BIOPSY}
_ITEMS = {
    **by_id(
        item
        for section, rows in _HEADINGS.items()
        for item in under(section, (yes_or_no(row.id, row.label) for row in rows))
    ),
    **by_id(
        under(
            "the form as a whole",
            [
                yes_or_no(NO_BETTER_EXPLANATION, "no other disease explains the picture better"),
                yes_or_no(BIOPSY_READ, "a muscle biopsy was read, whatever it showed"),
            ],
        )
    ),
    **by_id(under("for the subgroup", (yes_or_no(name, label) for name, label in OF_THE_TREE.items()))),
}


def _rule(answers: Answers) -> Outcome:
    """List what the features leave possible.

    Examples
    --------
    >>> seen = dict.fromkeys(IIM_EULAR_ACR_2017.items, False) | dict.fromkeys(
    ...     ("age_ge_40", "weak_prox_upper", "weak_prox_lower", "neck_flex_weaker", "no_better_explanation"), True)
    >>> case = IIM_EULAR_ACR_2017.score(seen).possible[0]
    >>> float(case["score"].low), float(case["probability"].low), float(case["probability_by_formula"].low)
    (5.5, 55.0, 54.24)
    """
    said = _consistent(answers)
    columns = [(model, _states(said, model)) for model in _models(said)]
    possible: list[Case] = [] if said.yes(NO_BETTER_EXPLANATION) else [_not_applicable()]
    if not said.no(NO_BETTER_EXPLANATION):
        possible.extend(_cases(said, columns))
    missing = () if said.no(NO_BETTER_EXPLANATION) else _open(said, columns)
    return Outcome(
        tuple(possible),
        missing,
        tuple(_flags(said, possible)),
        refused=newly_refused(answers, said),
        steps=tuple(_steps(said, columns, possible, missing)),
    )


def deciding_items(answers: Mapping[str, ItemAnswer]) -> tuple[str, ...]:
    """Name the items that were not assessed and could change the category.

    Examples
    --------
    >>> seen = dict.fromkeys(IIM_EULAR_ACR_2017.items, False) | dict.fromkeys(
    ...     ("age_ge_40", "weak_prox_upper", "weak_prox_lower", "no_better_explanation"), True)
    >>> deciding_items({item: said for item, said in seen.items() if item not in ("neck_flex_weaker", "dysphagia")})
    ('neck_flex_weaker',)
    """
    return _deciding(_consistent(read_answers(_ITEMS, answers)))


def formula_probability(score: Fraction, model: "Model") -> float:
    """Give the probability, from 0 to 1, by the formula alone.

    Examples
    --------
    >>> round(formula_probability(Fraction("5.5"), WITHOUT_BIOPSY), 4)
    0.5424
    """
    return 1 / (1 + exp(model.midpoint - float(score)))


def _consistent(said: Answers) -> Answers:
    """Refuse answers that contradict one another; add those that follow from others."""
    ages = [row.id for row in AGE]
    stated = [name for name in ages if said.yes(name)]
    if len(stated) > 1:
        said = said.without(stated, "the first symptom has one age")
    elif all(said.no(name) for name in ages):
        said = said.without(ages, "the first symptom has an age")
    seen = [name for name in (*(row.id for row in BIOPSY), NECROSIS) if said.yes(name)]
    if seen and said.no(BIOPSY_READ):
        said = said.without([*seen, BIOPSY_READ], "a biopsy that was not read shows nothing")
    if said.yes(CK) and said.no(ENZYMES):
        said = said.without([CK, ENZYMES], "CK is one of the enzymes")
    follows = {**({ENZYMES: True} if said.yes(CK) else {}), **({CK: False} if said.no(ENZYMES) else {})}
    return replace(said, flags={**said.flags, **follows})


def _models(said: Answers) -> tuple[Model, ...]:
    """Give the columns of points that may apply; a finding of a biopsy says that it was read."""
    if said.yes(BIOPSY_READ) or any(said.yes(name) for name in (*(row.id for row in BIOPSY), NECROSIS)):
        return (WITH_BIOPSY,)
    return (WITHOUT_BIOPSY,) if said.no(BIOPSY_READ) else (WITHOUT_BIOPSY, WITH_BIOPSY)


def _ages(said: Answers) -> list[Feature]:
    """Give the ages of onset that are possible; when two are denied it is the third."""
    stated = [row for row in AGE if said.yes(row.id)]
    return stated or [row for row in AGE if not said.no(row.id)]


def _biopsy(model: Model) -> tuple[Feature, ...]:
    return BIOPSY if model is WITH_BIOPSY else ()


# Score ------------------------------------------------------------------------------------------------------------


def _options(said: Answers, biopsy: tuple[Feature, ...]) -> list[Options]:
    """Give what each feature may add, tenths of a point without and with biopsy."""
    ages: Options = [_tenths(row) for row in _ages(said)]
    return [ages, *(either(said.flags.get(row.id), _tenths(row)) for row in (*FEATURES, *biopsy))]


def _tenths(row: Feature) -> Points:
    return row.without, row.with_biopsy


def _category(model: Model, tenths: int) -> str:
    return next((name for name, from_tenths in model.cut_offs.items() if tenths >= from_tenths), "not_iim")


def _case(model: Model, tenths: int, subgroup: str | None) -> Case:
    category = _category(model, tenths)
    by_formula = Fraction(round(10_000 * formula_probability(Fraction(tenths, 10), model)), 100)
    case: dict[str, Interval | str] = {
        "probability": Interval.at(max(by_formula, Fraction(PERCENT_FROM[category]))),
        "score": Interval.at(Fraction(tenths, 10)),
        "category": category,
        "probability_by_formula": Interval.at(by_formula),
    }
    return case if subgroup is None else {**case, "subgroup": subgroup}


def _not_applicable() -> Case:
    return {"probability": Interval.at(0), "category": "not_applicable", "subgroup": "none"}


# Subgroup ---------------------------------------------------------------------------------------------------------


def _further(said: Answers, model: Model) -> dict[str, Verdict]:
    """Give the answers to the items of the tree; what no biopsy was read for is not there."""
    found = {item: said.verdict(item) for item in OF_THE_TREE}
    return found if model is WITH_BIOPSY else {**found, NECROSIS: Verdict.NOT_MET}


States: TypeAlias = set[tuple[int, Signs]]
"""Scores in tenths that are possible, each with what the tree asks."""
Columns: TypeAlias = Sequence[tuple[Model, States]]
"""The columns of points that may apply, each with what is possible in it."""


def _states(said: Answers, model: Model) -> States:
    """List the scores in tenths that are possible, each with what the tree asks."""
    with_biopsy = model is WITH_BIOPSY
    states = {(_tenths(row)[with_biopsy], number_of(row.id)) for row in _ages(said)}
    for group in _GROUPS if with_biopsy else _GROUPS[:-1]:
        more = {(0, 0)}
        for row in group:
            points, number = _tenths(row)[with_biopsy], number_of(row.id)
            answer = said.flags.get(row.id)
            added = {(tenths + points, signs | number) for tenths, signs in more} if answer is not False else set()
            more = added if answer else more | added
        states = {(a + b, SETTLED[one | other]) for a, one in states for b, other in more}
    return {(tenths, SIGNS[signs]) for tenths, signs in states}


_GROUPS = (
    *([row for row in FEATURES if row.id in group] for group in (SKIN, WEAKNESS)),
    [row for row in FEATURES if row.id not in (*SKIN, *WEAKNESS)],
    BIOPSY,
)
"""All features but the age, those of the biopsy last."""


def _cases(said: Answers, columns: Columns) -> list[Case]:
    """List what is possible; where that is too much, subgroups are left open."""
    scored = [
        (model, sorted({(tenths, name) for tenths, signs in states for name in _subgroups(said, model, tenths, signs)}))
        for model, states in columns
    ]
    if sum(len(pairs) for _, pairs in scored) <= CASE_LIMIT:
        return [_case(model, *pair) for model, pairs in scored for pair in pairs]
    return [_case(model, tenths, None) for model, pairs in scored for tenths in sorted({each for each, _ in pairs})]


def _subgroups(said: Answers, model: Model, tenths: int, signs: Signs) -> tuple[str, ...]:
    return subgroups(signs, _further(said, model)) if _category(model, tenths) in CLASSIFIED else ("none",)


# What is missing --------------------------------------------------------------------------------------------------


def _open(said: Answers, columns: Columns) -> tuple[str, ...]:
    """Give the items that would narrow the cases."""
    models = [model for model, _ in columns]
    ages = _ages(said)
    age_items = [row.id for row in ages] if len(ages) > 1 else []
    biopsy = [row.id for row in BIOPSY] if WITH_BIOPSY in models else []
    open_items = said.open((*age_items, *(row.id for row in FEATURES), *biopsy, NO_BETTER_EXPLANATION))
    asked = set[str]().union(*(_tree_asks(said, *column) for column in columns))
    further = tuple(item for item in OF_THE_TREE if item in asked)
    if len(models) == 1:
        return (*open_items, *further)
    options = _options(said, ())
    matters = _differ(extremes(options, (0, 0))[0]) or any(map(_differ, all_reachable(options, (0, 0))))
    return (*open_items, *([BIOPSY_READ] if matters else []), *further)


def _differ(tenths: Points) -> bool:
    """Answer whether the two columns give different results; high scores round to 100 % in both."""
    without, with_biopsy = tenths
    return _case(WITHOUT_BIOPSY, without, None) != _case(WITH_BIOPSY, with_biopsy, None)


def _tree_asks(said: Answers, model: Model, states: States) -> set[str]:
    """Name the open items of the tree that change the subgroup, whatever the other ones are."""
    known = _further(said, model)
    open_items = [name for name, verdict in known.items() if verdict is Verdict.UNKNOWN]
    if not open_items:
        return set()
    signs = {signs for tenths, signs in states if signs.needs_more and _category(model, tenths) in CLASSIFIED}
    asked: set[str] = set()
    for answers in product((Verdict.MET, Verdict.NOT_MET), repeat=len(open_items)):
        further = {**known, **dict(zip(open_items, answers, strict=True))}
        for each in signs:
            found = subgroups(each, further)
            for item in open_items:
                if item not in asked and subgroups(each, {**further, item: negate(further[item])}) != found:
                    asked.add(item)
    return asked


def _deciding(said: Answers) -> tuple[str, ...]:
    """Name the open items that could change the category."""
    if said.no(NO_BETTER_EXPLANATION):
        return ()
    models = _models(said)
    open_items = _open(said, [(model, set()) for model in models])  # the tree does not decide the category
    return tuple(item for item in open_items if _changes_category(item, said, models))


def _changes_category(item: str, said: Answers, models: tuple[Model, ...]) -> bool:
    if item == NO_BETTER_EXPLANATION:
        return True
    if item == BIOPSY_READ:
        pairs = all_reachable(_options(said, ()), (0, 0))
        return any(_category(WITHOUT_BIOPSY, one) != _category(WITH_BIOPSY, other) for one, other in pairs)
    return any(_decides(item, said, model) for model in models)


def _decides(item: str, said: Answers, model: Model) -> bool:
    """Answer whether a feature changes the category, whatever the other open features are."""
    with_biopsy = model is WITH_BIOPSY
    options = _options(said, _biopsy(model))
    rows = [row.id for row in (*FEATURES, *_biopsy(model))]
    place = rows.index(item) + 1 if item in rows else 0
    if place == 0 and all(row.id != item for row in _ages(said)):
        return False
    column = [[(points[with_biopsy],) for points in each] for each in options]
    own = [tenths for (tenths,) in column[place]]
    rest = all_reachable(column[:place] + column[place + 1 :], (0,))
    return any(len({_category(model, tenths + points) for points in own}) > 1 for (tenths,) in rest)


# What a person sees -----------------------------------------------------------------------------------------------


_MOST_NAMED = 8
"""Most open items of a form for which a flag names those that decide the category."""


def _flags(said: Answers, possible: list[Case]) -> Iterator[Flag]:
    if said.no(NO_BETTER_EXPLANATION):
        return
    if len(possible) == 1 and _on_a_cut_off(said, possible[0]):
        yield Flag("boundary_score", "the score lies on a cut-off: it decides, also where the formula gives less")
    if all(said.no(item) for item in SKIN) and said.no(BIOPSY_READ):
        yield Flag("no_skin_no_biopsy", "without a skin feature a biopsy is recommended before classifying")
    few_open = len(possible) > 1 and len(said.open(_ITEMS)) <= _MOST_NAMED
    deciding = _deciding(said) if few_open else ()
    if deciding:
        yield Flag("category_open", f"the category depends on {', '.join(deciding)}")


def _on_a_cut_off(said: Answers, case: Case) -> bool:
    (model,) = _models(said)
    return case.get("score") in [Interval.at(Fraction(tenths, 10)) for tenths in model.cut_offs.values()]


def _steps(said: Answers, columns: Columns, possible: list[Case], missing: tuple[str, ...]) -> Iterator[str]:
    """Word the computation: the column, each feature that counts, the score, the formula, the subgroup."""
    if said.no(NO_BETTER_EXPLANATION):
        yield "another disease explains the picture better: the criteria do not apply"
        return
    for model, _ in columns:
        with_biopsy = model is WITH_BIOPSY
        yield f"points {'with a biopsy that was read' if with_biopsy else 'without a biopsy'}"
        ages = _ages(said)
        rows = [*(ages if len(ages) == 1 else []), *FEATURES, *_biopsy(model)]
        for row in rows:
            if said.yes(row.id) or row in ages:
                yield f"  {row.label}: {_tenths(row)[with_biopsy] / 10:.1f}"
    if missing:
        yield f"not assessed: {', '.join(missing)}"
    if len(possible) == 1:
        yield from _result_steps(columns[0][0], possible[0])
        return
    for name in ("category", "subgroup"):
        found = dict.fromkeys(str(case[name]) for case in possible if name in case)
        yield f"{name}: {' or '.join(found) or 'open'}"


def _result_steps(model: Model, case: Case) -> Iterator[str]:
    score = case.get("score")
    if not isinstance(score, Interval):
        return
    number = f"{float(score.low or 0):.1f}"
    cut_offs = ", ".join(
        f"{name} from {tenths / 10:.1f}" for name, tenths in sorted(model.cut_offs.items(), key=itemgetter(1))
    )
    yield f"score {number}; {cut_offs}: {case['category']}"
    percent = 100 * formula_probability(score.low or Fraction(0), model)
    yield f"formula: 1 / (1 + exp({model.midpoint} - {number})) = {percent:.2f} %"
    least = PERCENT_FROM[str(case["category"])]
    if least > percent:
        yield f"the published category stands for {least} % or more, so the probability is {least} %"
    yield f"subgroup: {case['subgroup']}, {WHY[str(case['subgroup'])]}"


IIM_EULAR_ACR_2017 = Scale(
    "iim_eular_acr_2017",
    "2017 EULAR/ACR classification criteria for idiopathic inflammatory myopathies",
    "2017",
    _CITATION,
    _VERIFICATION,
    _ITEMS,
    _FIELDS,
    _rule,
    entries=_ENTRIES,
)
