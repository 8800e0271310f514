"""The commands `instruments` and `score`: what can be scored, and one form scored."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid
from rich.text import Text

from dosepath.cli.shell import CHECK_FAILED, console
from dosepath.core.errors import InputError
from dosepath.core.instrument import Instrument, Item, Procedure, Score
from dosepath.interop.answers_yaml import answers_of, load_exact
from dosepath.interop.instrument_json import FEW_CHOICES, answered_with, form_yaml, item_document, summary
from dosepath.interop.score_json import document, field_document, in_words, label_of
from dosepath.rules.parse import suggest
from dosepath.rules.wording import counted
from dosepath.trial.catalog import catalog


def find(name: str) -> Instrument:
    """Give an instrument by its id.

    Raises
    ------
    InputError
        When there is none.
    """
    known = catalog().instruments
    if name in catalog().procedures:
        raise InputError(f"{name}: computed from the record; it has no form")
    if name not in known:
        raise InputError(f"no instrument '{name}'; {suggest(name, known)}; 'dosepath instruments' lists all")
    return known[name]


# What there is ----------------------------------------------------------------------------------------------------


def list_all(*, as_json: bool) -> None:
    """Print all instruments: version, items, against what and when they were verified, own cases."""
    found: list[Instrument | Procedure] = [*catalog().instruments.values(), *catalog().procedures.values()]
    known = sorted(found, key=lambda each: each.id)
    if as_json:
        typer.echo(json.dumps([summary(each) for each in known], indent=1, ensure_ascii=False))
        return
    grid = Grid(box=None, pad_edge=False)
    for column in ("id", "version", "items", "cases", "verified", "against", "from memory"):
        grid.add_column(column, no_wrap=column == "id", justify="right" if column in ("items", "cases") else "left")
    for each in known:
        row = summary(each)
        grid.add_row(
            *(escape(str(row[key])) for key in ("id", "version", "items", "cases", "verified_on", "verified_against")),
            escape(row["from_memory"]),
        )
    out = console()
    out.print(grid)
    out.print(f"{counted(len(known), 'instrument')}; 0 items: computed from the record, without a form")
    out.print("'dosepath instruments ID' shows one")


def show_one(name: str, *, as_json: bool) -> None:
    """Print one instrument with its items and values; of one without a form where it comes from."""
    if name in catalog().procedures:
        _show_procedure(catalog().procedures[name], as_json=as_json)
        return
    each = find(name)
    if as_json:
        items = [item_document(item) for item in each.items.values()]
        fields = {
            field: {"label": known.label, "unit": known.unit, "choices": list(known.choices)}
            for field, known in each.fields.items()
        }
        typer.echo(json.dumps({**summary(each), "fields": fields, "items": items}, indent=1, ensure_ascii=False))
        return
    out = console()
    _print_origin(out, each)
    grid = Grid("item", "answer", "meaning", box=None, pad_edge=False)
    for item in each.items.values():
        for row in _item_rows(item):
            grid.add_row(*map(escape, row))
    out.print(grid)
    values = Grid("value", "unit", "meaning", box=None, pad_edge=False)
    for field, known in each.fields.items():
        said = f" ({', '.join(known.choices)})" if known.choices and len(known.choices) <= FEW_CHOICES else ""
        values.add_row(escape(field), escape(known.unit), escape(f"{known.label}{said}"))
    out.print(values)


def _show_procedure(each: Procedure, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**summary(each), "items": []}, indent=1, ensure_ascii=False))
        return
    out = console()
    _print_origin(out, each)
    out.print("  computed from the record, without a form")


def _print_origin(out: Console, each: Instrument | Procedure) -> None:
    out.print(Text.assemble((each.id, "bold"), f"  {each.name}, {each.version}"))
    out.print(Text(f"  {each.citation}"))
    memory = f"; from memory: {each.verification.from_memory}" if each.verification.from_memory else ""
    out.print(Text(f"  verified {each.verification.on} against {each.verification.against}{memory}"))


def _item_rows(item: Item, indent: str = "") -> Iterator[tuple[str, str, str]]:
    yield f"{indent}{item.id}", answered_with(item), item.label
    for level, words in item.labels.items():
        yield "", f"{indent}  {level}", words
    for column in item.columns:
        yield from _item_rows(column, f"{indent}  ")


# One form ---------------------------------------------------------------------------------------------------------


def template(name: str) -> str:
    """Give an empty form as YAML: every item with what it means, to be filled in.

    Examples
    --------
    >>> print(template("leroy_1988").splitlines()[1])
    skin_upper_arm: null  # yes or no; thick skin proximal to the elbow (upper arm)
    """
    return form_yaml(find(name))


def score(name: str, source: Path, *, explain: bool, as_json: bool) -> int:
    """Score one form and print what it gives.

    Returns
    -------
    int
        0 when all answers could be used; 1 when some were refused.
    """
    each = find(name)
    if not each.items:
        raise InputError(f"{name}: results of this instrument are entered; it has no form")
    scored = each.score(answers_of(each.items, load_exact(_text(source), str(source))))
    if as_json:
        typer.echo(json.dumps(document(each, scored), indent=1, ensure_ascii=False))
    else:
        _print(console(), each, scored, explain=explain)
    return CHECK_FAILED if scored.refused or scored.conflict else 0


def _text(source: Path) -> str:
    try:
        return sys.stdin.read() if str(source) == "-" else source.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{source}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def _print(out: Console, each: Instrument, scored: Score, *, explain: bool) -> None:
    out.print(Text.assemble((each.id, "bold"), f"  {each.name}, {each.version}"))
    grid = Grid(box=None, show_header=False, pad_edge=False)
    for name, known in each.fields.items():
        found = field_document(known, scored, name)
        if "possible" in found and not found["possible"]:
            said = Text("not known", style="yellow")
        else:
            unit = "" if known.unit in ("", "1") else f" {known.unit}"
            said = Text(f"{_value_text(scored, name)}{unit}", style="bold" if found["decided"] else "yellow")
        grid.add_row(Text(name), said, Text(known.label, style="dim"))
    out.print(grid)
    if scored.conflict:
        out.print(Text(f"! {scored.conflict}", style="red"))
    for refusal in scored.refused:
        out.print(Text(f"✘ not used: {refusal}", style="red"))
    for flag in scored.flags:
        out.print(Text(f"! {flag.text}", style="yellow"))
    if scored.missing:
        out.print(f"{counted(len(scored.missing), 'item')} not assessed that may change this:")
        for item in scored.missing:
            out.print(Text(f"    {item}  {label_of(each, item)}"))
    elif scored.possible:
        out.print("decided: nothing that was not assessed can change it")
    if explain:
        out.print("how it comes about:" if scored.steps else "how it comes about: no steps to show")
        for step in scored.steps:
            out.print(Text(f"    {step}"))
        out.print(Text(f"    {each.citation}", style="dim"))


def _value_text(scored: Score, name: str) -> str:
    """Word what is known of a field."""
    found = scored.value(name)
    if found is not None:
        return in_words(found)
    words = [value for value in scored.values(name) if value is not None]
    return "? " + " or ".join(in_words(value) for value in words[:FEW_CHOICES])
