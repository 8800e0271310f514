"""Settings of the web application: no database, no sessions, no accounts; everything is served by this one process.

Where the process runs is said by two variables of the environment, which `dosepath.web.server` sets:
DOSEPATH_DATA (folder for what is uploaded) and DOSEPATH_HOSTS (host names that are answered to, apart by commas).
"""

import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF

HERE = Path(__file__).parent

DATA_DIR = Path(os.environ.get("DOSEPATH_DATA") or "dosepath-data").absolute()

DEBUG = False
SECRET_KEY = secrets.token_urlsafe(40)  # signs nothing that outlives the process
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *filter(None, os.environ.get("DOSEPATH_HOSTS", "").split(","))]

INSTALLED_APPS = ["django.contrib.staticfiles", "django_htmx", "csp", "dosepath.web.apps.Web"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dosepath.web.middleware.upload_limit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "dosepath.web.middleware.Refusals",
]
ROOT_URLCONF = "dosepath.web.urls"
DATABASES: dict[str, dict[str, str]] = {}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "dosepath.web.templatetags.components",
            ],
            "context_processors": ["django.template.context_processors.request", "dosepath.web.chrome.chrome"],
        },
    }
]

# Languages. Each screen has a catalogue of its own, `locale/<screen>`, and what all share is in `locale/common`.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "中文")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = sorted(folder for folder in (HERE / "locale").glob("*") if folder.is_dir())
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files: found where they lie, served by WhiteNoise.
STATIC_URL = "/static/"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 600

# Uploads go to disk while they come in; `middleware.upload_limit` and `uploads` hold the limits.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 2000

# Security.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "dosepath.web.views.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# What is wrong is written to the terminal, without anything that was sent.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "terminal": {"class": "logging.StreamHandler", "formatter": "plain"},
        "nowhere": {"class": "logging.NullHandler"},  # a logger with no handler at all writes to the terminal
    },
    "loggers": {
        "django": {"handlers": ["terminal"], "level": "ERROR", "propagate": False},
        "django.security": {
            "handlers": ["nowhere"],
            "propagate": False,
        },  # refused and answered; nothing of ours is wrong
        "dosepath": {"handlers": ["terminal"], "level": "WARNING", "propagate": False},
    },
}
