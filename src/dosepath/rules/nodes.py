"""The expression tree: one frozen class an operator.

Truth nodes answer a question with a verdict; value nodes give a number, a choice or a day. Nodes hold names and
literals only; what a name means comes with the `Vocabulary`, what is on record with the patient. Readers (`check`,
`evaluate`, `explain`) are written beside the tree, never inside it; a test lists the classes of this module and fails
when a reader lacks one.
"""

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from dosepath.core.days import TimeUnit
from dosepath.core.interval import Operator


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all nodes."""

    def children(self) -> tuple["Node", ...]:
        """Give the nodes directly below this one, in the order of the fields."""
        found: list[Node] = []
        for field in fields(self):
            value: Any = getattr(self, field.name)
            if isinstance(value, Node):
                found.append(value)
            elif isinstance(value, tuple):
                found.extend(item for item in value if isinstance(item, Node))
        return tuple(found)


class Truth(Node):
    """Base of the nodes that answer with a verdict."""

    __slots__ = ()


class Scalar(Node):
    """Base of the nodes that give a number, a choice or a day."""

    __slots__ = ()


# Spans of time and windows ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpanOf(Node):
    """A stretch of calendar time: a whole number or a setting, and its unit."""

    count: int | str
    unit: TimeUnit


@dataclass(frozen=True, slots=True)
class WindowOf(Node):
    """The days from one day to another, both included; None is unbounded. `name` is its name in the protocol."""

    start: Scalar | None
    end: Scalar | None
    name: str = ""


# Days ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Anchor(Scalar):
    """A named date of the patient's course, such as screening."""

    name: str


@dataclass(frozen=True, slots=True)
class Shifted(Scalar):
    """A day moved by a span, backwards when `direction` is -1."""

    day: Scalar
    span: SpanOf
    direction: int


@dataclass(frozen=True, slots=True)
class DayOf(Scalar):
    """The day of a picked result."""

    pick: Scalar


@dataclass(frozen=True, slots=True)
class TogetherReached(Scalar):
    """The first day on which some drugs or drug classes had all been given together for a span."""

    drugs: tuple[str, ...]
    span: SpanOf
    window: WindowOf


@dataclass(frozen=True, slots=True)
class FirstDay(Scalar):
    """The day of the first assessment that satisfies a condition."""

    concepts: tuple[str, ...]
    window: WindowOf
    where: Truth


# Values of the record ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pick(Scalar):
    """The latest (or earliest) result of a concept in a window.

    `before`, where given, keeps only results of days strictly before it.
    """

    concept: str
    window: WindowOf
    earliest: bool = False
    before: Scalar | None = None


@dataclass(frozen=True, slots=True)
class InstrumentField(Scalar):
    """One value of an instrument, in the window that the protocol gives to it."""

    instrument: str
    field: str


@dataclass(frozen=True, slots=True)
class Age(Scalar):
    """Completed years on a day."""

    on: Scalar


@dataclass(frozen=True, slots=True)
class Sex(Scalar):
    """Sex at birth."""


@dataclass(frozen=True, slots=True)
class DailyDose(Scalar):
    """Milligrams a day of a drug class, summed over its drugs, converted by an equivalence table where one is named.

    On one day (`on`), or the highest in a window.
    """

    drug: str
    equivalence: str
    on: Scalar | None = None
    window: WindowOf | None = None


@dataclass(frozen=True, slots=True)
class TotalDose(Scalar):
    """Milligrams of a drug class given in a window, summed over its drugs."""

    drug: str
    equivalence: str
    window: WindowOf


@dataclass(frozen=True, slots=True)
class FormulaCall(Scalar):
    """A formula of the catalog with named inputs."""

    formula: str
    names: tuple[str, ...]
    inputs: tuple[Scalar, ...]


# Values of the row at hand ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowValue(Scalar):
    """What the record at hand says of a concept (`""`: of its own concept)."""

    concept: str
    previous: bool = False


@dataclass(frozen=True, slots=True)
class RowDay(Scalar):
    """The day of the record at hand; the last day where it lasted."""

    last: bool = False


@dataclass(frozen=True, slots=True)
class RowDose(Scalar):
    """The dose of the record at hand: of one administration, or a day."""

    daily: bool = False


@dataclass(frozen=True, slots=True)
class RowIs(Truth):
    """Whether the record at hand is also read as another concept."""

    concept: str


# Literals, settings, arithmetic -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount(Scalar):
    """A number with its unit (`1`: none), as written."""

    number: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Choice(Scalar):
    """One of the answers of a concept."""

    name: str


@dataclass(frozen=True, slots=True)
class Setting(Scalar):
    """A number that the protocol leaves to the trial's settings."""

    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class LimitMultiple(Scalar):
    """A multiple of the upper or lower limit of normal printed with the result on the other side of a comparison."""

    factor: Fraction
    upper: bool


