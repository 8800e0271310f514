"""The `value[x]` of a result or an answer, whichever it has."""

from dataclasses import dataclass
from typing import Any

from dosepath.mapping.numbers import shown
from dosepath.mapping.shapes import Node, part, plain, text
from dosepath.mapping.systems import Coded, read_coded


@dataclass(frozen=True, slots=True)
class Holder:
    """A JSON object with a `value[x]`, and the one that it has.

    Parameters
    ----------
    key, value
        `valueQuantity` and what it holds; empty and None when there is no value.
    several
        Whether there is more than one, which FHIR forbids.
    own_unit
        Whether a plain number is in the unit of the concept, because the concept itself was asked for by name.
    """

    key: str
    value: Any
    several: bool = False
    own_unit: bool = False

    @property
    def node(self) -> Node:
        """The value as an object."""
        return part({"value": self.value}, "value")

    @property
    def text(self) -> str:
        """The value as text."""
        return text({"value": self.value}, "value")

    @property
    def coded(self) -> Coded:
        """The value as a coded answer with its text."""
        if self.key == "valueCoding":
            return read_coded({"coding": [self.value]})
        if self.key == "valueCodeableConcept":
            return read_coded(self.node)
        return Coded(texts=(self.text,)) if self.text else Coded()


def held_by(node: Node, *, own_unit: bool = False) -> Holder:
    """Find the value of an observation, a component or an answer."""
    keys = [key for key in node if key.startswith("value") and key != "value" and node[key] is not None]
    if not keys:
        return Holder("", None, own_unit=own_unit)
    return Holder(keys[0], node[keys[0]], len(keys) > 1, own_unit)


def reported(holder: Holder) -> str:
    """Write a value as it stands in the source, for people."""
    node = holder.node
    match holder.key:
        case "valueQuantity":
            unit = text(node, "unit") or text(node, "code")
            return plain(f"{text(node, 'comparator')}{shown(node.get('value'))} {unit}")
        case "valueRatio":
            numerator, denominator = part(node, "numerator"), part(node, "denominator")
            return plain(f"{shown(numerator.get('value'))}:{shown(denominator.get('value'))}")
        case "valueRange":
            ends = (part(node, "low"), part(node, "high"))
            return plain(" to ".join(f"{shown(end.get('value'))} {text(end, 'unit')}" for end in ends))
        case "valueCodeableConcept" | "valueCoding":
            return plain(holder.coded.shown)
        case "valueBoolean":
            return "true" if holder.value is True else "false" if holder.value is False else ""
    return plain(holder.text) or shown(holder.value)
