"""Adapters of the instruments of Sjögren's syndrome."""

from collections.abc import Mapping
from typing import Any

from dosepath.cli.verify.adapter import (
    Adapter,
    bounds_of,
    criterion,
    error_of,
    flags_of,
    form,
    instrument,
    result,
    score,
    truth_of,
)
from dosepath.cli.verify.compare import Got
from dosepath.cli.verify.given import Given
from dosepath.core.errors import InputError
from dosepath.core.instrument import RefusalKind
from dosepath.core.verdict import Verdict
from dosepath.instruments import essdai as activity
from dosepath.instruments import esspri as symptoms
from dosepath.instruments.salivary_flow import COLLECTIONS
from dosepath.instruments.sjogren_acr_eular_2016 import ENTRY, EXCLUSIONS, items_from
from dosepath.response import star_cress as response

Answered = dict[str, Any]

RESULTS = {
    "focus_score": "focus_score",
    "oss_max": "ocular_staining_score",
    "van_bijsterveld_max": "van_bijsterveld",
    "schirmer_min": "schirmer_mm",
    "uwsf": "uwsf_ml_min",
}
"""Results of a case to their names in the module of the criteria."""

_CLASSIFIED = {"true": Verdict.MET, "false": Verdict.NOT_MET}


def sjogren_acr_eular_2016(given: Given) -> Got:
    """Turn lists into answers and results into items.

    Entry questions and exclusions that a list does not name are answered with no; a list that is null or left out
    means that none of them was asked. A result that is null or left out was not obtained.
    """
    said: Answered = {}
    for key, questions in (("entry", ENTRY), ("exclusions", EXCLUSIONS)):
        named = given.get(key)
        if named is not None:
            said |= dict.fromkeys(questions, False) | dict.fromkeys(named, True)
    results = {name: number for key, name in RESULTS.items() if (number := given.number(key)) is not None}
    antibody = given.get("anti_ssa")
    said |= {**items_from(results), "anti_ssa": antibody}
    scored = score("sjogren_acr_eular_2016", said)
    if scored.refused:
        raise InputError(str(scored.refused[0]))
    points = bounds_of(scored, "score")
    sample = [] if antibody is None else [result("anti_ssa", "positive" if antibody else "negative")]
    return {
        "score": points,
        "score_min": points.low,
        "score_max": points.high,
        "classified": _CLASSIFIED.get(str(scored.value("classified")), Verdict.UNKNOWN),
        "trial_2_5_1": lambda: criterion("I02.5.a", form("sjogren_acr_eular_2016", said)),
        "trial_2_5_2": lambda: criterion("I02.5.b", sample),
    }


_NO_LEVEL = dict.fromkeys(RefusalKind, "invalid_level")


def essdai(given: Given) -> Got:
    """Score one visit, or two and what happened between them; a domain that is left out is at level 0."""
    comparison = given.get("mode")
    if comparison not in (None, "change"):
        raise InputError(f"mode: {comparison!r} is not change")
    if comparison is None:
        return _essdai_visit(_levels(given.rest()))
    before, after = (_levels(given.below(visit).rest()) for visit in ("base", "fu"))
    baseline, follow_up = score("essdai", before), score("essdai", after)
    changed = activity.change(baseline, follow_up)
    clinical = [bounds_of(scored, "clinessdai") for scored in (baseline, follow_up)]
    return {
        **_essdai_visit(after),
        "error": error_of(baseline, _NO_LEVEL) or error_of(follow_up, _NO_LEVEL),
        "essdai_change": changed.total,
        "clinessdai_change": changed.clinical,
        "mcii_essdai": truth_of(changed.improved),
        "star_systemic": truth_of(response.systemic(clinical[0], clinical[1])),
    }


def _levels(given: Mapping[str, Any]) -> Answered:
    return dict.fromkeys(instrument("essdai").items, 0) | dict(given)


def _essdai_visit(levels: Answered) -> Got:
    scored = score("essdai", levels)
    total, eight = bounds_of(scored, "total"), bounds_of(scored, "total_8_domains")
    return {
        "error": error_of(scored, _NO_LEVEL),
        "essdai": total,
        "essdai_min": total.low,
        "essdai_max": total.high,
        "clinessdai": scored.value("clinessdai"),
        "category": scored.value("activity"),
        "sum8": eight,
        "sum8_min": eight.low,
        "sum8_max": eight.high,
        "trial_ge5": lambda: criterion("I02.5.d", form("essdai", levels)),
    }


