"""Hospital: result folders in the browser, as the commands show them; foreign and spoilt folders."""

import json
import re
from datetime import date
from pathlib import Path
from shutil import copytree
from urllib.parse import quote

import pytest
from django.test import Client
from typer.testing import CliRunner

from dosepath.cli.main import app
from dosepath.demo.hospital.make import make_hospital
from dosepath.interop.hospital import screen_into
from dosepath.population.screening import Asked
from dosepath.trial.library import open_trial
from dosepath.web.workspace import workspace

TRIAL = "NCT06680388"
PEOPLE = 2_000
ARM = "SS"
NAMED = "folder=screened"


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Screen a small synthetic hospital once."""
    place = tmp_path_factory.mktemp("hospital")
    make_hospital(place / "tables", PEOPLE, 1, date(2026, 6, 1))
    screen_into(place / "screened", [place / "tables"], Asked(TRIAL, open_trial(TRIAL), date(2026, 6, 1)))
    return place / "screened"


@pytest.fixture
def at_hand(client: Client, screened: Path) -> Client:
    """Give a browser whose data folder holds the screening as `screened`."""
    place = workspace().root / "hospital" / "screened"
    if not place.exists():
        copytree(screened, place)
    return client


def command(*arguments: str) -> str:
    found = CliRunner().invoke(app, ["population", *arguments])
    assert found.exit_code == 0, found.output
    return found.output


def test_the_start_lists_what_is_at_hand(at_hand: Client) -> None:
    page = at_hand.get("/hospital/").content.decode()
    assert "?folder=screened" in page
    assert "Make a synthetic hospital" in page


def test_a_path_opens_a_folder_anywhere(at_hand: Client, screened: Path) -> None:
    by_path = at_hand.get(f"/hospital/arms.json?folder={quote(str(screened), safe='')}").json()
    by_name = at_hand.get(f"/hospital/arms.json?{NAMED}").json()
    assert by_path["rows"] == by_name["rows"]
    assert by_path["patients"] == PEOPLE
    assert by_path["digest"] == by_name["digest"]


def test_the_cost_is_that_of_the_command(at_hand: Client, screened: Path) -> None:
    said = json.loads(command("cost", str(screened), "--arm", ARM, "--json"))[0]
    found = at_hand.get(f"/hospital/cost.json?{NAMED}&arm={ARM}&show=all").json()
    assert {key: found[key] for key in ("patients", "lost", "undecided", "eligible", "dead")} == {
        key: said[key] for key in ("patients", "lost", "undecided", "eligible", "dead")
    }
    shares = {
        row["criterion"]: (row["share"], row["least"], row["most"], row["fail_only_this"]) for row in found["rows"]
    }
    assert shares == {
        item["item"]: (item["share"], item["least"], item["most"], item["only_this"]) for item in said["items"]
    }
    assert sum(row["share"] for row in found["rows"]) == pytest.approx(found["lost"])
    steps = at_hand.get(f"/hospital/waterfall.json?{NAMED}&arm={ARM}").json()["rows"]
    assert [(row["criterion"], row["lost"], row["possible"], row["sure"]) for row in steps] == [
        (step["item"], step["lost"], step["possible"], step["sure"]) for step in said["steps"]
    ]


def test_the_worklist_is_that_of_the_command(at_hand: Client, screened: Path, tmp_path: Path) -> None:
    command("worklist", str(screened), "--limit", "50", "--csv", str(tmp_path / "list.csv"))
    said = (tmp_path / "list.csv").read_text(encoding="utf-8").splitlines()
    assert at_hand.get(f"/hospital/worklist.csv?{NAMED}").content.decode().splitlines() == said
    page = at_hand.get(f"/hospital/worklist/?{NAMED}").content.decode()
    assert all(f">{line.split(',')[0]}</a>" in page for line in said[1:])


def test_an_order_leaves_those_whom_it_is_for(at_hand: Client) -> None:
    orders = at_hand.get(f"/hospital/orders.json?{NAMED}").json()["rows"]
    for order in orders:
        rows = at_hand.get(f"/hospital/worklist.json?{NAMED}&order={quote(order['order'])}").json()
        assert rows["shown"] == order["patients"]
    assert at_hand.get(f"/hospital/worklist/?{NAMED}&order=nonsense").status_code == 400


def test_a_row_leads_to_the_sheet_of_the_patient(at_hand: Client) -> None:
    row = at_hand.get(f"/hospital/worklist.json?{NAMED}").json()["rows"][0]
    query = f"{NAMED}&patient={row['patient']}&arm={row['arm']}"
    sheet = at_hand.get(f"/hospital/patient.json?{query}").json()
    (report,) = sheet["reports"]
    assert report["patient"] == row["patient"]
    assert report["gates"]["screening"]["overall"] == row["overall"]
    page = at_hand.get(f"/hospital/patient/?{query}").content.decode()
    assert all(
        f'/protocol/{TRIAL}/criteria/{name}/">{name}</a>' in page for name in report["gates"]["screening"]["undecided"]
    )
    judged = {name for name, each in report["gates"]["screening"]["criteria"].items() if each["in_scope"]}
    assert set(re.findall(rf'<article class="criterion[^>]* id="{row["arm"]}-([^"]+)"', page)) == judged
    used = [each["evidence"]["used"] for each in report["gates"]["screening"]["criteria"].values() if each["in_scope"]]
    assert all(fact["source"] in page for facts in used for fact in facts)
    assert "What if" not in page


def test_the_curve_is_that_of_the_command_and_takes_a_range(at_hand: Client, screened: Path) -> None:
    said = json.loads(command("cost", str(screened), "--arm", ARM, "--what-if", "I04.a.1", "--json"))[0]
    found = at_hand.get(f"/hospital/threshold.json?{NAMED}&arm={ARM}&criterion=I04.a.1").json()
    assert [(row["limit"], row["eligible"], row["possible"]) for row in found["rows"]] == [
        tuple(point[:3]) for point in said["points"]
    ]
    own = at_hand.get(f"/hospital/threshold.json?{NAMED}&arm={ARM}&criterion=I04.a.1&low=1&high=2&steps=4").json()
    assert [row["limit"] for row in own["rows"]] == [0.5, 1.0, 1.25, 1.5, 1.75, 2.0]


def test_a_wrong_arm_is_what_is_refused(at_hand: Client) -> None:
    found = at_hand.get(f"/hospital/threshold/?{NAMED}&arm=nope&criterion=I04.a.1&low=1&high=2")
    assert "arm: no choice" in found.content.decode()


def test_plots_are_given_as_files(at_hand: Client) -> None:
    drawn = at_hand.get(f"/hospital/plots/waterfall.svg?{NAMED}&arm={ARM}")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert drawn.content.startswith(b"<svg")
    picture = at_hand.get(f"/hospital/plots/threshold.png?{NAMED}&arm={ARM}&criterion=I04.a.1")
    assert picture.content.startswith(b"\x89PNG")


def test_every_list_is_the_same_as_page_csv_and_json(at_hand: Client) -> None:
    for place in ("arms", "worklist", "orders", "remarks", "cost", "waterfall"):
        rows = at_hand.get(f"/hospital/{place}.json?{NAMED}").json()["rows"]
        lines = at_hand.get(f"/hospital/{place}.csv?{NAMED}").content.decode().strip().splitlines()
        page = at_hand.get(f"/hospital/{place}/?{NAMED}").content.decode()
        assert len(lines) == len(rows) + 1
        assert page.count('<th scope="row">') == len(rows)


BAD = [
    ("/hospital/arms/", 400),
    ("/hospital/arms/?folder=", 400),
    ("/hospital/arms/?folder=nowhere", 404),
    ("/hospital/arms/?folder=../../etc", 400),
    ("/hospital/arms/?folder=/etc", 400),
    ("/hospital/arms/?folder=/etc/../etc/passwd", 400),
    ("/hospital/arms/?folder=/no/such/place", 400),
    ("/hospital/arms/?folder=%00", 400),
    ("/hospital/arms/?folder=/a%00b", 400),
    ("/hospital/arms/?folder=" + "x" * 2000, 400),
    ("/hospital/arms/?folder=/" + "x" * 400, 400),
    ("/hospital/arms/?folder=%3Cscript%3E", 400),
    (f"/hospital/arms/?{NAMED}&other=1", 400),
    (f"/hospital/worklist/?{NAMED}&arm=nope", 400),
    (f"/hospital/worklist/?{NAMED}&limit=-5", 400),
    (f"/hospital/worklist/?{NAMED}&limit=99999999999999", 400),
    (f"/hospital/orders/?{NAMED}&order=x", 400),
    (f"/hospital/patient/?{NAMED}", 400),
    (f"/hospital/patient/?{NAMED}&patient=nobody", 400),
    (f"/hospital/patient/?{NAMED}&patient='%20OR%201=1", 400),
    (f"/hospital/patient/?{NAMED}&patient=P00000001&arm=nope", 404),
    (f"/hospital/cost/?{NAMED}&base=nobody", 400),
    (f"/hospital/cost/?{NAMED}&arm='", 400),
    (f"/hospital/threshold/?{NAMED}&criterion=I01", 400),
    (f"/hospital/threshold/?{NAMED}&arm=nope", 400),
    (f"/hospital/threshold/?{NAMED}&arm={ARM}&criterion=I04.a.1&low=2&high=1", 400),
    (f"/hospital/threshold/?{NAMED}&arm={ARM}&criterion=I04.a.1&low=a&high=1", 400),
    (f"/hospital/threshold/?{NAMED}&arm={ARM}&criterion=I04.a.1&low=0&high=1&steps=999999999", 400),
    (f"/hospital/threshold/?{NAMED}&arm={ARM}&criterion=I04.a.1&low=0&high=1e9", 400),
    (f"/hospital/threshold/?{NAMED}&arm={ARM}&criterion=I04.a.1&low=1", 200),
    (f"/hospital/plots/waterfall.exe?{NAMED}", 404),
    (f"/hospital/plots/other.svg?{NAMED}", 404),
    (f"/hospital/plots/threshold.svg?{NAMED}", 400),
    ("/hospital/synthetic/7/", 404),
    ("/hospital/synthetic/99999999999999999999999/", 404),
    ("/hospital/make/", 405),
    ("/hospital/?x=1", 400),
]


@pytest.mark.parametrize(("place", "status"), BAD, ids=[place[:70] for place, _status in BAD])
def test_bad_addresses_get_an_answer(at_hand: Client, place: str, status: int) -> None:
    for _ in range(20):
        found = at_hand.get(place)
        if found.status_code != 202:
            break
    assert found.status_code == status
    assert b"<script>alert" not in found.content


def test_scripts_get_what_is_wrong_as_a_part_that_leaves_the_list_in_its_place(at_hand: Client) -> None:
    found = at_hand.get(f"/hospital/cost/?{NAMED}&arm=nope", headers={"HX-Request": "true"})
    assert (found.status_code, found["HX-Reselect"], found["HX-Reswap"]) == (400, "unset", "innerHTML")
    assert b"<html" not in found.content


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '{"schema": "dosepath-population/1"}',
     '{"schema": "dosepath-population/1", "kind": "screening", "tables": "t", "files": {}, "about": {}}',
     '{"schema": "dosepath-population/1", "kind": "screening", "tables": "t", "files": [1], "about": 7}',
     '{"schema": "dosepath-population/1", "kind": "facts", "tables": "t", "files": {}, "about": {}}'],
)  # fmt: skip
def test_a_foreign_or_spoilt_folder_says_so(client: Client, tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    found = client.get(f"/hospital/arms/?folder={quote(str(tmp_path), safe='')}")
    assert found.status_code == 400


def test_a_folder_whose_tables_are_spoilt_says_so(client: Client, screened: Path, tmp_path: Path) -> None:
    copytree(screened, tmp_path / "spoilt")
    for file in (tmp_path / "spoilt").rglob("*.parquet"):
        file.write_bytes(b"x" * file.stat().st_size)
    found = client.get(f"/hospital/arms.json?folder={quote(str(tmp_path / 'spoilt'), safe='')}")
    assert found.status_code == 400


def test_a_size_that_is_not_offered_is_refused(client: Client) -> None:
    for said in ("", "7", "-1", "99999999999999999999", "x"):
        assert client.post("/hospital/make/", {"patients": said}).status_code == 400
