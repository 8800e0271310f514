"""Modified Rodnan skin score: how thick the skin is at seventeen places in systemic sclerosis.

Each place is felt between two fingers and graded from 0, normal, to 3, cannot be folded or moved; the total is the
sum, 0 to 51. A place that was not felt may have any grade, and nothing is scaled up for it. Progression compares the
total with an earlier one, in percent of the earlier one. From an earlier total of 0 there is no percentage: any
increase is then an increase from nothing. Below an earlier total of 10 one point is more than 10 %, while two
observers differ by four or five points: such a progression should be looked at by the same assessor again.

Verification: places, grades and range 0 to 51 as gathered in the project's reference notes (one open implementation
with tests); 17 x 3 = 51; shared cases, 2026-11-25. From memory: what the grades mean, and how far observers differ.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from dosepath.core.instrument import Field, Flag, Item, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words, stated
from dosepath.instruments.items import at, by_id, whole
from dosepath.instruments.scale import Outcome, Scale, case_of

WORST = 3
"""Highest grade of a place; the lowest is 0."""

SIDES = {"r": "right", "l": "left"}
ARMS = {"fingers": "fingers", "hand": "back of the hand", "forearm": "forearm", "upper_arm": "upper arm"}
MIDLINE = {"face": "face", "chest": "front of the chest", "abdomen": "abdomen"}
LEGS = {"thigh": "thigh", "leg": "lower leg", "foot": "back of the foot"}


def _sided(places: Mapping[str, str]) -> dict[str, str]:
    return {f"{place}_{side}": f"{label}, {word}" for place, label in places.items() for side, word in SIDES.items()}


SITES: Mapping[str, str] = {**_sided(ARMS), **MIDLINE, **_sided(LEGS)}
"""The seventeen places, from the fingers to the feet."""

HIGHEST = WORST * len(SITES)

SMALL_BASELINE = 10
"""Earlier total below which one point is more than 10 %."""

_GRADES = {
    "0": "normal",
    "1": "thickened, folds easily",
    "2": "hard to fold, moves",
    "3": "cannot be folded or moved",
}


def _site_item(site: str, label: str) -> Item:
    row, _, side = label.partition(", ")
    return replace(at(whole(site, label, 0, WORST), section="skin", row=row, column=side), labels=_GRADES)


_SITE_ITEMS = by_id(_site_item(site, label) for site, label in SITES.items())
_PREVIOUS = at(
    whole("previous", "total of the earlier assessment that this one is compared with", 0, HIGHEST),
    section="earlier assessment",
)


def progression_percent(previous: Interval, now: Interval) -> Interval | None:
    """Give the change from an earlier total in percent of it; None where the earlier total is not known or 0.

    Examples
    --------
    >>> progression_percent(Interval.at(20), Interval.at(22)) == Interval.at(10)
    True
    """
    if not previous.exact or not previous.low:
        return None
    return (now - previous).times(100 / previous.low)


def _rule(said: Answers) -> Outcome:
    grades = {site: stated(said, item) for site, item in _SITE_ITEMS.items()}
    total = sum(grades.values(), Interval.at(0))
    previous = stated(said, _PREVIOUS)
    progression = progression_percent(previous, total)
    return Outcome(
        (case_of(total=total, progression=progression),),
        said.open((*_SITE_ITEMS, _PREVIOUS.id)),
        _flags(previous, total),
        steps=_steps(said, total, progression),
    )


def _flags(previous: Interval, total: Interval) -> tuple[Flag, ...]:
    if not previous.exact or previous.low is None or total.high is None:
        return ()
    if previous.low == 0:
        return (
            Flag("baseline_zero", "the earlier total is 0: no percentage; any increase is an increase from nothing"),
        )
    if previous.low < SMALL_BASELINE and total.high > previous.low:
        text = f"one point of {previous.low} is more than 10 %: inside the error between observers"
        return (Flag("inside_observer_error", text),)
    return ()


def _steps(said: Answers, total: Interval, progression: Interval | None) -> tuple[str, ...]:
    thick = [f"{site} {said.numbers[site]}" for site in _SITE_ITEMS if said.numbers.get(site)]
    lines = [f"places with thick skin: {', '.join(thick) or 'none'}"]
    not_felt = len(said.open(_SITE_ITEMS))
    if not_felt:
        lines.append(f"{not_felt} of {len(SITES)} places not felt: 0 to {WORST} points each")
    lines.append(f"total {in_words(total)}")
    if progression is not None:
        lines.append(f"change from {said.numbers[_PREVIOUS.id]}: {in_words(progression)} %")
    return tuple(lines)


_TOTAL = {"total": Field("modified Rodnan skin score", unit="1")}

MRSS = Scale(
    "mrss",
    "Modified Rodnan skin score",
    "17 sites, 0 to 3",
    Citation("Clements P, Lachenbruch P, Seibold J et al. J Rheumatol 1995;22:1281-1285"),
    Verification(
        "one open implementation with tests; 17 x 3 = 51",
        date(2026, 11, 25),
        "meaning of the grades, error between observers",
    ),
    {**_SITE_ITEMS, _PREVIOUS.id: _PREVIOUS},
    {**_TOTAL, "progression": Field("change from the earlier total, in percent of it", unit="%")},
    _rule,
    entries=_TOTAL,
)
