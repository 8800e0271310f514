"""Criteria of a protocol x facts about a patient -> a screening report."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache

from dosepath.core.days import Span, shift
from dosepath.core.errors import InputError
from dosepath.core.facts import DEATH, NOTHING, Evidence, PatientRecord, Table
from dosepath.core.verdict import Verdict, all_of, any_of
from dosepath.eligibility.report import CheckResult, Finding, GateReport, Overall, ScreeningReport
from dosepath.eligibility.scope import Scope
from dosepath.protocol.model import Check, GateName
from dosepath.protocol.protocol import Judged, Protocol, Rule
from dosepath.rules import nodes
from dosepath.rules.evaluation import Answer, Compared, Evaluator, Situation, values_compared
from dosepath.rules.nodes import Truth
from dosepath.rules.parse import suggest

RECHECK_SETTING = "recheck_before_lymphodepletion"
"""Setting: ids of criteria that are judged again before lymphodepletion, with lymphodepletion as their anchor."""

OUT_OF_SCOPE = Answer(Verdict.UNKNOWN, Evidence(notes=("not judged for this arm",)))


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and under what assertions a patient is judged.

    Parameters
    ----------
    on
        Day of the evaluation; records dated later do not exist yet.
    anchors
        Dates by name; None or absent when not set. Without a screening date, `on` is taken.
    complete
        Tables that the site asserts to be complete.
    settings
        Numbers that replace those of the protocol.
    recheck
        Ids of criteria that are judged again before lymphodepletion.
    """

    on: date
    anchors: Mapping[str, date | None] = field(default_factory=dict)
    complete: frozenset[Table] = frozenset()
    settings: Mapping[str, Fraction] = field(default_factory=dict)
    recheck: tuple[str, ...] = ()


def screen(
    record: PatientRecord,
    protocol: Protocol,
    arm: str,
    occasion: Occasion,
    gates: Sequence[GateName] = tuple(GateName),
) -> ScreeningReport:
    """Judge every criterion of a protocol for one patient and one arm.

    Parameters
    ----------
    record
        Facts about the patient.
    protocol
        Protocol under the readings that are to be in force.
    arm
        Name of the arm.
    occasion
        Day, anchors, assertions, settings.
    gates
        Gates to report on.

    Raises
    ------
    InputError
        When the protocol has no such arm.
    """
    return screen_arms(record, protocol, (arm,), occasion, gates)[0]


def screen_arms(
    record: PatientRecord,
    protocol: Protocol,
    arms: Sequence[str],
    occasion: Occasion,
    gates: Sequence[GateName] = tuple(GateName),
) -> tuple[ScreeningReport, ...]:
    """Judge one patient for several arms; a rule that the arms share is judged once.

    Parameters and errors are those of `screen`.
    """
    for arm in arms:
        if arm not in protocol.file.arms:
            raise InputError(f"no arm '{arm}'; {suggest(arm, protocol.file.arms)}")
    situation = _situation(record, protocol, occasion)
    anchors, settings = situation.anchors, situation.settings
    judge = _judging(situation, protocol, occasion)
    reports: list[ScreeningReport] = []
    for arm in arms:
        found = {gate: _gate_report(judge(arm, gate)) for gate in gates}
        alerts = _alerts_of_patient(record, protocol, arm, occasion)
        report = ScreeningReport(
            record.id, arm, occasion.on, protocol, anchors, occasion.complete, settings, found, alerts
        )
        reports.append(report)
    return tuple(reports)


def judge_some(
    record: PatientRecord,
    protocol: Protocol,
    occasion: Occasion,
    gate: GateName,
    wanted: Iterable[tuple[str, str, bool]],
) -> dict[tuple[str, str, bool], Answer]:
    """Judge some criteria for one patient, and no others.

    Parameters
    ----------
    record, protocol, occasion
        As in `screen`.
    gate
        Gate at which they are judged.
    wanted
        Arm, id of the criterion, and whether the parts below it that belong to a later gate have a say.
    """
    judge = cache(_judging(_situation(record, protocol, occasion), protocol, occasion))
    return {
        (arm, identity, with_pending): judge(arm, gate).answer(identity, with_pending=with_pending)
        for arm, identity, with_pending in wanted
    }


