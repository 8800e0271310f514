"""The command `verify`: each file to the cases that its schema asks for."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import typer

from dosepath.cli.grade import read_rows
from dosepath.cli.shell import WRONG_USE
from dosepath.cli.verify import conduct, ctcae_csv, dose_escalation, reference, screening
from dosepath.cli.verify.outcome import CaseResult
from dosepath.core.errors import InputError
from dosepath.interop.answers_yaml import load_exact

Runner: TypeAlias = Callable[[Mapping[str, Any], Path], Iterator[CaseResult]]

RUNNERS: Mapping[str, Runner] = {
    screening.SCHEMA: screening.verify,
    reference.SCHEMA: lambda document, _: reference.verify(document),
    conduct.SCHEMA: lambda document, _: conduct.verify(document),
    "entries": lambda document, _: dose_escalation.verify(document),
}


def run(paths: Sequence[Path], *, as_json: bool) -> int:
    """Verify files.

    Returns
    -------
    int
        0 when all passed; 1 when any case failed; 2 when a file could not be verified, the others were.
    """
    results: list[tuple[Path, CaseResult]] = []
    refused = False
    for path in paths:
        try:
            results += [(path, result) for result in _verify(path)]
        except InputError as error:
            refused = True
            typer.echo(f"dosepath: {error}", err=True)
    failed = sum(not result.passed for _, result in results)
    if as_json:
        found = [
            {"file": path.name, "case": result.name, "passed": result.passed, "differences": list(result.differences)}
            for path, result in results
        ]
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        for path, result in results:
            for difference in result.differences:
                typer.echo(f"{path.name}: {result.name}: {difference}")
    typer.echo(f"{len(results) - failed} passed, {failed} failed", err=as_json)
    return WRONG_USE if refused else 1 if failed else 0


def _verify(path: Path) -> Iterator[CaseResult]:
    if path.suffix.lower() == ".csv":
        yield from _verify_table(path)
        return
    document = _document(path)
    schema = "entries" if "entries" in document else str(document.get("schema"))
    if schema not in RUNNERS:
        raise InputError(f"{path}: schema '{schema}' cannot be verified yet; supported: {', '.join(RUNNERS)}")
    try:
        yield from RUNNERS[schema](document, path.parent)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _verify_table(path: Path) -> Iterator[CaseResult]:
    """Run a file of rows, which its columns tell apart."""
    columns, rows = read_rows(path)
    absent = sorted(ctcae_csv.COLUMNS - set(columns))
    if absent:
        raise InputError(f"{path}: no file of graded laboratory results: it lacks the columns {', '.join(absent)}")
    yield from ctcae_csv.verify(rows)


def _document(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}") from None
    return load_exact(text, str(path))
