"""An instrument that one function scores: what most of them are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dosepath.core.facts import Value
from dosepath.core.instrument import Case, Field, FieldValue, Flag, Item, ItemAnswer, Refusal, Score, Verification
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict
from dosepath.instruments.answers import Answers, read_answers
from dosepath.instruments.entered import entered_score


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rule of a scale makes of the answers; the parameters are those of a score.

    Parameters
    ----------
    refused
        Answers that the rule itself found impossible, beside those that do not fit their items.
    """

    possible: tuple[Case, ...]
    missing: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    refused: tuple[Refusal, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """A published score, classification, response or grade.

    Parameters
    ----------
    id, name, version, citation, verification
        As in every instrument.
    items
        Questions of the form, by id; `dosepath.instruments.items` makes them.
    fields
        Values that it gives, the main one first.
    rule
        Turns the usable answers of a form into what is possible. An item that is not among them was not assessed.
    entries
        Fields that may be entered as results instead of items.
    one_assessment
        Whether results of different days must not be combined.
    """

    id: str
    name: str
    version: str
    citation: Citation
    verification: Verification
    items: Mapping[str, Item]
    fields: Mapping[str, Field]
    rule: Callable[[Answers], Outcome]
    entries: Mapping[str, Field] = field(default_factory=dict)
    one_assessment: bool = False

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        """Give the one case of what was entered."""
        return entered_score(self.id, self.version, self.entries, entered)

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        """List the values that the answers leave possible."""
        said = read_answers(self.items, answers)
        found = self.rule(said)
        return Score(
            self.id,
            self.version,
            found.possible,
            found.missing,
            found.flags,
            (*said.refusals, *found.refused),
            steps=found.steps,
        )


def newly_refused(before: Answers, after: Answers) -> tuple[Refusal, ...]:
    """Give what a rule refused beside the answers that did not fit their items.

    Examples
    --------
    >>> before = Answers({"fever": True})
    >>> [str(refusal) for refusal in newly_refused(before, before.without(["fever"], "the patient was not seen"))]
    ['fever: the patient was not seen']
    """
    return tuple(refusal for item, refusal in after.refused.items() if item not in before.refused)


def word_of(verdict: Verdict) -> tuple[FieldValue, ...]:
    """Give the words of a yes-or-no field that a verdict leaves possible.

    Examples
    --------
    >>> word_of(Verdict.MET), word_of(Verdict.UNKNOWN)
    (('true',), ('true', 'false'))
    """
    match verdict:
        case Verdict.MET:
            return ("true",)
        case Verdict.NOT_MET:
            return ("false",)
        case Verdict.UNKNOWN:
            return ("true", "false")


def case_of(**fields: FieldValue | None) -> Case:
    """Make a case of the fields that are known."""
    return {name: value for name, value in fields.items() if value is not None}
