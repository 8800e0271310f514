"""STAR (candidate) and CRESS, composite responses in Sjögren's syndrome, over the same visits.

STAR adds points of five domains and asks for 5 of 9: ClinESSDAI down by 3 or more (3 points), ESSPRI down by a point
or by 15 % (3), tears, saliva and serology better (1 each). CRESS counts domains and asks for 3 of 5; its systemic
domain is a ClinESSDAI below 5 at the later visit.

Tears: Schirmer's test (mean of both eyes), below 5 mm at baseline, rises by 5 mm or more, or a normal one stays
normal; or ocular staining (mean of both eyes), 3 or more at baseline, falls by 2 or more, or a normal one stays normal.
Below 5 mm is abnormal here, 5 mm and below in the classification of 2016. Saliva: unstimulated flow up by 25 % of the
baseline, or by anything from 0; or the ultrasound total down by 25 %. Serology: IgG down by 10 %, or rheumatoid factor
by 25 %. Which tests a study goes by has to be said for each domain; with `either` one of the two is enough. Under
replacement of immunoglobulin IgG tells nothing, and the study goes by rheumatoid factor. After B-cell depletion nearly
everyone meets serology.

A domain without results is open, and so may be the responses. The publication of CRESS settles it for analyses: with
fewer than three domains available nobody has responded, and otherwise a missing domain is not fulfilled. That is
`cress_as_published`; it is told as a step, and fewer than three domains as a flag.

Verification: STAR (reprint of the table in Ann Rheum Dis) and the rule for missing domains of CRESS (abstract), as
gathered in the project's reference notes; shared cases, 2026-11-25. From memory: the domains of CRESS.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from itertools import product

from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Item, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, agreed, any_of, verdict_of
from dosepath.instruments import esspri
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words, parted, stated
from dosepath.instruments.items import amount, at, both_visits, choice, whole
from dosepath.instruments.scale import Outcome, Scale

STAR_POINTS = {"star_systemic": 3, "pro": 3, "tear": 1, "saliva": 1, "biology": 1}
STAR_RESPONSE = 5
CRESS_DOMAINS = ("cress_systemic", "pro", "tear", "saliva", "biology")
CRESS_RESPONSE = 3
CRESS_LEAST_AVAILABLE = 3

SYSTEMIC_FALL = 3
CRESS_SYSTEMIC_BELOW = 5
SCHIRMER_ABNORMAL_BELOW = Fraction(5)
SCHIRMER_RISE = Fraction(5)
STAINING_ABNORMAL_FROM = Fraction(3)
STAINING_FALL = Fraction(2)
SALIVA_RISE_SHARE = Fraction(25, 100)
ULTRASOUND_FALL_SHARE = Fraction(25, 100)
IGG_FALL_SHARE = Fraction(10, 100)
RF_FALL_SHARE = Fraction(25, 100)

HIGHEST_CLINESSDAI = 135

DOMAINS: Mapping[str, str] = {
    "star_systemic": "ClinESSDAI down by 3 or more",
    "cress_systemic": "ClinESSDAI below 5 at the later visit",
    "pro": "ESSPRI down by a point or by 15 %",
    "tear": "tears better, or normal as before",
    "saliva": "saliva better",
    "biology": "IgG or rheumatoid factor down",
}

Better = Callable[[Interval, Interval], Verdict]
"""Answers from the result at baseline and the later one whether a test tells a response."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A test of both visits, and when it tells a response."""

    baseline: Item
    now: Item
    better: Better

    @property
    def items(self) -> tuple[Item, Item]:
        """The questions of both visits."""
        return self.baseline, self.now

    def verdict(self, said: Answers) -> Verdict:
        """Answer whether the test tells a response."""
        return self.better(stated(said, self.baseline), stated(said, self.now))


def _measured(now: Item, better: Better) -> Measurement:
    return Measurement(*both_visits("results of both visits", now), better)


def systemic(baseline: Interval, now: Interval) -> Verdict:
    """Answer whether ClinESSDAI fell by 3 or more, the systemic domain of STAR.

    Examples
    --------
    >>> systemic(Interval.at(6), Interval.at(3))
    <Verdict.MET: 'met'>
    """
    return (baseline - now).compare(">=", Interval.at(SYSTEMIC_FALL))


def _schirmer(baseline: Interval, now: Interval) -> Verdict:
    return agreed(
        now.compare(">=", Interval.at(SCHIRMER_ABNORMAL_BELOW))
        if normal
        else (now - part).compare(">=", Interval.at(SCHIRMER_RISE))
        for part, normal in parted(baseline, SCHIRMER_ABNORMAL_BELOW)
    )


def _staining(baseline: Interval, now: Interval) -> Verdict:
    return agreed(
        (part - now).compare(">=", Interval.at(STAINING_FALL))
        if abnormal
        else now.compare("<", Interval.at(STAINING_ABNORMAL_FROM))
        for part, abnormal in parted(baseline, STAINING_ABNORMAL_FROM)
    )


