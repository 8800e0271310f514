"""How plots look: two themes, light and dark, whose colours keep their order in grey.

No plot tells by colour alone: bars have their numbers, cells their letters, boxes their words. The blue, yellow and
orange hues are told apart with the common forms of colour blindness (Okabe and Ito, Color Universal Design, 2008), and
each step down is darker than the one before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first is bundled with the renderer, so that texts are measured alike on every machine."""

SIZE = 12
"""Of texts, in pixels."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a plot by what they are for; within a theme all differ, so that a colour names its purpose.

    Parameters
    ----------
    background, ink, muted, grid
        Behind everything; texts and axes; lesser texts; lines of the grid.
    no_dose, below, nearest, above
        No dose, and doses by their true rate: below the target, nearest to it, above it.
    patients, dlts
        Counts of people.
    mark
        A line that marks a planned number or a target.
    escalate, stay, de_escalate, eliminate
        Steps of a decision table.
    on_light, on_dark
        Texts on the light and on the dark ones of these.
    """

    background: str
    ink: str
    muted: str
    grid: str
    no_dose: str
    below: str
    nearest: str
    above: str
    patients: str
    dlts: str
    mark: str
    escalate: str
    stay: str
    de_escalate: str
    eliminate: str
    on_light: str
    on_dark: str

    @property
    def colours(self) -> Mapping[str, str]:
        """Each colour by its name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def config(self) -> dict[str, Any]:
        """Give the configuration of a Vega-Lite specification."""
        text = {"color": self.ink, "font": FONT, "fontSize": SIZE}
        label = {"labelColor": self.ink, "labelFont": FONT, "labelFontSize": SIZE, "labelLimit": 320}
        title = {"titleColor": self.ink, "titleFont": FONT, "titleFontSize": SIZE, "titleFontWeight": "normal"}
        return {
            "background": self.background,
            "font": FONT,
            "padding": 12,
            "view": {"stroke": None},
            "axis": {
                **label,
                **title,
                "domainColor": self.muted,
                "gridColor": self.grid,
                "tickColor": self.muted,
                "titlePadding": 8,
            },
            "legend": {**label, **title, "titleFontWeight": "bold"},
            "title": {
                "anchor": "start",
                "frame": "group",
                "color": self.ink,
                "font": FONT,
                "fontSize": SIZE + 1,
                "fontWeight": "bold",
                "subtitleColor": self.muted,
                "subtitleFont": FONT,
                "subtitleFontSize": SIZE,
                "subtitlePadding": 4,
            },
            "text": text,
            "bar": {"color": self.patients},
            "rule": {"color": self.mark},
        }


LIGHT = Theme(
    background="#ffffff",
    ink="#171c26",
    muted="#586174",
    grid="#e2e6ed",
    no_dose="#8b93a3",
    below="#a5cbe8",
    nearest="#1d5c96",
    above="#e08a3c",
    patients="#7fb2da",
    dlts="#a8431f",
    mark="#7a1f4b",
    escalate="#cfe6f8",
    stay="#f3d673",
    de_escalate="#dd8530",
    eliminate="#7d1d16",
    on_light="#10141c",
    on_dark="#fefefe",
)

DARK = Theme(
    background="#13171f",
    ink="#e7eaf1",
    muted="#a6aebd",
    grid="#2c3340",
    no_dose="#79818f",
    below="#4d7ea6",
    nearest="#a6d4fb",
    above="#e8954a",
    patients="#5b93c0",
    dlts="#f09a72",
    mark="#f08cba",
    escalate="#bfdcf2",
    stay="#e5c65f",
    de_escalate="#d07a28",
    eliminate="#8f2a20",
    on_light="#11151d",
    on_dark="#fdfdfd",
)
