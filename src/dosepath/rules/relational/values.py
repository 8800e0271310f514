"""What the plan knows of a node: trees of SQL for its value, and for what leaves it to the one-patient evaluator."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from dosepath.rules.relational.sql import FALSE, NULL, TRUE, Tree, either, sql, unless


@dataclass(frozen=True, slots=True)
class Truthed:
    """A question to a patient or a record.

    Parameters
    ----------
    value
        TRUE, FALSE, or NULL where it is unknown.
    open
        Where it holds and `value` is NULL, the one-patient evaluator has to answer; None: nowhere.
    seen
        Whether something is on record that the question asks for; None: not told apart.
    """

    value: Tree
    open: Tree | None = None
    seen: Tree | None = None

    @property
    def left_open(self) -> Tree | None:
        """Where the one-patient evaluator has to answer; None: nowhere."""
        return None if self.open is None else sql(":o AND (:v) IS NULL", o=self.open, v=self.value)

    def with_trees(self, change: Callable[[Tree], Tree]) -> "Truthed":
        """Give the same answer with its trees replaced."""
        rest = (None if part is None else change(part) for part in (self.open, self.seen))
        return Truthed(change(self.value), *rest)


LEFT_OPEN = Truthed(NULL, TRUE)
"""A question that always goes to the one-patient evaluator."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, or the closed range in which it lies.

    Parameters
    ----------
    low, high
        Bounds as doubles; the same tree for a number that is known exactly. `low` is NULL where nothing is known,
        `high` alone where there is no upper bound.
    den
        Bound of the denominator of a number known exactly; NULL or None: not told.
    size
        Sum of the magnitudes from which the number was added up: what its rounding error is proportional to.
    unit
        UCUM unit.
    bound
        Comparator where the laboratory only gave a bound; NULL elsewhere. None: never.
    open, nothing
        Where the one-patient evaluator has to answer; where there is nothing to be known.
    """

    low: Tree
    high: Tree
    den: Tree | None = None
    size: Tree | None = None
    unit: str = ""
    bound: Tree | None = None
    open: Tree | None = None
    nothing: Tree | None = None

    def with_trees(self, change: Callable[[Tree], Tree]) -> "Number":
        """Give the same number with its trees replaced."""
        low = change(self.low)
        high = low if self.exact else change(self.high)
        den, size, bound, open_, nothing = (
            None if part is None else change(part)
            for part in (self.den, self.size, self.bound, self.open, self.nothing)
        )
        return Number(low, high, den, size, self.unit, bound, open_, nothing)

    @property
    def exact(self) -> bool:
        """Whether both bounds are one."""
        return self.low is self.high

    @property
    def magnitude(self) -> Tree:
        """What the rounding error is proportional to."""
        return sql("ABS(:v)", v=self.low) if self.size is None else self.size


@dataclass(frozen=True, slots=True)
class Word:
    """One of some answers; `order` gives the answers of an ordinal, the lowest first."""

    text: Tree
    order: tuple[str, ...] = ()
    open: Tree | None = None
    nothing: Tree | None = None

    def with_trees(self, change: Callable[[Tree], Tree]) -> "Word":
        """Give the same answer with its trees replaced."""
        rest = (None if part is None else change(part) for part in (self.open, self.nothing))
        return Word(change(self.text), self.order, *rest)


@dataclass(frozen=True, slots=True)
class Days:
    """A day, from the earliest to the latest that it may be; NULL where it is not known."""

    earliest: Tree
    latest: Tree
    open: Tree | None = None
    nothing: Tree | None = None

    def with_trees(self, change: Callable[[Tree], Tree]) -> "Days":
        """Give the same day with its trees replaced."""
        earliest = change(self.earliest)
        latest = earliest if self.latest is self.earliest else change(self.latest)
        rest = (None if part is None else change(part) for part in (self.open, self.nothing))
        return Days(earliest, latest, *rest)


Known: TypeAlias = Number | Word | Days


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of normal printed with a result: each with its denominator."""

    lln: Tree
    lln_den: Tree
    uln: Tree
    uln_den: Tree


@dataclass(frozen=True, slots=True)
class Reading:
    """A value with what others may ask of the result behind it.

    Parameters
    ----------
    known
        The value.
    seen
        Whether there is a result; None: not told apart.
    day, limits
        Its day; its limits of normal, where it is the record at hand.
    pick
        Place of the request, where it is the result that counts in a window.
    """

    known: Known
    seen: Tree | None = None
    day: "Days | None" = None
    limits: Limits | None = None
    pick: int | None = None


def negated(truth: Truthed) -> Truthed:
    """Swap true and false."""
    return Truthed(sql("NOT :v", v=truth.value), truth.open, truth.seen)


def settled(value: Tree, *opens: Tree | None, undecided: Tree | None = None, seen: Tree | None = None) -> Truthed:
    """Make an answer that is NULL where it is left open.

    Parameters
    ----------
    value
        The answer, were nothing left open.
    opens
        Where the evaluator has to answer, whatever the value.
    undecided
        Where it has to answer because the value is NULL.
    seen
        Whether something is on record.
    """
    open_ = either(*opens)
    return Truthed(unless(open_, value), either(open_, undecided), seen)


def is_true(tree: Tree | None) -> Tree:
    """Give a condition that is never NULL."""
    return FALSE if tree is None else sql("COALESCE(:t, FALSE)", t=tree)
