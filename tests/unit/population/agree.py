"""The plan and the one-patient evaluator side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from dosepath.core.facts import PatientRecord
from dosepath.core.verdict import Verdict
from dosepath.population.engines import Engine
from dosepath.population.plan import ONE_BY_ONE, coded
from dosepath.population.run import CODES
from dosepath.population.tables import FACTS, UNCLASSIFIED, Row, patient_row, patients_schema, rows_of
from dosepath.rules.nodes import Truth
from dosepath.rules.relational import Compiler, Step, Truthed
from tests.properties.generate import Patient
from tests.unit.rules.world import rule, vocabulary, windows


@dataclass(frozen=True)
class Cell:
    """One rule for one patient: what the plan says and what the evaluator says."""

    rule: str
    patient: Patient
    planned: int
    verdict: Verdict

    @property
    def left_open(self) -> bool:
        return self.planned == ONE_BY_ONE

    @property
    def differs(self) -> bool:
        return not self.left_open and self.planned != CODES[self.verdict]


@dataclass
class Remembering(Compiler):
    """A compiler that compiles a question to a patient once, for plans in which the same ones come many times."""

    known: dict[Truth, Truthed] = field(default_factory=dict)

    def truth(self, node: Truth) -> Truthed:
        """Compile a question, or give what was made of it before."""
        if self.record is not None:
            return super().truth(node)
        if node not in self.known:
            self.known[node] = super().truth(node)
        return self.known[node]


def load(engine: Engine, patients: Sequence[Patient]) -> None:
    """Load patients into the three tables; the key is the place."""
    anchors = vocabulary().anchors
    people: list[Row] = []
    facts: list[Row] = []
    unread: list[Row] = []
    for key, patient in enumerate(patients):
        world = patient.world
        people.append(patient_row(key, f"p{key}", world.on, world.anchors, world.complete, anchors))
        rows = rows_of(PatientRecord(f"p{key}", patient.facts, patient.unread), key)
        facts.extend(rows.facts)
        unread.extend(rows.unclassified)
    engine.load(patients_schema(anchors), people)
    engine.load(FACTS, facts)
    engine.load(UNCLASSIFIED, unread)


def alike(patients: Sequence[Patient]) -> list[Patient]:
    """Give patients the settings of the first; without a screening date it is the day of the evaluation."""
    settings = patients[0].world.settings
    found = []
    for patient in patients:
        anchors = {**patient.world.anchors, "screening": patient.world.anchors.get("screening") or patient.world.on}
        found.append(replace(patient, world=replace(patient.world, anchors=anchors, settings=settings)))
    return found


def compared(engine: Engine, rules: Sequence[str], patients: Sequence[Patient]) -> list[Cell]:
    """Judge every rule for every patient both ways."""
    load(engine, patients)
    compiler = Remembering(vocabulary(), windows(), patients[0].world.settings)
    trees: list[Truth] = [rule(text) for text in rules]
    truths = [compiler.truth(tree) for tree in trees]
    for step in compiler.steps():
        engine.make(step)
    columns = (exp.alias_(coded(truth), f"c{place}", copy=False) for place, truth in enumerate(truths))
    engine.make(Step("verdicts", exp.select("patient").select(*columns, copy=False).from_(compiler.base, copy=False)))
    rows = sorted(engine.rows(exp.select("*").from_("verdicts")))
    cells: list[Cell] = []
    for (key, *verdicts), patient in zip(rows, patients, strict=True):
        assert patient is patients[key]
        evaluator = patient.world.evaluator(patient.facts, patient.unread)
        cells.extend(
            Cell(text, patient, planned, evaluator.judge(tree).verdict)
            for text, tree, planned in zip(rules, trees, verdicts, strict=True)
        )
    return cells
