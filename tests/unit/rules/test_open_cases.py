"""Cases that a record leaves open: each is judged once, whatever the order in which choices come up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from dosepath.core.facts import NOTHING, Evidence, PatientRecord
from dosepath.core.verdict import Verdict
from dosepath.rules import nodes
from dosepath.rules.evaluation import Answer, Evaluator, Situation
from dosepath.rules.evaluation.answer import Row
from dosepath.rules.evaluation.evaluator import CASE_LIMIT, truths
from tests.unit.rules import world as worlds

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
Choosing = Callable[[Evaluator], Verdict]


@dataclass(frozen=True, slots=True)
class Made(nodes.Truth):
    """A condition that the test makes up."""

    judged: Choosing


@pytest.fixture(autouse=True)
def _made_conditions() -> Iterator[None]:
    truths.functions[Made] = lambda evaluator, node: Answer(node.judged(evaluator))
    yield
    del truths.functions[Made]


def choose(evaluator: Evaluator, key: str, count: int) -> int:
    return evaluator.choose(key, count, lambda: Evidence(notes=(f"doubt about {key}",)))


def test_choices_that_come_up_in_some_cases_only() -> None:
    seen: list[tuple[int, ...]] = []

    def branching(evaluator: Evaluator) -> Verdict:
        first = choose(evaluator, "first", 3)
        path: tuple[int, ...]
        if first == 0:
            path = (first, choose(evaluator, "second", 2), choose(evaluator, "third", 2))
        elif first == 1:
            # The same name as above, with other possibilities.
            second = choose(evaluator, "second", 3)
            path = (first, second, choose(evaluator, "fourth", 2)) if second == 1 else (first, second)
        else:
            path = (first,)
        assert choose(evaluator, "first", 3) == first
        seen.append(path)
        return MET

    assert worlds.World().evaluator().judge(Made(branching)).verdict is MET
    assert sorted(seen) == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0), (1, 1, 0), (1, 1, 1), (1, 2), (2,)]
    assert len(seen) == len(set(seen))


def test_the_answer_is_what_all_cases_agree_on() -> None:
    def only(verdicts: tuple[Verdict, ...]) -> Made:
        return Made(lambda evaluator: verdicts[choose(evaluator, "which", len(verdicts))])

    judge = worlds.World().evaluator().judge
    assert judge(only((MET, MET, MET))) == Answer(MET)
    assert judge(only((NOT_MET, NOT_MET))) == Answer(NOT_MET)
    assert judge(only((MET, NOT_MET))) == Answer(UNKNOWN, Evidence(notes=("doubt about which",)))
    assert judge(only((UNKNOWN, UNKNOWN))) == Answer(UNKNOWN, NOTHING)


def test_too_many_cases_are_not_told_apart() -> None:
    counted = 0

    def many(evaluator: Evaluator) -> Verdict:
        nonlocal counted
        counted += 1
        for number in range(12):
            choose(evaluator, f"choice {number}", 2)
        return MET

    answer = worlds.World().evaluator().judge(Made(many))
    assert answer.verdict is UNKNOWN
    assert answer.evidence.notes[-1] == f"more than {CASE_LIMIT} cases are possible; not told apart"
    assert counted == CASE_LIMIT


def test_as_many_cases_as_allowed_are_told_apart() -> None:
    def many(evaluator: Evaluator) -> Verdict:
        choose(evaluator, "choice", CASE_LIMIT)
        return MET

    assert worlds.World().evaluator().judge(Made(many)).verdict is MET


def test_a_rule_judged_inside_another_has_cases_of_its_own() -> None:
    inner = Made(lambda evaluator: (MET, NOT_MET)[choose(evaluator, "shared", 2)])
    seen: list[int] = []

    def outer(evaluator: Evaluator) -> Verdict:
        seen.append(choose(evaluator, "shared", 2))
        assert evaluator.judge(inner).verdict is UNKNOWN
        return MET

    assert worlds.World().evaluator().judge(Made(outer)).verdict is MET
    assert seen == [0, 1]


def test_another_criterion_is_judged_without_the_record_at_hand() -> None:
    rows: list[Row | None] = []

    def criterion(identity: str) -> Answer:
        assert identity == "I01"
        rows.append(evaluator.row)
        return Answer(MET)

    record = PatientRecord("p1", (worlds.fact({"is": "stroke", "day": "2026-05-01"}),))
    situation = Situation(record, {"screening": worlds.ON}, worlds.ON)
    evaluator = Evaluator(situation, worlds.vocabulary(), worlds.windows(), criterion)
    assert evaluator.judge(worlds.rule("exists(stroke, ever where I01)")).verdict is MET
    assert rows == [None]


def test_nobody_judges_the_other_criterion() -> None:
    answer = worlds.World().judge("I01")
    assert answer == Answer(UNKNOWN, Evidence(notes=("I01 is not judged here",)))
