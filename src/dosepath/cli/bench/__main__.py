"""Run as `python -m dosepath.cli.bench [FOLDER ...]`; folders hold FHIR bundles of real or made patients."""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from dosepath.cli.bench import designs, grading, patients, population, screens
from dosepath.cli.bench.asked import TRIAL
from dosepath.cli.shell import console
from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.mapping.reader import ConceptIndex
from dosepath.trial.library import open_trial


def main(arguments: Sequence[str]) -> None:
    """Measure and print everything."""
    out = console()
    begin = time.perf_counter()
    protocol = open_trial(TRIAL)
    opened = time.perf_counter() - begin
    index = ConceptIndex(protocol.file.concepts)
    out.print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    out.print(f"reading and checking the protocol file: {1000 * opened:.0f} ms, once")
    with tempfile.TemporaryDirectory() as folder:
        write_cohort(make_cohort(1), Path(folder))
        patients.report("demonstration cohort", sorted(Path(folder).glob("*.json")), protocol, index)
    grading.report()
    designs.report()
    population.report()
    screens.report()
    for argument in arguments:
        source = Path(argument)
        files = sorted([*source.glob("*.json"), *source.glob("*.json.gz")])
        if files:
            patients.report(source.name, files, protocol, index)
        else:
            out.print(f"{source}: no patient files; left out")


if __name__ == "__main__":
    main(sys.argv[1:])
