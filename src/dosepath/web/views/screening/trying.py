"""The what-if of a sheet: values and readings that are tried, all of it in the address, none of it kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from dosepath.core.facts import Fact
from dosepath.core.options import pairs
from dosepath.protocol.concept import Concept
from dosepath.protocol.model import Reading
from dosepath.protocol.protocol import Protocol
from dosepath.rules.vocabulary import Kind
from dosepath.trial.what_if import Assumption, answers_of, assumed, can_be_assumed, switches
from dosepath.web.refusals import RefusedError
from dosepath.web.views.screening.asked import SETTLE, Question

TRY, IF, WHAT = "try", "if", "what"
PARAMETERS: Final = (TRY, IF, WHAT)
PARTS: Final = ("value", "day", "uln")
"""Beginnings of the parameters that a form sends for each concept."""

BETWEEN: Final = "|"
MOST: Final = 20
LONGEST: Final = 200


@dataclass(frozen=True)
class Trial:
    """What is tried.

    Parameters
    ----------
    values
        Values that nobody recorded.
    readings
        Readings by key.
    """

    values: tuple[Assumption, ...]
    readings: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.values or self.readings)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same as parameters."""
        tried = [(TRY, f"{key}={option}") for key, option in self.readings.items()]
        return [*tried, *((IF, written(each)) for each in self.values)]

    def facts(self, protocol: Protocol) -> list[Fact]:
        """Give the values as facts."""
        return [assumed(protocol, each, number) for number, each in enumerate(self.values, start=1)]

    def without(self, pair: tuple[str, str], question: Question) -> str:
        """Give the end of the address in which one of the things is not tried."""
        return question.with_more(each for each in self.pairs if each != pair) or "?"


def written(value: Assumption) -> str:
    """Write a value as a parameter."""
    return BETWEEN.join((value.concept, value.value, value.day, value.uln)).rstrip(BETWEEN)


def read(query: QueryDict) -> Trial:
    """Read what is tried.

    Raises
    ------
    RefusedError
        When it is too much, or not well formed.
    """
    given = [value for value in query.getlist(IF) if value]
    tried = [value for value in query.getlist(TRY) if value]
    if len(given) > MOST or len(tried) > 2 * MOST or any(len(each) > LONGEST for each in (*given, *tried)):
        raise RefusedError(_("More is tried than can be read at a time."), _("Try fewer things."))
    return Trial(tuple(map(_assumption, given)), pairs(tried, TRY))


def _assumption(text: str) -> Assumption:
    parts = text.split(BETWEEN)
    if not 3 <= len(parts) <= 4:
        raise RefusedError(_("if: '%(text)s' is no value.") % {"text": text}, "if=inr|1.4|2026-05-27")
    return Assumption(*parts)


def settled(request: HttpRequest) -> HttpResponseRedirect | None:
    """Turn what the form of the what-if sends into the short address."""
    if SETTLE not in request.GET:
        return None
    left: list[tuple[str, str]] = []
    for name, values in request.GET.lists():
        if name != SETTLE and name.partition(".")[0] not in PARTS:
            left += [(name, value) for value in values if value]
    left += [(IF, written(each)) for each in _entered(request.GET)]
    tail = f"?{urlencode(left)}" if left else ""
    return HttpResponseRedirect(f"{request.path}{tail}#what-if")


def _entered(query: QueryDict) -> Iterator[Assumption]:
    for name in query:
        part, _dot, concept = name.partition(".")
        value = query.get(name, "").strip()
        if part == "value" and value:
            day, uln = (query.get(f"{each}.{concept}", "").strip() for each in ("day", "uln"))
            if not day:
                raise RefusedError(
                    _("%(concept)s: a value without a day.") % {"concept": concept}, _("Say on which day it would be.")
                )
            if any(BETWEEN in each for each in (value, day, uln)):
                raise RefusedError(_("%(concept)s: '|' cannot stand in a value.") % {"concept": concept})
            yield Assumption(concept, value, day, uln)


@dataclass(frozen=True, slots=True)
class Field:
    """One concept whose value can be tried; `limit` says whether a limit of normal bears on it."""

    name: str
    concept: Concept
    answers: tuple[str, ...]
    limit: bool

    @property
    def number(self) -> bool:
        """Whether it is a number with a unit."""
        return self.concept.kind is Kind.QUANTITY

    @property
    def day(self) -> bool:
        """Whether the value itself is a day."""
        return self.concept.kind is Kind.DATE


def fields(protocol: Protocol, said: Mapping[str, Any]) -> list[Field]:
    """Give the concepts of a criterion whose value can be tried."""
    known = ((name, protocol.file.concepts[name]) for name in said["concepts"])
    asks = "uln" in said["rule"]
    return [
        Field(name, concept, answers_of(concept), asks and concept.kind is Kind.QUANTITY)
        for name, concept in known
        if can_be_assumed(concept)
    ]


@dataclass(frozen=True, slots=True)
class Switch:
    """One reading with the option in force and the one that is tried."""

    key: str
    reading: Reading
    in_force: str
    tried: str

    @property
    def criterion(self) -> str:
        """Id of the criterion that it belongs to."""
        return self.key.partition("#")[0]

    @property
    def options(self) -> list[tuple[str, str, bool, bool]]:
        """Name and text of each option, whether it is in force, and whether it is tried."""
        found = self.reading.options.items()
        return [(name, each.text, name == self.in_force, name == self.tried) for name, each in found]


def switched(protocol: Protocol, arm: str, trial: Trial, keys: Iterable[str] | None = None) -> list[Switch]:
    """Give the readings that can be tried for an arm; `keys` names some of them."""
    wanted = None if keys is None else set(keys)
    return [
        Switch(key, reading, protocol.in_force(key, reading), trial.readings.get(key, ""))
        for key, reading in switches(protocol, arm)
        if wanted is None or key in wanted
    ]
