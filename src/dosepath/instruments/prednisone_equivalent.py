"""Doses of glucocorticoids as doses of prednisone, and of mycophenolates as mycophenolate mofetil.

The tables are for rules over medications on record; the form adds up what a patient takes on one day. Each row counts
its milligrams times the times a day times 5 divided by what equals 5 mg of prednisone, exactly: 3 mg of dexamethasone
are 20 mg. A drug taken every other day is taken half a time a day; of a taper the dose of the day counts; salts count
by the base on the label. Fludrocortisone and whatever is inhaled, on the skin, in nose or eye counts nothing;
injections into a joint and enteric budesonide count nothing either but are shown, to be listed apart. The sum is open
upwards where a glucocorticoid has no place in the table, where a dose is not known, and where the list may not be
complete: no row on a complete list is 0, no row on another list is not known.

Verification: the table as gathered in the project's reference notes (one open data file for hydrocortisone to
betamethasone); shared cases, 2026-11-25. From memory: triamcinolone, deflazacort, and the citation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dosepath.core.instrument import Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words
from dosepath.instruments.items import amount, by_id, choice, rows, yes_or_no
from dosepath.instruments.scale import Outcome, Scale

MG_EQUAL_TO_5_MG_PREDNISONE: Mapping[str, Fraction] = {
    "cortisone": Fraction(25),
    "hydrocortisone": Fraction(20),
    "prednisone": Fraction(5),
    "prednisolone": Fraction(5),
    "methylprednisolone": Fraction(4),
    "triamcinolone": Fraction(4),
    "deflazacort": Fraction(6),
    "dexamethasone": Fraction("0.75"),
    "betamethasone": Fraction("0.6"),
}
"""Anti-inflammatory potency of systemic glucocorticoids, milligrams that equal 5 mg of prednisone."""


@dataclass(frozen=True, slots=True)
class DoseTable:
    """A table of what one milligram of each drug counts for."""

    id: str
    citation: Citation
    factors: Mapping[str, Fraction]

    def factor(self, drug: str) -> Fraction | None:
        """Give what one milligram of the drug counts for; None for a drug that is not in the table.

        Examples
        --------
        >>> PREDNISONE_EQUIVALENT.factor("methylprednisolone")
        Fraction(5, 4)
        """
        return self.factors.get(drug)


_CITATION = Citation("Liu D, Ahmet A, Ward L et al. Allergy Asthma Clin Immunol 2013;9:30")

PREDNISONE_EQUIVALENT = DoseTable(
    "prednisone_equivalent",
    _CITATION,
    {drug: Fraction(5) / mg for drug, mg in MG_EQUAL_TO_5_MG_PREDNISONE.items()},
)

MYCOPHENOLATE_MOFETIL_EQUIVALENT = DoseTable(
    "mycophenolate_mofetil_equivalent",
    Citation("labels of the two drugs: mycophenolic acid 1440 mg a day corresponds to mycophenolate mofetil 2 g a day"),
    {"mycophenolate_mofetil": Fraction(1), "mycophenolic_acid": Fraction(2000, 1440)},
)

NOT_COUNTED: Mapping[str, str] = {
    "fludrocortisone": "fludrocortisone",
    "local": "inhaled, on the skin, in nose, eye or ear",
    "joint_injection": "injected into a joint",
    "enteric_budesonide": "budesonide that acts in the gut",
}
"""What is no systemic dose, with its words."""

LISTED_APART = ("joint_injection", "enteric_budesonide")
"""Those of them that a person should see."""

OTHER = "other"
"""A systemic glucocorticoid without a place in the table."""

DRUGS: Mapping[str, str] = {
    **{drug: drug for drug in MG_EQUAL_TO_5_MG_PREDNISONE},
    **NOT_COUNTED,
    OTHER: "another systemic glucocorticoid",
}


def _of_row(row: Answers) -> Interval:
    """Give the prednisone that a row stands for, mg a day."""
    drug, mg, per_day = row.levels.get("drug"), row.number("mg"), row.number("per_day")
    if drug in NOT_COUNTED or mg == 0 or per_day == 0:
        return Interval.at(0)
    factor = None if drug is None else PREDNISONE_EQUIVALENT.factor(drug)
    if factor is None or mg is None or per_day is None:
        return Interval(Fraction(0), None)
    return Interval.at(mg * per_day * factor)


def _rule(said: Answers) -> Outcome:
    listed = said.rows.get("drugs")
    total = Interval.at(0) if listed is not None and said.yes("list_complete") else Interval(Fraction(0), None)
    for row in listed or ():
        total += _of_row(row)
    return Outcome(
        possible=({"mg_day": total},),
        missing=tuple(_missing(said)),
        flags=tuple(_flags(listed or ())),
        steps=tuple(_steps(said, total)),
    )


def _missing(said: Answers) -> Iterator[str]:
    listed = said.rows.get("drugs")
    if listed is None or said.no("list_complete"):
        yield "drugs"
    for column in ("drug", "mg", "per_day"):
        if any(column in row.open(("drug", "mg", "per_day")) and not _of_row(row).exact for row in listed or ()):
            yield f"drugs.{column}"
    if "list_complete" in said.open(["list_complete"]):
        yield "list_complete"


def _flags(listed: tuple[Answers, ...]) -> Iterator[Flag]:
    drugs = [row.levels.get("drug") for row in listed]
    if OTHER in drugs:
        yield Flag("not_in_table", "a glucocorticoid without a place in the table: the sum is only a lower bound")
    yield from (
        Flag("listed_apart", f"{NOT_COUNTED[drug]}: not counted, list it apart")
        for drug in LISTED_APART
        if drug in drugs
    )


def _steps(said: Answers, total: Interval) -> Iterator[str]:
    for row in said.rows.get("drugs", ()):
        drug = row.levels.get("drug", "drug not named")
        mg, per_day = (_shown(row.number(column)) for column in ("mg", "per_day"))
        equal = PREDNISONE_EQUIVALENT.factor(drug)
        factor = "" if equal is None else f" x 5 / {_shown(MG_EQUAL_TO_5_MG_PREDNISONE[drug])}"
        counted = _of_row(row)
        result = f"{_shown(counted.low)} mg" if counted.exact else "open"
        yield f"{drug} {mg} mg x {per_day} a day{factor} = {result}"
    complete = {True: "complete", False: "not complete", None: "not said to be complete"}[
        said.flags.get("list_complete")
    ]
    yield f"sum {_shown(total.low)} mg a day{'' if total.exact else ' or more'}; the list is {complete}"


def _shown(number: Fraction | None) -> str:
    return "?" if number is None else in_words(Interval.at(number))


PREDNISONE_DOSE = Scale(
    id="prednisone_equivalent",
    name="Systemic glucocorticoids as prednisone",
    version="standard table, 2013",
    citation=_CITATION,
    verification=Verification(
        "one open data file for hydrocortisone to betamethasone",
        date(2026, 11, 25),
        "triamcinolone, deflazacort, citation",
    ),
    items=by_id(
        [
            rows(
                "drugs",
                "glucocorticoids of the day",
                choice("drug", "glucocorticoid", DRUGS),
                amount("mg", "dose at one time", "mg"),
                amount("per_day", "times a day, 0.5 on alternate days"),
            ),
            yes_or_no("list_complete", "the list holds every glucocorticoid of the patient"),
        ]
    ),
    fields={"mg_day": Field("prednisone or what equals it, a day", unit="mg/d")},
    rule=_rule,
)
