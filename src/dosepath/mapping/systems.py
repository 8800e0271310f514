"""Code systems under the addresses that hospitals write, and the codes of a coded answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from dosepath.mapping.shapes import Node, parts, text, trimmed

LOINC, SNOMED, ICD10CM, ICD10, RXNORM, ATC = "loinc", "snomed", "icd10cm", "icd10", "rxnorm", "atc"
UCUM, INTERPRETATION, PROJECT, OTHER = "ucum", "interpretation", "project", ""

PROJECT_URL: Final = "https://dosepath.org/fhir/CodeSystem/concept"
"""Code system of the concepts themselves; also of coded answers to them."""

_OID = "urn:oid:2.16.840.1.113883."

_ADDRESSES: Final[Mapping[str, str]] = {
    "http://loinc.org": LOINC,
    f"{_OID}6.1": LOINC,
    "http://snomed.info/sct": SNOMED,
    f"{_OID}6.96": SNOMED,
    "http://hl7.org/fhir/sid/icd-10-cm": ICD10CM,
    f"{_OID}6.90": ICD10CM,
    "http://hl7.org/fhir/sid/icd-10": ICD10,
    f"{_OID}6.3": ICD10,
    "http://www.nlm.nih.gov/research/umls/rxnorm": RXNORM,
    f"{_OID}6.88": RXNORM,
    "http://www.whocc.no/atc": ATC,
    f"{_OID}6.73": ATC,
    "http://unitsofmeasure.org": UCUM,
    f"{_OID}6.8": UCUM,
    "http://terminology.hl7.org/codesystem/v3-observationinterpretation": INTERPRETATION,
    "http://terminology.hl7.org/codesystem/v2-0078": INTERPRETATION,
    "http://hl7.org/fhir/v3/observationinterpretation": INTERPRETATION,
    "http://hl7.org/fhir/v2/0078": INTERPRETATION,
    f"{_OID}5.83": INTERPRETATION,
    PROJECT_URL.lower().replace("https:", "http:"): PROJECT,
}


@lru_cache(maxsize=4096)
def system_of(address: str) -> str:
    """Give the code system behind an address or object identifier; OTHER when it is none that we read.

    Examples
    --------
    >>> system_of("urn:oid:2.16.840.1.113883.6.90"), system_of("http://snomed.info/sct/731000124108")
    ('icd10cm', 'snomed')
    """
    plain = address.partition("|")[0].strip().lower().replace("https:", "http:").rstrip("/")
    if plain.startswith("http://snomed.info/sct/"):
        return SNOMED  # a national edition
    if plain.startswith("2.16."):
        plain = f"urn:oid:{plain}"
    return _ADDRESSES.get(plain, OTHER)


@dataclass(frozen=True, slots=True)
class Coded:
    """What a CodeableConcept says: codes with their systems, and its text and displays."""

    codes: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """What a person would read: the first text, else the first code."""
        return next(iter(self.texts), "") or next((code for _, code in self.codes), "")

    def of(self, system: str) -> tuple[str, ...]:
        """Give the codes of one system."""
        return tuple(code for found, code in self.codes if found == system)


def read_coded(node: Node) -> Coded:
    """Read a CodeableConcept."""
    codings = tuple((each.get("system"), each.get("code"), each.get("display")) for each in parts(node, "coding"))
    written = node.get("text")
    try:
        return _coded(written, codings)
    except TypeError:  # a list or an object where text should be
        return _coded(trimmed(written), tuple(tuple(map(trimmed, each)) for each in codings))


# A hospital writes the same few thousand codes over and over.
@lru_cache(maxsize=65536)
def _coded(written: Any, codings: tuple[tuple[Any, ...], ...]) -> Coded:
    texts = [trimmed(written)]
    codes: list[tuple[str, str]] = []
    for system, code, display in codings:
        own = trimmed(code)
        if own:
            codes.append((system_of(trimmed(system)), own))
        texts.append(trimmed(display))
    return Coded(tuple(codes), tuple(dict.fromkeys(each for each in texts if each)))


def joined(several: Iterable[Coded]) -> Coded:
    """Put the codes and texts of several CodeableConcepts together."""
    found = list(several)
    codes = dict.fromkeys(code for coded in found for code in coded.codes)
    texts = dict.fromkeys(each for coded in found for each in coded.texts)
    return Coded(tuple(codes), tuple(texts))


def code_of(node: Node, key: str) -> str:
    """Give the code of a status, coded as R4 has it or plain as older releases have it."""
    found = node.get(key)
    if isinstance(found, dict):
        return next((code for code in (text(coding, "code") for coding in parts(found, "coding")) if code), "").lower()
    return text(node, key).lower()
