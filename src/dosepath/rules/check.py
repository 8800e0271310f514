"""Types and dimensions of a rule, checked when the protocol file is read."""

from collections.abc import Iterator
from dataclasses import dataclass

from dosepath.core import quantity
from dosepath.core.errors import ExpressionError
from dosepath.rules import nodes
from dosepath.rules.nodes import Node, Scalar
from dosepath.rules.parse import suggest
from dosepath.rules.units import product_unit, quotient_unit
from dosepath.rules.vocabulary import Kind, Vocabulary


@dataclass(frozen=True, slots=True)
class Number:
    """The type of a number: its unit."""

    unit: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The type of a choice: its possible answers; none yet for an answer that stands alone."""

    choices: tuple[str, ...]
    ordered: bool = False
    written: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """The type of a day."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The type of a multiple of a limit of normal."""


Type = Number | Answers | Day | Limit

MEASURED = (Kind.QUANTITY, Kind.RESULT, Kind.FLAG, Kind.CHOICE, Kind.ORDINAL, Kind.DATE)
HAPPENED = (Kind.EVENT, Kind.DRUG)


def check(rule: Node, vocabulary: Vocabulary) -> None:
    """Check one rule.

    Raises
    ------
    ExpressionError
        With every misfit of the rule, one a line, each with its way out.
    """
    problems = list(_Checker(vocabulary).problems(rule, ""))
    if problems:
        raise ExpressionError("; ".join(dict.fromkeys(problems)))


