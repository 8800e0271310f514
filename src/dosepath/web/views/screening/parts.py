"""What the sheet shows of one criterion, ready for its template."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from dosepath.core.facts import Evidence, Fact, Need
from dosepath.core.verdict import Verdict
from dosepath.eligibility.gaps import Order, orders
from dosepath.eligibility.report import CheckResult, Finding, GateReport, ScreeningReport
from dosepath.eligibility.wording import ValueNames, fact_words, meaning, worked_out
from dosepath.interop.score_json import field_document, label_of
from dosepath.protocol.protocol import Protocol
from dosepath.trial.what_if import SOURCE, can_be_assumed
from dosepath.trial.worked import WorkedScore, worked_scores
from dosepath.web.views.protocol.book import described
from dosepath.web.views.screening import words
from dosepath.web.words import GATES

SHOWN_FACTS: Final = 5
"""Facts of one concept that stand open; the others are folded."""

Opener = Callable[[str, str], tuple[str, str]]
"""Address of the sheet with a resource beside it, and of the resource alone, from its name and an item; or nothing."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact: what, how much, when, and the record it comes from; `answer` of one that was answered yes or no."""

    concept: str
    label: str
    value: str
    limits: str
    when: str
    source: str
    href: str
    part: str
    assumed: bool
    answer: bool | None


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One thing that is missing: its kind in the language of the page, its name, and why in English."""

    kind: str
    label: str
    reason: str
    english: bool


@dataclass(frozen=True, slots=True)
class Worked:
    """One assessment, opened.

    Parameters
    ----------
    values
        Label and value of each field that the items decide, or their bounds.
    missing
        Words of the items that were not assessed.
    """

    score: WorkedScore
    items: tuple[FactRow, ...]
    values: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One criterion of the sheet.

    Parameters
    ----------
    finding
        Its verdict and evidence.
    before
        The finding without the what-if, where that differs; None otherwise.
    depth
        How far down the protocol it stands.
    shown, folded
        Facts that were used.
    compared
        Values that were compared and that no fact and no note says.
    described
        Rule in plain words and as text, readings, notes.
    """

    finding: Finding
    before: Finding | None
    depth: int
    meaning: str
    shown: tuple[FactRow, ...]
    folded: tuple[FactRow, ...]
    needs: tuple[NeedRow, ...]
    worked: tuple[Worked, ...]
    compared: tuple[str, ...]
    described: Mapping[str, Any]
    gates: tuple[str, ...]
    what_if: bool

    @property
    def id(self) -> str:
        """Id of the criterion."""
        return self.finding.id

    @property
    def facts(self) -> tuple[FactRow, ...]:
        """All facts that were used."""
        return (*self.shown, *self.folded)


def described_for(trial: str, protocol: Protocol) -> Mapping[str, Mapping[str, Any]]:
    """Describe every criterion of a trial under the readings of its protocol."""
    return described(trial, tuple(sorted(protocol.chosen.items())))


def not_opened(source: str, item: str) -> tuple[str, str]:  # noqa: ARG001 - an opener
    """Leave a resource closed, where no file of it is at hand."""
    return "", ""


def items(
    report: ScreeningReport, gate: GateReport, before: GateReport | None, opener: Opener, trial: str
) -> list[Item]:
    """Give the criteria that are judged for the arm, in the order of the protocol; `trial` is its name or file."""
    protocol = report.protocol
    texts = described_for(trial, protocol)
    old = before.findings if before else {}
    names = ValueNames(protocol, report.settings)
    return [
        _item(finding, gate, _differing(finding, old.get(finding.id)), texts[finding.id], names, opener)
        for finding in gate.findings.values()
        if finding.in_scope or (finding.id in old and old[finding.id].in_scope)
    ]


def _differing(finding: Finding, old: Finding | None) -> Finding | None:
    if old is None or (old.in_scope, old.verdict, old.pending) == (finding.in_scope, finding.verdict, finding.pending):
        return None
    return old


def _item(
    finding: Finding,
    gate: GateReport,
    before: Finding | None,
    said: Mapping[str, Any],
    names: ValueNames,
    opener: Opener,
) -> Item:
    protocol = names.protocol
    found = meaning(finding, gate)
    shown, folded = fact_rows(finding.evidence, protocol, opener) if finding.leaf else ((), ())
    open_needs = finding.leaf and finding.verdict is Verdict.UNKNOWN
    return Item(
        finding=finding,
        before=before,
        depth=min(finding.id.count("."), 4),
        meaning=str(words.MEANINGS[found]) if found else "",
        shown=shown,
        folded=folded,
        needs=tuple(need_row(need, protocol) for need in finding.evidence.missing) if open_needs else (),
        worked=tuple(_worked(finding.evidence, protocol, opener)) if finding.leaf else (),
        compared=tuple(worked_out(finding, names)) if finding.leaf else (),
        described=said,
        gates=tuple(str(words) for name, words in GATES.items() if name in finding.criterion.gates),
        what_if=finding.leaf and (bool(said["readings"]) or any(_assumable(protocol, said))),
    )


def _assumable(protocol: Protocol, said: Mapping[str, Any]) -> Iterator[bool]:
    return (can_be_assumed(protocol.file.concepts[name]) for name in said["concepts"])


