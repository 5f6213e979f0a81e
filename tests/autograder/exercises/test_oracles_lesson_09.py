"""The oracles of lesson 09 agree with the references, and with what others have written."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.datasets import make_imbalance
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, recall_score

from autograder.engine.registry import find_judge, find_question
from autograder.questions.lesson_09_networks import ask_to_predict
from imbalance_lessons import multiclass, pipeline, splits, tuning


def oracle(name, *inputs, **options):
    return find_judge(name).expected(*inputs, **options)


def reading(name, answer, *inputs, **options):
    return find_judge(name).reading(answer, *inputs, **options)


pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=2, max_size=4), st.data())
def test_make_rare_has_all_the_facts_of_the_expected_choice(sizes, data):
    rare = data.draw(st.integers(0, len(sizes) - 1))
    keep = data.draw(st.integers(1, sizes[rare]))
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    seeds = [data.draw(st.integers(0, 1000))] * 2
    seeds.append(seeds[0] + 1)
    got = [splits.make_rare(labels, rare, keep, seed) for seed in seeds]
    expected = oracle("make_rare", labels, rare, keep, seeds)
    facts = reading("make_rare", got, labels, rare, keep, seeds)
    assert facts == reading("make_rare", expected, labels, rare, keep, seeds)
    assert facts["samples of the rare class that stay"] == [keep] * 3
    assert facts["samples of other classes that are lost"] == [0] * 3
    wanted = {c: keep if c == rare else n for c, n in enumerate(sizes)}
    rows = np.arange(len(labels))[:, None]
    _, theirs = make_imbalance(rows, labels, sampling_strategy=wanted, random_state=0)
    for choice in (*got, *expected):
        assert np.bincount(labels[choice]).tolist() == np.bincount(theirs).tolist()


@pytest.mark.parametrize("change", ["lost", "twice", "one more", "another seed", "mask"])
def test_make_rare_that_is_off_by_one_sample_is_seen(change):
    labels, seeds = np.repeat([0, 1], [40, 30]), [3, 3, 4]
    right = oracle("make_rare", labels, 1, 12, seeds)
    wrong = [list(run) for run in right]
    if change == "lost":
        wrong[0].remove(5)
    elif change == "twice":
        wrong[1].append(wrong[1][0])
    elif change == "one more":
        wrong[2].append(next(i for i in range(40, 70) if i not in wrong[2]))
    elif change == "another seed":
        wrong[2] = wrong[0]
    else:
        wrong = [np.isin(np.arange(70), run) for run in wrong]
        with pytest.raises(ValueError, match="positions"):
            reading("make_rare", wrong, labels, 1, 12, seeds)
        return
    facts = [reading("make_rare", answer, labels, 1, 12, seeds) for answer in (right, wrong)]
    assert sum(facts[0][key] != facts[1][key] for key in facts[0]) == 1


def test_where_few_choices_exist_the_first_ones_may_come_up_by_chance():
    facts = reading("make_rare", [[0, 1, 2]] * 3, [1, 0, 0, 1], 1, 1, [0, 0, 1])
    assert not any(key.endswith("at random") for key in facts)


@given(pairs, st.integers(5, 7))
def test_recall_per_class(pairs, num_classes):
    true, predicted = map(list, zip(*pairs, strict=True))
    got = oracle("recall_per_class", true, predicted, num_classes)
    np.testing.assert_allclose(
        got, multiclass.recall_per_class(true, predicted, num_classes), rtol=1e-12
    )
    labels = list(range(num_classes))
    theirs = recall_score(true, predicted, labels=labels, average=None, zero_division=np.nan)
    np.testing.assert_allclose(got, theirs, rtol=1e-12)


@given(pairs, st.integers(0, 4))
def test_taken_for(pairs, label):
    pairs = [*pairs, (4, 4)]  # so that class 4 occurs, and the matrix has five rows
    true, predicted = map(list, zip(*pairs, strict=True))
    got = oracle("taken_for", true, predicted, label)
    assert got == multiclass.taken_for(true, predicted, label)
    row = confusion_matrix(true, predicted, labels=range(5))[label]
    row[label] = 0
    counts = reading("taken_for", got, true, predicted, label)
    assert list(counts.values()) == [row.max()]
    assert (got == -1) == (row.max() == 0)


def test_a_class_for_which_nothing_was_taken_cannot_be_read():
    for answer in (1, 2, -1, 9, [0, 2]):
        with pytest.raises(ValueError, match=r"no missed sample|size 1"):
            reading("taken_for", answer, [1, 1, 2], [0, 1, 1], 1)


def test_predictions_of_a_network_of_pytorchs_own():
    for case in find_question("predict_in_batches").cases(11):
        arguments = list(case.inputs.values())
        weight, mean, inputs, _, training = arguments
        layer = torch.nn.Linear(inputs.shape[1], len(mean), bias=False)
        norm = torch.nn.BatchNorm1d(len(mean))
        layer.weight.data = torch.tensor(weight)
        norm.running_mean = torch.tensor(mean)
        model = torch.nn.Sequential(layer, torch.nn.Dropout(0.5), norm).double().eval()
        expected = oracle("predict_in_batches", *arguments)
        assert expected.tolist() == model(torch.tensor(inputs)).argmax(1).tolist()
        got = ask_to_predict(pipeline.predict_in_batches, *arguments)
        assert got.tolist() == expected.tolist()
        facts = reading("predict_in_batches", got, *arguments)
        assert [facts[key] for key in facts][1:] == [False, False, training, True, False, True]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"largest_batch": 5}, "whether a batch was larger than `batch_size`"),
        ({"recorded": True}, "whether gradients were recorded"),
        ({"training_afterwards": False}, "whether the network is in training mode afterwards"),
        ({"one_mode": False}, "whether all its modules are in the same mode"),
        ({"mean_moved": True}, "whether its running mean has moved"),
        ({"records_again": False}, "whether gradients are recorded again afterwards"),
        ({"predicted": [0, 0, 0]}, "the predicted classes"),
    ],
)
def test_each_way_to_treat_a_network_badly_is_called_by_its_name(change, key):
    arguments = [[[1.0], [-1.0]], [0.0, 0.0], [[1.0], [2.0], [-3.0]], 4, True]
    right = oracle("predict_in_batches", *arguments)
    assert right.tolist() == [0, 0, 1]
    well = {"largest_batch": 3, "recorded": False, "training_afterwards": True}
    well |= {"one_mode": True, "mean_moved": False, "records_again": True}
    answer = {"predicted": right, **well, **change}
    facts = [reading("predict_in_batches", one, *arguments) for one in (right, answer)]
    assert [k for k in facts[0] if not np.array_equal(facts[0][k], facts[1][k])] == [key]


def test_a_network_in_training_mode_would_say_other_things():
    """Else a case could not tell who forgot `eval()`."""

    def forgetful(model, inputs, batch_size):
        return model(inputs).argmax(dim=1)

    for seed in range(20):
        for case in find_question("predict_in_batches").cases(seed):
            if case.inputs["training"]:
                got = ask_to_predict(forgetful, *case.inputs.values())
                expected = oracle("predict_in_batches", *case.inputs.values())
                assert got["predicted"].tolist() != expected.tolist()
                assert got["mean_moved"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4), st.booleans())
def test_best_shift(seed, classes, list_of_lists):
    rng = np.random.default_rng(seed)
    true = np.r_[np.arange(classes), rng.integers(0, classes, 25)]
    logits = rng.normal(size=(len(true), classes)).round(3)
    label, shifts = int(rng.integers(classes)), (rng.normal(size=6) * 2).round(2) + 0.0005
    given_logits = logits.tolist() if list_of_lists else logits
    unit = np.arange(classes) == label

    def score(shift):
        return balanced_accuracy_score(true, (logits + shift * unit).argmax(axis=1))

    for answer in (
        oracle("best_shift", true, given_logits, label, shifts),
        tuning.best_shift(true, given_logits, label, shifts),
    ):
        assert score(answer) == pytest.approx(max(map(score, shifts)), abs=1e-12)
        facts = reading("best_shift", answer, true, logits, label, shifts)
        assert list(facts.values()) == [pytest.approx(score(answer), abs=1e-12)]


def test_a_shift_that_was_not_offered_cannot_be_read():
    with pytest.raises(ValueError, match="none of the shifts"):
        reading("best_shift", 0.5, [0, 1], [[1.0, 0.0], [0.0, 1.0]], 1, [0.0, 1.0])


def test_the_best_shift_of_each_case_is_neither_the_first_nor_the_last():
    for seed in range(20):
        for case in find_question("best_shift").cases(seed):
            best = oracle("best_shift", *case.inputs.values())
            assert best not in (case.inputs["shifts"][0], case.inputs["shifts"][-1])
