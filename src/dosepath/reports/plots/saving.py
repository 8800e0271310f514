"""Plots to files: SVG, PNG, the specification as JSON, or one HTML page that needs no network.

The same plot gives the same bytes of SVG, JSON and HTML, on any machine with the pinned renderer.
"""

import json
from pathlib import Path
from typing import Any

import vl_convert

from dosepath.reports.files import suffix_of, write
from dosepath.reports.pages import page
from dosepath.reports.plots.parts import Chart

VERSION = "6.4"
"""Of Vega-Lite: what the specifications are written for and the renderer has."""

SHOWN = "window.vegaEmbed = vegaEmbed;"
"""What the bundle gives to the page."""

SCALE = 2.0
"""Pixels of a PNG for one of the plot."""


def save(chart: Chart, path: Path) -> None:
    """Write a plot in the format that the suffix names.

    Raises
    ------
    InputError
        When the suffix is none of the four, or the file cannot be written.
    """
    suffix = suffix_of(path)
    if suffix == ".png":
        write(path, png(chart))
        return
    text = {".svg": svg, ".json": specification_text, ".html": html}[suffix](chart)
    write(path, text.encode())


def specification(chart: Chart) -> dict[str, Any]:
    """Give the Vega-Lite specification of a plot."""
    found: dict[str, Any] = chart.to_dict()
    return found


def specification_text(chart: Chart) -> str:
    """Write the specification as JSON."""
    return json.dumps(specification(chart), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def svg(chart: Chart) -> str:
    """Draw a plot as SVG."""
    drawn: str = vl_convert.vegalite_to_svg(specification(chart), vl_version=VERSION, allowed_base_urls=[])
    return drawn


def png(chart: Chart) -> bytes:
    """Draw a plot as PNG."""
    drawn: bytes = vl_convert.vegalite_to_png(
        specification(chart), vl_version=VERSION, scale=SCALE, allowed_base_urls=[]
    )
    return drawn


def html(chart: Chart) -> str:
    """Write a plot as a page that draws it itself; what draws is inside, and the page may load nothing."""
    found = specification(chart)
    script = vl_convert.javascript_bundle(SHOWN, vl_version=VERSION)
    return page(
        "plot.html",
        title=found["title"]["text"] if "title" in found else "plot",
        description=found.get("description", ""),
        background=found["config"]["background"],
        ink=found["config"]["text"]["color"],
        script=script.replace("</script", "<\\/script"),
        specification=found,
    )
