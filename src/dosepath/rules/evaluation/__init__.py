"""The reader of the expression tree that judges one patient and says why."""

from dosepath.rules.evaluation import (
    arithmetic,
    assessments,
    calendar,
    comparisons,
    courses,
    doses,
    events,
    instruments,
    logic,
    people,
    regimens,
    results,
    rows,
)
from dosepath.rules.evaluation.answer import NEVER, Answer, Situation
from dosepath.rules.evaluation.arithmetic import show
from dosepath.rules.evaluation.compared import Compared, values_compared
from dosepath.rules.evaluation.evaluator import Evaluator

__all__ = ["NEVER", "Answer", "Compared", "Evaluator", "Situation", "show", "values_compared"]

# Each of these registers its functions when it is imported.
_READERS = (
    arithmetic,
    assessments,
    calendar,
    comparisons,
    courses,
    doses,
    events,
    instruments,
    logic,
    people,
    regimens,
    results,
    rows,
)
