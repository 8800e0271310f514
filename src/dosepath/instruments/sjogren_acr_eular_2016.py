"""2016 ACR/EULAR classification criteria for primary Sjögren's syndrome.

Entry: at least one of six questions about dryness or activity. None of seven excluding diagnoses. Then 4 points or
more of five items. A test under a drug that dries the mouth or eyes is not assessed unless the drug was stopped long
enough. Low flow of saliva scores here, while the trial asks for some flow that is left: between 0.01 and 0.1 mL/min
without stimulation both hold.

Verification: entry, exclusions, items, points and cut-off as gathered in the project's reference notes (three table
reprints); shared cases, 2026-11-23.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dosepath.core.facts import Value
from dosepath.core.instrument import YES_OR_NO, Field, Item, ItemAnswer, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Weighted, items_of, read_answers
from dosepath.instruments.entered import entered_score
from dosepath.instruments.items import yes_or_no
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


@dataclass(frozen=True, slots=True)
class SjogrenAcrEular2016:
    """Whether primary Sjögren's syndrome is classified, and the points."""

    id: str = "sjogren_acr_eular_2016"
    name: str = _NAME
    version: str = "2016"
    citation: Citation = _CITATION
    one_assessment: bool = False
    verification: Verification = _VERIFICATION

    @property
    def fields(self) -> Mapping[str, Field]:
        """The classification, and 0 to 9 points."""
        return _FIELDS

    @property
    def entries(self) -> Mapping[str, Field]:
        """The classification may be entered."""
        return _ENTRIES

    @property
    def items(self) -> Mapping[str, Item]:
        """Six entry questions, seven exclusions, five items with points, yes or no."""
        return _ITEMS

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        """Give the one case of what was entered."""
        return entered_score(self.id, self.version, _ENTRIES, entered)

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        """List what the items leave possible.

        Examples
        --------
        >>> seen = dict.fromkeys(EXCLUSIONS, False) | {"dry_mouth_3m": True, "anti_ssa": True, "schirmer": True}
        >>> scored = SjogrenAcrEular2016().score(seen)
        >>> {case["classified"] for case in scored.possible}, scored.missing
        ({'true'}, ('focus_score', 'ocular_staining', 'uwsf'))
        """
        said = read_answers(_ITEMS, answers)
        scores = [
            points for (points,) in all_reachable((either(said.flags.get(i.id), (i.points,)) for i in SCORED), (0,))
        ]
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
        return Score(
            self.id,
            self.version,
            tuple({"classified": "true" if yes else "false", "score": Interval.at(n)} for n, yes in sorted(found)),
            missing=(*open_items, *said.open(row.id for row in SCORED)),
            refused=said.refusals,
        )


SJOGREN_ACR_EULAR_2016 = SjogrenAcrEular2016()
