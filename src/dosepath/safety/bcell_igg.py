"""B-cell aplasia and low IgG after CD19 CAR-T: from when to when B cells are gone, and whether IgG is low.

Aplasia is CD19-positive cells below 5/uL in a sample after infusion; it starts with the first one. It ends with the
first of two samples in a row at 5/uL or more; one such sample alone, or the last one, ends nothing. The duration counts
the days between both; where B cells have not come back it runs to the last sample and is censored. Two counts of one
day count as the lower one. IgG is low below the limit of the laboratory, and severely low below 4 g/L.

Traps: after intravenous immunoglobulin IgG says little for 60 days; that is flagged and changes nothing. Rituximab
before can have emptied B cells already: a baseline below the limit is flagged. The CTCAE has no term for low
immunoglobulin: code "Immune system disorders - Other" or "Investigations - Other".

No sample after infusion leaves aplasia open; nothing is carried forward. IgG without the limit of the laboratory is
open. A sample without a count leaves open what depends on it.

Verification: own conventions of the project, thresholds assumed; context from the abstract of Müller 2024; that CTCAE
v5 has no term, from the project's reference notes; shared cases, 2026-11-25. Other uses set other limits: 1 % of
leukocytes or 3 % of lymphocytes (from memory).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise, product
from typing import Final

from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, verdict_of
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, by_id, rows, whole, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, word_of
from dosepath.safety.open_items import flags_that_hold

APLASIA_BELOW_PER_UL: Final = Fraction(5)
SAMPLES_OF_RECONSTITUTION: Final = 2
SEVERE_IGG_BELOW_G_L: Final = Fraction(4)
MOST_OPEN_SAMPLES: Final = 6
"""Samples without a count that are tried both ways; with more of them all that follows is left open."""

_ITEMS = by_id(
    [
        rows(
            "cd19_series",
            "B cells in blood",
            whole("day", "days from infusion", -365, unit="d", high=None),
            amount("cd19", "CD19-positive cells", "/uL"),
            amount("cd19_pct", "CD19-positive cells of lymphocytes", "%", high=100),
        ),
        amount("igg", "IgG", "g/L"),
        amount("igg_lln", "lower limit of IgG", "g/L"),
        yes_or_no("ivig_within_60d", "intravenous immunoglobulin in the 60 days before this IgG"),
    ]
)
_FIELDS = {
    "aplasia": Field("B-cell aplasia after infusion", choices=YES_OR_NO),
    "duration_days": Field("days of aplasia, to the last sample where it has not ended", unit="d"),
    "censored": Field("aplasia lasts to the last sample", choices=YES_OR_NO),
    "aplasia_start": Field("day of the first sample with aplasia", unit="d"),
    "reconstitution_day": Field("day on which B cells are back", unit="d"),
    "hypogammaglobulinaemia": Field("IgG below the limit of the laboratory", choices=YES_OR_NO),
    "severe": Field("IgG below 4 g/L", choices=YES_OR_NO),
}

IVIG = Flag("ivig_confounded", "IgG says little for about 60 days after intravenous immunoglobulin")
BASELINE = Flag("baseline_aplasia", "B cells were below 5/uL before infusion already, as after rituximab")
NO_TERM = Flag("no_ctcae_term", "the CTCAE has no term for low IgG: code one of the terms 'Other'")


@dataclass(frozen=True, slots=True)
class Aplasia:
    """The time without B cells: first day, day on which they are back (None: not yet), and the last sample."""

    start: int
    reconstitution: int | None
    last_sample: int

    @property
    def censored(self) -> bool:
        """Whether it lasts to the last sample."""
        return self.reconstitution is None

    @property
    def days(self) -> int:
        """Days from the start to reconstitution, or to the last sample."""
        return (self.last_sample if self.reconstitution is None else self.reconstitution) - self.start


def aplasia(samples: Sequence[tuple[int, bool]]) -> Aplasia | None:
    """Find the aplasia in a series of samples.

    Parameters
    ----------
    samples
        Day from infusion, and whether B cells are below the limit; in order of days, one a day.

    Returns
    -------
    Aplasia | None
        None where no sample after infusion is below the limit.

    Examples
    --------
    >>> aplasia([(-6, False), (7, True), (28, True), (90, False), (120, True), (150, False), (180, False)])
    Aplasia(start=7, reconstitution=150, last_sample=180)
    """
    start = next((day for day, low in samples if day > 0 and low), None)
    if start is None:
        return None
    since = [(day, low) for day, low in samples if day >= start]
    back = next((day for (day, low), (_, next_low) in pairwise(since) if not low and not next_low), None)
    return Aplasia(start, back, since[-1][0])


def _rule(said: Answers) -> Outcome:
    series, misplaced = _samples(said.rows.get("cd19_series", ()))
    found, missing = _possible(series, misplaced=misplaced)
    cases = tuple(map(_case, found)) or _NOTHING_KNOWN
    igg, lln = said.amounts.get("igg"), said.amounts.get("igg_lln")
    low = Verdict.UNKNOWN if igg is None or lln is None else verdict_of(igg < lln)
    severe = Verdict.UNKNOWN if igg is None else verdict_of(igg < SEVERE_IGG_BELOW_G_L)
    before = [low for day, low in series if day <= 0 and low is not None]
    return Outcome(
        tuple(
            {**case, "hypogammaglobulinaemia": is_low, "severe": is_severe}
            for case, is_low, is_severe in product(cases, word_of(low), word_of(severe))
        ),
        missing=(*missing, *said.open(["igg", "igg_lln"])),
        flags=flags_that_hold(
            [
                (IVIG, said.yes("ivig_within_60d")),
                (BASELINE, bool(before) and before[-1]),
                (NO_TERM, low is Verdict.MET or severe is Verdict.MET),
            ]
        ),
        steps=_steps(found, low, severe),
    )


def _samples(table: Sequence[Answers]) -> tuple[list[tuple[int, bool | None]], bool]:
    """Read whether each day is below the limit, None where it has no count; and whether some count has no day."""
    lowest: dict[int, Fraction | None] = {}
    for row in table:
        if "day" in row.numbers:
            day, count = row.numbers["day"], row.amounts.get("cd19")
            known = lowest.get(day)
            lowest[day] = count if known is None else known if count is None else min(known, count)
    misplaced = any("day" not in row.numbers and "cd19" in row.amounts for row in table)
    found = [(day, None if count is None else count < APLASIA_BELOW_PER_UL) for day, count in sorted(lowest.items())]
    return found, misplaced


def _possible(
    series: list[tuple[int, bool | None]], *, misplaced: bool
) -> tuple[tuple[Aplasia | None, ...], tuple[str, ...]]:
    """List every aplasia that the samples leave possible, nothing where they say nothing; and what is missing."""
    unread = sum(low is None for day, low in series if day > 0)
    if misplaced:
        return (), ("cd19_series.day",)
    if not any(day > 0 for day, _ in series):
        return (), ("cd19_series",)
    if unread > MOST_OPEN_SAMPLES:
        return (), ("cd19_series.cd19",)
    days = [day for day, _ in series]
    ways = product(*([False, True] if low is None and day > 0 else [low is True] for day, low in series))
    found = {aplasia(list(zip(days, way, strict=True))) for way in ways}
    ordered = sorted(found, key=lambda one: (-1, 0) if one is None else (one.start, one.days))
    return tuple(ordered), ("cd19_series.cd19",) if len(found) > 1 else ()


_NOTHING_KNOWN: Final[tuple[Case, ...]] = ({"aplasia": "false"}, {"aplasia": "true"})


def _case(found: Aplasia | None) -> Case:
    if found is None:
        return {"aplasia": "false"}
    case: dict[str, Interval | str] = {
        "aplasia": "true",
        "duration_days": Interval.at(found.days),
        "censored": "true" if found.censored else "false",
        "aplasia_start": Interval.at(found.start),
    }
    if found.reconstitution is not None:
        case["reconstitution_day"] = Interval.at(found.reconstitution)
    return case


_IN_WORDS: Final = {Verdict.MET: "yes", Verdict.NOT_MET: "no", Verdict.UNKNOWN: "not known"}


def _steps(found: Sequence[Aplasia | None], low: Verdict, severe: Verdict) -> tuple[str, ...]:
    return (
        *(_told(each) for each in found),
        f"IgG below the limit of the laboratory: {_IN_WORDS[low]}",
        f"IgG below 4 g/L: {_IN_WORDS[severe]}",
    )


def _told(found: Aplasia | None) -> str:
    if found is None:
        return "no sample after infusion is below 5/uL"
    start = f"below 5/uL from day {found.start} on"
    if found.reconstitution is None:
        return f"{start}, not back by the last sample on day {found.last_sample}: {found.days} days, censored"
    return f"{start}, back on day {found.reconstitution} and in the sample after it: {found.days} days"


BCELL_IGG = Scale(
    id="bcell_igg",
    name="B-cell aplasia and low IgG after CD19 CAR-T",
    version="project convention 1",
    citation=Citation(
        "own convention; context: Müller F, Taubmann J, Bucci L et al. N Engl J Med 2024;390:687-700",
        "10.1056/NEJMoa2308917",
    ),
    verification=Verification(
        "abstract of Müller 2024 for context",
        date(2026, 11, 25),
        "5 cells/uL, two samples for reconstitution, 4 g/L and 60 days are assumed",
    ),
    items=_ITEMS,
    fields=_FIELDS,
    rule=_rule,
    entries=_FIELDS,
)
