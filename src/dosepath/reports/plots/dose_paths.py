"""The ways a trial can take as a graph from left to right: a box for each state, an edge for each number of DLTs."""

from collections.abc import Mapping

import altair as alt

from dosepath.dosefinding.design import Action, Decision
from dosepath.dosefinding.dose_paths import PathEdge, PathGraph, PathNode
from dosepath.reports.plots.parts import Chart, Row, data, framed
from dosepath.reports.plots.path_layout import positions
from dosepath.reports.plots.theme import LIGHT, Theme
from dosepath.reports.words import Caption, percent, rates

COLUMN, LINE, LETTERS = 220, 14, 11
"""Width of a cohort with the way to the next; height of a line of text, and size of its letters."""

BOX, RIM = 0.58, 7
"""Width of a box as a part of its column; free height around it."""

WIDEST, THINNEST, PLAIN = 10.0, 1.0, 1.5
"""Width of an edge that every trial takes, of one that hardly any takes, and of one whose probability is not known."""

GOES_UP, STAYS, GOES_DOWN, ENDS_WITH, ENDS_WITHOUT = "up", "at the same dose", "down", "dose recommended", "no dose"

KINDS: Mapping[Action, str] = {
    Action.ESCALATE: GOES_UP,
    Action.STAY: STAYS,
    Action.EXPAND: STAYS,
    Action.WAIT: STAYS,
    Action.DE_ESCALATE: GOES_DOWN,
    Action.COMPLETE: ENDS_WITH,
    Action.STOP: ENDS_WITHOUT,
}
"""What a decision is shown as."""

_VERBS: Mapping[Action, str] = {
    Action.ESCALATE: "▲ up to {}",
    Action.STAY: "● stay at {}",
    Action.EXPAND: "● expand {}",
    Action.WAIT: "● wait at {}",
    Action.DE_ESCALATE: "▼ down to {}",
    Action.COMPLETE: "■ recommend {}",
    Action.STOP: "× no dose",
}


def dose_paths_plot(graph: PathGraph, theme: Theme = LIGHT) -> Chart:
    """Plot a graph of dose paths.

    Parameters
    ----------
    graph
        What to plot; with true rates, edges are as wide as they are probable, and boxes name their probability.
    theme
        Colours.
    """
    return framed(graph_plot(graph, theme), paths_caption(graph), theme)


def paths_caption(graph: PathGraph) -> Caption:
    """Caption the graph."""
    beginning = graph.nodes[0]
    seen = sum(each.treated for each in beginning.tallies)
    where = "from the first patient" if not seen else f"from {seen} patients on"
    until = "to the end of every way" if graph.ends else f"the next {graph.steps} cohorts"
    lines = [f"{where}, {until}; DLTs/patients at each dose level; numbers on edges: DLTs in the cohort"]
    if graph.truth:
        lines.append(f"probabilities exact for true rates {rates(graph.truth)}; edges are as wide as they are probable")
    return Caption(f"{graph.design.name}: dose paths", tuple(lines))


def graph_plot(graph: PathGraph, theme: Theme = LIGHT) -> Chart:
    """Plot boxes, edges and texts."""
    nodes = node_rows(graph)
    heights = [row["row"] for row in nodes]
    lines = 3 if graph.truth else 2
    height = (max(heights) - min(heights) + 1) * (LINE * lines + 2 * RIM)
    y = alt.Scale(domain=[max(heights) + 0.5, min(heights) - 0.5], nice=False, zero=False)
    x = alt.Scale(domain=[-BOX / 2, graph.steps + BOX / 2], nice=False, zero=False)
    layers = [*_edges(graph, x, y, theme), *_boxes(nodes, x, y, lines, theme)]
    return alt.layer(*layers).properties(width=round(COLUMN * (graph.steps + BOX)), height=height)


def node_rows(graph: PathGraph) -> list[Row]:
    """Give the data of the boxes."""
    places = positions(graph)
    return [_node_row(node, *places[node.number]) for node in graph.nodes]


def _node_row(node: PathNode, column: int, row: float) -> Row:
    treated = any(each.treated for each in node.tallies)
    found = {
        "node": node.number,
        "cohorts": column,
        "row": row,
        "left": column - BOX / 2,
        "right": column + BOX / 2,
        "top": row - 0.42,
        "bottom": row + 0.42,
        "decision": decision_words(node.decision) if treated else f"● start at level {node.decision.level}",
        "kind": KINDS[node.decision.action],
        "counts": "  ".join("–" if not each.treated else str(each) for each in node.tallies) if treated else "nobody",
    }
    if node.probability is None:
        return found
    return {**found, "probability": node.probability, "chance": percent(node.probability)}


