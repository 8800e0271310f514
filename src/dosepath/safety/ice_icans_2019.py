"""ICE, the bedside score of encephalopathy, and the ASTCT grade of neurotoxicity (ICANS) in adults.

ICE adds up five parts to 10 points. The grade is the worst of five axes: ICE, consciousness, seizures, weakness, and
swelling of the brain. A finding that has another cause (drugs, metabolism, haemorrhage) is not counted; death from
ICANS is grade 5. ICE 10 is 0, 7 to 9 is 1, 3 to 6 is 2, 1 or 2 is 3. ICE 0 is 3 in a patient who is awake, with global
aphasia, and 4 in one who cannot be roused.

Traps: any seizure is at least grade 3. Tremor, headache and myoclonus do not count; haemorrhage, with or without
swelling, is graded by the CTCAE. A baseline ICE below 10 (language, schooling) is flagged and changes no number. Under
sedation for ventilation ICE is of no use: keep the last grade before it. Children under 12 need another score (CAPD).

ICE that was not done leaves every ICE possible, so the other axes are a lower bound; a patient who cannot be roused has
grade 4 without it. Causes left out were not looked into: then each finding may or may not count.

Verification: axes, levels and footnotes against the table reprints in PMC9327779 (table 2) and PMC7990806 (table 2),
2026-11-25; both give ICE 0 to 2 as 3, and 0 as 4 where the patient cannot be roused; shared cases. From memory: that
ICE 0 while awake is a global aphasia; tremor, headache and myoclonus.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from dosepath.core.instrument import Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import by_id, choice, rows, under, whole, yes_or_no
from dosepath.instruments.scale import Outcome, Scale
from dosepath.safety.open_items import flags_that_hold, judged, said_or_any

PARTS: Final = {
    "orientation": (4, "oriented to year, month, city, hospital: a point each"),
    "naming": (3, "names three objects: a point each"),
    "command": (1, "follows a simple command"),
    "writing": (1, "writes a standard sentence"),
    "attention": (1, "counts back from 100 by tens"),
}
"""Parts of ICE with their points."""

HIGHEST_ICE: Final = sum(points for points, _ in PARTS.values())

ICE_GRADES: Final = ((10, 0), (7, 1), (3, 2), (0, 3))
"""Lowest ICE of each grade; 0 is one more where the patient cannot be roused."""

CANNOT_BE_ROUSED: Final = "unarousable_or_vigorous"

AXES: Final[Mapping[str, Mapping[str, int]]] = {
    "consciousness": {
        "normal": 0,
        "awakens_spontaneously": 1,
        "awakens_to_voice": 2,
        "awakens_to_tactile": 3,
        CANNOT_BE_ROUSED: 4,
    },
    "seizure": {"none": 0, "brief_resolved": 3, "prolonged_or_repetitive": 4},
    "motor_weakness": {"none": 0, "deep_focal": 4},
    "icp_edema": {"none": 0, "focal_edema": 3, "diffuse_or_signs": 4},
}
"""Grade of each level of the axes other than ICE."""

FINDINGS: Final = ("ice", *AXES)
"""The five axes."""

_ITEMS = by_id(
    [
        *under("ICE score", (whole(part, label, 0, points) for part, (points, label) in PARTS.items())),
        choice(
            "consciousness",
            "level of consciousness",
            {
                "normal": "normal",
                "awakens_spontaneously": "drowsy, awakens by themselves",
                "awakens_to_voice": "awakens to voice",
                "awakens_to_tactile": "awakens only to touch",
                CANNOT_BE_ROUSED: "cannot be roused, or only by vigorous or repeated touch; stupor, coma",
            },
        ),
        choice(
            "seizure",
            "seizures",
            {
                "none": "none",
                "brief_resolved": "any that resolved rapidly, or seen on EEG only and resolved with treatment",
                "prolonged_or_repetitive": "longer than 5 minutes, or repeated without return to baseline",
            },
        ),
        choice(
            "motor_weakness", "weakness", {"none": "none", "deep_focal": "deep focal weakness: one side, or both legs"}
        ),
        choice(
            "icp_edema",
            "swelling of the brain or signs of pressure",
            {
                "none": "none",
                "focal_edema": "focal oedema on imaging",
                "diffuse_or_signs": "diffuse oedema, posturing, sixth nerve palsy, papilloedema or Cushing's triad",
            },
        ),
        rows(
            "other_cause",
            "findings that another cause explains; an empty table: none",
            choice("finding", "finding", FINDINGS),
        ),
        yes_or_no("died_of_icans", "death from ICANS"),
        yes_or_no("sedated", "sedated for ventilation"),
        whole("baseline_ice", "ICE before infusion", 0, HIGHEST_ICE),
    ]
)
_FIELDS = {
    "icans": Field("ASTCT grade of ICANS, 0 to 5", unit="1"),
    "ice": Field("ICE, 0 to 10 points", unit="1"),
}

SEDATED = Flag("sedated", "ICE is of no use under sedation: keep the last grade before it")
LOW_BASELINE = Flag("baseline_below_10", "ICE was below 10 before infusion: judge the change as well")
NOT_COUNTED = Flag("finding_not_counted", "a finding with another cause is not counted here: grade it by the CTCAE")
ICE_OF_NOBODY = Flag("ice_while_not_roused", "points in ICE and a patient who cannot be roused: ask which came first")


def ice_grade(ice: int, *, roused: bool = True) -> int:
    """Grade ICE alone.

    Parameters
    ----------
    ice
        0 to 10 points.
    roused
        False for a patient who cannot be roused.

    Examples
    --------
    >>> [ice_grade(ice) for ice in (10, 9, 7, 6, 3, 2, 0)], ice_grade(0, roused=False)
    ([0, 1, 1, 2, 2, 3, 3], 4)
    """
    if ice == 0 and not roused:
        return 4
    return next(grade for lowest, grade in ICE_GRADES if ice >= lowest)


def icans_grade(ice: int, levels: Mapping[str, str], other_cause: Collection[str] = (), *, died: bool = False) -> int:
    """Grade one assessment.

    Parameters
    ----------
    ice
        0 to 10 points.
    levels
        Level of each of the four other axes.
    other_cause
        Axes that something else explains.
    died
        Of ICANS.

    Examples
    --------
    >>> well = {"consciousness": "normal", "seizure": "none", "motor_weakness": "none", "icp_edema": "none"}
    >>> icans_grade(8, well), icans_grade(8, well | {"seizure": "brief_resolved"}, ["seizure"])
    (1, 1)
    """
    return 5 if died else max(_counted(ice, levels, other_cause), default=0)


def _counted(ice: int, levels: Mapping[str, str], other_cause: Collection[str]) -> list[int]:
    found = [AXES[axis][level] for axis, level in levels.items() if axis not in other_cause]
    if "ice" not in other_cause:
        asleep = levels["consciousness"] == CANNOT_BE_ROUSED and "consciousness" not in other_cause
        found.append(ice_grade(ice, roused=not asleep))
    return found


def _rule(said: Answers) -> Outcome:
    low = sum(said.numbers.get(part, 0) for part in PARTS)
    high = sum(said.numbers.get(part, points) for part, (points, _) in PARTS.items())
    options: dict[str, tuple[object, ...]] = {"ice": tuple(range(low, high + 1))}
    options |= {axis: (said.levels[axis],) if axis in said.levels else tuple(AXES[axis]) for axis in AXES}
    options |= {"causes": _cause_options(said), "died": said_or_any(said.flags.get("died_of_icans"))}
    found, matter = judged(options, _judge)
    parts = said.open(PARTS) if low < high else ()
    causes = ("other_cause",) if "causes" in matter else ()
    died = ("died_of_icans",) if "died" in matter else ()
    return Outcome(
        tuple({"icans": Interval.at(grade), "ice": Interval.at(ice)} for grade, ice in sorted(found)),
        missing=(*parts, *said.open(axis for axis in AXES if axis in matter), *_as_missing(said, causes), *died),
        flags=_flags(said, low),
        steps=_steps(said, low, high, sorted({grade for grade, _ in found})),
    )


def _as_missing(said: Answers, causes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{item}.finding" if item in said.rows else item for item in causes)


_NOTHING_ABOVE: Final = (0, 1, 2, 3, 4)
"""While causes are open: another cause explains every finding above one of these grades."""


def _cause_options(said: Answers) -> tuple[frozenset[str] | int, ...]:
    """Give the sets of explained findings; open ones as a highest grade, for the worst finding that counts decides."""
    known = _explained(said)
    if "other_cause" in said.rows and len(known) == len(said.rows["other_cause"]):
        return (frozenset(known),)
    return _NOTHING_ABOVE


def _explained(said: Answers) -> list[str]:
    return [row.levels["finding"] for row in said.rows.get("other_cause", ()) if "finding" in row.levels]


def _judge(*, ice: int, causes: frozenset[str] | int, died: bool, **levels: str) -> tuple[int, int]:
    if isinstance(causes, frozenset):
        return icans_grade(ice, levels, causes, died=died), ice
    return (5, ice) if died else (max((each for each in _alone(ice, levels) if each <= causes), default=0), ice)


def _alone(ice: int, levels: Mapping[str, str]) -> list[int]:
    """List the grade of every finding, ICE also without the depth of sleep, which may have another cause."""
    return [*_counted(ice, levels, ()), ice_grade(ice)]


def _flags(said: Answers, low: int) -> tuple[Flag, ...]:
    baseline = said.numbers.get("baseline_ice")
    asleep = said.levels.get("consciousness") == CANNOT_BE_ROUSED
    return flags_that_hold(
        [
            (SEDATED, said.yes("sedated")),
            (LOW_BASELINE, baseline is not None and baseline < HIGHEST_ICE),
            (NOT_COUNTED, bool(_explained(said))),
            (ICE_OF_NOBODY, asleep and low > 0),
        ]
    )


def _steps(said: Answers, low: int, high: int, grades: list[int]) -> tuple[str, ...]:
    explained = _explained(said)
    told = [f"ICE {low}" if low == high else f"ICE {low} to {high}"]
    told += [
        f"{_ITEMS[axis].label}: {_ITEMS[axis].labels[said.levels[axis]]}"
        + (", has another cause" if axis in explained else f", grade {AXES[axis][said.levels[axis]]}")
        for axis in AXES
        if axis in said.levels
    ]
    told.append(f"grade {' or '.join(map(str, grades))}: the worst axis")
    return tuple(told)


ICE_ICANS_2019 = Scale(
    id="ice_icans_2019",
    name="ICE score and ASTCT grade of neurotoxicity",
    version="ASTCT 2019",
    citation=Citation(
        "Lee DW, Santomasso BD, Locke FL et al. Biol Blood Marrow Transplant 2019;25:625-638",
        "10.1016/j.bbmt.2018.12.758",
    ),
    verification=Verification(
        "table reprints PMC9327779 table 2 and PMC7990806 table 2 with footnotes",
        date(2026, 11, 25),
        "that ICE 0 while awake is a global aphasia; tremor, headache and myoclonus do not count",
    ),
    items=_ITEMS,
    fields=_FIELDS,
    rule=_rule,
    entries=_FIELDS,
    one_assessment=True,
)
