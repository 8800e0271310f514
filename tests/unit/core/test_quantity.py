"""Units as written, exact factors, refusals; the built-in table against UCUM and against pint."""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pint
import pytest
import ucumvert
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ucumvert.ucum_pint import UcumToPintTransformer

from dosepath.core import quantity as quantity_module
from dosepath.core.errors import DosepathError
from dosepath.core.quantity import Quantity, QuantityError, convert, convertible, factor, read_unit
from tests.conftest import ROOT

CASES = yaml.safe_load((ROOT / "tests/cases/core/units.yaml").read_text(encoding="utf-8"))
COMMON = quantity_module._COMMON

# Where pint, like UCUM, sees one dimension and we keep things apart.
APART = ("%", "[IU]", "{1.73_m2}", "[HPF]")


def spelled() -> list[Any]:
    return [pytest.param(text, code, id=repr(text)) for code, texts in CASES["spellings"].items() for text in texts]


def named(group: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in CASES[group]]


# Reading a unit


@pytest.mark.parametrize(("text", "code"), spelled())
def test_spelling_is_read(text: str, code: str) -> None:
    assert read_unit(text) == code


@pytest.mark.parametrize("text", [text for texts in CASES["not_understood"].values() for text in texts])
def test_what_is_not_understood_stays_so(text: str) -> None:
    assert read_unit(text) is None
    assert not convertible(text, "g/L")
    with pytest.raises(QuantityError, match="not understood; write its UCUM code"):
        Quantity.of("1", text)


@pytest.mark.parametrize("code", [*CASES["spellings"], *COMMON])
def test_a_canonical_code_reads_as_itself(code: str) -> None:
    assert read_unit(code) == code


pieces = st.sampled_from(CASES["pieces"])


@given(st.one_of(st.text(max_size=20), st.lists(pieces, max_size=7).map("".join)))
@settings(max_examples=1000)
def test_any_text_is_answered_and_the_answer_is_canonical(text: str) -> None:
    code = read_unit(text)
    if code is not None:
        assert read_unit(code) == code
        assert factor(text, code) == 1
        assert convertible(code, "g/L") in {True, False}


def test_codes_of_the_specification_are_read_unless_they_look_like_something_else() -> None:
    official = {unit.code_cs for unit in ucumvert.xml_util.get_units_with_full_definition()}
    lookalikes = quantity_module._NEVER | quantity_module._NEVER_BARE - {"K"}
    assert {code for code in official if read_unit(code) is None} == lookalikes & official


# Factors


@pytest.mark.parametrize("case", named("factors"))
def test_factor(case: dict[str, str]) -> None:
    analyte = case.get("analyte")
    expected = Fraction(case["factor"])
    assert factor(case["from"], case["to"], analyte) == expected
    assert convertible(case["from"], case["to"], analyte)
    if "only_this_way" in case:
        assert not convertible(case["to"], case["from"], analyte)
    else:
        assert factor(case["to"], case["from"], analyte) == 1 / expected
    assert convert(Quantity.of("1", case["from"]), case["to"], analyte).value == expected


@pytest.mark.parametrize("case", named("refused"))
def test_refusal_names_both_units_and_the_way_out(case: dict[str, str]) -> None:
    analyte = case.get("analyte")
    with pytest.raises(QuantityError) as refused:
        factor(case["from"], case["to"], analyte)
    message = str(refused.value)
    for unit in (case["from"], case["to"]):
        assert repr(read_unit(unit)) in message
    assert case["says"] in message


@pytest.mark.parametrize("case", named("temperatures"))
def test_temperature(case: dict[str, str]) -> None:
    reading = Quantity.of(case["from"], case["in"])
    converted = convert(reading, case["to"])
    assert converted == Quantity.of(Fraction(case["is"]), case["to"])
    assert convert(converted, case["in"]) == reading
    assert convertible(case["in"], case["to"])


def test_a_temperature_is_nothing_else() -> None:
    assert not convertible("Cel", "g/L")
    with pytest.raises(QuantityError, match="'Cel' to 'g/L'"):
        convert(Quantity.of("37", "Cel"), "g/L")


def test_an_error_is_one_the_user_can_mend() -> None:
    with pytest.raises(DosepathError):
        factor("g/L", "kPa")
    with pytest.raises(ValueError, match="'g/L' to 'kPa'"):
        factor("g/L", "kPa")


# Laws

