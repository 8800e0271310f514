"""ESSDAI, the EULAR Sjögren's syndrome disease activity index, and ClinESSDAI.

A level in each of twelve domains, for the last four weeks; level times weight gives the points of a domain. What a
drug, an infection or old damage explains is not counted: after lymphodepletion that holds for blood counts, after
CAR-T for low IgG. ClinESSDAI leaves the biological domain out and has weights of its own. The total of eight domains
is the one that the trial asks for, read as in a trial with the same wording; no paper defines it.

Activity is low below 5 points, high from 14 on, moderate between. The least improvement that matters is a fall by 3
points in a patient who had 5 or more. A domain that was not assessed at one of two visits is never carried over.

Verification: weights, and levels from constitutional to cutaneous, as gathered in the project's reference notes (table
reprints of Seror 2010 and 2016); maxima 123, 135 and 60 by own arithmetic; shared cases, 2026-11-23. What the levels
of the other seven domains mean is from memory: it guides the one who grades, and decides no number here. From memory
and deciding: the top level of each of those domains, that the central nervous system has no level 1, and the 14 points
of high activity.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from dosepath.core.instrument import Case, Field, Flag, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, all_of
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words
from dosepath.instruments.items import at, whole
from dosepath.instruments.scale import Outcome, Scale, newly_refused
from dosepath.instruments.sums import Options, all_reachable, extremes


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain: weights in ESSDAI and ClinESSDAI, whether the eight domains hold it, and what its levels mean."""

    id: str
    weight: int
    clinical_weight: int
    of_the_eight: bool
    levels: Mapping[int, str]


DOMAINS = (
    Domain("constitutional", 3, 4, True, {
        0: "none",
        1: "fever of 37.5 to 38.5 degrees, night sweats, or 5 to 10 % of weight lost",
        2: "fever above 38.5 degrees, night sweats, or more than 10 % of weight lost",
    }),
    Domain("lymphadenopathy", 4, 4, True, {
        0: "none",
        1: "node of 1 cm, in the groin of 2 cm",
        2: "node of 2 cm, in the groin of 3 cm, or a large spleen",
        3: "B-cell malignancy now",
    }),
    Domain("glandular", 2, 2, True, {
        0: "none",
        1: "parotid swelling up to 3 cm, or little swelling of other glands",
        2: "parotid swelling above 3 cm, or marked swelling of other glands",
    }),
    Domain("articular", 2, 3, True, {
        0: "none",
        1: "pain in hands, wrists, ankles or feet, stiff for more than 30 minutes in the morning",
        2: "synovitis of 1 to 5 of 28 joints",
        3: "synovitis of 6 or more of 28 joints",
    }),
    Domain("cutaneous", 3, 3, True, {
        0: "none",
        1: "erythema multiforme",
        2: "limited vasculitis, purpura of feet and ankles, or subacute cutaneous lupus",
        3: "widespread vasculitis or purpura, or ulcers from vasculitis",
    }),
    Domain("pulmonary", 5, 6, False, {
        0: "none",
        1: "bronchial cough, or interstitial disease on CT only",
        2: "interstitial disease with breathlessness on effort, DLCO 40 to 70 % or FVC 60 to 80 %",
        3: "interstitial disease with breathlessness at rest, DLCO below 40 % or FVC below 60 %",
    }),
    Domain("renal", 5, 6, True, {
        0: "none, or proteinuria below 0.5 g a day",
        1: "tubular acidosis, or proteinuria of 0.5 to 1 g a day, kidney function kept",
        2: "tubular acidosis with GFR below 60, proteinuria of 1 to 1.5 g a day, or moderate findings on biopsy",
        3: "proteinuria above 1.5 g a day, haematuria, GFR below 60, or severe findings on biopsy",
    }),
    Domain("muscular", 6, 7, False, {
        0: "none",
        1: "myositis on EMG, MRI or biopsy without weakness",
        2: "weakness of grade 4 of 5, or CK above 2 to 4 times normal",
        3: "weakness of grade 3 of 5 or worse, or CK above 4 times normal",
    }),
    Domain("pns", 5, 5, False, {
        0: "none",
        1: "sensory axonal, trigeminal or small-fibre neuropathy",
        2: "sensorimotor neuropathy of grade 4 of 5, moderate ataxia or mild CIDP",
        3: "motor deficit of grade 3 of 5 or worse, mononeuritis multiplex, severe ataxia or CIDP",
    }),
    Domain("cns", 5, 5, False, {
        0: "none",
        2: "central cranial nerve, optic neuritis, sensory or cognitive signs",
        3: "stroke from vasculitis, seizures, myelitis, meningitis or motor deficit",
    }),
    Domain("haematological", 2, 2, True, {
        0: "none",
        1: "mild autoimmune cytopenia",
        2: "moderate autoimmune cytopenia",
        3: "severe autoimmune cytopenia",
    }),
    Domain("biological", 1, 0, True, {
        0: "none",
        1: "clonal component, low complement, or IgG of 16 to 20 g/L",
        2: "cryoglobulins, IgG above 20 g/L, or new low IgG",
    }),
)  # fmt: skip

