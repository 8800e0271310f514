"""Forms: whether items of an instrument are on record, so that a score may follow from them."""

from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from dosepath.rules.relational.compiler import Answers, Compiler, Flags, Step, families
from dosepath.rules.relational.sql import Part, Tree, constants, either, facts_of, sql

FORMS: Final = "forms"


@dataclass(frozen=True, slots=True)
class FormRequest:
    """Whether items of an instrument are on record."""

    level: int
    instrument: str
    flags: Flags


def has_form(compiler: Compiler, instrument: str) -> Tree | None:
    """Ask whether items of a form are on record; None for an instrument without items."""
    if not compiler.vocabulary.catalog.instruments[instrument].items:
        return None
    known: list[FormRequest] = compiler.requests.setdefault(FORMS, [])
    for request in known:
        if request.instrument == instrument:
            return request.flags.test(1)
    known.append(FormRequest(0, instrument, compiler.flags(0, 1)))
    return known[-1].flags.test(1)


def has_scoring_form(compiler: Compiler, concept: str) -> Tree | None:
    """Answer whether items of a form are on record that give results of the concept as well."""
    names = [
        binding.instrument for binding in compiler.vocabulary.bindings.values() if concept in binding.entered.values()
    ]
    return either(*(has_form(compiler, name) for name in names))


def _answers(compiler: Compiler, level: int) -> Answers:
    """Find the patients with items of forms on record."""
    known: list[FormRequest] = [item for item in compiler.requests.get(FORMS, []) if item.level == level]
    if not known:
        return Answers()
    rows: list[tuple[Part, ...]] = []
    for request in known:
        word, shift = compiler.flag_of(request.flags)
        items = compiler.vocabulary.catalog.instruments[request.instrument].items
        rows.extend((f"{request.instrument}.{item}", word, 1 << shift) for item in items)
    chosen = exp.select("f.patient", "r.word", sql("CAST(r.mask AS BIGINT) AS mask"))
    query = facts_of(chosen, constants("r", ("concept", "word", "mask"), rows))
    return Answers((Step(f"forms_{level}", query),), flags=(f"forms_{level}",))


families.append(_answers)
