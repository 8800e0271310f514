"""Protocols -> the registry page as the protocol quotes it: numbered sentences, each with what was drawn from it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from dosepath.protocol.model import Criterion
from dosepath.protocol.protocol import Protocol


class PagePart(Enum):
    """Part of the page, in its order."""

    DESIGN = "design"
    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"
    ARMS = "arms"
    OUTCOMES = "outcomes"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One piece of the page.

    Parameters
    ----------
    text
        Quoted from the page; empty for a line that is a number and nothing else.
    lines
        Lines of the page, first and last.
    part
        Where on the page it stands.
    criteria
        Criteria drawn from it: the one that quotes it, and those below which quote nothing of their own.
    clause, arm, objective
        Ids of what else was drawn from it; empty where it was not.
    heading
        Whether it is a heading from which nothing is drawn.
    number
        Place among the sentences, from 1.
    """

    text: str
    lines: tuple[int, ...]
    part: PagePart
    criteria: tuple[str, ...] = ()
    clause: str = ""
    arm: str = ""
    objective: str = ""
    heading: bool = False
    number: int = 0


def sentences(protocol: Protocol) -> tuple[Sentence, ...]:
    """Give the sentences in the order of the page; within a line, in the order of the file, a heading last."""
    found = sorted(_pieces(protocol), key=lambda piece: (piece.lines[0], piece.heading))
    return tuple(replace(piece, number=number) for number, piece in enumerate(found, start=1))


def _pieces(protocol: Protocol) -> Iterator[Sentence]:
    file = protocol.file
    for objective in file.objectives:
        part = PagePart.OUTCOMES if objective.level == "primary" else PagePart.DESIGN
        yield Sentence(objective.text, objective.lines, part, objective=objective.id)
    first_exclusion = min((min(each.lines) for each in file.criteria if _excludes(each) and each.lines), default=0)
    for heading in file.headings:
        # a heading stands right above what it heads
        below = PagePart.EXCLUSION if first_exclusion and heading.line >= first_exclusion - 1 else PagePart.INCLUSION
        yield Sentence(heading.text, (heading.line,), below, heading=True)
    for criterion in file.criteria:
        yield from _quoted(criterion, PagePart.EXCLUSION if _excludes(criterion) else PagePart.INCLUSION)
    for name, arm in file.arms.items():
        yield Sentence(arm.registry_label, arm.lines, PagePart.ARMS, arm=name)
    for clause in file.dlt.clauses:
        yield Sentence(clause.text, clause.lines, PagePart.OUTCOMES, clause=clause.id)


def _excludes(criterion: Criterion) -> bool:
    return criterion.id.startswith("E")


def _quoted(criterion: Criterion, part: PagePart) -> Iterator[Sentence]:
    if criterion.text:
        yield Sentence(criterion.text, criterion.lines, part, criteria=tuple(_drawn(criterion)))
    for child in criterion.children:
        yield from _quoted(child, part)


def _drawn(criterion: Criterion) -> Iterator[str]:
    yield criterion.id
    for child in criterion.children:
        if not child.text:
            yield from _drawn(child)
