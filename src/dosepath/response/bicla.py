"""BICLA, the composite of lupus that BILAG-2004 drives.

A responder has improved in every domain that was active at baseline (A is now B, C, D or E; B is now C, D or E), has no
new A and at most one new B, no more points of SLEDAI-2K, no rise by 0.3 or more of the physician's 0 to 3, and no
treatment failure. No fall of SLEDAI-2K is asked for. Without an A or a B at baseline there is nothing to respond: the
patient is not evaluable; most trials ask for an A or two B, so a single B is flagged.

Verification: the project's reference notes, all from memory; all grades of two domains against a rule written on its
own; shared cases, 2026-11-25.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from dosepath.core.instrument import Field, Flag, Verification
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import at, by_id, whole, yes_or_no
from dosepath.instruments.scale import Outcome, Scale
from dosepath.instruments.sums import Points
from dosepath.response import bilag_2004
from dosepath.response.completions import outcomes
from dosepath.response.sledai_visit import HIGHEST
from dosepath.response.sri4 import FAILURE, NEW_B, answer_of, not_worse, pga_items, truths

RESPONSES = ("responder", "non_responder", "not_evaluable")

SLEDAI = ("sledai_baseline", "sledai_now")


def grade_points(baseline: str, now: str) -> Points:
    """Count of one domain: active at baseline, failing, a new B.

    A domain fails that was active and has not improved, or has a new A.

    Examples
    --------
    >>> grade_points("A", "B"), grade_points("B", "B"), grade_points("C", "B"), grade_points("D", "A")
    ((1, 0, 0), (1, 1, 0), (0, 0, 1), (0, 1, 0))
    """
    new_a, new_b = bilag_2004.new_grades(baseline, now)
    unchanged = baseline in bilag_2004.ACTIVE and now == baseline
    return int(baseline in bilag_2004.ACTIVE), int(bool(new_a) or unchanged), new_b


def _of_grades(points: Points) -> str:
    """Say what the sums over the domains make of the response, as far as they can."""
    active, failing, new_b = points
    if active == 0:
        return "not_evaluable"
    return "responder" if failing == 0 and new_b <= NEW_B else "non_responder"


def _rule(said: Answers) -> Outcome:
    options: dict[str, Sequence[Any]] = {
        "bilag": sorted({_of_grades(each) for each in bilag_2004.sums(said, grade_points)}),
        "sledai": truths(_sledai_not_higher(said)),
        "pga": truths(not_worse(said)),
        FAILURE: truths(said.verdict(FAILURE)),
    }
    found, matter = outcomes(_judge, options)
    others_can_hold = True in options["sledai"] and True in options["pga"] and False in options[FAILURE]
    names = {
        "bilag": bilag_2004.mattering(
            said, grade_points, _of_grades if others_can_hold else lambda points: points[0] > 0
        ),
        "sledai": said.open(SLEDAI),
        "pga": said.open(("pga_baseline", "pga_now")),
        FAILURE: (FAILURE,),
    }
    return Outcome(
        possible=tuple({"response": each} for each in found),
        missing=tuple(item for part, items in names.items() if part in matter for item in items),
        flags=tuple(_flags(said)),
        steps=tuple(_steps(said)),
    )


def _judge(bilag: str, sledai: bool, pga: bool, failure: bool) -> str:
    if bilag == "responder" and not (sledai and pga and not failure):
        return "non_responder"
    return bilag


def _sledai_not_higher(said: Answers) -> Verdict:
    low_before, high_before, low_now, high_now = (
        said.numbers.get(item, end) for item in SLEDAI for end in (0, HIGHEST["total"])
    )
    if high_now <= low_before:
        return Verdict.MET
    return Verdict.NOT_MET if low_now > high_before else Verdict.UNKNOWN


def _flags(said: Answers) -> Iterator[Flag]:
    grades = [said.levels.get(f"{bilag_2004.BASELINE}.{domain}") for domain in bilag_2004.DOMAINS]
    if None not in grades and "A" not in grades and grades.count("B") == 1:
        yield Flag("one_b_at_baseline", "active through one B alone: most trials ask for an A or two B at baseline")
    yield from bilag_2004.flags(said)


def _steps(said: Answers) -> Iterator[str]:
    yield from bilag_2004.steps(said)
    found = {_of_grades(each) for each in bilag_2004.sums(said, grade_points)}
    yield "by BILAG alone: " + (found.pop().replace("_", " ") if len(found) == 1 else "open")
    yield f"SLEDAI-2K not higher than at baseline: {_sledai_not_higher(said).value.replace('_', ' ')}"
    yield f"physician's global assessment not worse by 0.3 or more: {not_worse(said).value.replace('_', ' ')}"
    yield f"treatment failure: {answer_of(said, FAILURE)}"


BICLA = Scale(
    id="bicla",
    name="BILAG-based composite lupus assessment",
    version="with BILAG-2004 and SLEDAI-2K",
    citation=Citation("Wallace DJ, Kalunian K, Petri MA et al. Ann Rheum Dis 2014;73:183-190"),
    verification=Verification("the project's reference notes", date(2026, 11, 25), "the whole rule"),
    items=by_id(
        [
            *bilag_2004.items(),
            *(
                at(
                    whole(name, f"SLEDAI-2K {when}", 0, HIGHEST["total"]),
                    section="SLEDAI-2K",
                    row="SLEDAI-2K, total",
                    column=when,
                )
                for name, when in zip(SLEDAI, ("at baseline", "now"), strict=True)
            ),
            *pga_items(),
            at(
                yes_or_no(
                    FAILURE, "treatment failure: immunosuppressant or glucocorticoid new or raised beyond the protocol"
                ),
                section="treatment",
            ),
        ]
    ),
    fields={"response": Field("response by BICLA", choices=RESPONSES)},
    rule=_rule,
)
