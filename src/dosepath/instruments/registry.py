"""All instruments, formulas and dose tables that a protocol may name."""

from functools import lru_cache

from dosepath.core.instrument import Catalog
from dosepath.instruments import entered
from dosepath.instruments.cockcroft_gault import CockcroftGault
from dosepath.instruments.mmt8 import Mmt8
from dosepath.instruments.prednisone_equivalent import MYCOPHENOLATE_MOFETIL_EQUIVALENT, PREDNISONE_EQUIVALENT
from dosepath.instruments.sledai_2k import Sledai2K


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """Give the catalog of everything in this package."""
    instruments = (
        Sledai2K(),
        Mmt8(),
        entered.EULAR_ACR_SLE_2019,
        entered.ACR_EULAR_SSC_2013,
        entered.SJOGREN_ACR_EULAR_2016,
        entered.LEROY_1988,
        entered.CHCC_2012,
        entered.BVAS_V3,
        entered.IIM_EULAR_ACR_2017,
        entered.HAQ_DI,
        entered.ESSDAI,
    )
    formulas = (CockcroftGault(),)
    tables = (PREDNISONE_EQUIVALENT, MYCOPHENOLATE_MOFETIL_EQUIVALENT)
    return Catalog(
        {item.id: item for item in instruments},
        {item.id: item for item in formulas},
        {item.id: item for item in tables},
    )
