"""A cohort of invented people near every limit of the trial; what each is meant to show is kept beside the records."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import get_args

import yaml

from dosepath.core.errors import InputError
from dosepath.demo.arms import eligible_chart
from dosepath.demo.baseline import Units
from dosepath.demo.chart import TABLES, Arm, Chart, apply
from dosepath.demo.dates import Ago
from dosepath.demo.fhir import Owner
from dosepath.demo.jsontext import JsonObject, to_json
from dosepath.demo.people import draw_birth, draw_name, draw_sex
from dosepath.demo.plan import PLAN
from dosepath.demo.render import to_bundle
from dosepath.demo.variation import ALL_ARMS, OUTCOMES, Outcome, Side, Variation, combined
from dosepath.demo.variations import VARIATIONS

README = """\
SYNTHETIC PATIENTS: NOBODY IN THIS FOLDER EXISTS

Every person, name, date and value here is invented by the program dosepath. Nothing was taken from a real record.
Each resource carries the tag HTEST (test health data), and each family name begins with "Synthetic-".

demo-<arm>-<number>.json  one person as a FHIR R4 bundle
anchors.yaml              what a site would enter beside the record: arm, dates, which tables it asserts to be complete
labels.yaml               what each person is meant to show; the screening never reads it
"""


_IN_WORDS: dict[Side, str] = {
    "on": "on_the_limit",
    "inside": "one_step_inside",
    "outside": "one_step_outside",
    "unknown": "left_open",
    "about": "about",
}


@dataclass(frozen=True, slots=True)
class SyntheticPatient:
    """One invented person: the record, what the site enters beside it, and what it is meant to show.

    Parameters
    ----------
    id, arm
        Who, and screened for which disease.
    bundle
        The record as FHIR R4.
    consent, screening
        The two days that the site knows; consent may not be recorded.
    sources_complete
        Tables that the site asserts to be complete.
    intended
        The outcome that the variations are meant to have at the screening gate.
    variations
        In which ways the person differs from a clean eligible one.
    """

    id: str
    arm: Arm
    bundle: JsonObject
    consent: date | None
    screening: date
    sources_complete: tuple[str, ...]
    intended: Outcome
    variations: tuple[Variation, ...]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The invented people of one seed, screened on one day."""

    seed: int
    on: date
    patients: tuple[SyntheticPatient, ...]


