"""Adapters of the instruments of lupus: activity, classification, response, and doses of glucocorticoids."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

from dosepath.cli.verify.adapter import (
    SCREENING,
    Adapter,
    bounds_of,
    course,
    criterion,
    error_of,
    flags_of,
    form,
    instrument,
    score,
)
from dosepath.cli.verify.compare import UNKNOWN, Got, InWords
from dosepath.cli.verify.given import Given
from dosepath.core.days import PartialDate
from dosepath.core.errors import InputError
from dosepath.core.facts import Fact, Table
from dosepath.core.instrument import RefusalKind, Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.instruments import eular_acr_sle_2019 as classification
from dosepath.instruments import sledai_2k as activity
from dosepath.instruments.prednisone_equivalent import MG_EQUAL_TO_5_MG_PREDNISONE, OTHER
from dosepath.interop.answers_yaml import answers_of
from dosepath.mapping.numbers import read_titre
from dosepath.protocol.model import GateName
from dosepath.response.bilag_2004 import DOMAINS

ABSENT = "absent"
E_AT_BOTH = "E at both"

CAUSES = {"sle": True, "lupus": True, "drug": False, "infection": False, "other": False, UNKNOWN: None}
"""Whether a cause that a case names is lupus."""

SLEDAI_RESULTS = {
    "urine_rbc_per_hpf": ("urine_red_cells", "/[HPF]"),
    "urine_protein_g_24h": ("urine_protein_24h", "g/(24.h)"),
    "urine_wbc_per_hpf": ("urine_white_cells", "/[HPF]"),
    "body_temp_c": ("body_temperature", "Cel"),
    "platelets_e9_l": ("platelets", "10*9/L"),
    "wbc_e9_l": ("white_cells", "10*9/L"),
}
"""Results of cases: our name and the unit."""

UNCOUNTED_WORDS = {
    "enteric": "enteric_budesonide",
    "articular": "joint_injection",
    "fludrocortisone": "fludrocortisone",
    **dict.fromkeys(("inhal", "topical", "nasal", "ophthalmic", "cream", "eye"), "local"),
}
"""How cases word a drug that is not counted: a part of its name, and the answer of our form."""


# Findings ---------------------------------------------------------------------------------------------------------


def _spelled_out(name: str, given: Given, present: str) -> dict[str, bool]:
    """Answer every finding: those present, those unknown left open, the others absent unless a case says otherwise."""
    there, unknown = set(given.get(present) or ()), set(given.get("unknown") or ())
    strange = (there | unknown) - set(instrument(name).items)
    if strange:
        raise InputError(f"{name} has no item {', '.join(sorted(strange))}")
    others = given.get("others", ABSENT)
    known = {item: item in there for item in instrument(name).items if item in there or others == ABSENT}
    return {item: said for item, said in known.items() if item not in unknown}


def _results(given: Given) -> dict[str, Quantity]:
    """Give the measured results of a case."""
    found = ((row, given.number(key)) for key, row in SLEDAI_RESULTS.items() if key in given)
    return {name: Quantity(value, unit) for (name, unit), value in found if value is not None}


def _from_lupus(given: Given) -> dict[str, bool]:
    """Say for every measured finding whether lupus is its cause, which holds unless the case names another one."""
    causes: dict[str, bool | None] = dict.fromkeys((row.finding for row in activity.THRESHOLDS), True)
    if given.get("urine_infection") is True:
        causes |= {"pyuria": False, "hematuria": False}
    cause = given.get("wbc_attribution")
    if cause is not None:
        causes["leukopenia"] = CAUSES.get(str(cause), False)
    return {finding: cause for finding, cause in causes.items() if cause is not None}


def _measured(given: Given) -> set[str]:
    """Give the findings that a case gives a result for, be it null."""
    names = {row[0] for key, row in SLEDAI_RESULTS.items() if key in given}
    return {row.finding for row in activity.THRESHOLDS if row.result in names}


def _dated(given: Given) -> dict[str, bool]:
    """Answer the findings that a case gives with their days."""
    assessed = given.day("assessment_date")
    found: dict[str, bool] = {}
    for raw in given.get("findings") or ():
        finding = Given(raw)
        item, day = str(finding.get("item")), finding.day("date")
        finding.refuse_rest()
        counts = Verdict.MET
        if day is not None and assessed is not None:
            counts = activity.counts_at(assessed, PartialDate.on(day))
        found[item] = found.get(item, False) or counts is Verdict.MET
    return found


def sledai_2k(given: Given) -> Got:
    """Answer 24 findings: those present, those dated within 30 days, those that a result of lupus decides."""
    answers = _spelled_out("sledai_2k", given, "present")
    answers |= _dated(given)
    measured, causes = _measured(given), _from_lupus(given)
    answers = {item: said for item, said in answers.items() if item not in measured}
    answers |= activity.items_of_results(_results(given), causes)
    scored = score("sledai_2k", answers)
    return {
        **_bounds(scored, "total", "total"),
        "clinical": scored.value("clinical"),
        "warning": "E05 consistency" if "nervous_system" in flags_of(scored) else None,
        "I02.1.c": lambda: criterion("I02.1.c", form("sledai_2k", answers)),
    }


def eular_acr_sle_2019(given: Given) -> Got:
    """Answer the entry from a titre and 21 criteria, those with a result by the result."""
    answers = _spelled_out("eular_acr_sle_2019", given, "positive")
    answers.pop(classification.ENTRY, None)
    results, measured = _results(given), _measured(given)
    entry = _entry(given.get("ana"))
    answers = {item: said for item, said in answers.items() if item not in measured}
    answers |= {} if entry is None else {classification.ENTRY: entry}
    from_lupus = {row.finding: True for row in classification.THRESHOLDS}
    answers |= classification.items_of_results(results, from_lupus)
    scored = score("eular_acr_sle_2019", answers)
    return {**_bounds(scored, "score", "total"), "classified": scored.value("classified")}


def _entry(ana: Any) -> bool | None:
    """Answer whether antinuclear antibodies were positive: a titre, a number, or a word."""
    if ana is None or ana == UNKNOWN:
        return None
    if isinstance(ana, bool):
        return ana
    titre = read_titre(ana) if isinstance(ana, str) else None
    if titre is None and isinstance(ana, str):
        return {"negative": False, "positive": True}.get(ana)
    number = Fraction(ana) if titre is None else titre.number
    found = classification.items_of_results({"ana_titre": Quantity(number, "{titer}")}, {})
    return found[classification.ENTRY]


def _bounds(scored: Score, field: str, key: str) -> dict[str, Any]:
    value = bounds_of(scored, field)
    return {key: value, f"{key}_low": value.low, f"{key}_high": value.high}


# Global assessment and responses ----------------------------------------------------------------------------------


def pga(given: Given) -> Got:
    """Take the mark as `value` or `now`; the scale is 0 to 3 where none is named."""
    answers = {
        "scale": given.get("scale", "0-3"),
        "value": given.get("value", given.get("now")),
        "baseline": given.get("baseline"),
    }
    scored = score("pga", answers)
    return {
        "pga": scored.value("pga"),
        "delta": scored.value("change"),
        "worsening": scored.value("worsening"),
        "error": error_of(scored, {RefusalKind.OUT_OF_RANGE: "out_of_range"}),
    }


def _bilag(given: Given) -> dict[str, str]:
    """Grade nine domains at both visits: those not named are E; a visit that is null was not graded."""
    others = given.get("other_domains", E_AT_BOTH)
    if others not in (E_AT_BOTH, None):
        raise InputError(f"other_domains: '{others}' is not understood")
    answers: dict[str, str] = {}
    for visit in ("bilag_baseline", "bilag_now"):
        if given.get(visit, {}) is None:
            continue
        graded = given.below(visit)
        rest = dict.fromkeys(DOMAINS, None if others is None else "E")
        named = {domain: graded.get(domain, grade) for domain, grade in rest.items()}
        graded.refuse_rest()
        answers |= {f"{visit}.{domain}": grade for domain, grade in named.items() if grade not in (None, UNKNOWN)}
    return answers


def sri4(given: Given) -> Got:
    """Enter both totals; a failure that is left out did not happen."""
    numbers = given.take("sledai_baseline", "sledai_now", "pga_baseline", "pga_now")
    scored = score("sri4", {**numbers, **_bilag(given), "failure": given.get("failure", False)})
    return {"SRI4": scored.value("sri4")}


def bicla(given: Given) -> Got:
    """Take the pairs as baseline and now; a domain that is not named is E, a failure left out did not happen."""
    answers: dict[str, Any] = {**_bilag(given), "failure": given.get("failure", False)}
    for key in ("sledai", "pga"):
        pair = given.get(key) or (None, None)
        answers |= dict(zip((f"{key}_baseline", f"{key}_now"), pair, strict=True))
    return {"BICLA": score("bicla", answers).value("response")}


def _findings(given: Given, key: str, items: Iterable[str]) -> dict[str, bool]:
    """Answer findings of which a case lists those present; none where the list is null or left out."""
    listed = given.get(key)
    if listed is None:
        return {}
    strange = set(listed) - set(activity.SLEDAI_2K.items)
    if strange:
        raise InputError(f"{key}: SLEDAI-2K has no item {', '.join(sorted(strange))}")
    return {item: item in listed for item in items}


def doris_2021(given: Given) -> Got:
    """Answer the clinical findings; a glucocorticoid is turned into prednisone by the table."""
    answers: dict[str, Any] = _findings(given, "present_sledai", (row.id for row in activity.CLINICAL))
    answers |= {"pga": given.get("pga"), "background_stable": given.get("background_stable")}
    answers["prednisone_mg_day"] = given.get("prednisone_eq")
    if "glucocorticoid" in given and given.get("glucocorticoid") is not None:
        drug = given.below("glucocorticoid")
        row = {"drug": _drug(str(drug.get("drug"))), "mg": drug.get("mg_day"), "per_day": 1}
        drug.refuse_rest()
        dose = bounds_of(score("prednisone_equivalent", {"drugs": [row], "list_complete": True}), "mg_day")
        answers["prednisone_mg_day"] = dose.low if dose.exact else None
    return {"remission": _score_exact("doris_2021", answers).value("remission")}


def lldas(given: Given) -> Got:
    """Answer the findings of both assessments; a previous list that is null says that there was none."""
    now = _findings(given, "present_sledai", activity.SLEDAI_2K.items)
    before = _findings(given, "previous_sledai_items", activity.SLEDAI_2K.items)
    answers: dict[str, Any] = {**now, **{f"previous.{item}": said for item, said in before.items()}}
    answers["first_assessment"] = given.get("previous_sledai_items") is None
    answers |= {"pga": given.get("pga"), "prednisone_mg_day": given.get("prednisone_eq")}
    answers |= {item: given.get(item, False) for item in ("hemolytic_anemia", "gi_activity")}
    maintenance = given.get("maintenance_ok")
    answers |= {"maintenance": maintenance, "investigational_drug": None if maintenance is None else False}
    scored = score("lldas", answers)
    remarks = [flag.text for flag in scored.flags] or scored.steps
    return {"lldas": scored.value("lldas"), "note": InWords("; ".join(remarks))}


def lupus_nephritis_response(given: Given) -> Got:
    """Take ratios in g/g or in mg/mmol; a biopsy that is left out was not done."""
    answers: dict[str, Any] = given.take("egfr", "egfr_baseline", "upcr", "upcr_baseline")
    for item in ("upcr", "upcr_baseline"):
        ratio = given.get(f"{item}_mg_mmol")
        if ratio is not None:
            answers[item] = {"value": ratio, "unit": "mg/mmol"}
    answers["biopsy"] = given.get("biopsy", False)
    return {"response": score("lupus_nephritis_response", answers).value("response")}


# Doses ------------------------------------------------------------------------------------------------------------


def prednisone_equivalent(given: Given) -> Got:
    """Add up a list; one that names a systemic drug is complete unless the case says otherwise."""
    drugs = [_row(Given(raw)) for raw in given.get("drugs") or ()]
    systemic = [row for row in drugs if row["drug"] in MG_EQUAL_TO_5_MG_PREDNISONE or row["drug"] == OTHER]
    complete = given.get("list_complete", True if systemic else None)
    scored = score("prednisone_equivalent", {"drugs": drugs, "list_complete": complete})
    dose = bounds_of(scored, "mg_day")
    return {
        "pred_mg_day": dose,
        "I02.1.d.3.gc": lambda: _judged("I02.1.d.3.gc", systemic, complete),
        "E04.3": lambda: _excluded(_judged("E04.3", systemic, complete, GateName.LYMPHODEPLETION), "24h"),
        "E04.4": lambda: _excluded(_judged("E04.4", systemic, complete), "2w"),
        "E07.3": InWords(_against_500(dose)),
    }


def _row(raw: Given) -> dict[str, Any]:
    row = {"drug": _drug(str(raw.get("drug"))), "mg": raw.get("mg"), "per_day": raw.get("per_day", 1)}
    raw.refuse_rest()
    return row


def _drug(name: str) -> str:
    """Give the answer of the form to the name of a drug."""
    if name in MG_EQUAL_TO_5_MG_PREDNISONE:
        return name
    return next((answer for part, answer in UNCOUNTED_WORDS.items() if part in name.lower()), OTHER)


def _judged(
    identity: str, drugs: Iterable[Mapping[str, Any]], complete: bool | None, gate: GateName = GateName.SCREENING
) -> Verdict:
    """Judge a criterion for a patient who has taken the drugs unchanged for a year."""
    return criterion(
        identity,
        [_course(row) for row in drugs],
        arm="SLE",
        gate=gate,
        anchors={"screening": SCREENING, "lymphodepletion": SCREENING},
        complete={Table.MEDICATIONS} if complete else (),
    )


def _course(row: Mapping[str, Any]) -> Fact:
    """Make a course; a drug without a place in the table is some glucocorticoid of a dose that is not known."""
    if row["drug"] == OTHER or row["mg"] is None or row["per_day"] is None:
        return course("prednisone", SCREENING - timedelta(days=365), None)
    return course(row["drug"], SCREENING - timedelta(days=365), None, row["mg"], Fraction(row["per_day"]))


def _excluded(verdict: Verdict, within: str) -> Any:
    """Word an exclusion whose day a case leaves open."""
    return f"excluded_if_within_{within}" if verdict is Verdict.MET else verdict


def _against_500(dose: Interval) -> str:
    """Compare a dose with that of E07.3, which asks the investigator besides whether nephritis needs it for 14 days."""
    above = dose.compare(">", Interval.at(500)).value.replace("_", " ")
    return f"above 500 mg of prednisone a day: {above}; E07.3 asks whether active nephritis needs it for 14 days"


def _score_exact(name: str, answers: Mapping[str, Any]) -> Score:
    """Score a form of which one answer may be a fraction that no document can write."""
    written = {item: said for item, said in answers.items() if not isinstance(said, Fraction)}
    exact = {item: said for item, said in answers.items() if isinstance(said, Fraction)}
    scale = instrument(name)
    return scale.score(
        answers_of(scale.items, written)
        | {item: Quantity(said, scale.items[item].unit or "1") for item, said in exact.items()}
    )


ADAPTERS: Mapping[str, Adapter] = {
    "sledai_2k": sledai_2k,
    "eular_acr_sle_2019": eular_acr_sle_2019,
    "pga": pga,
    "sri4": sri4,
    "bicla": bicla,
    "doris_2021": doris_2021,
    "lldas": lldas,
    "lupus_nephritis_response": lupus_nephritis_response,
    "prednisone_equivalent": prednisone_equivalent,
}
