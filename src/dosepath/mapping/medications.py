"""Drugs: statements, requests, administrations."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from dosepath.core.days import Period
from dosepath.core.facts import Fact, Table
from dosepath.mapping.dates import Stretch, read_day, read_period, stretch
from dosepath.mapping.dosage import NOT_WRITTEN, Dose, bounds, read_amount, together
from dosepath.mapping.index import ConceptIndex, Match
from dosepath.mapping.record import Entry, Finding, RemarkKind
from dosepath.mapping.shapes import EMPTY, Node, normalised, part, parts, plain, text
from dosepath.mapping.systems import ATC, Coded, joined, read_coded
from dosepath.mapping.tables import Background, matters, unclassified

_NOT_TAKEN: Final = {
    "MedicationStatement": frozenset({"entered-in-error", "not-taken", "intended"}),
    "MedicationRequest": frozenset({"entered-in-error", "cancelled", "draft"}),
    "MedicationAdministration": frozenset({"entered-in-error", "not-done"}),
}
_ONLY_PLANNED: Final = frozenset({"proposal", "plan", "option"})

_GOES_ON: Final = frozenset({"active", "in-progress"})

# Drugs that act where they are put. The protocol means the systemic ones.
_LOCAL = re.compile(
    r"\b(?:inhal\w*|nebuli[sz]\w*|neb|nasal\w*|intranasal|respiratory tract|ophthalmic|ocular|conjunctival|eye"
    r"|intravitreal|otic|auricular|ear|topical\w*|cutaneous|cream|ointment|lotion|shampoo|foam|mouthwash|dental|vaginal"
    r"|(?<!liqui-)(?<!liqui )(?<!liquid )gel(?!\W*cap))\b"
    r"|吸入|雾化|滴眼|眼膏|滴鼻|鼻喷|滴耳|乳膏|软膏|凝胶|外用"
)
# By rectum a painkiller acts on the whole body, a glucocorticoid mostly does not.
_LOCAL_FOR_GLUCOCORTICOIDS = re.compile(
    r"\b(?:rectal|enema|suppositor\w*|intra-?\s?articular|intralesional|epidural)\b|关节腔|灌肠"
)
_LOCAL_ATC: Final = ("A01", "A07", "C05A", "D", "G01", "M02", "R01", "R03", "S")
_SYSTEMIC_GLUCOCORTICOIDS: Final = "H02"


def read_medication(entry: Entry, background: Background) -> Iterator[Finding]:
    """Read a drug that was taken, ordered or given: which, when, how much."""
    resource = entry.resource
    status, intent = text(resource, "status"), text(resource, "intent")
    if status in _NOT_TAKEN[entry.type]:
        yield entry.ignored(status)
        return
    if intent in _ONLY_PLANNED:
        yield entry.remark(f"intent {intent}: not ordered yet", RemarkKind.IGNORED)
        return
    if resource.get("doNotPerform") is True:
        yield entry.remark("an order not to give the drug", RemarkKind.IGNORED)
        return
    coded, problem = medication_of(entry, background)
    match = background.index.match(Table.MEDICATIONS, coded)
    if not matters(match):
        return
    if problem:
        yield entry.remark(problem)
    if match.unlike:
        labels = " and ".join(background.index.concepts[concept].label for concept in match.concepts)
        reason = f"coded as {labels}, but its text says '{plain(coded.shown)}'; the code counts"
        yield entry.remark(reason, RemarkKind.DOUBTFUL)
    dosages = _dosages(entry)
    systemic, local = _systemic(match, coded, dosages, background.index)
    for concept in local:
        label = background.index.concepts[concept].label
        yield entry.remark(f"'{plain(coded.shown)}' acts where it is put; not read as {label}", RemarkKind.IGNORED)
    default = _course(entry)
    known = status not in {"unknown", ""} or entry.type == "MedicationStatement"
    if systemic and known:
        yield from _courses(entry, systemic, coded, dosages, default)
    rest = Match(systemic, match.may_be, match.understood or bool(match.concepts))
    yield from unclassified(entry, Table.MEDICATIONS, plain(coded.shown), rest, default.period, established=known)


def read_dispense(entry: Entry, background: Background) -> Iterator[Finding]:
    """Read a drug that was handed out: not taken yet, but a list without it would not be complete."""
    status = text(entry.resource, "status")
    if status not in {"completed", "in-progress", "on-hold", "stopped", "unknown"}:
        yield entry.ignored(status or "missing")
        return
    coded, _ = medication_of(entry, background)
    match = background.index.match(Table.MEDICATIONS, coded)
    if matters(match):
        yield entry.remark("that a drug was handed out does not say when it was taken; no dose is read")
        handed = read_day(entry.resource, "whenHandedOver")
        period = Period(handed.day)
        yield from unclassified(entry, Table.MEDICATIONS, plain(coded.shown), match, period, established=False)


def medication_of(entry: Entry, background: Background) -> tuple[Coded, str]:
    """Find out which drug a record is about; with a problem when its reference leads nowhere."""
    resource = entry.resource
    direct = read_coded(part(resource, "medicationCodeableConcept"))
    pointer = part(resource, "medicationReference")
    if not pointer:
        return direct, ""
    reference = text(pointer, "reference")
    display = text(pointer, "display")
    shown = Coded(texts=(display,)) if display else Coded()
    found = _referred(resource, reference, background)
    if found is None:
        problem = "" if not reference else f"the medication '{plain(reference)}' that it refers to is not in the source"
        return joined([direct, shown]), problem
    named = [read_coded(part(found, "code"))]
    if not named[0].codes and not named[0].texts:
        named += [read_coded(part(each, "itemCodeableConcept")) for each in parts(found, "ingredient")]
    return joined([direct, *named, shown]), ""


def _referred(resource: Node, reference: str, background: Background) -> Node | None:
    if reference.startswith("#"):
        return next((each for each in parts(resource, "contained") if text(each, "id") == reference[1:]), None)
    found = background.medications.get(reference_key(reference))
    return found.resource if found else None


def reference_key(reference: str) -> str:
    """Bring a reference to the form `Type/id` or `urn:...` under which resources are looked up.

    Examples
    --------
    >>> reference_key("https://example.org/fhir/Medication/m1/_history/2"), reference_key("urn:uuid:1f")
    ('Medication/m1', 'urn:uuid:1f')
    """
    if reference.startswith("urn:"):
        return reference
    path = reference.partition("/_history/")[0].rstrip("/").split("/")
    return "/".join(path[-2:])


def _dosages(entry: Entry) -> list[Node]:
    if entry.type == "MedicationRequest":
        return parts(entry.resource, "dosageInstruction")
    if entry.type == "MedicationStatement":
        return parts(entry.resource, "dosage")
    dosage = part(entry.resource, "dosage")
    return [dosage] if dosage else []


def _systemic(
    match: Match, coded: Coded, dosages: list[Node], index: ConceptIndex
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part the drugs that act on the whole body from those that act where they are put."""
    routes = [read_coded(part(dosage, "route")).texts for dosage in dosages]
    words = " | ".join(normalised(each) for each in (*coded.texts, *(text for route in routes for text in route)))
    classes = [code.upper() for code in coded.of(ATC)]
    local = bool(_LOCAL.search(words)) or (bool(classes) and all(code.startswith(_LOCAL_ATC) for code in classes))
    local_glucocorticoid = local or bool(_LOCAL_FOR_GLUCOCORTICOIDS.search(words))
    apart = tuple(
        concept for concept in match.concepts if (local_glucocorticoid if _is_glucocorticoid(concept, index) else local)
    )
    return tuple(concept for concept in match.concepts if concept not in apart), apart


