"""The worklist: one row for each patient and arm, the totals, and what was not understood in the input."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import Overall, ScreeningReport
from dosepath.mapping.reader import Remark, RemarkKind
from dosepath.protocol.model import GateName
from dosepath.rules.wording import counted
from dosepath.trial.journeys import RANK, PatientScreening
from dosepath.trial.worklist import SHOWN_CRITERIA, Line, in_order, lines

SHOWN_PROBLEMS: Final = 8
"""Remarks on the input that are printed without --problems."""

COUNTS: Final = ("met", "not met", "unknown")
"""Columns that hold numbers."""

WORDS: Final[Mapping[Overall, tuple[str, str]]] = {
    Overall.ELIGIBLE: ("✔ eligible", "green"),
    Overall.NOT_ELIGIBLE: ("✘ not eligible", "red"),
    Overall.UNDECIDED: ("? undecided", "yellow"),
}


def print_worklist(out: Console, screenings: Sequence[PatientScreening], gate: GateName, limit: int) -> None:
    """Print the rows and the totals; `limit` 0 prints all rows."""
    rows = lines(screenings, gate)
    if not rows:
        out.print("no patient was read")
        return
    grid = Grid(box=None, pad_edge=False)
    for column in ("patient", "arm", "overall", "met", "not met", "unknown"):
        grid.add_column(column, no_wrap=True, overflow="fold", justify="right" if column in COUNTS else "left")
    for column in ("decisive", "next step", "good until"):
        grid.add_column(column, no_wrap=column == "good until")
    for line in rows[: limit or None]:
        grid.add_row(*_row(line))
    out.print(grid)
    if limit and len(rows) > limit:
        out.print(f"... and {counted(len(rows) - limit, 'more row')}; --limit 0 shows all")
    _print_totals(out, screenings, [line.report for line in rows], gate)


def _row(line: Line) -> tuple[str, ...]:
    found, report = line.found, line.report
    word, style = WORDS[found.overall]
    more = f" +{len(line.decisive) - SHOWN_CRITERIA}" if len(line.decisive) > SHOWN_CRITERIA else ""
    said = "; ".join(map(str, line.decisive[:SHOWN_CRITERIA])) + more
    if line.screening.no_target_disease:
        said = f"no target disease on record{'; ' if said else ''}{said}"
    return (
        escape(report.patient),
        f"({report.arm})" if line.screening.no_target_disease else report.arm,
        f"[{style}]{word}[/]",
        *(str(found.count(verdict)) for verdict in (Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN)),
        escape(said),
        escape(str(line.orders[0])) if line.orders else "",
        str(found.expires or ""),
    )


def _print_totals(
    out: Console, screenings: Sequence[PatientScreening], reports: Sequence[ScreeningReport], gate: GateName
) -> None:
    counts = Counter(report.gates[gate].overall for report in reports)
    said = ", ".join(f"{counts[overall]} {WORDS[overall][0][2:]}" for overall in RANK)
    rows = "" if len(reports) == len(screenings) else f", {len(reports)} rows (several diseases on record)"
    out.print(f"\n{counted(len(screenings), 'patient')}{rows}: {said}")
    without = sum(screening.no_target_disease for screening in screenings)
    if without:
        out.print(
            f"{without} of them with no target disease on record: the arm in brackets is the one least far off",
            highlight=False,
        )


def print_absent(out: Console, named: Iterable[str], read: Iterable[str]) -> None:
    """Print where the anchors file and the patients that were read do not fit together."""
    named, read = set(named), set(read)
    if not named:
        return
    for some, words in ((named - read, "of the anchors file not read"), (read - named, "without an anchors entry")):
        if some:
            names = ", ".join(sorted(some)[:SHOWN_PROBLEMS]) + (", ..." if len(some) > SHOWN_PROBLEMS else "")
            out.print(f"[yellow]{counted(len(some), 'patient')} {words}:[/] {escape(names)}")


def print_problems(out: Console, problems: Sequence[Remark], *, everything: bool) -> None:
    """Print what was not understood: grouped, or every remark with its place."""
    if everything:
        for item in problems:
            out.print(f"{item.kind.value}: {item}", markup=False)
        return
    worth = [item for item in problems if item.kind in (RemarkKind.UNUSABLE, RemarkKind.DOUBTFUL)]
    if not worth:
        return
    out.print(f"\n[yellow]{counted(len(worth), 'remark')} on the input[/] (--problems lists all)")
    files = [item for item in worth if item.concerns_a_file]
    kinds = Counter(
        (item.kind.value, item.resource.partition("/")[0], item.reason) for item in worth if item not in files
    )
    for item in files[:SHOWN_PROBLEMS]:
        out.print(f"  {item}", markup=False)
    if len(files) > SHOWN_PROBLEMS:
        out.print(f"  ... and {len(files) - SHOWN_PROBLEMS} more that could not be read")
    shown = kinds.most_common(max(SHOWN_PROBLEMS - len(files), 3))
    for (kind, resource, reason), count in shown:
        out.print(f"  {count} x {resource}, {kind}: {reason}", markup=False)
    if len(kinds) > len(shown):
        out.print(f"  ... and {counted(len(kinds) - len(shown), 'more kind')} of remark")


def print_next(out: Console, trial: str, screenings: Sequence[PatientScreening], gate: GateName) -> None:
    """Say where to go next."""
    rows = [report for _, report in in_order(screenings, gate)]
    if not rows:
        return
    first = next((report for report in rows if report.gates[gate].overall is Overall.UNDECIDED), rows[0])
    out.print(
        f"\none patient in full: add [bold]--patient {escape(first.patient)}[/]   "
        "everything as data: add [bold]--json OUT[/]"
    )
    often = Counter(
        finding.id
        for report in rows
        for finding in report.gates[gate].findings.values()
        if finding.leaf and finding.open and not finding.pending
    )
    for asked, _ in often.most_common(1):
        out.print(
            f"most often open: {asked}; its text and rule: [bold]dosepath protocol show {escape(trial)} {asked}[/]"
        )
