"""Long computations in background threads: asked for by a key, started once, followed by their progress."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Generic, TypeVar, cast

from django.utils.translation import gettext as _

from dosepath.web.refusals import RefusedError

T = TypeVar("T")

AT_ONCE: Final = 2
"""Computations that run at the same time; others wait."""

WAITING: Final = 40
"""Most computations that run or wait; beyond that a request is refused."""

SOON_SECONDS: Final = 0.4
"""A computation that ends within this is answered at once, without a page of progress."""


class Progress:
    """How far a computation is; written by its thread, read by requests."""

    def __init__(self) -> None:
        self._now: tuple[int, int, str] = (0, 0, "")

    def say(self, done: int, total: int, text: str = "") -> None:
        """Say how many of how many steps are done; a total of 0 is not known yet."""
        self._now = (done, total, text)

    @property
    def now(self) -> tuple[int, int, str]:
        """Steps done, steps in all, and words for the step."""
        return self._now


@dataclass(eq=False)
class Job(Generic[T]):
    """One computation.

    Parameters
    ----------
    id
        Digest of what was asked for: the same question has the same id.
    title
        What is computed, for the reader.
    """

    id: str
    title: str
    progress: Progress = field(default_factory=Progress)
    error: Exception | None = None
    value: T | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def percent(self) -> int | None:
        """Share that is done; None while it is not known."""
        done, total, _text = self.progress.now
        return min(100, 100 * done // total) if total > 0 else None


class Kept(Generic[T]):
    """The values used last; the one not used for longest is forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """Give a value, or None where it is not kept."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key]

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value."""
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)


class Jobs:
    """All computations of the process and the answers that are kept.

    Parameters
    ----------
    most
        Answers that are kept.
    """

    def __init__(self, most: int = 24) -> None:
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._kept: Kept[Any] = Kept(most)
        self._open: dict[str, Job[Any]] = {}

    def ask(
        self, key: Hashable, title: str, work: Callable[[Progress], T], wait_seconds: float = SOON_SECONDS
    ) -> T | Job[T]:
        """Give the answer where it is kept or comes soon, else the job that computes it.

        Parameters
        ----------
        key
            Says everything that the answer depends on; a tuple of plain values.
        title
            What is computed, for the reader.
        work
            Computes the answer, never None; says its progress; must not look at the request.
        wait_seconds
            How long to wait for it here.

        Raises
        ------
        Exception
            What the computation raised; the next one who asks starts it anew.
        RefusedError
            When too much is being computed already.
        """
        name = job_id(key)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                return cast("T", kept)
            job = self._open.get(name)
            if job is None:
                job = self._start(key, Job(name, title), work)
        job.ended.wait(wait_seconds)
        if not job.ended.is_set():
            return job
        if job.error is not None:
            with self._lock:
                self._open.pop(name, None)
            raise job.error
        return cast("T", job.value)

    def kept(self, key: Hashable) -> Any:
        """Give an answer that is kept; None where it would have to be computed."""
        with self._lock:
            return self._kept.get(key)

    def find(self, name: str) -> Job[Any] | None:
        """Give a job that runs, waits or failed; None when it is done or was never asked for."""
        with self._lock:
            return self._open.get(name)

    def _start(self, key: Hashable, job: Job[Any], work: Callable[[Progress], Any]) -> Job[Any]:
        if sum(not each.ended.is_set() for each in self._open.values()) >= WAITING:
            raise RefusedError(
                _("Too much is being computed already."), _("Wait for what runs, then ask again."), status=429
            )
        self._open[job.id] = job

        def run() -> None:
            with self._places:
                try:
                    job.value = work(job.progress)
                except Exception as error:  # noqa: BLE001 - it is raised again for the one who asks
                    job.error = error
            with self._lock:
                if job.error is None:
                    self._kept.put(key, job.value)
                    self._open.pop(job.id, None)
            job.ended.set()

        threading.Thread(target=run, name=f"job-{job.id}", daemon=True).start()
        return job


def job_id(key: Hashable) -> str:
    """Name a question: the same for equal keys of plain values."""
    return sha256(repr(key).encode()).hexdigest()[:16]
