"""Quality floors hold, only rise, and are lowered only with a reason."""

import json
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from oncu.classifiers.learned.evaluate import brier
from oncu.classifiers.learned.train import examples_of_noise, examples_of_types, train, truth_table
from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.load import load_signal_types
from oncu.config.noise_classes import load_noise_classes

sys.path.insert(0, str(Path(__file__).parent))
from raise_floors import Refused, change, load_floors, unexplained

FLOORS = {name: steps[-1]["floor"] for name, steps in load_floors().items()}


@cache
def made():
    types = {code: spec for code, spec in load_signal_types().items() if not spec.derived}
    noise = load_noise_classes()
    examples = (*examples_of_types(types), *examples_of_noise(noise))
    return build_tagger(types), examples, train(examples, types, noise)


def headline_scores(shared, learned):
    tagger = made()[0].joined(learned)
    right = wrong = missed = 0
    for line in (shared / "data/tr/gold/headlines_dev.jsonl").read_text("utf-8").split("\n"):
        if line:
            row = json.loads(line)
            accepted = {tag.type for tag in tagger.read(row["text"]) if tag.accepted}
            required = {event["type"] for event in row["events"] if event["agreed"]}
            right += len(accepted & required)
            wrong += len(accepted - {event["type"] for event in row["events"]})
            missed += len(required - accepted)
    return right / (right + wrong), 2 * right / (2 * right + wrong + missed)


@pytest.mark.shared
def test_headlines_stay_over_their_floors(shared):
    precision, f1 = headline_scores(shared, None)
    _, joined = headline_scores(shared, made()[2].learned)
    assert f1 >= FLOORS["headlines, cues: micro F1"]
    assert precision >= FLOORS["headlines, cues: precision"]
    assert joined - f1 >= FLOORS["headlines, joined: micro F1 below cues by at most"]


@pytest.mark.parametrize("code", ["job_ad", "market_notice", "sports"])
def test_noise_class_is_right_on_texts_held_out(code):
    _, examples, held = made()
    n = [*held.learned.types, *(rule.code for rule in held.learned.noise)].index(code)
    truth = truth_table(examples, held.learned)[:, n]
    found = held.logits[:, n] > 0
    assert (found & (truth == 1)).sum() / (found & ~np.isnan(truth)).sum() >= FLOORS[
        f"noise, held out: precision of {code}"
    ]


def test_calibration_lowers_the_brier_score():
    _, examples, held = made()
    truth = truth_table(examples, held.learned)
    known = ~np.isnan(truth)
    before, after = (brier(1 / (1 + np.exp(-x[known])), truth[known]) for x in (held.before, held.logits))
    assert before - after >= FLOORS["held out: Brier gained by calibration"]


def test_no_floor_went_down_without_a_reason():
    assert unexplained(load_floors()) == []


def test_a_floor_rises():
    assert change({"a": [{"floor": 0.5, "on": "x"}]}, "a", 0.6, "y")["a"][-1] == {"floor": 0.6, "on": "y"}


@pytest.mark.parametrize("more", [{}, {"lower": True}, {"reason": "because"}, {"lower": True, "reason": " "}])
def test_a_floor_does_not_fall_without_flag_and_reason(more):
    with pytest.raises(Refused, match="only rises"):
        change({"a": [{"floor": 0.5, "on": "x"}]}, "a", 0.4, "y", **more)


def test_a_floor_that_falls_says_why():
    floors = change({"a": [{"floor": 0.5, "on": "x"}]}, "a", 0.4, "y", lower=True, reason="the set grew harder")
    assert floors["a"][-1]["lowered because"] == "the set grew harder" and unexplained(floors) == []


def test_a_hand_lowered_floor_is_seen():
    assert unexplained({"a": [{"floor": 0.5, "on": "x"}, {"floor": 0.4, "on": "y"}]}) == ["a"]
