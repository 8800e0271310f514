"""How the escalation of a trial is run: the ladder of doses and what the protocol decides about its conduct."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any, Final, TypeVar

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Action
from dosepath.dosefinding.three_plus_three import VARIANTS, ThreePlusThree, variant
from dosepath.protocol.protocol import Protocol
from dosepath.rules.parse import suggest

E = TypeVar("E", bound=Enum)

REVIEWED: Final = {action.value: action for action in (Action.ESCALATE, Action.EXPAND, Action.DE_ESCALATE)}
"""Actions that a board can be asked about."""


class LowerDose(Enum):
    """Where a patient counts whose cells fit a lower level."""

    INEVALUABLE = "inevaluable"
    ACTUAL_LEVEL = "actual_level"


class PlannedLimit(Enum):
    """What the planned number of patients is."""

    WARN = "warn"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Rung:
    """One dose level; None where its dose is not set."""

    level: int
    dose: Decimal | None


@dataclass(frozen=True)
class LadderSettings:
    """The settings of an escalation.

    Parameters
    ----------
    rungs
        Dose levels from low to high.
    start_level
        Level of the first patient.
    variant
        Which 3+3 design: V1 to V4.
    stagger_days
        Days from the first to the second, and from the second to the third patient of a level.
    stagger_expansion_days
        Days between infusions once a level has three counted patients.
    dose_tolerance
        Least and most dose_fraction of an evaluable patient.
    lower_dose
        Where a patient counts whose cells fit a lower level.
    board_review_for
        Actions that need a decision of the board.
    arms
        The diseases that share the ladder.
    arm_cap_total, arm_cap_per_level
        Most places of one arm on the ladder, and at one level; None for no cap.
    planned_n, planned_limit
        Planned number, and whether it only warns.
    backfill
        Whether patients may be added at cleared lower levels.
    """

    rungs: tuple[Rung, ...]
    start_level: int
    variant: str
    stagger_days: tuple[int, int]
    stagger_expansion_days: int
    dose_tolerance: tuple[Decimal, Decimal]
    lower_dose: LowerDose
    board_review_for: frozenset[Action]
    arms: tuple[str, ...]
    arm_cap_total: int | None
    arm_cap_per_level: int | None
    planned_n: int
    planned_limit: PlannedLimit
    backfill: bool

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Numbers of the levels from low to high."""
        return tuple(rung.level for rung in self.rungs)

    @cached_property
    def design(self) -> ThreePlusThree:
        """The rule on finished cohorts; its doses are the places of the levels, counted from 1."""
        return replace(variant(self.variant, len(self.rungs)), start=self.place(self.start_level))

    def place(self, level: int) -> int:
        """Give the place of a level on the ladder, counted from 1."""
        return self.levels.index(level) + 1

    def dose(self, level: int) -> Decimal | None:
        """Give the dose of a level; None where it is not set."""
        return self.rungs[self.place(level) - 1].dose

    def below(self, level: int) -> int | None:
        """Give the next lower level; None where there is none."""
        place = self.place(level)
        return self.levels[place - 2] if place > 1 else None


def ladder_settings(protocol: Protocol, overrides: Mapping[str, Any] | None = None) -> LadderSettings:
    """Take the settings of a protocol, with some of them replaced.

    Parameters
    ----------
    protocol
        The trial.
    overrides
        Settings by name; `levels` is a list of levels and doses.

    Raises
    ------
    InputError
        When a setting is not set, has no such name, or is not what it should be; names all of them.

    Examples
    --------
    >>> from dosepath.trial.library import open_trial
    >>> found = ladder_settings(open_trial("NCT06680388"), {"variant": "V1"})
    >>> found.variant, found.stagger_days, found.dose(2)
    ('V1', (28, 14), None)
    """
    design = protocol.file.design
    raw: dict[str, Any] = {name: setting.value for name, setting in design.conduct.items()}
    raw["levels"] = [{"level": rung.level, "dose": rung.dose} for rung in protocol.file.dose_levels]
    raw["arms"] = list(protocol.file.arms)
    raw["planned_n"] = design.planned_patients
    given = dict(overrides or {})
    unknown = [f"no setting '{name}'; {suggest(name, READERS)}" for name in given if name not in READERS]
    raw.update({name: value for name, value in given.items() if name in READERS})
    unset = [
        f"{name} is not set, which blocks {_blocks(protocol, name)}; set it in the protocol file or for this run"
        for name in READERS
        if raw.get(name) is None and name not in MAY_BE_NONE
    ]
    if unknown or unset:
        raise InputError("; ".join([*unknown, *unset]))
    found: dict[str, Any] = {}
    problems = []
    for name, read in READERS.items():
        try:
            found["rungs" if name == "levels" else name] = read(raw.get(name))
        except (ValueError, TypeError, KeyError) as error:
            problems.append(f"setting {name}: {error}")
    if problems:
        raise InputError("; ".join(problems))
    settings = LadderSettings(**found)
    if settings.start_level not in settings.levels:
        raise InputError(f"setting start_level: {settings.start_level} is none of the levels {settings.levels}")
    return settings


