"""Numbers of a form as bounds: a number that was said is exact, one that was not may be anything its item allows."""

from fractions import Fraction

from dosepath.core.instrument import Item
from dosepath.core.interval import Interval
from dosepath.core.quantity import Quantity
from dosepath.core.verdict import Verdict
from dosepath.instruments.answers import Answers


def stated(said: Answers, item: Item) -> Interval:
    """Give what an answer leaves possible: the number itself, or the whole range of the item.

    Examples
    --------
    >>> from dosepath.instruments.items import whole
    >>> grip = whole("grip", "grip", 0, 10)
    >>> stated(Answers(), grip) == Interval(Fraction(0), Fraction(10)), stated(Answers(numbers={"grip": 4}), grip).exact
    (True, True)
    """
    number = said.number(item.id)
    return Interval(item.low, item.high) if number is None else Interval.at(number)


def parted(number: Interval, limit: Fraction, *, below: bool = True) -> tuple[tuple[Interval, bool], ...]:
    """Part the possible numbers at a limit, so that each part answers one way.

    Parameters
    ----------
    number
        What is possible.
    limit
        Where it is parted.
    below
        Whether the lower part ends below the limit; the limit itself belongs to it otherwise.

    Returns
    -------
    tuple
        One or two parts, the lower first, each with whether it is the upper one.

    Examples
    --------
    >>> parted(Interval.at(5), Fraction(5))
    ((Interval(low=Fraction(5, 1), high=Fraction(5, 1), low_open=False, high_open=False), True),)
    >>> [upper for part, upper in parted(Interval(Fraction(0), Fraction(10)), Fraction(5))]
    [False, True]
    """
    upper = number.compare(">=" if below else ">", Interval.at(limit))
    if upper is Verdict.UNKNOWN:
        return (
            (Interval(number.low, limit, number.low_open, below), False),
            (Interval(limit, number.high, not below, number.high_open), True),
        )
    return ((number, upper is Verdict.MET),)


def in_words(number: Interval) -> str:
    """Write what is possible: `4`, `4 to 7`, `4 or more`.

    Examples
    --------
    >>> in_words(Interval.at(4)), in_words(Interval(Fraction(4), Fraction("7.5")))
    ('4', '4 to 7.5')
    """
    low, high = (None if end is None else str(Quantity(end, "1")) for end in (number.low, number.high))
    if low == high:
        return low or "anything"
    if low is None or high is None:
        return f"{high} or less" if low is None else f"{low} or more"
    return f"{low} to {high}"
