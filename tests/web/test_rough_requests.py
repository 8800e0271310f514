"""Requests that no browser makes: whatever comes in, no status of 500 and no traceback."""

import random
import re
from collections import Counter
from html import unescape
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

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


VALUES = (
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
    "demo",
    "boin",
    "3+3",
    "0.1,0.2,0.4",
    "2026-06-01",
    "2026-02-30",
    "9" * 40,
    "1e308",
    "nan",
    "[]",
    "{a",
    "1NNN 2NNT",
)
STARTS = ("/", "/protocol/", "/screening/", "/screening/demo/", "/instruments/", "/ladder/", "/designs/", "/hospital/")
FIELD = re.compile(r'<(?:input|select|textarea|button)\b[^>]*?\bname="([^"]+)"')
LINK = re.compile(r'(?:href|hx-get|action)="(/[^"#]*|\?[^"#]*)"')


def crawled(client: Client, chance: random.Random, pages: int) -> tuple[list[str], list[str]]:
    """Follow links from the first pages, and give addresses and the names of fields and parameters that came up."""
    found, waiting, names = dict.fromkeys(STARTS), list(STARTS), dict.fromkeys(["x"])
    while waiting and pages:
        pages -= 1
        place = waiting.pop(chance.randrange(len(waiting)))
        answer = client.get(place, follow=True)
        assert answer.status_code < 500, place
        if "html" not in answer.get("Content-Type", "") or answer.streaming:
            continue
        text = answer.content.decode()
        names |= dict.fromkeys(FIELD.findall(text))
        for link in map(unescape, LINK.findall(text)):
            whole = link if link.startswith("/") else place.partition("?")[0] + link
            if whole not in found and not whole.startswith("/static/"):
                found[whole] = None
                waiting.append(whole)
    names |= dict.fromkeys(key for place in found for key, _ in parse_qsl(urlsplit(place).query))
    return list(found), list(names)


def bent(place: str, names: list[str], chance: random.Random) -> str:
    """Change a part of the path, change or add parameters, or leave the address as it is."""
    parts = urlsplit(place)
    path, query = parts.path, parse_qsl(parts.query, keep_blank_values=True)
    if chance.random() < 0.15:
        steps = path.split("/")
        steps[chance.randrange(len(steps))] = quote(chance.choice(VALUES))
        path = "/".join(steps) or "/"
    for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
        value = chance.choice(VALUES)
        if query and chance.random() < 0.6:
            at = chance.randrange(len(query))
            query[at] = (query[at][0], value)
        else:
            query.append((chance.choice(names), value))
    return f"{path if path.startswith('/') else '/' + path}?{urlencode(query)}"


@pytest.mark.parametrize(
    ("pages", "requests"), [(25, 300), pytest.param(400, 20_000, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_no_request_ends_in_an_error_of_ours(pages: int, requests: int, client: Client) -> None:
    chance = random.Random(20261125)
    client.raise_request_exception = False
    places, names = crawled(client, chance, pages)
    assert len(places) > 50
    counts: Counter[int] = Counter()
    for _ in range(requests):
        place = bent(chance.choice(places), names, chance)
        headers = {"hx-request": "true"} if chance.random() < 0.2 else {}
        client.cookies["language"] = chance.choice(["en", "zh-hans", "xx", '"'])
        method = chance.choice([*["GET"] * 8, "HEAD", "POST", "PUT"])
        fields = {chance.choice(names): chance.choice(VALUES) for _ in range(3)} if method == "POST" else {}
        found = client.generic(method, place, urlencode(fields), FORM, headers=headers)
        counts[found.status_code] += 1
        assert found.status_code < 500, (method, place, fields)
    assert counts[200] > requests // 20
    print(sorted(counts.items()))  # with -s: how many answers of each status
