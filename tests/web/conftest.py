"""What tests of the web application share: a client, a data folder of its own, and a parser of pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import translation

from dosepath.web.workspace import workspace


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin each test in English, whatever page the one before it asked for."""
    translation.activate("en")
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give one data folder for tests that only read; the demonstration cohort is made once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def data(shared_data: Path) -> Iterator[Path]:
    """Give the data folder that the application sees."""
    with override_settings(DATA_DIR=shared_data, ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, "testserver"]):
        if not workspace.cache_info().currsize or workspace().root != shared_data:
            workspace.cache_clear()
        yield shared_data


@pytest.fixture
def empty_data(tmp_path: Path) -> Iterator[Path]:
    """Give an empty data folder, as after a restart."""
    with override_settings(DATA_DIR=tmp_path, ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, "testserver"]):
        workspace.cache_clear()
        yield tmp_path
        workspace.cache_clear()


@pytest.fixture
def client(data: Path) -> Client:  # noqa: ARG001 - the application must see the folder
    """Give a browser without scripts; an error of ours fails the test."""
    return Client()
