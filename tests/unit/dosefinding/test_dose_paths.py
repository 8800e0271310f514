"""The graph of the ways a trial can take agrees with look-ahead and with the exact enumeration."""

from collections import defaultdict

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Action
from dosepath.dosefinding.dose_paths import PathGraph, dose_paths
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.three_plus_three import VARIANTS, variant
from dosepath.dosefinding.tools import look_ahead
from tests.unit.dosefinding.test_design_laws import DESIGNS

TRUTH = [0.1, 0.25, 0.4]


def last(graph: PathGraph) -> dict[tuple[Action, int | None], float]:
    """Add up the probabilities of the nodes after which nothing is drawn, by decision."""
    found: dict[tuple[Action, int | None], float] = defaultdict(float)
    for node in graph.nodes:
        if node.ends or node.step == graph.steps:
            found[node.decision.action, node.decision.level] += node.probability or 0
    return found


@pytest.mark.parametrize("name", DESIGNS)
def test_decisions_have_the_probabilities_of_looking_ahead(name: str) -> None:
    design = DESIGNS[name]
    cohorts = read_outcomes("1N" if name.startswith("titration") else "1NNN", 3)
    expected: dict[tuple[Action, int | None], float] = defaultdict(float)
    for branch in look_ahead(design, cohorts, depth=2, truth=TRUTH):
        expected[branch.decision.action, branch.decision.level] += branch.probability or 0
    found = last(dose_paths(design, cohorts, depth=2, truth=TRUTH))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", VARIANTS)
def test_followed_to_the_end_it_recommends_as_the_enumeration_does(name: str) -> None:
    graph = dose_paths(variant(name, 3), truth=TRUTH)
    assert graph.ends
    found = np.zeros(4)
    for (_, level), probability in last(graph).items():
        found[level or 0] += probability
    assert found == pytest.approx(enumerate_design(variant(name, 3)).characteristics(TRUTH).recommendation, abs=1e-12)


def test_what_flows_into_a_node_flows_out_of_it() -> None:
    graph = dose_paths(variant("V3", 3), truth=TRUTH)
    into: dict[int, float] = defaultdict(float)
    out: dict[int, float] = defaultdict(float)
    for edge in graph.edges:
        into[edge.end] += edge.probability or 0
        out[edge.start] += edge.probability or 0
    for node in graph.nodes:
        assert node.number == 0 or into[node.number] == pytest.approx(node.probability, abs=1e-12)
        assert node.ends != (node.number in out)
        assert node.ends or out[node.number] == pytest.approx(node.probability, abs=1e-12)


def test_states_with_equal_counts_are_one_node() -> None:
    graph = dose_paths(variant("V3", 3))
    keys = [(node.step, node.tallies, node.decision.action, node.decision.level) for node in graph.nodes]
    assert len(keys) == len(set(keys))
    two_ways = [node for node in graph.nodes if sum(edge.end == node.number for edge in graph.edges) > 1]
    assert two_ways


def test_without_true_rates_there_are_no_probabilities() -> None:
    graph = dose_paths(variant("V3", 3), depth=1)
    assert {node.probability for node in graph.nodes} | {edge.probability for edge in graph.edges} == {None}


def test_a_trial_that_has_ended_is_one_node() -> None:
    graph = dose_paths(variant("V3", 3), read_outcomes("1NTT", 3), depth=2)
    assert [node.decision.action for node in graph.nodes] == [Action.STOP]
    assert graph.edges == ()


def test_a_graph_stops_before_it_grows_too_large() -> None:
    whole = dose_paths(variant("V3", 3))
    part = dose_paths(variant("V3", 3), most=60)
    assert len(part.nodes) <= 60 < len(whole.nodes)
    assert not part.ends
    assert part.nodes == whole.nodes[: len(part.nodes)]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"depth": 0}, "1 cohort or more is looked ahead, 0 is none"),
        ({"depth": 6, "most": 50}, "6 cohorts lead to more than 50 states; look fewer cohorts ahead"),
        ({"truth": [0.1]}, "1 true rates for 3 dose levels"),
        ({"truth": [0.1, 0.2, 1.2]}, "a true rate of DLT lies between 0 and 1"),
    ],
)
def test_what_cannot_be_followed_is_refused(asked: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        dose_paths(variant("V3", 3), **asked)  # type: ignore[arg-type]
