"""What the page leaves open, and what it blocks."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET

from dosepath.interop.open_points import OpenPoint
from dosepath.web import filters
from dosepath.web.filters import Filter, holds
from dosepath.web.lists import Column, Listing, answer
from dosepath.web.readings import PARAMETER
from dosepath.web.views.protocol.book import POINTS, frame, opened


@require_GET
def open_list(request: HttpRequest, trial: str, form: str = "") -> HttpResponse:
    """List what the page leaves open, and what it blocks."""
    book = opened(request, trial)
    offered = [
        Filter("q", _("Search")),
        Filter("kind", _("Kind"), [(kind.value, words) for kind, words in POINTS.items()]),
        Filter("blocks", _("Blocks something"), [("yes", _("yes")), ("no", _("no"))]),
    ]
    chosen = filters.read(request.GET, offered, also=[PARAMETER])
    rows = [
        point
        for point in book.points
        if chosen["kind"] in ("", point.kind.value)
        and (not chosen["blocks"] or (chosen["blocks"] == "yes") == bool(point.unset and point.blocks))
        and holds(" ".join([point.key, point.issue, point.why, point.blocks, *point.bears_on]).lower(), chosen["q"])
    ]
    listing = Listing(
        f"{trial}-open-points",
        _("What the page leaves open, what blocks something first"),
        POINT_COLUMNS,
        rows,
        len(book.points),
        {**book.about, "filters": chosen.used},
    )
    context = {"filters": chosen, "kinds_by": {kind.value: words for kind, words in POINTS.items()}}
    return answer(request, form, "protocol/open.html", listing, {**frame(book), **context, "tab": "open"})


POINT_COLUMNS: Sequence[Column[OpenPoint]] = (
    Column("key", lazy("Point"), lambda point: point.key),
    Column("kind", lazy("Kind"), lambda point: point.kind.value),
    Column("issue", lazy("What is open"), lambda point: point.issue),
    Column("in_force", lazy("In force"), lambda point: point.in_force),
    Column("others", lazy("Other readings"), lambda point: ", ".join(point.others)),
    Column("why", lazy("Settled by"), lambda point: point.why),
    Column("bears_on", lazy("Bears on"), lambda point: ", ".join(point.bears_on)),
    Column("blocks", lazy("Blocks while not set"), lambda point: point.blocks),
)
