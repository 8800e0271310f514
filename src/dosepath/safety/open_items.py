"""What a rule gives while some of its questions are open: every possible result, and the questions that matter."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import product
from typing import TypeVar

from dosepath.core.instrument import Flag

R = TypeVar("R", bound=Hashable)


def judged(
    options: Mapping[str, Sequence[Hashable]], rule: Callable[..., R | None]
) -> tuple[tuple[R, ...], tuple[str, ...]]:
    """List the results that some choice of options gives, and the open questions that could change one.

    Parameters
    ----------
    options
        The answers that each question leaves possible; a question with one option is answered.
    rule
        Called with one option of every question, by name; None where they cannot stand together.

    Examples
    --------
    >>> judged({"fever": (True,), "pressor": (False, True)}, lambda fever, pressor: 3 if pressor else 1)
    ((1, 3), ('pressor',))
    >>> judged({"dead": (True,), "pressor": (False, True)}, lambda dead, pressor: 5 if dead else 3 if pressor else 1)
    ((5,), ())
    """
    names = tuple(options)
    results: dict[tuple[Hashable, ...], R] = {}
    for chosen in product(*options.values()):
        result = rule(**dict(zip(names, chosen, strict=True)))
        if result is not None:
            results[chosen] = result
    open_places = [place for place, said in enumerate(options.values()) if len(said) > 1]
    matter = tuple(names[place] for place in open_places if _matters(place, results))
    return tuple(dict.fromkeys(results.values())), matter


def _matters(place: int, results: Mapping[tuple[Hashable, ...], Hashable]) -> bool:
    """Answer whether some result changes with one answer while all others stay."""
    first: dict[tuple[Hashable, ...], Hashable] = {}
    for chosen, result in results.items():
        if first.setdefault((*chosen[:place], *chosen[place + 1 :]), result) != result:
            return True
    return False


def said_or_any(said: bool | None) -> tuple[bool, ...]:
    """Give the options of a yes-or-no question.

    Examples
    --------
    >>> said_or_any(True), said_or_any(None)
    ((True,), (False, True))
    """
    return (False, True) if said is None else (said,)


def flags_that_hold(flags: Iterable[tuple[Flag, bool]]) -> tuple[Flag, ...]:
    """Keep the flags whose condition holds.

    Examples
    --------
    >>> flags_that_hold([(Flag("a", "seen"), True), (Flag("b", "not seen"), False)])
    (Flag(id='a', text='seen'),)
    """
    return tuple(flag for flag, holds in flags if holds)
