"""A rule in plain words, for the coordinator who has to check it against the protocol."""

from collections.abc import Mapping
from fractions import Fraction

from dosepath.rules import nodes
from dosepath.rules.explanation import conditions, values
from dosepath.rules.explanation.words import Words
from dosepath.rules.nodes import Node, Scalar
from dosepath.rules.parse import walk
from dosepath.rules.vocabulary import Vocabulary

# Each of these registers its phrases when it is imported.
_PHRASES = (conditions, values)


def explain(rule: Node, vocabulary: Vocabulary, settings: Mapping[str, Fraction] | None = None) -> str:
    """Write a rule in plain words.

    Parameters
    ----------
    rule
        Tree of a rule that `check` has passed.
    vocabulary
        Gives the labels of concepts and the names of instruments.
    settings
        Numbers that the trial has set; the others are shown by their name.

    Returns
    -------
    str
        A phrase without a full stop. Definitions stand by their name, followed by their meaning the first time.

    Examples
    --------
    >>> from dosepath.rules.parse import Reader
    >>> from dosepath.rules.vocabulary import Kind, Term
    >>> words = Vocabulary({"lvef": Term("lvef", "ejection fraction", Kind.QUANTITY, "%")}, ("screening",))
    >>> explain(Reader(words).truth("latest(lvef, within 4 weeks before screening) >= 50 '%'"), words)
    'the latest ejection fraction dated within 4 weeks before screening is at least 50 %'
    """
    return Words(vocabulary, settings or {}).of(rule)


def name_value(value: Scalar, vocabulary: Vocabulary, settings: Mapping[str, Fraction] | None = None) -> str:
    """Name a value in plain words, without an article; definitions stand by their name alone.

    Parameters
    ----------
    value
        Tree of a value of a rule that `check` has passed.
    vocabulary, settings
        As for `explain`.

    Examples
    --------
    >>> from dosepath.rules.parse import Reader
    >>> words = Vocabulary({}, ("screening",))
    >>> name_value(nodes.Age(nodes.Anchor("screening")), words)
    'age on screening'
    """
    words = Words(vocabulary, settings or {})
    words.explained.update(node.name for node in walk(value) if isinstance(node, nodes.Named | nodes.NamedValue))
    return words.of(value).removeprefix("the ")
