"""Clinical terms of CTCAE v5: every grade of every term, counts against rules written on their own, and the search."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
import yaml

from dosepath.core.facts import Value
from dosepath.core.instrument import RefusalKind
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.safety.ctcae_clinical_v5 import NAMED_OTHERWISE, TERMS
from dosepath.safety.ctcae_v5_clinical import CTCAE_V5_CLINICAL, MEASURES, items_of, search

SYMPTOMS = ("none", "mild", "moderate", "severe", None)
JUDGED = (None, 1, 2, 3, 4, 5)


def amount(number: float, unit: str) -> Quantity:
    return Quantity(Fraction(str(number)), unit)


def grades(found: tuple[object, ...]) -> set[int]:
    return {int(each.low) for each in found if isinstance(each, Interval) and each.low is not None}


@pytest.mark.parametrize("name", TERMS)
def test_only_the_grades_that_a_term_has_are_taken(name: str) -> None:
    for judged in range(1, 6):
        scored = CTCAE_V5_CLINICAL.score({"term": name, "judged_grade": amount(judged, "1")})
        if judged in TERMS[name].grades:
            assert grades(scored.values("grade")) == {judged}
            assert scored.refused == ()
        else:
            assert [refusal.kind for refusal in scored.refused] == [RefusalKind.CONTRADICTION]
            assert grades(scored.values("grade")) == set(TERMS[name].grades)


# What the list of terms says about a count, worded as ranges and not as steps.
def by_hand(name: str, count: Fraction, symptoms: str | None) -> set[int]:
    match name:
        case "Diarrhea":
            return {0} if count == 0 else {1} if 0 < count < 4 else {2} if 4 <= count <= 6 else {3}
        case "Rash maculo-papular":
            if count > 30:
                grade = {"none": {2}, "mild": {2}, "moderate": {3}, "severe": {3}, None: {2, 3}}
                return grade[symptoms]
            return {0} if count == 0 else {1} if count < 10 else {2}
        case "Alopecia":
            return {0} if count == 0 else {1} if count < 50 else {2}
        case "Edema limbs":
            return {0} if count < 5 else {1} if 5 <= count <= 10 else {2} if 10 < count <= 30 else {3}
        case "Bone marrow hypocellular":
            if count == 50:
                return {2, 3}
            if count > 75:
                return {3, 4}
            return {0} if count == 0 else {1} if count <= 25 else {2} if 25 < count < 50 else {3}
    raise AssertionError(name)


def counts(name: str) -> Iterator[Fraction]:
    if name == "Diarrhea":
        yield from map(Fraction, range(12))
    else:
        yield from (Fraction(tenth, 10) for tenth in range(0, 1001, 1 if name == "Alopecia" else 3))
        yield from map(Fraction, (5, 10, 25, 30, 50, 75, 100))


@pytest.mark.parametrize("name", MEASURES)
def test_counts_agree_with_rules_written_on_their_own(name: str) -> None:
    item = MEASURES[name][0]
    unit = items_of(name)[item].unit or "1"
    symptoms = SYMPTOMS if "symptoms" in MEASURES[name] else (None,)
    for count, said in product(counts(name), symptoms):
        answers: dict[str, Value] = {"term": name, item: Quantity(count, unit)}
        if said is not None:
            answers["symptoms"] = said
        expected = by_hand(name, count, said)
        assert grades(CTCAE_V5_CLINICAL.score(answers).values("counted_grade")) == expected, (count, said)


@pytest.mark.parametrize("name", MEASURES)
def test_the_count_is_a_floor_of_the_judged_grade(name: str) -> None:
    item = MEASURES[name][0]
    unit = items_of(name)[item].unit or "1"
    exist = set(TERMS[name].grades)
    for count, judged in product(map(Fraction, (0, 3, 4, 7, 26, 40, 60, 80)), JUDGED):
        answers: dict[str, Value] = {"term": name, item: Quantity(count, unit)}
        if judged is not None:
            answers["judged_grade"] = amount(judged, "1")
        scored = CTCAE_V5_CLINICAL.score(answers)
        floor = by_hand(name, count, None)
        taken = judged in exist and judged >= min(floor)
        expected = {judged} if taken else {each for each in exist if each >= min(floor)}
        assert grades(scored.values("grade")) == expected, (count, judged)
        assert bool(scored.refused) is (judged is not None and not taken)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Sepsis", "Sepsis"),
        ("  sepsis ", "Sepsis"),
        ("Diarrhoea", "Diarrhea"),
        ("haemolysis", "Hemolysis"),
        ("oedema of limbs", "Edema limbs"),
        ("rash", "Rash maculo-papular"),
        ("Hypogammaglobulinemia", "Immune system disorders - Other, specify"),
        ("Hypogammaglobulinaemia", "Immune system disorders - Other, specify"),
        ("GvHD", "Immune system disorders - Other, specify"),
        ("pneumonia", "Lung infection"),
        ("Siezure", "Seizure"),
        ("encephalopthy", "Encephalopathy"),
    ],
)
def test_search(text: str, first: str) -> None:
    assert search(text)[0].name == first


def test_search_of_nothing_and_of_what_does_not_exist() -> None:
    assert search("") == ()
    assert search("xyz") == ()
    assert len(search("infection", limit=3)) == 3


def test_other_names_lead_to_terms() -> None:
    assert set(NAMED_OTHERWISE.values()) <= set(TERMS)


@pytest.mark.shared
def test_terms_grades_and_classes_are_those_of_the_reference(shared_reference: Path) -> None:
    file = shared_reference / "reference" / "instruments" / "ctcae_v5_clinical.yaml"
    listed: list[Mapping[str, object]] = yaml.safe_load(file.read_text(encoding="utf-8"))["items"]
    assert {str(item["term"]): (item["soc"], list(dict(item["grades"]))) for item in listed} == {  # type: ignore[call-overload]
        name: (term.organ_class, list(term.grades)) for name, term in TERMS.items()
    }
