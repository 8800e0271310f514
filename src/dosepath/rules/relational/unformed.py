"""Nodes without a relational form of their own, each with its reason; the one-patient evaluator answers them."""

from collections.abc import Callable, Mapping
from typing import Final

from dosepath.rules import nodes
from dosepath.rules.relational.compiler import Compiler, NoRelationalFormError, truths, values

NO_FORM: Final[Mapping[type[nodes.Node], str]] = {
    nodes.StableRegimen: "a regimen is cut into slices of days with the same possible doses",
    nodes.WithinCap: "a regimen is cut into slices of days with the same possible doses",
}


def _refuse(reason: str) -> Callable[[Compiler, nodes.Node], None]:
    def refuse(compiler: Compiler, node: nodes.Node) -> None:
        raise NoRelationalFormError(reason)

    return refuse


for _kind, _reason in NO_FORM.items():
    registry = truths if issubclass(_kind, nodes.Truth) else values
    registry[_kind] = _refuse(_reason)  # type: ignore[assignment]
