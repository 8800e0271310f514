"""Which person carries which variations.

Not drawn by chance: the first five rows of each arm and outcome make 75 people who between them stand on every limit of
the trial and on both sides of it. Later rows join in larger cohorts. Edits are made in the order of a row.
"""

from collections.abc import Mapping

from dosepath.demo.chart import Arm
from dosepath.demo.variation import Outcome

Rows = tuple[tuple[str, ...], ...]

PLAN: Mapping[Arm, Mapping[Outcome, Rows]] = {
    "SLE": {
        "eligible": (
            ("antinuclear-1-80", "regimen-on-caps"),
            ("sledai-clinical-6", "stable-6-months"),
            ("nephritis-on-limits", "active-at-2-months"),
            ("sledai-8-at-30-days", "other-regimen-on-caps", "age-18-today"),
            ("drugs-raised-of-late", "crisis-before-3-months", "data-entered-in-error"),
            ("second-target-disease", "live-vaccine-recent", "rituximab-failed"),
        ),
        "not_eligible": (
            ("antinuclear-1-40", "mycophenolate-chloroquine-raised-of-late", "age-18-tomorrow"),
            ("sledai-7", "crisis-at-3-months", "nephritis-protein-at-8-weeks"),
            ("sledai-clinical-5", "nephritis-protein-creatinine-above"),
            ("prednisone-21-throughout", "inactive-in-between", "nephritis-protein-within-8-weeks"),
            ("stable-under-6-months", "nephritis-clearance-below", "crisis-within-3-months"),
            ("nephritis-needs-prohibited-drugs", "epilepsy"),
            ("kidney-transplant", "syphilis"),
        ),
        "undecided": (
            ("sledai-total-only", "regimen-within-caps", "antinuclear-1-160"),
            ("sledai-31-days-old", "stable-over-6-months", "blood-inside"),
            ("rituximab-not-judged", "sledai-clinical-7", "nephritis-inside"),
            ("active-for-under-2-months", "other-regimen-within-caps", "age-18-yesterday"),
            ("nephritis-protein-before-8-weeks", "sledai-9-at-29-days", "active-before-2-months"),
            ("antinuclear-without-titre", "crisis-without-date", "allergy-of-unknown-severity"),
            ("prednisone-dose-missing", "classification-not-recorded"),
        ),
    },
    "dcSSc": {
        "eligible": (
            ("skin-10-percent", "fvc-45-dlco-39", "data-unit-in-words"),
            ("lung-disease-new-at-6-months", "fvc-70-dlco-71", "consent-screening-day"),
            ("fvc-decline-10", "treated-6-months", "heart-lung-on-limit"),
            ("fvc-decline-5-dlco-15", "menopause-12-months", "circulation-on-limit"),
            ("dlco-40-fvc-44", "blood-on-limit"),
            ("relapse-after-remission", "cervical-carcinoma-in-situ", "depression-resolved"),
        ),
        "not_eligible": (
            ("lungs-too-good", "trial-at-3-months", "pressure-above"),
            ("no-progression",),
            ("lung-disease-new-within-6-months", "lungs-inside-high", "treated-under-6-months"),
            ("skin-over-10-percent", "no-cyclophosphamide", "heart-below"),
            ("limited-skin", "saturation-below", "pulmonary-pressure-above-at-3-months"),
            ("lungs-too-bad", "pericardial-effusion"),
            ("no-lung-disease", "stent-within-6-months", "bifascicular-block"),
        ),
        "undecided": (
            ("earlier-tests-too-old", "dlco-70-fvc-71", "age-66-in-two-days"),
            ("lung-disease-date-unclear", "lungs-inside-low", "heart-lung-inside"),
            ("fvc-71-dlco-missing", "treated-over-6-months", "consent-day-before"),
            ("procedures-not-asserted", "fvc-decline-over-10", "circulation-inside"),
            ("convulsion-date-unclear", "fvc-decline-over-5-dlco-over-15", "menopause-13-months"),
            ("outcome-not-judged", "saturation-on-oxygen"),
            ("ast-without-limit", "ivig-without-weight", "conduction-not-recorded"),
        ),
    },
    "AAV": {
        "eligible": (
            ("relapse-84-days-dose-7.5", "three-items-at-28-days", "age-66-tomorrow"),
            ("no-response-on-8-mg", "one-major-item", "ivig-before-1-month"),
            ("together-3-months", "chemistry-on-limit"),
            ("relapse-3-other-items", "pregnancy-test-28-days", "rituximab-before-1-month"),
            ("relapse-1-other-item-twice", "clearance-on-limit"),
            ("never-in-remission", "hepatitis-c-cured", "data-stent-not-done"),
            ("prostate-cancer-cured", "allergy-mild"),
        ),
        "not_eligible": (
            ("relapse-85-days",),
            ("relapse-2-other-items-once", "rituximab-1-month", "igm-below"),
            ("together-under-3-months", "platelets-haemoglobin-below"),
            ("two-other-items", "age-66-today", "hypertensive-crisis-at-6-months"),
            ("eosinophilic", "pulmonary-pressure-above-within-3-months", "infarction-tachycardia-at-6-months"),
            ("anca-negative", "active-tuberculosis"),
            ("hepatitis-c-replicating", "infection-uncontrolled"),
        ),
        "undecided": (
            ("igm-without-limit", "relapse-83-days-dose-7", "four-items-at-27-days"),
            ("anca-by-immunofluorescence-only", "together-over-3-months", "chemistry-inside"),
            ("items-29-days-old", "relapse-4-other-items", "pregnancy-test-27-days"),
            ("course-not-scored", "conditions-not-asserted"),
            ("infarction-date-unclear", "two-major-items", "clearance-inside"),
            ("daratumumab-month-unclear", "hepatitis-c-rna-never-sent"),
            ("belimumab-stopped-without-date", "trial-still-blinded"),
        ),
    },
    "IIM": {
        "eligible": (
            ("probability-55-strength-141", "ivig-below-1-g-per-kg"),
            ("patient-and-disability-on-limit", "skin-test-4-mm"),
            ("physician-and-outside-muscle-on-limit", "right-bundle-branch-block"),
            ("all-measures-inside", "pulse-below-500", "data-two-results-one-day"),
            ("probability-56-strength-140", "skin-cancer-2-years", "immunoglobulins-on-limit"),
            ("strength-71-of-80", "ductal-carcinoma-in-situ"),
        ),
        "not_eligible": (
            ("probability-54.9", "ivig-1-g-per-kg-at-1-month", "skin-test-5-mm"),
            ("strength-142", "pulse-500-at-14-days", "consent-too-late"),
            ("one-measure-only", "skin-cancer-under-2-years", "trial-within-3-months"),
            ("relative-with-drug-myopathy", "ivig-belimumab-too-late", "stroke-within-6-months"),
            ("amyopathic", "stroke-at-6-months", "pulse-13-days"),
            ("ast-from-muscle", "tumour-associated"),
            ("long-qt", "pregnant"),
        ),
        "undecided": (
            ("weight-missing-creatinine-high",),
            ("strength-72-of-80", "stroke-before-6-months"),
            ("enzymes-without-limit", "inr-without-limit", "infarction-tachycardia-before-6-months"),
            ("family-history-not-asserted", "immunoglobulins-inside", "blood-27-days-old"),
            ("data-unknown-unit", "skin-cancer-over-2-years"),
            ("subtype-not-judged", "haemoglobin-withheld"),
            ("alt-bounded", "rheumatoid-arthritis-not-judged"),
        ),
    },
    "SS": {
        "eligible": (
            ("stimulated-0.05", "essdai-5", "telitacicept-15-days"),
            ("unstimulated-0.01", "second-agent-3-months", "blood-28-days-old"),
            ("glucocorticoid-3-months", "hepatitis-b-dna-undetected", "data-refuted-cancer"),
            ("belimumab-22-days", "trial-before-3-months", "data-after-screening"),
            ("saliva-inside", "pulmonary-pressure-above-before"),
            ("trigeminal-neuralgia", "trial-on-placebo"),
        ),
        "not_eligible": (
            ("saliva-below", "anc-below", "clotting-above"),
            ("essdai-4", "telitacicept-14-days", "skin-test-6-mm"),
            ("second-agent-under-3-months", "hypertensive-crisis-within-6-months", "clearance-below"),
            ("glucocorticoid-under-3-months", "belimumab-21-days", "heart-failure-tachycardia-within-6-months"),
            ("antibody-negative", "rituximab-telitacicept-too-late", "liver-above"),
            ("breast-cancer", "hiv"),
            ("hepatitis-b-replicating", "allergy-severe", "depression-active"),
            ("rheumatoid-arthritis-treated", "lactating"),
            ("contraception-declined",),
        ),
        "undecided": (
            ("hepatitis-b-dna-never-sent", "second-agent-over-3-months", "essdai-6"),
            ("menopause-11-months", "anc-29-days-old"),
            ("stimulated-missing", "glucocorticoid-over-3-months", "pregnancy-test-29-days"),
            ("medications-not-asserted", "hypertensive-crisis-before-6-months"),
            ("belimumab-day-unclear", "pulse-15-days"),
            ("essdai-missing", "interferon-test-indeterminate"),
            ("antibody-indeterminate", "skin-cancer-date-unclear"),
            ("survival-not-judged", "effective-doses-not-judged"),
            ("consent-not-recorded", "allergies-not-asserted"),
        ),
    },
}
