"""What a definition can still say while questions are open, found by answering them in every way."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import product
from typing import Any, TypeVar

Result = TypeVar("Result", bound=Hashable)


def outcomes(
    judge: Callable[..., Result], options: Mapping[str, Sequence[Any]]
) -> tuple[tuple[Result, ...], frozenset[str]]:
    """Give every result that some answers lead to, and the open questions that can change it.

    Parameters
    ----------
    judge
        The definition; takes an answer to each question by its name.
    options
        The answers that are possible, by question. Answers to different questions must go together in every way.

    Examples
    --------
    >>> def response(better, failed):
    ...     return better and not failed
    >>> outcomes(response, {"better": [False], "failed": [False, True]})
    ((False,), frozenset())
    """
    names = list(options)
    results = {chosen: judge(**dict(zip(names, chosen, strict=True))) for chosen in product(*options.values())}
    matter = {name for place, name in enumerate(names) if len(options[name]) > 1 and _differ(results, place)}
    return tuple(dict.fromkeys(results.values())), frozenset(matter)


def _differ(results: Mapping[tuple[Any, ...], Hashable], place: int) -> bool:
    """Answer whether two ways to answer that differ in one question only have different results."""
    first: dict[tuple[Any, ...], Hashable] = {}
    return any(
        first.setdefault(chosen[:place] + chosen[place + 1 :], result) != result for chosen, result in results.items()
    )
