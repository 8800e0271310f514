"""Days and windows as SQL: anchors, days before and after them, days of results."""

from dataclasses import dataclass

from dosepath.core.days import TimeUnit
from dosepath.rules import nodes
from dosepath.rules.relational.compiler import Compiler, NoRelationalFormError, anchor_column, value_of
from dosepath.rules.relational.sql import FIRST_DAY, LAST_DAY, NO_DAY, Tree, column, columns_of, either, sql, unless
from dosepath.rules.relational.values import Days, Reading


@value_of(nodes.Anchor)
def _anchor(compiler: Compiler, node: nodes.Anchor) -> Reading:
    tree = column(anchor_column(node.name))
    return Reading(Days(tree, tree))


@value_of(nodes.Shifted)
def _shifted(compiler: Compiler, node: nodes.Shifted) -> Reading:
    found = days(compiler, node.day)
    count = span(compiler, node.span)
    if count is None:
        return Reading(Days(NO_DAY, NO_DAY, found.open, found.nothing))
    first = moved(found.earliest, count, node.direction)
    last = first if found.latest is found.earliest else moved(found.latest, count, node.direction)
    return Reading(Days(first, last, found.open, found.nothing))


@dataclass(frozen=True, slots=True)
class Count:
    """A stretch of calendar time whose setting is known."""

    count: int
    unit: TimeUnit


def span(compiler: Compiler, node: nodes.SpanOf) -> Count | None:
    """Find a stretch of time; None when its setting is not set."""
    if isinstance(node.count, int):
        return Count(node.count, node.unit)
    number = compiler.settings.get(node.count)
    return None if number is None else Count(int(number), node.unit)


def moved(day: Tree, count: Count, direction: int = 1) -> Tree:
    """Move a day; the ends of the calendar, which stand for "always" and "never", stay where they are."""
    unit = "MONTH" if count.unit in (TimeUnit.MONTH, TimeUnit.YEAR) else "DAY"
    factor = {TimeUnit.WEEK: 7, TimeUnit.YEAR: 12}.get(count.unit, 1)
    step = f"INTERVAL {count.count * factor} {unit}"
    sign = "-" if direction < 0 else "+"
    return sql(
        f"CASE WHEN :d > DATE '0200-01-01' AND :d < DATE '9800-01-01' THEN CAST(:d {sign} {step} AS DATE) ELSE :d END",
        d=day,
    )


@value_of(nodes.DayOf)
def _day_of(compiler: Compiler, node: nodes.DayOf) -> Reading:
    reading = compiler.reading(node.pick)
    if reading.day is None:
        raise NoRelationalFormError("the day of what is no single result")
    return Reading(reading.day)


def days(compiler: Compiler, node: nodes.Scalar) -> Days:
    """Compile a day."""
    found = compiler.value(node)
    if not isinstance(found, Days):
        raise NoRelationalFormError("a day is expected")
    return found


# Windows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bounds:
    """The columns that hold the first and the last day of a window; there is none where either is NULL.

    `open` holds where the one-patient evaluator has to answer: a bound is known in part only.
    """

    start: str
    end: str
    open: Tree | None = None

    @property
    def absent(self) -> Tree:
        """Whether there is no window."""
        return sql(":s IS NULL OR :e IS NULL", s=self.start, e=self.end)


def window(compiler: Compiler, node: nodes.WindowOf, before: Days | None = None) -> Bounds:
    """Compile the days of a window, those before a day alone where one is given."""
    if compiler.record is not None and any(isinstance(item, nodes.RowDay) for item in _below(node)):
        raise NoRelationalFormError("a window around the record at hand")
    start = Days(FIRST_DAY, FIRST_DAY) if node.start is None else days(compiler, node.start)
    end = Days(LAST_DAY, LAST_DAY) if node.end is None else days(compiler, node.end)
    first, last = exactly(start), exactly(end)
    opens = [start.open, end.open, partly(start), partly(end)]
    if before is not None:
        # LEAST passes over NULL, and a window without an end is none.
        last = sql(
            "CASE WHEN :b > DATE '0001-01-01' AND :l IS NOT NULL THEN LEAST(:l, CAST(:b - INTERVAL 1 DAY AS DATE)) END",
            l=last,
            b=exactly(before),
        )
        opens.extend((before.open, partly(before)))
    open_ = either(*opens)
    return Bounds(_column(compiler, first), _column(compiler, last), open_)


def _column(compiler: Compiler, tree: Tree) -> str:
    """Give a bound a column; a day that is the same for all patients gets one as well."""
    if not columns_of(tree):
        tree = sql("CASE WHEN on_day IS NOT NULL THEN :t END", t=tree)
    return compiler.named(tree).name


def _below(node: nodes.Node) -> list[nodes.Node]:
    found: list[nodes.Node] = []
    for child in node.children():
        found.append(child)
        found.extend(_below(child))
    return found


def by_anchors(node: nodes.WindowOf) -> bool:
    """Answer whether a window hangs on dates of the trial alone, so that no fact is looked at to find it."""
    return all(isinstance(item, nodes.Anchor | nodes.Shifted | nodes.SpanOf) for item in _below(node))


def exactly(known: Days) -> Tree:
    """Give a day where it is known to the day; NULL elsewhere."""
    if known.earliest is known.latest:
        return unless(known.open, known.earliest)
    return sql("CASE WHEN :e = :l THEN :e END", e=known.earliest, l=known.latest)


def partly(known: Days) -> Tree | None:
    """Answer whether a day is known in part only."""
    if known.earliest is known.latest:
        return None
    return sql("COALESCE(:e <> :l, FALSE)", e=known.earliest, l=known.latest)


def not_after(first: Days, second: Days) -> Tree:
    """Answer whether the first day is on or before the second; NULL when partial days leave it open."""
    if first.earliest is first.latest and second.earliest is second.latest:
        return sql(":a <= :b", a=first.latest, b=second.earliest)
    return sql(
        "CASE WHEN :al <= :be THEN TRUE WHEN :ae > :bl THEN FALSE END",
        al=first.latest,
        be=second.earliest,
        ae=first.earliest,
        bl=second.latest,
    )
