"""The instrument and the rule of the trial say the same about every history that is fully known."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.cli.verify.adapter import course, criterion, result, score
from dosepath.core.facts import Table
from dosepath.core.verdict import Verdict

SCREENING = date(2026, 6, 1)
THERAPY = date(2025, 1, 10)
THERAPY_DAYS = st.one_of(st.integers(85, 95), st.integers(100, 140))

ITEMS = st.sampled_from([(0, 0), (0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 2)])
ACTIVE = st.tuples(st.integers(1, 4), st.sampled_from([5, 20]), ITEMS)
QUIET = st.tuples(st.just(0), st.sampled_from([0, 5, 20]), st.just((0, 0)))
DAYS_BEFORE = st.one_of(st.integers(-10, 20), st.integers(78, 92), st.integers(20, 340))


@settings(max_examples=250, deadline=None)
@given(
    glucocorticoid=THERAPY_DAYS,
    rituximab=THERAPY_DAYS,
    found=st.dictionaries(DAYS_BEFORE, st.one_of(ACTIVE, QUIET), min_size=1, max_size=5),
)
def test_instrument_and_rule_agree(
    glucocorticoid: int, rituximab: int, found: dict[int, tuple[int, int, tuple[int, int]]]
) -> None:
    courses = {"glucocorticoid": glucocorticoid, "rituximab": rituximab}
    answers: dict[str, Any] = {
        "screening": SCREENING,
        "therapy": [[drug, THERAPY, THERAPY + timedelta(days)] for drug, days in courses.items()],
        "assessments": [
            [SCREENING - timedelta(days), bvas, dose, *items] for days, (bvas, dose, items) in found.items()
        ],
    }
    facts = [course("prednisone", THERAPY, THERAPY + timedelta(glucocorticoid))]
    facts.append(course("rituximab", THERAPY, THERAPY + timedelta(rituximab)))
    for on, bvas, dose, major, other in answers["assessments"]:
        if on > SCREENING:
            continue
        facts += [
            result("bvas_v3_total", bvas, on=on),
            result("bvas_v3_new_major_items", major, on=on),
            result("bvas_v3_new_other_items", other, on=on),
        ]
        facts += [course("prednisone", on, on, dose)] if dose else []
    verdict = criterion("I02.3.d", facts, on=SCREENING, complete=[Table.MEDICATIONS])
    scored = score("aav_remission_relapse", answers)
    match scored.value("class"):
        case "relapsed" | "refractory":
            assert verdict is Verdict.MET
        case "neither":
            assert verdict is Verdict.NOT_MET
        case _:
            assert verdict is Verdict.UNKNOWN
