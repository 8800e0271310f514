"""Plots show exactly the numbers of the enumeration, whatever they look like."""

from typing import Any

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding import crm
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.decision_table import table_of
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.dose_paths import dose_paths
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.guards import StopAtPatients
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.three_plus_three import VARIANTS, variant
from dosepath.dosefinding.tools import compare
from dosepath.reports.plots.comparison import CORRECT, OVERDOSED, PATIENTS, TOO_TOXIC, comparison_plot
from dosepath.reports.plots.decision_table import MEANINGS, decision_table_plot
from dosepath.reports.plots.dose_paths import dose_paths_plot
from dosepath.reports.plots.path_layout import positions
from dosepath.reports.plots.population import CurvePoint, Loss, threshold_curve, waterfall
from dosepath.reports.plots.posterior import posterior_plot
from dosepath.reports.plots.saving import specification
from dosepath.reports.plots.theme import DARK, LIGHT, Theme
from dosepath.reports.summary import side_by_side
from tests.unit.reports.samples import BLRM, CRM, PLANNED, TARGET, TRUTH, charts, exact, simulated, values

V3 = variant("V3", 3)
CHARTS = charts()
IN_THE_DARK = charts(DARK)


def rows_with(name: str, *keys: str) -> list[dict[str, Any]]:
    """Give the rows of a plot that have these fields, each once."""
    found: list[dict[str, Any]] = []
    for row in values(specification(CHARTS[name])):
        if set(keys) <= set(row) and row not in found:
            found.append(row)
    return found


def test_recommendations_are_those_of_the_enumeration() -> None:
    known = enumerate_design(V3).characteristics(TRUTH)
    shown = rows_with("characteristics", "place", "probability")
    assert [row["probability"] for row in shown] == known.recommendation.tolist()
    assert [row["place"] for row in shown] == ["no dose", "below target", "nearest to target", "above target"]
    assert [row["low"] for row in shown] == [row["probability"] for row in shown], "exact numbers have no error"


def test_patients_and_dlts_are_those_of_the_enumeration() -> None:
    known = enumerate_design(V3).characteristics(TRUTH)
    shown = rows_with("characteristics", "kind", "expected")
    assert [row["expected"] for row in shown if row["kind"] == "patients"] == known.patients.tolist()
    assert [row["expected"] for row in shown if row["kind"] == "DLTs"] == known.dlts.tolist()


def test_the_distribution_of_patients_is_that_of_the_enumeration() -> None:
    known = enumerate_design(V3).characteristics(TRUTH)
    shown = rows_with("characteristics", "patients", "within")
    assert {row["patients"]: row["probability"] for row in shown} == {
        patients: chance for patients, chance in enumerate(known.total_patients.tolist()) if chance > 0
    }
    more = sum(row["probability"] for row in shown if row["within"] == "more than planned")
    assert more == pytest.approx(known.more_patients_than(PLANNED), abs=1e-12)
    assert [row["after"] for row in rows_with("characteristics", "after")] == [PLANNED + 0.5]


def test_simulated_shares_carry_their_error() -> None:
    summary = simulated(Boin(3, TARGET, 5))
    for row in rows_with("simulated characteristics", "place", "low"):
        error = 1.96 * (row["probability"] * (1 - row["probability"]) / 500) ** 0.5
        assert row["high"] - row["low"] <= 2 * error + 1e-12
        assert row["high"] == pytest.approx(min(1, row["probability"] + error))
        assert row["probability"] == summary.recommendation[row["level"]]
    title = specification(CHARTS["simulated characteristics"])["title"]
    assert "simulated, 500 trials, seed 7; lines: ± 1.96 standard errors" in title["subtitle"]


