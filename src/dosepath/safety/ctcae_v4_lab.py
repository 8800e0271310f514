"""CTCAE version 4, adverse events that are graded from measurements: 42 terms.

What the form asks, and how a grade comes about, stands in `ctcae_lab_form`; the table in `ctcae_lab_v4`. Kept for
trials that began under it and for old grades, which mean something else than those of version 5: creatinine above
baseline is grade 1 here, sodium below 130 grade 3.

Verification: figures against the reference table of grade texts; the 554 cases of the open implementation admiral for
this version (SI and US units) agree under its reading.
"""

from typing import Final

from dosepath.safety.ctcae_lab_form import laboratory_scale
from dosepath.safety.ctcae_lab_v4 import V4

CTCAE_V4_LAB: Final = laboratory_scale(V4, "ctcae_v4_lab", "grade texts of all 42 terms, 554 cases of admiral")