@dataclass(frozen=True, slots=True)
class Arithmetic(Scalar):
    """A sum, difference, product or quotient."""

    operator: str
    left: Scalar
    right: Scalar


@dataclass(frozen=True, slots=True)
class Change(Scalar):
    """How far a number rose from an earlier to a later result, in percent of the earlier one or in its own unit.

    With `decline`, how far it fell.
    """

    earlier: Scalar
    later: Scalar
    relative: bool
    decline: bool = False


# Truth: logic -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class And(Truth):
    """Kleene's "and"."""

    operands: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class Or(Truth):
    """Kleene's "or"."""

    operands: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class Not(Truth):
    """Kleene's "not"."""

    operand: Truth


@dataclass(frozen=True, slots=True)
class AtLeast(Truth):
    """At least `count` of the operands."""

    count: int
    operands: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class IsTrue(Truth):
    """Whether the operand is known to be true: unknown counts as no. The only node that closes the world by itself."""

    operand: Truth


@dataclass(frozen=True, slots=True)
class FirstKnown(Truth):
    """The first operand that is decided."""

    operands: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class AnyRecorded(Truth):
    """Any of the operands for which something is on record; those without a record do not count."""

    operands: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class CriterionRef(Truth):
    """The verdict of another criterion."""

    id: str


@dataclass(frozen=True, slots=True)
class Named(Truth):
    """A definition of the protocol, by its name."""

    name: str
    meaning: Truth


@dataclass(frozen=True, slots=True)
class NamedValue(Scalar):
    """A definition of the protocol that gives a value, by its name."""

    name: str
    meaning: Scalar


# Truth: comparisons -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compare(Truth):
    """A comparison of two numbers, two choices or two days."""

    operator: Operator
    left: Scalar
    right: Scalar


@dataclass(frozen=True, slots=True)
class OneOf(Truth):
    """Whether a choice is one of some."""

    value: Scalar
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class During(Truth):
    """Whether a day lies in a window."""

    day: Scalar
    window: WindowOf


@dataclass(frozen=True, slots=True)
class Complete(Truth):
    """Whether the site asserts the tables of a concept to be complete."""

    concept: str


# Truth: events, courses, assessments --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exists(Truth):
    """Whether something happened or was present in a window; `began` asks for its first day.

    Without a matching record the answer is "no" only where the site asserts the tables to be complete and the window
    is over.
    """

    concept: str
    window: WindowOf
    where: Truth | None = None
    began: bool = False


@dataclass(frozen=True, slots=True)
class EveryRecorded(Truth):
    """Whether every record of a concept satisfies a condition; without a record: "no" where the list is complete."""

    concept: str
    window: WindowOf
    where: Truth


@dataclass(frozen=True, slots=True)
class SomeAssessment(Truth):
    """Whether any recorded assessment (the results of one day) satisfies a condition; unknown without assessments."""

    concepts: tuple[str, ...]
    window: WindowOf
    where: Truth


@dataclass(frozen=True, slots=True)
class LatestAssessment(Truth):
    """Whether the latest recorded assessment satisfies a condition; unknown without assessments."""

    concepts: tuple[str, ...]
    window: WindowOf
    where: Truth


@dataclass(frozen=True, slots=True)
class Lasted(Truth):
    """Whether a drug or drug class was given without a break for at least a span."""

    drug: str
    span: SpanOf
    window: WindowOf


@dataclass(frozen=True, slots=True)
class LastedTogether(Truth):
    """Whether some drugs or drug classes were all given at the same time for at least a span."""

    drugs: tuple[str, ...]
    span: SpanOf
    window: WindowOf


@dataclass(frozen=True, slots=True)
class Spanned(Truth):
    """Whether at least a span lies between the first start and the last end of some drugs, breaks included."""

    drugs: tuple[str, ...]
    span: SpanOf
    window: WindowOf


@dataclass(frozen=True, slots=True)
class SeveralLasted(Truth):
    """Whether at least `count` different drugs of a class were each given for at least a span."""

    count: int
    drug: str
    span: SpanOf
    window: WindowOf


@dataclass(frozen=True, slots=True)
class StableRegimen(Truth):
    """Whether a regimen was unchanged for at least a span: at least one drug of it, each within its cap.

    `caps` holds the cap of each line, in the order of the regimen; `to_end` asks that the stretch reaches the end of
    the window.
    """

    regimen: str
    caps: tuple[Truth | None, ...]
    span: SpanOf
    window: WindowOf
    to_end: bool = False
    only_listed: str = ""

    def children(self) -> tuple[Node, ...]:
        """Give the caps that are set, the span and the window."""
        return (*(cap for cap in self.caps if cap is not None), self.span, self.window)


@dataclass(frozen=True, slots=True)
class WithinCap(Truth):
    """Whether one drug of a regimen, where on record, was given for at least a span within its cap."""

    regimen: str
    line: str
    cap: Truth
    span: SpanOf
    window: WindowOf
