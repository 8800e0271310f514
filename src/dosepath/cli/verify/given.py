"""The input of a worked case, which notes what of it was asked for: the rest is not understood."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dosepath.core.errors import InputError


class Given:
    """The input of a case.

    Examples
    --------
    >>> given = Given({"age": 60, "weight": 80})
    >>> given.get("age"), list(given.not_asked_for())
    (60, ['weight'])
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = dict(raw)
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        """Answer whether the case says something about a key, be it null; it then counts as asked for."""
        self._asked.add(key)
        return key in self._raw

    def get(self, key: str, fallback: Any = None) -> Any:
        """Give what the case says, null included; the fallback where it says nothing."""
        self._asked.add(key)
        return self._raw.get(key, fallback)

    def number(self, key: str) -> Fraction | None:
        """Give a number; None where it is null or left out.

        Raises
        ------
        InputError
            When it is no number.
        """
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise InputError(f"{key}: {value!r} is no number")
        return Fraction(value)

    def day(self, key: str) -> date | None:
        """Give a date; None where it is null or left out."""
        value = self.get(key)
        return value if value is None or isinstance(value, date) else date.fromisoformat(str(value))

    def below(self, key: str) -> "Given":
        """Give a mapping inside the input, empty where it is null or left out; ask it by its own keys.

        What is not asked for there has to be checked there, with `refuse_rest`.
        """
        value = self.get(key)
        if value is not None and not isinstance(value, dict):
            raise InputError(f"{key}: no mapping")
        return Given(value or {})

    def take(self, *keys: str) -> dict[str, Any]:
        """Give those of some keys that the case has, as they are."""
        return {key: self.get(key) for key in keys if key in self}

    def rest(self) -> dict[str, Any]:
        """Give all that was not asked for yet; it then counts as asked for."""
        found = {key: value for key, value in self._raw.items() if key not in self._asked}
        self._asked.update(found)
        return found

    def not_asked_for(self) -> Iterator[str]:
        """Give the keys that nobody asked for."""
        return (key for key in self._raw if key not in self._asked)

    def refuse_rest(self) -> None:
        """Make sure that every key was asked for.

        Raises
        ------
        InputError
            When one was not.
        """
        unknown = list(self.not_asked_for())
        if unknown:
            raise InputError(f"unknown key in the input: {', '.join(unknown)}")
