"""Forms: the investigator's judgements and the items of instruments, as QuestionnaireResponse."""

from collections.abc import Iterator
from typing import Final

from dosepath.core.days import Period
from dosepath.core.facts import Fact, Value
from dosepath.mapping.answers import Answer, read_answer, read_item
from dosepath.mapping.dates import When, read_day
from dosepath.mapping.held import Holder, held_by
from dosepath.mapping.index import ConceptIndex
from dosepath.mapping.record import Entry, Finding, RemarkKind
from dosepath.mapping.shapes import Node, parts, plain, text

FORMS_URL: Final = "https://dosepath.org/fhir/Questionnaire/"
"""Address of our own forms; the name of the form follows."""

INVESTIGATOR: Final = "investigator"

_FINISHED: Final = frozenset({"completed", "amended"})


def read_form(entry: Entry, index: ConceptIndex) -> Iterator[Finding]:
    """Read the answers of one of our own forms; other questionnaires are not asked for."""
    resource = entry.resource
    address = text(resource, "questionnaire").partition("|")[0]
    if not address.startswith(FORMS_URL):
        return
    status = text(resource, "status")
    if status == "entered-in-error":
        yield entry.ignored(status)
        return
    if status not in _FINISHED:
        yield entry.remark(f"status {plain(status) or 'missing'}: only completed and amended forms are read")
        return
    when = read_day(resource, "authored")
    if when.problem:
        yield entry.remark(f"{when.problem}; the form is left out")
        return
    if when.day is None:
        yield entry.remark("no date of authoring; the answers cannot be placed in time", RemarkKind.DOUBTFUL)
    form = address.removeprefix(FORMS_URL)
    for item in _items(parts(resource, "item")):
        name = text(item, "linkId")
        answers = parts(item, "answer")
        if not answers:
            continue  # a heading, or not answered
        if form == INVESTIGATOR:
            yield from _judgement(entry, name, answers, index, when)
        else:
            yield from _item(entry, f"{form}.{name}", answers, when)


def _items(items: list[Node]) -> Iterator[Node]:
    """Walk items in their order, with those below them and below their answers."""
    waiting = list(reversed(items))
    while waiting:
        item = waiting.pop()
        yield item
        below = [*parts(item, "item"), *(each for answer in parts(item, "answer") for each in parts(answer, "item"))]
        waiting.extend(reversed(below))


def _judgement(entry: Entry, name: str, answers: list[Node], index: ConceptIndex, when: When) -> Iterator[Finding]:
    concept = index.concepts.get(name)
    if concept is None:
        yield entry.remark(f"the protocol has no concept '{plain(name)}'")
        return
    read = list(dict.fromkeys(read_answer(concept, held_by(each, own_unit=True)) for each in answers))
    answer = read[0] if len(read) == 1 else _contradiction(read)
    yield Fact(
        concept=name,
        period=Period.at(when.day),
        source=entry.source,
        value=answer.value,
        comparator=answer.comparator,
        unusable=answer.unusable,
        absent=answer.absent,
        order=entry.order,
        time=when.time,
        reported=answer.reported,
    )
    if answer.unusable:
        yield entry.remark(f"{name}: {answer.unusable}")
    if answer.doubt:
        yield entry.remark(f"{name}: {answer.doubt}", RemarkKind.DOUBTFUL)


def _contradiction(answers: list[Answer]) -> Answer:
    reported = "; ".join(answer.reported for answer in answers)
    return Answer(unusable=f"several answers: {plain(reported)}", reported=plain(reported))


def _item(entry: Entry, name: str, answers: list[Node], when: When) -> Iterator[Finding]:
    holders = [held_by(each) for each in answers]
    values = list(dict.fromkeys(map(_value, holders)))
    value = values[0] if len(values) == 1 else None
    unusable = "" if value is not None else "several answers" if len(values) > 1 else "an answer that is not understood"
    yield Fact(
        name, Period.at(when.day), entry.source, value, unusable=unusable, order=entry.order, time=when.time
    )  # fmt: skip
    if unusable:
        yield entry.remark(f"{plain(name)}: {unusable}")


def _value(holder: Holder) -> Value | None:
    return None if holder.several else read_item(holder)
