"""2016 ACR/EULAR classification criteria for primary Sjögren's syndrome.

Entry: at least one of six questions about dryness or activity. None of seven excluding diagnoses. Then 4 points or
more of five items. A test under a drug that dries the mouth or eyes is not assessed unless the drug was stopped long
enough. Low flow of saliva scores here, while the trial asks for some flow that is left: between 0.01 and 0.1 mL/min
without stimulation both hold.

Verification: entry, exclusions, items, points and cut-off as gathered in the project's reference notes (three table
reprints); shared cases, 2026-11-23.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from dosepath.core.instrument import YES_OR_NO, Field, Flag, Verification
from dosepath.core.interval import Interval, Operator
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict
from dosepath.instruments.answers import Answers, Weighted, items_of
from dosepath.instruments.items import yes_or_no
from dosepath.instruments.scale import Outcome, Scale
from dosepath.instruments.sums import all_reachable, either

CUT_OFF = 4
"""Points from which a patient is classified."""

ENTRY = {
    "dry_eyes_3m": "dry eyes every day for more than 3 months",
    "sand_gravel": "feels sand or gravel in the eyes again and again",
    "tear_subst": "needs artificial tears more than 3 times a day",
    "dry_mouth_3m": "dry mouth every day for more than 3 months",
    "liquids_swallow": "often drinks to swallow dry food",
    "essdai_domain": "a positive item in at least one domain of ESSDAI",
}
EXCLUSIONS = {
    "head_neck_radiation": "irradiation of head or neck",
    "active_hcv": "active hepatitis C, shown by PCR",
    "aids": "AIDS",
    "sarcoidosis": "sarcoidosis",
    "amyloidosis": "amyloidosis",
    "gvhd": "graft-versus-host disease",
    "igg4_rd": "IgG4-related disease",
}
SCORED = (
    Weighted("focus_score", 3, "focal lymphocytes in a lip gland, focus score of 1 or more per 4 mm2"),
    Weighted("anti_ssa", 3, "anti-SSA/Ro"),
    Weighted("ocular_staining", 1, "ocular staining score of 5 or more, or van Bijsterveld of 4 or more, in one eye"),
    Weighted("schirmer", 1, "Schirmer test of 5 mm or less in 5 minutes, in one eye"),
    Weighted("uwsf", 1, "unstimulated whole saliva of 0.1 mL/min or less"),
)

RESULTS: Mapping[str, tuple[str, Operator, Fraction]] = {
    "focus_score": ("focus_score", ">=", Fraction(1)),
    "ocular_staining_score": ("ocular_staining", ">=", Fraction(5)),
    "van_bijsterveld": ("ocular_staining", ">=", Fraction(4)),
    "schirmer_mm": ("schirmer", "<=", Fraction(5)),
    "uwsf_ml_min": ("uwsf", "<=", Fraction("0.1")),
}
"""Results and the item that each of them answers: of the eyes the worse one, saliva per minute."""

_VERIFICATION = Verification(
    "three table reprints",
    date(2026, 11, 23),
)
_CITATION = Citation("Shiboski CH, Shiboski SC, Seror R et al. Ann Rheum Dis 2017;76:9-16")
_NAME = "2016 ACR/EULAR classification criteria for primary Sjögren's syndrome"
_ENTRIES = {"classified": Field(f"classified by {_NAME}", choices=YES_OR_NO)}
_FIELDS = {**_ENTRIES, "score": Field("points of the items, whatever entry and exclusions", unit="1")}
_ITEMS = {
    **{name: yes_or_no(name, label) for name, label in {**ENTRY, **EXCLUSIONS}.items()},
    **items_of(SCORED),
}


def _rule(said: Answers) -> Outcome:
    """List what the items leave possible.

    Examples
    --------
    >>> seen = dict.fromkeys(EXCLUSIONS, False) | {"dry_mouth_3m": True, "anti_ssa": True, "schirmer": True}
    >>> scored = SJOGREN_ACR_EULAR_2016.score(seen)
    >>> {case["classified"] for case in scored.possible}, scored.missing
    ({'true'}, ('focus_score', 'ocular_staining', 'uwsf'))
    """
    scores = [points for (points,) in all_reachable((either(said.flags.get(i.id), (i.points,)) for i in SCORED), (0,))]
    entered = any(said.yes(name) for name in ENTRY)
    excluded = any(said.yes(name) for name in EXCLUSIONS)
    open_entry, open_exclusions = said.open(ENTRY), said.open(EXCLUSIONS)
    may_be_admitted = not excluded and (entered or bool(open_entry))
    surely_admitted = entered and not excluded and not open_exclusions
    found: set[tuple[int, bool]] = set()
    for points in scores:
        reached = points >= CUT_OFF
        if reached and may_be_admitted:
            found.add((points, True))
        if not (reached and surely_admitted):
            found.add((points, False))
    open_items: tuple[str, ...] = ()
    if may_be_admitted and max(scores) >= CUT_OFF:
        open_items = (*(() if entered else open_entry), *open_exclusions)
    return Outcome(
        tuple({"classified": "true" if yes else "false", "score": Interval.at(n)} for n, yes in sorted(found)),
        missing=(*open_items, *said.open(row.id for row in SCORED)),
        flags=tuple(_flags(said, min(scores))),
        steps=tuple(_steps(said, scores)),
    )


def items_from(results: Mapping[str, Fraction]) -> dict[str, bool]:
    """Answer the items that results decide; of two results for one item, one that scores is enough.

    Parameters
    ----------
    results
        By the names of `RESULTS`: foci per 4 mm2, staining scores and millimetres of the worse eye, mL/min.

    Examples
    --------
    >>> items_from({"schirmer_mm": Fraction(5), "ocular_staining_score": Fraction(4), "van_bijsterveld": Fraction(4)})
    {'schirmer': True, 'ocular_staining': True}
    """
    found: dict[str, bool] = {}
    for name, result in results.items():
        item, operator, limit = RESULTS[name]
        scores = Interval.at(result).compare(operator, Interval.at(limit)) is Verdict.MET
        found[item] = found.get(item, False) or scores
    return found


def _flags(said: Answers, least: int) -> Iterator[Flag]:
    """Say why enough points do not classify."""
    if least < CUT_OFF:
        return
    for name, label in EXCLUSIONS.items():
        if said.yes(name):
            yield Flag("excluded", f"points suffice, but the criteria do not apply: {label}")
    if all(said.no(name) for name in ENTRY):
        yield Flag("no_entry", "points suffice, but none of the six entry questions was answered with yes")


def _steps(said: Answers, scores: list[int]) -> Iterator[str]:
    """Name entry, exclusions, and the items that count with their points."""
    entry = [label for name, label in ENTRY.items() if said.yes(name)]
    exclusions = [label for name, label in EXCLUSIONS.items() if said.yes(name)]
    yield f"entry: {'; '.join(entry) or ('open' if said.open(ENTRY) else 'none')}"
    yield f"excluding diagnoses: {'; '.join(exclusions) or ('open' if said.open(EXCLUSIONS) else 'none')}"
    for row in SCORED:
        if said.yes(row.id):
            yield f"{row.points} {row.label}"
    low, high = min(scores), max(scores)
    yield f"{low if low == high else f'{low} to {high}'} points, classified from {CUT_OFF}"


SJOGREN_ACR_EULAR_2016 = Scale(
    "sjogren_acr_eular_2016",
    _NAME,
    "2016",
    _CITATION,
    _VERIFICATION,
    _ITEMS,
    _FIELDS,
    _rule,
    entries=_ENTRIES,
)
