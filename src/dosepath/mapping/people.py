"""The patient: birth, sex, death; and the day of consent."""

from collections.abc import Iterator
from typing import Final

from dosepath.core.days import Period
from dosepath.core.facts import BIRTH_DATE, DEATH, SEX, Fact
from dosepath.mapping.dates import read_day
from dosepath.mapping.index import ConceptIndex
from dosepath.mapping.record import Entry, Finding, RemarkKind
from dosepath.mapping.shapes import plain, text

CONSENT_DATE: Final = "consent_date"
"""Concept of the fact that holds the day of consent, where a protocol asks for it."""


def read_patient(entry: Entry) -> Iterator[Finding]:
    """Read date of birth, sex and death."""
    resource = entry.resource
    birth = read_day(resource, "birthDate")
    if birth.day is not None:
        yield Fact(
            BIRTH_DATE, Period.at(birth.day), entry.source, birth.day, order=entry.order, reported=str(birth.day)
        )
    else:
        yield entry.remark(birth.problem or "no date of birth")
    gender = text(resource, "gender")
    if gender in {"female", "male"}:
        yield Fact(SEX, Period(None), entry.source, gender, order=entry.order, reported=gender)
    else:
        yield entry.remark(f"sex is not known: gender '{plain(gender)}'" if gender else "no sex on record")
    died = read_day(resource, "deceasedDateTime")
    if "deceasedDateTime" in resource or resource.get("deceasedBoolean") is True:
        yield Fact(
            DEATH, Period.at(died.day), entry.source, True, order=entry.order, time=died.time, reported="deceased"
        )
    if died.problem:
        yield entry.remark(f"{died.problem}; the patient has died all the same", RemarkKind.DOUBTFUL)


def read_consent(entry: Entry, index: ConceptIndex) -> Iterator[Finding]:
    """Read the day of consent, where the protocol has a concept for it."""
    status = text(entry.resource, "status")
    if status == "entered-in-error":
        yield entry.ignored(status)
        return
    if CONSENT_DATE not in index.concepts:
        return
    if status != "active":
        yield entry.remark(f"a consent of status {plain(status) or 'missing'} is not used")
        return
    given = read_day(entry.resource, "dateTime")
    if given.day is None:
        yield entry.remark(given.problem or "a consent without a date")
        return
    yield Fact(
        CONSENT_DATE, Period.at(given.day), entry.source, given.day, order=entry.order, time=given.time,
        reported=str(given.day),
    )  # fmt: skip
