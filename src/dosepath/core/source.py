"""Where a rule, a number or a reading comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """A publication, or a page and its lines.

    Parameters
    ----------
    text
        Authors, year, journal; or the name of the page.
    doi
        Digital object identifier without the resolver; empty when there is none or it was not checked.
    """

    text: str
    doi: str = ""

    def __str__(self) -> str:
        return f"{self.text} doi:{self.doi}" if self.doi else self.text
