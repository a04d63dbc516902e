"""Counts, calibration figures and the paired comparison of two models."""

import numpy as np
import pytest

from oncu.classifiers.learned.evaluate import (
    Counts,
    Gold,
    Judgement,
    auc,
    brier,
    compare,
    count,
    count_all,
    macro_f1,
    micro,
    reliability,
)

TYPES = ("strike", "layoffs")


def gold(n: int, *holds: str, asked=None) -> list[Gold]:
    return [Gold(f"{holds}{i}", f"text {i}", frozenset(holds), asked) for i in range(n)]


def said(n: int, *accepted: str) -> list[Judgement]:
    return [Judgement(frozenset(accepted), dict.fromkeys(accepted, 0.9))] * n


def test_counts_right_wrong_missed():
    texts = [*gold(2, "strike"), *gold(1)]
    assert count(texts, [*said(1, "strike"), *said(1), *said(1, "strike")], "strike") == Counts(1, 1, 1)


def test_what_nobody_judged_does_not_count():
    assert count(gold(3, asked=frozenset(["layoffs"])), said(3, "strike"), "strike") == Counts()


def test_micro_and_macro_f1():
    counts = {"a": Counts(8, 0, 0), "b": Counts(1, 1, 1), "c": Counts()}
    assert (micro(counts).f1, macro_f1(counts)) == (pytest.approx(0.9), pytest.approx(0.75))


def test_brier_of_certainty_is_zero():
    assert brier(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == 0


def test_auc_of_a_small_case():
    assert auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0.0, 0.0, 1.0, 1.0])) == 0.75


def test_auc_needs_both_kinds():
    assert auc(np.array([0.1, 0.4]), np.array([1.0, 1.0])) is None


def test_reliability_counts_every_text_once():
    p = np.array([0.0, 0.1, 0.5, 0.99, 1.0])
    assert sum(n for *_, n in reliability(p, np.ones(5))) == 5


def test_a_clearly_better_model_may_be_promoted():
    found = compare(gold(60, "strike"), said(60), said(60, "strike"), TYPES)
    assert found.reasons == () and (found.fixed, found.broken) == (60, 0) and found.p_value < 0.001


def test_the_same_model_may_not_be_promoted():
    assert "not better" in str(compare(gold(9, "strike"), said(9), said(9), TYPES).reasons[0])


def test_one_better_text_may_be_chance():
    found = compare(gold(20, "strike"), [*said(19, "strike"), *said(1)], said(20, "strike"), TYPES)
    assert str(found.reasons[0]).startswith("may be chance")


def test_better_on_the_whole_and_worse_in_a_type_is_refused():
    texts = [*gold(80, "strike"), *gold(20, "layoffs")]
    found = compare(texts, [*said(80), *said(20, "layoffs")], [*said(80, "strike"), *said(20)], TYPES)
    assert [str(reason).split(":")[0] for reason in found.reasons] == ["worse in layoffs"]


def test_at_most_twenty_changed_decisions_are_shown():
    found = compare(gold(30, "strike"), said(30), said(30, "strike"), TYPES)
    assert len(found.changes) == 20 and found.fixed == 30


def test_nothing_judged_promotes_nothing():
    assert [*map(str, compare([], [], [], TYPES).reasons)] == ["there is no judged text to compare on"]


def test_interval_holds_the_difference():
    texts = [*gold(40, "strike"), *gold(40)]
    found = compare(
        texts, [*said(30, "strike"), *said(50)], [*said(36, "strike"), *said(40), *said(4, "strike")], TYPES
    )
    assert found.main.low <= found.main.value <= found.main.high
    assert found.old_f1 == pytest.approx(micro(count_all(texts, [*said(30, "strike"), *said(50)], TYPES)).f1)