dimensionful = st.sampled_from(sorted(COMMON))
same_dimension = st.sampled_from(sorted({measure.dimension for measure in COMMON.values()}, key=sorted)).map(
    lambda dimension: sorted(code for code, measure in COMMON.items() if measure.dimension == dimension)
)
three_alike = same_dimension.flatmap(lambda codes: st.tuples(*[st.sampled_from(codes)] * 3))
prefixed = st.builds(
    "{}{}/{}{}".format,
    st.sampled_from(["", "k", "d", "m", "u", "n"]),
    st.sampled_from(["g", "mol", "[IU]", "U", "kat", "L"]),
    st.sampled_from(["", "d", "m", "u"]),
    st.sampled_from(["L", "m", "g", "s"]),
)
values = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**6)
analytes = st.sampled_from([None, "creatinine", "upcr", "hemoglobin", "ast", "platelets"])


@given(st.one_of(dimensionful, prefixed), st.one_of(dimensionful, prefixed), analytes)
def test_the_way_back_is_the_inverse(a: str, b: str, analyte: str | None) -> None:
    if convertible(a, b, analyte) and (a, b) not in {("%", "1"), ("1", "%")}:
        assert factor(a, b, analyte) * factor(b, a, analyte) == 1
        assert factor(a, b, analyte) > 0


@given(three_alike)
def test_factors_chain_within_a_dimension(units: tuple[str, str, str]) -> None:
    a, b, c = units
    assert factor(a, b) * factor(b, c) == factor(a, c)


@given(st.tuples(prefixed, prefixed, prefixed), analytes)
def test_factors_chain_wherever_they_exist(units: tuple[str, str, str], analyte: str | None) -> None:
    a, b, c = units
    if convertible(a, b, analyte) and convertible(b, c, analyte):
        assert factor(a, b, analyte) * factor(b, c, analyte) == factor(a, c, analyte)


@given(three_alike, values, values)
def test_converting_value_and_limit_keeps_the_comparison(
    units: tuple[str, str, str], value: Fraction, limit: Fraction
) -> None:
    unit, other, _ = units
    converted, bound = convert(Quantity(value, unit), other), convert(Quantity(limit, unit), other)
    assert (converted.value < bound.value) is (value < limit)
    assert (converted.value == bound.value) is (value == limit)


@given(values, values, st.permutations(["Cel", "[degF]", "K"]))
def test_temperatures_keep_the_comparison_and_come_back(value: Fraction, limit: Fraction, units: list[str]) -> None:
    unit, other, third = units
    converted, bound = convert(Quantity(value, unit), other), convert(Quantity(limit, unit), other)
    assert (converted.value < bound.value) is (value < limit)
    assert convert(converted, unit) == Quantity(value, unit)
    assert convert(converted, third) == convert(Quantity(value, unit), third)


# The built-in table


@pytest.fixture(scope="module")
def in_pint() -> Callable[[str], Any]:
    """Give a reader of UCUM codes into exact pint quantities.

    PintUcumRegistry.from_ucum cannot do it: its transformer works on pint's shared registry, with floats.
    """
    registry: Any = pint.UnitRegistry(non_int_type=Fraction)
    registry.load_definitions(Path(ucumvert.__file__).parent / "pint_ucum_defs.txt")

    class ExactTransformer(UcumToPintTransformer):  # type: ignore[misc]
        def simple_unit(self, args: list[Any]) -> Any:
            unit = super().simple_unit(args)
            return registry.Quantity(Fraction(unit.magnitude), unit.units)

    parser, transformer = ucumvert.get_ucum_parser(), ExactTransformer(registry)
    return lambda code: transformer.transform(ucumvert.parse_ucum(code, parser)).to_base_units()


def test_every_entry_of_the_table_is_what_ucum_defines() -> None:
    for code, measure in COMMON.items():
        assert quantity_module._ucum_measure(code) == measure, code


def test_every_factor_of_the_table_is_what_pint_computes(in_pint: Callable[[str], Any]) -> None:
    by_pint = {code: in_pint(code) for code in COMMON}
    for (a, in_a), (b, in_b) in itertools.permutations(by_pint.items(), 2):
        if [name for name in APART if name in a] != [name for name in APART if name in b]:
            assert not convertible(a, b) or (a, b) == ("%", "1"), (a, b)
            continue
        assert convertible(a, b) is (in_a.dimensionality == in_b.dimensionality), (a, b)
        if convertible(a, b):
            ratio = (in_a / in_b).magnitude
            assert isinstance(ratio, Fraction)
            assert factor(a, b) == ratio, (a, b)


@pytest.mark.parametrize(
    ("from_unit", "to_unit"),
    [("[oz_av]", "kg"), ("mg/[gal_us]", "g/L"), ("m[H2O]", "kPa"), ("cal", "J"), ("[ft_i]", "m"), ("[psi]", "mm[Hg]")],
)
def test_units_outside_the_table_agree_with_pint(from_unit: str, to_unit: str, in_pint: Callable[[str], Any]) -> None:
    assert factor(from_unit, to_unit) == (in_pint(from_unit) / in_pint(to_unit)).magnitude


