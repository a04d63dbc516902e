"""Workers on this machine, or the cluster at an address; and what is said where there is none."""

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager

import dask
from distributed import Client, LocalCluster, Security
from distributed.client import ClosedClientError
from distributed.comm.core import CommClosedError

from oncu.config.problems import Problem
from oncu.config.settings import Settings

LOOPBACK = "127.0.0.1"
FIRST_SECONDS = 10  # how long a cluster may take to answer
AGAIN_SECONDS = 60  # and one that answered before, to come back
SHORTEST = 0.2  # seconds between two tries
OF_OURS = {
    "distributed.scheduler.allowed-failures": 2,  # the third process a batch ends is the last
    "distributed.worker.profile.enabled": False,
    "distributed.scheduler.http.routes": [],  # nothing is shown to who asks its HTTP port
    "distributed.worker.http.routes": [],
}

CERTIFICATE = "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT"

Connect = Callable[[float], Client]


class Lost(Exception):
    """The connection to the scheduler broke; its text says how."""


@contextmanager
def open_cluster(settings: Settings) -> Iterator[Connect]:
    """A way to connect, also again, to the cluster of the settings; local workers end with the block.

    Raises Problem where nobody answers.
    """
    with _quiet():
        if settings.cluster:
            address = settings.cluster
            yield lambda seconds: connect_to(address, seconds)
            return
        with dask.config.set(OF_OURS), _start_workers(settings) as cluster:
            yield lambda seconds: Client(cluster, timeout=AGAIN_SECONDS, set_as_default=False)


def _start_workers(settings: Settings) -> LocalCluster:
    """Workers on this machine. Raises Problem where they do not start."""
    try:
        return LocalCluster(
            n_workers=settings.workers,
            threads_per_worker=1,
            memory_limit=settings.worker_mb * 10**6,
            host=LOOPBACK,
            protocol="tls",
            security=Security.temporary(),  # on loopback too: who reaches a port of dask can run code as its user
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": f"{LOOPBACK}:0"},
            silence_logs=logging.CRITICAL,
        )
    except (OSError, RuntimeError) as error:
        raise Problem(f"the workers of this machine do not start ({_root_of(error)}); set workers: 1") from None


def connect_to(address: str, seconds: float) -> Client:
    """Connect to the scheduler at an address. Raises Problem where that fails."""
    if address.startswith("tls:") and Security().get_connection_args("client").get("ssl_context") is None:
        raise Problem(f"cluster {address}: this side has no certificate; set {CERTIFICATE} as docs/cluster.md says")
    end = time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        try:
            return Client(address, timeout=max(left, SHORTEST), set_as_default=False)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and left > SHORTEST:  # it begins just now: it takes the line and lets it fall
                time.sleep(SHORTEST)
                continue
            raise Problem(
                f"cluster {address}: does not answer ({_root_of(error)}); start it, or correct cluster in oncu.yml"
            ) from None


def _root_of(error: BaseException) -> str:
    """What went wrong first, in a line: "[Errno 111] Connection refused"."""
    while error.__cause__ is not None:
        error = error.__cause__
    return next(iter(str(error).splitlines()), type(error).__name__)


@contextmanager
def losing() -> Iterator[None]:
    """Turn what says that a connection broke into Lost."""
    try:
        yield
    except (CancelledError, CommClosedError, ClosedClientError, OSError) as error:
        raise Lost(str(error)) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """What dask says of lost connections and big batches is for us to say."""
    log = logging.getLogger("distributed")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")
            yield
    finally:
        log.setLevel(level)