def compared_some(
    record: PatientRecord, protocol: Protocol, occasion: Occasion, gate: GateName, identities: Iterable[str]
) -> dict[str, tuple[Compared, ...]]:
    """Find what the questions of some criteria compare for one patient, whatever the arm.

    Parameters
    ----------
    record, protocol, occasion
        As in `screen`.
    gate
        Gate at which they are judged.
    identities
        Ids of the criteria.
    """
    judge = _judging(_situation(record, protocol, occasion), protocol, occasion)("", gate)
    return {identity: judge.values(protocol.criteria[identity]) for identity in identities}


def _judging(situation: Situation, protocol: Protocol, occasion: Occasion) -> "Callable[[str, GateName], _Judge]":
    """Give what makes the judge of an arm and a gate; each rule is judged once for all of them."""
    rules = _Rules(protocol, situation)
    again = _Rules(protocol, _at_lymphodepletion(situation)) if occasion.recheck else rules
    return lambda arm, gate: _Judge(arm, gate, rules, again, frozenset(occasion.recheck))


def _situation(record: PatientRecord, protocol: Protocol, occasion: Occasion) -> Situation:
    anchors = dict(occasion.anchors)
    if anchors.get("screening") is None:
        anchors["screening"] = occasion.on
    settings = {**protocol.settings, **occasion.settings}
    return Situation(record, anchors, occasion.on, occasion.complete, settings)


def _alerts_of_patient(record: PatientRecord, protocol: Protocol, arm: str, occasion: Occasion) -> tuple[str, ...]:
    alerts: list[str] = []
    if _dead(record, occasion.on):
        alerts.append("the record says that the patient has died")
    condition = protocol.file.arms[arm].target_condition
    leaves = protocol.vocabulary.leaves(condition)
    if not any(record.of(leaf) for leaf in leaves):
        alerts.append(f"no {protocol.vocabulary.terms[condition].label} on record; is this the right arm?")
    signed = [fact.period.start for fact in record.of("consent_date") if fact.period.start is not None]
    anchor = occasion.anchors.get("consent")
    if signed and anchor is None:
        alerts.append(
            f"the record holds a consent of {max(signed, key=lambda day: day.latest)}; no consent date is set"
        )
    return tuple(alerts)


def _gate_report(judge: "_Judge") -> GateReport:
    protocol, gate = judge.protocol, judge.gate
    checks = tuple(judge.check(check) for check in protocol.file.checks if check.gate is gate)
    counting = [
        criterion.id
        for criterion in protocol.criteria.values()
        if not criterion.parent and judge.scope.counts(criterion.id)
    ]
    findings = {identity: judge.finding(identity) for identity in protocol.criteria} if counting else {}
    verdicts = {identity: judge.answer(identity, with_pending=False).verdict for identity in counting}
    blockers = [identity for identity, verdict in verdicts.items() if _against(protocol, identity, verdict)]
    undecided = [identity for identity, verdict in verdicts.items() if verdict is Verdict.UNKNOWN]
    blockers += [item.check.id for item in checks if item.verdict is Verdict.NOT_MET]
    undecided += [item.check.id for item in checks if item.verdict is Verdict.UNKNOWN]
    note = "" if counting else "the protocol defines no criteria for this gate"
    if _dead(judge.rules.record, judge.rules.on):
        blockers.append(DEATH)
        note = "the record says that the patient has died"
    overall = Overall.NOT_ELIGIBLE if blockers else Overall.UNDECIDED if undecided else Overall.ELIGIBLE
    return GateReport(gate, overall, findings, tuple(blockers), tuple(undecided), checks, note)


def _dead(record: PatientRecord, on: date) -> bool:
    """Answer whether the record says on a day that the patient has died; a death without a date counts at once."""
    deaths = (fact for fact in record.of(DEATH) if fact.value is not False)
    return any(fact.period.start is None or fact.period.start.earliest <= on for fact in deaths)


