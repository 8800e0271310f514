"""What was asked of a screening, as text, checked against the protocol: the options of commands and of screens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final

from dosepath.core.errors import InputError
from dosepath.core.facts import PatientRecord, Table
from dosepath.core.options import pairs
from dosepath.eligibility.screening import RECHECK_SETTING, Occasion
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.rules.parse import suggest
from dosepath.trial.journeys import PatientScreening, screen_patient
from dosepath.trial.occasions import ANCHORS, PatientDates, read_date, read_tables

A_CENTURY: Final = 36524
"""Most days that a window may have."""

Called = Callable[[str], str]
"""How the one who asks calls an option: `--gate` on the command line, `gate` in an address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as it was written.

    Parameters
    ----------
    arm, on, gate
        Empty for those on record, the day of each patient, and screening.
    anchors, readings, settings
        As `NAME=VALUE`.
    complete
        Names of tables, or `all`.
    """

    arm: str = ""
    on: str = ""
    gate: str = GateName.SCREENING.value
    anchors: Sequence[str] = ()
    readings: Sequence[str] = ()
    settings: Sequence[str] = ()
    complete: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for, read and checked.

    Parameters
    ----------
    protocol
        Under the readings that were asked for.
    arm, gate, on, anchors, complete, settings
        For all patients; `on` is None where each patient has a day of their own.
    recheck
        Criteria that are judged again before lymphodepletion.
    by_patient
        Arms, dates and complete tables of single patients.
    today
        Day of the evaluation where nothing else says one.
    """

    protocol: Protocol
    arm: str
    gate: GateName
    on: date | None
    anchors: Mapping[str, date | None]
    by_patient: Mapping[str, PatientDates]
    complete: frozenset[Table]
    settings: Mapping[str, Fraction]
    recheck: tuple[str, ...]
    today: date

    def occasion(self, patient: str) -> Occasion:
        """Give when and under what assertions a patient is judged."""
        own = self.by_patient.get(patient)
        anchors = {**self.anchors, **(own.anchors if own else {})}
        at_gate = anchors.get("lymphodepletion" if self.gate is GateName.LYMPHODEPLETION else self.gate.value)
        complete = self.complete | (own.complete if own else frozenset())
        return Occasion(self.on or at_gate or self.today, anchors, complete, self.settings, self.recheck)

    def arm_of(self, patient: str) -> str:
        """Give the arm to screen a patient for; empty to try those whose disease is on record."""
        own = self.by_patient.get(patient)
        return self.arm or (own.arm if own else "")

    def screen(self, record: PatientRecord, arm: str = "") -> PatientScreening:
        """Screen a patient as was asked; for `arm` where it is given, else for the arm that is meant."""
        patient = record.id
        return screen_patient(record, self.protocol, self.occasion(patient), arm or self.arm_of(patient), (self.gate,))

    def under(self, readings: Mapping[str, str]) -> "Plan":
        """Give the plan under other readings."""
        return replace(self, protocol=self.protocol.under(readings))


def on_the_command_line(name: str) -> str:
    """Call an option as the command line does."""
    return f"--{name}"


def make_plan(
    protocol: Protocol,
    asked: Asked,
    by_patient: Mapping[str, PatientDates],
    today: date,
    called: Called = on_the_command_line,
) -> Plan:
    """Check what was asked for.

    Parameters
    ----------
    protocol
        As in its file.
    asked
        Text of the options.
    by_patient
        Of an anchors file; empty without one.
    today
        The day of the one who asks.
    called
        Names options in errors.

    Raises
    ------
    InputError
        When an option cannot be read, or names what the protocol does not have.
    """
    protocol = protocol.under(pairs(asked.readings, called("reading")))
    gates = {gate.value: gate for gate in GateName}
    if asked.gate not in gates:
        raise InputError(f"{called('gate')} {asked.gate}: {suggest(asked.gate, gates)}")
    if asked.arm and asked.arm not in protocol.file.arms:
        raise InputError(f"{called('arm')} {asked.arm}: {suggest(asked.arm, protocol.file.arms)}")
    anchors: dict[str, date | None] = {}
    for name, day in pairs(asked.anchors, called("anchor")).items():
        if name not in ANCHORS:
            raise InputError(f"{called('anchor')} {name}: {suggest(name, ANCHORS)}")
        anchors[name] = read_date(day, f"{called('anchor')} {name}")
    settings, recheck = _settings(protocol, pairs(asked.settings, called("set")), called("set"))
    return Plan(
        protocol=protocol,
        arm=asked.arm,
        gate=gates[asked.gate],
        on=read_date(asked.on, called("on")) if asked.on else None,
        anchors=anchors,
        by_patient=by_patient,
        complete=read_tables(asked.complete, called("source-complete")),
        settings=settings,
        recheck=recheck,
        today=today,
    )


def check_arms(by_patient: Mapping[str, PatientDates], protocol: Protocol, place: str) -> None:
    """Check that the arms of an anchors file are those of the protocol.

    Raises
    ------
    InputError
        When one is not; `place` names the file.
    """
    for name, dates in by_patient.items():
        if dates.arm and dates.arm not in protocol.file.arms:
            hint = suggest(dates.arm, protocol.file.arms)
            raise InputError(f"{place}: patient {name}: no arm '{dates.arm}'; {hint}")


def _settings(protocol: Protocol, given: Mapping[str, str], option: str) -> tuple[dict[str, Fraction], tuple[str, ...]]:
    numbers: dict[str, Fraction] = {}
    recheck: tuple[str, ...] = ()
    for name, value in given.items():
        if name not in protocol.file.settings:
            raise InputError(f"{option} {name}: no such setting; {suggest(name, protocol.file.settings)}")
        if name == RECHECK_SETTING:
            recheck = tuple(part.strip() for part in value.split(",") if part.strip())
            for identity in recheck:
                if identity not in protocol.criteria:
                    raise InputError(
                        f"{option} {name}: no criterion '{identity}'; {suggest(identity, protocol.criteria)}"
                    )
            continue
        try:
            numbers[name] = Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise InputError(f"{option} {name}={value}: a number is expected") from None
        days = protocol.file.settings[name].unit == "d"
        if numbers[name] < 0 or (days and (numbers[name].denominator != 1 or numbers[name] > A_CENTURY)):
            kind = f"a whole number of days, at most {A_CENTURY}," if days else "a number, 0 or more,"
            raise InputError(f"{option} {name}={value}: {kind} is expected")
    return numbers, recheck
