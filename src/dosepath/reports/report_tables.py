"""The tables of a report on designs."""

from collections.abc import Iterable, Mapping, Sequence

from dosepath.dosefinding.decision_table import Step, TableRow
from dosepath.reports.document import Table
from dosepath.reports.parameters import parameters_of
from dosepath.reports.summary import DesignSummary
from dosepath.reports.words import percent, places, rate

TWO = 2
"""Digits of probabilities in tables."""


def scenario_table(summary: DesignSummary, target: float) -> Table:
    """Give the true rates and what they mean for the target."""
    named = places(summary.truth, target, summary.correct_level(target))[1:]
    scenario = enumerate(zip(summary.truth, named, strict=True), start=1)
    rows = [[str(level), rate(true), place] for level, (true, place) in scenario]
    return Table(
        f"True rates of DLT; target {rate(target)}", ["dose level", "true rate", "meaning"], rows, _words(0, 2)
    )


def parameters_table(summary: DesignSummary) -> Table:
    """Give the parameters of a design."""
    rows = [[each.name, each.what, each.value] for each in parameters_of(summary.design)]
    return Table(f"Parameters of {summary.name}", ["parameter", "meaning", "value"], rows, _words(0, 1, 2))


def _words(*columns: int) -> frozenset[int]:
    return frozenset(columns)


def overview_table(summaries: Sequence[DesignSummary], target: float, planned: int | None, caption: str) -> Table:
    """Give one row a design."""
    doses = range(1, len(summaries[0].truth) + 1)
    columns = ["design", "no dose", *(f"level {level}" for level in doses)]
    columns += ["nearest to target", "above target", "patients", "at most", "DLTs", "treated above target"]
    columns += [f"more than {planned}"] if planned is not None else []
    rows = []
    for each in summaries:
        row = [each.name, *(with_error(each, chance) for chance in each.recommendation)]
        row += [with_error(each, each.correct(target)), with_error(each, each.too_toxic(target))]
        row += [f"{each.mean_total:.2f}", str(each.most_patients), f"{each.mean_dlts:.2f}"]
        row.append(percent(each.overdosed(target), TWO))
        if planned is not None:
            row.append(with_error(each, each.more_patients_than(planned)))
        rows.append(row)
    return Table(caption, columns, rows)


def with_error(summary: DesignSummary, chance: float) -> str:
    """Write a probability, of simulated ones with the standard error."""
    error = summary.error(chance)
    return percent(chance, TWO) if error is None else f"{percent(chance, TWO)} ± {100 * error:.2f}"


def doses_table(summary: DesignSummary, target: float) -> Table:
    """Give what happens at each dose level."""
    named = places(summary.truth, target, summary.correct_level(target))
    rows = [["no dose", "", "", with_error(summary, summary.recommendation[0]), "", ""]]
    for level, true in enumerate(summary.truth, start=1):
        numbers = [f"{counts[level - 1]:.2f}" for counts in (summary.patients, summary.dlts)]
        chance = with_error(summary, summary.recommendation[level])
        rows.append([f"level {level}", rate(true), named[level], chance, *numbers])
    total = ["all", "", "", percent(1, TWO), f"{summary.mean_patients:.2f}", f"{summary.mean_dlts:.2f}"]
    columns = ["dose level", "true rate", "meaning", "recommended", "patients", "DLTs"]
    return Table(f"{summary.name}: doses, {summary.method}", columns, [*rows, total], _words(0, 2))


def patients_table(summary: DesignSummary) -> Table:
    """Give the probability of each number of patients, and of at most so many."""
    rows, so_far = [], 0.0
    for patients, chance in enumerate(summary.total_patients):
        so_far += chance
        if chance > 0:
            rows.append([str(patients), with_error(summary, chance), percent(min(so_far, 1.0), TWO)])
    return Table(f"{summary.name}: patients in all", ["patients", "probability", "this many or fewer"], rows)


def decisions_table(name: str, rows: Iterable[TableRow]) -> Table:
    """Give the numbers of DLTs that ask for each step, one row a number of patients."""
    by_patients: dict[int, dict[Step, list[int]]] = {}
    for row in rows:
        by_patients.setdefault(row.treated, {}).setdefault(row.step, []).append(row.dlts)
    cells = [[str(treated), *(ranges(steps.get(step, [])) for step in Step)] for treated, steps in by_patients.items()]
    return Table(f"{name}: DLTs that ask for each step", ["patients at the dose", *_STEPS.values()], cells)


_STEPS: Mapping[Step, str] = {
    Step.ESCALATE: "escalate (E)",
    Step.STAY: "stay (S)",
    Step.DE_ESCALATE: "de-escalate (D)",
    Step.ELIMINATE: "and never come back (DU)",
}


def ranges(numbers: Sequence[int]) -> str:
    """Write whole numbers, neighbours as ranges.

    Examples
    --------
    >>> ranges([0, 1, 2, 5]), ranges([])
    ('0–2, 5', '–')
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs) or "–"
