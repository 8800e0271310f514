"""What a report is made of: sections with paragraphs, tables and figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row names the row.

    Parameters
    ----------
    caption
        What it shows.
    columns
        Headings.
    rows
        Cells as they are shown.
    words
        Columns that hold words rather than numbers, counted from 0.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[int] = frozenset({0})

    @property
    def kind(self) -> str:
        """How the template tells it from a figure."""
        return "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its width in pixels, and what stands under it."""

    drawing: Markup
    width: int
    caption: str

    @property
    def kind(self) -> str:
        """How the template tells it from a table."""
        return "figure"


Part: TypeAlias = Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A section: paragraphs, then tables and figures, then a list.

    Parameters
    ----------
    id
        Name that the table of contents refers to.
    title
        Heading.
    paragraphs
        Plain text.
    groups
        Tables and figures; those of a group stand beside each other where there is room.
    items
        Lines of a list at the end.
    """

    id: str
    title: str
    paragraphs: Sequence[str] = ()
    groups: Sequence[Sequence[Part]] = ()
    items: Sequence[str] = ()
