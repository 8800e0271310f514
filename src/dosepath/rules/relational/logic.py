"""Kleene's logic as SQL, whose AND, OR and NOT are Kleene's; and the nodes that ask what is known."""

from collections.abc import Sequence

from sqlglot import exp

from dosepath.rules import nodes
from dosepath.rules.nodes import Truth
from dosepath.rules.relational.compiler import Compiler, Use, truth_of
from dosepath.rules.relational.sql import NULL, Tree, all_true, any_true, either, sql
from dosepath.rules.relational.values import Truthed, is_true, negated, settled


def _joined(value: Tree, operands: Sequence[Truthed]) -> Truthed:
    """Make an answer of several; where it is decided all the same, nobody need look at what is left open."""
    seen = None
    if all(operand.seen is not None for operand in operands):
        seen = either(*(operand.seen for operand in operands))
    return Truthed(value, either(*(operand.open for operand in operands)), seen)


def _operand(compiler: Compiler, operand: Truth) -> Truthed:
    """Compile an operand that is written several times: it has a column of its own, so that rules do not grow."""
    return compiler.truth(operand).with_trees(compiler.named)


def _apart(compiler: Compiler, operand: Truth) -> tuple[Truthed, list[Use]]:
    """Compile an operand as `_operand` does, and give what it uses, which is not noted yet."""
    with compiler.noting() as used:
        return _operand(compiler, operand), used


@truth_of(nodes.And)
def _and(compiler: Compiler, node: nodes.And) -> Truthed:
    operands = [compiler.truth(operand) for operand in node.operands]
    return _joined(all_true(operand.value for operand in operands), operands)


@truth_of(nodes.Or)
def _or(compiler: Compiler, node: nodes.Or) -> Truthed:
    operands = [compiler.truth(operand) for operand in node.operands]
    return _joined(any_true(operand.value for operand in operands), operands)


@truth_of(nodes.Not)
def _not(compiler: Compiler, node: nodes.Not) -> Truthed:
    return negated(compiler.truth(node.operand))


@truth_of(nodes.AtLeast)
def _at_least(compiler: Compiler, node: nodes.AtLeast) -> Truthed:
    operands = [_operand(compiler, operand) for operand in node.operands]
    met = _sum([sql("CASE WHEN :v THEN 1 ELSE 0 END", v=operand.value) for operand in operands])
    possible = _sum([sql("CASE WHEN NOT :v THEN 0 ELSE 1 END", v=operand.value) for operand in operands])
    value = sql("CASE WHEN :m >= :n THEN TRUE WHEN :p < :n THEN FALSE END", m=met, p=possible, n=node.count)
    return _joined(value, operands)


def _sum(parts: Sequence[Tree]) -> Tree:
    total = parts[0]
    for part in parts[1:]:
        total = sql(":a + :b", a=total, b=part)
    return total


@truth_of(nodes.IsTrue)
def _is_true(compiler: Compiler, node: nodes.IsTrue) -> Truthed:
    operand = _operand(compiler, node.operand)
    return settled(is_true(operand.value), operand.left_open, seen=operand.seen)


@truth_of(nodes.FirstKnown)
def _first_known(compiler: Compiler, node: nodes.FirstKnown) -> Truthed:
    cases = exp.Case()
    opens: list[Tree | None] = []
    sooner: list[Tree] = []
    for each in node.operands:
        operand, used = _apart(compiler, each)
        compiler.use(used, all_true(sooner) if sooner else None)
        cases.when(sql("(:v) IS NOT NULL", v=operand.value), operand.value.copy(), copy=False)
        if operand.left_open is not None:
            # What is left open goes to the evaluator, unless one before it is decided.
            cases.when(operand.left_open, NULL.copy(), copy=False)
            opens.append(all_true([*sooner, operand.left_open]))
        sooner.append(sql("(:v) IS NULL", v=operand.value))
    return Truthed(cases, either(*opens))


@truth_of(nodes.AnyRecorded)
def _any_recorded(compiler: Compiler, node: nodes.AnyRecorded) -> Truthed:
    values: list[Tree] = []
    opens: list[Tree | None] = []
    recorded: list[Tree] = []
    asked: list[list[Use]] = []
    for each in node.operands:
        operand, used = _apart(compiler, each)
        asked.append(used)
        # Where it is not told whether an unknown operand has a record, the evaluator looks.
        opens.append(operand.left_open if operand.seen is not None else sql("(:v) IS NULL", v=operand.value))
        seen = sql("(:v) IS NOT NULL OR :s", v=operand.value, s=is_true(operand.seen))
        recorded.append(seen)
        values.append(sql("CASE WHEN :s THEN :v ELSE FALSE END", s=seen, v=operand.value))
    for used, seen in zip(asked, recorded, strict=True):
        compiler.use(used, sql(":s OR NOT :r", s=seen, r=any_true(recorded)))
    value = sql("CASE WHEN :r THEN :v END", r=any_true(recorded), v=any_true(values))
    return settled(value, *opens, seen=any_true(recorded))


@truth_of(nodes.CriterionRef)
def _criterion(compiler: Compiler, node: nodes.CriterionRef) -> Truthed:
    return Truthed(NULL) if compiler.criterion is None else compiler.criterion(node.id)


@truth_of(nodes.Named)
def _named(compiler: Compiler, node: nodes.Named) -> Truthed:
    return compiler.truth(node.meaning)