def test_comparison_shows_what_the_tool_compares() -> None:
    designs: list[Design] = [V3, Boin(3, TARGET, 5)]
    known = {row[0].exact.enumeration.design.name: row[0] for row in compare(designs, [TRUTH], TARGET)}
    for row in rows_with("comparison", "design", "level", "value"):
        assert row["value"] == known[row["design"]].exact.recommendation[row["level"]]
    measures = {(row["design"], row["measure"]): row["value"] for row in rows_with("comparison", "measure")}
    for name, each in known.items():
        assert measures[name, CORRECT] == pytest.approx(each.correct, abs=1e-12)
        assert measures[name, TOO_TOXIC] == pytest.approx(each.too_toxic, abs=1e-12)
        assert measures[name, OVERDOSED] == pytest.approx(each.overdosed, abs=1e-12)
        assert measures[name, PATIENTS] == pytest.approx(each.exact.patients.sum(), abs=1e-12)
        more = each.exact.more_patients_than(PLANNED)
        assert measures[name, f"needs more than|{PLANNED} patients"] == pytest.approx(more, abs=1e-12)


def test_designs_of_one_name_are_told_apart() -> None:
    designs: list[Design] = [Boin(3, 0.3, 5), Boin(3, 0.25, 5), V3, V3]
    names = [each.name for each in side_by_side([exact(design) for design in designs])]
    assert names == [
        "BOIN; target 0.3",
        "BOIN; target 0.25",
        "3+3 V3",
        "3+3 V3 (2)",
    ]


def test_designs_under_different_rates_are_not_compared() -> None:
    with pytest.raises(InputError, match="under the same true rates"):
        comparison_plot([exact(V3), exact(V3, (0.1, 0.2, 0.3))], TARGET)
    with pytest.raises(InputError, match="no design to show"):
        comparison_plot([], TARGET)


@pytest.mark.parametrize("design", [V3, Boin(6, 0.3, 10), CRM, StopAtPatients(V3, 10)], ids=lambda each: each.name)
def test_the_grid_has_the_cells_of_the_table(design: Design) -> None:
    shown = {
        (row["treated"], row["dlts"]): (row["step"], row["meaning"])
        for row in values(specification(decision_table_plot(design)))
    }
    known = {(row.treated, row.dlts): (row.step.value, MEANINGS[row.step]) for row in table_of(design)}
    assert shown.items() <= known.items()
    last = max(dlts for _, dlts in shown)
    assert all(key in shown for key in known if key[1] <= last)
    left_out = {step for (_, dlts), step in known.items() if dlts > last}
    assert left_out <= {shown[key] for key in shown if key[1] == last}
    assert len(left_out) <= 1


def test_the_graph_has_every_node_and_edge_with_its_probability() -> None:
    graph = dose_paths(V3, depth=2, truth=TRUTH)
    shown = {row["node"]: row for row in rows_with("dose paths", "node")}
    assert {number: row["probability"] for number, row in shown.items()} == {
        node.number: node.probability for node in graph.nodes
    }
    points = rows_with("dose paths", "edge", "width")
    widths = {row["edge"]: row["width"] for row in points}
    assert len(points) == 4 * len(graph.edges)
    assert widths == pytest.approx({number: 1 + 9 * (edge.probability or 0) for number, edge in enumerate(graph.edges)})
    assert shown[0]["decision"] == "● start at level 1"
    assert {row["counts"] for row in shown.values()} >= {"nobody", "0/3  –  –", "0/3  2/3  –"}


@pytest.mark.parametrize("name", VARIANTS)
def test_no_two_boxes_overlap(name: str) -> None:
    graph = dose_paths(variant(name, 3))
    places = positions(graph)
    for step in range(graph.steps + 1):
        rows = sorted(places[node.number][1] for node in graph.nodes if node.step == step)
        assert all(column == step for column in (places[node.number][0] for node in graph.nodes if node.step == step))
        assert len(rows) < 2 or np.diff(rows).min() > 1 - 1e-5


def test_without_true_rates_the_graph_names_no_probability() -> None:
    rows = list(values(specification(dose_paths_plot(dose_paths(V3, depth=1)))))
    assert not any("probability" in row or "chance" in row for row in rows)


