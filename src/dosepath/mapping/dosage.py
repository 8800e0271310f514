"""Dose and frequency of a drug as FHIR dosage instructions write them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Final

from dosepath.core.days import PartialDate
from dosepath.core.quantity import Quantity, convert, convertible
from dosepath.mapping.dates import Stretch, read_period, stretch
from dosepath.mapping.numbers import exact, unit_of
from dosepath.mapping.shapes import Node, part, parts, plain, text
from dosepath.mapping.systems import UCUM, read_coded, system_of


@dataclass(frozen=True, slots=True)
class Dose:
    """Amount of one administration and administrations a day, as far as they are known.

    Parameters
    ----------
    amount
        In mg where it is a mass, else in the unit it was written in.
    times_per_day
        Exact; one seventh for once a week.
    problem
        Why something that was written is not used; empty otherwise.
    """

    amount: Quantity | None = None
    times_per_day: Fraction | None = None
    problem: str = ""


NOT_WRITTEN: Final = Dose()

_DAYS: Final[Mapping[str, Fraction]] = {
    "s": Fraction(1, 86400),
    "min": Fraction(1, 1440),
    "h": Fraction(1, 24),
    "d": Fraction(1),
    "wk": Fraction(7),
}

_ABBREVIATIONS: Final[Mapping[str, Fraction]] = {
    "QD": Fraction(1),
    "AM": Fraction(1),
    "PM": Fraction(1),
    "BED": Fraction(1),
    "BID": Fraction(2),
    "TID": Fraction(3),
    "QID": Fraction(4),
    "QOD": Fraction(1, 2),
    "WK": Fraction(1, 7),
}
_EVERY_HOURS = re.compile(r"Q(\d{1,3})H")


def read_amount(quantity: Node) -> Dose:
    """Read the amount of one administration; masses come out in mg."""
    if not quantity:
        return NOT_WRITTEN
    number, unit = exact(quantity.get("value")), unit_of(quantity)
    if quantity.get("value") is None:
        return NOT_WRITTEN
    if number is None or number < 0:
        return Dose(problem="the dose is no amount")
    if text(quantity, "comparator"):
        return Dose(problem="the dose is only a bound")
    if unit.code is None:
        return Dose(
            problem=f"unit '{unit.written}' of the dose is not understood" if unit.given else "dose without unit"
        )
    amount = Quantity(number, unit.code)
    return Dose(convert(amount, "mg") if convertible(unit.code, "mg") else amount)


def _amount_of(dosage: Node) -> Dose:
    for each in parts(dosage, "doseAndRate"):
        if "doseQuantity" in each:
            return read_amount(part(each, "doseQuantity"))
        if "doseRange" in each:
            return Dose(problem="the dose is a range")
    # Releases before R4 have no doseAndRate.
    return Dose(problem="the dose is a range") if "doseRange" in dosage else read_amount(part(dosage, "doseQuantity"))


def _is_as_needed(dosage: Node) -> bool:
    return dosage.get("asNeededBoolean") is True or "asNeededCodeableConcept" in dosage


def read_frequency(dosage: Node) -> Dose:
    """Read how often a day a dose is given."""
    if _is_as_needed(dosage):
        return Dose(problem="given as needed; how often is not known")
    timing = part(dosage, "timing")
    repeat = part(timing, "repeat")
    if any(key in repeat for key in ("frequency", "period", "dayOfWeek", "timeOfDay", "when")):
        return _repeated(repeat)
    if timing.get("event"):
        return Dose(problem="given on listed days; how often is not known")
    coded = read_coded(part(timing, "code"))
    for written in (*(code for _, code in coded.codes), *coded.texts):
        code = written.strip().upper()
        if code in _ABBREVIATIONS:
            return Dose(times_per_day=_ABBREVIATIONS[code])
        hours = _EVERY_HOURS.fullmatch(code)
        if hours and int(hours[1]):
            return Dose(times_per_day=Fraction(24, int(hours[1])))
    return Dose(problem=f"timing '{plain(coded.shown)}' is not understood") if coded.shown else NOT_WRITTEN


def _repeated(repeat: Node) -> Dose:
    if "frequencyMax" in repeat or "periodMax" in repeat:
        return Dose(problem="the frequency is a range")
    frequency = exact(repeat.get("frequency")) if "frequency" in repeat else None
    if "frequency" in repeat and (frequency is None or frequency <= 0):
        return Dose(problem="the frequency is no number")
    days = _period_in_days(repeat)
    if isinstance(days, str):
        return Dose(problem=days)
    weekdays, moments = _count(repeat, "dayOfWeek"), _count(repeat, "timeOfDay") or _count(repeat, "when")
    if moments:
        if frequency not in (None, Fraction(moments)) or days not in (None, 1):
            return Dose(problem="frequency and times of day contradict each other")
        frequency, days = Fraction(moments), Fraction(1)
    if weekdays:
        return _on_weekdays(frequency, days, weekdays)
    if days is None:
        return Dose(problem="a frequency without a period")
    return Dose(times_per_day=(frequency or Fraction(1)) / days)


def _on_weekdays(frequency: Fraction | None, days: Fraction | None, weekdays: int) -> Dose:
    if days in (None, 1):  # so many times on each of these days
        return Dose(times_per_day=(frequency or Fraction(1)) * weekdays / 7)
    if days == 7 and frequency in (None, Fraction(weekdays)):
        return Dose(times_per_day=Fraction(weekdays, 7))
    return Dose(problem="frequency and days of the week contradict each other")


def _count(repeat: Node, key: str) -> int:
    found = repeat.get(key)
    return len({each for each in found if isinstance(each, str)}) if isinstance(found, list) else 0


def _period_in_days(repeat: Node) -> Fraction | str | None:
    """Give the length of one period in days, None when none is written, else what is wrong with it."""
    if "period" not in repeat and "periodUnit" not in repeat:
        return None
    number, unit = exact(repeat.get("period")), text(repeat, "periodUnit")
    if number is None or number <= 0:
        return "the period between doses is no number"
    if unit not in _DAYS:
        return (
            f"doses by '{plain(unit)}' have no exact number of days" if unit else "a period between doses without unit"
        )
    return number * _DAYS[unit]


def read_dosage(dosage: Node) -> Dose:
    """Read one dosage instruction."""
    amount, frequency = _amount_of(dosage), read_frequency(dosage)
    problem = "; ".join(each for each in (amount.problem, frequency.problem) if each)
    return Dose(amount.amount, frequency.times_per_day, problem)


def together(dosages: Sequence[Node]) -> Dose:
    """Read the dosage instructions of one stretch as one dose.

    Instructions with different sequence numbers follow each other, the others go on at the same time. Amounts given
    once a day each are added to one daily dose; what cannot be told apart in time is not known.
    """
    doses = [read_dosage(dosage) for dosage in dosages]
    if not doses:
        return NOT_WRITTEN
    if len(doses) == 1:
        return doses[0]
    if _follow_each_other(dosages):
        if len(set(doses)) == 1:
            return doses[0]
        return Dose(problem="several doses follow each other without dates; which one was taken when is not known")
    amounts = [dose.amount for dose in doses if dose.amount is not None]
    daily = all(dose.times_per_day == 1 for dose in doses)
    if daily and len(amounts) == len(doses) and len({amount.unit for amount in amounts}) == 1:
        total = sum((amount.value for amount in amounts), Fraction(0))
        return Dose(Quantity(total, amounts[0].unit), Fraction(1))
    return Dose(problem="several doses at a time that do not add up to one daily dose")


def _follow_each_other(dosages: Sequence[Node]) -> bool:
    numbers = [dosage.get("sequence") for dosage in dosages]
    return len({number for number in numbers if isinstance(number, int)}) > 1


def bounds(dosage: Node, default: Stretch, *, ongoing: bool) -> Stretch:
    """Give the stretch for which one dosage instruction holds: its own bounds, else those of the whole record."""
    repeat = part(part(dosage, "timing"), "repeat")
    if "boundsPeriod" in repeat:
        return read_period(part(repeat, "boundsPeriod"), ongoing=ongoing, start=default.period.start)
    if "boundsDuration" in repeat and default.period.end is None:
        return _for_so_long(part(repeat, "boundsDuration"), default)
    return default


def _for_so_long(duration: Node, default: Stretch) -> Stretch:
    number = exact(duration.get("value"))
    unit = text(duration, "code") if system_of(text(duration, "system")) == UCUM else text(duration, "unit")
    start = default.period.start
    days = _DAYS.get({"days": "d", "day": "d", "weeks": "wk", "week": "wk"}.get(unit, unit))
    whole = number * days if number is not None and days is not None else None
    if start is None or whole is None or whole < 1 or whole.denominator != 1 or whole > 36525:
        problem = "how long it was to be taken is not used; its end is not known"
        return stretch(start, None, ongoing=False, problems=(*default.problems, problem))
    length = timedelta(days=int(whole) - 1)
    try:
        end = PartialDate(start.earliest + length, start.latest + length)
    except OverflowError:
        end = None
    return stretch(start, end, ongoing=False, problems=default.problems)
