"""Instruments of which, so far, only the result is entered; their items are computed elsewhere.

A result is given as it was entered. `sledai_2k` and `mmt8` have modules of their own, for what is entered leaves cases
open there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dosepath.core.facts import Value
from dosepath.core.instrument import Cases, Field, FieldValue, Item
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation

YES_OR_NO = ("true", "false")


def field_value(value: Value) -> FieldValue | None:
    """Read an entered result as a value of a field; None for a day, which no field holds."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case Quantity(value=number):
            return Interval.at(Fraction(number))
        case _:
            return None


@dataclass(frozen=True, slots=True)
class EnteredResult:
    """An instrument whose fields are the results that are entered.

    Parameters
    ----------
    id, name, version, citation
        As in `core.instrument.Instrument`.
    fields
        Results; each may be entered under its own name.
    feeds
        Further fields that a result stands for, entry to fields.
    one_assessment
        Whether results of different days must not be combined.
    """

    id: str
    name: str
    version: str
    citation: Citation
    fields: Mapping[str, Field]
    feeds: Mapping[str, tuple[str, ...]]
    one_assessment: bool = False

    @property
    def entries(self) -> Mapping[str, Field]:
        """Results that may be entered."""
        return {name: field for name, field in self.fields.items() if name not in self._fed}

    @property
    def _fed(self) -> frozenset[str]:
        return frozenset(name for names in self.feeds.values() for name in names)

    @property
    def items(self) -> Mapping[str, Item]:
        """None yet."""
        return {}

    def score(self, answers: Mapping[str, Value]) -> Cases:
        """Give no case, for there are no items."""
        return Cases(())

    def cases(self, entered: Mapping[str, Value]) -> Cases:
        """Give the one case of what was entered."""
        case: dict[str, FieldValue] = {}
        for entry, value in entered.items():
            read = field_value(value)
            if read is None:
                continue
            for name in (entry, *self.feeds.get(entry, ())):
                case[name] = read
        missing = tuple(name for name in self.entries if name not in case)
        return Cases((case,) if case else (), open_items=missing)


def _classified(identity: str, name: str, version: str, citation: str) -> EnteredResult:
    fields = {"classified": Field(f"classified by {name}", choices=YES_OR_NO)}
    return EnteredResult(identity, name, version, Citation(citation), fields, {})


EULAR_ACR_SLE_2019 = _classified(
    "eular_acr_sle_2019",
    "2019 EULAR/ACR classification criteria for SLE",
    "2019",
    "Aringer M, Costenbader K, Daikh D et al. Ann Rheum Dis 2019;78:1151-1159",
)
ACR_EULAR_SSC_2013 = _classified(
    "acr_eular_ssc_2013",
    "2013 ACR/EULAR classification criteria for systemic sclerosis",
    "2013",
    "van den Hoogen F, Khanna D, Fransen J et al. Ann Rheum Dis 2013;72:1747-1755",
)
SJOGREN_ACR_EULAR_2016 = _classified(
    "sjogren_acr_eular_2016",
    "2016 ACR/EULAR classification criteria for primary Sjögren's syndrome",
    "2016",
    "Shiboski CH, Shiboski SC, Seror R et al. Ann Rheum Dis 2017;76:9-16",
)
LEROY_1988 = EnteredResult(
    "leroy_1988",
    "LeRoy subset of systemic sclerosis",
    "1988",
    Citation("LeRoy EC, Black C, Fleischmajer R et al. J Rheumatol 1988;15:202-205"),
    {"subset": Field("skin subset", choices=("diffuse", "limited", "none"))},
    {},
)
CHCC_2012 = EnteredResult(
    "chcc_2012",
    "2012 Chapel Hill consensus nomenclature of vasculitides",
    "2012",
    Citation("Jennette JC, Falk RJ, Bacon PA et al. Arthritis Rheum 2013;65:1-11"),
    {"diagnosis": Field("diagnosis", choices=("GPA", "MPA", "EGPA", "other"))},
    {},
)
BVAS_V3 = EnteredResult(
    "bvas_v3",
    "Birmingham Vasculitis Activity Score",
    "3",
    Citation("Mukhtyar C, Lee R, Brown D et al. Ann Rheum Dis 2009;68:1827-1832"),
    {
        "major_items": Field("items that are major in BVAS/WG", unit="1"),
        "other_items": Field("other items", unit="1"),
        "major_items_weight_ge_6": Field("items of 6 points or more", unit="1"),
        "other_items_weight_ge_6": Field("items below 6 points", unit="1"),
    },
    # Counts are entered under the reading in force, so one entry serves both profiles.
    {"major_items": ("major_items_weight_ge_6",), "other_items": ("other_items_weight_ge_6",)},
    one_assessment=True,
)
IIM_EULAR_ACR_2017 = EnteredResult(
    "iim_eular_acr_2017",
    "2017 EULAR/ACR classification criteria for idiopathic inflammatory myopathies",
    "2017",
    Citation("Lundberg IE, Tjärnlund A, Bottai M et al. Ann Rheum Dis 2017;76:1955-1964"),
    {"probability": Field("probability of IIM", unit="%")},
    {},
)
HAQ_DI = EnteredResult(
    "haq_di",
    "Health Assessment Questionnaire disability index",
    "1980",
    Citation("Fries JF, Spitz P, Kraines RG, Holman HR. Arthritis Rheum 1980;23:137-145"),
    {"score": Field("disability index", unit="1")},
    {},
)
ESSDAI = EnteredResult(
    "essdai",
    "EULAR Sjögren's syndrome disease activity index",
    "2010",
    Citation("Seror R, Ravaud P, Bowman SJ et al. Ann Rheum Dis 2010;69:1103-1109"),
    {
        "total_8_domains": Field("score of the eight domains of the trial", unit="1"),
        "total": Field("score of all twelve domains", unit="1"),
    },
    {},
)