def decision_words(decision: Decision) -> str:
    """Word a decision with its sign.

    Examples
    --------
    >>> from dosepath.dosefinding.design import decide
    >>> from dosepath.dosefinding.outcomes import read_outcomes
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> [decision_words(decide(variant("V3", 3), read_outcomes(text, 3))) for text in ("1NNN", "1NTT")]
    ['▲ up to level 2', '× no dose']
    """
    if decision.action is Action.STOP:
        return _VERBS[Action.STOP]
    return _VERBS[decision.action].format(f"level {decision.level}")


def edge_rows(graph: PathGraph) -> list[Row]:
    """Give the data of the edges."""
    places = positions(graph)
    return [_edge_row(number, edge, places) for number, edge in enumerate(graph.edges)]


def _edge_row(number: int, edge: PathEdge, places: Mapping[int, tuple[int, float]]) -> Row:
    (start, from_row), (end, to_row) = places[edge.start], places[edge.end]
    found = {
        "edge": number,
        "start": edge.start,
        "end": edge.end,
        "dlts": edge.dlts,
        "from": start + BOX / 2,
        "from_row": from_row,
        "to": end - BOX / 2,
        "to_row": to_row,
    }
    return found if edge.probability is None else {**found, "probability": edge.probability}


BEND = 0.12
"""How far an edge runs straight out of a box and into the next, in columns."""

NUMBER_AT = 0.62
"""Where on its way an edge has its number."""


def _edges(graph: PathGraph, x: alt.Scale, y: alt.Scale, theme: Theme) -> list[Chart]:
    rows = edge_rows(graph)
    if not rows:
        return []
    points = [point for row in rows for point in _bends(row)]
    numbers = [_number(row) for row in rows]
    lines = alt.Chart(data(points)).mark_line(color=theme.muted, opacity=0.55, strokeCap="butt", strokeJoin="round")
    text = alt.Chart(data(numbers)).encode(
        x=alt.X("x:Q", scale=x, axis=None), y=alt.Y("y:Q", scale=y, axis=None), text="dlts:N"
    )
    return [
        lines.encode(
            x=alt.X("x:Q", scale=x, axis=None),
            y=alt.Y("y:Q", scale=y, axis=None),
            detail="edge:N",
            order="order:Q",
            strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
        ),
        text.mark_text(fontSize=LETTERS, color=theme.background, stroke=theme.background, strokeWidth=4),
        text.mark_text(fontSize=LETTERS, color=theme.ink),
    ]


def _bends(row: Row) -> list[Row]:
    """Give the points through which an edge runs."""
    chance = row.get("probability")
    width = PLAIN if chance is None else THINNEST + (WIDEST - THINNEST) * chance
    ends = (("from", "from_row", 0.0), ("from", "from_row", BEND), ("to", "to_row", -BEND), ("to", "to_row", 0.0))
    return [
        {"edge": row["edge"], "order": order, "x": row[at] + out, "y": row[height], "width": width}
        for order, (at, height, out) in enumerate(ends)
    ]


def _number(row: Row) -> Row:
    """Give the place of the number of an edge."""
    start, end = row["from"] + BEND, row["to"] - BEND
    return {
        "dlts": row["dlts"],
        "x": start + NUMBER_AT * (end - start),
        "y": row["from_row"] + NUMBER_AT * (row["to_row"] - row["from_row"]),
    }


def _boxes(rows: list[Row], x: alt.Scale, y: alt.Scale, lines: int, theme: Theme) -> list[Chart]:
    fills = {
        GOES_UP: theme.escalate,
        STAYS: theme.stay,
        GOES_DOWN: theme.de_escalate,
        ENDS_WITH: theme.background,
        ENDS_WITHOUT: theme.eliminate,
    }
    base = alt.Chart(data(rows))
    colour = alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(fills), range=list(fills.values())))
    box = base.mark_rect(stroke=theme.ink, strokeWidth=1, cornerRadius=4).encode(
        x=alt.X("left:Q", scale=x, axis=None),
        x2="right:Q",
        y=alt.Y("top:Q", scale=y, axis=None),
        y2="bottom:Q",
        color=colour,
    )
    dark = alt.when(alt.datum.kind == ENDS_WITHOUT).then(alt.value(theme.on_dark))
    ink = dark.when(alt.datum.kind == ENDS_WITH).then(alt.value(theme.ink)).otherwise(alt.value(theme.on_light))
    written = ["decision", "counts", "chance"][:lines]
    texts = [
        base.mark_text(
            dy=LINE * (number - (lines - 1) / 2), fontSize=LETTERS, fontWeight="bold" if number == 0 else "normal"
        ).encode(
            x=alt.X("cohorts:Q", scale=x, axis=None),
            y=alt.Y("row:Q", scale=y, axis=None),
            text=f"{field}:N",
            color=ink,
        )
        for number, field in enumerate(written)
    ]
    return [box, *texts]
