"""How many own worked cases each instrument has, as the command `instruments` shows it."""

import json
import sys
from collections import Counter
from pathlib import Path

from dosepath.interop.answers_yaml import load_exact
from dosepath.trial.catalog import OWN_CASES
from tests.conftest import ROOT
from tests.unit.instruments.case_files import all_cases

WITHOUT_FORM = {
    "cart_pk": "kinetics/cart_pk.yaml",
    "dlt_rule": "safety/dlt.yaml",
    "schedule_24m": "schedule/schedule_24m.yaml",
    "unit_conversions": "core/units.yaml",
}
"""Files of cases of what has no form."""

NO_CASES = {"pieces"}
"""Lists of such a file that are no cases: pieces from which texts are drawn."""

FILE: Path = ROOT / "src" / "dosepath" / "trial" / OWN_CASES


def counted() -> str:
    """Count the cases and write them as the file holds them."""
    counts = Counter(case.instrument for case in all_cases())
    for name, file in WITHOUT_FORM.items():
        parts = load_exact((ROOT / "tests" / "cases" / file).read_text(encoding="utf-8"), file)
        counts[name] = sum(len(rows) for part, rows in parts.items() if isinstance(rows, list) and part not in NO_CASES)
    return json.dumps(dict(sorted(counts.items())), indent=1) + "\n"


if __name__ == "__main__" and "--write" in sys.argv:
    FILE.write_text(counted(), encoding="utf-8")
