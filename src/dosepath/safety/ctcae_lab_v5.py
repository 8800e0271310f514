"""Measured terms of CTCAE version 5, in the notation of `ctcae_lab_notation`.

Liver enzymes and bilirubin turn to multiples of the baseline when that was above normal; CPK does not, so a patient
with myositis may have a high grade before dosing. Glucose and phosphate have lost their figures and are graded by what
was done. Besides results of a laboratory the table holds what else is measured: pressure, lungs, heart, weight.

The baseline part of fibrinogen begins "if abnormal": the text reading takes that for a baseline below normal, admiral
for the value itself. GGT at exactly twice an abnormal baseline is grade 1 in the text ("2.0 - 2.5") and not in admiral.
FEV1 from above 49 to below 50 percent is in no grade of the text and counts as below 50.
"""

from typing import Final

from dosepath.safety.ctcae_lab import Edition
from dosepath.safety.ctcae_lab_common import COMMON
from dosepath.safety.ctcae_lab_notation import read_terms

_TABLE: Final = """
Hemoglobin increased: high; protein
  3  value > ULN + 40
  2  value > ULN + 20
  1  value > ULN

Neutrophil count decreased: low; cells
  4  value < 0.5
  3  value < 1.0
  2  value < 1.5
  1  value < LLN

Lymphocyte count decreased: low; cells
  4  value < 0.2
  3  value < 0.5
  2  value < 0.8
  1  value < LLN

Platelet count decreased: low; cells
  4  value < 25
  3  value < 50
  2  value < 75
  1  value < LLN

Eosinophilia: high; any
  3* steroids_started
  1  value > ULN and value > BASE

INR increased: high; any
  3  not anticoagulated and value > 2.5
  3  anticoagulated and value > 2.5 BASE
  3* bleeding
  2  not anticoagulated and value > 1.5
  2  anticoagulated and value > 1.5 BASE
  2* dose_adjusted
  1  not anticoagulated and value > 1.2
  1  anticoagulated and value > BASE

Fibrinogen decreased: low; fibrinogen
  4  value < 0.5
  4  value < 0.25 LLN
  4  value < LLN and base_low and pchg <= -75 [text]
  4  value < LLN and pchg <= -75 [admiral]
  3  value < 0.5 LLN
  3  value < LLN and base_low and pchg <= -50 [text]
  3  value < LLN and pchg <= -50 [admiral]
  2  value < 0.75 LLN
  2  value < LLN and base_low and pchg <= -25 [text]
  2  value < LLN and pchg <= -25 [admiral]
  1  value < LLN

Alanine aminotransferase increased: high; any
  4  not base_high and value > 20 ULN
  4  base_high and value > 20 BASE
  3  not base_high and value > 5 ULN
  3  base_high and value > 5 BASE
  2  not base_high and value > 3 ULN
  2  base_high and value > 3 BASE
  1  not base_high and value > ULN
  1  base_high and value >= 1.5 BASE

Aspartate aminotransferase increased: high; any
  4  not base_high and value > 20 ULN
  4  base_high and value > 20 BASE
  3  not base_high and value > 5 ULN
  3  base_high and value > 5 BASE
  2  not base_high and value > 3 ULN
  2  base_high and value > 3 BASE
  1  not base_high and value > ULN
  1  base_high and value >= 1.5 BASE

Alkaline phosphatase increased: high; any
  4  not base_high and value > 20 ULN
  4  base_high and value > 20 BASE
  3  not base_high and value > 5 ULN
  3  base_high and value > 5 BASE
  2  not base_high and value > 2.5 ULN
  2  base_high and value > 2.5 BASE
  1  not base_high and value > ULN
  1  base_high and value >= 2 BASE

GGT increased: high; any
  4  not base_high and value > 20 ULN
  4  base_high and value > 20 BASE
  3  not base_high and value > 5 ULN
  3  base_high and value > 5 BASE
  2  not base_high and value > 2.5 ULN
  2  base_high and value > 2.5 BASE
  1  not base_high and value > ULN
  1  base_high and value >= 2 BASE [text]
  1  base_high and value > 2 BASE [admiral]

Blood bilirubin increased: high; any
  4  not base_high and value > 10 ULN
  4  base_high and value > 10 BASE
  3  not base_high and value > 3 ULN
  3  base_high and value > 3 BASE
  2  not base_high and value > 1.5 ULN
  2  base_high and value > 1.5 BASE
  1  not base_high and value > ULN
  1  base_high and value > BASE

CPK increased: high; any
  4  value > 10 ULN
  3  value > 5 ULN
  2  value > 2.5 ULN
  1  value > ULN

Blood lactate dehydrogenase increased: high; any
  1  value > ULN

Lipase increased: high; any
  4  symptomatic and value > 5 ULN
  3  value > 5 ULN
  3  symptomatic and value > 2 ULN
  2  value > 1.5 ULN
  1  value > ULN

Serum amylase increased: high; any
  4  symptomatic and value > 5 ULN
  3  value > 5 ULN
  3  symptomatic and value > 2 ULN
  2  value > 1.5 ULN
  1  value > ULN

Creatinine increased: high; any
  4  value > 6 ULN
  3  value > 3 ULN
  3  value > 3 BASE
  2  value > 1.5 ULN
  2  value > 1.5 BASE
  1  value > ULN

Chronic kidney disease: low; filtration
  4  value < 15
  3  value < 30
  2  value < 60
  1  value < LLN
  1  upcr > 0.5
  1  dipstick >= 2

Proteinuria: high; g a day
  3  value >= 3.5
  3  dipstick >= 4
  2  value >= 1.0
  2  dipstick >= 2
  1  value >= ULN
  1  dipstick >= 1

Urine output decreased: low; mL
  4  value < 240
  3  volume_8h < 80

Hyponatremia: low; mmol/L
  4  value < 120
  4* life_threatening
  3  value < 125
  3  value <= 129 and symptomatic
  2  value <= 129
  1  value < LLN

Hypernatremia: high; mmol/L
  4  value > 160
  4* life_threatening
  3  value > 155
  3* hospitalised
  2  value > 150
  2* treated
  1  value > ULN

Hyperkalemia: high; mmol/L
  4  value > 7.0
  4* life_threatening
  3  value > 6.0
  3* hospitalised
  2  value > 5.5
  2* treated
  1  value > ULN

Hyperglycemia: high; any
  4* life_threatening
  3* insulin_started or hospitalised
  2* management_changed
  1  value > BASE and value > ULN

Hypophosphatemia: low; any
  4* life_threatening
  3* hospitalised
  2* oral_replacement
  1  value < LLN

Hyperphosphatemia: high; any
  4* life_threatening
  3* hospitalised
  2* noninvasive_intervention
  1  value > ULN

Hyperuricemia: high; any
  4* life_threatening
  3  value > ULN and physiologic_consequences
  1  value > ULN

Blood bicarbonate decreased: low; any
  1  value < LLN

Cardiac troponin I increased: high; any
  3  value >= MI_CUTOFF
  1  value > ULN

Cardiac troponin T increased: high; any
  3  value >= MI_CUTOFF
  1  value > ULN

Thyroid stimulating hormone increased: high; any
  1  value > ULN

Ejection fraction decreased: low; %
  4  value < 20
  3  value < 40
  3  value <= BASE - 20
  2  value <= 50
  2  value <= BASE - 10

Electrocardiogram QT corrected interval prolonged: high; ms
  4* serious_arrhythmia
  3  value >= 501
  3  value > BASE + 60
  2  value >= 481
  1  value >= 450

Vital capacity abnormal: low; %
  3  value < 50
  2  value < 75
  1  value <= 90

Forced expiratory volume decreased: low; %
  4  value < 50
  3  value < 60
  2  value < 70
  1  value <= 99

Carbon monoxide diffusing capacity decreased: low; any
  3  drop > 8
  3  drop > 5 and symptomatic
  2  drop > 5
  1  drop >= 3

Weight loss: low; any
  3  pchg <= -20
  2  pchg <= -10
  1  pchg <= -5

Weight gain: high; any
  3  pchg >= 20
  2  pchg >= 10
  1  pchg >= 5

Fever: high; Cel
  4  value > 40.0 and hours_above_40 > 24
  3  value > 40.0
  2  value > 39.0
  1  value >= 38.0

Hypertension: high; mm[Hg]
  4* life_threatening
  3  value >= 160
  3  diastolic >= 100
  3* multi_drug
  2  value >= 140
  2  diastolic >= 90
  2* monotherapy_started
  1  value >= 120
  1  diastolic >= 80

Febrile neutropenia: other; cells
  4* life_threatening
  3  value < 1.0 and temperature > 38.3
  3  value < 1.0 and temperature >= 38.0 and hours_at_38 > 1
"""

V5: Final = Edition("5.0", "Common Terminology Criteria for Adverse Events v5.0", {**COMMON, **read_terms(_TABLE)})
