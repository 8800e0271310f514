"""Adapters of the instruments of myositis."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from dosepath.cli.verify.adapter import Adapter, criterion, error_of, flags_of, form, instrument, person, result, score
from dosepath.cli.verify.compare import Got
from dosepath.cli.verify.given import Given
from dosepath.core.errors import InputError
from dosepath.core.facts import Fact
from dosepath.core.instrument import RefusalKind, Score
from dosepath.core.interval import Interval
from dosepath.core.verdict import Verdict, agreed
from dosepath.instruments.haq_di import CATEGORIES, POINTS, SKIPPED
from dosepath.instruments.iim_eular_acr_2017 import (
    AGE,
    BIOPSY_READ,
    NO_BETTER_EXPLANATION,
    WITH_BIOPSY,
    WITHOUT_BIOPSY,
    deciding_items,
    formula_probability,
)
from dosepath.instruments.mmt8 import DISTAL, PROXIMAL
from dosepath.interop.answers_yaml import answers_of
from dosepath.response.imacs_tis_2016 import MEASURES, category_of

ERRORS = {RefusalKind.NOT_WHOLE: "not_integer", RefusalKind.OUT_OF_RANGE: "out_of_range"}


def _ends(scored: Score, field: str) -> tuple[Fraction | None, Fraction | None]:
    value = scored.value(field)
    return (value.low, value.high) if isinstance(value, Interval) else (None, None)


# Classification ---------------------------------------------------------------------------------------------------


def iim_eular_acr_2017(given: Given) -> Got:
    """Take what a case leaves out as absent, what is null as not assessed; nothing explains the picture better."""
    items = instrument("iim_eular_acr_2017").items
    age = given.number("age_onset")
    ages = dict.fromkeys((row.id for row in AGE), False)
    if age is None:
        ages = {}
    else:
        ages["age_lt_18" if age < 18 else "age_18_39" if age < 40 else "age_ge_40"] = True
    answers: dict[str, Any] = {
        **{item: False for item in items if item not in {row.id for row in AGE}},
        **ages,
        NO_BETTER_EXPLANATION: True,
        BIOPSY_READ: given.get("biopsy", False),
        **given.rest(),
    }
    scored = score("iim_eular_acr_2017", answers)
    low, high = _ends(scored, "score")
    subgroup = scored.value("subgroup")
    named = {str(each) for each in scored.values("subgroup")} - {"none"}
    model = WITH_BIOPSY if answers[BIOPSY_READ] else WITHOUT_BIOPSY

    def of_the_trial() -> Verdict:
        facts = form("iim_eular_acr_2017", answers)
        subtypes = [[result("iim_subtype", each)] for each in sorted(named)] or [[]]
        return agreed(criterion("I02.4.a", [*facts, *subtype]) for subtype in subtypes)

    return {
        "score": scored.value("score"),
        "score_min": low,
        "score_max": high,
        # To five decimals: the cases print four, rounded from these.
        "probability": round(formula_probability(low, model), 5) if low is not None and low == high else None,
        "category": scored.value("category"),
        "subgroup": None if subgroup == "none" else subgroup,
        "warnings": flags_of(scored) & {"boundary_score", "no_skin_no_biopsy"},
        "deciding_items": set(deciding_items(answers_of(items, answers))),
        "trial_2_4_1": of_the_trial,
    }


# Strength ---------------------------------------------------------------------------------------------------------


def mmt8(given: Given) -> Got:
    """Name the muscles of both lists; where the one-sided form has none on the right, the left stands in for it."""
    variant = given.get("variant", "bilateral_150")
    if variant not in ("bilateral_150", "unilateral_80"):
        raise InputError(f"no variant '{variant}'")
    one_sided = variant == "unilateral_80"
    right, left = (given.get(side) or [None] * len((*PROXIMAL, *DISTAL)) for side in ("r", "l"))
    if one_sided:
        right = [own if own is not None else other for own, other in zip(right, left, strict=True)]
        left = []
    answers: dict[str, Any] = {"neck_flexors": given.get("neck")}
    for (muscle, _), one, other in zip_longest((*PROXIMAL, *DISTAL), right, left):
        answers |= {f"{muscle}.right": one, f"{muscle}.left": other}
    scored = score("mmt8", answers)
    total = "total_80" if one_sided else "total_150"
    low, high = _ends(scored, total)
    return {
        "total": scored.value(total),
        "total_min": low,
        "total_max": high,
        "axial": scored.value("axial"),
        "proximal": scored.value("proximal"),
        "distal": scored.value("distal"),
        "error": error_of(scored, ERRORS),
        "trial_le_141": lambda: criterion("I02.4.b.1", form("mmt8", answers)),
    }


# Function ---------------------------------------------------------------------------------------------------------


def haq_di(given: Given) -> Got:
    """Take a question without an answer as one that the patient skipped, and aids that are not named as not used."""
    levels = {points: level for level, points in POINTS.items()}
    answers: dict[str, Any] = {}
    outside = False
    for category in CATEGORIES:
        said = given.get(category.id) or []
        for activity, points in zip_longest(category.activities, said[: len(category.activities)]):
            answers[activity] = SKIPPED if points is None else levels.get(points, str(points))
        outside |= any(points is not None and points not in levels for points in said)
        if len(said) > len(category.activities):
            raise InputError(f"{category.id} has {len(category.activities)} activities")
    for key, kind in (("aids", "aid"), ("help", "help")):
        named = given.get(key) or []
        answers |= {item: item.removeprefix(f"{kind}.") in named for item in instrument("haq_di").items
                    if item.startswith(f"{kind}.")}  # fmt: skip
        answers |= {f"{kind}.{name}": True for name in named}
    scored = score("haq_di", answers)
    few = "fewer_than_6_categories" in flags_of(scored)
    return {
        "categories": [scored.value(category.id) for category in CATEGORIES],
        "haq_di": scored.value("score"),
        "haq_adi": scored.value("haq_adi"),
        "reason": "fewer_than_6_categories" if few else None,
        "error": "out_of_range" if outside else error_of(scored, {}),
        "trial_ge_0_25": lambda: criterion("I02.4.b.5", form("haq_di", answers)),
    }


# Response ---------------------------------------------------------------------------------------------------------


def imacs_tis_2016(given: Given) -> Got:
    return _trial_entry(given) if given.get("mode") == "trial_entry" else _response(given)


def _response(given: Given) -> Got:
    """Take what is null as missing; the maximum of MMT names its form, 150 where none is given."""
    answers: dict[str, Any] = {"mmt_form": str(given.get("mmt_max", 150))}
    for measure in MEASURES:
        if measure.id != "enzyme":
            before, after = given.get(measure.id) or (None, None)
            answers |= {measure.before: before, measure.after: after}
    enzyme = given.below("enzyme")
    names = {"name": "name", "uln": "uln", "base": "baseline", "fu": "follow_up"}
    answers |= {f"enzyme.{ours}": enzyme.get(theirs) for theirs, ours in names.items()}
    enzyme.refuse_rest()
    scored = score("imacs_tis_2016", answers)
    low, high = _ends(scored, "tis")
    return {
        "pct": {measure.id: scored.value(f"{measure.id}_pct") for measure in MEASURES},
        "points": {measure.id: scored.value(f"{measure.id}_points") for measure in MEASURES},
        "tis": scored.value("tis"),
        "tis_min": low,
        "tis_max": high,
        "category": scored.value("category"),
        "lower_bound_category": None if low is None else category_of(low),
    }


CORE_SET = {
    "patient_vas": ("I02.4.b.2", "patient_global_vas_0_10"),
    "physician_vas": ("I02.4.b.3", "physician_global_vas_0_10"),
    "extramuscular_vas": ("I02.4.b.4", "extramuscular_vas_0_10"),
    "haq_di": ("I02.4.b.5", "haq_di"),
}
ENZYME = "I02.4.b.6"


def _trial_entry(given: Given) -> Got:
    """Put the measures on record; what is null or left out is not there."""
    facts: list[Fact] = person()
    concepts = {"mmt8_150": "mmt8_total_150", **{key: concept for key, (_, concept) in CORE_SET.items()}}
    for key, concept in concepts.items():
        value = given.get(key)
        if value is not None:
            facts.append(result(concept, value))
    facts += [_enzyme(row) for row in given.get("enzymes") or ()]
    leaves = {**{key: leaf for key, (leaf, _) in CORE_SET.items()}, "enzyme": ENZYME}
    return {
        "true_measures": lambda: {key for key, leaf in leaves.items() if criterion(leaf, facts) is Verdict.MET},
        "trial_2_4_2": lambda: criterion("I02.4.b", facts),
    }


def _enzyme(row: Mapping[str, Any]) -> Fact:
    return result(str(row["name"]).lower(), row["value"], "U/L", uln=row.get("uln"))


ADAPTERS: Mapping[str, Adapter] = {
    "iim_eular_acr_2017": iim_eular_acr_2017,
    "mmt8": mmt8,
    "haq_di": haq_di,
    "imacs_tis_2016": imacs_tis_2016,
}
