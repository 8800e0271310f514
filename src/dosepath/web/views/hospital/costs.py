"""What criteria cost in patients: exact shares, the way down the list, and another limit; as tables and plots."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.population.attrition import EVERYBODY, ON_RECORD, ArmCost, arm_cost
from dosepath.population.cost import ItemCost, Step
from dosepath.population.results import Screening
from dosepath.population.what_if import Curve, Point, curve, slidable
from dosepath.reports.plots.screening import curve_of, waterfall_of
from dosepath.trial.library import open_trial
from dosepath.web import filters
from dosepath.web.filters import Filter, Filters
from dosepath.web.jobs import Job
from dosepath.web.lists import Column, Listing, answer, file_of
from dosepath.web.plots import FILES, figure, written
from dosepath.web.refusals import RefusedError
from dosepath.web.views.hospital.folders import Folder, ask, folder_of
from dosepath.web.views.hospital.results import about
from dosepath.web.waiting import waiting

MOST_STEPS: Final = 60
MOST_DIGITS: Final = 12


def _read(request: HttpRequest, folder: Folder, more: Sequence[Filter] = ()) -> Filters:
    bases = [(ON_RECORD, _("patients with the disease on record")), (EVERYBODY, _("all patients"))]
    offered = [
        Filter("arm", _("Arm"), [(arm, arm) for arm in folder.arms], ""),
        Filter("base", _("Among"), bases, ""),
        *more,
    ]
    return filters.read(request.GET, offered, also=["folder"])


def _arm(folder: Folder, chosen: Filters) -> str:
    return chosen["arm"] or folder.arms[0]


def _base(chosen: Filters) -> str:
    return chosen["base"] or ON_RECORD


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of the criteria of an arm, and which of them have a limit to slide."""

    found: ArmCost
    limits: tuple[str, ...]


def _asked_cost(folder: Folder, chosen: Filters, form: str) -> Costs | Job[Costs]:
    arm, base = _arm(folder, chosen), _base(chosen)

    def count(opened: Screening) -> Costs:
        return Costs(arm_cost(opened, arm, base), slidable(opened, arm))

    return ask(folder, ("cost", arm, base), _("Counting what each criterion costs"), count, form)


def _titles(folder: Folder) -> dict[str, str]:
    protocol = open_trial(folder.about["trial"])
    return {identity: item.source.title for identity, item in protocol.criteria.items()}


def _words(number: Fraction) -> str:
    return f"{float(number):.1f}"


# Shares -----------------------------------------------------------------------------------------------------------


@require_GET
def cost(request: HttpRequest, form: str = "") -> HttpResponse:
    """Give the exact share of each criterion in those who are lost."""
    folder = folder_of(request)
    shown = [("some", _("criteria that cost somebody")), ("all", _("all criteria"))]
    chosen = _read(request, folder, [Filter("show", _("Which"), shown, "")])
    asked = _asked_cost(folder, chosen, form)
    if isinstance(asked, Job):
        return waiting(request, asked, form)
    found = asked.found
    titles = _titles(folder)
    ranked = sorted(found.items, key=lambda item: (-item.share, -item.most, item.item))
    rows = [item for item in ranked if chosen["show"] == "all" or item.failed or item.only_open]
    most = max((float(item.most) for item in found.items), default=0.0) or 1.0

    def link(item: ItemCost) -> str:
        return folder.link("hospital-threshold", arm=found.arm, base=chosen["base"], criterion=item.item)

    columns: list[Column[ItemCost]] = [
        Column("criterion", _("Criterion"), lambda row: row.item),
        Column("title", _("Title"), lambda row: titles.get(row.item, "")),
        Column("share", _("Share of the lost"), lambda row: float(row.share), number=True),
        Column("least", _("at least"), lambda row: float(row.least), number=True),
        Column("most", _("at most"), lambda row: float(row.most), number=True),
        Column("failed", _("fail"), lambda row: row.failed, number=True),
        Column("unknown", _("unknown"), lambda row: row.unknown, number=True),
        Column("fail_only_this", _("fail only this"), lambda row: row.only_this, number=True),
        Column("fail_only_this_decided", _("and nothing unknown"), lambda row: row.only_this_decided, number=True),
        Column("open_only_this", _("open only this"), lambda row: row.only_open, number=True),
    ]
    said = {**about(folder), **_counts(found), "filters": chosen.used}
    listing = Listing("cost", _("What each criterion costs, in patients"), columns, rows, len(found.items), said)
    shares = [
        {
            "item": item,
            "title": titles.get(item.item, ""),
            "link": link(item) if item.item in asked.limits else "",
            "share": _words(item.share),
            "least": _words(item.least),
            "most": _words(item.most),
            "bar": (100 * float(item.least) / most, 100 * float(item.share) / most),
            "width": 100 * float(item.most - item.least) / most,
        }
        for item in rows
    ]
    context = {"folder": folder, "filters": chosen, "found": found, "shares": shares, "arm": found.arm}
    return answer(request, form, "hospital/cost.html", listing, context)


