"""Cases of designs as data, `tests/cases/dosefinding/*.yaml`: how they are written, and what the product says to them.

A file names its source and a design; a case may change parameters of it under `with`, or name another one whole. What a
case asks:

- `seen: "1NNN 2NNT"`: the decision after these cohorts. `at: "0/3 1/6 -", current: 2` is the same from counts, DLTs
  before patients, one word a dose; of designs with open windows "0/2+3:1.4" are two patients who are known and three
  pending ones, who were followed for 1.4 windows together.
- `patients: "1N 1P0.5 2T0.2"`: the decision of a design with open windows, patient by patient: N no DLT, P pending with
  the share of the window that is over, T a DLT with the share at its onset. `current` is the dose of the latest patient
  where it is not given.
- `recommend: "0/3 1/6 -"`: the dose that is recommended in the end; 0 for none.
- `table: {3: E S D DU}`: what the counts at a dose ask for, from no DLT up: E the next dose, S this dose, D one down,
  DU down and never back. `lowest: true` is about the lowest dose.

A decision is expected as {action, level, rule}, each where it is given, and `because` are its reasons, all of them.
`error` is a part of what a history is refused with.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from dosepath.dosefinding.blrm import Blrm, LogisticPrior
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Skeleton
from dosepath.dosefinding.decision_table import read_table
from dosepath.dosefinding.design import Decision, Design, decide, decision_of, rows_of, state_of
from dosepath.dosefinding.guards import MinimumAtRecommended, NoSkipping, StopAtPatients, StopWhenTooToxic
from dosepath.dosefinding.i3plus3 import I3Plus3
from dosepath.dosefinding.keyboard import Keyboard
from dosepath.dosefinding.mtpi import Mtpi
from dosepath.dosefinding.open_windows import Followed, OpenDesign, OpenTally
from dosepath.dosefinding.outcomes import DoseTally, read_outcomes
from dosepath.dosefinding.rolling_six import RollingSix
from dosepath.dosefinding.table_design import DOWN, STAY, UP, TableDesign
from dosepath.dosefinding.three_plus_three import ThreePlusThree, variant
from dosepath.dosefinding.tite_boin import TiteBoin
from dosepath.dosefinding.tite_crm import TiteCrm
from dosepath.dosefinding.titration import AcceleratedTitration

FOLDER = Path(__file__).parents[2] / "cases" / "dosefinding"

Given = Mapping[str, Any]


def own_cases() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*.yaml")):
        file = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert file["source"], path
        for case in file["cases"]:
            changes = case.get("with", {})
            design = changes if "is" in changes else {**file["design"], **changes}
            yield f"{path.stem}: {case['name']}", {**case, "design": design}


# Designs ------------------------------------------------------------------------------------------------------------


def design_of(given: Given) -> Any:
    """Make a design; its guards are put around it in their order."""
    parameters = {name: value for name, value in given.items() if name not in ("is", "guards")}
    design = BUILDERS[given["is"]](parameters)
    for guard in given.get("guards", ()):
        options = {name: value for name, value in guard.items() if name != "is"}
        design = GUARDS[guard["is"]](design, **options)
    return design


def _three_plus_three(given: Given) -> ThreePlusThree:
    if "variant" not in given:
        return ThreePlusThree(**given)
    made = variant(given["variant"], given["doses"])
    return ThreePlusThree(made.doses, made.fill_below, made.fill_top, made.tolerated, given.get("start", 1))


def _crm(given: Given) -> Crm:
    options = dict(given)
    skeleton = Skeleton(tuple(options.pop("skeleton")), options.pop("model", "empiric"))
    return Crm(skeleton, **options)


def _tite(given: Given, own: Sequence[str], inside: Callable[[Given], Any], kind: Callable[..., Any]) -> OpenDesign:
    design: OpenDesign = kind(
        inside({name: value for name, value in given.items() if name not in own}),
        **{name: value for name, value in given.items() if name in own},
    )
    return design


def _blrm(given: Given) -> Blrm:
    options = dict(given)
    first, mixed, second = options.pop("covariance")
    mean = options.pop("mean")
    prior = LogisticPrior(
        tuple(options.pop("amounts")),
        options.pop("reference"),
        (mean[0], mean[1]),
        ((first, mixed), (mixed, second)),
    )
    return Blrm(prior, **options)


def _user_table(given: Given) -> TableDesign:
    options = dict(given)
    rows = [
        f"{treated},{dlts},{letters}"
        for treated, line in options.pop("rows").items()
        for dlts, letters in enumerate(line.split())
    ]
    return read_table("treated,dlts,action\n" + "\n".join(rows), **options)


BUILDERS: Mapping[str, Callable[[Given], Any]] = {
    "3+3": _three_plus_three,
    "titration": lambda given: AcceleratedTitration(_three_plus_three(given)),
    "boin": lambda given: Boin(**given),
    "keyboard": lambda given: Keyboard(**given),
    "mtpi": lambda given: Mtpi(**given),
    "i3+3": lambda given: I3Plus3(**given),
    "crm": _crm,
    "blrm": _blrm,
    "table": _user_table,
    "rolling-six": lambda given: RollingSix(**given),
    "tite-boin": lambda given: _tite(given, ("most_pending", "enough"), lambda rest: Boin(**rest), TiteBoin),
    "tite-crm": lambda given: _tite(given, ("most_pending", "scheme"), _crm, TiteCrm),
}
GUARDS: Mapping[str, Callable[..., Design]] = {
    "no skipping": NoSkipping,
    "stop at": StopAtPatients,
    "too toxic": StopWhenTooToxic,
    "minimum": MinimumAtRecommended,
}
OPEN = ("rolling-six", "tite-boin", "tite-crm")


# Questions ----------------------------------------------------------------------------------------------------------


def decision(case: Given) -> Decision:
    design = design_of(case["design"])
    if case["design"]["is"] in OPEN:
        return _open_decision(design, case)
    if "seen" in case:
        return decide(design, read_outcomes(case["seen"], design.doses))
    return decision_of(design, state_of(closed(case["at"]), case["current"]))


def _open_decision(design: Any, case: Given) -> Decision:
    if "patients" in case:
        patients = [_patient(word) for word in case["patients"].split()]
        found: Decision = design.advise(patients, case.get("current", patients[-1].level if patients else design.start))
        return found
    at: Decision = design.advise_on([_open_tally(word) for word in case["at"].split()], case["current"])
    return at


def _patient(word: str) -> Followed:
    level, letter, share = int(word[0]), word[1], word[2:]
    return Followed(level, letter == "T", float(share) if share else 1.0)


def _open_tally(word: str) -> OpenTally:
    if word == "-":
        return OpenTally()
    dlts, known = word.split("/")
    evaluable, _, waiting = known.partition("+")
    pending, _, follow_up = waiting.partition(":")
    return OpenTally(int(evaluable) + int(pending or 0), int(pending or 0), int(dlts), float(follow_up or 0))


def closed(text: str) -> list[DoseTally]:
    words = [(0, 0) if word == "-" else tuple(map(int, word.split("/"))) for word in text.split()]
    return [DoseTally(treated, dlts) for dlts, treated in words]


def recommended(case: Given) -> int:
    return int(design_of(case["design"]).recommended(*rows_of(closed(case["recommend"])))[0])


LETTERS = {UP: "E", STAY: "S", DOWN: "D"}


def table(case: Given) -> dict[int, str]:
    design = design_of(case["design"])

    def letters(treated: int, dlts: int) -> str:
        out = design.eliminates(treated, dlts, lowest=case.get("lowest", False))
        return "DU" if out else LETTERS[design.asks(treated, dlts)]

    return {treated: " ".join(letters(treated, dlts) for dlts in range(treated + 1)) for treated in case["table"]}


def looked_up(case: Given) -> dict[int, str]:
    """Give the letters of a table once more, from the arrays that decide."""
    design = design_of(case["design"])
    found = {}
    for treated in case["table"]:
        letters = []
        for dlts in range(treated + 1):
            counts = [DoseTally(), DoseTally(treated, dlts), DoseTally()]
            state = state_of(counts, 2)
            out = int(design.lowest_eliminated(*rows_of(counts))[0]) == 2
            to = int(np.asarray(design.next_doses(state))[0])
            letters.append("DU" if out else {3: "E", 2: "S", 1: "D"}[to])
        found[treated] = " ".join(letters)
    return found
