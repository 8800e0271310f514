"""What every bench asks about, how it runs the program, and how it takes the time."""

import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Final

TRIAL: Final = "NCT06680388"
ON: Final = date(2026, 6, 1)
DOSEPATH: Final = (sys.executable, "-c", "from dosepath.cli.main import app; app()")
"""The command, as a process of this Python."""


def timed(work: Callable[[], object]) -> float:
    """Give the seconds that some work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
