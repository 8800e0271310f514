"""What the pages say of a protocol, made once for each choice of readings and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from dosepath.interop.concept_json import readers
from dosepath.interop.open_points import OpenPoint, PointKind, open_points
from dosepath.interop.protocol_json import describe
from dosepath.interop.protocol_page import Sentence, sentences
from dosepath.protocol.protocol import Protocol
from dosepath.rules.wording import suggest
from dosepath.trial.library import open_trial, shipped
from dosepath.web.readings import PARAMETER, chosen_readings
from dosepath.web.refusals import AbsentError
from dosepath.web.words import GATES

POINTS: Mapping[PointKind, str | Promise] = {
    PointKind.SETTING: lazy("not set"),
    PointKind.READING: lazy("several readings"),
    PointKind.NOTE: lazy("one sensible reading"),
    PointKind.ASSUMED: lazy("assumed"),
}


@dataclass(frozen=True)
class Book:
    """A protocol under some readings, with everything that pages say about it; made once and kept."""

    protocol: Protocol
    sentences: tuple[Sentence, ...]
    criteria: Mapping[str, Mapping[str, Any]]
    points: tuple[OpenPoint, ...]
    readers: Mapping[str, list[str]]

    @property
    def about(self) -> dict[str, Any]:
        """What every export says of where it comes from."""
        file = self.protocol.file
        return {
            "protocol": file.id,
            "version": file.version,
            "digest": self.protocol.digest,
            "readings": dict(self.protocol.chosen),
        }

    def number_of(self, criterion: str) -> int:
        """Give the number of the sentence that a criterion was drawn from; 0 where it is drawn from none."""
        return next((each.number for each in self.sentences if criterion in each.criteria), 0)


@lru_cache(maxsize=16)
def described(trial: str, chosen: tuple[tuple[str, str], ...]) -> Mapping[str, Mapping[str, Any]]:
    """Describe every criterion of a trial under some readings."""
    protocol = open_trial(trial).under(dict(chosen))
    return {name: describe(protocol, item) for name, item in protocol.criteria.items()}


@lru_cache(maxsize=16)
def _book(trial: str, chosen: tuple[tuple[str, str], ...]) -> Book:
    protocol = open_trial(trial).under(dict(chosen))
    return Book(
        protocol,
        sentences(protocol),
        described(trial, chosen),
        open_points(protocol),
        readers(protocol),
    )


def opened(request: HttpRequest, trial: str) -> Book:
    """Give the book of a trial under the readings of the address.

    Raises
    ------
    AbsentError
        When there is no such trial.
    DosepathError
        When there is no such reading.
    """
    if trial not in shipped():
        raise AbsentError(_("There is no trial '%(name)s'.") % {"name": trial}, suggest(trial, shipped()))
    return _book(trial, tuple(sorted(chosen_readings(request.GET).items())))


def tail_of(book: Book) -> str:
    """Give the query that keeps the readings."""
    chosen = [(PARAMETER, f"{key}={option}") for key, option in book.protocol.chosen.items()]
    return f"?{urlencode(chosen)}" if chosen else ""


def frame(book: Book) -> dict[str, Any]:
    """Give what the template `protocol/frame.html` needs."""
    in_file = {key: reading.in_force for key, reading in book.protocol.readings()}
    return {
        "trial": book.protocol.id,
        "protocol": book.protocol,
        "tail": tail_of(book),
        "switched": [(key, option, in_file[key]) for key, option in book.protocol.chosen.items()],
        "gates": {gate.value: words for gate, words in GATES.items()},
    }
