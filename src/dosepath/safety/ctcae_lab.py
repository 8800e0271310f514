"""Grading of measured adverse events by the tables of CTCAE: what a term is, and the grades that its facts leave open.

A term is a list of conditions, each with its grade. A condition compares a number with a limit (a fixed one, a multiple
of a limit of normal or of the baseline), or asks something that a person judges. The highest grade whose condition
holds is the grade; none holds: grade 0. The upper end of a range belongs to the milder grade, so conditions are strict
where the text says so: exactly 5 times the upper limit is not above it.

Two questions are open in the text, and so there are readings.

What is missing: `Missing.OPEN` takes nothing for granted, so a grade is a set of grades that are possible. Tables of
laboratory results are graded under `Missing.PASSED_OVER`, the convention of the project's reference: a condition whose
numbers are missing is passed over, a baseline that nobody described counts as normal, and grade 0 needs what the
mildest condition asks for. What a person judges stays open under both.

How the text is meant: `Reading.TEXT` follows the words; `Reading.ADMIRAL` follows the open implementation of that name,
which takes the worse grade wherever a judgement is open and differs in the conditions that a table marks with its name.

Nothing is rounded before it is compared: 1.5 x 1.2 is 1.8.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import product
from typing import Final, TypeAlias

from dosepath.core.interval import Operator
from dosepath.core.quantity import Quantity, read_unit

LIMITS: Final = ("lln", "uln", "base", "mi_cutoff")
"""Numbers that conditions take multiples of."""

IN_THE_UNIT_OF_THE_VALUE: Final = ("value", *LIMITS)
"""Numbers that are given in the unit of the value."""

BASELINE_FLAGS: Final = ("base_high", "base_low")
"""What is known of the baseline against its own limits of normal."""

_OF_THE_BASELINE: Final = frozenset({"base", "pchg"})


class Direction(Enum):
    """Whether low or high values are adverse."""

    LOW = "L"
    HIGH = "H"
    OTHER = ""


class System(Enum):
    """The two tables of units of a version."""

    SI = "SI"
    US = "US"


class Missing(Enum):
    """What a missing number or baseline means."""

    OPEN = "open"
    PASSED_OVER = "passed over"


class Reading(Enum):
    """How the text of the table is read."""

    TEXT = "text"
    ADMIRAL = "admiral"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that a table gives limits in.

    Parameters
    ----------
    code
        UCUM.
    systems
        Tables that list it; empty where the text of the grades names it beside those of the tables.
    column
        Which of the printed limits hold in it.
    times
        What brings a number in this unit to the unit of that column.
    """

    code: str
    systems: frozenset[System]
    column: int = 0
    times: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Compare:
    """A number beside `factor` times a limit and something added, which is printed once for each column of units."""

    number: str
    operator: Operator
    factor: Fraction
    limit: str
    added: tuple[Fraction, ...]

    @property
    def asks(self) -> tuple[str, ...]:
        """Numbers it needs."""
        return (self.number, self.limit) if self.limit else (self.number,)


@dataclass(frozen=True, slots=True)
class Said:
    """Something a person judges, or what is known of the baseline."""

    flag: str
    wanted: bool = True


Condition: TypeAlias = Compare | Said


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions that give a grade when all of them hold; under one reading only, where a table says so."""

    grade: int
    conditions: tuple[Condition, ...]
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A judgement that alone gives a grade, whatever was measured."""

    grade: int
    flag: str


