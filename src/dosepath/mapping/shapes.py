"""Reading parsed JSON that may have any shape, and text that may be written in any way."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

Node: TypeAlias = Mapping[str, Any]
"""A parsed JSON object."""

EMPTY: Final[Node] = MappingProxyType({})

_OBJECT, _LIST, _TEXT, _TRUTH, _NUMBER = "an object", "a list", "text", "true or false", "a number"

SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {key: shape for shape, keys in {
        _OBJECT: """
            code subject patient dataAbsentReason effectivePeriod effectiveTiming
            valueQuantity valueCodeableConcept valueRange valueRatio valueSampledData valuePeriod
            onsetAge onsetPeriod onsetRange
            abatementAge abatementPeriod abatementRange
            medicationCodeableConcept medicationReference vaccineCode performedPeriod performedAge performedRange
        """,
        _LIST: """
            component interpretation referenceRange contained ingredient dosageInstruction reaction condition item
        """,
        _TEXT: """
            resourceType id status intent issued effectiveDateTime effectiveInstant valueString valueTime valueDateTime
            onsetDateTime onsetString abatementDateTime abatementString recordedDate criticality
            authoredOn dateAsserted performedDateTime performedString occurrenceDateTime occurrenceString
            birthDate gender deceasedDateTime questionnaire authored dateTime date whenHandedOver
        """,
        _TRUTH: "valueBoolean abatementBoolean deceasedBoolean doNotPerform",
        _NUMBER: "valueInteger",
        "an object or a list": "dosage",
        "an object or text": "clinicalStatus verificationStatus",
    }.items() for key in keys.split()}
)  # fmt: skip
"""Every key of a resource that the mapping reads, with the shape it must have. A reader may drop all others."""

_TYPES: Final[Mapping[str, type]] = {_OBJECT: dict, _LIST: list, _TEXT: str, _TRUTH: bool, _NUMBER: int}
_EXPECTED: Final = {key: _TYPES[shape] for key, shape in SHAPES.items() if shape in _TYPES}


def misshapen(resource: Node) -> tuple[str, ...]:
    """Name the keys of a resource whose value has not the shape that FHIR gives them."""
    expected = _EXPECTED
    wrong = [key for key, value in resource.items() if key in expected and type(value) is not expected[key]]
    return tuple(f"'{key}' is not {SHAPES[key]}" for key in wrong)


def part(node: Node, key: str) -> Node:
    """Give an object inside an object; an empty one when it is absent or something else."""
    found = node.get(key)
    return found if isinstance(found, dict) else EMPTY


def parts(node: Node, key: str) -> list[Node]:
    """Give the objects of a list inside an object."""
    found = node.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def text(node: Node, key: str) -> str:
    """Give text inside an object without blanks around it; empty when it is absent or something else."""
    found = node.get(key)
    if isinstance(found, str):
        return found.strip() if found.isascii() else trimmed(found)
    return ""


def trimmed(found: object) -> str:
    """Give text without blanks around it; empty when it is something else."""
    if not isinstance(found, str):
        return ""
    # JSON may hold halves of a character, which nobody could print.
    return found.encode("utf-8", "replace").decode("utf-8").strip()


_SHOWN = 120


def plain(written: str) -> str:
    """Make text from a record fit for one line of a report."""
    if len(written) <= _SHOWN and written.isprintable() and "  " not in written:
        return written.strip()
    line = " ".join("".join(c if c.isprintable() else " " for c in written[: 2 * _SHOWN]).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}..."


_TAG = re.compile(
    r"\s*\((?:disorder|finding|situation|event|procedure|regime/therapy|substance|product|medicinal product|"
    r"clinical drug|morphologic abnormality|qualifier value|observable entity|person)\)$"
)


# Curly quotes and long hyphens as a plain keyboard has them.
_TYPOGRAPHY: Final = str.maketrans("\u2018\u2019\u2010\u2011\u2013\u2014", "''----")


@lru_cache(maxsize=65536)
def normalised(written: str) -> str:
    """Bring text to the form in which names are compared.

    Examples
    --------
    >>> normalised("  Systemic lupus\u200b  Erythematosus (disorder)")
    'systemic lupus erythematosus'
    """
    folded = unicodedata.normalize("NFKC", written).casefold().translate(_TYPOGRAPHY)
    visible = "".join(c for c in folded if c.isascii() or unicodedata.category(c) != "Cf")
    return _TAG.sub("", " ".join(visible.split()))
