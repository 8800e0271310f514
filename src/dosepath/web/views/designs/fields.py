"""The fields of the form, drawn from the recipes: one list for commands and pages."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from dosepath.core.errors import InputError
from dosepath.dosefinding.parameters import Form, Parameter
from dosepath.dosefinding.recipes import GUARDS, RECIPES
from dosepath.web.views.designs.question import SHARED, Choice, Question
from dosepath.web.views.designs.work import Shown

ELSEWHERE: Final = ("doses", "target")
"""Parameters that the scenario tells for all designs."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a design.

    Parameters
    ----------
    parameter
        What may be written.
    name, id
        Of the field.
    value
        What was written.
    usual
        What holds where nothing is written.
    """

    parameter: Parameter
    name: str
    id: str
    value: str
    usual: str

    @property
    def options(self) -> tuple[str, ...]:
        """What may be chosen; empty where something is written."""
        return ("yes", "no") if self.parameter.form is Form.YES_NO else self.parameter.choices

    @property
    def is_long(self) -> bool:
        """Whether it takes several lines."""
        return self.parameter.form is Form.TABLE

    @property
    def is_number(self) -> bool:
        """Whether the keyboard of a phone should show digits."""
        return self.parameter.form in (Form.WHOLE, Form.NUMBER)


@dataclass(frozen=True, slots=True)
class Card:
    """One design in the form."""

    choice: Choice
    fields: tuple[Field, ...]
    guards: tuple[Field, ...]
    shown: Shown
    rule: str

    @property
    def is_open(self) -> bool:
        """Whether something was written for its guards."""
        return any(each.value for each in self.guards)

    @property
    def source(self) -> str:
        """Where the design is published, and with it the values that hold where nothing is written."""
        return str(self.shown.design.citation) if self.shown.design is not None else ""


def cards(question: Question, shown: dict[int, Shown]) -> list[Card]:
    """Give the designs of the form."""
    return [_card(question, choice, shown[choice.number]) for choice in question.choices]


def _card(question: Question, choice: Choice, shown: Shown) -> Card:
    recipe = RECIPES[choice.name]
    own = tuple(_field(question, choice, each) for each in recipe.parameters if each.name not in ELSEWHERE)
    guards = () if recipe.opens else tuple(_field(question, choice, each) for each in GUARDS)
    return Card(choice, own, guards, shown, recipe.what)


def _field(question: Question, choice: Choice, parameter: Parameter) -> Field:
    name = f"{choice.number}.{parameter.name}"
    usual = parameter.default
    if parameter.name in SHARED:
        usual = question.shared.get(parameter.name, "") or usual
    if parameter.name == "skeleton" and not question.broken:
        usual = _skeleton(question, choice)
    return Field(parameter, name, f"d{choice.number}-{parameter.name}", choice.texts.get(parameter.name, ""), usual)


def _skeleton(question: Question, choice: Choice) -> str:
    try:
        return question.skeleton(choice.texts.get("model", ""))
    except InputError:
        return ""


def whole(question: Question, name: str, least: int, most: int) -> int:
    """Read a whole number that one page asks for.

    Raises
    ------
    InputError
        When it is none, or lies outside its bounds.
    """
    text = question.further[name]
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most and len(text) < 10):
        raise InputError(
            _("%(name)s '%(text)s': a whole number from %(least)s to %(most)s")
            % {"name": name, "text": text[:20], "least": least, "most": most}
        )
    return int(text)
