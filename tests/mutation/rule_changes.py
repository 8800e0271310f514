"""Single changes of a rule: in its text, where one word stands for another, and in its tree."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from dosepath.core.days import TimeUnit
from dosepath.core.interval import Operator
from dosepath.protocol.protocol import Protocol, Rule
from dosepath.rules import nodes
from dosepath.rules.nodes import Node

Find = Callable[[Node], Node | None]
"""Gives what stands in place of a node; None leaves it."""

Changed = tuple[str, str, Any]
"""Kind, description, and the new text or tree."""

# Text ----------------------------------------------------------------------------------------------------------------

_QUOTED = re.compile(r"'[^']*'")
_NUMBER = re.compile(r"(?<![\w.$])(\d+)(\.\d+)?(?![\w.])")
_SWAPS: tuple[tuple[str, str, str], ...] = (
    ("known", r" is true\b", ""),
    ("known", r"\bany_recorded\(", "first_known("),
    ("known", r"\bfirst_known\(", "any_recorded("),
    ("function", r"\bsome\(", "at_latest("),
    ("function", r"\bat_latest\(", "some("),
    ("function", r"\bstable\(", "stable_to_end("),
    ("function", r"\bstable_to_end\(", "stable("),
    ("function", r"\brelative_(?=decline|change)", ""),
    ("function", r" as \w+_equivalent\b", ""),
    ("answer", r"= positive\b", "= negative"),
    ("answer", r"= negative\b", "= positive"),
    ("answer", r"= true\b", "= false"),
    ("answer", r"= false\b", "= true"),
    ("answer", r"(?<=<= )II\b", "I"),
    ("answer", r"(?<=<= )II\b", "III"),
    ("limit", r"\buln\b", "lln"),
    ("limit", r"\blln\b", "uln"),
    ("span unit", r"(?<=\d )months?\b", "weeks"),
    ("span unit", r"(?<=\d )weeks?\b", "months"),
    ("span unit", r"(?<=\d )weeks?\b", "days"),
    ("span unit", r"(?<=\d )years?\b", "months"),
    ("span unit", r"(?<=\d )days?\b", "weeks"),
    ("span unit", r"(?<=_days )days?\b", "weeks"),
    ("window", r", screening\)", ", ever)"),
    ("window", r", ever\b", ", screening"),
    ("window", r"\bpast_6_months\b", "ever"),
    ("window", r", sledai\b", ", ever"),
    ("anchor", r"(?<=before )screening\b", "consent"),
    ("anchor", r"(?<=before )consent\b", "screening"),
    ("anchor", r"(?<=before )lymphodepletion\b", "screening"),
    ("anchor", r"(?<=since )apheresis\b", "consent"),
    ("unit", r"'10\*9/L'", "'10*6/L'"),
    ("unit", r"'g/L'", "'g/dL'"),
    ("unit", r"'mg/d'", "'g/d'"),
    ("unit", r"'g/d'", "'mg/d'"),
    ("unit", r"'mg/wk'", "'mg/d'"),
    ("unit", r"'mm\[Hg\]'", "'kPa'"),
    ("unit", r"'g/\(24\.h\)'", "'mg/(24.h)'"),
    ("unit", r"'mL/min'", "'L/min'"),
    ("unit", r"'mg/\(kg\.d\)'", "'g/(kg.d)'"),
    ("unit", r"'mo'", "'a'"),
    ("unit", r"'a'", "'mo'"),
    ("unit", r"'%'", "'1'"),
)


def text_changes(text: str) -> Iterator[tuple[str, str, str]]:
    """List the single changes of the text of a rule as kind, description and new text."""
    for kind, pattern, new in _SWAPS:
        for found in re.finditer(pattern, text):
            yield kind, f"'{found[0].strip()}' to '{new}' at {found.start()}", _put(text, found, new)
    quoted = [range(*found.span()) for found in _QUOTED.finditer(text)]
    for found in _NUMBER.finditer(text):
        if any(found.start() in span for span in quoted):
            continue
        step = Decimal(1).scaleb(1 - len(found[2]) if found[2] else 0)
        for number in (Decimal(found[0]) + step, Decimal(found[0]) - step):
            if number >= 0:
                change = f"{found[0]} to {number} at {found.start()}"
                yield _kind_of_number(text, found), change, _put(text, found, str(number))


def _put(text: str, found: re.Match[str], new: str) -> str:
    return text[: found.start()] + new + text[found.end() :]


def _kind_of_number(text: str, found: re.Match[str]) -> str:
    if re.match(r" (day|week|month|year)", text[found.end() :]):
        return "span"
    return "count" if re.search(r"(at_least|several_lasted)\($", text[: found.start()]) else "threshold"


# Tree ----------------------------------------------------------------------------------------------------------------

_OPERATORS: Mapping[Operator, Operator] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "!=", "!=": "="}
_DAY = nodes.SpanOf(1, TimeUnit.DAY)
# Days by one fewer, and by one more, than so many months can have.
_MONTHS = {1: (27, 32), 3: (88, 93), 6: (180, 185)}


def tree_changes(tree: Node) -> Iterator[Changed]:
    """List the single changes of a tree as kind, description and new tree; named parts stay as they are."""
    for number, (kind, change, changed) in enumerate(_variants(tree), 1):
        yield kind, f"{change} ({number})", changed


def _variants(node: Node) -> Iterator[Changed]:
    for changes in (_comparison, _logic, _lists, _record, _days):
        yield from changes(node)
    if isinstance(node, nodes.Named | nodes.NamedValue | nodes.WindowOf):
        return
    caps = ("cap", "caps") if isinstance(node, nodes.StableRegimen | nodes.WithinCap) else ()
    for part in fields(node):
        value = getattr(node, part.name)
        items = value if isinstance(value, tuple) else (value,)
        for place, item in enumerate(items):
            if isinstance(item, Node) and part.name not in caps:
                for kind, change, new in _variants(item):
                    changed = (*items[:place], new, *items[place + 1 :]) if isinstance(value, tuple) else new
                    yield kind, change, replace(node, **{part.name: changed})


def _comparison(node: Node) -> Iterator[Changed]:
    if isinstance(node, nodes.Compare):
        new = _OPERATORS[node.operator]
        yield "comparator", f"'{node.operator}' to '{new}'", replace(node, operator=new)


def _logic(node: Node) -> Iterator[Changed]:
    match node:
        case nodes.And((nodes.Compare(">=", value, _) as low, nodes.Compare("<=", other, _) as high)) if value == other:
            yield "operand", "lower bound dropped", high
            yield "operand", "upper bound dropped", low
            return
        case nodes.And(operands=operands):
            yield "combine", "'and' to 'or'", nodes.Or(operands)
        case nodes.Or(operands=operands):
            yield "combine", "'or' to 'and'", nodes.And(operands)
        case nodes.AtLeast(count=count, operands=operands):
            yield "combine", f"'at_least {count}' to 'and'", nodes.And(operands)
            yield "combine", f"'at_least {count}' to 'or'", nodes.Or(operands)
        case nodes.Not(operand=operand):
            yield "combine", "'not' dropped", operand
    if isinstance(node, nodes.And | nodes.Or | nodes.FirstKnown | nodes.AnyRecorded | nodes.AtLeast):
        for place, kept in each_dropped(node.operands):
            yield "operand", f"operand {place} dropped", replace(node, operands=kept)


def _lists(node: Node) -> Iterator[Changed]:
    match node:
        case nodes.OneOf(choices=items):
            part = "choices"
        case nodes.LastedTogether(drugs=items) | nodes.Spanned(drugs=items) | nodes.TogetherReached(drugs=items):
            part = "drugs"
        case nodes.SomeAssessment(concepts=items) | nodes.LatestAssessment(concepts=items):
            part = "concepts"
        case _:
            return
    for place, kept in each_dropped(items):
        changed: Any = {part: kept}
        yield "list", f"{items[place - 1]} dropped", replace(node, **changed)


def each_dropped(items: tuple[Any, ...]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Drop each of several items: its place, from 1, and those that are kept."""
    if len(items) > 1:
        for place in range(len(items)):
            yield place + 1, (*items[:place], *items[place + 1 :])


