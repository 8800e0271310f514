"""Where each instrument belongs in a list for people: a disease, or what it looks at."""

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Area(Enum):
    """A part of the list, in the order of the list."""

    LUPUS = "lupus"
    SJOGREN = "sjogren"
    SCLERODERMA = "scleroderma"
    MYOSITIS = "myositis"
    VASCULITIS = "vasculitis"
    ORGANS = "organs"
    CELLS = "cells"
    TOXICITY = "toxicity"
    OTHER = "other"


_MEMBERS: Final[Mapping[Area, tuple[str, ...]]] = {
    Area.LUPUS: (
        *("sledai_2k", "pga", "eular_acr_sle_2019", "sri4", "bicla", "lldas", "doris_2021"),
        "lupus_nephritis_response",
    ),
    Area.SJOGREN: ("essdai", "esspri", "salivary_flow", "sjogren_acr_eular_2016", "star_cress"),
    Area.SCLERODERMA: ("mrss", "leroy_1988", "acr_eular_ssc_2013", "ssc_ild_activity", "acr_criss"),
    Area.MYOSITIS: ("mmt8", "iim_eular_acr_2017", "imacs_tis_2016"),
    Area.VASCULITIS: (
        *("bvas_v3", "bvas_wg", "acr_eular_gpa_2022", "acr_eular_mpa_2022", "chcc_2012"),
        "aav_remission_relapse",
    ),
    Area.ORGANS: (
        *("haq_di", "nyha", "ckd_epi_2021", "cockcroft_gault", "qtcf", "ecg_exclusions", "hypertension"),
        *("infection_screen", "childbearing_potential", "prednisone_equivalent", "unit_conversions"),
        "reference_limits",
    ),
    Area.CELLS: ("bsa_lymphodepletion", "cell_dose", "cart_pk", "bcell_igg", "schedule_24m"),
    Area.TOXICITY: (
        *("astct_crs_2019", "ice_icans_2019", "icaht", "t_icaht", "iec_hs", "licats", "infections"),
        *("agvhd_magic", "ctcae_v4_lab", "ctcae_v5_lab", "ctcae_v6_lab", "ctcae_v5_clinical", "dlt_rule"),
    ),
}
_AREA_OF: Final = {name: area for area, names in _MEMBERS.items() for name in names}


def area_of(instrument: str) -> Area:
    """Give the area of an instrument or procedure; of one that is not named here `OTHER`.

    Examples
    --------
    >>> area_of("mrss"), area_of("a new one")
    (<Area.SCLERODERMA: 'scleroderma'>, <Area.OTHER: 'other'>)
    """
    return _AREA_OF.get(instrument, Area.OTHER)


def place_in_list(instrument: str) -> tuple[int, int]:
    """Give a key that sorts instruments by area, and in an area as they are named here."""
    area = area_of(instrument)
    names = _MEMBERS.get(area, ())
    return list(Area).index(area), names.index(instrument) if instrument in names else 0
