"""Computations in the background: once for each question, with progress, and errors for the one who asks."""

import threading
from pathlib import Path

import pytest
from django.test import Client

from dosepath.core.errors import InputError
from dosepath.web.jobs import WAITING, Job, Jobs, Progress, job_id
from dosepath.web.refusals import RefusedError
from dosepath.web.workspace import workspace

LONG = 30.0


def test_a_quick_answer_comes_at_once_and_is_kept() -> None:
    jobs, asked = Jobs(), []

    def work(progress: Progress) -> str:
        asked.append(progress)
        return "answer"

    assert jobs.ask(("q", 1), "title", work, LONG) == "answer"
    assert jobs.ask(("q", 1), "title", work, LONG) == "answer"
    assert len(asked) == 1


def test_the_answer_not_used_for_longest_is_forgotten() -> None:
    jobs, asked = Jobs(most=2), []

    def ask(name: str) -> None:
        def work(_: Progress) -> str:
            asked.append(name)
            return name

        jobs.ask(name, "title", work, LONG)

    for name in ("a", "b", "a", "c", "a", "b"):
        ask(name)
    assert asked == ["a", "b", "c", "b"]


def test_the_same_question_is_computed_once_while_it_runs() -> None:
    jobs, go, asked = Jobs(), threading.Event(), []

    def work(progress: Progress) -> str:
        asked.append(1)
        progress.say(3, 10, "patients")
        go.wait(LONG)
        return "answer"

    first = jobs.ask("q", "title", work, 0)
    second = jobs.ask("q", "title", work, 0.05)
    assert isinstance(first, Job)
    assert first is second
    assert first.percent == 30
    go.set()
    assert jobs.ask("q", "title", work, LONG) == "answer"
    assert asked == [1]
    assert jobs.find(first.id) is None


def test_an_error_reaches_the_one_who_asks_and_the_next_one_tries_again() -> None:
    jobs = Jobs()

    def work(_: Progress) -> str:
        raise InputError("file.json: not JSON")

    with pytest.raises(InputError, match="not JSON"):
        jobs.ask("q", "title", work, LONG)
    assert jobs.ask("q", "title", lambda _: "answer", LONG) == "answer"


def test_too_many_questions_are_refused() -> None:
    jobs, go = Jobs(), threading.Event()
    for number in range(WAITING):
        jobs.ask(number, "title", lambda _: go.wait(LONG), 0)
    with pytest.raises(RefusedError):
        jobs.ask("one more", "title", lambda _: True, 0)
    go.set()


def test_progress_is_a_part_of_a_page_that_asks_again_and_then_loads_the_page(client: Client, data: Path) -> None:  # noqa: ARG001
    go = threading.Event()

    def work(progress: Progress) -> bool:
        progress.say(1, 4, "reading <b>")
        started.set()
        return go.wait(LONG)

    started = threading.Event()
    job = workspace().jobs.ask("a long one", "title", work, 0)
    assert isinstance(job, Job)
    started.wait(LONG)
    part = client.get(f"/jobs/{job.id}/", headers={"hx-request": "true"})
    assert b'value="25"' in part.content
    assert b"reading &lt;b&gt;" in part.content
    assert client.get(f"/jobs/{job.id}/").json() == {
        "job": job.id,
        "running": True,
        "done": 1,
        "total": 4,
        "text": "reading <b>",
    }
    go.set()
    job.ended.wait(LONG)
    assert client.get(f"/jobs/{job.id}/", headers={"hx-request": "true"})["HX-Refresh"] == "true"


def test_the_same_question_has_the_same_address() -> None:
    assert job_id(("a", 1)) == job_id(("a", 1)) != job_id(("a", 2))
