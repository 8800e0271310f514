"""What the synthetic hospital calls its tests, drugs and diagnoses.

Codes are those that code_lists.csv of the reference material marks as verified; where it has none for a drug, the name
alone is written. Reference ranges are plausible for adults and invented for this laboratory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dosepath.demo import fhir
from dosepath.demo.jsontext import JsonObject

Range = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """One test: its name, its kind, its LOINC code by unit ("" for any other), and its printed range by unit."""

    name: str
    category: str
    loinc: Mapping[str, str]
    ranges: Mapping[str, Range] = field(default_factory=dict)


def _lab(name: str, loinc: str | Mapping[str, str], ranges: Mapping[str, Range] | None = None) -> Measure:
    return Measure(name, "laboratory", {"": loinc} if isinstance(loinc, str) else loinc, ranges or {})


MEASURES: Mapping[str, Measure] = {
    "anc": _lab("Neutrophils", "751-8", {"10*9/L": ("1.8", "7.5"), "/uL": ("1800", "7500"), "K/uL": ("1.8", "7.5")}),
    "platelets": _lab("Platelets", "777-3", {"10*9/L": ("150", "400"), "10*3/uL": ("150", "400")}),
    "hemoglobin": _lab("Haemoglobin", "718-7", {"g/L": ("115", "165"), "g/dL": ("11.5", "16.5")}),
    "inr": _lab("INR", "6301-6", {"{INR}": (None, "1.2")}),
    "aptt": _lab("APTT", "14979-9", {"s": ("25", "37")}),
    "ast": _lab("AST", "1920-8", {"U/L": (None, "40")}),
    "alt": _lab("ALT", "1742-6", {"U/L": (None, "45")}),
    "total_bilirubin": _lab(
        "Bilirubin, total",
        {"umol/L": "14631-6", "mg/dL": "1975-2"},
        {"umol/L": (None, "21"), "mg/dL": (None, "1.2")},
    ),
    "creatinine": _lab(
        "Creatinine",
        {"umol/L": "14682-9", "mg/dL": "2160-0"},
        {"umol/L": ("45", "97"), "mg/dL": ("0.5", "1.1")},
    ),
    "urine_protein_24h": _lab(
        "Urine protein, 24 hours", "2889-4", {"g/(24.h)": (None, "0.15"), "mg/(24.h)": (None, "150")}
    ),
    "iga": _lab("IgA", "2458-8", {"g/L": ("0.70", "4.00"), "mg/dL": ("70", "400")}),
    "igg": _lab("IgG", "2465-3", {"g/L": ("7.0", "16.0"), "mg/dL": ("700", "1600")}),
    "igm": _lab("IgM", "2472-9", {"g/L": ("0.40", "2.30"), "mg/dL": ("40", "230")}),
    "ck": _lab("Creatine kinase", "2157-6", {"U/L": ("30", "200")}),
    "ldh": _lab("Lactate dehydrogenase", "2532-0", {"U/L": ("120", "250")}),
    "aldolase": _lab("Aldolase", "1761-6", {"U/L": (None, "7.6")}),
    "ana": _lab("Antinuclear antibody titre", "5048-4"),
    "ana_qualitative": _lab("Antinuclear antibody", "8061-4"),
    "anti_dsdna": _lab("Anti-dsDNA antibody", "31348-6"),
    "anti_sm": _lab("Anti-Sm antibody", "31627-3"),
    "pr3_anca": _lab("PR3-ANCA", "6968-2", {"U/mL": (None, "3.0")}),
    "mpo_anca": _lab("MPO-ANCA", "17316-1"),
    "c_anca": _lab("c-ANCA by immunofluorescence", "14277-8"),
    "anti_ssa": _lab("Anti-Ro/SSA antibody", "5351-2"),
    "hbsag": _lab("HBsAg", "5196-1"),
    "hbv_dna": _lab("HBV DNA", "42595-9"),
    "anti_hcv": _lab("Anti-HCV", "16128-1"),
    "hcv_rna": _lab("HCV RNA", "11259-9"),
    "tp_antibody": _lab("Treponema pallidum antibody", "22587-0"),
    "hiv_antibody": _lab("HIV 1 and 2 antibody", "31201-7"),
    "igra": _lab("Interferon gamma release assay", "45323-3"),
    "tst": _lab("Tuberculin skin test", "1648-5"),
    "hcg_urine": _lab("Pregnancy test, urine", "2106-3"),
    "hcg_serum": _lab("Pregnancy test, serum", "2110-5"),
    "weight": Measure("Body weight", "vital-signs", {"": "29463-7"}),
    "spo2": Measure("Oxygen saturation", "vital-signs", {"": "59408-5"}),
    "lvef_pct": Measure("Left ventricular ejection fraction", "imaging", {"": "10230-1"}),
    "nyha": Measure("NYHA class", "exam", {"": "88020-3"}),
    "fvc_pct_pred": Measure("FVC, percent predicted", "procedure", {"": "19872-1"}),
}

_RXNORM = {
    "prednisone": "8640",
    "prednisolone": "8638",
    "methylprednisolone": "6902",
    "hydroxychloroquine": "5521",
    "chloroquine": "2393",
    "mycophenolate mofetil": "68149",
    "azathioprine": "1256",
    "methotrexate": "6851",
    "cyclophosphamide": "3002",
    "tacrolimus": "42316",
    "rituximab": "121191",
}
_ATC = {
    "leflunomide": "L04AK01",
    "belimumab": "L04AG04",
    "daratumumab": "L01FC01",
    "intravenous immunoglobulin": "J06BA02",
}
_DIAGNOSES = {
    "M32.10": "Systemic lupus erythematosus, organ or system involvement unspecified",
    "M32.14": "Glomerular disease in systemic lupus erythematosus",
    "M32.19": "Other organ or system involvement in systemic lupus erythematosus",
    "M32.9": "Systemic lupus erythematosus, unspecified",
    "M34.0": "Progressive systemic sclerosis",
    "M34.81": "Systemic sclerosis with lung involvement",
    "M31.30": "Wegener's granulomatosis without renal involvement",
    "M31.31": "Wegener's granulomatosis with renal involvement",
    "M31.7": "Microscopic polyangiitis",
    "M30.1": "Polyarteritis with lung involvement [Churg-Strauss]",
    "M33.12": "Other dermatomyositis with myopathy",
    "M33.13": "Other dermatomyositis without myopathy",
    "M33.22": "Polymyositis with myopathy",
    "G72.49": "Other inflammatory and immune myopathies, not elsewhere classified",
    "G72.0": "Drug-induced myopathy",
    "M35.00": "Sjögren syndrome, unspecified",
    "M35.01": "Sjögren syndrome with keratoconjunctivitis",
    "M35.05": "Sjögren syndrome with inflammatory arthritis",
    "M05.9": "Rheumatoid arthritis with rheumatoid factor, unspecified",
    "I10": "Essential (primary) hypertension",
    "J84.10": "Pulmonary fibrosis, unspecified",
    "C50.919": "Malignant neoplasm of unspecified site of unspecified female breast",
    "C44.91": "Basal cell carcinoma of skin, unspecified",
    "C61": "Malignant neoplasm of prostate",
    "D05.10": "Intraductal carcinoma in situ of unspecified breast",
    "D06.9": "Carcinoma in situ of cervix, unspecified",
    "I63.9": "Cerebral infarction, unspecified",
    "G40.909": "Epilepsy, unspecified, not intractable, without status epilepticus",
    "R56.9": "Unspecified convulsions",
    "G50.0": "Trigeminal neuralgia",
    "I21.9": "Acute myocardial infarction, unspecified",
    "I50.9": "Heart failure, unspecified",
    "I47.20": "Ventricular tachycardia, unspecified",
    "I45.81": "Long QT syndrome",
    "I16.1": "Hypertensive emergency",
    "Z94.0": "Kidney transplant status",
    "F32.9": "Major depressive disorder, single episode, unspecified",
    "F32.A": "Depression, unspecified",
}
_VACCINES = {
    "J07BK02": "zoster, live attenuated",
    "J07BL01": "yellow fever, live attenuated",
}
_PROCEDURES = {
    "415070008": "Percutaneous coronary intervention",
}


def measure_code(measure: str, unit: str | None) -> JsonObject:
    """Code a measurement; a concept of the project where no LOINC code is known. Some codes depend on the unit."""
    known = MEASURES.get(measure)
    if known is None:
        return fhir.concept(fhir.coding(fhir.PROJECT, measure))
    loinc = known.loinc.get(unit or "") or known.loinc.get("") or next(iter(known.loinc.values()))
    return fhir.concept(fhir.coding(fhir.LOINC, loinc, known.name))


def drug_code(name: str) -> JsonObject:
    """Code a drug by ingredient, and always name it."""
    if name in _RXNORM:
        return fhir.concept(fhir.coding(fhir.RXNORM, _RXNORM[name], name), text=name)
    if name in _ATC:
        return fhir.concept(fhir.coding(fhir.ATC, _ATC[name], name), text=name)
    return fhir.concept(text=name)


def diagnosis_code(code: str) -> JsonObject:
    """Code a diagnosis."""
    return fhir.concept(fhir.coding(fhir.ICD_10_CM, code, _DIAGNOSES[code]), text=_DIAGNOSES[code])


def vaccine_code(code: str) -> JsonObject:
    """Code a vaccine."""
    return fhir.concept(fhir.coding(fhir.ATC, code, _VACCINES[code]), text=_VACCINES[code])


def procedure_code(code: str) -> JsonObject:
    """Code an intervention."""
    return fhir.concept(fhir.coding(fhir.SNOMED, code, _PROCEDURES[code]), text=_PROCEDURES[code])