def _record(node: Node) -> Iterator[Changed]:
    if isinstance(node, nodes.Pick):
        change = "'earliest' to 'latest'" if node.earliest else "'latest' to 'earliest'"
        yield "function", f"{change} {node.concept}", replace(node, earliest=not node.earliest)
    if not isinstance(node, nodes.Exists):
        return
    if node.window.start is not None:
        change = "'began' to 'exists'" if node.began else "'exists' to 'began'"
        yield "function", change, replace(node, began=not node.began)
    if node.where is not None:
        yield "operand", "condition dropped", replace(node, where=None)


def _days(node: Node) -> Iterator[Changed]:
    if isinstance(node, nodes.WindowOf):
        yield from (("window day", change, replace(window, name="")) for change, window in moved(node))
        return
    span = getattr(node, "span", None)
    if isinstance(node, nodes.Shifted) or not isinstance(span, nodes.SpanOf):
        return
    if span.unit is TimeUnit.MONTH and span.count in _MONTHS:
        for word, days in zip(("shorter", "longer"), _MONTHS[span.count], strict=True):
            changed: Any = {"span": nodes.SpanOf(days, TimeUnit.DAY)}
            yield "span", f"a day {word} than {span.count} months", replace(node, **changed)


def moved(window: nodes.WindowOf) -> Iterator[tuple[str, nodes.WindowOf]]:
    """Let a window start or end one day sooner or later."""
    shown = f"{window.name} window".lstrip()
    for word, direction in (("earlier", -1), ("later", 1)):
        if window.start is not None:
            yield f"{shown} starts a day {word}", replace(window, start=nodes.Shifted(window.start, _DAY, direction))
        if window.end is not None:
            yield f"{shown} ends a day {word}", replace(window, end=nodes.Shifted(window.end, _DAY, direction))


# Everywhere ----------------------------------------------------------------------------------------------------------


def substituted(base: Protocol, find: Find) -> Protocol:
    """Put something else in place of some nodes, in all rules and windows."""
    rules = dict(base.rules)
    for text, rule in base.rules.items():
        if rule.tree is not None:
            tree = _substituted(rule.tree, find)
            if tree is not rule.tree:
                rules[text] = Rule(f"{text} //changed", tree)
    windows = {name: _substituted(window, find) for name, window in base.windows.items()}
    return replace(base, rules=rules, windows=windows)


def _substituted(node: Any, find: Find) -> Any:
    found = find(node)
    if found is not None:
        return found
    changed: dict[str, Any] = {}
    for part in fields(node):
        value = getattr(node, part.name)
        new = value
        if isinstance(value, Node):
            new = _substituted(value, find)
        elif isinstance(value, tuple) and any(isinstance(item, Node) for item in value):
            items = [_substituted(item, find) if isinstance(item, Node) else item for item in value]
            new = tuple(items) if any(one is not other for one, other in zip(items, value, strict=True)) else value
        if new is not value:
            changed[part.name] = new
    return replace(node, **changed) if changed else node
