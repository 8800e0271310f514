"""The parameters of a design in words, read off its class, so that a new design shows its own."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType

from dosepath.dosefinding.blrm import LogisticPrior
from dosepath.dosefinding.guards import Guard

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "above": "target interval reaches above the target by",
        "at_one_dose": "ends with so many patients at one dose",
        "below": "target interval reaches below the target by",
        "bound_recommended": "estimate of the recommended dose is bound",
        "coherent": "not up after a cohort whose share of DLTs reaches the target",
        "cohort_size": "patients in a cohort",
        "cohorts": "most cohorts",
        "covariance": "prior covariance of (a, b)",
        "cutoff": "probability of a rate above the target that eliminates a dose",
        "doses": "dose levels",
        "extra_safe": "that probability is lower at the lowest dose by",
        "fill_below": "six patients at the dose below one that was ruled out",
        "fill_top": "six patients at the highest dose",
        "intercept": "intercept of the logistic model",
        "interval": "target interval of rates",
        "mean": "prior mean of (a, b)",
        "model": "model",
        "overdose": "most probability of overdose",
        "rates": "skeleton",
        "reference": "reference dose",
        "skip": "may skip dose levels",
        "start": "first dose level",
        "target": "target rate of DLT",
        "tolerated": "tolerated DLTs in six",
        "too_high": "rate that asks for a lower dose, in targets",
        "too_low": "rate that asks for a higher dose, in targets",
        "too_toxic": "probability that the lowest dose is too toxic, above which it stops",
        "variance": "prior variance of the parameter",
    }
)
"""Fields of designs in plain words; a field without an entry is shown by its name."""

_ELSEWHERE = frozenset({"rows", "title"})
"""Fields that are shown elsewhere: the table of a user, and its name."""


def parameters_of(design: object) -> tuple[tuple[str, str], ...]:
    """Give the parameters of a design and of what stands inside it, as words and values.

    Parameters
    ----------
    design
        Any design. Of a guard its rule is given as a whole.

    Examples
    --------
    >>> from dosepath.dosefinding.three_plus_three import variant
    >>> dict(parameters_of(variant("V1", 3)))["six patients at the highest dose"]
    'no'
    """
    return tuple(_parameters(design))


def _parameters(part: object) -> Iterator[tuple[str, str]]:
    if isinstance(part, Guard):
        yield from _parameters(part.design)
        yield "guard", part.what
        return
    for each in fields(part) if is_dataclass(part) else ():
        value = getattr(part, each.name)
        if each.name in _ELSEWHERE:
            continue
        if is_dataclass(value):
            yield from _parameters(value)
        elif isinstance(part, LogisticPrior) and each.name == "doses":
            yield "doses", _shown(value)
        else:
            yield WORDS.get(each.name, each.name.replace("_", " ")), _shown(value)


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}"
        case tuple():
            return ", ".join(f"({_shown(each)})" if isinstance(each, tuple) else _shown(each) for each in value)
    return str(value)