def _flow(baseline: Interval, now: Interval) -> Verdict:
    return agreed(
        now.compare(">=", part.times(1 + SALIVA_RISE_SHARE)) if some else now.compare(">", Interval.at(0))
        for part, some in parted(baseline, Fraction(0), below=False)
    )


def _fallen(share: Fraction, baseline: Interval, now: Interval) -> Verdict:
    return agreed(
        now.compare("<=", part.times(1 - share)) if some else Verdict.NOT_MET
        for part, some in parted(baseline, Fraction(0), below=False)
    )


CLINESSDAI = _measured(whole("clinessdai", "ClinESSDAI", 0, HIGHEST_CLINESSDAI), systemic)
ESSPRI = _measured(amount("esspri", "ESSPRI", high=10), esspri.improved)
EITHER = "either"
ALTERNATIVES: Mapping[str, tuple[Measurement, Measurement]] = {
    "tear": (
        _measured(amount("schirmer", "Schirmer's test in 5 minutes, mean of both eyes", "mm"), _schirmer),
        _measured(amount("ocular_staining", "ocular staining score, mean of both eyes"), _staining),
    ),
    "saliva": (
        _measured(amount("uwsf", "flow of whole saliva without stimulation", "mL/min"), _flow),
        _measured(
            amount("ultrasound", "ultrasound of the salivary glands, Hocevar total"),
            partial(_fallen, ULTRASOUND_FALL_SHARE),
        ),
    ),
    "biology": (
        _measured(amount("igg", "IgG in serum", "g/L"), partial(_fallen, IGG_FALL_SHARE)),
        _measured(amount("rf", "rheumatoid factor", "[IU]/mL"), partial(_fallen, RF_FALL_SHARE)),
    ),
}
"""Domains with two tests, of which a study goes by one or by either."""


def _tests_item(domain: str) -> Item:
    one, other = (test.now for test in ALTERNATIVES[domain])
    item = choice(
        f"{domain}_tests",
        f"test by which the study judges: {DOMAINS[domain]}",
        {
            one.id: one.label,
            other.id: other.label + (", also under replacement of immunoglobulin" if domain == "biology" else ""),
            EITHER: "either of the two",
        },
    )
    return at(item, section="tests of the study")


_WHICH = {domain: _tests_item(domain) for domain in ALTERNATIVES}
_FALLING = (ESSPRI, ALTERNATIVES["saliva"][1], *ALTERNATIVES["biology"])
"""Tests of a share of the baseline, which cannot fall from 0."""
_TESTS = (CLINESSDAI, ESSPRI, *(test for tests in ALTERNATIVES.values() for test in tests))
_ITEMS = {item.id: item for item in (*_WHICH.values(), *(item for test in _TESTS for item in test.items))}


@dataclass(frozen=True, slots=True)
class Published:
    """CRESS as its publication analyses it.

    Parameters
    ----------
    fulfilled, available
        Of the five domains.
    responder
        Whether three are fulfilled.
    """

    fulfilled: int
    available: int
    responder: bool


def cress_as_published(scored: Score) -> Published:
    """Settle the missing domains of CRESS as the publication does.

    With fewer than three domains available there is no response; otherwise a missing domain is not fulfilled.

    Examples
    --------
    >>> cress_as_published(STAR_CRESS.score({}))
    Published(fulfilled=0, available=0, responder=False)
    """
    words = {"true": Verdict.MET, "false": Verdict.NOT_MET}
    return _published(words.get(str(scored.value(domain)), Verdict.UNKNOWN) for domain in CRESS_DOMAINS)


def _published(domains: Iterable[Verdict]) -> Published:
    verdicts = list(domains)
    fulfilled, available = verdicts.count(Verdict.MET), sum(verdict.decided for verdict in verdicts)
    return Published(fulfilled, available, available >= CRESS_LEAST_AVAILABLE and fulfilled >= CRESS_RESPONSE)


def _rule(said: Answers) -> Outcome:
    one_by_one = (ESSPRI.verdict(said), *(_domain(said, domain) for domain in ALTERNATIVES))
    possible = [
        dict(zip(DOMAINS, (*pair, *rest), strict=True))
        for pair in sorted(_systemic(said), reverse=True)
        for rest in product(*map(_answers, one_by_one))
    ]
    domains = {domain: agreed(verdict_of(met[domain]) for met in possible) for domain in DOMAINS}
    published = _published(domains[domain] for domain in CRESS_DOMAINS)
    return Outcome(
        tuple(map(_case, possible)),
        tuple(_missing(said, domains)),
        tuple(_flags(said, domains, published)),
        steps=tuple(_steps(domains, possible, published)),
    )


def _answers(verdict: Verdict) -> tuple[bool, ...]:
    return (True, False) if verdict is Verdict.UNKNOWN else (verdict is Verdict.MET,)


