"""Variations of lupus: serology, activity, crisis, nephritis."""

from dosepath.demo.chart import Arm, Diagnosis, Edit, change, drop, judge, put, result
from dosepath.demo.dates import Ago
from dosepath.demo.variation import Variation

_SLE: tuple[Arm, ...] = ("SLE",)
_LATELY = Ago(days=4)
_AGED_59 = Ago(months=59 * 12 + 5)


def _only_antinuclear(titre: str) -> tuple[Edit, ...]:
    return (result("ana", titre), result("anti_dsdna", "negative"), result("anti_sm", "negative"))


def _sledai(total: int, clinical: int, when: Ago = _LATELY) -> tuple[Edit, ...]:
    return (result("sledai_2k_total", str(total), when), result("sledai_2k_clinical", str(clinical), when))


def _sledai_earlier(total: int, when: Ago) -> tuple[Edit, ...]:
    return (
        result("sledai_2k_total.earlier", str(total), when),
        result("sledai_2k_clinical.earlier", str(total), when),
    )


def _nephritis(protein: str, creatinine: str, uln: str, weight: str, when: Ago | None = None) -> tuple[Edit, ...]:
    return (
        put(Diagnosis("nephritis", "M32.14", Ago(months=20))),
        result("urine_protein_24h", protein, when),
        result("creatinine", creatinine, high=uln),
        result("weight", weight),
    )


