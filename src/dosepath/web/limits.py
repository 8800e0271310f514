"""Limits of what is taken in."""

from typing import Final

FILE_BYTES: Final = 100 * 2**20
"""Largest file, as sent."""

REQUEST_BYTES: Final = FILE_BYTES + 2**20
"""Largest request: files and the form around them."""

DRAINED_BYTES: Final = 600 * 2**20
"""Most of a refused request that is read and thrown away, so that the browser shows the answer."""

EXPANDED_BYTES: Final = 500 * 2**20
"""Most that one upload may hold once everything is unpacked."""

MEMBERS: Final = 20_000
"""Most files in an archive."""


def megabytes(count: int) -> str:
    """Word a size.

    Examples
    --------
    >>> megabytes(100 * 2**20), megabytes(1_500_000)
    ('100', '1.4')
    """
    return f"{count / 2**20:.1f}".removesuffix(".0")
