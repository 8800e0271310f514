"""Phrases for spans, windows, days and values."""

from fractions import Fraction

from dosepath.rules import nodes
from dosepath.rules.explanation.words import Words, number_in_words, phrase_of
from dosepath.rules.parse import Reader

_JOINED = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
YES_OR_NO = {"true": "yes", "false": "no"}


# Spans, windows, days -----------------------------------------------------------------------------------------------


@phrase_of(nodes.SpanOf)
def _span(words: Words, node: nodes.SpanOf) -> str:
    count: int | Fraction | None = node.count if isinstance(node.count, int) else words.settings.get(node.count)
    if count is None:
        return f"[{node.count}, not set] {node.unit.value}s"
    return f"{int(count)} {node.unit.value}{'' if count == 1 else 's'}"


@phrase_of(nodes.WindowOf)
def _window(words: Words, node: nodes.WindowOf) -> str:
    start, end = node.start, node.end
    if start is None:
        return "" if end is None else f"up to {words.of(end)}"
    if end is None:
        return f"since {words.of(start)}"
    if start == end:
        return f"on {words.of(end)}"
    if isinstance(start, nodes.Shifted) and start.day == end and start.direction < 0:
        return f"within {words.of(start.span)} before {words.of(end)}"
    return f"from {words.of(start)} to {words.of(end)}"


@phrase_of(nodes.Anchor)
def _anchor(words: Words, node: nodes.Anchor) -> str:
    return node.name.replace("_", " ")


@phrase_of(nodes.Shifted)
def _shifted(words: Words, node: nodes.Shifted) -> str:
    return f"{words.of(node.span)} {'before' if node.direction < 0 else 'after'} {words.of(node.day)}"


@phrase_of(nodes.DayOf)
def _day_of(words: Words, node: nodes.DayOf) -> str:
    return f"the day of {words.of(node.pick)}"


@phrase_of(nodes.TogetherReached)
def _together_reached(words: Words, node: nodes.TogetherReached) -> str:
    how = " together" if len(node.drugs) > 1 else ""
    return (
        f"the first day on which {words.labels(node.drugs)} had been given{how} "
        f"for {words.of(node.span)}{words.days(node.window)}"
    )


@phrase_of(nodes.FirstDay)
def _first_day(words: Words, node: nodes.FirstDay) -> str:
    return f"the day of the first {assessed(words, node)}"


def assessed(words: Words, node: nodes.FirstDay | nodes.SomeAssessment | nodes.LatestAssessment) -> str:
    """Word an assessment, its window and what holds in it."""
    where = words.condition(node.where, words.label(node.concepts[0]))
    return f"assessment of {words.labels(node.concepts, 'or')}{words.days(node.window, 'dated')} in which {where}"


# Values -------------------------------------------------------------------------------------------------------------


@phrase_of(nodes.Pick)
def _pick(words: Words, node: nodes.Pick) -> str:
    which = "earliest" if node.earliest else "latest"
    before = f" and before {words.of(node.before)}" if node.before is not None else ""
    return f"the {which} {words.entry(node.concept)}{words.days(node.window, 'dated')}{before}"


@phrase_of(nodes.InstrumentField)
def _instrument_field(words: Words, node: nodes.InstrumentField) -> str:
    binding = words.vocabulary.bindings[node.instrument]
    instrument = words.vocabulary.catalog.instruments[binding.instrument]
    when = words.days(Reader(words.vocabulary).window(binding.window), "assessed")
    label = instrument.fields[node.field].label
    return f"{label}{when}" if instrument.name in label else f"{label} ({instrument.name}){when}"


@phrase_of(nodes.Age)
def _age(words: Words, node: nodes.Age) -> str:
    return f"the age on {words.of(node.on)}"


@phrase_of(nodes.Sex)
def _sex(words: Words, node: nodes.Sex) -> str:
    return "sex at birth"


@phrase_of(nodes.DailyDose)
def _daily_dose(words: Words, node: nodes.DailyDose) -> str:
    drug = f"daily dose of {words.label(node.drug)}{words.equivalent(node.equivalence)}"
    if node.on is not None:
        return f"the {drug} on {words.of(node.on)}"
    return f"the highest {drug}{words.days(node.window) if node.window is not None else ''}"


@phrase_of(nodes.TotalDose)
def _total_dose(words: Words, node: nodes.TotalDose) -> str:
    drug = f"{words.label(node.drug)}{words.equivalent(node.equivalence)}"
    return f"the sum of all doses of {drug}{words.days(node.window)}"


@phrase_of(nodes.FormulaCall)
def _formula(words: Words, node: nodes.FormulaCall) -> str:
    formula = words.vocabulary.catalog.formulas[node.formula]
    inputs = [
        f"{formula.parameters[name].label}: {words.of(item)}"
        for name, item in zip(node.names, node.inputs, strict=True)
    ]
    return f"the {formula.result.label} computed from [{'; '.join(inputs)}]"


@phrase_of(nodes.RowValue)
def _row_value(words: Words, node: nodes.RowValue) -> str:
    what = words.label(node.concept) if node.concept else words.own
    return f"{what} of the assessment before it" if node.previous else what


@phrase_of(nodes.RowDay)
def _row_day(words: Words, node: nodes.RowDay) -> str:
    return "its last day" if node.last else "its day"


@phrase_of(nodes.RowDose)
def _row_dose(words: Words, node: nodes.RowDose) -> str:
    return "its daily dose" if node.daily else "its dose"


@phrase_of(nodes.RowIs)
def _row_is(words: Words, node: nodes.RowIs) -> str:
    return f"it is {words.label(node.concept)}"


@phrase_of(nodes.Amount)
def _amount(words: Words, node: nodes.Amount) -> str:
    return number_in_words(node.number, node.unit)


@phrase_of(nodes.Choice)
def _choice(words: Words, node: nodes.Choice) -> str:
    return answer(node.name)


@phrase_of(nodes.Setting)
def _setting(words: Words, node: nodes.Setting) -> str:
    number = words.settings.get(node.name)
    return f"[{node.name}, not set]" if number is None else number_in_words(number, node.unit)


@phrase_of(nodes.LimitMultiple)
def _limit(words: Words, node: nodes.LimitMultiple) -> str:
    times = "" if node.factor == 1 else f"{number_in_words(node.factor, '1')} times "
    return f"{times}the {'upper' if node.upper else 'lower'} limit of normal printed with it"


@phrase_of(nodes.Arithmetic)
def _arithmetic(words: Words, node: nodes.Arithmetic) -> str:
    sides = [
        f"({words.of(side)})" if isinstance(side, nodes.Arithmetic) else words.of(side)
        for side in (node.left, node.right)
    ]
    return f"{sides[0]} {_JOINED[node.operator]} {sides[1]}"


@phrase_of(nodes.Change)
def _change(words: Words, node: nodes.Change) -> str:
    percent = ", in percent of the former," if node.relative else ""
    earlier, later = words.of(node.earlier), words.of(node.later)
    return f"the {'fall' if node.decline else 'rise'} from [{earlier}] to [{later}]{percent}"


@phrase_of(nodes.NamedValue)
def _named_value(words: Words, node: nodes.NamedValue) -> str:
    return words.definition(node.name, node.meaning)


def answer(name: str) -> str:
    """Word an answer."""
    return YES_OR_NO.get(name) or name.replace("_", " ")
