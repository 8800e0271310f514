"""What a result folder holds: arms, worklist, orders, one patient, remarks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from dosepath.eligibility.gaps import orders as orders_of
from dosepath.eligibility.report import Overall, ScreeningReport
from dosepath.interop.screening_csv import COLUMNS as WORKLIST_COLUMNS
from dosepath.interop.screening_csv import rows as worklist_rows
from dosepath.interop.screening_json import document
from dosepath.population import worklist as lists
from dosepath.population.facts import patient_key, read_record
from dosepath.population.overview import ArmCounts, RemarkCount, arm_counts, patients_in, remark_counts
from dosepath.population.results import Screening
from dosepath.protocol.model import GateName
from dosepath.trial.journeys import PatientScreening
from dosepath.trial.library import shipped
from dosepath.web import filters
from dosepath.web.filters import Filter, Filters, holds
from dosepath.web.jobs import Job
from dosepath.web.lists import Column, Listing, answer, json_of
from dosepath.web.refusals import AbsentError, RefusedError
from dosepath.web.views.hospital.folders import Folder, ask, folder_of
from dosepath.web.views.screening import parts
from dosepath.web.views.screening.words import order_words
from dosepath.web.waiting import waiting

GATE: Final = GateName.SCREENING
LIMITS: Final = ("50", "200", "1000")
"""How many rows of the worklist are made; the sheet of each is computed."""


def about(folder: Folder) -> dict[str, Any]:
    """Say which folder and protocol an answer is about."""
    found = folder.about
    return {
        "folder": str(folder.whole.out), "protocol": found["protocol"], "readings": found["readings"],
        "on": found["on"], "digest": folder.whole.digest, "synthetic": folder.synthetic,
    }  # fmt: skip


# Arms -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overview:
    """The folder in numbers."""

    patients: int
    arms: tuple[ArmCounts, ...]
    remarks: tuple[RemarkCount, ...]


def _overview(screening: Screening) -> Overview:
    return Overview(patients_in(screening), arm_counts(screening), remark_counts(screening))


@require_GET
def arms(request: HttpRequest, form: str = "") -> HttpResponse:
    """Show what a folder holds, and its patients by arm and outcome."""
    filters.read(request.GET, (), also=["folder"])
    folder = folder_of(request)
    found = ask(folder, ("overview",), _("Opening the result folder"), _overview, form)
    if isinstance(found, Job):
        return waiting(request, found, form)
    columns: list[Column[ArmCounts]] = [
        Column("arm", _("Arm"), lambda row: row.arm, lambda row: folder.link("hospital-worklist", arm=row.arm)),
        Column("disease_on_record", _("Disease on record"), lambda row: row.on_record, number=True),
        Column("eligible", _("eligible"), lambda row: row.eligible, number=True),
        Column(
            "undecided",
            _("undecided"),
            lambda row: row.undecided,
            lambda row: folder.link("hospital-worklist", arm=row.arm),
            number=True,
        ),
        Column(
            "not_eligible",
            _("not eligible"),
            lambda row: row.not_eligible,
            lambda row: folder.link("hospital-cost", arm=row.arm),
            number=True,
        ),
    ]
    said = {**about(folder), "patients": found.patients}
    listing = Listing(
        "arms", _("Patients with the disease on record, by arm"), columns, found.arms, len(found.arms), said
    )
    context = {
        "folder": folder,
        "overview": found,
        "patients": f"{found.patients:,}",
        "cells": f"{found.patients * len(folder.about['columns']):,}",
    }
    return answer(request, form, "hospital/arms.html", listing, context)


# Worklist ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One patient and arm: the report, its cells as the command writes them, and the labels of its orders."""

    report: ScreeningReport
    cells: Mapping[str, str | int]
    orders: frozenset[str]

    @property
    def overall(self) -> Overall:
        """The outcome."""
        return self.report.gates[GATE].overall


@dataclass(frozen=True, slots=True)
class Worklist:
    """The patients nearest to taking part, and how many are in question at all."""

    total: int
    patients: tuple[PatientScreening, ...]
    rows: tuple[Row, ...]


