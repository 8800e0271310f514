"""How numbers and designs are worded, in plots and reports alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dosepath.reports.summary import DesignSummary, Exact


def percent(share: float, digits: int = 1) -> str:
    """Write a share or a probability.

    Examples
    --------
    >>> percent(0.39916), percent(0.5, 0), percent(0.0004), percent(0.9999)
    ('39.9 %', '50 %', '<0.1 %', '>99.9 %')
    """
    least = 10**-digits
    if 0 < 100 * share < least / 2:
        return f"<{least:g} %"
    if 100 - least / 2 < 100 * share < 100:
        return f">{100 - least:g} %"
    return f"{100 * share:.{digits}f} %"


def rate(share: float) -> str:
    """Write a rate that somebody chose, with the digits it was chosen with.

    Examples
    --------
    >>> rate(0.25), rate(0.125), rate(0.1)
    ('25 %', '12.5 %', '10 %')
    """
    return f"{100 * share:.6g} %"


def rates(shares: Iterable[float]) -> str:
    """Write several of them."""
    return ", ".join(map(rate, shares))


NO_DOSE, BELOW, NEAREST, ABOVE = "no dose", "below target", "nearest to target", "above target"
"""What a recommendation means for the target."""


def places(truth: Sequence[float], target: float, correct: int) -> tuple[str, ...]:
    """Say of no dose and of each dose level how its true rate lies to the target.

    Parameters
    ----------
    truth, target
        True rates of DLT, and the one that is looked for.
    correct
        Dose level nearest to it.

    Examples
    --------
    >>> places([0.1, 0.25, 0.4], 0.3, 2)
    ('no dose', 'below target', 'nearest to target', 'above target')
    """
    levels = enumerate(truth, start=1)
    return NO_DOSE, *(NEAREST if level == correct else ABOVE if each > target else BELOW for level, each in levels)


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands over a plot: what is shown, and how it came about."""

    title: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ". ".join([self.title, *self.lines])


def caption(summary: DesignSummary, target: float) -> Caption:
    """Caption a plot of one design."""
    return Caption(summary.name, (_scenario(summary, target), _method([summary])))


def caption_of_several(title: str, summaries: Sequence[DesignSummary], target: float) -> Caption:
    """Caption a plot of several designs under the same scenario."""
    return Caption(title, (_scenario(summaries[0], target), _method(summaries)))


def _scenario(summary: DesignSummary, target: float) -> str:
    return f"true rates of DLT {rates(summary.truth)}; target {rate(target)}"


def _method(summaries: Sequence[DesignSummary]) -> str:
    """Say how the numbers came about; once, where it is the same for all."""
    if len(summaries) > 1 and all(isinstance(each.method, Exact) for each in summaries):
        return "exact"
    methods = dict.fromkeys(str(each.method) for each in summaries)
    if len(methods) == 1:
        return next(iter(methods)) + _bars(summaries)
    return "; ".join(f"{each.name}: {each.method}" for each in summaries) + _bars(summaries)


def _bars(summaries: Sequence[DesignSummary]) -> str:
    return "; lines: ± 1.96 standard errors" if any(each.error(0.5) for each in summaries) else ""
