"""Where the nodes of a graph of dose paths stand: a column for each cohort, ways with fewer DLTs further up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from dosepath.dosefinding.dose_paths import PathGraph

LEAN = 0.2
"""Rows by which one DLT more moves a node down among those that come from the same node."""


def positions(graph: PathGraph) -> dict[int, tuple[int, float]]:
    """Give the column and the row of every node; rows of a column are one or more apart, the smaller the higher up.

    Nodes are ordered by where they come from, so that few edges cross. The longest column stands in even steps, and
    every other node as near as it can to the middle of those that it is linked to. The same graph always gets the same
    places.

    Examples
    --------
    >>> from dosepath.dosefinding.dose_paths import dose_paths
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> positions(dose_paths(variant("V3", 3), depth=1))
    {0: (0, 1.5), 1: (1, 0.0), 2: (1, 1.0), 3: (1, 2.0), 4: (1, 3.0)}
    """
    columns = _ordered(graph)
    before, after = _linked(graph)
    longest = max(range(len(columns)), key=lambda step: len(columns[step]))
    rows = {number: float(place) for place, number in enumerate(columns[longest])}
    for step in range(longest - 1, -1, -1):
        rows.update(_placed(columns[step], after, rows))
    for step in range(longest + 1, len(columns)):
        rows.update(_placed(columns[step], before, rows))
    return {node.number: (node.step, round(rows[node.number], 6)) for node in graph.nodes}


def _linked(graph: PathGraph) -> tuple[Mapping[int, list[int]], Mapping[int, list[int]]]:
    before, after = defaultdict(list), defaultdict(list)
    for edge in graph.edges:
        before[edge.end].append(edge.start)
        after[edge.start].append(edge.end)
    return before, after


def _ordered(graph: PathGraph) -> list[list[int]]:
    """Order each column by the mean place of the nodes before, those from the same node by their DLTs."""
    into = defaultdict(list)
    for edge in graph.edges:
        into[edge.end].append(edge)
    columns: list[list[int]] = [[] for _ in range(graph.steps + 1)]
    for node in graph.nodes:
        columns[node.step].append(node.number)
    place: dict[int, float] = {}
    for column in columns:
        wanted = {number: _mean(place[edge.start] + LEAN * edge.dlts for edge in into[number]) for number in column}
        column.sort(key=wanted.__getitem__)
        place.update({number: float(at) for at, number in enumerate(column)})
    return columns


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return fmean(known) if known else 0.0


def _placed(column: Sequence[int], linked: Mapping[int, Sequence[int]], rows: Mapping[int, float]) -> dict[int, float]:
    """Place a column: each node near the mean row of its neighbours, one without any next to the node above it."""
    wanted: list[float] = []
    for number in column:
        near = [rows[each] for each in linked.get(number, ()) if each in rows]
        wanted.append(fmean(near) if near else wanted[-1] + 1 if wanted else _first(column, linked, rows))
    return dict(zip(column, apart(wanted), strict=True))


def _first(column: Sequence[int], linked: Mapping[int, Sequence[int]], rows: Mapping[int, float]) -> float:
    """Give the row of nodes without neighbours that stand above all others of their column."""
    for place, number in enumerate(column):
        near = [rows[each] for each in linked.get(number, ()) if each in rows]
        if near:
            return fmean(near) - place
    return 0.0


def apart(wanted: Sequence[float]) -> list[float]:
    """Give rows one or more apart, in the given order, that lie nearest to the wanted ones by least squares.

    Examples
    --------
    >>> apart([0.0, 0.0, 5.0])
    [-0.5, 0.5, 5.0]
    """
    blocks: list[tuple[float, int]] = []
    for place, row in enumerate(wanted):
        total, count = row - place, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before, number = blocks.pop()
            total, count = total + before, count + number
        blocks.append((total, count))
    levels = [total / count for total, count in blocks for _ in range(count)]
    return [level + place for place, level in enumerate(levels)]
