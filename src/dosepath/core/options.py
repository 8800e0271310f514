"""Options that are written as text, on a command line or in an address."""

from collections.abc import Iterable

from dosepath.core.errors import InputError


def pairs(options: Iterable[str], name: str) -> dict[str, str]:
    """Read options of the form KEY=VALUE.

    Raises
    ------
    InputError
        When one has no `=`.
    """
    found: dict[str, str] = {}
    for option in options:
        key, equals, value = option.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise InputError(f"{name} {option}: write {name} KEY=VALUE")
        found[key.strip()] = value.strip()
    return found
