"""A template of visits from screening to month 24, for a protocol that names it.

The registry page gives follow-up of 24 months and the closing visit of dose-limiting toxicity on day 28 (+3), and no
more. Every line here is an assumption, marked so, and holds only where a protocol takes this template by name. Days are
counted from the infusion, day 0; months are 30, 60, 90 ... 730 days and not months of the calendar. Before the infusion
windows overlap, and a contact may fit several visits; after it they do not.

A visit is missed when its window has closed without a contact, and out of window when it was held outside of it. A
contact that lies in no window is unscheduled. All days move with the day of the infusion.

Verification: day 28 (+3) and month 24 are on the registry page, days -5 to -3 in the listing of a similar trial; all
other lines are assumed. Shared cases, 2026-11-25.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final

from dosepath.core.instrument import Procedure, Verification
from dosepath.core.source import Citation

UNSCHEDULED: Final = "unscheduled"
"""A contact in no window."""


class VisitStatus(Enum):
    """Where a visit stands on a day."""

    PLANNED = "planned"
    DUE = "due"
    DONE = "done"
    OUT_OF_WINDOW = "out_of_window"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of a template, in days from the infusion.

    Parameters
    ----------
    id, label
        Name, and plain words.
    target_day, first_day, last_day
        When it should be, and the window, both ends included.
    basis
        Where the line comes from.
    assumed
        Whether the protocol left it open; true for every line of this template.
    """

    id: str
    label: str
    target_day: int
    first_day: int
    last_day: int
    basis: str
    assumed: bool = True


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit with its days."""

    visit: Visit
    target: date
    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Answer whether a day lies in the window."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class VisitTemplate:
    """Visits of a trial, what is done at them, and where the list comes from."""

    id: str
    visits: Mapping[str, Visit]
    assessments: Mapping[str, tuple[str, ...]]
    citation: Citation

    def plan(self, infusion: date) -> tuple[PlannedVisit, ...]:
        """Give every visit its days.

        Examples
        --------
        >>> closing = next(each for each in SCHEDULE_24M.plan(date(2025, 1, 15)) if each.visit.id == "D28")
        >>> str(closing.target), str(closing.last)
        ('2025-02-12', '2025-02-15')
        """
        return tuple(planned(visit, infusion) for visit in self.visits.values())

    def visits_on(self, contact: date, infusion: date) -> tuple[PlannedVisit, ...]:
        """Give the visits whose window holds a contact, the nearest to its target first; none: unscheduled.

        Examples
        --------
        >>> [each.visit.id for each in SCHEDULE_24M.visits_on(date(2025, 3, 18), date(2025, 1, 15))]
        ['M2']
        """
        fitting = (each for each in self.plan(infusion) if each.holds(contact))
        return tuple(sorted(fitting, key=lambda each: abs(each.target - contact)))

    def assessments_at(self, visit: str) -> tuple[str, ...]:
        """Give what is done at a visit."""
        return tuple(name for name, visits in self.assessments.items() if visit in visits)


def planned(visit: Visit, infusion: date) -> PlannedVisit:
    """Give a visit its days.

    Raises
    ------
    OverflowError
        When a day lies outside the years 1 to 9999.
    """
    days = (infusion + timedelta(days=offset) for offset in (visit.target_day, visit.first_day, visit.last_day))
    return PlannedVisit(visit, *days)


def status(visit: PlannedVisit, *, done: date | None, on: date) -> VisitStatus:
    """Tell where a visit stands.

    Parameters
    ----------
    visit
        With its days.
    done
        Day on which it was held; None while it was not.
    on
        Day of the question.

    Examples
    --------
    >>> closing = planned(SCHEDULE_24M.visits["D28"], date(2025, 1, 15))
    >>> status(closing, done=None, on=date(2025, 2, 15)), status(closing, done=None, on=date(2025, 2, 16))
    (<VisitStatus.DUE: 'due'>, <VisitStatus.MISSED: 'missed'>)
    """
    if done is not None:
        return VisitStatus.DONE if visit.holds(done) else VisitStatus.OUT_OF_WINDOW
    if on > visit.last:
        return VisitStatus.MISSED
    return VisitStatus.DUE if on >= visit.first else VisitStatus.PLANNED


ASSUMED: Final = "assumed"
LISTING: Final = "days of lymphodepletion in the listing of a similar trial"

_BEFORE: Final = (
    Visit("SCR", "screening", -28, -60, -7, ASSUMED),
    Visit("APH", "leukapheresis", -21, -45, -10, ASSUMED),
    Visit("BL", "baseline before lymphodepletion", -6, -7, -6, ASSUMED),
    Visit("LD1", "lymphodepletion, day 1", -5, -5, -5, LISTING),
    Visit("LD2", "lymphodepletion, day 2", -4, -4, -4, LISTING),
    Visit("LD3", "lymphodepletion, day 3", -3, -3, -3, LISTING),
    Visit("D0", "infusion", 0, 0, 0, "day 0"),
)
_IN_HOSPITAL: Final = tuple(Visit(f"D{day}", f"day {day}, in hospital", day, day, day, ASSUMED) for day in range(1, 15))
_AFTER: Final = (
    Visit("D21", "day 21", 21, 19, 23, ASSUMED),
    Visit("D28", "closing visit of dose-limiting toxicity", 28, 28, 31, "registry page: 28 (+3) days"),
    Visit("M2", "month 2", 60, 53, 67, ASSUMED),
    Visit("M3", "month 3", 90, 83, 97, ASSUMED),
    Visit("M6", "month 6", 180, 166, 194, ASSUMED),
    Visit("M9", "month 9", 270, 256, 284, ASSUMED),
    Visit("M12", "month 12", 365, 351, 379, ASSUMED),
    Visit("M18", "month 18", 545, 515, 575, ASSUMED),
    Visit("M24", "month 24, end of the trial", 730, 700, 760, "registry page: 24 months; window assumed"),
)
_VISITS: Final = (*_BEFORE, *_IN_HOSPITAL, *_AFTER)

_DAILY: Final = " ".join(visit.id for visit in _IN_HOSPITAL)
_MONTHS: Final = "M2 M3 M6 M9 M12 M18 M24"
_ASSESSMENTS: Final[Mapping[str, str]] = {
    "consent and eligibility": "SCR BL",
    "demography and history": "SCR",
    "vital signs and oxygen saturation": f"SCR BL LD1 LD2 LD3 D0 {_DAILY} D21 D28 {_MONTHS}",
    "weight": "SCR APH BL LD1 D0 D28 M3 M6 M12 M24",
    "physical examination": f"SCR BL D0 {_DAILY} D21 D28 {_MONTHS}",
    "12-lead ECG": "SCR BL D0 D28 M3 M12 M24",
    "echocardiography": "SCR M3 M12",
    "lung function": "SCR M3 M6 M12 M24",
    "CT of the chest": "SCR M3 M6 M12 M24",
    "blood count": f"SCR APH BL LD1 LD2 LD3 D0 {_DAILY} D21 D28 {_MONTHS}",
    "chemistry and creatine kinase": f"SCR BL LD1 D0 {_DAILY} D21 D28 {_MONTHS}",
    "coagulation, ferritin, CRP": f"SCR BL D0 {_DAILY} D21 D28",
    "urine and protein to creatinine ratio": f"SCR BL D28 {_MONTHS}",
    "IgG, IgA, IgM": f"SCR BL D28 {_MONTHS}",
    "lymphocyte subsets with CD19": f"SCR BL D0 D7 D14 D21 D28 {_MONTHS}",
    "autoantibodies and complement": "SCR BL D28 M3 M6 M9 M12 M18 M24",
    "CAR-T kinetics": f"D0 D1 D3 D5 D7 D10 D14 D21 D28 {_MONTHS}",
    "cytokines": "BL D0 D1 D3 D5 D7 D10 D14 D21 D28",
    "ICE score": f"BL D0 {_DAILY}",
    "grading of CRS and ICANS": f"D0 {_DAILY} D21 D28",
    "hepatitis B and C, HIV, tuberculosis, syphilis": "SCR",
    "hepatitis B, CMV and EBV monitoring": "BL D28 M3 M6 M12",
    "pregnancy test": "SCR BL D28 M3 M6 M12 M24",
    "disease index": f"SCR BL D28 {_MONTHS}",
    "patient-reported outcomes": "BL M3 M6 M12 M24",
    "medication and glucocorticoid dose": " ".join(visit.id for visit in _VISITS),
    "adverse events": " ".join(visit.id for visit in _VISITS),
    "replication-competent virus and insertion sites": "BL M3 M6 M12 M24",
}
"""What is done, and at which visits."""

DISEASE_INDEX: Final[Mapping[str, tuple[str, ...]]] = {
    "SLE": ("SLEDAI-2K", "physician's global assessment"),
    "dcSSc": ("mRSS", "FVC", "DLCO"),
    "AAV": ("BVAS v3",),
    "IIM": ("MMT-8", "VAS", "HAQ-DI", "muscle enzymes"),
    "SS": ("ESSDAI", "ESSPRI", "salivary flow", "Schirmer test"),
}
"""The disease index of each arm."""

SCHEDULE_24M: Final = VisitTemplate(
    "schedule_24m",
    {visit.id: visit for visit in _VISITS},
    {name: tuple(visits.split()) for name, visits in _ASSESSMENTS.items()},
    Citation(
        "registry entry NCT06680388, 2024; Mackensen A et al. Nat Med 2022;28:2124-2132; listing of a similar trial"
    ),
)

TEMPLATES: Final[Mapping[str, VisitTemplate]] = {SCHEDULE_24M.id: SCHEDULE_24M}
"""Templates that a protocol may name."""


CATALOG_ENTRY = Procedure(
    "schedule_24m",
    "Template of visits to month 24",
    "1",
    Citation("registry entry NCT06680388"),
    Verification("page for day 28 (+3) and month 24", date(2026, 11, 25), "all other lines are assumed"),
)
