"""CTCAE version 5, adverse events that are graded from measurements: 61 terms.

What the form asks, and how a grade comes about, stands in `ctcae_lab_form`; the table in `ctcae_lab_v5`.

Traps. Exactly 5.0 times the upper limit is grade 2 of ALT; neutrophils of exactly 0.5 are grade 3, while ICAHT counts
them with the worst. AST, ALT and CK in myositis, creatinine and protein in nephritis start abnormal. Haemoglobin in
mmol/L has limits of its own and does not convert. Limits of normal change between laboratories: they belong to the
sample.

Verification: figures of 40 terms against the reference table of grade texts, of all 61 against the project's reference
notes; the 497 cases of the open implementation admiral for this version (SI and US units) agree under its reading.
"""

from typing import Final

from dosepath.safety.ctcae_lab_form import laboratory_scale
from dosepath.safety.ctcae_lab_v5 import V5

CTCAE_V5_LAB: Final = laboratory_scale(
    V5, "ctcae_v5_lab", "grade texts of 40 terms, reference notes of all 61, 497 cases of admiral"
)
