"""Variations of ANCA-associated vasculitis: antibodies, activity, response and relapse."""

from dosepath.demo.chart import Arm, Code, Drug, Edit, change, clear_drugs, drop, judge, put, result
from dosepath.demo.dates import Ago
from dosepath.demo.variation import Variation

_AAV: tuple[Arm, ...] = ("AAV",)
_LATELY = Ago(days=5)


def _relapse(when: Ago, *, major: int = 1, other: int = 1) -> tuple[Edit, ...]:
    return (
        result("bvas_v3_total.relapse", "8", when),
        result("bvas_v3_new_major_items.relapse", str(major), when),
        result("bvas_v3_new_other_items.relapse", str(other), when),
        change("prednisone.maintenance", end=Ago(days=when.days + 1)),
        change("prednisone", start=when),
    )


def _active_items(major: int, other: int, when: Ago = _LATELY) -> tuple[Edit, ...]:
    """Set the last assessment: items that go on, none of them new."""
    return (
        result("bvas_v3_total", "9", when),
        result("bvas_v3_new_major_items", "0", when),
        result("bvas_v3_new_other_items", "0", when),
        result("bvas_v3_major_items", str(major), when),
        result("bvas_v3_other_items", str(other), when),
    )


def _treated_together(days_short: int, *, response: Ago, also: tuple[Drug, ...]) -> tuple[Edit, ...]:
    """Write a history in which glucocorticoid and cyclophosphamide overlap once, for about 3 months."""
    together = Ago(months=20, plus=3, days=days_short)
    return (
        clear_drugs(),
        put(
            Drug("prednisone.induction", "7.5 mg", Ago(months=20), together),
            Drug("cyclophosphamide", "100 mg", Ago(months=20), Ago(months=16)),
            *also,
        ),
        change("bvas_v3_total.response", when=response),
    )


_AFTERWARDS = (
    Drug("azathioprine", "50 mg", Ago(months=15), Ago(months=11), every="2/d"),
    Drug("prednisone", "7.5 mg", Ago(months=10)),
)

