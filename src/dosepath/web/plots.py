"""Plots on pages: inline drawings whose colours are variables of the page, so that one serves light, dark and print."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe

from dosepath.reports.inline_svg import inlined, variables
from dosepath.reports.plots.parts import Chart
from dosepath.reports.plots.theme import DARK, LIGHT, Theme

_MIN_WIDTH = re.compile(r' style="min-width:[\d.]+px"')


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot for the component `plot_figure`.

    Parameters
    ----------
    drawing
        Inline SVG without style attributes, which the policy of the pages forbids.
    caption
        What it shows, under it and for those who do not see it.
    downloads
        Words and addresses of the same plot as files.
    """

    drawing: SafeString
    caption: str | Promise
    downloads: tuple[tuple[str, str], ...] = ()


def figure(chart: Chart, name: str, caption: str, downloads: tuple[tuple[str, str], ...] = ()) -> Figure:
    """Draw a plot in the light theme for a page; `name` tells the drawings of one page apart."""
    drawn, width = inlined(chart, name, caption)
    sized = _MIN_WIDTH.sub(f' width="{width}"', str(drawn), count=1)
    return Figure(mark_safe(sized), caption, downloads)  # noqa: S308 - the renderer escapes what it draws


def stylesheet() -> str:
    """Write the colours: light, dark where the reader or the system asks for it, and light on paper."""
    light, dark = _rules(LIGHT), _rules(DARK)
    return (
        f":root{{{light}}}\n"
        f"@media screen{{:root[data-theme=dark]{{{dark}}}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root[data-theme=auto]{{{dark}}}}}\n"
    )


def _rules(theme: Theme) -> str:
    return ";".join(f"{name}:{colour}" for name, colour in variables(theme).items())
