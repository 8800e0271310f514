"""What the 2022 ACR/EULAR criteria for vasculitis with ANCA share: findings with points, above and below zero.

Both apply once vasculitis of small or medium vessels has been diagnosed and mimics are excluded; whether a case may be
classified at all is not part of the points. Both, one or none of the criteria may be met by one person: show them
together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Item
from dosepath.core.interval import Interval
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, by_id, yes_or_no
from dosepath.instruments.scale import Outcome
from dosepath.instruments.sums import all_reachable, either

EOSINOPHILS = "eosinophils"
MANY_EOSINOPHILS = "eosinophils_ge_1"
MANY_FROM = Fraction(1)
"""Eosinophils in 10^9/L from which they count, this number included."""

CLASSIFIED_FROM = 5
"""Points from which either disease is classified, this number included."""

FINDINGS = {
    "nasal": "nose: bloody discharge, ulcers, crusts, congestion or blockage, or a defect of the septum",
    "cartilage": "inflamed cartilage of ear or nose, hoarseness or stridor, disease of the bronchi, or saddle nose",
    "hearing_loss": "conductive or sensorineural loss of hearing",
    "canca_or_pr3": "cANCA, or antibodies against PR3",
    "panca_or_mpo": "pANCA, or antibodies against MPO",
    "pulmonary_nodules": "nodules, a mass or cavities on imaging of the chest",
    "fibrosis_or_ild": "fibrosis or interstitial lung disease on imaging of the chest",
    "granuloma_biopsy": "granuloma, granulomatous inflammation or giant cells on biopsy",
    "sinus_imaging": "inflammation, consolidation or effusion of the sinuses, or mastoiditis, on imaging",
    "pauci_immune_gn": "pauci-immune glomerulonephritis on biopsy",
    MANY_EOSINOPHILS: "eosinophils in blood of 1.0 x 10^9/L or more",
}

FIELDS = {
    "classified": Field("classified", choices=YES_OR_NO),
    "total": Field("points", unit="1"),
}


@dataclass(frozen=True, slots=True)
class Points:
    """The findings that count for one disease, with their points, and the name of the disease."""

    disease: str
    findings: Mapping[str, int]

    @property
    def items(self) -> dict[str, Item]:
        """The findings, yes or no, and the count of eosinophils that answers one of them."""
        found = [yes_or_no(name, FINDINGS[name]) for name in self.findings]
        return by_id([*found, amount(EOSINOPHILS, "eosinophils in blood, highest count", "10*9/L")])

    def outcome(self, said: Answers) -> Outcome:
        """List the totals that the findings leave possible."""
        known = with_eosinophils(said)
        options = [either(known.flags.get(name), (points,)) for name, points in self.findings.items()]
        totals = [total for (total,) in all_reachable(options, (0,))]
        refused = [refusal for item, refusal in known.refused.items() if item not in said.refused]
        return Outcome(
            tuple(_case(total) for total in totals),
            known.open(self.findings),
            tuple(_flags(known)),
            tuple(refused),
            self._steps(known, totals),
        )

    def _steps(self, said: Answers, totals: list[int]) -> tuple[str, ...]:
        present = [f"{name}: {points:+d}" for name, points in self.findings.items() if said.yes(name)]
        open_items = said.open(self.findings)
        total = f"{totals[0]}" if len(totals) == 1 else f"{totals[0]} to {totals[-1]}"
        return (
            *(present or ("no finding is present: 0",)),
            *([f"not assessed: {', '.join(open_items)}"] if open_items else []),
            f"total {total}; {self.disease} is classified from {CLASSIFIED_FROM} points on",
        )


def with_eosinophils(said: Answers) -> Answers:
    """Answer whether there are many eosinophils from their count; refuse both where they disagree.

    Examples
    --------
    >>> with_eosinophils(Answers(amounts={"eosinophils": Fraction(1)})).flags
    {'eosinophils_ge_1': True}
    """
    count = said.amounts.get(EOSINOPHILS)
    if count is None:
        return said
    many = count >= MANY_FROM
    if said.flags.get(MANY_EOSINOPHILS, many) is not many:
        return said.without([MANY_EOSINOPHILS, EOSINOPHILS], "the count and the answer about it disagree")
    return replace(said, flags={**said.flags, MANY_EOSINOPHILS: many})


def _flags(said: Answers) -> list[Flag]:
    if said.yes("canca_or_pr3") and said.yes("panca_or_mpo"):
        return [Flag("both_anca", "both kinds of ANCA are positive: look at both criteria, and at the tests")]
    return []


def _case(total: int) -> Case:
    return {"classified": "true" if total >= CLASSIFIED_FROM else "false", "total": Interval.at(total)}
