"""The peer of the bench of a hospital: a cohort definition of OHDSI's CIRCE over the same records as OMOP tables.

33 of the criteria can be said in CIRCE, with its meaning of them: a rule counts records, so where nothing is on record
"at least one" fails and "none" passes; any result in the window counts, not the latest; a course or a condition without
an end counts on its first day. Its SQL is written by `duckcdm` (Apache-2.0), which is no part of dosepath: it is used
where somebody has installed it.

Run as `python -m dosepath.cli.bench.circe tables SOURCE CDM` and then `... cohort CDM`; CDM is a DuckDB file.

References
----------
OHDSI circe-be, cohort expressions; OMOP Common Data Model v5.4.
"""

# ruff: noqa: S608  # names are our own; paths are literals made by `literal`

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

from dosepath.cli.bench.asked import TRIAL
from dosepath.population.connection import Connection, connected, literal, read_parquet
from dosepath.population.folders import open_whole
from dosepath.protocol.protocol import Protocol
from dosepath.trial.library import open_trial

MISSING: Final = (
    "duckcdm is not installed; `pip install duckcdm` puts a cohort definition of CIRCE beside these figures"
)
TABLES: Final = ("people", "observations", "medications", "conditions")
SCREENING: Final = 28
MONTH: Final = 30
EVER: Final = 36_500
_WORDS: Final = ("positive", "negative", "true", "false")
_FIRST: Final = 2_000_000_000
"""Concept ids from here on are the site's own in OMOP."""
_VISIT: Final = 9202

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lab:
    """A measurement in a window: limits by unit, a multiple of a limit of normal, or an answer.

    `limits` maps a unit to operator, number and, for a range, the second number.
    """

    concepts: tuple[str, ...]
    limits: Mapping[str, tuple[str, float] | tuple[str, float, float]] = field(default_factory=dict)
    upper: tuple[str, float] | None = None
    lower: tuple[str, float] | None = None
    answer: str = ""
    days: int = SCREENING


@dataclass(frozen=True, slots=True)
class Event:
    """A condition, or a drug given, in a window before screening."""

    concepts: tuple[str, ...]
    days: int
    drug: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A criterion as CIRCE can say it: any (or all) of its parts on record, or for an exclusion none."""

    criterion: str
    parts: tuple[Lab | Event, ...] = ()
    excludes: bool = False
    together: tuple[tuple[Lab, ...], ...] = ()
    ages: tuple[int, int] | None = None


def _yes(concept: str, answer: str = "true") -> Lab:
    return Lab((concept,), answer=answer)


def _times(concept: str, limit: float) -> Lab:
    return Lab((concept,), upper=("lte", limit))


RULES: Final = (
    Rule("I01", ages=(18, 65)),
    Rule("I02.1.b.2", (_yes("anti_dsdna", "positive"),)),
    Rule("I02.2.c.2", (Lab(("fvc_pct_pred",), {"%": ("bt", 45, 70)}),)),
    Rule("I02.3.c.1", (_yes("pr3_anca", "positive"),)),
    Rule("I02.3.c.2", (_yes("mpo_anca", "positive"),)),
    Rule("I02.5.b", (_yes("anti_ssa", "positive"),)),
    Rule("I04.a.1", (Lab(("anc",), {"10*9/L": ("gte", 0.5), "10*3/uL": ("gte", 0.5), "/uL": ("gte", 500)}),)),
    Rule("I04.a.2", (Lab(("platelets",), {"10*9/L": ("gte", 20), "10*3/uL": ("gte", 20), "/uL": ("gte", 20_000)}),)),
    Rule("I04.a.3", (Lab(("hemoglobin",), {"g/L": ("gte", 60), "g/dL": ("gte", 6)}),)),
    Rule("I04.b.1", (_times("inr", 1.5),)),
    Rule("I04.b.2", (_times("aptt", 1.5),)),
    Rule("I04.c.1", (_times("ast", 3),)),
    Rule("I04.c.2", (_times("alt", 3),)),
    Rule("I04.c.3", (_times("total_bilirubin", 1.5),)),
    Rule("I04.d.1", (_times("creatinine", 1.5),)),
    Rule("I04.e.2", (Lab(("lvef_pct",), {"%": ("gte", 50)}),)),
    Rule("I04.e.3", (_yes("pericardial_effusion", "false"),)),
    Rule("I04.f.1", (Lab(("spo2_room_air",), {"%": ("gte", 92)}),)),
    Rule("I04.f.2", (_yes("clinically_significant_pleural_effusion", "false"),)),
    Rule("I05", (_yes("expected_survival_gt_6_months"),)),
    Rule("E01.1", (Event(("malignancy", "malignancy_in_history"), EVER),), excludes=True),
    Rule(
        "E02",
        (
            Lab(("pa_pressure_echo_mmhg",), {"mm[Hg]": ("gt", 60)}, days=3 * MONTH),
            _yes("oxygen_by_mask"),
            _yes("ventilation_support"),
            _yes("other_severe_lung_disease_3m"),
        ),
        excludes=True,
    ),
    Rule("E03", tuple(Lab((name,), lower=("lt", 1)) for name in ("iga", "igg", "igm")), excludes=True),
    Rule("E04.1", (Event(("b_cell_depleting",), MONTH, drug=True),), excludes=True),
    Rule("E04.5.2", (Event(("belimumab",), 21, drug=True),), excludes=True),
    Rule("E05", (Event(("cns_disease",), 6 * MONTH),), excludes=True),
    Rule(
        "E09",
        (_yes("treponema_antibody", "positive"), _yes("hiv_antibody", "positive")),
        excludes=True,
        together=(
            (_yes("hbsag", "positive"), _yes("hbv_dna", "positive")),
            (_yes("anti_hcv", "positive"), _yes("hcv_rna", "positive")),
        ),
    ),
    Rule("E10", (_yes("uncontrolled_infection"),), excludes=True),
    Rule("E11", (Event(("organ_transplant",), EVER),), excludes=True),
    Rule("E13.1", (Event(("cardiovascular_event",), 6 * MONTH),), excludes=True),
    Rule(
        "E13.3",
        (
            Lab(("systolic_bp",), {"mm[Hg]": ("gt", 160)}),
            Lab(("diastolic_bp",), {"mm[Hg]": ("gt", 100)}),
            Event(("hypertensive_crisis",), 6 * MONTH),
        ),
        excludes=True,
    ),
    Rule("E18.3", (_yes("intends_other_autoimmune_treatment"),), excludes=True),
    Rule("E20", (_yes("other_unsuitable_factor"),), excludes=True),
)
"""What CIRCE can say of the protocol.

