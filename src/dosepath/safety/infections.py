"""Infections after cell therapy, coded by the most specific CTCAE term and graded by the treatment that was needed.

Most terms share one pattern: local treatment is 1 where the term has a grade 1, an oral drug 2, an intravenous drug or
a procedure 3, urgent treatment of a threat to life 4, death 5. Reactivations of a virus are 1 without treatment, 2 with
it, 3 in hospital or intravenously. Bacteraemia has grade 2 alone, a positive culture without symptoms: with symptoms it
is coded as sepsis, which starts at 3.

Traps: prophylaxis is no treatment. An asymptomatic viraemia under pre-emptive intravenous ganciclovir is grade 3 by the
wording. The grade by treatment says nothing about how sure the infection is: proof is recorded beside it.

Treatment left out: the grade is open, and the flag `query` asks for it. So does it where no grade of the term fits the
treatment, such as a lung infection without any.

Verification: terms, their lowest grades and what they ask for as gathered in the project's reference notes (the open
table of CTCAE v5.0 in a public repository); shared cases, 2026-11-25. Assumed: the treatment that was given is the one
that was indicated; an infection of a term with a grade 1 that got no treatment is grade 1.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from dosepath.core.instrument import Case, Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import by_id, choice, yes_or_no
from dosepath.instruments.scale import Outcome, Scale, newly_refused
from dosepath.safety.open_items import flags_that_hold, judged, said_or_any


class Pattern(Enum):
    """How the grades of a term follow from what was needed."""

    BY_TREATMENT = "by treatment"
    REACTIVATION = "reactivation"
    SEPSIS = "sepsis"
    BACTEREMIA = "bacteremia"


@dataclass(frozen=True, slots=True)
class Term:
    """A CTCAE term: its MedDRA code, its lowest grade, and whether a stay in hospital makes grade 3."""

    name: str
    meddra: str
    lowest: int
    pattern: Pattern = Pattern.BY_TREATMENT
    hospital_is_3: bool = False
    topical: int = 1


SEPSIS: Final = "Sepsis"
BACTEREMIA: Final = "Bacteremia"
OTHER: Final = "Infections and infestations - Other, specify"

TERMS: Final = {
    term.name: term
    for term in (
        Term("Lung infection", "10061229", 2),
        Term("Upper respiratory infection", "10046300", 2),
        Term("Urinary tract infection", "10046571", 2),
        Term("Skin infection", "10040872", 1),
        Term("Catheter related infection", "10007810", 2, topical=2),
        Term("Enterocolitis infectious", "10058838", 2, hospital_is_3=True),
        Term("Shingles", "10040555", 1, hospital_is_3=True),
        Term("Cytomegalovirus infection reactivation", "10058666", 1, Pattern.REACTIVATION, True, 2),
        Term("Epstein-Barr virus infection reactivation", "10015109", 1, Pattern.REACTIVATION, True, 2),
        Term("Herpes simplex reactivation", "10080137", 1, Pattern.REACTIVATION, True, 2),
        Term("Hepatitis B reactivation", "10058827", 1, Pattern.REACTIVATION, True, 2),
        Term(BACTEREMIA, "10003999", 2, Pattern.BACTEREMIA),
        Term(SEPSIS, "10040047", 3, Pattern.SEPSIS),
        Term(OTHER, "", 1),
    )
}

THERAPIES: Final = {
    "none": "none, or prophylaxis only",
    "topical": "local",
    "oral": "oral drug",
    "iv": "intravenous drug",
    "invasive": "procedure: drainage, surgery",
    "urgent": "urgent treatment of a threat to life",
}

URGENT: Final = "urgent"

THERAPY_GRADES: Final = {"none": 1, "oral": 2, "iv": 3, "invasive": 3, URGENT: 4}
"""Grade of each treatment; that of local treatment depends on the term."""

BACTEREMIA_GRADE: Final = 2
SEPSIS_LOWEST: Final = 3
HOSPITAL_GRADE: Final = 3
DEATH: Final = 5

_ITEMS = by_id(
    [
        choice(
            "term",
            "CTCAE term, the most specific one",
            {name: f"MedDRA {term.meddra}" if term.meddra else "any other infection" for name, term in TERMS.items()},
        ),
        choice("therapy", "strongest treatment that was needed", THERAPIES),
        yes_or_no("hospitalised", "in hospital for it"),
        yes_or_no("bacteraemia_symptoms", "signs or symptoms of the positive blood culture"),
        yes_or_no("died_of_infection", "death from the infection"),
        choice("organism", "organism", ("bacterial", "viral", "fungal", "parasitic", "unknown")),
        choice("proof", "how sure the infection is", ("possible", "probable", "proven")),
    ]
)
_FIELDS = {
    "grade": Field("CTCAE grade, 1 to 5", unit="1"),
    "term": Field("CTCAE term under which it is coded", choices=tuple(TERMS)),
}

QUERY = Flag("query", "not graded yet: ask for what was needed against the infection")
RECODED = Flag("recoded", "a bacteraemia with symptoms is coded as sepsis")
PREEMPTIVE = Flag("preemptive_iv", "a reactivation treated intravenously is grade 3 by the wording, symptoms or not")


def grade_by_treatment(term: Term, therapy: str, *, hospitalised: bool = False) -> int | None:
    """Grade an infection that was survived; None where no grade of the term fits.

    Parameters
    ----------
    term
        A term that is not bacteraemia.
    therapy
        The strongest treatment that was needed.
    hospitalised
        For the infection.

    Examples
    --------
    >>> grade_by_treatment(TERMS["Lung infection"], "iv"), grade_by_treatment(TERMS["Lung infection"], "none")
    (3, None)
    >>> grade_by_treatment(TERMS["Sepsis"], "oral")
    3
    """
    grade = THERAPY_GRADES.get(therapy, term.topical)
    if hospitalised and term.hospital_is_3:
        grade = max(grade, HOSPITAL_GRADE)
    if term.pattern is Pattern.SEPSIS:
        return max(grade, SEPSIS_LOWEST)
    return grade if grade >= term.lowest else None


def code(
    term: str, therapy: str, *, hospitalised: bool = False, symptoms: bool = False, died: bool = False
) -> tuple[str, int | None]:
    """Give the term under which an infection is coded, and its grade.

    Examples
    --------
    >>> code("Bacteremia", "iv"), code("Bacteremia", "iv", symptoms=True), code("Sepsis", "iv", died=True)
    (('Bacteremia', 2), ('Sepsis', 3), ('Sepsis', 5))
    """
    if TERMS[term].pattern is Pattern.BACTEREMIA:
        if not (symptoms or died or therapy == URGENT):
            return term, BACTEREMIA_GRADE
        term = SEPSIS
    return term, DEATH if died else grade_by_treatment(TERMS[term], therapy, hospitalised=hospitalised)


def _rule(answers: Answers) -> Outcome:
    said = _without_contradictions(answers)
    silent = _is_silent_bacteraemia(said)
    therapies = tuple(therapy for therapy in THERAPIES if not (silent and therapy == URGENT))
    died = said.flags.get("died_of_infection", False if silent else None)
    found, matter = judged(
        {
            "term": (said.levels["term"],) if "term" in said.levels else tuple(TERMS),
            "therapy": (said.levels["therapy"],) if "therapy" in said.levels else therapies,
            "hospitalised": said_or_any(said.flags.get("hospitalised")),
            "bacteraemia_symptoms": said_or_any(said.flags.get("bacteraemia_symptoms")),
            "died_of_infection": said_or_any(died),
        },
        _judge,
    )
    graded = len(found) == 1 and found[0][1] is not None
    return Outcome(
        tuple(_case(term, grade) for term, grade in sorted(found, key=lambda one: (one[0], one[1] or 0))),
        missing=said.open(matter),
        flags=_flags(said, graded=graded, coded={term for term, _ in found}),
        refused=newly_refused(answers, said),
        steps=_steps(said, found),
    )


def _judge(
    *, term: str, therapy: str, hospitalised: bool, bacteraemia_symptoms: bool, died_of_infection: bool
) -> tuple[str, int | None]:
    return code(term, therapy, hospitalised=hospitalised, symptoms=bacteraemia_symptoms, died=died_of_infection)


def _is_silent_bacteraemia(said: Answers) -> bool:
    """Answer whether it is a bacteraemia without symptoms, which threatens nobody's life."""
    return said.levels.get("term") == BACTEREMIA and said.no("bacteraemia_symptoms")


