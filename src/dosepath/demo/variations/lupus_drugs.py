"""Variations of the treatment of lupus: the six stable months and the dose caps of the standard regimen."""

from dosepath.demo.chart import Arm, Drug, Edit, clear_drugs, put, result
from dosepath.demo.dates import Ago
from dosepath.demo.variation import Variation

_SLE: tuple[Arm, ...] = ("SLE",)


def _stable_for_six_months(days_short: int) -> tuple[Edit, ...]:
    """Write a history with prednisone above its cap but for one stretch that begins 9 months ago."""
    return (
        clear_drugs(),
        put(
            Drug("prednisone.before", "25 mg", Ago(months=30), Ago(months=9, days=1)),
            Drug("prednisone.stable", "15 mg", Ago(months=9), Ago(months=9, plus=6, days=days_short)),
            Drug("prednisone", "12.5 mg", Ago(months=9, plus=6, days=days_short - 1)),
            Drug("hydroxychloroquine", "200 mg", Ago(months=29), every="2/d"),
            Drug("azathioprine", "50 mg", Ago(months=29), Ago(months=24), every="2/d"),
            Drug("mycophenolate mofetil", "1 g", Ago(months=23), every="2/d"),
        ),
    )


def _regimen(prednisone: str, hydroxychloroquine: str, mycophenolate: str) -> tuple[Edit, ...]:
    """Write a steady regimen of three drugs; azathioprine before."""
    return (
        clear_drugs(),
        put(
            Drug("prednisone", prednisone, Ago(months=15)),
            Drug("hydroxychloroquine", hydroxychloroquine, Ago(months=18)),
            Drug("mycophenolate mofetil", mycophenolate, Ago(months=14), every="2/d"),
            Drug("azathioprine", "50 mg", Ago(months=40), Ago(months=30), every="2/d"),
        ),
    )


def _other_regimen(chloroquine: str, methotrexate: str, weight: str) -> tuple[Edit, ...]:
    """Write a steady regimen with chloroquine and methotrexate; azathioprine 150 mg before."""
    return (
        clear_drugs(),
        result("weight", weight),
        put(
            Drug("prednisone", "10 mg", Ago(months=26)),
            Drug("chloroquine", chloroquine, Ago(months=18)),
            Drug("methotrexate", methotrexate, Ago(months=14), every="1/wk"),
            Drug("azathioprine", "50 mg", Ago(months=48), Ago(months=36), every="3/d"),
        ),
    )


def _raised_of_late(*drugs: Drug) -> tuple[Edit, ...]:
    """Write prednisone 10 mg alone for long, which qualifies, and drugs above their caps for the last 8 months."""
    return (clear_drugs(), put(Drug("prednisone", "10 mg", Ago(months=30)), *drugs))


