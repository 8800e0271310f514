"""Forms of general instruments and the rules of the trial agree, form by form: what both know is known alike."""

from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest

from dosepath.cli.verify.adapter import criterion, person, result, score
from dosepath.core.facts import Fact, Table
from dosepath.core.verdict import Verdict, any_of, verdict_of

NEVER_HAPPENED = (Table.CONDITIONS, Table.PROCEDURES)
RESULTS = ("negative", "positive")


def on_record(facts: dict[str, Any]) -> list[Fact]:
    return [result(concept, said) for concept, said in facts.items()]


def agreed(states: Iterable[bool]) -> Verdict:
    """Give what all states answer alike."""
    seen = set(states)
    return verdict_of(seen.pop()) if len(seen) == 1 else Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("sex", "sterile", "months", "partner"),
    list(product(("female", "male"), (True, False), (0, 11, 12, 13), (True, False))),
)
def test_pregnancy_test_and_contraception(sex: str, sterile: bool, months: int, partner: bool) -> None:
    known: dict[str, bool | int] = {"surgically_sterile": sterile, "partner_of_childbearing_potential": partner}
    known |= {} if sex == "male" else {"menopause_months": months}
    for test in RESULTS:
        scored = score("childbearing_potential", {"sex": sex, **known, "pregnancy_test": test})
        facts = [*person(sex=sex), *on_record({**known, "pregnancy_test": test})]
        needed = scored.value("childbearing_potential") == "true"
        assert criterion("I06.3", facts) is verdict_of(scored.value("pregnancy_test") != "positive")
        assert criterion("E16", [*facts, *on_record({"lactating": False})], complete=NEVER_HAPPENED) is verdict_of(
            needed and test == "positive"
        )
        refused = [*facts, *on_record({"contraception_agreed": False})]
        assert criterion("I06.1", refused) is verdict_of(scored.value("contraception_concerned") == "false")


@pytest.mark.parametrize(("antigen", "dna"), list(product((*RESULTS, None), repeat=2)))
def test_hepatitis(antigen: str | None, dna: str | None) -> None:
    for virus, first, second, both in (
        ("hepatitis_b", "hbsag", "hbv_dna", "antigen_and_dna"),
        ("hepatitis_c", "anti_hcv", "hcv_rna", "antibody_and_rna"),
    ):
        known = {test: said for test, said in ((first, antigen), (second, dna)) if said is not None}
        states = score("infection_screen", known).values(virus)
        identity = "E09.1" if virus == "hepatitis_b" else "E09.2"
        assert criterion(identity, on_record(known)) is agreed(state == both for state in states)


@pytest.mark.parametrize("found", RESULTS)
def test_syphilis_and_hiv(found: str) -> None:
    scored = score("infection_screen", {"tp_antibody": found, "hiv_antibody": found})
    antibodies = {state.startswith("antibody") for state in map(str, scored.values("syphilis"))}
    assert criterion("E09.3", on_record({"treponema_antibody": found})) is agreed(antibodies)
    assert criterion("E09.4", on_record({"hiv_antibody": found})) is verdict_of(scored.value("hiv") == "antibody")


@pytest.mark.parametrize(("igra", "induration"), list(product((*RESULTS, None), (4, 5, None))))
def test_tuberculosis(igra: str | None, induration: int | None) -> None:
    skin_test = "not_done" if induration is None else RESULTS[induration >= 5]
    for symptoms, imaging, active in product((True, False, None), (True, False, None), (True, False)):
        signs = {"tb_symptoms": symptoms, "tb_imaging": imaging, "active_tb": active}
        scored = score("infection_screen", {"igra": igra or "not_done", "tst": skin_test, **signs})
        facts = {"igra": igra, "tst_mm": induration, "tb_symptoms": symptoms, "tb_imaging_signs": imaging}
        known = [*on_record({concept: said for concept, said in facts.items() if said is not None})]
        latent, clinical = (
            criterion(identity, [*known, *on_record({"active_tb": active})]) for identity in ("E12.2", "E12.1")
        )
        assert clinical is verdict_of(scored.value("tuberculosis") == "active")
        if not active:
            assert latent is agreed(state == "latent" for state in scored.values("tuberculosis"))


@pytest.mark.parametrize(("right", "anterior", "symptoms"), list(product((True, False), repeat=3)))
def test_conduction(right: bool, anterior: bool, symptoms: bool) -> None:
    form = {"right_bundle_branch_block": right, "left_anterior_hemiblock": anterior}
    form |= {"left_bundle_branch_block": False, "conduction_symptoms": symptoms}
    found = str(score("ecg_exclusions", form).value("conduction"))
    word = {"normal": "normal", "bifascicular_block": "bifascicular_block"}.get(found, "rbbb")
    if found == "left_anterior_hemiblock":
        return  # no word for it in the record of the trial: the investigator decides
    facts = on_record({"ecg_conduction": word})
    assert criterion("E13.2", facts, complete=NEVER_HAPPENED) is verdict_of(found == "bifascicular_block")


@pytest.mark.parametrize(
    ("written", "admitted"), [("I", True), ("I-II", True), ("II", True), ("II-III", False), ("IV", False)]
)
def test_functional_class(written: str, admitted: bool) -> None:
    counted = score("nyha", {"nyha_class": written}).value("class")
    numeral = {1: "I", 2: "II", 3: "III", 4: "IV"}[int(counted.low or 0)] if not isinstance(counted, str | None) else ""
    assert criterion("I04.e.1", on_record({"nyha_class": numeral})) is verdict_of(admitted)


@pytest.mark.parametrize(("systolic", "diastolic"), list(product((159, 160, 161), (99, 100, 101))))
def test_blood_pressure(systolic: int, diastolic: int) -> None:
    for emergency in (True, False, None):
        scored = score(
            "hypertension",
            {"readings": [[systolic, diastolic]] * 2, "crisis": emergency, "encephalopathy": False},
        )
        facts = on_record({"systolic_bp": systolic, "diastolic_bp": diastolic})
        facts += on_record({"hypertensive_crisis": None}) if emergency else []
        history = agreed(word == "true" for word in scored.values("emergency_in_history"))
        complete = NEVER_HAPPENED if emergency is False else ()
        expected = any_of((verdict_of(systolic > 160 or diastolic > 100), history))
        assert criterion("E13.3", facts, complete=complete) is expected
