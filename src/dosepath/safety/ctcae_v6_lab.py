"""CTCAE version 6, adverse events that are graded from measurements: 43 terms.

What the form asks, and how a grade comes about, stands in `ctcae_lab_form`; the table in `ctcae_lab_v6`. Do not mix it
with version 5 in one trial: neutrophils of 0.4 are grade 4 there and grade 3 here.

Verification: figures against the reference table of grade texts; the 474 cases of the open implementation admiral for
this version (SI and US units) agree under its reading.
"""

from typing import Final

from dosepath.safety.ctcae_lab_form import laboratory_scale
from dosepath.safety.ctcae_lab_v6 import V6

CTCAE_V6_LAB: Final = laboratory_scale(V6, "ctcae_v6_lab", "grade texts of all 43 terms, 474 cases of admiral")
