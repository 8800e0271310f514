"""What an address of the ladder asks for: the file, the day, settings and readings of a what-if; and what is found."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dosepath.demo.conduct import conduct_text
from dosepath.dosefinding.three_plus_three import VARIANTS
from dosepath.interop.ladder_text import ConductFile, read_conduct_file
from dosepath.protocol.protocol import Protocol
from dosepath.safety.dlt_rule import READINGS
from dosepath.trial.ladder.conduct import RATES, Conduct, conduct
from dosepath.trial.ladder.counting import PatientState, Standing
from dosepath.trial.ladder.history import Happening, as_of, happenings
from dosepath.trial.ladder.patients import BoardEntry
from dosepath.trial.ladder.settings import LadderSettings, LowerDose, PlannedLimit
from dosepath.trial.library import open_trial, shipped
from dosepath.web import uploads
from dosepath.web.filters import Filter, Filters, read
from dosepath.web.refusals import AbsentError, RefusedError, TooLargeError
from dosepath.web.views.ladder.words import ACTIONS, NOT_INFUSED, PLACES, STATES

TRIAL: Final = shipped()[0]
KIND: Final = "conduct"
"""Kind of the uploads."""

SUFFIXES: Final = (".yaml", ".yml", ".json")
LARGEST_BYTES: Final = 2**20
"""A conduct file beyond this is none."""

AFTER_CUT_DAYS: Final = 120
"""How far beyond the data the day can be moved."""

_DOSE = re.compile(r"dose-(-?\d{1,3})")

CHOICES: Final = (
    Filter("variant", gettext_lazy("variant of the 3+3"), [(name, name) for name in VARIANTS]),
    Filter(
        "lower_dose",
        gettext_lazy("cells that fit a lower level"),
        [("inevaluable", gettext_lazy("not evaluable")), ("actual_level", gettext_lazy("count at that level"))],
    ),
    Filter(
        "planned_limit",
        gettext_lazy("planned number"),
        [("warn", gettext_lazy("warns")), ("hard", gettext_lazy("ends dosing"))],
    ),
    Filter("backfill", gettext_lazy("backfill"), [("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))]),
)
"""Settings with choices; an empty one is that of the file."""

NUMBERS: Final[Mapping[str, str | Promise]] = {
    "stagger_1": gettext_lazy("days from the 1st to the 2nd patient"),
    "stagger_2": gettext_lazy("days from the 2nd to the 3rd patient"),
    "stagger_expansion_days": gettext_lazy("days between patients of an expansion"),
    "planned_n": gettext_lazy("planned number of patients"),
    "arm_cap_total": gettext_lazy("most places of a disease"),
    "arm_cap_per_level": gettext_lazy("most places of a disease at a level"),
}
"""Settings that are whole numbers."""

OTHERS: Final = (
    Filter("file", gettext_lazy("file")),
    Filter("on", gettext_lazy("as of")),
    Filter("rates", gettext_lazy("assumed rates of DLT")),
    Filter("review", gettext_lazy("actions that need the board")),
    *(Filter(name, label) for name, label in NUMBERS.items()),
)


STATE_CHOICES: Final = [
    *((state.value, PLACES[kind][0]) for state, kind in STATES.items()),
    (PatientState.NOT_INFUSED.value, NOT_INFUSED[0]),
]

SUBJECT_FILTERS: Final = (
    Filter("level", gettext_lazy("Level")),
    Filter("state", gettext_lazy("State"), STATE_CHOICES),
    Filter("arm", gettext_lazy("Disease")),
)


@dataclass(frozen=True, slots=True)
class Source:
    """The conduct file that is shown.

    Parameters
    ----------
    id, name, text
        Id of the upload, empty for the demonstration; name for messages; content.
    """

    id: str
    name: str
    text: str


@dataclass(frozen=True)
class Shown:
    """What an address of the ladder asks for, found.

    Parameters
    ----------
    source, file, protocol
        The file, what it holds, and the trial under the readings asked for.
    on, conduct, board
        The day, the advice on that day, and what the board had decided by then.
    chosen
        Parameters of the address that are kept from page to page.
    base
        Settings without the what-if.
    """

    source: Source
    file: ConductFile
    protocol: Protocol
    on: date
    conduct: Conduct
    board: tuple[BoardEntry, ...]
    chosen: Filters
    kept: Mapping[str, str]
    base: LadderSettings

    @property
    def cut(self) -> date:
        """Last day with data."""
        return self.file.cut or self.on

    @property
    def first(self) -> date:
        """First day that can be asked for."""
        return _days(self.file, self.cut)[0]

    @property
    def last(self) -> date:
        """Last day that can be asked for."""
        return _days(self.file, self.cut)[1]

    @property
    def query(self) -> str:
        """Query that asks for the same again, without filters of lists."""
        return self.with_("")

    def with_(self, name: str, value: str = "") -> str:
        """Give the query with one parameter changed."""
        query = QueryDict(mutable=True)
        query.update({key: text for key, text in self.kept.items() if key != name})
        if name and value:
            query[name] = value
        return query.urlencode()

    @property
    def happened(self) -> tuple[Happening, ...]:
        """All records of the file, also those after the day."""
        return happenings(self.file.found.patients, self.file.found.board)

    @property
    def what_if(self) -> list[tuple[str, str, str]]:
        """Settings that are not those of the file: name, value now, value of the file."""
        now, base = self.conduct.ladder.settings, self.base
        changed = [(each.name, getattr(now, each.name), getattr(base, each.name)) for each in fields(base)]
        return [(name, written(new), written(old)) for name, new, old in changed if new != old]

    @property
    def read_otherwise(self) -> list[tuple[str, str, str]]:
        """Readings that are not those in force: key, option now, option in force."""
        known = dict(self.protocol.readings())
        return [(key, option, known[key].in_force) for key, option in self.protocol.chosen.items()]


def written(value: Any) -> str:
    """Write the value of a setting as a person would."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, LowerDose | PlannedLimit):
        return _choice(value.value)
    if isinstance(value, tuple):
        return ", ".join(written(each) for each in value)
    if isinstance(value, frozenset):
        return ", ".join(str(ACTIONS[each]) for each in sorted(value, key=lambda each: each.value)) or "–"
    if hasattr(value, "level") and hasattr(value, "dose"):
        return f"{value.level}: {written(value.dose)}"
    return str(getattr(value, "value", value))


