"""General instruments against brute force: every form of a small one, and formulas written a second time."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosepath.core.facts import Value
from dosepath.core.instrument import Field, Flag, Refusal, RefusalKind, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation
from dosepath.instruments.cockcroft_gault import COCKCROFT_GAULT
from dosepath.instruments.formula_form import FormulaForm, formula_scale
from dosepath.instruments.items import amount, choice
from dosepath.instruments.nyha import class_of
from dosepath.instruments.powers import logarithm, power
from dosepath.interop.answers_yaml import answers_of
from tests.unit.instruments.case_files import instrument

Results: TypeAlias = frozenset[tuple[str, ...]]
"""What a form may come to, field by field."""

OPEN = object()


def forms(choices: Mapping[str, Sequence[Any]]) -> Iterable[dict[str, Any]]:
    """Give every form, each item answered in every way and left out."""
    for picked in product(*((*answers, OPEN) for answers in choices.values())):
        yield {item: said for item, said in zip(choices, picked, strict=True) if said is not OPEN}


def completions(choices: Mapping[str, Sequence[Any]], form: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Give every way to fill the gaps of a form."""
    options = [(form[item],) if item in form else answers for item, answers in choices.items()]
    return (dict(zip(choices, picked, strict=True)) for picked in product(*options))


def check(
    choices: Mapping[str, Sequence[Any]],
    by_hand: Callable[..., Iterable[tuple[str, ...]]],
    score: Callable[[dict[str, Any]], Score],
    fields: Sequence[str],
    background: Mapping[str, Any],
) -> None:
    """Hold every form against all ways to fill it: what is possible, and which gaps matter."""
    for form in forms(choices):
        scored = score({**background, **form})
        whole = {tuple(filled.items()): frozenset(by_hand(**filled)) for filled in completions(choices, form)}
        possible = {tuple(str(case[field]) for field in fields) for case in scored.possible}
        assert possible == {result for results in whole.values() for result in results}, form
        matters = [
            item
            for item in choices
            if item not in form
            and any(
                results != whole[tuple({**dict(filled), item: other}.items())]
                for filled, results in whole.items()
                for other in choices[item]
            )
        ]
        assert [item for item in scored.missing if item in choices] == matters, form


TESTS = ("negative", "positive")
YES_NO = (True, False)
ALL_NEGATIVE = {
    **dict.fromkeys(("hbsag", "anti_hbc", "hbv_dna", "anti_hcv", "hcv_rna", "tp_antibody", "rpr"), "negative"),
    **dict.fromkeys(("hiv_antibody", "igra", "tst"), "negative"),
    **dict.fromkeys(("tb_symptoms", "tb_imaging", "active_tb"), False),
}


def without(items: Iterable[str]) -> dict[str, Any]:
    return {item: said for item, said in ALL_NEGATIVE.items() if item not in set(items)}


def hepatitis_b(hbsag: str, anti_hbc: str, hbv_dna: str) -> list[tuple[str]]:
    table = {
        ("positive", "positive"): "antigen_and_dna",
        ("positive", "negative"): "antigen_without_dna",
        ("negative", "positive"): "occult",
    }
    return [(table.get((hbsag, hbv_dna), "past" if anti_hbc == "positive" else "none"),)]


def hepatitis_c(anti_hcv: str, hcv_rna: str) -> list[tuple[str]]:
    words = {"nn": "none", "np": "rna_alone", "pn": "antibody_without_rna", "pp": "antibody_and_rna"}
    return [(words[anti_hcv[0] + hcv_rna[0]],)]


def syphilis(tp_antibody: str, rpr: str) -> list[tuple[str]]:
    words = {"nn": "none", "np": "rpr_alone", "pn": "antibody_alone", "pp": "antibody_and_rpr"}
    return [(words[tp_antibody[0] + rpr[0]],)]


