"""The exception tree.

::

    DosepathError            what the user can mend; shown without a traceback
    ├── ProtocolError        a protocol file that cannot be used; holds every problem found
    ├── ExpressionError      a rule that cannot be read or does not fit its concepts
    ├── QuantityError        a number or a unit that cannot be read or converted
    └── InputError           a file or an option of the command line
"""

from collections.abc import Sequence
from dataclasses import dataclass


class DosepathError(Exception):
    """Base of all errors that name a place, what is wrong, and the way out."""


class QuantityError(DosepathError, ValueError):
    """A number or a unit that cannot be read or converted."""


class InputError(DosepathError):
    """A file, a folder or an option that cannot be used."""


class ExpressionError(DosepathError):
    """A rule that cannot be read or does not fit its concepts.

    Parameters
    ----------
    message
        What is wrong and the way out.
    column
        Place in the text of the rule, counted from 1; 0 when the whole rule is meant.
    """

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a protocol file."""

    line: int
    where: str
    message: str

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message}"


class ProtocolError(DosepathError):
    """A protocol file that cannot be used, with all its problems in the order of their lines."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(f"{name}:{problem.line}: {problem}" for problem in self.problems))
