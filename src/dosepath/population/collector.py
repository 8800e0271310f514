"""Python's search for garbage, which looks at all that is kept."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Let nobody look for garbage meanwhile: a plan is a million small objects that stay, and each search meets all."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
