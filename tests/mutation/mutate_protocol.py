"""Does some case notice every single change of the protocol? `make mutate` runs all of them."""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

import yaml

from dosepath.core.errors import DosepathError
from dosepath.protocol.protocol import Protocol
from tests.mutation.mutants import Mutant, file_mutants, rule_mutants
from tests.screening.case_files import Case, all_cases, differences, trial

SURVIVORS = Path(__file__).with_name("survivors.yaml")


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Give all cases, read once a process."""
    return tuple(all_cases())


@lru_cache(maxsize=1)
def mutants() -> tuple[Mutant, ...]:
    """Give all mutants."""
    of_criteria = (item for item in rule_mutants(trial()) if item.text in users())
    return (*of_criteria, *file_mutants(trial()))


@lru_cache(maxsize=1)
def users() -> dict[str, frozenset[str]]:
    """Give the criteria whose verdict a rule may alter: those that use it, and all above them."""
    protocol = trial()
    found: dict[str, set[str]] = {}
    pairs = [
        (rule.text, item.id) for item in protocol.criteria.values() for rule in (item.rule, *item.recheck.values())
    ]
    for _, reading in protocol.readings():
        for option in reading.options.values():
            pairs += [(text, identity) for identity, text in option.rules.items()]
    for text, own in pairs:
        identity = own
        while identity:
            found.setdefault(text, set()).add(identity)
            identity = protocol.criteria[identity].parent
    return {text: frozenset(names) for text, names in found.items()}


def outcome(number: int) -> str:
    """Say what becomes of a mutant: refused, killed or survived."""
    mutant = mutants()[number]
    protocol = mutant.protocol(trial())
    if protocol is None:
        return "refused"
    return "killed" if any(_notices(case, protocol) for case in _concerned(mutant)) else "survived"


def _concerned(mutant: Mutant) -> list[Case]:
    if mutant.whole:
        return list(cases())
    names = users().get(mutant.text, frozenset())
    found = [case for case in cases() if names & set(case.expect)]
    return sorted(found, key=lambda case: len(case.expect))


def _notices(case: Case, protocol: Protocol) -> bool:
    try:
        return bool(differences(case, protocol))
    except DosepathError:
        return True


def accepted() -> dict[str, str]:
    """Give the mutants that may survive, with the reason."""
    return {item["mutant"]: item["reason"] for item in yaml.safe_load(SURVIVORS.read_text(encoding="utf-8")) or []}


def run(numbers: Sequence[int], workers: int) -> list[str]:
    """Give the outcome of some mutants."""
    if workers < 2:
        return [outcome(number) for number in numbers]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(outcome, numbers, chunksize=8))


def main() -> int:
    """Run mutants and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every mutant")
    parser.add_argument("--sample", type=int, default=60, help="so many mutants, drawn by the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", default="", help="only mutants of this kind")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    numbers = [number for number, item in enumerate(mutants()) if options.kind in ("", item.kind)]
    if not options.all:
        drawn = random.Random(options.seed).sample(numbers, min(options.sample, len(numbers)))
        numbers = sorted(drawn)
    results = run(numbers, options.workers)
    known = accepted()
    open_ones = []
    for number, result in zip(numbers, results, strict=True):
        if result == "survived":
            item = mutants()[number]
            reason = known.get(str(item), "")
            print(f"survived: {item}{' -- ' + reason if reason else ''}")
            if not reason:
                open_ones.append(item)
    by_kind = Counter((mutants()[number].kind, result) for number, result in zip(numbers, results, strict=True))
    for kind in sorted({kind for kind, _ in by_kind}):
        print(f"{kind:20}", {result: by_kind[kind, result] for result in ("killed", "refused", "survived")})
    dead = sum(result != "survived" for result in results)
    print(f"{len(results)} mutants, {dead} killed or refused, {100 * dead / max(1, len(results)):.1f} %")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
