"""A Dask scheduler and workers as processes of their own, started again whenever they end, as systemd would do it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

DASK = str(Path(sys.executable).with_name("dask"))
AGAIN = 'while kill -0 "$0" 2>/dev/null; do "$@"; sleep 0.2; done'  # and no longer than we live
# A test does not wait half a minute until a broken line is noticed; under 11 s is refused.
QUICK = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s", "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "12s"}


class Host:
    """A command that runs until it is ended; `inside` is what it is run by (`ip netns exec NAME`)."""

    def __init__(self, command: Sequence[str], log: Path, inside: Sequence[str] = ()) -> None:
        self._command = [*inside, "sh", "-c", AGAIN, str(os.getpid()), *command]
        self._log = log
        self.start()

    def start(self) -> None:
        """Start it, again after `end`."""
        with self._log.open("ab") as log:
            environment = os.environ | QUICK
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=environment, start_new_session=True
            )

    def kill(self) -> None:
        """Kill what runs, not what starts it again."""
        self.end()
        self.start()

    def end(self) -> None:
        """End it and everything it started, with kill -9."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextmanager
def running(*hosts: Host) -> Iterator[None]:
    """The hosts, ended afterwards whatever happens."""
    try:
        yield
    finally:
        for host in hosts:
            host.end()


def scheduler(place: str, folder: Path, inside: Sequence[str] = ()) -> Host:
    """A scheduler that listens on host:port."""
    host, port = place.split(":")
    command = [DASK, "scheduler", "--host", host, "--port", port, "--no-dashboard", "--idle-timeout", "600"]
    return Host(command, folder / "scheduler.log", inside)


def worker(place: str, folder: Path, name: str, inside: Sequence[str] = ()) -> Host:
    """A worker of one process for the scheduler at host:port."""
    command = [DASK, "worker", f"tcp://{place}", "--nworkers", "1", "--nthreads", "1", "--memory-limit", "2GB"]
    command += ["--no-dashboard", "--death-timeout", "10", "--local-directory", str(folder / name)]
    return Host(command, folder / f"{name}.log", inside)
