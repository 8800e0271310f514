"""What the lab is asked, read from the address or the form, and written as an address again.

The form and the address have the same names: `truth`, `target`, `planned`, what the designs share (`cohorts`,
`cohort_size`), and for each design its number: `1.design`, `1.cutoff`. Nothing is lost where something is wrong: a
problem stands beside what was written.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from shlex import quote
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from dosepath.core.errors import InputError
from dosepath.dosefinding.asked import Wanted, wanted
from dosepath.dosefinding.crm import Model, calibrated_skeleton
from dosepath.dosefinding.recipes import DEFAULT_TARGET, RECIPES, recipe_of
from dosepath.dosefinding.scenarios import SHAPES, longer, read_rates, scenario
from dosepath.rules.wording import suggest

FEWEST_DOSES: Final = 2
MOST_DOSES: Final = 10
MOST_DESIGNS: Final = 6
MOST_PLANNED: Final = 999
LONGEST: Final = 4000
"""Most characters of one value; a decision table fits."""

SHARED: Final = ("cohorts", "cohort_size")
"""Parameters that are written once for all designs that have them; each design may have its own."""

_BREAKS: Final = re.compile(r"\s*[\r\n]+\s*")
"""An address shows lines apart by semicolons."""

EXAMPLE: Final = "truth=0.1,0.25,0.4&planned=15&cohorts=5&1.design=3%2B3&2.design=boin"
"""What is shown where nothing is asked."""

FURTHER: Final[Mapping[str, str]] = {
    "of": "1",
    "level": "",
    "depth": "",
    "outcomes": "",
    "wanted": "0.5",
    "most": "12",
    "scenarios": "",
    "vary": "",
    "values": "",
    "trials": "400",
    "seed": "1",
    "window": "",
    "arrivals": "",
    "review": "",
    "inevaluable": "",
    "late": "",
    "stagger": "",
}
"""What single pages ask for besides, with what holds where nothing is written."""

ACTIONS: Final = ("doses", "add", "remove", "scenario", "paste")
"""Names of the form that change the question and are not part of it."""

HALFWIDTH: Final = 0.05
"""Of the skeleton of CRM where none is written: half the width of its indifference interval."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One design as it was chosen.

    Parameters
    ----------
    number
        From 1.
    name
        Of its recipe.
    texts
        What was written for its own parameters.
    """

    number: int
    name: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """What the lab is asked.

    Parameters
    ----------
    rates
        True rates of DLT as they were written, one a dose level.
    target, planned
        As they were written.
    shared
        Parameters that the designs share.
    choices
        The designs.
    further
        What single pages ask for besides.
    problems
        What is wrong, by the name of the field.
    """

    rates: tuple[str, ...]
    target: str
    planned: str
    shared: Mapping[str, str]
    choices: tuple[Choice, ...]
    further: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def broken(self) -> bool:
        """Whether true rates, target or plan cannot be read, so that nothing can be computed."""
        levels = {f"p{level}" for level in range(1, MOST_DOSES + 1)}
        return bool({"truth", "target", "planned", *levels} & set(self.problems))

    @property
    def truth(self) -> tuple[float, ...]:
        """True rates as numbers; only where there is no problem."""
        return tuple(map(float, self.rates))

    @property
    def doses(self) -> int:
        """Number of dose levels."""
        return len(self.rates)

    @property
    def target_rate(self) -> float:
        """Target as a number; only where there is no problem."""
        return float(self.target)

    @property
    def planned_patients(self) -> int | None:
        """Planned number of patients, where one is written."""
        return int(self.planned) if self.planned else None

    @property
    def of(self) -> Choice:
        """The design that a page about one design looks at; the first where the one asked for is not there."""
        return next((each for each in self.choices if str(each.number) == self.further["of"]), self.choices[0])

    def wanted(self, choice: Choice) -> Wanted:
        """Give a design to be made, with what all share.

        Raises
        ------
        InputError
            When it has no such parameter.
        """
        known = {each.name for each in recipe_of(choice.name).all_parameters}
        texts = {name: text for name, text in self.shared.items() if text and name in known}
        texts |= {name: text for name, text in choice.texts.items() if text}
        asked = wanted(choice.name, {**texts, "target": self.target})
        if "skeleton" in known and not texts.get("skeleton"):
            asked = asked.with_text("skeleton", self.skeleton(texts.get("model", "")))
        return asked.with_doses(self.doses)

    def skeleton(self, model: str = "", halfwidth: float = HALFWIDTH, level: int = 0) -> str:
        """Calibrate a skeleton of CRM; the one that holds where none is written believes in the middle dose."""
        target = self.target_rate
        within = min(halfwidth, target / 2, (1 - target) / 2)
        kind: Model = "logistic" if model == "logistic" else "empiric"
        found = calibrated_skeleton(within, target, level or (self.doses + 1) // 2, self.doses, kind)
        return ",".join(f"{rate:.4g}" for rate in found.rates)

    def query(self, **changes: str) -> str:
        """Write the question as the query of an address; what holds anyway is left out."""
        written = QueryDict(mutable=True)
        written["truth"] = ",".join(self.rates)
        written["target"] = self.target
        for name, text in {"planned": self.planned, **self.shared}.items():
            if text:
                written[name] = text
        for choice in self.choices:
            written[f"{choice.number}.design"] = choice.name
            for name, text in choice.texts.items():
                if text:
                    written[f"{choice.number}.{name}"] = text
        for name, text in {**self.further, **changes}.items():
            if text and text != FURTHER.get(name):
                written[name] = text
        return written.urlencode(safe=",:;")


def command(question: Question) -> str:
    """Write the question as a command that prints the same numbers."""
    words = ["dosepath", "compare", "--truth", ",".join(question.rates), "--target", question.target]
    for name, text in {**question.shared, "planned": question.planned}.items():
        if text:
            words += [f"--{name.replace('_', '-')}", text]
    for choice in question.choices:
        texts = {name: text for name, text in choice.texts.items() if text}
        if choice.name == "crm" and not texts.get("skeleton"):
            texts["skeleton"] = question.skeleton(texts.get("model", ""))
        own = ";".join(f"{name}={text}" for name, text in texts.items())
        words += ["--design", f"{choice.name}:{own}" if own else choice.name]
    return " ".join(map(quote, words))


# Reading -------------------------------------------------------------------------------------------------------------


def read(query: QueryDict) -> Question:
    """Read a question; what is wrong in it stands in its problems."""
    given = query or QueryDict(EXAMPLE)
    texts = {name: given.get(name, "").strip() for name in given}
    problems: dict[str, str] = {}
    for name, text in texts.items():
        if len(text) > LONGEST:
            problems[name[:40]] = _("longer than %(most)s characters") % {"most": LONGEST}
    texts = {name: text[:LONGEST] for name, text in texts.items()}
    texts |= {"scenarios": _BREAKS.sub(";", texts["scenarios"])} if "scenarios" in texts else {}
    rates = _rates(texts, problems)
    shared = {name: texts.get(name, "") for name in SHARED}
    further = {name: texts.get(name, "") or usual for name, usual in FURTHER.items()}
    target = texts.get("target", "") or f"{DEFAULT_TARGET}"
    found = Question(rates, target, texts.get("planned", ""), shared, _choices(texts, problems), further)
    _check(found, problems)
    _unknown(texts, problems)
    return _changed(replace(found, problems=problems), texts)


def is_form(query: QueryDict) -> bool:
    """Answer whether a query comes from the form rather than from an address that was kept."""
    return any(name in query for name in ("p1", *ACTIONS))


def _rates(texts: Mapping[str, str], problems: dict[str, str]) -> tuple[str, ...]:
    written = [texts[f"p{level}"] for level in range(1, MOST_DOSES + 1) if f"p{level}" in texts]
    if not written and "truth" in texts:
        written = [each.strip() for each in texts["truth"].split(",")]
    if not written:
        written = ["0.1", "0.25", "0.4"]
    if not FEWEST_DOSES <= len(written) <= MOST_DOSES:
        problems["truth"] = _("%(given)s true rates; the lab takes %(fewest)s to %(most)s dose levels") % {
            "given": len(written),
            "fewest": FEWEST_DOSES,
            "most": MOST_DOSES,
        }
        written = (written + ["0.1"] * FEWEST_DOSES)[: max(FEWEST_DOSES, min(len(written), MOST_DOSES))]
    for level, text in enumerate(written, start=1):
        if _number(text) is None or not 0 <= float(text) <= 1:
            problems[f"p{level}"] = _("true rate of level %(level)s: write a rate from 0 to 1, as 0.25") % {
                "level": level
            }
    return tuple(written)


def _choices(texts: Mapping[str, str], problems: dict[str, str]) -> tuple[Choice, ...]:
    """Read the designs; where a form changed the design, parameters that the new one has not are dropped."""
    found: list[Choice] = []
    numbers = [name.removesuffix(".design") for name in texts if name.endswith(".design")]
    for number in sorted({int(each) for each in numbers if each.isascii() and each.isdigit() and len(each) < 4}):
        name = texts[f"{number}.design"]
        if name not in RECIPES:
            problems[f"{number}.design"] = _("no design '%(name)s'; %(known)s") % {
                "name": name[:40],
                "known": suggest(name, RECIPES),
            }
            name = "3+3"
        known = {each.name for each in recipe_of(name).all_parameters}
        before = texts.get(f"{number}.was", name)
        own = {
            parameter: text
            for key, text in texts.items()
            if (parameter := key.removeprefix(f"{number}.")) != key and parameter not in ("design", "was")
        }
        if before != name:
            own = {parameter: text for parameter, text in own.items() if parameter in known}
        found.append(Choice(len(found) + 1, name, {name: text for name, text in own.items() if text}))
    if len(found) > MOST_DESIGNS:
        problems["designs"] = _("%(given)s designs; the lab shows up to %(most)s side by side") % {
            "given": len(found),
            "most": MOST_DESIGNS,
        }
    return tuple(found[:MOST_DESIGNS]) or (Choice(1, "3+3", {}),)


def _check(found: Question, problems: dict[str, str]) -> None:
    target = _number(found.target)
    if target is None or not 0.01 <= target <= 0.99:
        problems["target"] = _("target: write a rate from 0.01 to 0.99, as 0.3")
    if found.planned and not (found.planned.isascii() and found.planned.isdigit() and len(found.planned) < 4):
        problems["planned"] = _("planned patients: a whole number up to %(most)s") % {"most": MOST_PLANNED}


def _unknown(texts: Mapping[str, str], problems: dict[str, str]) -> None:
    """Refuse names that mean nothing here; parameters of designs are checked where the designs are made."""
    known = {"truth", "target", "planned", *SHARED, *FURTHER, *ACTIONS}
    for name in texts:
        number, dot, _parameter = name.partition(".")
        level = name.removeprefix("p")
        if name in known or (level != name and level.isascii() and level.isdigit()):
            continue
        if dot and number.isascii() and number.isdigit() and f"{number}.design" in texts:
            continue
        problems.setdefault(
            name[:40], _("There is no parameter '%(name)s' here.") % {"name": name[:40]} + " " + suggest(name, known)
        )


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


# What buttons of the form do -----------------------------------------------------------------------------------------


def _changed(found: Question, texts: Mapping[str, str]) -> Question:
    if texts.get("add"):
        found = _added(found)
    if texts.get("remove"):
        found = _removed(found, texts["remove"])
    if found.broken:
        return found
    problems = dict(found.problems)
    try:
        if texts.get("scenario") == "paste":
            rates: Sequence[float] = read_rates(texts.get("paste", ""), FEWEST_DOSES, MOST_DOSES)
        elif texts.get("scenario"):
            shape = texts["scenario"]
            if shape not in SHAPES:
                raise InputError(f"no scenario '{shape[:40]}'; {suggest(shape, SHAPES)}")
            rates = scenario(shape, found.doses, found.target_rate)
        elif texts.get("doses"):
            rates = _resized(found, texts["doses"])
        else:
            return found
    except InputError as error:
        name = "paste" if texts.get("scenario") == "paste" else "doses"
        return replace(found, problems={**problems, name: str(error)})
    return replace(found, rates=tuple(f"{rate:g}" for rate in rates))


def _resized(found: Question, text: str) -> Sequence[float]:
    if not (text.isascii() and text.isdigit() and FEWEST_DOSES <= int(text[:6]) <= MOST_DOSES):
        raise InputError(f"dose levels '{text[:40]}': from {FEWEST_DOSES} to {MOST_DOSES}")
    if int(text) == found.doses:
        return found.truth
    return longer(found.truth, int(text))


_NEXT: Final = ("boin", "keyboard", "crm", "mtpi-2", "i3+3", "3+3")
"""Designs that are added, the first that is not there yet."""


def _added(found: Question) -> Question:
    if len(found.choices) >= MOST_DESIGNS:
        return found
    there = {each.name for each in found.choices}
    name = next((each for each in _NEXT if each not in there), "3+3")
    return replace(found, choices=(*found.choices, Choice(len(found.choices) + 1, name, {})))


def _removed(found: Question, number: str) -> Question:
    left = [each for each in found.choices if str(each.number) != number]
    if not left:
        return found
    return replace(found, choices=tuple(replace(each, number=at) for at, each in enumerate(left, start=1)))
