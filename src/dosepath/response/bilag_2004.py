"""Grades of BILAG-2004 in nine domains at two visits, as far as responses need them: no items, one letter a domain.

A is severe and B moderate activity, C mild or stable disease, D no activity now, E never any. D and E are both
inactive. A new A is an A that was no A at baseline; a new B is a B that was neither A nor B, for A to B is better.

Verification: nine domains and the letters as gathered in the project's reference notes (a public guideline); the names
of the domains are from memory.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import product

from dosepath.core.instrument import Flag, Item
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import at, choice
from dosepath.instruments.sums import Options, Points, added, all_reachable

DOMAINS = (
    *("constitutional", "mucocutaneous", "neuropsychiatric", "musculoskeletal", "cardiorespiratory"),
    *("gastrointestinal", "ophthalmic", "renal", "haematological"),
)
GRADES: Mapping[str, str] = {
    "E": "never active",
    "D": "inactive now, active before",
    "C": "mild or stable",
    "B": "moderate activity",
    "A": "severe activity",
}
ACTIVE = ("A", "B")

BASELINE = "bilag_baseline"
NOW = "bilag_now"

GradesPoints = Callable[[str, str], Points]
"""From the grades of a domain at baseline and now to points that add up over the domains."""


def items() -> Iterator[Item]:
    """Make the questions: a grade for each domain at both visits."""
    for visit, words in ((BASELINE, "at baseline"), (NOW, "now")):
        for domain in DOMAINS:
            item = choice(f"{visit}.{domain}", f"BILAG-2004 grade, {domain}, {words}", GRADES)
            yield at(item, section="BILAG-2004", row=domain, column=words)


def new_grades(baseline: str, now: str) -> Points:
    """Count a new A and a new B.

    Examples
    --------
    >>> new_grades("B", "A"), new_grades("A", "B"), new_grades("C", "B")
    ((1, 0), (0, 0), (0, 1))
    """
    return int(now == "A" and baseline != "A"), int(now == "B" and baseline not in ACTIVE)


def sums(said: Answers, points: GradesPoints) -> tuple[Points, ...]:
    """Give every sum of points over the domains that the grades leave possible."""
    options = [_options(said, domain, points) for domain in DOMAINS]
    return all_reachable(options, (0,) * len(options[0][0]))


def mattering(said: Answers, points: GradesPoints, judge: Callable[[Points], Hashable]) -> tuple[str, ...]:
    """Give the open grades that can change what is made of the sums, in the order of the form."""
    options = {domain: _options(said, domain, points) for domain in DOMAINS}
    found: set[str] = set()
    for domain in DOMAINS:
        others = [each for other, each in options.items() if other != domain]
        rests = all_reachable(others, (0,) * len(options[domain][0]))
        before, now = (_grades(said, f"{visit}.{domain}") for visit in (BASELINE, NOW))
        ways = {
            BASELINE: [[points(each, fixed) for each in before] for fixed in now],
            NOW: [[points(fixed, each) for each in now] for fixed in before],
        }
        for visit, alternatives in ways.items():
            if any(_differ(own, rest, judge) for own in alternatives for rest in rests):
                found.add(f"{visit}.{domain}")
    return tuple(name for visit in (BASELINE, NOW) for domain in DOMAINS if (name := f"{visit}.{domain}") in found)


def _differ(own: Sequence[Points], rest: Points, judge: Callable[[Points], Hashable]) -> bool:
    """Answer whether grades of one domain are judged differently beside the same sum of the others."""
    return len({judge(added(rest, each)) for each in own}) > 1


def assessed(said: Answers, visit: str) -> bool:
    """Answer whether any domain was graded at a visit."""
    return any(f"{visit}.{domain}" in said.levels for domain in DOMAINS)


def flags(said: Answers) -> Iterator[Flag]:
    """Say where a grade of today contradicts that of the baseline."""
    for domain in DOMAINS:
        before = said.levels.get(f"{BASELINE}.{domain}", "E")
        if before != "E" and said.levels.get(f"{NOW}.{domain}") == "E":
            yield Flag("never_active", f"{domain}: E means never active, but it was {before} at baseline; D is meant")


def steps(said: Answers) -> Iterator[str]:
    """List the domains that are or were active, and those that are open."""
    for domain in DOMAINS:
        before, now = (said.levels.get(f"{visit}.{domain}", "not graded") for visit in (BASELINE, NOW))
        if {before, now} & {*ACTIVE}:
            yield f"BILAG {domain}: {before} at baseline, {now} now"
    for visit, words in ((BASELINE, "at baseline"), (NOW, "now")):
        open_domains = [domain for domain in DOMAINS if f"{visit}.{domain}" not in said.levels]
        if open_domains:
            yield f"BILAG not graded {words}: {', '.join(open_domains)}"


def _options(said: Answers, domain: str, points: GradesPoints) -> Options:
    before, now = (_grades(said, f"{visit}.{domain}") for visit in (BASELINE, NOW))
    return tuple(dict.fromkeys(points(*pair) for pair in product(before, now)))


def _grades(said: Answers, item: str) -> Sequence[str]:
    return (said.levels[item],) if item in said.levels else tuple(GRADES)