LUPUS = (
    Variation(
        "classification-not-recorded",
        "SLE classification criteria never filled in",
        "undecided",
        (drop("eular_acr_sle_2019_classified"),),
        arms=_SLE,
        unknown=("I02.1.a",),
    ),
    Variation(
        "antinuclear-1-80",
        "ANA exactly 1:80, other lupus antibodies negative",
        "eligible",
        _only_antinuclear("1:80"),
        arms=_SLE,
        on=("I02.1.b.1",),
    ),
    Variation(
        "antinuclear-1-160",
        "ANA 1:160, one dilution above the limit; other lupus antibodies negative",
        "eligible",
        _only_antinuclear("160 {titer}"),
        arms=_SLE,
        inside=("I02.1.b.1",),
    ),
    Variation(
        "antinuclear-1-40",
        "ANA 1:40, one dilution below the limit; other lupus antibodies negative",
        "not_eligible",
        _only_antinuclear("ratio 1:40"),
        arms=_SLE,
        outside=("I02.1.b.1",),
    ),
    Variation(
        "antinuclear-without-titre",
        "ANA merely positive, without a titre; other lupus antibodies negative",
        "undecided",
        (
            drop("ana"),
            result("ana_qualitative", "positive"),
            result("anti_dsdna", "negative"),
            result("anti_sm", "negative"),
        ),
        arms=_SLE,
        unknown=("I02.1.b.1",),
    ),
    Variation(
        "sledai-8-at-30-days",
        "SLEDAI-2K 8 without serology points, scored 30 days before screening: total and date on the limit",
        "eligible",
        _sledai(8, 8, Ago(days=30)),
        arms=_SLE,
        on=("I02.1.c.1@score", "I02.1.c@window"),
    ),
    Variation(
        "sledai-9-at-29-days",
        "SLEDAI-2K 9 without serology points, scored 29 days before screening",
        "eligible",
        _sledai(9, 9, Ago(days=29)),
        arms=_SLE,
        inside=("I02.1.c.1@score", "I02.1.c@window"),
    ),
    Variation(
        "sledai-7",
        "SLEDAI-2K 7 without serology points, one below the limit",
        "not_eligible",
        _sledai(7, 7),
        arms=_SLE,
        outside=("I02.1.c.1@score",),
    ),
    Variation(
        "sledai-31-days-old",
        "SLEDAI-2K last scored 31 days before screening",
        "undecided",
        _sledai(14, 10, Ago(days=31)),
        arms=_SLE,
        outside=("I02.1.c@window",),
        unknown=("I02.1.c", "I02.1.d.2"),
    ),
    Variation(
        "sledai-clinical-6",
        "SLEDAI-2K 10 with serology, clinical part exactly 6",
        "eligible",
        _sledai(10, 6),
        arms=_SLE,
        on=("I02.1.c.2",),
    ),
    Variation(
        "sledai-clinical-7",
        "SLEDAI-2K 11 with serology, clinical part 7",
        "eligible",
        _sledai(11, 7),
        arms=_SLE,
        inside=("I02.1.c.2",),
    ),
    Variation(
        "sledai-clinical-5",
        "SLEDAI-2K 9, of which 4 are serology: clinical part 5, one below the limit",
        "not_eligible",
        _sledai(9, 5),
        arms=_SLE,
        outside=("I02.1.c.2",),
    ),
    Variation(
        "sledai-total-only",
        "SLEDAI-2K 9 recorded as a total only: how much of it is serology is not known",
        "undecided",
        (result("sledai_2k_total", "9"), drop("sledai_2k_clinical")),
        arms=_SLE,
        unknown=("I02.1.c.2",),
    ),
    Variation(
        "active-at-2-months",
        "SLEDAI-2K 4 exactly 2 months before screening: date and score on the limit of documented activity",
        "eligible",
        _sledai_earlier(4, Ago(months=2)),
        arms=_SLE,
        on=("I02.1.d.2@date", "I02.1.d.2@score"),
    ),
    Variation(
        "active-before-2-months",
        "SLEDAI-2K 5 a day more than 2 months before screening",
        "eligible",
        _sledai_earlier(5, Ago(months=2, days=1)),
        arms=_SLE,
        inside=("I02.1.d.2@date", "I02.1.d.2@score"),
    ),
    Variation(
        "active-for-under-2-months",
        "no assessment of activity earlier than one day less than 2 months before screening",
        "undecided",
        _sledai_earlier(10, Ago(months=2, days=-1)),
        arms=_SLE,
        outside=("I02.1.d.2@date",),
        unknown=("I02.1.d.2",),
    ),
    Variation(
        "inactive-in-between",
        "SLEDAI-2K 3, which is inactive, 6 weeks before screening",
        "not_eligible",
        (
            result("sledai_2k_total.between", "3", Ago(days=42)),
            result("sledai_2k_clinical.between", "1", Ago(days=42)),
        ),
        arms=_SLE,
        outside=("I02.1.d.2@score",),
    ),
    Variation(
        "crisis-at-3-months",
        "lupus crisis exactly 3 months before screening",
        "not_eligible",
        (judge(lupus_crisis=True, lupus_crisis_date=Ago(months=3)),),
        arms=_SLE,
        on=("E06",),
    ),
    Variation(
        "crisis-before-3-months",
        "lupus crisis 3 months and a day before screening",
        "eligible",
        (judge(lupus_crisis=True, lupus_crisis_date=Ago(months=3, days=1)),),
        arms=_SLE,
        inside=("E06",),
    ),
    Variation(
        "crisis-within-3-months",
        "lupus crisis one day less than 3 months before screening",
        "not_eligible",
        (judge(lupus_crisis=True, lupus_crisis_date=Ago(months=3, days=-1)),),
        arms=_SLE,
        outside=("E06",),
    ),
    Variation(
        "crisis-without-date",
        "lupus crisis noted, its date not",
        "undecided",
        (judge(lupus_crisis=True),),
        arms=_SLE,
        unknown=("E06",),
    ),
    Variation(
        "nephritis-on-limits",
        "lupus nephritis with protein 4.0 g in 24 hours, creatinine 1.8 mg/dL (1.5 times 1.2) and clearance exactly "
        "30 mL/min (59 years, 48 kg): nowhere beyond the limit",
        "eligible",
        (*_nephritis("4.0 g/(24.h)", "1.8 mg/dL", "1.2", "48 kg"), change("azathioprine", every="1/d")),
        arms=_SLE,
        sex="male",
        birth=_AGED_59,
        on=("E07.1.a@amount", "E07.1.b", "E07.1.c"),
    ),
    Variation(
        "nephritis-inside",
        "lupus nephritis with protein 3999 mg in 24 hours, creatinine 1.79 mg/dL (limit 1.8), clearance just over 30",
        "eligible",
        (*_nephritis("3999 mg/(24.h)", "1.79 mg/dL", "1.2", "48.1 kg"), change("azathioprine", every="1/d")),
        arms=_SLE,
        sex="male",
        birth=_AGED_59,
        inside=("E07.1.a@amount", "E07.1.b", "E07.1.c"),
    ),
    Variation(
        "nephritis-protein-creatinine-above",
        "lupus nephritis with protein 4001 mg in 24 hours and creatinine 1.81 mg/dL (limit 1.8); clearance normal",
        "not_eligible",
        _nephritis("4001 mg/(24.h)", "1.81 mg/dL", "1.2", "90 kg"),
        arms=_SLE,
        sex="male",
        birth=Ago(months=36 * 12 + 5),
        outside=("E07.1.a@amount", "E07.1.b"),
    ),
    Variation(
        "nephritis-clearance-below",
        "lupus nephritis, clearance just below 30 mL/min (59 years, 47.9 kg) with creatinine and protein within limits",
        "not_eligible",
        (*_nephritis("2.1 g/(24.h)", "1.8 mg/dL", "1.2", "47.9 kg"), change("azathioprine", every="1/d")),
        arms=_SLE,
        sex="male",
        birth=_AGED_59,
        outside=("E07.1.c",),
    ),
    Variation(
        "nephritis-protein-at-8-weeks",
        "lupus nephritis, protein 4.6 g in 24 hours exactly 8 weeks before screening, not measured since",
        "not_eligible",
        _nephritis("4.6 g/(24.h)", "0.9 mg/dL", "1.2", "66 kg", Ago(days=56)),
        arms=_SLE,
        on=("E07.1.a@window",),
    ),
    Variation(
        "nephritis-protein-within-8-weeks",
        "lupus nephritis, protein 4.6 g in 24 hours 55 days before screening, not measured since",
        "not_eligible",
        _nephritis("4.6 g/(24.h)", "0.9 mg/dL", "1.2", "66 kg", Ago(days=55)),
        arms=_SLE,
        outside=("E07.1.a@window",),
    ),
    Variation(
        "nephritis-protein-before-8-weeks",
        "lupus nephritis, protein 4.6 g in 24 hours 57 days before screening, not measured since",
        "undecided",
        _nephritis("4.6 g/(24.h)", "0.9 mg/dL", "1.2", "66 kg", Ago(days=57)),
        arms=_SLE,
        inside=("E07.1.a@window",),
        unknown=("E07.1.a",),
    ),
    Variation(
        "nephritis-needs-prohibited-drugs",
        "active nephritis that needs drugs the trial prohibits",
        "not_eligible",
        (judge(nephritis_needs_prohibited_drugs=True),),
        arms=_SLE,
        about=("E07.2",),
    ),
)
