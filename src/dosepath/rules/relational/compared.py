"""The values that questions compare, as columns of one row a patient.

The value of a question to one result is that of the fact which its request was answered from: it stands in the
evidence, and gets no column. All others have columns. What is left to the one-patient evaluator is a bit of a few wide
numbers, as flags are.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from dosepath.rules import nodes
from dosepath.rules.nodes import Scalar
from dosepath.rules.relational.compiler import BITS, Compiler, NoRelationalFormError
from dosepath.rules.relational.picks import PICKS, asked_before
from dosepath.rules.relational.sql import Tree, constants, either, sql, unless
from dosepath.rules.relational.values import Days, Known, Number, Word
from dosepath.rules.vocabulary import Kind

NUMBER: Final = "number"
ANSWER: Final = "answer"
DAY: Final = "day"
"""Kinds of values."""


@dataclass(frozen=True, slots=True)
class ValueColumns:
    """Where the value of a question stands.

    Parameters
    ----------
    asked
        What was asked for.
    kind
        `number`, `answer` or `day`.
    unit
        UCUM unit of a number.
    columns
        Columns of the SELECT: of a number that is known exactly where it is known, or of an answer, one; of a number in
        a range, low and high; of a day, the earliest and the latest. None where the value is that of a fact, or left to
        the one-patient evaluator for every patient.
    pick
        Place of the request for the result, where the value is that of a fact.
    """

    asked: Scalar
    kind: str
    unit: str = ""
    columns: tuple[str, ...] = ()
    pick: int | None = None

    @property
    def never(self) -> bool:
        """Whether the one-patient evaluator has to be asked for every patient."""
        return not self.columns and self.pick is None


def open_place(number: int) -> tuple[str, int]:
    """Give the column and the bit that say whether the value of a question is left to the one-patient evaluator.

    Examples
    --------
    >>> open_place(61)
    ('open_1', 1)
    """
    return f"open_{number // BITS}", number % BITS


def value_columns(
    compiler: Compiler, asked: Sequence[Scalar], known: Container[int]
) -> tuple[tuple[ValueColumns, ...], exp.Select]:
    """Give the values that questions compare, one row a patient, and where each of them stands.

    Parameters
    ----------
    compiler
        Has compiled the rules of the questions.
    asked
        What is asked for, as `rules.compared` lists it, each once.
    known
        Places of the requests for results that the evidence has.

    Returns
    -------
    tuple
        What the columns mean; and the SELECT: `patient`, the columns, and the wide numbers of `open_place`, in which a
        bit is set where the one-patient evaluator has to be asked.
    """
    found: list[ValueColumns] = []
    trees: dict[str, Tree] = {}
    opens: list[Tree | None] = []
    outer, compiler.used = compiler.used, []
    for number, node in enumerate(asked):
        one, own, open_ = _one(compiler, number, node, known)
        found.append(one)
        trees.update(own)
        opens.append(open_)
    compiler.used = outer
    query = exp.select("b.patient", *(exp.alias_(tree, name) for name, tree in trees.items()))
    query = query.from_(exp.to_table(compiler.base).as_("b"), copy=False)
    picks = [(one.pick, number) for number, one in enumerate(found) if one.pick is not None]
    words = -(-len(found) // BITS)
    unsure = _unsure(compiler, picks, words)
    if unsure is not None:
        query = query.join(unsure.subquery("u"), on="u.patient = b.patient", join_type="left", copy=False)
    for place in range(words):
        name = f"open_{place}"
        bits: list[Tree] = [
            sql("CASE WHEN :o THEN :m ELSE 0 END", o=open_, m=1 << open_place(number)[1])
            for number, open_ in enumerate(opens)
            if open_ is not None and open_place(number)[0] == name
        ]
        total: Tree = sql("CAST(0 AS BIGINT)")
        for bit in bits:
            total = sql(":t + :b", t=total, b=bit)
        if unsure is not None:
            total = sql("(:t) | COALESCE(:u, CAST(0 AS BIGINT))", t=total, u=exp.column(name, "u"))
        query = query.select(exp.alias_(exp.cast(total, "BIGINT"), name), copy=False)
    return tuple(found), query


def _one(
    compiler: Compiler, number: int, node: Scalar, known: Container[int]
) -> tuple[ValueColumns, dict[str, Tree], Tree | None]:
    """Find where the value of a question stands: what its columns are, their trees, and what leaves it open."""
    result = node
    while isinstance(result, nodes.NamedValue):
        result = result.meaning
    try:
        if isinstance(result, nodes.Pick):
            request = asked_before(compiler, result)
            if request is None or request[0] not in known:
                return ValueColumns(node, _kind(compiler, result)), {}, None
            unit = compiler.vocabulary.terms[result.concept].unit
            return ValueColumns(node, _kind(compiler, result), unit, (), request[0]), {}, request[1]
        value = compiler.value(node)
    except NoRelationalFormError:
        return ValueColumns(node, ""), {}, None
    kind, unit, trees = _columns(f"v{number}", value)
    hidden = either(value.open, value.nothing)
    shown: dict[str, Tree] = {
        name: exp.cast(unless(_truly(hidden), tree), type_) for name, (tree, type_) in trees.items()
    }
    return ValueColumns(node, kind, unit, tuple(trees)), shown, _truly(value.open)


def _truly(tree: Tree | None) -> Tree | None:
    return None if tree is None else sql("COALESCE(:t, FALSE)", t=tree)


def _kind(compiler: Compiler, node: nodes.Pick) -> str:
    match compiler.vocabulary.terms[node.concept].kind:
        case Kind.QUANTITY:
            return NUMBER
        case Kind.DATE:
            return DAY
    return ANSWER


def _columns(name: str, known: Known) -> tuple[str, str, dict[str, tuple[Tree, str]]]:
    match known:
        case Number(low=low, high=high, unit=unit):
            if known.exact:
                return NUMBER, unit, {name: (low, "DOUBLE")}
            return NUMBER, unit, {f"{name}_low": (low, "DOUBLE"), f"{name}_high": (high, "DOUBLE")}
        case Word(text=word):
            return ANSWER, "", {name: (word, "TEXT")}
        case Days(earliest=earliest, latest=latest):
            return DAY, "", {f"{name}_earliest": (earliest, "DATE"), f"{name}_latest": (latest, "DATE")}


def _unsure(compiler: Compiler, picks: Iterable[tuple[int, int]], words: int) -> exp.Select | None:
    """Give the patients for whom a date known in part leaves open which result counts, with the bits of those."""
    rows = [(place, *_word(number)) for place, number in picks]
    if not rows:
        return None
    levels = sorted({compiler.requests[PICKS][place].level for place, *_ in rows})
    tall: exp.Query | None = None
    for level in levels:
        one = exp.select("patient", "pick").from_(f"picked_{level}").where("open")
        tall = one if tall is None else exp.union(tall, one, distinct=False)
    if tall is None:
        return None
    query = exp.select("t.patient").from_(tall.subquery("t"))
    query = query.join(constants("r", ("pick", "word", "mask"), rows).subquery("r"), on="r.pick = t.pick")
    for word in range(words):
        chosen = sql("BIT_OR(CASE WHEN r.word = :w THEN CAST(r.mask AS BIGINT) ELSE CAST(0 AS BIGINT) END)", w=word)
        query = query.select(exp.alias_(chosen, f"open_{word}"), copy=False)
    return query.group_by("t.patient")


def _word(number: int) -> tuple[int, int]:
    return number // BITS, 1 << number % BITS
