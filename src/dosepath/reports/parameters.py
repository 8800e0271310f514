"""The parameters of a design in words, read off its class; the words are those of its recipe."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType

from dosepath.dosefinding.blrm import LogisticPrior
from dosepath.dosefinding.decision_table import UserTable
from dosepath.dosefinding.guards import Guard
from dosepath.dosefinding.recipes import RECIPES

_WRITTEN_AS: Mapping[str, str] = MappingProxyType({"rates": "skeleton"})
"""Fields that people write under another name."""

_WITHOUT_RECIPE: Mapping[str, str] = MappingProxyType(
    {
        "cohort_size": "patients in a cohort",
        "full": "most patients at a dose",
        "start": "dose level of the first patients",
    }
)
"""Words of fields that cannot be written for every design."""

_NOT_OF_A_TABLE = frozenset({"rows", "title", "cutoff", "extra_safe"})
"""Fields that the table of a user shows itself, or does not use: it says on its own when a dose is eliminated."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A parameter as it is shown: the name under which people write it, what it means, its value."""

    name: str
    what: str
    value: str


def parameters_of(design: object) -> tuple[Shown, ...]:
    """Give the parameters of a design and of what stands inside it.

    Parameters
    ----------
    design
        Any design. Of a guard its rule is given as a whole.

    Examples
    --------
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> parameters_of(variant("V1", 3))[2]
    Shown(name='fill_top', what='whether the highest dose is filled to six', value='no')
    """
    recipe = RECIPES.get(getattr(design, "id", ""))
    words = {each.name: each.what for each in recipe.parameters} if recipe else {}
    return tuple(_parameters(design, words))


def _parameters(part: object, words: Mapping[str, str]) -> Iterator[Shown]:
    if isinstance(part, Guard):
        yield from _parameters(part.design, words)
        yield Shown("guard", part.what, "yes")
        return
    for each in fields(part) if is_dataclass(part) else ():
        value = getattr(part, each.name)
        if isinstance(part, UserTable) and each.name in _NOT_OF_A_TABLE:
            continue
        if is_dataclass(value):
            yield from _parameters(value, words)
            continue
        amounts = isinstance(part, LogisticPrior) and each.name == "doses"
        name = "amounts" if amounts else _WRITTEN_AS.get(each.name, each.name)
        yield Shown(name, words.get(name) or _WITHOUT_RECIPE.get(name) or name.replace("_", " "), _shown(value))


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}"
        case tuple():
            return ", ".join(f"({_shown(each)})" if isinstance(each, tuple) else _shown(each) for each in value)
    return str(value)
