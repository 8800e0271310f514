"""Change the code that scores, grades and decides about doses, one spot at a time (mutmut): do our cases notice?

`make mutate-instruments` and `make mutate-doses` run a lane, `ARGS="icaht bvas"` only modules whose names hold one of
these words. A run that was stopped goes on where it was. The lanes are data below; which tests are run stands in
`[tool.mutmut]` of pyproject.toml. What survived is printed as diffs with `--show`, and written with `--write` to the
list of the lane, where a change that cannot matter has its reason behind its name.

Functions that only build tables while their module is imported (items, labels) are counted apart: every test run of
mutmut starts after that, so no test can notice. Those tables are held by `tests/golden/instrument_forms.json` and by
the cases of every row.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from types import MappingProxyType

from tests.conftest import ROOT

MUTANTS = ROOT / "mutants"
LEAST = 90
"""Percent of the changes that must be noticed."""

NOTICED = frozenset({1, 3, -24, 24, 152, 255, -11, 36})
"""Exit codes of a test run that failed, crashed or did not end."""


@dataclass(frozen=True)
class Lane:
    """Modules that are changed together.

    Parameters
    ----------
    about
        What they do, for the list of survivors.
    modules
        Patterns of `layer.module` under `dosepath`.
    """

    about: str
    modules: tuple[str, ...]


LANES: Mapping[str, Lane] = MappingProxyType(
    {
        "instruments": Lane(
            "scoring and grading", ("instruments.*", "safety.*", "response.*", "schedule.*", "dosing.*")
        ),
        "doses": Lane(
            "code that decides about doses",
            (
                "trial.ladder.*",
                "interop.ladder_yaml",
                "dosefinding.beta",
                "dosefinding.boin",
                "dosefinding.decision_table",
                "dosefinding.design",
                "dosefinding.exact",
                "dosefinding.guards",
                "dosefinding.i3plus3",
                "dosefinding.keyboard",
                "dosefinding.mtpi",
                "dosefinding.open_windows",
                "dosefinding.outcomes",
                "dosefinding.rolling_six",
                "dosefinding.table_design",
                "dosefinding.three_plus_three",
                "dosefinding.tite_boin",
                "dosefinding.titration",
            ),
        ),
    }
)


def module_of(mutant: str) -> str:
    """Give the module of a mutant, without the package.

    Examples
    --------
    >>> module_of("dosepath.trial.ladder.board.x_is_stopped__mutmut_1")
    'trial.ladder.board'
    """
    return mutant.removeprefix("dosepath.").rpartition(".")[0]


def is_of(lane: Lane, module: str) -> bool:
    """Answer whether a module belongs to a lane."""
    return any(fnmatch(module, pattern) for pattern in lane.modules)


def modules(lane: Lane, words: Sequence[str]) -> list[str]:
    """Give the patterns of mutants to run, by module."""
    source = ROOT / "src" / "dosepath"
    names = (".".join(file.relative_to(source).with_suffix("").parts) for file in sorted(source.rglob("*.py")))
    wanted = (name for name in names if is_of(lane, name) and not name.endswith("__init__"))
    return [f"dosepath.{name}.*" for name in wanted if not words or any(word in name for word in words)]


def outcomes() -> Iterator[tuple[str, int]]:
    """Yield every mutant that was run: its name and the exit code of its test run."""
    for file in sorted(MUTANTS.rglob("*.meta")):
        found = json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"]
        yield from ((name, code) for name, code in found.items() if code is not None)


def mutmut(*arguments: str) -> str:
    """Run mutmut and give what it prints."""
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


_AT_IMPORT = """
import sys
seen = set()
def note(frame, event, _):
    if event == "call" and frame.f_globals.get("__name__", "").startswith("dosepath."):
        seen.add(f"{frame.f_globals['__name__']} {frame.f_code.co_qualname}")
sys.setprofile(note)
from dosepath.trial.catalog import catalog
catalog()
sys.setprofile(None)
print("\\n".join(sorted(seen)))
"""


def built_at_import() -> frozenset[str]:
    """Give the functions that run while the modules are imported, as `module function`."""
    command = [sys.executable, "-c", _AT_IMPORT]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return frozenset(ran.stdout.splitlines())


def function_of(mutant: str) -> str:
    """Give the function of a mutant, as `module function`.

    Examples
    --------
    >>> function_of("dosepath.instruments.mmt8.xǁMmt8ǁscore__mutmut_19")
    'dosepath.instruments.mmt8 Mmt8.score'
    >>> function_of("dosepath.instruments.mmt8.x__sided__mutmut_1")
    'dosepath.instruments.mmt8 _sided'
    """
    module, _, name = mutant.rpartition("__mutmut_")[0].rpartition(".")
    return f"{module} {name.removeprefix('x').removeprefix('_').lstrip('ǁ').replace('ǁ', '.')}"


def listed(lane: str) -> Path:
    """Give the file that lists what survived in a lane."""
    return ROOT / "tests" / "mutation" / f"{lane}_survived.txt"


def reasons(file: Path) -> dict[str, str]:
    """Read why a survivor cannot matter, by its name."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    parted = (line.partition("  ") for line in lines if line and not line.startswith("#"))
    return {name: reason for name, _, reason in parted if reason}


def write(lane: str, survived: Iterable[str], score: str) -> None:
    """List what survived; reasons that stand in the list are kept."""
    file = listed(lane)
    known = reasons(file)
    head = (
        f"# Changes of {LANES[lane].about} that no case noticed; the names are those of mutmut, see mutate_code.py.\n"
        f"# Behind a name: why the change cannot matter. {score}.\n"
    )
    rows = (f"{name}  {known[name]}\n" if name in known else f"{name}\n" for name in sorted(survived))
    file.write_text(head + "".join(rows), encoding="utf-8")


def report(lane: str, found: Iterable[tuple[str, int]], *, show: bool, keep: bool) -> int:
    """Print the score of each module and of all, and show or list the survivors."""
    total, dead = Counter[str](), Counter[str]()
    survived = []
    tables, apart = built_at_import(), 0
    for name, code in found:
        module = module_of(name)
        if not is_of(LANES[lane], module):
            continue
        if function_of(name) in tables:
            apart += 1
            continue
        total[module] += 1
        if code in NOTICED:
            dead[module] += 1
        else:
            survived.append(name)
    for module, count in sorted(total.items()):
        print(f"{module:45} {dead[module]:5} of {count:5} noticed, {100 * dead[module] / count:5.1f} %")
    for name in survived if show else ():
        print(mutmut("show", name))
    score = 100 * dead.total() / max(1, total.total())
    said = f"{dead.total()} of {total.total()} noticed, {score:.1f} %; {apart} more build tables at import"
    if keep:
        write(lane, survived, said)
    print(said)
    return 0 if score >= LEAST else 1


def main() -> int:
    """Run mutants and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lane", choices=LANES)
    parser.add_argument("words", nargs="*", help="parts of module names; none: all modules of the lane")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print the change of each survivor")
    parser.add_argument("--write", action="store_true", help="list the survivors anew")
    parser.add_argument("--no-run", action="store_true", help="report what was run before")
    options = parser.parse_args()
    if not options.no_run:
        mutmut("run", "--max-children", str(options.workers), *modules(LANES[options.lane], options.words))
    return report(options.lane, outcomes(), show=options.show, keep=options.write)


if __name__ == "__main__":
    sys.exit(main())
