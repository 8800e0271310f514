"""What a variation is: one named way in which a person differs from a clean eligible one."""

from dataclasses import dataclass
from typing import Literal

from dosepath.demo.chart import Arm, Edit, Sex
from dosepath.demo.dates import Ago

Outcome = Literal["eligible", "not_eligible", "undecided"]
Side = Literal["on", "inside", "outside", "unknown", "about"]
ALL_ARMS: tuple[Arm, ...] = ("SLE", "dcSSc", "AAV", "IIM", "SS")
OUTCOMES: tuple[Outcome, ...] = ("eligible", "not_eligible", "undecided")


@dataclass(frozen=True, slots=True)
class Variation:
    """One row of the tables of variations.

    Criteria are ids of the trial; where one has several limits, what follows an @ names the limit.

    Parameters
    ----------
    id
        Name of the row.
    label
        The variation in plain words.
    outcome
        What it alone makes of a clean eligible person.
    edits
        What it does to the chart.
    arms
        Whom it may befall.
    sex, birth
        Of the person, where it matters.
    on
        Limits that a value stands on exactly; whether that is in or out, the criterion says.
    inside, outside
        Limits missed by one step: `inside` keeps the person in, `outside` does not, as far as this limit goes.
    unknown
        Criteria left open.
    about
        Criteria without a limit that it bears on.
    """

    id: str
    label: str
    outcome: Outcome
    edits: tuple[Edit, ...] = ()
    arms: tuple[Arm, ...] = ALL_ARMS
    sex: Sex | None = None
    birth: Ago | None = None
    on: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    about: tuple[str, ...] = ()

    @property
    def aims(self) -> dict[Side, tuple[str, ...]]:
        """List what it aims at by side, without the empty sides."""
        sides: dict[Side, tuple[str, ...]] = {
            "on": self.on,
            "inside": self.inside,
            "outside": self.outside,
            "unknown": self.unknown,
            "about": self.about,
        }
        return {side: aimed for side, aimed in sides.items() if aimed}

    @property
    def criteria(self) -> tuple[str, ...]:
        """List the ids of the criteria it aims at, each once."""
        return tuple(dict.fromkeys(aim.partition("@")[0] for aimed in self.aims.values() for aim in aimed))


def combined(variations: tuple[Variation, ...]) -> Outcome:
    """Say what several variations make of one person: one that excludes decides, then one that leaves open.

    Examples
    --------
    >>> combined((Variation("a", "", "undecided"), Variation("b", "", "not_eligible")))
    'not_eligible'
    """
    seen = {one.outcome for one in variations}
    if "not_eligible" in seen:
        return "not_eligible"
    return "undecided" if "undecided" in seen else "eligible"
