"""SRI-4, the responder index of systemic lupus erythematosus, and its stricter forms SRI-5 to SRI-8.

A responder has lost 4 points or more of SLEDAI-2K since baseline, has no new A and at most one new B of BILAG-2004,
has not worsened by 0.3 or more of the physician's 0 to 3, and has had no event that the trial counts as failure (a
prohibited drug, treatment stopped). SRI-5 to SRI-8 ask for 5 to 8 points. One condition that fails decides; where none
fails and one is open, the answer is open.

Without any grade of BILAG at one of the visits there is no SRI-4; the other conditions together are then given under a
name of their own, `without_bilag`. Copies of the paper lose the sign of "at least": both limits belong to the side that
is printed here. SLEDAI-2K is answered by its 24 findings at either visit or by its total; the version must be the same
at both, SELENA-SLEDAI is another instrument. A baseline below 4 points cannot lose 4: such a patient is a
non-responder, and flagged.

Verification: components as gathered in the project's reference notes (abstract of Furie 2009, pages of Furie 2014); all
grades of BILAG against a count written on its own; shared cases, 2026-11-25. From memory: that 4 points and 0.3 are
"at least", supported by the wording of the BLISS trials; names of the domains.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from dosepath.core.instrument import Case, Field, Flag, Item, Verification
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, negate
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, at, by_id, yes_or_no
from dosepath.instruments.pga import HIGHEST as HIGHEST_PGA
from dosepath.instruments.pga import bounds, worsening
from dosepath.instruments.scale import Outcome, Scale
from dosepath.instruments.sums import Points
from dosepath.response import bilag_2004
from dosepath.response.completions import outcomes
from dosepath.response.sledai_visit import Reading, SledaiVisit, mattering, new_refusals

POINTS_LOST = {"sri4": 4, "sri5": 5, "sri6": 6, "sri7": 7, "sri8": 8}
"""Fall of SLEDAI-2K that each index asks for."""

NEW_A = 0
NEW_B = 1
"""New grades of BILAG-2004 that are allowed."""

WITHOUT_BILAG = "without_bilag"
FAILURE = "failure"
RESPONSES = ("responder", "non_responder")

SLEDAI_BASELINE = SledaiVisit("sledai_baseline", "total", "baseline.", "at baseline")
SLEDAI_NOW = SledaiVisit("sledai_now", "total", "now.", "now")


def pga_items() -> tuple[Item, ...]:
    """Make the questions about the physician's global assessment at both visits."""
    before, now = (
        amount("pga_baseline", "physician's global assessment at baseline, 0 to 3", high=HIGHEST_PGA),
        amount("pga_now", "physician's global assessment now, 0 to 3", high=HIGHEST_PGA),
    )
    row = "physician's global assessment, 0 to 3"
    return (
        at(before, section="global assessment", row=row, column="at baseline"),
        at(now, section="global assessment", row=row, column="now"),
    )


def not_worse(said: Answers) -> Verdict:
    """Answer whether the physician's global assessment has not worsened."""
    return negate(worsening(bounds(said.number("pga_baseline")), bounds(said.number("pga_now"))))


def truths(verdict: Verdict) -> tuple[bool, ...]:
    """Give the plain answers that a verdict leaves possible."""
    return (True, False) if verdict is Verdict.UNKNOWN else (verdict is Verdict.MET,)


def answer_of(said: Answers, item: str) -> str:
    """Write the answer to a yes-or-no item."""
    return {True: "yes", False: "no", None: "not assessed"}[said.flags.get(item)]


def bilag_not_worse(grades: Points) -> bool:
    """Answer whether the number of new A and of new B is allowed."""
    new_a, new_b = grades
    return new_a <= NEW_A and new_b <= NEW_B


