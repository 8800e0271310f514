"""The digest by which a text is recognised."""

from hashlib import sha256


def digest_of(text: str) -> str:
    r"""Give the SHA-256 of a text in UTF-8, in hexadecimal, prefixed by the name of the algorithm.

    Line ends are counted as single line feeds, so that a copy on another system has the same digest.

    Examples
    --------
    >>> digest_of("a\r\nb") == digest_of("a\nb")
    True
    """
    return f"sha256:{sha256(text.replace(chr(13) + chr(10), chr(10)).encode()).hexdigest()}"
