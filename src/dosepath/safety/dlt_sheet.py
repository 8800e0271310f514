"""The DLT definition clause by clause for one patient: met, not met or unknown, and the day that decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dosepath.core.verdict import Verdict
from dosepath.safety.dlt import clause_answers, judge_dlt
from dosepath.safety.dlt_finding import ClauseAnswer, DltFinding, DltHistory
from dosepath.safety.dlt_rule import DltRule


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One clause of the definition.

    Parameters
    ----------
    clause, text, source
        Its name, its words, and where they stand.
    verdict
        Met as soon as one event meets it; not met once none can any more; unknown until then.
    day
        Day on which it became certain, or on which it can be decided if nothing new happens; None where it waits for an
        answer, or where the patient is no longer observed.
    answers
        What it says about each event of its kind.
    """

    clause: str
    text: str
    source: str
    verdict: Verdict
    day: date | None
    answers: tuple[ClauseAnswer, ...]


def dlt_sheet(history: DltHistory, rule: DltRule, on: date) -> tuple[SheetRow, ...]:
    """Judge each clause from the data through a day; empty before the infusion.

    Parameters
    ----------
    history, rule, on
        As for `judge_dlt`.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from dosepath.safety.dlt_rule import dlt_rule
    >>> from dosepath.trial.library import open_trial
    >>> rule = dlt_rule(open_trial("NCT06680388"))
    >>> clean = DltHistory(date(2027, 1, 4), Decimal(1))
    >>> {(row.verdict.value, str(row.day)) for row in dlt_sheet(clean, rule, date(2027, 1, 10))}
    {('unknown', '2027-02-01')}
    """
    if history.infusion is None or history.infusion > on:
        return ()
    finding = judge_dlt(history, rule, on)
    answers = clause_answers(history, rule, on)
    named = [(clause.id, clause.text, clause.source) for clause in rule.clauses]
    named.append((rule.fatal.id, rule.fatal.text, rule.fatal.source))
    left = history.exit.day if history.exit is not None and history.exit.day <= on else None
    return tuple(
        _row(name, text, source, [each for each in answers if each.clause == name], finding, on, left=left)
        for name, text, source in named
    )


def _row(
    name: str,
    text: str,
    source: str,
    answers: Sequence[ClauseAnswer],
    finding: DltFinding,
    on: date,
    *,
    left: date | None,
) -> SheetRow:
    verdict, day = _verdict(answers, finding, on, left=left)
    return SheetRow(name, text, source, verdict, day, tuple(answers))


def _verdict(
    answers: Sequence[ClauseAnswer], finding: DltFinding, on: date, *, left: date | None
) -> tuple[Verdict, date | None]:
    met = [each.day for each in answers if each.verdict is Verdict.MET and each.day is not None]
    if met:
        return Verdict.MET, min(met)
    still_open = [each for each in answers if each.verdict is Verdict.UNKNOWN]
    window = None if finding.window_closed else finding.first_closing_day
    by_window = None if window is None or left is not None else max(window, on + timedelta(days=1))
    if still_open:
        days = [each.day for each in still_open]
        known = [day for day in (*days, by_window) if day is not None]
        return Verdict.UNKNOWN, max(known, default=None) if None not in days else None
    if finding.window_closed:
        return Verdict.NOT_MET, finding.window_end
    if left is not None and window is not None and left >= window:
        return Verdict.NOT_MET, left
    return Verdict.UNKNOWN, by_window
