"""The learned half of the tagger: without labels it is the cues, labels move it, reasons add up, files are checked."""

import pickle
import zipfile
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from oncu.classifiers.learned.files import ModelError, load_model, save_model
from oncu.classifiers.learned.grams import piece_grams, pieces_in, split_words, words_in
from oncu.classifiers.learned.model import Learned, NoiseRule, Vocabulary
from oncu.classifiers.learned.stack import (
    CUES_ALONE,
    FLOOR,
    Told,
    evidence,
    fit_noise_trust,
    fit_platt,
    fit_shared,
    fit_stack,
)
from oncu.classifiers.learned.train import Example, examples_of_noise, examples_of_types, train
from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.load import ConfigError, load_signal_types
from oncu.config.noise_classes import NOISE, load_noise_classes

STRIKE = "Kumluca Lastik işçileri greve çıktı"
MATCH = "Golcü oyuncu maçın son dakikasında kırmızı kart gördü, takım yenildi"


@cache
def types():
    return {code: load_signal_types()[code] for code in ("strike", "layoffs", "insolvency")}


@cache
def noise():
    return {code: load_noise_classes()[code] for code in ("sports", "job_ad")}


@cache
def tagger():
    return build_tagger(types())


@cache
def examples():
    return (*examples_of_types(types()), *examples_of_noise(noise()))


def trained(*more: Example) -> Learned:
    return train([*examples(), *more], types(), noise()).learned


@cache
def plain() -> Learned:
    return trained()


def labelled(text: str, n: int, *holds: str, **more) -> list[Example]:
    return [Example(f"{text} {i}", holds=frozenset(holds), origin="label", weight=3.0, **more) for i in range(n)]


def told(cues, text, truth) -> Told:
    return Told(
        evidence(np.array(cues, float), np.array(text, float), 0.5), np.array(truth, float), np.zeros(len(truth))
    )


def said(stack, cue: float) -> float:
    """What a stack makes of a cue's probability where the words say nothing."""
    return float(1 / (1 + np.exp(-(evidence(np.array(cue), np.array(0.0), 0.5) @ stack))))


def test_without_labels_the_cues_decide():
    tags = tagger().read(STRIKE)
    assert [(t.type, t.probability) for t in tagger().joined(plain()).read(STRIKE)] == [
        (t.type, t.probability) for t in tags
    ]


def test_labels_find_what_no_cue_sees():
    text = "Kumluca Lastik çalışanları tezgâh başından ayrıldı"
    assert not tagger().read(text)
    taught = trained(*labelled(text, 40, "strike"), *labelled("Kumluca Lastik yeni logosunu seçti", 40))
    assert "strike" in {t.type for t in tagger().joined(taught).read(text) if t.accepted}


def test_labels_take_back_what_a_cue_sees():
    said = {"strike": 0.6}
    against = labelled("açlık şarkısı greve çıktı", 40, cues=said)
    assert trained(*against).judge("açlık şarkısı greve çıktı", said)["strike"].probability < 0.5


def test_a_certain_noise_class_lowers_the_tag_and_says_so():
    model = replace(plain(), noise_trust=1.0, noise=tuple(replace(rule, threshold=0.3) for rule in plain().noise))
    judged = model.judge(MATCH, {"layoffs": 0.8})["layoffs"]
    assert judged.probability < 0.5 and judged.reason == "lowered: noise sports"


def test_a_noise_class_takes_nothing_before_people_have_labelled():
    model = replace(plain(), noise=tuple(replace(rule, threshold=0.3) for rule in plain().noise))
    assert model.judge(MATCH, {"layoffs": 0.8})["layoffs"].probability == pytest.approx(0.8)


def test_labels_teach_how_far_noise_is_trusted():
    one = told([0.7] * 40, [0.0] * 40, [0] * 20 + [1] * 20)
    said_noise = replace(one, over=np.array([3.0] * 20 + [0.0] * 20))
    assert fit_noise_trust([said_noise], CUES_ALONE[None]) > 0.3 > fit_noise_trust([one], CUES_ALONE[None])