def _against(protocol: Protocol, identity: str, verdict: Verdict) -> bool:
    return verdict is (Verdict.MET if protocol.criteria[identity].exclusion else Verdict.NOT_MET)


class _Rules:
    """Judges the rules of a protocol for one patient in one situation, each once."""

    def __init__(self, protocol: Protocol, situation: Situation) -> None:
        self.protocol = protocol
        self.record = situation.record
        self.on = situation.on
        self.screening = situation.anchors.get("screening") or situation.on
        self._known: dict[str, Answer] = {}
        self._values: dict[str, tuple[Compared, ...]] = {}
        self._criterion: Callable[[str], Answer] = _not_judged
        self._evaluator = Evaluator(situation, protocol.vocabulary, protocol.windows, self._judged_criterion)

    def _judged_criterion(self, identity: str) -> Answer:
        return self._criterion(identity)

    def judge(self, rule: Rule) -> Answer:
        """Judge a rule over the record."""
        if rule.tree is None:
            return OUT_OF_SCOPE
        if rule.text not in self._known:
            self._known[rule.text] = self._evaluator.judge(rule.tree)
        return self._known[rule.text]

    def values(self, rule: Rule) -> tuple[Compared, ...]:
        """Find what the questions of a rule compare."""
        known = self._values.get(rule.text)
        if known is None:
            known = self._values[rule.text] = values_compared(self._evaluator, rule.compared)
        return known

    def judge_over(self, tree: Truth, criterion: Callable[[str], Answer]) -> Answer:
        """Judge a rule that refers to other criteria."""
        self._criterion = criterion
        return self._evaluator.judge(tree)

    def span(self, span: nodes.SpanOf) -> Span | None:
        """Give a stretch of time; None when its setting is not set."""
        return self._evaluator.span(span)[0]


def _not_judged(identity: str) -> Answer:
    return Answer(Verdict.UNKNOWN, Evidence(notes=(f"{identity} is not judged here",)))


