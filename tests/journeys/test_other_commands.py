"""The commands around the protocol file, and `verify`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dosepath.cli.main import app
from tests.conftest import ROOT

FILE = ROOT / "src" / "dosepath" / "trial" / "nct06680388" / "protocol.yaml"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_shipped_protocol_is_whole() -> None:
    result = run("protocol", "check", FILE, "--json")
    found = json.loads(result.output)
    assert result.exit_code == 0
    # 113 of the reference and E07.1.n, the condition of E07.1
    assert found["leaf_criteria"] == "71 inclusion, 43 exclusion"
    assert found["dose_levels"] == "1: 0.5 10*6/kg, 2: not set, 3: not set"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("latest(anc, screening) >= 0.5", "latest(ancc, screening) >= 0.5", "criterion I04.a.1: no concept 'ancc'"),
        ("'10*9/L'\"}", "'mg/dL'\"}", "cannot stand beside"),
        ("in_force: any\n", "in_force: some\n", "no option 'some'"),
        ("arms: [IIM]", "arms: [IIN]", "did you mean 'IIM'"),
        ("title: age 18 to 65\n", "titel: age 18 to 65\n", "this key is not known here"),
        ("rule: sledai_2k.total >= 8", "rule: sledai2k.total >= 8", "did you mean 'sledai_2k'"),
        ("(E01.1 or E01.2)", "(E01.1 or E01)", "criterion E01: refers to itself"),
    ],
)
def test_mistake_is_said_with_line_criterion_and_way_out(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    copy = tmp_path / "protocol.yaml"
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    result = run("protocol", "check", copy)
    assert result.exit_code == 1
    line = next((item for item in result.output.splitlines() if words in item), "")
    assert line, result.output
    number = int(line.split(":")[1])
    assert new.strip().splitlines()[0].strip("\"}'") in "\n".join(
        copy.read_text(encoding="utf-8").splitlines()[number - 3 : number + 12]
    )


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    text = (
        FILE.read_text(encoding="utf-8").replace("latest(anc,", "latest(ancc,").replace("latest(aptt,", "latest(apt,")
    )
    copy = tmp_path / "protocol.yaml"
    copy.write_text(text, encoding="utf-8")
    output = run("protocol", "check", copy).output
    assert "'ancc'" in output
    assert "'apt'" in output


def test_show_of_a_criterion_has_text_reading_rule_words_concepts() -> None:
    output = run("protocol", "show", "NCT06680388", "I02.2.c").output
    for words in (
        "page line 48",
        "ild_and_fvc_or_dlco",
        "in force",
        "I02.2.c.1 and (I02.2.c.2 or I02.2.c.3)",
        "fvc_pct_pred",
    ):
        assert words in output
    other = run(
        "protocol", "show", "NCT06680388", "I02.2.c", "--reading", "I02.2.c=ild_and_fvc_or_dlco", "--json"
    ).output
    assert json.loads(other)["rule"] == "(I02.2.c.1 and I02.2.c.2) or I02.2.c.3"


def test_show_of_the_protocol_lists_every_criterion() -> None:
    output = run("protocol", "show", "NCT06680388").output
    for identity in ("I01", "I02.1.d.3.mtx", "E07.1.n", "E20"):
        assert identity in output


def test_show_of_an_unknown_criterion_says_which() -> None:
    result = run("protocol", "show", "NCT06680388", "I4.a")
    assert result.exit_code == 2
    assert "did you mean 'I04.a'" in result.output


def test_verify_of_the_shared_cases(shared_reference: Path) -> None:
    """Seven cases score instruments from the items of their forms, which so far are read but not scored."""
    result = run("verify", shared_reference / "reference" / "screening" / "cases.yaml")
    lines = result.output.splitlines()
    assert lines[-1] == "19 passed, 7 failed"
    assert {line.split(": ")[1] for line in lines[:-1]} == {"s06", "s07", "s14", "s15", "s17", "s20", "s21"}


def test_verify_notices_a_wrong_verdict(shared_reference: Path, tmp_path: Path) -> None:
    source = shared_reference / "reference" / "screening"
    text = (source / "cases.yaml").read_text(encoding="utf-8").replace("I04.a.1: met", "I04.a.1: not_met", 1)
    (tmp_path / "cases.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "bundles").symlink_to(source / "bundles")
    result = run("verify", tmp_path / "cases.yaml")
    assert result.exit_code == 1
    assert "s01: I04.a.1: expected not_met, got met" in result.output
    assert result.output.splitlines()[-1] == "18 passed, 8 failed"


def test_verify_of_another_schema_says_what_is_supported(tmp_path: Path) -> None:
    other = tmp_path / "cases.yaml"
    other.write_text("schema: reference-other/1\n", encoding="utf-8")
    result = run("verify", other)
    assert result.exit_code == 2
    assert "reference-screening/1" in result.output


@pytest.mark.parametrize(
    "command", [[], ["screen"], ["verify"], ["protocol", "check"], ["protocol", "show"], ["demo-patients"]]
)
def test_help_has_examples(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    if command:
        assert "Examples" in result.output
