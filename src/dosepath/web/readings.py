"""Readings of ambiguous texts in the query: `?reading=E03=igg&reading=I02.5.c=at_most`."""

from collections.abc import Mapping
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from dosepath.web.refusals import RefusedError

PARAMETER: Final = "reading"


def chosen_readings(query: QueryDict) -> Mapping[str, str]:
    """Read which options were chosen, by the key of the reading; `Protocol.under` checks the names.

    Raises
    ------
    RefusedError
        When one is not of the form KEY=OPTION.
    """
    found: dict[str, str] = {}
    for text in query.getlist(PARAMETER):
        key, equals, option = text.rpartition("=")
        if not equals or not key or not option:
            raise RefusedError(
                _("%(name)s: '%(value)s' names no reading.") % {"name": PARAMETER, "value": text[:200]},
                _("Write KEY=OPTION, such as E03=igg."),
            )
        found[key] = option
    return found
