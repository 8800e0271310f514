"""2012 Chapel Hill consensus nomenclature of vasculitides."""

from datetime import date

from dosepath.core.instrument import Field, Verification
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.scale import Outcome, Scale


def _rule(said: Answers) -> Outcome:
    return Outcome((), said.open(()))


_FIELDS = {"diagnosis": Field("diagnosis", choices=("GPA", "MPA", "EGPA", "other"))}

CHCC_2012 = Scale(
    "chcc_2012",
    "2012 Chapel Hill consensus nomenclature of vasculitides",
    "2012",
    Citation("Jennette JC, Falk RJ, Bacon PA et al. Arthritis Rheum 2013;65:1-11"),
    Verification("to come", date(2026, 11, 25)),
    {},
    _FIELDS,
    _rule,
    entries=_FIELDS,
)
