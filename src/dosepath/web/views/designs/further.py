"""Pages of the lab that ask for more than the question: outcomes, cohorts, a parameter to vary."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dosepath.core.errors import InputError
from dosepath.dosefinding.asked import Wanted, wanted
from dosepath.dosefinding.blrm import Blrm
from dosepath.dosefinding.crm import Crm
from dosepath.dosefinding.decision_table import inmost
from dosepath.dosefinding.design import Decision, Design
from dosepath.dosefinding.open_windows import read_followed
from dosepath.dosefinding.parameters import Form, Parameter, Written
from dosepath.dosefinding.pending import Held, decide_pending
from dosepath.dosefinding.recipes import closed, is_open, recipe_of
from dosepath.dosefinding.tools import Compared, by_cohorts
from dosepath.reports.summary import DesignSummary, exact_summary
from dosepath.web.jobs import Job, Progress
from dosepath.web.views.designs.fields import whole
from dosepath.web.views.designs.lab import Page, table_page
from dosepath.web.views.designs.question import MOST_DOSES, Choice, Question
from dosepath.web.views.designs.tables import Measure, listing, measure, of_designs, share_text
from dosepath.web.views.designs.work import (
    PAGE_SECONDS,
    Shown,
    closed_design,
    enumerated,
    kept,
    made,
    most_states,
)

# After some outcomes -------------------------------------------------------------------------------------------------

MOST_COHORTS_SEEN: Final = 40
"""Cohorts that are read from an outcome string."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one design says after some outcomes, or why it says nothing."""

    name: str
    held: Held | None
    problem: str
    model: bool
    choice: Choice

    @property
    def decision(self) -> Decision | None:
        """The step."""
        return None if self.held is None else self.held.decision


def after(question: Question, seconds: float) -> Page:  # noqa: ARG001 - a builder
    """Ask each design what it does after the same outcomes."""
    rows = [_said(question, choice) for choice in question.choices]
    measures: list[Measure[Said]] = [
        measure("design", _("design"), lambda row: row.name, number=False),
        measure("action", _("then"), lambda row: row.decision.action.value if row.decision else "", number=False),
        measure("level", _("dose level"), lambda row: row.decision.level if row.decision else None),
        measure("rule", _("rule"), lambda row: row.decision.rule if row.decision else row.problem, number=False),
        measure(
            "reasons", _("reasons"), lambda row: "; ".join(row.decision.reasons) if row.decision else "", number=False
        ),
        measure("source", _("source"), lambda row: str(row.decision.source) if row.decision else "", number=False),
    ]
    outcomes = question.further["outcomes"]
    what_if = [
        {
            "design": row.name,
            "dlts_at": list(each.dlts),
            "action": each.decision.action.value,
            "level": each.decision.level,
        }
        for row in rows
        for each in (row.held.what_if if row.held else ())
    ]
    found = listing(
        "after-outcomes",
        _("What each design says after these outcomes"),
        measures,
        rows,
        question,
        outcomes=outcomes,
        what_if=what_if,
    )
    return table_page("designs/next.html", found, measures, said=rows)


def _said(question: Question, choice: Choice) -> Said:
    shown = made(question, choice)
    if shown.design is None:
        return Said(shown.name, None, shown.problem, model=False, choice=choice)
    design = shown.design
    try:
        cohorts = read_followed(question.further["outcomes"], design.doses)
        if len(cohorts) > MOST_COHORTS_SEEN:
            raise InputError(
                _("%(given)s cohorts; up to %(most)s can be read") % {"given": len(cohorts), "most": MOST_COHORTS_SEEN}
            )
        if is_open(design):
            patients = [each for cohort in cohorts for each in cohort]
            held = Held(design.advise(patients, patients[-1].level if patients else design.start), ())
        else:
            held = decide_pending(closed(design, ""), cohorts)
    except InputError as error:
        return Said(shown.name, None, str(error), model=False, choice=choice)
    return Said(shown.name, held, "", model=_has_posterior(shown) and not held.what_if, choice=choice)


def _has_posterior(shown: Shown) -> bool:
    if shown.design is None or shown.opens:
        return False
    inside = inmost(closed(shown.design, ""))
    return isinstance(inside, Blrm) or (isinstance(inside, Crm) and inside.estimate == "mean")


# How many cohorts ----------------------------------------------------------------------------------------------------

MOST_COHORTS: Final = 30


@dataclass(frozen=True, slots=True)
class Size:
    """What one design does with so many cohorts."""

    cohorts: int
    most_patients: int
    found: Compared
    enough: bool


