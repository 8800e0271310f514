"""Home, the choice of language and theme, and colours of plots."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dosepath.web.chrome import THEME_COOKIE, THEMES
from dosepath.web.plots import stylesheet
from dosepath.web.refusals import RefusedError

A_YEAR = 365 * 24 * 3600


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Say what each screen is for."""
    return render(request, "pages/home.html")


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep a language or a theme in a cookie, and go back to where it was chosen."""
    answer = HttpResponseRedirect(_back(request))
    allowed = {settings.LANGUAGE_COOKIE_NAME: [code for code, _name in settings.LANGUAGES], THEME_COOKIE: list(THEMES)}
    asked = {name: request.POST[name] for name in allowed if name in request.POST}
    for name, value in asked.items():
        if value not in allowed[name]:
            raise RefusedError(
                _("%(name)s: there is no such choice.") % {"name": name},
                _("Choose one of: %(choices)s.") % {"choices": ", ".join(allowed[name])},
            )
        answer.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", httponly=True)
    return answer


def _back(request: HttpRequest) -> str:
    place = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(place, allowed_hosts=None) and place.startswith("/"):
        return place
    return reverse("home")


@require_GET
def plot_colours(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Give the colours of plots and pages in both themes; the plots themselves name them."""
    answer = HttpResponse(stylesheet(), content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = "max-age=600"
    return answer
