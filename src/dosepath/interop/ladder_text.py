"""The text of a conduct file -> what it holds, with the line of everything that is not understood."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import yaml

from dosepath.core.errors import InputError
from dosepath.interop.answers_yaml import load_exact
from dosepath.interop.ladder_yaml import LadderFile, read_ladder
from dosepath.protocol.protocol import Protocol
from dosepath.protocol.text import SourceText, load
from dosepath.safety.dlt_rule import DltRule, dlt_rule
from dosepath.trial.ladder.history import happenings
from dosepath.trial.ladder.problems import RecordError, record_problems
from dosepath.trial.ladder.settings import LadderSettings, ladder_settings

MOST_VALUES: Final = 200_000
"""Most values of a file, with everything that it repeats by reference."""

MOST_PATIENTS: Final = 300
"""Most patients of a file: a dose escalation is small."""

YEARS: Final = range(1990, 2101)
"""Years that a record can be of."""

_NAMED: Final = re.compile(r"(patient|event|board entry) (.+)")
_SETTINGS: Final = re.compile(r"; (?=no setting '|setting \w+: |\w+ is not set)")
_BOARD: Final = re.compile(r"board, (\w+) of ([0-9-]+)")


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing in a file that is not understood, or cannot be: its line, its place and the reason."""

    line: int | None
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason


class ConductFileError(InputError):
    """A conduct file with everything that is wrong with it."""

    def __init__(self, name: str, problems: tuple[FileProblem, ...]) -> None:
        self.problems = problems
        super().__init__(
            "\n".join(f"{name}:{each.line}: {each}" if each.line else f"{name}: {each}" for each in problems)
        )


@dataclass(frozen=True, slots=True)
class ConductFile:
    """A conduct file that was understood.

    Parameters
    ----------
    found
        What it holds.
    settings, rule
        Of the trial, with the settings of the file and those of this run.
    source
        Its text with lines.
    title, note
        What it says of itself.
    """

    found: LadderFile
    settings: LadderSettings
    rule: DltRule
    source: SourceText
    title: str
    note: str

    @property
    def first_day(self) -> date | None:
        """Day of the first record."""
        return min((each.day for each in happenings(self.found.patients, self.found.board)), default=None)

    @property
    def cut(self) -> date | None:
        """Last day on which the file says its data are complete, or the day of its last record."""
        last = max((each.day for each in happenings(self.found.patients, self.found.board)), default=None)
        return self.found.on or last

    def line(self, *place: str | int) -> int:
        """Give the line of a value: `line("patients", 3, "infusion")`."""
        return self.source.line_of(place)

    def line_of_patient(self, patient: str, *place: str | int) -> int:
        """Give the line of a patient, or of a value of the patient."""
        return self.source.line_of(("patients", _number_of(self.source, "patients", patient) or 0, *place))


def read_conduct_file(
    text: str,
    name: str,
    protocol: Protocol,
    settings: Mapping[str, Any] | None = None,
    *,
    on: date | None = None,
    today: date | None = None,
) -> ConductFile:
    """Read a conduct file and check its records.

    Parameters
    ----------
    text, name
        YAML or JSON, and what to call it in messages.
    protocol
        Under the readings in force.
    settings
        Settings of this run, before those of the file.
    on, today
        Day of the question, before that of the file; and the day where neither gives one. Records of a later day are
        problems. Without both, the file is judged by its last record.

    Raises
    ------
    ConductFileError
        With everything that is not understood or cannot be, each with its line.
    InputError
        When a setting of this run is none.
    """
    source = _lined(text, name)
    document = load_exact(text, name)
    of_file = document.get("settings") or {}
    if not isinstance(of_file, dict):
        problem = FileProblem(source.line_of(("settings",)), "settings", "no mapping of keys to values")
        raise ConductFileError(name, (problem,))
    try:
        ladder_settings(protocol, of_file)
    except InputError as error:
        parts = _SETTINGS.split(str(error))
        lines = [FileProblem(_line(source, f"settings: {part}"), "settings", part) for part in parts]
        if not settings:
            raise ConductFileError(name, tuple(lines)) from None
    found_settings = ladder_settings(protocol, {**of_file, **(settings or {})})
    rule = dlt_rule(protocol, found_settings.dose_tolerance)
    try:
        found = read_ladder(document, rule, name)
    except InputError as error:
        said = [line.removeprefix(f"{name}: ") for line in str(error).splitlines()]
        raise ConductFileError(name, tuple(_problem(source, each) for each in said)) from None
    file = ConductFile(
        found,
        found_settings,
        rule,
        source,
        str(document.get("title") or ""),
        str(document.get("note") or ""),
    )
    odd = tuple(_out_of_range(file))
    if odd:
        raise ConductFileError(name, odd)
    until = on or found.on or today or file.cut
    if until is not None:
        impossible = record_problems(found.patients, found.board, found_settings, until)
        if impossible:
            problems = (_problem(source, f"{each.place}: {each.message}") for each in impossible)
            raise ConductFileError(name, tuple(problems)) from RecordError(impossible)
    return file


