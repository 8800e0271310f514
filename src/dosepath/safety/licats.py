"""LICATS, local toxicity of immune effector cells in organs that the autoimmune disease had affected before.

Four things make it: the organ was affected before, B cells are gone, another cause was excluded, and there is a new or
worse finding. In the kidney a creatinine of at least one and a half times the baseline is such a finding. The grade is
the care that was needed: none 1, treatment 2, a new or longer stay in hospital 3, intensive care 4. The onset is early
to day 14, intermediate to day 30, late after that.

Traps: a flare looks alike; LICATS ends by itself and comes while there are no B cells. The grade is one of care and not
of the CTCAE: code the CTCAE term as well, and give only that to the rule of dose-limiting toxicity.

Where it is not LICATS, grade is 0 and timing `none`. Any of the four left out leaves it open, unless another one rules
it out.

Verification: conditions, grades 1, 3 and 4 and the three times as gathered in the project's reference notes (abstract
of Hagen 2025 and two news summaries of it); shared cases, 2026-11-25. From memory: grade 2.
"""

from datetime import date
from fractions import Fraction
from typing import Final

from dosepath.core.instrument import YES_OR_NO, Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, any_of, verdict_of
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, by_id, choice, whole, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, newly_refused
from dosepath.safety.open_items import flags_that_hold, judged, said_or_any

CARE_GRADES: Final = {"none": 1, "treatment": 2, "hospital": 3, "icu": 4}
"""Grade of the care that was needed."""

CREATININE_RISE: Final = Fraction(3, 2)
"""Creatinine over baseline that is a finding of the kidney, and more."""

EARLY_TO_DAY: Final = 14
INTERMEDIATE_TO_DAY: Final = 30

CONDITIONS: Final = ("organ_previously_affected", "within_bcell_aplasia", "other_cause_excluded")

_CREATININE = ("creatinine", "creatinine_baseline")

_ITEMS = by_id(
    [
        choice(
            "organ",
            "organ",
            {
                "kidney": "kidney: creatinine, protein in urine",
                "skin": "skin: inflammatory rash, mucosal lesion",
                "joint": "joint: arthritis, enthesitis, lasting pain",
                "heart": "heart: troponin",
                "lung": "lung: breathlessness without pneumonia or embolism",
                "muscle": "muscle",
                "gi": "gut: diarrhoea, abdominal pain",
                "other": "another organ",
            },
        ),
        yes_or_no("organ_previously_affected", "the autoimmune disease had affected this organ before"),
        yes_or_no("within_bcell_aplasia", "B cells are absent"),
        yes_or_no("other_cause_excluded", "another cause was excluded"),
        yes_or_no("new_or_worse_finding", "new or worse finding in this organ, other than creatinine"),
        amount("creatinine_baseline", "serum creatinine before", "umol/L", analyte="creatinine"),
        amount("creatinine", "serum creatinine now", "umol/L", analyte="creatinine"),
        choice(
            "care",
            "care that was needed",
            {
                "none": "none: it ended by itself",
                "treatment": "treatment, no new or longer hospital stay",
                "hospital": "a new or longer hospital stay",
                "icu": "intensive care",
            },
        ),
        whole("onset_day", "days from infusion to onset", 0, unit="d", high=None),
    ]
)
_FIELDS = {
    "licats": Field("LICATS", choices=YES_OR_NO),
    "grade": Field("grade by care, 1 to 4; 0 where it is not LICATS", unit="1"),
    "timing": Field("onset", choices=("none", "early", "intermediate", "late")),
}

CARE_NOT_CTCAE = Flag(
    "care_not_ctcae", "graded by care: code the CTCAE term as well, and only that for dose-limiting toxicity"
)


def timing(onset_day: int) -> str:
    """Name the time of onset.

    Examples
    --------
    >>> [timing(day) for day in (0, 14, 15, 30, 31)]
    ['early', 'early', 'intermediate', 'intermediate', 'late']
    """
    if onset_day <= EARLY_TO_DAY:
        return "early"
    return "intermediate" if onset_day <= INTERMEDIATE_TO_DAY else "late"


