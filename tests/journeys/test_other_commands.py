"""The commands around the protocol file, and `verify`."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dosepath import __version__
from dosepath.cli.main import app
from dosepath.trial.library import open_trial
from tests.conftest import ROOT

FILE = ROOT / "src" / "dosepath" / "trial" / "nct06680388" / "protocol.yaml"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_shipped_protocol_is_whole() -> None:
    result = run("protocol", "check", FILE, "--json")
    found = json.loads(result.output)
    assert result.exit_code == 0
    # 113 of the reference and E07.1.n, the condition of E07.1
    assert found["leaves"] == {"inclusion": 71, "exclusion": 43}
    assert found["dose_levels"] == {"1": "0.5 10*6/kg", "2": None, "3": None}
    assert found["settings_not_set"]["visit_schedule"] == "planning visits"
    assert "ok" in run("protocol", "check", FILE).output.splitlines()[0]


def test_missing_protocol_file_is_said() -> None:
    result = run("protocol", "check", "nowhere.yaml")
    assert result.exit_code == 2
    assert "nowhere.yaml: no such file" in result.output


def test_problems_of_a_protocol_as_data(tmp_path: Path) -> None:
    copy = tmp_path / "protocol.yaml"
    copy.write_text(FILE.read_text(encoding="utf-8").replace("latest(anc,", "latest(ancc,"), encoding="utf-8")
    result = run("protocol", "check", copy, "--json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert not found["ok"]
    assert found["problems"][0]["where"] == "criterion I04.a.1"
    assert found["problems"][0]["line"] > 1


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


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        ("I03.2", ["reading I03#exposure", "reading I03#agents", "antimalarials_do_not_count"]),
        ("I02.5.c.1", ["reading I02.5.c:", "at_most"]),
        ("E07.3", ["reading E07#dose", "exclusion: keeps the patient out when met"]),
        ("E01.x", ["part of an exclusion: counts as the rule of E01 says"]),
        ("E07.1.b", ["part of an exclusion: counts as the rule of E07.1 says"]),
    ],
)
def test_show_of_a_part_has_the_readings_that_change_it_and_what_it_means(identity: str, words: list[str]) -> None:
    output = run("protocol", "show", "NCT06680388", identity).output
    assert not [word for word in words if word not in output]


def test_show_of_the_protocol_lists_every_criterion() -> None:
    output = run("protocol", "show", "NCT06680388").output
    for identity in ("I01", "I02.1.d.3.mtx", "E07.1.n", "E20"):
        assert identity in output


def test_show_prints_rules_with_their_brackets() -> None:
    """Brackets of a rule are text, not markup of the terminal."""
    output = " ".join(run("protocol", "show", "NCT06680388", "I02.2.d.2").output.split())
    assert "spanned([glucocorticoid, cyclophosphamide, ssc_immunosuppressant], 6 months, ever)" in output


def test_show_of_the_protocol_lists_readings_and_settings() -> None:
    output = run("protocol", "show", "NCT06680388", "--reading", "E03=igg").output
    assert re.search(r"^E03 +igg +any, all", output, re.MULTILINE)
    assert re.search(r"^I02\.4\.b#enzyme +enzyme_one_of_five +enzyme_mandatory", output, re.MULTILINE)
    assert re.search(r"^  screening_window_days +28 d ", output, re.MULTILINE)
    assert "blocks planning visits" in output


def test_show_as_data_holds_registry_readings_and_criteria() -> None:
    found = json.loads(run("protocol", "show", "NCT06680388", "--json").output)
    assert found["registry"]["number"] == "NCT06680388"
    assert len(found["criteria"]) == found["summary"]["criteria"]
    assert len(found["readings"]) == found["summary"]["readings"]["all"]


def test_every_criterion_can_be_shown() -> None:
    for item in open_trial("NCT06680388").criteria.values():
        result = run("protocol", "show", "NCT06680388", item.id)
        assert result.exit_code == 0, item.id
        assert item.source.title.split()[0] in result.output


def test_show_of_an_unknown_criterion_says_which() -> None:
    result = run("protocol", "show", "NCT06680388", "I4.a")
    assert result.exit_code == 2
    assert "did you mean 'I04.a'" in result.output


def test_verify_of_the_shared_cases(shared_reference: Path) -> None:
    result = run("verify", shared_reference / "reference" / "screening" / "cases.yaml")
    assert result.output.splitlines() == ["26 passed, 0 failed"]
    assert result.exit_code == 0


def changed(shared_reference: Path, tmp_path: Path, old: str, new: str) -> Result:
    """Verify the first of the shared cases with one spot of it changed."""
    source = shared_reference / "reference" / "screening"
    text = (source / "cases.yaml").read_text(encoding="utf-8").partition("- id: s02")[0]
    assert old in text
    (tmp_path / "cases.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "bundles").symlink_to(source / "bundles")
    return run("verify", tmp_path / "cases.yaml")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("I04.a.1: met", "I04.a.1: not_met", "s01: I04.a.1: expected not_met, got met (Observation/s01-anc-1"),
        ("overall: eligible", "overall: undecided", "s01: overall: expected undecided, got eligible"),
        ("[s01-anc-1]", "[s01-anc-9]", "s01: I04.a.1: s01-anc-9 is not among the evidence (s01-anc-1)"),
        ("E17: anchor lymphodepletion", "E17: platelets", "s01: E17: 'platelets' is not among the gaps"),
        ("E01: not_met", "E01: maybe", "s01: 'maybe' is not a valid Verdict"),
        ("E01: not_met", "E99: not_met", "s01: E99: no such criterion"),
        ("bundle: bundles/s01.json", "bundel: bundles/s01.json", "s01: unknown key bundel"),
        ("  bundle: bundles/s01.json\n", "", "s01: not laid out as reference-screening/1 says: KeyError 'bundle'"),
        ("bundle: bundles/s01.json", "bundle: bundles/none.json", "s01: none.json: 0 patients; a case has one"),
        ("arm: SLE\n  'on'", "arm: SLEE\n  'on'", "s01: no arm 'SLEE'; did you mean 'SLE'?"),
    ],
)
def test_verify_notices_what_differs(shared_reference: Path, tmp_path: Path, old: str, new: str, words: str) -> None:
    result = changed(shared_reference, tmp_path, old, new)
    assert words in result.output
    assert result.output.splitlines()[-1] == "0 passed, 1 failed"
    assert result.exit_code == 1


def test_verify_as_data(shared_reference: Path) -> None:
    result = CliRunner().invoke(
        app, ["verify", str(shared_reference / "reference" / "screening" / "cases.yaml"), "--json"]
    )
    found = json.loads(result.stdout)
    assert len(found) == 26
    assert all(case["passed"] for case in found)
    assert result.stderr == "26 passed, 0 failed\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, 2]", "no mapping at the top"),
        ("schema: [", "not YAML"),
        ("schema: reference-screening/1\non: 2026-02-30\n", "not YAML: day is out of range"),
        ("schema: reference-screening/1\ntrial: NCT06680388\ncases: 7\n", "has a list 'cases'"),
        ("schema: reference-screening/1\ntrial: NCT0\ncases: []\n", "no trial 'NCT0'"),
        ("schema: reference-nothing/1\n", "supported: reference-screening/1"),
        ("schema: reference-cases/1\n", "no instrument '' can be verified"),
        ("schema: reference-cases/1\ninstrument: sledai2k\n", "did you mean 'sledai_2k'"),
        ("schema: reference-cases/1\ninstrument: mmt8\n", "has a list 'cases'"),
    ],
)
def test_verify_of_a_file_that_is_none_says_so_and_goes_on(tmp_path: Path, text: str, words: str) -> None:
    wrong, empty = tmp_path / "wrong.yaml", tmp_path / "empty.yaml"
    wrong.write_text(text, encoding="utf-8")
    empty.write_text("schema: reference-screening/1\ntrial: NCT06680388\ncases: []\n", encoding="utf-8")
    result = run("verify", wrong, empty)
    assert words in result.output
    assert "Traceback" not in result.output
    assert result.output.splitlines()[-1] == "0 passed, 0 failed"
    assert result.exit_code == 2


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


def test_version() -> None:
    assert run("--version").output == f"dosepath {__version__}\n"


def test_demo_patients_of_another_day_and_number(tmp_path: Path) -> None:
    result = run("demo-patients", tmp_path / "demo", "--patients", "5", "--seed", "7", "--on", "2027-01-31")
    assert result.exit_code == 0
    assert "5 synthetic patients" in result.output
    assert "screening: 2027-01-31" in (tmp_path / "demo" / "anchors.yaml").read_text(encoding="utf-8")


def test_help_and_version_load_no_library_of_the_engine() -> None:
    """A slow start comes from imports, so these are what is counted."""
    code = "import sys; import dosepath.cli.main; print([n for n in ('pint', 'lark', 'yaml') if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


WORKED = """schema: reference-cases/1
instrument: mmt8
conventions: neck, then the right and the left side in the order of the form
cases:
- id: one
  input: {variant: bilateral_150, neck: 9, r: [10, 9, 8, 8, 9, 10, 10], l: [10, 9, 8, 8, 9, 10, 10]}
  expected: {total: 137, axial: 9}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("total: 137", "total: 138", "total: expected 138, got 137"),
        ("axial: 9", "axiale: 9", "axiale: unknown key in what is expected"),
        ("neck: 9", "nek: 9", "unknown key in the input: nek"),
        ("neck: 9", "neck: 9.5", "total: expected 137"),
        ("- id: one", "- id: one\n  titel: typo", "unknown key titel"),
    ],
)
def test_verify_finds_a_planted_error(old: str, new: str, words: str, tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.yaml", tmp_path / "wrong.yaml"
    right.write_text(WORKED, encoding="utf-8")
    assert run("verify", right).output == "1 passed, 0 failed\n"
    wrong.write_text(WORKED.replace(old, new), encoding="utf-8")
    result = run("verify", wrong)
    assert words in result.output
    assert result.output.splitlines()[-1] == "0 passed, 1 failed"
    assert result.exit_code == 1
