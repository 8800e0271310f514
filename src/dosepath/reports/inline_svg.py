"""Drawings inside a page: one drawing serves light, dark and print, for its colours are variables of the page."""

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

from dosepath.reports.plots.parts import Chart
from dosepath.reports.plots.saving import svg
from dosepath.reports.plots.theme import DARK, LIGHT, Theme

_HEAD = re.compile(r"<svg [^>]*?width=\"(?P<width>[\d.]+)\" height=\"(?P<height>[\d.]+)\"[^>]*>")

LEGIBLE = 0.62
"""Size below which texts are too small; then the page scrolls the drawing instead."""


def inlined(chart: Chart, name: str, label: str) -> tuple[Markup, int]:
    """Draw a plot for a page.

    Parameters
    ----------
    chart
        The plot in the light theme.
    name
        Tells the drawings of a page apart.
    label
        What it shows, for those who do not see it.

    Returns
    -------
    tuple
        The drawing, which takes all the width that it is given up to its own; and its own width in pixels.
    """
    drawn = svg(chart)
    for role, colour in LIGHT.colours.items():
        drawn = drawn.replace(f'="{colour}"', f'="var(--{role}, {colour})"')
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', drawn)
    drawn = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", drawn)
    found = _HEAD.match(drawn)
    if found is None:  # the renderer begins every drawing like that
        raise ValueError("no drawing")
    width, height = float(found["width"]), float(found["height"])
    size = f"min-width:{min(width, max(300, LEGIBLE * width)):g}px"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" style="{size}" role="img"'
    whole = f'{head} aria-label="{escape(label)}">{drawn[found.end() :]}'
    return Markup(whole), round(width)  # noqa: S704 - the renderer escapes what it draws


def variables(theme: Theme) -> Mapping[str, str]:
    """Give the variables of a page in a theme."""
    return {f"--{role}": colour for role, colour in theme.colours.items()}


def style_variables() -> str:
    """Write the variables of a page: light, dark where the reader asks for it, and light on paper."""
    light, dark = (";".join(f"{name}:{colour}" for name, colour in variables(theme).items()) for theme in (LIGHT, DARK))
    return (
        f":root{{color-scheme:light dark;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
        f"@media print{{:root{{color-scheme:light;{light}}}}}"
    )
