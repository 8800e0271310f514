"""What the application refuses, with the place, the reason and the way out."""


class RefusedError(Exception):
    """A request that cannot be answered as it was made; shown as a page, without a traceback.

    Parameters
    ----------
    reason
        Place and reason, for the reader: `on: '2026-13-01' is no date`.
    way_out
        What to do instead.
    status
        HTTP status, from 400 to 499.
    """

    def __init__(self, reason: str, way_out: str = "", *, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.way_out = way_out
        self.status = status


class AbsentError(RefusedError):
    """Something that is not there."""

    def __init__(self, reason: str, way_out: str = "") -> None:
        super().__init__(reason, way_out, status=404)


class TooLargeError(RefusedError):
    """An upload beyond the limit."""

    def __init__(self, reason: str, way_out: str = "") -> None:
        super().__init__(reason, way_out, status=413)