Not among them: scores with conditions on their parts, clearances, doses in prednisone, stable regimens and courses,
changes between two results, results of one visit together, dates that hang on a result, and "unknown".
"""


def installed() -> bool:
    """Tell whether the writer of CIRCE's SQL is there."""
    return find_spec("duckcdm") is not None


# OMOP tables of a synthetic hospital ------------------------------------------------------------------------------


def make_tables(source: Path, cdm: Path, on: date) -> None:
    """Write the records of a synthetic hospital as OMOP tables into a DuckDB file, and the SQL of the cohort beside."""
    tables = open_whole(source).tables
    with connected(cdm.parent) as connection:
        for name in TABLES:
            rows = read_parquet(sorted((tables / name).glob("*.parquet")))
            connection.execute(f"CREATE TEMP VIEW {name} AS FROM {rows}")
        connection.execute(f"ATTACH {literal(str(cdm))} AS cdm")
        for statement in _statements(on):
            connection.execute(statement)
        expression = cohort_expression(open_trial(TRIAL), _concept_ids(connection))
        connection.execute("DETACH cdm")
    cdm.with_suffix(".sql").write_text(cohort_sql(expression), encoding="utf-8")


def _statements(on: date) -> Iterator[str]:
    """Give the statements that make the tables; the index event is a visit on the day of the evaluation."""
    day = f"DATE {literal(on.isoformat())}"
    words = ", ".join(f"('answer', {literal(word)})" for word in _WORDS)
    yield (
        "CREATE TABLE cdm.concept AS SELECT "
        f"CAST({_FIRST} + row_number() OVER (ORDER BY vocabulary_id, concept_code) AS INTEGER) AS concept_id, "
        "vocabulary_id, concept_code, concept_code AS concept_name, 'S' AS standard_concept, "
        "CAST(NULL AS VARCHAR) AS invalid_reason FROM (SELECT system AS vocabulary_id, code AS concept_code "
        "FROM observations UNION SELECT system, code FROM medications UNION SELECT system, code FROM conditions "
        f"UNION SELECT 'unit', unit FROM observations UNION FROM (VALUES {words})) WHERE concept_code IS NOT NULL"
    )
    yield (
        "CREATE TABLE cdm.concept_ancestor AS SELECT concept_id AS ancestor_concept_id, "
        "concept_id AS descendant_concept_id, 0 AS min_levels_of_separation FROM cdm.concept"
    )
    yield (
        "CREATE TABLE cdm.person AS SELECT CAST(row_number() OVER (ORDER BY patient) AS INTEGER) AS person_id, "
        "patient AS person_source_value, CASE sex WHEN 'male' THEN 8507 ELSE 8532 END AS gender_concept_id, "
        "year(birth_date) AS year_of_birth, month(birth_date) AS month_of_birth, day(birth_date) AS day_of_birth "
        "FROM people"
    )
    yield (
        "CREATE TABLE cdm.observation_period AS SELECT person_id AS observation_period_id, person_id, "
        f"DATE '1900-01-01' AS observation_period_start_date, {day} AS observation_period_end_date, "
        "0 AS period_type_concept_id FROM cdm.person"
    )
    yield (
        f"CREATE TABLE cdm.visit_occurrence AS SELECT person_id AS visit_occurrence_id, person_id, {_VISIT} AS "
        f"visit_concept_id, {day} AS visit_start_date, {day} AS visit_end_date FROM cdm.person"
    )
    code = "LEFT JOIN cdm.concept AS c ON c.vocabulary_id = o.system AND c.concept_code = o.code"
    head = "CAST(row_number() OVER () AS INTEGER) AS {0}_id, p.person_id, coalesce(c.concept_id, 0) AS {1}_concept_id"
    person = "JOIN cdm.person AS p ON p.person_source_value = o.patient"
    yield (
        f"CREATE TABLE cdm.measurement AS SELECT {head.format('measurement', 'measurement')}, o.date AS "
        "measurement_date, o.value AS value_as_number, a.concept_id AS value_as_concept_id, u.concept_id AS "
        "unit_concept_id, o.low AS range_low, o.high AS range_high, NULL::INTEGER AS visit_occurrence_id "
        f"FROM observations AS o {person} {code} "
        "LEFT JOIN cdm.concept AS u ON u.vocabulary_id = 'unit' AND u.concept_code = o.unit "
        "LEFT JOIN cdm.concept AS a ON a.vocabulary_id = 'answer' AND a.concept_code = o.value_text "
        "WHERE o.date IS NOT NULL"
    )
    yield (
        f"CREATE TABLE cdm.drug_exposure AS SELECT {head.format('drug_exposure', 'drug')}, o.start_date AS "
        "drug_exposure_start_date, o.end_date AS drug_exposure_end_date, NULL::INTEGER AS visit_occurrence_id, "
        f"NULL::INTEGER AS days_supply, NULL::DOUBLE AS quantity, NULL::INTEGER AS refills "
        f"FROM medications AS o {person} {code} WHERE o.start_date IS NOT NULL"
    )
    yield (
        f"CREATE TABLE cdm.condition_occurrence AS SELECT {head.format('condition_occurrence', 'condition')}, "
        "o.start_date AS condition_start_date, NULL::DATE AS condition_end_date, NULL::INTEGER AS "
        f"visit_occurrence_id FROM conditions AS o {person} {code} WHERE o.start_date IS NOT NULL"
    )
    yield (
        "CREATE TABLE cdm.cohort (cohort_definition_id BIGINT, subject_id BIGINT, cohort_start_date DATE, "
        "cohort_end_date DATE)"
    )


