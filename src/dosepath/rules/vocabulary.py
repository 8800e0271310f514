"""The words that a rule may use: concepts, windows, settings, regimens, instruments.

The protocol file supplies them; the rules only know their types.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from dosepath.core.facts import Table
from dosepath.core.instrument import Catalog


class Kind(Enum):
    """What the records of a concept hold."""

    QUANTITY = "quantity"
    """A number with a unit, with limits of normal where the laboratory printed them."""
    RESULT = "result"
    """A test that is positive or negative."""
    FLAG = "flag"
    """Yes or no."""
    CHOICE = "choice"
    """One of some named answers."""
    ORDINAL = "ordinal"
    """One of some named answers that have an order, the lowest first."""
    DATE = "date"
    """A day as an answer."""
    EVENT = "event"
    """Something that happened or lasted: a condition, a procedure, a vaccination, an allergy."""
    DRUG = "drug"
    """A drug that was given, with dose and frequency where recorded."""


ANSWERS: Mapping[Kind, tuple[str, ...]] = {
    Kind.RESULT: ("positive", "negative"),
    Kind.FLAG: ("true", "false"),
}
"""Answers of the kinds that have the same answers for every concept."""


@dataclass(frozen=True, slots=True)
class Term:
    """A concept as the rules see it.

    Parameters
    ----------
    id, label, kind
        Name in rules, name for people, and what its records hold.
    unit
        UCUM unit of a quantity, `1` for a plain count or score.
    choices
        Answers of a choice or an ordinal.
    tables
        Where events are recorded; all must be complete before "it did not happen" can be said.
    members
        Concepts that this one stands for together; empty for a concept of its own.
    judgement
        Whether only a person can supply it.
    """

    id: str
    label: str
    kind: Kind
    unit: str = ""
    choices: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    members: tuple[str, ...] = ()
    judgement: bool = False

    @property
    def answers(self) -> tuple[str, ...]:
        """Possible answers; empty when the records hold numbers, days or nothing."""
        return ANSWERS.get(self.kind, self.choices)


@dataclass(frozen=True, slots=True)
class RegimenLine:
    """One drug of a standard regimen and the rule that keeps it inside its cap.

    Parameters
    ----------
    name
        Name of the line, used as `regimen.name`.
    drug
        Concept of the drug or drug class.
    cap
        Text of a rule over `daily_dose`; empty when any dose will do.
    equivalence
        Table by which the doses of a drug class are added; empty when doses are taken as recorded.
    """

    name: str
    drug: str
    cap: str = ""
    equivalence: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """An instrument as the protocol uses it: which concepts hold its entered results, and when they count."""

    instrument: str
    window: str
    entered: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that a rule of one protocol may name.

    Parameters
    ----------
    terms
        Concepts by id.
    anchors
        Names of the dates that windows hang on.
    windows, definitions
        Text of named windows and named expressions.
    settings
        Names of settings and their units (`1` for plain numbers); values come with the patient.
    regimens
        Standard regimens by name.
    bindings
        Instruments by the name used in rules.
    catalog
        What is behind instruments, formulas and equivalence tables.
    """

    terms: Mapping[str, Term]
    anchors: tuple[str, ...]
    windows: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    regimens: Mapping[str, tuple[RegimenLine, ...]] = field(default_factory=dict)
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    catalog: Catalog = field(default_factory=Catalog)

    def leaves(self, concept: str) -> tuple[str, ...]:
        """Give the concepts of its own that a concept stands for."""
        term = self.terms[concept]
        if not term.members:
            return (concept,)
        return tuple(dict.fromkeys(leaf for member in term.members for leaf in self.leaves(member)))

    def tables(self, concept: str) -> tuple[Table, ...]:
        """Give the lists that must be complete before the concept can be said not to have happened."""
        found = [table for leaf in self.leaves(concept) for table in self.terms[leaf].tables]
        return tuple(dict.fromkeys(found))