def tuberculosis(igra: str, tst: str, tb_symptoms: bool, tb_imaging: bool, active_tb: bool) -> list[tuple[str]]:
    if active_tb:
        return [("active",)]
    positive = "suspected_active" if tb_symptoms or tb_imaging else "latent"
    if "positive" in (igra, tst):
        return [(positive,)]
    if igra == "indeterminate" or (igra, tst) == ("not_done", "not_done"):
        return [("none",), (positive,)]
    return [("none",)]


@pytest.mark.parametrize(
    ("field", "choices", "by_hand"),
    [
        ("hepatitis_b", dict.fromkeys(("hbsag", "anti_hbc", "hbv_dna"), TESTS), hepatitis_b),
        ("hepatitis_c", dict.fromkeys(("anti_hcv", "hcv_rna"), TESTS), hepatitis_c),
        ("syphilis", dict.fromkeys(("tp_antibody", "rpr"), TESTS), syphilis),
        (
            "tuberculosis",
            {
                "igra": (*TESTS, "indeterminate", "not_done"),
                "tst": (*TESTS, "not_done"),
                **dict.fromkeys(("tb_symptoms", "tb_imaging", "active_tb"), YES_NO),
            },
            tuberculosis,
        ),
    ],
)
def test_infections(field: str, choices: Mapping[str, Sequence[Any]], by_hand: Callable[..., Any]) -> None:
    check(choices, by_hand, instrument("infection_screen").score, [field], without(choices))


def test_infections_do_not_depend_on_one_another() -> None:
    scored = instrument("infection_screen").score({})
    assert len(scored.possible) == 5 * 4 * 4 * 2 * 4


def childbearing(
    sex: str,
    surgically_sterile: bool,
    menopause_months: Quantity,
    partner_of_childbearing_potential: bool,
    pregnancy_test: str,
) -> list[tuple[str, ...]]:
    fertile = sex == "female" and not surgically_sterile and menopause_months.value < 12
    concerned = fertile or partner_of_childbearing_potential
    return [(str(fertile).lower(), str(concerned).lower(), pregnancy_test if fertile else "not_applicable")]


def test_childbearing_potential() -> None:
    choices: dict[str, Sequence[Any]] = {
        "sex": ("female", "male"),
        "surgically_sterile": YES_NO,
        "menopause_months": (Quantity.of("11.9", "mo"), Quantity.of(12, "mo")),
        "partner_of_childbearing_potential": YES_NO,
        "pregnancy_test": TESTS,
    }
    fields = ["childbearing_potential", "contraception_concerned", "pregnancy_test"]

    def of_women_or_open(form: dict[str, Any]) -> Score:
        # months without menstruation are refused in a man, so he is asked nothing about them
        if form.get("sex") == "male":
            form = {item: said for item, said in form.items() if item != "menopause_months"}
        return instrument("childbearing_potential").score(form)

    check(choices, childbearing, of_women_or_open, fields, {})


def ecg(
    right_bundle_branch_block: bool,
    left_anterior_hemiblock: bool,
    left_bundle_branch_block: bool,
    conduction_symptoms: bool,
) -> list[tuple[str]]:
    match right_bundle_branch_block, left_bundle_branch_block, left_anterior_hemiblock, conduction_symptoms:
        case True, True, _, _:
            return []
        case True, _, True, _:
            return [("bifascicular_block",)]
        case True, _, False, True:
            return [("symptomatic_rbbb",)]
        case True, _, False, False:
            return [("asymptomatic_rbbb",)]
        case False, True, _, _:
            return [("left_bundle_branch_block",)]
        case False, False, True, _:
            return [("left_anterior_hemiblock",)]
    return [("normal",)]


