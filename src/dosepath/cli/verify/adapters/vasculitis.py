"""Adapters of the instruments of vasculitis with ANCA."""

from calendar import isleap
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from dosepath.cli.verify.adapter import Adapter, course, criterion, flags_of, form, instrument, result, score
from dosepath.cli.verify.compare import Got, InWords
from dosepath.cli.verify.given import Given
from dosepath.core.facts import Fact, Table
from dosepath.core.instrument import Item, ItemKind, Score
from dosepath.core.interval import Interval
from dosepath.core.verdict import Verdict
from dosepath.instruments.bvas_v3_items import CREATININE_BANDS, SCLERITIS, SCLERITIS_ONLY, SYSTEMS
from dosepath.instruments.bvas_wg import NEW, NONE, PERSISTENT
from dosepath.response.aav_remission_relapse import GLUCOCORTICOID


def _present(items: Mapping[str, Item], present: Iterable[str], unknown: Iterable[str] = ()) -> dict[str, bool]:
    """Answer every yes-or-no item: with yes where it is present, with no elsewhere, not at all where it is unknown."""
    named = [*present, *unknown]
    wrong = [name for name in named if name not in items]
    if wrong:
        raise ValueError(f"no such item: {', '.join(wrong)}")
    flags = [name for name, item in items.items() if item.kind is ItemKind.YES_OR_NO]
    return {name: name in set(present) for name in flags if name not in set(unknown)}


def _ends(scored: Score, field: str) -> tuple[Fraction | None, Fraction | None]:
    value = scored.value(field)
    return (value.low, value.high) if isinstance(value, Interval) else (None, None)


# BVAS -------------------------------------------------------------------------------------------------------------


def bvas_v3(given: Given) -> Got:
    """Take what is not ticked as absent; what the form does not have is for the product to refuse."""
    items = instrument("bvas_v3").items
    ticked, unknown = given.get("ticked") or [], given.get("unknown") or []
    answers: dict[str, Any] = {
        **_present(items, [name for name in ticked if name in items], unknown),
        **{name: True for name in ticked if name not in items},
    }
    if SCLERITIS_ONLY in ticked and SCLERITIS not in ticked:
        del answers[SCLERITIS]  # said by the item that tells it from episcleritis
    for switch in ("first_assessment", "all_persistent"):
        answers[switch] = given.get(switch)
    scored = score("bvas_v3", answers)
    low, high = _ends(scored, "total")
    no_band = {**answers, **dict.fromkeys(CREATININE_BANDS, False)}

    def judged(reading: str) -> Verdict:
        return criterion("I02.3.b", form("bvas_v3", answers), readings={"I02.3.b": reading})

    return {
        "total": scored.value("total"),
        "total_low": low,
        "total_high": high,
        "subtotals": {system.name: scored.value(system.name) for system in SYSTEMS},
        "n_major": scored.value("major_items"),
        "n_other": scored.value("other_items"),
        "error": InWords(str(scored.refused[0])) if scored.refused else None,
        "total_if_form_corrected_to_new_worse": lambda: score("bvas_v3", {**answers, "all_persistent": False}).value(
            "total"
        ),
        "total_without_band": lambda: score("bvas_v3", no_band).value("total"),
        "I02.3.b": lambda: judged("wg_analog"),
        "I02.3.b_weight_ge_6_profile": lambda: judged("weight_ge_6"),
        "I02.3.b_wg_analog_plus": lambda: judged("wg_analog_plus"),
    }


def bvas_wg(given: Given) -> Got:
    """Take what is ticked in neither list as absent; `ALL` stands for every finding."""
    items = instrument("bvas_wg").items
    answers = dict.fromkeys(items, NONE)
    for key, level in (("persistent", PERSISTENT), ("new_worse", NEW)):
        ticked = given.get(key) or ()
        answers |= dict.fromkeys(items if "ALL" in ticked else ticked, level)
    scored = score("bvas_wg", answers)
    counts = [
        result(f"bvas_v3_{field}", value.low)
        for field in ("major_items", "other_items")
        if isinstance(value := scored.value(field), Interval)
    ]
    return {
        "total": scored.value("total"),
        "state": scored.value("state"),
        # The rule of the trial, with the counts of this form in place of those of version 3.
        "seed_rule": lambda: criterion("I02.3.b", counts),
    }


# Diagnosis and classification -------------------------------------------------------------------------------------


def chcc_2012(given: Given) -> Got:
    """Take a diagnosis or an ANCA that is `unknown` as not given."""
    answers = {name: said for name, said in given.rest().items() if said != "unknown"}
    scored = score("chcc_2012", answers)
    review = "needs_review" in flags_of(scored)
    return {
        "category": "needs_review" if review else scored.value("diagnosis"),
        "evidence_grade": "full" if scored.decided("borne_out") else "low",
        "I02.3.a": lambda: criterion("I02.3.a", form("chcc_2012", answers)),
    }


