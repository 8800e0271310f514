"""What is wrong with the text of a rule, in words, with the way out."""

import difflib
from collections.abc import Iterable, Mapping

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lexer import PatternStr, TerminalDef

from dosepath.core.errors import ExpressionError

_MOST_EXPECTED = 8

_WORDS: Mapping[str, str] = {
    "NAME": "a name",
    "NUMBER": "a number",
    "UNIT": "a unit in single quotes",
    "DEFINITION": "a definition in double quotes",
    "CRITERION": "a criterion",
    "SETTING": "a $setting",
    "OPERATOR": "a comparison such as <=",
    "PLUS": "+ or -",
    "TIMES": "* or /",
    "TIME": "days, weeks, months or years",
    "$END": "the end of the rule",
}


def suggest(name: str, known: Iterable[str]) -> str:
    """Word the way out for a name that is not known.

    Examples
    --------
    >>> suggest("sledai2k", ["sledai_2k", "bvas_v3"])
    "did you mean 'sledai_2k'?"
    >>> suggest("x", ["anc", "inr"])
    'known are anc, inr'
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known are {', '.join(names[:12])}{' ...' if len(names) > 12 else ''}" if names else "none is defined"


def counted(number: int, noun: str) -> str:
    """Word a number of things.

    Examples
    --------
    >>> counted(1, "patient"), counted(3, "patient")
    ('1 patient', '3 patients')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def unexpected(error: UnexpectedInput, text: str, terminals: Iterable[TerminalDef]) -> ExpressionError:
    """Word what the parser stumbled over; the column is given for rules of one line."""
    column = error.column if error.column and error.column > 0 else len(text) + 1
    if "\n" in text.strip():
        column = 0
    match error:
        case UnexpectedToken(token=token) if token.type != "$END":
            way = _expected(error.accepts or error.expected, terminals)
            return ExpressionError(f"'{token}' is not expected here; {way}", column)
        case UnexpectedToken():
            return ExpressionError(
                f"the rule ends too early; {_expected(error.accepts or error.expected, terminals)}", len(text) + 1
            )
        case UnexpectedCharacters(char=char):
            return ExpressionError(
                f"'{char}' is not expected here; {_expected(error.allowed or (), terminals)}", column
            )
        case _:
            return ExpressionError("this is not in the rule language; see docs/rules.md", column)


def _expected(names: Iterable[str], terminals: Iterable[TerminalDef]) -> str:
    literals = {item.name: item.pattern.value for item in terminals if isinstance(item.pattern, PatternStr)}
    words = sorted(_WORDS.get(name) or f"'{literals.get(name, name.lower())}'" for name in set(names))
    if not words or len(words) > _MOST_EXPECTED:
        return "see the rule language in docs/rules.md"
    return f"expected {', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else f"expected {words[0]}"
