"""The decision table of a design as a grid of letters: what to do by patients and DLTs at the current dose."""

from collections.abc import Sequence

import altair as alt

from dosepath.core.errors import InputError
from dosepath.dosefinding.decision_table import Step, TableRow, table_of
from dosepath.dosefinding.design import Design
from dosepath.reports.plots.parts import Chart, Row, data, framed
from dosepath.reports.plots.theme import LIGHT, Theme
from dosepath.reports.words import Caption

CELL_WIDTH, CELL_HEIGHT = 46, 26

MEANINGS = {
    Step.ESCALATE: "E  escalate to the next dose",
    Step.STAY: "S  stay at this dose",
    Step.DE_ESCALATE: "D  de-escalate one dose",
    Step.ELIMINATE: "DU  de-escalate and never come back",
}
"""Letters with their meaning."""


def decision_table_plot(design: Design, level: int | None = None, theme: Theme = LIGHT) -> Chart:
    """Plot the decision table of a design.

    Parameters
    ----------
    design
        Any design.
    level
        Dose level of the counts; the middle one where it is left out.
    theme
        Colours.

    Raises
    ------
    InputError
        When there is no such dose level, or no trial goes on there.
    """
    at = level if level is not None else middle(design)
    return framed(grid_plot(table_of(design, at), theme), table_caption(design, at), theme)


def middle(design: Design) -> int:
    """Give the dose level at which a table is shown where none is asked for."""
    return max(1, (design.doses + 1) // 2)


def table_caption(design: Design, level: int) -> Caption:
    """Caption the table."""
    below = "" if level == 1 else ", where all lower doses had no DLT"
    where = f"decision by patients and DLTs at dose level {level} of {design.doses}{below}"
    return Caption(f"{design.name}: decision table", (where, str(design.citation)))


def grid_plot(rows: Sequence[TableRow], theme: Theme = LIGHT) -> Chart:
    """Plot the cells of a table."""
    cells, more = grid_rows(rows)
    treated = sorted({cell["treated"] for cell in cells})
    dlts = sorted({cell["dlts"] for cell in cells})
    title = ["DLTs at this dose", *([f"(more than {dlts[-1]}: as {dlts[-1]})"] if more else [])]
    base = alt.Chart(data(cells)).encode(
        x=alt.X("treated:O", axis=alt.Axis(title="patients at this dose", labelAngle=0, ticks=False, domain=False)),
        y=alt.Y("dlts:O", axis=alt.Axis(title=title, ticks=False, domain=False)),
    )
    colour = alt.Color(
        "meaning:N",
        scale=alt.Scale(
            domain=list(MEANINGS.values()), range=[theme.escalate, theme.stay, theme.de_escalate, theme.eliminate]
        ),
        legend=alt.Legend(title=None, orient="bottom", direction="vertical", columns=1),
    )
    letters = alt.when(alt.datum.step == Step.ELIMINATE.value).then(alt.value(theme.on_dark))
    return alt.layer(
        base.mark_rect(stroke=theme.background, strokeWidth=1).encode(color=colour),
        base.mark_text(fontWeight="bold").encode(text="step:N", color=letters.otherwise(alt.value(theme.on_light))),
    ).properties(width=max(CELL_WIDTH * len(treated), 230), height=CELL_HEIGHT * len(dlts))


FEWEST = 6
"""DLTs up to which a table is shown whole."""


def grid_rows(rows: Sequence[TableRow]) -> tuple[list[Row], bool]:
    """Give the cells of a table, and whether rows with more DLTs were left out.

    They are where every cell says the same, here and with any more DLTs.

    Raises
    ------
    InputError
        When the table is empty.
    """
    if not rows:
        raise InputError("no trial goes on after a cohort at this dose level: its decision table is empty")
    by_dlts: dict[int, set[Step]] = {}
    for row in rows:
        by_dlts.setdefault(row.dlts, set()).add(row.step)
    last = max(by_dlts)
    shown = last
    while shown > FEWEST and len(by_dlts[shown - 1] | by_dlts[last]) == 1:
        shown -= 1
    cells: list[Row] = [
        {"treated": row.treated, "dlts": row.dlts, "step": row.step.value, "meaning": MEANINGS[row.step]}
        for row in rows
        if row.dlts <= shown
    ]
    return cells, shown < last
