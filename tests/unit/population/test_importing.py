"""A row of a long table gives the same facts as the resource that it stands for, read alone."""

# ruff: noqa: S608  # names are our own; what comes from outside is a parameter, or a literal made by `literal`

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dosepath.core.facts import PatientRecord
from dosepath.mapping.reader import ConceptIndex, Located, map_resources
from dosepath.population import shapes
from dosepath.population.connection import Connection, connected, literal
from dosepath.population.facts import open_facts, patient_key, read_records
from dosepath.population.folders import Whole, open_whole, writing
from dosepath.population.importing import LongSource, import_long
from dosepath.population.long_tables import TABLES
from dosepath.population.tables import FACTS, rows_of
from dosepath.trial.library import open_trial

INDEX = ConceptIndex(open_trial("NCT06680388").file.concepts)

Rows = Mapping[str, list[dict[str, Any]]]

days = st.sampled_from(
    [None, "2026-05-01", "2026-04-30", "2026-05", "2026", "2026-05-01T10:30:00Z", "soon", "2026-02-31"]
)
codes = st.sampled_from(
    [
        *[
            {"system": "loinc", "code": code, "text": "a test"}
            for code in ("751-8", "718-7", "6301-6", "5048-4", "5196-1")
        ],
        {"system": "loinc", "code": "59408-5", "component_code": "3151-8", "component_value": 0},
        {"system": "http://loinc.org", "code": "88020-3"},
        {"system": "dosepath", "code": "active_tb"},
        {"system": "dosepath", "code": "ild_first_diagnosis_date"},
        {"system": "dosepath", "code": "no_such_concept"},
        {"text": "HBsAg"},
        {"system": "local", "code": "x1", "text": "neutrophils"},
        {},
    ]
)
observations = st.fixed_dictionaries(
    {
        "value": st.sampled_from([None, "1.5", "1500", "<0.5", "positive", "true", "1:80", "II", "2026-01-02", "N/A"]),
        "unit": st.sampled_from([None, "10*9/L", "/uL", "g/dL", "g/L", "{INR}", "parsecs"]),
        "low": st.sampled_from([None, "1.8", "low"]),
        "high": st.sampled_from([None, "7.5", "1.2"]),
        "interpretation": st.sampled_from([None, "POS", "N"]),
        "status": st.sampled_from([None, "final", "cancelled"]),
        "date": days,
    }
)
drugs = st.sampled_from(
    [
        {"system": "rxnorm", "code": "8640", "text": "prednisone"},
        {"system": "atc", "code": "L04AX01"},
        {"system": "rxnorm", "code": "999", "text": "Prednisone 5 MG Oral Tablet"},
        {"text": "nasal prednisolone spray"},
        {"text": "unknown"},
        {"system": "rxnorm", "code": "161", "text": "acetaminophen"},
    ]
)
medications = st.fixed_dictionaries(
    {
        "form": st.sampled_from([None, "statement", "request", "administration", "dispensed"]),
        "status": st.sampled_from([None, "active", "completed", "stopped", "entered-in-error"]),
        "dose": st.sampled_from([None, "5", "0.005"]),
        "dose_unit": st.sampled_from([None, "mg", "g", "tablet"]),
        "per_day": st.sampled_from([None, "2", "1/7", "now and then"]),
        "route": st.sampled_from([None, "oral", "inhalation"]),
        "start_date": days,
        "end_date": days,
    }
)
diseases = st.sampled_from(
    [
        {"system": "icd10cm", "code": "M32.10", "text": "lupus"},
        {"system": "snomed", "code": "1", "other_system": "icd10cm", "other_code": "I63.9"},
        {"system": "icd10cm", "code": "M32", "text": "kidney trouble in lupus"},
        {"text": "nothing that anybody knows"},
        {"text": "unknown"},
    ]
)
conditions = st.fixed_dictionaries(
    {
        "status": st.sampled_from([None, "active", "resolved"]),
        "verification": st.sampled_from([None, "confirmed", "provisional", "refuted"]),
        "start_date": days,
        "end_date": days,
        "recorded_date": days,
    }
)
procedures = st.fixed_dictionaries(
    {"status": st.sampled_from([None, "in-progress"]), "start_date": days, "end_date": days}
)
vaccines = st.fixed_dictionaries({"date": days, "status": st.sampled_from([None, "not-done"])})
allergies = st.fixed_dictionaries(
    {"severity": st.sampled_from([None, "severe", "mild"]), "start_date": days, "recorded_date": days}
)


