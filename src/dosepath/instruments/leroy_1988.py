"""LeRoy's subsets of systemic sclerosis, by where the skin has thickened at any time.

Diffuse: upper arm, thigh or trunk. Limited: only beyond elbow and knee, or the face. None: no thick skin. LeRoy counts
the trunk; a protocol that names elbow and knee alone can use `proximal_limb` as well, and skin that is thick on the
trunk alone is flagged. The regions can be read off the places of a modified Rodnan skin score, but that shows the skin
of today: skin that has softened counts as well.

Verification: the rule is from memory, and so is that face and neck alone are limited; elbow and knee are also in the
wording of the trial (NCT06680388). Shared cases, 2026-11-25.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from dosepath.core.facts import Value
from dosepath.core.instrument import YES_OR_NO, Field, Flag, Item, ItemAnswer, Score, Verification
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, any_of, verdict_of
from dosepath.instruments.answers import Answers, read_answers
from dosepath.instruments.entered import field_value
from dosepath.instruments.items import yes_or_no

SITES = {
    "skin_upper_arm": "thick skin proximal to the elbow (upper arm)",
    "skin_thigh": "thick skin proximal to the knee (thigh)",
    "skin_trunk": "thick skin of chest or abdomen",
    "skin_distal_or_face": "thick skin distal to elbow or knee, or of face or neck",
}

PLACES: Mapping[str, tuple[str, ...]] = {
    "skin_upper_arm": ("upper_arm_r", "upper_arm_l"),
    "skin_thigh": ("thigh_r", "thigh_l"),
    "skin_trunk": ("chest", "abdomen"),
    "skin_distal_or_face": (
        *("fingers_r", "fingers_l", "hand_r", "hand_l", "forearm_r", "forearm_l", "face"),
        *("leg_r", "leg_l", "foot_r", "foot_l"),
    ),
}
"""The places of the modified Rodnan skin score in each region."""

_VERIFICATION = Verification(
    "wording of the trial for elbow and knee",
    date(2026, 11, 25),
    "the rule",
)
_CITATION = Citation("LeRoy EC, Black C, Fleischmajer R et al. J Rheumatol 1988;15:202-205")
_FIELDS = {
    "subset": Field("skin subset", choices=("diffuse", "limited", "none")),
    "proximal_limb": Field("thick skin of upper arm or thigh", choices=YES_OR_NO),
}
_PAIRS = (("diffuse", "true"), ("diffuse", "false"), ("limited", "false"), ("none", "false"))
"""Subset and proximal limb, as they can stand together; diffuse without a proximal limb is the trunk alone."""

_ITEMS = {name: yes_or_no(name, label) for name, label in SITES.items()}


@dataclass(frozen=True, slots=True)
class LeRoy1988:
    """The subset of the skin."""

    id: str = "leroy_1988"
    name: str = "LeRoy subset of systemic sclerosis"
    version: str = "1988"
    citation: Citation = _CITATION
    one_assessment: bool = False
    verification: Verification = _VERIFICATION

    @property
    def fields(self) -> Mapping[str, Field]:
        """The subset, and whether upper arm or thigh is involved."""
        return _FIELDS

    @property
    def entries(self) -> Mapping[str, Field]:
        """Both may be entered."""
        return _FIELDS

    @property
    def items(self) -> Mapping[str, Item]:
        """Four regions of the skin, yes or no."""
        return _ITEMS

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        """List the pairs of subset and proximal limb that agree with what was entered.

        Examples
        --------
        >>> LeRoy1988().from_entered({"subset": "limited"}).possible
        ({'subset': 'limited', 'proximal_limb': 'false'},)
        >>> [case["proximal_limb"] for case in LeRoy1988().from_entered({"subset": "diffuse"}).possible]
        ['true', 'false']
        """
        told = {name: said for name, value in entered.items() if (said := field_value(value)) is not None}
        missing = tuple(name for name in _FIELDS if name not in told)
        if len(missing) == len(_FIELDS):
            return Score(self.id, self.version, (), missing=missing)
        pairs = [dict(zip(_FIELDS, pair, strict=True)) for pair in _PAIRS]
        possible = tuple(pair for pair in pairs if all(told.get(name, said) == said for name, said in pair.items()))
        if not possible:
            conflict = " and ".join(f"{name} {said}" for name, said in told.items())
            return Score(self.id, self.version, (), conflict=f"{conflict} do not go together")
        return Score(self.id, self.version, possible, missing=missing if len(possible) > 1 else ())

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        """List the subsets that the regions leave possible.

        Examples
        --------
        >>> LeRoy1988().score({"skin_thigh": True}).possible
        ({'subset': 'diffuse', 'proximal_limb': 'true'},)
        """
        said = read_answers(_ITEMS, answers)
        options = [[said.flags[site]] if site in said.flags else [False, True] for site in SITES]
        found = {_subset(*sites) for sites in product(*options)}
        limb_open = not (said.yes("skin_upper_arm") or said.yes("skin_thigh"))
        matters = {
            "skin_upper_arm": limb_open,
            "skin_thigh": limb_open,
            "skin_trunk": limb_open,
            "skin_distal_or_face": limb_open and not said.yes("skin_trunk"),
        }
        return Score(
            self.id,
            self.version,
            tuple({"subset": subset, "proximal_limb": limb} for subset, limb in sorted(found)),
            missing=tuple(site for site in said.open(SITES) if matters[site]),
            flags=_flags(said),
            refused=said.refusals,
            steps=_steps(said, found),
        )


LEROY_1988 = LeRoy1988()


def regions_of(grades: Mapping[str, int]) -> dict[str, bool]:
    """Answer the regions from the grades of a skin score; a region whose places were not all felt may stay out.

    Examples
    --------
    >>> regions_of({"thigh_r": 1, "chest": 0, "abdomen": 0})
    {'skin_thigh': True, 'skin_trunk': False}
    """
    thick = {
        region: any_of(verdict_of(grades[place] >= 1) if place in grades else Verdict.UNKNOWN for place in places)
        for region, places in PLACES.items()
    }
    return {region: verdict is Verdict.MET for region, verdict in thick.items() if verdict.decided}


def _flags(said: Answers) -> tuple[Flag, ...]:
    if said.yes("skin_trunk") and said.no("skin_upper_arm") and said.no("skin_thigh"):
        return (Flag("trunk_only", "diffuse by the trunk alone: a text that names elbow and knee may not count it"),)
    return ()


def _steps(said: Answers, found: set[tuple[str, str]]) -> tuple[str, ...]:
    regions = [label for site, label in SITES.items() if said.yes(site)]
    subsets = sorted({subset for subset, _ in found})
    return (*(regions or ["no region with thick skin was recorded"]), f"subset: {' or '.join(subsets)}")


def _subset(upper_arm: bool, thigh: bool, trunk: bool, distal_or_face: bool) -> tuple[str, str]:
    limb = upper_arm or thigh
    subset = "diffuse" if limb or trunk else "limited" if distal_or_face else "none"
    return subset, "true" if limb else "false"
