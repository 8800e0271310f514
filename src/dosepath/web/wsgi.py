"""The callable that a WSGI server runs."""

import os
import threading

from django.core.wsgi import get_wsgi_application

from dosepath.trial.library import open_trial, shipped

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dosepath.web.settings")

application = get_wsgi_application()


def read_trials() -> None:
    """Read the protocol files, which takes a second, so that the first screen need not wait for them."""
    for name in shipped():
        open_trial(name)


threading.Thread(target=read_trials, name="read-trials", daemon=True).start()
