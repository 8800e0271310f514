"""How the tables of CTCAE are written, and the forms that are made of them."""

from datetime import date
from fractions import Fraction

import pytest

from dosepath.cli.grade import EDITIONS
from dosepath.core.facts import Value
from dosepath.core.instrument import ItemKind, RefusalKind
from dosepath.core.quantity import Quantity, read_unit
from dosepath.safety import ctcae_clinical_v5, ctcae_lab_common, ctcae_lab_v4, ctcae_lab_v5, ctcae_lab_v6
from dosepath.safety.ctcae_clinical_v5 import TERMS, ClinicalTerm
from dosepath.safety.ctcae_lab import Clause, Compare, Direction, Edition, Facts, Reading, Rule, Said, System, words
from dosepath.safety.ctcae_lab_form import JUDGEMENTS, NUMBERS, form, items_of, laboratory_scale
from dosepath.safety.ctcae_lab_notation import UNITS, read_terms
from dosepath.safety.ctcae_lab_v5 import V5
from dosepath.safety.ctcae_v5_clinical import CTCAE_V5_CLINICAL
from dosepath.safety.ctcae_v5_clinical import items_of as clinical_items
from dosepath.safety.ctcae_v5_lab import CTCAE_V5_LAB
from dosepath.safety.ctcae_v6_lab import CTCAE_V6_LAB

EVERY_FORM_OF_A_LINE = """
Something high: high; mmol/L or mg/dL
  4  value > 12.92 | 500
  4* life_threatening or urgent_intervention
  3  not base_high and value > 2.5 ULN [text]
  3  value >= 3 BASE [admiral]
  2  value > ULN + 40
  2  value <= BASE - 20
  1  dipstick >= 1 and symptomatic

Something low: low; any
  -  value < 10
  1  value < LLN

Something else: other; %
  3  pchg <= -20
"""


def at(number: str, operator: str, factor: str = "0", limit: str = "", *added: str) -> Compare:
    assert operator in ("<", "<=", ">", ">=")
    return Compare(number, operator, Fraction(factor), limit, tuple(map(Fraction, added or ("0",))))  # type: ignore[arg-type]


