"""What the adapters of worked cases share: a form from short input, and criteria judged from a few facts.

A case says things in a form of its own and leaves out what its conventions spell out. An adapter writes all of it down
as the answers of a form, or as facts on record, and asks the product itself.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from dosepath.cli.verify.compare import Got
from dosepath.cli.verify.given import Given
from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import BIRTH_DATE, SEX, Comparator, Fact, PatientRecord, Table, Value
from dosepath.core.instrument import Instrument, RefusalKind, Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity, convert
from dosepath.core.verdict import Verdict, verdict_of
from dosepath.eligibility.screening import Occasion, screen
from dosepath.interop.answers_yaml import answers_of
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.trial.catalog import catalog
from dosepath.trial.library import open_trial

Adapter: TypeAlias = Callable[[Given], Got]
"""From the input of a case to what the product says to every key that a case of the instrument may expect."""

TRIAL = "NCT06680388"
"""The trial whose criteria the cases name."""

SCREENING = date(2026, 6, 1)
"""Screening day where a case names none."""


def instrument(name: str) -> Instrument:
    """Give an instrument by its id."""
    return catalog().instruments[name]


def score(name: str, answers: Mapping[str, Any]) -> Score:
    """Score a form whose answers are written as in a document."""
    scale = instrument(name)
    return scale.score(answers_of(scale.items, answers))


def error_of(scored: Score, words: Mapping[RefusalKind, str]) -> str | None:
    """Name the first refusal as cases do; None where nothing was refused."""
    return words.get(scored.refused[0].kind, str(scored.refused[0])) if scored.refused else None


def flags_of(scored: Score) -> frozenset[str]:
    """Give the names of the flags."""
    return frozenset(flag.id for flag in scored.flags)


def bounds_of(scored: Score, field: str) -> Interval:
    """Give the bounds of a number; without ends where there is none."""
    value = scored.value(field)
    return value if isinstance(value, Interval) else Interval(None, None)


def truth_of(verdict: Verdict) -> bool | None:
    """Write a verdict as cases write yes and no; None where it is open."""
    return verdict is Verdict.MET if verdict.decided else None


def told(answer: bool | None) -> Verdict:
    """Read yes, no or null of a case."""
    return Verdict.UNKNOWN if answer is None else verdict_of(answer)


# Facts and criteria -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def trial() -> Protocol:
    """Open the trial whose criteria the cases name."""
    return open_trial(TRIAL)


def result(
    concept: str,
    value: int | Decimal | Fraction | str | bool | date | None,
    unit: str = "",
    *,
    uln: int | Decimal | Fraction | None = None,
    lln: int | Decimal | Fraction | None = None,
    on: date = SCREENING,
    comparator: Comparator | None = None,
) -> Fact:
    """Make a result on record.

    Parameters
    ----------
    concept
        Concept of the trial.
    value
        A number, a word, yes or no, or a date; None for something that just happened.
    unit
        Of the number and of its limits; that of the concept where it is empty.
    uln, lln
        Limits of normal printed with it.
    on
        Day of the result.
    comparator
        Where the number is only a bound.
    """
    known = trial().file.concepts[concept]
    written: Value | None
    match value:
        case bool() | str() | None:
            written = value
        case date():
            written = PartialDate.on(value)
        case _:
            written = _in(value, unit, known.unit, known.analyte)
    limits = [None if each is None else _in(each, unit, known.unit, known.analyte) for each in (lln, uln)]
    return Fact(
        concept,
        Period.at(PartialDate.on(on)),
        f"case/{concept}",
        written,
        comparator,
        lln=limits[0],
        uln=limits[1],
        reported="" if written is None else str(written),
    )


def _in(number: int | Decimal | Fraction, unit: str, to_unit: str, analyte: str | None) -> Quantity:
    return convert(Quantity(Fraction(number), unit or to_unit or "1"), to_unit or "1", analyte or None)


def course(
    concept: str, start: date, stop: date | None, mg: int | Decimal | None = None, per_day: int | Fraction = 1
) -> Fact:
    """Make a course of a drug on record, ongoing where it has no end."""
    end = PartialDate.on(stop) if stop is not None else None
    return Fact(
        concept,
        Period(PartialDate.on(start), end, ongoing=stop is None),
        f"case/{concept}",
        dose=None if mg is None else Quantity(Fraction(mg), "mg"),
        times_per_day=Fraction(per_day),
    )


def person(*, age: int = 40, sex: str = "female", on: date = SCREENING) -> list[Fact]:
    """Make the facts of a person of some age on a day."""
    born = date(on.year - age, on.month, on.day) - timedelta(days=1)
    anytime = Period(None)
    return [
        Fact(BIRTH_DATE, anytime, "case/person", PartialDate.on(born)),
        Fact(SEX, anytime, "case/person", sex),
    ]


def form(name: str, answers: Mapping[str, Any], on: date = SCREENING) -> list[Fact]:
    """Make the items of a form on record."""
    found = answers_of(instrument(name).items, answers)
    at = Period.at(PartialDate.on(on))
    return [
        Fact(f"{name}.{item}", at, f"case/{name}", answer)
        for item, answer in found.items()
        if not isinstance(answer, tuple)
    ]


def criterion(
    identity: str,
    facts: Iterable[Fact],
    *,
    arm: str = "",
    gate: GateName = GateName.SCREENING,
    on: date = SCREENING,
    anchors: Mapping[str, date | None] | None = None,
    complete: Iterable[Table] = (),
    readings: Mapping[str, str] | None = None,
    settings: Mapping[str, Fraction] | None = None,
) -> Verdict:
    """Judge one criterion of the trial from facts on record, as screening does.

    Parameters
    ----------
    identity, arm
        The criterion, and the arm screened for; the arm of the criterion where it is empty.
    facts
        On record; add `person()` where age or sex matter.
    gate, on, anchors, complete, readings, settings
        As in screening; the screening anchor is the day where no anchors are given.
    """
    protocol = trial().under(readings or {})
    occasion = Occasion(
        on=on,
        anchors=anchors if anchors is not None else {"screening": on},
        complete=frozenset(complete),
        settings=settings or {},
    )
    of_criterion = protocol.criteria[identity].arms
    chosen = arm or (next(iter(of_criterion)) if of_criterion else next(iter(protocol.file.arms)))
    report = screen(PatientRecord("case", tuple(facts)), protocol, chosen, occasion, (gate,))
    return report.gates[gate].findings[identity].verdict
