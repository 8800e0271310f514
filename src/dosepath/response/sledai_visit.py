"""SLEDAI-2K at one visit as part of a larger form: its findings, or a number that was entered."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from dosepath.core.instrument import Item, Refusal
from dosepath.core.interval import Interval
from dosepath.instruments.answers import Answers, Weighted
from dosepath.instruments.bounds import in_words
from dosepath.instruments.items import at, whole, yes_or_no
from dosepath.instruments.sledai_2k import CLINICAL, SEROLOGY, SLEDAI_2K
from dosepath.instruments.sums import all_reachable, either

HIGHEST = {"total": 105, "clinical": 101}
_NUMBER = "the number itself, where the findings are not at hand"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a form says about one visit.

    Parameters
    ----------
    said
        The answers, without a number that the findings contradict.
    values
        Points that are possible, the lowest first.
    missing
        What would tell the points: the findings that are open, or the number where no finding was answered.
    """

    said: Answers
    values: tuple[int, ...]
    missing: tuple[str, ...]

    @property
    def words(self) -> str:
        """The points in words, `4` or `4 to 8`."""
        return in_words(Interval(Fraction(min(self.values)), Fraction(max(self.values))))


@dataclass(frozen=True, slots=True)
class SledaiVisit:
    """The questions about SLEDAI-2K at one visit.

    Parameters
    ----------
    number
        Item of the number that may be entered instead of findings.
    field
        Which number of SLEDAI-2K it is: the total, or the clinical part, whose form has no serology.
    prefix
        What stands before the names of the findings.
    when
        Words for the visit, in labels.
    """

    number: str
    field: Literal["total", "clinical"]
    prefix: str = ""
    when: str = "now"

    @property
    def findings(self) -> tuple[Weighted, ...]:
        """The findings that count."""
        return CLINICAL if self.field == "clinical" else (*CLINICAL, *SEROLOGY)

    def name(self, finding: str) -> str:
        """Give the item of a finding."""
        return f"{self.prefix}{finding}"

    def items(self) -> Sequence[Item]:
        """Make the questions: the number, then the findings."""
        return (
            at(
                whole(self.number, f"{SLEDAI_2K.fields[self.field].label}, {self.when}", 0, HIGHEST[self.field]),
                section="SLEDAI-2K",
                row=_NUMBER,
                column=self.when,
            ),
            *(
                at(
                    yes_or_no(self.name(row.id), f"{row.label}, {self.when}"),
                    section="SLEDAI-2K",
                    row=row.label,
                    column=self.when,
                    points=str(row.points),
                )
                for row in self.findings
            ),
        )

    def read(self, said: Answers) -> Reading:
        """Give the points that findings and number leave possible; findings overrule a number that contradicts them."""
        seen = {row.id: said.flags[self.name(row.id)] for row in self.findings if self.name(row.id) in said.flags}
        values = _points(seen, self.field) if seen or self.number not in said.numbers else (said.numbers[self.number],)
        entered = said.numbers.get(self.number)
        if entered is not None:
            if entered not in values:
                said = said.without([self.number], f"the findings do not make {entered} points")
            else:
                values = (entered,)
        if len(values) == 1:
            return Reading(said, values, ())
        open_findings = tuple(self.name(row.id) for row in self.findings if row.id not in seen)
        return Reading(said, values, open_findings if seen else (self.number,))


def mattering(visit: SledaiVisit, reading: Reading, judge: Callable[[int], Hashable]) -> tuple[str, ...]:
    """Give what of a visit is open and can change what is made of its points.

    Parameters
    ----------
    visit, reading
        The questions and what was read.
    judge
        What a number of points leads to.
    """
    if visit.number in reading.missing:
        return reading.missing
    open_rows = [row for row in visit.findings if visit.name(row.id) in reading.missing]
    known = sum(row.points for row in visit.findings if reading.said.yes(visit.name(row.id)))
    found: list[str] = []
    for row in open_rows:
        others = (either(None, (other.points,)) for other in open_rows if other is not row)
        if any(judge(points) != judge(points + row.points) for (points,) in all_reachable(others, (known,))):
            found.append(visit.name(row.id))
    return tuple(found)


def _points(seen: dict[str, bool], field: str) -> tuple[int, ...]:
    found = {case[field] for case in SLEDAI_2K.score(seen).possible}
    return tuple(sorted(int(value.low) for value in found if isinstance(value, Interval) and value.low is not None))


def new_refusals(before: Answers, after: Answers) -> tuple[Refusal, ...]:
    """Give what was refused between two readings of a form."""
    return tuple(refusal for item, refusal in after.refused.items() if item not in before.refused)
