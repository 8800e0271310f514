"""The YAML text of a protocol file -> plain values, with the line of each.

Numbers with a decimal point become `Decimal`, so that 1.5 is 1.5; only `true` and `false` are truth values; a key that
stands twice is a problem, not an overwrite.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from dosepath.core.errors import Problem

Path = tuple[str | int, ...]
"""Keys and list places from the top of the file down to a value."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML as we write it."""


def _decimal(loader: Any, node: yaml.ScalarNode) -> Decimal | str:
    text = str(node.value)
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    return number if number.is_finite() else text


def _truth(loader: Any, node: yaml.ScalarNode) -> bool | str:
    written = str(node.value)
    return written == "true" if written in ("true", "false") else written


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)
_Loader.add_constructor("tag:yaml.org,2002:bool", _truth)


@dataclass(frozen=True, slots=True)
class SourceText:
    """The values of a file and the lines they stand on."""

    values: Any
    lines: Mapping[Path, int]

    def line_of(self, path: Sequence[str | int]) -> int:
        """Give the line of a value, or of the nearest thing above it that has one."""
        place = tuple(path)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def load(text: str) -> tuple[SourceText, list[Problem]]:
    """Read YAML; problems instead of values where it cannot be read."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        values = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return SourceText(None, {}), [Problem(mark.line + 1 if mark else 1, "", f"not YAML: {error.problem}")]
    except (yaml.YAMLError, ValueError) as error:
        return SourceText(None, {}), [Problem(1, "", f"not YAML: {error}")]
    lines: dict[Path, int] = {}
    problems: list[Problem] = []
    if node is not None:
        _walk(node, (), lines, problems)
    return SourceText(values, lines), problems


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int], problems: list[Problem]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                problems.append(Problem(line, ".".join(map(str, path)), f"'{name}' stands twice; keep one"))
            seen.add(name)
            lines[(*path, name)] = line
            _walk(value, (*path, name), lines, problems)
    elif isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            _walk(item, (*path, place), lines, problems)
