"""The scheduler: what is due runs once in a process of its own, ends in good order, and is told."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import pytest

from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.config.specs import SourceSpec
from oncu.signals.flow.pipeline import Catalogue
from oncu.signals.schedule.jobs import Job, Office, due_sources, jobs_of
from oncu.signals.schedule.overview import job_lines, view_jobs
from oncu.signals.schedule.watch import Watched
from oncu.signals.schedule.worker import Worker
from oncu.signals.words import load_words
from oncu.storage.database import Database
from oncu.storage.pauses import SourceMove, move_source
from oncu.storage.runs import start_run
from oncu.storage.slots import slots_since

MONDAY = datetime.fromisoformat("2026-03-02T10:00:00+03:00")
HOUR = timedelta(hours=1)


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def python(code: str) -> Callable[[Sequence[str], IO[bytes], IO[bytes]], "subprocess.Popen[bytes]"]:
    """Runs some Python in the place of a command."""
    return lambda words, out, err: subprocess.Popen([sys.executable, "-c", code, *words], stdout=out, stderr=err)


@pytest.fixture
def office(database: Database) -> Office:
    """A bank without sources, with fast leases."""
    settings = Settings.model_validate({"schedule": {"stop_seconds": 1}})
    return Office(database, Catalogue({}, load_signal_types()), settings)


def job_of(office: Office, name: str) -> Job:
    return next(job for job in jobs_of(office.settings) if job.name == name)


def worker(office: Office, code: str = "print('fine')", now: datetime = MONDAY, name: str = "a") -> Worker:
    return Worker(office, Clock(now), name, start=python(code))


def noted(office: Office) -> list[tuple[str, str, str | None]]:
    with office.database.read() as connection:
        return [(slot.job, slot.status, slot.said) for slot in slots_since(connection, MONDAY - 30 * 24 * HOUR)]


def test_slot_is_done_once_and_its_last_words_are_kept(office: Office) -> None:
    job = job_of(office, "score")
    assert [worker(office, name=name).do(job) for name in "ab"] == ["done", None]
    assert noted(office) == [("score", "done", "fine")]


def test_job_that_fails_says_why_and_is_tried_again(office: Office) -> None:
    job = job_of(office, "score")
    failing = "import sys; print('oncu: no room on the disk', file=sys.stderr); sys.exit(1)"
    assert worker(office, failing).do(job) == "failed"
    assert noted(office) == [("score", "failed", "oncu: no room on the disk")]
    assert worker(office, now=MONDAY + HOUR).do(job) == "done"


def test_process_that_is_killed_has_failed(office: Office) -> None:
    assert worker(office, "import os; os.kill(os.getpid(), 9)").do(job_of(office, "score")) == "failed"
    assert noted(office) == [("score", "failed", "exit code -9")]


def test_job_runs_its_command(office: Office) -> None:
    for job in jobs_of(office.settings):
        if job.name != "crawl":
            worker(office, "import sys; print(' '.join(sys.argv[1:]))").do(job)
    said = {job: words for job, _, words in noted(office)}
    assert said["digest"] == "digests --send"
    assert said["read"] == "run --json"
    assert said["retention"] == "forget --older --actor schedule --json"


@pytest.mark.parametrize(
    ("now", "runs"),
    [
        ("2026-03-02T08:00:00+03:00", True),
        ("2026-03-02T23:00:00+03:00", True),  # the machine slept until then
        ("2026-03-02T07:59:00+03:00", False),  # yesterday's is not caught up
        ("2026-03-07T09:00:00+03:00", False),  # a Saturday
        ("2026-04-23T09:00:00+03:00", False),  # a holiday
    ],
)
def test_digests_are_sent_on_business_days_and_caught_up_the_same_day(office: Office, now: str, runs: bool) -> None:
    assert (worker(office, now=datetime.fromisoformat(now)).do(job_of(office, "digest")) == "done") == runs


def test_night_that_was_slept_through_is_caught_up_once(office: Office) -> None:
    job = job_of(office, "score")
    assert worker(office, now=MONDAY).do(job) == "done"
    later = MONDAY + 5 * 24 * HOUR
    assert [worker(office, now=later).do(job) for _ in range(3)] == ["done", None, None]


def test_jobs_that_are_off_do_not_exist() -> None:
    settings = Settings.model_validate({"schedule": {"train": "off", "crawl": False}})
    assert [job.name for job in jobs_of(settings)] == ["read", "remind", "digest", "score", "retention"]


def test_sources_are_due_by_their_own_schedule(office: Office, make_source: Callable[..., SourceSpec]) -> None:
    plans = {"new": "1h", "fresh": "1h", "old": "10m", "off": "1h", "paused": "1h"}
    sources = {name: make_source(name, every=every, verified=True) for name, every in plans.items()}
    sources |= {"off": make_source("off", enabled=False, verified=True)}
    listening = Office(office.database, Catalogue(sources, office.catalogue.types), office.settings)
    with office.database.write() as connection:
        for name in ("fresh", "old", "off"):
            start_run(connection, "crawl", "1", MONDAY - HOUR / 2, subject=name)
        move_source(connection, SourceMove("paused", "pause", "bakımda", "ece", MONDAY - HOUR))
    assert due_sources(listening, MONDAY) == ["new", "old"]
    assert job_of(listening, "crawl").words(listening, MONDAY) == ["crawl", "new", "old", "--json"]
    assert worker(office).do(job_of(office, "crawl")) is None  # nothing to do leaves no slot behind
    assert noted(office) == []


def test_slot_of_a_scheduler_that_died_is_done_by_another(office: Office) -> None:
    job, died = job_of(office, "read"), worker(office, name="a")
    with pytest.raises(KeyboardInterrupt):
        Worker(office, died.clock, "a", start=_die).do(job)
    assert worker(office, now=MONDAY + timedelta(minutes=1), name="b").do(job) is None
    assert worker(office, now=MONDAY + timedelta(minutes=3), name="b").do(job) == "done"


def _die(words: Sequence[str], out: IO[bytes], err: IO[bytes]) -> Any:
    raise KeyboardInterrupt


@pytest.mark.parametrize(("seconds", "ends"), [(0.4, "done"), (60, "failed")])
def test_running_job_may_finish_when_told_to_stop_but_not_for_ever(office: Office, seconds: float, ends: str) -> None:
    began, stopping, ended = Event(), Event(), []

    def start(*given: Any) -> "subprocess.Popen[bytes]":
        process = python(f"import time; time.sleep({seconds})")(*given)
        began.set()
        return process

    one = Worker(office, Clock(MONDAY), "a", stopping, start)
    thread = Thread(target=lambda: ended.append(one.do(job_of(office, "score"))))
    thread.start()
    assert began.wait(10)
    stopping.set()
    thread.join(20)
    assert ended == [ends]
    assert one.do(job_of(office, "read")) is None  # nothing new begins


def test_overview_tells_what_failed_what_is_late_and_what_comes_next(office: Office) -> None:
    failing = "import sys; sys.exit('kapı kapalı')"
    worker(office, failing).do(job_of(office, "score"))
    worker(office).do(job_of(office, "read"))
    later = MONDAY + HOUR
    views = {view.name: view for view in view_jobs(office, jobs_of(office.settings), later)}
    states = {name: view.state for name, view in views.items()}
    assert states == {
        "crawl": "never", "read": "late", "remind": "never", "digest": "never", "score": "failed", "retention": "never",
        "train": "never",
    }  # fmt: skip
    assert views["digest"].next_at == datetime.fromisoformat("2026-03-03T08:00:00+03:00")
    lines = job_lines(list(views.values()), load_words("tr", "Europe/Istanbul"))
    assert "    kapı kapalı" in lines
    assert any(line.startswith("score") and "başarısız" in line for line in lines)


def ask(watched: Watched, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{watched.server_port}{path}") as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_watcher_hears_that_it_lives_is_ready_and_how_it_goes(office: Office) -> None:
    worker(office).do(job_of(office, "score"))
    watched = Watched(("127.0.0.1", 0), office.database, lambda: MONDAY + HOUR)
    watched.serve_in_background()
    try:
        assert ask(watched, "/live") == (200, "alive\n")
        assert json.loads(ask(watched, "/ready")[1])["last_done"] == {"score": "2026-03-02T07:00:00+00:00"}
        numbers = ask(watched, "/metrics")[1]
        assert 'oncu_job_last_done_seconds{job="score"} 3600.0' in numbers
        assert "oncu_documents_waiting 0.0" in numbers
        assert ask(watched, "/etc/passwd")[0] == 404
        with office.database.write() as connection:
            connection.exec_driver_sql("DROP TABLE slots")
        assert ask(watched, "/ready")[0] == 503
    finally:
        watched.shutdown()
        watched.server_close()


def test_command_keeps_going_until_told_to_stop(tmp_path: Path, new_database: Path) -> None:
    import shutil

    database = shutil.copy(new_database, tmp_path / "oncu.db")
    off = ", ".join(f"{job}: off" for job in ("crawl", "read", "remind", "digest", "score", "train"))
    (tmp_path / "oncu.yml").write_text(f"schedule: {{{off}}}\n")
    environment = {**os.environ, "ONCU_DATABASE_URL": f"sqlite:///{database}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "oncu.signals.cli", "schedule"],
        cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(json.loads(line))
        if lines[-1]["event"] == "job ended":
            process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert [line["event"] for line in lines] == ["scheduler began", "job began", "job ended", "scheduler stops"]
    assert (lines[2]["job"], lines[2]["status"]) == ("retention", "done")