def _counts(found: ArmCost) -> dict[str, object]:
    return {
        "arm": found.arm, "among": found.base, "patients": found.patients, "lost": found.lost,
        "undecided": found.undecided, "eligible": found.eligible, "dead": found.dead,
    }  # fmt: skip


# The way down the list --------------------------------------------------------------------------------------------


@require_GET
def steps(request: HttpRequest, form: str = "") -> HttpResponse:
    """Go down the list of criteria, and show who is lost where."""
    folder = folder_of(request)
    chosen = _read(request, folder)
    asked = _asked_cost(folder, chosen, form)
    if isinstance(asked, Job):
        return waiting(request, asked, form)
    found = asked.found
    titles = _titles(folder)
    columns: list[Column[Step]] = [
        Column("criterion", _("Criterion"), lambda row: row.item),
        Column("title", _("Title"), lambda row: titles.get(row.item, "")),
        Column("lost", _("lost here"), lambda row: row.lost, number=True),
        Column("possible", _("still possible"), lambda row: row.possible, number=True),
        Column("sure", _("sure so far"), lambda row: row.sure, number=True),
    ]
    said = {**about(folder), **_counts(found), "filters": chosen.used}
    listing = Listing(
        "waterfall", _("Down the list in the order of the text"), columns, found.steps, len(found.steps), said
    )
    drawn = None
    if not form and found.lost:
        caption = _("Who is left after each criterion, %(arm)s") % {"arm": found.arm}
        drawn = figure(waterfall_of(found), "waterfall", caption, _downloads("waterfall", request))
    context = {"folder": folder, "filters": chosen, "found": found, "plot": drawn, "arm": found.arm}
    return answer(request, form, "hospital/waterfall.html", listing, context)


def _downloads(plot: str, request: HttpRequest) -> tuple[tuple[str, str], ...]:
    query = urlencode(list(request.GET.items()))
    return tuple((suffix.upper(), f"{reverse('hospital-plot', args=[plot, suffix])}?{query}") for suffix in FILES)


# Another limit ----------------------------------------------------------------------------------------------------


@require_GET
def threshold(request: HttpRequest, form: str = "") -> HttpResponse:
    """Slide the limit of one criterion, and count who would pass."""
    folder = folder_of(request)
    arm = _arm(folder, _read_any(request, folder))
    known = ask(folder, ("limits", arm), _("Opening the result folder"), lambda opened: slidable(opened, arm), form)
    if isinstance(known, Job):
        return waiting(request, known, form)
    titles = _titles(folder)
    choices = [(item, f"{item} {titles.get(item, '')}") for item in known]
    chosen = _read(request, folder, [Filter("criterion", _("Criterion"), choices, _("choose")), *_range()])
    found = _curve(folder, chosen, form, titles) if chosen["criterion"] else None
    if isinstance(found, Job):
        return waiting(request, found, form)
    points: Sequence[Point] = found.points if found else ()
    unit = found.unit if found else ""
    columns: list[Column[Point]] = [
        Column("limit", _("Limit, %(unit)s") % {"unit": unit or "1"}, lambda row: row.limit, number=True),
        Column("eligible", _("eligible"), lambda row: row.eligible, number=True),
        Column("possible", _("still possible"), lambda row: row.possible, number=True),
        Column("in_force", _("In force"), lambda row: "*" if row.in_force else ""),
    ]
    said = {**about(folder), "filters": chosen.used, "unit": unit, "rule": found.rule if found else ""}
    listing = Listing("threshold", _("Patients by the limit"), columns, points, len(points), said)
    drawn = None
    if found and not form and found.patients:
        caption = _("Patients who are still possible, by the limit of %(criterion)s") % {"criterion": found.criterion}
        drawn = figure(curve_of(found), "curve", caption, _downloads("threshold", request))
    context = {
        "folder": folder,
        "filters": chosen,
        "curve": found,
        "plot": drawn,
        "arm": arm,
        "title": titles.get(chosen["criterion"], ""),
        "half": bool(chosen["low"]) != bool(chosen["high"]),
    }
    return answer(request, form, "hospital/threshold.html", listing, context)