@dataclass(frozen=True, eq=False)
class Term:
    """One adverse event of a table.

    Parameters
    ----------
    name, direction
        As the table has them.
    units
        Units of its limits; empty where every limit comes with the value, so that any unit will do.
    rules
        Conditions with their grades.
    clauses
        Judgements that give a grade by themselves.
    undefined
        Conditions under which the table has no grade.
    """

    name: str
    direction: Direction
    units: tuple[Unit, ...]
    rules: tuple[Rule, ...]
    clauses: tuple[Clause, ...] = ()
    undefined: tuple[Condition, ...] = ()

    def rules_of(self, reading: Reading) -> tuple[Rule, ...]:
        """Give the conditions of one reading, the severest first."""
        return self._rules[reading]

    def flags_of(self, reading: Reading) -> tuple[str, ...]:
        """Give the judgements that conditions of one reading ask for."""
        return self._flags[reading]

    @cached_property
    def _rules(self) -> Mapping[Reading, tuple[Rule, ...]]:
        found = {}
        for reading in Reading:
            rules = [rule for rule in self.rules if rule.reading in (None, reading)]
            found[reading] = tuple(sorted(rules, key=lambda rule: -rule.grade))
        return found

    @cached_property
    def _flags(self) -> Mapping[Reading, tuple[str, ...]]:
        return {
            reading: tuple(
                dict.fromkeys(each.flag for rule in rules for each in rule.conditions if isinstance(each, Said))
            )
            for reading, rules in self._rules.items()
        }

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Numbers that its conditions ask for."""
        conditions = [*(each for rule in self.rules for each in rule.conditions), *self.undefined]
        return tuple(dict.fromkeys(number for each in conditions if isinstance(each, Compare) for number in each.asks))

    @property
    def flags(self) -> tuple[str, ...]:
        """What its conditions ask a person or of the baseline, under any reading."""
        return tuple(dict.fromkeys(flag for reading in Reading for flag in self._flags[reading]))

    def unit_of(self, column: int) -> str:
        """Give the unit of a column of limits; nothing where the term needs none."""
        return next((unit.code for unit in self.units if unit.column == column and unit.times == 1), "")

    def unit(self, written: str, system: System | None = None) -> Unit | None:
        """Find a unit of the table by any spelling of it; capitals do not matter, for the term says what is meant."""
        return _unit_of(self, written, system)


@lru_cache(maxsize=4096)
def _unit_of(term: Term, written: str, system: System | None) -> Unit | None:
    folded = written.casefold().replace("^", "*")
    spelled = {read_unit(written), folded, folded.removeprefix("1")}
    for unit in term.units:
        if not spelled.isdisjoint((unit.code, unit.code.casefold())) and (system is None or system in unit.systems):
            return unit
    return None


@dataclass(frozen=True, eq=False)
class Edition:
    """The measured terms of one version of CTCAE."""

    version: str
    title: str
    terms: Mapping[str, Term]

    def term(self, written: str) -> Term | None:
        """Find a term by its name, capitals or not."""
        return self._by_name.get(" ".join(written.split()).casefold())

    @cached_property
    def _by_name(self) -> Mapping[str, Term]:
        return {name.casefold(): term for name, term in self.terms.items()}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one measurement.

    Parameters
    ----------
    numbers
        By name; those of `IN_THE_UNIT_OF_THE_VALUE` in the unit of its column.
    flags
        Judgements, and the baseline against its limits, as far as they are known.
    column
        Column of limits that the unit belongs to.
    no_baseline
        Whether it is known that there is none.
    """

    numbers: Mapping[str, Fraction]
    flags: Mapping[str, bool] = field(default_factory=dict)
    column: int = 0
    no_baseline: bool = False


def facts_with_baseline(
    term: Term, numbers: Mapping[str, Fraction], flags: Mapping[str, bool], column: int = 0
) -> Facts:
    """Add what follows from a baseline: where it stands to the limits, and the change since.

    The limits of the measurement stand for those of the baseline, so what is known of it otherwise goes first.

    Parameters
    ----------
    term
        What is graded.
    numbers, flags, column
        As in the facts.

    Examples
    --------
    >>> from dosepath.safety.ctcae_lab_v5 import V5
    >>> numbers = {"base": Fraction(100), "uln": Fraction(40)}
    >>> facts_with_baseline(V5.terms["GGT increased"], numbers, {}).flags
    {'base_high': True}
    """
    found, known = dict(numbers), dict(flags)
    value, base, lln, uln = (found.get(name) for name in ("value", "base", "lln", "uln"))
    if "pchg" in term.numbers and value is not None and base:
        found.setdefault("pchg", 100 * (value - base) / base)
    if base is not None and uln is not None:
        known.setdefault("base_high", base > uln)
    if base is not None and lln is not None:
        known.setdefault("base_low", base < lln)
    return Facts(found, known, column)


