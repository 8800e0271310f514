"""SLEDAI-2K, the SLE Disease Activity Index 2000.

Twenty-four findings of the last 30 days, each present or absent, each counted in full or not at all, and only where
lupus is its cause. The total holds two items of serology, low complement and raised anti-dsDNA, of 2 points each; the
clinical part is the total without them. So a total alone leaves three clinical parts possible, and a clinical part
alone three totals. The clinical part keeps urine, platelets and white cells: it is not the "16 clinical, 8 laboratory"
split of some web forms.

Seven items follow from a measured result, `items_of_results`: beyond its limit if lupus is the cause, absent if it is
not beyond it, or if a drug, an infection or something else explains it. `counts_at` answers whether the day of a
finding is in the window. Both windows of the literature are named; 30 days is the default.

Verification: weights, items and the 30-day window as gathered in the project's reference notes (two open
implementations with tests, two public tables, the abstract of Touma 2010); sum 105; shared cases, 2026-11-23. From
memory: that the ratio of protein to creatinine stands in for a collection of 24 hours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from dosepath.core.days import PartialDate, Window
from dosepath.core.facts import Value
from dosepath.core.instrument import Field, Flag, Item, ItemAnswer, Score, Verification
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict
from dosepath.instruments.answers import Answers, Weighted, items_of, read_answers
from dosepath.instruments.bounds import in_words
from dosepath.instruments.items import at, by_id, under
from dosepath.instruments.sums import Points, all_reachable, either
from dosepath.instruments.thresholds import Threshold, findings_of

CLINICAL = (
    Weighted("seizure", 8, "seizure of recent onset, not from metabolism, infection or a drug"),
    Weighted("psychosis", 8, "psychosis that impairs daily function, not from uraemia or a drug"),
    Weighted(
        "organic_brain_syndrome", 8, "acute, fluctuating loss of orientation, memory or attention, with two signs"
    ),
    Weighted("visual_disturbance", 8, "retinal lesions of lupus or optic neuritis"),
    Weighted("cranial_nerve_disorder", 8, "new motor or sensory cranial neuropathy"),
    Weighted("lupus_headache", 8, "severe lasting headache that opioids do not relieve"),
    Weighted("cva", 8, "new stroke, not from arteriosclerosis"),
    Weighted(
        "vasculitis", 8, "vasculitis: ulcer, gangrene, tender nodules, infarcts, or proof by biopsy or angiography"
    ),
    Weighted("arthritis", 4, "two or more painful joints with signs of inflammation"),
    Weighted("myositis", 4, "proximal pain or weakness with raised enzymes, EMG change or biopsy"),
    Weighted("urinary_casts", 4, "casts of red cells or haem granules in urine"),
    Weighted("hematuria", 4, "more than 5 red cells a high-power field, no other cause"),
    Weighted("proteinuria", 4, "more than 0.5 g protein in urine a day"),
    Weighted("pyuria", 4, "more than 5 white cells a high-power field, no infection"),
    Weighted("rash", 2, "inflammatory rash"),
    Weighted("alopecia", 2, "abnormal patchy or diffuse loss of hair"),
    Weighted("mucosal_ulcers", 2, "ulcers of mouth or nose"),
    Weighted("pleurisy", 2, "pleuritic pain with rub or effusion, or pleural thickening"),
    Weighted("pericarditis", 2, "pericardial pain with rub, effusion, or ECG or echo findings"),
    Weighted("fever", 1, "above 38 degrees Celsius, no infection"),
    Weighted("thrombocytopenia", 1, "platelets below 100 x 10^9/L, not from a drug"),
    Weighted("leukopenia", 1, "white cells below 3.0 x 10^9/L, not from a drug"),
)
SEROLOGY = (
    Weighted("low_complement", 2, "C3, C4 or CH50 below the limit of the laboratory"),
    Weighted("increased_dna_binding", 2, "anti-dsDNA above the limit of the laboratory"),
)

SEROLOGY_POINTS = (0, 2, 4)
"""Points of serology: none, one or both of the two items."""

HIGHEST_CLINICAL = 101
"""Points of the 22 items that are not serology, all present."""

CENTRAL_NERVOUS_SYSTEM = (
    *("seizure", "psychosis", "organic_brain_syndrome", "visual_disturbance"),
    *("cranial_nerve_disorder", "lupus_headache", "cva"),
)
"""Items of the nervous system; together with vasculitis they are all of 8 points."""

WINDOW_DAYS = 30
"""Days before the assessment in which a finding counts, the day itself included."""
SHORT_WINDOW_DAYS = 10
"""The window of the first publication, shown to give the same scores."""

THRESHOLDS = (
    Threshold("hematuria", "urine_red_cells", ">", Quantity.of(5, "/[HPF]")),
    Threshold("proteinuria", "urine_protein_24h", ">", Quantity.of("0.5", "g/(24.h)")),
    Threshold("proteinuria", "upcr", ">", Quantity.of("0.5", "g/g"), analyte="upcr"),
    Threshold("pyuria", "urine_white_cells", ">", Quantity.of(5, "/[HPF]")),
    Threshold("fever", "body_temperature", ">", Quantity.of(38, "Cel")),
    Threshold("thrombocytopenia", "platelets", "<", Quantity.of(100, "10*9/L")),
    Threshold("leukopenia", "white_cells", "<", Quantity.of(3, "10*9/L")),
)
"""Results that decide an item; the ratio of protein to creatinine only where no urine was collected for 24 hours."""

_VERIFICATION = Verification(
    "two open implementations with tests, two public tables, abstract of Touma 2010; sum 105",
    date(2026, 11, 23),
    "the ratio of protein to creatinine in place of a collection of 24 hours",
)
_CITATION = Citation("Gladman DD, Ibañez D, Urowitz MB. J Rheumatol 2002;29:288-291")
_FIELDS = {
    "total": Field("SLEDAI-2K", unit="1"),
    "clinical": Field("SLEDAI-2K without low complement and raised anti-dsDNA", unit="1"),
}
_SECTIONS = {8: "8 points each", 4: "4 points each", 2: "2 points each", 1: "1 point each"}
_ITEMS = {
    **{
        item.id: at(item, section=_SECTIONS[row.points], points=item.place.points)
        for row, item in zip(CLINICAL, items_of(CLINICAL).values(), strict=True)
    },
    **by_id(under("serology, 2 points each", items_of(SEROLOGY).values())),
}
"""The findings under their weight, as the paper lists them; serology comes last here."""


@dataclass(frozen=True, slots=True)
class Sledai2K:
    """The total and its clinical part."""

    id: str = "sledai_2k"
    name: str = "SLE Disease Activity Index 2000"
    version: str = "SLEDAI-2K"
    citation: Citation = _CITATION
    one_assessment: bool = True
    verification: Verification = _VERIFICATION

    @property
    def fields(self) -> Mapping[str, Field]:
        """Total and clinical part, in points."""
        return _FIELDS

    @property
    def entries(self) -> Mapping[str, Field]:
        """Both may be entered."""
        return _FIELDS

    @property
    def items(self) -> Mapping[str, Item]:
        """The 24 findings, yes or no."""
        return _ITEMS

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        """List the pairs of total and clinical part that the findings leave possible.

        Examples
        --------
        >>> seen = dict.fromkeys(Sledai2K().items, False) | {"arthritis": True, "increased_dna_binding": True}
        >>> del seen["low_complement"]
        >>> scored = Sledai2K().score(seen)
        >>> [(int(case["total"].low), int(case["clinical"].low)) for case in scored.possible], scored.missing
        ([(6, 4), (8, 4)], ('low_complement',))
        """
        said = read_answers(_ITEMS, answers)
        rows = [(row, (row.points, row.points)) for row in CLINICAL] + [(row, (row.points, 0)) for row in SEROLOGY]
        pairs = all_reachable((either(said.flags.get(row.id), points) for row, points in rows), (0, 0))
        return Score(
            self.id,
            self.version,
            tuple({"total": Interval.at(total), "clinical": Interval.at(clinical)} for total, clinical in pairs),
            missing=said.open(_ITEMS),
            flags=tuple(_flags(said)),
            refused=said.refusals,
            steps=_steps(said, pairs),
        )

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        """List the pairs of total and clinical part that agree with what was entered.

        Examples
        --------
        >>> scored = Sledai2K().from_entered({"total": Quantity(Fraction(9), "1")})
        >>> [int(case["clinical"].low) for case in scored.possible]
        [9, 7, 5]
        """
        total, clinical = _points(entered.get("total")), _points(entered.get("clinical"))
        if total is None and clinical is None:
            return Score(self.id, self.version, (), missing=("total", "clinical"))
        pairs: list[tuple[Fraction, Fraction]] = []
        for serology in SEROLOGY_POINTS:
            high = total if total is not None else (clinical or Fraction(0)) + serology
            low = clinical if clinical is not None else high - serology
            if high - low == serology and 0 <= low <= HIGHEST_CLINICAL:
                pairs.append((high, low))
        if not pairs:
            return Score(
                self.id,
                self.version,
                (),
                conflict=f"a total of {total} and a clinical part of {clinical} contradict each other",
            )
        missing = tuple(name for name in ("total", "clinical") if name not in entered)
        return Score(
            self.id,
            self.version,
            tuple({"total": Interval.at(high), "clinical": Interval.at(low)} for high, low in pairs),
            missing=missing,
        )


SLEDAI_2K = Sledai2K()


def items_of_results(results: Mapping[str, Quantity], from_lupus: Mapping[str, bool]) -> dict[str, bool]:
    """Answer the items that results decide.

    Parameters
    ----------
    results
        By the names in `THRESHOLDS`, in any unit of the same kind.
    from_lupus
        Whether lupus is the cause of a finding, by item. A finding with another cause is absent; one whose cause
        nobody has judged is left out.

    Examples
    --------
    >>> few = {"platelets": Quantity.of(99, "10*9/L")}
    >>> items_of_results(few, {"thrombocytopenia": True}), items_of_results(few, {"thrombocytopenia": False})
    ({'thrombocytopenia': True}, {'thrombocytopenia': False})
    """
    return findings_of(THRESHOLDS, results, from_lupus)


def counts_at(assessment: date, finding: PartialDate, window_days: int = WINDOW_DAYS) -> Verdict:
    """Answer whether a finding of some day counts in an assessment.

    Parameters
    ----------
    assessment
        Day of the assessment, the last day of the window.
    finding
        Day of the finding, or the days that it may have been.
    window_days
        The first day of the window lies this many days before.

    Examples
    --------
    >>> counts_at(date(2026, 5, 31), PartialDate.parse("2026-05-01")).value
    'met'
    >>> counts_at(date(2026, 5, 31), PartialDate.parse("2026-04-30")).value
    'not_met'
    """
    first = PartialDate.on(assessment - timedelta(days=window_days))
    return Window(first, PartialDate.on(assessment)).contains(finding)


def _flags(said: Answers) -> Iterator[Flag]:
    if any(said.yes(item) for item in CENTRAL_NERVOUS_SYSTEM):
        yield Flag("nervous_system", "activity of the nervous system: rules on disease of it must not read as if none")


def _steps(said: Answers, pairs: tuple[Points, ...]) -> tuple[str, ...]:
    rows = (*CLINICAL, *SEROLOGY)
    totals, clinical = ([pair[place] for pair in pairs] for place in (0, 1))
    return (
        *(f"{row.id}: {row.points} points" for row in rows if said.yes(row.id)),
        *(f"{row.id}: not assessed, 0 or {row.points} points" for row in rows if row.id not in said.flags),
        f"total {_words(totals)}, without complement and anti-dsDNA {_words(clinical)}",
    )


def _words(points: list[int]) -> str:
    return in_words(Interval(Fraction(min(points)), Fraction(max(points))))


def _points(value: Value | None) -> Fraction | None:
    return value.value if isinstance(value, Quantity) else None
