"""A concept: one variable of the protocol, and how records of it are recognised."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dosepath.core.facts import Table
from dosepath.rules.vocabulary import Kind, Term


class Codes(BaseModel):
    """Codes by system. ICD-10-CM and ATC match as prefixes, the others exactly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    loinc: tuple[str, ...] = ()
    icd10cm: tuple[str, ...] = ()
    rxnorm: tuple[str, ...] = ()
    atc: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()


class Concept(BaseModel):
    """One variable of the protocol.

    A record is read as the concept when one of its codes matches, or, where it carries no code of a system listed
    here, when its text is one of `names`. A record whose text contains one of `hints` may mean the concept; it does not
    make it true, but a closed world cannot say "no" while such a record is not understood.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    kind: Kind
    unit: str = ""
    analyte: Annotated[str, Field(description="substance, where mass and molar units are converted")] = ""
    choices: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    members: tuple[str, ...] = ()
    codes: Codes = Codes()
    component_of: Annotated[
        tuple[str, ...], Field(description="LOINC codes of panels whose components may hold the value")
    ] = ()
    requires_zero: Annotated[
        str, Field(description="LOINC code of a component that must be on record and zero, such as inhaled oxygen flow")
    ] = ""
    plausible: Annotated[
        tuple[str, str] | None,
        Field(description="lowest and highest number that a person can have; others are flagged, not dropped"),
    ] = None
    names: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    judgement: bool = False
    order: Annotated[str, Field(description="how it is obtained: a key of the protocol's `orders`")] = ""
    note: str = ""

    def term(self, name: str) -> Term:
        """Give the concept as the rules see it."""
        return Term(
            id=name,
            label=self.label,
            kind=self.kind,
            unit=self.unit,
            choices=self.choices,
            tables=self.tables,
            members=self.members,
            judgement=self.judgement,
        )
