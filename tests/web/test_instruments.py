"""Instruments: the list, and a form with its score; what is sent may be anything."""

import json
import random
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dosepath.core.instrument import ItemKind
from dosepath.interop.answers_text import answers, from_document, from_pairs, to_pairs
from dosepath.interop.score_json import document
from dosepath.trial.areas import Area, area_of
from dosepath.trial.catalog import catalog
from tests.unit.interop.test_answers_text import drawn

INSTRUMENTS = catalog().instruments
PROCEDURES = catalog().procedures


def test_the_list_has_every_instrument_and_every_one_has_a_place(client: Client) -> None:
    page = client.get("/instruments/").content.decode()
    rows = client.get("/instruments.json").json()["rows"]
    assert {row["id"] for row in rows} == {*INSTRUMENTS, *PROCEDURES}
    assert all(f"/instruments/{name}/" in page for name in {*INSTRUMENTS, *PROCEDURES})
    assert [name for name in {*INSTRUMENTS, *PROCEDURES} if area_of(name) is Area.OTHER] == []


def test_page_csv_and_json_show_what_the_filters_leave(client: Client) -> None:
    query = "?q=sjögren&kind=form"
    rows = client.get(f"/instruments.json{query}").json()["rows"]
    assert {row["id"] for row in rows} >= {"essdai", "esspri", "sjogren_acr_eular_2016"}
    assert len(client.get(f"/instruments.csv{query}").content.decode().strip().splitlines()) == len(rows) + 1
    page = client.get(f"/instruments/{query}").content.decode()
    assert page.count('<th scope="row">') == len(rows)
    assert client.get("/instruments/?area=nowhere").status_code == 400


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_form_asks_every_item_and_shows_the_score_of_the_command(client: Client, name: str) -> None:
    each = INSTRUMENTS[name]
    said = drawn(dict(each.items), random.Random(3))
    query = urlencode(list(to_pairs(said)))
    page = client.get(f"/instruments/{name}/?{query}").content.decode()
    for item in each.items.values():
        key = item.id.replace(".", "-")
        assert f'id="item-{key}"' in page
        assert f'id="state-{key}"' in page
    scored = client.get(f"/instruments/{name}.json?{query}").json()
    expected = json.loads(json.dumps(document(each, each.score(answers(each.items, said))), default=str))
    assert {**scored, "answers": None} == {**expected, "answers": None}
    assert client.get(f"/instruments/{name}/print/?{query}").status_code == 200


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_downloaded_answers_load_again_as_the_same_address(client: Client, name: str) -> None:
    each = INSTRUMENTS[name]
    said = drawn(dict(each.items), random.Random(5))
    query = urlencode(list(to_pairs(said)))
    text = client.get(f"/instruments/{name}.yaml?{query}").content.decode()
    assert from_document(each.items, text, "form") == said
    sent = client.post(f"/instruments/{name}/load/", {"file": SimpleUploadedFile("a.yaml", text.encode())})
    pasted = client.post(f"/instruments/{name}/load/", {"text": text})
    assert sent.status_code == pasted.status_code == 302
    assert sent["Location"] == pasted["Location"]
    again = client.get(sent["Location"].replace(f"/{name}/", f"/{name}.json"))
    assert again.json()["answers"] == json.loads(json.dumps(dict(said)))


