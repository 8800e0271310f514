"""The protocol file as typed values.

Only shapes are checked here; that names exist and rules fit together is checked in `protocol.read`.
"""

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from dosepath.protocol.concept import Concept

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
"""A name used in rules."""

CriterionId = Annotated[str, StringConstraints(pattern=r"^[IE]\d\d(\.[A-Za-z0-9]+)*$")]
"""I or E, the number of the criterion, and the place below it."""

Lines = Annotated[tuple[int, ...], Field(min_length=1, description="lines of the registry page, first and last")]


class Part(BaseModel):
    """Base of all parts: frozen, and no key that the schema does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GateName(Enum):
    """The points at which eligibility is judged."""

    SCREENING = "screening"
    LYMPHODEPLETION = "lymphodepletion"
    INFUSION = "infusion"


class Registry(Part):
    """Fields of the public registry record."""

    number: str
    title: str
    phase: str
    status: str
    sponsor: str
    conditions: tuple[str, ...]
    interventions: tuple[str, ...]
    study_type: str
    intervention_model: str
    sex: str
    target_recruitment: int
    age_low_years: int
    age_high_years: int
    brief_summary: str
    detailed_description: str
    lines: Lines


class Objective(Part):
    """An aim of the trial, or an outcome by which it is measured."""

    id: Name
    text: str
    level: Annotated[str, Field(pattern="^(primary|secondary|exploratory)$")]
    time_frame: str = ""
    lines: Lines


class Arm(Part):
    """A group of patients: here, a disease."""

    label: str
    registry_label: str
    target_condition: Annotated[str, Field(description="concept that says that a patient has the disease")]
    lines: Lines


class DoseLevel(Part):
    """One dose of the escalation; without a dose it is not set, and no patient may be dosed on it."""

    level: int
    dose: Decimal | None = None
    unit: str
    lines: tuple[int, ...] = ()
    note: str = ""


class SettingValue(Part):
    """A number or a name that the page leaves open."""

    label: str
    value: Decimal | int | str | None = None
    unit: str = "1"
    source: str
    blocks: Annotated[str, Field(description="what cannot be done while it is not set")] = ""

    @property
    def number(self) -> Decimal | None:
        """The value as a number; None when not set or a name."""
        return Decimal(self.value) if isinstance(self.value, int | Decimal) else None


class OrderKind(Part):
    """A way to obtain facts: one order of a coordinator."""

    label: str
    burden: Annotated[int, Field(ge=0, description="place in the order of effort, the lightest first")]


class Option(Part):
    """One reading of an ambiguous text.

    `rules` replaces the rules of criteria, `arms` the arms that a criterion is judged for, `days` and `scale` bring a
    number or a toxicity scale.
    """

    text: str
    days: int | None = None
    scale: str = ""
    rules: dict[CriterionId, str] = {}
    rechecks: dict[CriterionId, dict[GateName, str]] = {}
    gates: dict[CriterionId, tuple[GateName, ...]] = {}
    arms: dict[CriterionId, tuple[Name, ...]] = {}


class Reading(Part):
    """An ambiguity of the text: its readings, the one in force, who settled it and why.

    A note is an ambiguity that offers no switch: it has no options, or none that could differ for any patient.
    """

    topic: str = ""
    issue: str
    in_force: str = ""
    options: dict[Name, Option] = {}
    settled_by: str
    why: str
    note: str = ""


class Alert(Part):
    """Something to be said beside a verdict when a rule is met."""

    when: str
    say: str


class Criterion(Part):
    """A criterion or a heading over criteria; it states its own condition, so an exclusion that is met excludes."""

    id: CriterionId
    text: str = ""
    lines: tuple[int, ...] = ()
    title: str
    rule: Annotated[str, Field(description="rule over the record; over children: `all`, `any`, or an expression")]
    jointly: Annotated[bool, Field(description="judge the children together, case by case")] = False
    arms: Annotated[tuple[Name, ...], Field(description="arms it is judged for; empty: those of the parent")] = ()
    gates: Annotated[tuple[GateName, ...], Field(description="empty: those of the parent")] = ()
    recheck: Annotated[dict[GateName, str], Field(description="rule that also counts at a later gate")] = {}
    readings: tuple[Reading, ...] = ()
    alerts: tuple[Alert, ...] = ()
    notes: tuple[str, ...] = ()
    defines: Annotated[
        bool, Field(description="only defines a term of another criterion; has no say in its parent")
    ] = False
    children: tuple["Criterion", ...] = ()


class Check(Part):
    """Something that has to hold at a gate without being a criterion of the page."""

    id: Name
    gate: GateName
    title: str
    rule: str
    source: str


class InstrumentUse(Part):
    """How an instrument is used: when its results count, and which concepts hold entered ones."""

    instrument: str
    window: Name
    entered: dict[str, Name]


class Line(Part):
    """One drug of a standard regimen."""

    drug: Name
    cap: str = ""
    equivalence: str = ""


class DltClause(Part):
    """One clause of the definition of a dose-limiting toxicity."""

    id: Name
    text: str
    scale: str
    min_grade: int
    resolves_to: int | None = None
    within_days: int | None = None
    lasting_days: int | None = None
    printed_max_grade: Annotated[int | None, Field(description="highest grade that the words name, if they do")] = None
    related: bool = False
    except_skin_only: bool = False
    lines: Lines
    readings: tuple[Reading, ...] = ()
    notes: tuple[str, ...] = ()


class FatalClause(Part):
    """A clause for fatal events, which the page leaves out: a fatal event cannot last for days."""

    id: Name
    label: str
    min_grade: Annotated[int, Field(description="grade from which a later death of an event counts")]
    fatal_grade: int
    without_judgement: Annotated[tuple[str, ...], Field(description="scales that need no judgement of relatedness")]
    source: str


class ExpectedLabs(Part):
    """Laboratory events that the treatment itself brings about; exempt only under the reading that says so."""

    always: Annotated[tuple[str, ...], Field(description="terms of events that are expected for months")]
    early: Annotated[tuple[str, ...], Field(description="terms of events that are expected for some days")]
    early_days: int
    source: str


class Dlt(Part):
    """Dose-limiting toxicity: the window after infusion, the scales, the clauses."""

    window_days: int
    tolerance_days: int
    lines: Lines
    scales: dict[str, SettingValue]
    clauses: tuple[DltClause, ...]
    fatal: FatalClause
    expected_labs: ExpectedLabs
    related_words: Annotated[
        dict[Annotated[str, StringConstraints(pattern=r"^(related|not_related|unknown)$")], tuple[str, ...]],
        Field(description="words of a judgement of relatedness, by what they count as"),
    ]
    readings: tuple[Reading, ...] = ()


class ConductSetting(Part):
    """How the escalation is run, where the page leaves it open: a number, a word, yes or no, or a list."""

    label: str
    value: bool | int | Decimal | str | tuple[int | Decimal | str, ...] | None = None
    source: str
    blocks: Annotated[str, Field(description="what cannot be done while it is not set; empty: not set is a value")] = ""


class Design(Part):
    """The rule by which the dose moves."""

    kind: str
    cohort_size: int
    dose_groups: int
    planned_patients: int
    follow_up_months: int
    lines: Lines
    conduct: dict[Name, ConductSetting]
    readings: tuple[Reading, ...] = ()
    notes: tuple[str, ...] = ()


class Heading(Part):
    """A line of the page that is a heading and no criterion."""

    line: int
    text: str


class ProtocolFile(Part):
    """A whole trial in one file."""

    schema_version: Annotated[str, Field(alias="schema", pattern=r"^dosepath-protocol/1$")]
    id: str
    version: str
    date: date
    registry: Registry
    objectives: tuple[Objective, ...]
    anchors: dict[Name, str]
    gates: dict[GateName, str]
    arms: dict[Name, Arm]
    dose_levels: tuple[DoseLevel, ...]
    design: Design
    dlt: Dlt
    settings: dict[Name, SettingValue]
    orders: dict[Name, OrderKind]
    windows: dict[Name, str]
    definitions: dict[str, str]
    regimens: dict[Name, dict[Name, Line]]
    instruments: dict[Name, InstrumentUse]
    concepts: dict[Name, Concept]
    headings: tuple[Heading, ...]
    checks: tuple[Check, ...] = ()
    criteria: tuple[Criterion, ...]

    @field_validator("dose_levels")
    @classmethod
    def _levels_in_order(cls, levels: tuple[DoseLevel, ...]) -> tuple[DoseLevel, ...]:
        numbers = [item.level for item in levels]
        if numbers != sorted(set(numbers)):
            raise ValueError("dose levels are listed from low to high, each once")
        return levels