def _without_contradictions(said: Answers) -> Answers:
    threatened = said.yes("died_of_infection") or said.levels.get("therapy") == URGENT
    if _is_silent_bacteraemia(said) and threatened:
        return said.without(["bacteraemia_symptoms"], "a bacteraemia that threatens life is not without symptoms")
    return said


def _case(term: str, grade: int | None) -> Case:
    return {"term": term} if grade is None else {"term": term, "grade": Interval.at(grade)}


def _flags(said: Answers, *, graded: bool, coded: set[str]) -> tuple[Flag, ...]:
    known = TERMS.get(said.levels.get("term", ""))
    reactivation = known is not None and known.pattern is Pattern.REACTIVATION
    return flags_that_hold(
        [
            (QUERY, not graded),
            (RECODED, said.levels.get("term") == BACTEREMIA and coded == {SEPSIS}),
            (PREEMPTIVE, reactivation and said.levels.get("therapy") == "iv"),
        ]
    )


def _steps(said: Answers, found: tuple[tuple[str, int | None], ...]) -> tuple[str, ...]:
    told = []
    if "term" in said.levels:
        coded = found[0][0] if len({term for term, _ in found}) == 1 else said.levels["term"]
        told.append(f"coded as {coded}")
    if "therapy" in said.levels:
        told.append(f"treatment: {THERAPIES[said.levels['therapy']]}")
    if len(found) == 1:
        told.append("no grade of the term fits" if found[0][1] is None else f"grade {found[0][1]}")
    return tuple(told)


INFECTIONS = Scale(
    id="infections",
    name="Infection, CTCAE term and grade",
    version="CTCAE v5.0",
    citation=Citation("National Cancer Institute. Common Terminology Criteria for Adverse Events v5.0, 2017"),
    verification=Verification(
        "open table of CTCAE v5.0 in a public repository, through the project's reference notes",
        date(2026, 11, 25),
    ),
    items=_ITEMS,
    fields=_FIELDS,
    rule=_rule,
    entries=_FIELDS,
    one_assessment=True,
)