def size(question: Question, seconds: float) -> Page:
    """Enumerate one design with 1, 2, 3 ... cohorts."""
    shown = made(question, question.of)
    closed_design(shown)
    if shown.wanted is None or not shown.wanted.has("cohorts"):
        raise InputError(
            _("%(design)s ends by its own rule: it has no number of cohorts to look for") % {"design": shown.name}
        )
    chance = _share(question, "wanted")
    most = whole(question, "most", 1, MOST_COHORTS)
    asked, truth, target = shown.wanted, question.truth, question.target_rate
    key = ("sizes", asked.name, tuple(sorted(asked.texts.items())), truth, target, most)
    title = _("Looking for the number of cohorts")
    found = kept(key, title, lambda progress: _sizes(asked, truth, target, most, progress), max(seconds, PAGE_SECONDS))
    if isinstance(found, Job):
        return Page("designs/size.html", waits=found)
    answers, stopped = found
    if not answers:
        raise InputError(stopped)
    enough = next((cohorts for cohorts, _most, each in answers if each.correct >= chance), None)
    rows = [Size(cohorts, patients, each, cohorts == enough) for cohorts, patients, each in answers]
    measures: list[Measure[Size]] = [
        measure("cohorts", _("cohorts"), lambda row: row.cohorts, number=False),
        measure("at_most", _("patients at most"), lambda row: row.most_patients),
        measure(
            "patients",
            _("mean patients"),
            lambda row: float(row.found.exact.patients.sum()),
            lambda row: f"{row.found.exact.patients.sum():.2f}",
        ),
        _chance("correct", _("recommends the dose nearest to target"), "correct", "nearest"),
        _chance("too_toxic", _("recommends a dose above target"), "too_toxic", "above"),
        _chance("treated_above_target", _("patients treated above target"), "overdosed", "above"),
    ]
    caption = _("%(design)s with 1 to %(most)s cohorts") % {"design": shown.name, "most": rows[-1].cohorts}
    table = listing(
        "sample-size", caption, measures, rows, question, design=shown.name, wanted=chance, cohorts_needed=enough
    )
    return table_page(
        "designs/size.html",
        table,
        measures,
        enough=next((row for row in rows if row.enough), None),
        best=share_text(max(row.found.correct for row in rows)),
        wanted_share=share_text(chance),
        stopped=stopped,
        level=rows[0].found.correct_level,
        reached=None if enough is None else share_text(rows[enough - 1].found.correct),
    )


def _chance(key: str, title: str, name: str, tone: str) -> Measure[Any]:
    def value(row: Any) -> float:
        return float(getattr(row.found, name))

    return measure(key, title, value, lambda row: share_text(value(row)), share=True, tone=tone)


_Sizes = tuple[list[tuple[int, int, Compared]], str]
"""Cohorts, most patients, what the design does; and why it was not followed further."""


def _sizes(asked: Wanted, truth: Sequence[float], target: float, most: int, progress: Progress) -> _Sizes:
    def build(cohorts: int) -> Design:
        return closed(asked.with_text("cohorts", str(cohorts)).make(), "")

    answers: list[tuple[int, int, Compared]] = []
    try:
        for cohorts, found in by_cohorts(build, truth, target, most, most_states(build(1))):
            answers.append((cohorts, build(cohorts).most_patients, found))
            progress.say(cohorts, most)
    except InputError as error:
        return answers, str(error)
    return answers, ""


def _share(question: Question, name: str) -> float:
    try:
        found = float(question.further[name])
    except ValueError:
        found = -1.0
    if not 0 < found < 1:
        raise InputError(
            _("%(name)s '%(text)s': a probability above 0 and below 1, as 0.5")
            % {"name": name, "text": question.further[name][:20]}
        )
    return found


# One parameter varies ------------------------------------------------------------------------------------------------

MOST_VALUES: Final = 8

USUAL_VALUES: Final = {
    "variant": "V1,V2,V3,V4",
    "variance": "0.335,0.67,1.34,2.68,5.36",
    "cutoff": "0.8,0.85,0.9,0.95,0.99",
    "cohorts": "3,4,5,6,8",
    "cohort_size": "1,2,3,4",
    "target": "0.2,0.25,0.3,0.35",
    "too_low": "0.5,0.6,0.7",
    "too_high": "1.2,1.4,1.6",
    "below": "0.03,0.05,0.1",
    "above": "0.03,0.05,0.1",
    "overdose": "0.2,0.25,0.3",
    "start": "1,2",
    "tolerated": "1,2",
    "halfwidth": "0.02,0.03,0.04,0.05,0.06,0.07,0.08",
    "prior_level": "1,2,3",
}
"""Values that are tried where none are written."""

