"""Change the code that scores and grades, one spot at a time (mutmut): how much do the project's own cases notice?

`make mutate-instruments` runs all of it, `ARGS="icaht bvas"` only modules whose names hold one of these words. What
survived is listed in `build/mutants-survived.txt`, each change as a diff with `--show`.

Functions that only build tables while their module is imported (items, labels) are counted apart: every test run of
mutmut starts after that, so no test can notice. Those tables are held by `tests/golden/instrument_forms.json` and by
the cases of every row.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.conftest import ROOT

MUTANTS = ROOT / "mutants"
SURVIVED = ROOT / "build" / "mutants-survived.txt"
LEAST = 90
"""Percent of the changes that must be noticed."""

NOTICED = frozenset({1, 3, -24, 24, 152, 255, -11, 36})
"""Exit codes of a test run that failed, crashed or did not end."""


def modules(words: Sequence[str]) -> list[str]:
    """Give the patterns of mutants to run, by module; none for all."""
    files = [
        file
        for layer in ("instruments", "safety", "response", "schedule", "dosing")
        for file in sorted((ROOT / "src" / "dosepath" / layer).glob("*.py"))
        if any(word in file.stem for word in words)
    ]
    return [f"dosepath.{file.parent.name}.{file.stem}.*" for file in files]


def outcomes() -> Iterator[tuple[str, int]]:
    """Yield every mutant that was run: its name and the exit code of its test run."""
    for file in sorted(MUTANTS.rglob("*.meta")):
        found = json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"]
        yield from ((name, code) for name, code in found.items() if code is not None)


def module_of(mutant: str) -> str:
    """Give the module of a mutant."""
    return ".".join(mutant.split(".")[1:3])


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


def report(found: Iterable[tuple[str, int]], *, show: bool) -> int:
    """Print the score of each module and of all, and write the list of survivors."""
    total, dead = Counter[str](), Counter[str]()
    survived = []
    tables, apart = built_at_import(), 0
    for name, code in found:
        if function_of(name) in tables:
            apart += 1
            continue
        total[module_of(name)] += 1
        if code in NOTICED:
            dead[module_of(name)] += 1
        else:
            survived.append(name)
    for module, count in sorted(total.items()):
        print(f"{module:45} {dead[module]:5} of {count:5} noticed, {100 * dead[module] / count:5.1f} %")
    SURVIVED.parent.mkdir(exist_ok=True)
    SURVIVED.write_text("".join(f"{name}\n" for name in survived), encoding="utf-8")
    for name in survived if show else ():
        print(mutmut("show", name))
    print(f"{apart} mutants of functions that build tables at import, counted apart")
    score = 100 * dead.total() / max(1, total.total())
    print(f"{total.total()} mutants, {dead.total()} noticed, {score:.1f} %; survivors in {SURVIVED.relative_to(ROOT)}")
    return 0 if score >= LEAST else 1


def main() -> int:
    """Run mutants and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="parts of module names; none: all modules")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print the change of each survivor")
    options = parser.parse_args()
    mutmut("run", "--max-children", str(options.workers), *modules(options.words))
    return report(outcomes(), show=options.show)


if __name__ == "__main__":
    sys.exit(main())
