"""Doses of glucocorticoids as doses of prednisone, and of mycophenolates as mycophenolate mofetil."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dosepath.core.source import Citation

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


PREDNISONE_EQUIVALENT = DoseTable(
    "prednisone_equivalent",
    Citation("Liu D, Ahmet A, Ward L et al. Allergy Asthma Clin Immunol 2013;9:30"),
    {drug: Fraction(5) / mg for drug, mg in MG_EQUAL_TO_5_MG_PREDNISONE.items()},
)

MYCOPHENOLATE_MOFETIL_EQUIVALENT = DoseTable(
    "mycophenolate_mofetil_equivalent",
    Citation("labels of the two drugs: mycophenolic acid 1440 mg a day corresponds to mycophenolate mofetil 2 g a day"),
    {"mycophenolate_mofetil": Fraction(1), "mycophenolic_acid": Fraction(2000, 1440)},
)
