"""What is still English on a Chinese page, outside of quotes, code and names."""

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "img", "br", "hr", "path", "circle", "rect", "line"}
NAMES = re.compile(
    r"\b(dosepath|CSV|JSON|SVG|PNG|HTML|DLT|FHIR|LOINC|ICD-10-CM|ATC|RxNorm|SNOMED CT|English|NCT\d+|sha256:\S+|"
    r"[IE]\d\d(\.\w+)*|SLE|dcSSc|AAV|IIM|SS|GVHD|CRS|ICANS|AE|KEY|OPTION)\b"
)
SPOKEN = ("aria-label", "placeholder", "title", "alt")


class _Page(HTMLParser):
    """Collects texts that no element says to be English."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        quiet = (
            self._quiet
            or tag in ("code", "pre", "script", "style", "title")
            or str(said.get("lang", "")).startswith("en")
        )
        if not quiet:
            self.found += [str(said[name]) for name in SPOKEN if said.get(name)]
        if tag not in VOID:
            self._open.append((tag, quiet))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.found.append(data)

    @property
    def _quiet(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def english_left(page: str) -> list[str]:
    """Give texts of a page with an English word of three letters or more that nothing marks as English or as a name."""
    reader = _Page()
    reader.feed(page)
    texts = [re.sub(r"\s+", " ", text).strip() for text in reader.found]
    return [text for text in texts if re.search(r"[A-Za-z]{3,}", NAMES.sub("", text))]
