"""Measured terms that CTCAE versions 4, 5 and 6 word alike, in the notation of `ctcae_lab_notation`.

Figures: the grade texts of the National Cancer Institute (a work of the US Government), as gathered in the project's
reference tables. Ionised calcium in mg/dL is four times mmol/L, as the open implementation admiral has it; the text
gives mmol/L alone. Triglycerides begin grade 1 at 1.71 mmol/L in the text and above it in admiral.
"""

from typing import Final

from dosepath.safety.ctcae_lab_notation import read_terms

_TABLE: Final = """
Anemia: low; anaemia
  4* life_threatening or urgent_intervention
  3  value < 80 | 4.9
  3* transfusion_indicated
  2  value < 100 | 6.2
  1  value < LLN

Leukocytosis: high; cells
  4* leukostasis or urgent_intervention
  3  value > 100

Activated partial thromboplastin time prolonged: high; any
  3  value > 2.5 ULN
  3* bleeding
  2  value > 1.5 ULN
  1  value > ULN

CD4 lymphocytes decreased: low; CD4 cells
  4  value < 0.05
  3  value < 0.2
  2  value < 0.5
  1  value < LLN

Cholesterol high: high; mmol/L or mg/dL
  4  value > 12.92 | 500
  3  value > 10.34 | 400
  2  value > 7.75 | 300
  1  value > ULN

Haptoglobin decreased: low; any
  1  value < LLN

Lymphocyte count increased: high; cells
  3  value > 20
  2  value > 4

White blood cell decreased: low; cells
  4  value < 1.0
  3  value < 2.0
  2  value < 3.0
  1  value < LLN

Acidosis: low; any
  4* life_threatening
  3  value < 7.3
  1  value < LLN

Alkalosis: high; any
  4* life_threatening
  3  value > 7.5
  1  value > ULN

Hypercalcemia: high; mmol/L or mg/dL
  4  value > 3.4 | 13.5
  4* life_threatening
  3  value > 3.1 | 12.5
  3* hospitalised
  2  value > 2.9 | 11.5
  2* symptomatic
  1  value > ULN

Hypercalcemia (ionized): high; mmol/L or mg/dL
  4  value > 1.8 | 7.2
  4* life_threatening
  3  value > 1.6 | 6.4
  3* hospitalised
  2  value > 1.5 | 6.0
  2* symptomatic
  1  value > ULN

Hypermagnesemia: high; mmol/L or mg/dL
  4  value > 3.30 | 8.0
  4* life_threatening
  3  value > 1.23 | 3.0
  1  value > ULN

Hypertriglyceridemia: high; mmol/L or mg/dL
  4  value > 11.4 | 1000
  4* life_threatening
  3  value > 5.7 | 500
  2  value > 3.42 | 300
  1  value >= 1.71 | 150 [text]
  1  value > 1.71 | 150 [admiral]

Hypoalbuminemia: low; protein
  4* life_threatening or urgent_intervention
  3  value < 20
  2  value < 30
  1  value < LLN

Hypocalcemia: low; mmol/L or mg/dL
  4  value < 1.5 | 6.0
  4* life_threatening
  3  value < 1.75 | 7.0
  3* hospitalised
  2  value < 2.0 | 8.0
  2* symptomatic
  1  value < LLN

Hypocalcemia (ionized): low; mmol/L or mg/dL
  4  value < 0.8 | 3.2
  4* life_threatening
  3  value < 0.9 | 3.6
  3* hospitalised
  2  value < 1.0 | 4.0
  2* symptomatic
  1  value < LLN

Hypoglycemia: low; mmol/L or mg/dL
  4  value < 1.7 | 30
  4* life_threatening or seizures
  3  value < 2.2 | 40
  2  value < 3.0 | 55
  1  value < LLN

Hypokalemia: low; mmol/L
  4  value < 2.5
  4* life_threatening
  3  value < 3.0
  3* hospitalised
  2  value < LLN and symptomatic
  2  value < LLN and treated
  1  value < LLN

Hypomagnesemia: low; mmol/L or mg/dL
  4  value < 0.3 | 0.7
  4* life_threatening
  3  value < 0.4 | 0.9
  2  value < 0.5 | 1.2
  1  value < LLN
"""

COMMON: Final = read_terms(_TABLE)
"""Terms of every version."""
