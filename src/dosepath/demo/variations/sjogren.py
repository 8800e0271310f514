"""Variations of Sjögren disease: antibody, saliva, activity, and the length of earlier treatment."""

from dosepath.demo.chart import Arm, Drug, Edit, clear_drugs, drop, put, result
from dosepath.demo.dates import Ago
from dosepath.demo.variation import Variation

_SS: tuple[Arm, ...] = ("SS",)


def _saliva(stimulated: str, unstimulated: str) -> tuple[Edit, ...]:
    return (
        result("stimulated_salivary_flow", f"{stimulated} mL/min"),
        result("unstimulated_salivary_flow", f"{unstimulated} mL/min"),
    )


def _treated(*, second_agent_short: int = -30, glucocorticoid_short: int = -30) -> tuple[Edit, ...]:
    """Write a history with one course each of glucocorticoid, methotrexate and azathioprine.

    The courses of glucocorticoid and azathioprine last 3 months less the given days; hydroxychloroquine, which does not
    count, goes on.
    """
    return (
        clear_drugs(),
        put(
            Drug("prednisone", "7.5 mg", Ago(months=12), Ago(months=12, plus=3, days=glucocorticoid_short)),
            Drug("hydroxychloroquine", "200 mg", Ago(months=36), every="2/d"),
            Drug("methotrexate", "15 mg", Ago(months=32), Ago(months=18), every="1/wk"),
            Drug("azathioprine", "50 mg", Ago(months=13), Ago(months=13, plus=3, days=second_agent_short), every="2/d"),
        ),
    )


SJOGREN = (
    Variation(
        "stimulated-0.05",
        "stimulated flow exactly 0.05 mL/min; unstimulated 0.009, just below its own limit",
        "eligible",
        _saliva("0.05", "0.009"),
        arms=_SS,
        on=("I02.5.c.1",),
        outside=("I02.5.c.2",),
    ),
    Variation(
        "unstimulated-0.01",
        "unstimulated flow exactly 0.01 mL/min; stimulated 0.04, just below its own limit",
        "eligible",
        _saliva("0.04", "0.01"),
        arms=_SS,
        on=("I02.5.c.2",),
        outside=("I02.5.c.1",),
    ),
    Variation(
        "saliva-inside",
        "stimulated flow 0.06 and unstimulated flow 0.02 mL/min, one step above their limits",
        "eligible",
        _saliva("0.06", "0.02"),
        arms=_SS,
        inside=("I02.5.c.1", "I02.5.c.2"),
    ),
    Variation(
        "saliva-below",
        "stimulated flow 0.049 and unstimulated flow 0.009 mL/min, just below their limits",
        "not_eligible",
        _saliva("0.049", "0.009"),
        arms=_SS,
        outside=("I02.5.c.1", "I02.5.c.2"),
    ),
    Variation(
        "stimulated-missing",
        "unstimulated flow 0.009 mL/min, stimulated flow not measured",
        "undecided",
        (drop("stimulated_salivary_flow"), result("unstimulated_salivary_flow", "0.009 mL/min")),
        arms=_SS,
        outside=("I02.5.c.2",),
        unknown=("I02.5.c.1",),
    ),
    Variation(
        "essdai-5",
        "ESSDAI over the eight domains exactly 5",
        "eligible",
        (result("essdai_8_domain_total", "5"),),
        arms=_SS,
        on=("I02.5.d",),
    ),
    Variation(
        "essdai-6",
        "ESSDAI over the eight domains 6",
        "eligible",
        (result("essdai_8_domain_total", "6"),),
        arms=_SS,
        inside=("I02.5.d",),
    ),
    Variation(
        "essdai-4",
        "ESSDAI over the eight domains 4, one below the limit",
        "not_eligible",
        (result("essdai_8_domain_total", "4"),),
        arms=_SS,
        outside=("I02.5.d",),
    ),
    Variation(
        "essdai-missing",
        "ESSDAI not scored",
        "undecided",
        (drop("essdai_8_domain_total"),),
        arms=_SS,
        unknown=("I02.5.d",),
    ),
    Variation(
        "antibody-negative",
        "anti-Ro/SSA antibody negative",
        "not_eligible",
        (result("anti_ssa", "negative"),),
        arms=_SS,
        about=("I02.5.b",),
    ),
    Variation(
        "antibody-indeterminate",
        "anti-Ro/SSA antibody indeterminate",
        "undecided",
        (result("anti_ssa", "indeterminate"),),
        arms=_SS,
        unknown=("I02.5.b",),
    ),
    Variation(
        "second-agent-3-months",
        "second immunosuppressant for exactly 3 months; hydroxychloroquine does not count as one",
        "eligible",
        _treated(second_agent_short=0),
        arms=_SS,
        on=("I03.2@agents",),
    ),
    Variation(
        "second-agent-over-3-months",
        "second immunosuppressant for 3 months and a day",
        "eligible",
        _treated(second_agent_short=-1),
        arms=_SS,
        inside=("I03.2@agents",),
    ),
    Variation(
        "second-agent-under-3-months",
        "second immunosuppressant for one day less than 3 months",
        "not_eligible",
        _treated(second_agent_short=1),
        arms=_SS,
        outside=("I03.2@agents",),
    ),
    Variation(
        "glucocorticoid-3-months",
        "glucocorticoid for exactly 3 months",
        "eligible",
        _treated(glucocorticoid_short=0),
        arms=_SS,
        on=("I03.2@glucocorticoid",),
    ),
    Variation(
        "glucocorticoid-over-3-months",
        "glucocorticoid for 3 months and a day",
        "eligible",
        _treated(glucocorticoid_short=-1),
        arms=_SS,
        inside=("I03.2@glucocorticoid",),
    ),
    Variation(
        "glucocorticoid-under-3-months",
        "glucocorticoid for one day less than 3 months",
        "not_eligible",
        _treated(glucocorticoid_short=1),
        arms=_SS,
        outside=("I03.2@glucocorticoid",),
    ),
)
