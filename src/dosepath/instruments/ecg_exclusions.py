"""Conduction on a 12-lead ECG: what blocks of single branches come to together.

Right bundle branch block with left anterior hemiblock is a bifascicular block. Right bundle branch block alone is told
apart by symptoms, for the trial lets the one without them in; left anterior hemiblock alone is named in its text as if
it were bifascicular, and left bundle branch block not at all: both are for the investigator. Which finding excludes,
and within which time an event of heart or vessels does, is for the rules of the trial (E13.1, E13.2, I04.e), which
read events from the record.

Verification: text of the trial (NCT06680388, E13.2). From memory: that a right bundle branch block alone may enter, as
similar protocols word it. Shared cases, 2026-11-25.
"""

from collections.abc import Mapping
from datetime import date
from itertools import product
from typing import Final

from dosepath.core.instrument import Field, Flag, Verification
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import by_id, yes_or_no
from dosepath.instruments.scale import Outcome, Scale

RIGHT: Final = "right_bundle_branch_block"
ANTERIOR: Final = "left_anterior_hemiblock"
LEFT: Final = "left_bundle_branch_block"
SYMPTOMS: Final = "conduction_symptoms"

FINDINGS: Final[Mapping[str, str]] = {
    RIGHT: "right bundle branch block",
    ANTERIOR: "left anterior hemiblock",
    LEFT: "left bundle branch block",
    SYMPTOMS: "symptoms of a conduction disorder, such as syncope",
}

CONDUCTION: Final[Mapping[str, str]] = {
    "normal": "none of these blocks",
    "asymptomatic_rbbb": "right bundle branch block alone, without symptoms",
    "symptomatic_rbbb": "right bundle branch block alone, with symptoms",
    "left_anterior_hemiblock": "left anterior hemiblock alone",
    "left_bundle_branch_block": "left bundle branch block",
    "bifascicular_block": "right bundle branch block with left anterior hemiblock",
}
"""What the findings come to."""

FOR_A_PERSON: Final[Mapping[str, str]] = {
    "symptomatic_rbbb": "right bundle branch block with symptoms is not the exception of the page",
    "left_anterior_hemiblock": "left anterior hemiblock alone is a matter for the investigator",
    "left_bundle_branch_block": "left bundle branch block is not on the page: clinically significant or not (I04.e)",
}
"""Findings that the page does not settle."""


def conduction(*, right: bool, anterior: bool, left: bool, symptoms: bool) -> str:
    """Name the conduction on one ECG.

    Examples
    --------
    >>> conduction(right=True, anterior=True, left=False, symptoms=False)
    'bifascicular_block'
    """
    if right and anterior:
        return "bifascicular_block"
    if right:
        return "symptomatic_rbbb" if symptoms else "asymptomatic_rbbb"
    if left:
        return "left_bundle_branch_block"
    return "left_anterior_hemiblock" if anterior else "normal"


def _rule(given: Answers) -> Outcome:
    both = given.yes(RIGHT) and given.yes(LEFT)
    said = given.without((RIGHT, LEFT), "right and left bundle branch block on one ECG") if both else given
    options = {item: (said.flags[item],) if item in said.flags else (False, True) for item in FINDINGS}
    named: dict[tuple[bool, ...], str] = {
        (right, anterior, left, symptoms): conduction(right=right, anterior=anterior, left=left, symptoms=symptoms)
        for right, anterior, left, symptoms in product(*options.values())
        if not (right and left)
    }
    found = [name for name in CONDUCTION if name in named.values()]
    missing = tuple(item for place, item in enumerate(FINDINGS) if item not in said.flags and _matters(named, place))
    flags = (Flag(found[0], FOR_A_PERSON[found[0]]),) if len(found) == 1 and found[0] in FOR_A_PERSON else ()
    return Outcome(
        tuple({"conduction": name} for name in found),
        missing,
        flags,
        said.refusals[len(given.refusals) :],
        tuple(CONDUCTION[name] for name in found) if len(found) == 1 else (),
    )


def _matters(named: Mapping[tuple[bool, ...], str], place: int) -> bool:
    """Answer whether the finding at a place changes the name somewhere."""
    with_it = {answers: name for answers, name in named.items() if answers[place]}
    return any(named.get((*answers[:place], False, *answers[place + 1 :])) != name for answers, name in with_it.items())


ECG_EXCLUSIONS = Scale(
    id="ecg_exclusions",
    name="Conduction on the 12-lead ECG",
    version="NCT06680388 E13.2",
    citation=Citation("registry entry NCT06680388, 2024, criteria E13.2 and I04.e"),
    verification=Verification("text of the trial", date(2026, 11, 25), "the exception of right bundle branch block"),
    items=by_id(yes_or_no(item, label) for item, label in FINDINGS.items()),
    fields={"conduction": Field("conduction", choices=tuple(CONDUCTION))},
    rule=_rule,
)
