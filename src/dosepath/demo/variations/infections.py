"""Variations of infection: hepatitis, HIV, syphilis, tuberculosis."""

from dosepath.demo.chart import drop, judge, result
from dosepath.demo.variation import Variation

INFECTIONS = (
    Variation(
        "hepatitis-b-dna-undetected",
        "HBsAg positive, HBV DNA not detected",
        "eligible",
        (result("hbsag", "positive"), result("hbv_dna", "<10 [IU]/mL", interpretation="NEG")),
        about=("E09.1",),
    ),
    Variation(
        "hepatitis-b-dna-never-sent",
        "HBsAg positive, HBV DNA never sent",
        "undecided",
        (result("hbsag", "positive"),),
        unknown=("E09.1",),
    ),
    Variation(
        "hepatitis-b-replicating",
        "HBsAg positive with HBV DNA 2400 IU/mL",
        "not_eligible",
        (result("hbsag", "positive"), result("hbv_dna", "2400 [IU]/mL", interpretation="POS")),
        about=("E09.1",),
    ),
    Variation(
        "hepatitis-c-cured",
        "hepatitis C antibody positive after treatment, RNA not detected",
        "eligible",
        (result("anti_hcv", "positive"), result("hcv_rna", "negative")),
        about=("E09.2",),
    ),
    Variation(
        "hepatitis-c-replicating",
        "hepatitis C antibody and RNA positive",
        "not_eligible",
        (result("anti_hcv", "positive"), result("hcv_rna", "positive")),
        about=("E09.2",),
    ),
    Variation(
        "hepatitis-c-rna-never-sent",
        "hepatitis C antibody positive, RNA never sent",
        "undecided",
        (result("anti_hcv", "positive"),),
        unknown=("E09.2",),
    ),
    Variation(
        "syphilis",
        "Treponema antibody positive, treated years ago",
        "not_eligible",
        (result("tp_antibody", "positive"),),
        about=("E09.3",),
    ),
    Variation("hiv", "HIV antibody positive", "not_eligible", (result("hiv_antibody", "positive"),), about=("E09.4",)),
    Variation(
        "skin-test-4-mm",
        "tuberculin skin test 4 mm, one step below the cut-off; no interferon test",
        "eligible",
        (drop("igra"), result("tst", "4 mm")),
        inside=("E12.2",),
    ),
    Variation(
        "skin-test-5-mm",
        "tuberculin skin test 5 mm, on the cut-off, without symptoms or signs on imaging",
        "not_eligible",
        (drop("igra"), result("tst", "5 mm")),
        on=("E12.2",),
    ),
    Variation(
        "skin-test-6-mm",
        "tuberculin skin test 6 mm without symptoms or signs on imaging",
        "not_eligible",
        (drop("igra"), result("tst", "6 mm")),
        outside=("E12.2",),
    ),
    Variation(
        "interferon-test-indeterminate",
        "interferon test indeterminate, no skin test",
        "undecided",
        (result("igra", "indeterminate"),),
        unknown=("E12.2",),
    ),
    Variation(
        "active-tuberculosis",
        "active tuberculosis under treatment",
        "not_eligible",
        (result("igra", "positive"), judge(active_tb=True, tb_symptoms=True, tb_imaging_signs=True)),
        about=("E12.1",),
    ),
    Variation(
        "infection-uncontrolled",
        "uncontrolled bacterial infection in the judgement of the investigator",
        "not_eligible",
        (judge(uncontrolled_infection=True),),
        about=("E10",),
    ),
)
