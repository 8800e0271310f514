"""Recognise what a record is about: the codes, names and hints of all concepts, turned round once for look-up."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from dosepath.core.facts import Table
from dosepath.mapping.shapes import normalised
from dosepath.mapping.systems import ATC, ICD10, ICD10CM, LOINC, PROJECT, RXNORM, SNOMED, Coded
from dosepath.protocol.concept import Concept
from dosepath.rules.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Match:
    """What a record of a table is about.

    Parameters
    ----------
    concepts
        Concepts of which it is a record.
    may_be
        Concepts that it may mean: less specific than their codes, one of a group, or its text holds a hint.
    understood
        Whether it names something at all. A record that does and matches nothing is something else.
    unlike
        Whether it is what its code says, while its text names something else.
    """

    concepts: tuple[str, ...] = ()
    may_be: frozenset[str] = frozenset()
    understood: bool = True
    unlike: bool = False


@dataclass(frozen=True, slots=True)
class Observed:
    """A concept that an observation holds, and whether the concept itself was named rather than a code of a list."""

    concept: str
    by_name: bool = False


# Systems that say all there is to say: a code that is on no list is something else.
_CLASSIFICATIONS: Final[Mapping[Table, str]] = {
    Table.CONDITIONS: ICD10CM,
    Table.FAMILY_HISTORY: ICD10CM,
    Table.MEDICATIONS: ATC,
    Table.IMMUNIZATIONS: ATC,
    Table.ALLERGIES: ATC,
}

# Where names are looked for inside a longer text, "prednisone 5 MG Oral Tablet".
_PRODUCTS: Final = frozenset({Table.MEDICATIONS, Table.ALLERGIES})

_ICD10CM_CODE = re.compile(r"[A-Z]\d[0-9A-Z](?:[0-9A-Z]{1,4})?")
_ATC_CODE = re.compile(r"[A-Z](?:\d\d(?:[A-Z](?:[A-Z](?:\d\d)?)?)?)?")
_WELL_FORMED: Final = {ICD10CM: _ICD10CM_CODE, ICD10: _ICD10CM_CODE, ATC: _ATC_CODE}
_SHORTEST: Final = {ICD10CM: 3, ATC: 1}

_PLACEHOLDERS: Final = frozenset(
    {"unknown", "unspecified", "not specified", "not known", "other", "n/a", "na", "none given", "unk", "see note"}
    | {"未知", "不详", "其他"}
)
_AMOUNTS = re.compile(r"\d+(?:[.,]\d+)?\s*[a-zµμ%]{0,3}(?:/[a-z]{1,3})?\b|[\W\d_]")
_SHORT_HINT: Final = 3


def says_something(written: str) -> bool:
    """Tell whether text names anything: not "unknown", not just "30 mL"."""
    folded = normalised(written)
    return bool(folded) and folded not in _PLACEHOLDERS and bool(_AMOUNTS.sub("", folded))


def _icd(code: str) -> str:
    return code.replace(".", "").replace(" ", "").upper()


def _bounded(phrase: str) -> str:
    """Make a pattern of a phrase that stands as whole words; Chinese is written without blanks."""
    first, last = ("(?<![0-9a-z\u00df-\u024f])", "(?![0-9a-z\u00df-\u024f])")
    low, high = phrase[0], phrase[-1]
    return f"{first if _latin(low) else ''}{re.escape(phrase)}{last if _latin(high) else ''}"


def _latin(character: str) -> bool:
    return character.isalnum() and character < "\u0250"


@dataclass(frozen=True, slots=True)
class _Words:
    """Phrases and the concepts that each stands for."""

    phrases: Mapping[str, tuple[str, ...]]
    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, phrases: Mapping[str, tuple[str, ...]], *, whole: bool) -> "_Words":
        # At one place the longest phrase wins: "mycophenolate sodium" before "mycophenolate".
        longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
        choices = [
            _bounded(phrase) if whole or (phrase.isascii() and len(phrase) <= _SHORT_HINT) else re.escape(phrase)
            for phrase in longest_first
        ]
        return cls(phrases, re.compile("|".join(choices)) if choices else None)

    def inside(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Give the concepts whose phrase stands in one of the texts."""
        if self.pattern is None:
            return ()
        found = (hit[0] for each in texts for hit in self.pattern.finditer(normalised(each)))
        return tuple(dict.fromkeys(concept for phrase in found for concept in self.phrases[phrase]))

    def outside(self, texts: Iterable[str]) -> list[str]:
        """Give what the texts say besides the phrases."""
        return [self.pattern.sub(" ", normalised(each)) if self.pattern else each for each in texts]

    def equal(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Give the concepts of which one of the texts is a phrase."""
        found = (concept for each in texts for concept in self.phrases.get(normalised(each), ()))
        return tuple(dict.fromkeys(found))


class _Gathering:
    """Keys and their concepts, while they are collected."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, None]] = {}

    def add(self, key: str, concepts: Iterable[str]) -> None:
        if key:
            self._found.setdefault(key, {}).update(dict.fromkeys(concepts))

    def done(self) -> dict[str, tuple[str, ...]]:
        return {key: tuple(concepts) for key, concepts in self._found.items()}


class _TableIndex:
    """The concepts whose records stand in one table."""

    def __init__(self, table: Table, concepts: Mapping[str, Concept]) -> None:
        self._table = table
        self._system = _CLASSIFICATIONS.get(table, "")
        exact, prefixes, broader, names, hints = (_Gathering() for _ in range(5))
        self._group_leaves = {
            name: frozenset(_leaves(name, concepts)) for name, concept in concepts.items() if concept.members
        }
        self._classified: set[str] = set()
        for name, concept in concepts.items():
            if not _stands_in(concept, table):
                continue
            exact.add(f"{PROJECT} {name}", [name])
            for system, codes in ((RXNORM, concept.codes.rxnorm), (SNOMED, concept.codes.snomed)):
                for code in codes:
                    exact.add(f"{system} {code.strip()}", [name])
            for code in self._listed(concept):
                prefixes.add(code, [name])
                for length in range(_SHORTEST[self._system], len(code)):
                    broader.add(code[:length], [name])
                self._classified.add(name)
            for phrase in concept.names:
                names.add(normalised(phrase), [name])
            for phrase in concept.hints:
                hints.add(normalised(phrase), [name])
        self._exact, self._prefixes, self._broader = exact.done(), prefixes.done(), broader.done()
        self._names = _Words.of(names.done(), whole=True)
        self._hints = _Words.of(hints.done(), whole=False)

    def _listed(self, concept: Concept) -> list[str]:
        if self._system == ICD10CM:
            return [_icd(code) for code in concept.codes.icd10cm]
        return [code.strip().upper() for code in concept.codes.atc] if self._system == ATC else []

    def match(self, coded: Coded) -> Match:
        """Find what a record with these codes and texts is about."""
        classified = [_icd(code) for code in coded.of(self._system)] if self._system else []
        classified = _most_specific(code for code in classified if _WELL_FORMED[self._system].fullmatch(code))
        texts = [each for each in coded.texts if says_something(each)]
        understood = bool(classified or texts)
        by_code = [c for system, code in coded.codes for c in self._exact.get(f"{system} {code}", ())]
        by_class = [c for code in classified for c in self._longer_than(code)]
        vague = {c for code in classified for c in self._broader.get(code, ())}
        if self._system == ICD10CM:
            vague |= {c for code in coded.of(ICD10) for c in self._akin(_icd(code))}
        if self._table in _PRODUCTS:
            named = [] if by_code else list(self._names.inside(texts))
            found = by_code or named or by_class
            vague = set() if found else vague
            hinting = self._names.outside(texts) if named else [] if found else texts
            unlike = bool(by_code and texts) and not set(by_code).intersection(self._names.inside(texts))
        else:
            found = by_code + by_class or [c for c in self._names.equal(texts) if self._open(c, classified)]
            hinting, unlike = [] if found else texts, False
        if not vague:
            vague = {c for c in self._hints.inside(hinting) if self._open(c, classified)}
        return replace(self._sorted(found, vague, understood), unlike=unlike)

    def _open(self, concept: str, classified: list[str]) -> bool:
        """Tell whether a text may speak for a concept: a code of its own classification would have said so."""
        return not classified or concept not in self._classified

    def _longer_than(self, code: str) -> list[str]:
        return [c for length in range(1, len(code) + 1) for c in self._prefixes.get(code[:length], ())]

    def _akin(self, code: str) -> list[str]:
        """Look a code of the international ICD-10 up; the American one is near it, not equal."""
        return [*self._longer_than(code), *self._broader.get(code, ())] if _ICD10CM_CODE.fullmatch(code) else []

    def _sorted(self, found: Iterable[str], vague: Iterable[str], understood: bool) -> Match:
        concepts = tuple(c for c in dict.fromkeys(found) if c not in self._group_leaves)
        may_be = {c for c in vague if c not in self._group_leaves}
        if not concepts:  # one of a group, and which one is not said
            for group in (c for c in (*found, *vague) if c in self._group_leaves):
                may_be |= self._group_leaves[group]
        return Match(concepts, frozenset(may_be.difference(concepts)), understood)


def _most_specific(codes: Iterable[str]) -> list[str]:
    """Leave out a class that is only named beside its own member."""
    found = list(dict.fromkeys(codes))
    return [code for code in found if not any(other != code and other.startswith(code) for other in found)]


def _stands_in(concept: Concept, table: Table) -> bool:
    if concept.kind is Kind.DRUG:
        return table is Table.MEDICATIONS
    return concept.kind is Kind.EVENT and table in concept.tables


def _leaves(name: str, concepts: Mapping[str, Concept], seen: frozenset[str] = frozenset()) -> list[str]:
    members = concepts[name].members if name in concepts else ()
    if not members:
        return [name]
    return [leaf for member in members if member not in seen for leaf in _leaves(member, concepts, seen | {name})]


_RECORDED_IN_TABLES: Final = frozenset({Kind.EVENT, Kind.DRUG})


class ConceptIndex:
    """All concepts of a protocol, ready to recognise records.

    Parameters
    ----------
    concepts
        Concepts by id.
    """

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        self.concepts = dict(concepts)
        self._tables = {table: _TableIndex(table, self.concepts) for table in Table}
        observed, names, hints = _Gathering(), _Gathering(), _Gathering()
        self._panels: dict[str, frozenset[str]] = {}
        for name, concept in self.concepts.items():
            self._panels[name] = frozenset(concept.component_of)
            if concept.kind in _RECORDED_IN_TABLES:
                continue
            for system, codes in ((LOINC, concept.codes.loinc), (SNOMED, concept.codes.snomed)):
                for code in codes:
                    observed.add(f"{system} {code.strip()}", [name])
            for phrase in concept.names:
                names.add(normalised(phrase), [name])
            for phrase in concept.hints:
                hints.add(normalised(phrase), [name])
        self._observed = {key: tuple(map(Observed, found)) for key, found in observed.done().items()}
        self._observed |= {f"{PROJECT} {name}": (Observed(name, by_name=True),) for name in self.concepts}
        self._observed_names = _Words.of(names.done(), whole=True)
        self._observed_hints = _Words.of(hints.done(), whole=False)
        self._match = lru_cache(maxsize=65536)(self._match_uncached)
        self._observes = lru_cache(maxsize=65536)(self._observed_uncached)

    def _match_uncached(self, table: Table, coded: Coded) -> Match:
        return self._tables[table].match(coded)

    def match(self, table: Table, coded: Coded) -> Match:
        """Find what a record of a table is about."""
        return self._match(table, coded)

    def observed(self, coded: Coded) -> tuple[Observed, ...]:
        """Find the concepts that an observation with these codes holds, by its text where it has no code we read."""
        return self._observes(coded)

    def _observed_uncached(self, coded: Coded) -> tuple[Observed, ...]:
        found = [each for system, code in coded.codes for each in self._observed.get(f"{system} {code}", ())]
        if found:
            return tuple(dict.fromkeys(found)) if len(found) > 1 else (found[0],)
        if any(system in {LOINC, PROJECT} for system, _ in coded.codes):
            return ()
        return tuple(map(Observed, self._observed_names.equal(coded.texts)))

    def hinted(self, coded: Coded) -> tuple[str, ...]:
        """Give the concepts that an observation without a code we read may hold by its text."""
        return self._observed_hints.inside(coded.texts)

    def in_panel(self, concept: str, panel: Coded) -> bool:
        """Tell whether a component of this panel holds the concept."""
        panels = self._panels.get(concept, frozenset())
        return any(code in panels for code in panel.of(LOINC))