def test_a_noise_class_spares_the_types_it_says():
    rules = tuple(replace(rule, threshold=0.3, spares=frozenset(["layoffs"])) for rule in plain().noise)
    assert replace(plain(), noise_trust=1.0, noise=rules).judge(MATCH, {"layoffs": 0.8})["layoffs"].probability == 0.8


@given(st.text(max_size=60), st.floats(0, 1))
def test_reasons_add_up_to_the_logit(text, p):
    model = replace(plain(), stack=np.tile([0.9, 0.4, 0.4, 0.3, 0.3, 0.3], (3, 1)))
    total = sum(weight for _, weight in model.explain(text, "strike", {"strike": p}))
    clipped = min(max(p, FLOOR), 0.99)
    n = model.types.index("strike")
    assert total == pytest.approx(0.9 * np.log(clipped / (1 - clipped)) + 0.4 * model.logits(text)[n] + 0.3, abs=1e-9)


def test_reasons_of_a_noise_class_add_up_too():
    logit = plain().logits(MATCH)[len(plain().types)]
    assert sum(weight for _, weight in plain().explain(MATCH, "sports", {})) == pytest.approx(logit, abs=1e-9)


def test_reading_counts_grams_as_training_did():
    texts = [STRIKE, MATCH, "grev bitti, grev bitti"]
    vectorizer = TfidfVectorizer(analyzer=words_in, sublinear_tf=True).fit(texts)
    vocabulary = Vocabulary(list(vectorizer.get_feature_names_out()), vectorizer.idf_)
    row = np.zeros(len(vocabulary.grams))
    columns, values = vocabulary.values(words_in(texts[2]))
    row[columns] = values
    assert row == pytest.approx(vectorizer.transform(texts[2:]).toarray()[0])


def test_pieces_are_those_of_char_wb():
    expected = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()("greve cikti ab")
    assert sorted(pieces_in("Greve çıktı ab")) == sorted(expected)


def test_a_short_word_is_one_piece():
    assert [gram for gram, _ in piece_grams(["a"])] == [" a "]


def test_numbers_are_alike():
    assert split_words("1.200 kişi") == split_words("7.450 kişi")


def test_a_type_with_few_examples_is_left_to_its_cues():
    few = [e for e in examples() if "strike" not in e.holds]
    assert "strike" not in train(few, types(), noise()).learned.types


def test_a_type_the_model_does_not_know_keeps_what_the_cues_say():
    model = train([e for e in examples() if "strike" not in e.holds], types(), noise()).learned
    assert [t.type for t in tagger().joined(model).read(STRIKE)] == ["strike"]


def test_same_examples_same_model():
    assert (plain().weights == trained().weights).all() and (plain().bias == trained().bias).all()


def test_thresholds_stay_until_twenty_positives():
    assert trained(*labelled(STRIKE, 19, "strike", cues={"strike": 0.3})).thresholds.tolist() == [0.5, 0.5, 0.5]


def test_no_labels_give_the_prior():
    assert fit_stack(told([], [], [])).tolist() == CUES_ALONE.tolist()


def test_no_labels_give_all_types_the_prior():
    assert fit_shared([told([], [], [])]).tolist() == fit_shared([]).tolist() == CUES_ALONE.tolist()


def test_labels_keep_what_lies_just_over_the_threshold_apart_from_what_lies_just_under():
    cues = [0.45] * 50 + [0.55] * 50
    labels = told(cues, [0.0] * 100, [0, 0, 0, 0, 1] * 10 + [1] * 48 + [0] * 2)
    low, high = (said(fit_shared([labels]), cue) for cue in (0.45, 0.55))
    assert low < 0.35 and high > 0.85


def test_a_few_labels_of_one_kind_turn_no_other_around():
    labels = told([0.55] * 6, [0.0] * 6, [1] * 6)
    assert said(fit_shared([labels]), 0.45) < 0.5


def test_labels_of_one_type_teach_another_how_far_words_are_to_be_trusted():
    right = labelled(STRIKE, 30, "strike", cues={"strike": 0.5})
    wrong = labelled("Kumluca Lastik grev nedir diye sordu", 30, cues={"strike": 0.5})
    at = [*plain().types].index("insolvency")
    assert trained(*right, *wrong).stack[at, 1] > plain().stack[at, 1]


