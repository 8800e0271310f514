"""The command `verify`: each file to the cases that its schema asks for."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
import yaml

from dosepath.cli.shell import WRONG_USE
from dosepath.cli.verify import screening
from dosepath.cli.verify.outcome import CaseResult
from dosepath.core.errors import InputError

RUNNERS = {screening.SCHEMA: screening.verify}


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
    document = _document(path)
    schema = document.get("schema")
    if schema not in RUNNERS:
        raise InputError(f"{path}: schema '{schema}' cannot be verified yet; supported: {', '.join(RUNNERS)}")
    try:
        yield from RUNNERS[schema](document, path.parent)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _document(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}") from None
    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # both are safe
    except (yaml.YAMLError, ValueError) as error:  # a date that is not in the calendar is a ValueError
        raise InputError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise InputError(f"{path}: no mapping at the top; is this a file of cases?")
    return document