def _choice(value: str) -> str:
    return next((str(words) for each in CHOICES for choice, words in each.choices if choice == value), value)


def source_of(name: str) -> Source:
    """Give the conduct file of an id; the demonstration where there is none.

    Raises
    ------
    RefusedError
        When there is none of that id, or it is no text.
    """
    if not name:
        return Source("", "conduct.yaml", _demo())
    upload = uploads.find(KIND, name)
    path = upload.paths[0]
    if path.stat().st_size > LARGEST_BYTES:
        raise TooLargeError(_("A conduct file of more than 1 MB is none."), _("Send one file with one escalation."))
    try:
        return Source(name, upload.names[path.name], path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise RefusedError(
            _("%(name)s: not UTF-8 at byte %(byte)s.") % {"name": upload.names[path.name], "byte": error.start},
            _("Save it as UTF-8 and send it again."),
        ) from None


@lru_cache(maxsize=1)
def _demo() -> str:
    return conduct_text()


def asked(query: QueryDict, also: Sequence[Filter] = ()) -> Shown:
    """Read an address and find what it asks for.

    Parameters
    ----------
    query
        Of the address.
    also
        Filters of the list on the page.

    Raises
    ------
    RefusedError
        When a parameter is wrong.
    ConductFileError
        When the file is; holds every problem with its line.
    """
    doses = [name for name in query if _DOSE.fullmatch(name)]
    readings = reading_filters(open_trial(TRIAL))
    offered = (*OTHERS, *CHOICES, *readings, *(Filter(name, name) for name in doses), *also)
    chosen = read(query, offered)
    extra = {each.name for each in also if each is not SUBJECT}
    kept = {name: value for name, value in chosen.used.items() if name not in extra}
    source = source_of(chosen["file"])
    options = {READINGS[each.name]: chosen[each.name] for each in readings if chosen[each.name]}
    file, base = _file(source.text, source.name, _frozen(_settings(chosen, doses)), _frozen(options))
    protocol = _protocol(_frozen(options))
    on = _day(chosen["on"], file)
    patients, board = as_of(file.found.patients, file.found.board, on)
    unit = protocol.file.dose_levels[0].unit
    found = conduct(patients, board, file.settings, file.rule, on, unit, _rates(chosen["rates"]))
    return Shown(source, file, protocol, on, found, board, chosen, kept, base)


def reading_filters(protocol: Protocol) -> list[Filter]:
    """Give the readings of the DLT rule as choices."""
    known = dict(protocol.readings())
    return [
        Filter(name, known[key].issue, [(option, option) for option in known[key].options])
        for name, key in READINGS.items()
        if key in known
    ]


def _frozen(values: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(values.items()))


@lru_cache(maxsize=64)
def _protocol(options: tuple[tuple[str, str], ...]) -> Protocol:
    return open_trial(TRIAL).under(dict(options))


@lru_cache(maxsize=64)
def _file(
    text: str, name: str, settings: tuple[tuple[str, Any], ...], options: tuple[tuple[str, str], ...]
) -> tuple[ConductFile, LadderSettings]:
    """Read a file; the same question is answered from memory. Gives also its settings without the what-if."""
    protocol = _protocol(options)
    plain = read_conduct_file(text, name, protocol) if not settings else _file(text, name, (), options)[0]
    if not settings:
        return plain, plain.settings
    given = dict(settings)
    changed: dict[str, Any] = {key: value for key, value in given.items() if not _DOSE.fullmatch(key)}
    doses = {int(key.removeprefix("dose-")): value for key, value in given.items() if _DOSE.fullmatch(key)}
    for level in doses:
        if level not in plain.settings.levels:
            raise RefusedError(
                _("dose-%(level)s: there is no level %(level)s.") % {"level": level},
                _("The levels are %(levels)s.") % {"levels": ", ".join(map(str, plain.settings.levels))},
            )
    if doses:
        rungs = [{"level": rung.level, "dose": doses.get(rung.level, rung.dose)} for rung in plain.settings.rungs]
        changed["levels"] = rungs
    if "stagger_days" in changed:
        pairs = zip(changed["stagger_days"], plain.settings.stagger_days, strict=True)
        changed["stagger_days"] = [old if new is None else new for new, old in pairs]
    if "board_review_for" in changed:
        changed["board_review_for"] = list(changed["board_review_for"])
    return read_conduct_file(text, name, protocol, changed), plain.settings


def _settings(chosen: Filters, doses: Sequence[str]) -> dict[str, Any]:
    """Read the settings of a what-if."""
    found: dict[str, Any] = {each.name: chosen[each.name] for each in CHOICES if chosen[each.name]}
    if "backfill" in found:
        found["backfill"] = found["backfill"] == "true"
    numbers = {name: _whole(name, chosen[name]) for name in NUMBERS if chosen[name]}
    stagger = (numbers.pop("stagger_1", None), numbers.pop("stagger_2", None))
    if stagger != (None, None):
        found["stagger_days"] = stagger
    found |= numbers
    if chosen["review"]:
        found["board_review_for"] = () if chosen["review"] == "none" else tuple(chosen["review"].split(","))
    found |= {name: _dose(name, chosen[name]) for name in doses if chosen[name]}
    return found


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text):
        raise RefusedError(
            _("%(name)s: '%(value)s' is no whole number from 0.") % {"name": name, "value": text},
            _("Write digits, such as 28."),
        )
    return int(text)


