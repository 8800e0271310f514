"""The tables of the lab: what stands in a cell on the page, and the number behind it in CSV and JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dosepath import __version__
from dosepath.dosefinding.tools import correct_level
from dosepath.interop.csv_text import Cell
from dosepath.reports.summary import DesignSummary
from dosepath.reports.words import ABOVE, BELOW, NEAREST, NO_DOSE, percent, places, rate
from dosepath.web.lists import Column, Listing
from dosepath.web.views.designs.question import Question

Row = TypeVar("Row")

PLACES: Final[Mapping[str, tuple[str | Promise, str]]] = {
    NO_DOSE: (gettext_lazy("no dose"), "none"),
    BELOW: (gettext_lazy("below target"), "below"),
    NEAREST: (gettext_lazy("nearest to target"), "nearest"),
    ABOVE: (gettext_lazy("above target"), "above"),
}
"""What a dose is to the target, and the class of its colour."""


NARROW: Final = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Measure(Generic[Row]):
    """A column whose cells are shown otherwise than they are exported.

    Parameters
    ----------
    column
        As it is exported.
    show
        The text of a cell.
    share
        Length of the bar under a cell, from 0 to 1; None for no bar.
    tone
        Class of the colour of the bar, of all rows or of each.
    """

    column: Column[Row]
    show: Callable[[Row], str]
    share: Callable[[Row], float] | None = None
    tone: str | Callable[[Row], str] = "patients"

    def cell(self, row: Row) -> dict[str, Any]:
        """Give what the template shows."""
        share = None if self.share is None else f"{100 * min(max(self.share(row), 0.0), 1.0):.2f}"
        link = self.column.link(row) if self.column.link else ""
        return {
            "text": self.show(row),
            "number": self.column.number,
            "bar": share,
            "tone": self.tone if isinstance(self.tone, str) else self.tone(row),
            "href": link,
        }


def measure(
    key: str,
    title: str,
    value: Callable[[Row], Cell],
    show: Callable[[Row], str] | None = None,
    *,
    share: bool = False,
    tone: str | Callable[[Row], str] = "patients",
    number: bool = True,
) -> Measure[Row]:
    """Describe a column; of a share the bar is the value itself."""
    bar = (lambda row: float(value(row) or 0)) if share else None
    return Measure(
        Column(key, title, value, number=number),
        show or (lambda row: "" if value(row) is None else str(value(row))),
        bar,
        tone,
    )


def listing(
    name: str, caption: str, measures: Sequence[Measure[Row]], rows: Sequence[Row], question: Question, **about: Any
) -> Listing[Row]:
    """Make the list that is exported."""
    asked = {
        "truth": list(question.truth),
        "target": question.target_rate,
        "question": question.query(),
        "software": __version__,
    }
    return Listing(name, caption, [each.column for each in measures], rows, len(rows), {**asked, **about})


def grid(measures: Sequence[Measure[Row]], rows: Sequence[Row]) -> list[list[dict[str, Any]]]:
    """Give the cells that the page shows."""
    return [[each.cell(row) for each in measures] for row in rows]


# Designs side by side ------------------------------------------------------------------------------------------------


def of_designs(question: Question, *, kind: str | Promise = "") -> list[Measure[DesignSummary]]:
    """Describe the table of one row a design."""
    target, planned = question.target_rate, question.planned_patients
    named = places(question.truth, target, correct_level(question.truth, target))
    found: list[Measure[DesignSummary]] = [
        measure("design", str(kind) or _("design"), lambda row: row.name, number=False),
    ]
    for level, place in enumerate(named):
        word, tone = PLACES[place]
        true = rate(question.truth[level - 1]).replace(" ", NARROW) if level else ""
        title = _("level %(level)s: %(rate)s, %(place)s") % {"level": level, "rate": true, "place": word}
        title = title if level else str(word)
        found.append(_chance(f"level_{level}" if level else "no_dose", title, _recommended(level), tone))
    found += [
        _chance(
            "nearest_to_target", _("recommends the dose nearest to target"), lambda row: row.correct(target), "nearest"
        ),
        _chance("above_target", _("recommends a dose above target"), lambda row: row.too_toxic(target), "above"),
        measure("patients", _("mean patients"), lambda row: row.mean_total, lambda row: f"{row.mean_total:.2f}"),
        measure("at_most", _("at most"), lambda row: row.most_patients),
        measure("dlts", _("mean DLTs"), lambda row: row.mean_dlts, lambda row: f"{row.mean_dlts:.2f}"),
        _chance("treated_above_target", _("patients treated above target"), lambda row: row.overdosed(target), "above"),
    ]
    if planned is not None:
        title = _("needs more than %(planned)s patients") % {"planned": planned}
        found.append(_chance("more_than_planned", title, lambda row: row.more_patients_than(planned), "mark"))
    return found


def _recommended(level: int) -> Callable[[DesignSummary], float]:
    return lambda row: row.recommendation[level]


def _chance(key: str, title: str, value: Callable[[DesignSummary], float], tone: str) -> Measure[DesignSummary]:
    return measure(key, title, value, lambda row: chance_text(row, value(row)), share=True, tone=tone)


def chance_text(summary: DesignSummary, chance: float) -> str:
    """Write a probability, of simulated trials with its standard error."""
    error = summary.error(chance)
    return share_text(chance) if error is None else f"{percent(chance)} ± {100 * error:.1f}"


# One design ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose level of one design; level 0 is no dose."""

    level: int
    truth: float | None
    place: str
    recommended: float
    shown: str
    patients: float | None
    dlts: float | None


def doses(summary: DesignSummary, question: Question) -> list[Dose]:
    """Give one row a dose level, and one for no dose."""
    named = places(summary.truth, question.target_rate, summary.correct_level(question.target_rate))
    return [
        Dose(
            level,
            summary.truth[level - 1] if level else None,
            named[level],
            chance,
            chance_text(summary, chance),
            summary.patients[level - 1] if level else None,
            summary.dlts[level - 1] if level else None,
        )
        for level, chance in enumerate(summary.recommendation)
    ]


def _tone(row: Dose) -> str:
    return PLACES[row.place][1]


def of_doses() -> list[Measure[Dose]]:
    """Describe the table of one row a dose level."""
    return [
        measure(
            "level", _("dose level"), lambda row: row.level, lambda row: str(row.level or _("no dose")), number=False
        ),
        measure(
            "true_rate",
            _("true rate"),
            lambda row: row.truth,
            lambda row: rate(row.truth) if row.truth is not None else "",
        ),
        measure("meaning", _("meaning"), lambda row: row.place, lambda row: str(PLACES[row.place][0]), number=False),
        measure(
            "recommended", _("recommended"), lambda row: row.recommended, lambda row: row.shown, share=True, tone=_tone
        ),
        measure("patients", _("patients"), lambda row: row.patients, lambda row: _two(row.patients)),
        measure("dlts", _("DLTs"), lambda row: row.dlts, lambda row: _two(row.dlts)),
    ]


def _two(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def share_text(value: float) -> str:
    """Write a probability of a table."""
    return percent(value, 2)
