"""The reader of the expression tree that judges a whole hospital: rules become stages of a relational plan."""

from dosepath.rules.relational import (
    arithmetic,
    assessments,
    comparisons,
    courses,
    days,
    doses,
    events,
    forms,
    instruments,
    logic,
    people,
    picks,
    questions,
    records,
    regimens,
    slices,
)
from dosepath.rules.relational.compared import ValueColumns, open_place, value_columns
from dosepath.rules.relational.compiler import Compiler, Step, Use
from dosepath.rules.relational.evidence import evidence
from dosepath.rules.relational.values import Truthed

__all__ = ["Compiler", "Step", "Truthed", "Use", "ValueColumns", "evidence", "open_place", "value_columns"]

# Each of these registers its functions when it is imported.
_READERS = (
    arithmetic,
    assessments,
    comparisons,
    courses,
    days,
    doses,
    events,
    forms,
    instruments,
    logic,
    people,
    picks,
    questions,
    records,
    regimens,
    slices,
)
