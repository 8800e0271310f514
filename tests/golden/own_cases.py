"""How many own worked cases each instrument has, as the command `instruments` shows it."""

import json
import sys
from collections import Counter
from pathlib import Path

from dosepath.trial.catalog import OWN_CASES
from tests.conftest import ROOT
from tests.unit.instruments.case_files import all_cases

FILE: Path = ROOT / "src" / "dosepath" / "trial" / OWN_CASES


def counted() -> str:
    """Count the cases and write them as the file holds them."""
    counts = Counter(case.instrument for case in all_cases())
    return json.dumps(dict(sorted(counts.items())), indent=1) + "\n"


if __name__ == "__main__" and "--write" in sys.argv:
    FILE.write_text(counted(), encoding="utf-8")
