"""The compiler: from the trees of rules to the stages of a relational plan.

A rule becomes a tree of SQL over one row a patient, the base. What must be reduced from many facts is asked for by a
request: a result that counts in a window, an event, a dose. The requests of a level are answered together, from the
facts and the base below; their answers are the columns of the base above. So a window that hangs on a result, or a
condition on records that asks for one, is a request of the next level. Small answers are flags, bits of a few wide
numbers, for a column of its own for each would cost more than all the rest.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Final, TypeVar

from sqlglot import exp

from dosepath.core.facts import Table
from dosepath.rules import nodes
from dosepath.rules.nodes import Scalar, Truth
from dosepath.rules.relational.sql import Tree, column, columns_of, sql
from dosepath.rules.relational.values import LEFT_OPEN, Known, Number, Reading, Truthed
from dosepath.rules.vocabulary import Vocabulary

BITS: Final = 60
"""Flags in one wide number."""

_Node = TypeVar("_Node", bound=nodes.Node)


def anchor_column(name: str) -> str:
    """Name the column that holds a date of the patient's course."""
    return f"day_{name}"


def complete_column(table: Table) -> str:
    """Name the column that says whether the site asserts a list to be complete for the patient."""
    return f"complete_{table.value}"


class NoRelationalFormError(Exception):
    """A part of a rule that the plan leaves to the one-patient evaluator; says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One named SELECT of a plan.

    Parameters
    ----------
    name, query
        What it is called, and what it selects from the tables and the steps before it.
    scored
        Where given, the step is the table of what this function makes of the selected rows; they are few.
    columns
        Names and SQL types of the columns of that table.
    """

    name: str
    query: exp.Select
    scored: Callable[[Iterable[Sequence[Any]]], list[tuple[Any, ...]]] | None = None
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Flags:
    """Bits of a wide number of the base."""

    word: str
    shift: int

    def test(self, mask: int) -> Tree:
        """Answer whether any bit of a mask is set."""
        return sql("(:w & :m) <> 0", w=self.word, m=mask << self.shift)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a step gives to the next base: its columns, each with what stands for a patient without a row."""

    step: str
    columns: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Answers:
    """The steps that answer the requests of one level, and what they give to the next base.

    `flags` names the steps that set flags: rows of patient, word, mask.
    """

    steps: tuple[Step, ...] = ()
    feeds: tuple[Feed, ...] = ()
    flags: tuple[str, ...] = ()


Family = Callable[["Compiler", int], Answers]
"""Answers the requests of one kind of one level."""

families: list[Family] = []
truths: dict[type[nodes.Node], Callable[[Any, Any], Truthed]] = {}
values: dict[type[nodes.Node], Callable[[Any, Any], Reading]] = {}


def truth_of(
    kind: type[_Node],
) -> Callable[[Callable[["Compiler", _Node], Truthed]], Callable[["Compiler", _Node], Truthed]]:
    """Register the function that compiles the truth nodes of a class."""

    def register(function: Callable[[Compiler, _Node], Truthed]) -> Callable[[Compiler, _Node], Truthed]:
        truths[kind] = function
        return function

    return register


def value_of(
    kind: type[_Node],
) -> Callable[[Callable[["Compiler", _Node], Reading]], Callable[["Compiler", _Node], Reading]]:
    """Register the function that compiles the value nodes of a class."""

    def register(function: Callable[[Compiler, _Node], Reading]) -> Callable[[Compiler, _Node], Reading]:
        values[kind] = function
        return function

    return register


@dataclass(frozen=True, slots=True)
class Use:
    """A request that an answer hangs on, and so is read from its facts.

    Parameters
    ----------
    family, place
        Which request.
    where
        Column of a base: where it does not hold, the answer does not hang on the request. Empty: it always does.
    """

    family: str
    place: int
    where: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """The record at hand while a condition on records is compiled.

    Parameters
    ----------
    concept
        Concept that `value` means.
    value
        Gives what the record says of a concept (`""`: of its own).
    day
        Gives its day, or its last day.
    dose
        Gives its dose, or its dose a day; None where it has none.
    previous
        Gives what the assessment before says; None where there is none to be asked.
    same
        Answers whether it is also read as another concept; None where it cannot be.
    dose_on
        Gives the dose of a drug class on its day; None where it cannot be asked.
    """

    concept: str
    value: Callable[[str], Reading]
    day: Callable[[bool], Reading]
    dose: Callable[[bool], Reading] | None = None
    previous: Callable[[str], Reading] | None = None
    same: Callable[[str], Tree] | None = None
    dose_on: "Callable[[str, str], Number] | None" = None


@dataclass
class Compiler:
    """Compiles the rules of one protocol.

    Parameters
    ----------
    vocabulary, windows
        The words of the protocol; the trees of its named windows.
    settings
        Numbers that the protocol leaves to the trial; absent when not set.
    criterion
        Gives the verdict of another criterion that a rule refers to.
    """

    vocabulary: Vocabulary
    windows: Mapping[str, nodes.WindowOf]
    settings: Mapping[str, Fraction]
    criterion: Callable[[str], Truthed] | None = None
    record: Record | None = None
    reasons: list[str] = field(default_factory=list)
    used: list[Use] = field(default_factory=list)
    requests: dict[str, list[Any]] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    depths: dict[str, tuple[int, int]] = field(default_factory=dict)
    computed: dict[str, Tree] = field(default_factory=dict)
    _named: dict[str, str] = field(default_factory=dict)
    _flags: dict[int, int] = field(default_factory=dict)

    # dispatch -------------------------------------------------------------------------------------------------------

    def truth(self, node: Truth) -> Truthed:
        """Compile a question; what has no relational form is left to the one-patient evaluator."""
        try:
            return truths[type(node)](self, node)
        except NoRelationalFormError as error:
            self.reasons.append(str(error))
            return LEFT_OPEN

    def reading(self, node: Scalar) -> Reading:
        """Compile a value with what a comparison may ask of the result behind it."""
        found = values[type(node)](self, node)
        return replace(found, known=found.known.with_trees(self.named))

    def value(self, node: Scalar) -> Known:
        """Compile a value."""
        return self.reading(node).known

    def truth_of_record(self, node: Truth, record: Record) -> tuple[Truthed, tuple[Use, ...]]:
        """Compile a condition on a record, and give what it asks for beside the record: there may be no record."""
        outer, self.record = self.record, record
        try:
            with self.noting() as used:
                return self.truth(node), tuple(used)
        finally:
            self.record = outer

    # requests -------------------------------------------------------------------------------------------------------

    def asked(self, family: str, request: Any) -> int:
        """Give the place of a request among those of its family; the same request is made once."""
        known = self.requests.setdefault(family, [])
        if request not in known:
            known.append(request)
        place = known.index(request)
        self.use([Use(family, place)])
        return place

    def use(self, uses: Iterable[Use], where: Tree | None = None) -> None:
        """Note that the answer at hand hangs on some requests; with `where`, only for patients for whom that holds."""
        for each in uses:
            found = each if where is None else replace(each, where=self._both(each.where, where))
            if found not in self.used:
                self.used.append(found)

    def _both(self, name: str, where: Tree) -> str:
        """Name the column of two conditions; what stands in no base, such as another verdict, is no condition."""
        if not columns_of(where):
            where = sql("on_day IS NOT NULL AND :w", w=where)
        found = self.named(sql(":a AND :b", a=name, b=where) if name else where)
        return found.name if isinstance(found, exp.Column) and found.name in self.levels else name

    @contextmanager
    def noting(self) -> Iterator[list[Use]]:
        """Note the uses that are made meanwhile in a list of their own."""
        outer, self.used = self.used, []
        try:
            yield self.used
        finally:
            self.used = outer

    def of_level(self, family: str, level: int) -> list[tuple[int, Any]]:
        """Give the requests of a family that a level answers, with their places."""
        known = enumerate(self.requests.get(family, []))
        return [(place, request) for place, request in known if request.level == level]

    def level(self, *trees: Tree | None) -> int:
        """Give the lowest base that holds all that some trees use."""
        return max((self.levels.get(name, 0) for name in columns_of(*trees)), default=0)

    def flags(self, level: int, count: int) -> Flags:
        """Reserve bits that are set by the requests of a level and stand in the base above."""
        place = self._flags.get(level, 0)
        if place % BITS + count > BITS:
            place += BITS - place % BITS
        self._flags[level] = place + count
        return Flags(self.answered(level, f"flags_{level}_{place // BITS}"), place % BITS)

    def words(self, level: int) -> list[str]:
        """Name the wide numbers that hold the flags set by a level."""
        count = -(-self._flags.get(level, 0) // BITS)
        return [f"flags_{level}_{place}" for place in range(count)]

    def flag_of(self, flags: Flags) -> tuple[int, int]:
        """Give the place of the word of some flags and their shift."""
        return int(flags.word.rpartition("_")[2]), flags.shift

    def answered(self, level: int, name: str) -> str:
        """Note that a column is an answer to a request of a level, and so stands in the base above."""
        self.levels[name] = level + 1
        return name

    # columns of their own -------------------------------------------------------------------------------------------

    def named(self, tree: Tree) -> Tree:
        """Give a value a column of its own in the lowest base that can hold it, so that it is written once.

        What is read from a record stays as it is: it belongs to no patient.
        """
        if isinstance(tree, exp.Column | exp.Literal | exp.Boolean) or not columns_of(tree):
            return tree
        if any(name not in self.levels and not of_patient(name) for name in columns_of(tree)):
            return tree
        text = tree.sql(copy=False)
        if text not in self._named:
            self._named[text] = f"value_{len(self._named)}"
            level = self.level(tree)
            depth = max((self.depths.get(name, (0, 0)) for name in columns_of(tree)), default=(0, 0))
            self.depths[self._named[text]] = (level, depth[1] + 1 if depth[0] == level else 1)
            self.levels[self._named[text]] = level
            self.computed[self._named[text]] = tree
        return column(self._named[text])

    # the plan -------------------------------------------------------------------------------------------------------

    def steps(self) -> list[Step]:
        """Give the steps that answer all requests; the last one is the highest base."""
        steps = [Step("base_0", self._with_values(exp.select("*").from_("patients"), 0))]
        top = max(self.levels.values(), default=0)
        for level in range(top):
            answers = [family(self, level) for family in families]
            steps.extend(step for answer in answers for step in answer.steps)
            feeds = [feed for answer in answers for feed in answer.feeds]
            setting = [name for answer in answers for name in answer.flags]
            if setting:
                steps.append(Step(f"flags_{level}", self._gathered(level, setting)))
                feeds.append(Feed(f"flags_{level}", dict.fromkeys(self.words(level), 0)))
            steps.append(Step(f"base_{level + 1}", self._next_base(level, feeds)))
        return steps

    def lean(self, steps: Sequence[Step]) -> list[Step]:
        """Let each base keep only those columns that a later step names; copying the others costs more than judging.

        Parameters
        ----------
        steps
            All steps of a plan, in order.
        """
        known = {anchor_column(name) for name in self.vocabulary.anchors}
        known |= {complete_column(table) for table in Table} | {"on_day", "id"}
        asked: set[str] = set()
        found: list[Step] = []
        for step in reversed(steps):
            query = step.query
            if step.name.startswith("base_"):
                level = int(step.name.removeprefix("base_"))
                kept = sorted(name for name in asked if name in known or self.levels.get(name, level + 1) <= level)
                query = exp.select("patient", *kept).from_(query.subquery("whole", copy=False), copy=False)
            asked.update(columns_of(step.query))
            found.append(replace(step, query=query))
        return found[::-1]

    @property
    def base(self) -> str:
        """Name of the highest base."""
        return f"base_{max(self.levels.values(), default=0)}"

    def _gathered(self, level: int, setting: list[str]) -> exp.Select:
        rows: exp.Query = exp.select("patient", "word", "mask").from_(setting[0])
        for name in setting[1:]:
            rows = exp.union(rows, exp.select("patient", "word", "mask").from_(name), distinct=False)
        query = exp.select("patient").from_(rows.subquery("u")).group_by("patient")
        return query.select(
            *(
                exp.alias_(sql("BIT_OR(CASE WHEN word = :p THEN mask ELSE CAST(0 AS BIGINT) END)", p=place), name)
                for place, name in enumerate(self.words(level))
            )
        )

    def _next_base(self, level: int, feeds: list[Feed]) -> exp.Select:
        query = exp.select("b.*").from_(exp.to_table(f"base_{level}").as_("b"))
        for place, feed in enumerate(feeds):
            alias = f"j{place}"
            query = query.join(
                exp.to_table(feed.step).as_(alias),
                on=exp.column("patient", alias).eq(exp.column("patient", "b")),
                join_type="left",
                copy=False,
            )
            for name, default in feed.columns.items():
                found = exp.column(name, alias)
                tree = found if default is None else sql("COALESCE(:c, :d)", c=found, d=default)
                query = query.select(exp.alias_(tree, name), copy=False)
        return self._with_values(query, level + 1)

    def _with_values(self, query: exp.Select, level: int) -> exp.Select:
        """Add the columns that a level computes, each after those that it is computed from."""
        here = {name: place for name, (of, place) in self.depths.items() if of == level}
        for depth in range(1, max(here.values(), default=0) + 1):
            added = [exp.alias_(self.computed[name], name) for name, place in here.items() if place == depth]
            below = query.subquery(f"values_{depth}", copy=False)
            query = exp.select("*").select(*added, copy=False).from_(below, copy=False)
        return query


def of_patient(name: str) -> bool:
    """Answer whether a column stands in the table of patients."""
    return name == "on_day" or name.startswith(("day_", "complete_"))


def case_of(name: str, cases: Mapping[int, Tree]) -> Tree:
    """Choose among trees by a small whole number."""
    if len(set(cases.values())) == 1:
        return next(iter(cases.values()))
    found = exp.Case(this=column(name))
    for key, tree in cases.items():
        found.when(exp.Literal.number(key), tree.copy(), copy=False)
    return found