LUPUS_DRUGS = (
    Variation(
        "stable-6-months",
        "one stable stretch within the caps, of exactly 6 months",
        "eligible",
        _stable_for_six_months(0),
        arms=_SLE,
        on=("I02.1.d.1",),
    ),
    Variation(
        "stable-over-6-months",
        "one stable stretch within the caps, of 6 months and a day",
        "eligible",
        _stable_for_six_months(-1),
        arms=_SLE,
        inside=("I02.1.d.1",),
    ),
    Variation(
        "stable-under-6-months",
        "the only stable stretch within the caps is one day short of 6 months",
        "not_eligible",
        _stable_for_six_months(1),
        arms=_SLE,
        outside=("I02.1.d.1",),
    ),
    Variation(
        "regimen-on-caps",
        "prednisone 20 mg, hydroxychloroquine 400 mg, mycophenolate 2 g a day: each on its cap; prednisone must be "
        "lowered before lymphodepletion",
        "eligible",
        _regimen("20 mg", "400 mg", "1 g"),
        arms=_SLE,
        on=("I02.1.d.3.gc", "I02.1.d.3.hcq", "I02.1.d.3.mmf"),
    ),
    Variation(
        "regimen-within-caps",
        "prednisone 19 mg, hydroxychloroquine 390 mg (by weight), mycophenolate 1.5 g a day",
        "eligible",
        _regimen("19 mg", "390 mg", "750 mg"),
        arms=_SLE,
        inside=("I02.1.d.3.gc", "I02.1.d.3.hcq", "I02.1.d.3.mmf"),
    ),
    Variation(
        "prednisone-21-throughout",
        "prednisone 21 mg a day as long as the record goes back, one step above the cap",
        "not_eligible",
        (
            clear_drugs(),
            put(
                Drug("prednisone", "21 mg", Ago(months=44)),
                Drug("hydroxychloroquine", "200 mg", Ago(months=42), every="2/d"),
                Drug("azathioprine", "50 mg", Ago(months=40), Ago(months=30), every="2/d"),
                Drug("mycophenolate mofetil", "1 g", Ago(months=20), every="2/d"),
            ),
        ),
        arms=_SLE,
        outside=("I02.1.d.3.gc",),
        about=("I02.1.d.1",),
    ),
    Variation(
        "other-regimen-on-caps",
        "chloroquine 500 mg a day, methotrexate 20 mg a week, azathioprine 150 mg at 75 kg: each on its cap",
        "eligible",
        _other_regimen("500 mg", "20 mg", "75 kg"),
        arms=_SLE,
        on=("I02.1.d.3.cq", "I02.1.d.3.mtx", "I02.1.d.3.aza"),
    ),
    Variation(
        "other-regimen-within-caps",
        "chloroquine 250 mg a day, methotrexate 17.5 mg a week, azathioprine 150 mg at 75.1 kg: within the caps",
        "eligible",
        _other_regimen("250 mg", "17.5 mg", "75.1 kg"),
        arms=_SLE,
        inside=("I02.1.d.3.cq", "I02.1.d.3.mtx", "I02.1.d.3.aza"),
    ),
    Variation(
        "drugs-raised-of-late",
        "hydroxychloroquine 410 mg a day, methotrexate 22.5 mg a week, once azathioprine 150 mg at 74.9 kg: above the "
        "caps, but prednisone alone was stable long enough before",
        "eligible",
        (
            *_raised_of_late(
                Drug("hydroxychloroquine", "410 mg", Ago(months=8)),
                Drug("methotrexate", "22.5 mg", Ago(months=8), every="1/wk"),
                Drug("azathioprine", "50 mg", Ago(months=48), Ago(months=36), every="3/d"),
            ),
            result("weight", "74.9 kg"),
        ),
        arms=_SLE,
        outside=("I02.1.d.3.hcq", "I02.1.d.3.mtx", "I02.1.d.3.aza"),
        about=("I02.1.d.1",),
    ),
    Variation(
        "mycophenolate-chloroquine-raised-of-late",
        "mycophenolate 2.25 g and chloroquine 750 mg a day: above the caps, but prednisone alone was stable before",
        "eligible",
        _raised_of_late(
            Drug("mycophenolate mofetil", "750 mg", Ago(months=8), every="3/d"),
            Drug("chloroquine", "250 mg", Ago(months=8), every="3/d"),
            Drug("azathioprine", "50 mg", Ago(months=48), Ago(months=36), every="2/d"),
        ),
        arms=_SLE,
        outside=("I02.1.d.3.mmf", "I02.1.d.3.cq"),
        about=("I02.1.d.1",),
    ),
    Variation(
        "prednisone-dose-missing",
        "dose of prednisone not recorded, so no stable stretch within the caps can be shown",
        "undecided",
        (
            clear_drugs(),
            put(
                Drug("prednisone", "", Ago(months=44)),
                Drug("hydroxychloroquine", "200 mg", Ago(months=42), every="2/d"),
                Drug("azathioprine", "50 mg", Ago(months=40), Ago(months=30), every="2/d"),
                Drug("mycophenolate mofetil", "1 g", Ago(months=20), every="2/d"),
            ),
        ),
        arms=_SLE,
        unknown=("I02.1.d.1", "E04.4"),
    ),
)