def _systemic(said: Answers) -> set[tuple[bool, bool]]:
    """Give the systemic domains of STAR and CRESS as they can stand together."""
    visits = [
        range(HIGHEST_CLINESSDAI + 1) if item.id not in said.numbers else (said.numbers[item.id],)
        for item in CLINESSDAI.items
    ]
    return {(baseline - now >= SYSTEMIC_FALL, now < CRESS_SYSTEMIC_BELOW) for baseline, now in product(*visits)}


def _domain(said: Answers, domain: str) -> Verdict:
    """Judge a domain by the tests of the study; by each of the ways it may go where that was not said."""
    by_test = {test.now.id: test.verdict(said) for test in ALTERNATIVES[domain]}
    ways = {**by_test, EITHER: any_of(by_test.values())}
    chosen = said.levels.get(_WHICH[domain].id)
    return agreed(ways.values()) if chosen is None else ways[chosen]


def _case(met: Mapping[str, bool]) -> Case:
    star, cress = _star(met), _cress(met)
    return {
        "star": Interval.at(star),
        "star_responder": _word(star >= STAR_RESPONSE),
        "cress": Interval.at(cress),
        "cress_responder": _word(cress >= CRESS_RESPONSE),
        **{domain: _word(answer) for domain, answer in met.items()},
    }


def _star(met: Mapping[str, bool]) -> int:
    return sum(points for domain, points in STAR_POINTS.items() if met[domain])


def _cress(met: Mapping[str, bool]) -> int:
    return sum(met[domain] for domain in CRESS_DOMAINS)


def _word(answer: bool) -> str:
    return "true" if answer else "false"


def _missing(said: Answers, domains: Mapping[str, Verdict]) -> Iterator[str]:
    """Give what would settle the open domains."""
    if Verdict.UNKNOWN in (domains["star_systemic"], domains["cress_systemic"]):
        yield from said.open(item.id for item in CLINESSDAI.items)
    if not domains["pro"].decided:
        yield from said.open(item.id for item in ESSPRI.items)
    for domain, tests in ALTERNATIVES.items():
        which = _WHICH[domain].id
        if domains[domain].decided:
            continue
        yield from said.open((which,))
        for test in tests:
            if said.levels.get(which, EITHER) in (EITHER, test.now.id) and not test.verdict(said).decided:
                yield from said.open(item.id for item in test.items)


def _flags(said: Answers, domains: Mapping[str, Verdict], published: Published) -> Iterator[Flag]:
    if published.available < CRESS_LEAST_AVAILABLE:
        text = f"{published.available} of five domains of CRESS can be judged: as published, not a responder"
        yield Flag("fewer_than_3_items", text)
    if domains["biology"] is Verdict.MET:
        yield Flag(
            "biology_after_b_cell_depletion", "B-cell depletion lowers IgG and rheumatoid factor in nearly everyone"
        )
    zero = [test.now.id for test in _FALLING if said.number(test.baseline.id) == 0]
    if zero:
        yield Flag("baseline_zero", f"0 at baseline, so nothing can fall: {', '.join(zero)}")


def _steps(
    domains: Mapping[str, Verdict], possible: Sequence[Mapping[str, bool]], published: Published
) -> Iterator[str]:
    for domain, verdict in domains.items():
        points = f" ({STAR_POINTS[domain]} of STAR)" if domain in STAR_POINTS else " (CRESS only)"
        yield f"{domain}, {DOMAINS[domain]}{points}: {verdict.value.replace('_', ' ')}"
    star, cress = {_star(met) for met in possible}, {_cress(met) for met in possible}
    yield f"STAR {_span(star)} of 9, responder from {STAR_RESPONSE}"
    yield f"CRESS {_span(cress)} of 5, responder from {CRESS_RESPONSE}"
    responder = "responder" if published.responder else "not a responder"
    yield f"CRESS as published: {published.fulfilled} of {published.available} domains available, {responder}"


def _span(numbers: set[int]) -> str:
    return in_words(Interval(Fraction(min(numbers)), Fraction(max(numbers))))


STAR_CRESS = Scale(
    "star_cress",
    "STAR and CRESS, composite responses in Sjögren's syndrome",
    "candidate STAR 2022, CRESS 2021",
    Citation(
        "Seror R, Baron G, Camus M et al. Ann Rheum Dis 2022;81:979-989; "
        "Arends S, de Wolff L, van Nimwegen JF et al. Lancet Rheumatol 2021;3:e553-e562",
        "10.1136/annrheumdis-2021-222054",
    ),
    Verification(
        "reprint of the STAR table, abstract of CRESS for missing domains", date(2026, 11, 25), "domains of CRESS"
    ),
    _ITEMS,
    {
        "star_responder": Field("response by STAR, 5 points or more", choices=YES_OR_NO),
        "star": Field("points of STAR", unit="1"),
        "cress_responder": Field("response by CRESS, 3 domains or more", choices=YES_OR_NO),
        "cress": Field("fulfilled domains of CRESS", unit="1"),
        **{domain: Field(label, choices=YES_OR_NO) for domain, label in DOMAINS.items()},
    },
    _rule,
)
