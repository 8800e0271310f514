"""The one list of all addresses. The name of an address starts with the name of its screen (`screens.py`)."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from dosepath.web import waiting
from dosepath.web.lists import CSV, JSON
from dosepath.web.views import errors, pages
from dosepath.web.views.designs import pages as designs
from dosepath.web.views.designs import plots as design_plots


def listed(place: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    """Give the three addresses of a list: the page `place/`, `place.csv` and `place.json`.

    The view takes `form`: empty for the page, else the name of the file format; `lists.answer` wants it.
    """
    forms: list[tuple[str, str, dict[str, Any]]] = [
        (f"{place}/", name, {"form": ""}),
        (f"{place}.csv", f"{name}-csv", {"form": CSV}),
        (f"{place}.json", f"{name}-json", {"form": JSON}),
    ]
    return [path(address, view, kwargs, name=called) for address, called, kwargs in forms]


urlpatterns = [
    path("", pages.home, name="home"),
    path("preferences/", pages.preferences, name="preferences"),
    path("plot-colours.css", pages.plot_colours, name="plot-colours"),
    path("jobs/<slug:name>/", waiting.progress, name="progress"),
    # protocol
    # screening
    # instruments
    # ladder
    # designs
    *listed("designs", designs.side, "designs"),
    *listed("designs/scenarios", designs.scenarios, "designs-scenarios"),
    *listed("designs/one", designs.one, "designs-one"),
    *listed("designs/table", designs.table, "designs-table"),
    *listed("designs/paths", designs.paths, "designs-paths"),
    *listed("designs/next", designs.after, "designs-next"),
    *listed("designs/price", designs.price, "designs-price"),
    *listed("designs/size", designs.size, "designs-size"),
    *listed("designs/sensitivity", designs.sensitivity, "designs-sensitivity"),
    *listed("designs/simulate", designs.simulate, "designs-simulate"),
    path("designs/plots/<slug:name>/", design_plots.plot, name="designs-plot"),
    path("designs/plots/<slug:name>.<slug:form>", design_plots.plot_file, name="designs-plot-file"),
    path("designs/report.html", design_plots.report, name="designs-report"),
    # hospital
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
