"""The report is one file that stands alone, says what was asked, and shows the numbers of the enumeration."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from dosepath import __version__
from dosepath.core.errors import InputError
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.guards import NoSkipping
from dosepath.dosefinding.recipes import RECIPES, make
from dosepath.dosefinding.three_plus_three import STORER, variant
from dosepath.dosefinding.timeline_open import simulate_open
from dosepath.dosefinding.timing import Timing
from dosepath.dosefinding.tools import price_of_variants
from dosepath.reports.design_report import design_report
from dosepath.reports.parameters import parameters_of
from dosepath.reports.plots.theme import DARK, LIGHT
from dosepath.reports.report_tables import ranges
from dosepath.reports.summary import simulated_summary
from dosepath.reports.words import percent
from tests.unit.reports.samples import CRM, NASTY, PLANNED, TARGET, TRUTH, exact, named, simulated
from tests.unit.reports.test_saving import LOADS

V3 = variant("V3", 3)
BOIN = Boin(3, TARGET, 5)
ONE = design_report([exact(V3)], TARGET, PLANNED)
SEVERAL = design_report([exact(BOIN), simulated(BOIN), exact(CRM)], TARGET)
VOID = {"meta", "rect", "path", "line", "circle"}


class Structure(HTMLParser):
    """Collects tags, ids, targets of links and the cells of tables, and checks that tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if tag == "a" else []
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"th", "td"}:
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"th", "td"}:
            self.rows[-1][-1] += data


@pytest.mark.parametrize("report", [ONE, SEVERAL], ids=["one", "several"])
def test_a_report_is_one_file_that_loads_nothing(report: str) -> None:
    assert not LOADS.search(report)
    assert "<script" not in report
    assert "default-src 'none'" in report
    addresses = set(re.findall(r"https?://[^\"' <]+", report))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}, "names of XML, never loaded"


@pytest.mark.parametrize("report", [ONE, SEVERAL], ids=["one", "several"])
def test_a_report_is_well_formed_and_its_links_lead_somewhere(report: str) -> None:
    found = Structure(report)
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)
    assert found.tags.count("h1") == 1
    assert found.tags.count("h2") == len(found.links)
    assert found.tags.count("figcaption") == found.tags.count("figure") == found.tags.count("svg")
    assert found.tags.count("caption") == found.tags.count("table")
    widths = {len(row) for row in found.rows}
    assert 0 not in widths


def test_the_table_of_doses_has_the_exact_numbers() -> None:
    known = enumerate_design(V3).characteristics(TRUTH)
    rows = Structure(ONE).rows
    for level in (1, 2, 3):
        row = next(row for row in rows if row[0] == f"level {level}" and len(row) == 6)
        assert row[3] == percent(float(known.recommendation[level]), 2)
        assert row[4:] == [f"{known.patients[level - 1]:.2f}", f"{known.dlts[level - 1]:.2f}"]
    assert ["18", "7.14 %", "100.00 %"] in rows


def test_the_price_of_the_variants_stands_where_a_design_is_3_plus_3() -> None:
    rows = Structure(ONE).rows
    for name, each in price_of_variants(variant("V3", 3), TRUTH, TARGET).items():
        row = next(
            row for row in rows if row[0] == f"3+3 {name}" and row[3] == percent(each.exact.recommendation[2], 2)
        )
        assert row[-1] == percent(each.exact.more_patients_than(PLANNED), 2)
        assert row[7] == f"{each.exact.patients.sum():.2f}"
    assert "The price of the variants" not in SEVERAL


def test_a_report_says_what_was_asked_and_how_it_was_found() -> None:
    assert f"dosepath {__version__}" in ONE
    assert "15 patients were planned." in ONE
    assert "No number of patients was planned." in SEVERAL
    assert "154 sequences of cohorts lead to 93 final states" in ONE
    assert str(STORER) in ONE
    assert "BOIN; exact" in SEVERAL
    assert "BOIN; simulated: simulated, 500 trials, seed 7. The standard error" in SEVERAL
    share = simulated(BOIN).recommendation[2]
    assert f"{percent(share, 2)} ± {100 * (share * (1 - share) / 500) ** 0.5:.2f}" in SEVERAL


