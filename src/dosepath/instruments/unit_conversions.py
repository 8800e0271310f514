"""Conversions of units: what `core.quantity` converts, exactly and by analyte, as an entry of the catalog."""

from datetime import date

from dosepath.core.instrument import Procedure, Verification
from dosepath.core.source import Citation

UNIT_CONVERSIONS = Procedure(
    "unit_conversions",
    "Conversion of units, mass and moles by analyte",
    "1",
    Citation("Schadow G, McDonald CJ. The Unified Code for Units of Measure"),
    Verification("arithmetic from molar masses, 88.40 for creatinine, 17.104 for bilirubin", date(2026, 11, 25)),
)
