"""Health Assessment Questionnaire, disability index."""

from datetime import date

from dosepath.core.instrument import Field, Verification
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.scale import Outcome, Scale


def _rule(said: Answers) -> Outcome:
    return Outcome((), said.open(()))


_FIELDS = {"score": Field("disability index", unit="1")}

HAQ_DI = Scale(
    "haq_di",
    "Health Assessment Questionnaire disability index",
    "1980",
    Citation("Fries JF, Spitz P, Kraines RG, Holman HR. Arthritis Rheum 1980;23:137-145"),
    Verification("to come", date(2026, 11, 25)),
    {},
    _FIELDS,
    _rule,
    entries=_FIELDS,
)
