"""What all tests share: the reference material beside the repository, and calm settings for hypothesis."""

import os
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]

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
