"""The text of a rule -> its tree.

Named windows, definitions and the caps of regimens are read in place, so that a tree is whole; the definitions keep
their names for explanations.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, VisitError

from dosepath.core.days import TimeUnit
from dosepath.core.errors import ExpressionError
from dosepath.core.interval import Operator
from dosepath.rules import nodes
from dosepath.rules.nodes import Scalar, SpanOf, Truth, WindowOf
from dosepath.rules.vocabulary import RegimenLine, Vocabulary
from dosepath.rules.wording import suggest, unexpected

__all__ = ["Reader", "references", "suggest", "walk"]

_ROW_WORDS: dict[str, Scalar] = {
    "value": nodes.RowValue(""),
    "date": nodes.RowDay(),
    "last_date": nodes.RowDay(last=True),
    "dose": nodes.RowDose(),
    "dose_per_day": nodes.RowDose(daily=True),
}
_START = {"truth": Truth, "value": Scalar, "window": WindowOf}
_Start = TypeVar("_Start", Truth, Scalar, WindowOf)


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    text = (files("dosepath.rules") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", start=list(_START), propagate_positions=False, maybe_placeholders=True)


class Reader:
    """Reads rules in the words of one vocabulary; every named part is read once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._windows: dict[str, WindowOf] = {}
        self._definitions: dict[str, Truth] = {}
        self._values: dict[str, Scalar] = {}
        self._open: list[str] = []

    def truth(self, text: str) -> Truth:
        """Read a rule that answers with a verdict.

        Raises
        ------
        ExpressionError
            When the text is not in the language or names something unknown; says the column and the way out.
        """
        return self._read(text, "truth", Truth)

    def value(self, text: str) -> Scalar:
        """Read a rule that gives a value."""
        return self._read(text, "value", Scalar)

    def window(self, name: str) -> WindowOf:
        """Give a window of the protocol by its name."""
        if name not in self._windows:
            if name not in self.vocabulary.windows:
                if name in self.vocabulary.anchors:
                    way = f"write 'up to {name}' or 'within ... before {name}'"
                else:
                    way = suggest(name, self.vocabulary.windows)
                raise ExpressionError(f"no window '{name}'; {way}")
            with self._reading(f"window {name}"):
                found = self._read(self.vocabulary.windows[name], "window", WindowOf)
            self._windows[name] = WindowOf(found.start, found.end, name)
        return self._windows[name]

    def definition(self, name: str) -> Truth:
        """Give a definition of the protocol that answers with a verdict."""
        if name not in self._definitions:
            if name not in self.vocabulary.definitions:
                raise ExpressionError(f'no definition "{name}"; {suggest(name, self.vocabulary.definitions)}')
            with self._reading(f'definition "{name}"'):
                self._definitions[name] = self.truth(self.vocabulary.definitions[name])
        return nodes.Named(name, self._definitions[name])

    def value_definition(self, name: str) -> Scalar:
        """Give a definition of the protocol that gives a value."""
        if name not in self._values:
            with self._reading(f"definition {name}"):
                self._values[name] = self.value(self.vocabulary.definitions[name])
        return nodes.NamedValue(name, self._values[name])

    def regimen(self, name: str) -> tuple[RegimenLine, ...]:
        """Give the lines of a regimen."""
        if name not in self.vocabulary.regimens:
            raise ExpressionError(f"no regimen '{name}'; {suggest(name, self.vocabulary.regimens)}")
        return self.vocabulary.regimens[name]

    def cap(self, regimen: str, line: RegimenLine) -> Truth | None:
        """Read the cap of one line of a regimen; None where any dose will do."""
        if not line.cap:
            return None
        with self._reading(f"regimen {regimen}.{line.name}"):
            return self.truth(line.cap)

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        """Mark a named part as being read, so that one that names itself is refused."""
        if name in self._open:
            raise ExpressionError(f"{name} refers to itself: {' -> '.join([*self._open, name])}")
        self._open.append(name)
        try:
            yield
        except ExpressionError as error:
            raise ExpressionError(f"in {name}: {error.message}") from None
        finally:
            self._open.pop()

    def _read(self, text: str, start: str, expected: type[_Start]) -> _Start:
        try:
            tree = _grammar().parse(text, start=start)
            found = _Builder(self).transform(tree)
        except UnexpectedInput as error:
            raise unexpected(error, text, _grammar().terminals) from None
        except VisitError as error:
            if isinstance(error.orig_exc, ExpressionError):
                raise error.orig_exc from None
            raise
        if not isinstance(found, expected):
            raise ExpressionError(f"'{text}' is no {start}")
        return found


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Turns the parse tree into nodes, bottom up."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    # names ------------------------------------------------------------------------------------------------------

    def _concept(self, name: Token) -> str:
        if str(name) not in self.reader.vocabulary.terms:
            way = suggest(str(name), self.reader.vocabulary.terms)
            raise ExpressionError(f"no concept '{name}'; {way}", name.column or 0)
        return str(name)

    def name(self, token: Token) -> Scalar:
        name = str(token)
        vocabulary = self.reader.vocabulary
        if name in _ROW_WORDS:
            return _ROW_WORDS[name]
        if name in vocabulary.anchors:
            return nodes.Anchor(name)
        if name == "sex":
            return nodes.Sex()
        if name in vocabulary.definitions:
            return self.reader.value_definition(name)
        if name in vocabulary.terms:
            return nodes.RowValue(name)
        if name in ("uln", "lln"):
            return nodes.LimitMultiple(Fraction(1), name == "uln")
        return nodes.Choice(name)

    def names(self, *tokens: Token) -> tuple[str, ...]:
        return tuple(self._concept(token) for token in tokens)

    # spans and windows -------------------------------------------------------------------------------------------

    def span(self, count: Token, unit: Token) -> SpanOf:
        time = TimeUnit(str(unit).rstrip("s"))
        if count.type == "SETTING":
            return SpanOf(self._setting(count), time)
        if not str(count).isdigit():
            raise ExpressionError(f"'{count} {unit}': a span is a whole number", count.column or 0)
        return SpanOf(int(count), time)

    def _setting(self, token: Token) -> str:
        name = str(token)[1:]
        if name not in self.reader.vocabulary.settings:
            way = suggest(name, self.reader.vocabulary.settings)
            raise ExpressionError(f"no setting '{name}'; {way}", token.column or 0)
        return name

    def named_window(self, name: Token) -> WindowOf:
        try:
            return self.reader.window(str(name))
        except ExpressionError as error:
            raise ExpressionError(error.message, name.column or 0) from None

    def within(self, span: SpanOf, day: Scalar) -> WindowOf:
        return WindowOf(nodes.Shifted(day, span, -1), day)

    def up_to(self, day: Scalar) -> WindowOf:
        return WindowOf(None, day)

    def since(self, start: Scalar, end: Scalar | None = None) -> WindowOf:
        return WindowOf(start, end)

    # days ----------------------------------------------------------------------------------------------------------

    def date_of(self, pick: Scalar) -> Scalar:
        return nodes.DayOf(pick)

    def before(self, span: SpanOf, day: Scalar) -> Scalar:
        return nodes.Shifted(day, span, -1)

    def after(self, span: SpanOf, day: Scalar) -> Scalar:
        return nodes.Shifted(day, span, 1)

    def first_day(self, concepts: tuple[str, ...], window: WindowOf, where: Truth) -> Scalar:
        return nodes.FirstDay(concepts, window, where)

    def reached(self, drugs: tuple[str, ...], span: SpanOf, window: WindowOf) -> Scalar:
        return nodes.TogetherReached(drugs, span, window)

    # values --------------------------------------------------------------------------------------------------------

    def amount(self, number: Token, unit: Token) -> Scalar:
        return nodes.Amount(Fraction(str(number)), str(unit)[1:-1])

    def number(self, number: Token) -> Scalar:
        return nodes.Amount(Fraction(str(number)), "1")

    def setting(self, token: Token, unit: Token | None = None) -> Scalar:
        name = self._setting(token)
        return nodes.Setting(name, str(unit)[1:-1] if unit else self.reader.vocabulary.settings[name])

    def latest(self, concept: Token, window: WindowOf) -> Scalar:
        return nodes.Pick(self._concept(concept), window)

    def earliest(self, concept: Token, window: WindowOf, before: Scalar | None) -> Scalar:
        return nodes.Pick(self._concept(concept), window, earliest=True, before=before)

    def age(self, day: Scalar) -> Scalar:
        return nodes.Age(day)

    def dose_on(self, drug: Token, equivalence: Token | None, day: Scalar) -> Scalar:
        return nodes.DailyDose(self._concept(drug), self._equivalence(equivalence), on=day)

    def dose_highest(self, drug: Token, equivalence: Token | None, window: WindowOf) -> Scalar:
        return nodes.DailyDose(self._concept(drug), self._equivalence(equivalence), window=window)

    def _equivalence(self, name: Token | None) -> str:
        if name is None:
            return ""
        known = self.reader.vocabulary.catalog.equivalences
        if str(name) not in known:
            raise ExpressionError(f"no equivalence table '{name}'; {suggest(str(name), known)}", name.column or 0)
        return str(name)

    def relative_change(self, earlier: Scalar, later: Scalar) -> Scalar:
        return nodes.Change(earlier, later, relative=True)

    def relative_decline(self, earlier: Scalar, later: Scalar) -> Scalar:
        return nodes.Change(earlier, later, relative=True, decline=True)

    def change(self, earlier: Scalar, later: Scalar) -> Scalar:
        return nodes.Change(earlier, later, relative=False)

    def decline(self, earlier: Scalar, later: Scalar) -> Scalar:
        return nodes.Change(earlier, later, relative=False, decline=True)

    def dose_total(self, drug: Token, equivalence: Token | None, window: WindowOf) -> Scalar:
        return nodes.TotalDose(self._concept(drug), self._equivalence(equivalence), window)

    def previous(self, concept: Token) -> Scalar:
        return nodes.RowValue(self._concept(concept), previous=True)

    def formula(self, name: Token, *pairs: Token | Scalar) -> Scalar:
        known = self.reader.vocabulary.catalog.formulas
        if str(name) not in known:
            raise ExpressionError(f"no formula '{name}'; {suggest(str(name), known)}", name.column or 0)
        names = tuple(str(pair) for pair in pairs[0::2])
        return nodes.FormulaCall(str(name), names, cast("tuple[Scalar, ...]", tuple(pairs[1::2])))

    def field(self, instrument: Token, field: Token) -> Scalar:
        bindings = self.reader.vocabulary.bindings
        if str(instrument) not in bindings:
            way = suggest(str(instrument), bindings)
            raise ExpressionError(f"no instrument '{instrument}'; {way}", instrument.column or 0)
        instruments = self.reader.vocabulary.catalog.instruments
        name = bindings[str(instrument)].instrument
        if name not in instruments:
            raise ExpressionError(f"no instrument '{name}'; {suggest(name, instruments)}", instrument.column or 0)
        known = instruments[name].fields
        if str(field) not in known:
            way = suggest(str(field), known)
            raise ExpressionError(f"instrument '{instrument}' gives no '{field}'; {way}", field.column or 0)
        return nodes.InstrumentField(str(instrument), str(field))

    def arithmetic(self, left: Scalar, operator: Token, right: Scalar) -> Scalar:
        if str(operator) == "*":
            for factor, limit in ((left, right), (right, left)):
                if isinstance(limit, nodes.LimitMultiple) and isinstance(factor, nodes.Amount) and factor.unit == "1":
                    return nodes.LimitMultiple(factor.number * limit.factor, limit.upper)
        return nodes.Arithmetic(str(operator), left, right)

    # truth: logic --------------------------------------------------------------------------------------------------

    def any(self, *operands: Truth) -> Truth:
        return nodes.Or(operands) if len(operands) > 1 else operands[0]

    def all(self, *operands: Truth) -> Truth:
        return nodes.And(operands) if len(operands) > 1 else operands[0]

    def negated(self, operand: Truth) -> Truth:
        return nodes.Not(operand)

    def is_true(self, operand: Truth) -> Truth:
        return nodes.IsTrue(operand)

    def at_least(self, count: Token, *operands: Truth) -> Truth:
        return nodes.AtLeast(self._count(count), operands)

    def _count(self, token: Token) -> int:
        if not str(token).isdigit():
            raise ExpressionError(f"'{token}': a count is a whole number", token.column or 0)
        return int(token)

    def first_known(self, *operands: Truth) -> Truth:
        return nodes.FirstKnown(operands)

    def any_recorded(self, *operands: Truth) -> Truth:
        return nodes.AnyRecorded(operands)

    def criterion(self, token: Token) -> Truth:
        return nodes.CriterionRef(str(token))

    def definition(self, token: Token) -> Truth:
        return self.reader.definition(str(token)[1:-1])

    # truth: comparisons --------------------------------------------------------------------------------------------

    def compare(self, left: Scalar, operator: Token, right: Scalar) -> Truth:
        return nodes.Compare(cast("Operator", str(operator)), left, right)

    def between(self, value: Scalar, low: Scalar, high: Scalar) -> Truth:
        return nodes.And((nodes.Compare(">=", value, low), nodes.Compare("<=", value, high)))

    def one_of(self, value: Scalar, *choices: Token) -> Truth:
        return nodes.OneOf(value, tuple(str(choice) for choice in choices))

    def during(self, day: Scalar, window: WindowOf) -> Truth:
        return nodes.During(day, window)

    def complete(self, concept: Token) -> Truth:
        return nodes.Complete(self._concept(concept))

    def row_is(self, concept: Token) -> Truth:
        return nodes.RowIs(self._concept(concept))

    # truth: events, courses, assessments ------------------------------------------------------------------------------

    def exists(self, concept: Token, window: WindowOf, where: Truth | None = None) -> Truth:
        return nodes.Exists(self._concept(concept), window, where)

    def began(self, concept: Token, window: WindowOf, where: Truth | None = None) -> Truth:
        return nodes.Exists(self._concept(concept), window, where, began=True)

    def every(self, concept: Token, window: WindowOf, where: Truth) -> Truth:
        return nodes.EveryRecorded(self._concept(concept), window, where)

    def some(self, concepts: tuple[str, ...], window: WindowOf, where: Truth) -> Truth:
        return nodes.SomeAssessment(concepts, window, where)

    def at_latest(self, concepts: tuple[str, ...], window: WindowOf, where: Truth) -> Truth:
        return nodes.LatestAssessment(concepts, window, where)

    def lasted(self, drug: Token, span: SpanOf, window: WindowOf) -> Truth:
        return nodes.Lasted(self._concept(drug), span, window)

    def lasted_together(self, drugs: tuple[str, ...], span: SpanOf, window: WindowOf) -> Truth:
        return nodes.LastedTogether(drugs, span, window)

    def spanned(self, drugs: tuple[str, ...], span: SpanOf, window: WindowOf) -> Truth:
        return nodes.Spanned(drugs, span, window)

    def several_lasted(self, count: Token, drug: Token, span: SpanOf, window: WindowOf) -> Truth:
        return nodes.SeveralLasted(self._count(count), self._concept(drug), span, window)

    def stable(self, regimen: Token, span: SpanOf, window: WindowOf, only: Token | None) -> Truth:
        listed = self._concept(only) if only is not None else ""
        return nodes.StableRegimen(str(regimen), self._caps(regimen), span, window, only_listed=listed)

    def stable_to_end(self, regimen: Token, span: SpanOf, window: WindowOf, only: Token | None) -> Truth:
        listed = self._concept(only) if only is not None else ""
        return nodes.StableRegimen(str(regimen), self._caps(regimen), span, window, to_end=True, only_listed=listed)

    def _caps(self, regimen: Token) -> tuple[Truth | None, ...]:
        return tuple(self.reader.cap(str(regimen), line) for line in self.reader.regimen(str(regimen)))

    def within_cap(self, regimen: Token, name: Token, span: SpanOf, window: WindowOf) -> Truth:
        lines = {line.name: line for line in self.reader.regimen(str(regimen))}
        if str(name) not in lines:
            raise ExpressionError(f"regimen '{regimen}' has no '{name}'; {suggest(str(name), lines)}", name.column or 0)
        cap = self.reader.cap(str(regimen), lines[str(name)])
        if cap is None:
            raise ExpressionError(f"'{regimen}.{name}' has no cap; use exists or lasted", name.column or 0)
        return nodes.WithinCap(str(regimen), str(name), cap, span, window)


def walk(node: nodes.Node) -> Iterable[nodes.Node]:
    """Give a node and all below it."""
    yield node
    for child in node.children():
        yield from walk(child)


def references(expressions: Sequence[nodes.Node]) -> tuple[str, ...]:
    """Give the criteria that some trees refer to."""
    found = [node.id for tree in expressions for node in walk(tree) if isinstance(node, nodes.CriterionRef)]
    return tuple(dict.fromkeys(found))
