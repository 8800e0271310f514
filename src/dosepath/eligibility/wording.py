"""Findings in words: the facts that a verdict rests on, and what would resolve an unknown."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TypeVar

from dosepath.core.days import PartialDate
from dosepath.core.facts import Evidence, Fact, NeedKind
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import Finding, GateReport
from dosepath.protocol.protocol import Protocol
from dosepath.rules.evaluation import NEVER, Compared, show
from dosepath.rules.explain import name_value
from dosepath.rules.nodes import Scalar
from dosepath.rules.wording import counted

T = TypeVar("T")

ANY_AMOUNT = Interval(Fraction(0), None)
"""A dose of which nothing is known; not worth a line."""

SHOWN_FACTS = 5
"""Facts of one concept printed for one criterion; all of them are in the JSON."""

SHOWN_NEEDS = 2
"""Reasons printed for one thing that a criterion needs; all of them are in the JSON."""

NEED_WORDS = {
    NeedKind.FACT: "",
    NeedKind.LIMIT: "limit of normal of ",
    NeedKind.ANCHOR: "date of ",
    NeedKind.COMPLETE: "assertion that the list is complete: ",
    NeedKind.ITEM: "item ",
    NeedKind.JUDGEMENT: "judgement: ",
    NeedKind.SETTING: "setting ",
}


def grounds(evidence: Evidence, verdict: Verdict) -> list[str]:
    """Word what a verdict rests on, and of an unknown what is needed, a line each."""
    said: list[str] = []
    for concept, facts in _grouped(evidence.used, lambda fact: fact.concept):
        said += [fact_text(fact) for fact in facts[:SHOWN_FACTS]]
        if len(facts) > SHOWN_FACTS:
            said.append(f"... and {counted(len(facts) - SHOWN_FACTS, 'more record')} of {concept}")
    said += evidence.notes
    if verdict is not Verdict.UNKNOWN:
        return said
    for _, needs in _grouped(evidence.missing, lambda need: need.key):
        said += [f"needed: {NEED_WORDS[need.kind]}{need.name} ({need.reason})" for need in needs[:SHOWN_NEEDS]]
        if len(needs) > SHOWN_NEEDS:
            said.append(f"... and {counted(len(needs) - SHOWN_NEEDS, 'more reason')} of this kind")
    return said


class ValueNames:
    """Names of what the rules of a protocol compare, each put into words once.

    Parameters
    ----------
    protocol
        Protocol under the readings in force.
    settings
        Numbers of the settings in force.
    """

    def __init__(self, protocol: Protocol, settings: Mapping[str, Fraction]) -> None:
        self.protocol = protocol
        self.settings = settings
        self._known: dict[int, tuple[Scalar, str]] = {}

    def of(self, asked: Scalar) -> str:
        """Name a value."""
        # The node is kept with its name, so that its id is not given to another one.
        if id(asked) not in self._known:
            self._known[id(asked)] = (asked, name_value(asked, self.protocol.vocabulary, self.settings))
        return self._known[id(asked)][1]


def worked_out(finding: Finding, names: ValueNames) -> list[str]:
    """Word the values that were compared and that neither a fact nor a note says, a line each."""
    return [
        f"{names.of(item.asked)}: {value_text(item)}"
        for item in finding.values
        if item.value not in (None, ANY_AMOUNT) and not item.said
    ]


def value_text(item: Compared) -> str:
    """Word a value that was compared."""
    return words_of(item.value, item.found.unit)


def words_of(value: Interval | str | PartialDate | None, unit: str = "") -> str:
    """Word a value; numbers are rounded to two decimals only here.

    Examples
    --------
    >>> words_of(Interval(Fraction(20), None), "mg/d"), words_of("not_done"), words_of(None)
    ('at least 20 mg/d', 'not done', 'not known')
    """
    match value:
        case None:
            return "not known"
        case Interval():
            return f"{show(value)}{'' if unit in ('', '1') else f' {unit}'}"
        case PartialDate():
            return "never" if value == NEVER else str(value)
        case _:
            return value.replace("_", " ")


def _grouped(items: Iterable[T], key: Callable[[T], str]) -> Iterable[tuple[str, list[T]]]:
    """Put together what has the same key, in the order of the first of each."""
    found: dict[str, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found.items()


@dataclass(frozen=True, slots=True)
class FactWords:
    """A fact in the parts that a table shows.

    Parameters
    ----------
    value
        As reported, with the converted one behind it; empty for a thing that just happened.
    limits
        Limits of normal, `ULN 1.2 {INR}`.
    when
        Day or period; `no date` where none is on record.
    """

    value: str
    limits: tuple[str, ...]
    when: str


def fact_words(fact: Fact) -> FactWords:
    """Word the parts of a fact."""
    value = fact.reported or (str(fact.value) if fact.value is not None else "")
    if isinstance(fact.value, Quantity) and fact.reported and not _same(fact.value, fact.reported):
        value = f"{fact.reported} (= {fact.comparator or ''}{fact.value})"
    limits = tuple(f"{name} {limit}" for name, limit in (("LLN", fact.lln), ("ULN", fact.uln)) if limit is not None)
    if fact.dose is not None:
        value = f"{value} {fact.dose}{_times(fact.times_per_day)}".strip()
    dated = fact.period.start is not None or fact.period.end is not None or fact.period.ongoing
    return FactWords(value, limits, str(fact.period) if dated else "no date")


def fact_text(fact: Fact) -> str:
    """Word a fact: what, how much, when, and the record it comes from."""
    words = fact_words(fact)
    said = f"{fact.concept}: {words.value}" if words.value else fact.concept
    return ", ".join([said, *words.limits, *([words.when] if words.when != words.value else []), fact.source])


class Meaning(Enum):
    """What a verdict means for the patient, where the verdict alone does not say it."""

    PENDING = "pending: judged at a later gate"
    OPEN_IN_PENDING = "open only in what is pending"
    EXCLUDES = "excludes"
    DOES_NOT_EXCLUDE = "does not exclude"


def meaning(finding: Finding, gate: GateReport) -> Meaning | None:
    """Say what a verdict means for the patient; None where the verdict says it."""
    if finding.pending:
        return Meaning.PENDING
    if finding.open and not finding.criterion.parent and finding.id not in gate.undecided:
        return Meaning.OPEN_IN_PENDING
    # A part that does not decide by itself, such as an exception, says nothing about the patient as a whole.
    if not finding.criterion.exclusion or not finding.criterion.alone or finding.verdict is Verdict.UNKNOWN:
        return None
    return Meaning.EXCLUDES if finding.verdict is Verdict.MET else Meaning.DOES_NOT_EXCLUDE


def _same(value: Quantity, reported: str) -> bool:
    """Answer whether a value was reported in its own unit, perhaps with more zeros at its end."""
    number, _, unit = reported.partition(" ")
    try:
        return Fraction(number) == value.value and unit == str(value).partition(" ")[2]
    except (ValueError, ZeroDivisionError):
        return False


def _times(times_per_day: Fraction | None) -> str:
    """Word how often a dose is given: so many times in the fewest whole days."""
    if times_per_day is None:
        return ""
    days = "d" if times_per_day.denominator == 1 else f"{times_per_day.denominator} d"
    return f" x {times_per_day.numerator}/{days}"