def test_a_model_does_not_take_a_village_for_a_firm():
    text = "Köy halkı greve çıktı"
    before = {t.type: t.probability for t in tagger().read(text)}["strike"]
    taught = tagger().joined(trained(*labelled(text, 60, "strike", cues={"strike": 0.85})))
    after = {t.type: t for t in taught.read(text)}["strike"]
    assert before < 0.5 and not after.accepted


@given(st.lists(st.tuples(st.floats(-4, 4), st.floats(-4, 4), st.booleans()), max_size=40))
def test_labels_pull_by_a_finite_step(rows):
    cues, text, truth = (np.array([float(row[n]) for row in rows]) for n in range(3))
    found = fit_stack(told(1 / (1 + np.exp(-cues)), text, truth))
    assert np.isfinite(found).all() and np.abs(found - CUES_ALONE).max() < 6


def test_platt_makes_bold_scores_modest():
    logit = np.array([-8.0, 8.0] * 50)
    truth = np.array([0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0] * 10)
    assert fit_platt(logit, truth, np.ones(100)).slope < 0.5


def test_a_model_comes_back_as_it_was(tmp_path):
    sha256 = save_model(plain(), tmp_path / "m.skops")
    assert load_model(tmp_path / "m.skops", sha256).logits(STRIKE).tolist() == plain().logits(STRIKE).tolist()


def test_a_model_is_small(tmp_path):
    save_model(plain(), tmp_path / "m.skops")
    assert (tmp_path / "m.skops").stat().st_size < 3_000_000


def test_a_changed_file_is_refused(tmp_path):
    sha256 = save_model(plain(), tmp_path / "m.skops")
    with (tmp_path / "m.skops").open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelError, match="SHA-256"):
        load_model(tmp_path / "m.skops", sha256)


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(ModelError, match="oncu train"):
        load_model(tmp_path / "none.skops", "0" * 64)


class Evil:
    def __reduce__(self):
        return (print, ("run",))


def test_a_pickle_is_no_model(tmp_path, capsys):
    from oncu.classifiers.learned.files import digest_of_file

    path = tmp_path / "m.skops"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ModelError, match="no model file"):
        load_model(path, digest_of_file(path))
    assert capsys.readouterr().out == ""


def test_a_file_with_code_in_it_is_refused(tmp_path):
    from skops.io import dump

    from oncu.classifiers.learned.files import digest_of_file

    path = tmp_path / "m.skops"
    dump({"format": 1, "words": pytest.importorskip("functools").partial(print, "run")}, path)
    with pytest.raises(ModelError, match="do not use this file"):
        load_model(path, digest_of_file(path))


def test_a_zip_without_a_model_is_refused(tmp_path):
    from oncu.classifiers.learned.files import digest_of_file

    path = tmp_path / "m.skops"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("readme.txt", "hello")
    with pytest.raises(ModelError, match="no model file"):
        load_model(path, digest_of_file(path))


def test_every_noise_class_is_there_with_its_examples():
    assert set(load_noise_classes()) == {
        "advertorial",
        "duplicate",
        "job_ad",
        "market_notice",
        "passing_mention",
        "retrospective",
        "sports",
        "whole_sector",
        "wrong_company",
    }


def test_a_noise_class_with_too_few_examples_is_refused(tmp_path):
    text = (NOISE / "sports.yml").read_text("utf-8")
    head, rest = text.split("    fails:\n", 1)
    (tmp_path / "sports.yml").write_text(
        head[: head.rindex("      - ")].rsplit("      - ", 5)[0] + "    fails:\n" + rest
    )
    with pytest.raises(ConfigError, match="at least 40"):
        load_noise_classes(tmp_path)


def test_strictest_noise_class_decides():
    rules = (NoiseRule("sports", 0.5, 0.0), NoiseRule("job_ad", 0.0, 0.0))
    judged = replace(plain(), noise_trust=1.0, noise=rules, bias=plain().bias + 20).judge(MATCH, {"layoffs": 0.8})[
        "layoffs"
    ]
    assert judged.reason == "lowered: noise job_ad"
