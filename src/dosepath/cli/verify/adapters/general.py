"""Adapters of general formulas, limits, units, heart, infections, pregnancy, doses and visits."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from dosepath.cli.verify.adapter import (
    SCREENING,
    Adapter,
    criterion,
    error_of,
    flags_of,
    instrument,
    person,
    result,
    score,
    trial,
)
from dosepath.cli.verify.compare import UNKNOWN, Got
from dosepath.cli.verify.given import Given
from dosepath.core.days import PartialDate, Period
from dosepath.core.errors import QuantityError
from dosepath.core.facts import BIRTH_DATE, SEX, Fact, Table
from dosepath.core.instrument import RefusalKind
from dosepath.core.quantity import Quantity, convert
from dosepath.core.verdict import Verdict
from dosepath.dosing.bsa_lymphodepletion import DRUGS, dose_mg, renal_factor
from dosepath.instruments.nyha import NUMBER_OF, class_of, higher
from dosepath.instruments.reference_limits import multiple_of_limit
from dosepath.instruments.sledai_2k import THRESHOLDS as FINDINGS_OF_RESULTS
from dosepath.schedule.schedule_24m import SCHEDULE_24M, UNSCHEDULED, planned, status

LISTS: Final = (Table.CONDITIONS, Table.PROCEDURES)
"""What a case lists is all that happened."""


def _measured(value: Any, unit: str) -> Any:
    """Write an amount with its unit, as in a document of answers."""
    return None if value is None else {"value": value, "unit": unit}


def _known(answers: Mapping[str, Any]) -> list[Fact]:
    """Put on record what is known of plain concepts."""
    return [result(concept, value) for concept, value in answers.items() if value is not None]


# Kidney and heart ------------------------------------------------------------------------------------------------


def cockcroft_gault(given: Given) -> Got:
    """Take the inputs as they are; a clearance below 30 counts in lupus nephritis."""
    age, sex, weight = given.get("age"), given.get("sex"), given.get("weight_kg")
    unit = given.get("unit", "mg/dL")
    creatinine = given.get("scr")
    answers = {"age": age, "sex": sex, "weight": weight, "creatinine": _measured(creatinine, unit)}
    scored = score("cockcroft_gault", answers)
    refused = {refusal.item for refusal in scored.refused}
    facts = [fact for fact in person(age=age or 0, sex=sex or "") if answers.get(_ITEM_OF[fact.concept]) is not None]
    facts += _known({"body_weight": weight})
    if creatinine is not None and "creatinine" not in refused:
        facts.append(result("creatinine", creatinine, unit))
    return {
        "crcl": scored.value("clearance"),
        "error": error_of(scored, {RefusalKind.OUT_OF_RANGE: "implausible_creatinine"}),
        "I04.d.2": lambda: criterion("I04.d.2", facts),
        "E07.1.c": lambda: _SLE_NEPHRITIS[criterion("E07.1.c", facts)],
    }


_ITEM_OF: Final = {BIRTH_DATE: "age", SEX: "sex"}
_SLE_NEPHRITIS: Final = {
    Verdict.MET: "excluded (SLE nephritis)",
    Verdict.NOT_MET: "not_excluded",
    Verdict.UNKNOWN: UNKNOWN,
}


def ckd_epi_2021(given: Given) -> Got:
    """Take the inputs as they are."""
    answers = {**given.take("age", "sex"), "creatinine": _measured(given.get("scr_mg_dl"), "mg/dL")}
    return {"egfr": score("ckd_epi_2021", answers).value("egfr")}


def qtcf(given: Given) -> Got:
    """One tracing, with the rate or the interval between beats."""
    tracing = {"qt": given.get("qt_ms"), "heart_rate": given.get("hr_bpm"), "rr": given.get("rr_ms")}
    return {"qtcf_ms": score("qtcf", {"tracings": [tracing]}).value("qtcf")}


def nyha(given: Given) -> Got:
    """Read the class as it was written; what cannot be read is no class."""
    written = given.get("nyha")
    read = None if written is None else class_of(str(written))
    scored = score("nyha", {"nyha_class": read})
    facts = [] if read is None else [result("nyha_class", higher(read))]
    return {
        "class": NUMBER_OF[higher(read)] if read is not None else scored.value("class"),
        "error": "invalid_class" if written is not None and read is None else None,
        "I04.e.1": lambda: criterion("I04.e.1", facts),
    }


def ecg_exclusions(given: Given) -> Got:
    """Take lists as complete and findings that are not named as absent; an ECG that is not named was not made."""
    screening = given.day("screening") or SCREENING
    events = [_event(raw) for raw in given.get("events") or []]
    events += [_event({"type": kind}) for kind in given.get("history") or []]
    findings = given.get("ecg")
    answers = {} if findings is None else dict.fromkeys(instrument("ecg_exclusions").items, False)
    for finding in findings or []:
        answers |= dict.fromkeys(_ECG_FINDINGS[finding], True)
    scored = score("ecg_exclusions", answers)
    facts = [*events, *_conduction(str(scored.value("conduction")), screening)]
    return {
        "E13.1": lambda: criterion("E13.1", facts, on=screening, complete=LISTS),
        "E13.2": lambda: criterion("E13.2", facts, on=screening, complete=LISTS),
        "I04.e.4": "for the investigator" if scored.missing or flags_of(scored) else "not blocked",
    }


_ECG_FINDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "asymptomatic_isolated_rbbb": ("right_bundle_branch_block",),
    "rbbb": ("right_bundle_branch_block",),
    "left_anterior_hemiblock": ("left_anterior_hemiblock",),
    "isolated_left_anterior_hemiblock": ("left_anterior_hemiblock",),
    "lbbb": ("left_bundle_branch_block",),
    "bifascicular_block": ("right_bundle_branch_block", "left_anterior_hemiblock"),
}
_EVENTS: Final[Mapping[str, str]] = {
    "congestive_heart_failure": "heart_failure",
    "myocardial_infarction": "myocardial_infarction",
    "unstable_angina": "unstable_angina",
    "coronary_angioplasty": "coronary_intervention",
    "stenting": "coronary_intervention",
    "coronary_or_peripheral_bypass": "coronary_intervention",
    "sustained_ventricular_tachycardia": "severe_arrhythmia",
    "ventricular_fibrillation": "severe_arrhythmia",
    "torsades_de_pointes": "severe_arrhythmia",
    "other_severe_arrhythmia_requiring_treatment": "severe_arrhythmia",
    "congenital_long_qt": "congenital_long_qt",
}
_CONDUCTION: Final[Mapping[str, tuple[str, str | None]]] = {
    "normal": ("ecg_conduction", "normal"),
    "asymptomatic_rbbb": ("ecg_conduction", "rbbb"),
    "symptomatic_rbbb": ("ecg_conduction", "rbbb"),
    "bifascicular_block": ("ecg_conduction", "bifascicular_block"),
    "left_anterior_hemiblock": ("left_anterior_hemiblock", None),
}
"""Conduction as the record of the trial holds it; left anterior hemiblock alone has no word there but is a finding."""


def _event(raw: Mapping[str, Any]) -> Fact:
    concept = _EVENTS[raw["type"]]
    when = Given(raw).day("date")
    if when is not None:
        return result(concept, None, on=when)
    return Fact(concept, Period(None), f"case/{concept}")


def _conduction(found: str, screening: date) -> list[Fact]:
    if found not in _CONDUCTION:
        return []
    concept, word = _CONDUCTION[found]
    return [result(concept, word, on=screening)]


def hypertension(given: Given) -> Got:
    """One reading or a list of them; an emergency that is not named is absent, one that is null is not known."""
    readings = given.get("readings")
    if readings is None:
        readings = [[given.get("sbp"), given.get("dbp")]]
    crisis, encephalopathy = given.get("crisis", False), given.get("encephalopathy", False)
    scored = score("hypertension", {"readings": readings, "crisis": crisis, "encephalopathy": encephalopathy})
    emergency = scored.value("emergency_in_history")
    means = {name: scored.value(name) for name in ("systolic", "diastolic")}
    facts = _known({f"{name}_bp": _number(mean) for name, mean in means.items()})
    facts += [result("hypertensive_crisis", None)] if emergency == "true" else []
    complete = LISTS if emergency == "false" else ()
    return {
        "mean": list(means.values()),
        "E13.3": lambda: criterion("E13.3", facts, complete=complete),
    }


def _number(found: Any) -> Fraction | None:
    return None if found is None else found.low


# Pregnancy and infections ----------------------------------------------------------------------------------------


def childbearing_potential(given: Given) -> Got:
    """Take a woman without data on sterility and menopause as able to conceive, and a test as one of screening."""
    sex, sterile, months = given.get("sex"), given.get("sterile"), given.get("menopause_months")
    test, partner = given.get("test"), given.get("partner_childbearing")
    answers = {"sex": sex, "partner_of_childbearing_potential": partner}
    if sex == "female":
        answers |= {"surgically_sterile": bool(sterile), "menopause_months": months or 0}
    in_screening = given.get("test_in_screening", True)
    scored = score("childbearing_potential", answers | {"pregnancy_test": test if in_screening else None})
    potential = scored.value("childbearing_potential")
    facts = person(age=given.get("age", _ADULT), sex=sex)
    facts += _known(
        {
            "surgically_sterile": sterile,
            "menopause_months": months,
            "partner_of_childbearing_potential": partner,
            "contraception_agreed": given.get("contraception"),
            "gamete_donation_refrain_agreed": given.get("no_donation"),
            "lactating": given.get("lactating", False),
        }
    )
    if test is not None:
        facts.append(result("pregnancy_test", test, on=SCREENING if in_screening else SCREENING - _BEFORE_SCREENING))
    complete = (Table.CONDITIONS,)
    return {
        "wocbp": potential,
        "I06": lambda: criterion("I06", facts),
        "I06.3": lambda: "not_applicable" if potential == "false" else criterion("I06.3", facts),
        "E16": lambda: criterion("E16", facts, complete=complete),
    }


_ADULT: Final = 40
_BEFORE_SCREENING: Final = timedelta(days=60)
"""A day before the screening period."""


def infection_screen(given: Given) -> Got:
    """Take a test of tuberculosis that is left out as not done, and active disease as what the tests make of it.

    A positive test with symptoms or signs is suspected active disease, which the reference excludes as active; where no
    physician has said otherwise the record of the case says so, and none where nothing is said.
    """
    results = {item: _RESULTS.get(word, word) for item, word in given.take(*_SEROLOGY).items() if word is not None}
    assay, induration = given.get("igra"), given.get("tst_mm")
    igra = None if assay is None else _RESULTS.get(assay, assay)
    skin_test = None if induration is None else _positive(induration)
    tests = {"igra": igra or "not_done", "tst": skin_test or "not_done"}
    signs = {"tb_symptoms": given.get("tb_symptoms"), "tb_imaging": given.get("tb_imaging")}
    scored = score("infection_screen", {**results, **tests, **signs, "active_tb": False})
    flags = flags_of(scored)
    active = given.get("active_tb", False)
    suspected = not active and scored.value("tuberculosis") == "suspected_active"
    facts = _known({concept: results.get(item) for item, concept in _SEROLOGY.items() if concept})
    facts += _known({_TB_CONCEPTS[item]: said for item, said in signs.items()})
    facts += _known({"active_tb": True if suspected else active, "tst_mm": induration})
    facts += _assay(igra)
    return {
        "E09": lambda: criterion("E09", facts),
        "E12": lambda: criterion("E12", facts),
        "note": next((note for flag, note in _NOTES.items() if flag in flags), None),
        "subtype": "suspected_active" if suspected else None,
    }


def _assay(igra: str | None) -> list[Fact]:
    """Put an assay on record; an indeterminate one is on record without a value that could be used."""
    if igra == "indeterminate":
        return [Fact("igra", Period.at(PartialDate.on(SCREENING)), "case/igra", unusable=igra, reported=igra)]
    return _known({"igra": igra})


_RESULTS: Final = {"pos": "positive", "neg": "negative"}
_SEROLOGY: Final[Mapping[str, str]] = {
    "hbsag": "hbsag",
    "anti_hbc": "",
    "hbv_dna": "hbv_dna",
    "anti_hcv": "anti_hcv",
    "hcv_rna": "hcv_rna",
    "tp_antibody": "treponema_antibody",
    "rpr": "",
    "hiv_antibody": "hiv_antibody",
}
"""Tests, and their concepts in the trial; no criterion asks for those without."""
_TB_CONCEPTS: Final = {"tb_symptoms": "tb_symptoms", "tb_imaging": "tb_imaging_signs"}
_NOTES: Final = {"prophylaxis": "prophylaxis warning", "reactivation": "reactivation safety note"}


def _positive(induration: Any) -> str:
    limit = trial().file.settings["tst_positive_mm"].value
    return "positive" if limit is not None and Fraction(induration) >= Fraction(limit) else "negative"


# Limits and units ------------------------------------------------------------------------------------------------


def reference_limits(given: Given) -> Got:
    """Take muscle enzymes that are not named as normal, and a limit as one in the unit of its value."""
    test = given.get("test")
    facts = [result(name, given.get(name), lln=given.get(f"{name}_lln")) for name in _IMMUNOGLOBULINS if name in given]
    ratio = None
    if test is not None:
        known = trial().file.concepts[test]
        unit = given.get("unit") or known.unit or "1"
        value, limit = Quantity.of(given.get("value"), unit), given.get("uln")
        uln = None if limit is None else Quantity.of(limit, given.get("uln_unit") or unit)
        ratio = multiple_of_limit(value, uln, comparator=given.get("censor"), analyte=known.analyte)
        in_unit = None if uln is None else convert(uln, unit, known.analyte).value
        facts.append(result(test, value.value, unit, uln=in_unit, comparator=given.get("censor")))
    enzymes = [*facts, *(result(name, 1, uln=1) for name in _MUSCLE_ENZYMES if name != test)]
    judged = {name: _judge(name, facts) for name in _OF_LIMITS}
    return {
        "ratio": ratio,
        **judged,
        "I02.4.b.6": lambda: criterion("I02.4.b.6", enzymes),
        **{f"E03_{reading}": _judge("E03", facts, {"E03": reading}) for reading in ("any", "all", "igg")},
    }


_IMMUNOGLOBULINS: Final = ("iga", "igg", "igm")
_MUSCLE_ENZYMES: Final = ("ck", "aldolase", "ldh", "ast", "alt")
_OF_LIMITS: Final = ("I04.b.1", "I04.b.2", "I04.c.1", "I04.c.2", "I04.c.3", "I04.d.1", "E07.1.b")


def _judge(identity: str, facts: list[Fact], readings: Mapping[str, str] | None = None) -> Any:
    return lambda: criterion(identity, facts, readings=readings)


def unit_conversions(given: Given) -> Got:
    """Take the value as it is; one without a unit is none."""
    analyte, value = given.get("analyte"), given.get("value")
    unit = _TEMPERATURES.get(given.get("unit") or "", given.get("unit"))
    try:
        found = None if value is None or not unit else Quantity.of(value, unit)
    except QuantityError:
        found = None
    facts = _converted(_CONCEPTS.get(analyte, ""), found)
    return {
        **{name: _in_unit(found, name, _ANALYTES.get(analyte, analyte)) for name in _UNITS},
        "result": UNKNOWN if found is None else _canonical(found, analyte),
        "I04.a.2": _judge("I04.a.2", facts),
        "I04.a.3": _judge("I04.a.3", facts),
        "E07.1.a": _judge("E07.1.a", facts),
        "sledai_fever": lambda: _fever(found),
    }


_UNITS: Final = ("10^9/L", "U/L", "degC", "g/24h", "g/L", "g/g", "umol/L", "mmHg", "mL/min", "mg/dL", "mmol/L")
_CANONICAL: Final[Mapping[str, str]] = {
    "ast": "U/L",
    "bilirubin": "umol/L",
    "creatinine": "umol/L",
    "hemoglobin": "g/L",
    "igg": "g/L",
    "platelets": "10^9/L",
    "temperature": "degC",
    "upcr": "g/g",
    "urine_protein_24h": "g/24h",
}
_TEMPERATURES: Final = {"F": "[degF]", "C": "Cel"}
"""Units of temperature as cases write them; elsewhere they are farad and coulomb."""
_ANALYTES: Final = {"igg": "igg_umol"}
_CONCEPTS: Final = {"platelets": "platelets", "hemoglobin": "hemoglobin", "urine_protein_24h": "urine_protein_24h"}


def _in_unit(found: Quantity | None, unit: str, analyte: str) -> Any:
    return lambda: None if found is None else convert(found, unit, analyte).value


def _canonical(found: Quantity, analyte: str) -> Fraction | str:
    try:
        return convert(found, _CANONICAL[analyte], _ANALYTES.get(analyte, analyte)).value
    except QuantityError:
        return UNKNOWN


def _converted(concept: str, found: Quantity | None) -> list[Fact]:
    return [] if not concept or found is None else [result(concept, found.value, found.unit)]


def _fever(found: Quantity | None) -> str:
    """Judge a temperature by the limit of the fever item of SLEDAI-2K."""
    if found is None:
        return UNKNOWN
    limit = next(row for row in FINDINGS_OF_RESULTS if row.finding == "fever")
    return "present" if limit.beyond(found) else "absent"


# Doses -----------------------------------------------------------------------------------------------------------


def bsa_lymphodepletion(given: Given) -> Got:
    """Take the steps and the rule for the kidneys of the reference where a case names none, and Mosteller."""
    height, weight, step = given.get("height_cm"), given.get("weight_kg"), given.get("step_mg")
    answers = {
        "height": height,
        "weight": weight,
        "clearance": given.get("crcl"),
        "renal_rule": "us_iv_label",
        "formula": "mosteller",
        "fludarabine": given.get("flu_mg_m2"),
        "cyclophosphamide": given.get("cy_mg_m2"),
        "fludarabine_step": _FLUDARABINE_STEP_MG if step is None else step,
        "cyclophosphamide_step": _CYCLOPHOSPHAMIDE_STEP_MG if step is None else step,
    }
    scored = score("bsa_lymphodepletion", answers)
    bsa = given.number("bsa")
    doses = {drug: scored.value(drug) if bsa is None else _dose(answers, drug, bsa) for drug in DRUGS}
    daily, once = (doses[drug] for drug in DRUGS)
    return {
        "mosteller": scored.value("mosteller"),
        "dubois": scored.value("dubois"),
        "factor": scored.value("renal_factor"),
        "blocked": scored.value("fludarabine_blocked"),
        "dose_mg_day": once if daily is None and answers["fludarabine"] is None else daily,
        "dose_mg": daily if once is None and answers["cyclophosphamide"] is None else once,
    }


_FLUDARABINE_STEP_MG: Final = 1
_CYCLOPHOSPHAMIDE_STEP_MG: Final = 10


def _dose(answers: Mapping[str, Any], drug: str, bsa: Fraction) -> Fraction | None:
    """Give a dose for a body surface that the case names itself."""
    per_m2, clearance = answers[drug], answers["clearance"]
    factor: Fraction | None = Fraction(1)
    if drug == "fludarabine":
        factor = None if clearance is None else renal_factor(Fraction(clearance), answers["renal_rule"])
    if per_m2 is None or factor is None:
        return None
    step = Fraction(answers[f"{drug}_step"])
    return dose_mg(mg_per_m2=Fraction(per_m2), bsa_m2=bsa, step_mg=step, factor=factor)


# Visits ----------------------------------------------------------------------------------------------------------


def schedule_24m(given: Given) -> Got:
    """Place a visit, or a contact, around the day of the infusion."""
    infusion, contact = given.day("infusion"), given.day("contact")
    done, today, name = given.day("done"), given.day("today"), given.get("visit")
    visit = planned(SCHEDULE_24M.visits[name], infusion) if name is not None and infusion is not None else None
    fitting = SCHEDULE_24M.visits_on(contact, infusion) if contact is not None and infusion is not None else ()
    on = today or done
    return {
        "target": None if visit is None else visit.target,
        "window": None if visit is None else [visit.first, visit.last],
        "visit": fitting[0].visit.id if fitting else UNSCHEDULED,
        "status": None if visit is None or on is None else status(visit, done=done, on=on).value,
    }


ADAPTERS: Mapping[str, Adapter] = {
    "cockcroft_gault": cockcroft_gault,
    "ckd_epi_2021": ckd_epi_2021,
    "qtcf": qtcf,
    "nyha": nyha,
    "ecg_exclusions": ecg_exclusions,
    "hypertension": hypertension,
    "childbearing_potential": childbearing_potential,
    "infection_screen": infection_screen,
    "reference_limits": reference_limits,
    "unit_conversions": unit_conversions,
    "bsa_lymphodepletion": bsa_lymphodepletion,
    "schedule_24m": schedule_24m,
}