CALIBRATED: Final = (
    Parameter(
        "halfwidth",
        Form.NUMBER,
        gettext_noop("half the width of the interval of rates that a skeleton does not tell apart"),
        least=0.01,
        most=0.3,
    ),
    Parameter(
        "prior_level",
        Form.WHOLE,
        gettext_noop("dose level that a skeleton believes to have the target rate"),
        least=1,
        most=MOST_DOSES,
    ),
)
"""How a skeleton of CRM is calibrated; not a parameter of the design itself."""

_VARIES: Final = (Form.WHOLE, Form.NUMBER, Form.CHOICE, Form.YES_NO)
FIRST_TO_VARY: Final = ("variant", "cutoff", "halfwidth", "overdose")


@dataclass(frozen=True, slots=True)
class Varied:
    """One value of the parameter that varies, what the design does with it, and the skeleton that it has of it."""

    value: str
    summary: DesignSummary | None
    problem: str
    skeleton: str = ""


def sensitivity(question: Question, seconds: float) -> Page:
    """Enumerate one design with some values of one parameter."""
    shown = made(question, question.of)
    closed_design(shown)
    parameters = [
        each for each in recipe_of(question.of.name).all_parameters if each.form in _VARIES and each.name != "doses"
    ]
    if shown.wanted is not None and shown.wanted.has("skeleton"):
        parameters = [*CALIBRATED, *parameters]
    names = [each.name for each in parameters]
    chosen = question.further["vary"] or next(name for name in (*FIRST_TO_VARY, *names) if name in names)
    if chosen not in names:
        raise InputError(
            _("%(design)s has no parameter '%(name)s' that can vary") % {"design": shown.name, "name": chosen[:40]}
        )
    parameter = parameters[names.index(chosen)]
    usual = ",".join(parameter.choices) or ("yes,no" if parameter.form is Form.YES_NO else USUAL_VALUES.get(chosen, ""))
    texts = [each.strip() for each in (question.further["values"] or usual).split(",") if each.strip()]
    if len(texts) > MOST_VALUES:
        raise InputError(
            _("%(given)s values; up to %(most)s can be tried at once") % {"given": len(texts), "most": MOST_VALUES}
        )
    rows: list[Varied] = []
    waits: Job[Any] | None = None
    for text in texts:
        row = _varied(question, shown, chosen, text, max(seconds, PAGE_SECONDS / len(texts)))
        if isinstance(row, Job):
            waits = waits or row
        else:
            rows.append(row)
    answered = [each.summary for each in rows if each.summary is not None]
    measures = [measure("value", chosen, lambda row: row.name, number=False), *of_designs(question)[1:]]
    if chosen in [each.name for each in CALIBRATED]:
        skeletons = {row.value: row.skeleton for row in rows}
        measures.insert(1, measure("skeleton", "skeleton", lambda row: skeletons[row.name], number=False))
    found = listing(
        "sensitivity",
        _("%(design)s while %(parameter)s varies") % {"design": shown.name, "parameter": chosen},
        measures,
        answered,
        question,
        design=shown.name,
        parameter=chosen,
    )
    return table_page(
        "designs/sensitivity.html",
        found,
        measures,
        waits,
        parameters=parameters,
        chosen=chosen,
        chosen_what=parameter.what,
        tried=",".join(texts),
        without=[each for each in rows if each.summary is None],
    )


def _changed(question: Question, asked: Wanted, name: str, text: str) -> Wanted:
    """Write one parameter anew; what calibrates a skeleton gives the skeleton."""
    if name not in [each.name for each in CALIBRATED]:
        return wanted(asked.name, {**asked.texts, name: text})
    read = Written(CALIBRATED, {name: text})
    model = asked.texts.get("model", "")
    if name == "halfwidth":
        return asked.with_text("skeleton", question.skeleton(model, read.number(name)))
    level = read.whole(name)
    if level > question.doses:
        raise InputError(
            _("there is no dose level '%(level)s'; they are 1 to %(doses)s") % {"level": level, "doses": question.doses}
        )
    return asked.with_text("skeleton", question.skeleton(model, level=level))


def _varied(question: Question, shown: Shown, name: str, text: str, seconds: float) -> Varied | Job[Any]:
    if shown.wanted is None:
        return Varied(text, None, shown.problem)
    try:
        asked = _changed(question, shown.wanted, name, text)
        found = enumerated(asked, seconds)
        if isinstance(found, Job):
            return found
        return Varied(
            text,
            replace(exact_summary(found.characteristics(question.truth)), name=text),
            "",
            asked.texts.get("skeleton", ""),
        )
    except InputError as error:
        return Varied(text, None, str(error))