def _nearest(screening: Screening, arm: str, limit: int) -> Worklist:
    found = lists.nearest(screening, arm, limit)
    reports = [report for each in found for report in each.shown(GATE)]
    rows = zip(reports, worklist_rows(found, GATE), strict=True)
    return Worklist(lists.in_question(screening, arm), found, tuple(_row(report, cells) for report, cells in rows))


def _row(report: ScreeningReport, cells: Mapping[str, str | int]) -> Row:
    return Row(report, cells, frozenset(order.label for order in orders_of(report.gates[GATE], report.protocol)))


def _offered(folder: Folder) -> list[Filter]:
    return [
        Filter("arm", _("Arm"), [(arm, arm) for arm in folder.arms]),
        Filter("limit", _("At most"), [(limit, limit) for limit in LIMITS], ""),
    ]


def _asked_worklist(folder: Folder, chosen: Filters, form: str) -> Worklist | Job[Worklist]:
    arm, limit = chosen["arm"], chosen["limit"] or LIMITS[0]
    title = _("Screening those who are nearest to taking part")
    return ask(folder, ("worklist", arm, limit), title, lambda opened: _nearest(opened, arm, int(limit)), form)


TITLES: Final = {
    "patient": gettext_lazy("Patient"),
    "arm": gettext_lazy("Arm"),
    "overall": gettext_lazy("Outcome"),
    "met": gettext_lazy("met"),
    "not_met": gettext_lazy("not met"),
    "unknown": gettext_lazy("unknown"),
    "undecided": gettext_lazy("Undecided criteria"),
    "next_order": gettext_lazy("Next order"),
    "expires": gettext_lazy("Good until"),
}
"""Columns that the page shows; files have all of them, as the command writes them."""


@require_GET
def worklist(request: HttpRequest, form: str = "") -> HttpResponse:
    """List who is nearest to taking part."""
    folder = folder_of(request)
    arm, limit = _offered(folder)
    found = _asked_worklist(folder, filters.read(request.GET, [arm, limit], also=["folder", "order"]), form)
    if isinstance(found, Job):
        return waiting(request, found, form)
    labels = sorted(frozenset[str]().union(*(row.orders for row in found.rows)))
    order = Filter("order", _("Order"), [(label, order_words(label)) for label in labels])
    chosen = filters.read(request.GET, [arm, order, limit], also=["folder"])
    rows = [row for row in found.rows if not chosen["order"] or chosen["order"] in row.orders]
    columns = [Column(name, TITLES.get(name, name), _cell(name)) for name in WORKLIST_COLUMNS]
    said = {**about(folder), "filters": chosen.used, "in_question": found.total}
    listing = Listing("worklist", _("Nearest to taking part"), columns, rows, found.total, said)
    shown = [(row, folder.link("hospital-patient", patient=row.report.patient, arm=row.report.arm)) for row in rows]
    context = {"folder": folder, "filters": chosen, "rows": shown, "titles": TITLES}
    return answer(request, form, "hospital/worklist.html", listing, context)


def _cell(name: str) -> Callable[[Row], str | int]:
    return lambda row: row.cells[name]


@require_GET
def orders(request: HttpRequest, form: str = "") -> HttpResponse:
    """Add up the orders over the worklist."""
    folder = folder_of(request)
    chosen = filters.read(request.GET, _offered(folder), also=["folder"])
    found = _asked_worklist(folder, chosen, form)
    if isinstance(found, Job):
        return waiting(request, found, form)
    rows = lists.order_totals(found.patients)
    columns: list[Column[lists.OrderTotal]] = [
        Column(
            "order",
            _("Order"),
            lambda row: row.label,
            lambda row: folder.link("hospital-worklist", order=row.label, arm=chosen["arm"], limit=chosen["limit"]),
            words=lambda row: order_words(row.label),
        ),
        Column("burden", _("Effort"), lambda row: row.burden, number=True),
        Column("patients", _("Patients"), lambda row: row.patients, number=True),
        Column("settles", _("Criteria settled"), lambda row: row.settles, number=True),
    ]
    said = {**about(folder), "filters": chosen.used, "rows_of_the_worklist": len(found.rows)}
    listing = Listing(
        "orders", _("Orders over the worklist, those that settle most first"), columns, rows, len(rows), said
    )
    return answer(request, form, "hospital/orders.html", listing, {"folder": folder, "filters": chosen})


