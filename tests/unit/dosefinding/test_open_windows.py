"""Designs that decide while windows are open: published tables, reference numbers, agreement with closed windows."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Skeleton
from dosepath.dosefinding.design import Action, Decision, decision_of, state_after
from dosepath.dosefinding.open_windows import Followed, OpenDesign, OpenTally
from dosepath.dosefinding.outcomes import Cohort
from dosepath.dosefinding.rolling_six import RollingSix
from dosepath.dosefinding.tite_boin import TiteBoin
from dosepath.dosefinding.tite_crm import TiteCrm, weights_of
from tests.unit.dosefinding.test_table_designs import entries

CLEAN, NONE = OpenTally(3), OpenTally()
SKELETON = Skeleton((0.1, 0.2, 0.33))
OPEN: list[OpenDesign] = [RollingSix(3), TiteBoin(Boin(3, 0.3, 6)), TiteCrm(Crm(SKELETON, 0.3, 18, 1))]


def said(found: Decision) -> tuple[str, int | None]:
    return found.action.value, found.level


# Rolling six --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("enrolled", range(7))
def test_every_row_of_the_table_of_rolling_six(enrolled: int) -> None:
    """PMC7221509 table 2, column Rolling 6, written as a rule for each count."""
    for known in range(enrolled + 1):
        for dlts in range(known + 1):
            if dlts >= 2:
                wanted = "de_escalate"
            elif (dlts == 1 and known == 6) or (dlts == 0 and (known >= 5 or (known == enrolled and known >= 3))):
                wanted = "escalate"
            else:
                wanted = "wait" if enrolled == 6 else "stay"
            seen = OpenTally(enrolled, enrolled - known, dlts)
            assert RollingSix(3).advise_on([CLEAN, seen, NONE], 2).action.value == wanted, (enrolled, known, dlts)


# TITE-BOIN ----------------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_decisions_of_the_package(shared_reference: Path) -> None:
    for entry in entries(shared_reference, "tite_boin_decision"):
        given, wanted = entry["inputs"], entry["outputs"]
        shares = [float(days) / given["window_days"] for days in given["pending_followup_total_days"]]
        seen = [OpenTally(*each) for each in zip(given["n"], given["pending"], given["dlt"], shares, strict=True)]
        found = TiteBoin(Boin(len(seen), float(given["target"]))).advise_on(seen, given["current_dose"])
        assert found.level == wanted["d"]
        assert (found.action is Action.WAIT) == bool(wanted["pending"])


@pytest.mark.parametrize("current", [1, 2, 3])
def test_with_all_windows_over_tite_boin_is_boin(current: int) -> None:
    boin = Boin(3, 0.3, 6)
    for counts in product(range(4), repeat=current):
        cohorts = [Cohort(level, tuple(each < x for each in range(3))) for level, x in enumerate(counts, start=1)]
        closed = decision_of(boin, state_after(cohorts, 3))
        found = TiteBoin(boin).advise_on([OpenTally(3, 0, x) for x in counts] + [NONE] * (3 - current), current)
        assert (found.action, found.level) == (closed.action, closed.level)


# TITE-CRM -----------------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_weights_rates_and_choices_of_dfcrm(shared_reference: Path) -> None:
    for entry in entries(shared_reference, "titecrm"):
        given, wanted = entry["inputs"], entry["outputs"]
        shares = [float(days) / given["obswin"] for days in given["followup"]]
        patients = [Followed(*each) for each in zip(given["level"], map(bool, given["dlt"]), shares, strict=True)]
        skeleton = Skeleton(
            tuple(float(rate) for rate in given["skeleton"]),
            given["model"],
            float(given["intercept"]),
            float(given["scale_sd"]) ** 2,
        )
        design = TiteCrm(Crm(skeleton, float(given["target"])), given["scheme"])
        weights = weights_of(patients, given["scheme"])
        assert np.allclose(weights, [float(weight) for weight in wanted["weights"]], rtol=0, atol=1e-12)
        assert np.allclose(design.rates(patients), [float(rate) for rate in wanted["ptox"]], rtol=0, atol=1e-5)
        assert design.advise(patients, wanted["mtd"]).level == wanted["mtd"]


def test_with_all_windows_over_tite_crm_is_crm() -> None:
    crm = Crm(SKELETON, 0.25, 12, 1)
    for outcomes in product((False, True), repeat=4):
        cohorts = [Cohort(level, (dlt,)) for level, dlt in zip((1, 1, 2, 2), outcomes, strict=True)]
        closed = decision_of(crm, state_after(cohorts, 3))
        patients = [Followed(level, dlt) for level, dlt in zip((1, 1, 2, 2), outcomes, strict=True)]
        assert TiteCrm(crm).advise(patients, 2).level == closed.level


# All of them --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", OPEN, ids=lambda design: design.id)
def test_a_dlt_of_a_pending_patient_never_raises_the_next_dose(design: OpenDesign) -> None:
    states = (Followed(2), Followed(2, share=0.3), Followed(2, dlt=True, share=0.3))
    for here in product(states, repeat=4):
        patients = [Followed(1)] * 3 + list(here)
        for place, each in enumerate(here):
            if each.pending:
                toxic = [*patients]
                toxic[3 + place] = states[2]
                before, after = design.advise(patients, 2), design.advise(toxic, 2)
                assert (after.level or 0) <= (before.level or 0)
                assert 0 <= (before.level or 0) <= 3


@pytest.mark.parametrize(
    "wrong",
    [{"treated": 1, "pending": 2}, {"dlts": 1}, {"treated": 2, "pending": 1, "follow_up": 1.5}, {"treated": -1}],
)
def test_counts_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match="cannot"):
        OpenTally(**wrong)
