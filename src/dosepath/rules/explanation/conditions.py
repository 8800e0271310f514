"""Phrases for conditions: logic, comparisons, events, courses, assessments."""

from collections.abc import Mapping

from dosepath.core.interval import Operator
from dosepath.rules import nodes
from dosepath.rules.explanation.values import answer, assessed
from dosepath.rules.explanation.words import Words, is_plain, listed, phrase_of
from dosepath.rules.vocabulary import Kind

_COMPARED: Mapping[Operator, str] = {
    "<": "is below",
    "<=": "is at most",
    "=": "is",
    "!=": "is not",
    ">": "is above",
    ">=": "is at least",
}
_COMPARED_DAYS: Mapping[Operator, str] = {
    "<": "is before",
    "<=": "is on or before",
    "=": "is the same day as",
    "!=": "is another day than",
    ">": "is after",
    ">=": "is on or after",
}


# Logic --------------------------------------------------------------------------------------------------------------


@phrase_of(nodes.And)
def _and(words: Words, node: nodes.And) -> str:
    between = _between(words, node)
    if between:
        return between
    if len(node.operands) == 2 and all(is_plain(operand) for operand in node.operands):
        return f"both {words.of(node.operands[0])} and {words.of(node.operands[1])}"
    return words.parts("all of these", node.operands)


def _between(words: Words, node: nodes.And) -> str:
    """Word "at least ... and at most ..." of one value as "between"; nothing for anything else."""
    match node.operands:
        case (nodes.Compare(">=", value, low), nodes.Compare("<=", again, high)) if value == again:
            return f"{words.of(value)} is between {words.of(low)} and {words.of(high)}, both included"
    return ""


@phrase_of(nodes.Or)
def _or(words: Words, node: nodes.Or) -> str:
    if len(node.operands) == 2 and all(is_plain(operand) for operand in node.operands):
        return f"either {words.of(node.operands[0])} or {words.of(node.operands[1])}"
    return words.parts("at least one of these", node.operands)


@phrase_of(nodes.Not)
def _not(words: Words, node: nodes.Not) -> str:
    if isinstance(node.operand, nodes.Exists):
        return f"there is no {_record_of(words, node.operand)}"
    if isinstance(node.operand, nodes.IsTrue):
        return f"it is not known that {words.enclosed(node.operand.operand)}"
    if isinstance(node.operand, nodes.Named):
        return f"not {words.of(node.operand)}"
    return f"it is not so that {words.enclosed(node.operand)}"


@phrase_of(nodes.AtLeast)
def _at_least(words: Words, node: nodes.AtLeast) -> str:
    return words.parts(f"at least {node.count} of these", node.operands)


@phrase_of(nodes.IsTrue)
def _is_true(words: Words, node: nodes.IsTrue) -> str:
    return f"it is known that {words.enclosed(node.operand)}"


@phrase_of(nodes.FirstKnown)
def _first_known(words: Words, node: nodes.FirstKnown) -> str:
    return words.parts("the first of these that is known holds", node.operands)


@phrase_of(nodes.AnyRecorded)
def _any_recorded(words: Words, node: nodes.AnyRecorded) -> str:
    return words.parts("at least one of these, those without a record left out", node.operands)


@phrase_of(nodes.CriterionRef)
def _criterion(words: Words, node: nodes.CriterionRef) -> str:
    return f"{node.id} is met"


@phrase_of(nodes.Named)
def _named(words: Words, node: nodes.Named) -> str:
    return words.definition(node.name, node.meaning)


# Comparisons --------------------------------------------------------------------------------------------------------


@phrase_of(nodes.Compare)
def _compare(words: Words, node: nodes.Compare) -> str:
    compared = _COMPARED_DAYS if words.is_day(node.left) or words.is_day(node.right) else _COMPARED
    return f"{words.of(node.left)} {compared[node.operator]} {words.of(node.right)}"


@phrase_of(nodes.OneOf)
def _one_of(words: Words, node: nodes.OneOf) -> str:
    return f"{words.of(node.value)} is {listed([answer(choice) for choice in node.choices], 'or')}"


@phrase_of(nodes.During)
def _during(words: Words, node: nodes.During) -> str:
    return f"{words.of(node.day)} lies{words.days(node.window)}"


