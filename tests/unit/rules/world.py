"""The small protocol of the tests, and patients written as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import yaml

from dosepath.core.days import PartialDate, Period
from dosepath.core.facts import Fact, PatientRecord, Table, Unclassified, Value
from dosepath.core.instrument import (
    Catalog,
    Equivalence,
    Field,
    FieldValue,
    Formula,
    Instrument,
    Item,
    ItemAnswer,
    Score,
    Verification,
)
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict
from dosepath.instruments.items import whole, yes_or_no
from dosepath.rules.check import check
from dosepath.rules.evaluation import Answer, Evaluator, Situation
from dosepath.rules.nodes import Truth, WindowOf
from dosepath.rules.parse import Reader
from dosepath.rules.vocabulary import Binding, Kind, RegimenLine, Term, Vocabulary
from tests.conftest import ROOT

CASES = ROOT / "tests" / "cases" / "rules"
NOWHERE = Citation("made for the tests")
UNCHECKED = Verification("nothing", date(2026, 1, 1))


@dataclass(frozen=True)
class Serology:
    """A total of clinical points and 0, 2 or 4 points of serology, like SLEDAI."""

    id: str
    one_assessment: bool
    name: str = "Test score"
    version: str = "1"
    citation: Citation = NOWHERE
    verification: Verification = UNCHECKED

    @property
    def fields(self) -> Mapping[str, Field]:
        return {
            "total": Field("whole points", unit="1"),
            "clinical": Field("points without serology", unit="1"),
            "grade": Field("grade of activity", choices=("low", "high")),
        }

    @property
    def entries(self) -> Mapping[str, Field]:
        return {name: self.fields[name] for name in ("total", "clinical")}

    @property
    def items(self) -> Mapping[str, Item]:
        return {}

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        return Score(self.id, self.version, (), missing=tuple(answers))

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        points = {name: value.value for name, value in entered.items() if isinstance(value, Quantity)}
        if not points:
            return Score(self.id, self.version, (), missing=("total", "clinical"))
        possible: list[Mapping[str, FieldValue]] = []
        for serology in (0, 2, 4):
            total = points.get("total", points.get("clinical", Fraction(0)) + serology)
            clinical = points.get("clinical", total - serology)
            if total - clinical == serology and clinical >= 0:
                grade = "high" if total >= 8 else "low"
                possible.append({"total": Interval.at(total), "clinical": Interval.at(clinical), "grade": grade})
        if not possible:
            return Score(self.id, self.version, (), conflict="total and clinical part contradict each other")
        return Score(
            self.id, self.version, tuple(possible), missing=tuple(name for name in self.entries if name not in points)
        )


@dataclass(frozen=True)
class FormScore:
    """Points of a form: skin 0 to 8, joints 0 to 4, 1 for fever; 8 or more is high."""

    id: str = "form_score"
    name: str = "Form score"
    version: str = "1"
    citation: Citation = NOWHERE
    one_assessment: bool = False
    verification: Verification = UNCHECKED

    @property
    def fields(self) -> Mapping[str, Field]:
        return {"points": Field("points", unit="1"), "grade": Field("grade", choices=("low", "high"))}

    @property
    def entries(self) -> Mapping[str, Field]:
        return self.fields

    @property
    def items(self) -> Mapping[str, Item]:
        items = (
            whole("skin", "skin", 0, 8),
            whole("joints", "joints", 0, 4),
            yes_or_no("fever", "fever"),
        )
        return {item.id: item for item in items}

    def from_entered(self, entered: Mapping[str, Value]) -> Score:
        points, grade = entered.get("points"), entered.get("grade")
        case: dict[str, FieldValue] = {}
        if isinstance(points, Quantity):
            case["points"] = Interval.at(points.value)
        if isinstance(grade, str):
            case["grade"] = grade
        return Score(
            self.id,
            self.version,
            (case,) if case else (),
            missing=tuple(name for name in self.entries if name not in case),
        )

    def score(self, answers: Mapping[str, ItemAnswer]) -> Score:
        points = Interval.at(0)
        for item in ("skin", "joints"):
            value = answers.get(item)
            points += Interval.at(value.value) if isinstance(value, Quantity) else Interval(Fraction(0), Fraction(8))
        fever = answers.get("fever")
        possible = []
        for more in (0, 1) if fever is None else (int(fever is True),):
            total = points + Interval.at(more)
            case: dict[str, FieldValue] = {"points": total}
            high = total.compare(">=", Interval.at(8))
            if high.decided:
                case["grade"] = "high" if high is Verdict.MET else "low"
            possible.append(case)
        return Score(
            self.id, self.version, tuple(possible), missing=tuple(item for item in self.items if item not in answers)
        )


@dataclass(frozen=True)
class Clearance:
    """(140 - age) x weight / creatinine, 0.85 of it for women; both where the sex is not known."""

    id: str = "clearance"
    citation: Citation = NOWHERE

    @property
    def result(self) -> Field:
        return Field("clearance", unit="mL/min")

    @property
    def parameters(self) -> Mapping[str, Field]:
        return {
            "age": Field("age", unit="a"),
            "weight": Field("weight", unit="kg"),
            "creatinine": Field("creatinine", unit="umol/L"),
            "sex": Field("sex", choices=("female", "male")),
        }

    def __call__(self, **inputs: Interval | str | None) -> Interval | None:
        age, weight, creatinine = inputs["age"], inputs["weight"], inputs["creatinine"]
        if not (isinstance(age, Interval) and isinstance(weight, Interval) and isinstance(creatinine, Interval)):
            return None
        inverse = creatinine.inverse()
        if inverse is None:
            return None
        male = (Interval.at(140) - age) * weight * inverse
        female = male.times(Fraction(85, 100))
        return {"male": male, "female": female}.get(str(inputs["sex"]), male.hull(female))


@dataclass(frozen=True)
class DoseTable:
    """What one milligram of each drug counts for."""

    id: str
    factors: Mapping[str, Fraction]
    citation: Citation = NOWHERE

    def factor(self, drug: str) -> Fraction | None:
        return self.factors.get(drug)


INSTRUMENTS: tuple[Instrument, ...] = (Serology("fake_score", True), Serology("loose_score", False), FormScore())
FORMULAS: tuple[Formula, ...] = (Clearance(),)
TABLES: tuple[Equivalence, ...] = (
    DoseTable("pred_eq", {"pred": Fraction(1), "mepred": Fraction(5, 4), "dexa": Fraction(20, 3)}),
)
CATALOG = Catalog(
    {item.id: item for item in INSTRUMENTS}, {item.id: item for item in FORMULAS}, {item.id: item for item in TABLES}
)


def vocabulary_of(document: Mapping[str, Any]) -> Vocabulary:
    return Vocabulary(
        terms={name: _term(name, entry) for name, entry in document["concepts"].items()},
        anchors=tuple(document["anchors"]),
        windows=document["windows"],
        definitions=document["definitions"],
        settings=document["settings"],
        regimens={
            name: tuple(RegimenLine(line, **entry) for line, entry in lines.items())
            for name, lines in document["regimens"].items()
        },
        bindings={name: Binding(**entry) for name, entry in document["instruments"].items()},
        catalog=CATALOG,
    )


def _term(name: str, entry: Mapping[str, Any]) -> Term:
    return Term(
        id=name,
        label=entry["label"],
        kind=Kind(entry["kind"]),
        unit=entry.get("unit", ""),
        choices=tuple(entry.get("choices", ())),
        tables=tuple(Table(table) for table in entry.get("tables", ())),
        members=tuple(entry.get("members", ())),
        judgement=entry.get("judgement", False),
    )


def document(name: str) -> Any:
    return yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    return vocabulary_of(document("vocabulary"))


@lru_cache(maxsize=1)
def reader() -> Reader:
    return Reader(vocabulary())


@lru_cache(maxsize=1)
def windows() -> Mapping[str, WindowOf]:
    return MappingProxyType({name: reader().window(name) for name in vocabulary().windows})


@lru_cache(maxsize=4096)
def rule(text: str) -> Truth:
    """Read a rule and check it."""
    tree = reader().truth(text)
    check(tree, vocabulary())
    return tree


# Patients -------------------------------------------------------------------------------------------------------

ON = date(2026, 6, 1)
ALL_TABLES = frozenset(Table)
SETTINGS = {"window_days": Fraction(28), "active_from": Fraction(4), "high_dose": Fraction(1)}


@dataclass(frozen=True)
class World:
    """What surrounds a patient while a rule is judged."""

    on: date = ON
    anchors: Mapping[str, date | None] = field(default_factory=lambda: {"screening": ON})
    complete: frozenset[Table] = frozenset()
    settings: Mapping[str, Fraction] = field(default_factory=lambda: SETTINGS)

    def judge(self, text: str | Truth, facts: Sequence[Fact] = (), unread: Sequence[Unclassified] = ()) -> Answer:
        return self.evaluator(facts, unread).judge(rule(text) if isinstance(text, str) else text)

    def evaluator(self, facts: Sequence[Fact] = (), unread: Sequence[Unclassified] = ()) -> Evaluator:
        record = PatientRecord("p1", tuple(facts), tuple(unread))
        situation = Situation(record, self.anchors, self.on, self.complete, self.settings)
        return Evaluator(situation, vocabulary(), windows())


def fact(entry: Mapping[str, Any], place: int = 0) -> Fact:
    """Read one fact of a case.

    `is` names the concept; `day`, or `from` and `to` (`ongoing`; left out: end not recorded), say when; `value`, `dose`
    (milligrams, or with a unit) and `times` (a day), `uln`, `lln`, `comparator`, `time`, `order`, `unusable`, `absent`
    say what.
    """
    known = {"is", "day", "from", "to", "value", "dose", "times", "uln", "lln", "comparator", "time", "order"}
    assert set(entry) <= known | {"unusable", "absent", "source"}, entry
    concept = str(entry["is"])
    term = vocabulary().terms[concept] if "." not in concept else _item(concept, entry["value"])
    unusable, absent = entry.get("unusable", ""), entry.get("absent", "")
    dose = entry.get("dose")
    return Fact(
        concept,
        _period(entry),
        entry.get("source", f"{concept}-{place}"),
        value=None if "value" not in entry else _value(term, entry["value"]),
        comparator=entry.get("comparator"),
        lln=Quantity.of(str(entry["lln"]), term.unit) if "lln" in entry else None,
        uln=Quantity.of(str(entry["uln"]), term.unit) if "uln" in entry else None,
        dose=None if dose is None else Quantity.of(*(str(dose).split(" ") if " " in str(dose) else (str(dose), "mg"))),
        times_per_day=Fraction(str(entry["times"])) if "times" in entry else Fraction(1) if dose is not None else None,
        unusable=unusable,
        absent=absent,
        order=entry.get("order", place),
        time=str(entry.get("time", "")),
    )


def _item(concept: str, value: Any) -> Term:
    """Describe an item of a form, `instrument.item`: yes or no, or a number."""
    kind = Kind.FLAG if isinstance(value, bool) else Kind.QUANTITY
    return Term(concept, concept, kind, unit="" if kind is Kind.FLAG else "1")


def _period(entry: Mapping[str, Any]) -> Period:
    if "from" not in entry and "to" not in entry:
        return Period.at(_day(entry.get("day")))
    end = entry.get("to")
    if end == "ongoing":
        return Period(_day(entry.get("from")), None, ongoing=True)
    return Period(_day(entry.get("from")), _day(end))


def _day(written: Any) -> PartialDate | None:
    return None if written is None else PartialDate.parse(str(written))


def _value(term: Term, written: Any) -> Value:
    match term.kind:
        case Kind.QUANTITY:
            return Quantity.of(str(written), term.unit)
        case Kind.FLAG:
            return bool(written)
        case Kind.DATE:
            return PartialDate.parse(str(written))
        case _:
            return str(written)


def unread(entry: Mapping[str, Any]) -> Unclassified:
    """Read one record of a case that no concept was found for."""
    return Unclassified(
        Table(entry["table"]),
        entry.get("source", "unread-1"),
        entry.get("text", ""),
        frozenset(entry.get("may_be", ())),
        entry.get("anything", False),
        _period(entry),
    )


def world(entry: Mapping[str, Any]) -> World:
    """Read what surrounds a case: `at` (the day of it), `anchors`, `complete` (tables, or `all`), `settings`."""
    on = date.fromisoformat(str(entry.get("at", ON)))
    anchors = {
        name: None if day is None else date.fromisoformat(str(day)) for name, day in entry.get("anchors", {}).items()
    }
    complete = entry.get("complete", [])
    return World(
        on,
        {"screening": on, **anchors},
        ALL_TABLES if complete == "all" else frozenset(Table(table) for table in complete),
        {**SETTINGS, **{name: Fraction(str(value)) for name, value in entry.get("settings", {}).items()}},
    )
