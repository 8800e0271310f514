"""Variations of the person and the study: age, pregnancy, consent, other trials, completeness of the record."""

from dataclasses import replace

from dosepath.demo.chart import (
    Chart,
    Edit,
    Result,
    Vaccination,
    consent,
    drop,
    judge,
    not_asserted,
    put,
)
from dosepath.demo.dates import Ago
from dosepath.demo.variation import Variation

_CHILDBEARING_AGE = Ago(months=34 * 12 + 7)
_AGED_51 = Ago(months=51 * 12 + 3)
_ON_SCREENING_DAY = Ago()


def _pregnancy_test(finding: str | None, *, days: int = 2) -> Edit:
    """Replace the pregnancy test; None: none was done."""

    def edit(chart: Chart) -> Chart:
        others = {key: one for key, one in chart.entries.items() if not key.startswith("hcg_")}
        tested = {"hcg_urine": Result("hcg_urine", finding, Ago(days=days))} if finding else {}
        return replace(chart, entries={**others, **tested})

    return edit


def _in_a_trial(last_day: Ago, *, active_drug: bool | None) -> tuple[Edit, ...]:
    """Let the person have been in another trial; consent to ours is given on the screening day."""
    known = {} if active_drug is None else {"other_trial_active_drug": active_drug}
    took_part = judge(other_trial_participation=True, other_trial_last_participation_date=last_day, **known)
    return (consent(_ON_SCREENING_DAY), took_part)