@phrase_of(nodes.Complete)
def _complete(words: Words, node: nodes.Complete) -> str:
    tables = listed([table.value.replace("_", " ") for table in words.vocabulary.tables(node.concept)], "and")
    return f"the site asserts that its {tables} are complete"


# Events, courses, assessments ---------------------------------------------------------------------------------------


@phrase_of(nodes.Exists)
def _exists(words: Words, node: nodes.Exists) -> str:
    return f"there is a {_record_of(words, node)}"


def _record_of(words: Words, node: nodes.Exists | nodes.EveryRecorded) -> str:
    drug = words.vocabulary.terms[words.vocabulary.leaves(node.concept)[0]].kind is Kind.DRUG
    verb = "given" if drug else "present"
    if isinstance(node, nodes.Exists) and node.began:
        verb = "that began"
    found = f"record of {words.label(node.concept)}{words.days(node.window, verb)}"
    if isinstance(node, nodes.Exists) and node.where is not None:
        found += f", where {words.condition(node.where, 'its value')}"
    return found


@phrase_of(nodes.EveryRecorded)
def _every(words: Words, node: nodes.EveryRecorded) -> str:
    where = words.condition(node.where, "its value")
    return f"there is a {_record_of(words, node)}, and for each of them {where}"


@phrase_of(nodes.SomeAssessment)
def _some(words: Words, node: nodes.SomeAssessment) -> str:
    return f"there is an {assessed(words, node)}"


@phrase_of(nodes.LatestAssessment)
def _at_latest(words: Words, node: nodes.LatestAssessment) -> str:
    where = words.condition(node.where, words.label(node.concepts[0]))
    return f"in the latest assessment of {words.labels(node.concepts, 'or')}{words.days(node.window, 'dated')}, {where}"


@phrase_of(nodes.Lasted)
def _lasted(words: Words, node: nodes.Lasted) -> str:
    drug, span = words.label(node.drug), words.of(node.span)
    return f"{drug} was given without a break for at least {span}{words.days(node.window)}"


@phrase_of(nodes.LastedTogether)
def _lasted_together(words: Words, node: nodes.LastedTogether) -> str:
    drugs = words.labels(node.drugs)
    return f"{drugs} were given at the same time for at least {words.of(node.span)}{words.days(node.window)}"


@phrase_of(nodes.Spanned)
def _spanned(words: Words, node: nodes.Spanned) -> str:
    return (
        f"at least {words.of(node.span)} lie between the first start and the last end "
        f"of {words.labels(node.drugs, 'or')}{words.days(node.window)}, breaks included"
    )


@phrase_of(nodes.SeveralLasted)
def _several_lasted(words: Words, node: nodes.SeveralLasted) -> str:
    drugs = "1 drug" if node.count == 1 else f"{node.count} different drugs"
    were = "was" if node.count == 1 else "were each"
    return (
        f"at least {drugs} of '{words.label(node.drug)}' {were} given without a break "
        f"for at least {words.of(node.span)}{words.days(node.window)}"
    )


@phrase_of(nodes.StableRegimen)
def _stable(words: Words, node: nodes.StableRegimen) -> str:
    lines = words.vocabulary.regimens[node.regimen]
    drugs = [
        words.label(line.drug)
        if cap is None
        else f"{words.label(line.drug)}{words.equivalent(line.equivalence)} while {words.condition(cap, 'its value')}"
        for line, cap in zip(lines, node.caps, strict=True)
    ]
    end = ", up to the end of that time" if node.to_end else ""
    others = f", and no other {words.label(node.only_listed)} is given" if node.only_listed else ""
    return (
        f"the {node.regimen.replace('_', ' ')} regimen did not change "
        f"for at least {words.of(node.span)}{words.days(node.window)}{end} "
        f"(at least one of these is given, each only as far as stated: {'; '.join(drugs)}{others})"
    )


@phrase_of(nodes.WithinCap)
def _within_cap(words: Words, node: nodes.WithinCap) -> str:
    line = next(item for item in words.vocabulary.regimens[node.regimen] if item.name == node.line)
    drug = f"{words.label(line.drug)}{words.equivalent(line.equivalence)}"
    cap = words.condition(node.cap, "its value")
    return f"{drug} was given without a break for at least {words.of(node.span)}{words.days(node.window)} while {cap}"
