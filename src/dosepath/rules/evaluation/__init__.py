"""The reader of the expression tree that judges one patient and says why."""

from dosepath.rules.evaluation import courses, events, scalars
from dosepath.rules.evaluation.evaluator import Answer, Evaluator, Situation

__all__ = ["Answer", "Evaluator", "Situation", "courses", "events", "scalars"]
