"""The catalogues of the screens: `make messages` collects the marked strings and compiles what is translated.

Each screen has `locale/<screen>/zh_Hans/LC_MESSAGES/django.po` of its own, so that two people do not write one file.
A string belongs to the screen in whose folder of templates, or in whose module of views, it stands; else to `common`.
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from dosepath import __version__
from tests.conftest import ROOT

WEB = ROOT / "src" / "dosepath" / "web"
LOCALE = WEB / "locale"
SHARED_TEMPLATES = {"components", "pages"}
FIXED = datetime(2026, 11, 25, tzinfo=UTC)
"""So that the same strings give the same files."""

KEYWORDS = {
    **dict.fromkeys(("_", "lazy", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}

Key = tuple[str, str | tuple[str, ...]]
"""Context and message, with its plural where it has one."""


def screen_of(file: Path) -> str:
    """Name the catalogue of a file of the package."""
    parts = file.relative_to(WEB).parts
    screens = {folder.name for folder in (WEB / "templates").iterdir() if folder.is_dir()} - SHARED_TEMPLATES
    named = parts[1].removesuffix(".py") if parts[0] in ("templates", "views") and len(parts) > 1 else ""
    return named if named in screens else "common"


def marked(file: Path) -> Iterator[Key]:
    """Give the marked strings of a template or a module."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        text = templatize(text, origin=str(file))
        text = "\n".join(line.strip() for line in text.splitlines())
    found = extract("python", BytesIO(text.encode()), KEYWORDS)
    for _line, message, _comments, context in found:
        yield context or "", message


def collected() -> dict[str, dict[Key, set[str]]]:
    """Give the marked strings by catalogue, each with the files where it stands."""
    catalogues: dict[str, dict[Key, set[str]]] = {}
    for file in sorted([*WEB.rglob("*.py"), *(WEB / "templates").rglob("*.html")]):
        for key in marked(file):
            places = catalogues.setdefault(screen_of(file), {}).setdefault(key, set())
            places.add(file.relative_to(WEB).as_posix())
    return catalogues


def po_file(name: str) -> Path:
    """Give the place of a catalogue."""
    return LOCALE / name / "zh_Hans" / "LC_MESSAGES" / "django.po"


def on_disk(name: str) -> Catalog:
    """Read a catalogue; an empty one where there is none yet."""
    path = po_file(name)
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as stream:
        return read_po(stream, locale="zh_Hans")


def merged(name: str, strings: dict[Key, set[str]]) -> Catalog:
    """Give the catalogue of what is marked now, with the translations that there are, here or in `common`."""
    old, shared = on_disk(name), on_disk("common")
    new = Catalog(
        locale="zh_Hans",
        project="dosepath",
        version=__version__,
        last_translator="dosepath",
        language_team="dosepath",
        header_comment=f"# Chinese of the catalogue '{name}'; `make messages` collects the strings and compiles.",
        creation_date=FIXED,
        revision_date=FIXED,
        fuzzy=False,
        charset="utf-8",
    )
    for (context, message), places in sorted(strings.items(), key=lambda item: str(item[0])):
        id_ = message if isinstance(message, str) else message[0]
        known = [each.get(id_, context or None) for each in (old, shared)]
        said = next((forms(each.string) for each in known if each and translated(each.string)), [""])
        translation = tuple(said) if isinstance(message, tuple) else said[0]
        new.add(message, translation, [(place, 0) for place in sorted(places)], context=context or None)
    return new


def po_text(catalog: Catalog) -> bytes:
    """Write a catalogue as text."""
    out = BytesIO()
    write_po(out, catalog, width=120, include_lineno=False)
    return re.sub(rb'"Generated-By:[^\n]*\n|"Report-Msgid-Bugs-To:[^\n]*\n', b"", out.getvalue())


def mo_bytes(catalog: Catalog) -> bytes:
    """Compile a catalogue."""
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def write() -> None:
    """Write all catalogues anew; translations stay, strings that are gone go."""
    for name, strings in collected().items():
        path = po_file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_text(merged(name, strings)))
        path.with_suffix(".mo").write_bytes(mo_bytes(on_disk(name)))
        missing = [message.id for message in on_disk(name) if message.id and not translated(message.string)]
        print(f"{name}: {len(strings)} strings, {len(missing)} without Chinese")


Translation = str | list[str] | tuple[str, ...] | None


def forms(string: Translation) -> list[str]:
    """Give the forms of a translation: one, or one for each kind of plural."""
    return [string or ""] if string is None or isinstance(string, str) else list(string)


def translated(string: Translation) -> bool:
    """Answer whether a translation says something, in all its forms."""
    return all(forms(string))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        print(__doc__)
