"""Single changes of the protocol file, each of which some case should notice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from dosepath.core.errors import DosepathError
from dosepath.instruments.registry import catalog
from dosepath.protocol.protocol import Protocol, Rule
from dosepath.protocol.read import read
from dosepath.rules import nodes
from dosepath.rules.check import check
from dosepath.rules.parse import Reader
from tests.conftest import ROOT

FILE = ROOT / "src" / "dosepath" / "trial" / "nct06680388" / "protocol.yaml"

_NUMBER = re.compile(r"(?<![\w.*\"'(/])(\d+)(\.\d+)?(?![\w.]*\*)(?=[ ,)]|$)")
_SWAPS: tuple[tuple[str, str, str], ...] = (
    ("comparator", "<=", "<"),
    ("comparator", ">=", ">"),
    ("comparator", "(?<![<>!])<(?!=)", "<="),
    ("comparator", "(?<![<>!])>(?!=)", ">="),
    ("comparator", r"(?<= )=(?= )", "!="),
    ("logic", r"\band\b", "or"),
    ("logic", r"\bor\b", "and"),
    ("logic", r"\bnot ", ""),
    ("logic", r" is true\b", ""),
    ("function", r"\blatest\(", "earliest("),
    ("function", r"\bearliest\(", "latest("),
    ("function", r"\bexists\(", "began("),
    ("function", r"\bbegan\(", "exists("),
    ("function", r"\bsome\(", "at_latest("),
    ("function", r"\bstable\(", "stable_to_end("),
    ("function", r"\bany_recorded\(", "first_known("),
    ("answer", r"= positive\b", "= negative"),
    ("answer", r"= negative\b", "= positive"),
    ("answer", r"= true\b", "= false"),
    ("answer", r"= false\b", "= true"),
    ("limit", r"\buln\b", "lln"),
    ("limit", r"\blln\b", "uln"),
    ("span unit", r"(?<=\d )months?\b", "weeks"),
    ("span unit", r"(?<=\d )weeks?\b", "months"),
    ("span unit", r"(?<=\d )years?\b", "months"),
    ("span unit", r"(?<=\d )days?\b", "weeks"),
    ("window", r", screening\)", ", ever)"),
    ("window", r", ever\b", ", screening"),
    ("window", r"\bpast_6_months\b", "ever"),
    ("anchor", r"(?<=before )screening\b", "consent"),
    ("anchor", r"(?<=before )consent\b", "screening"),
    ("anchor", r"(?<=before )lymphodepletion\b", "screening"),
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
)


@dataclass(frozen=True)
class Mutant:
    """One change: its kind, where it is, what it is, and what it may alter.

    `texts` are rules whose tree is replaced by that of `rule`; `whole` is the text of a whole file instead.
    """

    kind: str
    place: str
    change: str
    text: str = ""
    rule: str = ""
    tree: nodes.Truth | None = None
    whole: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}: {self.change}"

    def protocol(self, base: Protocol) -> Protocol | None:
        """Give the changed protocol; None where reading it is refused."""
        try:
            if self.whole:
                return read(self.whole, catalog())
            tree = self.tree
            if tree is None and self.rule not in ("all", "any"):
                tree = Reader(base.vocabulary).truth(self.rule)
                check(tree, base.vocabulary)
            return replace(base, rules={**base.rules, self.text: Rule(self.rule, tree)})
        except DosepathError:
            return None


def rule_mutants(base: Protocol) -> Iterator[Mutant]:
    """Change every rule of every criterion and option, one spot at a time."""
    for text, rule in base.rules.items():
        if rule.tree is None:
            continue
        for kind, change, changed in text_changes(text):
            yield Mutant(kind, text, change, text, changed)
        for number, tree in enumerate(_without_one(rule.tree)):
            yield Mutant("operand", text, f"operand {number} dropped", text, f"{text} //{number}", tree=tree)


def text_changes(text: str) -> Iterator[tuple[str, str, str]]:
    """List the single changes of a rule as kind, description and new text."""
    for kind, pattern, new in _SWAPS:
        for found in re.finditer(pattern, text):
            changed = text[: found.start()] + new + text[found.end() :]
            yield kind, f"'{found[0]}' to '{new}' at {found.start()}", changed
    for found in _NUMBER.finditer(text):
        digits = len(found[2]) - 1 if found[2] else 0
        for step in (1, -1):
            number = round(float(found[0]) + step * 10**-digits, digits)
            if number < 0:
                continue
            written = f"{number:.{digits}f}"
            changed = text[: found.start()] + written + text[found.end() :]
            yield "number", f"{found[0]} to {written} at {found.start()}", changed


def _without_one(node: Any) -> Iterator[Any]:
    """Give the trees in which one operand of an "and", "or" or list is dropped."""
    if isinstance(node, nodes.And | nodes.Or | nodes.FirstKnown | nodes.AnyRecorded) and len(node.operands) > 1:
        for place in range(len(node.operands)):
            kept = node.operands[:place] + node.operands[place + 1 :]
            yield kept[0] if len(kept) == 1 else replace(node, operands=kept)
    if not isinstance(node, nodes.Node) or isinstance(node, nodes.Named | nodes.NamedValue):
        return
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, nodes.Truth):
            for changed in _without_one(value):
                yield replace(node, **{part.name: changed})
        elif isinstance(value, tuple) and part.name == "operands":
            for place, item in enumerate(value):
                for changed in _without_one(item):
                    yield replace(node, **{part.name: (*value[:place], changed, *value[place + 1 :])})


def file_mutants(base: Protocol) -> Iterator[Mutant]:
    """Change windows, definitions, regimens, settings and the tree of criteria in the text of the file."""
    text = FILE.read_text(encoding="utf-8")
    lines = text.splitlines()
    section = ""
    for number, line in enumerate(lines):
        if line and not line.startswith((" ", "#")):
            section = line.partition(":")[0]
        for kind, change, new in _line_changes(section, line, base):
            whole = "\n".join([*lines[:number], new, *lines[number + 1 :]]) + "\n"
            yield Mutant(kind, f"line {number + 1}", change, whole=whole)


def _line_changes(section: str, line: str, base: Protocol) -> Iterator[tuple[str, str, str]]:
    if section in ("windows", "definitions", "regimens"):
        yield from text_changes(line)
    if section == "regimens" and "equivalence: " in line:
        yield "regimen", "equivalence dropped", re.sub(r" equivalence: \w+,", "", line)
    if section == "settings":
        for found in re.finditer(r"value: (\d+(?:\.\d+)?),", line):
            yield "setting", f"{found[1]} raised", line.replace(found[0], f"value: {float(found[1]) + 1:g},", 1)
    if section == "instruments":
        for one, other in (("window: ever", "window: screening"), ("window: screening", "window: ever")):
            if one in line:
                yield "instrument window", f"{one} to {other}", line.replace(one, other)
        for name in ("sledai", "bvas"):
            if f"window: {name}" in line:
                yield "instrument window", f"{name} to screening", line.replace(f"window: {name}", "window: ever")
    if section == "criteria":
        yield from _structure_changes(line, base)


def _structure_changes(line: str, base: Protocol) -> Iterator[tuple[str, str, str]]:
    for one, other in (("rule: all", "rule: any"), ("rule: any", "rule: all")):
        if line.strip() == one:
            yield "combine", f"{one} to {other}", line.replace(one, other)
    if line.strip() == "jointly: true":
        yield "combine", "jointly off", line.replace("true", "false")
    if line.strip() == "defines: true":
        yield "combine", "defines off", line.replace("true", "false")
    found = re.match(r"\s+arms: \[(\w+)\]$", line)
    if found:
        other = next(arm for arm in base.file.arms if arm != found[1])
        yield "arms", f"{found[1]} to {other}", line.replace(found[1], other)
    if line.strip() == "gates: [lymphodepletion]":
        yield "gates", "lymphodepletion to screening", line.replace("lymphodepletion", "screening")
    found = re.match(r"\s+in_force: (\w+)$", line)
    if found:
        for _, reading in base.readings():
            if reading.in_force == found[1]:
                for option in reading.options:
                    if option != found[1]:
                        yield "reading", f"{found[1]} to {option}", line.replace(found[1], option)
                return