def _is_glucocorticoid(concept: str, index: ConceptIndex) -> bool:
    return any(code.upper().startswith(_SYSTEMIC_GLUCOCORTICOIDS) for code in index.concepts[concept].codes.atc)


def _course(entry: Entry) -> Stretch:
    """Read from when to when the drug was taken, as far as the record as a whole says."""
    resource = entry.resource
    ongoing = text(resource, "status") in _GOES_ON
    if entry.type == "MedicationRequest":
        ordered = read_day(resource, "authoredOn")
        return stretch(ordered.day, None, ongoing=ongoing, problems=_problems(ordered.problem))
    if "effectivePeriod" in resource:
        return read_period(part(resource, "effectivePeriod"), ongoing=ongoing)
    day = read_day(resource, "effectiveDateTime")
    if entry.type == "MedicationAdministration":
        return Stretch(Period.at(day.day), _problems(day.problem))
    return stretch(day.day, None, ongoing=ongoing, problems=_problems(day.problem))


def _problems(problem: str) -> tuple[str, ...]:
    return (problem,) if problem else ()


def _courses(
    entry: Entry, concepts: tuple[str, ...], coded: Coded, dosages: list[Node], default: Stretch
) -> Iterator[Finding]:
    """Give one fact for each stretch with a dose of its own."""
    ongoing = text(entry.resource, "status") in _GOES_ON
    if entry.type == "MedicationAdministration":
        doses = [(default, _given(dosages[0] if dosages else EMPTY, default))]
    else:
        stretches = [bounds(dosage, default, ongoing=ongoing) for dosage in dosages]
        apart = dict.fromkeys(stretches) or {default: None}
        doses = [
            (each, together([d for d, own in zip(dosages, stretches, strict=True) if own == each])) for each in apart
        ]
    for when, dose in doses:
        for concept in concepts:
            yield Fact(
                concept,
                when.period,
                entry.source,
                dose=dose.amount,
                times_per_day=dose.times_per_day,
                order=entry.order,
                time=_time(entry),
                reported=plain(coded.shown),
            )
        for problem in when.problems:
            yield entry.remark(f"{problem}; it counts with that day unknown", RemarkKind.DOUBTFUL)
        if dose.problem:
            yield entry.remark(f"daily dose not known: {dose.problem}")


def _given(dosage: Node, when: Stretch) -> Dose:
    """Read one administration; one that lasts for days is no daily dose."""
    dose = read_amount(part(dosage, "dose")) if "dose" in dosage else NOT_WRITTEN
    one_day = when.period.start == when.period.end
    return Dose(dose.amount, Fraction(1) if one_day else None, dose.problem)


def _time(entry: Entry) -> str:
    if entry.type != "MedicationAdministration":
        return ""
    return read_day(entry.resource, "effectiveDateTime").time