def _out_of_range(file: ConductFile) -> Iterator[FileProblem]:
    found = file.found
    if len(found.patients) > MOST_PATIENTS:
        yield FileProblem(file.line("patients"), "patients", f"{len(found.patients)} are more than {MOST_PATIENTS}")
    if found.on is not None and found.on.year not in YEARS:
        yield FileProblem(file.line("on"), "on", f"{found.on} is no likely day")
    for each in happenings(found.patients, found.board):
        if each.day.year not in YEARS:
            place = f"patient {each.patient}" if each.patient else "board"
            yield FileProblem(_line(file.source, place), place, f"{each.day} is no likely day")


def _lined(text: str, name: str) -> SourceText:
    """Read lines; refuse what is no YAML, repeats a key, or repeats itself without end."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if _size(node, {}) > MOST_VALUES:
            problem = FileProblem(None, "", f"holds more than {MOST_VALUES} values with all that it repeats")
            raise ConductFileError(name, (problem,))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ConductFileError(name, (FileProblem(line, "", f"not YAML: {error.problem}"),)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())
        raise ConductFileError(name, (FileProblem(None, "", f"not YAML: {why}"),)) from None
    impossible = tuple(_impossible_days(node))
    if impossible:
        raise ConductFileError(name, impossible)
    source, problems = load(text)
    if not problems and not isinstance(source.values, dict):
        raise ConductFileError(name, (FileProblem(1, "", "no mapping of keys to values at the top"),))
    if problems:
        raise ConductFileError(name, tuple(FileProblem(each.line, each.where, each.message) for each in problems))
    return source


def _impossible_days(node: yaml.Node | None) -> Iterator[FileProblem]:
    """Find days that no calendar has, which would stop the reader without a place."""
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:timestamp":
        try:
            date.fromisoformat(node.value[:10])
        except ValueError:
            why = f"'{node.value}' is no day of the calendar; write YYYY-MM-DD"
            yield FileProblem(node.start_mark.line + 1, "", why)
    elif isinstance(node, yaml.CollectionNode):
        for each in node.value:
            for part in each if isinstance(each, tuple) else (each,):
                yield from _impossible_days(part)


def _size(node: yaml.Node | None, known: dict[int, int]) -> int:
    """Count the values below a node, those that stand at several places at each of them."""
    if node is None:
        return 0
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = MOST_VALUES + 1  # a value that holds itself
    below: Iterator[yaml.Node] = iter(())
    if isinstance(node, yaml.MappingNode):
        below = (part for pair in node.value for part in pair)
    elif isinstance(node, yaml.SequenceNode):
        below = iter(node.value)
    known[id(node)] = min(1 + sum(_size(each, known) for each in below), MOST_VALUES + 1)
    return known[id(node)]


def _problem(source: SourceText, said: str) -> FileProblem:
    """Part a problem into its place and reason, and find its line."""
    parts = said.split(": ")
    place = [part for part in parts[:-1] if _is_place(part)]
    reason = ": ".join(parts[len(place) :])
    return FileProblem(_line(source, ": ".join([*place, reason])), ": ".join(place), reason)


def _is_place(part: str) -> bool:
    return bool(_NAMED.fullmatch(part) or _BOARD.fullmatch(part) or re.fullmatch(r"[a-z_.]+", part))


def _line(source: SourceText, said: str) -> int | None:
    """Find the line of a problem by the words of its place; of what is around it where the place has none."""
    path: tuple[str | int, ...] = ()
    for part in said.split(": "):
        step = _step(source, path, part)
        if step is None:
            break
        path = (*path, *step)
    return source.line_of(path) if path else None


def _step(source: SourceText, path: tuple[str | int, ...], part: str) -> tuple[str | int, ...] | None:
    key = re.match(r"no (?:key|setting) '([^']*)'", part) or re.fullmatch(r"(?:setting )?(\w+)", part)
    if key is not None and (*path, key[1]) in source.lines:
        return (key[1],)
    if part == "defaults.patient":
        return ("defaults", "patient")
    board = _BOARD.fullmatch(part)
    if board is not None:
        return ("board", *_place_in_board(source, board[1], board[2]))
    named = _NAMED.fullmatch(part)
    if named is None:
        return None
    top = {"patient": "patients", "event": "events", "board entry": "board"}[named[1]]
    number = _number_of(source, top, named[2]) if top == "patients" else None
    if number is None and named[2].isdigit():
        number = int(named[2]) - 1
    return (top,) if number is None else (top, number)


def _number_of(source: SourceText, top: str, name: str) -> int | None:
    rows = source.values.get(top)
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict) and str(row.get("id")) == name:
            return number
    return None


def _place_in_board(source: SourceText, decision: str, day: str) -> tuple[int, ...]:
    rows = source.values.get("board")
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict) and (str(row.get("decision")), str(row.get("date"))) == (decision, day):
            return (number,)
    return ()
