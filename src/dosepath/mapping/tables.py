"""Records of the lists that a site may call complete: what one of them means for the protocol."""

from collections.abc import Iterator
from dataclasses import dataclass

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Fact, Table, Unclassified
from dosepath.mapping.dates import Stretch, read_event_day, read_period, stretch
from dosepath.mapping.index import ConceptIndex, Match
from dosepath.mapping.record import Entry, Finding, RemarkKind
from dosepath.mapping.shapes import part, plain
from dosepath.mapping.systems import Coded

NOT_SAID = "the record does not say what it is about"


@dataclass(frozen=True, slots=True)
class Background:
    """What readers need to know beyond the one resource.

    Parameters
    ----------
    index
        Concepts of the protocol.
    birth
        Date of birth, for ages.
    medications
        Medication resources by the references under which others name them.
    """

    index: ConceptIndex
    birth: PartialDate | None
    medications: dict[str, Entry]


def findings(
    entry: Entry,
    table: Table,
    coded: Coded,
    index: ConceptIndex,
    when: Stretch,
    *,
    established: bool = True,
    value: str | None = None,
) -> Iterator[Finding]:
    """Turn one record of a table into facts, or into a record that was not understood.

    Parameters
    ----------
    entry, table, coded, index
        The record, its list, what it says, and what the protocol looks for.
    when
        When it happened or lasted.
    established
        Whether it says that the thing is so, not only that it may be.
    value
        Value of the facts, such as how severe an allergy is.
    """
    match = index.match(table, coded)
    if matters(match):
        yield from _remarks(entry, when)
    shown = plain(coded.shown)
    if established:
        for concept in match.concepts:
            yield Fact(
                concept, when.period, entry.source, value=value, order=entry.order, reported=shown
            )  # fmt: skip
    yield from unclassified(entry, table, shown, match, when.period, established=established)


def matters(match: Match) -> bool:
    """Tell whether a record has anything to say to the protocol."""
    return bool(match.concepts or match.may_be or not match.understood)


def _remarks(entry: Entry, when: Stretch) -> Iterator[Finding]:
    for problem in when.problems:
        yield entry.remark(f"{problem}; it counts with that day unknown", RemarkKind.DOUBTFUL)


def unclassified(
    entry: Entry, table: Table, shown: str, match: Match, period: Period, *, established: bool = True
) -> Iterator[Finding]:
    """Say which concepts the record may mean, where it is not a plain fact."""
    may_be = match.may_be if established else match.may_be.union(match.concepts)
    anything = not match.understood and not match.concepts and not match.may_be
    if may_be or anything:
        yield Unclassified(table, entry.source, shown or NOT_SAID, may_be, anything, period)
    if anything:
        yield entry.remark(f"{NOT_SAID}: no code that we read, and no text that names anything")


def performed(entry: Entry, background: Background, *, ongoing: bool) -> Stretch:
    """Read when a procedure was performed."""
    if "performedPeriod" in entry.resource:
        return read_period(part(entry.resource, "performedPeriod"), ongoing=ongoing)
    when = read_event_day(entry.resource, "performed", background.birth)
    return stretch(when.day, when.day, ongoing=False, problems=(when.problem,) if when.problem else ())
