"""Types and dimensions of a rule, checked when the protocol file is read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dosepath.core import quantity
from dosepath.core.errors import ExpressionError, QuantityError
from dosepath.core.instrument import Field
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


@dataclass(frozen=True, slots=True)
class RecordAtHand:
    """The records that a condition behind `where` goes through: of which concepts; assessments, events or courses."""

    concepts: tuple[str, ...]
    assessment: bool = False


def check(rule: Node, vocabulary: Vocabulary) -> None:
    """Check one rule.

    Raises
    ------
    ExpressionError
        With every misfit of the rule, each once and with its way out.
    """
    problems = list(_Checker(vocabulary).problems(rule, None))
    if problems:
        raise ExpressionError("; ".join(dict.fromkeys(problems)))


class _Checker:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def problems(self, node: Node, row: RecordAtHand | None) -> Iterator[str]:
        """List what is wrong in a node and below it; `row` is what a condition behind `where` may speak of."""
        try:
            self._check(node, row)
        except ExpressionError as error:
            yield error.message
        for child, inner in self._below(node, row):
            yield from self.problems(child, inner)

    def _below(self, node: Node, row: RecordAtHand | None) -> Iterator[tuple[Node, RecordAtHand | None]]:
        """Give the nodes below one, each with the record at hand there; windows know none but that of outside."""
        conditions: dict[int, RecordAtHand] = {}
        match node:
            case nodes.Exists(concept=concept, where=where) | nodes.EveryRecorded(concept=concept, where=where):
                conditions[id(where)] = RecordAtHand((concept,))
            case nodes.SomeAssessment() | nodes.LatestAssessment() | nodes.FirstDay():
                conditions[id(node.where)] = RecordAtHand(node.concepts, assessment=True)
            case nodes.WithinCap(regimen=regimen, line=line, cap=cap):
                drugs = {known.name: known.drug for known in self.vocabulary.regimens[regimen]}
                conditions[id(cap)] = RecordAtHand((drugs[line],))
            case nodes.StableRegimen(regimen=regimen, caps=caps):
                for known, cap_of_line in zip(self.vocabulary.regimens[regimen], caps, strict=True):
                    conditions[id(cap_of_line)] = RecordAtHand((known.drug,))
        for child in node.children():
            yield child, conditions.get(id(child), row)

    def _check(self, node: Node, row: RecordAtHand | None) -> None:
        match node:
            case nodes.Compare():
                self._comparison(node, row)
            case nodes.OneOf():
                self._one_of(node, row)
            case nodes.During(day=day):
                self._day(day, row, "'during'")
            case nodes.Exists(concept=concept) | nodes.EveryRecorded(concept=concept) | nodes.Complete(concept=concept):
                self._kind(concept, HAPPENED, "happens; use latest(...) for a result")
            case nodes.Lasted(drug=drug) | nodes.DailyDose(drug=drug) | nodes.TotalDose(drug=drug):
                self._kind(drug, (Kind.DRUG,), "is a drug")
            case nodes.SeveralLasted():
                self._several(node)
            case nodes.LastedTogether() | nodes.TogetherReached() | nodes.Spanned():
                for drug in node.drugs:
                    self._kind(drug, (Kind.DRUG,), "is a drug")
            case nodes.StableRegimen(only_listed=only_listed):
                if only_listed:
                    self._kind(only_listed, (Kind.DRUG,), "is a drug")
            case nodes.SomeAssessment() | nodes.LatestAssessment() | nodes.FirstDay():
                for concept in node.concepts:
                    self._kind(concept, MEASURED, "is a result; use exists(...) for what happens")
            case nodes.RowIs(concept=concept):
                self._kind(concept, HAPPENED, "happens")
                if row is None or row.assessment:
                    raise ExpressionError(f"row_is({concept}) stands behind 'where' in exists(...) or every(...)")
            case nodes.AtLeast(count=count, operands=operands):
                if not 1 <= count <= len(operands):
                    raise ExpressionError(
                        f"at_least({count}, ...) has {len(operands)} conditions; ask for 1 to as many"
                    )
            case nodes.WindowOf():
                for bound in (node.start, node.end):
                    if bound is not None:
                        self._day(bound, row, "a bound of a window")
        if isinstance(node, Scalar):
            self.type_of(node, row)

    def _kind(self, concept: str, kinds: tuple[Kind, ...], what: str) -> None:
        for leaf in self.vocabulary.leaves(concept):
            kind = self.vocabulary.terms[leaf].kind
            if kind not in kinds:
                raise ExpressionError(f"'{leaf}' is {_kinded(kind)}, and here something is meant that {what}")

    def _several(self, node: nodes.SeveralLasted) -> None:
        self._kind(node.drug, (Kind.DRUG,), "is a drug")
        members = len(self.vocabulary.terms[node.drug].members or (node.drug,))
        if not 1 <= node.count <= members:
            drugs = "1 drug" if members == 1 else f"{members} drugs"
            raise ExpressionError(f"several_lasted({node.count}, {node.drug}, ...): there are {drugs} of '{node.drug}'")

    # comparisons ---------------------------------------------------------------------------------------------------

    def _comparison(self, node: nodes.Compare, row: RecordAtHand | None) -> None:
        left, right = self.type_of(node.left, row), self.type_of(node.right, row)
        if isinstance(left, Limit):
            raise ExpressionError("write a limit of normal on the right, as in latest(alt, window) <= 3 * uln")
        if isinstance(right, Limit):
            if not isinstance(_bare(node.left), nodes.Pick | nodes.RowValue) or not isinstance(left, Number):
                raise ExpressionError("a limit of normal belongs to a result; write latest(concept, window) before it")
            return
        if isinstance(left, Answers) and isinstance(right, Answers):
            self._answers(node, left, right)
            return
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Answers) and one.written:
                raise ExpressionError(f"{_word(other)} cannot be compared with {self._unknown(one.written)}")
        if isinstance(left, Number) and isinstance(right, Number):
            _same_dimension(left.unit, right.unit)
        elif not (isinstance(left, Day) and isinstance(right, Day)):
            raise ExpressionError(f"{_word(left)} cannot be compared with {_word(right)}")

    def _answers(self, node: nodes.Compare, left: Answers, right: Answers) -> None:
        if left.written and right.written:
            raise ExpressionError(f"neither '{left.written}' nor '{right.written}' is a concept or a definition")
        for written, known in ((right, left), (left, right)):
            if written.written and known.choices:
                _known_answer(written.written, known)
        if node.operator not in ("=", "!=") and not (left.ordered or right.ordered):
            raise ExpressionError(f"these answers have no order; '{node.operator}' does not fit, use = or in {{...}}")

    def _one_of(self, node: nodes.OneOf, row: RecordAtHand | None) -> None:
        found = self.type_of(node.value, row)
        if not isinstance(found, Answers):
            raise ExpressionError(f"{{{', '.join(node.choices)}}} cannot be compared with {_word(found)}")
        if found.written:
            raise ExpressionError(f"answers are asked of {self._unknown(found.written)}")
        for choice in node.choices:
            _known_answer(choice, found)

    def _unknown(self, name: str) -> str:
        known = (*self.vocabulary.terms, *self.vocabulary.anchors, *self.vocabulary.definitions)
        return f"'{name}', which is no concept, date or definition; {suggest(name, known)}"

    def _day(self, node: Scalar, row: RecordAtHand | None, what: str) -> None:
        found = self.type_of(node, row)
        if isinstance(found, Answers) and found.written:
            known = (*self.vocabulary.anchors, *self.vocabulary.definitions)
            raise ExpressionError(f"no day '{found.written}'; {suggest(found.written, known)}")
        if not isinstance(found, Day):
            raise ExpressionError(f"{what} asks for a day, not for {_word(found)}")

    # types -----------------------------------------------------------------------------------------------------------

    def type_of(self, node: Scalar, row: RecordAtHand | None) -> Type:
        """Give the type of a value; raises when its parts do not fit."""
        match node:
            case nodes.Pick(concept=concept, before=before):
                self._kind(concept, MEASURED, "is a result; use exists(...) for what happens")
                if before is not None:
                    self._day(before, row, "'before'")
                return self._concept(concept)
            case nodes.RowValue():
                return self._row_value(node, row)
            case nodes.RowDay(last=last):
                if row is None or (last and row.assessment):
                    word = "last_date" if last else "date"
                    raise ExpressionError(f"'{word}' stands behind 'where', for it means that of the record at hand")
                return Day()
            case nodes.RowDose(daily=daily):
                self._row_dose("dose_per_day" if daily else "dose", row)
                return Number("mg/d" if daily else "mg")
            case nodes.Setting(name=name, unit=unit):
                _readable(unit)
                if self.vocabulary.settings.get(name, "1") not in ("", "1", unit):
                    raise ExpressionError(f"setting '{name}' is in '{self.vocabulary.settings[name]}', not in '{unit}'")
                return Number(unit)
            case nodes.Amount(unit=unit):
                _readable(unit)
                return Number(unit)
            case nodes.Choice(name=name):
                return Answers((), written=name)
            case nodes.Sex():
                return Answers(("female", "male"))
            case nodes.Age(on=day):
                self._day(day, row, "age(...)")
                return Number("a")
            case nodes.DailyDose(on=day_of_dose):
                if day_of_dose is not None:
                    self._day(day_of_dose, row, "daily_dose(...)")
                return Number("mg/d")
            case nodes.TotalDose():
                return Number("mg")
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
            case nodes.Shifted(day=day):
                self._day(day, row, "'before' or 'after'")
                return Day()
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
        leaves = [self.vocabulary.terms[leaf] for leaf in self.vocabulary.leaves(concept)]
        answers = term.answers or tuple(dict.fromkeys(answer for leaf in leaves for answer in leaf.answers))
        if term.kind in HAPPENED and not answers:
            raise ExpressionError(f"records of '{concept}' hold no value; ask for date, dose or row_is(...)")
        return Answers(answers, ordered=term.kind is Kind.ORDINAL)

    def _row_value(self, node: nodes.RowValue, row: RecordAtHand | None) -> Type:
        if row is None:
            raise ExpressionError(
                f"'{node.concept or 'value'}' stands alone; write latest({node.concept or 'concept'}, window), "
                "or use it behind 'where'"
            )
        concept = node.concept or row.concepts[0]
        own = row.concepts if row.assessment else (*row.concepts, *self.vocabulary.leaves(row.concepts[0]))
        if concept not in own:
            known = ", ".join(row.concepts)
            raise ExpressionError(f"'{concept}' is not among the records gone through ({known}); list it there too")
        if node.previous and not row.assessment:
            raise ExpressionError("previous(...) goes back over assessments; use it in some(...) or at_latest(...)")
        return self._concept(concept)

    def _row_dose(self, word: str, row: RecordAtHand | None) -> None:
        if row is None or row.assessment:
            raise ExpressionError(f"'{word}' stands behind 'where' in exists(...) or every(...), or in a cap")
        self._kind(row.concepts[0], (Kind.DRUG,), "is a drug")

    def _field(self, node: nodes.InstrumentField) -> Type:
        binding = self.vocabulary.bindings[node.instrument]
        field = self.vocabulary.catalog.instruments[binding.instrument].fields[node.field]
        return Answers(field.choices) if field.choices else Number(field.unit)

    def _formula(self, node: nodes.FormulaCall, row: RecordAtHand | None) -> Type:
        formula = self.vocabulary.catalog.formulas[node.formula]
        for name, item in zip(node.names, node.inputs, strict=True):
            if name not in formula.parameters:
                way = suggest(name, formula.parameters)
                raise ExpressionError(f"formula '{node.formula}' takes no '{name}'; {way}")
            self._input(name, self.type_of(item, row), formula.parameters[name], node.formula)
        missing = [name for name in formula.parameters if name not in node.names]
        if missing:
            raise ExpressionError(f"formula '{node.formula}' also needs {', '.join(missing)}")
        if len(set(node.names)) < len(node.names):
            raise ExpressionError(f"formula '{node.formula}' is given an input twice")
        return Number(formula.result.unit)

    def _input(self, name: str, found: Type, wanted: Field, formula: str) -> None:
        if not wanted.choices:
            if not isinstance(found, Number):
                raise ExpressionError(f"'{name}' of formula '{formula}' is a number, not {_word(found)}")
            _same_dimension(wanted.unit, found.unit)
            return
        if not isinstance(found, Answers):
            raise ExpressionError(f"'{name}' of formula '{formula}' is an answer, not {_word(found)}")
        for choice in (found.written,) if found.written else found.choices:
            _known_answer(choice, Answers(wanted.choices))

    def _arithmetic(self, node: nodes.Arithmetic, row: RecordAtHand | None) -> Type:
        left, right = self.type_of(node.left, row), self.type_of(node.right, row)
        if not isinstance(left, Number) or not isinstance(right, Number):
            raise ExpressionError(f"'{node.operator}' joins numbers, not {_word(left)} and {_word(right)}")
        if node.operator in "+-":
            _same_dimension(left.unit, right.unit)
            return left
        unit = product_unit if node.operator == "*" else quotient_unit
        return Number(unit(left.unit, right.unit))

    def _change(self, node: nodes.Change, row: RecordAtHand | None) -> Type:
        earlier, later = self.type_of(node.earlier, row), self.type_of(node.later, row)
        if not isinstance(earlier, Number) or not isinstance(later, Number):
            raise ExpressionError("a change is taken between two numbers")
        _same_dimension(later.unit, earlier.unit)
        return Number("%") if node.relative else later


def _bare(node: Scalar) -> Scalar:
    while isinstance(node, nodes.NamedValue):
        node = node.meaning
    return node


def _kinded(kind: Kind) -> str:
    return f"{'an' if kind.value[0] in 'aeiou' else 'a'} {kind.value}"


def _known_answer(name: str, known: Answers) -> None:
    if known.choices and name not in known.choices:
        raise ExpressionError(f"'{name}' is not among the answers; {suggest(name, known.choices)}")


def _readable(unit: str) -> None:
    if unit not in ("", "1") and quantity.read_unit(unit) is None:
        raise ExpressionError(f"'{unit}' is no UCUM unit")


def _same_dimension(unit: str, other: str) -> None:
    """Refuse a number in `other` where one in `unit` is meant, unless a factor leads from one to the other."""
    try:
        quantity.factor(other or "1", unit or "1")
    except QuantityError:
        raise ExpressionError(
            f"a number in '{other or '1'}' cannot stand beside one in '{unit or '1'}'; write it in '{unit or '1'}'"
        ) from None


def _word(found: Type) -> str:
    match found:
        case Number(unit=unit):
            return f"a number in '{unit or '1'}'"
        case Answers(written=written, choices=choices):
            return f"'{written}'" if written else f"an answer ({_listed(choices)})"
        case Day():
            return "a day"
        case Limit():
            return "a limit of normal"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
