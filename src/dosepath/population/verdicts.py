"""Columns of `verdicts`: their values, what they mean, and how answers are written into them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from dosepath.rules import nodes
from dosepath.rules.nodes import Truth
from dosepath.rules.relational import Truthed
from dosepath.rules.relational.sql import FALSE, TRUE, any_true, sql

MET: Final = 1
NOT_MET: Final = 0
UNKNOWN: Final = -1
ONE_BY_ONE: Final = -2
"""Values of a column of `verdicts`; the last one: the one-patient evaluator has to judge."""


@dataclass(frozen=True, slots=True)
class RuleColumn:
    """One column of `verdicts`.

    Parameters
    ----------
    name
        Name of the column.
    criterion
        Id of the criterion.
    arms
        Arms for which the criterion has this verdict; a criterion whose verdict depends on the arm has several columns.
    with_pending
        Whether parts that belong to a later gate have a say; without them the verdict counts for the gate.
    judgements
        Concepts among those asked for that only a person can supply.
    why_not
        Why a part of it has no relational form and is judged one by one; empty where all have one.
    """

    name: str
    criterion: str
    arms: tuple[str, ...]
    with_pending: bool
    judgements: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()


def joined(tree: Truth, columns: Mapping[str, str | None]) -> exp.Expression | None:
    """Write the value of a column whose rule only joins other criteria; None for any other rule.

    Where none of them decides, the least of their codes is the answer: what is to be judged one by one comes before
    unknown, and unknown before known.
    """
    if not isinstance(tree, nodes.And | nodes.Or):
        return None
    names = [columns[node.id] for node in tree.operands if isinstance(node, nodes.CriterionRef)]
    if len(names) < len(tree.operands):
        return None
    codes = [sql(str(UNKNOWN)) if name is None else exp.column(name) for name in names]
    if len(codes) == 1:
        return exp.cast(codes[0], "TINYINT")
    decisive = NOT_MET if isinstance(tree, nodes.And) else MET
    any_decides = any_true(sql(":c = :d", c=code, d=decisive) for code in codes)
    least = exp.Least(this=codes[0], expressions=codes[1:], ignore_nulls=True)
    return exp.cast(sql("CASE WHEN :any THEN :d ELSE :least END", any=any_decides, d=decisive, least=least), "TINYINT")


def coded(truth: Truthed) -> exp.Expression:
    """Write an answer as a value of a column of `verdicts`."""
    undecided = sql(str(UNKNOWN))
    if truth.open is not None:
        undecided = sql("CASE WHEN :o THEN :left ELSE :u END", o=truth.open, left=ONE_BY_ONE, u=UNKNOWN)
    known = exp.Case(this=exp.paren(truth.value.copy(), copy=False))
    for answer, code in ((TRUE, MET), (FALSE, NOT_MET)):
        known.when(answer.copy(), str(code), copy=False)
    return exp.cast(known.else_(undecided, copy=False), "TINYINT", copy=False)
