"""2012 Chapel Hill nomenclature, for granulomatosis with polyangiitis (GPA) and microscopic polyangiitis (MPA).

A nomenclature: it has no points and no thresholds. The diagnosis is the physician's; the findings bear it out or
contradict it.

    GPA   necrotising vasculitis of small vessels, and granulomatous inflammation
    MPA   necrotising vasculitis of small vessels, no granulomatous inflammation, few or no immune deposits
    EGPA  asthma and eosinophilia, which neither GPA nor MPA has

A finding counts from biopsy or from an accepted clinical surrogate; the items name the surrogates. A diagnosis of GPA
or MPA stands as long as no finding contradicts it, whatever was not assessed (convention of the reference definition):
missing findings only leave `borne_out` open, which is weak evidence. Where a finding does contradict it, the score
gives no diagnosis and the flag `needs_review`: a person decides, a form does not overrule the physician. EGPA and other
diagnoses are not checked further.

For points see `acr_eular_gpa_2022` and `acr_eular_mpa_2022`; show whether they agree.

Verification: surrogates in outline against a table of surrogate parameters (Watts 2007); shared cases, 2026-11-25. From
memory: the definitions.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Verification
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import by_id, choice, yes_or_no
from dosepath.instruments.scale import Outcome, Scale

DIAGNOSIS = "physician_diagnosis"
DIAGNOSES = {
    "GPA": "granulomatosis with polyangiitis",
    "MPA": "microscopic polyangiitis",
    "EGPA": "eosinophilic granulomatosis with polyangiitis",
    "other": "another diagnosis",
}

VASCULITIS = "necrotizing_small_vessel_vasculitis"
GRANULOMA = "granulomatous_inflammation"
FEW_DEPOSITS = "few_or_no_immune_deposits"
ASTHMA = "asthma_and_eosinophilia"

DEFINITIONS: Mapping[str, Mapping[str, bool]] = {
    "GPA": {VASCULITIS: True, GRANULOMA: True, ASTHMA: False},
    "MPA": {VASCULITIS: True, GRANULOMA: False, FEW_DEPOSITS: True, ASTHMA: False},
}
"""What is found in each disease, or not."""

_ITEMS = by_id([
    choice(DIAGNOSIS, "clinical diagnosis by the physician", DIAGNOSES),
    yes_or_no(VASCULITIS, "necrotising vasculitis, mostly of small vessels, on biopsy or by surrogates: "
              "glomerulonephritis, lung haemorrhage, aneurysm or stenosis on imaging with other signs"),
    yes_or_no(FEW_DEPOSITS, "few or no immune deposits in the vessels"),
    yes_or_no(GRANULOMA, "granulomatous inflammation, mostly of the airways, on biopsy or by surrogates: nodules, "
              "cavities or fixed infiltrates, or bloody discharge and crusts, for more than one month; destroyed bone "
              "or cartilage; acute unexplained loss of hearing"),
    yes_or_no("glomerulonephritis", "glomerulonephritis, or red cell casts and protein in urine"),
    yes_or_no("pulmonary_capillaritis_or_hemorrhage", "capillaritis or haemorrhage of the lung"),
    yes_or_no(ASTHMA, "asthma and eosinophilia"),
    choice("anca", "ANCA", {
        "negative": "negative",
        "PR3": "against PR3",
        "MPO": "against MPO",
        "both": "against both",
    }),
])  # fmt: skip
_ENTRIES = {"diagnosis": Field("diagnosis", choices=tuple(DIAGNOSES))}
_FIELDS = {**_ENTRIES, "borne_out": Field("findings bear the diagnosis out", choices=YES_OR_NO)}


def _rule(said: Answers) -> Outcome:
    diagnoses = [said.levels[DIAGNOSIS]] if DIAGNOSIS in said.levels else list(DIAGNOSES)
    possible = [case for diagnosis in diagnoses for case in _cases(diagnosis, said)]
    matters = {DIAGNOSIS, *(item for diagnosis in diagnoses for item in _undecided(diagnosis, said))}
    return Outcome(
        tuple(case for place, case in enumerate(possible) if case not in possible[:place]),
        tuple(item for item in said.open(_ITEMS) if item in matters),
        tuple(_flags(said)),
        steps=tuple(_steps(said)),
    )


def contradictions(diagnosis: str, said: Answers) -> tuple[str, ...]:
    """Name the findings that contradict a diagnosis.

    Examples
    --------
    >>> contradictions("MPA", Answers({"granulomatous_inflammation": True, "asthma_and_eosinophilia": False}))
    ('granulomatous_inflammation',)
    """
    wanted = DEFINITIONS.get(diagnosis, {})
    return tuple(item for item, found in wanted.items() if said.flags.get(item, found) is not found)


def _undecided(diagnosis: str, said: Answers) -> tuple[str, ...]:
    """Give the findings that may still contradict a diagnosis."""
    return () if contradictions(diagnosis, said) else said.open(DEFINITIONS.get(diagnosis, {}))


def _cases(diagnosis: str, said: Answers) -> list[Case]:
    if contradictions(diagnosis, said):
        return [{"borne_out": "false"}]
    borne_out = ("true", "false") if _undecided(diagnosis, said) else ("true",)
    return [{"diagnosis": diagnosis, "borne_out": word} for word in borne_out]


def _flags(said: Answers) -> Iterator[Flag]:
    diagnosis = said.levels.get(DIAGNOSIS)
    against = contradictions(diagnosis, said) if diagnosis else ()
    if against:
        words = ", ".join(f"{item}: {'yes' if said.yes(item) else 'no'}" for item in against)
        yield Flag("needs_review", f"the diagnosis is {diagnosis}, against it speaks {words}")
    if diagnosis == "GPA" and said.no(FEW_DEPOSITS):
        yield Flag("immune_deposits", "immune deposits are unusual in GPA")
    if diagnosis == "EGPA" and said.no(ASTHMA):
        yield Flag("no_asthma", "the diagnosis is EGPA, but there is no asthma with eosinophilia")


def _steps(said: Answers) -> Iterator[str]:
    diagnosis = said.levels.get(DIAGNOSIS)
    if diagnosis is None:
        yield "no diagnosis by the physician: the findings alone give none"
        return
    yield f"diagnosis by the physician: {diagnosis}, {DIAGNOSES[diagnosis]}"
    for item, wanted in DEFINITIONS.get(diagnosis, {}).items():
        asked = f"{item} should be {'yes' if wanted else 'no'}"
        found = said.flags.get(item)
        yield f"{asked}: {'not assessed' if found is None else 'it is' if found is wanted else 'it is not'}"
    if contradictions(diagnosis, said):
        yield "a finding contradicts the diagnosis: a person has to look"


CHCC_2012 = Scale(
    "chcc_2012",
    "2012 Chapel Hill consensus nomenclature of vasculitides",
    "2012",
    Citation("Jennette JC, Falk RJ, Bacon PA et al. Arthritis Rheum 2013;65:1-11"),
    Verification("a table of surrogate parameters, in outline", date(2026, 11, 25), "the definitions"),
    _ITEMS,
    _FIELDS,
    _rule,
    entries=_ENTRIES,
)
