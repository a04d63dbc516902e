"""What a worker needs to read, in one value that travels; and the reader made of it again."""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from oncu import classifiers, config, signals, storage
from oncu.classifiers.learned.files import digest_of_file, load_model, save_model
from oncu.classifiers.learned.model import Learned
from oncu.classifiers.mentions.matcher import Matcher, Refused
from oncu.classifiers.mentions.saved_index import pack_index, unpack_index
from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.specs import Provenance, SignalSpec

from ..flow.read import Reader

# What reading is made of: other code, another word list may find something else.
SOURCES = (
    (config, ("*.py", "lookups/*.yml")),
    (storage, ("*.py",)),
    (classifiers, ("**/*.py", "**/*.yml")),
    (signals, ("flow/*.py", "clients/*.py", "cluster/*.py")),
)
# Another version of one of these could read a text differently, or not understand what is sent.
LIBRARIES = ("numpy", "daachorse", "rapidfuzz", "spacy", "scikit-learn", "distributed")


@dataclass(frozen=True)
class Kit:
    """A reader as plain values; `key` is a digest of all of it, `names` and `learned` are the bytes of their files."""

    key: str
    names: bytes
    names_version: str
    types: Mapping[str, SignalSpec]
    provenance: Mapping[str, Provenance]
    tax_ids: frozenset[str]
    refused: Refused
    verdicts: str
    learned: bytes
    model: str


def pack_reader(reader: Reader) -> Kit:
    """The reader as it travels."""
    return Kit(
        key=_key(reader),
        names=pack_index(reader.matcher.index),
        names_version=reader.matcher.version,
        types=reader.types,
        provenance=reader.provenance,
        tax_ids=reader.tax_ids,
        refused=reader.matcher.refused,
        verdicts=reader.verdicts,
        learned=_pack_learned(reader.learned) if reader.learned else b"",
        model=reader.model,
    )


def unpack_reader(kit: Kit) -> Reader:
    """The reader of a kit, which reads as the packed one. Raises UnusableIndex and ModelError for damaged bytes."""
    learned = _unpack_learned(kit.learned) if kit.learned else None
    tagger = build_tagger({code: spec for code, spec in kit.types.items() if not spec.derived})
    return Reader(
        matcher=Matcher(unpack_index(kit.names, kit.names_version), kit.refused),
        tagger=tagger.joined(learned) if learned else tagger,
        types=kit.types,
        provenance=kit.provenance,
        tax_ids=kit.tax_ids,
        learned=learned,
        model=kit.model,
        verdicts=kit.verdicts,
    )


@cache
def versions() -> dict[str, str]:
    """What reads here: a digest of this program's code and word lists, and the versions of what it is built on."""
    code = hashlib.blake2b(digest_size=6)
    for name, file in sorted(_sources()):
        code.update(name.encode() + hashlib.blake2b(file.read_bytes()).digest())
    python = ".".join(map(str, sys.version_info[:2]))
    return {"oncu": code.hexdigest(), "python": python} | {name: version(name) for name in LIBRARIES}


def _sources() -> Iterator[tuple[str, Path]]:
    for room, patterns in SOURCES:
        folder = Path(room.__path__[0])
        for file in (file for pattern in patterns for file in folder.glob(pattern)):
            yield f"{room.__name__}/{file.relative_to(folder).as_posix()}", file


def _key(reader: Reader) -> str:
    found = hashlib.blake2b(digest_size=16)
    for part in (
        reader.matcher.version,
        reader.model,
        *(spec.model_dump_json() for _, spec in sorted(reader.types.items())),
        *(f"{source} {spec.model_dump_json()}" for source, spec in sorted(reader.provenance.items())),
        repr(sorted(reader.tax_ids)),
        repr(sorted(reader.matcher.refused.items())),
    ):
        found.update(hashlib.blake2b(part.encode()).digest())
    return found.hexdigest()


def _pack_learned(learned: Learned) -> bytes:
    with TemporaryDirectory() as folder:
        save_model(learned, file := Path(folder) / "model.skops")
        return file.read_bytes()


def _unpack_learned(content: bytes) -> Learned:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "model.skops"
        file.write_bytes(content)
        return load_model(file, digest_of_file(file))
