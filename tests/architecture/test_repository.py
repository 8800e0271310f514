"""The repository says only what is true of it everywhere."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

IGNORED = {".git", ".venv", ".hypothesis", ".import_linter_cache", "build", "dist", "htmlcov"}
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)

# Places of one workplace and addresses of package indexes; written so that this file does not match itself.
FOREIGN = re.compile(r"(?<![\w.])[/]work/|(?<!\w)[.]library\b|[-]-(?:extra-)?index-url|[-]-find-links")


def texts() -> Iterator[tuple[Path, str]]:
    """Yield every text file that the repository may hold; caches and what is built are left out."""
    for top in sorted(ROOT.iterdir()):
        if top.name in IGNORED or top.name.endswith("_cache"):
            continue
        for file in [top] if top.is_file() else sorted(top.rglob("*")):
            if not file.is_file() or "__pycache__" in file.parts:
                continue
            try:
                yield file.relative_to(ROOT), file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # a compressed or deliberately broken sample


def make_targets() -> set[str]:
    return set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))


def test_no_file_names_a_workplace_or_a_package_index() -> None:
    found = [
        f"{file}:{number}: {line.strip()[:120]}"
        for file, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if FOREIGN.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "is_foreign"),
    [
        ("see /" + "work/main/src", True),
        ("see ." + "library/notes", True),
        ("--" + "index-url https://example.org", True),
        ("from dosepath.trial." + "library import shipped", False),
        ("homework/work/sheet", False),
    ],
)
def test_foreign_places_are_told_from_ours(line: str, is_foreign: bool) -> None:
    assert bool(FOREIGN.search(line)) is is_foreign


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", ".ci/run", ".pre-commit-config.yaml"])
def test_commands_in_documents_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|entry: )make (?:--\S+ )?([a-z][a-z-]*)", text, re.MULTILINE))
    assert named
    assert named <= make_targets()


def test_every_recipe_is_phony_and_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == make_targets()
    assert set(re.findall(r"^([a-z][a-z-]*):.*## \S", makefile, re.MULTILINE)) == make_targets()


def pinned(document: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / document).read_text(encoding="utf-8").splitlines()
    rows = [line.partition("#")[0].strip() for line in lines]
    matches = [re.fullmatch(r"([A-Za-z0-9._-]+)==(\S+)", row) for row in rows if row and not row.startswith("-r ")]
    assert all(matches), f"{document}: every line is name==version, a comment or -r"
    return {plain(found[1]): found[2] for found in matches if found}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_requirements_pin_what_the_project_declares() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    def names(requirements: list[str]) -> set[str]:
        return {plain(re.split(r"[<>=!~ \[;]", text, maxsplit=1)[0]) for text in requirements}

    run, dev = pinned("run.txt"), pinned("dev.txt")
    assert names(settings["project"]["dependencies"]) <= set(run)
    assert names(settings["build-system"]["requires"]) <= set(run)
    assert names(settings["project"]["optional-dependencies"]["dev"]) <= set(dev)
    assert not set(run) & set(dev), "dev.txt reads run.txt, so nothing is pinned twice"
