"""Draw a synthetic hospital and write it as long tables in Parquet.

People are drawn in chunks, each from a generator of its own that is made from the seed and the number of the chunk:
the first thousand people are the same whether a thousand or a million are asked for.
"""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dosepath.demo.hospital import catalogue
from dosepath.demo.hospital.catalogue import UnitShare
from dosepath.population.connection import Connection, connected, save
from dosepath.population.folders import writing

KIND: Final = "hospital"
CHUNK: Final = 50_000
DAYS_BACK: Final = 730
RECENT: Final = 20
WORKED_UP: Final = 0.5
"""Share of the people with one of the diseases who were just worked up for the trial."""

Numbers = npt.NDArray[Any]
_EPOCH: Final = date(1970, 1, 1).toordinal()

ABOUT: Final = """\
SYNTHETIC DATA: NOBODY IN THESE TABLES EXISTS

Every person, date and value here is drawn at random by the program dosepath. Nothing was taken from a real record, and
the shares are invented, no epidemiology.
"""

# What a kind of result has in common: looked up by its number when the rows are written.
_KIND_COLUMNS: Final = (
    *("kind", "system", "code", "text", "unit", "low", "high", "value_text", "component_code", "component_value"),
)


@dataclass(slots=True)
class _Kinds:
    """The kinds of results, numbered as they come up."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    numbers: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def number(self, *said: Any) -> int:
        """Give the number of a kind; the same for the same kind."""
        if said not in self.numbers:
            self.numbers[said] = len(self.rows)
            self.rows.append((len(self.rows), *said))
        return self.numbers[said]

    def test(self, name: str, share: UnitShare, *, ranged: bool) -> int:
        """Give the number of a test in a unit, with or without its printed range."""
        code, label = catalogue.code_of(name, share.unit)
        low, high = catalogue.range_of(name, share.unit) if ranged else (None, None)
        breathing = ("3151-8", 0.0) if name == "spo2" else (None, None)
        return self.number("loinc", code, label, share.unit, low, high, None, *breathing)

    def result(self, name: str, said: str) -> int:
        """Give the number of a result that is positive or negative."""
        code, label = catalogue.code_of(name, "")
        return self.number("loinc", code, label, None, None, None, said, None, None)

    def answer(self, concept: str, said: str | None, unit: str | None = None) -> int:
        """Give the number of an answer on a form of the trial; None for a number."""
        return self.number("dosepath", concept, concept, unit, None, None, said, None, None)


def _joined(parts: Sequence[Numbers]) -> Numbers:
    joined = np.concatenate([np.ma.getdata(part) for part in parts])
    if not any(isinstance(part, np.ma.MaskedArray) for part in parts):
        return joined
    return np.ma.array(joined, mask=np.concatenate([np.ma.getmaskarray(part) for part in parts]))


@dataclass(slots=True)
class _Rows:
    """Rows of one table while they are drawn: columns of numbers, in pieces."""

    pieces: list[tuple[Numbers, ...]] = field(default_factory=list)

    def add(self, *columns: Numbers) -> None:
        """Take some rows."""
        if len(columns[0]):
            self.pieces.append(columns)

    def columns(self, names: Sequence[str]) -> dict[str, Numbers]:
        """Give all rows by column."""
        if not self.pieces:
            return {name: np.zeros(0) for name in names}
        joined = (_joined(parts) for parts in zip(*self.pieces, strict=True))
        return dict(zip(names, joined, strict=True))


def make_hospital(
    out: Path,
    patients: int,
    seed: int,
    on: date,
    advance: Callable[[int, int], None] = lambda _done, _total: None,
) -> dict[str, int]:
    """Draw people and write their tables.

    Parameters
    ----------
    out
        Folder to write to.
    patients, seed
        How many people; the same seed gives the same bytes.
    on
        Day up to which there are records.
    advance
        Told how many people are drawn.

    Returns
    -------
    dict
        Number of rows by table.
    """
    rows = dict.fromkeys(("people", "observations", "medications", "conditions"), 0)
    with writing(out, KIND) as draft, connected(draft.tables / "scratch") as connection:
        draft.about = {"patients": patients, "seed": seed, "on": on.isoformat(), "note": ABOUT}
        for chunk, first in enumerate(range(0, patients, CHUNK)):
            drawing = _Drawing(seed, chunk, first, on)
            for name, count in _write(connection, drawing, min(CHUNK, patients - first), draft.tables).items():
                rows[name] += count
            advance(min(first + CHUNK, patients), patients)
        (draft.tables / "scratch").rmdir() if (draft.tables / "scratch").exists() else None
    return rows


class _Drawing:
    """One chunk of people."""

    def __init__(self, seed: int, chunk: int, first: int, on: date) -> None:
        self.draw = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, chunk])))
        self.chunk = chunk
        self.first = first
        self.on = on.toordinal() - _EPOCH
        self.kinds = _Kinds()

    def people(self, count: int) -> dict[str, Numbers]:
        """Draw sex, birth and death."""
        age = np.clip(self.draw.normal(52, 21, count), 0, 98)
        birth = (self.on - (age * 365.25)).astype(np.int64) - self.draw.integers(0, 365, count)
        death = self.on - self.draw.integers(0, DAYS_BACK, count)
        dead = self.draw.random(count) < 0.00002 * np.exp(age / 11)
        return {
            "person": np.arange(self.first, self.first + count),
            "female": self.draw.random(count) < 0.54,
            "birth": np.ma.array(birth, mask=self.draw.random(count) < 0.001),
            "death": np.ma.array(np.maximum(death, birth), mask=~dead),
        }

    def arms(self, count: int) -> dict[str, Numbers]:
        """Draw who has which disease of the trial."""
        return {arm: np.flatnonzero(self.draw.random(count) < share) for arm, share in catalogue.ARMS.items()}

    def days(self, size: int, back: int = DAYS_BACK) -> Numbers:
        """Draw days up to the last one, the recent ones more often."""
        return self.on - (back * self.draw.random(size) ** 2).astype(np.int64)

    def who(self, count: int, rate: float) -> Numbers:
        """Draw whose the rows of a table are, at so many a person."""
        return np.repeat(np.arange(count), self.draw.poisson(rate, count))

    def values(self, test: catalogue.Test, size: int) -> tuple[Numbers, Numbers]:
        """Draw results of a test: their kinds and their values."""
        raw = test.median * np.exp(test.spread * self.draw.standard_normal(size))
        raw = np.minimum(raw, test.most) if test.most else raw
        unit = self.draw.choice(len(test.units), size, p=[share.share for share in test.units])
        ranged = self.draw.random(size) < test.ranged
        kind, value = np.zeros(size, np.int64), np.zeros(size)
        for place, share in enumerate(test.units):
            own = unit == place
            value[own] = np.round(raw[own] * share.factor, share.digits)
            for is_ranged in (False, True):
                kind[own & (ranged == is_ranged)] = self.kinds.test(test.name, share, ranged=is_ranged)
        return kind, value

    def observations(self, count: int, arms: Mapping[str, Numbers]) -> dict[str, Numbers]:
        """Draw results: of everybody, and of those who were worked up."""
        rows = _Rows()
        for test in catalogue.TESTS:
            who = self.who(count, test.rate)
            kind, value = self.values(test, len(who))
            rows.add(who, kind, np.ma.array(value), self.days(len(who)))
        for name, (rate, positive) in catalogue.RESULTS.items():
            who = self.who(count, rate)
            self._said(rows, who, (self.kinds.result(name, "positive"), self.kinds.result(name, "negative")), positive)
        for arm, everybody in arms.items():
            self._workup(rows, arm, everybody[self.draw.random(len(everybody)) < WORKED_UP])
        return rows.columns(("person", "kind", "value", "day"))

    def _said(self, rows: _Rows, who: Numbers, kinds: tuple[int, int], share: float, back: int = DAYS_BACK) -> None:
        kind = np.where(self.draw.random(len(who)) < share, *kinds)
        rows.add(who, kind, np.ma.array(np.zeros(len(who)), mask=True), self.days(len(who), back))

    def _workup(self, rows: _Rows, arm: str, worked_up: Numbers) -> None:
        def done() -> Numbers:
            return worked_up[self.draw.random(len(worked_up)) < catalogue.DONE]

        tests = {test.name: test for test in catalogue.TESTS}
        for name in catalogue.WORKUP_TESTS:
            who = done()
            kind, value = self.values(tests[name], len(who))
            rows.add(who, kind, np.ma.array(value), self.days(len(who), RECENT))
        for name in catalogue.WORKUP_RESULTS:
            kinds = self.kinds.result(name, "positive"), self.kinds.result(name, "negative")
            self._said(rows, done(), kinds, catalogue.WRONG_WAY, RECENT)
        for answers, share in (
            (catalogue.WORKUP_NO, catalogue.WRONG_WAY),
            (catalogue.WORKUP_YES, 1 - catalogue.WRONG_WAY),
        ):
            for name in answers:
                kinds = self.kinds.answer(name, "true"), self.kinds.answer(name, "false")
                self._said(rows, done(), kinds, share, RECENT)
        self._said(rows, done(), (self.kinds.result("nyha", "II"), self.kinds.result("nyha", "III")), 0.97, RECENT)
        self._said(rows, done(), (self.kinds.answer("ecg_conduction", "normal"),) * 2, 1, RECENT)
        pressure = np.round(30 + 8 * self.draw.standard_normal(len(worked_up)))
        kind = np.full(len(worked_up), self.kinds.answer("pa_pressure_echo_mmhg", None, "mm[Hg]"))
        rows.add(worked_up, kind, np.ma.array(pressure), self.days(len(worked_up), RECENT))
        for name, answers_of in catalogue.SCORES_OF_ARMS[arm].items():
            self._scores(rows, done(), name, answers_of)

    def _scores(self, rows: _Rows, who: Numbers, name: str, answers: tuple[tuple[str, float], ...]) -> None:
        chosen = self.draw.choice(len(answers), len(who), p=[share for _, share in answers])
        for place, (said, _) in enumerate(answers):
            own = who[chosen == place]
            number = said.replace(".", "").isdigit()
            unit = {"salivary_flow": "mL/min", "probability": "%", "pct_pred": "%"}
            in_unit = next((code for part, code in unit.items() if part in name), None)
            kind = np.full(len(own), self.kinds.answer(name, None if number else said, in_unit))
            value = np.ma.array(np.full(len(own), float(said) if number else 0), mask=not number)
            rows.add(own, kind, value, self.days(len(own), RECENT))

    def medications(self, count: int, arms: Mapping[str, Numbers]) -> dict[str, Numbers]:
        """Draw courses of drugs: `kind` is the place in the list of all drugs."""
        rows = _Rows()
        for place, drug in enumerate(catalogue.DRUGS):
            who = self.who(count, drug[-1])
            self._courses(rows, who, place, DAYS_BACK, longest=120, ongoing=0.4)
        ill = np.unique(np.concatenate(list(arms.values())))
        for place in range(len(catalogue.DRUGS_OF_ARMS)):
            who = ill[self.draw.random(len(ill)) < 0.45]
            self._courses(rows, who, len(catalogue.DRUGS) + place, 3 * DAYS_BACK, longest=900, ongoing=0.6)
        return rows.columns(("person", "kind", "start", "stop", "dosed"))

    def _courses(self, rows: _Rows, who: Numbers, kind: int, back: int, *, longest: int, ongoing: float) -> None:
        size = len(who)
        start = self.on - self.draw.integers(1, back, size)
        end = np.minimum(start + self.draw.integers(1, longest, size), self.on)
        goes_on = self.draw.random(size) < ongoing
        dosed = self.draw.random(size) < 0.8
        rows.add(who, np.full(size, kind), start, np.ma.array(end, mask=goes_on), dosed)

    def conditions(self, count: int, arms: Mapping[str, Numbers]) -> dict[str, Numbers]:
        """Draw diagnoses: `kind` is the place in the list of all diagnoses."""
        rows = _Rows()
        for place, (_, _, share) in enumerate(catalogue.DIAGNOSES):
            who = np.flatnonzero(self.draw.random(count) < share)
            rows.add(who, np.full(len(who), place), self.on - self.draw.integers(1, 5000, len(who)))
        for arm, who in arms.items():
            shares = [share for _, share in catalogue.DIAGNOSES_OF_ARMS[arm]]
            chosen = self.draw.choice(len(shares), len(who), p=shares)
            first = len(catalogue.DIAGNOSES) + _first_of(arm)
            rows.add(who, first + chosen, self.on - self.draw.integers(200, 4000, len(who)))
        return rows.columns(("person", "kind", "start"))


def _first_of(arm: str) -> int:
    before = list(catalogue.ARMS)[: list(catalogue.ARMS).index(arm)]
    return sum(len(catalogue.DIAGNOSES_OF_ARMS[each]) for each in before)


_ID: Final = "'P' || lpad(CAST({first} + person AS VARCHAR), 8, '0') AS patient"


def _day(name: str) -> str:
    return f"DATE '1970-01-01' + CAST({name} AS INTEGER)"


def _write(connection: Connection, drawing: _Drawing, count: int, tables: Path) -> dict[str, int]:
    arms = drawing.arms(count)
    drawn = {
        "people": drawing.people(count),
        "observations": drawing.observations(count, arms),
        "medications": drawing.medications(count, arms),
        "conditions": drawing.conditions(count, arms),
    }
    _lookups(connection, drawing.kinds)
    found: dict[str, int] = {}
    for name, query in _QUERIES.items():
        connection.register("drawn", drawn[name])
        first = 0 if name == "people" else drawing.first
        path = tables / name / f"{drawing.chunk:05d}.parquet"
        found[name] = save(connection, query.replace("{first}", str(first)), path)
        connection.unregister("drawn")
    return found


def _lookups(connection: Connection, kinds: _Kinds) -> None:
    drugs = [(*drug[:6],) for drug in (*catalogue.DRUGS, *catalogue.DRUGS_OF_ARMS)]
    diseases = [(code, label) for code, label, _ in catalogue.DIAGNOSES]
    diseases += [(code, code) for arm in catalogue.ARMS for code, _ in catalogue.DIAGNOSES_OF_ARMS[arm]]
    for name, columns, rows in (
        ("kinds", _KIND_COLUMNS, kinds.rows),
        (
            "drugs",
            ("kind", "text", "system", "code", "dose", "dose_unit", "per_day"),
            [(n, *drug) for n, drug in enumerate(drugs)],
        ),
        ("diseases", ("kind", "code", "text"), [(n, *disease) for n, disease in enumerate(diseases)]),
    ):
        types = {"kind": "BIGINT", "low": "DOUBLE", "high": "DOUBLE", "dose": "DOUBLE", "component_value": "DOUBLE"}
        made = ", ".join(f"{column} {types.get(column, 'VARCHAR')}" for column in columns)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({made})")
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", [list(row) for row in rows])


_QUERIES: Final = {
    "people": f"SELECT {_ID}, CASE WHEN female THEN 'female' ELSE 'male' END AS sex, {_day('birth')} AS birth_date, "
    f"{_day('death')} AS death_date FROM drawn ORDER BY person",
    "observations": f"SELECT {_ID}, k.system, k.code, k.text, d.value, k.unit, k.low, k.high, k.value_text, "
    f"k.component_code, k.component_value, {_day('d.day')} AS date FROM drawn AS d JOIN kinds AS k USING (kind) "
    "ORDER BY d.person, d.day, d.kind, d.value",
    "medications": f"SELECT {_ID}, nullif(k.system, '') AS system, nullif(k.code, '') AS code, k.text, "
    "CASE WHEN d.dosed THEN k.dose END AS dose, CASE WHEN d.dosed THEN k.dose_unit END AS dose_unit, "
    "CASE WHEN d.dosed THEN k.per_day END AS per_day, "
    "CASE WHEN d.stop IS NULL THEN 'active' ELSE 'completed' END AS status, "
    f"{_day('d.start')} AS start_date, {_day('d.stop')} AS end_date FROM drawn AS d JOIN drugs AS k USING (kind) "
    "ORDER BY d.person, d.start, d.kind, d.stop, d.dosed",
    "conditions": f"SELECT {_ID}, 'icd10cm' AS system, k.code, k.text, 'active' AS status, "
    f"{_day('d.start')} AS start_date FROM drawn AS d JOIN diseases AS k USING (kind) "
    "ORDER BY d.person, d.start, d.kind",
}
