"""A trained model as one file: arrays and words in skops' format, known by its SHA-256, checked before it is used."""

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from oncu.config.problems import Problem

from .embeddings import EmbeddingsError, open_embedder
from .model import Learned, Meaning, NoiseRule, Vocabulary
from .stack import CUES_ALONE

FORMAT = 4
LARGEST = 3_000_000  # bytes
COMPRESSION = 8
# What reading a file that is none of ours, or half of one, ends with; a model must never stop the pipeline.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, LookupError, ValueError, TypeError, RuntimeError)
KEYS = frozenset(
    (
        "format",
        "words",
        "word_idf",
        "pieces",
        "piece_idf",
        "types",
        "noise",
        "weights",
        "bias",
        "stack",
        "thresholds",
        "cue_thresholds",
        "meaning",
        "noise_trust",
    )
)


class ModelError(Problem):
    """A model file that cannot be used; the text says which, why and what to do."""


def save_model(learned: Learned, path: Path) -> str:
    """Write a model and return its SHA-256. Raises ModelError where it would be over 3 MB."""
    from zipfile import ZIP_DEFLATED

    from sklearn.utils.validation import check_array
    from skops.io import dump

    check_array(learned.weights)  # finite numbers only
    path.parent.mkdir(parents=True, exist_ok=True)
    dump(_state(learned), path, compression=ZIP_DEFLATED, compresslevel=COMPRESSION)
    size = path.stat().st_size
    if size > LARGEST:
        path.unlink()
        raise ModelError(f"model {path}: {size:,} bytes, at most {LARGEST:,}; train on fewer or shorter texts")
    return digest_of_file(path)


def load_model(path: Path, sha256: str) -> Learned:
    """Read a model that must have this SHA-256.

    Raises ModelError where the file is missing or another one, where it holds anything but numbers and text, or is of
    another format.
    """
    if not path.is_file():
        raise ModelError(f"model {path}: there is no such file; put it back, or train again: oncu train")
    found = digest_of_file(path)
    if found != sha256:
        raise ModelError(
            f"model {path}: its SHA-256 is {found[:12]}…, the registry says {sha256[:12]}…; "
            "somebody changed the file: put it back, or roll back: oncu models rollback"
        )
    state = _read(path)
    try:
        return _learned(state, path)
    except (*BROKEN, AttributeError) as error:
        raise ModelError(f"model {path}: is damaged ({type(error).__name__}); train again: oncu train") from None


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Path) -> Mapping[str, Any]:
    from skops.io import get_untrusted_types, load
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        unknown = get_untrusted_types(file=path)
        if unknown:
            raise ModelError(f"model {path}: holds {unknown[0]}, which no model of ours does; do not use this file")
        state = load(path, trusted=[])
    except UntrustedTypesFoundException as error:
        raise ModelError(f"model {path}: {str(error).splitlines()[0]}; do not use this file") from None
    except BROKEN as error:
        raise ModelError(f"model {path}: is no model file ({type(error).__name__}); train again: oncu train") from None
    if not isinstance(state, dict) or state.keys() != KEYS or state["format"] != FORMAT:
        raise ModelError(f"model {path}: is of another format; train again: oncu train")
    return state


def _state(learned: Learned) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "words": "\n".join(learned.words.grams),
        "word_idf": learned.words.idf,
        "pieces": "\n".join(learned.pieces.grams),
        "piece_idf": learned.pieces.idf,
        "types": list(learned.types),
        "noise": [[rule.code, rule.keeps, rule.threshold, sorted(rule.spares)] for rule in learned.noise],
        "weights": learned.weights,
        "bias": learned.bias,
        "stack": learned.stack,
        "thresholds": learned.thresholds,
        "cue_thresholds": learned.cue_thresholds,
        "meaning": _meaning_state(learned.meaning),
        "noise_trust": learned.noise_trust,
    }


def _meaning_state(meaning: Meaning | None) -> dict[str, Any] | None:
    if meaning is None:
        return None
    return {"kind": meaning.embedder.kind, "sha256": meaning.embedder.sha256, "weights": meaning.weights}


def _meaning(state: Mapping[str, Any] | None, path: Path) -> Meaning | None:
    """The heads on sentence vectors, whose weights must be those of the training."""
    if state is None:
        return None
    try:
        embedder = open_embedder(state["kind"])
    except EmbeddingsError as error:
        raise ModelError(f"model {path}: reads sentence vectors: {error}") from None
    if embedder.sha256 != state["sha256"]:
        raise ModelError(f"model {path}: was trained with other sentence vectors; train again: oncu train")
    return Meaning(embedder, np.asarray(state["weights"]))


def _learned(state: Mapping[str, Any], path: Path) -> Learned:
    learned = Learned(
        words=Vocabulary(state["words"].split("\n"), np.asarray(state["word_idf"])),
        pieces=Vocabulary(state["pieces"].split("\n"), np.asarray(state["piece_idf"])),
        types=tuple(state["types"]),
        noise=tuple(NoiseRule(code, keeps, at, frozenset(spares)) for code, keeps, at, spares in state["noise"]),
        weights=np.asarray(state["weights"]),
        bias=np.asarray(state["bias"]),
        stack=np.asarray(state["stack"]),
        thresholds=np.asarray(state["thresholds"]),
        cue_thresholds=np.asarray(state["cue_thresholds"]),
        meaning=_meaning(state["meaning"], path),
        noise_trust=float(state["noise_trust"]),
    )
    heads, grams = len(learned.types) + len(learned.noise), len(learned.words.grams) + len(learned.pieces.grams)
    if learned.weights.shape != (grams, heads) or learned.stack.shape != (len(learned.types), len(CUES_ALONE)):
        raise ModelError(f"model {path}: its tables do not fit each other; train again: oncu train")
    return learned
