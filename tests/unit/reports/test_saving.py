"""Files of plots: four formats, the same bytes for the same plot, nothing loaded from elsewhere."""

import json
import re
import struct
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import vl_convert

from dosepath.core.errors import InputError
from dosepath.reports.plots.decision_table import decision_table_plot
from dosepath.reports.plots.saving import SCALE, SHOWN, VERSION, save, specification, svg
from tests.unit.reports.samples import NASTY, charts, named

CHARTS = charts()
AGAIN = charts()
WORDS = {
    "characteristics": {"3+3 V3", "exact, 93 final states", "planned 15; more than that: 7.1 %", "37.1 %"},
    "simulated characteristics": {"BOIN", "simulated, 500 trials, seed 7; lines: ± 1.96 standard errors"},
    "comparison": {"Comparison of designs", "3+3 V3", "BOIN", "exact"},
    "decision table": {"3+3 V3: decision table", "E", "S", "DU", "patients at this dose", "DLTs at this dose"},
    "dose paths": {"3+3 V3: dose paths", "▲ up to level 2", "72.9 %", "● expand level 1"},
    "posterior of CRM": {"CRM (empiric): rates of DLT", "after 1NNN 2NNT", "rate of DLT"},
    "posterior of BLRM": {"BLRM: rates of DLT", "target interval 16 % to 33 %"},
    "waterfall": {"Who is lost", "I04.b INR", "share of all people"},
    "threshold curve": {"What a limit costs", "SLEDAI-2K at least", "in force: 8"},
}


SVG = "{http://www.w3.org/2000/svg}"


def texts(drawn: str) -> set[str]:
    """Give the texts of an SVG, which has to be XML, line by line."""
    root = ET.fromstring(drawn)  # noqa: S314
    return {line.text or "" for text in root.iter(f"{SVG}text") for line in [text, *text.iter(f"{SVG}tspan")]}


@pytest.mark.parametrize("name", CHARTS)
def test_svg_has_the_texts_of_the_plot(name: str, tmp_path: Path) -> None:
    save(CHARTS[name], tmp_path / "plot.svg")
    drawn = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert WORDS[name] <= texts(drawn)
    assert "NaN" not in drawn
    assert svg(AGAIN[name]) == drawn, "the same plot, the same bytes"


@pytest.mark.parametrize("name", CHARTS)
def test_json_is_the_specification(name: str, tmp_path: Path) -> None:
    save(CHARTS[name], tmp_path / "one.json")
    save(AGAIN[name], tmp_path / "two.json")
    written = (tmp_path / "one.json").read_bytes()
    assert json.loads(written) == specification(CHARTS[name])
    assert (tmp_path / "two.json").read_bytes() == written


def test_png_has_its_size(tmp_path: Path) -> None:
    save(CHARTS["decision table"], tmp_path / "plot.png")
    written = (tmp_path / "plot.png").read_bytes()
    assert written[:8] == b"\x89PNG\r\n\x1a\n"
    drawn = ET.fromstring(svg(CHARTS["decision table"]))  # noqa: S314
    assert struct.unpack(">II", written[16:24]) == (
        SCALE * int(drawn.attrib["width"]),
        SCALE * int(drawn.attrib["height"]),
    )


LOADS = re.compile(
    r"<(?:link|img|iframe|object|embed|source|base)\b|<script[^>]*\bsrc|@import|url\(\s*['\"]?(?:https?:)?//"
)


def test_html_is_one_file_that_may_load_nothing(tmp_path: Path) -> None:
    save(CHARTS["dose paths"], tmp_path / "plot.html")
    save(AGAIN["dose paths"], tmp_path / "again.html")
    written = (tmp_path / "plot.html").read_text(encoding="utf-8")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == written
    scripts = re.findall(r"<script>(.*?)</script>", written, re.DOTALL)
    assert scripts[0] == vl_convert.javascript_bundle(SHOWN, vl_version=VERSION), (
        "as it came: one more letter breaks it"
    )
    assert "<!--" not in scripts[0]
    assert json.loads(scripts[1].split('vegaEmbed("#plot", ')[1].split(", {\n  renderer")[0]) == specification(
        AGAIN["dose paths"]
    )
    markup = re.sub(r"<script>.*?</script>", "<script></script>", written, flags=re.DOTALL)
    assert markup.count("<script></script>") == 2
    assert not LOADS.search(markup)
    assert "http" not in markup.replace("http-equiv", "")
    assert "default-src 'none'" in markup
    assert "connect-src" not in markup
    assert 'aria-label="3+3 V3: dose paths' in markup


def test_names_are_escaped(tmp_path: Path) -> None:
    chart = decision_table_plot(named(NASTY))
    assert f"{NASTY}: decision table" in texts(svg(chart))
    save(chart, tmp_path / "plot.html")
    written = (tmp_path / "plot.html").read_text(encoding="utf-8")
    assert "<b onload" not in written
    assert "&lt;b onload=x&gt;&amp;" in written
    assert written.count("</script>") == 2


@pytest.mark.parametrize("file", ["plot.gif", "plot", "plot.svg.bak"])
def test_another_suffix_is_refused_with_the_four(file: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a plot ends in \.svg, \.png, \.json or \.html"):
        save(CHARTS["waterfall"], tmp_path / file)
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        save(CHARTS["waterfall"], tmp_path / "missing" / "plot.json")
