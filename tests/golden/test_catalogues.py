"""The catalogues hold what is marked and leave nothing out, and the compiled ones agree with them."""

import re

import pytest

from tests.golden.catalogues import (
    LOCALE,
    WEB,
    collected,
    forms,
    merged,
    mo_bytes,
    on_disk,
    po_file,
    po_text,
    translated,
)

STRINGS = collected()
HOLDER = re.compile(r"%\((\w+)\)[sd]")


def test_functions_that_mark_strings_have_the_names_that_are_looked_for() -> None:
    """`gettext` as `_`, and `gettext_lazy` as `_` or, beside it, as `lazy`; under another name nothing is collected."""
    names = re.compile(r"(?:import|,)\s+[np]*gettext(?:_lazy|_noop)?\s+as\s+(\w+)")
    found = {alias for file in WEB.rglob("*.py") for alias in names.findall(file.read_text(encoding="utf-8"))}
    assert found <= {"_", "lazy"}


def test_there_is_one_catalogue_for_each_screen_and_no_other() -> None:
    assert {folder.name for folder in LOCALE.iterdir()} == set(STRINGS)


@pytest.mark.parametrize("name", STRINGS)
def test_every_marked_string_is_in_the_catalogue(name: str) -> None:
    expected = po_text(merged(name, STRINGS[name])).decode()
    assert po_file(name).read_text(encoding="utf-8") == expected, "run: make messages"


@pytest.mark.parametrize("name", STRINGS)
def test_the_compiled_catalogue_agrees(name: str) -> None:
    assert po_file(name).with_suffix(".mo").read_bytes() == mo_bytes(on_disk(name)), "run: make messages"


@pytest.mark.parametrize("name", STRINGS)
def test_a_catalogue_has_chinese_for_everything(name: str) -> None:
    assert [message.id for message in on_disk(name) if message.id and not translated(message.string)] == []


@pytest.mark.parametrize("name", STRINGS)
def test_a_translation_has_the_places_of_its_string(name: str) -> None:
    for message in on_disk(name):
        if message.id and translated(message.string):
            wanted = set(HOLDER.findall(forms(message.id)[-1]))
            assert all(set(HOLDER.findall(text)) == wanted for text in forms(message.string)), message.id


def test_one_string_has_one_translation_on_all_screens() -> None:
    said: dict[tuple[str | None, str], set[str]] = {}
    for name in STRINGS:
        for message in on_disk(name):
            if message.id and translated(message.string):
                context = message.context if isinstance(message.context, str) else None
                said.setdefault((context, str(message.id)), set()).add(str(message.string))
    assert {key: found for key, found in said.items() if len(found) > 1} == {}
