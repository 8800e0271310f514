"""CTCAE version 5, clinical adverse events: 83 terms, which grades each has, and those that follow from a count.

A person picks the term and judges its grade. A term may lack grades, and none is put in between: a grade that the term
does not have is refused. Some grades follow from a number: stools a day over baseline, body surface with a rash, loss
of hair, swelling of a limb, cells of the marrow. The highest grade that matches wins, so such a number is a floor: a
judged grade below it is refused, one above it stands.

Traps. Signs of CRS and ICANS are graded inside the syndrome, not again here. Version 5 has no term for GvHD,
hypogammaglobulinaemia, ferritin, CRP, LICATS and ICAHT. Version 6 renamed terms. A grade is not "the worst so far": the
record keeps when each began and ended.

No count at all (0 stools over baseline, 0 percent) gives no grade by itself. Marrow reduced by exactly 50 percent lies
between grades 2 and 3 of the text, and beyond 75 percent the grade hangs on time: both are left open.

Verification: names, classes and existing grades of all 83 terms as gathered in the project's reference notes (a public
copy of the list, 837 rows); shared cases, 2026-11-25. From memory: nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import Final

from dosepath.core.instrument import Case, Field, Item, ItemAnswer, Refusal, RefusalKind, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, by_id, choice, whole
from dosepath.instruments.scale import Outcome, Scale, case_of
from dosepath.safety.ctcae_clinical_v5 import NAMED_OTHERWISE, TERMS, ClinicalTerm

STOOLS: Final = (4, 7)
"""Stools a day over baseline from which diarrhea is grade 2 and 3."""

RASH_PERCENT: Final = (10, 30)
"""Body surface of a rash: from the first on grade 2, above the second grade 2 or 3 by its symptoms."""

HAIR_LOST_PERCENT: Final = 50
"""Loss of hair from which alopecia is grade 2."""

LIMB_PERCENT: Final = (5, 10, 30)
"""Difference of limbs: from the first on grade 1, above the others grade 2 and 3."""

MARROW_PERCENT: Final = (25, 50, 75)
"""Reduction of cells: up to the first grade 1, below the second grade 2, above it and up to the third grade 3."""

SEVERE_SYMPTOMS: Final = frozenset({"moderate", "severe"})

MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    "Diarrhea": ("stools_over_baseline",),
    "Rash maculo-papular": ("bsa_pct", "symptoms"),
    "Alopecia": ("hair_lost_pct",),
    "Edema limbs": ("limb_difference_pct",),
    "Bone marrow hypocellular": ("marrow_reduction_pct",),
}
"""Terms with grades that follow from a number, and the items that hold it."""

_SPELLINGS: Final = (("oe", "e"), ("ae", "e"), ("isation", "ization"))

_ITEMS: Final = by_id(
    [
        choice(
            "term",
            "adverse event",
            {name: f"{', '.join(map(str, TERMS[name].grades))}; {TERMS[name].organ_class}" for name in sorted(TERMS)},
        ),
        whole("judged_grade", "grade that the investigator judged", 1, 5),
        whole("stools_over_baseline", "stools a day over baseline", 0, None),
        amount("bsa_pct", "body surface with the rash", "%", high=100),
        choice("symptoms", "symptoms of the rash", ["none", "mild", "moderate", "severe"]),
        amount("hair_lost_pct", "hair lost", "%", high=100),
        amount("limb_difference_pct", "difference of the limbs in volume or circumference", "%"),
        amount("marrow_reduction_pct", "reduction of the cells of the marrow", "%", high=100),
    ]
)
_FIELDS: Final = {
    "grade": Field("grade", unit="1"),
    "counted_grade": Field("grade that follows from the count alone", unit="1"),
    "grades": Field("grades that the term has"),
    "organ_class": Field("organ class"),
}


def search(text: str, limit: int = 5) -> tuple[ClinicalTerm, ...]:
    """Find terms by words of their names, by other names, or by a similar spelling, the best first.

    Examples
    --------
    >>> [term.name for term in search("edema")][:2], search("hypogammaglobulinemia")[0].name
    (['Edema cerebral', 'Edema face'], 'Immune system disorders - Other, specify')
    """
    wanted = _plain(text)
    names = {_plain(name): name for name in TERMS}
    aliases = {_plain(other): name for other, name in NAMED_OTHERWISE.items()}
    found = [names[wanted]] if wanted in names else []
    found += [name for other, name in aliases.items() if other == wanted]
    found += sorted(name for plain, name in names.items() if wanted and set(wanted.split()) <= set(plain.split()))
    found += sorted(name for plain, name in names.items() if len(wanted) > 2 and wanted in plain)
    spelled = {**aliases, **names}
    found += [spelled[near] for near in get_close_matches(wanted, spelled, limit)]
    return tuple(TERMS[name] for name in dict.fromkeys(found))[:limit]


def counted_grades(term: str, said: Answers) -> frozenset[int] | None:
    """List the grades that the count of a term leaves possible; None where the term has no count.

    Parameters
    ----------
    term
        Its name.
    said
        Answers of the form.
    """
    numbers = {name: said.number(name) for name in MEASURES.get(term, ())}
    match term:
        case "Diarrhea":
            stools = numbers["stools_over_baseline"]
            if stools is None:
                return frozenset({0, 1, 2, 3})
            return frozenset({0 if stools == 0 else 1 + sum(stools >= each for each in STOOLS)})
        case "Rash maculo-papular":
            return _rash(said)
        case "Alopecia":
            lost = numbers["hair_lost_pct"]
            if lost is None:
                return frozenset({0, 1, 2})
            return frozenset({0 if lost == 0 else 2 if lost >= HAIR_LOST_PERCENT else 1})
        case "Edema limbs":
            difference = numbers["limb_difference_pct"]
            if difference is None:
                return frozenset({0, 1, 2, 3})
            first, *others = LIMB_PERCENT
            return frozenset({0 if difference < first else 1 + sum(difference > each for each in others)})
        case "Bone marrow hypocellular":
            return _marrow(said)
    return None


def _rash(said: Answers) -> frozenset[int]:
    surface, symptoms = said.number("bsa_pct"), said.levels.get("symptoms")
    wide = frozenset({2, 3}) if symptoms is None else frozenset({3 if symptoms in SEVERE_SYMPTOMS else 2})
    if surface is None:
        return frozenset({0, 1, 2}) | wide
    first, second = RASH_PERCENT
    if surface > second:
        return wide
    return frozenset({0 if surface == 0 else 1 if surface < first else 2})


def _marrow(said: Answers) -> frozenset[int]:
    reduction = said.number("marrow_reduction_pct")
    if reduction is None:
        return frozenset({0, 1, 2, 3, 4})
    mild, half, most = MARROW_PERCENT
    if reduction == half:
        return frozenset({2, 3})
    if reduction > most:
        return frozenset({3, 4})
    return frozenset({0 if reduction == 0 else 1 if reduction <= mild else 2 if reduction < half else 3})


def _outcome(said: Answers) -> Outcome:
    if "term" not in said.levels:
        return Outcome((), missing=("term",))
    term = TERMS[said.levels["term"]]
    counted = counted_grades(term.name, said)
    refused = tuple(_contradictions(term, said, counted))
    said = said.without([refusal.item for refusal in refused], "")
    judged = said.numbers.get("judged_grade")
    cases = tuple(_cases(term, judged, counted))
    missing = [*(["judged_grade"] if judged is None and len({case["grade"] for case in cases}) > 1 else [])]
    if counted is not None and len(counted) > 1:
        missing += said.open(MEASURES[term.name])
    return Outcome(cases, tuple(missing), refused=refused, steps=tuple(_steps(term, judged, counted)))


def _cases(term: ClinicalTerm, judged: int | None, counted: frozenset[int] | None) -> Iterable[Case]:
    for count in sorted(counted) if counted is not None else [None]:
        for each in [judged] if judged is not None else sorted(term.grades):
            if count is None or each >= count:
                yield case_of(
                    grade=Interval.at(each),
                    counted_grade=None if count is None else Interval.at(count),
                    grades=", ".join(map(str, term.grades)),
                    organ_class=term.organ_class,
                )


def _contradictions(term: ClinicalTerm, said: Answers, counted: frozenset[int] | None) -> Iterable[Refusal]:
    judged = said.numbers.get("judged_grade")
    if judged is None:
        return
    if judged not in term.grades:
        has = ", ".join(map(str, term.grades))
        yield Refusal("judged_grade", RefusalKind.CONTRADICTION, f"{term.name} has no grade {judged}; it has {has}")
    elif counted is not None and judged < min(counted):
        reason = f"the count makes it at least grade {min(counted)}; the highest grade that matches wins"
        yield Refusal("judged_grade", RefusalKind.CONTRADICTION, reason)


def _steps(term: ClinicalTerm, judged: int | None, counted: frozenset[int] | None) -> Iterable[str]:
    if counted is not None:
        yield f"by the count grade {' or '.join(map(str, sorted(counted)))}"
    if judged is not None:
        yield f"judged grade {judged}: {term.grades[judged]}"
    else:
        yield from (f"grade {each}: {text}" for each, text in term.grades.items())
    if term.note:
        yield f"note: {term.note}"


def _plain(text: str) -> str:
    plain = " ".join(text.casefold().replace("-", " ").split())
    for british, american in _SPELLINGS:
        plain = plain.replace(british, american)
    return plain


class _Picker(Scale):
    """The scale, which names the terms that come near to one that does not exist."""

    __slots__ = ()

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        scored = super().score(answers)
        term = answers.get("term")
        if term is None or term in TERMS:
            return scored
        near = [each.name for each in search(term)] if isinstance(term, str) else []
        hint = f"; nearest: {' | '.join(near)}" if near else ""
        reason = f"version 5 has no clinical term '{term}'{hint}"
        refused = (replace(each, reason=reason) if each.item == "term" else each for each in scored.refused)
        return replace(scored, refused=tuple(refused))


CTCAE_V5_CLINICAL: Final = _Picker(
    id="ctcae_v5_clinical",
    name="CTCAE v5.0, clinical adverse events",
    version="5.0",
    citation=Citation("National Cancer Institute. Common Terminology Criteria for Adverse Events v5.0, 27 Nov 2017"),
    verification=Verification("public copy of the list for names and grades of 83 terms", date(2026, 11, 25)),
    items=_ITEMS,
    fields=_FIELDS,
    rule=_outcome,
)


def items_of(term: str) -> dict[str, Item]:
    """Give the questions of one term, the grade with its meaning.

    Examples
    --------
    >>> items_of("Bacteremia")["judged_grade"].label
    '2: positive culture without symptoms'
    """
    meaning = " | ".join(f"{each}: {text}" for each, text in TERMS[term].grades.items())
    judged = whole("judged_grade", meaning, min(TERMS[term].grades), max(TERMS[term].grades))
    return by_id([judged, *(_ITEMS[name] for name in MEASURES.get(term, ()))])
