"""Designs as a command names them, with parameters that they share."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dosepath.core.errors import InputError
from dosepath.core.options import pairs
from dosepath.dosefinding.asked import Wanted, wanted
from dosepath.dosefinding.recipes import recipe_of


def several(names: Sequence[str], shared: Mapping[str, str]) -> tuple[Wanted, ...]:
    """Read designs written as NAME, NAME:VARIANT or NAME:KEY=VALUE;KEY=VALUE, with parameters that they share.

    Raises
    ------
    InputError
        When one cannot be read, or no design has a parameter that they share.

    Examples
    --------
    >>> [each.texts for each in several(["3+3:V1", "boin:cutoff=0.9"], {"cohorts": "5"})]
    [{'variant': 'V1'}, {'cohorts': '5', 'cutoff': '0.9'}]
    """
    found = []
    unused = set(shared) - {"target"}
    for written in names:
        name, _, own = written.partition(":")
        recipe = recipe_of(name)
        known = {each.name for each in recipe.all_parameters}
        unused -= known
        texts = {key: text for key, text in shared.items() if key in known or key == "target"}
        if own and "=" not in own:
            texts["variant"] = own
        elif own:
            texts |= pairs(own.split(";"), f"--design {name}:")
        found.append(replace(wanted(name, texts), own=own if "=" in own else ""))
    if unused:
        raise InputError(f"no design of these has a parameter '{min(unused)}'")
    return tuple(found)