class _Checker:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def problems(self, node: Node, row: str) -> Iterator[str]:
        """List what is wrong in a node and below it; `row` is the concept whose records are gone through."""
        try:
            self._check(node, row)
        except ExpressionError as error:
            yield error.message
        inner = row
        match node:
            case nodes.Exists(concept=concept) | nodes.EveryRecorded(concept=concept):
                inner = concept
            case nodes.SomeAssessment() | nodes.LatestAssessment() | nodes.FirstDay():
                inner = node.concepts[0]
            case nodes.WithinCap() | nodes.StableRegimen():
                inner = self.vocabulary.regimens[node.regimen][0].drug
        for child in node.children():
            yield from self.problems(child, inner)

    def _check(self, node: Node, row: str) -> None:
        match node:
            case nodes.Compare():
                self._comparison(node, row)
            case nodes.OneOf():
                found = self.type_of(node.value, row)
                if not isinstance(found, Answers):
                    raise ExpressionError(f"{{{', '.join(node.choices)}}} cannot be compared with {_word(found)}")
                for choice in node.choices:
                    _known_answer(choice, found)
            case nodes.During():
                if not isinstance(found := self.type_of(node.day, row), Day):
                    raise ExpressionError(f"'during' asks for a day, not for {_word(found)}")
            case nodes.Exists(concept=concept) | nodes.EveryRecorded(concept=concept) | nodes.Complete(concept=concept):
                self._kind(concept, HAPPENED, "happens; use latest(...) for a result")
            case (
                nodes.Lasted(drug=drug)
                | nodes.SeveralLasted(drug=drug)
                | nodes.DailyDose(drug=drug)
                | nodes.TotalDose(drug=drug)
            ):
                self._kind(drug, (Kind.DRUG,), "is a drug")
            case nodes.LastedTogether() | nodes.TogetherReached() | nodes.Spanned():
                for drug in node.drugs:
                    self._kind(drug, (Kind.DRUG,), "is a drug")
            case nodes.SomeAssessment() | nodes.LatestAssessment() | nodes.FirstDay():
                for concept in node.concepts:
                    self._kind(concept, MEASURED, "is a result; use exists(...) for what happens")
            case nodes.RowIs(concept=concept):
                self._kind(concept, HAPPENED, "happens")
            case nodes.AtLeast(count=count, operands=operands):
                if not 1 <= count <= len(operands):
                    raise ExpressionError(
                        f"at_least({count}, ...) has {len(operands)} conditions; ask for 1 to as many"
                    )
            case nodes.WindowOf():
                for bound in (node.start, node.end):
                    if bound is not None and not isinstance(found := self.type_of(bound, row), Day):
                        raise ExpressionError(f"a window is bounded by days, not by {_word(found)}")
            case Scalar():
                self.type_of(node, row)

    def _kind(self, concept: str, kinds: tuple[Kind, ...], what: str) -> None:
        for leaf in self.vocabulary.leaves(concept):
            kind = self.vocabulary.terms[leaf].kind
            if kind not in kinds:
                raise ExpressionError(f"'{leaf}' is a {kind.value}, and here something is meant that {what}")

    def _comparison(self, node: nodes.Compare, row: str) -> None:
        left, right = self.type_of(node.left, row), self.type_of(node.right, row)
        if isinstance(left, Limit):
            raise ExpressionError("write a limit of normal on the right: latest(alt, screening) <= 3 * uln")
        if isinstance(right, Limit):
            if not isinstance(node.left, nodes.Pick) or not isinstance(left, Number):
                raise ExpressionError("a limit of normal belongs to a result; write latest(concept, window) before it")
            return
        if isinstance(left, Number) and isinstance(right, Number):
            _same_dimension(left.unit, right.unit)
            return
        if isinstance(left, Day) and isinstance(right, Day):
            return
        if isinstance(left, Answers) and isinstance(right, Answers):
            self._answers(node, left, right)
            return
        raise ExpressionError(f"{_word(left)} cannot be compared with {_word(right)}")

    def _answers(self, node: nodes.Compare, left: Answers, right: Answers) -> None:
        for written, known in ((right, left), (left, right)):
            if written.written and known.choices:
                _known_answer(written.written, known)
        if node.operator not in ("=", "!=") and not (left.ordered or right.ordered):
            raise ExpressionError(f"these answers have no order; '{node.operator}' does not fit, use = or in {{...}}")
        if left.written and right.written:
            raise ExpressionError(f"neither '{left.written}' nor '{right.written}' is a concept or a definition")

    # types -----------------------------------------------------------------------------------------------------------

    def type_of(self, node: Scalar, row: str) -> Type:
        """Give the type of a value; raises when its parts do not fit."""
        match node:
            case nodes.Pick(concept=concept):
                self._kind(concept, MEASURED, "is a result; use exists(...) for what happens")
                return self._concept(concept)
            case nodes.RowValue(concept=concept):
                if not row:
                    raise ExpressionError(
                        f"'{concept or 'value'}' stands alone; write latest({concept or 'concept'}, window), "
                        "or use it behind 'where'"
                    )
                return self._concept(concept or row)
            case nodes.Amount(unit=unit) | nodes.Setting(unit=unit):
                _readable(unit)
                return Number(unit)
            case nodes.Choice(name=name):
                return Answers((), written=name)
            case nodes.Sex():
                return Answers(("female", "male"))
            case nodes.Age():
                return Number("a")
            case nodes.DailyDose():
                return Number("mg/d")
            case nodes.TotalDose():
                return Number("mg")
            case nodes.RowDose(daily=daily):
                return Number("mg/d" if daily else "mg")
            case nodes.LimitMultiple():
                return Limit()
            case nodes.InstrumentField():
                return self._field(node)
            case nodes.FormulaCall():
                return self._formula(node, row)
            case nodes.Arithmetic():
                return self._arithmetic(node, row)
            case nodes.Change():
                return self._change(node, row)
            case nodes.NamedValue(meaning=meaning):
                return self.type_of(meaning, row)
            case nodes.DayOf(pick=pick):
                if not isinstance(_bare(pick), nodes.Pick):
                    raise ExpressionError("date_of(...) asks for a result, such as latest(concept, window)")
                return Day()
            case _:
                return Day()

    def _concept(self, concept: str) -> Type:
        term = self.vocabulary.terms[concept]
        if term.kind is Kind.QUANTITY:
            return Number(term.unit)
        if term.kind is Kind.DATE:
            return Day()
        return Answers(term.answers, ordered=term.kind is Kind.ORDINAL)

    def _field(self, node: nodes.InstrumentField) -> Type:
        binding = self.vocabulary.bindings[node.instrument]
        field = self.vocabulary.catalog.instruments[binding.instrument].fields[node.field]
        return Answers(field.choices) if field.choices else Number(field.unit)

    def _formula(self, node: nodes.FormulaCall, row: str) -> Type:
        formula = self.vocabulary.catalog.formulas[node.formula]
        for name, item in zip(node.names, node.inputs, strict=True):
            if name not in formula.parameters:
                raise ExpressionError(
                    f"formula '{node.formula}' takes no '{name}'; {suggest(name, formula.parameters)}"
                )
            found, wanted = self.type_of(item, row), formula.parameters[name]
            if wanted.choices:
                continue
            if not isinstance(found, Number):
                raise ExpressionError(f"'{name}' of formula '{node.formula}' is a number, not {_word(found)}")
            _same_dimension(found.unit, wanted.unit)
        missing = [name for name in formula.parameters if name not in node.names]
        if missing:
            raise ExpressionError(f"formula '{node.formula}' also needs {', '.join(missing)}")
        return Number(formula.result.unit)

    def _arithmetic(self, node: nodes.Arithmetic, row: str) -> Type:
        left, right = self.type_of(node.left, row), self.type_of(node.right, row)
        if not isinstance(left, Number) or not isinstance(right, Number):
            raise ExpressionError(f"'{node.operator}' joins numbers, not {_word(left)} and {_word(right)}")
        if node.operator in "+-":
            _same_dimension(left.unit, right.unit)
            return left
        unit = product_unit if node.operator == "*" else quotient_unit
        return Number(unit(left.unit, right.unit))

    def _change(self, node: nodes.Change, row: str) -> Type:
        earlier, later = self.type_of(node.earlier, row), self.type_of(node.later, row)
        if not isinstance(earlier, Number) or not isinstance(later, Number):
            raise ExpressionError("a change is taken between two numbers")
        _same_dimension(earlier.unit, later.unit)
        return Number("%") if node.relative else later


def _bare(node: Scalar) -> Scalar:
    while isinstance(node, nodes.NamedValue):
        node = node.meaning
    return node


def _known_answer(name: str, known: Answers) -> None:
    if known.choices and name not in known.choices:
        raise ExpressionError(f"'{name}' is not among the answers; {suggest(name, known.choices)}")


def _readable(unit: str) -> None:
    if unit not in ("", "1") and not quantity.convertible(unit, unit):
        raise ExpressionError(f"'{unit}' is no UCUM unit")


def _same_dimension(one: str, other: str) -> None:
    if not quantity.convertible(other or "1", one or "1"):
        raise ExpressionError(f"a number in '{other or '1'}' cannot be compared with one in '{one or '1'}'")


def _word(found: Type) -> str:
    match found:
        case Number(unit=unit):
            return f"a number in '{unit or '1'}'"
        case Answers(written=written, choices=choices):
            return f"'{written}'" if written else f"an answer ({', '.join(choices)})"
        case Day():
            return "a day"
        case Limit():
            return "a limit of normal"
