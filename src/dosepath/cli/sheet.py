"""The criterion sheet: one patient, every criterion, on paper or screen."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from dosepath import __version__
from dosepath.cli.shell import verdict_text
from dosepath.core.verdict import Verdict
from dosepath.eligibility.gaps import Order, orders
from dosepath.eligibility.report import Finding, GateReport, ScreeningReport
from dosepath.eligibility.screening import RECHECK_SETTING
from dosepath.eligibility.wording import ValueNames, grounds, meaning, worked_out
from dosepath.interop.screening_json import number_text
from dosepath.protocol.model import GateName


def print_sheet(out: Console, report: ScreeningReport, gate: GateName, recheck: Sequence[str] = ()) -> None:
    """Print the sheet of one patient and arm at one gate."""
    found = report.gates[gate]
    arm = report.protocol.file.arms[report.arm]
    out.rule(f"[bold]{escape(report.patient)}[/]  {report.arm}, {escape(arm.label)}")
    overall = found.overall.value.replace("_", " ")
    out.print(f"gate {gate.value}, {report.on}: [bold]{overall}[/]   {escape(found.note)}".rstrip())
    for alert in report.alerts:
        _line(out, 0, f"! {alert}", "yellow")
    names = ValueNames(report.protocol, report.settings)
    for finding in found.findings.values():
        if finding.in_scope:
            _print_finding(out, finding, found, names)
    for item in found.checks:
        line = verdict_text(item.verdict, against=item.verdict is Verdict.NOT_MET)
        out.print(Text.assemble(line, f"  {item.check.title} ({item.check.source})"))
    _print_orders(out, found, report)
    _print_grounds(out, report, recheck)


def _line(out: Console, indent: int, text: str | Text, style: str = "") -> None:
    shown = text if isinstance(text, Text) else Text(text, style=style)
    out.print(Padding(shown, (0, 0, 0, indent), expand=False))


def _print_finding(out: Console, finding: Finding, gate: GateReport, names: ValueNames) -> None:
    depth = 2 * finding.id.count(".")
    word = verdict_text(finding.verdict, against=finding.against)
    _line(
        out,
        depth,
        Text.assemble(
            word, "  ", (finding.id, "bold"), f"  {finding.criterion.source.title}", (_meaning(finding, gate), "dim")
        ),
    )
    if finding.criterion.source.text:
        lines = finding.criterion.lines
        where = f" (page line {lines[0]})" if lines else ""
        _line(out, depth + 4, f"“{finding.criterion.source.text}”{where}", "italic dim")
    if finding.leaf:
        for text in (*worked_out(finding, names), *grounds(finding.evidence, finding.verdict)):
            _line(out, depth + 4, text)
        if finding.expires is not None:
            _line(out, depth + 4, f"good until a screening on {finding.expires}", "dim")
    for alert in finding.alerts:
        _line(out, depth + 4, f"! {alert}", "yellow")


def _meaning(finding: Finding, gate: GateReport) -> str:
    found = meaning(finding, gate)
    return f"  ({found.value})" if found else ""


def _print_orders(out: Console, gate: GateReport, report: ScreeningReport) -> None:
    steps = orders(gate, report.protocol)
    if not steps:
        return
    out.print("\n[bold]what is missing, the least effort first[/]")
    for step in steps:
        _line(out, 2, _step(step))


def _step(step: Order) -> str:
    names = ", ".join(need.name for need in step.needs)
    settled = f" ({', '.join(step.settles)})" if step.settles else ""
    return f"{step}{settled}: {names}"


def _print_grounds(out: Console, report: ScreeningReport, recheck: Sequence[str]) -> None:
    protocol = report.protocol
    settings = [f"{name}={number_text(number)}" for name, number in sorted(report.settings.items())]
    if recheck:
        settings.append(f"{RECHECK_SETTING}={','.join(recheck)}")
    said = {
        "readings": [f"{key}={option}" for key, option in protocol.chosen.items()] or ["all as in the file"],
        "settings": settings,
        "dates": [f"{name} {day}" for name, day in report.anchors.items() if day is not None],
        "asserted to be complete": sorted(table.value for table in report.complete) or ["nothing"],
    }
    _line(
        out,
        0,
        f"\n{protocol.id} version {protocol.file.version}, {protocol.digest[:19]}..., dosepath {__version__}",
        "dim",
    )
    for name, parts in said.items():
        _line(out, 0, f"{name}: {', '.join(parts)}", "dim")
