"""All instruments, formulas and dose tables that a protocol may name."""

from functools import lru_cache

from dosepath.core.instrument import Catalog, Instrument
from dosepath.instruments.acr_eular_ssc_2013 import AcrEularSsc2013
from dosepath.instruments.bvas_v3 import BvasV3
from dosepath.instruments.cockcroft_gault import CockcroftGault
from dosepath.instruments.entered import CHCC_2012, HAQ_DI
from dosepath.instruments.essdai import Essdai
from dosepath.instruments.eular_acr_sle_2019 import EularAcrSle2019
from dosepath.instruments.iim_eular_acr_2017 import IimEularAcr2017
from dosepath.instruments.leroy_1988 import LeRoy1988
from dosepath.instruments.mmt8 import Mmt8
from dosepath.instruments.prednisone_equivalent import MYCOPHENOLATE_MOFETIL_EQUIVALENT, PREDNISONE_EQUIVALENT
from dosepath.instruments.sjogren_acr_eular_2016 import SjogrenAcrEular2016
from dosepath.instruments.sledai_2k import Sledai2K


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """Give the catalog of everything in this package."""
    instruments: tuple[Instrument, ...] = (
        Sledai2K(),
        EularAcrSle2019(),
        AcrEularSsc2013(),
        LeRoy1988(),
        CHCC_2012,
        BvasV3(),
        IimEularAcr2017(),
        Mmt8(),
        HAQ_DI,
        SjogrenAcrEular2016(),
        Essdai(),
    )
    formulas = (CockcroftGault(),)
    tables = (PREDNISONE_EQUIVALENT, MYCOPHENOLATE_MOFETIL_EQUIVALENT)
    return Catalog(
        {item.id: item for item in instruments},
        {item.id: item for item in formulas},
        {item.id: item for item in tables},
    )
