"""2022 ACR/EULAR classification criteria for microscopic polyangiitis (MPA).

Six findings add up, three of them with points below zero: disease of the nose takes three off, cANCA or PR3 one, many
eosinophils four. MPA is classified from 5 points on; totals reach from -8 to 12. The finding of the nose is that of the
criteria for GPA, where it adds three. A finding that was not assessed may add its points or none.

The criteria are for people in whom vasculitis of small or medium vessels has been diagnosed and mimics are excluded.

Verification: points, cut-off and range against an open implementation with tests (clay-good/sophiewell.com); shared
cases, 2026-11-25.
"""

from datetime import date

from dosepath.core.instrument import Verification
from dosepath.core.source import Citation
from dosepath.instruments.acr_eular_vasculitis_2022 import FIELDS, MANY_EOSINOPHILS, Points
from dosepath.instruments.scale import Scale

POINTS = Points(
    "MPA",
    {
        "panca_or_mpo": 6,
        "pauci_immune_gn": 3,
        "fibrosis_or_ild": 3,
        "nasal": -3,
        "canca_or_pr3": -1,
        MANY_EOSINOPHILS: -4,
    },
)

ACR_EULAR_MPA_2022 = Scale(
    "acr_eular_mpa_2022",
    "2022 ACR/EULAR classification criteria for microscopic polyangiitis",
    "2022",
    Citation(
        "Suppiah R, Robson JC, Grayson PC et al. Arthritis Rheumatol 2022;74:400-406; Ann Rheum Dis 2022;81:321-326",
        "10.1002/art.41983",
    ),
    Verification("an open implementation with tests", date(2026, 11, 25)),
    POINTS.items,
    FIELDS,
    POINTS.outcome,
)