def _rule(said: Answers) -> Outcome:
    before = SLEDAI_BASELINE.read(said)
    now = SLEDAI_NOW.read(before.said)
    grades = bilag_2004.sums(said, bilag_2004.new_grades)
    options: dict[str, Sequence[Any]] = {
        "reached": sorted({_reached(first - second) for first in before.values for second in now.values}),
        "bilag": sorted({bilag_not_worse(each) for each in grades}),
        "pga": truths(not_worse(said)),
        FAILURE: truths(said.verdict(FAILURE)),
        "graded": [all(bilag_2004.assessed(said, visit) for visit in (bilag_2004.BASELINE, bilag_2004.NOW))],
    }
    found, matter = outcomes(_judge, options)
    (graded,) = options["graded"]
    names = {
        "reached": _open_points(before, now),
        "pga": said.open(("pga_baseline", "pga_now")),
        "bilag": bilag_2004.mattering(said, bilag_2004.new_grades, bilag_not_worse),
        FAILURE: (FAILURE,),
    }
    return Outcome(
        possible=tuple(_cases(found)),
        missing=tuple(item for part, items in names.items() if part in matter for item in items),
        flags=tuple(_flags(said, before, graded)),
        refused=new_refusals(said, now.said),
        steps=tuple(_steps(said, before, now)),
    )


def _reached(points_lost: int) -> int:
    """Count the indices whose fall of SLEDAI-2K is reached."""
    return sum(points_lost >= wanted for wanted in POINTS_LOST.values())


def _open_points(before: Reading, now: Reading) -> tuple[str, ...]:
    """Name what is open at either visit and can change how far SLEDAI-2K fell."""
    return (
        *mattering(SLEDAI_BASELINE, before, lambda points: tuple(_reached(points - other) for other in now.values)),
        *mattering(SLEDAI_NOW, now, lambda points: tuple(_reached(other - points) for other in before.values)),
    )


def _judge(reached: int, bilag: bool, pga: bool, failure: bool, graded: bool) -> tuple[int, int | None]:
    """Give how many of the five indices respond, and how many would without BILAG where none was graded."""
    others = reached if pga and not failure else 0
    return (others if bilag else 0), (None if graded else others)


def _cases(found: tuple[tuple[int, int | None], ...]) -> Iterator[Case]:
    seen: list[Case] = []
    for responding, without in found:
        case = {name: RESPONSES[place >= responding] for place, name in enumerate(POINTS_LOST)}
        if without is not None:
            case[WITHOUT_BILAG] = RESPONSES[without == 0]
        if case not in seen:
            seen.append(case)
            yield case


def _flags(said: Answers, before: Reading, graded: bool) -> Iterator[Flag]:
    needed = POINTS_LOST["sri4"]
    if max(before.values) < needed:
        yield Flag("not_evaluable", f"baseline below {needed} points of SLEDAI-2K: no response is possible")
    if not graded:
        yield Flag(WITHOUT_BILAG, "no grade of BILAG at one of the visits: what the others say together is no SRI-4")
    yield from bilag_2004.flags(said)


def _steps(said: Answers, before: Reading, now: Reading) -> Iterator[str]:
    yield f"SLEDAI-2K {before.words} at baseline, {now.words} now; a fall of 4 is asked for"
    yield from bilag_2004.steps(said)
    yield f"no new A and at most one new B: {_all(bilag_2004.sums(said, bilag_2004.new_grades))}"
    yield f"physician's global assessment not worse by 0.3 or more: {not_worse(said).value.replace('_', ' ')}"
    yield f"prohibited drug or treatment stopped: {answer_of(said, FAILURE)}"


def _all(grades: tuple[Points, ...]) -> str:
    answers = {bilag_not_worse(each) for each in grades}
    return "unknown" if len(answers) > 1 else "met" if True in answers else "not met"


SRI4 = Scale(
    id="sri4",
    name="SLE responder index",
    version="SRI-4 with SLEDAI-2K and BILAG-2004",
    citation=Citation("Furie RA, Petri MA, Wallace DJ et al. Arthritis Rheum 2009;61:1143-1151"),
    verification=Verification(
        "abstract of the paper, Furie R et al. Lupus Sci Med 2014;1:e000031",
        date(2026, 11, 25),
        "that both limits are 'at least'; names of the domains of BILAG",
    ),
    items=by_id(
        [
            *SLEDAI_BASELINE.items(),
            *SLEDAI_NOW.items(),
            *pga_items(),
            *bilag_2004.items(),
            yes_or_no(FAILURE, "prohibited drug taken, or treatment stopped, as the trial counts it"),
        ]
    ),
    fields={
        **{
            name: Field(f"response with a fall of {points} points", choices=RESPONSES)
            for name, points in POINTS_LOST.items()
        },
        WITHOUT_BILAG: Field("SRI-4 without BILAG, where none was graded", choices=RESPONSES),
    },
    rule=_rule,
)
