"""Answers, which mention comes next, agreement, and the shapes of other tools."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.learned.label_shapes import SHAPES, ShapeError, Task, read_tasks, write_tasks
from oncu.classifiers.learned.labels import (
    Answer,
    BadChoice,
    Pools,
    agreement,
    choose,
    kappa,
    read_choices,
    settle,
)

TYPES, NOISE = ("strike", "layoffs"), ("sports",)
YES, NO = Answer(frozenset(["strike"])), Answer()


def pools(n: int, **more) -> Pools:
    """So many of which the model is less and less uncertain, and in the other order as their lots fell."""
    items = [f"m{i:03}" for i in range(n)]
    return Pools(items, items[::-1], **more)


@pytest.mark.parametrize("choices", [["strike"], ["layoffs", "strike"], ["none"], ["unsure"], ["noise:sports"]])
def test_choices_come_back_as_they_were(choices):
    assert read_choices(choices, TYPES, NOISE).choices() == choices


@pytest.mark.parametrize("choices", [[], ["grev"], ["none", "strike"], ["noise:opera"], ["strike", "noise:sports"]])
def test_choices_that_cannot_be_are_refused(choices):
    with pytest.raises(BadChoice):
        read_choices(choices, TYPES, NOISE)


def test_seven_of_ten_are_uncertain_two_random_one_disputed():
    many = pools(900, disputed=[f"d{i}" for i in range(900)])
    queues = Counter(queue for _, queue in choose(many, "c", 400, 1))
    assert 250 < queues["uncertain"] < 310 and 55 < queues["audit"] < 105 and 22 < queues["disputed"] < 62


def test_one_of_ten_is_a_second_opinion_that_nobody_can_tell():
    many = pools(900, second=[f"s{i}" for i in range(900)])
    found = choose(many, "c", 400, 1)
    seconds = [queue for item, queue in found if item.startswith("s")]
    assert 22 < len(seconds) < 62 and set(seconds) == {"audit"}


def test_the_least_certain_comes_first():
    assert [item for item, _ in choose(pools(9), "a", 2, 1, queue="uncertain")] == ["m000", "m001"]


def test_nothing_comes_twice():
    assert len(dict(choose(pools(50), "a", 90, 3))) == 50


def test_what_is_already_on_the_screen_does_not_come_next():
    assert choose(pools(2), "a", 5, 1, without=["m000", "m001"]) == []


def test_when_all_was_judged_once_second_opinions_are_asked():
    assert choose(Pools(second=["s"]), "a", 5, 1) == [("s", "audit")]


def test_the_disputed_queue_holds_only_disputes():
    assert choose(pools(3, disputed=["d"]), "c", 4, 1, queue="disputed") == [("d", "disputed")]


def test_same_seed_same_mentions():
    assert choose(pools(40), "a", 9, 5) == choose(pools(40), "a", 9, 5)


def test_kappa_of_a_known_table():
    said = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert kappa(said) == pytest.approx(0.4)


def test_kappa_says_nothing_where_all_say_the_same():
    assert kappa([(False, False)] * 5) is None


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_kappa_lies_between_minus_one_and_one(said):
    found = kappa(said)
    assert found is None or -1 <= found <= 1


def test_agreement_names_the_pair_and_the_type():
    (strike, every) = agreement({"m1": {"b": YES, "a": YES}, "m2": {"a": YES, "b": NO}}, TYPES)
    assert (strike.first, strike.second, strike.type, strike.n, strike.agreed) == ("a", "b", "strike", 2, 0.5)
    assert (every.type, every.n) == ("all", 4)


def test_who_is_unsure_does_not_disagree():
    assert agreement({"m1": {"a": YES, "b": Answer(is_unsure=True)}}, TYPES) == []


@pytest.mark.parametrize(
    ("answers", "settled"),
    [([YES], YES), ([YES, YES, NO], YES), ([YES, NO], None), ([Answer(is_unsure=True)], None), ([NO], NO)],
)
def test_most_of_the_sure_decide(answers, settled):
    assert settle(answers) == settled


TASKS = [
    Task("m1", "Kumluca'da grev\nİkinci satır “tırnak”", "Kumluca Lastik A.Ş.", {"ece": ("strike",), "can": ("none",)}),
    Task("m2", "Maç bitti", "Kumluca Lastik A.Ş.", {"ece": ("noise:sports",)}),
    Task("m3", "Kimse bakmadı", "Kumluca Lastik A.Ş.", {}),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_labels_go_out_and_come_back(shape):
    said = read_tasks(write_tasks(TASKS, shape, ["strike", "none"]), shape, "somebody")
    assert {(s.item, s.labeller, s.choices) for s in said} == {
        (task.item, who, given) for task in TASKS for who, given in task.answers.items()
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_not_of_the_shape_is_said_with_its_place(shape):
    content = '[{"annotations": [{"result": [{"type": "choices"}]}]}]' if shape == "label-studio" else '["a"]\n'
    with pytest.raises(ShapeError, match=r"(task|line) 1"):
        read_tasks(content, shape, "a")


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_no_json_is_said(shape):
    with pytest.raises(ShapeError, match="not JSON"):
        read_tasks("{", shape, "a")


def test_who_labelled_is_the_importer_where_the_file_is_silent():
    (said,) = read_tasks('{"item": "m1", "text": "t", "label": ["strike"]}\n', "doccano", "ece")
    assert said.labeller == "ece"


def test_a_rejected_prodigy_task_is_no_answer():
    assert read_tasks('{"meta": {"item": "m"}, "accept": ["strike"], "answer": "ignore"}', "prodigy", "a") == []


def test_a_cancelled_label_studio_annotation_is_no_answer():
    assert read_tasks('[{"data": {"item": "m"}, "annotations": [{"was_cancelled": true}]}]', "label-studio", "a") == []
