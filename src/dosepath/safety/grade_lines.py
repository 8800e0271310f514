"""What a grade of an event means, in one line of our own words, by the scale that the protocol names.

The grades themselves come from the instruments (`astct_crs_2019`, `ice_icans_2019`, `agvhd_magic`) and the terms of
CTCAE (`ctcae_clinical_v5`, `ctcae_lab_v5`); these lines say to a reader what was graded, and decide nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dosepath.safety.ctcae_clinical_v5 import NAMED_OTHERWISE, TERMS
from dosepath.safety.ctcae_lab import Facts, Term, words
from dosepath.safety.ctcae_lab_v5 import V5
from dosepath.safety.dlt_rule import EventType

CTCAE_SOURCE: Final = "CTCAE version 5, shortened"


@dataclass(frozen=True, slots=True)
class GradeLine:
    """What a grade means, and by which scale."""

    text: str
    source: str


_LINES: Final[Mapping[str, tuple[str, Mapping[int, str]]]] = {
    "astct_crs_2019": (
        "ASTCT 2019, cytokine release syndrome",
        {
            1: "fever of 38.0 degrees or more, no hypotension, no hypoxia",
            2: "fever, with hypotension that needs no vasopressor, or hypoxia that needs a nasal cannula up to 6 L/min",
            3: "fever, with one vasopressor (vasopressin not counted), or high-flow cannula or mask",
            4: "fever, with several vasopressors (vasopressin not counted), or positive pressure",
            5: "death from the syndrome",
        },
    ),
    "ice_icans_2019": (
        "ASTCT 2019, neurotoxicity (ICANS)",
        {
            1: "ICE 7 to 9, or awakens by itself",
            2: "ICE 3 to 6, or awakens to voice",
            3: "ICE 0 to 2, or awakens only to touch, or a brief seizure, or focal oedema on imaging",
            4: "ICE 0 and cannot be roused, or a long seizure, or deep focal weakness, or diffuse oedema",
            5: "death from neurotoxicity",
        },
    ),
    "agvhd_magic": (
        "MAGIC, acute graft-versus-host disease",
        {
            1: "skin stage 1 or 2 alone",
            2: "skin stage 3, or liver, upper or lower gut stage 1",
            3: "liver or lower gut stage 2 or 3",
            4: "stage 4 of skin, liver or lower gut",
            5: "death",
        },
    ),
    "agvhd_modified_glucksberg": (
        "modified Glucksberg, acute graft-versus-host disease",
        {
            1: "skin stage 1 or 2 alone",
            2: "skin stage 3, or liver or gut stage 1",
            3: "liver stage 2 or 3, or gut stage 2 to 4",
            4: "stage 4 of skin or liver",
            5: "death",
        },
    ),
}

_CTCAE_TERMS: Final[Mapping[EventType, str]] = {
    EventType.CRS: "Cytokine release syndrome",
    EventType.ICANS: "Encephalopathy",
}

_BY_NAME: Final = {name.lower(): term for name, term in TERMS.items()}
_LABS_BY_NAME: Final = {name.lower(): term for name, term in V5.terms.items()}


def grade_line(scale: str, event: EventType, term: str, grade: int | None) -> GradeLine | None:
    """Say what a grade means; None where the scale has no line for it.

    Parameters
    ----------
    scale
        As the DLT rule names it for events of the kind.
    event, term
        Kind of the event, and the term of another adverse event.
    grade
        0 to 5, None where it was not graded.

    Examples
    --------
    >>> grade_line("ice_icans_2019", EventType.ICANS, "", 2).text
    'ICE 3 to 6, or awakens to voice'
    >>> grade_line("ctcae_v5", EventType.AE, "platelet count decreased", 4).text
    'value < 25 10*9/L'
    """
    if not grade:
        return None
    if scale in _LINES:
        source, lines = _LINES[scale]
        return GradeLine(lines[grade], source) if grade in lines else None
    name = _CTCAE_TERMS.get(event, term).strip().lower()
    found = _BY_NAME.get(name) or _BY_NAME.get(NAMED_OTHERWISE.get(name, "").lower())
    if found is not None and grade in found.grades:
        return GradeLine(found.grades[grade], f"{CTCAE_SOURCE}: {found.name}")
    lab = _LABS_BY_NAME.get(name)
    text = "" if lab is None else _of_lab(lab, grade)
    return GradeLine(text, f"{CTCAE_SOURCE}: {lab.name}") if lab is not None and text else None


def _of_lab(term: Term, grade: int) -> str:
    """Word the conditions that give a laboratory result a grade."""
    rules = [rule for rule in term.rules if rule.grade == grade and rule.reading is None]
    ways = [" and ".join(words(condition, term, Facts({})) for condition in rule.conditions) for rule in rules]
    return "; or ".join(dict.fromkeys(ways))
