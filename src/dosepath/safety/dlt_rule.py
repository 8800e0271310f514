"""The DLT rule of a trial as a value: clauses, limits and the reading in force of every ambiguous point.

Everything comes from the protocol file; nothing here knows a number of a trial. What the page leaves open is an option
of `Readings`, whose defaults are the readings that the reference recommends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from dosepath.core.errors import DosepathError, InputError
from dosepath.protocol.model import DltClause, Option
from dosepath.protocol.protocol import Protocol
from dosepath.rules.parse import suggest

E = TypeVar("E", bound=Enum)


class EventType(Enum):
    """The kinds of events that a clause may be about."""

    GVHD = "GVHD"
    CRS = "CRS"
    ICANS = "ICANS"
    AE = "AE"


class Relatedness(Enum):
    """What was judged about an event and the product."""

    RELATED = "related"
    NOT_RELATED = "not_related"
    UNKNOWN = "unknown"


class WindowEnd(Enum):
    """When the window ends: on the closing visit, or on its first or last possible day."""

    CLOSING_VISIT = "closing_visit"
    FIRST_DAY = "fixed_28"
    LAST_DAY = "fixed_31"


class Completion(Enum):
    """Whether a duration may be reached after the window."""

    AFTER_WINDOW = "after_window"
    WITHIN_WINDOW = "within_window"


class CrsOnset(Enum):
    """From when the days of CRS are counted."""

    GRADE_3 = "onset_of_grade_3"
    SYNDROME = "onset_of_syndrome"


class Counting(Enum):
    """How days are counted."""

    HALF_OPEN = "half_open"
    INCLUSIVE = "inclusive"


class Dips(Enum):
    """What a short dip below the grade does."""

    BRIDGED = "bridged"
    LITERAL = "literal"
    CUMULATIVE = "cumulative"


class Lasting(Enum):
    """What of another adverse event has to last."""

    AT_GRADE = "at_grade_3"
    WHOLE_EVENT = "whole_event"


class OtherEvents(Enum):
    """Which adverse events count."""

    RELATED_ONLY = "related_only"
    EXEMPT_LABS = "exempt_labs"


class FatalEvents(Enum):
    """Whether fatal events are covered although the text does not name them."""

    COVERED = "covered"
    LITERAL = "literal"


class GvhdScale(Enum):
    """The scale of acute GvHD."""

    MAGIC = "magic"
    GLUCKSBERG = "glucksberg"


class Scales(Enum):
    """The scales of CRS and ICANS."""

    ASTCT = "astct"
    CTCAE = "ctcae"


class GvhdClock(Enum):
    """From when the days of GvHD are counted."""

    GRADE_3 = "from_grade_3"
    TREATMENT = "from_treatment"


class OpenAtExit(Enum):
    """What an event that is open at the exit makes of the patient."""

    INEVALUABLE = "inevaluable"
    DLT = "dlt"


@dataclass(frozen=True, slots=True)
class Readings:
    """The reading in force of every ambiguous point that has a switch, in the order of the reference (A1 to A12)."""

    window: WindowEnd = WindowEnd.CLOSING_VISIT
    completion: Completion = Completion.AFTER_WINDOW
    crs_onset: CrsOnset = CrsOnset.GRADE_3
    counting: Counting = Counting.HALF_OPEN
    dips: Dips = Dips.BRIDGED
    ae_duration: Lasting = Lasting.AT_GRADE
    other_events: OtherEvents = OtherEvents.RELATED_ONLY
    grade_5: FatalEvents = FatalEvents.COVERED
    gvhd_scale: GvhdScale = GvhdScale.MAGIC
    scales: Scales = Scales.ASTCT
    gvhd_clock: GvhdClock = GvhdClock.GRADE_3
    unresolved_at_exit: OpenAtExit = OpenAtExit.INEVALUABLE


READINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "window": "dlt#window",
        "completion": "dlt#completion",
        "crs_onset": "dlt.crs_3#onset",
        "counting": "dlt#counting",
        "dips": "dlt#dips",
        "ae_duration": "dlt.ae_3#duration",
        "other_events": "dlt.ae_3#other",
        "grade_5": "dlt#grade_5",
        "gvhd_scale": "dlt.gvhd_3#scale",
        "scales": "dlt#scales",
        "gvhd_clock": "dlt.gvhd_3#clock",
        "unresolved_at_exit": "dlt#unresolved_at_exit",
    }
)
"""Key in the protocol file of each reading."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the definition.

    Parameters
    ----------
    id, text, source
        Name, words of the page, and its lines.
    event
        Kind of events it is about.
    min_grade
        Grade from which an event can meet it.
    min_days
        Days from the first day at the grade to the first day below it that meet it; None where a single day does.
    judged
        Whether the event must be related to the product and no sign of a syndrome.
    except_skin_only
        Whether days with skin involvement only do not count.
    printed_max_grade
        Highest grade that its words name.
    """

    id: str
    event: EventType
    min_grade: int
    min_days: int | None = None
    judged: bool = False
    except_skin_only: bool = False
    printed_max_grade: int | None = None
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Fatal:
    """The clause for deaths, which the page leaves out."""

    id: str
    min_grade: int
    fatal_grade: int
    without_judgement: frozenset[EventType]
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ExpectedLabs:
    """Terms of expected laboratory events, in small letters."""

    always: frozenset[str] = frozenset()
    early: frozenset[str] = frozenset()
    early_days: int = 0


@dataclass(frozen=True, slots=True)
class DltRule:
    """The DLT rule of a trial.

    Parameters
    ----------
    first_closing_day, last_closing_day
        Study days between which the closing visit falls.
    clauses, fatal
        In the order of the page.
    least_dose, most_dose
        Cells given as a fraction of those planned, for a patient who can be evaluated; both included.
    bridged_days
        Longest dip below the grade that ends nothing, in days.
    scales
        Scale by which events of each kind are graded.
    related_words
        Words of a judgement of relatedness and what they count as.
    expected_labs
        Laboratory events that are exempt where the reading says so.
    readings
        The readings in force.
    """

    first_closing_day: int
    last_closing_day: int
    clauses: tuple[Clause, ...]
    fatal: Fatal
    least_dose: Decimal
    most_dose: Decimal
    bridged_days: int
    scales: Mapping[EventType, str] = field(default_factory=dict)
    related_words: Mapping[str, Relatedness] = field(default_factory=dict)
    expected_labs: ExpectedLabs = ExpectedLabs()
    readings: Readings = Readings()

    def days_needed(self, clause: Clause) -> int | None:
        """Give the days from the first day at the grade to the first day below it that meet a clause."""
        if clause.min_days is None:
            return None
        return clause.min_days - (self.readings.counting is Counting.INCLUSIVE)

    def least_grade(self, event: EventType) -> int:
        """Give the grade from which any clause looks at events of a kind."""
        return min((clause.min_grade for clause in self.clauses if clause.event is event), default=self.fatal.min_grade)

    def relatedness(self, word: str | None) -> Relatedness:
        """Read a judgement of relatedness; nothing said is unknown.

        Raises
        ------
        InputError
            When the protocol does not know the word.
        """
        if word is None:
            return Relatedness.UNKNOWN
        known = self.related_words
        if word.strip().lower() not in known:
            raise InputError(f"relatedness '{word}' is not known; {suggest(word, known)}")
        return known[word.strip().lower()]


def dlt_rule(protocol: Protocol, dose_tolerance: tuple[Decimal, Decimal] | None = None) -> DltRule:
    """Build the rule from a protocol, under its readings in force.

    Parameters
    ----------
    protocol
        The trial.
    dose_tolerance
        Least and most dose of an evaluable patient, instead of those of the protocol.

    Raises
    ------
    DosepathError
        When the protocol lacks a reading, names an option that the rule does not know, or leaves the tolerance unset.

    Examples
    --------
    >>> from dosepath.trial.library import open_trial
    >>> rule = dlt_rule(open_trial("NCT06680388"))
    >>> [(clause.id, clause.min_days) for clause in rule.clauses][:3]
    [('gvhd_3', 8), ('crs_4', None), ('crs_3', 15)]
    """
    file = protocol.file.dlt
    options = {name: _option(protocol, key) for name, key in READINGS.items()}
    readings = Readings(**{name: _choice(name, chosen) for name, (chosen, _) in options.items()})
    low, high = dose_tolerance or _tolerance(protocol)
    expected = file.expected_labs
    return DltRule(
        first_closing_day=file.window_days,
        last_closing_day=file.window_days + file.tolerance_days,
        clauses=tuple(_clause(clause) for clause in file.clauses),
        fatal=Fatal(
            id=file.fatal.id,
            min_grade=file.fatal.min_grade,
            fatal_grade=file.fatal.fatal_grade,
            without_judgement=frozenset(EventType(name) for name in file.fatal.without_judgement),
            text=file.fatal.label,
            source=file.fatal.source,
        ),
        least_dose=low,
        most_dose=high,
        bridged_days=options["dips"][1].days or 0,
        scales=_scales(protocol, options["gvhd_scale"][1].scale, options["scales"][1].scale),
        related_words={
            word.lower(): Relatedness(meaning) for meaning, words in file.related_words.items() for word in words
        },
        expected_labs=ExpectedLabs(
            frozenset(term.lower() for term in expected.always),
            frozenset(term.lower() for term in expected.early),
            expected.early_days,
        ),
        readings=readings,
    )


def _option(protocol: Protocol, key: str) -> tuple[str, Option]:
    readings = dict(protocol.readings())
    if key not in readings:
        raise DosepathError(f"{protocol.id}: the DLT rule needs the reading {key}; {suggest(key, readings)}")
    name = protocol.in_force(key, readings[key])
    return name, readings[key].options[name]


def _choice(name: str, chosen: str) -> Any:
    kind: type[Enum] = type(getattr(Readings(), name))
    known = {option.value: option for option in kind}
    if chosen not in known:
        raise DosepathError(
            f"reading {READINGS[name]}: the DLT rule knows no option '{chosen}'; {suggest(chosen, known)}"
        )
    return known[chosen]


def _tolerance(protocol: Protocol) -> tuple[Decimal, Decimal]:
    setting = protocol.file.design.conduct.get("dose_tolerance")
    if setting is None or not isinstance(setting.value, tuple) or len(setting.value) != 2:
        raise DosepathError(
            f"{protocol.id}: design.conduct.dose_tolerance is not set; give the least and the most dose"
        )
    low, high = (Decimal(number) for number in setting.value)
    return low, high


def _clause(clause: DltClause) -> Clause:
    days = clause.lasting_days if clause.within_days is None else clause.within_days + 1
    return Clause(
        id=clause.id,
        event=EventType(clause.scale),
        min_grade=clause.min_grade,
        min_days=days,
        judged=clause.related,
        except_skin_only=clause.except_skin_only,
        printed_max_grade=clause.printed_max_grade,
        text=clause.text,
        source=f"registry page line {clause.lines[0]}",
    )


def _scales(protocol: Protocol, gvhd: str, others: str) -> dict[EventType, str]:
    found = {EventType(name): str(scale.value) for name, scale in protocol.file.dlt.scales.items()}
    if gvhd:
        found[EventType.GVHD] = gvhd
    if others:
        found |= {EventType.CRS: others, EventType.ICANS: others}
    return found