def both(left: st.SearchStrategy[Any], right: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(lambda a, b: {**a, **b}, left, right)


hospitals: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "people": st.lists(
            st.fixed_dictionaries(
                {
                    "sex": st.sampled_from(["female", "male", "other", None]),
                    "birth_date": st.sampled_from(["1980-02-03", "1980", "later", None]),
                    "death_date": st.sampled_from([None, None, "2026-05-01", "2026-05-01T10:30:00Z", "2026-05"]),
                    "dead": st.sampled_from([None, "true", "false"]),
                }
            ),
            min_size=1,
            max_size=4,
        ),
        "observations": st.lists(both(codes, observations), max_size=12),
        "medications": st.lists(both(drugs, medications), max_size=8),
        "conditions": st.lists(both(diseases, conditions), max_size=8),
        "procedures": st.lists(both(st.just({"system": "snomed", "code": "415070008"}), procedures), max_size=3),
        "immunizations": st.lists(both(st.just({"system": "atc", "code": "J07BK02"}), vaccines), max_size=3),
        "allergies": st.lists(both(st.just({"text": "fludarabine"}), allergies), max_size=3),
        "family_history": st.lists(both(diseases, st.fixed_dictionaries({"date": days})), max_size=3),
    }
)


def as_source(rows: Rows) -> LongSource:
    def text(value: Any) -> str:
        return "NULL" if value is None else literal(str(value))

    queries = {}
    for name, some in rows.items():
        table = TABLES[name]
        columns = [*table.every_column]
        lines = [
            f"({', '.join([*(f'{text(row.get(column))}::VARCHAR' for column in columns), str(place)])})"
            for place, row in enumerate(some)
        ]
        empty = f"SELECT {', '.join(f'NULL::VARCHAR AS {column}' for column in columns)}, 0 AS place WHERE false"
        made = f"SELECT * FROM (VALUES {', '.join(lines)}) AS t({', '.join(columns)}, place)"
        queries[name] = made if lines else empty
    return LongSource("drawn", queries)


def owned(rows: Rows) -> Rows:
    """Give every row an id and a patient."""
    people = [f"p{number}" for number in range(len(rows["people"]))]
    return {
        name: [
            {**row, "id": f"{name[:3]}{place}", "patient": people[place % len(people)]}
            for place, row in enumerate(some)
        ]
        for name, some in rows.items()
    }


def one_by_one(rows: Rows, patient: str) -> PatientRecord:
    """Read the resources of one patient as the single patient is read."""
    resources = [
        Located(
            {**TABLES[name].resource({k: v for k, v in row.items() if v is not None}), "id": row["id"]},
            f"{name}:{place}",
        )
        for name in TABLES
        for place, row in enumerate(rows[name])
        if row["patient"] == patient
    ]
    return map_resources(resources, INDEX, patient=patient).record


def rows_on_disk(connection: Connection, whole: Whole, patient: str) -> list[tuple[Any, ...]]:
    """Give the rows of one patient without key and place in the source."""
    key, chunk = patient_key(connection, whole, patient)
    open_facts(connection, whole.tables, chunk)
    # The number of a row says no more than which comes first; so does its rank.
    numbers = "SELECT row_id AS own, row_number() OVER (ORDER BY row_id) - 1 AS n FROM facts WHERE patient = ?"
    query = (
        f"WITH numbers AS ({numbers}) SELECT f.* EXCLUDE (patient, place) REPLACE (i.n AS row_id, r.n AS rank) "
        "FROM facts AS f JOIN numbers AS i ON i.own = f.row_id LEFT JOIN numbers AS r ON r.own = f.rank "
        f"WHERE f.patient = {key} ORDER BY f.row_id"
    )
    return connection.execute(query, [key]).fetchall()


def comparable(record: PatientRecord) -> tuple[list[Any], list[Any]]:
    return [replace(fact, order=0) for fact in record.facts], list(record.unclassified)


def alike(_alias: str, _names: Sequence[str]) -> str:
    """Give all shapes one hash."""
    return "hash(1)"


@settings(max_examples=20, phases=[Phase.explicit, Phase.generate])  # each example is a run: no shrinking
@given(hospitals, st.sampled_from([shapes._hashed, shapes._hashed, alike]))
def test_rows_and_resources_give_the_same_facts(tmp_path_factory: Any, drawn: Rows, hashed: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "_hashed", hashed)
        compare(tmp_path_factory, owned(drawn))


def compare(tmp_path_factory: Any, rows: Rows) -> None:
    out = tmp_path_factory.mktemp("facts")
    with connected(out / "scratch", threads=1) as connection:
        with writing(out / "facts", "facts") as draft:
            read = import_long(connection, as_source(rows), INDEX, draft.tables, size=3)
            read.write_all(connection)
        assert read.people == len(rows["people"])
        identities = [row["patient"] for row in rows["people"]]
        found = read_records(connection, open_whole(out / "facts"), identities)
        for identity in identities:
            for own, alone in zip(comparable(found[identity]), comparable(one_by_one(rows, identity)), strict=True):
                assert [item for item in own if item not in alone] == []
                assert own == alone
            expected = [
                tuple(value for name, value in zip(FACTS.names, row, strict=True) if name not in {"patient", "place"})
                for row in rows_of(one_by_one(rows, identity), 0).facts
            ]
            assert rows_on_disk(connection, open_whole(out / "facts"), identity) == expected
