"""What an operator asks of a database: room on its disk, its clock, and whether the wall inside PostgreSQL stands."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from .database import Database, connect
from .models import audit, slots
from .policies import why_free

# File systems over a network: SQLite's WAL needs memory that all programs share.
REMOTE = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "ceph", "glusterfs"}
MOUNTS = Path("/proc/mounts")


@dataclass(frozen=True)
class DatabaseFile:
    """The file of an SQLite database; sizes in bytes. `remote`: its file system, where that lies on another machine."""

    path: Path
    size: int
    log_size: int
    free: int
    remote: str | None


def database_file(database: Database) -> DatabaseFile | None:
    """The file a database lies in; None on PostgreSQL and in memory."""
    url = database.engine.url
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    path = Path(url.database).absolute()
    log = path.with_name(f"{path.name}-wal")
    log_size = log.stat().st_size if log.exists() else 0
    return DatabaseFile(path, path.stat().st_size, log_size, shutil.disk_usage(path.parent).free, _remote_of(path))


def _remote_of(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of file system a path is on, where it is of another machine and this system tells."""
    if not mounts.exists():
        return None
    lines = [line.split() for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    places = [(place, kind) for _, place, kind, *_ in lines if os.path.commonpath([place, path]) == place]
    kind = max(places, default=("", ""), key=lambda found: len(found[0]))[1]
    return kind if kind in REMOTE else None


def server_clock(connection: Connection) -> datetime | None:
    """What time the database's server says it is; None on SQLite, which has no clock of its own."""
    if connection.dialect.name != "postgresql":
        return None
    found = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found if isinstance(found, datetime) else None


def newest_moment(connection: Connection) -> datetime | None:
    """The newest moment at which something was noted; None where nothing was yet."""
    last_link = select(audit.c.at).order_by(audit.c.seq.desc()).limit(1)
    found = [connection.execute(query).scalar() for query in (last_link, select(func.max(slots.c.taken_at)))]
    return max((moment for moment in found if moment is not None), default=None)


def why_reader_is_free(address: str) -> str | None:
    """Why the plain role whose address this is sees more than its policies let it; None where it does not."""
    database = connect(address)
    try:
        with database.read() as connection:
            return why_free(connection)
    finally:
        database.close()