def _concept_ids(connection: Connection) -> dict[tuple[str, str], int]:
    found = connection.execute("SELECT vocabulary_id, concept_code, concept_id FROM cdm.concept").fetchall()
    return {(system, code): identity for system, code, identity in found}


# The cohort definition --------------------------------------------------------------------------------------------


@dataclass
class _Writer:
    """Writes rules as a cohort expression, and gathers the concept sets that they name."""

    protocol: Protocol
    known: Mapping[tuple[str, str], int]
    sets: list[tuple[int, ...]] = field(default_factory=list)

    def codeset(self, concepts: Sequence[str]) -> int:
        """Give the place of the set of the concepts that some concepts of the protocol stand for."""
        members = [leaf for name in concepts for leaf in self.protocol.vocabulary.leaves(name)]
        found = tuple(sorted({identity for leaf in members for identity in self._ids(leaf)}))
        if found not in self.sets:
            self.sets.append(found)
        return self.sets.index(found)

    def _ids(self, leaf: str) -> Iterator[int]:
        codes = self.protocol.file.concepts[leaf].codes
        for (system, code), identity in self.known.items():
            if system == "dosepath":
                listed: tuple[str, ...] = (leaf,)
            else:
                listed = getattr(codes, system, ())
            if code in listed or (system == "icd10cm" and code.startswith(listed)):
                yield identity

    def concept(self, system: str, code: str) -> Json:
        """Name a concept."""
        return {"CONCEPT_ID": self.known.get((system, code), 0), "CONCEPT_CODE": code, "CONCEPT_NAME": code}

    def variants(self, part: Lab | Event) -> Iterator[Json]:
        """Give the criteria of which one has to be on record: one a unit."""
        base: Json = {"CodesetId": self.codeset(part.concepts)}
        if isinstance(part, Event):
            yield {"DrugExposure" if part.drug else "ConditionOccurrence": base}
            return
        for key, limit in (("RangeHighRatio", part.upper), ("RangeLowRatio", part.lower)):
            if limit is not None:
                yield {"Measurement": base | {key: _range(limit)}}
        if part.answer:
            yield {"Measurement": base | {"ValueAsConcept": [self.concept("answer", part.answer)]}}
        for unit, bound in part.limits.items():
            yield {"Measurement": base | {"ValueAsNumber": _range(bound), "Unit": [self.concept("unit", unit)]}}

    def counted(self, part: Lab | Event) -> list[Json]:
        """Give a part as counts of records in its window."""
        window = {"Start": {"Days": part.days, "Coeff": -1}, "End": {"Days": 0, "Coeff": 1}, "UseEventEnd": False}
        once = {"Type": 2, "Count": 1, "IsDistinct": False}
        return [{"Criteria": each, "StartWindow": window, "Occurrence": once} for each in self.variants(part)]

    def rule(self, rule: Rule) -> Json:
        """Write a rule; an exclusion asks that none of its parts is on record."""
        if rule.ages is not None:
            low, high = rule.ages
            ages = [{"Age": {"Value": low, "Extent": high, "Op": "bt"}}]
            return _named(rule, _group("ALL", demographic=ages))
        both = [_group("ALL", groups=[_group("ANY", self.counted(part)) for part in parts]) for parts in rule.together]
        found = _group("ANY", [each for part in rule.parts for each in self.counted(part)], both)
        none = _group("AT_MOST", groups=[found]) | {"Count": 0}
        return _named(rule, none if rule.excludes else found)


