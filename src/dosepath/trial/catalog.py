"""All instruments, formulas and dose tables: whatever the modules of the layers below offer.

A module offers what it holds under a name of its own; writing the module is all that it takes.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from pkgutil import iter_modules
from types import ModuleType

from dosepath import dosing, instruments, response, safety, schedule
from dosepath.core.instrument import Catalog, Equivalence, Formula, Instrument, Procedure

PACKAGES: tuple[ModuleType, ...] = (instruments, dosing, response, safety, schedule)


OWN_CASES = "own_cases.json"


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """Give the catalog of everything that protocol files, forms and commands may name, by id in alphabetical order."""
    found = {id(value): value for package in PACKAGES for module in _modules(package) for value in _offers(module)}
    offers = sorted(found.values(), key=lambda offer: offer.id)
    return Catalog(
        {offer.id: offer for offer in offers if isinstance(offer, Instrument)},
        {offer.id: offer for offer in offers if isinstance(offer, Formula)},
        {offer.id: offer for offer in offers if isinstance(offer, Equivalence)},
        {offer.id: offer for offer in offers if isinstance(offer, Procedure)},
    )


@lru_cache(maxsize=1)
def own_cases() -> dict[str, int]:
    """Give how many of the project's own worked cases each instrument has passed; `make golden` counts them anew."""
    counts: dict[str, int] = json.loads((files("dosepath.trial") / OWN_CASES).read_text(encoding="utf-8"))
    return counts


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        yield import_module(module.name)


def _offers(module: ModuleType) -> Iterator[Instrument | Formula | Equivalence | Procedure]:
    for value in vars(module).values():
        if not isinstance(value, type) and isinstance(value, Instrument | Formula | Equivalence | Procedure):
            yield value
