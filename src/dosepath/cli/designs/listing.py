"""The command `designs`: which there are, and the parameters of each."""

import json
from typing import Any

import typer
from rich.table import Table as Grid

from dosepath.cli.shell import console
from dosepath.dosefinding.parameters import Parameter
from dosepath.dosefinding.recipes import RECIPES, Recipe, recipe_of


def run(name: str, *, as_json: bool) -> None:
    """List all designs, or the parameters of one.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    recipes = [recipe_of(name)] if name else list(RECIPES.values())
    if as_json:
        typer.echo(json.dumps([_document(each) for each in recipes], indent=1))
    elif name:
        _print_parameters(recipes[0])
    else:
        grid = Grid("design", "rule", "decides", box=None, pad_edge=False)
        for each in recipes:
            grid.add_row(each.id, each.what, "while windows are open" if each.opens else "when a cohort is known")
        console().print(grid)


def _print_parameters(recipe: Recipe) -> None:
    out = console()
    out.print(f"[bold]{recipe.id}[/]: {recipe.what}")
    grid = Grid("parameter", "meaning", "written as", "default", box=None, pad_edge=False)
    for each in recipe.all_parameters:
        grid.add_row(each.name, each.what, _form(each), each.default or "-")
    out.print(grid)
    out.print("[dim]write each as --with KEY=VALUE[/]")


def _form(parameter: Parameter) -> str:
    return " | ".join(parameter.choices) if parameter.choices else parameter.form.value


def _document(recipe: Recipe) -> dict[str, Any]:
    return {
        "design": recipe.id,
        "rule": recipe.what,
        "open_windows": recipe.opens,
        "parameters": [
            {
                "name": each.name,
                "meaning": each.what,
                "form": each.form.value,
                "default": each.default or None,
                "choices": list(each.choices),
            }
            for each in recipe.all_parameters
        ],
    }