# One patient ------------------------------------------------------------------------------------------------------


def _screened(screening: Screening, identity: str, arm: str) -> PatientScreening:
    patient_key(screening.connection, screening.whole, identity)
    return lists.one(screening, read_record(screening.connection, screening.whole, identity), arm)


@require_GET
def patient(request: HttpRequest, form: str = "") -> HttpResponse:
    """Show the criteria of one patient, each with what it was decided from."""
    filters.read(request.GET, (), also=["folder", "patient", "arm"])
    folder = folder_of(request)
    identity, arm = request.GET.get("patient", ""), request.GET.get("arm", "")
    if not identity or len(identity) > filters.LONGEST or not identity.isprintable():
        raise RefusedError(_("patient: the address names no patient."), _("Choose one at the worklist."))
    if arm and arm not in folder.arms:
        raise AbsentError(_("There is no arm '%(arm)s' in this folder.") % {"arm": arm[:40]})
    title = _("Screening one patient")
    found = ask(folder, ("patient", identity, arm), title, lambda opened: _screened(opened, identity, arm), form)
    if isinstance(found, Job):
        return waiting(request, found, form)
    if form:
        protocol = found.reports[0].protocol
        return json_of({**document(protocol, GATE, [found], ()), "about": about(folder)})
    trial = folder.about["trial"]
    context = {
        "folder": folder,
        "patient": identity,
        "arm": arm,
        "sheets": [_sheet(report, trial) for report in found.shown(GATE)],
        "book": trial.upper() if trial.upper() in shipped() else "",
    }
    return render(request, "hospital/patient.html", context)


def _sheet(report: ScreeningReport, trial: str) -> dict[str, Any]:
    """Give what the templates of the screening sheet show of one arm; the tables keep no resource to open."""
    gate = report.gates[GATE]
    return {
        "report": report,
        "gate": gate,
        "items": parts.items(report, gate, None, parts.not_opened, trial),
        "checks": parts.checks(gate, report.protocol, parts.not_opened),
        "orders": parts.order_rows(gate, report.protocol),
        "expiries": parts.expiries(gate),
    }


# Remarks ----------------------------------------------------------------------------------------------------------


@require_GET
def remarks(request: HttpRequest, form: str = "") -> HttpResponse:
    """List what was not understood in the source."""
    folder = folder_of(request)
    found = ask(
        folder, ("remarks",), _("Reading the remarks"), lambda opened: remark_counts(opened, every_kind=True), form
    )
    if isinstance(found, Job):
        return waiting(request, found, form)
    kinds = sorted({each.kind for each in found})
    chosen = filters.read(
        request.GET,
        [Filter("q", _("Search")), Filter("kind", _("Kind"), [(kind, kind) for kind in kinds])],
        also=["folder"],
    )
    rows = [
        each
        for each in found
        if chosen["kind"] in ("", each.kind)
        and holds(f"{each.resource} {each.reason} {each.first}".lower(), chosen["q"])
    ]
    columns: list[Column[RemarkCount]] = [
        Column("reason", _("Reason"), lambda row: row.reason),
        Column("kind", _("Kind"), lambda row: row.kind),
        Column("resource", _("Record"), lambda row: row.resource),
        Column("count", _("How many"), lambda row: row.count, number=True),
        Column("first", _("One of them"), lambda row: row.first),
    ]
    said = {**about(folder), "filters": chosen.used}
    listing = Listing("remarks", _("What was not understood"), columns, rows, len(found), said)
    return answer(request, form, "hospital/remarks.html", listing, {"folder": folder, "filters": chosen})