PERSON = (
    Variation("age-18-today", "18th birthday on the day of screening", "eligible", birth=Ago(216), on=("I01@18",)),
    Variation("age-18-yesterday", "18th birthday on the day before", "eligible", birth=Ago(216, 1), inside=("I01@18",)),
    Variation("age-18-tomorrow", "18 years old tomorrow", "not_eligible", birth=Ago(216, -1), outside=("I01@18",)),
    Variation("age-66-tomorrow", "66 years old tomorrow", "eligible", birth=Ago(792, -1), on=("I01@66",)),
    Variation("age-66-in-two-days", "66 years old in two days", "eligible", birth=Ago(792, -2), inside=("I01@66",)),
    Variation(
        "age-66-today", "66th birthday on the day of screening", "not_eligible", birth=Ago(792), outside=("I01@66",)
    ),
    Variation(
        "menopause-12-months",
        "menopause for 12 months, so no pregnancy test is needed, and none was done",
        "eligible",
        (_pregnancy_test(None), judge(menopause_months=12)),
        sex="female",
        birth=_AGED_51,
        on=("I06.3@menopause",),
    ),
    Variation(
        "menopause-13-months",
        "menopause for 13 months, no pregnancy test",
        "eligible",
        (_pregnancy_test(None), judge(menopause_months=13)),
        sex="female",
        birth=_AGED_51,
        inside=("I06.3@menopause",),
    ),
    Variation(
        "menopause-11-months",
        "menopause for 11 months only, and no pregnancy test",
        "undecided",
        (_pregnancy_test(None), judge(menopause_months=11)),
        sex="female",
        birth=_AGED_51,
        outside=("I06.3@menopause",),
        unknown=("I06.3", "E16"),
    ),
    Variation(
        "pregnancy-test-28-days",
        "negative pregnancy test 28 days ago, the last day that counts",
        "eligible",
        (_pregnancy_test("negative", days=28),),
        sex="female",
        birth=_CHILDBEARING_AGE,
        on=("I06.3@window",),
    ),
    Variation(
        "pregnancy-test-27-days",
        "negative pregnancy test 27 days ago",
        "eligible",
        (_pregnancy_test("negative", days=27),),
        sex="female",
        birth=_CHILDBEARING_AGE,
        inside=("I06.3@window",),
    ),
    Variation(
        "pregnancy-test-29-days",
        "negative pregnancy test 29 days ago, too old to count",
        "undecided",
        (_pregnancy_test("negative", days=29),),
        sex="female",
        birth=_CHILDBEARING_AGE,
        outside=("I06.3@window",),
        unknown=("I06.3", "E16"),
    ),
    Variation(
        "pregnant",
        "pregnancy test positive",
        "not_eligible",
        (_pregnancy_test("positive"),),
        sex="female",
        birth=_CHILDBEARING_AGE,
        about=("I06.3", "E16"),
    ),
    Variation(
        "lactating",
        "lactating",
        "not_eligible",
        (judge(lactating=True),),
        sex="female",
        birth=_CHILDBEARING_AGE,
        about=("E16",),
    ),
    Variation(
        "contraception-declined",
        "does not agree to contraception for 24 months",
        "not_eligible",
        (judge(contraception_agreed=False),),
        sex="female",
        birth=_CHILDBEARING_AGE,
        about=("I06.1",),
    ),
    Variation(
        "survival-not-judged",
        "expected survival not judged",
        "undecided",
        (drop("expected_survival_gt_6_months"),),
        unknown=("I05",),
    ),
    Variation(
        "consent-screening-day",
        "consent signed on the day of screening",
        "eligible",
        (consent(_ON_SCREENING_DAY),),
        on=("I07",),
    ),
    Variation(
        "consent-day-before", "consent signed the day before", "eligible", (consent(Ago(days=1)),), inside=("I07",)
    ),
    Variation(
        "consent-too-late",
        "consent signed the day after screening",
        "not_eligible",
        (consent(Ago(days=-1)),),
        outside=("I07",),
    ),
    Variation("consent-not-recorded", "date of consent not recorded", "undecided", (consent(None),), unknown=("I07",)),
    Variation(
        "trial-at-3-months",
        "in another trial with active drug until exactly 3 months before consent",
        "not_eligible",
        _in_a_trial(Ago(months=3), active_drug=True),
        on=("E18.1",),
    ),
    Variation(
        "trial-before-3-months",
        "in another trial with active drug until 3 months and a day before consent",
        "eligible",
        _in_a_trial(Ago(months=3, days=1), active_drug=True),
        inside=("E18.1",),
    ),
    Variation(
        "trial-within-3-months",
        "in another trial with active drug until one day less than 3 months before consent",
        "not_eligible",
        _in_a_trial(Ago(months=3, days=-1), active_drug=True),
        outside=("E18.1",),
    ),
    Variation(
        "trial-on-placebo",
        "in another trial until a month ago, on placebo",
        "eligible",
        _in_a_trial(Ago(months=1), active_drug=False),
        about=("E18.1",),
    ),
    Variation(
        "trial-still-blinded",
        "in another trial until 2 months ago; still blinded, active drug or placebo not known",
        "undecided",
        _in_a_trial(Ago(months=2), active_drug=None),
        unknown=("E18.1",),
    ),
    Variation(
        "live-vaccine-recent",
        "live zoster vaccine 20 days ago: to be looked at again before lymphodepletion",
        "eligible",
        (put(Vaccination("zoster vaccine", "J07BK02", Ago(days=20))),),
        about=("E17",),
    ),
    Variation(
        "effective-doses-not-judged",
        "nobody judged whether earlier treatment had effective doses",
        "undecided",
        (drop("prior_treatment_effective_doses"),),
        unknown=("I03.2",),
    ),
    Variation(
        "medications-not-asserted",
        "the site does not assert that the list of medications is complete",
        "undecided",
        (not_asserted("medications"),),
        unknown=("E04.1", "E04.2", "E04.4", "E04.5"),
    ),
    Variation(
        "conditions-not-asserted",
        "the site does not assert that the list of conditions is complete",
        "undecided",
        (not_asserted("conditions"),),
        unknown=("E01", "E05", "E11", "E13", "E14", "E19"),
    ),
    Variation(
        "procedures-not-asserted",
        "the site does not assert that the list of procedures is complete",
        "undecided",
        (not_asserted("procedures"),),
        unknown=("E11", "E13.1"),
    ),
    Variation(
        "allergies-not-asserted",
        "the site does not assert that the list of allergies is complete",
        "undecided",
        (not_asserted("allergies"),),
        unknown=("E08",),
    ),
)
