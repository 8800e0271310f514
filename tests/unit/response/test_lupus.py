"""Responses of lupus against rules written on their own, and forms with gaps against every way to fill them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dosepath.core.instrument import Case, Score
from dosepath.core.quantity import Quantity
from dosepath.response.bilag_2004 import DOMAINS
from tests.unit.instruments.case_files import instrument

Form = Mapping[str, Any]
"""Answers: yes and no, a grade, a number in the unit of its item."""

WEIGHTS = {
    **dict.fromkeys(("seizure", "psychosis", "organic_brain_syndrome", "visual_disturbance"), 8),
    **dict.fromkeys(("cranial_nerve_disorder", "lupus_headache", "cva", "vasculitis"), 8),
    **dict.fromkeys(("arthritis", "myositis", "urinary_casts", "hematuria", "proteinuria", "pyuria"), 4),
    **dict.fromkeys(("rash", "alopecia", "mucosal_ulcers", "pleurisy", "pericarditis"), 2),
    **dict.fromkeys(("low_complement", "increased_dna_binding"), 2),
    **dict.fromkeys(("fever", "thrombocytopenia", "leukopenia"), 1),
}
SEROLOGY = ("low_complement", "increased_dna_binding")
NO_MAJOR_ORGAN = {
    *("arthritis", "myositis", "rash", "alopecia", "mucosal_ulcers", "thrombocytopenia", "leukopenia"),
    *SEROLOGY,
}
GRADES = "ABCDE"
MARKS = [Fraction(tenths, 10) for tenths in range(0, 31, 3)]
MOST_COMPLETIONS = 60


def score(name: str, form: Form) -> Score:
    items = instrument(name).items
    answers = {
        item: said if isinstance(said, bool | str) else Quantity(Fraction(said), items[item].unit or "1")
        for item, said in form.items()
    }
    return instrument(name).score(answers)


def the_case(name: str, form: Form) -> Case:
    scored = score(name, form)
    assert scored.refused == ()
    assert scored.missing == ()
    (case,) = scored.possible
    return case


def frozen(cases: Sequence[Case]) -> set[tuple[tuple[str, Any], ...]]:
    return {tuple(sorted(case.items())) for case in cases}


def completions(
    name: str, form: Form, alternatives: Mapping[str, Sequence[Any]]
) -> Iterator[tuple[tuple[Any, ...], Case]]:
    for filled in product(*alternatives.values()):
        scored = score(name, {**form, **dict(zip(alternatives, filled, strict=True))})
        if not scored.refused:
            (case,) = scored.possible
            yield filled, case


def assert_gaps_are_exact(
    name: str, whole: Form, alternatives: Mapping[str, Sequence[Any]], *, missing: bool = True
) -> None:
    """Hide some answers; what is possible and what is missing must be what filling the gaps in every way shows."""
    form = {item: said for item, said in whole.items() if item not in alternatives}
    partial = score(name, form)
    filled = dict(completions(name, form, alternatives))
    assert frozen(partial.possible) == frozen(list(filled.values()))
    if missing:
        matter = {item for place, item in enumerate(alternatives) if _matters(filled, place)}
        assert set(partial.missing) == matter


def _matters(filled: Mapping[tuple[Any, ...], Case], place: int) -> bool:
    first: dict[tuple[Any, ...], Case] = {}
    return any(first.setdefault(values[:place] + values[place + 1 :], case) != case for values, case in filled.items())


def hide(
    data: st.DataObject, form: Form, alternatives: Callable[[str], Sequence[Any]], most: int = 5
) -> dict[str, Sequence[Any]]:
    """Draw some answers to hide, few enough to fill them in every way."""
    hidden: dict[str, Sequence[Any]] = {}
    ways = 1
    for item in data.draw(st.lists(st.sampled_from(sorted(form)), max_size=most, unique=True)):
        ways *= len(alternatives(item))
        if ways <= MOST_COMPLETIONS:
            hidden[item] = alternatives(item)
    return hidden


def findings(data: st.DataObject, of: Sequence[str], prefix: str = "") -> dict[str, bool]:
    present = data.draw(st.sets(st.sampled_from(of), max_size=4))
    return {f"{prefix}{finding}": finding in present for finding in of}


def points(form: Form, prefix: str = "", of: Mapping[str, int] = WEIGHTS) -> int:
    return sum(weight for finding, weight in of.items() if form[f"{prefix}{finding}"])


# SRI and BICLA ----------------------------------------------------------------------------------------------------


def calm(baseline: str = "C", now: str = "C") -> dict[str, Any]:
    return {
        **{f"bilag_baseline.{domain}": baseline for domain in DOMAINS},
        **{f"bilag_now.{domain}": now for domain in DOMAINS},
    }


def new(form: Form, grade: str, but: str) -> int:
    """Count domains with a grade now that had none of some grades at baseline."""
    return sum(
        form[f"bilag_now.{domain}"] == grade and form[f"bilag_baseline.{domain}"] not in but for domain in DOMAINS
    )


def sri(form: Form, before: int, now: int, k: int) -> str:
    worse = new(form, "A", "A") > 0 or new(form, "B", "AB") > 1
    marked = form["pga_now"] - form["pga_baseline"] >= Fraction(3, 10)
    good = before - now >= k and not worse and not marked and not form["failure"]
    return "responder" if good else "non_responder"


def bicla(form: Form) -> str:
    grades = [(form[f"bilag_baseline.{domain}"], form[f"bilag_now.{domain}"]) for domain in DOMAINS]
    if not any(before in "AB" for before, _ in grades):
        return "not_evaluable"
    improved = all(now > before for before, now in grades if before in "AB")
    worse = new(form, "A", "A") > 0 or new(form, "B", "AB") > 1 or form["sledai_now"] > form["sledai_baseline"]
    marked = form["pga_now"] - form["pga_baseline"] >= Fraction(3, 10)
    return "responder" if improved and not worse and not marked and not form["failure"] else "non_responder"


@pytest.mark.parametrize("name", ["sri4", "bicla"])
def test_all_grades_of_two_domains(name: str) -> None:
    others = {"sledai_baseline": 12, "sledai_now": 4, "pga_baseline": 1, "pga_now": 1, "failure": False}
    for one, one_now, two, two_now in product(GRADES, repeat=4):
        grades = {
            "bilag_baseline.renal": one,
            "bilag_now.renal": one_now,
            "bilag_baseline.ophthalmic": two,
            "bilag_now.ophthalmic": two_now,
        }
        form = {**calm(), **others, **grades}
        case = the_case(name, form)
        if name == "bicla":
            assert case == {"response": bicla(form)}
        else:
            assert case == {f"sri{k}": sri(form, 12, 4, k) for k in range(4, 9)}


@st.composite
def two_visits(draw: Any) -> dict[str, Any]:
    grades = {item: draw(st.sampled_from("CCCCDEBA")) for item in calm()}
    marks = {item: draw(st.sampled_from(MARKS)) for item in ("pga_baseline", "pga_now")}
    return {**grades, **marks, "failure": draw(st.integers(0, 9)) == 9}


def of_two_visits(item: str) -> Sequence[Any]:
    return GRADES if item.startswith("bilag") else MARKS if item.startswith("pga") else (False, True)


@settings(max_examples=60, deadline=None)
@given(form=two_visits(), before=st.integers(0, 20), now=st.integers(0, 20), data=st.data())
def test_responder_index_by_totals(form: dict[str, Any], before: int, now: int, data: st.DataObject) -> None:
    whole = {**form, "sledai_baseline": before, "sledai_now": now}
    assert the_case("sri4", whole) == {f"sri{k}": sri(form, before, now, k) for k in range(4, 9)}
    assert_gaps_are_exact("sri4", whole, hide(data, form, of_two_visits))


@settings(max_examples=20, deadline=None)
@given(form=two_visits(), data=st.data())
def test_responder_index_by_findings(form: dict[str, Any], data: st.DataObject) -> None:
    seen = {**findings(data, list(WEIGHTS), "baseline."), **findings(data, list(WEIGHTS), "now.")}
    whole = {**form, **seen}
    before, now = points(seen, "baseline."), points(seen, "now.")
    assert the_case("sri4", whole) == {f"sri{k}": sri(form, before, now, k) for k in range(4, 9)}
    assert the_case("sri4", {**whole, "sledai_baseline": before, "sledai_now": now}) == the_case("sri4", whole)
    assert_gaps_are_exact("sri4", whole, hide(data, seen, of_two_visits))


@pytest.mark.parametrize("hidden", ["sledai_baseline", "sledai_now"])
@pytest.mark.parametrize("known", [0, 3, 4, 5, 8, 97, 98, 101, 102, 105])
def test_responder_index_with_one_total(hidden: str, known: int) -> None:
    other = "sledai_now" if hidden == "sledai_baseline" else "sledai_baseline"
    form = {**calm(), "pga_baseline": 1, "pga_now": 1, "failure": False, other: known, hidden: 0}
    assert_gaps_are_exact("sri4", form, {hidden: range(106)})


@settings(max_examples=60, deadline=None)
@given(form=two_visits(), before=st.integers(0, 6), now=st.integers(0, 6), data=st.data())
def test_composite_assessment(form: dict[str, Any], before: int, now: int, data: st.DataObject) -> None:
    whole = {**form, "sledai_baseline": before, "sledai_now": now}
    assert the_case("bicla", whole) == {"response": bicla(whole)}
    assert_gaps_are_exact("bicla", whole, hide(data, form, of_two_visits))


@pytest.mark.parametrize("hidden", [("sledai_baseline",), ("sledai_now",), ("sledai_baseline", "sledai_now")])
@pytest.mark.parametrize("known", [0, 1, 104, 105])
def test_composite_assessment_without_a_total(hidden: tuple[str, ...], known: int) -> None:
    form = {**calm("B"), "pga_baseline": 1, "pga_now": 1, "failure": False}
    form |= {"sledai_baseline": known, "sledai_now": known}
    assert_gaps_are_exact("bicla", form, dict.fromkeys(hidden, (0, 1, 2, 103, 104, 105)))


# Remission and low activity ---------------------------------------------------------------------------------------

CLINICAL = {finding: weight for finding, weight in WEIGHTS.items() if finding not in SEROLOGY}


def doris(form: Form) -> Case:
    dose = form["prednisone_mg_day"]
    remission = not any(form[finding] for finding in CLINICAL) and form["pga"] < Fraction(1, 2) and dose <= 5
    remission = remission and form["background_stable"]
    free = remission and dose == 0 and not form["immunosuppressant"]
    answers = (remission, free, free and not form["antimalarial"])
    names = ("remission", "drug_free", "drug_free_no_antimalarial")
    return {name: str(answer).lower() for name, answer in zip(names, answers, strict=True)}


def of_remission(item: str) -> Sequence[Any]:
    return {"pga": (0, Fraction(1, 2)), "prednisone_mg_day": (0, 5, 6)}.get(item, (False, True))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_remission(data: st.DataObject) -> None:
    present = data.draw(st.just([]) | st.lists(st.sampled_from(sorted(CLINICAL)), max_size=2))
    form: dict[str, Any] = {finding: finding in present for finding in CLINICAL}
    form |= {
        item: data.draw(st.sampled_from(of_remission(item)))
        for item in ("pga", "prednisone_mg_day", "immunosuppressant", "antimalarial")
    }
    form["background_stable"] = data.draw(st.integers(0, 9)) < 9
    assert the_case("doris_2021", form) == doris(form)
    number = {**form, "sledai_clinical": points(form, of=CLINICAL)}
    assert the_case("doris_2021", number) == doris(form)
    assert_gaps_are_exact("doris_2021", form, hide(data, form, of_remission))
    findings_hidden = {item: said for item, said in number.items() if item not in CLINICAL}
    assert the_case("doris_2021", findings_hidden) == doris(form)


LLDAS_REST = {
    "hemolytic_anemia": False,
    "gi_activity": False,
    "maintenance": True,
    "investigational_drug": False,
    "pga": Fraction(1),
    "prednisone_mg_day": Fraction(15, 2),
}


def lldas(form: Form, first: bool = False) -> bool:
    present = {finding for finding in WEIGHTS if form[finding]}
    low = points(form) <= 4 and present <= NO_MAJOR_ORGAN
    nothing_new = first or all(form[f"previous.{finding}"] for finding in present)
    return (
        low
        and nothing_new
        and not form["hemolytic_anemia"]
        and not form["gi_activity"]
        and form["pga"] <= 1
        and form["prednisone_mg_day"] <= Fraction(15, 2)
        and form["maintenance"]
        and not form["investigational_drug"]
    )


def of_low_activity(item: str) -> Sequence[Any]:
    return {"pga": (1, 2), "prednisone_mg_day": (Fraction(15, 2), 8)}.get(item, (False, True))


@st.composite
def two_assessments(draw: Any) -> dict[str, Any]:
    kind = st.sampled_from(sorted(NO_MAJOR_ORGAN)) | st.sampled_from(sorted(WEIGHTS))
    present = draw(st.sets(kind, max_size=3))
    before = draw(st.sets(st.sampled_from(sorted(WEIGHTS)), max_size=6)) | (present if draw(st.booleans()) else set())
    rest = dict(LLDAS_REST)
    if draw(st.integers(0, 3)) == 3:
        item = draw(st.sampled_from(sorted(rest)))
        rest[item] = draw(st.sampled_from(of_low_activity(item)))
    return {
        **{finding: finding in present for finding in WEIGHTS},
        **{f"previous.{finding}": finding in before for finding in WEIGHTS},
        **rest,
    }


@settings(max_examples=120, deadline=None)
@given(form=two_assessments(), data=st.data())
def test_low_activity(form: dict[str, Any], data: st.DataObject) -> None:
    wanted = {"lldas": str(lldas(form)).lower()}
    assert the_case("lldas", form) == wanted
    assert the_case("lldas", {**form, "sledai_total": points(form)}) == wanted
    hidden = hide(data, form, of_low_activity)
    assume(not all(f"previous.{finding}" in hidden for finding in WEIGHTS))
    assert_gaps_are_exact("lldas", form, hidden)


@settings(max_examples=80, deadline=None)
@given(form=two_assessments(), data=st.data())
def test_low_activity_with_the_total_and_gaps(form: dict[str, Any], data: st.DataObject) -> None:
    whole = {**form, "sledai_total": points(form)}
    hidden = hide(data, {finding: form[finding] for finding in WEIGHTS}, of_low_activity, most=7)
    assert_gaps_are_exact("lldas", whole, hidden, missing=False)
    partial = score("lldas", {item: said for item, said in whole.items() if item not in hidden})
    assert set(partial.missing) <= set(hidden)
    assert bool(partial.missing) == (len(partial.possible) > 1)


@settings(max_examples=80, deadline=None)
@given(form=two_assessments())
def test_low_activity_by_total_and_two_questions(form: dict[str, Any]) -> None:
    present = {finding for finding in WEIGHTS if form[finding]}
    summary = {
        **{item: form[item] for item in LLDAS_REST},
        "sledai_total": points(form),
        "major_organ_activity": not present <= NO_MAJOR_ORGAN,
        "new_activity": not all(form[f"previous.{finding}"] for finding in present),
    }
    assert the_case("lldas", summary) == {"lldas": str(lldas(form)).lower()}
    assert the_case("lldas", {**form, **summary}) == {"lldas": str(lldas(form)).lower()}


@settings(max_examples=60, deadline=None)
@given(form=two_assessments())
def test_a_first_assessment_is_provisional(form: dict[str, Any]) -> None:
    now = {item: said for item, said in form.items() if not item.startswith("previous.")}
    scored = score("lldas", {**now, "first_assessment": True})
    good = lldas(form, first=True)
    assert {case["provisional"] for case in scored.possible} == {str(good).lower()}
    assert {case["lldas"] for case in scored.possible} == ({"true", "false"} if good else {"false"})
    assert (scored.missing, [flag.id for flag in scored.flags if flag.id == "provisional"]) == ((), ["provisional"])


# Nephritis --------------------------------------------------------------------------------------------------------

NUMBERS = {
    "upcr_baseline": ("0", "0.4", "0.5", "0.9", "1", "4", "6", "8"),
    "upcr": ("0", "0.4", "0.5", "0.7", "0.8", "1", "2", "2.9", "3"),
    "egfr_baseline": ("40", "60", "70", "100"),
    "egfr": ("30", "50", "59.9", "60", "85", "100"),
    "egfr_before_flare": ("50", "75", "100", "110"),
}


def nephritis(form: Form) -> Case:
    if form["upcr_baseline"] < Fraction("0.5") and not form["biopsy"]:
        return {"response": "not_applicable", "perr": "not_applicable"}
    kept = form["egfr"] / form["egfr_baseline"] >= Fraction("0.85") if form["egfr_baseline"] else True
    response = "none"
    if kept and form["upcr"] < Fraction("0.5"):
        response = "complete"
    elif kept and form["upcr"] < 3 and 2 * form["upcr"] <= form["upcr_baseline"]:
        response = "partial"
    enough = form["egfr"] >= 60 or form["egfr"] >= Fraction("0.8") * form["egfr_before_flare"]
    perr = form["upcr"] <= Fraction("0.7") and enough and not form["rescue"]
    return {"response": response, "perr": "responder" if perr else "non_responder"}


def beside(form: Form) -> Callable[[str], Sequence[Any]]:
    """Give values of an item on and beside every limit that the other numbers of a form set."""
    factors = [Fraction(factor) for factor in ("0.5", "2", "0.85", "0.8")]
    factors += [1 / factor for factor in factors]
    near = Fraction(1, 1000)

    def alternatives(item: str) -> Sequence[Any]:
        if item in ("biopsy", "rescue"):
            return False, True
        family = "upcr" if item.startswith("upcr") else "egfr"
        limits = {Fraction(limit) for limit in (("0.5", "0.7", "3") if family == "upcr" else ("60",))}
        for other in NUMBERS:
            if other.startswith(family) and other != item:
                limits |= {factor * form[other] for factor in factors}
        return sorted({Fraction(0), Fraction(1000), *limits, *(limit + near for limit in limits)})

    return alternatives


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_nephritis(data: st.DataObject) -> None:
    form: dict[str, Any] = {item: Fraction(data.draw(st.sampled_from(values))) for item, values in NUMBERS.items()}
    form |= {"biopsy": data.draw(st.booleans()), "rescue": data.draw(st.booleans())}
    assert the_case("lupus_nephritis_response", form) == nephritis(form)
    hidden = hide(data, form, beside(form), most=2)
    assert_gaps_are_exact("lupus_nephritis_response", form, hidden)


def test_nephritis_on_a_grid() -> None:
    for numbers in product(*(map(Fraction, values) for values in NUMBERS.values())):
        form: dict[str, Any] = {**dict(zip(NUMBERS, numbers, strict=True)), "biopsy": False, "rescue": False}
        assert the_case("lupus_nephritis_response", form) == nephritis(form)
