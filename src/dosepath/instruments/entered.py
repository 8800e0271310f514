"""Results that are entered as such, and the instruments of which nothing else is read.

`haq_di` and `chcc_2012` are given as they were entered. The instruments with items have modules of their own and take
entered results as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from dosepath.core.facts import Value
from dosepath.core.instrument import Cases, Field, FieldValue, Item
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation

NO_FEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


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


def entered_cases(
    entries: Mapping[str, Field], entered: Mapping[str, Value], feeds: Mapping[str, tuple[str, ...]] = NO_FEEDS
) -> Cases:
    """Give the one case of what was entered.

    Parameters
    ----------
    entries
        Results that may be entered.
    entered
        Results that were.
    feeds
        Further fields that a result stands for, entry to fields.

    Examples
    --------
    >>> entered_cases({"classified": Field("classified", choices=("true", "false"))}, {"classified": True}).possible
    ({'classified': 'true'},)
    """
    case: dict[str, FieldValue] = {}
    for entry, value in entered.items():
        read = field_value(value)
        if read is None:
            continue
        for name in (entry, *feeds.get(entry, ())):
            case[name] = read
    missing = tuple(name for name in entries if name not in case)
    return Cases((case,) if case else (), open_items=missing)


@dataclass(frozen=True, slots=True)
class EnteredResult:
    """An instrument whose fields are the results that are entered."""

    id: str
    name: str
    version: str
    citation: Citation
    fields: Mapping[str, Field]
    one_assessment: bool = False

    @property
    def entries(self) -> Mapping[str, Field]:
        """Results that may be entered."""
        return self.fields

    @property
    def items(self) -> Mapping[str, Item]:
        """None: no form of this instrument is read."""
        return {}

    def cases(self, entered: Mapping[str, Value]) -> Cases:
        """Give the one case of what was entered."""
        return entered_cases(self.entries, entered)

    def score(self, answers: Mapping[str, Value]) -> Cases:
        """Give no case, for there are no items."""
        return Cases(())


CHCC_2012 = EnteredResult(
    "chcc_2012",
    "2012 Chapel Hill consensus nomenclature of vasculitides",
    "2012",
    Citation("Jennette JC, Falk RJ, Bacon PA et al. Arthritis Rheum 2013;65:1-11"),
    {"diagnosis": Field("diagnosis", choices=("GPA", "MPA", "EGPA", "other"))},
)
HAQ_DI = EnteredResult(
    "haq_di",
    "Health Assessment Questionnaire disability index",
    "1980",
    Citation("Fries JF, Spitz P, Kraines RG, Holman HR. Arthritis Rheum 1980;23:137-145"),
    {"score": Field("disability index", unit="1")},
)
