"""Adapters of the grades of toxicity."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dosepath.cli.verify.adapter import Adapter, error_of, flags_of, instrument, score
from dosepath.cli.verify.compare import Got
from dosepath.cli.verify.given import Given
from dosepath.core.errors import InputError
from dosepath.core.instrument import RefusalKind, Score
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.safety.agvhd_magic import HIGHEST_STAGES
from dosepath.safety.ice_icans_2019 import AXES, PARTS
from dosepath.safety.infections import OTHER, TERMS

_OUT_OF_RANGE = {RefusalKind.OUT_OF_RANGE: "out_of_range", RefusalKind.NOT_WHOLE: "not_integer"}


def astct_crs_2019(given: Given) -> Got:
    """Take flags as no, vasopressors and oxygen as none, a low-flow cannula at a low flow, a tube as for hypoxia."""
    agents = given.get("vasopressors", [])
    pressure = given.get("hypotension", "pressors" if agents else "none")
    oxygen = given.get("oxygen", "none")
    form = {
        "temp_max_c": given.get("temp_max_c"),
        **{name: given.get(name, False) for name in _CRS_FLAGS},
        "hypotension": pressure,
        "vasopressors": agents if agents or pressure in ("none", "fluids_only") else None,
        "oxygen": "nasal_cannula" if oxygen == "low_flow_nc" else oxygen,
        "flow_l_min": given.get("flow_l_min", 6 if oxygen == "low_flow_nc" else None),
        "intubation_reason": given.get("intubation_reason", "hypoxia" if oxygen == "ventilation" else None),
    }
    scored = score("astct_crs_2019", form)
    return {"grade": scored.value("grade"), "grade_min": _low(scored, "grade"), "grade_max": _high(scored, "grade")}


_CRS_FLAGS = ("fever_other_cause", "prior_antipyretic_or_anticytokine", "crs_established", "died_of_crs")


def ice_icans_2019(given: Given) -> Got:
    """Give full marks, quiet axes and no other cause to what is left out; ICE that was not done is `null`."""
    form: dict[str, Any] = {part: given.get(part, points) for part, (points, _) in PARTS.items()}
    form |= {axis: given.get(axis, next(iter(levels))) for axis, levels in AXES.items()}
    form |= {"other_cause": given.get("other_cause", []), "died_of_icans": given.get("died_of_icans", False)}
    scored = score("ice_icans_2019", form)
    return {
        "ice": scored.value("ice"),
        "icans": scored.value("icans"),
        "error": lambda: error_of(scored, _OUT_OF_RANGE),
    }


def iec_hs(given: Given) -> Got:
    """Take what a case does not name as absent and a limit it does not name as reached; `null` was not measured."""
    ferritin = given.get("ferritin")
    form = {
        "ferritin": ferritin,
        "ferritin_uln": given.get("ferritin_uln", ferritin),
        "ferritin_infusion": given.get("ferritin_infusion", ferritin),
        "ferritin_rapid_rise": False,
        "transaminase_multiple": given.get("alt_x", 1),
        "fibrinogen": given.get("fibrinogen_g_l", 3),
        "fibrinogen_lln": Decimal("1.5"),
        "cytopenia_grade": given.get("cytopenia_grade", 0),
        "hemophagocytosis": given.get("hemophagocytosis", False),
        "timing_consistent": True,
        "better_cause": False,
    }
    scored = score("iec_hs", form)
    return {"suspected": scored.value("suspected"), "main_items": _low(scored, "main_items")}


def licats(given: Given) -> Got:
    """Read creatinine as before and now: without it there is no rise, with it no other finding unless said."""
    pair = given.get("kidney_creatinine")
    before, now = pair or (1, 1)
    form = {
        **given.take("organ_previously_affected", "within_bcell_aplasia", "other_cause_excluded", "care", "onset_day"),
        "new_or_worse_finding": given.get("new_or_worse_finding", False if pair else None),
        "creatinine_baseline": before,
        "creatinine": now,
    }
    scored = score("licats", form)
    return {name: scored.value(name) for name in ("licats", "grade", "timing")}


def icaht(given: Given) -> Got:
    """Take runs without counts, counts of days 0 to 30, or the two lowest counts after day 30, a day each."""
    mode = given.get("mode")
    if mode == "durations":
        form: dict[str, Any] = {
            "days_le_500": given.get("le500"),
            "days_le_100": given.get("le100"),
            "low_from_start_to_end": given.get("low_from_start_to_end", False),
        }
    elif mode == "early_series":
        form = {"anc_series": given.get("series")}
    elif mode == "late":
        lowest = [count for count in (given.get("lowest"), given.get("second")) if count is not None]
        form = {"anc_series": [[31 + place, count] for place, count in enumerate(lowest)]}
    else:
        raise InputError(f"mode: {mode!r} is none of durations, early_series, late")
    scored = score("icaht", form)
    return {name: scored.value(name) for name in ("early", "late", "run500", "run100")}


def agvhd_magic(given: Given) -> Got:
    """Take stages as they are; stage findings first, without bullae, pain or blood unless said."""
    raw = {
        "rash_bsa_pct": given.get("bsa_pct"),
        "bullae": given.get("bullae", False),
        "bilirubin": given.get("bilirubin"),
        "stool_measured_by": "volume",
        "stool_ml": given.get("stool_ml"),
        "severe_abdominal_pain": False,
        "grossly_bloody_stool": False,
    }
    staged = score("agvhd_magic", raw)
    stages = {organ: given.get(organ, staged.value(organ)) for organ in HIGHEST_STAGES}
    known = {organ: stage for organ, stage in stages.items() if _is_known(stage)}
    graded = instrument("agvhd_magic").from_entered({organ: _plain(stage) for organ, stage in known.items()})
    return {
        **stages,
        "magic": graded.value("magic"),
        "glucksberg": graded.value("glucksberg"),
        "skin_only": graded.value("skin_only"),
    }


def infections(given: Given) -> Got:
    """Take no symptoms, no stay in hospital and no death unless said; a term not in the table is another infection."""
    term = given.get("term")
    form = {
        "term": term if term in TERMS or term is None else OTHER,
        "therapy": given.get("therapy"),
        "bacteraemia_symptoms": given.get("symptoms", False),
        "hospitalised": False,
        "died_of_infection": False,
    }
    scored = score("infections", form)
    coded = scored.value("term")
    return {
        "grade": scored.value("grade"),
        "recode": None if coded == form["term"] else coded,
        "query": "query" in flags_of(scored),
    }


def bcell_igg(given: Given) -> Got:
    """Take the series as it is: day and CD19-positive cells."""
    form = {"cd19_series": given.get("series"), **given.take("igg", "igg_lln", "ivig_within_60d")}
    scored = score("bcell_igg", form)
    flags = flags_of(scored)
    names = ("aplasia_start", "reconstitution_day", "duration_days", "censored", "hypogammaglobulinaemia", "severe")
    return {
        **{name: scored.value(name) for name in names},
        "flag": "ivig_confounded" if "ivig_confounded" in flags else None,
    }


def _low(scored: Score, field: str) -> Any:
    value = scored.value(field)
    return value.low if isinstance(value, Interval) else None


def _high(scored: Score, field: str) -> Any:
    value = scored.value(field)
    return value.high if isinstance(value, Interval) else None


def _is_known(stage: Any) -> bool:
    return stage.exact if isinstance(stage, Interval) else stage is not None


def _plain(stage: Any) -> Quantity:
    return Quantity.of(int(stage.low or 0) if isinstance(stage, Interval) else stage, "1")


ADAPTERS: Mapping[str, Adapter] = {
    "astct_crs_2019": astct_crs_2019,
    "ice_icans_2019": ice_icans_2019,
    "iec_hs": iec_hs,
    "licats": licats,
    "icaht": icaht,
    "agvhd_magic": agvhd_magic,
    "infections": infections,
    "bcell_igg": bcell_igg,
}
