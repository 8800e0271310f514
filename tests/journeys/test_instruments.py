"""The commands `instruments` and `score`: what a person sees, and what a program reads."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dosepath.cli.main import app
from dosepath.trial.catalog import catalog


def run(*arguments: str | Path, text: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=text)


def answered(folder: Path, text: str) -> Path:
    file = folder / "answers.yaml"
    file.write_text(text, encoding="utf-8")
    return file


# What there is ----------------------------------------------------------------------------------------------------


def test_every_instrument_is_listed_with_what_it_was_verified_against() -> None:
    rows = json.loads(run("instruments", "--json").output)
    assert [row["id"] for row in rows] == sorted([*catalog().instruments, *catalog().procedures])
    for row in rows:
        assert row["verified_against"]
        assert row["verified_on"]
        assert row["citation"]
    text = run("instruments").output
    assert all(row["id"] in text for row in rows)


@pytest.mark.parametrize("name", sorted(catalog().instruments))
def test_an_instrument_is_shown_with_every_item_and_value(name: str) -> None:
    text = run("instruments", name).output
    found = json.loads(run("instruments", name, "--json").output)
    assert [item["id"] for item in found["items"]] == list(catalog().instruments[name].items)
    for item in found["items"]:
        assert item["id"] in text
        assert item["label"]
    for field in catalog().instruments[name].fields:
        assert field in text


def test_an_unknown_instrument_is_said_with_its_neighbour() -> None:
    result = run("instruments", "sledai2k")
    assert result.exit_code == 2
    assert "did you mean 'sledai_2k'" in result.output


# One form ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(name for name, each in catalog().instruments.items() if each.items))
def test_a_template_is_a_form_in_which_nothing_was_assessed(name: str, tmp_path: Path) -> None:
    form = answered(tmp_path, run("score", name, "--template").output)
    found = json.loads(run("score", name, form, "--json").output)
    assert found["refused"] == []
    assert found["missing"]


def test_a_score_with_its_bounds_and_what_is_missing(tmp_path: Path) -> None:
    form = answered(tmp_path, "arthritis: true\nincreased_dna_binding: true\n")
    form.write_text(
        form.read_text(encoding="utf-8")
        + "".join(
            f"{item}: false\n"
            for item in catalog().instruments["sledai_2k"].items
            if item not in ("arthritis", "increased_dna_binding", "low_complement")
        ),
        encoding="utf-8",
    )
    result = run("score", "sledai_2k", form)
    assert result.exit_code == 0
    for words in ("6 to 8", "clinical", "1 item not assessed that may change this", "low_complement"):
        assert words in result.output
    found = json.loads(run("score", "sledai_2k", form, "--json").output)
    assert found["values"]["total"]["low"] == "6"
    assert found["values"]["total"]["high"] == "8"
    assert found["values"]["clinical"]["value"] == "4"
    assert [missing["item"] for missing in found["missing"]] == ["low_complement"]
    assert found["version"]


def test_an_impossible_answer_is_refused_and_the_rest_is_used(tmp_path: Path) -> None:
    form = answered(tmp_path, "skin_thigh: true\nskin_trunk: often\nnose: true\n")
    result = run("score", "leroy_1988", form)
    assert result.exit_code == 1
    assert "not used: skin_trunk: 'often' is neither yes nor no" in result.output
    assert "not used: nose: the form has no such item" in result.output
    assert "diffuse" in result.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, 2]", "no mapping at the top"),
        ("a: [", "not YAML"),
        ("when: 2026-02-30", "not YAML"),
        ("", "no mapping at the top"),
    ],
)
def test_a_file_that_is_no_form_is_said(tmp_path: Path, text: str, words: str) -> None:
    result = run("score", "leroy_1988", answered(tmp_path, text))
    assert result.exit_code == 2
    assert words in result.output


def test_other_ways_to_ask_wrongly(tmp_path: Path) -> None:
    assert "no such file" in run("score", "leroy_1988", tmp_path / "nowhere.yaml").output.lower()
    assert "--template" in run("score", "leroy_1988").output
    (tmp_path / "latin.yaml").write_bytes(b"skin_thigh: \xff")
    assert "not UTF-8" in run("score", "leroy_1988", tmp_path / "latin.yaml").output


def test_answers_may_come_from_the_input() -> None:
    found = json.loads(run("score", "leroy_1988", "-", "--json", text="skin_thigh: yes\n").output)
    assert found["values"]["subset"]["value"] == "diffuse"
    assert found["missing"] == []
