"""Every node class has its evaluation and its words; explanations name no concept by its id."""

import inspect
import re
from fractions import Fraction
from typing import Any

import pytest

from dosepath.rules import nodes
from dosepath.rules.evaluation.evaluator import truths, values
from dosepath.rules.explain import explain
from dosepath.rules.explanation.words import phrases
from dosepath.rules.parse import walk
from tests.unit.rules import world as worlds

BASES = {nodes.Node, nodes.Truth, nodes.Scalar}
CONCRETE = {
    kind for _, kind in inspect.getmembers(nodes, inspect.isclass) if issubclass(kind, nodes.Node) and kind not in BASES
}
TRUTHS = {kind for kind in CONCRETE if issubclass(kind, nodes.Truth)}
SCALARS = {kind for kind in CONCRETE if issubclass(kind, nodes.Scalar)}

EXPLANATIONS = worlds.document("explain")
SETTINGS = {name: Fraction(str(value)) for name, value in EXPLANATIONS["settings"].items()}
CASES = [pytest.param(case, id=case["rule"]) for case in EXPLANATIONS["cases"]]


def test_every_class_is_evaluated() -> None:
    assert set(truths.functions) == TRUTHS
    assert set(values.functions) == SCALARS


def test_every_class_has_words() -> None:
    assert set(phrases) == CONCRETE


def test_the_other_classes_are_parts() -> None:
    assert {nodes.SpanOf, nodes.WindowOf} == CONCRETE - TRUTHS - SCALARS


def test_the_cases_show_every_class() -> None:
    shown = {type(node) for case in EXPLANATIONS["cases"] for node in walk(worlds.rule(case["rule"]))}
    assert shown == CONCRETE


@pytest.mark.parametrize("case", CASES)
def test_words(case: dict[str, Any]) -> None:
    assert explain(worlds.rule(case["rule"]), worlds.vocabulary(), SETTINGS) == case["says"]


@pytest.mark.parametrize("case", CASES)
def test_words_name_no_concept_by_its_id(case: dict[str, Any]) -> None:
    said = re.findall(r"\w+", explain(worlds.rule(case["rule"]), worlds.vocabulary()))
    labels = {word for term in worlds.vocabulary().terms.values() for word in re.findall(r"\w+", term.label)}
    allowed = labels | {"sex", "weight", "pred", "clinical", "total"}
    assert not set(said) & (set(worlds.vocabulary().terms) - allowed)