def test_the_usual_screening_loads_no_units_library() -> None:
    usual = [text for code, texts in CASES["spellings"].items() if code in COMMON for text in texts]
    program = (
        "import sys\n"
        "from dosepath.core.quantity import convertible, read_unit\n"
        f"codes = [read_unit(text) for text in {usual!r}]\n"
        "assert all(codes)\n"
        "[convertible(a, b, 'creatinine') for a in codes for b in codes]\n"
        "print([name for name in ('ucumvert', 'pint', 'lark') if name in sys.modules])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout.strip(), ran.returncode) == ("[]", 0), ran.stderr


@pytest.mark.shared
def test_the_reference_instrument_agrees(shared_reference: Path) -> None:
    text = (shared_reference / "reference/instruments/unit_conversions.yaml").read_text(encoding="utf-8")
    items = yaml.load(text, yaml.BaseLoader)["items"]  # noqa: S506 - builds text only, so the digits stay as printed
    analyte_of = {"enzymes": "ast"}
    compared = 0
    for item, entry in items.items():
        canonical = entry["canonical"]
        for unit, printed in entry.get("factors", {}).items():
            half_a_unit = Decimal(1).scaleb(Decimal(printed).as_tuple().exponent) / 2  # type: ignore[arg-type]
            computed = factor(unit, canonical, analyte_of.get(item, item))
            assert abs(computed - Fraction(printed)) <= Fraction(half_a_unit), (item, unit)
            compared += 1
    assert compared == 34


# Values


@pytest.mark.parametrize("case", [pytest.param(case, id=case["text"]) for case in CASES["shown"]])
def test_a_quantity_is_shown_without_noise(case: dict[str, str]) -> None:
    value = Fraction(case["value"]) if "/" in case["value"] else case["value"]
    assert str(Quantity.of(value, case["unit"])) == case["text"]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=9))
def test_a_decimal_survives_being_shown_and_read(number: Decimal) -> None:
    quantity = Quantity.of(number, "g/L")
    assert quantity.value == Fraction(number)
    assert Quantity.of(str(quantity).removesuffix(" g/L"), "g/L") == quantity


@pytest.mark.parametrize("number", ["0.1", " 0.1 ", ".1", "1e-1", Decimal("0.10"), Fraction(1, 10)])
def test_exact_numbers_are_taken(number: str | Decimal | Fraction) -> None:
    assert Quantity.of(number, "g") == Quantity(Fraction(1, 10), "g")


def test_an_integer_is_exact() -> None:
    assert Quantity.of(20_000, "/uL") == Quantity(Fraction(20_000), "/uL")


@pytest.mark.parametrize("number", [0.1, float("nan"), True, None, 1j])
def test_what_has_lost_its_digits_is_refused(number: Any) -> None:
    with pytest.raises(TypeError, match="float has lost the digits"):
        Quantity.of(number, "g")


@pytest.mark.parametrize("number", [0.1, 1, "1", Decimal(1)])
def test_the_value_is_a_fraction(number: Any) -> None:
    with pytest.raises(TypeError, match="must be a Fraction"):
        Quantity(number, "g")


@pytest.mark.parametrize("number", ["NaN", "sNaN", "-Infinity", "inf", Decimal("NaN"), Decimal("Infinity")])
def test_a_number_that_is_none_is_refused(number: str | Decimal) -> None:
    with pytest.raises(QuantityError, match="not finite"):
        Quantity.of(number, "g")


@pytest.mark.parametrize("text", ["", "<5", "1:80", "1/80", "1,5", "1_0", "5 mg", "negative", "0x10"])
def test_text_that_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(QuantityError, match="not a decimal number") as refused:
        Quantity.of(text, "g")
    assert not text or f"{text!r}" not in str(refused.value) or text in {"<5", "1:80"}


@pytest.mark.parametrize("text", ["1e101", "1e-101", "1e999999999", "0e-999999999"])
def test_an_absurd_exponent_is_refused_before_it_fills_the_memory(text: str) -> None:
    with pytest.raises(QuantityError, match="exponent beyond 100"):
        Quantity.of(text, "g")


def test_the_unit_becomes_canonical() -> None:
    assert Quantity.of("4.2", "K/µL").unit == "10*3/uL"
    assert convert(Quantity.of("4.2", "10*3/uL"), "10^3/µL") == Quantity.of("4.2", "10*3/uL")


def test_a_quantity_is_a_frozen_value() -> None:
    quantity = Quantity.of("1", "g")
    with pytest.raises(AttributeError):
        quantity.value = Fraction(2)  # type: ignore[misc]
    assert len({quantity, Quantity.of("1.0", "gram")}) == 1
    assert not hasattr(quantity, "__dict__")
