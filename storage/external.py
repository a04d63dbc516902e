"""Read rows out of somebody else's database: any address SQLAlchemy has a driver for, one query, nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, ResourceClosedError

from .database import StorageError, first_line, hide_password

FETCH_ROWS = 10_000


@dataclass(frozen=True)
class SqlQuery:
    """A query and the address of the database it is put to."""

    url: str
    query: str

    @property
    def address(self) -> str:
        """The address as it may be shown: without a password."""
        return hide_password(self.url)


@dataclass(frozen=True)
class Answer:
    """The names of the columns, and the rows with the types of the database's driver."""

    columns: tuple[str, ...]
    rows: list[Sequence[Any]]


def run_query(query: SqlQuery) -> Answer:
    """The answer of one query, fetched in portions; the transaction is always taken back. Raises StorageError."""
    try:
        engine = create_engine(_check_file(make_url(query.url)))
    except (ArgumentError, NoSuchModuleError, ValueError) as error:  # ValueError: the port is no number
        raise StorageError(f"--sql {query.address}: {first_line(error)}; write an address like {EXAMPLE}") from None
    except ImportError as error:
        raise StorageError(f"--sql {query.address}: needs the driver {error.name}; install it") from None
    try:
        with engine.connect().execution_options(no_parameters=True, stream_results=True) as connection:
            found = connection.exec_driver_sql(query.query)
            return Answer(tuple(found.keys()), [tuple(row) for row in found.yield_per(FETCH_ROWS)])
    except ResourceClosedError:
        raise StorageError(f"--query of {query.address} answers with no rows; write a SELECT") from None
    except DBAPIError as error:
        raise StorageError(f"--sql {query.address}: {first_line(error)}; check the address and --query") from None
    finally:
        engine.dispose()


EXAMPLE = "postgresql+psycopg://USER:PASSWORD@HOST/NAME"


def _check_file(url: URL) -> URL:
    """Refuse an SQLite file that is not there: connecting would make an empty one."""
    file = url.database if url.get_backend_name() == "sqlite" else None
    if file and file != ":memory:" and not Path(file).is_file():
        raise StorageError(f"--sql: the file {file} does not exist; give the path of an SQLite file")
    return url