def fact_rows(
    evidence: Evidence, protocol: Protocol, opener: Opener
) -> tuple[tuple[FactRow, ...], tuple[FactRow, ...]]:
    """Give the facts that stand open, and those of concepts with many records that are folded."""
    seen: dict[str, int] = {}
    shown: list[FactRow] = []
    folded: list[FactRow] = []
    for fact in evidence.used:
        if "." in fact.concept:
            continue  # items of a form stand with their score
        seen[fact.concept] = seen.get(fact.concept, 0) + 1
        (shown if seen[fact.concept] <= SHOWN_FACTS else folded).append(fact_row(fact, protocol, opener))
    return tuple(shown), tuple(folded)


def fact_row(fact: Fact, protocol: Protocol, opener: Opener, label: str = "") -> FactRow:
    """Give one fact."""
    said = fact_words(fact)
    assumed = fact.source.startswith(f"{SOURCE}/")
    concept, _dot, item = fact.concept.partition(".")
    form = item or (fact.concept if fact.source.startswith("QuestionnaireResponse/") else "")
    href, part = ("", "") if assumed else opener(fact.source, form)
    return FactRow(
        concept=fact.concept,
        label=label or _label(concept, protocol),
        value=said.value,
        limits=", ".join(said.limits),
        when=said.when if said.when != said.value else "",
        source=_("what if") if assumed else fact.source,
        href=href,
        part=part,
        assumed=assumed,
        answer=fact.value if isinstance(fact.value, bool) else None,
    )


def _label(name: str, protocol: Protocol) -> str:
    concept = protocol.file.concepts.get(name)
    return concept.label if concept else name.replace("_", " ")


def need_row(need: Need, protocol: Protocol) -> NeedRow:
    """Give one thing that is missing."""
    kind = str(words.NEEDS[need.kind])
    named = words.named(need)
    if named:
        return NeedRow(kind, named, need.reason, english=False)
    settings = protocol.file.settings
    label = settings[need.name].label if need.name in settings else _item_label(need.name, protocol)
    return NeedRow(kind, label, need.reason, english=True)


def _item_label(name: str, protocol: Protocol) -> str:
    binding, dot, item = name.partition(".")
    if dot and binding in protocol.vocabulary.bindings:
        instrument = protocol.vocabulary.catalog.instruments[protocol.vocabulary.bindings[binding].instrument]
        return f"{instrument.name}: {label_of(instrument, item) or item}"
    return _label(name, protocol)


def _worked(evidence: Evidence, protocol: Protocol, opener: Opener) -> Iterator[Worked]:
    for each in worked_scores(evidence, protocol):
        documents = (
            (known.label, field_document(known, each.score, name)) for name, known in each.instrument.fields.items()
        )
        yield Worked(
            score=each,
            items=tuple(fact_row(item.fact, protocol, opener, item.label) for item in each.items),
            values=tuple((label, _value(found)) for label, found in documents if _value(found)),
            missing=tuple(label_of(each.instrument, item) or item for item in each.score.missing),
        )


def _value(found: Mapping[str, Any]) -> str:
    unit = found["unit"] if found["unit"] not in ("", "1") else ""
    if "value" in found:
        value = {True: _("yes"), False: _("no")}.get(found["value"], found["value"])
        return f"{value} {unit}".strip()
    if "low" in found and (found["low"] is not None or found["high"] is not None):
        low, high = found["low"], found["high"]
        if high is None:
            return f"≥ {low} {unit}".strip()
        return f"≤ {high} {unit}".strip() if low is None else f"{low} – {high} {unit}".strip()
    return ""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """Something that is asked for at a gate beside the criteria."""

    result: CheckResult
    facts: tuple[FactRow, ...]
    needs: tuple[NeedRow, ...]


def checks(gate: GateReport, protocol: Protocol, opener: Opener) -> list[CheckRow]:
    """Give what is asked for at a gate beside the criteria."""
    return [
        CheckRow(
            each,
            tuple(fact_row(fact, protocol, opener) for fact in each.evidence.used),
            tuple(need_row(need, protocol) for need in each.evidence.missing),
        )
        for each in gate.checks
    ]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order: what to do, what it supplies, what it settles."""

    label: str
    settles: str
    order: Order
    needs: tuple[NeedRow, ...]


def order_rows(gate: GateReport, protocol: Protocol) -> list[OrderRow]:
    """Give what is missing, the least effort first."""
    return [
        OrderRow(
            words.order_words(order.label),
            words.settles_words(order),
            order,
            tuple(need_row(need, protocol) for need in order.needs),
        )
        for order in orders(gate, protocol)
    ]


def expiries(gate: GateReport) -> list[tuple[date, list[Finding]]]:
    """Give the last screening days on which results still count, the earliest first, with their criteria."""
    found: dict[date, list[Finding]] = {}
    for finding in gate.findings.values():
        if finding.leaf and finding.expires is not None and not finding.pending:
            found.setdefault(finding.expires, []).append(finding)
    return sorted(found.items())


def joined(parts: Sequence[str]) -> str:
    """Write several texts into one cell."""
    return "; ".join(part for part in parts if part)
