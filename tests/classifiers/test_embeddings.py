"""Sentence vectors: averaged in where asked for, refused where missing or changed, and part of the reasons."""

from functools import cache
from types import SimpleNamespace
from zlib import crc32

import numpy as np
import pytest

from oncu.classifiers.learned import embeddings, files
from oncu.classifiers.learned.embeddings import PACKAGES, Embedder, EmbeddingsError, open_embedder
from oncu.classifiers.learned.files import ModelError, load_model, save_model
from oncu.classifiers.learned.train import examples_of_noise, examples_of_types, train
from oncu.config.load import load_signal_types
from oncu.config.noise_classes import load_noise_classes

STRIKE = "Kumluca Lastik işçileri greve çıktı"
SIZE = 16


def letters(texts) -> np.ndarray:
    """A vector of a text's words, enough to learn from."""
    rows = np.zeros((len(texts), SIZE), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in text.split():
            row[crc32(word[:4].encode()) % SIZE] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


EMBEDDER = Embedder("use", SIZE, "a" * 64, 2.0, letters)


@cache
def taught(with_vectors: bool):
    types = {code: load_signal_types()[code] for code in ("strike", "layoffs")}
    noise = {"sports": load_noise_classes()["sports"]}
    examples = [*examples_of_types(types), *examples_of_noise(noise)]
    return train(examples, types, noise, embedder=EMBEDDER if with_vectors else None).learned


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package in the place of the real one; its weights are wrong."""
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources/weights.npz").write_bytes(b"others")
    place = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(embeddings, "find_spec", lambda name: place)
    open_embedder.cache_clear()
    yield tmp_path
    open_embedder.cache_clear()


def test_without_the_setting_no_vector_is_read():
    assert taught(False).meaning is None


def test_vectors_are_averaged_in():
    model = taught(True)
    alone = model.logits(STRIKE) - model.meaning.logits(STRIKE)
    assert np.abs(model.meaning.logits(STRIKE)).max() > 0.1 and not np.allclose(alone, model.logits(STRIKE))


def test_reasons_with_vectors_add_up_to_the_logit():
    model = taught(True)
    parts = model.explain(STRIKE, "sports", {})
    assert "meaning" in dict(parts)
    assert sum(weight for _, weight in parts) == pytest.approx(model.logits(STRIKE)[len(model.types)], abs=1e-6)


def test_a_model_with_vectors_comes_back_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "open_embedder", lambda kind: EMBEDDER)
    sha256 = save_model(taught(True), tmp_path / "m.skops")
    assert load_model(tmp_path / "m.skops", sha256).logits(STRIKE).tolist() == taught(True).logits(STRIKE).tolist()


def test_a_model_is_refused_where_the_vectors_are_others(tmp_path, monkeypatch):
    other = Embedder("use", SIZE, "b" * 64, 2.0, letters)
    monkeypatch.setattr(files, "open_embedder", lambda kind: other)
    sha256 = save_model(taught(True), tmp_path / "m.skops")
    with pytest.raises(ModelError, match="other sentence vectors"):
        load_model(tmp_path / "m.skops", sha256)


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(embeddings, "find_spec", lambda name: None)
    open_embedder.cache_clear()
    sha256 = save_model(taught(True), tmp_path / "m.skops")
    with pytest.raises(ModelError, match=r"oncu\[embeddings\]"):
        load_model(tmp_path / "m.skops", sha256)


def test_weights_that_changed_are_refused_before_any_code_runs(package, monkeypatch):
    ran = []
    monkeypatch.setattr(embeddings, "import_module", ran.append)
    with pytest.raises(EmbeddingsError, match="SHA-256"):
        open_embedder("use")
    assert ran == []


@pytest.mark.parametrize("kind", PACKAGES)
def test_the_real_vectors_know_a_paraphrase(kind):
    pytest.importorskip(PACKAGES[kind].module, reason="the extra oncu[embeddings] is not installed")
    embedder = open_embedder(kind)
    one, alike, other = embedder.encode([STRIKE, "Fabrikada çalışanlar iş bıraktı", "Yeni telefon modeli tanıtıldı"])
    assert one.shape == (embedder.size,) and one @ alike > one @ other