def test_conduction() -> None:
    items = list(instrument("ecg_exclusions").items)
    for form in forms(dict.fromkeys(items, YES_NO)):
        scored = instrument("ecg_exclusions").score(form)
        if form.get("right_bundle_branch_block") and form.get("left_bundle_branch_block"):
            assert len(scored.refused) == 2
            continue
        results = [ecg(**filled) for filled in completions(dict.fromkeys(items, YES_NO), form)]
        assert {(case["conduction"],) for case in scored.possible} == {each for result in results for each in result}
        for item in items:
            if item in form:
                assert item not in scored.missing
            elif len(scored.possible) == 1:
                assert scored.missing == ()
            else:
                narrowed = [instrument("ecg_exclusions").score({**form, item: said}) for said in YES_NO]
                fewer = any(len(one.possible) < len(scored.possible) for one in narrowed if not one.refused)
                assert (item in scored.missing) or not fewer, (form, item)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("I", "I"),
        ("ii", "II"),
        ("3", "III"),
        ("IV", "IV"),
        ("NYHA class I", "I"),
        ("NYHA II", "II"),
        ("Class II", "II"),
        ("functional class III", "III"),
        ("grade 2", "II"),
        ("II级", "II"),
        ("I-II", "I-II"),
        ("II-I", "I-II"),
        ("I/II", "I-II"),
        ("II to III", "II-III"),
        ("III - IV", "III-IV"),
        ("1-2", "I-II"),
        ("2–3", "II-III"),
        ("I-III", "III"),
        ("NYHA class II-III", "II-III"),
        ("II-II", "II"),
        ("5", None),
        ("0", None),
        ("V", None),
        ("I-V", None),
        ("I-II-III", None),
        ("none", None),
        ("", None),
        ("-", None),
        ("2.5", None),
        ("12", None),
    ],
)
def test_classes_as_records_write_them(written: str, found: str | None) -> None:
    assert class_of(written) == found


numbers = st.fractions(min_value=Fraction(1, 100), max_value=1000, max_denominator=1000)


@given(st.integers(0, 140), numbers, st.fractions(min_value=Fraction("8.84"), max_value=1768, max_denominator=100))
def test_the_form_and_the_formula_of_rules_give_the_same_clearance(
    age: int, weight: Fraction, creatinine: Fraction
) -> None:
    for sex, factor in (("female", 0.85), ("male", 1.0)):
        form: dict[str, Value] = {
            "age": Quantity.of(age, "a"),
            "weight": Quantity(weight, "kg"),
            "creatinine": Quantity(creatinine, "umol/L"),
            "sex": sex,
        }
        found = instrument("cockcroft_gault").score(form).value("clearance")
        bounds = COCKCROFT_GAULT(
            age=Interval.at(age), weight=Interval.at(weight), creatinine=Interval.at(creatinine), sex=sex
        )
        assert found == bounds
        assert isinstance(found, Interval)
        assert found.low is not None
        by_hand = (140 - age) * float(weight) * factor / (72 * float(creatinine) / 88.4)
        assert math.isclose(found.low, by_hand, rel_tol=1e-12)


@given(st.integers(0, 120), st.fractions(min_value=Fraction("0.1"), max_value=20, max_denominator=100))
def test_egfr_written_a_second_time(age: int, creatinine_mg_dl: Fraction) -> None:
    scr = float(creatinine_mg_dl)
    for sex, k, a, factor in (("female", 0.7, -0.241, 1.012), ("male", 0.9, -0.302, 1.0)):
        form: dict[str, Value] = {
            "age": Quantity.of(age, "a"),
            "creatinine": Quantity(creatinine_mg_dl, "mg/dL"),
            "sex": sex,
        }
        found = instrument("ckd_epi_2021").score(form).value("egfr")
        by_hand = 142 * min(scr / k, 1) ** a * max(scr / k, 1) ** -1.2 * 0.9938**age * factor
        assert isinstance(found, Interval)
        assert found.low is not None
        assert math.isclose(found.low, by_hand, rel_tol=1e-9)


