"""The DLT rule as an entry of the catalog; the rule itself is `safety.dlt`, its limits stand in the protocol."""

from datetime import date

from dosepath.core.instrument import Procedure, Verification
from dosepath.core.source import Citation

DLT_RULE = Procedure(
    "dlt_rule",
    "Dose-limiting toxicity from dated graded events",
    "NCT06680388",
    Citation("registry entry NCT06680388"),
    Verification("clauses of the page; a checker written apart that walks day by day", date(2026, 11, 25)),
)
