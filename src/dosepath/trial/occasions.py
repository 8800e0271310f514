"""When each patient is judged, and what the site asserts about the record: the anchors file."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from dosepath.core.errors import InputError
from dosepath.core.facts import Table
from dosepath.rules.parse import suggest

ANCHORS: Final = ("consent", "screening", "apheresis", "lymphodepletion", "infusion")
OTHER_KEYS: Final = ("arm", "sources_complete")


_NOT_SET: Final = frozenset({"", "~", "null", "none"})


class _Loader(yaml.BaseLoader):
    """YAML whose scalars stay text, so that patient 007 is not patient 7 and dates are read by us."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping; a key that stands twice would silently drop a patient."""
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.MarkedYAMLError(problem=f"'{name}' stands twice; keep one", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


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
    patients = _rows(path, text) if path.suffix.lower() == ".csv" else _document(path, text)
    return {name: _dates(f"{path.name}: patient {name}", raw) for name, raw in patients.items()}


def _rows(path: Path, text: str) -> dict[str, Any]:
    reader = csv.DictReader(io.StringIO(text), restkey="more columns than the first line names")
    if "patient" not in (reader.fieldnames or ()):
        raise InputError(f"{path}: no column 'patient'; the columns are patient, {', '.join((*OTHER_KEYS, *ANCHORS))}")
    patients: dict[str, Any] = {}
    for row in reader:
        name = str(row.pop("patient")).strip()
        if name in patients:
            raise InputError(f"{path}:{reader.line_num}: patient {name} stands twice; keep one")
        patients[name] = row
    return patients


def _document(path: Path, text: str) -> dict[str, Any]:
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506  # makes text, lists and mappings only
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"{path}{line}: not YAML or JSON: {error.problem}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML or JSON: {' '.join(str(error).split())}") from None
    patients = document.get("patients") if isinstance(document, dict) else None
    if not isinstance(patients, dict) or not patients:
        raise InputError(f"{path}: no 'patients'; write 'patients: {{<id>: {{screening: 2026-06-01}}}}'")
    return {str(name): raw for name, raw in patients.items()}


def _dates(where: str, raw: Any) -> PatientDates:
    if not isinstance(raw, dict):
        raise InputError(f"{where}: a mapping of dates is expected")
    for key in raw:
        if key not in (*ANCHORS, *OTHER_KEYS):
            raise InputError(f"{where}: no key '{key}'; {suggest(str(key), (*ANCHORS, *OTHER_KEYS))}")
    for key in (*ANCHORS, "arm"):
        if raw.get(key) is not None and not isinstance(raw[key], str):
            raise InputError(f"{where}: {key}: one value is expected")
    tables = raw.get("sources_complete") or ()
    if isinstance(tables, str):
        tables = () if tables.lower() in _NOT_SET else re.findall(r"[^\s,;]+", tables)
    written = {name: (raw.get(name) or "").strip() for name in (*ANCHORS, "arm")}
    given = {name: value for name, value in written.items() if value.lower() not in _NOT_SET}
    return PatientDates(
        arm=given.pop("arm", ""),
        anchors={name: read_date(value, f"{where}: {name}") for name, value in given.items()},
        complete=read_tables(tables, where),
    )


def read_date(text: str, where: str) -> date:
    """Read a whole date.

    Raises
    ------
    InputError
        When it is none; anchors are known to the day.
    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise InputError(f"{where}: '{text}' is no date; write YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{where}: '{text}' is not in the calendar; write YYYY-MM-DD") from None


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
