"""dosepath: an early-phase trial as software."""

__version__ = "0.1.0"
