"""Answers as texts: what a page, an address and a document say is the same."""

import random

import pytest

from dosepath.core.errors import InputError
from dosepath.core.instrument import Item, ItemKind
from dosepath.interop.answers_text import NO_ROWS, Said, answers, from_document, from_pairs, to_pairs
from dosepath.interop.answers_yaml import answers_of, load_exact
from dosepath.interop.instrument_json import form_yaml
from dosepath.trial.catalog import catalog

INSTRUMENTS = catalog().instruments


def _text(item: Item, draw: random.Random) -> str:
    match item.kind:
        case ItemKind.YES_OR_NO | ItemKind.CHOICE:
            return draw.choice(item.choices)
        case ItemKind.WHOLE:
            return str(draw.randint(int(item.low or 0), int(item.high or 9)))
        case ItemKind.AMOUNT:
            return draw.choice(["0.5", "12", f"3 {item.unit}" if item.unit else "3", "not a number"])
    return draw.choice(["2026-03-04", "2026-03", "yesterday"])


def drawn(items: dict[str, Item], draw: random.Random) -> Said:
    said: dict[str, str | tuple[dict[str, str], ...]] = {}
    for name, item in items.items():
        if draw.random() < 0.5:
            continue
        if item.kind is ItemKind.ROWS:
            rows = ({column.id: _text(column, draw) for column in item.columns} for _ in range(draw.randint(0, 3)))
            said[name] = tuple(rows)
        else:
            said[name] = _text(item, draw)
    return said


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_address_and_the_document_hold_every_answer(name: str) -> None:
    each = INSTRUMENTS[name]
    items = dict(each.items)
    for seed in range(5):
        said = drawn(items, random.Random(seed))
        assert from_pairs(items, to_pairs(said)) == said
        assert from_document(items, form_yaml(each, said), "form") == said


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_command_scores_the_document_as_the_screen_scores_the_answers(name: str) -> None:
    each = INSTRUMENTS[name]
    said = drawn(dict(each.items), random.Random(7))
    by_command = each.score(answers_of(each.items, load_exact(form_yaml(each, said), "form")))
    assert by_command == each.score(answers(each.items, said))


def test_a_table_without_rows_is_an_answer_and_no_table_is_none() -> None:
    items = INSTRUMENTS["astct_crs_2019"].items
    assert from_pairs(items, [("vasopressors", NO_ROWS)]) == {"vasopressors": ()}
    assert from_pairs(items, [("vasopressors", "")]) == {}


def test_a_document_of_other_shapes_says_the_same() -> None:
    items = INSTRUMENTS["icaht"].items
    text = "anc_series: [[0, 2000], {day: 3, anc: {value: 0.4, unit: 10*9/L}}]\nunheard_of: [1]\n"
    said = from_document(items, text, "form")
    assert said["anc_series"] == ({"day": "0", "anc": "2000"}, {"day": "3", "anc": "0.4 10*9/L"})
    assert "unheard_of" in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &x [1, 1]\nb: [*x, *x]\n", "repeats a part by name"),
        ("a: " + "[" * 5000 + "]" * 5000, "lists within lists"),
        ('{"a": ' * 3000 + "1" + "}" * 3000, "lists within lists"),
        ("just words", "no mapping"),
        ("a: [", "not YAML"),
        ("a: 2026-13-45\n", "not YAML"),
        (f"a: {'x' * 300_000}\n", "more than 200 kB"),
    ],
)
def test_what_is_no_form_of_answers_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        from_document(INSTRUMENTS["nyha"].items, text, "form")


def test_a_number_beyond_any_sense_is_refused_and_not_computed_with() -> None:
    each = INSTRUMENTS["cockcroft_gault"]
    said = from_document(each.items, f"weight: {'9' * 4000}\n", "form")
    assert "weight" in each.score(answers(each.items, said)).refused[0].item
    assert each.score(answers_of(each.items, {"weight": 10**200})).refused
