"""Parameters of designs as people write them: what may be written, and the value that it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from math import inf, isfinite

from dosepath.core.errors import InputError
from dosepath.rules.wording import suggest


class Form(Enum):
    """What a parameter looks like; forms and help texts are drawn from it."""

    WHOLE = "whole number"
    NUMBER = "number"
    NUMBERS = "numbers apart by commas"
    CHOICE = "one of some words"
    YES_NO = "yes or no"
    TEXT = "text"
    TABLE = "decision table, CSV"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a design.

    Parameters
    ----------
    name
        As it is written.
    form
        What may be written.
    what
        What it means, in a few words.
    default
        What holds where nothing is written; empty where there is no such thing.
    least, most
        Bounds of a number, included.
    choices
        The words that may be written.
    """

    name: str
    form: Form
    what: str
    default: str = ""
    least: float = -inf
    most: float = inf
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The parameters of one design, as written, read on demand.

    Parameters
    ----------
    parameters
        Those that the design has.
    texts
        What was written, by name; what is left out or empty takes its default.

    Raises
    ------
    InputError
        When the design has no such parameter, or a text cannot be read; the message names the parameter.

    Examples
    --------
    >>> cohorts = Parameter("cohorts", Form.WHOLE, "most cohorts", "10", least=1)
    >>> Written((cohorts,), {}).whole("cohorts"), Written((cohorts,), {"cohorts": "4"}).whole("cohorts")
    (10, 4)
    """

    parameters: tuple[Parameter, ...]
    texts: Mapping[str, str]

    def __post_init__(self) -> None:
        known = [each.name for each in self.parameters]
        for name in self.texts:
            if name not in known:
                raise InputError(f"there is no parameter '{name}'; {suggest(name, known)}")

    def _parameter(self, name: str) -> Parameter:
        return next(each for each in self.parameters if each.name == name)

    def text(self, name: str) -> str:
        """Give what is written, or the default; empty where there is neither."""
        written: str = self.texts.get(name, "").strip()
        return written or self._parameter(name).default

    def __contains__(self, name: str) -> bool:
        return any(each.name == name for each in self.parameters)

    def has(self, name: str) -> bool:
        """Answer whether something is written, or holds by default."""
        return bool(self.text(name))

    def whole(self, name: str) -> int:
        """Read a whole number."""
        try:
            found = int(self.text(name))
        except ValueError:
            raise self._unreadable(name) from None
        return int(self._bounded(name, found))

    def number(self, name: str) -> float:
        """Read a number."""
        return self._number(name, self.text(name))

    def numbers(self, name: str, count: int | None = None) -> tuple[float, ...]:
        """Read numbers apart by commas; so many where a count is given."""
        found = tuple(self._number(name, part) for part in self.text(name).split(","))
        if count is not None and len(found) != count:
            raise InputError(f"{name}: {count} numbers apart by commas, '{self.text(name)}' has {len(found)}")
        return found

    def yes(self, name: str) -> bool:
        """Read yes or no."""
        match self.text(name).lower():
            case "yes":
                return True
            case "no":
                return False
        raise self._unreadable(name)

    def choice(self, name: str) -> str:
        """Read one of the words."""
        text, choices = self.text(name), self._parameter(name).choices
        if text not in choices:
            raise InputError(f"no {name} '{text}'; {suggest(text, choices)}")
        return text

    def _number(self, name: str, text: str) -> float:
        try:
            found = float(text)
        except ValueError:
            raise self._unreadable(name) from None
        if not isfinite(found):
            raise self._unreadable(name)
        return self._bounded(name, found)

    def _bounded(self, name: str, found: float) -> float:
        asked = self._parameter(name)
        if not asked.least <= found <= asked.most:
            raise InputError(f"{name} {found:g}: {_range(asked)}")
        return found

    def _unreadable(self, name: str) -> InputError:
        asked = self._parameter(name)
        text = self.text(name)
        return InputError(f"{name} '{text}': write {_wanted(asked)}" if text else f"{name} is needed: {asked.what}")


def _wanted(asked: Parameter) -> str:
    if asked.form is Form.NUMBERS:
        return "numbers as in 0.1,0.25,0.4"
    return f"{'' if asked.form is Form.YES_NO else 'a '}{asked.form.value}"


def _range(asked: Parameter) -> str:
    if asked.most == inf:
        return f"at least {asked.least:g}"
    if asked.least == -inf:
        return f"at most {asked.most:g}"
    return f"from {asked.least:g} to {asked.most:g}"