ACTIVITY_FROM = {"low": 0, "moderate": 5, "high": 14}
"""Points of all twelve domains from which activity has this name."""

LEAST_FALL = 3
LEAST_FALL_FROM = 5
"""The least improvement that matters, and the points that a patient has before."""

_VERIFICATION = Verification(
    "table reprints of the 2010 and 2016 papers; maxima 123, 135 and 60",
    date(2026, 11, 23),
    "meaning of the levels from pulmonary on the list, and their top levels; 14 points of high activity",
)
_CITATION = Citation("Seror R, Ravaud P, Bowman SJ et al. Ann Rheum Dis 2010;69:1103-1109", "10.1136/ard.2009.110619")
_ENTRIES = {
    "total_8_domains": Field("score of the eight domains of the trial", unit="1"),
    "total": Field("score of all twelve domains", unit="1"),
}
_POINTS = {**_ENTRIES, "clinessdai": Field("ClinESSDAI, eleven domains with weights of their own", unit="1")}
_FIELDS = {**_POINTS, "activity": Field("activity by the score of all twelve domains", choices=tuple(ACTIVITY_FROM))}
_LEVELS = {domain.id: domain.levels for domain in DOMAINS}
_NAMES = {"pns": "peripheral nervous system", "cns": "central nervous system"}
_ITEMS = {
    domain.id: replace(
        at(whole(domain.id, _NAMES.get(domain.id, domain.id), 0, max(domain.levels)), points=f"x {domain.weight}"),
        labels={str(level): meaning for level, meaning in domain.levels.items()},
    )
    for domain in DOMAINS
}


