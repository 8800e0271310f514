"""The contracts of the house hold, and each of them breaks when a violation is planted."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "src" / "dosepath"

# From the row of `response` down; the later layers are named already, so that they cannot be forgotten.
PURE = {
    "core",
    "rules",
    "instruments",
    "protocol",
    "eligibility",
    "dosefinding",
    "safety",
    "schedule",
    "response",
    "dosing",
    "mapping",
}

# Each package from outside has the layers where it may be imported. A new dependency takes a line here.
HOMES = {
    "altair": {"reports"},
    "csp": {"web"},
    "django": {"web"},
    "django_htmx": {"web"},
    "duckdb": {"population"},
    "granian": {"web"},
    "jinja2": {"reports"},
    "lark": {"rules"},
    "markupsafe": {"reports"},
    "numpy": {"dosefinding", "safety", "trial", "population", "demo", "cli"},
    "orjson": {"interop", "cli"},
    "pint": {"core"},
    "pyspark": {"population"},
    "pydantic": {"protocol", "trial", "cli"},
    "rich": {"cli"},
    "sqlglot": {"rules", "population"},
    "typer": {"cli"},
    "ucumvert": {"core"},
    "vl_convert": {"reports"},
    "yaml": {"protocol", "trial", "population", "demo", "interop", "cli"},
}


@dataclass(frozen=True, slots=True)
class Violation:
    """Files to plant, and the contract that has to break."""

    contract: str
    files: dict[str, str]


PLANTED = {
    "upward import": Violation("Layers", {"core/planted.py": "import dosepath.trial\n"}),
    "sibling import": Violation("Layers", {"eligibility/planted.py": "import dosepath.mapping\n"}),
    "sibling import at the top": Violation("Layers", {"reports/planted.py": "import dosepath.interop\n"}),
    "web knows the command line": Violation("Layers", {"web/planted.py": "import dosepath.cli\n"}),
    "web below the documents": Violation("Layers", {"interop/planted.py": "import dosepath.web\n"}),
    "sibling import at the bottom": Violation("Layers", {"protocol/planted.py": "import dosepath.instruments\n"}),
    "folder without a place": Violation("Layers", {"helpers/__init__.py": '"""Planted."""\n'}),
    "module without a place": Violation("Layers", {"helpers.py": '"""Planted."""\n'}),
    "pathlib in the pure zone": Violation("Pure zone", {"rules/planted.py": "from pathlib import Path\n"}),
    "submodule of a forbidden package": Violation("Pure zone", {"mapping/planted.py": "import urllib.parse\n"}),
    "import inside a function": Violation("Pure zone", {"dosing/planted.py": "def now():\n    import time\n"}),
    "cycle between siblings": Violation(
        "Acyclic",
        {
            "core/planted_a.py": "import dosepath.core.planted_b\n",
            "core/planted_b.py": "import dosepath.core.planted_a\n",
        },
    ),
}


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def copied(target: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", target)
    shutil.copytree(PACKAGE, target / "src" / "dosepath", ignore=shutil.ignore_patterns("__pycache__"))
    return target


def test_contracts_hold(tmp_path: Path) -> None:
    done = lint_imports(copied(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 3 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("name", PLANTED)
def test_planted_violation_is_found(name: str, tmp_path: Path) -> None:
    violation = PLANTED[name]
    tree = copied(tmp_path)
    for place, text in violation.files.items():
        file = tree / "src" / "dosepath" / place
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    done = lint_imports(tree)
    assert done.returncode != 0
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(line.startswith(violation.contract) for line in broken), done.stdout + done.stderr


def test_pure_zone_lists_every_pure_layer() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(c for c in settings["tool"]["importlinter"]["contracts"] if c["id"] == "pure")
    present = {f"dosepath.{folder.name}" for folder in PACKAGE.iterdir() if folder.name in PURE}
    assert set(contract["source_modules"]) == present


def modules() -> Iterator[tuple[str, Path, ast.Module]]:
    """Yield layer, file and syntax tree of every module that lies in a layer."""
    for file in sorted(PACKAGE.rglob("*.py")):
        layer = file.relative_to(PACKAGE).parts[0]
        if layer != "__init__.py":
            yield layer, file.relative_to(ROOT), ast.parse(file.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.partition(".")[0]


def strangers(layer: str, file: Path, tree: ast.Module) -> Iterator[str]:
    for line, package in imported(tree):
        if package in sys.stdlib_module_names or package == "dosepath":
            continue
        if layer not in HOMES.get(package, set()):
            yield f"{file}:{line}: {package} is imported in {layer}; its home: {sorted(HOMES.get(package, ['none']))}"


def test_each_dependency_stays_at_home() -> None:
    assert [text for found in modules() for text in strangers(*found)] == []


def test_a_dependency_away_from_home_is_found() -> None:
    tree = ast.parse("import yaml\nfrom lark.tree import Tree\nimport numpy\n")
    assert len(list(strangers("core", Path("planted.py"), tree))) == 3


CLOCK = {"now", "today", "utcnow", "fromtimestamp"}
CONSOLE_AND_FILES = {"open", "print", "input"}


def side_effects(file: Path, tree: ast.Module) -> Iterator[str]:
    """Find what no import betrays: the clock of `datetime`, and builtins that reach outside."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in CONSOLE_AND_FILES:
                yield f"{file}:{node.lineno}: calls {name}()"
            case ast.Attribute(value=ast.Name(id="date" | "datetime"), attr=name) if name in CLOCK:
                yield f"{file}:{node.lineno}: asks the clock; take the day as on="


def test_pure_zone_asks_no_clock_and_opens_nothing() -> None:
    assert [text for layer, file, tree in modules() if layer in PURE for text in side_effects(file, tree)] == []


def test_a_side_effect_is_found() -> None:
    tree = ast.parse("date.today()\ndatetime.now(UTC)\nopen('a')\nprint(1)\n")
    assert len(list(side_effects(Path("planted.py"), tree))) == 4
