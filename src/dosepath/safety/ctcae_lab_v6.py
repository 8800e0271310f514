"""Measured terms of CTCAE version 6, in the notation of `ctcae_lab_notation`.

Multiples of an abnormal baseline are smaller than in version 5 and begin at the baseline itself; alkaline phosphatase
has grade 1 alone, above both baseline and limit; neutrophils and platelets moved their limits down; platelets are named
thrombocytopenia. Creatinine looks at the baseline only when that was below normal. Of the aminotransferases grade 3
reads "baseline was >ULN up to 5 x ULN"; beyond that the text is silent, and the multiples are taken as they stand.

Creatinine clearance has no grade below 10 mL/min. Its ranges are whole numbers: 25 to 26 counts with the milder one,
49 to 50 with none.
"""

from typing import Final

from dosepath.safety.ctcae_lab import Edition
from dosepath.safety.ctcae_lab_common import COMMON
from dosepath.safety.ctcae_lab_notation import read_terms

_TABLE: Final = """
Thrombocytopenia: low; cells
  4  value < 10
  4* life_threatening or urgent_intervention
  3  value < 50
  3* transfusion_indicated
  2  value < 75
  1  value < LLN

Alanine aminotransferase increased: high; any
  4  not base_high and value > 20 ULN
  4  base_high and value > 4 BASE
  3  not base_high and value > 5 ULN
  3  base_high and value > 2 BASE
  2  not base_high and value > 3 ULN
  2  base_high and value > 1.5 BASE
  1  not base_high and value > ULN
  1  base_high and value >= BASE

Alkaline phosphatase increased: high; any
  1  value > BASE and value > ULN

Aspartate aminotransferase increased: high; any
  4  not base_high and value > 20 ULN
  4  base_high and value > 4 BASE
  3  not base_high and value > 5 ULN
  3  base_high and value > 2 BASE
  2  not base_high and value > 3 ULN
  2  base_high and value > 1.5 BASE
  1  not base_high and value > ULN
  1  base_high and value >= BASE

Blood bilirubin increased: high; any
  4  not base_high and value > 10 ULN
  4  base_high and value > 10 BASE
  3  not base_high and value > 3 ULN
  3  base_high and value > 2.5 BASE
  2  not base_high and value > 1.5 ULN
  2  base_high and value > 1.5 BASE
  1  not base_high and value > ULN
  1  base_high and value >= BASE

Blood lactate dehydrogenase increased: high; any
  1  value > ULN

Creatinine clearance decreased: low; clearance
  -  value < 10
  3  value <= 25
  2  value <= 49

Creatinine increased: high; any
  4  value > 6 ULN
  3  value > 3 ULN
  3  base_low and value > 3 BASE
  2  value > 1.5 ULN
  2  base_low and value > 1.5 BASE
  1  value > ULN

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

GGT increased: high; any
  4  not base_high and value > 20 ULN
  4  base_high and value > 10 BASE
  3  not base_high and value > 5 ULN
  3  base_high and value > 3 BASE
  2  not base_high and value > 2.5 ULN
  2  base_high and value > 1.5 BASE
  1  not base_high and value > ULN
  1  base_high and value >= BASE

HDL decreased: low; any
  1  value < LLN

Hemoglobin increased: high; protein
  3  value > ULN + 40
  2  value > ULN + 20
  1  value > ULN

INR increased: high; any
  3  not anticoagulated and value > 2.5
  3  anticoagulated and value > 2.5 BASE
  3* bleeding
  2  not anticoagulated and value > 1.5
  2  anticoagulated and value > 1.5 BASE
  2* dose_adjusted
  1  not anticoagulated and value > 1.2
  1  anticoagulated and value > BASE

LDL increased: high; any
  1  value > ULN

Lipase increased: high; any
  4  symptomatic and value > 5 ULN
  3  value > 5 ULN
  3  symptomatic and value > 3 ULN
  2  value > 1.5 ULN
  1  value > ULN

Neutrophil count decreased: low; cells
  4  value < 0.1
  3  value < 0.5
  2  value < 1.0
  1  value < 1.5

Serum amylase increased: high; any
  4  symptomatic and value > 5 ULN
  3  value > 5 ULN
  3  more_than_mild and value > 2 ULN
  2  value > 1.5 ULN
  1  value > ULN

Hyperglycemia: high; mmol/L or mg/dL
  4  value > 27.8 | 500
  4* life_threatening
  3  value > 13.9 | 250
  3* hospitalised

Hyperglycemia (fasting): high; mmol/L or mg/dL
  4  value > 27.8 | 500
  4* life_threatening
  3  value > 13.9 | 250
  3* hospitalised
  2  value > 8.9 | 160
  1  value > ULN

Hyperkalemia: high; mmol/L
  4  value > 7.0
  4* life_threatening
  3  value > 6.0
  3* hospitalised
  2  value > 5.5
  2* treated
  1  value > ULN

Hypernatremia: high; mmol/L
  4  value > 160
  4* life_threatening
  3  value > 155
  3* hospitalised
  2  value > 150
  2* treated
  1  value > ULN

Hyperuricemia: high; any
  4* life_threatening
  3  value > ULN and physiologic_consequences
  1  value > ULN

Hyponatremia: low; mmol/L
  4  value < 120
  4* life_threatening
  3  value < 125
  3  value < 130 and symptomatic
  2  value < 130
  1  value < LLN
"""

V6: Final = Edition("6.0", "Common Terminology Criteria for Adverse Events v6.0", {**COMMON, **read_terms(_TABLE)})
