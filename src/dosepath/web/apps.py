"""The application as Django knows it."""

from django.apps import AppConfig


class Web(AppConfig):
    """Templates, static files and tags of the screens."""

    name = "dosepath.web"
    label = "web"
