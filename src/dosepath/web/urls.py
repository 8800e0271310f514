"""The one list of all addresses. The name of an address starts with the name of its screen (`screens.py`)."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from dosepath.web import waiting
from dosepath.web.lists import CSV, JSON
from dosepath.web.views import errors, instruments, pages
from dosepath.web.views.designs import pages as designs
from dosepath.web.views.designs import plots as design_plots
from dosepath.web.views.hospital import costs, making, results
from dosepath.web.views.ladder import drawing, opening, subject
from dosepath.web.views.ladder import pages as ladder
from dosepath.web.views.protocol import browser, concepts, criterion, points
from dosepath.web.views.screening import choose as screening_choose
from dosepath.web.views.screening import effect as screening_effect
from dosepath.web.views.screening import problems as screening_problems
from dosepath.web.views.screening import records as screening_records
from dosepath.web.views.screening import sheet as screening_sheet
from dosepath.web.views.screening import worklist as screening_worklist


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
    path("protocol/", browser.trials, name="protocol"),
    *listed("protocol/<str:trial>", browser.page, "protocol-page"),
    *listed("protocol/<str:trial>/open", points.open_list, "protocol-open"),
    *listed("protocol/<str:trial>/concepts", concepts.concepts, "protocol-concepts"),
    path("protocol/<str:trial>/criteria/<str:name>/", criterion.criterion, name="protocol-criterion"),
    path(
        "protocol/<str:trial>/criteria/<str:name>.json",
        criterion.criterion,
        {"form": JSON},
        name="protocol-criterion-json",
    ),
    path("protocol/<str:trial>/concepts/<str:name>/", concepts.concept, name="protocol-concept"),
    path(
        "protocol/<str:trial>/concepts/<str:name>.json", concepts.concept, {"form": JSON}, name="protocol-concept-json"
    ),
    # screening
    path("screening/", screening_choose.choose, name="screening"),
    path("screening/send/", screening_choose.send, name="screening-send"),
    path("screening/point/", screening_choose.point, name="screening-point"),
    path("screening/forget/", screening_choose.forget, name="screening-forget"),
    *listed("screening/<slug:cohort>", screening_worklist.worklist, "screening-worklist"),
    *listed("screening/<slug:cohort>/problems", screening_problems.problems, "screening-problems"),
    *listed("screening/<slug:cohort>/effect", screening_effect.effect, "screening-effect"),
    path("screening/<slug:cohort>/<slug:row>/", screening_sheet.patient, name="screening-patient"),
    path("screening/<slug:cohort>/<slug:row>/resource/", screening_records.resource, name="screening-resource"),
    *listed("screening/<slug:cohort>/<slug:row>/<slug:arm>", screening_sheet.sheet, "screening-sheet"),
    path("screening/<slug:cohort>/<slug:row>/<slug:arm>/report.json", screening_sheet.report, name="screening-report"),
    # instruments
    *listed("instruments", instruments.instruments, "instruments"),
    path("instruments/<str:name>.yaml", instruments.file, {"form": "yaml"}, name="instruments-yaml"),
    path("instruments/<str:name>.json", instruments.file, {"form": JSON}, name="instruments-score"),
    path("instruments/<str:name>.csv", instruments.file, {"form": CSV}, name="instruments-answers"),
    path("instruments/<str:name>/print/", instruments.paper, name="instruments-print"),
    path("instruments/<str:name>/load/", instruments.load, name="instruments-load"),
    path("instruments/<str:name>/", instruments.one, name="instruments-one"),
    # ladder
    *listed("ladder", ladder.ladder, "ladder"),
    *listed("ladder/subject", subject.subject, "ladder-subject"),
    path("ladder/advice.json", ladder.advice_json, name="ladder-advice"),
    path("ladder/plots/<slug:name>.<slug:suffix>", drawing.plot, {"form": "file"}, name="ladder-plot"),
    path("ladder/plots/<slug:name>/", drawing.part, {"form": "part"}, name="ladder-plot-part"),
    path("ladder/file/", opening.conduct_file, name="ladder-file"),
    path("ladder/conduct.yaml", opening.conduct_yaml, name="ladder-yaml"),
    path("ladder/open/", opening.open_file, name="ladder-open"),
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
