"""Variations of recent treatment: washouts of drugs, on their bounds and one day beside them."""

from dosepath.demo.chart import Drug, Edit, change, drop, judge, put, result
from dosepath.demo.dates import Ago, Straddling, When
from dosepath.demo.variation import Variation

_MONTH = Ago(months=1)
_DAY_BEFORE_MONTH = Ago(months=1, days=1)
_DAY_INTO_MONTH = Ago(months=1, days=-1)


def _infused(drug: str, dose: str, when: When) -> Edit:
    return put(Drug(f"{drug}.recent", dose, when, form="administration"))


def _belimumab(end: When) -> Edit:
    return put(Drug("belimumab.recent", "200 mg", Ago(months=8), end, every="1/wk"))


def _telitacicept(end: When, name: str = "telitacicept") -> Edit:
    return put(Drug("telitacicept.recent", "160 mg", Ago(months=7), end, every="1/wk", name=name))


_NO_FAILURE = judge(b_cell_depletion_failure=False)

DRUGS = (
    Variation(
        "rituximab-1-month",
        "rituximab exactly 1 month before screening, not a failure",
        "not_eligible",
        (_infused("rituximab", "1000 mg", _MONTH), _NO_FAILURE),
        on=("E04.1",),
    ),
    Variation(
        "rituximab-before-1-month",
        "rituximab 1 month and a day before screening",
        "eligible",
        (_infused("rituximab", "1000 mg", _DAY_BEFORE_MONTH), _NO_FAILURE),
        inside=("E04.1",),
    ),
    Variation(
        "rituximab-telitacicept-too-late",
        "rituximab one day less than a month and telitacicept (written taitacept) 13 days before screening",
        "not_eligible",
        (
            _infused("rituximab", "500 mg", _DAY_INTO_MONTH),
            _NO_FAILURE,
            _telitacicept(Ago(days=13), name="taitacept"),
        ),
        outside=("E04.1", "E04.5.1"),
    ),
    Variation(
        "rituximab-failed",
        "rituximab 10 days before screening, judged a failure",
        "eligible",
        (_infused("rituximab", "1000 mg", Ago(days=10)), judge(b_cell_depletion_failure=True)),
        about=("E04.1",),
    ),
    Variation(
        "rituximab-not-judged",
        "rituximab 20 days before screening, failure not judged",
        "undecided",
        (_infused("rituximab", "1000 mg", Ago(days=20)),),
        unknown=("E04.1",),
    ),
    Variation(
        "daratumumab-month-unclear",
        "last daratumumab dated so coarsely that it may lie on either side of the month",
        "undecided",
        (_infused("daratumumab", "1800 mg", Straddling(_MONTH)), _NO_FAILURE),
        unknown=("E04.1",),
    ),
    Variation(
        "ivig-1-g-per-kg-at-1-month",
        "60 g of immunoglobulin at 60 kg (1 g/kg) exactly 1 month before screening",
        "not_eligible",
        (result("weight", "60 kg"), _infused("intravenous immunoglobulin", "60 g", _MONTH)),
        on=("E04.2@dose", "E04.2@date"),
    ),
    Variation(
        "ivig-below-1-g-per-kg",
        "59 g of immunoglobulin at 60 kg 12 days before screening, just under 1 g/kg",
        "eligible",
        (result("weight", "60 kg"), _infused("intravenous immunoglobulin", "59 g", Ago(days=12))),
        inside=("E04.2@dose",),
    ),
    Variation(
        "ivig-before-1-month",
        "120 g of immunoglobulin at 60 kg, 1 month and a day before screening",
        "eligible",
        (result("weight", "60 kg"), _infused("intravenous immunoglobulin", "120 g", _DAY_BEFORE_MONTH)),
        inside=("E04.2@date",),
    ),
    Variation(
        "ivig-belimumab-too-late",
        "61 g of immunoglobulin at 60 kg one day less than a month, belimumab 20 days before screening",
        "not_eligible",
        (
            result("weight", "60 kg"),
            _infused("intravenous immunoglobulin", "61 g", _DAY_INTO_MONTH),
            _belimumab(Ago(days=20)),
        ),
        outside=("E04.2@dose", "E04.2@date", "E04.5.2"),
    ),
    Variation(
        "ivig-without-weight",
        "60 g of immunoglobulin 15 days before screening, weight not recorded",
        "undecided",
        (drop("weight"), _infused("intravenous immunoglobulin", "60 g", Ago(days=15))),
        arms=("dcSSc", "AAV", "IIM", "SS"),
        unknown=("E04.2",),
    ),
    Variation(
        "pulse-500-at-14-days",
        "methylprednisolone 390 mg (6 mg/kg) beside prednisone 12.5 mg, exactly 500 mg, 14 days before screening",
        "not_eligible",
        (
            result("weight", "65 kg"),
            change("prednisone", dose="12.5 mg"),
            _infused("methylprednisolone", "390 mg", Ago(days=14)),
        ),
        on=("E04.4@dose", "E04.4@date"),
    ),
    Variation(
        "pulse-below-500",
        "methylprednisolone 390 mg (6 mg/kg) beside prednisone 10 mg, 497.5 mg in all, 5 days before screening",
        "eligible",
        (
            result("weight", "65 kg"),
            change("prednisone", dose="10 mg"),
            _infused("methylprednisolone", "390 mg", Ago(days=5)),
        ),
        inside=("E04.4@dose",),
    ),
    Variation(
        "pulse-13-days",
        "methylprednisolone 390 mg beside prednisone 15 mg, 502.5 mg in all, 13 days before screening",
        "not_eligible",
        (change("prednisone", dose="15 mg"), _infused("methylprednisolone", "390 mg", Ago(days=13))),
        outside=("E04.4@dose", "E04.4@date"),
    ),
    Variation(
        "pulse-15-days",
        "methylprednisolone 1000 mg 15 days before screening",
        "eligible",
        (_infused("methylprednisolone", "1000 mg", Ago(days=15)),),
        inside=("E04.4@date",),
    ),
    Variation(
        "telitacicept-14-days",
        "last telitacicept (written 泰它西普) 14 days before screening",
        "not_eligible",
        (_telitacicept(Ago(days=14), name="泰它西普"),),
        arms=("SLE", "SS"),
        on=("E04.5.1",),
    ),
    Variation(
        "telitacicept-15-days",
        "last telitacicept 15 days before screening",
        "eligible",
        (_telitacicept(Ago(days=15)),),
        arms=("SLE", "SS"),
        inside=("E04.5.1",),
    ),
    Variation(
        "belimumab-21-days",
        "last belimumab 21 days before screening",
        "not_eligible",
        (_belimumab(Ago(days=21)),),
        on=("E04.5.2",),
    ),
    Variation(
        "belimumab-22-days",
        "last belimumab 22 days before screening",
        "eligible",
        (_belimumab(Ago(days=22)),),
        inside=("E04.5.2",),
    ),
    Variation(
        "belimumab-day-unclear",
        "last belimumab dated to the month only, which straddles the three weeks",
        "undecided",
        (_belimumab(Straddling(Ago(days=21))),),
        unknown=("E04.5.2",),
    ),
    Variation(
        "belimumab-stopped-without-date",
        "belimumab prescription stopped, nobody wrote when",
        "undecided",
        (put(Drug("belimumab.recent", "200 mg", Ago(months=8), every="1/wk", form="request", status="stopped")),),
        unknown=("E04.5.2",),
    ),
)