def _range(limit: tuple[str, float] | tuple[str, float, float]) -> Json:
    found: Json = {"Op": limit[0], "Value": limit[1]}
    return found if len(limit) == 2 else found | {"Extent": limit[2]}  # a range has a second number


def _group(
    kind: str, criteria: Sequence[Json] = (), groups: Sequence[Json] = (), demographic: Sequence[Json] = ()
) -> Json:
    return {
        "Type": kind,
        "CriteriaList": list(criteria),
        "DemographicCriteriaList": list(demographic),
        "Groups": list(groups),
    }


def _named(rule: Rule, expression: Json) -> Json:
    return {"name": rule.criterion, "expression": expression}


def cohort_expression(protocol: Protocol, known: Mapping[tuple[str, str], int]) -> Json:
    """Write the rules as a cohort expression of CIRCE.

    Parameters
    ----------
    protocol
        Gives the codes of each concept.
    known
        Concept ids by vocabulary and code.
    """
    writer = _Writer(protocol, known)
    rules = [writer.rule(rule) for rule in RULES]
    names = {identity: pair for pair, identity in known.items()}
    sets = [
        {
            "id": place,
            "name": f"set {place}",
            "expression": {
                "items": [{"concept": {"CONCEPT_ID": each, "CONCEPT_CODE": names[each][1]}} for each in members]
            },
        }
        for place, members in enumerate(writer.sets)
    ]
    return {
        "ConceptSets": sets,
        "PrimaryCriteria": {
            "CriteriaList": [{"VisitOccurrence": {}}],
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "First"},
        },
        "QualifiedLimit": {"Type": "First"},
        "ExpressionLimit": {"Type": "First"},
        "InclusionRules": rules,
        "CensoringCriteria": [],
        "CollapseSettings": {"CollapseType": "ERA", "EraPad": 0},
        "CensorWindow": {},
    }


def cohort_sql(expression: Json) -> str:
    """Write the SQL of a cohort expression in the dialect of DuckDB, by duckcdm."""
    circe, render = import_module("duckcdm.circe"), import_module("duckcdm.sqlrender")
    written = circe.build_cohort_query(
        expression,
        cdm_schema="cdm.main",
        vocabulary_schema="cdm.main",
        target_table="cdm.main.cohort",
        result_schema="cdm.main",
        cohort_id=1,
        generate_stats=False,
    )
    return str(render.translate(render.render(written, target_cohort_id=1), "duckdb"))


def run_cohort(cdm: Path) -> int:
    """Run the SQL on its tables; give the number of people in the cohort."""
    with connected(cdm.parent) as connection:
        connection.execute(f"ATTACH {literal(str(cdm))} AS cdm")
        connection.execute(cdm.with_suffix(".sql").read_text(encoding="utf-8"))
        found = connection.execute("SELECT count(*) FROM cdm.cohort").fetchone()
    return int(found[0]) if found else 0


if __name__ == "__main__":
    if sys.argv[1] == "tables":
        make_tables(Path(sys.argv[2]), Path(sys.argv[3]), date.fromisoformat(sys.argv[4]))
    else:
        run_cohort(Path(sys.argv[2]))
