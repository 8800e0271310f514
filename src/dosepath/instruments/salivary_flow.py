"""Whole salivary flow: what is collected, over how long.

Saliva is collected without stimulation ("static"), with it ("dynamic"), or both; flow is the volume over the minutes.
Weighed saliva has one millilitre a gram. A flow of 0.1 mL/min or less without stimulation is abnormal; the older form
of that limit, 1.5 mL in 15 minutes, is the same number. Values are compared unrounded: 1.45 mL in 15 minutes is
abnormal, and is not 0.1. A protocol fixes one time for all collections, with nothing to eat, drink or smoke for an
hour before and no drug that makes saliva flow on that morning. How much flow a trial asks for is the trial's matter.

Verification: formula, limit and conduct as gathered in the project's reference notes (footnote of the STAR table,
classification table of Ann Rheum Dis, a textbook table); shared cases, 2026-11-25.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from dosepath.core.instrument import YES_OR_NO, Field, Flag, Item, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words, parted, stated
from dosepath.instruments.items import amount, by_id
from dosepath.instruments.scale import Outcome, Scale

ABNORMAL_UP_TO = Fraction("0.1")
"""Unstimulated flow, mL/min."""

USUAL_MINUTES = (5, 10, 15)
HIGHEST_FLOW = 10
"""mL/min; more is a slip of volume, time or unit."""

COLLECTIONS: Mapping[str, str] = {
    "unstimulated": "without stimulation (static)",
    "stimulated": "with stimulation (dynamic)",
}


def _items_of(collection: str, label: str) -> dict[str, Item]:
    return by_id(
        (
            amount(f"{collection}_volume", f"saliva collected {label}; one millilitre for each gram", "mL"),
            amount(f"{collection}_minutes", f"time of the collection {label}", "min"),
        )
    )


_ITEMS_OF = {collection: _items_of(collection, label) for collection, label in COLLECTIONS.items()}
_ITEMS = {name: item for items in _ITEMS_OF.values() for name, item in items.items()}


def _rule(said: Answers) -> Outcome:
    instant = [f"{collection}_minutes" for collection in COLLECTIONS if said.number(f"{collection}_minutes") == 0]
    usable = said.without(instant, "a collection over no time has no flow")
    flows = {collection: _flow(usable, *items.values()) for collection, items in _ITEMS_OF.items()}
    return Outcome(
        tuple(
            {
                "unstimulated": part,
                "stimulated": flows["stimulated"],
                "abnormal": "false" if upper else "true",
            }
            for part, upper in parted(flows["unstimulated"], ABNORMAL_UP_TO, below=False)
        ),
        tuple(
            name
            for collection, items in _ITEMS_OF.items()
            for name in usable.open(items)
            if not flows[collection].exact
        ),
        tuple(flag for collection in COLLECTIONS for flag in _flags(usable, collection, flows[collection])),
        tuple(usable.refused[name] for name in instant),
        tuple(_step(usable, collection, flow) for collection, flow in flows.items()),
    )


def _flow(said: Answers, volume: Item, minutes: Item) -> Interval:
    """Give the flow in mL/min; no volume is no flow, whatever the time."""
    collected, time = stated(said, volume), said.number(minutes.id)
    if collected.high == 0:
        return Interval.at(0)
    if time is not None:
        return collected.times(1 / time)
    return Interval(Fraction(0), None, low_open=collected.exact)


def _flags(said: Answers, collection: str, flow: Interval) -> tuple[Flag, ...]:
    found = []
    minutes = said.number(f"{collection}_minutes")
    if minutes is not None and minutes not in USUAL_MINUTES:
        usual = " or ".join(map(str, USUAL_MINUTES))
        found.append(Flag("unusual_time", f"{collection}: saliva is usually collected for {usual} minutes"))
    if flow.exact and flow.low is not None and flow.low > HIGHEST_FLOW:
        text = f"{collection}: more than {HIGHEST_FLOW} mL/min; check volume and time"
        found.append(Flag("beyond_10_ml_min", text))
    return tuple(found)


def _step(said: Answers, collection: str, flow: Interval) -> str:
    volume, minutes = (said.number(item) for item in _ITEMS_OF[collection])
    if volume is None or minutes is None:
        return f"{collection}: {in_words(flow)} mL/min"
    collected, time = in_words(Interval.at(volume)), in_words(Interval.at(minutes))
    return f"{collection}: {collected} mL in {time} min, {in_words(flow)} mL/min"


_FLOWS = {name: Field(f"flow of saliva {label}", unit="mL/min") for name, label in COLLECTIONS.items()}

SALIVARY_FLOW = Scale(
    "salivary_flow",
    "Whole salivary flow, unstimulated and stimulated",
    "1",
    Citation("Navazesh M, Kumar SK. J Am Dent Assoc 2008;139 Suppl:35S-40S"),
    Verification(
        "footnote of the STAR table, classification table of Ann Rheum Dis, a textbook table", date(2026, 11, 25)
    ),
    _ITEMS,
    {**_FLOWS, "abnormal": Field("unstimulated flow of 0.1 mL/min or less", choices=YES_OR_NO)},
    _rule,
    entries=_FLOWS,
)
