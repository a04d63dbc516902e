"""Histories by a cut-off and the model on them: nothing of the future, nothing of the judged, and a signal is found."""

from dataclasses import replace

import numpy as np
import pytest

from oncu.classifiers.outcomes.history import Events, Features, describe_history, stack_features
from oncu.classifiers.outcomes.model import Strength, _folds, choose_strength, fit_outcome_model

CUT = 1_000


def events_of(*rows, groups=None, regions=None):
    """Rows of (client, day, value, text, ended)."""
    clients = sorted({row[0] for row in rows})
    texts = sorted({row[3] for row in rows if row[3]})
    number = [clients.index(row[0]) for row in rows]
    return Events(
        clients=clients,
        client=np.array(number),
        day=np.array([row[1] for row in rows]),
        value=np.array([np.nan if row[2] is None else row[2] for row in rows], dtype=float),
        flagged=np.zeros(len(rows), dtype=bool),
        ended=np.array([row[4] for row in rows], dtype=bool),
        group=np.array([(groups or {}).get(row[0], -1) for row in rows]),
        region=np.array([(regions or {}).get(row[0], -1) for row in rows]),
        text=np.array([texts.index(row[3]) if row[3] else -1 for row in rows]),
        texts=texts,
    )


ROWS = [
    ("A", 900, 10.0, "mice seen", False),
    ("A", 900, 14.0, "no soap", False),
    ("A", 950, None, "", False),
    ("B", 800, 40.0, "mice seen", True),
    ("B", 990, 5.0, "", False),
]


def test_what_comes_after_the_cut_off_changes_nothing():
    before = describe_history(events_of(*ROWS), CUT)
    after = describe_history(events_of(*ROWS, ("A", CUT + 1, 99.0, "mice seen", True)), CUT)
    assert np.array_equal(before.numbers, after.numbers, equal_nan=True)
    assert before.vocabulary == after.vocabulary and (before.words != after.words).nnz == 0


def test_events_of_one_day_are_one_visit_with_its_largest_value():
    found = describe_history(events_of(*ROWS), CUT)
    assert found.number("visits").tolist() == [2, 2] and found.number("max_value").tolist() == [14, 40]


def test_the_last_value_given_counts_where_the_last_visit_has_none():
    found = describe_history(events_of(*ROWS), CUT)
    assert found.number("last_value").tolist() == [14, 5]
    assert found.number("value_before").tolist()[1] == 40


def test_a_window_keeps_the_last_visit_whenever_it_was():
    found = describe_history(events_of(*ROWS, ("C", 100, 7.0, "", False)), CUT, window_days=60)
    assert found.clients == ["A", "B", "C"] and found.number("last_value").tolist()[2] == 7
    assert found.number("visits").tolist() == [1, 1, 1]


def test_a_client_first_seen_after_the_cut_off_is_not_there():
    assert describe_history(events_of(*ROWS, ("C", CUT + 1, 7.0, "", False)), CUT).clients == ["A", "B"]


def test_days_since_an_end_are_counted_from_the_last_one():
    assert describe_history(events_of(*ROWS), CUT).number("days_since_end").tolist()[1] == 200


def test_a_groups_share_leaves_the_client_itself_out():
    rows = [("A", 900, 1.0, "", True), ("B", 900, 1.0, "", False), ("C", 900, 1.0, "", False)]
    found = describe_history(events_of(*rows, groups={"A": 0, "B": 0, "C": 1}), CUT)
    a, b, c = found.number("group_ends")
    assert b > c > a


def test_words_are_counted_once_a_remark():
    found = describe_history(events_of(*ROWS), CUT)
    said = dict(zip(found.vocabulary, found.words.toarray()[0], strict=True))
    assert said["mice"] == 1 and said["mice seen"] == 1 and said["soap"] == 1


