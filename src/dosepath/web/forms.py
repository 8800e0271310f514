"""Forms of instruments as pages have them: sections and grids of questions, each with its answer and what is open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dosepath.core.instrument import Instrument, Item, ItemKind, Score
from dosepath.core.interval import Interval
from dosepath.interop.answers_text import Row, Said
from dosepath.interop.score_json import in_words, item_of, label_of, number_shown
from dosepath.interop.screening_json import number_text

MOST_RADIOS = 8
"""Choices that are shown side by side or one below the other; more become a list to open."""

SHORT = 14
"""Characters of choices that stand side by side."""

FLOWING = 28
"""Characters of choices that follow one another in a line."""

BLANK_ROWS = 2
"""Rows beyond those that are answered, so that a table grows without scripts too."""

FEWEST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: its value, what is said of it, and words that explain it."""

    value: str
    text: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One question of a row of a table, with its name in the form and its answer."""

    name: str
    question: "Question"


@dataclass(frozen=True, slots=True)
class Question:
    """One item with its answer.

    Parameters
    ----------
    item
        The item.
    name
        Its name in the form.
    said
        The answer as text; empty where it was not assessed.
    problem
        Why the answer is not used; empty where it is.
    open
        Whether it was not assessed and may change the score.
    rows
        Rows of a table, with some to fill in.
    empty
        Whether a table was answered with no row.
    """

    item: Item
    name: str
    said: str
    problem: str = ""
    open: bool = False
    rows: tuple[tuple[Cell, ...], ...] = ()
    empty: bool = False

    @property
    def key(self) -> str:
        """Name that may stand in an id of the page."""
        return _key(self.name)

    @property
    def widget(self) -> str:
        """How it is asked: `segments`, `radios`, `select`, `number`, `day` or `rows`."""
        kind = self.item.kind
        if kind is ItemKind.ROWS:
            return "rows"
        if kind is ItemKind.DAY:
            return "day"
        options = self.options
        if not options:
            return "number"
        if len(options) > MOST_RADIOS:
            return "select"
        return "segments" if all(len(each.text) <= SHORT and not each.help for each in options) else "radios"

    @property
    def flows(self) -> bool:
        """Whether choices are short enough to follow one another in a line."""
        return all(len(each.text) <= FLOWING and not each.help for each in self.options)

    @property
    def options(self) -> tuple[Option, ...]:
        """The answers to choose from; none where a number or a date is written."""
        item = self.item
        if item.kind is ItemKind.YES_OR_NO:
            return tuple(Option(value, value) for value in item.choices)
        if item.kind is ItemKind.CHOICE:
            return tuple(_option(choice, item.labels.get(choice, "")) for choice in item.choices)
        if item.kind is ItemKind.WHOLE and item.labels:
            return tuple(
                Option(str(value), str(value), item.labels.get(str(value), ""))
                for value in _values(item)
                if str(value) in item.labels
            )
        return ()

    @property
    def compact(self) -> tuple[Option, ...]:
        """The answers as a grid has them, each in one short word."""
        return tuple(Option(each.value, each.text if len(each.text) <= SHORT else each.value) for each in self.options)

    @property
    def low(self) -> str:
        """Lowest number that is allowed."""
        return "" if self.item.low is None else number_text(self.item.low)

    @property
    def high(self) -> str:
        """Highest number that is allowed."""
        return "" if self.item.high is None else number_text(self.item.high)

    @property
    def answered(self) -> bool:
        """Whether anything was said to it."""
        return bool(self.said or self.empty)

    @property
    def said_text(self) -> str:
        """The answer in words."""
        found = next((each for each in self.options if each.value == self.said), None)
        return self.said if found is None else f"{found.text}: {found.help}" if found.help else found.text


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of a grid: its label, the points beside it, and for each column a question or nothing."""

    label: str
    points: str
    cells: tuple[tuple[str, Question | None], ...]
    spans: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Questions under one heading, as a list or as a grid."""

    number: int
    heading: str
    questions: tuple[Question, ...]
    columns: tuple[str, ...] = ()
    rows: tuple[GridRow, ...] = ()

    @property
    def answered(self) -> int:
        """How many were answered."""
        return sum(each.answered for each in self.questions)

    @property
    def legend(self) -> tuple[Option, ...]:
        """What the answers of a grid mean, where all of its questions have the same ones."""
        found = {each.options for each in self.questions if each.options}
        options = next(iter(found)) if len(found) == 1 else ()
        return tuple(each for each in options if each.help)

    @property
    def all_yes_or_no(self) -> bool:
        """Whether most of it is answered with yes or no."""
        flags = [each.item.kind is ItemKind.YES_OR_NO for each in self.questions]
        return sum(flags) > 1 and sum(flags) * 2 > len(flags)


def _key(name: str) -> str:
    return name.replace(".", "-")


def _option(choice: str, label: str) -> Option:
    text = choice.replace("_", " ")
    if not label or label == text:
        return Option(choice, text)
    return Option(choice, text, label) if len(choice) <= 2 else Option(choice, label)


def _values(item: Item) -> range:
    low, high = item.low or Fraction(0), item.high or Fraction(0)
    return range(int(low), int(high) + 1)


# Sections ---------------------------------------------------------------------------------------------------------


def sections(each: Instrument, said: Said, scored: Score) -> tuple[Section, ...]:
    """Lay out a form with its answers."""
    problems = {refusal.item: refusal.reason for refusal in scored.refused}
    missing = {item_of(each, name) for name in scored.missing}
    grouped: dict[str, list[Question]] = {}
    for item in each.items.values():
        grouped.setdefault(item.place.section, []).append(_question(item, said, problems, missing))
    return tuple(_section(number, *group) for number, group in enumerate(grouped.items(), start=1))


def _question(item: Item, said: Said, problems: Mapping[str, str], missing: set[str]) -> Question:
    answer = said.get(item.id)
    if item.kind is ItemKind.ROWS:
        rows = answer if isinstance(answer, tuple) else ()
        of_rows = [f"{place}: {why}" for place, why in problems.items() if place.startswith(f"{item.id}[")]
        problem = "; ".join(filter(None, [problems.get(item.id, ""), *of_rows]))
        is_open = not rows and answer is None and item.id in missing
        return Question(item, item.id, "rows" if rows else "", problem, is_open, tuple(_rows(item, rows)), answer == ())
    text = answer if isinstance(answer, str) else ""
    return Question(item, item.id, text, problems.get(item.id, ""), not text and item.id in missing)


def _rows(item: Item, rows: Sequence[Row]) -> Iterator[tuple[Cell, ...]]:
    for number in range(1, max(FEWEST_ROWS, len(rows) + BLANK_ROWS) + 1):
        row = rows[number - 1] if number <= len(rows) else {}
        names = ((column, f"{item.id}.{number}.{column.id}") for column in item.columns)
        yield tuple(Cell(name, Question(column, name, row.get(column.id, ""))) for column, name in names)


def _section(number: int, heading: str, questions: list[Question]) -> Section:
    columns = tuple(dict.fromkeys(each.item.place.column for each in questions if each.item.place.column))
    if len(columns) < 2 or not all(each.item.place.row for each in questions):
        return Section(number, heading, tuple(questions))
    by_row: dict[str, dict[str, Question]] = {}
    for each in questions:
        by_row.setdefault(each.item.place.row, {})[each.item.place.column] = each
    rows = []
    for label, cells in by_row.items():
        first = next(iter(cells.values()))
        spans = "" in cells
        found = (("", cells[""]),) if spans else tuple((column, cells.get(column)) for column in columns)
        rows.append(GridRow(label, first.item.place.points, found, spans))
    return Section(number, heading, tuple(questions), columns, tuple(rows))


# What it gives ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a number lies in the range that the empty form leaves; in percent of it."""

    low: str
    high: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Shown:
    """One value that an instrument gives.

    Parameters
    ----------
    kind
        `exact`, `between`, `least`, `most`, `any`, `words` (several are possible) or `none` (nothing is known).
    texts
        The number or word; both ends; or the words that are possible.
    bar
        Where a number lies.
    or_not_known
        Whether a possible case does not tell the value.
    """

    name: str
    label: str
    unit: str
    decided: bool
    kind: str
    texts: tuple[str, ...]
    bar: Bar | None = None
    or_not_known: bool = False