def esspri(given: Given) -> Got:
    """Score one visit, or two and what happened between them; null was not said."""
    comparison = given.get("mode")
    if comparison not in (None, "change"):
        raise InputError(f"mode: {comparison!r} is not change")
    if comparison is None:
        scored = score("esspri", given.rest())
        return {"esspri": scored.value("score"), "acceptable": scored.value("acceptable")}
    visits = [score("esspri", _scales(given.get(visit))) for visit in ("base", "fu")]
    before, after = (bounds_of(scored, "score") for scored in visits)
    return {
        "esspri": after,
        "acceptable": visits[1].value("acceptable"),
        "change": after - before,
        "mcii": truth_of(symptoms.improved(before, after)),
    }


def _scales(numbers: Any) -> Answered:
    """Read dryness, fatigue and pain, in this order."""
    if not isinstance(numbers, list):
        raise InputError(f"{numbers!r} is no list of dryness, fatigue and pain")
    return dict(zip(("dryness", "fatigue", "pain"), numbers, strict=True))


def salivary_flow(given: Given) -> Got:
    """Score both collections; one that is null or left out was not done."""
    said: Answered = {}
    for collection in COLLECTIONS:
        collected = given.below(collection)
        said |= {f"{collection}_volume": collected.get("volume_ml"), f"{collection}_minutes": collected.get("minutes")}
        collected.refuse_rest()
    scored = score("salivary_flow", said)
    bad = [refusal for refusal in scored.refused if refusal.item.endswith("_minutes")]
    flows = {collection: bounds_of(scored, collection) for collection in COLLECTIONS}
    facts = [
        result(f"{collection}_salivary_flow", flow.low)
        for collection, flow in flows.items()
        if flow.exact and flow.low is not None
    ]
    return {
        **flows,
        "error": "bad_time" if bad else error_of(scored, {}),
        "abnormal_le_0_1": scored.value("abnormal"),
        "trial_2_5_3": lambda: criterion("I02.5.c", facts),
    }


PAIRS = {
    "clinessdai": "clinessdai",
    "esspri": "esspri",
    "schirmer": "schirmer",
    "oss": "ocular_staining",
    "uwsf": "uwsf",
    "ultrasound": "ultrasound",
    "igg": "igg",
    "rf": "rf",
}
"""Names of cases to those of items; each has the result at baseline and at follow-up."""


def star_cress(given: Given) -> Got:
    """Write pairs as results of two visits, and name the tests by which the case judges.

    Of two tests for one domain, one that the case leaves out was not part of the study; null was not obtained. STAR is
    told as the points of the domains that are fulfilled, with the points that may be as bounds; CRESS as published.
    """
    said: Answered = {}
    named: set[str] = set()
    for key, item in PAIRS.items():
        if key in given:
            named.add(item)
            baseline, now = given.get(key) or (None, None)
            said |= {f"{item}_baseline": baseline, item: now}
    for domain, tests in response.ALTERNATIVES.items():
        used = [test.now.id for test in tests if test.now.id in named]
        said[f"{domain}_tests"] = used[0] if len(used) == 1 else response.EITHER
    scored = score("star_cress", said)
    if scored.refused:
        raise InputError(str(scored.refused[0]))
    star, published = bounds_of(scored, "star"), response.cress_as_published(scored)
    return {
        "star": star.low,
        "star_min": star.low,
        "star_max": star.high,
        "star_responder": scored.value("star_responder"),
        "cress": published.fulfilled,
        "cress_responder": published.responder,
        "reason": "fewer_than_3_items" if "fewer_than_3_items" in flags_of(scored) else None,
    }


ADAPTERS: Mapping[str, Adapter] = {
    "sjogren_acr_eular_2016": sjogren_acr_eular_2016,
    "essdai": essdai,
    "esspri": esspri,
    "salivary_flow": salivary_flow,
    "star_cress": star_cress,
}
