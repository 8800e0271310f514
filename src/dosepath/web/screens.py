"""The screens of the application, in the order of the navigation."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: its name in the list of urls, its title, and what it is for.

    Parameters
    ----------
    name
        Name of its first url in `urls.py`; urls of the same screen start with it.
    title
        As the navigation says it.
    asks, gets
        The question that brings a person here, and what the screen gives.
    """

    name: str
    title: str | Promise
    asks: str | Promise
    gets: str | Promise

    @property
    def url(self) -> str:
        """Address of the screen."""
        return reverse(self.name)


SCREENS = (
    Screen(
        "protocol",
        _("Protocol"),
        _("What exactly does this criterion check?"),
        _("The sentences of the registry page beside the rule drawn from each, its readings, and what is still open."),
    ),
    Screen(
        "screening",
        _("Screening"),
        _("Who of these patients could enter, and what is missing?"),
        _("A worklist from FHIR files; per patient a sheet of every criterion with its value, date and source."),
    ),
    Screen(
        "instruments",
        _("Instruments"),
        _("How active is the disease, what grade is this event?"),
        _("A form for each published score, with the score, its steps, and its bounds while items are missing."),
    ),
    Screen(
        "ladder",
        _("Dose ladder"),
        _("How does the escalation stand, and what may be done next?"),
        _("Levels, places and patients, the decision with its rule and reasons, what each pending patient changes."),
    ),
    Screen(
        "designs",
        _("Design lab"),
        _("What does this design do?"),
        _("Exact probabilities of each recommendation, patients and DLTs; designs side by side."),
    ),
    Screen(
        "hospital",
        _("Hospital"),
        _("How many patients of a whole hospital qualify, and which criterion costs the most?"),
        _("The worklist, the cost of each criterion and the effect of a threshold, from a population run."),
    ),
)
