"""JSON without loss: decimals keep their digits, and a large bundle is taken apart entry by entry."""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NoReturn

from dosepath.core.errors import InputError


class NotJsonError(InputError):
    """A file or a line that is no JSON, in one sentence that says where and why."""


class _NotANumberError(ValueError):
    """NaN or Infinity, which JSON does not have."""


def _refuse(token: str) -> NoReturn:
    raise _NotANumberError(token)


_DECODER: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)
_BLANKS: Final = re.compile(r"[ \t\n\r]*")


def read_bytes(path: Path) -> bytes:
    """Read a file, unpacked where it is gzip-compressed.

    Raises
    ------
    NotJsonError
        When it cannot be read or unpacked.
    """
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as stream:
                return stream.read()
        return path.read_bytes()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise NotJsonError(f"not a whole gzip file ({error}); compress it again") from error
    except OSError as error:
        raise NotJsonError(f"cannot be read: {error.strerror or error}") from error


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Read a file of lines as a stream, with line numbers; blank lines are left out.

    Raises
    ------
    NotJsonError
        When it cannot be read or unpacked, after the lines up to there.
    """
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                content = line.strip()
                if content:
                    yield number, content
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise NotJsonError(f"not a whole gzip file ({error}); compress it again") from error
    except OSError as error:
        raise NotJsonError(f"cannot be read: {error.strerror or error}") from error


def decode(raw: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Raises
    ------
    NotJsonError
        When it is another encoding.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJsonError(f"not UTF-8 (byte {error.start + 1}); save it as UTF-8") from error


def _explained(work: Callable[[], Any]) -> Any:
    """Run a step of reading; turn everything that JSON text can do to it into one sentence."""
    try:
        return work()
    except _NotANumberError as error:
        raise NotJsonError(f"{error} is no JSON number; leave a missing value out") from error
    except json.JSONDecodeError as error:
        raise NotJsonError(f"no JSON at line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise NotJsonError("nested too deeply to be a FHIR resource") from error
    except (ValueError, ArithmeticError) as error:
        raise NotJsonError("holds a number beyond all measure") from error


def parse(text: str) -> Any:
    """Read one JSON value.

    Raises
    ------
    NotJsonError
        When it is none.
    """
    return _explained(lambda: _DECODER.decode(text))


def parse_bundle(text: str, keep: Callable[[int, Any], None]) -> Any:
    """Read a JSON document whose member `entry` may be long.

    Parameters
    ----------
    text
        The whole document.
    keep
        Called with the number, from 1, and the value of each entry as soon as it is read; what it does not hold on to
        is gone at once.

    Returns
    -------
    Any
        The document without its entries.

    Raises
    ------
    NotJsonError
        When it is no JSON. What `keep` was given before must not be used then.
    """
    return _explained(lambda: _document(text, keep))


def _document(text: str, keep: Callable[[int, Any], None]) -> Any:
    at = _after_blanks(text, 0)
    if text[at : at + 1] != "{":
        return _DECODER.decode(text)
    members: dict[str, Any] = {}
    at = _after_blanks(text, at + 1)
    ended = text[at : at + 1] == "}"
    at += ended
    while not ended:
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
        name, at = _DECODER.raw_decode(text, at)
        at = _after_blanks(text, at)
        if text[at : at + 1] != ":":
            raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
        at = _after_blanks(text, at + 1)
        if name == "entry" and text[at : at + 1] == "[":
            at = _entries(text, at, keep)
            members[name] = []
        else:
            members[name], at = _DECODER.raw_decode(text, at)
        at, ended = _next(text, at, "}")
    at = _after_blanks(text, at)
    if at != len(text):
        raise json.JSONDecodeError("Extra data", text, at)
    return members


def _entries(text: str, at: int, keep: Callable[[int, Any], None]) -> int:
    number = 0
    at = _after_blanks(text, at + 1)
    if text[at : at + 1] == "]":
        return at + 1
    while True:
        number += 1
        value, at = _DECODER.raw_decode(text, at)
        keep(number, value)
        at, ended = _next(text, at, "]")
        if ended:
            return at


def _next(text: str, at: int, closing: str) -> tuple[int, bool]:
    """Step over a comma to the next member, or over the closing bracket."""
    at = _after_blanks(text, at)
    sign = text[at : at + 1]
    if sign == closing:
        return at + 1, True
    if sign != ",":
        raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
    return _after_blanks(text, at + 1), False


def _after_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at
