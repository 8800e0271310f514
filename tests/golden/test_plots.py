"""The plots of the documents are those that the code draws."""

import pytest

from tests.golden.plots import FOLDER, drawn

DRAWN = drawn()


@pytest.mark.parametrize("name", DRAWN)
def test_the_plot_of_the_documents_is_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == DRAWN[name], "run make golden"


def test_no_other_plot_lies_there() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(DRAWN)