def _classified(given: Given, name: str, classified: str) -> Got:
    items = instrument(name).items
    answers: dict[str, Any] = dict(_present(items, given.get("positive") or (), given.get("unknown") or ()))
    if given.get("others", "absent") != "absent":
        answers = {item: said for item, said in answers.items() if said}
    count = given.number("eosinophils_e9_l")
    if count is not None:
        answers.pop("eosinophils_ge_1", None)
        answers["eosinophils"] = given.get("eosinophils_e9_l")
    scored = score(name, answers)
    low, high = _ends(scored, "total")
    return {
        "total": scored.value("total"),
        "total_low": low,
        "total_high": high,
        classified: scored.value("classified"),
    }


def acr_eular_gpa_2022(given: Given) -> Got:
    return _classified(given, "acr_eular_gpa_2022", "gpa")


def acr_eular_mpa_2022(given: Given) -> Got:
    return _classified(given, "acr_eular_mpa_2022", "mpa")


# Relapsed or refractory -------------------------------------------------------------------------------------------


def aav_remission_relapse(given: Given) -> Got:
    """Put days to what a case gives without them.

    Therapy begins on a day on which three months are 90 days, early enough to be adequate and over before anything else
    that has a day. Assessments without a day follow it, one a day. New items that an assessment leaves out were not
    there.
    """
    screening = given.day("screening") or date(2025, 6, 1)
    undated, dated = given.get("assessments_after_3m"), list(_dated(given))
    first_event = min([screening, *(row["date"] for row in dated)])
    therapy_known, therapy = "therapy" in given, given.below("therapy")
    overlap = therapy.get("overlap_days") or 0
    drugs = [*([GLUCOCORTICOID] if therapy.get("gc") else []), *(therapy.get("is") or [])]
    therapy.refuse_rest()
    start = _start(first_event, overlap + len(undated or ()) + 2)
    stop = start + timedelta(days=overlap)
    assessments = [
        {**row, "date": max(stop, start + NINETY_DAYS) + timedelta(days=place)}
        for place, row in enumerate(_renamed(undated), start=2)
    ]
    assessments += dated
    answers: dict[str, Any] = {"screening": screening}
    if therapy_known:
        answers["therapy"] = [{"drug": drug, "start": start, "stop": stop} for drug in drugs]
    if assessments or undated is not None:
        answers["assessments"] = assessments
    scored = score("aav_remission_relapse", answers)
    facts = [*_courses(drugs, start, stop), *(fact for row in assessments for fact in _facts(row))]
    complete = [Table.MEDICATIONS] if therapy_known else []
    return {
        "class": scored.value("class"),
        "relapse_date": scored.value("relapse_date"),
        "I02.3.d": lambda: criterion("I02.3.d", facts, on=screening, complete=complete),
    }


NINETY_DAYS = timedelta(days=90)


def _dated(given: Given) -> Iterator[dict[str, Any]]:
    """Give the assessments that have a day of their own: of the response, of the relapse, and further visits."""
    named = [given.get(key) for key in ("response", "relapse")]
    for row in (*named, *(given.get("visits") or ())):
        if row is not None:
            (known,) = _renamed([row])
            yield {**known, "date": date.fromisoformat(str(known["date"]))}


def _renamed(assessments: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    return [
        {"major_new": 0, "other_new": 0, **{"prednisone_mg_day" if key == "pred" else key: row[key] for key in row}}
        for row in assessments or ()
    ]


def _start(first_event: date, days: int) -> date:
    """Give 1 January of the last common year that leaves so many days before an event; its three months have 90."""
    needed = max(NINETY_DAYS + timedelta(days=2), timedelta(days=days))
    year = first_event.year
    while isleap(year) or date(year, 1, 1) + needed > first_event:
        year -= 1
    return date(year, 1, 1)


def _courses(drugs: Iterable[str], start: date, stop: date) -> Iterator[Fact]:
    concepts = {GLUCOCORTICOID: "prednisone", "mycophenolate": "mycophenolate_mofetil"}
    return (course(concepts.get(drug, drug), start, stop) for drug in drugs)


def _facts(assessment: Mapping[str, Any]) -> Iterator[Fact]:
    """Put an assessment on record, with the glucocorticoid of its day: none at a dose of 0, a dose that may be open."""
    on = assessment["date"]
    concepts = {"bvas": "total", "major_new": "new_major_items", "other_new": "new_other_items"}
    for key, concept in concepts.items():
        if assessment.get(key) is not None:
            yield result(f"bvas_v3_{concept}", assessment[key], on=on)
    dose = assessment.get("prednisone_mg_day")
    if dose != 0:
        yield course("prednisone", on, on, dose)


ADAPTERS: Mapping[str, Adapter] = {
    "bvas_v3": bvas_v3,
    "bvas_wg": bvas_wg,
    "chcc_2012": chcc_2012,
    "acr_eular_gpa_2022": acr_eular_gpa_2022,
    "acr_eular_mpa_2022": acr_eular_mpa_2022,
    "aav_remission_relapse": aav_remission_relapse,
}
