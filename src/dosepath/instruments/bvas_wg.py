"""BVAS/WG, the Birmingham Vasculitis Activity Score for Wegener's granulomatosis.

Thirty-four findings of the last 28 days that vasculitis caused, each absent, persistent, or new or worse. Fifteen are
major and give 3 points, nineteen are minor and give 1; there are no caps, and a persistent finding gives as much as a
new one (BVAS version 3 differs in all of this). Where red cell casts are ticked, haematuria without casts is not
counted, so the total is at most 63. The form of the paper has free lines for a few findings of one's own; they are not
scored here.

The state follows from what is ticked: `severe` with a new or worse major finding, `limited` with a new or worse minor
one only, `persistent` where nothing is new, `remission` where nothing is ticked. The counts of major and other findings
are of all that is ticked, as the trial counts them.

Verification: how new and persistent findings are told apart, against public instructions of a clinic and a copy of the
form; shared cases, 2026-11-25. From memory: which findings are major; the counts agree with the published range
(34 = 15 + 19 and 3 x 15 + 18 = 63).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dosepath.core.instrument import Case, Field, Flag, Item, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import at, by_id, choice
from dosepath.instruments.scale import Outcome, Scale
from dosepath.instruments.sums import CASE_LIMIT, Options, Points, extremes, reachable

WINDOW_DAYS = 28
"""Days before the assessment in which a finding counts."""

MAJOR_POINTS = 3
MINOR_POINTS = 1

NONE, PERSISTENT, NEW = "none", "persistent", "new_worse"
LEVELS = {
    NONE: "absent, or not caused by vasculitis",
    PERSISTENT: "persistent: present for more than four weeks, not new, not worse",
    NEW: "new or worse within the last four weeks",
}

CASTS = "rbc_casts"
HAEMATURIA = "hematuria_no_casts"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of the form."""

    id: str
    major: bool
    label: str


FINDINGS = (
    Finding("arthralgia_arthritis", False, "joint pain or swelling"),
    Finding("fever", False, "fever"),
    Finding("purpura", False, "purpura"),
    Finding("skin_ulcer", False, "skin ulcer"),
    Finding("gangrene", True, "gangrene"),
    Finding("mouth_ulcers", False, "ulcers of the mouth"),
    Finding("conjunctivitis_episcleritis", False, "conjunctivitis or episcleritis"),
    Finding("retroorbital_mass_proptosis", False, "mass behind the eye, or eye pushed forward"),
    Finding("uveitis", False, "uveitis"),
    Finding("scleritis", True, "scleritis"),
    Finding("retinal_exudate_hemorrhage", True, "exudates or bleeding of the retina"),
    Finding("nasal_discharge_crusts_ulcers", False, "nose: bloody discharge, crusts or ulcers"),
    Finding("sinus_involvement", False, "inflamed sinuses"),
    Finding("swollen_salivary_gland", False, "swollen salivary gland"),
    Finding("subglottic_inflammation", False, "inflammation below the vocal cords"),
    Finding("conductive_deafness", False, "conductive loss of hearing"),
    Finding("sensorineural_deafness", True, "sensorineural loss of hearing"),
    Finding("pericarditis", False, "pericarditis"),
    Finding("mesenteric_ischemia", True, "mesenteric ischaemia"),
    Finding("pleurisy", False, "pleurisy"),
    Finding("nodules_cavities", False, "nodules or cavities of the lung"),
    Finding("other_infiltrate", False, "other infiltrate of the lung"),
    Finding("endobronchial", False, "endobronchial disease"),
    Finding("alveolar_hemorrhage", True, "alveolar haemorrhage"),
    Finding("respiratory_failure", True, "respiratory failure"),
    Finding(HAEMATURIA, False, "blood in urine without red cell casts"),
    Finding(CASTS, True, "red cell casts in urine"),
    Finding("creatinine_rise_30_or_crcl_fall_25", True, "creatinine over 30 % up, or clearance over 25 % down"),
    Finding("meningitis", True, "meningitis"),
    Finding("cord_lesion", True, "lesion of the spinal cord"),
    Finding("stroke", True, "stroke"),
    Finding("cranial_nerve_palsy", True, "palsy of a cranial nerve"),
    Finding("sensory_peripheral_neuropathy", True, "sensory peripheral neuropathy"),
    Finding("motor_mononeuritis_multiplex", True, "motor mononeuritis multiplex"),
)

STATES = ("remission", "persistent", "limited", "severe")

HEADINGS: Mapping[str, str] = {
    "arthralgia_arthritis": "general",
    "purpura": "skin",
    "mouth_ulcers": "mucous membranes and eyes",
    "nasal_discharge_crusts_ulcers": "ear, nose and throat",
    "pericarditis": "heart",
    "mesenteric_ischemia": "gut",
    "pleurisy": "lung",
    HAEMATURIA: "kidney",
    "meningitis": "nervous system",
}
"""Findings that begin a part of the form, and its heading."""


def _items() -> Iterator[Item]:
    section = ""
    for finding in FINDINGS:
        section = HEADINGS.get(finding.id, section)
        points = f"{MAJOR_POINTS}, major" if finding.major else str(MINOR_POINTS)
        yield at(choice(finding.id, finding.label, LEVELS), section=section, points=points)