VASCULITIS = (
    Variation(
        "relapse-84-days-dose-7.5",
        "response with BVAS 0 on exactly 7.5 mg of prednisone, relapse exactly 12 weeks before screening",
        "eligible",
        (*_relapse(Ago(days=84)), change("prednisone.maintenance", dose="7.5 mg")),
        arms=_AAV,
        on=("I02.3.d.1@dose", "I02.3.d.1@date"),
    ),
    Variation(
        "relapse-83-days-dose-7",
        "response with BVAS 0 on 7 mg of prednisone, relapse 83 days before screening",
        "eligible",
        (*_relapse(Ago(days=83)), change("prednisone.maintenance", dose="7 mg")),
        arms=_AAV,
        inside=("I02.3.d.1@dose", "I02.3.d.1@date"),
    ),
    Variation(
        "relapse-85-days",
        "response, then relapse 85 days before screening, one day too long ago",
        "not_eligible",
        _relapse(Ago(days=85)),
        arms=_AAV,
        outside=("I02.3.d.1@date",),
        about=("I02.3.d.2",),
    ),
    Variation(
        "no-response-on-8-mg",
        "BVAS 0, but on 8 mg of prednisone, which is no response: refractory",
        "eligible",
        (change("prednisone.maintenance", dose="8 mg"),),
        arms=_AAV,
        outside=("I02.3.d.1@dose",),
        about=("I02.3.d.2",),
    ),
    Variation(
        "together-3-months",
        "glucocorticoid and cyclophosphamide together for exactly 3 months; response on the last of these days",
        "eligible",
        _treated_together(0, response=Ago(months=20, plus=3), also=_AFTERWARDS),
        arms=_AAV,
        on=("I02.3.d.1@overlap",),
    ),
    Variation(
        "together-over-3-months",
        "glucocorticoid and cyclophosphamide together for 3 months and a day; response on the last of these days",
        "eligible",
        _treated_together(-1, response=Ago(months=20, plus=3, days=-1), also=_AFTERWARDS),
        arms=_AAV,
        inside=("I02.3.d.1@overlap",),
    ),
    Variation(
        "together-under-3-months",
        "glucocorticoid and an immunosuppressant together for one day less than 3 months at the most: earlier "
        "treatment was not adequate, so this is neither relapse nor refractory disease",
        "not_eligible",
        _treated_together(1, response=Ago(months=8), also=_AFTERWARDS),
        arms=_AAV,
        outside=("I02.3.d.1@overlap",),
        about=("I02.3.d.1", "I02.3.d.2"),
    ),
    Variation(
        "relapse-3-other-items",
        "relapse with 3 new items, none of them major",
        "eligible",
        _relapse(Ago(days=40), major=0, other=3),
        arms=_AAV,
        on=("I02.3.d.1@items",),
    ),
    Variation(
        "relapse-4-other-items",
        "relapse with 4 new items, none of them major",
        "eligible",
        _relapse(Ago(days=40), major=0, other=4),
        arms=_AAV,
        inside=("I02.3.d.1@items",),
    ),
    Variation(
        "relapse-2-other-items-once",
        "2 new items at one assessment only, none of them major: no relapse",
        "not_eligible",
        (
            *_relapse(Ago(days=40), major=0, other=2),
            *_active_items(0, 3),
        ),
        arms=_AAV,
        outside=("I02.3.d.1@items",),
    ),
    Variation(
        "relapse-1-other-item-twice",
        "1 new item at each of two assessments in a row: a relapse",
        "eligible",
        (
            *_relapse(Ago(days=60), major=0, other=1),
            result("bvas_v3_total.second", "9", Ago(days=35)),
            result("bvas_v3_new_major_items.second", "0", Ago(days=35)),
            result("bvas_v3_new_other_items.second", "1", Ago(days=35)),
        ),
        arms=_AAV,
        about=("I02.3.d.1",),
    ),
    Variation(
        "never-in-remission",
        "BVAS never 0 since treatment began: refractory",
        "eligible",
        (result("bvas_v3_total.response", "6"),),
        arms=_AAV,
        about=("I02.3.d.2",),
    ),
    Variation(
        "course-not-scored",
        "no total BVAS since treatment began: neither relapse nor refractory disease can be shown",
        "undecided",
        (
            drop("bvas_v3_total.*", "bvas_v3_new_major_items.*", "bvas_v3_new_other_items.*"),
            result("bvas_v3_major_items", "1"),
        ),
        arms=_AAV,
        unknown=("I02.3.d",),
    ),
    Variation(
        "three-items-at-28-days",
        "no major and 3 other BVAS items, assessed 28 days before screening: number and date on the limit",
        "eligible",
        _active_items(0, 3, Ago(days=28)),
        arms=_AAV,
        on=("I02.3.b@other", "I02.3.b@window"),
    ),
    Variation(
        "four-items-at-27-days",
        "no major and 4 other BVAS items, assessed 27 days before screening",
        "eligible",
        _active_items(0, 4, Ago(days=27)),
        arms=_AAV,
        inside=("I02.3.b@other", "I02.3.b@window"),
    ),
    Variation(
        "one-major-item",
        "1 major BVAS item and no other",
        "eligible",
        _active_items(1, 0),
        arms=_AAV,
        on=("I02.3.b@major",),
    ),
    Variation(
        "two-major-items",
        "2 major BVAS items and no other",
        "eligible",
        _active_items(2, 0),
        arms=_AAV,
        inside=("I02.3.b@major",),
    ),
    Variation(
        "two-other-items",
        "no major and only 2 other BVAS items",
        "not_eligible",
        _active_items(0, 2),
        arms=_AAV,
        outside=("I02.3.b@other", "I02.3.b@major"),
    ),
    Variation(
        "items-29-days-old",
        "BVAS items last assessed 29 days before screening",
        "undecided",
        _active_items(1, 2, Ago(days=29)),
        arms=_AAV,
        outside=("I02.3.b@window",),
        unknown=("I02.3.b",),
    ),
    Variation(
        "eosinophilic",
        "the vasculitis is eosinophilic granulomatosis with polyangiitis",
        "not_eligible",
        (
            judge(Ago(months=32), chcc_2012_diagnosis=Code("EGPA")),
            change("vasculitis", code="M30.1"),
            judge(other_autoimmune_requires_systemic_treatment=True),
        ),
        arms=_AAV,
        about=("I02.3.a", "E14"),
    ),
    Variation(
        "anca-negative",
        "PR3-ANCA and MPO-ANCA both negative",
        "not_eligible",
        (result("pr3_anca", "negative"), result("mpo_anca", "negative")),
        arms=_AAV,
        about=("I02.3.c",),
    ),
    Variation(
        "anca-by-immunofluorescence-only",
        "ANCA known by immunofluorescence only, c-ANCA 160",
        "undecided",
        (drop("pr3_anca", "mpo_anca"), result("c_anca", "160 {titer}", interpretation="POS")),
        arms=_AAV,
        unknown=("I02.3.c",),
    ),
)
