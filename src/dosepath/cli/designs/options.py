"""Options of commands about designs: the same ones for each command, gathered into one argument.

Nothing about designs is loaded here, so that --help is quick.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from dosepath.core.errors import InputError
from dosepath.core.options import pairs


@dataclass(frozen=True, slots=True)
class Asked:
    """What was written about a design, or about what several designs share.

    Parameters
    ----------
    name
        Of the design; empty where several are named elsewhere.
    texts
        What was written for parameters.
    """

    name: str
    texts: Mapping[str, str]


DesignName = Annotated[
    str, typer.Option("--design", metavar="NAME", help="Design; 'dosepath designs' lists all with their parameters.")
]

SHORT: Final[Mapping[str, Any]] = {
    "doses": Annotated[str, typer.Option(metavar="N", help="Number of dose levels; else as many as rates are given.")],
    "variant": Annotated[str, typer.Option(metavar="NAME", help="Variant of 3+3: V1, V2, V3 (default) or V4.")],
    "target": Annotated[str, typer.Option(metavar="RATE", help="Rate of DLT that is looked for (default 0.3).")],
    "cohorts": Annotated[str, typer.Option(metavar="N", help="Most cohorts (default 10).")],
    "cohort_size": Annotated[str, typer.Option(metavar="N", help="Patients in a cohort (default 3).")],
    "skeleton": Annotated[str, typer.Option(metavar="RATES", help="Of CRM: prior rates, 0.1,0.2,0.3.")],
    "model": Annotated[str, typer.Option(metavar="NAME", help="Of CRM: empiric (default) or logistic.")],
}
"""Parameters that have an option of their own."""

FURTHER: Final[Mapping[str, Any]] = {
    "parameter": Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="KEY=VALUE",
            help="Any parameter or guard, repeatable; 'dosepath designs NAME' lists them.",
        ),
    ],
    "table_file": Annotated[
        Path | None, typer.Option("--table", metavar="FILE", help="Of the design table: CSV of treated, dlts, action.")
    ],
}


TIME: Final[Mapping[str, tuple[Any, Any]]] = {
    "simulate": (Annotated[int | None, typer.Option(metavar="TRIALS", help="Simulate so many trials.")], None),
    "seed": (Annotated[int, typer.Option(help="Of simulated patients; the same ones for every design.")], 1),
    "window": (Annotated[float | None, typer.Option(metavar="DAYS", help="Days in which a DLT counts (28).")], None),
    "arrivals": (Annotated[float | None, typer.Option(metavar="DAYS", help="Mean days between patients (14).")], None),
    "stagger": (
        Annotated[str, typer.Option(metavar="DAYS,DAYS", help="Least days after the first, and after later patients.")],
        "",
    ),
    "review": (Annotated[float | None, typer.Option(metavar="DAYS", help="Days between two cohorts.")], None),
    "late": (Annotated[float | None, typer.Option(metavar="SHARE", help="DLTs in the second half (0.5).")], None),
    "inevaluable": (Annotated[float | None, typer.Option(metavar="SHARE", help="Patients who leave early.")], None),
    "backfill": (Annotated[int | None, typer.Option(metavar="N", help="Most further patients at lower doses.")], None),
    "regular": (Annotated[bool, typer.Option("--regular", help="Patients come at equal distances.")], False),
    "waits": (Annotated[bool, typer.Option("--waits", help="Who comes too early waits; else is lost.")], False),
}
"""Options of simulated trials, each with its default."""


def designed(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of one design; its argument `asked` takes what was written."""
    options = {"design": (DesignName, "3+3"), **_PARAMETERS}
    return _gathered(command, "asked", options, lambda given: Asked(given.pop("design"), _written(given)))


def side_by_side(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that several designs share; its argument `shared` takes what was written."""
    return _gathered(command, "shared", _PARAMETERS, lambda given: Asked("", _written(given)))


def simulated(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of simulated trials; its argument `time` takes what was written."""
    return _gathered(command, "time", TIME, dict)


_PARAMETERS: Final = {
    **{name: (annotation, "") for name, annotation in SHORT.items()},
    **{name: (annotation, None) for name, annotation in FURTHER.items()},
}


def _gathered(
    command: Callable[..., None],
    argument: str,
    options: Mapping[str, tuple[Any, Any]],
    read: Callable[[dict[str, Any]], Any],
) -> Callable[..., None]:
    """Put options in the place of one argument of a command, which takes what is read from them."""
    own = [each for each in inspect.signature(command).parameters.values() if each.name != argument]

    @wraps(command)
    def run(**given: Any) -> None:
        picked = {name: given.pop(name) for name in options}
        command(**{argument: read(picked)}, **given)

    kind = inspect.Parameter.KEYWORD_ONLY
    added = [
        inspect.Parameter(name, kind, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    ]
    parameters = [each.replace(kind=kind) for each in own] + added
    vars(run)["__signature__"] = inspect.Signature(parameters)
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _written(given: Mapping[str, Any]) -> dict[str, str]:
    """Gather what was written for parameters; the same twice must say the same."""
    texts = {name: given[name] for name in SHORT if given[name]}
    for name, text in pairs(given["parameter"] or [], "--with").items():
        if texts.get(name, text) != text:
            raise InputError(f"--with {name}={text}, but --{name.replace('_', '-')} {texts[name]}")
        texts[name] = text
    if given["table_file"] is not None:
        texts["table"] = _text_of(given["table_file"])
        texts.setdefault("title", given["table_file"].stem)
    return texts


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise InputError(f"cannot read the decision table {file}: {reason}") from None
