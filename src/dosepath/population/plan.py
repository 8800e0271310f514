"""The criteria of a protocol as one relational plan.

How it is used::

    plan = plan_of(open_trial("NCT06680388").under(readings), arms=("SLE",), settings={...})
    for stage in plan.stages:                    # in order; each may read those before it and the three tables
        connection.execute(stage.sql("duckdb"))  # CREATE OR REPLACE TEMP TABLE <stage.name> AS ...

or, of what is left behind, `plan.query("verdicts", dialect)` as one SELECT with the stages as a WITH clause. The tables
that a plan reads are `patients`, `facts`, `unclassified` (see `population.tables`); a chunk of patients is screened by
views of these names over the chunk.

What a plan leaves behind:

`verdicts`
    One row a patient: `patient` and one TINYINT column for each of `plan.columns`: 1 met, 0 not met, -1 unknown,
    -2 needs the one-patient evaluator (to be judged from the rows of this patient; `population.run` does it).
`evidence`
    Tall: `patient`, `row_id`, `rule` (index into `plan.columns`), `value` (DOUBLE, the number read, NULL for what is
    no number), `value_text`: the facts that a column was read from. Where the evaluator names exactly one fact, this
    is its row.
What is missing for an unknown column is not part of a plan: `population.run` gives it for a patient from the evaluator,
as the one-patient sheet does, so that a worklist asks for it where it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlglot import exp

from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Protocol

MET, NOT_MET, UNKNOWN, ONE_BY_ONE = 1, 0, -1, -2
"""Values of a column of `verdicts`."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One named step of a plan: a SELECT over the three tables and the steps before it."""

    name: str
    query: exp.Select

    def sql(self, dialect: str) -> str:
        """Write the step as a statement that makes a temporary table (DuckDB) or view (Spark)."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class RuleColumn:
    """One column of `verdicts`.

    Parameters
    ----------
    name
        Name of the column.
    criterion
        Id of the criterion.
    arms
        Arms for which the criterion has this verdict; a criterion whose verdict depends on the arm has several columns.
    judgement
        Whether it asks for what only a person can supply.
    why_not
        Why it has no relational form and is always judged one by one; empty where it has one.
    """

    name: str
    criterion: str
    arms: tuple[str, ...]
    judgement: bool = False
    why_not: str = ""


@dataclass(frozen=True)
class Plan:
    """A relational plan: steps in order, and what the columns of its last step mean."""

    stages: tuple[Stage, ...]
    columns: tuple[RuleColumn, ...]

    def column(self, arm: str, criterion: str) -> RuleColumn | None:
        """Find the column that holds the verdict of a criterion for an arm; None where it is out of scope."""
        return next((item for item in self.columns if item.criterion == criterion and arm in item.arms), None)


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
    """
    raise NotImplementedError
