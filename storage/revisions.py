"""Which version the tables of a database are of, and how they come to this program's.

Alembic makes the tables; it is slow to load, and to open a database needs no more than a look at its version.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect

MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x6F6E6375  # any number of our own: "oncu"


def schema_revision(connection: Connection) -> str | None:
    """The migration the tables are at, or None in an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def known_revisions() -> frozenset[str]:
    """All migrations this program knows: their files begin with their number."""
    return frozenset(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def newest_revision() -> str:
    """The migration this program needs."""
    return max(known_revisions())


def take_turn(connection: Connection) -> None:
    """Of many who would upgrade at once, be the one who does; the others wait for the end of this transaction."""
    if connection.dialect.name == "postgresql":  # on SQLite a writing transaction is alone anyway
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a later version."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
