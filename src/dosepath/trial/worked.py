"""How a score came about: the items of the form behind a verdict, opened one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

from dosepath.core.facts import Evidence, Fact, Value
from dosepath.core.instrument import Instrument, Score
from dosepath.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class WorkedItem:
    """One answer: the words of its item, or of the result that was entered, and the fact."""

    label: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class WorkedScore:
    """One assessment.

    Parameters
    ----------
    instrument
        What was scored.
    source
        The record that holds it.
    items
        Answers of the form, or results as they were entered.
    score
        Values, steps, what is missing.
    entered
        Whether results were entered and not items.
    """

    instrument: Instrument
    source: str
    items: tuple[WorkedItem, ...]
    score: Score
    entered: bool


def worked_scores(evidence: Evidence, protocol: Protocol) -> tuple[WorkedScore, ...]:
    """Open the assessments that a verdict rests on, in the order of the evidence."""
    return (*_forms(evidence, protocol), *_entered(evidence, protocol))


def _forms(evidence: Evidence, protocol: Protocol) -> Iterator[WorkedScore]:
    instruments = protocol.vocabulary.catalog.instruments
    forms: dict[tuple[str, str], dict[str, Fact]] = {}
    for fact in evidence.used:
        name, dot, item = fact.concept.partition(".")
        if dot and name in instruments and item in instruments[name].items:
            forms.setdefault((name, fact.source), {})[item] = fact
    for (name, source), facts in forms.items():
        instrument = instruments[name]
        answers = {item: fact.value for item, fact in facts.items() if fact.value is not None}
        items = tuple(WorkedItem(instrument.items[item].label, fact) for item, fact in facts.items())
        yield WorkedScore(instrument, source, items, instrument.score(answers), entered=False)


def _entered(evidence: Evidence, protocol: Protocol) -> Iterator[WorkedScore]:
    fields = {
        concept: (binding.instrument, field)
        for binding in protocol.vocabulary.bindings.values()
        for field, concept in binding.entered.items()
    }
    found: dict[tuple[str, str], dict[str, Fact]] = {}
    for fact in evidence.used:
        if fact.concept in fields and fact.value is not None:
            name, field = fields[fact.concept]
            found.setdefault((name, str(fact.period)), {})[field] = fact
    for (name, _when), facts in found.items():
        instrument = protocol.vocabulary.catalog.instruments[name]
        results: dict[str, Value] = {field: fact.value for field, fact in facts.items() if fact.value is not None}
        known = {**instrument.fields, **instrument.entries}
        items = tuple(
            WorkedItem(known[field].label if field in known else field, fact) for field, fact in facts.items()
        )
        source = next(iter(facts.values())).source
        yield WorkedScore(instrument, source, items, instrument.from_entered(results), entered=True)
