"""Observations: laboratory results, vital signs, scores and judgements."""

from collections.abc import Iterator, Mapping
from typing import Final

from dosepath.core.days import Period
from dosepath.core.facts import Fact
from dosepath.core.quantity import Quantity
from dosepath.mapping.answers import Answer, read_answer, results_in
from dosepath.mapping.dates import When, read_moment
from dosepath.mapping.held import held_by
from dosepath.mapping.index import ConceptIndex, Observed
from dosepath.mapping.limits import NO_LIMITS, Limits, read_limits
from dosepath.mapping.numbers import exact, unit_of
from dosepath.mapping.record import Entry, Finding, RemarkKind
from dosepath.mapping.shapes import EMPTY, Node, part, parts, plain, text
from dosepath.mapping.systems import INTERPRETATION, LOINC, OTHER, PROJECT, Coded, read_coded
from dosepath.protocol.concept import Concept
from dosepath.rules.vocabulary import Kind

_DOES_NOT_COUNT: Final = frozenset({"entered-in-error", "cancelled"})

# HL7 v3 ObservationInterpretation. N and L say nothing about positive or negative; H does where a test is read so.
_INTERPRETATIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("POS", "DET", "H", "HH", "RR"), "positive"),
    **dict.fromkeys(("NEG", "ND", "NR"), "negative"),
    **dict.fromkeys(("IND", "E", "WR"), "indeterminate"),
}


def read_observation(entry: Entry, index: ConceptIndex) -> Iterator[Finding]:
    """Read the results that an observation and its components hold."""
    resource = entry.resource
    status = text(resource, "status")
    if status in _DOES_NOT_COUNT:
        yield entry.ignored(status)
        return
    coded = read_coded(part(resource, "code"))
    found = index.observed(coded)
    components = [(each, read_coded(part(each, "code"))) for each in parts(resource, "component")]
    held = [(each, concept) for each, code in components for concept in index.observed(code)]
    if not found and not held:
        yield from _not_found(entry, coded, index)
        return
    when = read_moment(resource)
    if when.problem:
        yield entry.remark(f"{when.problem}; the result is left out")
        return
    if when.day is None:
        yield entry.remark("no date; the result cannot be placed in time", RemarkKind.DOUBTFUL)
    for observed in found:
        yield from _read(entry, resource, observed, index, when, components)
    for component, observed in held:
        if observed.by_name or index.in_panel(observed.concept, coded):
            yield from _read(entry, component, observed, index, when, [])
        else:
            label = index.concepts[observed.concept].label
            yield entry.remark(f"a component holds {label}, but the panel is none in which the protocol looks for it")


def _not_found(entry: Entry, coded: Coded, index: ConceptIndex) -> Iterator[Finding]:
    if not coded.codes and not coded.texts:
        yield entry.remark("nothing says what was observed")
    for code in coded.of(PROJECT):
        yield entry.remark(f"the protocol has no concept '{plain(code)}'")
    if not coded.of(LOINC) and not coded.of(PROJECT):
        may_be = [index.concepts[concept].label for concept in index.hinted(coded)]
        if may_be:
            yield entry.remark(
                f"'{plain(coded.shown)}' has no LOINC code and is not read; it may be {' or '.join(may_be)}"
            )


def _read(
    entry: Entry,
    node: Node,
    observed: Observed,
    index: ConceptIndex,
    when: When,
    components: list[tuple[Node, Coded]],
) -> Iterator[Finding]:
    concept = index.concepts[observed.concept]
    if concept.requires_zero and not observed.by_name:
        obstacle = _not_zero(concept, components)
        if obstacle:
            yield entry.remark(f"not used as {concept.label}: {obstacle}")
            return
    answer = _answer(concept, node, observed)
    limits = NO_LIMITS
    if concept.kind is Kind.QUANTITY and isinstance(answer.value, Quantity):
        limits = read_limits(concept, node, unit_of(part(node, "valueQuantity")))
    yield _fact(entry, observed.concept, when, answer, limits)
    if answer.unusable:
        yield entry.remark(f"{concept.label}: {answer.unusable}")
    for doubt in (answer.doubt, f"{concept.label}: {limits.problem}" if limits.problem else ""):
        if doubt:
            yield entry.remark(doubt, RemarkKind.DOUBTFUL)


def _fact(entry: Entry, concept: str, when: When, answer: Answer, limits: Limits) -> Fact:
    return Fact(
        concept=concept,
        period=Period.at(when.day),
        source=entry.source,
        value=answer.value,
        comparator=answer.comparator,
        lln=limits.lln,
        uln=limits.uln,
        unusable=answer.unusable,
        absent=answer.absent,
        order=entry.order,
        time=when.time,
        reported=answer.reported,
    )


def _answer(concept: Concept, node: Node, observed: Observed) -> Answer:
    if node.get("dataAbsentReason") is not None:
        reason = plain(read_coded(part(node, "dataAbsentReason")).shown) or "no reason given"
        return Answer(absent=f"no value: {reason}")
    answer = read_answer(concept, held_by(node, own_unit=observed.by_name))
    return _interpreted(answer, node) if concept.kind is Kind.RESULT else answer


def _interpreted(answer: Answer, node: Node) -> Answer:
    """Let the interpretation of the laboratory go before the value."""
    said = interpretations(node)
    if not said:
        return answer
    reported = answer.reported or plain("; ".join(read_coded(each).shown for each in parts(node, "interpretation")))
    if len(said) > 1:
        return Answer(unusable="interpretations contradict each other", reported=reported)
    result = said.pop()
    if result == "indeterminate":
        return Answer(unusable="indeterminate", reported=reported)
    doubt = ""
    if isinstance(answer.value, str) and answer.value != result:
        doubt = f"the interpretation says {result}, the value {answer.value}; the interpretation counts"
    return Answer(result, reported=reported, doubt=doubt)


def interpretations(node: Node) -> set[str]:
    """Give what the interpretation says about a test: positive, negative, indeterminate; empty for anything else."""
    said: set[str] = set()
    for coded in map(read_coded, parts(node, "interpretation")):
        codes = {code for system, code in coded.codes if system in {INTERPRETATION, OTHER}}
        by_code = {_INTERPRETATIONS[code] for code in codes if code in _INTERPRETATIONS}
        said |= by_code or ({*results_in(coded)} if not codes else set())
    return said


def _not_zero(concept: Concept, components: list[tuple[Node, Coded]]) -> str:
    """Say why the companion value, such as the flow of inhaled oxygen, is not known to be zero; empty when it is."""
    companion = next((node for node, coded in components if concept.requires_zero in coded.of(LOINC)), EMPTY)
    if companion is EMPTY:
        return f"no component {concept.requires_zero} says that it was taken so"
    quantity = part(companion, "valueQuantity")
    number = exact(quantity.get("value"))
    if number is None:
        return f"component {concept.requires_zero} has no number"
    if number != 0 or text(quantity, "comparator"):
        return f"component {concept.requires_zero} is not zero"
    return ""