def _blocks(protocol: Protocol, name: str) -> str:
    setting = protocol.file.design.conduct.get(name)
    return setting.blocks if setting is not None and setting.blocks else "every decision"


# Readers of single settings -------------------------------------------------------------------------------------------


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no whole number from 0")
    return value


def _days(value: Any) -> int:
    days = _whole(value)
    if days > MOST_DAYS:
        raise ValueError(f"{value!r} days are more than {MOST_DAYS}")
    return days


MOST_DAYS: Final = 3650
"""Longest gap between two infusions."""

MOST_LEVELS: Final = 50


def _cap(value: Any) -> int | None:
    return None if value is None else _whole(value)


def _level(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is no level")
    return value


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError(f"{value!r} is no number")
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"{value!r} is no number")
    return number


def _rungs(value: Any) -> tuple[Rung, ...]:
    rungs = []
    for item in value if isinstance(value, list | tuple) else [value]:
        if not isinstance(item, dict):
            raise TypeError(f"{item!r}: write a list of level and dose")
        dose = item.get("dose")
        rungs.append(Rung(_level(item["level"]), None if dose is None else _number(dose)))
        if (rungs[-1].dose is not None and rungs[-1].dose <= 0) or set(item) - {"level", "dose"}:
            raise ValueError(f"{item}: write level and dose, a number above 0 or null")
    numbers = [rung.level for rung in rungs]
    if not numbers or numbers != sorted(set(numbers)):
        raise ValueError("list the levels from low to high, each once")
    if len(numbers) > MOST_LEVELS:
        raise ValueError(f"{len(numbers)} levels are more than {MOST_LEVELS}")
    doses = [rung.dose for rung in rungs if rung.dose is not None]
    if doses != sorted(set(doses)):
        raise ValueError("doses rise with their levels")
    return tuple(rungs)


def _pair(read: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, Any]]:
    def pair(value: Any) -> tuple[Any, Any]:
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise TypeError(f"{value!r} are not two numbers; write them as [a, b]")
        return read(value[0]), read(value[1])

    return pair


def _tolerance(value: Any) -> tuple[Decimal, Decimal]:
    low, high = _pair(_number)(value)
    if not low <= 1 <= high:
        raise ValueError(f"{low} to {high} does not hold the planned dose, 1")
    return low, high


def _one_of(kind: type[E]) -> Callable[[Any], E]:
    known = {option.value: option for option in kind}

    def read(value: Any) -> E:
        if not isinstance(value, str) or value not in known:
            raise ValueError(f"{value!r}; {suggest(str(value), known)}")
        return known[value]

    return read


def _variant(value: Any) -> str:
    if not isinstance(value, str) or value not in VARIANTS:
        raise ValueError(f"{value!r}; {suggest(str(value), VARIANTS)}")
    return str(value)


def _reviewed(value: Any) -> frozenset[Action]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} is no list of actions")
    wrong = [name for name in value if not isinstance(name, str) or name not in REVIEWED]
    if wrong:
        raise ValueError(f"{wrong[0]!r}; {suggest(str(wrong[0]), REVIEWED)}")
    return frozenset(REVIEWED[name] for name in value)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} is no list of names")
    return tuple(str(name) for name in value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "levels": _rungs,
    "start_level": _level,
    "variant": _variant,
    "stagger_days": _pair(_days),
    "stagger_expansion_days": _days,
    "dose_tolerance": _tolerance,
    "lower_dose": _one_of(LowerDose),
    "board_review_for": _reviewed,
    "arms": _names,
    "arm_cap_total": _cap,
    "arm_cap_per_level": _cap,
    "planned_n": _whole,
    "planned_limit": _one_of(PlannedLimit),
    "backfill": _yes_or_no,
}
"""Every setting and how it is read."""

MAY_BE_NONE: Final = frozenset({"arm_cap_total", "arm_cap_per_level"})