_ITEMS = by_id(_items())
_FIELDS = {
    "total": Field("BVAS/WG", unit="1"),
    "state": Field("state of the disease", choices=STATES),
    "major_items": Field("major findings, new or persistent", unit="1"),
    "other_items": Field("minor findings, new or persistent", unit="1"),
}

_NOTHING: Points = (0, 0, 0, 0, 0)
"""Points; counts of major and minor findings, and of those among them that are new or worse."""


def _rule(said: Answers) -> Outcome:
    options = _options(said)
    counts = reachable(options, _NOTHING, CASE_LIMIT)
    if counts is None:
        possible = tuple(_bounds(*extremes(options, _NOTHING)))
    else:
        cases = {(total, majors, minors, _state(total, *new)) for total, majors, minors, *new in counts}
        possible = tuple(_case(*each) for each in sorted(cases))
    counted = said.levels.get(CASTS) in (None, NONE)
    missing = tuple(item for item in said.open(_ITEMS) if counted or item != HAEMATURIA)
    return Outcome(possible, missing, tuple(_flags(said)), steps=tuple(_steps(said, possible)))


def _options(said: Answers) -> list[Options]:
    """Give what each finding may add; casts and haematuria together."""
    found = {finding.id: _of(finding, said) for finding in FINDINGS}
    casts, haematuria = found.pop(CASTS), found.pop(HAEMATURIA)
    ticked = [points for points in casts if points != _NOTHING]
    return [*found.values(), [*ticked, *(haematuria if _NOTHING in casts else [])]]


def _of(finding: Finding, said: Answers) -> list[Points]:
    levels = [said.levels[finding.id]] if finding.id in said.levels else list(LEVELS)
    return [_points(finding, level) for level in levels]


def _points(finding: Finding, level: str) -> Points:
    if level == NONE:
        return _NOTHING
    new = int(level == NEW)
    return (MAJOR_POINTS, 1, 0, new, 0) if finding.major else (MINOR_POINTS, 0, 1, 0, new)


def _state(total: int, new_majors: int, new_minors: int) -> str:
    if new_majors:
        return "severe"
    if new_minors:
        return "limited"
    return "persistent" if total else "remission"


def _case(total: int, majors: int, minors: int, state: str) -> Case:
    return _with_state(state, [Interval.at(number) for number in (total, majors, minors)])


def _with_state(state: str, numbers: Iterable[Interval]) -> Case:
    total, majors, minors = numbers
    return {"total": total, "state": state, "major_items": majors, "other_items": minors}


LEAST: Mapping[str, Points] = {
    "remission": (0, 0, 0),
    "persistent": (MINOR_POINTS, 0, 0),
    "limited": (MINOR_POINTS, 0, 1),
    "severe": (MAJOR_POINTS, 1, 0),
}
"""Least points, major and minor findings of each state."""


def _bounds(low: Points, high: Points) -> Iterator[Case]:
    """Give bounds for each state that may be, where too many counts are possible to tell them apart."""
    new_majors, new_minors = (low[3], high[3]), (low[4], high[4])
    fits = {
        "remission": low[0] == 0,
        "persistent": new_majors[0] == new_minors[0] == 0 < high[0],
        "limited": new_majors[0] == 0 < new_minors[1],
        "severe": new_majors[1] > 0,
    }
    for state in STATES:
        most = (0, 0, 0) if state == "remission" else high[:3]
        if fits[state]:
            ends = zip(low[:3], LEAST[state], most, strict=True)
            yield _with_state(state, [Interval(Fraction(max(few, least)), Fraction(many)) for few, least, many in ends])


def _flags(said: Answers) -> Iterator[Flag]:
    both = [said.levels.get(item, NONE) != NONE for item in (CASTS, HAEMATURIA)]
    if all(both):
        yield Flag("casts_and_haematuria", "red cell casts are ticked, so haematuria without casts is not counted")


def _steps(said: Answers, possible: tuple[Case, ...]) -> Iterator[str]:
    no_haematuria = said.levels.get(CASTS, NONE) != NONE
    for major, points in ((True, MAJOR_POINTS), (False, MINOR_POINTS)):
        ticked = [
            f"{finding.id} ({said.levels[finding.id]})"
            for finding in FINDINGS
            if finding.major is major
            and said.levels.get(finding.id, NONE) != NONE
            and not (finding.id == HAEMATURIA and no_haematuria)
        ]
        kind = "major" if major else "minor"
        yield f"{kind} findings, {points} each: {len(ticked)}{': ' if ticked else ''}{', '.join(ticked)}"
    open_items = said.open(_ITEMS)
    if open_items:
        yield f"not assessed: {', '.join(open_items)}"
    if len(possible) == 1:
        yield f"state: {possible[0]['state']}"


BVAS_WG = Scale(
    "bvas_wg",
    "Birmingham Vasculitis Activity Score for Wegener's granulomatosis",
    "2001",
    Citation("Stone JH, Hoffman GS, Merkel PA et al. Arthritis Rheum 2001;44:912-920"),
    Verification(
        "public instructions of a clinic, a copy of the form",
        date(2026, 11, 25),
        "which findings are major; counts agree with the range",
    ),
    _ITEMS,
    _FIELDS,
    _rule,
    one_assessment=True,
)
