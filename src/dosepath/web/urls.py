"""The one list of all addresses. The name of an address starts with the name of its screen (`screens.py`)."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from dosepath.web import waiting
from dosepath.web.lists import CSV, JSON
from dosepath.web.views import errors, instruments, pages
from dosepath.web.views.hospital import costs, making, results


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
    *listed("instruments", instruments.instruments, "instruments"),
    path("instruments/<str:name>.yaml", instruments.file, {"form": "yaml"}, name="instruments-yaml"),
    path("instruments/<str:name>.json", instruments.file, {"form": JSON}, name="instruments-score"),
    path("instruments/<str:name>.csv", instruments.file, {"form": CSV}, name="instruments-answers"),
    path("instruments/<str:name>/print/", instruments.paper, name="instruments-print"),
    path("instruments/<str:name>/load/", instruments.load, name="instruments-load"),
    path("instruments/<str:name>/", instruments.one, name="instruments-one"),
    # ladder
    # designs
    # hospital
    path("hospital/", making.hospital, name="hospital"),
    path("hospital/make/", making.make, name="hospital-make"),
    path("hospital/synthetic/<int:patients>/", making.made, name="hospital-made"),
    *listed("hospital/arms", results.arms, "hospital-arms"),
    *listed("hospital/worklist", results.worklist, "hospital-worklist"),
    *listed("hospital/orders", results.orders, "hospital-orders"),
    path("hospital/patient/", results.patient, {"form": ""}, name="hospital-patient"),
    path("hospital/patient.json", results.patient, {"form": JSON}, name="hospital-patient-json"),
    *listed("hospital/remarks", results.remarks, "hospital-remarks"),
    *listed("hospital/cost", costs.cost, "hospital-cost"),
    *listed("hospital/waterfall", costs.steps, "hospital-waterfall"),
    *listed("hospital/threshold", costs.threshold, "hospital-threshold"),
    path("hospital/plots/<slug:plot>.<slug:suffix>", costs.plot_file, name="hospital-plot"),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
