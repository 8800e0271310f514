"""2019 EULAR/ACR classification criteria for systemic lupus erythematosus.

Entry: antinuclear antibodies of 1:80 or more, ever. Then ten domains, of which only the heaviest criterion counts.
Classified with 10 points or more and at least one criterion of a clinical domain. A criterion counts if it was there
once, ever, and lupus is the likeliest explanation. Fever and low white cells have other limits than in SLEDAI-2K.

Entry and four criteria follow from a measured result, `items_of_results`: a criterion is there beyond its limit if
nothing explains it better than lupus.

Verification: points of all criteria as gathered in the project's reference notes (four public tables, one open
implementation with tests); domain maxima add up to 51; shared cases, 2026-11-23.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dosepath.core.instrument import YES_OR_NO, Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers, Weighted, items_of
from dosepath.instruments.bounds import in_words
from dosepath.instruments.items import at, by_id, under, yes_or_no
from dosepath.instruments.scale import Outcome, Scale
from dosepath.instruments.sums import Points, all_reachable
from dosepath.instruments.thresholds import Threshold, findings_of

CUT_OFF = 10
"""Points from which a patient is classified."""

ENTRY = "ana"


@dataclass(frozen=True, slots=True)
class Domain:
    """Criteria of which only the heaviest counts."""

    name: str
    clinical: bool
    criteria: tuple[Weighted, ...]


DOMAINS = (
    Domain("constitutional", True, (Weighted("fever", 2, "above 38.3 degrees Celsius"),)),
    Domain("haematological", True, (
        Weighted("leukopenia", 3, "white cells below 4.0 x 10^9/L"),
        Weighted("thrombocytopenia", 4, "platelets below 100 x 10^9/L"),
        Weighted("autoimmune_hemolysis", 4, "haemolysis with a positive direct antiglobulin test"),
    )),
    Domain("neuropsychiatric", True, (
        Weighted("delirium", 2, "delirium"),
        Weighted("psychosis", 3, "delusions or hallucinations without insight and without delirium"),
        Weighted("seizure", 5, "focal or generalised seizure"),
    )),
    Domain("mucocutaneous", True, (
        Weighted("nonscarring_alopecia", 2, "loss of hair without scars"),
        Weighted("oral_ulcers", 2, "ulcers of the mouth"),
        Weighted("subacute_cutaneous_or_discoid", 4, "subacute cutaneous or discoid lupus"),
        Weighted("acute_cutaneous_lupus", 6, "malar rash or widespread maculopapular rash"),
    )),
    Domain("serosal", True, (
        Weighted("effusion", 5, "pleural or pericardial effusion on imaging"),
        Weighted("acute_pericarditis", 6, "acute pericarditis: two of pain, rub, ECG change, effusion"),
    )),
    Domain("musculoskeletal", True, (
        Weighted("joint_involvement", 6, "two or more joints swollen, or tender with 30 minutes of morning stiffness"),
    )),
    Domain("renal", True, (
        Weighted("proteinuria", 4, "more than 0.5 g protein in urine a day"),
        Weighted("biopsy_class_2_or_5", 8, "nephritis of class II or V on biopsy"),
        Weighted("biopsy_class_3_or_4", 10, "nephritis of class III or IV on biopsy"),
    )),
    Domain("antiphospholipid antibodies", False, (
        Weighted("apl_any", 2, "anticardiolipin at medium or high titre, anti-beta2GP1 or lupus anticoagulant"),
    )),
    Domain("complement", False, (
        Weighted("low_c3_or_c4", 3, "C3 or C4 low"),
        Weighted("low_c3_and_c4", 4, "C3 and C4 low"),
    )),
    Domain("antibodies specific for lupus", False, (
        Weighted("anti_dsdna_or_anti_sm", 6, "anti-dsDNA or anti-Sm"),
    )),
)  # fmt: skip

THRESHOLDS = (
    Threshold(ENTRY, "ana_titre", ">=", Quantity.of(80, "{titer}"), needs_cause=False),
    Threshold("fever", "body_temperature", ">", Quantity.of("38.3", "Cel")),
    Threshold("leukopenia", "white_cells", "<", Quantity.of(4, "10*9/L")),
    Threshold("thrombocytopenia", "platelets", "<", Quantity.of(100, "10*9/L")),
    Threshold("proteinuria", "urine_protein_24h", ">", Quantity.of("0.5", "g/(24.h)")),
    Threshold("proteinuria", "upcr", ">", Quantity.of("0.5", "g/g"), analyte="upcr"),
)
"""Results that decide an item; the ratio of protein to creatinine only where no urine was collected for 24 hours."""

_VERIFICATION = Verification(
    "four public tables, one open implementation with tests; maxima add up to 51",
    date(2026, 11, 23),
)
_CITATION = Citation(
    "Aringer M, Costenbader K, Daikh D et al. Ann Rheum Dis 2019;78:1151-1159", "10.1136/annrheumdis-2018-214819"
)
_NAME = "2019 EULAR/ACR classification criteria for SLE"
_ENTRIES = {"classified": Field(f"classified by {_NAME}", choices=YES_OR_NO)}
_FIELDS = {**_ENTRIES, "score": Field("points of the criteria, whatever the entry", unit="1")}
_ITEMS = {
    ENTRY: at(yes_or_no(ENTRY, "antinuclear antibodies of 1:80 or more, ever"), section="entry"),
    **by_id(item for domain in DOMAINS for item in under(domain.name, items_of(domain.criteria).values())),
}


def _rule(said: Answers) -> Outcome:
    """List what the criteria leave possible.

    A criterion that weighs no more than one of its domain that is present is not missed.

    Examples
    --------
    >>> seen = dict.fromkeys(EULAR_ACR_SLE_2019.items, False) | {"ana": True, "biopsy_class_3_or_4": True}
    >>> del seen["proteinuria"]
    >>> EULAR_ACR_SLE_2019.score(seen).possible[0]["classified"], EULAR_ACR_SLE_2019.score(seen).missing
    ('true', ())
    """
    sums = all_reachable((_options(domain, said) for domain in DOMAINS), (0, 0))
    entry = said.flags.get(ENTRY)
    found: set[tuple[int, bool]] = set()
    for points, clinical in sums:
        reached = points >= CUT_OFF and clinical > 0
        if entry is not False:
            found.add((points, reached))
        if entry is not True:
            found.add((points, False))
    open_items = tuple(
        row.id
        for domain in DOMAINS
        for row in domain.criteria
        if row.id not in said.flags and row.points > _present(domain, said)
    )
    if entry is None and any(reached for _, reached in found):
        open_items = (ENTRY, *open_items)
    possible = tuple(
        {"classified": "true" if reached else "false", "score": Interval.at(points)}
        for points, reached in sorted(found)
    )
    return Outcome(
        possible,
        missing=open_items,
        flags=tuple(_flags(entry, sums)),
        steps=_steps(said, sums),
    )


def items_of_results(results: Mapping[str, Quantity], from_lupus: Mapping[str, bool]) -> dict[str, bool]:
    """Answer the items that results decide.

    Parameters
    ----------
    results
        By the names in `THRESHOLDS`, in any unit of the same kind.
    from_lupus
        Whether nothing explains a finding better than lupus, by item. A finding that is explained better is absent;
        one whose cause nobody has judged is left out. Antinuclear antibodies need no cause.

    Examples
    --------
    >>> items_of_results({"ana_titre": Quantity.of(80, "{titer}")}, {})
    {'ana': True}
    """
    return findings_of(THRESHOLDS, results, from_lupus)


def _flags(entry: bool | None, sums: tuple[Points, ...]) -> Iterator[Flag]:
    if all(points >= CUT_OFF and not clinical for points, clinical in sums):
        yield Flag("no_clinical_criterion", f"{CUT_OFF} points or more, all of them from serology: not classified")
    if entry is False and all(points >= CUT_OFF and clinical for points, clinical in sums):
        yield Flag("not_entered", f"{CUT_OFF} points or more, but antinuclear antibodies were never positive")


def _steps(said: Answers, sums: tuple[Points, ...]) -> tuple[str, ...]:
    entry = {True: "there", False: "never there: not classified", None: "not assessed"}[said.flags.get(ENTRY)]
    total = in_words(Interval(Fraction(sums[0][0]), Fraction(sums[-1][0])))
    return (
        f"antinuclear antibodies of 1:80 or more: {entry}",
        *(step for domain in DOMAINS for step in _domain_steps(domain, said)),
        f"total {total}; {CUT_OFF} and a clinical criterion classify",
    )


def _domain_steps(domain: Domain, said: Answers) -> Iterator[str]:
    counted = max((row for row in domain.criteria if said.yes(row.id)), key=lambda row: row.points, default=None)
    for row in domain.criteria:
        if row is counted:
            yield f"{domain.name}: {row.id}, {row.points} points"
        elif said.yes(row.id):
            yield f"{domain.name}: {row.id} is not counted beside {counted.id if counted else ''}"
        elif row.id not in said.flags and row.points > _present(domain, said):
            yield f"{domain.name}: {row.id} not assessed, up to {row.points} points"


def _present(domain: Domain, said: Answers) -> int:
    """Give the points of the heaviest criterion that is present."""
    return max((row.points for row in domain.criteria if said.yes(row.id)), default=0)


def _options(domain: Domain, said: Answers) -> list[tuple[int, int]]:
    """Give the points that a domain may have, each with 1 if it is a clinical domain with a criterion present."""
    present = _present(domain, said)
    heavier = {row.points for row in domain.criteria if row.id not in said.flags and row.points > present}
    return [(points, int(domain.clinical and points > 0)) for points in (present, *heavier)]


EULAR_ACR_SLE_2019 = Scale(
    "eular_acr_sle_2019",
    _NAME,
    "2019",
    _CITATION,
    _VERIFICATION,
    _ITEMS,
    _FIELDS,
    _rule,
    entries=_ENTRIES,
)
