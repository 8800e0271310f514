"""2013 ACR/EULAR classification criteria for systemic sclerosis.

Thick skin of the fingers of both hands that reaches beyond the knuckles is sufficient and stands for 9 points; the
other items are then not needed. Without it seven items add up to at most 19 points. Classified with 9 points or more.
Items count if they were ever present; of finger skin and of fingertip lesions only the heavier one counts.

The criteria do not apply where thick skin spares the fingers, or where another scleroderma-like disorder explains the
picture better: then nobody is classified, and there is no score. These two conditions are about the form as a whole.
Whoever fills it in has judged that the criteria apply, so where they are left out they are taken to be absent; it is
the one place where an item left out is not open.

Verification: points as gathered in the project's reference notes (two public tables, one open implementation with
tests) and definitions (table 2 of the paper); shared cases, 2026-11-23. The list of disorders to which the criteria do
not apply is from memory; it stands in the label of one item and decides only if that item is answered with yes.
"""

from collections.abc import Mapping
from datetime import date

from dosepath.core.instrument import YES_OR_NO, Field, FieldValue, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers, Weighted, items_of
from dosepath.instruments.items import choice, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, newly_refused
from dosepath.instruments.sums import Options, all_reachable, either

CUT_OFF = 9
"""Points from which a patient is classified, and the points of the sufficient item."""

SUFFICIENT = "skin_proximal_mcp"

LEVELS: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "skin_fingers": (
        "skin of the fingers, the heavier: puffy, or thick between knuckle and middle joint",
        {"none": 0, "puffy_fingers": 2, "sclerodactyly": 4},
    ),
    "fingertip_lesions": (
        "lesions of the fingertips, the heavier: ulcers, or pitting scars",
        {"none": 0, "digital_tip_ulcers": 2, "fingertip_pitting_scars": 3},
    ),
}
ADDITIVE = (
    Weighted("telangiectasia", 2, "telangiectasia"),
    Weighted("abnormal_nailfold_capillaries", 2, "abnormal capillaries of the nailfold"),
    Weighted("pah_or_ild", 2, "pulmonary arterial hypertension or interstitial lung disease, 2 points even for both"),
    Weighted("raynaud", 3, "Raynaud's phenomenon"),
    Weighted("ssc_antibody", 3, "anticentromere, anti-topoisomerase I or anti-RNA polymerase III, 3 points for any"),
)

SPARES_FINGERS = "skin_thickening_spares_fingers"
OTHER_DISORDER = "better_explanation"
NOT_APPLICABLE_IF = {
    SPARES_FINGERS: "thick skin that spares the fingers",
    OTHER_DISORDER: (
        "a scleroderma-like disorder explains the picture better, such as nephrogenic fibrosis, morphea, eosinophilic "
        "fasciitis, scleredema, scleromyxedema, porphyria, graft-versus-host disease or diabetic stiff hands"
    ),
}

_VERIFICATION = Verification(
    "two public tables, one open implementation with tests, table 2 of the paper",
    date(2026, 11, 23),
    "the disorders to which the criteria do not apply",
)
_CITATION = Citation("van den Hoogen F, Khanna D, Fransen J et al. Ann Rheum Dis 2013;72:1747-1755")
_NAME = "2013 ACR/EULAR classification criteria for systemic sclerosis"
_ENTRIES = {"classified": Field(f"classified by {_NAME}", choices=YES_OR_NO)}
_FIELDS = {
    **_ENTRIES,
    "score": Field("points", unit="1"),
    "applicable": Field("the criteria apply to the patient", choices=YES_OR_NO),
}
_ITEMS = {
    SUFFICIENT: yes_or_no(SUFFICIENT, "thick skin of the fingers of both hands, reaching beyond the knuckles"),
    **{name: choice(name, label, levels.keys()) for name, (label, levels) in LEVELS.items()},
    **items_of(ADDITIVE),
    **{name: yes_or_no(name, label) for name, label in NOT_APPLICABLE_IF.items()},
}


