"""The name index as a file, so that it is built once for a client list and not once a run.

The file is checked in full before anything in it is used: its mark, the version of the index it holds (clients, code
and word lists) and a digest of its bytes. It holds the client list and is readable by its owner only.
"""

import hashlib
from array import array
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

import daachorse
import numpy as np

from .automaton import Automaton, Texts
from .name_index import NameIndex

MARK = b"oncu names 3\n"
DIGEST = 32
LENGTH = 8  # bytes of a part's length


class UnusableIndex(Exception):
    """A saved index that is of other clients or another version, or damaged; the text says which."""


def save_index(index: NameIndex, path: Path) -> None:
    """Write the index; a reader sees the old file or the whole new one. Raises OSError."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.writelines(_pieces(index))
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink()
            raise


def load_index(path: Path, version: str) -> NameIndex:
    """Read the index of exactly this version. Raises UnusableIndex, and OSError when there is no such file."""
    with path.open("rb") as file:
        return _read(file, version)


def pack_index(index: NameIndex) -> bytes:
    """The index as the bytes of its file."""
    return b"".join(_pieces(index))


def unpack_index(content: bytes, version: str) -> NameIndex:
    """The index of exactly this version, from the bytes of its file. Raises UnusableIndex."""
    return _read(BytesIO(content), version)


def _read(file: BinaryIO, version: str) -> NameIndex:
    if file.read(len(MARK)) != MARK:
        raise UnusableIndex("is no saved index")
    if file.read(len(version)) != version.encode("ascii"):
        raise UnusableIndex("is of other clients or of another version of the program")
    digest, rest = file.read(DIGEST), file.read()
    if _digest([rest]) != digest:
        raise UnusableIndex("is damaged")
    return _index(version, list(_split(rest)))


def _pieces(index: NameIndex) -> tuple[bytes, ...]:
    parts = [len(part).to_bytes(LENGTH, "little") + part for part in _parts(index)]
    return MARK, index.version.encode("ascii"), _digest(parts), *parts


def _parts(index: NameIndex) -> Iterator[bytes]:
    automaton = index.automaton
    yield index.clients.letters
    yield index.clients.starts.tobytes()
    yield automaton.keys.letters
    yield automaton.keys.starts.tobytes()
    yield automaton.bends
    yield automaton.firsts.tobytes()
    yield automaton.lasts.tobytes()
    yield automaton.sizes.tobytes()
    yield automaton.kinds.tobytes()
    yield automaton.numbers.tobytes()
    yield automaton.number_keys.tobytes()
    yield index.firsts.tobytes()
    yield index.owners.tobytes()
    yield index.kinds
    yield automaton.machine.serialize()


def _index(version: str, parts: list[bytes]) -> NameIndex:
    clients, client_ends, keys, key_ends, bends, *patterns, numbers, number_keys, firsts, owners, kinds, machine = parts
    automaton = Automaton(
        machine=daachorse.DoubleArrayAhoCorasick.deserialize(machine),
        keys=Texts(keys, array("q", key_ends)),
        bends=bends,
        firsts=np.frombuffer(patterns[0], dtype=np.int32),
        lasts=np.frombuffer(patterns[1], dtype=np.int32),
        sizes=np.frombuffer(patterns[2], dtype=np.uint8),
        kinds=np.frombuffer(patterns[3], dtype=np.uint8),
        numbers=array("q", numbers),
        number_keys=array("i", number_keys),
    )
    return NameIndex(
        version, Texts(clients, array("q", client_ends)), automaton, array("i", firsts), array("i", owners), kinds
    )


def _split(content: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(content):
        start = at + LENGTH
        at = start + int.from_bytes(content[at:start], "little")
        yield content[start:at]


def _digest(parts: list[bytes]) -> bytes:
    found = hashlib.blake2b(digest_size=DIGEST)
    for part in parts:
        found.update(part)
    return found.digest()