def test_a_design_that_was_shown_is_not_explained_again() -> None:
    assert SEVERAL.count("Decision table of BOIN") == 2  # in the contents and over the section
    assert "Characteristics of BOIN; simulated" in SEVERAL


def test_the_same_question_gives_the_same_bytes() -> None:
    assert design_report([exact(V3)], TARGET, PLANNED) == ONE
    assert "2026-11-25" in design_report([exact(V3)], TARGET, PLANNED, date(2026, 11, 25))


def test_names_are_escaped() -> None:
    report = design_report([exact(named(NASTY))], TARGET)
    assert "<b onload" not in report
    assert "&lt;b onload=x&gt;&amp;&#34;&#39;&lt;/script&gt;" in report
    assert Structure(report).open == []


def test_colours_follow_the_reader() -> None:
    for role, colour in LIGHT.colours.items():
        assert f"--{role}:{colour}" in ONE
        assert f"--{role}:{DARK.colours[role]}" in ONE
    drawings = "".join(re.findall(r"<svg.*?</svg>", ONE, re.DOTALL))
    assert not re.search(r"(?:fill|stroke)=\"#", drawings), "every colour of a drawing is one of the theme"
    assert "prefers-color-scheme:dark" in ONE
    assert "@media print" in ONE


def test_a_design_with_open_windows_says_why_it_has_no_table() -> None:
    design = make("rolling-six", {"doses": "3"})
    trials = simulate_open(design, TRUTH, Timing(), 50, 3)  # type: ignore[arg-type]
    summary = simulated_summary(trials, 3)
    report = design_report([summary], TARGET, PLANNED)
    assert "it has no table of counts" in report
    assert "simulated in time, 50 trials, seed 3" in report
    assert summary.more_patients_than(15) == pytest.approx(float((trials.enrolled > 15).mean()))
    assert summary.mean_total == pytest.approx(float(trials.enrolled.mean()))


def test_a_cohort_with_too_many_outcomes_is_not_drawn() -> None:
    assert "not drawn" in design_report([exact(Boin(3, TARGET, 1, 40))], TARGET)


def test_nothing_is_no_report() -> None:
    with pytest.raises(InputError, match="no design to show"):
        design_report([], TARGET)


WRITTEN = {
    "crm": {"skeleton": "0.1,0.25,0.45"},
    "tite-crm": {"skeleton": "0.1,0.25,0.45"},
    "blrm": {"amounts": "1,2,4", "reference": "2", "mean": "-0.85,1", "covariance": "1,-0.5,1"},
    "table": {"doses": "3", "table": "treated,dlts,action\n3,0,E\n3,1,S\n3,2,D\n3,3,DU\n"},
}


@pytest.mark.parametrize("name", RECIPES)
def test_every_parameter_is_shown_in_words(name: str) -> None:
    shown = parameters_of(make(name, WRITTEN.get(name, {"doses": "3"})))
    assert shown
    assert [each.name for each in shown if each.what == each.name.replace("_", " ")] == []


def test_a_guard_is_shown_with_the_design_inside() -> None:
    design: Design = NoSkipping(BOIN)
    assert parameters_of(design) == (*parameters_of(BOIN), parameters_of(design)[-1])
    assert parameters_of(design)[-1].what == "no level skipped"


@pytest.mark.parametrize(("numbers", "text"), [([], "–"), ([3], "3"), ([0, 1], "0–1"), ([0, 2, 3, 4, 6], "0, 2–4, 6")])
def test_numbers_are_written_as_ranges(numbers: list[int], text: str) -> None:
    assert ranges(numbers) == text


def test_a_trial_of_one_cohort_has_nothing_to_decide_and_says_so() -> None:
    found = design_report([exact(make("crm", {"skeleton": "0.1,0.2,0.3", "cohorts": "1"}))], TARGET)  # type: ignore[arg-type]
    assert "No trial goes on after a cohort at level 2" in found