@dataclass(frozen=True, slots=True)
class Graded:
    """The grades that are possible.

    Parameters
    ----------
    possible
        In ascending order; empty where the table has no grade for the value.
    rule
        The condition that decides, where one grade of 1 or more is possible.
    missing
        Numbers and judgements that are not known and could change the grade.
    """

    possible: tuple[int, ...]
    rule: Rule | None = None
    missing: tuple[str, ...] = ()

    @property
    def grade(self) -> int | None:
        """The grade; None where several are possible, or none."""
        return self.possible[0] if len(self.possible) == 1 else None

    @property
    def low(self) -> int | None:
        """The mildest grade that is possible."""
        return self.possible[0] if self.possible else None

    @property
    def high(self) -> int | None:
        """The severest grade that is possible."""
        return self.possible[-1] if self.possible else None


def grade(term: Term, facts: Facts, missing: Missing = Missing.PASSED_OVER, reading: Reading = Reading.TEXT) -> Graded:
    """Grade one measurement.

    Parameters
    ----------
    term
        Of the version that is used.
    facts
        Of the measurement.
    missing, reading
        How what is missing and how the text is read.

    Examples
    --------
    >>> from dosepath.safety.ctcae_lab_v5 import V5
    >>> neutrophils = V5.terms["Neutrophil count decreased"]
    >>> grade(neutrophils, Facts({"value": Fraction(1, 2)})).grade
    3
    >>> grade(neutrophils, Facts({"value": Fraction(2)})).possible
    (0, 1)
    """
    if any(_holds(condition, facts, {}) is True for condition in term.undefined):
        return Graded(())
    asked = [flag for flag in term.flags_of(reading) if flag not in facts.flags]
    if missing is Missing.PASSED_OVER or facts.no_baseline:
        asked = [flag for flag in asked if flag not in BASELINE_FLAGS]
    ways = {said: _one(term, facts, dict(zip(asked, said, strict=True)), missing, reading) for said in _ways(asked)}
    if reading is Reading.ADMIRAL and missing is Missing.PASSED_OVER:
        worst = max(ways.values(), key=lambda way: way.low)
        if worst.low:
            return Graded((worst.low,), worst.rule)
    found = tuple(sorted(set().union(*(way.possible for way in ways.values()))))
    rules = {way.rule for way in ways.values()}
    return Graded(found, rules.pop() if len(found) == len(rules) == 1 else None, tuple(_open(asked, ways)))


@dataclass(frozen=True, slots=True)
class _Way:
    """What comes of one way to answer all open judgements."""

    low: int
    possible: frozenset[int]
    rule: Rule | None
    missing: tuple[str, ...]


@lru_cache(maxsize=64)
def _ways_of(count: int) -> tuple[tuple[bool, ...], ...]:
    return tuple(product((False, True), repeat=count))


def _ways(asked: list[str]) -> Iterator[tuple[bool, ...]]:
    """List the ways to answer what is open; a baseline is not both high and low."""
    for said in _ways_of(len(asked)):
        answers = dict(zip(asked, said, strict=True))
        if not (answers.get("base_high") and answers.get("base_low")):
            yield said


def _one(term: Term, facts: Facts, said: Mapping[str, bool], missing: Missing, reading: Reading) -> _Way:
    """Go down the conditions until one holds, with what could have held above it."""
    above: set[int] = set()
    needs: list[str] = []
    mildest_open = False
    rules = term.rules_of(reading)
    for rule in rules:
        held = _all_hold(rule, facts, said)
        if held is True:
            if missing is Missing.PASSED_OVER:
                above, needs = set(), []
            return _Way(rule.grade, frozenset({rule.grade, *above}), rule, tuple(needs))
        if held is None:
            above.add(rule.grade)
            needs += [number for each in rule.conditions for number in _lacking(each, facts)]
            mildest_open |= rule.grade == rules[-1].grade
    if missing is Missing.PASSED_OVER and not mildest_open:
        return _Way(0, frozenset({0}), None, ())
    return _Way(0, frozenset({0, *above}), None, tuple(dict.fromkeys(needs)))


