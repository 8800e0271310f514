"""Adapters of CTCAE: measured terms and clinical terms of version 5."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from dosepath.cli.verify.adapter import Adapter, error_of, score
from dosepath.cli.verify.compare import Got
from dosepath.cli.verify.given import Given
from dosepath.core.errors import InputError
from dosepath.core.instrument import RefusalKind
from dosepath.safety.ctcae_clinical_v5 import TERMS
from dosepath.safety.ctcae_lab import Missing, Term, facts_with_baseline, grade
from dosepath.safety.ctcae_lab_v5 import V5
from dosepath.safety.ctcae_v5_clinical import search

VALUE_IS: Final[Mapping[str, tuple[str, int]]] = {
    "Carbon monoxide diffusing capacity decreased": ("drop", 1),
    "Weight loss": ("pchg", -1),
    "Weight gain": ("pchg", 1),
}
"""Terms whose unit says that the value is a fall, or a percentage of the baseline: that number, and its sign."""

ABSENT: Final[Mapping[str, Mapping[str, int]]] = {
    "Chronic kidney disease": {"upcr": 0, "dipstick": 0},
    "Proteinuria": {"dipstick": 0},
}
"""Second measurements that a case has no key for; they show nothing."""

FLAGS: Final[Mapping[str, tuple[str, ...]]] = {
    "symptomatic": ("symptomatic",),
    "symptomatic_or_treated": ("symptomatic", "treated"),
    "anticoagulated": ("anticoagulated",),
    "base_low": ("base_low",),
}
"""Judgements of a case and ours."""


def ctcae_v5_lab(given: Given) -> Got:
    """Spell out the facts: values in the unit of the term, a high baseline where it is above the limit."""
    term = V5.term(str(given.get("term")))
    if term is None:
        raise InputError(f"term: no measured term '{given.get('term')}'")
    numbers = {
        name: number
        for key, name in (("value", "value"), ("lln", "lln"), ("uln", "uln"), ("base", "base"), ("pchg", "pchg"))
        if (number := given.number(key)) is not None
    }
    flags = {flag: answer for key, names in FLAGS.items() if (answer := given.get(key)) is not None for flag in names}
    graded = grade(term, facts_with_baseline(term, _as_measured(term, numbers), flags), Missing.PASSED_OVER)
    return {"grade": graded.grade, "grade_min": graded.low, "grade_max": graded.high}


def _as_measured(term: Term, numbers: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Name the value for what it is; beside a baseline it is a weight and no percentage."""
    found = {**{name: Fraction(number) for name, number in ABSENT.get(term.name, {}).items()}, **numbers}
    if term.name in VALUE_IS and "value" in found and "base" not in found:
        name, sign = VALUE_IS[term.name]
        found.setdefault(name, sign * found["value"])
    return found


ERRORS: Final[Mapping[RefusalKind, str]] = {
    RefusalKind.NO_SUCH_CHOICE: "no_such_term",
    RefusalKind.CONTRADICTION: "grade_not_defined",
}


def ctcae_v5_clinical(given: Given) -> Got:
    """Take what is asked for as the judged grade; without it the grade is the one that follows from the count."""
    requested = given.get("requested_grade")
    answers = {
        "term": str(given.get("term")),
        "judged_grade": requested,
        **given.take("stools_over_baseline", "bsa_pct", "symptoms"),
    }
    scored = score("ctcae_v5_clinical", answers)
    nearest = search(answers["term"]) if answers["term"] not in TERMS else ()
    listed = scored.value("grades")
    return {
        "error": error_of(scored, ERRORS),
        "grade": scored.value("grade") if requested is not None else scored.value("counted_grade"),
        "grades_exist": [int(each) for each in listed.split(", ")] if isinstance(listed, str) else None,
        "suggest": nearest[0].name if nearest else None,
    }


ADAPTERS: Mapping[str, Adapter] = {"ctcae_v5_lab": ctcae_v5_lab, "ctcae_v5_clinical": ctcae_v5_clinical}