@given(numbers, numbers)
def test_qtcf_written_a_second_time(qt: Fraction, rr: Fraction) -> None:
    found = (
        instrument("qtcf").score({"tracings": ({"qt": Quantity(qt, "ms"), "rr": Quantity(rr, "ms")},)}).value("qtcf")
    )
    assert isinstance(found, Interval)
    assert found.low is not None
    assert math.isclose(found.low, float(qt) / (float(rr) / 1000) ** (1 / 3), rel_tol=1e-9)


@given(numbers)
def test_powers_and_logarithms(number: Fraction) -> None:
    assert math.isclose(power(number, Fraction(1, 2)), math.sqrt(number), rel_tol=1e-9, abs_tol=1e-11)
    assert math.isclose(logarithm(number), math.log(number), rel_tol=1e-9, abs_tol=1e-11)
    assert power(number**2, Fraction(1, 2)) == round(number, 12)


@pytest.mark.parametrize("number", [Fraction(0), Fraction(-1)])
def test_there_is_no_power_of_zero_and_no_logarithm(number: Fraction) -> None:
    with pytest.raises(ValueError, match="above zero"):
        power(number, Fraction(1, 3))
    with pytest.raises(ValueError, match="above zero"):
        logarithm(number)


def test_a_formula_becomes_an_instrument() -> None:
    form = FormulaForm(
        ("gap", Field("gap", unit="mmol/L")),
        lambda known: known.numbers["high"] - known.numbers["low"] * (2 if known.choices["twice"] == "yes" else 1),
        lambda known: f"{known.choices['twice']}: high less low",
        nonzero=("high",),
        flags=lambda said: (Flag("seen", f"{len(said.amounts)} numbers"),),
    )
    items = [amount("high", "high", "mmol/L"), amount("low", "low", "mmol/L"), choice("twice", "twice", ["yes", "no"])]
    cited, verified = Citation("own"), Verification("own", date(2026, 11, 25))
    scale = formula_scale(
        identity="gap", name="Gap", version="7", citation=cited, verification=verified, items=items, form=form
    )
    assert (scale.id, scale.name, scale.version, scale.citation, scale.verification) == (
        "gap",
        "Gap",
        "7",
        cited,
        verified,
    )
    assert list(scale.items) == ["high", "low", "twice"]
    assert scale.fields == {"gap": Field("gap", unit="mmol/L")}
    high, low, none = (Quantity.of(number, "mmol/L") for number in ("5.005", 1, 0))
    scored = scale.score({"high": high, "low": low})
    assert [case["gap"] for case in scored.possible] == [Interval.at(Fraction("3.005")), Interval.at(Fraction("4.005"))]
    assert (scored.instrument, scored.version, scored.missing) == ("gap", "7", ("twice",))
    assert scored.steps == ("yes: high less low = 3.01 mmol/L", "no: high less low = 4.01 mmol/L")
    assert scored.flags == (Flag("seen", "2 numbers"),)
    assert scale.score({"high": high, "low": none}).missing == ()
    plain = replace(form, result=("gap", Field("gap", unit="1")))
    bare = formula_scale(
        identity="gap", name="Gap", version="7", citation=cited, verification=verified, items=items, form=plain
    )
    assert bare.score({"high": high, "low": low, "twice": "no"}).steps == ("no: high less low = 4.01",)
    refused = scale.score({"high": none, "low": low, "twice": "yes"})
    assert refused.missing == ("high",)
    assert refused.refused == (Refusal("high", RefusalKind.CONTRADICTION, "0 is not above zero"),)


def test_what_is_refused_is_called_a_contradiction() -> None:
    forms: list[tuple[str, dict[str, Any]]] = [
        ("qtcf", {"tracings": [[0, 1000]]}),
        ("hypertension", {"readings": [[90, 90]]}),
        ("childbearing_potential", {"sex": "male", "menopause_months": 3}),
        ("cell_dose", {"weight": 0}),
    ]
    for name, document in forms:
        (refusal,) = instrument(name).score(answers_of(instrument(name).items, document)).refused
        assert refusal.kind is RefusalKind.CONTRADICTION