def _all_hold(rule: Rule, facts: Facts, said: Mapping[str, bool]) -> bool | None:
    held: bool | None = True
    for condition in rule.conditions:
        one = _holds(condition, facts, said)
        if one is False:
            return False
        held = held if one is True else None
    return held


def _holds(condition: Condition, facts: Facts, said: Mapping[str, bool]) -> bool | None:
    """Answer whether a condition holds; None where a number is missing."""
    if isinstance(condition, Said):
        known = facts.flags.get(condition.flag, said.get(condition.flag))
        return (known or False) is condition.wanted
    if facts.no_baseline and not _OF_THE_BASELINE.isdisjoint(condition.asks):
        return False
    number = facts.numbers.get(condition.number)
    limit = facts.numbers.get(condition.limit) if condition.limit else Fraction(0)
    if number is None or limit is None:
        return None
    return _compared(number, condition.operator, threshold(condition, limit, facts.column))


def threshold(condition: Compare, limit: Fraction, column: int) -> Fraction:
    """Give the number that a condition compares with."""
    added = condition.added[column if column < len(condition.added) else -1]
    if not condition.limit:
        return added
    multiple = limit if condition.factor == 1 else condition.factor * limit
    return multiple + added if added else multiple


def _compared(number: Fraction, operator: Operator, other: Fraction) -> bool:
    match operator:
        case "<":
            return number < other
        case "<=":
            return number <= other
        case ">":
            return number > other
        case ">=":
            return number >= other
        case "=":
            return number == other
        case "!=":
            return number != other


def _lacking(condition: Condition, facts: Facts) -> Iterator[str]:
    if isinstance(condition, Compare):
        yield from (number for number in condition.asks if number not in facts.numbers)


def _open(asked: list[str], ways: Mapping[tuple[bool, ...], _Way]) -> Iterator[str]:
    """Name the numbers that are missing, then the judgements that make a difference."""
    possible = set().union(*(way.possible for way in ways.values()))
    if len(possible) < 2:
        return
    yield from dict.fromkeys(number for way in ways.values() for number in way.missing)
    for place, flag in enumerate(asked):
        for said, way in ways.items():
            other = ways.get((*said[:place], not said[place], *said[place + 1 :]))
            if other is not None and other.possible != way.possible:
                yield flag
                break


def words(condition: Condition, term: Term, facts: Facts) -> str:
    """Say a condition with the numbers that were put into it.

    Examples
    --------
    >>> from dosepath.safety.ctcae_lab_v5 import V5
    >>> anemia = V5.terms["Anemia"]
    >>> words(anemia.rules[0].conditions[0], anemia, Facts({}))
    'value < 80 g/L'
    """
    if isinstance(condition, Said):
        return f"{'' if condition.wanted else 'not '}{in_words(condition.flag)}"
    added = condition.added[min(facts.column, len(condition.added) - 1)]
    said = f"{in_words(condition.number)} {condition.operator} "
    unit = f" {term.unit_of(facts.column)}".rstrip() if condition.number in IN_THE_UNIT_OF_THE_VALUE else ""
    if not condition.limit:
        return f"{said}{short(added)}{unit}"
    name = in_words(condition.limit)
    multiple = name if condition.factor == 1 else f"{short(condition.factor)} x {name}"
    limit = facts.numbers.get(condition.limit)
    whole = f"{multiple} {'-' if added < 0 else '+'} {short(abs(added))}" if added else multiple
    if limit is None:
        return f"{said}{whole}"
    return f"{said}{whole} = {short(threshold(condition, limit, facts.column))}{unit}"


_WORDS: Final[Mapping[str, str]] = {
    "lln": "LLN",
    "uln": "ULN",
    "base": "baseline",
    "base_high": "baseline above ULN",
    "base_low": "baseline below LLN",
    "pchg": "change from baseline",
    "mi_cutoff": "limit for infarction",
}


def in_words(name: str) -> str:
    """Name a number or a judgement for a reader.

    Examples
    --------
    >>> in_words("uln"), in_words("life_threatening")
    ('ULN', 'life threatening')
    """
    return _WORDS.get(name, name.replace("_", " "))


def short(number: Fraction) -> str:
    """Write a number in full, as short as it goes."""
    return str(Quantity(number, "1"))
