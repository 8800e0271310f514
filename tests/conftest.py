"""What all tests share: the reference material beside the repository, and calm settings for hypothesis."""

import os
import sys
from pathlib import Path

import django
import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]

# Before anything is collected: modules of the screens, whose examples are tests, read the settings when imported.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dosepath.web.settings")
django.setup()

# Time limits for single examples fail on a busy machine and say nothing about the code.
hypothesis.settings.register_profile("dosepath", deadline=None)
hypothesis.settings.load_profile("dosepath")


def shared_root() -> Path:
    """Give the place of the reference material, there or not: DOSEPATH_SHARED, else `shared` beside the repository."""
    return Path(os.environ.get("DOSEPATH_SHARED") or ROOT.parent / "shared").resolve()


@pytest.fixture(scope="session")
def shared_reference() -> Path:
    """Give the folder of the reference material, or skip the test where it is absent."""
    root = shared_root()
    if not (root / "reference").is_dir():
        pytest.skip(f"no reference material in {root}; set DOSEPATH_SHARED to the folder that holds 'reference'")
    return root


def pytest_sessionstart() -> None:
    """Forget results of the unchanged code, which mutmut had in the process that it forks for each change."""
    if not os.environ.get("MUTANT_UNDER_TEST"):
        return
    for name, module in list(sys.modules.items()):
        if name.startswith(("tests.", *(f"dosepath.{layer}." for layer in CHANGED))):
            for value in vars(module).values():
                forget = getattr(value, "cache_clear", None)
                if forget is not None and str(getattr(value, "__module__", "")) == name:
                    forget()


CHANGED = ("dosefinding", "safety", "response", "instruments", "trial.ladder")
"""Layers with remembered results that `mutate_code.py` changes."""
