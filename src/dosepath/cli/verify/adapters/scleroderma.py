"""Adapters of the instruments of systemic sclerosis."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dosepath.cli.verify.adapter import (
    SCREENING,
    Adapter,
    bounds_of,
    criterion,
    flags_of,
    instrument,
    result,
    score,
    told,
    truth_of,
)
from dosepath.cli.verify.compare import Got
from dosepath.cli.verify.given import Given
from dosepath.core.days import Span, TimeUnit, shift
from dosepath.core.errors import InputError
from dosepath.core.facts import Fact
from dosepath.core.instrument import ItemKind
from dosepath.core.verdict import Verdict, all_of, any_of, at_least, negate
from dosepath.instruments.acr_eular_ssc_2013 import SUFFICIENT
from dosepath.instruments.leroy_1988 import regions_of
from dosepath.instruments.mrss import SITES, WORST
from dosepath.response.acr_criss import EVENTS, FVC_PERCENT, MEASURES, NEEDED, improved_measures

Answered = dict[str, Any]


def acr_eular_ssc_2013(given: Given) -> Got:
    """Spell out what is not named, several findings of one item, and lung and vessels apart.

    `others: absent` means that what is not named was looked for and is absent; `others: unknown`, or nothing, that it
    was not assessed. Where the sufficient item is not known, the lowest total is that of the additive items.
    """
    others = given.get("others")
    if others not in (None, "absent", "unknown"):
        raise InputError(f"others: {others!r} is neither absent nor unknown")
    rest = False if others == "absent" else None
    said: Answered = {}
    if "antibodies" in given:
        found = given.get("antibodies")
        said["ssc_antibody"] = None if found is None else bool(found)
    if "pah" in given or "ild" in given:
        either = any_of(told(given.get(organ, rest)) for organ in ("pah", "ild"))
        said["pah_or_ild"] = truth_of(either)
    for name, item in instrument("acr_eular_ssc_2013").items.items():
        levels = item.choices if item.kind is ItemKind.CHOICE else ()
        if name in given:
            said[name] = _heaviest(given.get(name), levels) if levels else given.get(name)
        elif others == "absent" and name not in said:
            said[name] = levels[0] if levels else False
    scored = score("acr_eular_ssc_2013", said)
    additive = scored if said.get(SUFFICIENT) else score("acr_eular_ssc_2013", {**said, SUFFICIENT: False})
    return {
        "classified": "not_applicable" if scored.value("applicable") == "false" else scored.value("classified"),
        "total": scored.value("score"),
        "total_low": bounds_of(additive, "score").low,
    }


def _heaviest(found: Any, levels: tuple[str, ...]) -> Any:
    """Give the highest of several levels; what the item does not know stays, to be refused."""
    if not isinstance(found, list):
        return found
    strange = [level for level in found if level not in levels]
    return strange[0] if strange else max(found, key=levels.index, default=levels[0])


def leroy_1988(given: Given) -> Got:
    """Take the regions as they are, or read them off the places of a skin score.

    A region or place that is left out or null was not assessed; `other_sites` is the grade of the places not named.
    """
    places = given.below("mrss_sites")
    grades: Answered = dict.fromkeys(SITES, given.get("other_sites")) | places.rest()
    regions: Answered = {**regions_of({place: grade for place, grade in grades.items() if grade is not None})}
    scored = score("leroy_1988", {**regions, **given.rest()})
    return {
        "category": scored.value("subset"),
        "flag": "trunk_only" if "trunk_only" in flags_of(scored) else None,
    }


_ASSUMED_MONTHS = 3
"""Age of an earlier result that has no day: well inside the six months of the trial."""


def mrss(given: Given) -> Got:
    """Write a total as places that add up to it, and judge the criterion from both totals.

    `others` is the grade of the places not named, `missing_sites` the number of places not felt. An earlier total
    without a day counts as three months old.
    """
    previous = given.get("previous")
    scored = score("mrss", {**dict(_grades(given)), "previous": previous})
    flags = flags_of(scored)
    screening = given.day("screening") or SCREENING
    then = given.day("previous_date")
    days = given.get("previous_days_before")
    if then is None:
        then = _months_before(screening, _ASSUMED_MONTHS) if days is None else screening - timedelta(days=days)
    total = bounds_of(scored, "total")
    facts = [
        *_facts("mrss_total", previous, then),
        *_facts("mrss_total", total.low if total.exact else None, screening),
    ]
    return {
        "mrss": scored.value("total"),
        "mrss_low": bounds_of(scored, "total").low,
        "mrss_high": bounds_of(scored, "total").high,
        "progression_pct": "undefined" if "baseline_zero" in flags else scored.value("progression"),
        "flag": "baseline_zero" if "baseline_zero" in flags else None,
        "warning": "inside observer error" if "inside_observer_error" in flags else None,
        "I02.2.e.1": lambda: criterion("I02.2.e.1", facts, on=screening),
    }


_KNOWN_SUM = "sites_sum_known_"


def _grades(given: Given) -> Iterator[tuple[str, int | None]]:
    """Give the grade of each place that was felt."""
    named = given.below("sites").rest()
    felt = [place for place in SITES if place not in named]
    felt = felt[: len(felt) - (given.get("missing_sites") or 0)]
    yield from named.items()
    if "now" in given:
        yield from _spread(given.get("now"), felt)
    elif "all_sites" in given or "others" in given:
        yield from ((place, given.get("all_sites", given.get("others"))) for place in felt)
    else:
        for count in range(len(SITES) + 1):
            if f"{_KNOWN_SUM}{count}" in given:
                yield from _spread(given.get(f"{_KNOWN_SUM}{count}"), felt[:count])


def _spread(total: int | None, places: list[str]) -> Iterator[tuple[str, int]]:
    """Write a total as grades of places."""
    if total is None:
        return
    if not 0 <= total <= WORST * len(places):
        raise InputError(f"{len(places)} places have no total of {total}")
    left = total
    for place in places:
        yield place, min(left, WORST)
        left -= min(left, WORST)


def _months_before(day: date, count: int) -> date:
    return shift(day, Span(count, TimeUnit.MONTH), -1)


def ssc_ild_activity(given: Given) -> Got:
    """Put the tests on record, today's and the earlier one, and ask the criteria of the trial.

    A case that says nothing about the skin has no progression of it: two equal totals. `mrss_history: null` means that
    it is not known, and so does null for any other input.
    """
    now, prior = given.below("now"), given.below("prior")
    tests: Answered = {test: now.get(test, given.get(test)) for test in ("fvc", "dlco")}
    tests |= {f"{test}_before": prior.get(test) for test in ("fvc", "dlco")}
    since = given.get("ild_known_since_months")
    ild = given.get("ild", True if since is not None else None)
    then = _months_before(SCREENING, prior.get("months_before", _ASSUMED_MONTHS))
    for part in (now, prior):
        part.refuse_rest()
    facts = [
        *_facts("ild_present", ild),
        *_facts("ild_first_diagnosis_date", None if since is None else _months_before(SCREENING, since)),
        *_facts("fvc_pct_pred", tests["fvc"]),
        *_facts("dlco_pct_pred", tests["dlco"]),
        *_facts("fvc_pct_pred", tests["fvc_before"], then),
        *_facts("dlco_pct_pred", tests["dlco_before"], then),
        *_skin(given),
    ]
    scored = score("ssc_ild_activity", {"ild": ild, **tests})
    return {
        "entry": lambda: criterion("I02.2.c", facts),
        "activity": lambda: criterion("I02.2.e", facts),
        "activity_absolute_mode": lambda: criterion("I02.2.e", facts, readings={"I02.2.e": "absolute_points"}),
        "relative_fvc": scored.value("fvc_decline"),
        "relative_dlco": scored.value("dlco_decline"),
        "absolute_fvc": scored.value("fvc_decline_points"),
        "absolute_dlco": scored.value("dlco_decline_points"),
    }


def _facts(concept: str, value: int | Decimal | Fraction | bool | date | None, on: date = SCREENING) -> list[Fact]:
    return [] if value is None else [result(concept, value, on=on)]


def _skin(given: Given) -> Iterable[Fact]:
    unchanged = [{"months_before": months, "mrss": 20} for months in (_ASSUMED_MONTHS, 0)]
    history = given.get("mrss_history", unchanged)
    for row in history or ():
        yield result("mrss_total", row["mrss"], on=_months_before(SCREENING, row["months_before"]))


CRISS_NAMES = {
    "mrss": ("d_mrss", "mrss"),
    "fvc": ("d_fvc", "fvc"),
    "patient_global": ("d_ptglobal", "pt"),
    "physician_global": ("d_mdglobal", "md"),
    "haq_di": ("d_haqdi", "haqdi"),
}
"""Measure to its names in cases: of a change, and of the results of both visits."""

_FVC_BASELINE = Decimal(100)
_LOWEST_X = 20


def acr_criss(given: Given) -> Got:
    """Write a change as results of two visits, and an event as one of the four.

    A case without `step1_event` has none; null is not known. Changes in millimetres are divided by 10. Without `X` it
    is 20, the lowest that was published, and without `fvc_cut` it is 5.
    """
    event = given.get("step1_event", False)
    said: Answered = {} if event is None else dict.fromkeys(EVENTS, False) | {next(iter(EVENTS)): event}
    baseline, now = given.below("baseline"), given.below("now")
    for measure, (change_name, name) in CRISS_NAMES.items():
        said[f"{measure}_baseline"], said[measure] = baseline.get(name), now.get(name)
        change = _change(given, change_name)
        if change is not None:
            start = _FVC_BASELINE if measure == "fvc" else max(-change, Decimal(0))
            said |= {f"{measure}_baseline": start, measure: start + change}
    for part in (baseline, now):
        part.refuse_rest()
    scored = score("acr_criss", said)
    percent, fvc_percent = Fraction(given.get("X", _LOWEST_X)), Fraction(given.get("fvc_cut", FVC_PERCENT))
    improvements = {measure.id: bounds_of(scored, f"{measure.id}_improvement") for measure in MEASURES}
    verdicts = improved_measures(improvements, percent, fvc_percent)
    better = [CRISS_NAMES[measure][1] for measure, verdict in verdicts.items() if verdict is Verdict.MET]
    revised = all_of((negate(told(event)), at_least(NEEDED, verdicts.values())))
    return {
        "z": scored.value("logit"),
        "p": scored.value("probability"),
        "improved": scored.value("improved"),
        "count": len(better),
        "improved_items": frozenset(better),
        "revised_criss": truth_of(revised),
    }


def _change(given: Given, name: str) -> Decimal | None:
    change, millimetres = given.get(name), given.get(f"{name}_mm")
    if change is not None:
        return Decimal(change)
    return None if millimetres is None else Decimal(millimetres) / 10


ADAPTERS: Mapping[str, Adapter] = {
    "acr_eular_ssc_2013": acr_eular_ssc_2013,
    "leroy_1988": leroy_1988,
    "mrss": mrss,
    "ssc_ild_activity": ssc_ild_activity,
    "acr_criss": acr_criss,
}
