"""Subgroups of idiopathic inflammatory myopathies: the tree of the 2017 criteria, and an addition for IMNM.

The tree asks the features of the criteria and two items of its own, weak flexors of the fingers and whether weakness
improved on treatment. It has no leaf for immune-mediated necrotizing myopathy (IMNM), which is inside PM; four further
items tell it apart, after the ENMC workshop of 2018 (Allenbach Y et al. Neuromuscul Disord 2018;28:87-99).

Verification: see `iim_eular_acr_2017`; the order of the tree and the addition are from memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from itertools import product

from dosepath.core.verdict import Verdict, all_of, any_of, negate, verdict_of

SKIN = ("heliotrope", "gottron_papules", "gottron_sign")
PROXIMAL = ("weak_prox_upper", "weak_prox_lower")
WEAKNESS = (*PROXIMAL, "neck_flex_weaker", "leg_prox_weaker")
RIMMED = "bx_rimmed"
INFLAMMATORY = ("bx_endomysial", "bx_perimysial", "bx_perifascicular")
ENZYMES = "enzymes"

FINGERS, IMPROVED = "finger_flexor_weakness", "improved_on_treatment"
CK, ANTI_SRP, ANTI_HMGCR, NECROSIS = "ck_raised", "anti_srp", "anti_hmgcr", "bx_necrosis"
OF_THE_TREE = {
    FINGERS: "weak flexors of the fingers",
    IMPROVED: "weakness improved on treatment",
    CK: "CK above the upper limit, ever",
    ANTI_SRP: "anti-SRP",
    ANTI_HMGCR: "anti-HMGCR",
    NECROSIS: "biopsy: necrosis of fibres",
}
"""Items without points, for the subgroup alone."""

SUBGROUPS = ("none", "JDM", "JM_other", "DM", "ADM", "IBM", "PM", "IMNM")
CLASSIFIED = ("probable", "definite")
"""Categories that have a subgroup."""

WHY: Mapping[str, str] = {
    "none": "only from probable on",
    "JDM": "onset before 18 years, and a skin feature",
    "JM_other": "onset before 18 years, and no skin feature",
    "DM": "a skin feature and weakness",
    "ADM": "a skin feature without weakness",
    "IBM": "no skin feature; rimmed vacuoles, or weak fingers that treatment did not improve",
    "PM": "no skin feature, and no sign of inclusion body myositis",
    "IMNM": "as PM, and raised CK, proximal weakness, and antibodies or necrosis",
}
"""What stands behind each subgroup."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the tree asks of the features, all answered."""

    juvenile: bool = False
    skin: bool = False
    weak: bool = False
    proximal: bool = False
    rimmed: bool = False
    inflamed: bool = False
    enzymes: bool = False

    @property
    def settled(self) -> "Signs":
        """The signs that can still matter: what the tree asks first makes the rest idle."""
        if self.juvenile:
            return Signs(juvenile=True, skin=self.skin)
        if self.skin:
            return Signs(skin=True, weak=self.weak)
        return Signs(rimmed=True) if self.rimmed else replace(self, weak=False)

    @property
    def needs_more(self) -> bool:
        """Whether the tree asks further items."""
        return not (self.juvenile or self.skin or self.rimmed)


def signs_of(feature: str) -> Signs:
    """Give what a feature that is present says to the tree."""
    return Signs(
        juvenile=feature == "age_lt_18",
        skin=feature in SKIN,
        weak=feature in WEAKNESS,
        proximal=feature in PROXIMAL,
        rimmed=feature == RIMMED,
        inflamed=feature in INFLAMMATORY,
        enzymes=feature == ENZYMES,
    )


SIGNS = tuple(Signs(*flags) for flags in product((False, True), repeat=len(fields(Signs))))
"""All combinations; the number of two of them together is the bitwise "or" of their numbers."""
_NUMBERS = {signs: number for number, signs in enumerate(SIGNS)}
SETTLED = tuple(_NUMBERS[signs.settled] for signs in SIGNS)
"""Number of each combination to the number of what of it can still matter."""


def number_of(feature: str) -> int:
    """Give the number of what a feature that is present says to the tree."""
    return _NUMBERS[signs_of(feature)]


def subgroups(signs: Signs, further: Mapping[str, Verdict]) -> tuple[str, ...]:
    """Give the subgroups that are possible; more than one where a further item that matters was not assessed.

    Examples
    --------
    >>> negative = dict.fromkeys(OF_THE_TREE, Verdict.NOT_MET)
    >>> subgroups(Signs(skin=True), negative), subgroups(Signs(weak=True), negative)
    (('ADM',), ('PM',))
    """
    if signs.juvenile:
        return ("JDM",) if signs.skin else ("JM_other",)
    if signs.skin:
        return ("DM",) if signs.weak else ("ADM",)
    inclusion_body = any_of([
        verdict_of(signs.rimmed),
        all_of([further[FINGERS], negate(further[IMPROVED])]),
    ])  # fmt: skip
    seronegative = all_of([further[NECROSIS], verdict_of(not signs.inflamed)])
    necrotizing = all_of([
        further[CK] if signs.enzymes else Verdict.NOT_MET,
        verdict_of(signs.proximal),
        any_of([further[ANTI_SRP], further[ANTI_HMGCR], seronegative]),
    ])  # fmt: skip
    rest = {Verdict.MET: ("IMNM",), Verdict.NOT_MET: ("PM",), Verdict.UNKNOWN: ("PM", "IMNM")}[necrotizing]
    return {Verdict.MET: ("IBM",), Verdict.NOT_MET: rest, Verdict.UNKNOWN: ("IBM", *rest)}[inclusion_body]
