"""Plots on pages: inline drawings whose colours are variables of the page, so that one serves light, dark and print."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dosepath.reports.inline_svg import inlined, variables
from dosepath.reports.plots.parts import Chart
from dosepath.reports.plots.saving import png, specification_text, svg
from dosepath.reports.plots.theme import DARK, LIGHT, Theme
from dosepath.web.jobs import Job
from dosepath.web.refusals import RefusedError
from dosepath.web.workspace import workspace

T = TypeVar("T")

DRAW_SECONDS: Final = 20.0
"""How long a part of a page waits for its plot; the page itself stands already."""

FILES: Final[Mapping[str, tuple[Callable[[Chart], str | bytes], str]]] = {
    "svg": (svg, "image/svg+xml"),
    "png": (png, "image/png"),
    "json": (specification_text, "application/json; charset=utf-8"),
}
"""How a plot is written, and what that is."""

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


def drawn(key: Hashable, draw: Callable[[], T], seconds: float = DRAW_SECONDS) -> T:
    """Draw once in the background and keep it; the key says all that it depends on, and `draw` sees no request.

    Raises
    ------
    RefusedError
        When it takes longer than there is time.
    """
    found = workspace().drawings.ask(key, _("Drawing"), lambda _progress: draw(), seconds)
    if isinstance(found, Job):
        raise RefusedError(_("This plot is still being drawn."), _("Ask again in a minute."), status=429)
    return found


def written(chart: Chart, form: str) -> bytes:
    """Write a plot as one of `FILES`."""
    text = FILES[form][0](chart)
    return text if isinstance(text, bytes) else text.encode()


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