def _read_any(request: HttpRequest, folder: Folder) -> Filters:
    """Read what is asked of a limit, before it is known which criteria have one."""
    return _read(request, folder, [Filter("criterion", _("Criterion")), *_range()])


def _range() -> list[Filter]:
    return [Filter("low", _("From")), Filter("high", _("To")), Filter("steps", _("Steps"))]


def _curve(folder: Folder, chosen: Filters, form: str, titles: dict[str, str]) -> Curve | Job[Curve]:
    arm, base, criterion = _arm(folder, chosen), _base(chosen), chosen["criterion"]
    limits = _limits(chosen)
    key = ("curve", arm, base, criterion, tuple(map(str, limits)))
    title = _("Judging %(criterion)s at other limits") % {"criterion": f"{criterion} {titles.get(criterion, '')}"}
    return ask(folder, key, title, lambda opened: curve(opened, arm, criterion, base, limits), form)


def _limits(chosen: Filters) -> tuple[Fraction, ...]:
    """Read the range of limits; without both of its ends it is left to the journey."""
    if not (chosen["low"] and chosen["high"]):
        return ()
    low, high = (_number(chosen, name) for name in ("low", "high"))
    steps_text = chosen["steps"] or "20"
    whole = steps_text.isascii() and steps_text.isdigit() and len(steps_text) <= len(str(MOST_STEPS))
    if not whole or not 1 <= int(steps_text) <= MOST_STEPS:
        raise RefusedError(
            _("steps: '%(value)s' is not a whole number from 1 to %(most)s.")
            % {"value": steps_text, "most": MOST_STEPS}
        )
    if low >= high:
        raise RefusedError(_("low: must be below high."), _("Give the range from the lower limit to the higher one."))
    count = int(steps_text)
    return tuple(low + (high - low) * step / count for step in range(count + 1))


def _number(chosen: Filters, name: str) -> Fraction:
    text = chosen[name]
    plain = text.removeprefix("-").replace(".", "", 1)
    if not plain.isdecimal() or not plain.isascii() or len(plain) > MOST_DIGITS:
        raise RefusedError(
            _("%(name)s: '%(value)s' is not a number.") % {"name": name, "value": text},
            _("Give both ends of the range, such as 0.5 and 2."),
        )
    return Fraction(text)


# Files of plots ---------------------------------------------------------------------------------------------------


@require_GET
def plot_file(request: HttpRequest, plot: str, suffix: str) -> HttpResponse:
    """Give a plot as a file."""
    if suffix not in FILES or plot not in ("waterfall", "threshold"):
        raise Http404
    folder = folder_of(request)
    found: Costs | Curve | Job[Costs] | Job[Curve]
    if plot == "waterfall":
        found = _asked_cost(folder, _read(request, folder), suffix)
    else:
        found = _curve(folder, _read_any(request, folder), suffix, {})
    if isinstance(found, Job):
        return waiting(request, found, suffix)
    chart = waterfall_of(found.found) if isinstance(found, Costs) else curve_of(found)
    return file_of(written(chart, suffix), f"{plot}.{suffix}", FILES[suffix][1])