def _rule(answers: Answers) -> Outcome:
    """List what the items leave possible.

    Examples
    --------
    >>> scored = ACR_EULAR_SSC_2013.score({"skin_proximal_mcp": True})
    >>> scored.possible[0]["classified"], scored.missing
    ('true', ())
    """
    said = _consistent(answers)
    applies = _applies(said)
    possible: list[Mapping[str, FieldValue]] = []
    open_items: tuple[str, ...] = ()
    if False in applies:
        possible.append({"classified": "false", "applicable": "false"})
    if True in applies:
        scores, open_items = _scores(said)
        possible.extend(
            {
                "classified": "true" if score >= CUT_OFF else "false",
                "score": Interval.at(score),
                "applicable": "true",
            }
            for score in scores
        )
    if len(applies) > 1:
        open_items += tuple(name for name in NOT_APPLICABLE_IF if name in said.refused)
    return Outcome(
        tuple(possible),
        missing=open_items,
        flags=_flags(said),
        refused=newly_refused(answers, said),
        steps=_steps(said, possible),
    )


def _consistent(said: Answers) -> Answers:
    """Refuse that thick skin spares the fingers together with thick skin of the fingers."""
    thick = [SUFFICIENT] if said.yes(SUFFICIENT) else []
    thick += ["skin_fingers"] if said.levels.get("skin_fingers") == "sclerodactyly" else []
    if said.yes(SPARES_FINGERS) and thick:
        return said.without([SPARES_FINGERS, *thick], "thick skin cannot both spare the fingers and be there")
    return said


def _applies(said: Answers) -> set[bool]:
    """Answer whether the criteria apply; both where an answer about it could not be used."""
    if any(said.yes(name) for name in NOT_APPLICABLE_IF):
        return {False}
    return {True, False} if any(name in said.refused for name in NOT_APPLICABLE_IF) else {True}


def _scores(said: Answers) -> tuple[list[int], tuple[str, ...]]:
    """Give the scores of a patient to whom the criteria apply, and the items that would narrow them."""
    if said.yes(SUFFICIENT):
        return [CUT_OFF], ()
    options: list[Options] = [
        [(points,) for level, points in levels.items() if said.levels.get(name, level) == level]
        for name, (_, levels) in LEVELS.items()
    ]
    options += [either(said.flags.get(row.id), (row.points,)) for row in ADDITIVE]
    scores = {total for (total,) in all_reachable(options, (0,))}
    open_items = said.open((*LEVELS, *(row.id for row in ADDITIVE)))
    if not said.no(SUFFICIENT) and scores != {CUT_OFF}:
        scores.add(CUT_OFF)
        open_items = (SUFFICIENT, *open_items)
    return sorted(scores), open_items


def _flags(said: Answers) -> tuple[Flag, ...]:
    reasons = [label for name, label in NOT_APPLICABLE_IF.items() if said.yes(name)]
    return (Flag("not_applicable", f"the criteria do not apply: {'; '.join(reasons)}"),) if reasons else ()


def _steps(said: Answers, possible: list[Mapping[str, FieldValue]]) -> tuple[str, ...]:
    """Name the items that count, with their points."""
    if said.yes(SUFFICIENT):
        lines = [f"{CUT_OFF} {_ITEMS[SUFFICIENT].label}: sufficient, nothing is added"]
    else:
        chosen = {name: said.levels[name] for name in LEVELS if name in said.levels}
        lines = [f"{LEVELS[name][1][level]} {level}" for name, level in chosen.items() if LEVELS[name][1][level]]
        lines += [f"{row.points} {row.label}" for row in ADDITIVE if said.yes(row.id)]
    points = [case["score"] for case in possible if isinstance(case.get("score"), Interval)]
    numbers = [int(score.low) for score in points if isinstance(score, Interval) and score.low is not None]
    if not numbers:
        return ("the criteria do not apply: no score",)
    low, high = min(numbers), max(numbers)
    lines.append(f"{low if low == high else f'{low} to {high}'} points, classified from {CUT_OFF}")
    return tuple(lines)


ACR_EULAR_SSC_2013 = Scale(
    "acr_eular_ssc_2013",
    _NAME,
    "2013",
    _CITATION,
    _VERIFICATION,
    _ITEMS,
    _FIELDS,
    _rule,
    entries=_ENTRIES,
)
