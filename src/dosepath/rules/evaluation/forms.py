"""Forms of instruments: the items answered on one day, and the results that follow from them.

An item on record is a fact of the concept `instrument.item`. The results of a form stand in the history of the
concepts in which such results may also be entered, so that a rule about earlier assessments sees both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Comparator, Fact, PatientRecord, Value
from dosepath.core.instrument import FieldValue, Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.rules.vocabulary import Binding, Vocabulary


@dataclass(frozen=True, slots=True)
class Form:
    """The items of one instrument answered on one form.

    Parameters
    ----------
    source, day, order
        The form, its day, its place in the source.
    facts
        Items on record.
    cases
        Values of the instrument that the answers leave possible.
    """

    source: str
    day: PartialDate | None
    order: int
    facts: tuple[Fact, ...]
    cases: Score


class Forms:
    """All forms of one patient, scored once."""

    def __init__(self, record: PatientRecord, vocabulary: Vocabulary) -> None:
        self.record = record
        self.vocabulary = vocabulary
        self._known: dict[str, tuple[Form, ...]] = {}

    def of(self, name: str) -> tuple[Form, ...]:
        """Give the forms of an instrument by the name that rules use, in the order of the source."""
        if name not in self._known:
            self._known[name] = tuple(self._scored(self.vocabulary.bindings[name]))
        return self._known[name]

    def _scored(self, binding: Binding) -> Iterator[Form]:
        instrument = self.vocabulary.catalog.instruments[binding.instrument]
        by_source: dict[str, dict[str, Fact]] = {}
        for item in instrument.items:
            for fact in self.record.of(f"{binding.instrument}.{item}"):
                by_source.setdefault(fact.source, {})[item] = fact
        for source, facts in sorted(by_source.items(), key=lambda form: min(fact.order for fact in form[1].values())):
            answers: dict[str, Value] = {item: fact.value for item, fact in facts.items() if fact.value is not None}
            first = next(iter(facts.values()))
            yield Form(source, first.day, first.order, tuple(facts.values()), instrument.score(answers))

    @cached_property
    def _fed(self) -> Mapping[str, tuple[str, str]]:
        """Concepts in which results may be entered: the name of the instrument and of its field."""
        return {
            concept: (name, field)
            for name, binding in self.vocabulary.bindings.items()
            for field, concept in binding.entered.items()
        }

    def results(self, concept: str) -> tuple[Fact, ...]:
        """Give the results of forms that stand for entered results of a concept."""
        if concept not in self._fed:
            return ()
        name, field = self._fed[concept]
        known = self.vocabulary.catalog.instruments[self.vocabulary.bindings[name].instrument].fields.get(field)
        unit = known.unit if known is not None else ""
        results = (_result(form, concept, field, unit or "1") for form in self.of(name))
        return tuple(fact for fact in results if fact is not None)


def _result(form: Form, concept: str, field: str, unit: str) -> Fact | None:
    """Give the value of a field on which all cases agree; of a number at least its lower bound.

    A form that leaves the value open still is the latest assessment; a form that never gives it is none.
    """
    found = [case.get(field) for case in form.cases.possible]
    values = [value for value in found if value is not None]
    if not values:
        return None
    value, comparator = _agreed(values, unit) if len(values) == len(found) else (None, None)
    return Fact(
        concept,
        Period.at(form.day),
        form.source,
        value,
        comparator,
        unusable="" if value is not None else "the items of the form leave it open",
        order=form.order,
        reported="" if value is None else f"{comparator or ''}{value} from items",
    )


def _agreed(values: list[FieldValue], unit: str) -> tuple[Value | None, Comparator | None]:
    numbers = [value for value in values if isinstance(value, Interval)]
    if len(numbers) == len(values):
        whole = numbers[0]
        for number in numbers[1:]:
            whole = whole.hull(number)
        if whole.low is None:
            return None, None
        return Quantity(whole.low, unit), None if whole.exact else ">="
    words = {value for value in values if isinstance(value, str)}
    if len(words) > 1 or numbers:
        return None, None
    word = words.pop()
    return (word == "true" if word in ("true", "false") else word), None
