"""What if: values that nobody recorded, other readings, and what they would change. Nothing is kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from dosepath.core.days import PartialDate, Period
from dosepath.core.errors import InputError
from dosepath.core.facts import Fact, PatientRecord
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import Finding, GateReport, Overall
from dosepath.mapping.answers import Answer, read_answer
from dosepath.mapping.held import Holder
from dosepath.protocol.concept import Concept
from dosepath.protocol.model import GateName, Reading
from dosepath.protocol.protocol import Protocol
from dosepath.rules.parse import suggest
from dosepath.rules.vocabulary import Kind
from dosepath.trial.journeys import PatientScreening
from dosepath.trial.occasions import read_date

SOURCE: Final = "what-if"
"""Type of the source of an assumed value; its number follows."""

LATEST: Final = 10**9
"""Place of assumed values in the source: the latest of their day."""

LONGEST_NUMBER: Final = 40
"""Most characters of a number that is assumed."""

ANSWERED: Final = frozenset({Kind.QUANTITY, Kind.RESULT, Kind.FLAG, Kind.CHOICE, Kind.ORDINAL, Kind.DATE})
"""Kinds of concepts for which one value can be assumed."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value as a person wrote it.

    Parameters
    ----------
    concept
        Id of the concept.
    value
        `0.4`, `0.4 mg/dL`, `positive`, `true`; a plain number is in the unit of the concept.
    day
        YYYY-MM-DD.
    uln
        Upper limit of normal in the unit of the concept; empty without one.
    """

    concept: str
    value: str
    day: str
    uln: str = ""


def can_be_assumed(concept: Concept) -> bool:
    """Answer whether one value of a concept can be assumed."""
    return concept.kind in ANSWERED and not concept.members


def answers_of(concept: Concept) -> tuple[str, ...]:
    """Give the answers of a concept; empty where it holds a number or a day."""
    return concept.term("").answers


def assumed(protocol: Protocol, wanted: Assumption, number: int) -> Fact:
    """Make a fact of what a person wrote, read as a record would be.

    Raises
    ------
    InputError
        When there is no such concept, or its value, day or limit cannot be read.
    """
    known = {name for name, each in protocol.file.concepts.items() if can_be_assumed(each)}
    if wanted.concept not in known:
        raise InputError(f"what if: no concept '{wanted.concept}' with one value; {suggest(wanted.concept, known)}")
    concept = protocol.file.concepts[wanted.concept]
    answer = read_answer(concept, _holder(concept, wanted.value))
    if answer.value is None:
        reason = answer.unusable or answer.absent or "no value"
        raise InputError(f"what if: {concept.label}: {reason}{_expected(concept)}")
    return Fact(
        concept=wanted.concept,
        period=Period.at(PartialDate.on(read_date(wanted.day, f"what if: {concept.label}: day"))),
        source=f"{SOURCE}/{number}",
        value=answer.value,
        comparator=answer.comparator,
        uln=_limit(concept, wanted.uln) if wanted.uln else None,
        order=LATEST + number,
        reported=_written(answer, wanted.value),
    )


def _written(answer: Answer, written: str) -> str:
    plain_number = isinstance(answer.value, Quantity) and _decimal(written) is not None
    return str(answer.value) if plain_number else written


def _expected(concept: Concept) -> str:
    if answers_of(concept):
        return f"; write one of {', '.join(answers_of(concept))}"
    return "; write YYYY-MM-DD" if concept.kind is Kind.DATE else f"; write a number in '{concept.unit}'"


def _holder(concept: Concept, written: str) -> Holder:
    if concept.kind is Kind.DATE:
        return Holder("valueDateTime", written)
    number = _decimal(written) if concept.kind is Kind.QUANTITY else None
    return Holder("valueString", written) if number is None else Holder("valueDecimal", number, own_unit=True)


def _decimal(written: str) -> Decimal | None:
    try:
        number = Decimal(written.strip()) if len(written) <= LONGEST_NUMBER else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _limit(concept: Concept, written: str) -> Quantity:
    number = _decimal(written)
    answer = read_answer(concept, Holder("valueDecimal", number, own_unit=True)) if number is not None else None
    if concept.kind is not Kind.QUANTITY or answer is None or not isinstance(answer.value, Quantity):
        raise InputError(f"what if: {concept.label}: upper limit of normal '{written}': a number is expected")
    return answer.value


def with_facts(record: PatientRecord, facts: Iterable[Fact]) -> PatientRecord:
    """Give a record as if it held more; the record itself stays."""
    return PatientRecord(record.id, (*record.facts, *facts), record.unclassified)


@dataclass(frozen=True, slots=True)
class Change:
    """A criterion whose verdict differs."""

    before: Finding
    after: Finding

    @property
    def id(self) -> str:
        """Id of the criterion."""
        return self.after.id


def changes(before: GateReport, after: GateReport) -> tuple[Change, ...]:
    """Give the criteria whose verdict, or whose being judged at all, differs."""
    pairs = ((before.findings[key], after.findings[key]) for key in after.findings if key in before.findings)
    return tuple(Change(old, new) for old, new in pairs if _said(old) != _said(new))


def _said(finding: Finding) -> tuple[bool, bool, Verdict | None]:
    return finding.in_scope, finding.pending, finding.verdict if finding.in_scope else None


def switches(protocol: Protocol, arm: str) -> Iterator[tuple[str, Reading]]:
    """Give the readings of criteria that may be switched and bear on an arm."""
    for key, reading in protocol.readings():
        touched = {key.partition("#")[0]}
        elsewhere = False
        for option in reading.options.values():
            touched |= {*option.rules, *option.gates, *option.rechecks}
            elsewhere = elsewhere or any(arm in arms for arms in option.arms.values())
        mine = any(name in protocol.criteria and protocol.criteria[name].concerns(arm) for name in touched)
        if reading.options and (mine or elsewhere):
            yield key, reading


@dataclass(frozen=True, slots=True)
class Moved:
    """A patient and arm for which something differs.

    Parameters
    ----------
    patient, arm
        Who, and for what.
    before, after
        Outcomes of the gate.
    changed
        Criteria without others below them whose verdict differs.
    """

    patient: str
    arm: str
    before: Overall
    after: Overall
    changed: tuple[Change, ...]


def moved(before: Sequence[PatientScreening], after: Sequence[PatientScreening], gate: GateName) -> tuple[Moved, ...]:
    """Give the patients and arms for which another reading makes a difference, outcomes first."""
    old: Mapping[tuple[str, str], GateReport] = {
        (one.patient, report.arm): report.gates[gate] for one in before for report in one.shown(gate)
    }
    found: list[Moved] = []
    for one in after:
        for report in one.reports:
            known = old.get((one.patient, report.arm))
            if known is None:
                continue
            new = report.gates[gate]
            changed = tuple(each for each in changes(known, new) if each.after.leaf)
            if changed or known.overall is not new.overall:
                found.append(Moved(one.patient, report.arm, known.overall, new.overall, changed))
    return tuple(sorted(found, key=lambda each: (each.before is each.after, each.patient, each.arm)))
