"""2022 ACR/EULAR classification criteria for granulomatosis with polyangiitis (GPA).

Ten findings add up, two of them with points below zero: pANCA or MPO takes one off, many eosinophils take four. GPA is
classified from 5 points on; totals reach from -5 to 17. A finding that was not assessed may add its points or none, so
one with points below zero lowers the least total. Eosinophils count from 1.0 x 10^9/L on: answered as such, or as a
count.

The criteria are for people in whom vasculitis of small or medium vessels has been diagnosed and mimics are excluded.
They are no diagnosis: `chcc_2012` holds the clinical one.

Verification: points, cut-off and range against an open implementation with tests (clay-good/sophiewell.com); shared
cases, 2026-11-25. From memory: the details of disease of cartilage and of
granuloma on biopsy.
"""

from datetime import date

from dosepath.core.instrument import Verification
from dosepath.core.source import Citation
from dosepath.instruments.acr_eular_vasculitis_2022 import FIELDS, MANY_EOSINOPHILS, Points
from dosepath.instruments.scale import Scale

POINTS = Points(
    "GPA",
    {
        "nasal": 3,
        "cartilage": 2,
        "hearing_loss": 1,
        "canca_or_pr3": 5,
        "pulmonary_nodules": 2,
        "granuloma_biopsy": 2,
        "sinus_imaging": 1,
        "pauci_immune_gn": 1,
        "panca_or_mpo": -1,
        MANY_EOSINOPHILS: -4,
    },
)

ACR_EULAR_GPA_2022 = Scale(
    "acr_eular_gpa_2022",
    "2022 ACR/EULAR classification criteria for granulomatosis with polyangiitis",
    "2022",
    Citation(
        "Robson JC, Grayson PC, Ponte C et al. Arthritis Rheumatol 2022;74:393-399; Ann Rheum Dis 2022;81:315-320",
        "10.1002/art.41986",
    ),
    Verification(
        "an open implementation with tests",
        date(2026, 11, 25),
        "details of disease of cartilage and of granuloma on biopsy",
    ),
    POINTS.items,
    FIELDS,
    POINTS.outcome,
)
