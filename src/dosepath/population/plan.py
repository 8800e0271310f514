"""The criteria of a protocol as one relational plan.

How it is used::

    plan = plan_of(open_trial("NCT06680388").under(readings), arms=("SLE",), settings={...})
    for step in plan.steps:          # in order; each reads the three tables and the steps before it
        engine.make(step)            # CREATE OR REPLACE TEMP TABLE <name> AS ..., or a view on Spark

The tables that a plan reads are `patients`, `facts` and `unclassified` (see `population.tables`); a chunk of patients
is screened by views of these names over the chunk. The last step is `verdicts`: one row a patient, `patient` and one
TINYINT column for each of `plan.columns`: 1 met, 0 not met, -1 unknown, -2 to be judged by the one-patient evaluator
from the rows of this patient. `population.run.judged_one_by_one` does that; `population.screening` does all of it,
chunk by chunk.

`plan.evidence` is a further step, for those who want to store it: `patient`, `row_id`, `request`: the facts that a
request of the rules was answered from. `plan.readers` names, for each request, the places of the columns that ask it:
a column was read from the facts of its requests.

`plan.values` is another one: what the questions of the rules compared, one row a patient. `plan.compared` says of each
question where its value stands: in columns of that step, or, where it is that of one fact, in the fact that its request
was answered from. A bit of `open_0`, `open_1`, ... says that the one-patient evaluator has to be asked.

What is missing for an unknown column is not part of a plan: the evaluator gives it for a patient, as the one-patient
sheet does, so that a worklist asks for it where it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dosepath.core.errors import InputError
from dosepath.eligibility.scope import Scope
from dosepath.population.collector import collector_at_rest
from dosepath.population.values import RuleValue
from dosepath.population.verdicts import RuleColumn
from dosepath.population.wiring import Wiring
from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol
from dosepath.rules.nodes import Scalar
from dosepath.rules.parse import suggest
from dosepath.rules.relational import Compiler, Step, evidence


@dataclass(frozen=True)
class Plan:
    """A relational plan: its steps in order, and what the columns of the last one mean.

    Parameters
    ----------
    protocol, arms, gate, settings
        What was compiled.
    steps
        The steps, the last one `verdicts`.
    columns
        What the columns of `verdicts` mean.
    counting
        By arm, the names of the columns of the top criteria that decide about the gate.
    evidence
        A further step, for those who want to keep it: the facts that each request was answered from.
    readers
        For each request, in the order of its number, the places of the columns that ask it.
    values
        A further step: what the questions compared.
    compared
        By what a question asks for, where its value stands; in the order of `open`.
    """

    protocol: Protocol
    arms: tuple[str, ...]
    gate: GateName
    settings: Mapping[str, Fraction]
    steps: tuple[Step, ...]
    columns: tuple[RuleColumn, ...]
    counting: Mapping[str, tuple[str, ...]]
    evidence: Step
    readers: tuple[tuple[int, ...], ...]
    values: Step
    compared: Mapping[Scalar, RuleValue]

    def column(self, arm: str, criterion: str, *, with_pending: bool = True) -> RuleColumn | None:
        """Find the column that holds the verdict of a criterion for an arm; None where it is out of scope."""
        found = [item for item in self.columns if item.criterion == criterion and arm in item.arms]
        same = [item for item in found if item.with_pending is with_pending]
        return next(iter(same or found), None)


def plan_of(
    protocol: Protocol,
    *,
    arms: Sequence[str] = (),
    settings: Mapping[str, Fraction] | None = None,
    gate: GateName = GateName.SCREENING,
) -> Plan:
    """Compile the criteria of a protocol under the readings that are in force.

    Parameters
    ----------
    protocol
        Protocol, under the readings wanted.
    arms
        Arms to judge for; all arms when empty.
    settings
        Numbers that replace those of the protocol.
    gate
        Gate at which the criteria are judged.

    Raises
    ------
    InputError
        When the protocol has no such arm.
    """
    chosen = tuple(arms) or tuple(protocol.file.arms)
    for arm in chosen:
        if arm not in protocol.file.arms:
            raise InputError(f"no arm '{arm}'; {suggest(arm, protocol.file.arms)}")
    with collector_at_rest():
        return _compiled(protocol, chosen, {**protocol.settings, **(settings or {})}, gate)


def _compiled(protocol: Protocol, chosen: tuple[str, ...], numbers: Mapping[str, Fraction], gate: GateName) -> Plan:
    compiler = Compiler(protocol.vocabulary, protocol.windows, numbers)
    wiring = Wiring(protocol, gate, compiler)
    counting: dict[str, tuple[str, ...]] = {}
    for arm in chosen:
        scope = Scope(protocol, arm, gate)
        for identity in protocol.criteria:
            wiring.column(scope, identity, with_pending=True)
        top = [item.id for item in protocol.criteria.values() if not item.parent and scope.counts(item.id)]
        named = (wiring.column(scope, identity, with_pending=False) for identity in top)
        counting[arm] = tuple(name for name in named if name is not None)
    readers = wiring.readers()
    values, values_query = wiring.values(list(readers))
    found = Step("evidence", evidence(compiler, list(readers)))
    asked = Step("compared_values", values_query)
    *steps, found, asked = compiler.lean([*compiler.steps(), Step("verdicts", wiring.verdicts()), found, asked])
    return Plan(
        protocol,
        chosen,
        gate,
        numbers,
        tuple(steps),
        wiring.columns(),
        counting,
        found,
        tuple(readers.values()),
        asked,
        values,
    )
