"""The command `instruments` shows the number of cases that there are; `make golden` writes it anew."""

from tests.golden.own_cases import FILE, counted


def test_cases_are_counted() -> None:
    assert FILE.read_text(encoding="utf-8") == counted()
