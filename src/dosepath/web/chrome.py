"""What stands around every page: navigation, language, theme."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from dosepath import __version__
from dosepath.web.screens import SCREENS

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")


def theme_of(request: HttpRequest) -> str:
    """Give the theme that was chosen; `auto` follows the system."""
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Give templates what `base.html` needs."""
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    here = request.get_full_path() if request.method == "GET" else request.path
    return {
        "version": __version__,
        "screens": SCREENS,
        "here": here,
        "current": name.partition("-")[0],
        "theme": theme_of(request),
        "languages": settings.LANGUAGES,
    }
