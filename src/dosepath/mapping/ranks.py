"""Classes that are numbered, such as NYHA I to IV, as people write them."""

import re
from collections.abc import Mapping
from typing import Final

from dosepath.mapping.shapes import normalised

_ROMAN: Final[Mapping[str, int]] = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
_NUMERAL = re.compile(r"(?<![a-z0-9.,])(?:(?P<roman>iii|iv|ii|vi|v|i)|(?P<digit>[1-9]))(?:级)?(?![a-z0-9.,])")
_FILLERS = re.compile(
    r"new york heart association|nyha|classification|functional|class|grade|stage|level|to|and|or"
    r"|心功能|分级|纽约心脏病协会|至|到"
    r"|[\s:,;/()~–—-]+"
)


def ranks(written: str) -> list[int]:
    """Read `II`, `Class II`, `II级`, `2` or a range `I-II` as numbers; empty for any other text.

    Examples
    --------
    >>> ranks("NYHA Class II"), ranks("I-II"), ranks("II级"), ranks("two pillows")
    ([2], [1, 2], [2], [])
    """
    folded = normalised(written)
    numerals = [_ROMAN[hit["roman"]] if hit["roman"] else int(hit["digit"]) for hit in _NUMERAL.finditer(folded)]
    rest = _FILLERS.sub("", _NUMERAL.sub(" ", folded))
    return numerals if not rest else []