def bank(n=600, seed=0, group=-1):
    """Clients of whom those with a high value and the word "rot" end more often."""
    random = np.random.default_rng(seed)
    value = random.gamma(2, 10, n)
    rotten = random.random(n) < 0.3
    logit = -3 + 0.05 * value + 1.5 * rotten
    ended = random.random(n) < 1 / (1 + np.exp(-logit))
    rows = [
        (f"c{i:04d}", 900, v, "rot found" if r else "all well", False)
        for i, (v, r) in enumerate(zip(value, rotten, strict=True))
    ]
    features = describe_history(events_of(*rows), CUT)
    return replace(features, group=np.full(n, group)) if group >= 0 else features, ended


def test_a_planted_signal_is_found_on_clients_it_never_saw():
    features, ended = bank()
    fresh, truth = bank(seed=1)
    score = fit_outcome_model(features, ended, Strength(0.1, with_words=True)).logits(fresh)
    assert np.mean(score[truth][:, None] > score[~truth][None, :]) > 0.68


def test_words_help_where_they_tell():
    features, ended = bank()
    trials = choose_strength(features, ended, tried=(Strength(0.1, with_words=True), Strength(0.1, with_words=False)))
    assert trials[0].strength.with_words and trials[0].area > trials[1].area + 0.02


def test_nothing_to_learn_gives_no_better_than_chance():
    features, ended = bank()
    shuffled = np.random.default_rng(5).permutation(ended)
    [trial] = choose_strength(features, shuffled, tried=(Strength(0.01, with_words=True),))
    assert 0.4 < trial.area < 0.6


def test_probabilities_agree_with_what_happened_on_average():
    features, ended = bank()
    expected = fit_outcome_model(features, ended, Strength(0.1, with_words=True)).probabilities(features)
    assert expected.mean() == pytest.approx(ended.mean(), abs=0.01)


def test_the_vocabulary_is_that_of_the_clients_learnt_from():
    features, ended = bank()
    model = fit_outcome_model(features, ended, Strength(0.1, with_words=True))
    fresh = describe_history(events_of(("x", 900, 30.0, "rot and rust found", False)), CUT)
    assert "rust" not in model.vocabulary and np.isfinite(model.logits(fresh)).all()


def test_a_number_nobody_had_is_left_out():
    features, ended = bank()
    empty = Features(
        features.clients,
        features.group,
        (*features.names, "empty"),
        np.column_stack([features.numbers, np.full(len(features), np.nan)]),
        features.words,
        features.vocabulary,
    )
    assert "empty" not in fit_outcome_model(empty, ended, Strength(0.1, with_words=False)).names


def test_a_model_without_any_end_is_refused():
    features, ended = bank()
    with pytest.raises(ValueError, match="ended"):
        fit_outcome_model(features, np.zeros_like(ended), Strength(0.1, with_words=False))


def test_a_group_is_never_on_both_sides_of_a_fold():
    features, _ = bank(n=40)
    fold = _folds(replace(features, group=np.arange(40) // 4), seed=0)
    assert all(len(set(fold[n : n + 4].tolist())) == 1 for n in range(0, 40, 4)) and len(set(fold.tolist())) > 1


def test_a_client_of_two_cut_offs_is_never_on_both_sides_of_a_fold():
    features, _ = bank(n=40)
    fold = _folds(stack_features([features, features]), seed=0)
    assert fold[:40].tolist() == fold[40:].tolist()


def test_cut_offs_are_stacked_word_by_word():
    one = describe_history(events_of(("A", 900, 1.0, "mice seen", False)), CUT)
    other = describe_history(events_of(("B", 900, 1.0, "no soap", False)), CUT)
    both = stack_features([one, other])
    said = dict(zip(both.vocabulary, both.words.toarray().T.tolist(), strict=True))
    assert said["mice"] == [1, 0] and said["soap"] == [0, 1]


def test_the_same_clients_in_another_order_get_the_same_scores():
    features, ended = bank()
    strength = Strength(0.1, with_words=True)
    order = np.random.default_rng(2).permutation(len(ended))
    turned = Features(
        [features.clients[n] for n in order],
        features.group[order],
        features.names,
        features.numbers[order],
        features.words[order],
        features.vocabulary,
    )
    there = fit_outcome_model(features, ended, strength).logits(features)
    here = fit_outcome_model(turned, ended[order], strength).logits(turned)
    assert np.allclose(there[order], here, atol=1e-3)
