"""Does some case notice every single change of the protocol? `make mutate` runs all of them.

A mutant is refused (reading the rule fails), killed (a case gives another answer than it expects) or survives. The
cases are those of tests/cases/screening; for codes, names and hints those of tests/cases/mapping. Survivors that are
the same for every patient stand in survivors.yaml with the reason; any other one makes the program fail.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from dosepath.core.errors import DosepathError
from dosepath.mapping.index import ConceptIndex
from dosepath.protocol.protocol import Judged, Protocol, Rule
from dosepath.rules import nodes
from dosepath.rules.nodes import Node
from dosepath.rules.parse import walk
from tests.conftest import ROOT
from tests.mutation.mutants import LostWord, Mutant, all_mutants, users
from tests.screening.case_files import Case, all_cases, differences, trial
from tests.unit.mapping.code_files import concepts_of, may_be_of

SURVIVORS = Path(__file__).with_name("survivors.yaml")
WORDS = ROOT / "tests" / "cases" / "mapping" / "codes.yaml"
CHECK = "check"
NEVER = nodes.Or(())
OUTCOMES = ("killed", "refused", "survived")


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Give the cases that the protocol as it is passes, read once a process."""
    return tuple(all_cases())


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """Give the cases of codes, names and hints."""
    found: dict[str, Any] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def mutants() -> tuple[Mutant | LostWord, ...]:
    """Give all mutants."""
    return tuple(all_mutants(trial()))


def outcome(number: int) -> str:
    """Say what becomes of a mutant: refused, killed or survived."""
    mutant = mutants()[number]
    if isinstance(mutant, LostWord):
        return "killed" if _word_is_missed(mutant) else "survived"
    protocol = mutant.protocol(trial())
    if protocol is None:
        return "refused"
    view = _view(mutant, protocol)
    return "killed" if any(_notices(number, view) for number in _concerned(mutant, view)) else "survived"


