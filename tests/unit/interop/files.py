"""Small FHIR files for the tests of this folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from dosepath.interop.fhir import PatientFile, read_patients
from dosepath.mapping.reader import Remark
from tests.unit.mapping.short_form import index, resource


def patient(name: str = "p1", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": name, "birthDate": "1985-04-12", "gender": "female", **more}


def haemoglobin(about: str | None = "Patient/p1", name: str = "o1", value: str = "12.1 g/dL") -> dict[str, Any]:
    made = resource({"loinc": "718-7", "q": value}, 1) | {"id": name}
    return made if about is None else {**made, "subject": {"reference": about}}


def bundle(*resources: Any, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources], **more}


def text(value: Any) -> str:
    return json.dumps(value, default=float, ensure_ascii=False)


def read(*paths: Path) -> tuple[list[PatientFile], list[Remark]]:
    reading = read_patients(paths, index())
    return list(reading), reading.problems


def reasons(problems: list[Remark]) -> list[str]:
    return [f"{problem.place}: {problem.reason}" for problem in problems]


def values(found: PatientFile) -> list[str]:
    return [str(fact.value) for fact in found.mapped.record.of("haemoglobin")]


Put: TypeAlias = Callable[[str, str | bytes], Path]
