"""Cytokine release syndrome, graded as the ASTCT agreed in 2019: fever, blood pressure, oxygen.

Fever of 38.0 degrees with no other cause opens the syndrome at grade 1. Blood pressure and oxygen each have a grade of
their own and the worse one counts. Once a patient with the syndrome has had an antipyretic, tocilizumab, another
anticytokine or a steroid, fever is no longer asked for and the two axes alone decide; when all three are quiet, the
grade is 0.

Blood pressure: fluids alone 2; one vasopressor, with or without vasopressin, 3; several, vasopressin not counted, 4.
Vasopressin alone is a vasopressor and taken as 3. Oxygen: nasal cannula up to 6 L/min or blow-by 2; more flow, face
mask, non-rebreather or Venturi mask 3; positive pressure 4, where it is given for hypoxia.

Traps: the CTCAE has a scale of the same name with other grades (one vasopressor is 3 there as well, but so is 40 %
oxygen): a grade is stored with its scale. Organ toxicity such as a rise of ALT does not change this grade. 37.9 degrees
and no fever before is no CRS, whatever the blood pressure. Oxygen that a patient had at home, and a tube for the airway
or a procedure, are no hypoxia of CRS.

An item left out was not assessed: the grade is then every grade that is possible. `dosepath.safety.crs_course` grades a
whole course and knows by itself whether the syndrome stands.

Verification: grades, footnotes on fever after therapy, on the worse axis and on 6 L/min against the table reprints in
PMC9327779 (table 2) and PMC8021214 (table 1), 2026-11-25; shared cases. From memory: home oxygen and reasons of
intubation. Assumed: vasopressin alone is 3.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from dosepath.core.instrument import Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, by_id, choice, rows, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, newly_refused
from dosepath.safety.open_items import flags_that_hold, judged, said_or_any

FEVER_C: Final = Fraction(38)
"""Lowest temperature that is a fever."""

LOW_FLOW_L_MIN: Final = Fraction(6)
"""Highest flow of a nasal cannula that is low."""

VASOPRESSIN: Final = "vasopressin"

AGENTS: Final = {
    "norepinephrine": "norepinephrine (noradrenaline)",
    "epinephrine": "epinephrine (adrenaline)",
    "phenylephrine": "phenylephrine",
    "dopamine": "dopamine",
    "angiotensin_ii": "angiotensin II",
    VASOPRESSIN: "vasopressin",
    "other": "another vasopressor, one row each",
}

OXYGEN: Final = {
    "none": "no oxygen beyond what the patient had at home",
    "nasal_cannula": "nasal cannula",
    "blow_by": "blow-by",
    "hfnc": "high-flow nasal cannula",
    "facemask": "face mask",
    "nonrebreather": "non-rebreather mask",
    "venturi": "Venturi mask",
    "cpap": "CPAP",
    "bipap": "BiPAP",
    "ventilation": "intubation and ventilation",
}

REASONS: Final = {
    "hypoxia": "hypoxia",
    "airway_protection": "to protect the airway",
    "procedure": "for a procedure",
}

DEVICE_GRADES: Final = {
    "none": 0,
    "blow_by": 2,
    "hfnc": 3,
    "facemask": 3,
    "nonrebreather": 3,
    "venturi": 3,
    "cpap": 4,
    "bipap": 4,
}
"""Grade of those ways to give oxygen that need no further question."""

Pressors: TypeAlias = Literal["none", "one", "several"]

PRESSOR_GRADES: Final[Mapping[Pressors, int]] = {"one": 3, "several": 4}

_TYPICAL_DEVICES: Final = ("none", "nasal_cannula", "blow_by", "facemask", "cpap", "ventilation")
"""One way to give oxygen of each grade, and those that need a further question."""

_ITEMS = by_id(
    [
        amount("temp_max_c", "highest temperature", "Cel", low=25, high=45),
        yes_or_no("fever_other_cause", "fever wholly explained by another cause"),
        yes_or_no("crs_established", "fever of CRS on an earlier day of this episode"),
        yes_or_no(
            "prior_antipyretic_or_anticytokine",
            "antipyretic, tocilizumab, other anticytokine or steroid already given in this episode",
        ),
        choice(
            "hypotension",
            "low blood pressure from CRS",
            {
                "none": "none",
                "fluids_only": "needs fluids, no vasopressor",
                "pressors": "needs vasopressors",
            },
        ),
        rows("vasopressors", "vasopressors that are running; an empty table: none", choice("agent", "agent", AGENTS)),
        choice("oxygen", "oxygen given for hypoxia from CRS", OXYGEN),
        amount("flow_l_min", "flow of the nasal cannula, which decides its grade", "L/min", high=100),
        choice("intubation_reason", "why the patient was intubated", REASONS),
        yes_or_no("died_of_crs", "death from CRS, no other main cause"),
    ]
)
_FIELDS = {"grade": Field("ASTCT grade of CRS, 0 to 5", unit="1")}

FEVER_NOT_REQUIRED = Flag("fever_not_required", "graded without fever: treatment was given in an established CRS")
NO_FEVER = Flag(
    "no_fever_of_crs", "low blood pressure or oxygen without fever of CRS is no CRS by this scale: look for its cause"
)
SLOW_HIGH_FLOW = Flag("slow_high_flow", "high-flow nasal cannula at 6 L/min or less: graded by the device")
NOT_HYPOXIA = Flag("not_hypoxia", "ventilated for another reason than hypoxia: not counted")


def pressors_of(agents: Iterable[str]) -> Pressors:
    """Sum up the vasopressors that run: vasopressin beside another one is not counted, alone it is one.

    Examples
    --------
    >>> pressors_of(["norepinephrine", "vasopressin"]), pressors_of(["norepinephrine", "epinephrine"])
    ('one', 'several')
    >>> pressors_of(["vasopressin"]), pressors_of([])
    ('one', 'none')
    """
    running = list(agents)
    others = [agent for agent in running if agent != VASOPRESSIN]
    counted = others.count("other") + len({agent for agent in others if agent != "other"})
    if counted > 1:
        return "several"
    return "one" if running else "none"


def oxygen_grade(oxygen: str, *, high_flow: bool, for_hypoxia: bool) -> int:
    """Grade the oxygen axis; 0 for none.

    Parameters
    ----------
    oxygen
        How it is given.
    high_flow
        Whether a nasal cannula runs above 6 L/min.
    for_hypoxia
        Whether hypoxia is why the patient is ventilated.

    Examples
    --------
    >>> oxygen_grade("nasal_cannula", high_flow=True, for_hypoxia=True)
    3
    """
    if oxygen == "nasal_cannula":
        return 3 if high_flow else 2
    if oxygen == "ventilation":
        return 4 if for_hypoxia else 0
    return DEVICE_GRADES[oxygen]


def crs_grade(*, fever: bool, fever_needed: bool, pressure: int, oxygen: int, died: bool = False) -> int:
    """Grade one moment.

    Parameters
    ----------
    fever
        38.0 degrees or more with no other cause.
    fever_needed
        Whether fever is still asked for: no longer after treatment in an established CRS.
    pressure, oxygen
        Grades of the two axes, 0 for none.
    died
        Of CRS.

    Examples
    --------
    >>> crs_grade(fever=True, fever_needed=True, pressure=0, oxygen=2)
    2
    >>> crs_grade(fever=False, fever_needed=False, pressure=3, oxygen=0)
    3
    >>> crs_grade(fever=False, fever_needed=True, pressure=3, oxygen=0)
    0
    """
    if died:
        return 5
    if fever_needed and not fever:
        return 0
    return max(int(fever), pressure, oxygen)


def _rule(answers: Answers) -> Outcome:
    said = _without_contradictions(answers)
    grades, matter = judged(_options(said), _grade)
    return Outcome(
        tuple({"grade": Interval.at(grade)} for grade in sorted(grades)),
        missing=said.open(matter) + tuple(f"{item}.agent" for item in matter if item in said.rows),
        flags=_flags(said, grades),
        refused=newly_refused(answers, said),
        steps=_steps(said, grades),
    )


def _without_contradictions(said: Answers) -> Answers:
    if "hypotension" not in said.levels or "vasopressors" not in said.rows:
        return said
    if (said.levels["hypotension"] == "pressors") == bool(said.rows["vasopressors"]):
        return said
    return said.without(
        ["hypotension", "vasopressors"], "the blood pressure and the vasopressors that run contradict each other"
    )


def _options(said: Answers) -> dict[str, tuple[object, ...]]:
    temperature, flow = said.number("temp_max_c"), said.number("flow_l_min")
    level = said.levels.get
    return {
        "temp_max_c": said_or_any(None if temperature is None else temperature >= FEVER_C),
        "fever_other_cause": said_or_any(said.flags.get("fever_other_cause")),
        "crs_established": said_or_any(said.flags.get("crs_established")),
        "prior_antipyretic_or_anticytokine": said_or_any(said.flags.get("prior_antipyretic_or_anticytokine")),
        "hypotension": _only(level("hypotension")) or ("none", "fluids_only", "pressors"),
        "vasopressors": _pressor_options(said),
        "oxygen": _only(level("oxygen")) or _TYPICAL_DEVICES,
        "flow_l_min": said_or_any(None if flow is None else flow > LOW_FLOW_L_MIN),
        "intubation_reason": _only(level("intubation_reason")) or ("hypoxia", "procedure"),
        "died_of_crs": said_or_any(said.flags.get("died_of_crs")),
    }


def _only(level: str | None) -> tuple[str, ...]:
    return () if level is None else (level,)


def _pressor_options(said: Answers) -> tuple[Pressors, ...]:
    if "vasopressors" not in said.rows:
        return "none", "one", "several"
    table = said.rows["vasopressors"]
    agents = [row.levels["agent"] for row in table if "agent" in row.levels]
    unread = len(table) - len(agents)
    fewest = pressors_of([*agents, *[VASOPRESSIN] * unread])
    most = pressors_of([*agents, *["other"] * unread])
    return (fewest,) if fewest == most else (fewest, most)


def _grade(
    *,
    temp_max_c: bool,
    fever_other_cause: bool,
    crs_established: bool,
    prior_antipyretic_or_anticytokine: bool,
    hypotension: str,
    vasopressors: Pressors,
    oxygen: str,
    flow_l_min: bool,
    intubation_reason: str,
    died_of_crs: bool,
) -> int | None:
    if (hypotension == "pressors") != (vasopressors != "none"):
        return None
    return crs_grade(
        fever=temp_max_c and not fever_other_cause,
        fever_needed=not (crs_established and prior_antipyretic_or_anticytokine),
        pressure=PRESSOR_GRADES.get(vasopressors, 2 if hypotension == "fluids_only" else 0),
        oxygen=oxygen_grade(oxygen, high_flow=flow_l_min, for_hypoxia=intubation_reason == "hypoxia"),
        died=died_of_crs,
    )


def _flags(said: Answers, grades: tuple[int, ...]) -> tuple[Flag, ...]:
    temperature, flow = said.number("temp_max_c"), said.number("flow_l_min")
    afebrile = (temperature is not None and temperature < FEVER_C) or said.yes("fever_other_cause")
    treated = said.yes("crs_established") and said.yes("prior_antipyretic_or_anticytokine")
    supported = said.levels.get("hypotension") in ("fluids_only", "pressors") or (
        said.levels.get("oxygen", "none") != "none"
    )
    slow = flow is not None and flow <= LOW_FLOW_L_MIN
    return flags_that_hold(
        [
            (FEVER_NOT_REQUIRED, afebrile and treated and 0 not in grades),
            (NO_FEVER, supported and grades == (0,)),
            (SLOW_HIGH_FLOW, said.levels.get("oxygen") == "hfnc" and slow),
            (
                NOT_HYPOXIA,
                said.levels.get("oxygen") == "ventilation"
                and said.levels.get("intubation_reason", "hypoxia") != "hypoxia",
            ),
        ]
    )


_PRESSOR_WORDS: Final[Mapping[Pressors, str]] = {
    "none": "no vasopressor",
    "one": "one vasopressor",
    "several": "several vasopressors, vasopressin not counted",
}


def _steps(said: Answers, grades: tuple[int, ...]) -> tuple[str, ...]:
    told = []
    temperature = said.number("temp_max_c")
    if temperature is not None:
        level = "fever" if temperature >= FEVER_C else "no fever"
        cause = " with another cause" if said.yes("fever_other_cause") else ""
        told.append(f"highest temperature {float(temperature):g} degrees: {level}{cause}")
    if said.yes("crs_established") and said.yes("prior_antipyretic_or_anticytokine"):
        told.append("CRS stands and was treated: fever is not asked for")
    told += _axes(said)
    shown = " or ".join(map(str, sorted(grades)))
    return (*told, f"grade {shown}")


def _axes(said: Answers) -> list[str]:
    told = []
    if said.levels.get("hypotension") in ("none", "fluids_only"):
        level = said.levels["hypotension"]
        told.append("blood pressure: not low" if level == "none" else "blood pressure: needs fluids, grade 2")
    elif said.rows.get("vasopressors"):
        words = [f"{_PRESSOR_WORDS[each]}, grade {PRESSOR_GRADES[each]}" for each in _pressor_options(said)]
        told.append(f"blood pressure: {' or '.join(words)}")
    if "oxygen" in said.levels:
        flow = said.number("flow_l_min")
        shown = "" if flow is None else f", {float(flow):g} L/min"
        told.append(f"oxygen: {OXYGEN[said.levels['oxygen']]}{shown}")
    return told


ASTCT_CRS_2019 = Scale(
    id="astct_crs_2019",
    name="ASTCT grade of cytokine release syndrome",
    version="ASTCT 2019",
    citation=Citation(
        "Lee DW, Santomasso BD, Locke FL et al. Biol Blood Marrow Transplant 2019;25:625-638",
        "10.1016/j.bbmt.2018.12.758",
    ),
    verification=Verification(
        "table reprints PMC9327779 table 2 and PMC8021214 table 1 with footnotes",
        date(2026, 11, 25),
        "home oxygen and reasons of intubation; vasopressin alone as grade 3 is assumed",
    ),
    items=_ITEMS,
    fields=_FIELDS,
    rule=_rule,
    entries=_FIELDS,
    one_assessment=True,
)
