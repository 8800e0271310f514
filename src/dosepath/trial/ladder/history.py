"""What was known of a running escalation on an earlier day, and the days on which something happened.

Only what carries a day can be taken away again: a judgement of relatedness, a level, or the cells given are shown as
the file has them now, once the event, the slot or the infusion that they belong to was there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

from dosepath.core.days import latest_of
from dosepath.safety.dlt_finding import DltEvent
from dosepath.trial.ladder.patients import BoardEntry, Product, ProductStatus, TrialPatient

What: TypeAlias = Literal[
    "consent",
    "reserved",
    "apheresis",
    "released",
    "lymphodepletion",
    "infusion",
    "grade",
    "closing_visit",
    "exit",
    "board",
]
"""What can happen on a day."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing on record with its day.

    Parameters
    ----------
    day, what
        When, and which kind of thing.
    patient, event
        Of whom, and of which event; empty for the board, and for what is no event.
    grade
        Of an event from that day on; None where it was not graded.
    entry
        Of the board.
    """

    day: date
    what: What
    patient: str = ""
    event: str = ""
    grade: int | None = None
    entry: BoardEntry | None = None


def happenings(patients: Sequence[TrialPatient], board: Sequence[BoardEntry]) -> tuple[Happening, ...]:
    """List all that has a day, in the order of the days."""
    found = [each for patient in patients for each in _of_patient(patient)]
    found += [Happening(entry.day, "board", entry=entry) for entry in board]
    return tuple(sorted(found, key=lambda each: (each.day, each.patient, each.event)))


def _of_patient(patient: TrialPatient) -> Iterator[Happening]:
    single: tuple[tuple[What, date | None], ...] = (
        ("consent", patient.consent),
        ("reserved", patient.reserved),
        ("apheresis", patient.apheresis),
        ("released", patient.product.released),
        ("lymphodepletion", patient.lymphodepletion),
        ("closing_visit", patient.closing_visit),
        ("exit", patient.exit.day if patient.exit else None),
    )
    yield from (Happening(day, what, patient.id) for what, day in single if day is not None)
    yield from (Happening(day, "infusion", patient.id) for day in patient.infusions)
    for event in patient.events:
        yield from (Happening(latest_of(day), "grade", patient.id, event.id, grade) for day, grade in event.grades)


def as_of(
    patients: Sequence[TrialPatient], board: Sequence[BoardEntry], on: date
) -> tuple[tuple[TrialPatient, ...], tuple[BoardEntry, ...]]:
    """Give what was known on a day: everything dated later is taken away.

    Parameters
    ----------
    patients, board
        All records, which may go beyond the day.
    on
        The day; on or after the last record nothing is taken away.

    Examples
    --------
    >>> patient = TrialPatient("S01", "SLE", 1, consent=date(2027, 1, 1), infusions=(date(2027, 2, 1),))
    >>> as_of([patient], [], date(2027, 1, 10))[0][0].infusions
    ()
    """
    known = (patient for patient in patients if patient.consent is None or patient.consent <= on)
    return tuple(_then(patient, on) for patient in known), tuple(entry for entry in board if entry.day <= on)


def _then(patient: TrialPatient, on: date) -> TrialPatient:
    infusions = tuple(day for day in patient.infusions if day <= on)
    reserved = _kept(patient.reserved, on)
    return replace(
        patient,
        level=patient.level if infusions or reserved is not None else None,
        reserved=reserved,
        apheresis=_kept(patient.apheresis, on),
        lymphodepletion=_kept(patient.lymphodepletion, on),
        product=_product(patient.product, on, infused=bool(infusions)),
        infusions=infusions,
        closing_visit=_kept(patient.closing_visit, on),
        exit=patient.exit if patient.exit is not None and patient.exit.day <= on else None,
        events=tuple(event for each in patient.events if (event := _event(each, on)).grades),
    )


def _kept(day: date | None, on: date) -> date | None:
    return day if day is not None and day <= on else None


def _product(product: Product, on: date, *, infused: bool) -> Product:
    """Give the product before its release; one that was infused is what it is."""
    if product.released is None or product.released <= on:
        return product
    return Product(product.status if infused else ProductStatus.PENDING)


def _event(event: DltEvent, on: date) -> DltEvent:
    return replace(
        event,
        grades=tuple((day, grade) for day, grade in event.grades if latest_of(day) <= on),
        skin_only=tuple((day, only) for day, only in event.skin_only if day <= on),
        treated_from=_kept(event.treated_from, on),
    )
