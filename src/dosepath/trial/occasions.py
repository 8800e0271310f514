"""When each patient is judged, and what the site asserts about the record: the anchors file."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from dosepath.core.errors import InputError
from dosepath.core.facts import Table
from dosepath.rules.parse import suggest

ANCHORS = ("consent", "screening", "apheresis", "lymphodepletion", "infusion")
OTHER_KEYS = ("arm", "sources_complete")


@dataclass(frozen=True, slots=True)
class PatientDates:
    """Arm, dates and complete tables of one patient.

    Parameters
    ----------
    arm
        Arm that the patient is screened for; empty to try those whose disease is on record.
    anchors
        Dates by name; None when not set.
    complete
        Tables that the site asserts to be complete for this patient.
    """

    arm: str
    anchors: Mapping[str, date | None]
    complete: frozenset[Table]


def read_anchors(path: Path) -> dict[str, PatientDates]:
    """Read an anchors file: YAML or JSON with `patients`, or CSV with a column `patient`.

    Raises
    ------
    InputError
        When the file cannot be read; names the patient and the key.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    if path.suffix.lower() == ".csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        if rows and "patient" not in rows[0]:
            raise InputError(f"{path}: no column 'patient'")
        patients: Mapping[str, Any] = {str(row.pop("patient")): row for row in rows}
    else:
        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise InputError(f"{path}: not YAML or JSON: {' '.join(str(error).split())}") from None
        patients = document.get("patients", {}) if isinstance(document, dict) else {}
        if not isinstance(patients, dict) or not patients:
            raise InputError(f"{path}: no 'patients'; write 'patients: {{<id>: {{screening: 2026-06-01}}}}'")
    return {str(name): _dates(f"{path.name}: patient {name}", raw) for name, raw in patients.items()}


def _dates(where: str, raw: Any) -> PatientDates:
    if not isinstance(raw, dict):
        raise InputError(f"{where}: a mapping of dates is expected")
    for key in raw:
        if key not in (*ANCHORS, *OTHER_KEYS):
            raise InputError(f"{where}: no key '{key}'; {suggest(str(key), (*ANCHORS, *OTHER_KEYS))}")
    tables = raw.get("sources_complete") or ()
    if isinstance(tables, str):
        tables = tables.replace(";", " ").replace(",", " ").split()
    return PatientDates(
        arm=str(raw.get("arm") or ""),
        anchors={name: read_date(raw[name], f"{where}: {name}") for name in ANCHORS if raw.get(name)},
        complete=read_tables(tables, where),
    )


def read_date(value: Any, where: str) -> date:
    """Read a whole date.

    Raises
    ------
    InputError
        When it is none; anchors are known to the day.
    """
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise InputError(f"{where}: '{value}' is no date; write YYYY-MM-DD") from None


def read_tables(names: Iterable[Any], where: str) -> frozenset[Table]:
    """Read names of tables; `all` stands for every one."""
    found: set[Table] = set()
    known = [table.value for table in Table]
    for name in names:
        if name == "all":
            found.update(Table)
        elif name in known:
            found.add(Table(name))
        else:
            raise InputError(f"{where}: no table '{name}'; {suggest(str(name), known)}")
    return frozenset(found)
