"""The two plots that the documents show."""

import sys
from collections.abc import Mapping

from dosepath.dosefinding.dose_paths import dose_paths
from dosepath.dosefinding.three_plus_three import VARIANTS, variant
from dosepath.dosefinding.tools import compare
from dosepath.reports.plots.comparison import comparison_plot
from dosepath.reports.plots.dose_paths import dose_paths_plot
from dosepath.reports.plots.saving import svg
from dosepath.reports.summary import exact_summary
from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "plots"
TRUTH, TARGET, PLANNED = [0.1, 0.25, 0.4], 0.3, 15


def drawn() -> Mapping[str, str]:
    """Draw them, by the name of their file."""
    rows = compare([variant(name, 3) for name in VARIANTS], [TRUTH], TARGET)
    summaries = [exact_summary(row[0].exact) for row in rows]
    return {
        "variants_of_3plus3.svg": svg(comparison_plot(summaries, TARGET, PLANNED)),
        "dose_paths_3plus3.svg": svg(dose_paths_plot(dose_paths(variant("V3", 3), depth=2, truth=TRUTH))),
    }


if __name__ == "__main__" and "--write" in sys.argv:
    FOLDER.mkdir(exist_ok=True)
    for name, text in drawn().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
