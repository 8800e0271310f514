"""Takes the pictures; run by `make screens` alone, for it writes into docs."""

import pytest

from tests.browser.conftest import Opener
from tests.browser.screens import LARGEST_BYTES, OUT, Shot, shots


@pytest.mark.screens
@pytest.mark.parametrize("shot", list(shots()), ids=lambda shot: shot.name)
def test_take(shot: Shot, open_page: Opener) -> None:
    page = open_page(shot.place, theme=shot.theme, language=shot.language, width=shot.width, height=shot.height)
    if shot.before:
        shot.before(page)
    page.wait_for_load_state("networkidle")
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{shot.name}.png"
    page.screenshot(path=path, full_page=shot.whole)
    assert path.stat().st_size <= LARGEST_BYTES, f"{path.name} is too large; take less of the page"