class _Judge:
    """Judges the criteria of a protocol for one arm at one gate, each once."""

    def __init__(self, arm: str, gate: GateName, rules: _Rules, again: _Rules, recheck: frozenset[str]) -> None:
        self.protocol = rules.protocol
        self.gate = gate
        self.rules = rules
        self.again = again
        self.recheck = recheck
        self._answers: dict[tuple[str, bool], Answer] = {}
        self.scope = Scope(rules.protocol, arm, gate)

    # answers ------------------------------------------------------------

    def answer(self, identity: str, *, with_pending: bool = True) -> Answer:
        """Judge a criterion; without the pending ones below it where they are joined by `all` or `any`."""
        key = (identity, with_pending)
        if key not in self._answers:
            self._answers[key] = self._judged(self.protocol.criteria[identity], with_pending=with_pending)
        return self._answers[key]

    def _judged(self, criterion: Judged, *, with_pending: bool) -> Answer:
        if not self.scope.holds(criterion.id):
            return OUT_OF_SCOPE
        rules = self.again if self._is_rechecked(criterion) else self.rules
        answers = [self._by_rule(criterion, criterion.rule, rules, with_pending=with_pending)]
        for gate, rule in criterion.recheck.items():
            if gate is self.gate:
                answers.append(self._by_rule(criterion, rule, self.rules, with_pending=with_pending))
        if len(answers) == 1:
            return answers[0]
        join = any_of if criterion.exclusion else all_of
        return _joined(join(answer.verdict for answer in answers), answers)

    def _is_rechecked(self, criterion: Judged) -> bool:
        if self.gate is not GateName.LYMPHODEPLETION:
            return False
        return any(criterion.id == item or criterion.id.startswith(f"{item}.") for item in self.recheck)

    def _by_rule(self, criterion: Judged, rule: Rule, rules: _Rules, *, with_pending: bool) -> Answer:
        if rule.tree is not None and not rule.references:
            return rules.judge(rule)
        if rule.tree is not None:
            known = {identity: self.answer(identity) for identity in rule.references}
            return rules.judge_over(rule.tree, known.__getitem__)
        children = self.scope.joined(criterion, with_pending=with_pending)
        if criterion.source.jointly:
            return rules.judge_over(self._joint_rule(rule, children), _not_judged)
        answers = [self.answer(child, with_pending=with_pending) for child in children]
        join = all_of if rule.combination == "all" else any_of
        return _joined(join(answer.verdict for answer in answers), answers)

    def _joint_rule(self, rule: Rule, children: Sequence[str]) -> Truth:
        """Put the rules of the children into one, so that their open cases are judged together."""
        trees = tuple(tree for child in children if (tree := self.protocol.criteria[child].rule.tree) is not None)
        return nodes.And(trees) if rule.combination == "all" else nodes.Or(trees)

    def check(self, check: Check) -> CheckResult:
        """Judge what is asked for at a gate beside the criteria."""
        answer = self.rules.judge(self.protocol.rules[check.rule])
        return CheckResult(check, answer.verdict, answer.evidence)

    # findings ------------------------------------------------------------

    def finding(self, identity: str) -> Finding:
        """Give the verdict of a criterion with all that belongs to it."""
        criterion = self.protocol.criteria[identity]
        answer = self.answer(identity)
        in_scope = self.scope.holds(identity)
        return Finding(
            criterion=criterion,
            verdict=answer.verdict,
            evidence=answer.evidence if in_scope else NOTHING,
            in_scope=in_scope,
            pending=not self.scope.has_say(identity),
            alerts=self._alerts(criterion) if in_scope else (),
            expires=self._expiry(criterion, answer) if in_scope and answer.verdict.decided else None,
            values=self.values(criterion) if in_scope else (),
        )

    def values(self, criterion: Judged) -> tuple[Compared, ...]:
        """Find what the questions of a criterion's own rule compare, those of a recheck at this gate among them."""
        rules = self.again if self.recheck and self._is_rechecked(criterion) else self.rules
        found = rules.values(criterion.rule)
        for gate, rule in criterion.recheck.items():
            if gate is self.gate:
                found = (*found, *self.rules.values(rule))
        return found

    def _alerts(self, criterion: Judged) -> tuple[str, ...]:
        said: list[str] = []
        for rule, text in criterion.alerts:
            if self.rules.judge(rule).verdict is Verdict.MET:
                said.append(text)
        return tuple(said)

    def _expiry(self, criterion: Judged, answer: Answer) -> date | None:
        """Find the last screening day on which all results used would still lie in their windows."""
        days: list[date] = []
        for window, concepts in self._windows(criterion.rule):
            start = window.start
            if isinstance(start, nodes.Shifted) and start.day == nodes.Anchor("screening"):
                span = self.rules.span(start.span)
                if span is not None:
                    days.extend(_last_days(answer.evidence, concepts, span))
        return min((day for day in days if day >= self.rules.screening), default=None)

    def _windows(self, rule: Rule) -> Iterator[tuple[nodes.WindowOf, frozenset[str]]]:
        """Give the windows of a rule, each with the concepts whose results it picks."""
        for node in rule.picks:
            yield node.window, frozenset({node.concept})
        for name in rule.instruments:
            binding = self.protocol.vocabulary.bindings[name]
            items = self.protocol.vocabulary.catalog.instruments[binding.instrument].items
            forms = (f"{binding.instrument}.{item}" for item in items)
            yield self.protocol.windows[binding.window], frozenset({*binding.entered.values(), *forms})


def _last_days(evidence: Evidence, concepts: frozenset[str], span: Span) -> Iterable[date]:
    return (shift(fact.day.earliest, span) for fact in evidence.used if fact.concept in concepts and fact.day)


def _joined(verdict: Verdict, answers: Sequence[Answer]) -> Answer:
    parts = [
        answer.evidence if answer.verdict is Verdict.UNKNOWN else answer.evidence.without_needs() for answer in answers
    ]
    evidence = Evidence.joined(parts)
    return Answer(verdict, evidence if verdict is Verdict.UNKNOWN else evidence.without_needs())


def _at_lymphodepletion(situation: Situation) -> Situation:
    """Hang the windows of screening on lymphodepletion."""
    return replace(situation, anchors={**situation.anchors, "screening": situation.anchors.get("lymphodepletion")})
