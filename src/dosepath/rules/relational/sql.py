"""Trees of SQL from short templates: `sql(":a > :b", a=left, b=right)`.

A template is read once, in the dialect of DuckDB; what stands for a name is put in as a tree, never as text. Other
dialects are written by SQLGlot.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Final, TypeAlias

import sqlglot
from sqlglot import exp

Tree: TypeAlias = exp.Expression
Part: TypeAlias = exp.Expression | str | int | float | bool | date | None

DIALECT: Final = "duckdb"
"""Dialect in which templates are written."""

BARE: Final = (exp.Column, exp.Literal, exp.Paren, exp.Func, exp.Null, exp.Boolean, exp.Case, exp.Cast)
"""Trees that need no brackets inside others."""
SHARED: Final = (exp.Boolean, exp.Cast, exp.Column, exp.Literal, exp.Null)
"""Small trees, constants of this module among them, that are always copied."""


@lru_cache(maxsize=4096)
def _parsed(template: str) -> Tree:
    found = sqlglot.parse_one(template, dialect=DIALECT)
    if not isinstance(found, exp.Expression):
        raise TypeError(f"no tree: {template}")
    return found


def sql(template: str, **parts: Part) -> Tree:
    """Build a tree from a template; a part is a tree, a column by its name, or a literal number, truth or day.

    Examples
    --------
    >>> sql(":a + :b > 0", a="x", b=sql("y - 1")).sql("duckdb")
    'x + (y - 1) > 0'
    """
    known = {name: _part(part) for name, part in parts.items()}

    def put(node: Tree) -> Tree:
        return _inner(_free(known[node.name])) if isinstance(node, exp.Placeholder) else node

    return _parsed(template).copy().transform(put, copy=False)


def _free(tree: Tree) -> Tree:
    """Give a tree to be put into another one: the tree itself where none holds it yet, or else a copy.

    Most trees are used once; to copy each of them again at every step up costs most of the time of a plan.
    """
    return tree.copy() if tree.parent is not None or isinstance(tree, SHARED) else tree


def _inner(tree: Tree) -> Tree:
    """Put a tree in brackets where it needs them inside another one."""
    bare = isinstance(tree, BARE) and not isinstance(tree, exp.Binary)
    return tree if bare else exp.paren(tree, copy=False)


def _part(part: Part) -> Tree:
    match part:
        case exp.Expression():
            return part
        case None:
            return exp.null()
        case bool():
            return exp.Boolean(this=part)
        case str():
            return exp.column(part)
        case date():
            return day(part)
        case int():
            return exp.Literal.number(part) if part >= 0 else exp.paren(exp.Neg(this=exp.Literal.number(-part)))
        case float():
            return number(part)


def column(name: str) -> Tree:
    """Name a column."""
    return exp.column(name)


def text(word: str) -> Tree:
    """Write a text."""
    return exp.Literal.string(word)


def day(known: date) -> Tree:
    """Write a day."""
    return exp.cast(exp.Literal.string(known.isoformat()), "DATE")


def number(known: Fraction | float) -> Tree:
    """Write a number as its nearest double."""
    return exp.cast(exp.Literal.string(repr(float(known))), "DOUBLE")


NULL: Final = exp.cast(exp.null(), "BOOLEAN")
"""A truth that is not known."""
NO_NUMBER: Final = exp.cast(exp.null(), "DOUBLE")
NO_DAY: Final = exp.cast(exp.null(), "DATE")
NO_WORD: Final = exp.cast(exp.null(), "TEXT")
TRUE: Final = exp.true()
FALSE: Final = exp.false()
FIRST_DAY: Final = day(date.min)
"""Stands for "always"."""
LAST_DAY: Final = day(date.max)
"""Stands for "never", and for the end of a window that has none."""


def all_true(parts: Iterable[Tree]) -> Tree:
    """Join conditions with AND; of none: true."""
    found = [part for part in parts if part != TRUE]
    return _chain(exp.And, found) if found else TRUE


def any_true(parts: Iterable[Tree]) -> Tree:
    """Join conditions with OR; of none: false."""
    found = [part for part in parts if part != FALSE]
    return _chain(exp.Or, found) if found else FALSE


def _chain(word: type[exp.And] | type[exp.Or], parts: Sequence[Tree]) -> Tree:
    tree = _inner(_free(parts[0])) if len(parts) > 1 else parts[0]
    for part in parts[1:]:
        tree = word(this=tree, expression=_inner(_free(part)))
    return tree


def either(*parts: Tree | None) -> Tree | None:
    """Join conditions of which some may be absent; None where all are."""
    found = [part for part in parts if part is not None]
    return any_true(found) if found else None


def unless(condition: Tree | None, value: Tree) -> Tree:
    """Give a value, NULL where a condition holds."""
    return value if condition is None else sql("CASE WHEN NOT :c THEN :v END", c=condition, v=value)


def constants(name: str, columns: Sequence[str], rows: Sequence[Sequence[Part]]) -> exp.Select:
    """Make a small table of literals."""
    written = [[text(item) if isinstance(item, str) else _part(item) for item in row] for row in rows]
    listed = exp.values([tuple(row) for row in written], alias=name, columns=list(columns))
    return exp.select(*columns).from_(listed)


def facts_of(query: exp.Select, listed: exp.Select) -> exp.Select:
    """Let a query read, as `f`, the facts of some concepts, each beside its rows of constants, `r`.

    Parameters
    ----------
    query
        What is selected.
    listed
        Constants (`constants`) of which the first column is `concept`.
    """
    table = listed.find(exp.Values)
    rows = table.expressions if table is not None else []
    concepts = dict.fromkeys(row.expressions[0].name for row in rows)
    # The filter says nothing new, but no engine can tell how few facts the join leaves.
    return (
        query.from_("facts AS f")
        .join(listed.subquery("r"), on="r.concept = f.concept")
        .where(exp.column("concept", "f").isin(*map(text, concepts)))
    )


def columns_of(*trees: Tree | None) -> tuple[str, ...]:
    """Name the columns that trees use, each once."""
    return tuple(dict.fromkeys(found.name for tree in trees if tree is not None for found in tree.find_all(exp.Column)))
