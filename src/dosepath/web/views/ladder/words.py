"""Words of the ladder in the language of the page.

The layers below word their sentences in English. `said` finds the sentence among those that they have and gives it in
the language of the page; what it does not know stays English.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from django.utils.translation import get_language, gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dosepath.dosefinding.design import Action
from dosepath.safety.dlt_finding import ExitReason, Ground
from dosepath.safety.dlt_rule import EventType, Relatedness
from dosepath.trial.ladder.advice import FLAG_WORDS
from dosepath.trial.ladder.counting import PatientState
from dosepath.trial.ladder.history import What
from dosepath.trial.ladder.patients import BoardDecision, ProductStatus
from dosepath.trial.ladder.places import LevelState, Lock, PlaceKind
from dosepath.web.words import Words

PLACES: Final[Mapping[PlaceKind, tuple[Words, str, str]]] = {
    PlaceKind.NO_DLT: (_("completed without DLT"), "yes", "good"),
    PlaceKind.PENDING: (_("observing"), "wait", "open"),
    PlaceKind.DLT: (_("DLT"), "no", "bad"),
    PlaceKind.INEVALUABLE: (_("not evaluable, replaced"), "info", "plain"),
    PlaceKind.HELD: (_("slot held"), "info", "plain"),
    PlaceKind.OPEN: (_("open slot"), "plus", "good"),
    PlaceKind.LOCKED: (_("locked"), "lock", "plain"),
}
"""Word, icon and tone of what stands on a place."""

STATES: Final[Mapping[PatientState, PlaceKind]] = {
    PatientState.DLT: PlaceKind.DLT,
    PatientState.NO_DLT: PlaceKind.NO_DLT,
    PatientState.PENDING: PlaceKind.PENDING,
    PatientState.INEVALUABLE: PlaceKind.INEVALUABLE,
}

NOT_INFUSED: Final[tuple[Words, str, str]] = (_("not infused"), "info", "plain")

LOCKS: Final[Mapping[Lock, Words]] = {
    Lock.REVIEW: _("until the board has decided"),
    Lock.HOLD: _("the board holds dosing"),
    Lock.UNSET: _("the dose is not set"),
    Lock.PENDING: _("until pending patients are settled"),
    Lock.NOT_REACHED: _("until the level below is cleared"),
    Lock.RULED_OUT: _("the level is ruled out"),
    Lock.ENDED: _("the escalation has ended"),
    Lock.PLANNED: _("the planned number is reached"),
}

LEVELS: Final[Mapping[LevelState, tuple[Words, str, str]]] = {
    LevelState.CURRENT: (_("current level"), "wait", "open"),
    LevelState.NEXT: (_("next level"), "wait", "open"),
    LevelState.CLEARED: (_("cleared"), "yes", "good"),
    LevelState.RULED_OUT: (_("ruled out"), "no", "bad"),
    LevelState.NOT_REACHED: (_("not reached"), "lock", "plain"),
    LevelState.OPEN: (_("not cleared yet"), "open", "open"),
    LevelState.ACCEPTED: (_("the level recommended"), "yes", "good"),
}

ACTIONS: Final[Mapping[Action, Words]] = {
    Action.ESCALATE: pgettext_lazy("ladder", "escalate"),
    Action.STAY: pgettext_lazy("ladder", "stay"),
    Action.EXPAND: pgettext_lazy("ladder", "expand"),
    Action.DE_ESCALATE: pgettext_lazy("ladder", "de-escalate"),
    Action.STOP: pgettext_lazy("ladder", "stop"),
    Action.WAIT: pgettext_lazy("ladder", "wait"),
    Action.COMPLETE: pgettext_lazy("ladder", "end with a level"),
}

WITH_LEVEL: Final[Mapping[Action, Words]] = {
    Action.ESCALATE: _("escalate to level %(level)s"),
    Action.STAY: _("stay at level %(level)s"),
    Action.EXPAND: _("expand level %(level)s to six"),
    Action.DE_ESCALATE: _("go down to level %(level)s"),
    Action.STOP: _("stop"),
    Action.WAIT: _("wait at level %(level)s"),
    Action.COMPLETE: _("end with level %(level)s"),
}

LABELS: Final[Mapping[str, Words]] = {
    "mtd_found": _("the maximum tolerated dose was found"),
    "mtd_not_reached": _("the maximum tolerated dose was not reached"),
    "no_tolerable_dose": _("no dose is tolerable"),
}

DECISIONS: Final[Mapping[BoardDecision, Words]] = {
    BoardDecision.ESCALATE: pgettext_lazy("ladder", "escalate"),
    BoardDecision.EXPAND: pgettext_lazy("ladder", "expand"),
    BoardDecision.DE_ESCALATE: pgettext_lazy("ladder", "de-escalate"),
    BoardDecision.CONTINUE: pgettext_lazy("ladder", "continue"),
    BoardDecision.HOLD: pgettext_lazy("ladder", "hold"),
    BoardDecision.RESUME: pgettext_lazy("ladder", "resume"),
    BoardDecision.STOP: pgettext_lazy("ladder", "stop"),
}

HAPPENED: Final[Mapping[What, Words]] = {
    "consent": _("consent"),
    "reserved": _("slot given"),
    "apheresis": _("apheresis"),
    "released": _("product released"),
    "lymphodepletion": _("lymphodepletion"),
    "infusion": _("infusion"),
    "grade": _("grade of an event"),
    "closing_visit": _("closing visit"),
    "exit": _("left"),
    "board": _("board"),
}

PRODUCTS: Final[Mapping[ProductStatus, Words]] = {
    ProductStatus.IN_SPEC: _("within specification"),
    ProductStatus.OUT_OF_SPEC: _("outside specification"),
    ProductStatus.FAILED: _("failed"),
    ProductStatus.PENDING: _("not released"),
}

EXITS: Final[Mapping[ExitReason, Words]] = {
    ExitReason.WITHDRAWAL: _("withdrawal"),
    ExitReason.LOST: _("lost to follow-up"),
    ExitReason.DEATH: _("death"),
}

EVENTS: Final[Mapping[EventType, Words]] = {
    EventType.GVHD: _("graft-versus-host disease"),
    EventType.CRS: _("cytokine release syndrome (CRS)"),
    EventType.ICANS: _("neurotoxicity (ICANS)"),
    EventType.AE: _("adverse event"),
}

RELATED: Final[Mapping[Relatedness, Words]] = {
    Relatedness.RELATED: _("yes"),
    Relatedness.NOT_RELATED: _("no"),
    Relatedness.UNKNOWN: _("unknown"),
}

GROUNDS: Final[Mapping[Ground, Words]] = {
    Ground.MET: _("the clause is met"),
    Ground.RUNS_ON: _("at the grade, and the clock runs"),
    Ground.CLOCK_NOT_STARTED: _("at the grade, and its clock has not started"),
    Ground.GRADE_MISSING: _("waits for a grade that was not given"),
    Ground.RELATEDNESS_MISSING: _("waits for a judgement: related to the product?"),
    Ground.BELOW_GRADE: _("never at the grade so far"),
    Ground.TOO_SHORT: _("back below the grade in time"),
    Ground.OUTSIDE_WINDOW: _("began outside the window"),
    Ground.NOT_RELATED: _("judged not related to the product"),
    Ground.PART_OF_SYNDROME: _("a sign of a syndrome, which is judged itself"),
    Ground.EXEMPT: _("exempt under the reading in force"),
}

SETTINGS: Final[Mapping[str, Words]] = {
    "levels": _("doses of the levels"),
    "start_level": _("first level"),
    "variant": _("variant of the 3+3"),
    "stagger_days": _("days from the first to the second, and from the second to the third patient of a level"),
    "stagger_expansion_days": _("days between infusions of an expansion"),
    "dose_tolerance": _("least and most cells given, as a fraction of those planned"),
    "lower_dose": _("where a patient counts whose cells fit a lower level"),
    "board_review_for": _("actions that need the board"),
    "arms": _("diseases that share the ladder"),
    "arm_cap_total": _("most places of one disease on the ladder"),
    "arm_cap_per_level": _("most places of one disease at one level"),
    "planned_n": _("planned number of patients"),
    "planned_limit": _("what the planned number is"),
    "backfill": _("patients added at cleared lower levels"),
}

SENTENCES: Final = (
    # the rule of the ladder
    gettext_noop("the first three are infused"),
    gettext_noop("the expansion to 6 goes on"),
    gettext_noop("the cohort is full and somebody is pending"),
    gettext_noop("two cohorts are open at a time; the lower one is settled first"),
    gettext_noop("late data reopened a lower level; the board says whether to go on"),
    gettext_noop("the dose below the one ruled out is filled to %(places)s"),
    gettext_noop("%(dlts)s of 3 at the dose below the one ruled out: three more"),
    gettext_noop("level %(level)s: %(dlts)s DLT in %(evaluable)s evaluable, %(pending)s pending"),
    gettext_noop("level %(level)s: %(dlts)s DLT in %(evaluable)s evaluable"),
    gettext_noop("patients were infused at level %(level)s"),
    gettext_noop("certain since %(day)s"),
    gettext_noop("ruled out on %(day)s"),
    gettext_noop("the board ended the trial"),
    gettext_noop("the board holds dosing"),
    gettext_noop("entry 'stop' of the board"),
    gettext_noop("the dose of level %(level)s is not set"),
    gettext_noop("the planned number is reached; more patients need an amendment"),
    gettext_noop("without that: %(action)s at level %(level)s (%(rule)s)"),
    # the 3+3 on finished cohorts
    gettext_noop("1 of 3: three more at this dose"),
    gettext_noop("the highest dose is accepted on 6 patients"),
    gettext_noop("the highest dose is tolerated; the MTD was not reached"),
    gettext_noop("2 of 6 are tolerated and end the escalation"),
    gettext_noop("0 of 3, or at most 1 of 6: the next dose"),
    gettext_noop("too many DLTs at the lowest dose: no dose is tolerable"),
    gettext_noop("the dose below the one ruled out is the MTD"),
    # the earliest infusion
    gettext_noop("nobody is counted at level %(level)s: no gap"),
    gettext_noop("%(gap)s days between patient %(one)s and %(next)s of a level, the latest infused on %(day)s: over"),
    gettext_noop("%(gap)s days between patient %(one)s and %(next)s of a level, the latest infused on %(day)s"),
    gettext_noop("%(gap)s days between patients of an expansion, the latest infused on %(day)s: over"),
    gettext_noop("%(gap)s days between patients of an expansion, the latest infused on %(day)s"),
    # flags
    gettext_noop("the action is not in force before the board has decided it"),
    gettext_noop("the board decided before the data were final; it has to decide again"),
    gettext_noop("the dose of the level is not set; nobody can be infused there"),
    gettext_noop("late data changed a level that was left behind; the board says whether to go on"),
    gettext_noop("a lower level has pending patients while a higher one was opened"),
    gettext_noop("the cohort would pass the planned number of patients"),
    gettext_noop("the planned number of patients has been infused"),
    gettext_noop("more slots are held than the cohort has places"),
    gettext_noop("slots are open and candidates wait, but their arms are at their caps"),
    gettext_noop("slots are held at a level where nobody will be infused"),
    gettext_noop("a product outside its specification was infused; it counts like any other"),
    gettext_noop("a patient counts at the level of the cells received, not at the one assigned"),
    gettext_noop("DLT after a dose outside the tolerance; it counts"),
    gettext_noop("an event that could have been a DLT began after the window; show the committee"),
    gettext_noop("no closing visit; the window closed with its last possible day"),
    gettext_noop("an event was undecided when the patient left; show the committee"),
    gettext_noop("the verdict waits for a judgement of relatedness"),
    gettext_noop("the verdict waits for a grade that was not given; raise a query"),
    gettext_noop("the cells given are not on record; nobody can be evaluable without"),
    gettext_noop("a date known in part was read as the earliest start and the latest end"),
    gettext_noop("GvHD after an autologous product: ask for another explanation"),
    gettext_noop("the text of the clauses names no fatal event; see the reading in force"),
    gettext_noop("lymphopenia and the like are expected after this treatment; the text does not exempt them"),
    gettext_noop("an event was graded by another scale than the protocol names"),
    # questions
    gettext_noop("was the death related to the product?"),
    gettext_noop("%(term)s: related to the product?"),
    gettext_noop("%(term)s: which grade?"),
    # the trace
    gettext_noop("Did the board end the trial?"),
    gettext_noop("Is a level ruled out?"),
    gettext_noop("Are the levels below the highest one tried cleared?"),
    gettext_noop("Is the cohort full?"),
    gettext_noop("What does the rule say?"),
    gettext_noop("Does the board hold dosing?"),
    gettext_noop("Is the dose of the level set?"),
    gettext_noop("Is the planned number reached?"),
    gettext_noop("Does the action need a decision of the board?"),
    gettext_noop("From when may the next patient be infused?"),
    gettext_noop("How many places may be given now?"),
    gettext_noop("yes"),
    gettext_noop("no"),
    gettext_noop("reached"),
    gettext_noop("would be passed"),
    gettext_noop("yes, and somebody is pending"),
    gettext_noop("yes, and all are final"),
    gettext_noop("yes, and it is due"),
    gettext_noop("yes, decided on %(day)s"),
    gettext_noop("level %(level)s is not"),
    gettext_noop("no entry 'stop'"),
    gettext_noop("no entry 'hold'"),
    gettext_noop("no entry of that decision and level"),
    gettext_noop("more than %(most)s DLT rule a level out, and %(some)s of 3"),
    gettext_noop("more than %(most)s DLT rule a level out"),
    gettext_noop("level %(level)s is the lowest one tried"),
    gettext_noop("level %(level)s: %(counted)s counted of %(places)s places, %(pending)s pending"),
    gettext_noop("level %(level)s: %(places)s places, %(counted)s counted, %(held)s held"),
    gettext_noop("level %(level)s: not set"),
    gettext_noop("level %(level)s: %(dose)s"),
    gettext_noop("level %(level)s"),
    gettext_noop("%(infused)s infused, %(needed)s to fill the cohort, %(planned)s planned"),
    gettext_noop("needed for: %(actions)s"),
    gettext_noop("data final on %(day)s"),
    gettext_noop("%(day)s: %(action)s, level %(level)s"),
    gettext_noop("%(action)s, level %(level)s"),
    gettext_noop("%(day)s: %(action)s"),
    # plots
    gettext_noop("Patients by day after infusion"),
    gettext_noop("Events of %(patient)s by day after infusion"),
    gettext_noop("What the cohort can come to"),
    gettext_noop("as of %(day)s; infusion is day 0; the window closes on day %(first)s to %(last)s"),
    gettext_noop("boxes: the worst event of the day with its grade; dashed: the window; lanes are cut at day %(end)s"),
    gettext_noop("level %(level)s, cohort of %(places)s; exact, each open place alike and apart"),
    gettext_noop("%(state)s, day %(number)s"),
    gettext_noop("no DLT"),
    gettext_noop("pending"),
    gettext_noop("not evaluable"),
    gettext_noop("left"),
    gettext_noop("study day"),
    gettext_noop("grade 1"),
    gettext_noop("grade 2"),
    gettext_noop("grade 3"),
    gettext_noop("grade 4 or 5"),
    gettext_noop("DLT certain"),
    gettext_noop("closing visit"),
    gettext_noop("rate of DLT, if it is"),
    gettext_noop("probability"),
    # sources
    gettext_noop("project convention for the conduct of a 3+3 with pending patients"),
)
"""Every sentence that the layers below say, longer forms of a sentence before shorter ones."""

_NUMBER = r"-?\d+(?:\.\d+)?"
_GROUPS: Final[Mapping[str, str]] = {
    "day": r"\d{4}-\d\d-\d\d",
    "action": r"escalate|stay|expand|de_escalate|de-escalate|stop|wait|complete|end with a level|hold|resume|continue",
    "actions": r".+",
    "rule": r".+",
    "term": r".+",
    "patient": r".+",
    "state": r"no DLT|DLT|pending|not evaluable",
}


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    found = []
    for sentence in SENTENCES:
        parts = re.split(r"%\((\w+)\)s", sentence)
        pattern = "".join(
            re.escape(part) if place % 2 == 0 else f"(?P<{part}>{_GROUPS.get(part, _NUMBER)})"
            for place, part in enumerate(parts)
        )
        found.append((re.compile(pattern, re.DOTALL), sentence))
    return tuple(found)


def said(text: str) -> str:
    """Give a sentence of the layers below in the language of the page."""
    if (get_language() or "en").startswith("en"):
        return text
    for pattern, sentence in _patterns():
        match = pattern.fullmatch(text)
        if match is not None:
            return gettext(sentence) % {name: _inner(name, value) for name, value in match.groupdict().items()}
    return text


def _inner(name: str, value: str) -> str:
    """Give what stands inside a sentence: another sentence, an action, or a value as it is."""
    if name in ("rule", "state"):
        return said(value)
    if name == "action":
        return _action(value)
    if name == "actions":
        return ", ".join(_action(part) for part in value.split(", "))
    return value


def _action(name: str) -> str:
    known = {action.value: words for action, words in ACTIONS.items()}
    known |= {"de-escalate": ACTIONS[Action.DE_ESCALATE], "end with a level": ACTIONS[Action.COMPLETE]}
    known |= {decision.value: words for decision, words in DECISIONS.items()}
    return str(known.get(name, said(name) if name == "nothing" else name))


def is_known(text: str) -> bool:
    """Answer whether a sentence is among those that are translated."""
    return any(pattern.fullmatch(text) for pattern, _sentence in _patterns())


def advised(action: Action, level: int | None) -> str:
    """Word an action with its level."""
    return str(ACTIONS[action]) if level is None else str(WITH_LEVEL[action]) % {"level": level}


def flag_words(flags: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Give the flags of the advice with their words."""
    for name in sorted(flags):
        yield name, said(FLAG_WORDS[name])
