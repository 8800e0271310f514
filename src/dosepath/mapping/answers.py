"""The value of one result or answer, read as what its concept holds."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from dosepath.core.days import PartialDate
from dosepath.core.facts import Comparator, Value
from dosepath.core.quantity import Quantity
from dosepath.mapping.held import Holder, reported
from dosepath.mapping.numbers import (
    Bounded,
    Unit,
    exact,
    in_unit,
    is_comparator,
    is_plain_number,
    read_amount,
    read_titre,
    unit_of,
)
from dosepath.mapping.ranks import ranks
from dosepath.mapping.shapes import normalised, part, plain, text
from dosepath.mapping.systems import PROJECT, SNOMED, Coded
from dosepath.protocol.concept import Concept
from dosepath.rules.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Answer:
    """What a result says; one of `value`, `unusable` and `absent` is set.

    Parameters
    ----------
    value, comparator, unusable, absent, reported
        As in a fact.
    doubt
        Why a person should look at a value that was read.
    """

    value: Value | None = None
    comparator: Comparator | None = None
    unusable: str = ""
    absent: str = ""
    reported: str = ""
    doubt: str = ""


def read_answer(concept: Concept, holder: Holder) -> Answer:
    """Read a value as what the concept holds."""
    if not holder.key:
        return Answer(absent="no value")
    written = reported(holder)
    if holder.several:
        return Answer(unusable="more than one value", reported=written)
    found = _READERS[concept.kind](concept, holder)
    return Answer(found.value, found.comparator, found.unusable, found.absent, written, found.doubt)


def _kind_of_value(holder: Holder) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", holder.key.removeprefix("value")).lower()


def _wrong_kind(concept: Concept, holder: Holder, wanted: str) -> Answer:
    return Answer(unusable=f"value of type {_kind_of_value(holder)} where {concept.label} is {wanted}")


# Numbers


def _quantity(concept: Concept, holder: Holder) -> Answer:
    titre = _titre(holder) if concept.unit == "{titer}" else None
    if titre is not None:
        quantity = Quantity(titre.number, "{titer}")
        return Answer(quantity, titre.comparator, doubt=_implausible(concept, quantity))
    match holder.key:
        case "valueQuantity":
            comparator = text(holder.node, "comparator")
            if comparator and not is_comparator(comparator):
                return Answer(unusable=f"comparator '{plain(comparator)}' is not understood")
            if holder.node.get("value") is None:
                return Answer(absent="no value")
            return _number(concept, holder.node.get("value"), comparator, unit_of(holder.node))
        case "valueInteger" | "valueDecimal":
            unit = Unit(concept.unit, concept.unit) if holder.own_unit and concept.unit else Unit(None, "")
            return _number(concept, holder.value, "", unit)
        case "valueString" | "valueCodeableConcept" | "valueCoding":
            return _written_number(concept, holder)
        case "valueRange":
            return _range(concept, holder)
    return _wrong_kind(concept, holder, "a number")


def _number(concept: Concept, written: Any, comparator: str, unit: Unit) -> Answer:
    number = exact(written)
    if number is None:
        return Answer(unusable=f"'{plain(str(written))}' is not a number that could be measured")
    measured = in_unit(number, unit, concept.unit or "1", concept.analyte, concept.label)
    if measured.quantity is None:
        return Answer(unusable=measured.problem)
    doubt = _implausible(concept, measured.quantity)
    return Answer(measured.quantity, comparator if is_comparator(comparator) else None, doubt=doubt)


def _implausible(concept: Concept, quantity: Quantity) -> str:
    if concept.plausible is None or all(Fraction(b) == quantity.value for b in concept.plausible):
        return ""
    low, high = map(Fraction, concept.plausible)
    if low <= quantity.value <= high:
        return ""
    expected = " to ".join(concept.plausible)
    return f"{concept.label} of {quantity} lies outside {expected} {concept.unit}; check number and unit"


def _written_number(concept: Concept, holder: Holder) -> Answer:
    for written in holder.coded.texts:
        amount = read_amount(written)
        if amount is not None:
            bounded, unit = amount
            measured = in_unit(bounded.number, unit, concept.unit or "1", concept.analyte, concept.label)
            if measured.quantity is None:
                return Answer(unusable=measured.problem)
            return Answer(measured.quantity, bounded.comparator, doubt=_implausible(concept, measured.quantity))
    return Answer(unusable=f"'{plain(holder.coded.shown)}' where {concept.label} is a number")


def _range(concept: Concept, holder: Holder) -> Answer:
    low, high = part(holder.node, "low"), part(holder.node, "high")
    number = exact(low.get("value"))
    if number is not None and number == exact(high.get("value")) and unit_of(low) == unit_of(high):
        return _number(concept, low.get("value"), "", unit_of(low))
    return Answer(unusable="a range where one number is needed")


def _titre(holder: Holder) -> Bounded | None:
    if holder.key == "valueRatio":
        numerator, denominator = part(holder.node, "numerator"), part(holder.node, "denominator")
        dilution = exact(denominator.get("value"))
        plain_numbers = is_plain_number(unit_of(numerator)) and is_plain_number(unit_of(denominator))
        if exact(numerator.get("value")) != 1 or dilution is None or dilution <= 0 or not plain_numbers:
            return None
        signs = {text(end, "comparator") for end in (numerator, denominator)} - {""}
        if len(signs) > 1:
            return None
        sign = next(iter(signs), "")
        if sign and not is_comparator(sign):
            return None
        return Bounded(dilution, sign if is_comparator(sign) else None)
    if holder.key in {"valueString", "valueCodeableConcept", "valueCoding"}:
        found = {titre for titre in map(read_titre, holder.coded.texts) if titre is not None}
        return found.pop() if len(found) == 1 else None
    return None


# Words

_RESULT_WORDS: Final[Mapping[str, str]] = {
    word: result for result, words in {
        "positive": "positive|pos|+|(+)|reactive|detected|present|阳性|+ve",
        "negative": "negative|neg|-|(-)|non-reactive|nonreactive|non reactive|not reactive|not detected|undetected|"
        "absent|阴性|-ve",
        "indeterminate": "indeterminate|equivocal|borderline|inconclusive|weakly positive|weakly reactive|可疑|不确定",
    }.items() for word in words.split("|")
}  # fmt: skip

_RESULT_CODES: Final[Mapping[str, str]] = {
    "10828004": "positive",
    "260373001": "positive",
    "260385009": "negative",
    "260415000": "negative",
    "82334004": "indeterminate",
}

_TRUTHS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "yes", "y", "present", "positive", "是", "有"), True),
    **dict.fromkeys(("false", "no", "n", "absent", "negative", "否", "无"), False),
}


def results_in(coded: Coded) -> set[str]:
    """Give what a coded answer says about a test: positive, negative, indeterminate; empty for anything else."""
    by_code = {_RESULT_CODES[code] for system, code in coded.codes if system == SNOMED and code in _RESULT_CODES}
    by_code |= {code for system, code in coded.codes if system == PROJECT and code in {"positive", "negative"}}
    words = {_RESULT_WORDS[normalised(each)] for each in coded.texts if normalised(each) in _RESULT_WORDS}
    return by_code | words


def _result(concept: Concept, holder: Holder) -> Answer:
    if holder.key == "valueBoolean" and isinstance(holder.value, bool):
        return Answer("positive" if holder.value else "negative")
    if holder.key in {"valueString", "valueCodeableConcept", "valueCoding"}:
        said = results_in(holder.coded)
        if len(said) == 1:
            result = said.pop()
            return Answer(unusable="indeterminate") if result == "indeterminate" else Answer(result)
        if said:
            return Answer(unusable="code and text of the result contradict each other")
        return Answer(unusable=f"'{plain(holder.coded.shown)}' is neither positive nor negative")
    if holder.key in {"valueQuantity", "valueInteger", "valueDecimal", "valueRatio", "valueRange"}:
        if holder.key == "valueQuantity" and holder.node.get("value") is None:
            return Answer(absent="no value")
        return Answer(unusable="a number without interpretation is not used as positive or negative")
    return _wrong_kind(concept, holder, "positive or negative")


def _flag(concept: Concept, holder: Holder) -> Answer:
    if holder.key == "valueBoolean" and isinstance(holder.value, bool):
        return Answer(holder.value)
    if holder.key in {"valueString", "valueCodeableConcept", "valueCoding"}:
        coded = holder.coded
        words = [*coded.texts, *coded.of(PROJECT)]
        said = {_TRUTHS[normalised(word)] for word in words if normalised(word) in _TRUTHS}
        said |= {result == "positive" for result in results_in(coded) if result != "indeterminate"}
        if len(said) == 1:
            return Answer(said.pop())
        return Answer(unusable=f"'{plain(coded.shown)}' is neither yes nor no")
    return _wrong_kind(concept, holder, "yes or no")


def _key(written: str) -> str:
    return re.sub(r"[\s_/-]+", " ", normalised(written)).strip()


def _chosen(concept: Concept, coded: Coded) -> set[str]:
    by_code = {choice for choice in concept.choices for code in coded.of(PROJECT) if code == choice}
    if by_code:
        return by_code
    written = {_key(each) for each in (*coded.texts, *coded.of(PROJECT))}
    return {choice for choice in concept.choices if _key(choice) in written}


def _choice(concept: Concept, holder: Holder) -> Answer:
    if holder.key not in {"valueString", "valueCodeableConcept", "valueCoding"}:
        return _wrong_kind(concept, holder, f"one of {', '.join(concept.choices)}")
    chosen = _chosen(concept, holder.coded)
    if len(chosen) == 1:
        return Answer(chosen.pop())
    if chosen:
        return Answer(unusable=f"several answers: {', '.join(sorted(chosen))}")
    return Answer(unusable=f"'{plain(holder.coded.shown)}' is none of {', '.join(concept.choices)}")


def _ordinal(concept: Concept, holder: Holder) -> Answer:
    by_rank = {own[0]: choice for choice in concept.choices if len(own := ranks(_key(choice))) == 1}
    if holder.key in {"valueInteger", "valueDecimal", "valueQuantity"}:
        number = holder.node.get("value") if holder.key == "valueQuantity" else holder.value
        if holder.key == "valueQuantity" and number is None:
            return Answer(absent="no value")
        rank = exact(number)
        countable = holder.key != "valueQuantity" or (
            is_plain_number(unit_of(holder.node)) and not text(holder.node, "comparator")
        )
        chosen = by_rank.get(int(rank)) if rank is not None and rank.denominator == 1 and countable else None
        return Answer(chosen) if chosen else Answer(unusable=f"{reported(holder)} is none of {_all(concept)}")
    if holder.key not in {"valueString", "valueCodeableConcept", "valueCoding"}:
        return _wrong_kind(concept, holder, f"one of {_all(concept)}")
    exactly = _chosen(concept, holder.coded)
    numbers = [tuple(ranks(each)) for each in (*holder.coded.texts, *holder.coded.of(PROJECT))]
    ranked = {by_rank[max(some)] for some in numbers if some and all(rank in by_rank for rank in some)}
    found = ranked or exactly
    if len(found) == 1:
        return Answer(found.pop())
    if found:
        return Answer(unusable=f"code and text contradict each other: {', '.join(sorted(found))}")
    return Answer(unusable=f"'{plain(holder.coded.shown)}' is none of {_all(concept)}")


def _all(concept: Concept) -> str:
    return ", ".join(concept.choices)


# Days


def _date(concept: Concept, holder: Holder) -> Answer:
    if holder.key not in {"valueDateTime", "valueDate", "valueString"}:
        return _wrong_kind(concept, holder, "a date")
    try:
        return Answer(PartialDate.parse(holder.text))
    except ValueError:
        return Answer(unusable=f"'{plain(holder.text)}' is not a day of the calendar")


def _event(concept: Concept, holder: Holder) -> Answer:
    if concept.kind is Kind.EVENT and _flag(concept, holder).value is True:
        return Answer(True)
    return Answer(unusable=f"only a record of its own says when {concept.label} happened")


_READERS: Final[Mapping[Kind, Callable[[Concept, Holder], Answer]]] = {
    Kind.QUANTITY: _quantity,
    Kind.RESULT: _result,
    Kind.FLAG: _flag,
    Kind.CHOICE: _choice,
    Kind.ORDINAL: _ordinal,
    Kind.DATE: _date,
    Kind.EVENT: _event,
    Kind.DRUG: _event,
}


def read_item(holder: Holder) -> Value | None:
    """Read an answer to an item of an instrument, whose meaning the instrument knows; None for what it cannot hold."""
    match holder.value:
        case bool(truth):
            return truth
        case int() | Decimal() | float():
            number = exact(holder.value)
            return None if number is None else Quantity(number, "1")
    if holder.key in {"valueDate", "valueDateTime"}:
        try:
            return PartialDate.parse(holder.text)
        except ValueError:
            return None
    if holder.key == "valueQuantity":
        number, unit = exact(holder.node.get("value")), unit_of(holder.node)
        if number is None or (unit.given and unit.code is None):
            return None
        return Quantity(number, unit.code or "1")
    if holder.key in {"valueString", "valueCoding", "valueCodeableConcept"}:
        coded = holder.coded
        return next((code for _, code in coded.codes), "") or next(iter(coded.texts), "") or None
    return None
