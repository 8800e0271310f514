"""The ways a trial can take as a graph: a node for each state, an edge for each number of DLTs in the next cohort.

States that have the same counts and the same decision go on alike, so they are one node, however they came about. With
true rates each node and each edge has the probability that a trial goes through it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Action, Decision, Design, decide, true_rates
from dosepath.dosefinding.outcomes import Cohort, DoseTally, tally
from dosepath.dosefinding.tools import next_cohorts

ENDS = (Action.STOP, Action.COMPLETE)
"""Actions after which nobody is treated."""

MOST_NODES = 2000
"""Nodes up to which a graph is walked."""


@dataclass(frozen=True, slots=True)
class PathNode:
    """One state of a trial.

    Parameters
    ----------
    number
        Place in the graph, from 0.
    step
        Cohorts treated since the beginning of the graph.
    tallies
        Patients and DLTs at each dose level.
    decision
        What the design says there.
    probability
        That a trial comes here, under the true rates that were given; None without them.
    """

    number: int
    step: int
    tallies: tuple[DoseTally, ...]
    decision: Decision
    probability: float | None

    @property
    def ends(self) -> bool:
        """Whether nobody is treated from here on."""
        return self.decision.action in ENDS


@dataclass(frozen=True, slots=True)
class PathEdge:
    """One outcome of the next cohort.

    Parameters
    ----------
    start, end
        Numbers of the nodes before and after.
    level, patients, dlts
        Dose level of the cohort, its patients and its DLTs.
    probability
        That a trial goes this way; None without true rates.
    """

    start: int
    end: int
    level: int
    patients: int
    dlts: int
    probability: float | None


@dataclass(frozen=True, slots=True)
class PathGraph:
    """The ways on from some cohorts.

    Parameters
    ----------
    design
        What decides.
    truth
        True rates of DLT, empty when they were not given.
    nodes, edges
        In the order of cohorts, fewer DLTs first.
    """

    design: Design
    truth: tuple[float, ...]
    nodes: tuple[PathNode, ...]
    edges: tuple[PathEdge, ...]

    @property
    def steps(self) -> int:
        """Cohorts of the longest way."""
        return self.nodes[-1].step

    @property
    def ends(self) -> bool:
        """Whether every way was followed to its end."""
        return all(node.ends for node in self.nodes if node.step == self.steps)


def dose_paths(
    design: Design,
    cohorts: Sequence[Cohort] = (),
    depth: int | None = None,
    truth: Sequence[float] | None = None,
    most: int = MOST_NODES,
) -> PathGraph:
    """Follow a design through the outcomes of its next cohorts.

    Parameters
    ----------
    design
        Any design with cohorts whose outcomes are known.
    cohorts
        The trial so far.
    depth
        Cohorts to look ahead; None for all that fit into `most` nodes.
    truth
        True rates of DLT, for the probabilities.
    most
        Nodes that a graph may have.

    Raises
    ------
    InputError
        When the history is impossible, a rate is missing or is no probability, or `depth` cohorts make too many nodes.

    Examples
    --------
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> found = dose_paths(variant("V3", 3), depth=2, truth=[0.1, 0.25, 0.4])
    >>> len(found.nodes), len(found.edges)
    (13, 12)
    >>> round(sum(node.probability for node in found.nodes if node.step == 2 or node.ends), 12)
    1.0
    """
    if depth is not None and depth < 1:
        raise InputError(f"1 cohort or more is looked ahead, {depth} is none")
    rates = None if truth is None else tuple(true_rates(truth, design.doses).tolist())
    nodes = [PathNode(0, 0, tally(cohorts, design.doses), decide(design, cohorts), _known(rates, 1.0))]
    edges: list[PathEdge] = []
    waiting = [(node, tuple(cohorts)) for node in nodes if not node.ends]
    while waiting and (depth is None or nodes[-1].step < depth):
        later, ways = _one_cohort(design, waiting, rates, len(nodes))
        if len(nodes) + len(later) > most:
            if depth is None and edges:
                break
            raise InputError(f"{depth or 1} cohorts lead to more than {most} states; look fewer cohorts ahead")
        nodes += [node for node, _ in later]
        edges += ways
        waiting = [(node, history) for node, history in later if not node.ends]
    return PathGraph(design, tuple(rates or ()), tuple(nodes), tuple(edges))


def _known(rates: Sequence[float] | None, probability: float) -> float | None:
    return None if rates is None else probability


_Waiting = Sequence[tuple[PathNode, tuple[Cohort, ...]]]
"""Nodes that go on, each with one history that leads to it."""

_Key = tuple[tuple[DoseTally, ...], Action, int | None]
"""What states that become one node have in common."""


def _one_cohort(
    design: Design, waiting: _Waiting, rates: Sequence[float] | None, number: int
) -> tuple[list[tuple[PathNode, tuple[Cohort, ...]]], list[PathEdge]]:
    """Treat one cohort in every node that goes on; states that are alike become one node."""
    found: dict[_Key, list[PathEdge]] = {}
    reached: dict[_Key, tuple[Decision, tuple[Cohort, ...]]] = {}
    for node, history in waiting:
        if node.decision.level is None:
            continue
        for cohort, chance in next_cohorts(design, node.tallies, node.decision.level, rates):
            after = (*history, cohort)
            tallies, decision = tally(after, design.doses), decide(design, after)
            key = (tallies, decision.action, decision.level)
            reached.setdefault(key, (decision, after))
            probability = None if node.probability is None else node.probability * chance
            edge = PathEdge(node.number, 0, cohort.level, len(cohort.outcomes), sum(cohort.outcomes), probability)
            found.setdefault(key, []).append(edge)
    later, ways = [], []
    for place, (key, into) in enumerate(found.items(), start=number):
        decision, history = reached[key]
        total = _known(rates, sum(edge.probability or 0.0 for edge in into))
        later.append((PathNode(place, waiting[0][0].step + 1, key[0], decision, total), history))
        ways += [PathEdge(each.start, place, each.level, each.patients, each.dlts, each.probability) for each in into]
    return later, sorted(ways, key=lambda edge: (edge.start, edge.dlts))
