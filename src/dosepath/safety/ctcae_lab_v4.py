"""Measured terms of CTCAE version 4, in the notation of `ctcae_lab_notation`.

Liver enzymes and bilirubin know no baseline here; creatinine and INR rise above the baseline from grade 1 on.
"""

from typing import Final

from dosepath.safety.ctcae_lab import Edition
from dosepath.safety.ctcae_lab_common import COMMON
from dosepath.safety.ctcae_lab_notation import read_terms

_TABLE: Final = """
Alanine aminotransferase increased: high; any
  4  value > 20 ULN
  3  value > 5 ULN
  2  value > 3 ULN
  1  value > ULN

Alkaline phosphatase increased: high; any
  4  value > 20 ULN
  3  value > 5 ULN
  2  value > 2.5 ULN
  1  value > ULN

Aspartate aminotransferase increased: high; any
  4  value > 20 ULN
  3  value > 5 ULN
  2  value > 3 ULN
  1  value > ULN

Blood bilirubin increased: high; any
  4  value > 10 ULN
  3  value > 3 ULN
  2  value > 1.5 ULN
  1  value > ULN

CPK increased: high; any
  4  value > 10 ULN
  3  value > 5 ULN
  2  value > 2.5 ULN
  1  value > ULN

Creatinine increased: high; any
  4  value > 6 ULN
  3  value > 3 ULN
  3  value > 3 BASE
  2  value > 1.5 ULN
  2  value > 1.5 BASE
  1  value > ULN
  1  value > BASE

Fibrinogen decreased: low; fibrinogen
  4  value < 0.5
  4  value < 0.25 LLN
  4  pchg <= -75
  3  value < 0.5 LLN
  3  pchg <= -50
  2  value < 0.75 LLN
  2  pchg <= -25
  1  value < LLN
  1  pchg < 0

GGT increased: high; any
  4  value > 20 ULN
  3  value > 5 ULN
  2  value > 2.5 ULN
  1  value > ULN

Hemoglobin increased: high; protein
  3  not base_high and value > ULN + 40
  3  base_high and value > BASE + 40
  2  not base_high and value > ULN + 20
  2  base_high and value > BASE + 20
  1  not base_high and value > ULN
  1  base_high and value > BASE

INR increased: high; any
  3  value > 2.5 ULN
  3  anticoagulated and value > 2.5 BASE
  2  value > 1.5 ULN
  2  anticoagulated and value > 1.5 BASE
  1  value > ULN
  1  anticoagulated and value > BASE

Lipase increased: high; any
  4  value > 5 ULN
  3  value > 2 ULN
  2  value > 1.5 ULN
  1  value > ULN

Lymphocyte count decreased: low; cells
  4  value < 0.2
  3  value < 0.5
  2  value < 0.8
  1  value < LLN

Neutrophil count decreased: low; cells
  4  value < 0.5
  3  value < 1.0
  2  value < 1.5
  1  value < LLN

Platelet count decreased: low; cells
  4  value < 25
  3  value < 50
  2  value < 75
  1  value < LLN

Serum amylase increased: high; any
  4  value > 5 ULN
  3  value > 2 ULN
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
  1  value > ULN

Hypernatremia: high; mmol/L
  4  value > 160
  4* life_threatening
  3  value > 155
  3* hospitalised
  2  value > 150
  1  value > ULN

Hyperuricemia: high; umol/L or mg/dL
  4  value > 590 | 10
  4* life_threatening
  3  value > ULN and physiologic_consequences
  1  value > ULN

Hyponatremia: low; mmol/L
  4  value < 120
  4* life_threatening
  3  value < 130
  1  value < LLN

Hypophosphatemia: low; mmol/L or mg/dL
  4  value < 0.3 | 1.0
  4* life_threatening
  3  value < 0.6 | 2.0
  2  value < 0.8 | 2.5
  1  value < LLN
"""

V4: Final = Edition("4", "Common Terminology Criteria for Adverse Events v4", {**COMMON, **read_terms(_TABLE)})
