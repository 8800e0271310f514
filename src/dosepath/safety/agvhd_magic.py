"""Acute graft-versus-host disease in adults: organ stages, MAGIC grade, and the modified Glucksberg grade.

Four organs are staged: skin by the rash, liver by bilirubin, upper gut by persistent nausea, vomiting or anorexia,
lower gut by stool in a day (volume or episodes, averaged over three days). The MAGIC grade is IV with stage 4 of skin,
liver or lower gut; III with liver or lower gut at 2 or 3; II with skin 3 or liver, upper or lower gut at 1; I with skin
at 1 or 2 alone. The modified Glucksberg grade differs in one place: stage 4 of the gut is III.

Edges: bilirubin of exactly 2, 3, 6, 15 mg/dL is stage 1, 1, 2, 3, and anything between 3.0 and 3.1 is above 3 and so
stage 2. Rash of exactly 25 and 50 % is stage 2. Stool of 1000 and 1500 mL is stage 2. Bullae or desquamation of more
than 5 % of the skin make stage 4 only of a rash above 50 %.

Traps: skin alone can only be grade I, II or IV, so an exception for skin alone matters at stage 4. After an autologous
product the disease is not expected: any report needs biopsy and chimerism.

An organ that was not assessed leaves every stage of it possible, and `skin_only` open. Say whether stool was measured
by volume or by episodes: the other one is then not asked for. Stages or a grade may be entered instead of findings.

Verification: stages of adults, with volumes and episodes, against the PDQ of the National Cancer Institute (table
"Staging of acute GVHD", after Harris 2016), 2026-11-25; shared cases. From memory: both rules of grading. Assumed:
bilirubin between 3.0 and 3.1.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Final

from dosepath.core.facts import Value
from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.entered import field_value
from dosepath.instruments.items import amount, by_id, choice, yes_or_no
from dosepath.instruments.scale import Outcome, Scale
from dosepath.safety.open_items import flags_that_hold, judged, said_or_any

HIGHEST_STAGES: Final = {"skin": 4, "liver": 4, "upper_gi": 1, "lower_gi": 4}

RASH_STAGE_2_PCT: Final = Fraction(25)
RASH_STAGE_3_ABOVE_PCT: Final = Fraction(50)
BILIRUBIN_STAGE_1_MG_DL: Final = Fraction(2)
BILIRUBIN_ABOVE_MG_DL: Final = ((Fraction(15), 4), (Fraction(6), 3), (Fraction(3), 2))
"""Limits of bilirubin with the stage above each."""

STOOL_ML: Final = (Fraction(500), Fraction(1000), Fraction(1500))
STOOL_EPISODES: Final = (Fraction(3), Fraction(5), Fraction(7))
"""From which on stage 1, from which on stage 2, above which stage 3; in a day."""

Stages = tuple[int, int, int, int]
"""Skin, liver, upper gut, lower gut."""

_ITEMS = by_id(
    [
        amount("rash_bsa_pct", "skin with active rash, of the body surface", "%", high=100),
        yes_or_no("bullae", "bullae or desquamation of more than 5 % of the body surface"),
        amount("bilirubin", "total bilirubin", "mg/dL", analyte="bilirubin"),
        yes_or_no("upper_gi_persistent", "persistent nausea, vomiting or anorexia"),
        choice("stool_measured_by", "how stool was measured", {"volume": "volume", "episodes": "episodes"}),
        amount("stool_ml", "stool in a day, mean of three days", "mL/d"),
        amount("stool_episodes", "episodes of diarrhoea in a day, mean of three days"),
        yes_or_no("severe_abdominal_pain", "severe abdominal pain, with or without ileus"),
        yes_or_no("grossly_bloody_stool", "grossly bloody stool"),
    ]
)

_GRADES: Final = ("0", "I", "II", "III", "IV")
_FIELDS = {
    "magic": Field("MAGIC grade", choices=_GRADES),
    "glucksberg": Field("modified Glucksberg grade", choices=_GRADES),
    "skin_only": Field("skin alone is affected", choices=YES_OR_NO),
    "skin": Field("stage of the skin", unit="1"),
    "liver": Field("stage of the liver", unit="1"),
    "upper_gi": Field("stage of the upper gut", unit="1"),
    "lower_gi": Field("stage of the lower gut", unit="1"),
}

AUTOLOGOUS = Flag(
    "unexpected_after_autologous", "not expected after an autologous product: ask for biopsy and chimerism"
)
SMALL_BULLAE = Flag("bullae_without_erythroderma", "bullae make stage 4 only of a rash above 50 % of the skin")


def skin_stage(rash_pct: Fraction, *, bullae: bool) -> int:
    """Stage the skin.

    Examples
    --------
    >>> [skin_stage(Fraction(pct), bullae=True) for pct in (0, 24, 25, 50, 51)]
    [0, 1, 2, 2, 4]
    """
    if rash_pct > RASH_STAGE_3_ABOVE_PCT:
        return 4 if bullae else 3
    if rash_pct >= RASH_STAGE_2_PCT:
        return 2
    return 1 if rash_pct > 0 else 0


def liver_stage(bilirubin_mg_dl: Fraction) -> int:
    """Stage the liver.

    Examples
    --------
    >>> [liver_stage(Fraction(text)) for text in ("1.9", "2", "3", "3.05", "6", "6.1", "15", "15.1")]
    [0, 1, 1, 2, 2, 3, 3, 4]
    """
    for limit, stage in BILIRUBIN_ABOVE_MG_DL:
        if bilirubin_mg_dl > limit:
            return stage
    return 1 if bilirubin_mg_dl >= BILIRUBIN_STAGE_1_MG_DL else 0


def stool_stage(stool: Fraction, limits: tuple[Fraction, Fraction, Fraction]) -> int:
    """Stage the lower gut by stool in a day, without pain or blood.

    Parameters
    ----------
    stool
        Volume in mL or episodes.
    limits
        Those of volume or of episodes.

    Examples
    --------
    >>> [stool_stage(Fraction(volume), STOOL_ML) for volume in (499, 500, 999, 1000, 1500, 1501)]
    [0, 1, 1, 2, 2, 3]
    >>> [stool_stage(Fraction(episodes), STOOL_EPISODES) for episodes in (2, 3, 4, 5, 7, 8)]
    [0, 1, 1, 2, 2, 3]
    """
    first, second, third_above = limits
    if stool > third_above:
        return 3
    return 2 if stool >= second else 1 if stool >= first else 0


def magic_grade(skin: int, liver: int, upper_gi: int, lower_gi: int) -> str:
    """Grade by MAGIC.

    Examples
    --------
    >>> magic_grade(2, 0, 0, 0), magic_grade(1, 0, 1, 0), magic_grade(0, 0, 0, 4)
    ('I', 'II', 'IV')
    """
    if 4 in (skin, liver, lower_gi):
        return "IV"
    if liver >= 2 or lower_gi >= 2:
        return "III"
    if skin == 3 or liver == 1 or upper_gi == 1 or lower_gi == 1:
        return "II"
    return "I" if skin > 0 else "0"


def glucksberg_grade(skin: int, liver: int, upper_gi: int, lower_gi: int) -> str:
    """Grade by the modified Glucksberg rule, where stage 4 of the gut is III.

    Examples
    --------
    >>> glucksberg_grade(0, 0, 0, 4), glucksberg_grade(4, 0, 0, 0)
    ('III', 'IV')
    """
    return magic_grade(skin, liver, upper_gi, min(lower_gi, 3))


def _case(stages: Stages) -> Case:
    skin, *others = stages
    return {
        "magic": magic_grade(*stages),
        "glucksberg": glucksberg_grade(*stages),
        "skin_only": "true" if skin > 0 and not any(others) else "false",
        **{organ: Interval.at(stage) for organ, stage in zip(HIGHEST_STAGES, stages, strict=True)},
    }


def _rule(said: Answers) -> Outcome:
    organs = [judged(options, _ORGANS[organ]) for organ, options in _options(said).items()]
    stages = [sorted(found) for found, _ in organs]
    needed = {item for _, matter in organs for item in matter}
    cases = tuple(_case((skin, liver, upper, lower)) for skin, liver, upper, lower in product(*stages))
    rash = said.amounts.get("rash_bsa_pct")
    return Outcome(
        cases,
        missing=said.open(item for item in _ITEMS if item in needed),
        flags=flags_that_hold(
            [
                (AUTOLOGOUS, all(case["magic"] != "0" for case in cases)),
                (SMALL_BULLAE, said.yes("bullae") and rash is not None and rash <= RASH_STAGE_3_ABOVE_PCT),
            ]
        ),
        steps=(
            *(
                f"{_FIELDS[organ].label}: {' or '.join(map(str, found))}"
                for organ, found in zip(HIGHEST_STAGES, stages, strict=True)
            ),
            *(
                f"{_FIELDS[name].label}: {' or '.join(grade for grade in _GRADES if grade in found)}"
                for name in ("magic", "glucksberg")
                if (found := {case[name] for case in cases})
            ),
        ),
    )


_TYPICAL_RASH: Final = (Fraction(0), Fraction(1), Fraction(25), Fraction(51))
_TYPICAL_BILIRUBIN: Final = (Fraction(0), Fraction(2), Fraction(4), Fraction(10), Fraction(20))
_TYPICAL_ML: Final = (Fraction(0), Fraction(500), Fraction(1000), Fraction(1501))
_TYPICAL_EPISODES: Final = (Fraction(0), Fraction(3), Fraction(5), Fraction(8))
"""One value of every stage, for what was not assessed."""


def _options(said: Answers) -> dict[str, dict[str, tuple[object, ...]]]:
    def amounts(item: str, typical: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
        return (said.amounts[item],) if item in said.amounts else typical

    def flag(item: str) -> tuple[bool, ...]:
        return said_or_any(said.flags.get(item))

    by = said.levels.get("stool_measured_by")
    return {
        "skin": {"rash_bsa_pct": amounts("rash_bsa_pct", _TYPICAL_RASH), "bullae": flag("bullae")},
        "liver": {"bilirubin": amounts("bilirubin", _TYPICAL_BILIRUBIN)},
        "upper_gi": {"upper_gi_persistent": flag("upper_gi_persistent")},
        "lower_gi": {
            "stool_measured_by": ("volume", "episodes") if by is None else (by,),
            "stool_ml": amounts("stool_ml", _TYPICAL_ML),
            "stool_episodes": amounts("stool_episodes", _TYPICAL_EPISODES),
            "severe_abdominal_pain": flag("severe_abdominal_pain"),
            "grossly_bloody_stool": flag("grossly_bloody_stool"),
        },
    }


def _skin(*, rash_bsa_pct: Fraction, bullae: bool) -> int:
    return skin_stage(rash_bsa_pct, bullae=bullae)


def _liver(*, bilirubin: Fraction) -> int:
    return liver_stage(bilirubin)


def _upper_gi(*, upper_gi_persistent: bool) -> int:
    return int(upper_gi_persistent)


def _lower_gi(
    *,
    stool_measured_by: str,
    stool_ml: Fraction,
    stool_episodes: Fraction,
    severe_abdominal_pain: bool,
    grossly_bloody_stool: bool,
) -> int:
    if severe_abdominal_pain or grossly_bloody_stool:
        return 4
    if stool_measured_by == "volume":
        return stool_stage(stool_ml, STOOL_ML)
    return stool_stage(stool_episodes, STOOL_EPISODES)


_ORGANS: Final[Mapping[str, Callable[..., int | None]]] = {
    "skin": _skin,
    "liver": _liver,
    "upper_gi": _upper_gi,
    "lower_gi": _lower_gi,
}


@dataclass(frozen=True, slots=True)
class StagedScale(Scale):
    """A grade that follows from stages, which may be entered instead of findings."""

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        """List every set of stages that agrees with the stages and grades that were entered.

        Examples
        --------
        >>> AGVHD_MAGIC.from_entered({"magic": "I"}).value("skin_only")
        'true'
        >>> AGVHD_MAGIC.from_entered({"magic": "I", "skin_only": False}).conflict
        'no stages of the organs give magic I and skin_only false'
        """
        told = {name: said for name, value in entered.items() if (said := field_value(value)) is not None}
        missing = tuple(organ for organ in HIGHEST_STAGES if organ not in told)
        if not told:
            return Score(self.id, self.version, (), missing=missing)
        possible = tuple(case for case in _all_cases() if all(case.get(name) == said for name, said in told.items()))
        if not possible:
            shown = [f"{name} {said.low if isinstance(said, Interval) else said}" for name, said in told.items()]
            return Score(self.id, self.version, (), conflict=f"no stages of the organs give {' and '.join(shown)}")
        return Score(self.id, self.version, possible, missing=missing if len(possible) > 1 else ())


def _all_cases() -> Iterator[Case]:
    for skin, liver, upper, lower in product(*(range(highest + 1) for highest in HIGHEST_STAGES.values())):
        yield _case((skin, liver, upper, lower))


AGVHD_MAGIC = StagedScale(
    id="agvhd_magic",
    name="Acute graft-versus-host disease, MAGIC grade",
    version="MAGIC 2016; modified Glucksberg 1995",
    citation=Citation(
        "Harris AC, Young R, Devine S et al. Biol Blood Marrow Transplant 2016;22:4-10; "
        "Przepiorka D, Weisdorf D, Martin P et al. Bone Marrow Transplant 1995;15:825-828",
        "10.1016/j.bbmt.2015.09.001",
    ),
    verification=Verification(
        "PDQ of the National Cancer Institute, staging of acute GVHD after Harris 2016",
        date(2026, 11, 25),
        "both rules of grading; bilirubin between 3.0 and 3.1 is assumed",
    ),
    items=_ITEMS,
    fields=_FIELDS,
    rule=_rule,
    entries=_FIELDS,
    one_assessment=True,
)