def values(each: Instrument, scored: Score, empty: Score) -> tuple[Shown, ...]:
    """Give the values of a score; `empty` is the score of the empty form."""
    return tuple(_shown(each, scored, empty, name) for name in each.fields)


def _shown(each: Instrument, scored: Score, empty: Score, name: str) -> Shown:
    field = each.fields[name]
    found = scored.value(name)
    kind, texts = _said(scored, name)
    unit = "" if field.unit == "1" else field.unit
    bar = _bar(found, empty.value(name))
    return Shown(name, field.label, unit, scored.decided(name), kind, texts, bar, None in scored.values(name))


def _said(scored: Score, name: str) -> tuple[str, tuple[str, ...]]:
    found = scored.value(name)
    if isinstance(found, Interval):
        low, high = found.low, found.high
        if found.exact:
            return "exact", (number_shown(low),)
        if low is None and high is None:
            return "any", ()
        if low is None or high is None:
            return ("most", (number_shown(high),)) if low is None else ("least", (number_shown(low),))
        return "between", (number_shown(low), number_shown(high))
    if found is not None:
        return "exact", (found,)
    words = tuple(
        value if isinstance(value, str) else in_words(value) for value in scored.values(name) if value is not None
    )
    return ("words", words) if words else ("none", ())


def _bar(found: object, whole: object) -> Bar | None:
    if not isinstance(found, Interval) or not isinstance(whole, Interval):
        return None
    if found.low is None or found.high is None or whole.low is None or whole.high is None or whole.low == whole.high:
        return None
    size = whole.high - whole.low
    start, end = (min(Fraction(1), max(Fraction(0), (edge - whole.low) / size)) for edge in (found.low, found.high))
    return Bar(
        number_shown(whole.low), number_shown(whole.high), float(100 * start), max(1.5, float(100 * (end - start)))
    )


@dataclass(frozen=True, slots=True)
class Missing:
    """An item that may change the score: where it stands on the page, and its words."""

    key: str
    label: str


def missing(each: Instrument, scored: Score) -> tuple[Missing, ...]:
    """List what was not assessed and may change the score; a column of a table leads to the table."""
    return tuple(Missing(_key(item_of(each, name)), label_of(each, name) or name) for name in scored.missing)