def test_scripts_get_the_score_alone_and_the_address_of_the_answers(client: Client) -> None:
    asked = "/instruments/sledai_2k/?rash=true&fever=&arthritis=false"
    part = client.get(asked, headers={"HX-Request": "true"})
    assert part["HX-Replace-Url"] == "/instruments/sledai_2k/?arthritis=false&rash=true"
    assert "HX-Request" in part["Vary"]
    text = part.content.decode()
    assert "<html" not in text
    assert text.count('hx-swap-oob="true"') == len(INSTRUMENTS["sledai_2k"].items) + 5  # states, and the five parts
    back = client.get(asked, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in back.content.decode()


def test_not_assessed_no_and_no_answer_are_three_states(client: Client) -> None:
    def total(query: str) -> dict[str, object]:
        found: dict[str, object] = client.get(f"/instruments/sledai_2k.json?{query}").json()["values"]["total"]
        return found

    everything = urlencode(dict.fromkeys(INSTRUMENTS["sledai_2k"].items, "false"))
    assert total("")["high"] == "105"
    assert total(everything)["value"] == "0"
    page = client.get("/instruments/haq_di/?dress_self=skipped").content.decode()
    assert 'value="skipped" checked' in page


def test_what_cannot_be_used_stands_at_its_item_and_is_kept(client: Client) -> None:
    page = client.get("/instruments/mmt8/?deltoid.left=11&biceps.right=seven").content.decode()
    assert "11 is not a whole number from 0 to 10" in page
    assert 'value="11"' in page
    assert 'value="seven"' in page
    assert page.count('aria-invalid="true"') == 2


def test_a_contradiction_is_told(client: Client) -> None:
    page = client.get("/instruments/sri4/?sledai_baseline=3&baseline.seizure=true").content.decode()
    assert "the findings do not make 3 points" in page


def test_html_in_answers_is_text(client: Client) -> None:
    bad = "<script>alert(1)</script>"
    for place in ("/instruments/mmt8/", "/instruments/mmt8/print/"):
        page = client.get(place, {"biceps.left": bad, bad: bad}).content.decode()
        assert bad not in page
        assert "&lt;script&gt;" in page
    assert bad not in client.get(f"/instruments/{bad}/").content.decode()


BAD = [
    ("/instruments/nope/", 404),
    ("/instruments/cart_pk/", 200),
    ("/instruments/cart_pk/print/", 404),
    ("/instruments/cart_pk.yaml", 404),
    ("/instruments/nope.json", 404),
    ("/instruments/../../etc/passwd/", 404),
    ("/instruments/sledai_2k/?q=1&fever=maybe&fever=true", 200),
    ("/instruments/sledai_2k/?" + urlencode({"fever": "x" * 5000}), 200),
    ("/instruments/mmt8/?" + urlencode({"biceps.left": "9" * 300}), 200),
    ("/instruments/mmt8/?" + urlencode({"biceps.left": "1e999999"}), 200),
    ("/instruments/cockcroft_gault/?" + urlencode({"weight": "1" + "0" * 99, "age": "40", "sex": "female"}), 200),
    ("/instruments/icaht/?anc_series.999999.day=1&anc_series.0.anc=-5&anc_series.x.day=2&anc_series=none", 200),
    ("/instruments/icaht/?" + "&".join(f"anc_series.{n}.day={n}" for n in range(1500)), 200),
    ("/instruments/icaht/?anc_series.1.day=99999999999999999999&anc_series.1.anc=1", 200),
    ("/instruments/ssc_ild_activity/?on=2026-13-45&before_on=9999999-01&fvc=-3", 200),
    ("/instruments/sledai_2k/?%00=%00&fever=%ff%fe", 200),
    ("/instruments/sledai_2k/?" + "&".join(f"x{n}=1" for n in range(2500)), 400),
    ("/instruments/?q=" + "x" * 300, 400),
    ("/instruments/?nope=1", 400),
]


@pytest.mark.parametrize(("place", "status"), BAD, ids=[place[:60] for place, _status in BAD])
def test_bad_addresses_get_an_answer(client: Client, place: str, status: int) -> None:
    assert client.get(place).status_code == status


LOADS = [
    ({}, 400),
    ({"text": "  "}, 400),
    ({"text": "just words"}, 400),
    ({"text": "a: &x [1]\nb: *x"}, 400),
    ({"text": "[" * 3000 + "]" * 3000}, 400),
    ({"text": "fever: true\nheadache: [1, {2: 3}]\n? [a, b]\n: c"}, 400),
    ({"text": "fever: true\nheadache: [1, {2: 3}]"}, 302),
    ({"text": "{1: 2, null: 3, true: 4}"}, 302),
]


@pytest.mark.parametrize(("sent", "status"), LOADS, ids=str)
def test_bad_texts_get_an_answer(client: Client, sent: dict[str, str], status: int) -> None:
    found = client.post("/instruments/sledai_2k/load/", sent)
    assert found.status_code == status
    if status == 302:
        assert client.get(found["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("content", "status"), [(b"\xff\xfe\x00", 400), (b"x" * 300_000, 413), (b"", 400), (b"\x89PNG\r\n\x1a\n", 400)]
)
def test_bad_files_get_an_answer(client: Client, content: bytes, status: int) -> None:
    sent = {"file": SimpleUploadedFile("../../a.yaml", content)}
    assert client.post("/instruments/sledai_2k/load/", sent).status_code == status


EXTREMES = (
    "-1",
    "0",
    "1e3",
    "99999999999999999999999999",
    "0.000000000000000000001",
    "3 furlongs",
    "🎉",
    "true",
    "none",
)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_any_mixture_of_answers_gets_a_page(client: Client, name: str) -> None:
    each = INSTRUMENTS[name]
    draw = random.Random(11)
    for _ in range(6):
        pairs = []
        for item in each.items.values():
            names = [item.id]
            if item.kind is ItemKind.ROWS:
                names = [f"{item.id}.{row}.{column.id}" for row in range(1, 4) for column in item.columns]
            pairs += [(each_name, draw.choice([*EXTREMES, *item.choices[:3], ""])) for each_name in names]
        said = from_pairs(each.items, pairs)
        query = urlencode(list(to_pairs(said)))
        for place in (f"/instruments/{name}/", f"/instruments/{name}.json", f"/instruments/{name}.csv"):
            assert client.get(f"{place}?{query}").status_code == 200