def creatinine_risen(creatinine: Fraction, baseline: Fraction) -> bool:
    """Answer whether creatinine rose by half of the baseline or more.

    Examples
    --------
    >>> creatinine_risen(Fraction(90), Fraction(60)), creatinine_risen(Fraction(89), Fraction(60))
    (True, False)
    """
    return creatinine >= CREATININE_RISE * baseline


def _rule(answers: Answers) -> Outcome:
    said = _with_a_real_baseline(answers)
    onset = said.numbers.get("onset_day")
    options: dict[str, tuple[object, ...]] = {name: said_or_any(said.flags.get(name)) for name in CONDITIONS}
    options |= {
        "new_or_worse_finding": said_or_any(said.flags.get("new_or_worse_finding")),
        "creatinine": _as_options(_creatinine(said)),
        "care": (said.levels["care"],) if "care" in said.levels else tuple(CARE_GRADES),
        "onset_day": ("early", "intermediate", "late") if onset is None else (timing(onset),),
    }
    found, matter = judged(options, _judge)
    open_items = said.open(
        item for item in _ITEMS if item in matter or ("creatinine" in matter and item in _CREATININE)
    )
    return Outcome(
        tuple(
            {"licats": "true" if is_licats else "false", "grade": Interval.at(grade), "timing": when}
            for is_licats, grade, when in sorted(found)
        ),
        missing=open_items,
        flags=flags_that_hold([(CARE_NOT_CTCAE, all(is_licats for is_licats, _, _ in found))]),
        refused=newly_refused(answers, said),
        steps=_steps(said, found),
    )


def _with_a_real_baseline(said: Answers) -> Answers:
    if said.amounts.get("creatinine_baseline") != 0:
        return said
    return said.without(["creatinine_baseline"], "a creatinine of zero is no baseline")


def _creatinine(said: Answers) -> Verdict:
    now, before = said.amounts.get("creatinine"), said.amounts.get("creatinine_baseline")
    return Verdict.UNKNOWN if now is None or before is None else verdict_of(creatinine_risen(now, before))


def _as_options(verdict: Verdict) -> tuple[bool, ...]:
    return said_or_any(None if verdict is Verdict.UNKNOWN else verdict is Verdict.MET)


def _judge(
    *,
    organ_previously_affected: bool,
    within_bcell_aplasia: bool,
    other_cause_excluded: bool,
    new_or_worse_finding: bool,
    creatinine: bool,
    care: str,
    onset_day: str,
) -> tuple[bool, int, str]:
    finding = new_or_worse_finding or creatinine
    if organ_previously_affected and within_bcell_aplasia and other_cause_excluded and finding:
        return True, CARE_GRADES[care], onset_day
    return False, 0, "none"


def _steps(said: Answers, found: tuple[tuple[bool, int, str], ...]) -> tuple[str, ...]:
    finding = any_of([said.verdict("new_or_worse_finding"), _creatinine(said)])
    words = {Verdict.MET: "yes", Verdict.NOT_MET: "no", Verdict.UNKNOWN: "not known"}
    told = [f"{_ITEMS[name].label}: {words[said.verdict(name)]}" for name in CONDITIONS]
    told.append(f"new or worse finding, creatinine included: {words[finding]}")
    if "care" in said.levels:
        told.append(f"care: {_ITEMS['care'].labels[said.levels['care']]}")
    if "onset_day" in said.numbers:
        told.append(f"onset on day {said.numbers['onset_day']}: {timing(said.numbers['onset_day'])}")
    if len(found) == 1:
        told.append(f"LICATS, grade {found[0][1]}" if found[0][0] else "not LICATS")
    return tuple(told)


LICATS = Scale(
    id="licats",
    name="Local immune effector cell-associated toxicity syndrome",
    version="Hagen 2025",
    citation=Citation("Hagen M, Müller F, Wirsching A et al. Lancet Rheumatol 2025", "10.1016/S2665-9913(25)00091-8"),
    verification=Verification("abstract of Hagen 2025, two news summaries", date(2026, 11, 25), "grade 2"),
    items=_ITEMS,
    fields=_FIELDS,
    rule=_rule,
    entries=_FIELDS,
    one_assessment=True,
)