def test_a_finished_trial_is_drawn_as_one_box() -> None:
    rows = list(values(specification(dose_paths_plot(dose_paths(V3, read_outcomes("1NTT", 3))))))
    assert {row["decision"] for row in rows} == {"× no dose"}


def test_posterior_of_crm_is_that_of_the_design() -> None:
    fit = crm.posterior(CRM.skeleton, np.array([[0, 1, 0]]), np.array([[3, 2, 0]]))
    shown = rows_with("posterior of CRM", "mean", "skeleton")
    assert [row["mean"] for row in shown] == pytest.approx(CRM.skeleton.rates_at(float(fit.estimate[0])).tolist())
    assert all(row["low"] < row["mean"] < row["high"] for row in shown)
    spread = float(fit.variance[0]) ** 0.5
    end = CRM.skeleton.rates_at(float(fit.estimate[0]) - 1.6448536269514722 * spread)
    assert [row["high"] for row in shown] == pytest.approx(end.tolist())


def test_posterior_of_blrm_is_that_of_the_design() -> None:
    found = BLRM.posterior(np.array([[3, 3, 0]]), np.array([[0, 1, 0]]))
    shown = rows_with("posterior of BLRM", "part", "probability")
    for part, known in (("below target interval", found.under), ("inside", found.target)):
        assert [row["probability"] for row in shown if row["part"] == part] == known[0].tolist()
    assert [row["to"] for row in shown if row["part"].startswith("above")] == pytest.approx([1, 1, 1])


def test_a_design_without_a_model_has_no_posterior() -> None:
    with pytest.raises(
        InputError, match="3\\+3 V3 has no posterior of the rates of DLT; CRM \\(at its mean\\) and BLRM have"
    ):
        posterior_plot(V3, ())


def test_the_waterfall_adds_up() -> None:
    shown = rows_with("waterfall", "criterion", "part")
    assert [(row["share"], row["from"], row["to"]) for row in shown if row["part"] == "lost here"] == [
        (0.05, 0.95, 1.0),
        (0.0, 0.95, 0.95),
        (0.1, 0.85, pytest.approx(0.95)),
    ]
    assert shown[3]["label"] == "nobody lost, left 95.0 %"


def test_the_curve_is_drawn_in_order_of_the_threshold() -> None:
    assert [row["share"] for row in rows_with("threshold curve", "share")] == [0.7, 0.5, 0.3]
    assert [row["label"] for row in rows_with("threshold curve", "threshold") if "share" not in row] == ["in force: 8"]


def test_nothing_to_show_is_said() -> None:
    with pytest.raises(InputError, match="no criterion to show"):
        waterfall([])
    with pytest.raises(InputError, match="no threshold to show"):
        threshold_curve([], "age")
    assert list(values(specification(waterfall([Loss("I01", 0, 1)]))))
    assert list(values(specification(threshold_curve([CurvePoint(1, 0)], "age"))))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_themes_can_be_read(theme: Theme) -> None:
    assert len(set(theme.colours.values())) == len(theme.colours)
    for text in (theme.ink, theme.muted, theme.mark):
        assert contrast(text, theme.background) >= 4.5
    for fill in (theme.escalate, theme.stay, theme.de_escalate):
        assert contrast(theme.on_light, fill) >= 4.5
    assert contrast(theme.on_dark, theme.eliminate) >= 4.5
    steps = [luminance(each) for each in (theme.escalate, theme.stay, theme.de_escalate, theme.eliminate)]
    assert steps == sorted(steps, reverse=True), "in grey, steps stay in order"


@pytest.mark.parametrize("name", CHARTS)
def test_every_plot_looks_after_its_theme(name: str) -> None:
    light, dark = specification(CHARTS[name]), specification(IN_THE_DARK[name])
    assert light["config"]["background"] == LIGHT.background
    assert dark["config"]["background"] == DARK.background
    assert list(values(light)) == list(values(dark))
    assert light["description"].startswith(light["title"]["text"])