def _rule(answers: Answers) -> Outcome:
    """Give the bounds of the scores; a domain that was not assessed may have any of its levels.

    Both ends of the bounds can be reached, so they settle any limit that they can settle.

    Examples
    --------
    >>> from dosepath.core.quantity import Quantity
    >>> levels = dict.fromkeys(ESSDAI.items, Quantity(Fraction(0), "1")) | {"articular": Quantity.of(2, "1")}
    >>> del levels["glandular"]
    >>> total = ESSDAI.score(levels).possible[0]["total_8_domains"]
    >>> int(total.low), int(total.high)
    (4, 8)
    """
    said = answers
    none_such = {
        domain.id: said.numbers[domain.id]
        for domain in DOMAINS
        if domain.id in said.numbers and said.numbers[domain.id] not in domain.levels
    }
    for name, level in none_such.items():
        said = said.without([name], f"there is no level {level}")
    options: list[Options] = [
        [_points(domain, level) for level in domain.levels if said.numbers.get(domain.id, level) == level]
        for domain in DOMAINS
    ]
    return Outcome(
        tuple(_cases(options)),
        missing=said.open(_ITEMS),
        flags=tuple(_flags(said)),
        refused=newly_refused(answers, said),
        steps=tuple(_steps(said, options)),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What happened between two visits; numbers are negative where activity fell.

    Parameters
    ----------
    total, clinical
        Change of the score of all twelve domains, and of ClinESSDAI.
    improved
        Whether the score fell by the least that matters.
    """

    total: Interval
    clinical: Interval
    improved: Verdict


def change(baseline: Score, follow_up: Score) -> Change:
    """Compare two visits; a domain that was not assessed at one of them leaves bounds.

    Examples
    --------
    >>> from dosepath.core.quantity import Quantity
    >>> quiet = dict.fromkeys(ESSDAI.items, Quantity.of(0, "1"))
    >>> before, after = ({**quiet, "articular": Quantity.of(level, "1")} for level in (3, 1))
    >>> found = change(ESSDAI.score(before), ESSDAI.score(after))
    >>> int(found.total.low), int(found.clinical.low), found.improved
    (-4, -6, <Verdict.MET: 'met'>)
    """
    before, after = _number(baseline, "total"), _number(follow_up, "total")
    fell = (before - after).compare(">=", Interval.at(LEAST_FALL))
    return Change(
        after - before,
        _number(follow_up, "clinessdai") - _number(baseline, "clinessdai"),
        all_of((before.compare(">=", Interval.at(LEAST_FALL_FROM)), fell)),
    )


def _number(scored: Score, name: str) -> Interval:
    value = scored.value(name)
    return value if isinstance(value, Interval) else Interval(None, None)


def _points(domain: Domain, level: int) -> tuple[int, int, int]:
    """Give the points of a level in the order of the fields."""
    points = level * domain.weight
    return points if domain.of_the_eight else 0, points, level * domain.clinical_weight


def _activity(total: int) -> str:
    return next(name for name, least in reversed(ACTIVITY_FROM.items()) if total >= least)


def _cases(options: list[Options]) -> Iterator[Case]:
    """Give a case for each activity that is possible, with the bounds of the score in it."""
    low, high = extremes(options, (0, 0, 0))
    numbers = {
        name: Interval(Fraction(least), Fraction(most)) for name, least, most in zip(_POINTS, low, high, strict=True)
    }
    totals = [total for (total,) in all_reachable(([(points[1],) for points in each] for each in options), (0,))]
    for activity in ACTIVITY_FROM:
        of_it = [total for total in totals if _activity(total) == activity]
        if of_it:
            total = Interval(Fraction(min(of_it)), Fraction(max(of_it)))
            yield {**numbers, "total": total, "activity": activity}


def _flags(said: Answers) -> Iterator[Flag]:
    if said.numbers.get("biological") == max(_LEVELS["biological"]):
        text = "low IgG after B-cell depletion is an effect of the drug and does not count; ClinESSDAI leaves it out"
        yield Flag("biological_drug_effect", text)
    if said.numbers.get("haematological"):
        yield Flag("cytopenia_drug_effect", "cytopenia from lymphodepletion or another drug does not count")
    if said.numbers.get("lymphadenopathy") == max(_LEVELS["lymphadenopathy"]):
        yield Flag("malignancy", "the highest level of lymphadenopathy is a B-cell malignancy: see the exclusions")


def _steps(said: Answers, options: list[Options]) -> Iterator[str]:
    """Name the domains that count, with their points."""
    for domain in DOMAINS:
        level = said.numbers.get(domain.id)
        if level:
            clinical = f", ClinESSDAI {level * domain.clinical_weight}" if domain.clinical_weight else ""
            outside = "" if domain.of_the_eight else ", not among the eight"
            yield f"{domain.id}: level {level} x {domain.weight} = {level * domain.weight}{clinical}{outside}"
    low, high = extremes(options, (0, 0, 0))
    for field, least, most in zip(_POINTS.values(), low, high, strict=True):
        yield f"{field.label}: {in_words(Interval(Fraction(least), Fraction(most)))}"


ESSDAI = Scale(
    "essdai",
    "EULAR Sjögren's syndrome disease activity index",
    "2010",
    _CITATION,
    _VERIFICATION,
    _ITEMS,
    _FIELDS,
    _rule,
    entries=_ENTRIES,
)
