"""The three answers to a question about a patient, and their logic (Kleene's strong tables)."""

from collections.abc import Iterable
from enum import Enum
from typing import NoReturn


class Verdict(Enum):
    """MET, NOT_MET or UNKNOWN; it has no truth value.

    Examples
    --------
    >>> all_of([Verdict.MET, Verdict.UNKNOWN])
    <Verdict.UNKNOWN: 'unknown'>
    >>> any_of([Verdict.MET, Verdict.UNKNOWN])
    <Verdict.MET: 'met'>
    """

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict has three answers and no truth value; compare it with `is Verdict.MET`")

    @property
    def decided(self) -> bool:
        """Whether the answer is MET or NOT_MET."""
        return self is not Verdict.UNKNOWN


def verdict_of(truth: bool) -> Verdict:
    """Turn a plain two-valued answer into a verdict."""
    return Verdict.MET if truth else Verdict.NOT_MET


def negate(verdict: Verdict) -> Verdict:
    """Swap MET and NOT_MET; UNKNOWN stays."""
    match verdict:
        case Verdict.MET:
            return Verdict.NOT_MET
        case Verdict.NOT_MET:
            return Verdict.MET
        case Verdict.UNKNOWN:
            return Verdict.UNKNOWN


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Combine verdicts with Kleene's strong "and"; of none at all: MET."""
    seen = set(verdicts)
    if Verdict.NOT_MET in seen:
        return Verdict.NOT_MET
    return Verdict.UNKNOWN if Verdict.UNKNOWN in seen else Verdict.MET


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Combine verdicts with Kleene's strong "or"; of none at all: NOT_MET."""
    return negate(all_of(negate(verdict) for verdict in verdicts))


def at_least(count: int, verdicts: Iterable[Verdict]) -> Verdict:
    """Answer whether at least `count` of the verdicts are MET.

    Examples
    --------
    >>> at_least(2, [Verdict.MET, Verdict.MET, Verdict.UNKNOWN])
    <Verdict.MET: 'met'>
    >>> at_least(2, [Verdict.MET, Verdict.UNKNOWN, Verdict.NOT_MET])
    <Verdict.UNKNOWN: 'unknown'>
    """
    seen = list(verdicts)
    met = seen.count(Verdict.MET)
    if met >= count:
        return Verdict.MET
    return Verdict.UNKNOWN if met + seen.count(Verdict.UNKNOWN) >= count else Verdict.NOT_MET


def agreed(verdicts: Iterable[Verdict]) -> Verdict:
    """Answer what all possible cases answer alike, else UNKNOWN; of no case at all: UNKNOWN."""
    seen = set(verdicts)
    return seen.pop() if len(seen) == 1 else Verdict.UNKNOWN
