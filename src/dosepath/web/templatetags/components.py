"""One tag a component; each has its template in `templates/components`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join

from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import Overall
from dosepath.web.filters import PAGE, Filters
from dosepath.web.jobs import Job
from dosepath.web.lists import Column, Listing
from dosepath.web.plots import Figure
from dosepath.web.words import ANSWERS, OVERALL, VERDICTS

register = template.Library()

ICONS: Mapping[Verdict | Overall, str] = {
    Verdict.MET: "yes",
    Verdict.NOT_MET: "no",
    Verdict.UNKNOWN: "open",
    Overall.ELIGIBLE: "yes",
    Overall.NOT_ELIGIBLE: "no",
    Overall.UNDECIDED: "open",
}
"""Shape of the icon: a tick, a cross, a question mark. It follows the word, not the meaning for the patient."""


@register.inclusion_tag("components/verdict_badge.html")
def verdict_badge(verdict: Verdict, *, against: bool | None = None) -> dict[str, Any]:
    """Show a verdict as icon and word; its colour says whether it keeps the patient out (`against`), if known."""
    tone = "open" if verdict is Verdict.UNKNOWN else "plain" if against is None else "bad" if against else "good"
    return {"icon": ICONS[verdict], "word": VERDICTS[verdict], "tone": tone}


@register.inclusion_tag("components/verdict_badge.html")
def overall_badge(overall: Overall) -> dict[str, Any]:
    """Show the outcome of a gate as icon and word."""
    tone = {Overall.ELIGIBLE: "good", Overall.NOT_ELIGIBLE: "bad", Overall.UNDECIDED: "open"}[overall]
    return {"icon": ICONS[overall], "word": OVERALL[overall], "tone": tone}


@register.inclusion_tag("components/verdict_badge.html")
def badge(word: str | Promise, icon: str, tone: str = "plain") -> dict[str, Any]:
    """Show any state as icon (yes, no, open, info, wait, plus, lock) and word in a tone (good, bad, open, plain)."""
    return {"icon": icon, "word": word, "tone": tone}


@register.inclusion_tag("components/evidence_link.html")
def evidence_link(source: str, href: str = "", part: str = "") -> dict[str, str]:
    """Name the source of a value; where it can be opened, `href` shows it beside the page, `part` gives that alone."""
    return {"source": source, "href": href, "part": part}


@register.inclusion_tag("components/quote.html")
def quote(text: str, lines: tuple[int, ...] = (), href: str = "") -> dict[str, Any]:
    """Quote the registry page, which is English on every page, with its lines."""
    return {"text": text, "lines": sorted(set(lines)), "href": href}


@register.inclusion_tag("components/export_links.html", takes_context=True)
def export_links(context: template.RequestContext, listing: Listing[Any]) -> dict[str, Any]:
    """Lead to the same rows as CSV and JSON, and to this page as it stands."""
    request: HttpRequest = context["request"]
    place, query = request.path.removesuffix("/"), request.META.get("QUERY_STRING", "")
    tail = f"?{query}" if query else ""
    return {
        "listing": listing,
        "csv": f"{place}.csv{tail}",
        "json": f"{place}.json{tail}",
        "here": f"{request.path}{tail}",
    }


@register.inclusion_tag("components/listing_table.html", takes_context=True)
def listing_table(context: template.RequestContext, listing: Listing[Any]) -> dict[str, Any]:
    """Show a list as a table; a screen with richer cells writes its own table and keeps `export_links`."""
    rows = [[_cell(column, row) for column in listing.columns] for row in listing.rows]
    return {"request": context["request"], "listing": listing, "table_rows": rows}


def _cell(column: Column[Any], row: Any) -> dict[str, Any]:
    return {
        "value": column.words(row) if column.words else column.value(row),
        "href": column.link(row) if column.link else "",
        "number": column.number,
        "english": column.english,
    }


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context: template.RequestContext, filters: Filters, target: str = "list") -> dict[str, Any]:
    """Show filters as a form; the part `target` of the page follows each choice, without scripts a button does it."""
    request: HttpRequest = context["request"]
    names = {item.name for item in filters.offered} | {PAGE}
    kept = [(name, value) for name, values in request.GET.lists() if name not in names for value in values]
    clear = f"{request.path}?{urlencode(kept)}" if kept else request.path
    return {"path": request.path, "filters": filters, "target": target, "kept": kept, "clear": clear}


@register.inclusion_tag("components/plot_figure.html")
def plot_figure(figure: Figure) -> dict[str, Any]:
    """Show a plot with its caption and the same plot as files."""
    return {"figure": figure}


@register.inclusion_tag("components/message.html")
def message(
    heading: str | Promise, reason: str | Promise = "", way_out: str | Promise = "", kind: str = "info"
) -> dict[str, Any]:
    """Say something: what, why, and what to do (kind: info, warning, error)."""
    return {"heading": heading, "reason": reason, "way_out": way_out, "kind": kind}


@register.inclusion_tag("components/progress.html")
def progress(job: Job[Any]) -> dict[str, Any]:
    """Show how far a computation is; asks again by itself."""
    return {"job": job}


@register.filter
def item(mapping: Mapping[str, object], key: str) -> object:
    """Look a key up; an empty text where it is missing."""
    return mapping.get(key, "")


@register.filter
def highlighted(text: str, words: Sequence[str]) -> str:
    """Mark the words that were searched for."""
    if not words:
        return text
    found = re.split(f"({'|'.join(map(re.escape, words))})", text, flags=re.IGNORECASE)
    pieces = (("<mark>{}</mark>" if place % 2 else "{}", piece) for place, piece in enumerate(found) if piece)
    return format_html_join("", "{}", ((format_html(shape, piece),) for shape, piece in pieces))


@register.filter
def in_words(value: object) -> str | Promise:
    """Word an answer or a value of an instrument: yes, no, or the word itself without underscores."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return ANSWERS.get(text) or text.replace("_", " ")


@register.simple_tag(takes_context=True)
def query_with(context: template.RequestContext, **changes: object) -> str:
    """Give the query of this page with some parameters changed; an empty value drops one."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    text = query.urlencode()
    return f"?{text}" if text else "?"
