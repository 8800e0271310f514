"""The sheet of one patient: every criterion with its grounds, what is missing, and what if."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath import __version__
from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import GateReport, ScreeningReport
from dosepath.eligibility.screening import RECHECK_SETTING
from dosepath.eligibility.wording import fact_words
from dosepath.interop.fhir import PatientFile
from dosepath.interop.screening_json import document, number_text
from dosepath.rules.parse import suggest
from dosepath.trial.journeys import PatientScreening, suggested_arms
from dosepath.trial.library import shipped
from dosepath.trial.plan import Plan
from dosepath.trial.what_if import changes, with_facts
from dosepath.trial.worklist import decisive
from dosepath.web import filters
from dosepath.web.filters import Filter, Filters
from dosepath.web.jobs import Job
from dosepath.web.lists import Column, Listing, answer, json_of
from dosepath.web.refusals import AbsentError
from dosepath.web.views.screening import asked as asking
from dosepath.web.views.screening import cohorts, parts, trying, words
from dosepath.web.views.screening.asked import Question
from dosepath.web.views.screening.cohorts import Cohort, Patients
from dosepath.web.views.screening.parts import Item
from dosepath.web.views.screening.records import ITEM, raw
from dosepath.web.views.screening.trying import Trial
from dosepath.web.views.screening.worklist import beside
from dosepath.web.waiting import waiting
from dosepath.web.words import GATES

OPEN = "open"
"""Parameter that names the resource beside the sheet."""

OWN: Final = (OPEN, ITEM, *trying.PARAMETERS)


@dataclass(frozen=True)
class Sheet:
    """Everything about one patient and arm.

    Parameters
    ----------
    before, report
        Reports without and with what is tried; the same where nothing is.
    """

    cohort: Cohort
    patients: Patients
    question: Question
    plan: Plan
    person: PatientFile
    key: str
    arm: str
    trial: Trial
    before: ScreeningReport
    report: ScreeningReport

    @property
    def gate(self) -> GateReport:
        """Findings at the gate, with what is tried."""
        return self.report.gates[self.plan.gate]

    @property
    def gate_before(self) -> GateReport:
        """Findings at the gate, without what is tried."""
        return self.before.gates[self.plan.gate]

    @property
    def state(self) -> list[tuple[str, str]]:
        """Everything that the address says about verdicts."""
        return [*self.question.pairs, *self.trial.pairs]


@require_GET
def sheet(request: HttpRequest, cohort: str, row: str, arm: str, form: str = "") -> HttpResponse:
    """Show every criterion of one patient."""
    short = trying.settled(request)
    if short is not None:
        return short
    shown = _sheet(request, cohort, row, arm, form)
    if isinstance(shown, Job):
        return waiting(request, shown, form)
    offered = [
        Filter("q", _("Search the criteria")),
        Filter(
            "show",
            _("Criteria"),
            [
                ("open", _("unknown")),
                ("met", _("met")),
                ("not_met", _("not met")),
                ("against", _("keeping the patient out")),
                ("changed", _("changed by the what-if")),
            ],
        ),
    ]
    chosen = filters.read(request.GET, offered, (*asking.parameters(), *OWN))
    everything = parts.items(shown.report, shown.gate, shown.gate_before, _opener(shown), shipped()[0])
    left = _left(everything, chosen)
    name = f"sheet-{shown.key}-{shown.arm}"
    listing = Listing(name, _("Criteria"), COLUMNS, left, len(everything), _about(shown, chosen))
    context = {
        "sheet": shown,
        "book": shown.plan.protocol.id,
        "cohort": shown.cohort,
        "question": shown.question,
        "filters": chosen,
        "items": left,
        "gate": shown.gate,
        "gate_words": GATES[shown.plan.gate],
        "met": shown.gate.count(Verdict.MET),
        "not_met": shown.gate.count(Verdict.NOT_MET),
        "unknown": shown.gate.count(Verdict.UNKNOWN),
        "arm_label": shown.plan.protocol.file.arms[shown.arm].label,
        "arms": _arms(shown),
        "decisive": decisive(shown.report, shown.gate),
        "checks": parts.checks(shown.gate, shown.report.protocol, _opener(shown)),
        "orders": parts.order_rows(shown.gate, shown.report.protocol),
        "expiries": parts.expiries(shown.gate),
        "labels": shown.patients.labels.get(shown.person.id, ()),
        "remarks": list(shown.person.mapped.remarks),
        "grounds": _grounds(shown),
        "neighbours": _neighbours(shown),
        "worklist": reverse("screening-worklist", args=[shown.cohort.id]) + shown.question.query,
        "report": f"report.json{_tail(shown.state)}",
        "what": _what(request, shown),
        "beside": _beside(shown, request.GET.get(OPEN, ""), request.GET.get(ITEM, "")),
    }
    return answer(request, form, "screening/sheet.html", listing, context)


def _sheet(request: HttpRequest, cohort: str, row: str, arm: str, form: str) -> "Sheet | Job[Patients]":
    chosen = cohorts.find(cohort)
    question = asking.read(request.GET)
    found = cohorts.patients(chosen, form)
    if isinstance(found, Job):
        return found
    person = found.person(row)
    plan = question.plan(found)
    if arm not in plan.protocol.file.arms:
        raise AbsentError(_("There is no disease '%(arm)s'.") % {"arm": arm}, suggest(arm, plan.protocol.file.arms))
    trial = trying.read(request.GET)
    before = _judged(person, plan, arm, Trial((), {}))
    report = _judged(person, plan, arm, trial) if trial else before
    return Sheet(chosen, found, question, plan, person, row, arm, trial, before, report)


def _judged(person: PatientFile, plan: Plan, arm: str, trial: Trial) -> ScreeningReport:
    tried = plan.under(trial.readings) if trial.readings else plan
    record = with_facts(person.mapped.record, trial.facts(tried.protocol)) if trial.values else person.mapped.record
    return tried.screen(record, arm).reports[0]


def _tail(pairs: Sequence[tuple[str, str]]) -> str:
    return f"?{urlencode(pairs)}" if pairs else ""


def _opener(shown: Sheet) -> parts.Opener:
    resource = reverse("screening-resource", args=[shown.cohort.id, shown.key])

    def opened(source: str, item: str) -> tuple[str, str]:
        more = [(ITEM, item)] if item else []
        return (
            f"{_tail([*shown.state, (OPEN, source), *more])}#beside",
            f"{resource}{_tail([('source', source), *more])}",
        )

    return opened


def _left(everything: Sequence[Item], chosen: Filters) -> list[Item]:
    wanted = chosen["q"].casefold()
    tests: dict[str, Callable[[Item], bool]] = {
        "open": lambda item: _counts(item, Verdict.UNKNOWN),
        "met": lambda item: _counts(item, Verdict.MET),
        "not_met": lambda item: _counts(item, Verdict.NOT_MET),
        "against": lambda item: item.finding.against,
        "changed": lambda item: item.before is not None,
    }
    test = tests.get(chosen["show"])
    return [
        item
        for item in everything
        if (test is None or test(item))
        and (
            not wanted
            or wanted in f"{item.id} {item.finding.criterion.source.title} {item.finding.criterion.quote}".casefold()
        )
    ]


def _counts(item: Item, verdict: Verdict) -> bool:
    """Answer whether a criterion is one of those that the head of the sheet counts."""
    finding = item.finding
    return finding.leaf and finding.in_scope and not finding.pending and finding.verdict is verdict


def _arms(shown: Sheet) -> list[dict[str, Any]]:
    on_record = suggested_arms(shown.person.mapped.record, shown.plan.protocol)
    return [
        {
            "name": name,
            "label": arm.label,
            "current": name == shown.arm,
            "on_record": name in on_record,
            "href": reverse("screening-sheet", args=[shown.cohort.id, shown.key, name]) + shown.question.query,
        }
        for name, arm in shown.plan.protocol.file.arms.items()
    ]


def _neighbours(shown: Sheet) -> dict[str, Any] | None:
    """Give the rows of the worklist before and after this one, where the list is at hand."""
    found = beside(shown.cohort, shown.question, shown.key, shown.arm)
    if found is None:
        return None
    place, total, *sides = found
    links = [
        (row.patient, reverse("screening-sheet", args=[shown.cohort.id, row.key, row.arm]) + shown.question.query)
        if row
        else None
        for row in sides
    ]
    return {"place": place, "total": total, "before": links[0], "after": links[1]}


def _grounds(shown: Sheet) -> list[tuple[str, str]]:
    report, protocol = shown.report, shown.report.protocol
    settings = [f"{name}={number_text(number)}" for name, number in sorted(report.settings.items())]
    if shown.plan.recheck:
        settings.append(f"{RECHECK_SETTING}={','.join(shown.plan.recheck)}")
    dates = [f"{words.ANCHORS[name]} {day}" for name, day in report.anchors.items() if day is not None]
    complete = [str(label) for table, label in words.TABLES.items() if table in report.complete]
    chosen = [f"{key}={option}" for key, option in protocol.chosen.items()]
    return [
        (_("protocol"), f"{protocol.id}, {_('version')} {protocol.file.version}, {protocol.digest[:19]}…"),
        (_("software"), f"dosepath {__version__}"),
        (_("readings"), ", ".join(chosen) or _("all as in the file")),
        (_("settings"), ", ".join(settings)),
        (_("dates"), ", ".join(dates)),
        (_("asserted to be complete"), ", ".join(complete) or _("nothing")),
    ]


COLUMNS: Final[tuple[Column[Item], ...]] = (
    Column("criterion", "criterion", lambda item: item.id),
    Column("title", "title", lambda item: item.finding.criterion.source.title),
    Column("verdict", "verdict", lambda item: item.finding.verdict.value),
    Column("before", "before", lambda item: item.before.verdict.value if item.before else ""),
    Column("against", "against", lambda item: "yes" if item.finding.against else "no"),
    Column("pending", "pending", lambda item: "yes" if item.finding.pending else "no"),
    Column("gates", "gates", lambda item: " ".join(sorted(gate.value for gate in item.finding.criterion.gates))),
    Column(
        "values",
        "values",
        lambda item: parts.joined([f"{row.concept}: {row.value}".strip(": ") for row in item.facts]),
    ),
    Column("dates", "dates", lambda item: parts.joined([row.when for row in item.facts])),
    Column("sources", "sources", lambda item: parts.joined([row.source for row in item.facts])),
    Column(
        "grounds",
        "grounds",
        lambda item: parts.joined([*item.compared, *item.finding.evidence.notes]) if item.finding.leaf else "",
    ),
    Column("missing", "missing", lambda item: parts.joined([f"{need.label} ({need.reason})" for need in item.needs])),
    Column("alerts", "alerts", lambda item: parts.joined(item.finding.alerts)),
    Column("good_until", "good_until", lambda item: str(item.finding.expires or "")),
    Column("quote", "quote", lambda item: item.finding.criterion.quote),
    Column("lines", "lines", lambda item: " ".join(map(str, dict.fromkeys(item.finding.criterion.lines)))),
    Column("rule", "rule", lambda item: item.described["plain_words"]),
)
"""The sheet as a file."""


def _about(shown: Sheet, chosen: Filters) -> dict[str, Any]:
    protocol = shown.report.protocol
    return {
        "cohort": shown.cohort.id,
        "patient": shown.person.id,
        "arm": shown.arm,
        "on": shown.report.on.isoformat(),
        "gate": shown.plan.gate.value,
        "overall": shown.gate.overall.value,
        "what_if": [f"{name}={value}" for name, value in shown.trial.pairs],
        "protocol": {"id": protocol.id, "version": protocol.file.version, "digest": protocol.digest},
        "readings_chosen": dict(protocol.chosen),
        "filters": chosen.used,
    }


# What if ----------------------------------------------------------------------------------------------------------


def _what(request: HttpRequest, shown: Sheet) -> dict[str, Any]:
    """Give the panel of the what-if: what is tried, what it changes, and the form of one criterion."""
    protocol = shown.plan.protocol
    name = request.GET.get(trying.WHAT, "")
    if name and name not in protocol.criteria:
        raise AbsentError(_("There is no criterion '%(name)s'.") % {"name": name}, suggest(name, protocol.criteria))
    said = parts.described_for(shipped()[0], protocol).get(name, {"concepts": {}, "readings": [], "rule": ""})
    mine = [each["key"] for each in said["readings"]]
    changed = changes(shown.gate_before, shown.gate) if shown.trial else ()
    return {
        "criterion": protocol.criteria.get(name),
        "fields": trying.fields(protocol, said),
        "switches": trying.switched(protocol, shown.arm, shown.trial, mine),
        "all_switches": trying.switched(protocol, shown.arm, shown.trial),
        "day": shown.before.on.isoformat(),
        "tried": _tried(shown),
        "others": [f"{key}={option}" for key, option in shown.trial.readings.items() if not _is_of(key, mine)],
        "kept_values": [pair for pair in shown.trial.pairs if pair[0] == trying.IF],
        "changed": [
            change for change in changed if change.after.leaf or change.before.in_scope != change.after.in_scope
        ],
        "clear": f"{_tail(shown.question.pairs) or '?'}#what-if",
        "effect": _effect(shown),
    }


def _is_of(key: str, keys: Sequence[str]) -> bool:
    """Answer whether a reading that is tried is one of those of a criterion, whose form says it anew."""
    return any(each == key or each.partition("#")[0] == key for each in keys)


def _effect(shown: Sheet) -> str:
    tried = [pair for pair in shown.trial.pairs if pair[0] == trying.TRY]
    if not tried:
        return ""
    return reverse("screening-effect", args=[shown.cohort.id]) + _tail([*shown.question.pairs, *tried])


def _tried(shown: Sheet) -> list[dict[str, str]]:
    """Give each thing that is tried, with the address without it."""
    protocol = shown.report.protocol
    found = []
    for each, fact in zip(shown.trial.values, shown.trial.facts(protocol), strict=True):
        said = fact_words(fact)
        found.append(
            {
                "label": protocol.file.concepts[each.concept].label,
                "value": ", ".join([said.value, *said.limits, said.when]),
                "without": f"{shown.trial.without((trying.IF, trying.written(each)), shown.question)}#what-if",
            }
        )
    for key, option in shown.trial.readings.items():
        pair = (trying.TRY, f"{key}={option}")
        label = _("reading of %(key)s") % {"key": key}
        found.append(
            {"label": label, "value": option, "without": f"{shown.trial.without(pair, shown.question)}#what-if"}
        )
    return found


# Beside the sheet, and before it ------------------------------------------------------------------------------------


def _beside(shown: "Sheet", source: str, item: str) -> dict[str, Any] | None:
    if not source:
        return None
    return {**raw(shown.cohort, shown.person, source, item), "close": _tail(shown.state) or "?"}


@require_GET
def patient(request: HttpRequest, cohort: str, row: str) -> HttpResponse:
    """Lead to the sheet of a patient for the disease that is meant, or the first on record."""
    chosen = cohorts.find(cohort)
    question = asking.read(request.GET)
    found = cohorts.patients(chosen)
    if isinstance(found, Job):
        return waiting(request, found)
    person = found.person(row)
    plan = question.plan(found)
    on_record = suggested_arms(person.mapped.record, plan.protocol)
    arm = plan.arm_of(person.id) or (on_record or tuple(plan.protocol.file.arms))[0]
    return HttpResponseRedirect(reverse("screening-sheet", args=[cohort, row, arm]) + question.query)


@require_GET
def report(request: HttpRequest, cohort: str, row: str, arm: str) -> HttpResponse:
    """Give everything about one patient as data, as `dosepath screen --json` does."""
    shown = _sheet(request, cohort, row, arm, "json")
    if isinstance(shown, Job):
        return waiting(request, shown, "json")
    filters.read(request.GET, [], (*asking.parameters(), *OWN))
    screening = PatientScreening(shown.person.id, (shown.report,), (), asked=True)
    made = document(
        shown.report.protocol, shown.plan.gate, [screening], shown.person.mapped.remarks, shown.plan.recheck
    )
    tried = [f"{name}={value}" for name, value in shown.trial.pairs]
    return json_of({**made, "what_if": tried} if tried else made)
