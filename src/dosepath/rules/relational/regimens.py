"""Drug regimens as SQL, as far as no dose has to be compared.

A regimen that did not change, or a line of it within its cap, needs that the line, or any of the lines, was possibly
given without a break for the span. Where not even that holds, the answer is known here; everything else goes to the
one-patient evaluator, which cuts the calendar into slices of days with the same possible doses.
"""

from sqlglot import exp

from dosepath.rules import nodes
from dosepath.rules.relational.compiler import Compiler, truth_of
from dosepath.rules.relational.courses import POSSIBLE, asked_span, possibly_treated
from dosepath.rules.relational.days import Bounds
from dosepath.rules.relational.events import SURE, doubts, records_between
from dosepath.rules.relational.sql import FIRST_DAY, any_true, column, sql
from dosepath.rules.relational.values import Truthed, settled


@truth_of(nodes.StableRegimen)
def _stable_regimen(compiler: Compiler, node: nodes.StableRegimen) -> Truthed:
    drugs = tuple(line.drug for line in compiler.vocabulary.regimens[node.regimen])
    bounds, count = asked_span(compiler, drugs, node.span, node.window)
    possible = possibly_treated(compiler, drugs, bounds, count).test(POSSIBLE)
    value = sql(
        "CASE WHEN :s IS NULL OR :e IS NULL OR :possible OR :doubt THEN NULL ELSE FALSE END",
        s=bounds.start,
        e=bounds.end,
        possible=possible,
        doubt=any_true(doubts(compiler, drug, bounds) for drug in drugs),
    )
    compiler.reasons.append("a regimen is cut into slices of days with the same possible doses")
    return settled(value, bounds.open, possible)


@truth_of(nodes.WithinCap)
def _within_cap(compiler: Compiler, node: nodes.WithinCap) -> Truthed:
    line = next(item for item in compiler.vocabulary.regimens[node.regimen] if item.name == node.line)
    bounds, count = asked_span(compiler, (line.drug,), node.span, node.window)
    possible = possibly_treated(compiler, (line.drug,), bounds, count).test(POSSIBLE)
    always = compiler.named(sql("CASE WHEN on_day IS NOT NULL THEN :d END", d=FIRST_DAY))
    ever = Bounds(always.name if isinstance(always, exp.Column) else "", column("on_day").name)
    recorded = records_between(compiler, line.drug, ever).test(SURE)
    value = sql(
        "CASE WHEN :s IS NULL OR :e IS NULL OR :possible THEN NULL WHEN :recorded THEN FALSE "
        "WHEN :doubt THEN NULL ELSE FALSE END",
        s=bounds.start,
        e=bounds.end,
        possible=possible,
        recorded=recorded,
        doubt=doubts(compiler, line.drug, bounds),
    )
    compiler.reasons.append("a regimen is cut into slices of days with the same possible doses")
    return settled(value, bounds.open, possible)
