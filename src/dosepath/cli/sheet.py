"""The criterion sheet: one patient, every criterion, on paper or screen."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from dosepath import __version__
from dosepath.cli.shell import verdict_text
from dosepath.core.facts import Evidence, Fact, NeedKind
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.eligibility.gaps import Order, orders
from dosepath.eligibility.report import Finding, GateReport, ScreeningReport
from dosepath.protocol.model import GateName

SHOWN_FACTS = 5
"""Facts printed for one criterion; all of them are in the JSON."""

NEED_WORDS = {
    NeedKind.FACT: "",
    NeedKind.LIMIT: "limit of normal of ",
    NeedKind.ANCHOR: "date of ",
    NeedKind.COMPLETE: "assertion that the list is complete: ",
    NeedKind.ITEM: "item ",
    NeedKind.JUDGEMENT: "judgement: ",
    NeedKind.SETTING: "setting ",
}


def print_sheet(out: Console, report: ScreeningReport, gate: GateName) -> None:
    """Print the sheet of one patient and arm at one gate."""
    found = report.gates[gate]
    arm = report.protocol.file.arms[report.arm]
    out.rule(f"[bold]{report.patient}[/]  {report.arm}, {arm.label}")
    out.print(f"gate {gate.value}, {report.on}: [bold]{found.overall.value.replace('_', ' ')}[/]   {found.note}")
    for alert in report.alerts:
        out.print(f"[yellow]! {alert}[/]")
    for finding in found.findings.values():
        if finding.in_scope:
            _print_finding(out, finding)
    for item in found.checks:
        line = verdict_text(item.verdict, against=item.verdict is Verdict.NOT_MET)
        out.print(Text.assemble(line, f"  {item.check.title} ({item.check.source})"))
    _print_orders(out, found, report)
    _print_grounds(out, report)


def _print_finding(out: Console, finding: Finding) -> None:
    depth = 2 * finding.id.count(".")
    word = verdict_text(finding.verdict, against=finding.against)
    meaning = _meaning(finding)
    line = Text.assemble(word, "  ", (finding.id, "bold"), f"  {finding.criterion.source.title}", (meaning, "dim"))
    out.print(Padding(line, (0, 0, 0, depth)))
    if finding.criterion.source.text:
        lines = finding.criterion.lines
        where = f" (page line {lines[0]})" if lines else ""
        out.print(Padding(Text(f"“{finding.criterion.source.text}”{where}", style="italic dim"), (0, 0, 0, depth + 4)))
    if finding.leaf:
        for text in _grounds(finding.evidence, finding.verdict):
            out.print(Padding(Text(text), (0, 0, 0, depth + 4)))
        if finding.expires is not None:
            out.print(Padding(Text(f"good until a screening on {finding.expires}", style="dim"), (0, 0, 0, depth + 4)))
    for alert in finding.alerts:
        out.print(Padding(Text(f"! {alert}", style="yellow"), (0, 0, 0, depth + 4)))


def _meaning(finding: Finding) -> str:
    if finding.pending:
        return "  (pending: judged at a later gate)"
    if not finding.criterion.exclusion or finding.verdict is Verdict.UNKNOWN:
        return ""
    return "  (excludes)" if finding.verdict is Verdict.MET else "  (does not exclude)"


def _grounds(evidence: Evidence, verdict: Verdict) -> list[str]:
    said = [fact_text(fact) for fact in evidence.used[:SHOWN_FACTS]]
    if len(evidence.used) > SHOWN_FACTS:
        said.append(f"... and {len(evidence.used) - SHOWN_FACTS} more records")
    said += evidence.notes
    if verdict is Verdict.UNKNOWN:
        said += [f"needed: {NEED_WORDS[need.kind]}{need.name} ({need.reason})" for need in evidence.missing]
    return said


def fact_text(fact: Fact) -> str:
    """Word a fact: what, how much, when, and the record it comes from."""
    value = fact.reported or (str(fact.value) if fact.value is not None else "")
    if isinstance(fact.value, Quantity) and fact.reported and str(fact.value) != fact.reported:
        value = f"{fact.reported} (= {fact.comparator or ''}{fact.value})"
    limits = [f"{name} {limit}" for name, limit in (("LLN", fact.lln), ("ULN", fact.uln)) if limit is not None]
    if fact.dose is not None:
        times = f" x {fact.times_per_day}/d" if fact.times_per_day is not None else ""
        value = f"{value} {fact.dose}{times}".strip()
    parts = [f"{fact.concept}: {value}" if value else fact.concept, *limits, str(fact.period), fact.source]
    return ", ".join(parts)


def _print_orders(out: Console, gate: GateReport, report: ScreeningReport) -> None:
    steps = orders(gate, report.protocol)
    if not steps:
        return
    out.print("\n[bold]what is missing, the least effort first[/]")
    for step in steps:
        out.print(Padding(Text(_step(step)), (0, 0, 0, 2)))


def _step(step: Order) -> str:
    names = ", ".join(need.name for need in step.needs)
    settled = f" ({', '.join(step.settles)})" if step.settles else ""
    return f"{step}{settled}: {names}"


def _print_grounds(out: Console, report: ScreeningReport) -> None:
    protocol = report.protocol
    chosen = ", ".join(f"{key}={option}" for key, option in protocol.chosen.items()) or "all as in the file"
    tables = ", ".join(sorted(table.value for table in report.complete)) or "none"
    dates = ", ".join(f"{name} {day}" for name, day in report.anchors.items() if day is not None)
    out.print(
        f"\n[dim]{protocol.id} version {protocol.file.version}, {protocol.digest[:19]}..., dosepath {__version__}\n"
        f"readings: {chosen}; dates: {dates}; complete: {tables}[/]"
    )
