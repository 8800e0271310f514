"""Requests that no browser makes: whatever comes in, no status of 500 and no traceback."""

import random

import pytest
from django.test import Client

MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (MULTIPART, b"--x"),
        (f"{MULTIPART}; boundary=", b"--x"),
        (f"{MULTIPART}; boundary={'x' * 300}", b"--x"),
        (f"{MULTIPART}; boundary=x", b'--x\r\nContent-Disposition: form-data; name="theme"; filename="\xff"\r\n\r\n'),
        (f"{FORM}; charset=nonsense", b"theme=dark"),
        (f"{FORM}; charset=utf-16", b"theme=dark"),
        (FORM, b"theme=%ff%00"),
        (FORM, b"&".join(b"a%d=1" % number for number in range(3000))),
        (FORM, b"a=" + b"x" * (6 * 2**20)),
        ("application/json", b"{"),
        ("", b""),
    ],
)
def test_a_broken_form_is_refused(content_type: str, body: bytes, client: Client) -> None:
    found = client.generic("POST", "/preferences/", body, content_type)
    assert found.status_code in (302, 400, 413)
    assert b"Traceback" not in found.content


def test_a_form_of_too_much_says_so(client: Client) -> None:
    found = client.post("/preferences/", data=b"a=" + b"x" * (6 * 2**20), content_type=FORM)
    assert found.status_code == 413
    assert b"more than can be taken" in found.content


def test_too_many_files_are_asked_for_as_an_archive(client: Client) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.json"\r\n\r\n{}\r\n'
    found = client.generic("POST", "/preferences/", part * 2001 + b"--x--", f"{MULTIPART}; boundary=x")
    assert found.status_code == 413
    assert b"Pack them into a .zip" in found.content


BITS = (
    "E03",
    "I02.1.c",
    "anc",
    "NCT06680388",
    "..",
    "%00",
    "<b>",
    "'",
    "a" * 300,
    "ж",
    "1",
    "-1",
    "E03=igg",
    "",
    "SLE",
)
TRIAL = "/protocol/NCT06680388"
PLACES = (
    *("/", "/{}", "/preferences/", "/jobs/{}/", "/static/{}", "/protocol/{}/", f"{TRIAL}/", f"{TRIAL}.csv"),
    *(f"{TRIAL}/open/", f"{TRIAL}/concepts.json", f"{TRIAL}/criteria/{{}}/", f"{TRIAL}/concepts/{{}}.json"),
)
NAMES = ("q", "kind", "arm", "gate", "text", "reading", "blocks", "codes", "x")


def test_requests_put_together_at_random_never_end_in_an_error_of_ours(client: Client) -> None:
    chance = random.Random(20261125)
    client.raise_request_exception = False
    for _ in range(400):
        place = chance.choice(PLACES).format(chance.choice(BITS))
        query = "&".join(f"{chance.choice(NAMES)}={chance.choice(BITS)}" for _ in range(chance.randrange(4)))
        headers = {"hx-request": "true"} if chance.random() < 0.2 else {}
        client.cookies["language"] = chance.choice(["en", "zh-hans", "xx", '"'])
        found = client.generic(
            chance.choice(["GET", "GET", "POST", "PUT", "HEAD"]), f"{place}?{query}", headers=headers
        )
        assert found.status_code < 500, (place, query)
