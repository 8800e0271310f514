"""What the documents show is what the program does: rules are read, commands run, options exist."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dosepath.cli.main import app
from dosepath.cli.protocol import schema
from dosepath.core.verdict import Verdict
from dosepath.demo.cohort import make_cohort, write_cohort
from dosepath.rules import nodes
from dosepath.rules.check import check
from dosepath.rules.explain import explain
from dosepath.rules.parse import Reader, walk
from dosepath.trial.library import open_trial
from tests.conftest import ROOT

PROTOCOL = open_trial("NCT06680388")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FILE = "src/dosepath/trial/nct06680388/protocol.yaml"


def blocks(page: Path, kind: str = "") -> list[str]:
    """Give the code blocks of a page that are marked as of a kind."""
    found = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [text for mark, text in found if mark == kind]


RULES = [line for block in blocks(ROOT / "docs" / "rules.md", "rule") for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("text", RULES)
def test_rule_of_the_documents_is_read_checked_and_explained(text: str) -> None:
    rule = Reader(PROTOCOL.vocabulary).truth(text)
    check(rule, PROTOCOL.vocabulary)
    assert explain(rule, PROTOCOL.vocabulary, PROTOCOL.settings)


def test_the_documents_show_every_construct_of_the_language() -> None:
    """Every word of the grammar that is no punctuation stands in an example."""
    grammar = (ROOT / "src" / "dosepath" / "rules" / "grammar.lark").read_text(encoding="utf-8")
    rules = "\n".join(line for line in grammar.partition("TIME.2")[0].splitlines() if not line.startswith("//"))
    words = set(re.findall(r'"([a-z_]{2,})"', rules))
    shown = set(re.findall(r"[a-z_]+", "\n".join(RULES)))
    assert words - shown == set()


def test_the_documents_show_every_node() -> None:
    reader = Reader(PROTOCOL.vocabulary)
    shown = {type(node) for text in RULES for node in walk(reader.truth(text))}
    every = {
        kind
        for kind in vars(nodes).values()
        if isinstance(kind, type) and issubclass(kind, nodes.Node) and not kind.__subclasses__()
    }
    assert {kind.__name__ for kind in every - shown} == set()


# Commands ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which the commands of the documents find what they name."""
    folder = tmp_path_factory.mktemp("docs")
    write_cohort(make_cohort(1, 15), folder / "build" / "demo")
    write_cohort(make_cohort(1, 5), folder / "PATIENTS")
    for source in ("SOURCE", "todays-export"):
        write_cohort(make_cohort(1, 2), folder / source)
    (folder / "anchors.yaml").write_bytes((folder / "PATIENTS" / "anchors.yaml").read_bytes())
    target = folder / FILE
    target.parent.mkdir(parents=True)
    target.write_bytes((ROOT / FILE).read_bytes())
    (folder / "cases.yaml").write_text("schema: reference-screening/1\ntrial: NCT06680388\ncases: []\n")
    for form in ("FORM.yaml", "bvas.yaml"):
        (folder / form).write_text("{}\n")
    (folder / "LABS.csv").write_text("term,value,unit,lln\nAnemia,79,g/L,120\n")
    (folder / "PATIENTS.yaml").write_text(blocks(ROOT / "docs" / "conduct.md", "yaml")[0], encoding="utf-8")
    return folder


def commands() -> list[str]:
    """Give every command line that stands on a line of its own in a plain code block."""
    found: dict[str, None] = {}
    for page in PAGES:
        for block in blocks(page):
            for line in block.splitlines():
                said = re.match(r"(?:\$ )?(?:\.venv/bin/)?dosepath (\S.*?)(?:\s{2,}.*)?$", line)
                if said and not said[1].startswith("serve"):  # tests/web/test_serve.py runs it as a process
                    found[said[1]] = None
    return list(found)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("line", commands())
def test_command_of_the_documents_runs(line: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    typed = line.replace(" ID", " demo-sle-01").partition(" > ")[0]
    result = run(*shlex.split(typed))
    assert result.exit_code == 0, result.output


def test_there_are_commands_in_the_documents() -> None:
    assert len(commands()) >= 8


def test_options_named_in_the_documents_exist() -> None:
    helps = "".join(
        run(*command, "--help").output
        for command in (
            [],
            ["screen"],
            ["verify"],
            ["protocol", "check"],
            ["protocol", "show"],
            ["protocol", "schema"],
            ["demo-patients"],
            ["instruments"],
            ["score"],
            ["grade", "labs"],
            ["next-dose"],
            ["oc"],
            ["compare"],
            ["table"],
            ["calibrate"],
            ["serve"],
            *(["population", name] for name in ("make", "screen", "cost", "worklist", "values", "refresh", "check")),
        )
    )
    known = set(re.findall(r"--[a-z][a-z-]+", helps))
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known, page.name


def test_readings_and_settings_named_in_the_documents_exist() -> None:
    text = (ROOT / "docs" / "screening.md").read_text(encoding="utf-8")
    for key, option in re.findall(r"--reading (\S+?)=([a-z_0-9]+)", text):
        assert PROTOCOL.under({key: option}).chosen
    for name, setting in PROTOCOL.file.settings.items():
        if setting.number is not None:
            assert f"`{name}`" in text


def test_schema_in_the_documents_is_that_of_the_model() -> None:
    """`make golden` writes it anew."""
    assert (ROOT / "docs" / "protocol.schema.json").read_text(encoding="utf-8") == schema() + "\n"


def test_words_of_verdicts_in_the_documents_are_those_of_the_program() -> None:
    text = (ROOT / "docs" / "screening.md").read_text(encoding="utf-8")
    assert all(verdict.value.replace("_", " ") in text for verdict in Verdict)
