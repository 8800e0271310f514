"""The tables of variations, and one index over them all."""

from collections.abc import Mapping

from dosepath.demo.variation import Variation
from dosepath.demo.variations.drugs import DRUGS
from dosepath.demo.variations.illnesses import ILLNESSES
from dosepath.demo.variations.infections import INFECTIONS
from dosepath.demo.variations.lupus import LUPUS
from dosepath.demo.variations.lupus_drugs import LUPUS_DRUGS
from dosepath.demo.variations.myositis import MYOSITIS
from dosepath.demo.variations.organs import ORGANS
from dosepath.demo.variations.person import PERSON
from dosepath.demo.variations.scleroderma import SCLERODERMA
from dosepath.demo.variations.sjogren import SJOGREN
from dosepath.demo.variations.vasculitis import VASCULITIS

VARIATIONS: Mapping[str, Variation] = {
    one.id: one
    for table in (
        ORGANS,
        DRUGS,
        INFECTIONS,
        ILLNESSES,
        PERSON,
        LUPUS,
        LUPUS_DRUGS,
        SCLERODERMA,
        VASCULITIS,
        MYOSITIS,
        SJOGREN,
    )
    for one in table
}