def test_every_form_of_a_line_is_read() -> None:
    terms = read_terms(EVERY_FORM_OF_A_LINE)
    assert list(terms) == ["Something high", "Something low", "Something else"]
    high, low, other = terms.values()
    assert (high.name, high.direction, high.units) == ("Something high", Direction.HIGH, UNITS["mmol/L or mg/dL"])
    assert high.rules == (
        Rule(4, (at("value", ">", "0", "", "12.92", "500"),)),
        Rule(3, (Said("base_high", wanted=False), at("value", ">", "2.5", "uln")), Reading.TEXT),
        Rule(3, (at("value", ">=", "3", "base"),), Reading.ADMIRAL),
        Rule(2, (at("value", ">", "1", "uln", "40"),)),
        Rule(2, (at("value", "<=", "1", "base", "-20"),)),
        Rule(1, (at("dipstick", ">=", "0", "", "1"), Said("symptomatic"))),
    )
    assert high.clauses == (Clause(4, "life_threatening"), Clause(4, "urgent_intervention"))
    assert high.undefined == ()
    assert high.numbers == ("value", "uln", "base", "dipstick")
    assert high.flags == ("base_high", "symptomatic")
    assert [rule.grade for rule in high.rules_of(Reading.TEXT)] == [4, 3, 2, 2, 1]
    assert high.flags_of(Reading.ADMIRAL) == ("symptomatic",)
    assert (low.direction, low.units, low.undefined) == (Direction.LOW, (), (at("value", "<", "0", "", "10"),))
    assert (other.direction, other.rules) == (Direction.OTHER, (Rule(3, (at("pchg", "<=", "0", "", "-20"),)),))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("Anemia; low", "no term: Anemia; low"),
        ("Anemia: low; any\n  7  value < 8", "no condition:   7  value < 8"),
        ("Anemia: low; any\n  1  value < NORMAL", "no limit: value < NORMAL"),
    ],
)
def test_a_line_that_is_not_of_the_notation_is_a_fault(table: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_terms(table)


@pytest.mark.parametrize("module", [ctcae_lab_v4, ctcae_lab_v5, ctcae_lab_v6])
def test_a_version_is_the_common_terms_and_its_own(module: object) -> None:
    edition = next(value for value in vars(module).values() if isinstance(value, Edition))
    own = read_terms(vars(module)["_TABLE"])
    common = read_terms(vars(ctcae_lab_common)["_TABLE"])
    assert not set(own) & set(common)
    assert {name: term.rules for name, term in edition.terms.items()} == {
        name: term.rules for name, term in {**common, **own}.items()
    }


def test_versions_have_their_numbers_of_terms() -> None:
    assert {name: (each.version, len(each.terms)) for name, each in EDITIONS.items()} == {
        "4": ("4", 42),
        "5": ("5.0", 61),
        "6": ("6.0", 43),
    }


@pytest.mark.parametrize("version", sorted(EDITIONS))
def test_all_that_a_table_names_can_be_asked_for(version: str) -> None:
    for term in EDITIONS[version].terms.values():
        assert set(term.numbers) <= set(NUMBERS), term.name
        assert {clause.flag for clause in term.clauses} <= set(JUDGEMENTS), term.name
        assert set(term.flags) <= {*JUDGEMENTS, "base_high", "base_low"}, term.name
        assert len(term.units) <= 7, "a group of the columns has room for seven units"


def test_units_are_of_ucum_and_each_column_has_its_unit() -> None:
    for units in UNITS.values():
        assert all(read_unit(unit.code) == unit.code for unit in units)
        assert {unit.column for unit in units} == {unit.column for unit in units if unit.times == 1}
        assert not units or {system for unit in units for system in unit.systems} == set(System)


def test_a_unit_is_found_by_any_spelling_and_in_its_table_only() -> None:
    cells = V5.terms["CD4 lymphocytes decreased"]
    spelled = ("10^9/L", "10*9/L", "10^9/l", "x10^9/L", "1/uL", "1/UL", "/mm3", "K/uL", "g/L", "")
    found = [cells.unit(each) for each in spelled]
    assert [None if unit is None else unit.code for unit in found] == (
        ["10*9/L"] * 4 + ["/uL"] * 3 + ["10*3/uL", None, None]
    )
    assert cells.unit("10^9/L", System.US) is None
    assert cells.unit("1/uL", System.SI) is None


def test_terms_are_found_whatever_their_capitals() -> None:
    term = V5.term("  HYPOCALCEMIA   (Ionized) ")
    assert term is not None
    assert term.name == "Hypocalcemia (ionized)"
    assert V5.term("Not a term") is None


def test_conditions_in_words() -> None:
    term = read_terms(EVERY_FORM_OF_A_LINE)["Something high"]
    facts = Facts({"uln": Fraction(2), "base": Fraction(3)}, column=1)
    said = [[words(each, term, facts) for each in rule.conditions] for rule in term.rules]
    assert said == [
        ["value > 500 mg/dL"],
        ["not baseline above ULN", "value > 2.5 x ULN = 5 mg/dL"],
        ["value >= 3 x baseline = 9 mg/dL"],
        ["value > ULN + 40 = 42 mg/dL"],
        ["value <= baseline - 20 = -17 mg/dL"],
        ["dipstick >= 1", "symptomatic"],
    ]
    assert words(term.rules[3].conditions[0], term, Facts({})) == "value > ULN + 40"


# Forms ---------------------------------------------------------------------------------------------------------------


def test_the_form_of_a_term_asks_for_what_it_needs() -> None:
    asked = {name: list(form(V5, name)) for name in ("Anemia", "Creatinine increased", "Fibrinogen decreased", "Fever")}
    assert asked == {
        "Anemia": ["unit", "value", "lln", "life_threatening", "urgent_intervention", "transfusion_indicated"],
        "Creatinine increased": ["value", "uln", "base", "baseline"],
        "Fibrinogen decreased": ["unit", "value", "lln", "pchg", "baseline"],
        "Fever": ["unit", "value", "hours_above_40"],
    }
    assert list(form(EDITIONS["6"], "Creatinine increased")) == ["value", "uln", "base", "baseline"]
    assert list(form(EDITIONS["4"], "Lipase increased")) == ["value", "uln"]
    unit = form(V5, "Anemia")["unit"]
    assert (unit.choices, unit.label) == (("g/L", "g/dL", "mmol/L"), "unit of value, limits and baseline")


@pytest.mark.parametrize("version", sorted(EDITIONS))
def test_one_form_holds_all_terms(version: str) -> None:
    edition = EDITIONS[version]
    items = items_of(edition)
    assert list(items)[:3] == ["term", "unit", "value"]
    assert items["term"].choices == tuple(sorted(edition.terms))
    assert set(items) == {"term", "unit", "baseline"} | {item for term in edition.terms for item in form(edition, term)}
    assert set(items["unit"].choices) == {unit.code for term in edition.terms.values() for unit in term.units}
    assert all(item.label for item in items.values())


def test_terms_say_what_they_are_graded_from() -> None:
    labels = items_of(V5)["term"].labels
    assert labels["Anemia"] == "value in g/L or g/dL or mmol/L; LLN"
    assert labels["Lipase increased"] == "value; ULN; symptomatic"
    assert labels["Alanine aminotransferase increased"] == "value; ULN; baseline"


def test_a_scale_names_its_version_and_its_check() -> None:
    scale = laboratory_scale(V5, "demo", "the text")
    assert (scale.id, scale.version, scale.name) == ("demo", "5.0", "CTCAE v5.0, terms graded from measurements")
    assert "Common Terminology Criteria for Adverse Events v5.0" in scale.citation.text
    assert (scale.verification.against, scale.verification.on) == ("the text", date(2026, 11, 25))
    assert list(scale.fields) == ["grade", "event_grade"]
    assert list(scale.items) == list(items_of(V5))
    scored = scale.score(
        {"term": "CPK increased", "value": Quantity(Fraction(201), "1"), "uln": Quantity(Fraction(40), "1")}
    )
    assert scored.steps == ("CPK increased: value 201", "grade 3: value > 5 x ULN = 200")
    assert (scored.instrument, scored.version) == ("demo", "5.0")


@pytest.mark.parametrize(
    ("answers", "steps"),
    [
        ({"term": "Anemia", "unit": "g/dL", "value": "7.9"}, ["Anemia: value 7.9 g/dL", "grade 3: value < 80 g/L"]),
        (
            {"term": "Anemia", "unit": "g/L", "value": "110", "lln": "110", "transfusion_indicated": True},
            [
                "Anemia: value 110 g/L",
                "grade 0: no condition of a grade holds",
                "event at least grade 3: transfusion indicated",
            ],
        ),
        (
            {"term": "Alanine aminotransferase increased", "unit": "g/L", "value": "201", "uln": "40", "base": "100"},
            [
                "Alanine aminotransferase increased: value 201",
                "grade 1 or 3: open until baseline above ULN is known",
            ],
        ),
        (
            {"term": "Lipase increased", "value": "300", "symptomatic": True},
            ["Lipase increased: value 300", "grade 0 or 1 or 2 or 3 or 4: open until ULN is known"],
        ),
        (
            {"term": "Lipase increased", "value": "501", "uln": "100", "symptomatic": True},
            ["Lipase increased: value 501", "grade 4: symptomatic and value > 5 x ULN = 500"],
        ),
        ({"term": "Weight loss"}, ["grade 0 or 1 or 2 or 3: open until change from baseline is known"]),
    ],
)
def test_steps_of_measured_terms(answers: dict[str, str | bool], steps: list[str]) -> None:
    numbers = {"value", "lln", "uln", "base"}
    said = {name: Quantity.of(str(each), "1") if name in numbers else each for name, each in answers.items()}
    assert list(CTCAE_V5_LAB.score(said).steps) == steps


def test_a_value_without_a_grade_says_so_and_keeps_what_was_refused() -> None:
    answers: dict[str, Value] = {
        "term": "Creatinine clearance decreased",
        "unit": "mL/min",
        "value": Quantity.of("9", "1"),
        "baseline": "none",
        "base": Quantity.of("50", "1"),
    }
    scored = CTCAE_V6_LAB.score(answers)
    assert [flag.text for flag in scored.flags] == ["Creatinine clearance decreased has no grade for this value"]
    assert [(refusal.item, refusal.kind) for refusal in scored.refused] == [("base", RefusalKind.CONTRADICTION)]


# Clinical terms ------------------------------------------------------------------------------------------


def test_the_table_of_clinical_terms_is_read() -> None:
    lines = [
        "Rash: of the skin: Skin disorders",
        "  1  a little; less",
        "  3  a lot",
        "  !  a note",
        "  !  and another",
    ]
    read = ctcae_clinical_v5._read("\n".join([*lines, "", "Syncope: Nerves", "  3  fainted"]))
    assert read == {
        "Rash: of the skin": ClinicalTerm(
            "Rash: of the skin", "Skin disorders", {1: "a little; less", 3: "a lot"}, "a note; and another"
        ),
        "Syncope": ClinicalTerm("Syncope", "Nerves", {3: "fainted"}),
    }
    assert ctcae_clinical_v5._read(vars(ctcae_clinical_v5)["_TABLE"]) == TERMS
    assert len(TERMS) == 83


def test_clinical_forms_say_what_grades_mean() -> None:
    items = clinical_items("Alopecia")
    assert list(items) == ["judged_grade", "hair_lost_pct"]
    judged = items["judged_grade"]
    assert judged.label == "1: less than half of the hair lost | 2: half of the hair lost or more"
    assert (judged.kind, judged.low, judged.high) == (ItemKind.WHOLE, Fraction(1), Fraction(2))
    assert list(clinical_items("Sepsis")) == ["judged_grade"]
    judged = clinical_items("Sepsis")["judged_grade"]
    assert (judged.low, judged.high) == (Fraction(3), Fraction(5))


def test_steps_of_clinical_terms() -> None:
    one = Quantity(Fraction(1), "1")
    assert CTCAE_V5_CLINICAL.score({"term": "Alopecia", "judged_grade": one}).steps == (
        "by the count grade 0 or 1 or 2",
        "judged grade 1: less than half of the hair lost",
    )
    assert CTCAE_V5_CLINICAL.score({"term": "Seizure"}).steps == (
        "grade 1: brief and partial, awake",
        "grade 2: brief and generalised",
        "grade 3: new onset, or several despite treatment",
        "grade 4: prolonged or repetitive",
        "grade 5: death",
        "note: any seizure in ICANS is at least grade 3 of ASTCT",
    )
