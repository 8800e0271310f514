"""LICATS, IEC-HS and infections against rules written on their own: whole forms, and every way to fill gaps."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosepath.core.instrument import FieldValue
from dosepath.core.interval import Interval
from dosepath.interop.answers_yaml import answers_of
from dosepath.trial.catalog import catalog

Form = Mapping[str, Any]
Result = tuple[Any, ...]


@dataclass(frozen=True)
class Rule:
    """A rule written a second time: what its items may be, the fields that it gives, and how."""

    answers: Mapping[str, list[Any]]
    fields: tuple[str, ...]
    result: Callable[[Form], Result | None]


def licats(form: Form) -> Result:
    finding = form["new_or_worse_finding"] or form["creatinine"] >= 1.5 * form["creatinine_baseline"]
    required = ("organ_previously_affected", "within_bcell_aplasia", "other_cause_excluded")
    if not finding or not all(form[name] for name in required):
        return "false", 0, "none"
    grade = ["none", "treatment", "hospital", "icu"].index(form["care"]) + 1
    day = form["onset_day"]
    return "true", grade, "late" if day > 30 else "intermediate" if day > 14 else "early"


def iec_hs(form: Form) -> Result:
    ferritin = form["ferritin"] > 2 * min(form["ferritin_uln"], form["ferritin_infusion"])
    ferritin = ferritin or form["ferritin_rapid_rise"]
    others = [
        form["transaminase_multiple"] > 5,
        form["fibrinogen"] * 10 < 15 or form["fibrinogen"] < form["fibrinogen_lln"],
        form["hemophagocytosis"],
        form["cytopenia_grade"] >= 4,
    ]
    suspected = ferritin and any(others) and form["timing_consistent"] and not form["better_cause"]
    grade = ["observation", "treatment", "severe", "life_threatening", "death"].index(form["severity"]) + 1
    return "true" if suspected else "false", int(ferritin) + sum(others), grade if suspected else 0


STARTS_AT_2 = {
    *("Lung infection", "Upper respiratory infection", "Urinary tract infection"),
    *("Catheter related infection", "Enterocolitis infectious"),
}


def infections(form: Form) -> Result | None:
    term, therapy, died = form["term"], form["therapy"], form["died_of_infection"]
    symptoms, hospital = form["bacteraemia_symptoms"], form["hospitalised"]
    if term == "Bacteremia":
        if not symptoms and (died or therapy == "urgent"):
            return None  # refused
        if not symptoms:
            return term, 2
        term = "Sepsis"
    if died:
        return term, 5
    if therapy == "urgent":
        return term, 4
    if therapy in ("iv", "invasive") or term == "Sepsis":
        return term, 3
    if hospital and ("reactivation" in term or term in ("Shingles", "Enterocolitis infectious")):
        return term, 3
    if therapy == "oral":
        return term, 2
    if therapy == "topical" and ("reactivation" in term or term == "Catheter related infection"):
        return term, 2
    return (term, None) if term in STARTS_AT_2 else (term, 1)


YES_OR_NO = [False, True]
RULES = {
    "licats": Rule(
        {
            **dict.fromkeys(
                ("organ_previously_affected", "within_bcell_aplasia", "other_cause_excluded", "new_or_worse_finding"),
                YES_OR_NO,
            ),
            "creatinine_baseline": [80],
            "creatinine": [119, 120],
            "care": ["none", "treatment", "hospital", "icu"],
            "onset_day": [14, 15, 30, 31],
        },
        ("licats", "grade", "timing"),
        licats,
    ),
    "iec_hs": Rule(
        {
            "ferritin": [600, 900],
            "ferritin_uln": [300, 500],
            "ferritin_infusion": [300, 500],
            "ferritin_rapid_rise": YES_OR_NO,
            "transaminase_multiple": [5, 6],
            "fibrinogen": [1, 2],
            "fibrinogen_lln": [1, 3],
            "hemophagocytosis": YES_OR_NO,
            "cytopenia_grade": [3, 4],
            "timing_consistent": YES_OR_NO,
            "better_cause": YES_OR_NO,
            "severity": ["observation", "treatment", "severe", "life_threatening", "death"],
        },
        ("suspected", "main_items", "grade"),
        iec_hs,
    ),
    "infections": Rule(
        {
            "term": [*catalog().instruments["infections"].items["term"].choices],
            "therapy": ["none", "topical", "oral", "iv", "invasive", "urgent"],
            "hospitalised": YES_OR_NO,
            "bacteraemia_symptoms": YES_OR_NO,
            "died_of_infection": YES_OR_NO,
        },
        ("term", "grade"),
        infections,
    ),
}


def plain(value: FieldValue | None) -> Any:
    return int(value.low or 0) if isinstance(value, Interval) else value


def results(name: str, form: Form) -> set[Result]:
    scale = catalog().instruments[name]
    scored = scale.score(answers_of(scale.items, form))
    return {tuple(plain(case.get(field)) for field in RULES[name].fields) for case in scored.possible}


def missing(name: str, form: Form) -> set[str]:
    scale = catalog().instruments[name]
    return set(scale.score(answers_of(scale.items, form)).missing)


def forms(answers: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    return (dict(zip(answers, said, strict=True)) for said in product(*answers.values()))


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_form(name: str) -> None:
    rule = RULES[name]
    answers = {**rule.answers, "severity": ["severe"]} if name == "iec_hs" else rule.answers
    for form in forms(answers):
        expected = rule.result(form)
        if expected is not None:
            assert results(name, form) == {expected}, form


@pytest.mark.parametrize("name", sorted(RULES))
@settings(max_examples=150)
@given(data=st.data())
def test_gaps_leave_exactly_what_some_way_to_fill_them_gives(name: str, data: st.DataObject) -> None:
    rule = RULES[name]
    whole = {item: data.draw(st.sampled_from(some), label=item) for item, some in rule.answers.items()}
    hidden = data.draw(st.sets(st.sampled_from(list(rule.answers)), max_size=3))
    told = {item: said for item, said in whole.items() if item not in hidden}
    found = {result for way in filled(rule, told, hidden) if (result := rule.result(way)) is not None}
    if name == "infections" and rule.result({**whole, "bacteraemia_symptoms": False}) is None:
        return  # a contradiction may be refused in the form with gaps as well
    assert found <= results(name, told)
    if not hidden & {"ferritin", "ferritin_uln", "ferritin_infusion", "fibrinogen", "creatinine_baseline"}:
        assert found == results(name, told)
        assert missing(name, told) == {item for item in hidden if matters(rule, told, hidden, item)}


def filled(rule: Rule, told: Form, hidden: set[str]) -> Iterator[dict[str, Any]]:
    return ({**told, **way} for way in forms({item: rule.answers[item] for item in sorted(hidden)}))


def matters(rule: Rule, told: Form, hidden: set[str], item: str) -> bool:
    """Answer whether two forms that differ in this item alone have different results."""
    seen: dict[str, set[Result | None]] = {}
    for way in filled(rule, told, hidden):
        others = str({name: said for name, said in way.items() if name != item})
        seen.setdefault(others, set()).add(rule.result(way))
    return any(len(found - {None}) > 1 for found in seen.values())
