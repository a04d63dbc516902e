"""Where the file of a trained model lies: named from the database's folder, so that the two may move together."""

from pathlib import Path

from oncu.storage.database import Database
from oncu.storage.trained import TrainedModel


def name_file(database: Database, path: Path) -> str:
    """How the registry names a model's file: from the folder of the SQLite database it lies below, else whole."""
    full, home = path.resolve(), _home(database)
    return full.relative_to(home).as_posix() if home and full.is_relative_to(home) else str(full)


def file_of(database: Database, model: TrainedModel) -> Path:
    """The file of a registered model."""
    home = _home(database)
    return home / model.file if home else Path(model.file)


def _home(database: Database) -> Path | None:
    """The folder of an SQLite database; None of another, which has no folder here."""
    file = database.engine.url.database
    is_file = database.engine.dialect.name == "sqlite" and file and file != ":memory:"
    return Path(file).resolve().parent if is_file and file else None
