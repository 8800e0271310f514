"""HAQ-DI, the disability index of the Health Assessment Questionnaire.

Twenty daily activities of the past week in eight categories, each from 0, no difficulty, to 3, unable. A category
counts its worst activity; where it is 0 or 1 and an aid, a device or the help of a person is ticked for the category,
it counts 2. The index is the mean of the categories that have an answer, from 0 to 3, never rounded to eighths; with
fewer than six categories there is none. `haq_adi` is the same without aids and help. The mean over all activities is
another instrument.

A question that the patient left blank is answered with `skipped`: as published, it leaves the rest of its category to
decide, and a category with nothing but skipped questions is left out of the mean, whatever aid is ticked in it. A
question without any answer here was not assessed; then the index has bounds.

The questionnaire is for patients; `rated_by` keeps who filled it in. Aids that are only named in free words have to be
put to their category by a person.

Verification: categories, the rule for aids and help, and the division by the categories that have an answer, against
two public texts of instructions; shared cases, 2026-11-25. From memory: the names of the activities, and the least
number of six categories.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import reduce
from itertools import product

from dosepath.core.instrument import Case, Field, Flag, Item, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import at, by_id, choice, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, case_of

SKIPPED = "skipped"
LEVELS = {
    "no_difficulty": "without any difficulty",
    "some_difficulty": "with some difficulty",
    "much_difficulty": "with much difficulty",
    "unable": "unable to do",
    SKIPPED: "the patient gave no answer",
}
POINTS: Mapping[str, int] = {"no_difficulty": 0, "some_difficulty": 1, "much_difficulty": 2, "unable": 3}

WITH_AID = 2
"""Least points of a category in which an aid or help is ticked."""

LEAST_CATEGORIES = 6
"""Fewer categories with an answer give no index."""


@dataclass(frozen=True, slots=True)
class Category:
    """Activities that count together, and the aids that belong to them."""

    id: str
    label: str
    activities: Mapping[str, str]
    aids: str = ""

    @property
    def aid(self) -> str:
        """Item of the aids, empty where the questionnaire lists none."""
        return f"aid.{self.id}" if self.aids else ""

    @property
    def help(self) -> str:
        """Item of help by another person."""
        return f"help.{self.id}"


CATEGORIES = (
    Category(
        "dressing",
        "dressing and grooming",
        {"dress_self": "dress, with laces and buttons", "shampoo_hair": "shampoo your hair"},
        "devices for dressing",
    ),
    Category(
        "arising",
        "arising",
        {"stand_from_chair": "stand up from a straight chair", "in_out_bed": "get in and out of bed"},
        "special or built-up chair",
    ),
    Category(
        "eating",
        "eating",
        {
            "cut_meat": "cut your meat",
            "lift_cup": "lift a full cup or glass to your mouth",
            "open_carton": "open a new carton of milk",
        },
        "special or built-up utensils",
    ),
    Category(
        "walking",
        "walking",
        {"walk_outdoors_flat": "walk outdoors on flat ground", "climb_five_steps": "climb up five steps"},
        "cane, walker, crutches or wheelchair",
    ),
    Category(
        "hygiene",
        "hygiene",
        {
            "wash_dry_body": "wash and dry your body",
            "tub_bath": "take a bath in a tub",
            "toilet": "get on and off the toilet",
        },
        "raised toilet seat, seat or bar at the bathtub, or long-handled devices in the bathroom",
    ),
    Category(
        "reach",
        "reach",
        {
            "reach_5lb_overhead": "reach up and get down an object of 5 pounds from above your head",
            "pick_up_clothing": "bend down to pick up clothing from the floor",
        },
        "long-handled devices for reach",
    ),
    Category(
        "grip",
        "grip",
        {
            "open_car_door": "open the door of a car",
            "open_jar_previously_opened": "open a jar that has been opened before",
            "turn_faucet": "turn a tap on and off",
        },
        "opener for jars",
    ),
    Category(
        "activities",
        "activities",
        {
            "run_errands": "run errands and shop",
            "in_out_car": "get in and out of a car",
            "chores": "do chores such as vacuuming or work in the yard",
        },
    ),
)

RATED_BY = "rated_by"
PATIENT = "patient"


def _items() -> Iterator[Item]:
    for category in CATEGORIES:
        for activity, label in category.activities.items():
            question = choice(activity, f"{category.label}: are you able to {label}", LEVELS)
            yield at(question, section=category.label)
        if category.aid:
            aids = yes_or_no(category.aid, f"aids or devices for {category.label}: {category.aids}")
            yield at(aids, section=category.label)
        yield at(yes_or_no(category.help, f"help of another person for {category.label}"), section=category.label)
    raters = {PATIENT: "the patient", "physician": "the physician", "other": "somebody else"}
    yield at(choice(RATED_BY, "who filled in the questionnaire", raters), section="the questionnaire")


_ITEMS = by_id(_items())
_SCORE = {"score": Field("disability index", unit="1")}
_FIELDS = {
    **_SCORE,
    "haq_adi": Field("index without aids and help", unit="1"),
    "categories_answered": Field("categories with an answer", unit="1"),
    **{category.id: Field(f"{category.label}, aids and help counted", unit="1") for category in CATEGORIES},
}


@dataclass(frozen=True, slots=True)
class Worst:
    """What a category may count: by its worst activity alone, and with aids and help.

    Parameters
    ----------
    activity, aided
        Points; None where the category surely has no answer.
    unanswered
        Whether it may have no answer.
    """

    activity: Interval | None
    aided: Interval | None
    unanswered: bool


def worst_of(category: Category, said: Answers) -> Worst:
    """Give what a category may count.

    Examples
    --------
    >>> reach = next(category for category in CATEGORIES if category.id == "reach")
    >>> said = Answers({"aid.reach": True}, {"reach_5lb_overhead": "some_difficulty", "pick_up_clothing": "skipped"})
    >>> worst_of(reach, said).activity == Interval.at(1), worst_of(reach, said).aided == Interval.at(2)
    (True, True)
    """
    answers = [said.levels.get(activity) for activity in category.activities]
    known = [POINTS[level] for level in answers if level is not None and level in POINTS]
    if not known and None not in answers:
        return Worst(None, None, unanswered=True)
    low = max(known, default=0)
    high = max(POINTS.values()) if None in answers else low
    helped = any(said.yes(item) for item in aids_of(category))
    least = max(low, WITH_AID) if helped else low
    most = max(high, WITH_AID) if helped or said.open(aids_of(category)) else high
    return Worst(_between(low, high), _between(least, most), unanswered=not known)


def aids_of(category: Category) -> tuple[str, ...]:
    """Give the items of aids and help of a category."""
    return tuple(item for item in (category.aid, category.help) if item)


def _rule(said: Answers) -> Outcome:
    found = {category.id: worst_of(category, said) for category in CATEGORIES}
    possible = tuple(_cases(found))
    return Outcome(
        possible,
        tuple(_missing(said)),
        tuple(_flags(said, found, possible)),
        steps=tuple(_steps(said, found, possible)),
    )


def _cases(found: Mapping[str, Worst]) -> Iterator[Case]:
    """List one case for each number of categories that may have an answer, with bounds of the index."""
    options = [_kept(worst) for worst in found.values()]
    by_number: dict[int, list[list[Worst]]] = {}
    for chosen in product(*options):
        kept = [worst for worst in chosen if worst is not None]
        by_number.setdefault(len(kept), []).append(kept)
    sure = {name: None if worst.unanswered else worst.aided for name, worst in found.items()}
    for number, ways in sorted(by_number.items()):
        aided = reduce(Interval.hull, (_sum(worst.aided for worst in kept) for kept in ways))
        alone = reduce(Interval.hull, (_sum(worst.activity for worst in kept) for kept in ways))
        enough = number >= LEAST_CATEGORIES
        yield case_of(
            score=aided.times(Fraction(1, number)) if enough else None,
            haq_adi=alone.times(Fraction(1, number)) if enough else None,
            categories_answered=Interval.at(number),
            **sure,
        )


def _kept(worst: Worst) -> list[Worst | None]:
    with_answer: list[Worst | None] = [] if worst.aided is None else [worst]
    return [*with_answer, None] if worst.unanswered else with_answer


def _sum(parts: Iterable[Interval | None]) -> Interval:
    return sum((part for part in parts if part is not None), Interval.at(0))


def _between(low: int, high: int) -> Interval:
    return Interval(Fraction(low), Fraction(high))


def _missing(said: Answers) -> Iterator[str]:
    """Name the items that could change a result; nothing raises a category above 3, and no aid one of 2."""
    for category in CATEGORIES:
        worst = worst_of(category, said)
        if worst.activity is None or worst.aided is None:
            continue
        if worst.unanswered or worst.activity.low != max(POINTS.values()):
            yield from said.open(category.activities)
        helped = any(said.yes(item) for item in aids_of(category))
        if not helped and worst.activity.compare(">=", Interval.at(WITH_AID)) is not Verdict.MET:
            yield from said.open(aids_of(category))


def _flags(said: Answers, found: Mapping[str, Worst], possible: tuple[Case, ...]) -> Iterator[Flag]:
    if all("score" not in case for case in possible):
        yield Flag("fewer_than_6_categories", f"fewer than {LEAST_CATEGORIES} categories have an answer: no index")
    if said.levels.get(RATED_BY, PATIENT) != PATIENT:
        yield Flag("not_by_the_patient", "the questionnaire is for patients, but somebody else filled it in")
    for category in CATEGORIES:
        if found[category.id].aided is None and any(said.yes(item) for item in aids_of(category)):
            text = f"an aid or help is ticked for {category.label}, but no activity of it has an answer"
            yield Flag("aid_without_answer", text)


def _steps(said: Answers, found: Mapping[str, Worst], possible: tuple[Case, ...]) -> Iterator[str]:
    for category in CATEGORIES:
        worst = found[category.id]
        if worst.activity is None or worst.aided is None:
            yield f"{category.label}: no answer, left out"
            continue
        aids = [item for item in aids_of(category) if said.yes(item)]
        raised = f", raised to {_shown(worst.aided)} by {' and '.join(aids)}" if worst.aided != worst.activity else ""
        yield f"{category.label}: worst activity {_shown(worst.activity)}{raised if aids else ''}"
    for case in possible:
        number, score = case["categories_answered"], case.get("score")
        if isinstance(number, Interval) and isinstance(score, Interval):
            points = score.times(number.low or Fraction(0))
            yield f"{_shown(points)} points in {_shown(number)} categories: {_shown(score)}"


def _shown(value: Interval) -> str:
    low, high = (f"{float(end):.4g}" for end in (value.low or 0, value.high or 0))
    return low if value.exact else f"{low} to {high}"


HAQ_DI = Scale(
    "haq_di",
    "Health Assessment Questionnaire disability index",
    "1980, with aids and devices",
    Citation("Fries JF, Spitz P, Kraines RG, Holman HR. Arthritis Rheum 1980;23:137-145", "10.1002/art.1780230202"),
    Verification(
        "two public texts of instructions",
        date(2026, 11, 25),
        "names of the activities; the least number of six categories",
    ),
    _ITEMS,
    _FIELDS,
    _rule,
    entries=_SCORE,
)