def _dose(name: str, text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 < found <= 1000:
        raise RefusedError(
            _("%(name)s: '%(value)s' is no dose.") % {"name": name, "value": text},
            _("Write a number above 0, in 10*6 cells per kilogram, such as 1.5."),
        )
    return found


def _rates(text: str) -> tuple[float, ...]:
    if not text:
        return RATES
    parts = text.split(",")
    if len(parts) > 6 or not all(re.fullmatch(r"\s*(0(\.\d{1,6})?|1(\.0{1,6})?|\.\d{1,6})\s*", part) for part in parts):
        raise RefusedError(
            _("rates: '%(value)s' are no rates from 0 to 1.") % {"value": text},
            _("Write up to six, apart by commas: 0.1,0.2,0.33."),
        )
    return tuple(dict.fromkeys(float(part) for part in parts))


def _days(file: ConductFile, cut: date) -> tuple[date, date]:
    """Give the first and the last day that can be asked for."""
    return min(file.first_day or cut, cut), cut + timedelta(days=AFTER_CUT_DAYS)


def _day(text: str, file: ConductFile) -> date:
    """Read the day; that of the file where none is asked for."""
    cut = file.cut
    if cut is None:
        raise RefusedError(
            _("The file has no record with a day."), _("Add `on: YYYY-MM-DD` and patients, then send it again.")
        )
    if not text:
        return cut
    first, last = _days(file, cut)
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise RefusedError(_("on: '%(value)s' is no day.") % {"value": text}, _("Write it as YYYY-MM-DD.")) from None
    if not first <= found <= last:
        raise RefusedError(
            _("on: %(day)s is not among the days of this file.") % {"day": found},
            _("Choose a day from %(first)s to %(last)s.") % {"first": first, "last": last},
        )
    return found


SUBJECT: Final = Filter("id", gettext_lazy("Patient"))


def standing_of(shown: Shown) -> Standing:
    """Give the patient that the address names.

    Raises
    ------
    AbsentError
        When there is none of that id on that day.
    """
    name = shown.chosen["id"]
    for each in shown.conduct.advice.standings:
        if each.patient.id == name:
            return each
    raise AbsentError(
        _("There is no patient '%(name)s' on %(day)s.") % {"name": name, "day": shown.on},
        _("Choose one on the ladder, or a later day."),
    )
