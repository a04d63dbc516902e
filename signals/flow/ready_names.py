"""The matcher of a client list, read from a file where the same list was indexed before.

A file holds one version: another client list, word list or program makes another, and the newest few are kept.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.matcher import Matcher
from oncu.classifiers.mentions.name_index import NameIndex, build_index, index_version
from oncu.classifiers.mentions.saved_index import UnusableIndex, load_index, save_index
from oncu.config.settings import Settings

WORTH_SAVING = 10_000  # clients; fewer are indexed in a second
KEPT = 3

log = logging.getLogger(__name__)


def cache_folder(settings: Settings) -> Path:
    """Where indexes are kept: the folder of the settings, else `oncu` in the user's folder for caches."""
    home = os.environ.get("XDG_CACHE_HOME")
    return settings.cache_folder or (Path(home) if home else Path.home() / ".cache") / "oncu"


def ready_matcher(clients: Sequence[ClientName], folder: Path | None) -> Matcher:
    """A matcher of the clients; one of many clients is kept in the folder and read from there the next time.

    A file that is missing, damaged or cannot be written costs time and a word in the log, and never a wrong match.
    """
    if folder is None or len(clients) < WORTH_SAVING:
        return Matcher(build_index(clients))
    path = folder / f"names-{index_version(clients)}.bin"
    return Matcher(_load(path) or _build(clients, path))


def _load(path: Path) -> NameIndex | None:
    version = path.stem.removeprefix("names-")
    try:
        index = load_index(path, version)
    except FileNotFoundError:
        log.info("%s is not there yet", path)
        return None
    except (OSError, UnusableIndex) as problem:
        log.warning("%s is not used, the names are indexed anew: %s", path, problem)
        return None
    log.info("names read from %s", path)
    return index


def _build(clients: Sequence[ClientName], path: Path) -> NameIndex:
    index = build_index(clients)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        save_index(index, path)
        files = sorted(path.parent.glob("names-*.bin"), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in files[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as problem:
        log.warning("the index of names is not kept, the next run builds it again: %s", problem)
    return index
