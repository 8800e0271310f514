"""What an address asks of a screening: day, gate, arm, dates, readings, settings; all of it in the query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from dosepath.eligibility.screening import RECHECK_SETTING
from dosepath.protocol.model import GateName
from dosepath.trial.occasions import ANCHORS
from dosepath.trial.plan import Asked, Plan, make_plan
from dosepath.web.refusals import RefusedError
from dosepath.web.views.screening.cohorts import Patients, protocol_in_force

SETTING: Final = "set."
"""Beginning of the parameters that hold settings of the protocol."""

NONE: Final = "none"
"""Choice that leaves the file of the dates out."""

SETTLE: Final = "settle"
"""Parameter of forms whose address is to be made short: what chooses nothing is dropped."""

LONGEST: Final = 500
MOST_VALUES: Final = 100


def settings_offered() -> tuple[str, ...]:
    """Name the settings of the protocol that may be chosen: numbers, and what is judged again."""
    settings = protocol_in_force().file.settings
    return tuple(name for name, item in settings.items() if item.number is not None or name == RECHECK_SETTING)


def parameters() -> tuple[str, ...]:
    """Name the parameters that say how patients are judged."""
    return ("on", "gate", "arm", "dates", *ANCHORS, "source-complete", "reading", *map(_parameter, settings_offered()))


def _parameter(setting: str) -> str:
    return f"{SETTING}{setting}"


@dataclass(frozen=True)
class Question:
    """How patients are to be judged, as the address says it.

    Parameters
    ----------
    asked
        For the journey.
    own_dates
        Whether the file of the dates counts.
    pairs
        The parameters that say so, in the order of the form.
    """

    asked: Asked
    own_dates: bool
    pairs: tuple[tuple[str, str], ...]

    @property
    def query(self) -> str:
        """The same as the end of an address, with its question mark; empty for nothing."""
        return f"?{urlencode(self.pairs)}" if self.pairs else ""

    def with_more(self, pairs: Iterable[tuple[str, str]]) -> str:
        """Give the end of an address with more parameters."""
        together = [*self.pairs, *pairs]
        return f"?{urlencode(together)}" if together else ""

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """What an answer depends on, with the day where the day of today counts."""
        return (*sorted(self.pairs), ("today", today().isoformat()))

    def plan(self, found: Patients) -> Plan:
        """Check the question.

        Raises
        ------
        InputError
            When it does not fit the protocol.
        RefusedError
            When the file of the dates cannot be used.
        """
        if self.own_dates and found.dates_problem:
            raise RefusedError(
                found.dates_problem,
                _("Mend the file, or add dates=none to the address to judge without it."),
            )
        dates = found.dates if self.own_dates else {}
        return make_plan(protocol_in_force(), self.asked, dates, today(), str)


def today() -> date:
    """Give the day on this machine."""
    return datetime.now(UTC).astimezone().date()


def read(query: QueryDict) -> Question:
    """Read the parameters that say how patients are judged; others are left to those who know them."""
    pairs = tuple((name, value) for name in parameters() for value in _values(query, name))
    one = dict(pairs)
    many: Mapping[str, list[str]] = {
        name: [value for key, value in pairs if key == name] for name in ("source-complete", "reading")
    }
    if one.get("dates", NONE) != NONE:
        raise RefusedError(_("dates: there is no choice '%(value)s'.") % {"value": one["dates"]}, "dates=none")
    asked = Asked(
        arm=one.get("arm", ""),
        on=one.get("on", ""),
        gate=one.get("gate", GateName.SCREENING.value),
        anchors=[f"{name}={one[name]}" for name in ANCHORS if name in one],
        readings=many["reading"],
        settings=[f"{name}={one[_parameter(name)]}" for name in settings_offered() if _parameter(name) in one],
        complete=many["source-complete"],
    )
    return Question(asked, "dates" not in one, pairs)


def _values(query: QueryDict, name: str) -> list[str]:
    given = query.getlist(name)
    if len(given) > MOST_VALUES or any(len(value) > LONGEST for value in given):
        raise RefusedError(_("%(name)s: too long.") % {"name": name})
    return [value.strip() for value in dict.fromkeys(given) if value.strip()]


def settled(request: HttpRequest) -> HttpResponseRedirect | None:
    """Lead from the address that a form made to the short one, which is the one to keep."""
    if SETTLE not in request.GET:
        return None
    left = [(name, value) for name, values in request.GET.lists() for value in values if value and name != SETTLE]
    return HttpResponseRedirect(f"{request.path}?{urlencode(left)}" if left else request.path)
