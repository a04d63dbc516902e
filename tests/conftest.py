"""What every room's tests share: a database of their own and the real data, where it lies beside the project."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from oncu.storage.database import Database, connect, create_database

from .engines import EMPTY, Server, engines_of, start_server

settings.register_profile("ours", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("ours")

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
def shared() -> Path:
    """The folder of real data; the test is skipped, and says so, where a clone stands alone."""
    if not SHARED.is_dir():
        pytest.skip("the real data (../shared) is not beside this clone")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashes of passwords at their least cost: tests make hundreds, and real ones are slow on purpose."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("oncu.signals.people.passwords._hasher", lambda: quick)
        yield


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite_only(reason): about SQLite itself, or a file of it")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that uses a database runs on the engines of its file."""
    if "engine" not in metafunc.fixturenames:
        return
    engines: Sequence[object] = engines_of(metafunc.definition.path)
    if only := metafunc.definition.get_closest_marker("sqlite_only"):
        why = pytest.mark.skip(reason=f"SQLite alone: {only.args[0]}")
        engines = ["sqlite" if "sqlite" in engines else pytest.param("postgresql", marks=why)]
    if list(engines) != ["sqlite"]:
        metafunc.parametrize("engine", engines, indirect=True)


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of this test's database: sqlite or postgresql."""
    return getattr(request, "param", "sqlite")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A PostgreSQL of our own, one for the whole run."""
    with start_server() as running:
        yield running


@pytest.fixture
def postgresql(postgresql_server: Server) -> Iterator[Database]:
    """An empty PostgreSQL database with all tables."""
    with postgresql_server.database() as address:
        opened = connect(address)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty database with all tables; copying it is quicker than making another."""
    path = tmp_path_factory.mktemp("new") / "oncu.db"
    create_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def empty_address(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database that is not made yet."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'oncu.db'}"
        return
    with request.getfixturevalue("postgresql_server").database(EMPTY) as address:
        yield address


@pytest.fixture
def make_address(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Make an empty database with all tables, on the engine of the test, and give its address."""
    with ExitStack() as made:

        def make(name: str) -> str:
            if engine == "sqlite":
                return f"sqlite:///{shutil.copy(request.getfixturevalue('new_database'), tmp_path / f'{name}.db')}"
            return made.enter_context(request.getfixturevalue("postgresql_server").database())

        yield make


@pytest.fixture
def database_address(make_address: Callable[[str], str]) -> str:
    """The address of an empty database with all tables."""
    return make_address("oncu")


@pytest.fixture
def database(database_address: str) -> Iterator[Database]:
    """An empty database with all tables."""
    opened = connect(database_address)
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    """A fixed moment: the clock is always an argument."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
