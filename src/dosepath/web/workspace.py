"""The folder of the data and the state of the process, in one place."""

import threading
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.web.jobs import Jobs

DEMO_SEED: Final = 1
"""The demonstration cohort is the one of `make demo`."""

KEPT_DESIGNS: Final = 24
KEPT_DRAWINGS: Final = 200

_MAKING = threading.Lock()


@dataclass(frozen=True)
class Workspace:
    """Where files lie, and what is kept in memory.

    What can be computed again from files lies in memory alone, so that an address answers after a restart as well.

    Parameters
    ----------
    root
        Folder of the data: `uploads/<kind>/<id>`, `demo`, `hospital`.
    jobs
        Computations and the answers that are kept.
    designs, simulations, drawings
        Those of the design lab, apart so that none waits for another: enumerated designs, simulated trials, plots.
    """

    root: Path
    jobs: Jobs = field(default_factory=Jobs)
    designs: Jobs = field(default_factory=lambda: Jobs(KEPT_DESIGNS))
    simulations: Jobs = field(default_factory=lambda: Jobs(KEPT_DESIGNS))
    drawings: Jobs = field(default_factory=lambda: Jobs(KEPT_DRAWINGS))

    @property
    def uploads(self) -> Path:
        """Folder of what was uploaded."""
        return self.root / "uploads"

    def demo_cohort(self) -> Path:
        """Give the folder of the synthetic cohort with its `anchors.yaml`; it is made where it is missing."""
        folder = self.root / "demo"
        with _MAKING:
            if not (folder / "anchors.yaml").is_file():
                write_cohort(make_cohort(DEMO_SEED), folder)
        return folder


@lru_cache(maxsize=1)
def workspace() -> Workspace:
    """Give the one workspace of the process."""
    return Workspace(settings.DATA_DIR)
