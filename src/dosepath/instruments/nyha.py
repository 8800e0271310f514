"""Functional class of the New York Heart Association, I to IV.

A class between two counts as the higher one, with a flag. Shortness of breath from lung disease is no heart failure;
the class is recorded all the same. That no heart failure is on record is no class: whether a site may write class I
then is for its own rule, not for this one.

Verification: words of the classes as gathered in the project's reference notes (an open implementation with tests);
that the higher of a range counts is a convention of the reference. From memory: nothing. Shared cases, 2026-11-25.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from dosepath.core.instrument import Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import by_id, choice
from dosepath.instruments.scale import Outcome, Scale

CLASSES: Final[Mapping[str, str]] = {
    "I": "ordinary activity is not limited",
    "I-II": "between I and II",
    "II": "slight limitation: comfortable at rest, ordinary activity brings symptoms",
    "II-III": "between II and III",
    "III": "marked limitation: comfortable at rest, less than ordinary activity brings symptoms",
    "III-IV": "between III and IV",
    "IV": "no activity without discomfort, symptoms may be there at rest",
}
"""What may be written, and what it means."""

NUMBER_OF: Final[Mapping[str, int]] = {"I": 1, "II": 2, "III": 3, "IV": 4}

_NUMERALS: Final = {**{numeral: numeral for numeral in NUMBER_OF}, **{str(n): each for each, n in NUMBER_OF.items()}}
_WORDS: Final = re.compile(r"(?:nyha|functional|class|grade|stage|级|級|\s|[.:,()])+", re.IGNORECASE)
_RANGE: Final = re.compile(r"[-–—/~]|to|until", re.IGNORECASE)


def class_of(text: str) -> str | None:
    """Read a class as records write it; None for what is none.

    A range of neighbours stays a range, a wider one is its higher end.

    Examples
    --------
    >>> [class_of(text) for text in ("NYHA class I", "2", "iii - II", "II级", "1-3", "5", "0-I", "")]
    ['I', 'II', 'II-III', 'II', 'III', None, None, None]
    """
    parts = [_NUMERALS.get(part.upper()) for part in _RANGE.split(_WORDS.sub("", text))]
    ends = [part for part in parts if part is not None]
    if len(ends) != len(parts) or len(ends) > 2:
        return None
    low, high = min(ends, key=NUMBER_OF.__getitem__), max(ends, key=NUMBER_OF.__getitem__)
    return f"{low}-{high}" if f"{low}-{high}" in CLASSES else high


def higher(written: str) -> str:
    """Give the class that counts: the higher one of two.

    Examples
    --------
    >>> higher("II-III"), higher("IV")
    ('III', 'IV')
    """
    return written.rpartition("-")[2]


def _rule(said: Answers) -> Outcome:
    written = said.levels.get("nyha_class")
    if written is None:
        return Outcome(tuple({"class": Interval.at(number)} for number in NUMBER_OF.values()), ("nyha_class",))
    between = (Flag("between_classes", f"{written}: the higher class counts"),) if "-" in written else ()
    counted = higher(written)
    return Outcome(({"class": Interval.at(NUMBER_OF[counted])},), (), between, steps=(f"class {counted}",))


NYHA = Scale(
    id="nyha",
    name="NYHA functional class",
    version="1994",
    citation=Citation("Criteria Committee of the New York Heart Association. 9th edition, 1994"),
    verification=Verification("an open implementation with tests", date(2026, 11, 25)),
    items=by_id([choice("nyha_class", "NYHA class", CLASSES)]),
    fields={"class": Field("class, 1 to 4", unit="1")},
    rule=_rule,
)
