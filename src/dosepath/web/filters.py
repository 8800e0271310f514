"""Filters of lists: read from the query of the address, shown by the component `filter_bar`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from dosepath.rules.wording import suggest
from dosepath.web.refusals import RefusedError

LONGEST = 200
"""Most characters of a value."""


PAGE: Final = "page"
"""Parameter of a list that comes page by page; another choice of a filter begins at the first."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter.

    Parameters
    ----------
    name
        Name in the query.
    label
        As the page says it.
    choices
        Values and their words; empty for free text.
    unset
        Words for no choice; None for "all". Empty: there is no such choice, and nothing chosen means the first one.
    """

    name: str
    label: str | Promise
    choices: Sequence[tuple[str, str | Promise]] = ()
    unset: str | Promise | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters with what was chosen of each; an empty text chooses nothing."""

    offered: tuple[Filter, ...]
    chosen: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """Give what was chosen."""
        return self.chosen[name]

    @property
    def used(self) -> dict[str, str]:
        """What was chosen of those filters that choose something."""
        return {name: value for name, value in self.chosen.items() if value}

    @property
    def shown(self) -> list[tuple[Filter, str]]:
        """Each filter with what was chosen."""
        return [(each, self.chosen[each.name]) for each in self.offered]


def read(query: QueryDict, offered: Iterable[Filter], also: Sequence[str] = ()) -> Filters:
    """Read filters from a query; `also` names parameters that are not filters, which stay when a filter changes.

    Raises
    ------
    RefusedError
        When a parameter is unknown, a value is none of the choices, or too long.
    """
    filters = tuple(offered)
    known = [each.name for each in filters]
    for name in query:
        if name not in known and name not in also:
            raise RefusedError(
                _("There is no parameter '%(name)s' here.") % {"name": name[:LONGEST]},
                suggest(name, [*known, *also]) if known or also else "",
            )
    return Filters(filters, {each.name: _value(query, each) for each in filters})


def _value(query: QueryDict, item: Filter) -> str:
    value = query.get(item.name, "").strip()
    if len(value) > LONGEST:
        raise RefusedError(_("%(name)s: longer than %(most)s characters.") % {"name": item.name, "most": LONGEST})
    allowed = [choice for choice, _words in item.choices]
    if value and allowed and value not in allowed:
        raise RefusedError(
            _("%(name)s: no choice '%(value)s'.") % {"name": item.name, "value": value}, suggest(value, allowed)
        )
    return value


def holds(haystack: str, words: str) -> bool:
    """Answer whether a text in small letters holds all words that are looked for."""
    return all(word in haystack for word in words.lower().split())