def make_cohort(seed: int, patients: int = 75, on: date = date(2026, 6, 1)) -> Cohort:
    """Make a cohort: five arms in turn, of each arm the three outcomes in turn.

    Parameters
    ----------
    seed
        Draws names, ages, units and the values inside the limits; not who carries which variation.
    patients
        How many people. Every limit of the trial is met by 75 of them or more.
    on
        The screening day of all; every date of the records is counted back from it.

    Raises
    ------
    InputError
        When asked for less than one person.

    Examples
    --------
    >>> cohort = make_cohort(seed=1, patients=15)
    >>> [(one.id, one.intended) for one in cohort.patients[::5]]
    [('demo-sle-01', 'eligible'), ('demo-sle-02', 'not_eligible'), ('demo-sle-03', 'undecided')]
    """
    if patients < 1:
        raise InputError(f"a cohort of {patients} people cannot be made; ask for 1 or more")
    made = []
    for number in range(patients):
        arm = ALL_ARMS[number % len(ALL_ARMS)]
        of_arm = number // len(ALL_ARMS)
        outcome = OUTCOMES[of_arm % len(OUTCOMES)]
        rows = PLAN[arm][outcome]
        row = rows[of_arm // len(OUTCOMES) % len(rows)]
        made.append(_make_patient(f"demo-{arm.lower()}-{of_arm + 1:02}", arm, row, seed=seed, number=of_arm, on=on))
    return Cohort(seed, on, tuple(made))


def _make_patient(
    patient_id: str, arm: Arm, row: tuple[str, ...], *, seed: int, number: int, on: date
) -> SyntheticPatient:
    rng = Random(f"{seed} {patient_id}")  # noqa: S311 - chance, not secrecy; own draws for each, so none shifts another's
    variations = tuple(VARIATIONS[name] for name in row)
    sex = next((one.sex for one in variations if one.sex), None) or draw_sex(rng, arm)
    birth = next((one.birth for one in variations if one.birth), None) or draw_birth(rng, arm)
    family, given = draw_name(rng, sex)
    units: tuple[Units, ...] = get_args(Units)
    chart = eligible_chart(arm, rng, sex=sex, birth=birth, units=units[number % len(units)])
    chart = apply(chart, tuple(edit for one in variations for edit in one.edits))
    bundle = to_bundle(chart, owner=Owner(patient_id), family=family, given=given, screening=on)
    return SyntheticPatient(
        id=patient_id,
        arm=arm,
        bundle=bundle,
        consent=_day(chart.consent, on),
        screening=on,
        sources_complete=_complete(chart),
        intended=combined(variations),
        variations=variations,
    )


def _day(when: Ago | None, on: date) -> date | None:
    return when.day(on) if when else None


def _complete(chart: Chart) -> tuple[str, ...]:
    return tuple(table for table in TABLES if table not in chart.incomplete)


def write_cohort(cohort: Cohort, out: Path) -> None:
    """Write one bundle per person, the anchors, the labels, and a note that all is invented.

    Parameters
    ----------
    cohort
        The people.
    out
        Folder; made if it is not there. The same cohort makes the same bytes.
    """
    out.mkdir(parents=True, exist_ok=True)
    for one in cohort.patients:
        _write(out / f"{one.id}.json", to_json(one.bundle) + "\n")
    _write(
        out / "anchors.yaml",
        _yaml("Synthetic patients: what a site would enter", {"patients": _anchors(cohort)}, lists_in_line=True),
    )
    labels = {"seed": cohort.seed, "screening": cohort.on, "patients": {one.id: _label(one) for one in cohort.patients}}
    _write(out / "labels.yaml", _yaml("Synthetic patients: what each is meant to show", labels, lists_in_line=False))
    _write(out / "README.txt", README)


def read_labels(folder: Path) -> dict[str, tuple[str, ...]]:
    """Give what each person of a written cohort is meant to show; nothing where the labels are gone."""
    try:
        written = yaml.safe_load((folder / "labels.yaml").read_text(encoding="utf-8"))
    except OSError:
        return {}
    return {name: tuple(label["labels"]) for name, label in written["patients"].items()}


def _anchors(cohort: Cohort) -> JsonObject:
    return {
        one.id: {
            "arm": one.arm,
            "consent": one.consent,
            "screening": one.screening,
            "apheresis": None,
            "lymphodepletion": None,
            "infusion": None,
            "sources_complete": list(one.sources_complete),
        }
        for one in cohort.patients
    }


def _label(one: SyntheticPatient) -> JsonObject:
    sides: dict[Side, list[str]] = {}
    for variation in one.variations:
        for side, aimed in variation.aims.items():
            sides.setdefault(side, []).extend(aimed)
    return {
        "arm": one.arm,
        "overall": one.intended,
        "labels": [variation.label for variation in one.variations],
        "variations": [variation.id for variation in one.variations],
        "criteria": list(dict.fromkeys(name for variation in one.variations for name in variation.criteria)),
        "limits": {_IN_WORDS[side]: list(dict.fromkeys(aimed)) for side, aimed in sides.items()},
    }


class _WithoutAliases(yaml.SafeDumper):
    """Writes a day that stands twice as a day, twice."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - no value at all is written as an alias
        return True


def _yaml(title: str, content: JsonObject, *, lists_in_line: bool) -> str:
    flow = None if lists_in_line else False
    written = yaml.dump(
        content, Dumper=_WithoutAliases, sort_keys=False, allow_unicode=True, width=120, default_flow_style=flow
    )
    return f"# {title}\n{written}"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