# Which cases can tell, and what of the protocol they need ------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """A protocol without the rules of criteria that a change cannot reach: what they say is not looked at.

    Parameters
    ----------
    protocol
        With rules under `roots` alone; under other readings from `under`.
    changed
        Criteria that the change stands in.
    roots
        Criteria at the top that it may reach; none where it stands in what is asked for beside the criteria.
    overall
        Whether the answer of a gate may differ although no criterion does.
    """

    protocol: Protocol
    changed: frozenset[str]
    roots: frozenset[str]
    overall: bool = False
    under: dict[tuple[tuple[str, str], ...], Protocol] = field(default_factory=dict)

    def differences(self, number: int) -> list[str]:
        """Say in what a case differs from what it expects."""
        case = cases()[number]
        key = tuple(sorted(case.readings.items()))
        if key not in self.under:
            self.under[key] = self.protocol.under(case.readings) if key else self.protocol
        return differences(replace(case, readings={}), self.under[key])


def _view(mutant: Mutant, protocol: Protocol) -> View:
    beside = mutant.place.startswith(CHECK)
    changed = frozenset(_changed(mutant, protocol)) or frozenset(() if beside else trial().criteria)
    everything = mutant.kind in ("gate", "scope")
    roots = frozenset(map(_root, trial().criteria if everything else changed))
    return View(_narrowed(protocol, roots), changed, roots, overall=everything or beside)


def _narrowed(protocol: Protocol, roots: frozenset[str]) -> Protocol:
    kept = roots | {CHECK}
    rules = {
        text: rule if rule.tree is None or kept & {_root(place) for place in _places()[text]} else Rule(text, NEVER)
        for text, rule in protocol.rules.items()
    }
    return replace(protocol, rules=rules)


@lru_cache(maxsize=1000)
def _unchanged(roots: frozenset[str]) -> View:
    return View(_narrowed(trial(), roots), frozenset(), roots)


@lru_cache(maxsize=100_000)
def _without_change(number: int, roots: frozenset[str]) -> list[str]:
    return _unchanged(roots).differences(number)


def _notices(number: int, view: View) -> bool:
    try:
        return view.differences(number) != _without_change(number, view.roots)
    except DosepathError:
        return True


def _concerned(mutant: Mutant, view: View) -> Iterator[int]:
    """Give the cases that may notice a mutant, those first that ask for little beside what was changed."""
    above = {identity for place in view.changed for identity in _upwards(place)}
    ranked: list[tuple[bool, int, int]] = []
    for number, case in enumerate(cases()):
        if mutant.leaves and not mutant.leaves & {fact.concept for fact in case.record.facts}:
            continue
        asked = {key for part in vars(case).values() if isinstance(part, dict) for key in part}
        if above & asked or (view.overall and case.overall):
            ranked.append((not view.changed & asked, len(case.record.facts), number))
    return (number for *_, number in sorted(ranked))


def _changed(mutant: Mutant, protocol: Protocol) -> Iterator[str]:
    """Name the criteria that a change stands in, under any reading; none where it may be all of them."""
    base = trial()
    texts = [text for text, rule in base.rules.items() if protocol.rules[text] is not rule]
    texts += [text for text, rule in base.rules.items() if rule.tree is not None and _uses(rule.tree, mutant.names)]
    yield from (_criterion(place) for text in texts for place in _places()[text] if not place.startswith(CHECK))
    for identity, judged in base.criteria.items():
        if not _same(judged, protocol.criteria[identity]):
            yield identity


def _uses(tree: Node, names: frozenset[str]) -> bool:
    """Tell whether one of some names stands anywhere in a tree."""
    values = (getattr(node, part.name) for node in walk(tree) for part in fields(node)) if names else ()
    words = (word for value in values for word in (value if isinstance(value, tuple) else (value,)))
    return any(isinstance(word, str) and word in names for word in words)


@lru_cache(maxsize=1)
def _places() -> dict[str, list[str]]:
    return users(trial())


def _criterion(place: str) -> str:
    return place.partition(" ")[0]


def _root(place: str) -> str:
    return _criterion(place).partition(".")[0]


def _same(one: Judged, other: Judged) -> bool:
    return (one.source, one.rule.text, one.arms, one.gates) == (other.source, other.rule.text, other.arms, other.gates)


def _upwards(identity: str) -> Iterator[str]:
    while identity:
        yield identity
        identity = trial().criteria[identity].parent


def _word_is_missed(lost: LostWord) -> bool:
    """Tell whether a record of some case is recognised no more.

    The concept is looked at alone: other concepts may take a record away from it, but never give it one.
    """
    alone = ConceptIndex({lost.place: lost.concept})
    if lost.kind == "code":
        of_system = [case for part in ("codes", "below") for case in words()[part] if case["system"] == lost.system]
        return any(
            lost.place not in concepts_of(lost.system, case["code"], case.get("table", ""), alone)
            for case in of_system
            if case["code"].startswith(lost.word) and lost.place in case["concepts"]
        )
    read, expected = (concepts_of, "concepts") if lost.kind == "name" else (_may_be, "may_be")
    return any(
        lost.place not in read("", case["text"], case["table"], alone)
        for case in words()[f"{lost.kind}s"]
        if lost.word.lower() in case["text"] and lost.place in case[expected]
    )


def _may_be(system: str, text: str, table: str, using: ConceptIndex | None) -> set[str]:
    return may_be_of(f"{system}{text}", table, using)


# Running -------------------------------------------------------------------------------------------------------------


def accepted() -> dict[str, str]:
    """Give the mutants that may survive, with the reason."""
    return {item["mutant"]: item["reason"] for item in yaml.safe_load(SURVIVORS.read_text(encoding="utf-8")) or []}


def run(numbers: Sequence[int], workers: int) -> Iterator[str]:
    """Give the outcome of some mutants, one by one."""
    if workers < 2:
        yield from map(outcome, numbers)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(outcome, numbers, chunksize=8)


def _chosen(options: argparse.Namespace) -> list[int]:
    numbers = [number for number, item in enumerate(mutants()) if options.kind in ("", item.kind)]
    if options.again:
        lines = options.again.read_text(encoding="utf-8").splitlines()
        before = {line.partition("\t")[2] for line in lines if line.startswith("survived")}
        return [number for number in numbers if str(mutants()[number]) in before]
    if options.all:
        return numbers
    return sorted(random.Random(options.seed).sample(numbers, min(options.sample, len(numbers))))


def main() -> int:
    """Run mutants and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every mutant")
    parser.add_argument("--sample", type=int, default=60, help="so many mutants, drawn by the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", default="", help="only mutants of this kind")
    parser.add_argument("--again", type=Path, help="only those that survived in the results of an earlier run")
    parser.add_argument("--results", type=Path, help="write each outcome to this file as it comes")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    numbers = _chosen(options)
    known = accepted()
    counts: Counter[tuple[str, str]] = Counter()
    open_ones = 0
    lines: list[str] = []
    start = time.monotonic()
    for done, (number, result) in enumerate(zip(numbers, run(numbers, options.workers), strict=True), 1):
        item = mutants()[number]
        counts[item.kind, result] += 1
        lines.append(f"{result}\t{item}\n")
        if result == "survived":
            reason = known.get(str(item), "")
            open_ones += not reason
            print(f"survived: {item}{' -- ' + reason if reason else ''}", flush=True)
        if done % 20 == 0 or done == len(numbers):
            seconds = time.monotonic() - start
            print(f"\r{done} of {len(numbers)} mutants, {seconds:.0f} s", end="", file=sys.stderr, flush=True)
            if options.results:
                options.results.write_text("".join(lines), encoding="utf-8")
    print(file=sys.stderr)
    for kind in sorted({kind for kind, _ in counts}):
        print(f"{kind:12}", "  ".join(f"{result} {counts[kind, result]:4}" for result in OUTCOMES))
    dead = sum(count for (_, result), count in counts.items() if result != "survived")
    print(f"{len(numbers)} mutants, {dead} killed or refused, {100 * dead / max(1, len(numbers)):.1f} %")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
