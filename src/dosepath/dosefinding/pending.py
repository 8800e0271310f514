"""Designs whose cohorts must be known, asked while patients are pending: hold, unless no outcome could change the step.

Each way in which the pending patients may turn out is put to the design. Where all say the same, that is what may be
done at once (two DLTs in three rule a dose out whatever the third patient has); where they differ, one waits, and
hears what each outcome would mean. A cohort that is not full yet is filled, unless what is known already speaks against
it; how many days lie between two patients is a matter of the protocol.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product, repeat

import numpy as np

from dosepath.core.errors import InputError
from dosepath.dosefinding.design import Action, Decision, Design, decide, state_after
from dosepath.dosefinding.open_windows import Followed
from dosepath.dosefinding.outcomes import Cohort

MOST_PENDING = 12
"""Pending patients up to which every way is put to the design."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a design says if some pending patients have a DLT and the others do not.

    Parameters
    ----------
    dlts
        Dose levels of the pending patients who have a DLT.
    decision
        What the design says then.
    """

    dlts: tuple[int, ...]
    decision: Decision


@dataclass(frozen=True, slots=True)
class Held:
    """What may be done while patients are pending.

    Parameters
    ----------
    decision
        The step that all outcomes agree on, or `wait`.
    what_if
        Every outcome of the pending patients; empty where nobody is pending.
    """

    decision: Decision
    what_if: tuple[WhatIf, ...]


def decide_pending(design: Design, cohorts: Sequence[Sequence[Followed]]) -> Held:
    """Say what a design does while some outcomes are not known.

    Parameters
    ----------
    design
        Any design whose cohorts must be known.
    cohorts
        Patients, cohort by cohort.

    Raises
    ------
    InputError
        When no trial of the design has such a history, or too many patients are pending.

    Examples
    --------
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> first, none = Followed(1, dlt=True), Followed(1)
    >>> held = decide_pending(variant("V3", 3), [[first, none, Followed(1, share=0.2)]])
    >>> held.decision.action.value, [(each.dlts, each.decision.action.value) for each in held.what_if]
    ('wait', [((), 'expand'), ((1,), 'stop')])
    >>> decide_pending(variant("V3", 3), [[first, first, Followed(1, share=0.2)]]).decision.action.value
    'stop'
    """
    given = [cohort for cohort in cohorts if cohort]
    waiting = sum(each.pending for cohort in given for each in cohort)
    if waiting > MOST_PENDING:
        raise InputError(f"{waiting} patients are pending; up to {MOST_PENDING} can be thought through")
    found = tuple(_what_ifs(design, given, waiting))
    best, worst = found[0].decision, found[-1].decision
    if not waiting:
        return Held(best, ())
    pending = "1 patient is pending" if waiting == 1 else f"{waiting} patients are pending"
    if len({(each.decision.action, each.decision.level) for each in found}) == 1:
        reasons = (*worst.reasons, f"{pending}; no outcome changes this")
        return Held(Decision(worst.action, worst.level, worst.rule, reasons, worst.source), found)
    level = given[-1][0].level
    free = _free(design, given)
    if free and best.level is not None and best.level >= level:
        rule = f"the cohort is not full: {free} more at this dose"
        return Held(Decision(Action.STAY, level, rule, (pending,), best.source), found)
    rule = "what pending patients have decides: hold"
    return Held(Decision(Action.WAIT, level, rule, (pending,), best.source), found)


def _free(design: Design, cohorts: Sequence[Sequence[Followed]]) -> int:
    """Give the places that the latest cohort still has."""
    before = state_after([_cohort(each, repeat(False)) for each in cohorts[:-1]], design.doses, design.start)
    level = np.array([cohorts[-1][0].level], dtype=np.int64)
    return int(design.cohort_sizes(before.treated, before.dlts, level)[0]) - len(cohorts[-1])


def _cohort(patients: Sequence[Followed], outcomes: Iterator[bool]) -> Cohort:
    """Make a cohort of patients; those pending take the next of some outcomes."""
    return Cohort(patients[0].level, tuple(next(outcomes) if each.pending else each.dlt for each in patients))


def _what_ifs(design: Design, cohorts: Sequence[Sequence[Followed]], waiting: int) -> Iterator[WhatIf]:
    """Ask the design about each outcome, those with the same DLTs by level once; from no DLT to all."""
    seen: dict[tuple[int, ...], WhatIf] = {}
    levels = [each.level for cohort in cohorts for each in cohort if each.pending]
    for outcome in sorted(product((False, True), repeat=waiting), key=sum):
        dlts = tuple(sorted(level for level, dlt in zip(levels, outcome, strict=True) if dlt))
        if dlts in seen:
            continue
        left = iter(outcome)
        seen[dlts] = WhatIf(dlts, decide(design, [_cohort(cohort, left) for cohort in cohorts]))
    yield from seen.values()
