"""What was asked of a command, as designs to be made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dosepath.core.errors import InputError
from dosepath.dosefinding.recipes import DEFAULT_TARGET, AnyDesign, make, recipe_of
from dosepath.trial.plan import pairs


@dataclass(frozen=True, slots=True)
class Wanted:
    """A design as it was asked for.

    Parameters
    ----------
    name
        Of the design.
    texts
        What was written for its parameters.
    target
        Rate above which a dose is too toxic; that of the design where it has one.
    own
        What was written for this design alone, where there are several.
    """

    name: str
    texts: Mapping[str, str]
    target: float = DEFAULT_TARGET
    own: str = ""

    def with_doses(self, doses: int) -> "Wanted":
        """Take the number of dose levels from elsewhere where no parameter tells it."""
        return self if _TELL_DOSES & set(self.texts) else self.with_text("doses", str(doses))

    def with_text(self, name: str, text: str) -> "Wanted":
        """Write one parameter."""
        return replace(self, texts={**self.texts, name: text})

    def has(self, parameter: str) -> bool:
        """Answer whether the design has a parameter."""
        return any(each.name == parameter for each in recipe_of(self.name).all_parameters)

    def make(self) -> AnyDesign:
        """Make the design.

        Raises
        ------
        InputError
            When there is none of that name, or a parameter does not fit.
        """
        if not _TELL_DOSES & set(self.texts):
            raise InputError("how many dose levels? add --doses")
        return make(self.name, self.texts)


_TELL_DOSES: Final = {"doses", "skeleton", "amounts"}


def wanted(name: str, texts: Mapping[str, str]) -> Wanted:
    """Ask for a design; a target that it does not have still says which doses are too toxic.

    Raises
    ------
    InputError
        When there is no such design, or it has no such parameter.
    """
    asked = Wanted(name, dict(texts))
    target = texts.get("target", "")
    if target:
        try:
            asked = replace(asked, target=float(target))
        except ValueError:
            raise InputError(f"--target '{target}': write a rate as 0.3") from None
        if not 0 < asked.target < 1:
            raise InputError(f"--target {target}: a rate between 0 and 1")
        if not asked.has("target"):
            asked = replace(asked, texts={key: text for key, text in asked.texts.items() if key != "target"})
    for key in asked.texts:
        if not asked.has(key):
            raise InputError(f"{name} has no parameter '{key}'; 'dosepath designs {name}' lists those it has")
    return asked


def several(names: Sequence[str], shared: Mapping[str, str]) -> tuple[Wanted, ...]:
    """Read designs written as NAME, NAME:VARIANT or NAME:KEY=VALUE;KEY=VALUE, with parameters that they share.

    Raises
    ------
    InputError
        When one cannot be read, or no design has a parameter that they share.

    Examples
    --------
    >>> [each.texts for each in several(["3+3:V1", "boin:cutoff=0.9"], {"cohorts": "5"})]
    [{'variant': 'V1'}, {'cohorts': '5', 'cutoff': '0.9'}]
    """
    found = []
    unused = set(shared) - {"target"}
    for written in names:
        name, _, own = written.partition(":")
        recipe = recipe_of(name)
        known = {each.name for each in recipe.all_parameters}
        unused -= known
        texts = {key: text for key, text in shared.items() if key in known or key == "target"}
        if own and "=" not in own:
            texts["variant"] = own
        elif own:
            texts |= pairs(own.split(";"), f"--design {name}:")
        found.append(replace(wanted(name, texts), own=own if "=" in own else ""))
    if unused:
        raise InputError(f"no design of these has a parameter '{min(unused)}'")
    return tuple(found)
