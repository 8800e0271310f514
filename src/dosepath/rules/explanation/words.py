"""What every phrase of an explanation needs: labels, brackets, lists, definitions said once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, TypeVar

from dosepath.core.quantity import Quantity
from dosepath.rules import nodes
from dosepath.rules.nodes import Node, Scalar, Truth
from dosepath.rules.parse import walk
from dosepath.rules.vocabulary import Kind, Vocabulary

_UNITS = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "mm[Hg]": "mmHg"}
_RATES = {"/(kg.d)": "/kg a day", "/d": " a day", "/(24.h)": " in 24 hours", "/wk": " a week"}


class Words:
    """One explanation: what is set, what has been explained already, and where we are."""

    def __init__(self, vocabulary: Vocabulary, settings: Mapping[str, Fraction]) -> None:
        self.vocabulary = vocabulary
        self.settings = settings
        self.explained: set[str] = set()
        self.own = ""
        self._depth = 0

    def of(self, node: Node) -> str:
        """Put a node into words."""
        return phrases[type(node)](self, node)

    def label(self, concept: str) -> str:
        """Give the words for a concept."""
        return self.vocabulary.terms[concept].label

    def entry(self, concept: str) -> str:
        """Give the words for a result of a concept; the label of a yes or no, or of a day, is quoted."""
        term = self.vocabulary.terms[concept]
        return f"entry for '{term.label}'" if term.kind in (Kind.FLAG, Kind.DATE) else term.label

    def labels(self, concepts: Iterable[str], word: str = "and") -> str:
        """Join the words for some concepts."""
        return listed([self.label(concept) for concept in concepts], word)

    def parts(self, lead: str, operands: Sequence[Truth]) -> str:
        """List conditions as (a), (b), ...; lists inside as (1), (2), ... and (i), (ii), ..."""
        mark = _MARKS[self._depth % len(_MARKS)]
        self._depth += 1
        try:
            items = [f"({mark(place)}) {self.of(operand)}" for place, operand in enumerate(operands)]
        finally:
            self._depth -= 1
        return f"{lead}: {'; '.join(items)}"

    def enclosed(self, node: Truth) -> str:
        """Put a condition into brackets where it could run into what follows."""
        return self.of(node) if isinstance(node, nodes.Named) or is_plain(node) else f"({self.of(node)})"

    def condition(self, node: Truth, own: str) -> str:
        """Put a condition about the record at hand into words; `own` is what "value" is called there."""
        with self._record(own):
            return self.enclosed(node)

    @contextmanager
    def _record(self, own: str) -> Iterator[None]:
        outer, self.own = self.own, own
        try:
            yield
        finally:
            self.own = outer

    def definition(self, name: str, meaning: Node) -> str:
        """Give the name of a definition, with its meaning the first time."""
        words = name.replace("_", " ")
        if name in self.explained:
            return words
        self.explained.add(name)
        return f"{words} (that is: {self.of(meaning)})"

    def days(self, window: nodes.WindowOf, verb: str = "") -> str:
        """Say when, with a leading blank and verb; nothing for a window without bounds."""
        when = self.of(window)
        return f" {verb} {when}".replace("  ", " ") if when else ""

    def equivalent(self, table: str) -> str:
        """Name the table that doses are converted by, in brackets."""
        return f" ({table.replace('_', ' ')})" if table else ""

    def is_day(self, node: Scalar) -> bool:
        """Answer whether a value is a day."""
        match node:
            case nodes.NamedValue(meaning=meaning):
                return self.is_day(meaning)
            case nodes.Pick(concept=concept) | nodes.RowValue(concept=concept):
                term = self.vocabulary.terms.get(concept)
                return term is not None and term.kind is Kind.DATE
        return isinstance(
            node, nodes.Anchor | nodes.Shifted | nodes.DayOf | nodes.TogetherReached | nodes.FirstDay | nodes.RowDay
        )


_Node = TypeVar("_Node", bound=Node)
Phrase = Callable[[Words, _Node], str]

phrases: dict[type[Node], Callable[[Words, Any], str]] = {}
"""One function a node class."""


def phrase_of(kind: type[_Node]) -> Callable[[Phrase[_Node]], Phrase[_Node]]:
    """Register the function that words nodes of a class."""

    def register(function: Phrase[_Node]) -> Phrase[_Node]:
        phrases[kind] = function
        return function

    return register


def listed(words: Sequence[str], word: str) -> str:
    """Join words by commas and, before the last one, a word."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {word} {words[-1]}"


def _letter(place: int) -> str:
    return chr(ord("a") + place % 26) * (place // 26 + 1)


def _roman(place: int) -> str:
    tens, ones = divmod(place + 1, 10)
    return "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]


_MARKS: tuple[Callable[[int], str], ...] = (
    _letter,
    lambda place: str(place + 1),
    _roman,
    lambda place: _letter(place).upper(),
)


def is_plain(node: Node) -> bool:
    """Answer whether a condition is one statement, without lists or conditions inside."""
    inside = (nodes.And, nodes.Or, nodes.AtLeast, nodes.FirstKnown, nodes.AnyRecorded, nodes.Named)
    return not any(isinstance(below, inside) or getattr(below, "where", None) is not None for below in walk(node))


def number_in_words(number: Fraction, unit: str) -> str:
    """Write a number and its unit."""
    for ending, words in _RATES.items():
        if unit.endswith(ending):
            return f"{number_in_words(number, unit.removesuffix(ending))}{words}"
    shown = str(Quantity(number, "1"))
    if unit in ("", "1"):
        return shown
    if unit == "{titer}":
        return f"1:{shown}"
    return f"{shown} {_UNITS.get(unit, unit.strip('{}'))}"
