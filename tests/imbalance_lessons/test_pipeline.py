import copy

import numpy as np
import pytest
import torch
from sklearn import metrics as sk

from imbalance_lessons import pipeline, three_arms
from imbalance_lessons.datasets import make_fraud


def counted(scores):
    """Make a model, a training that changes weights and buffers, and a validation by script."""
    model, states = torch.nn.BatchNorm1d(2), []

    def train_epoch(model):
        with torch.no_grad():
            model.weight += 1
            model.running_mean += 2
        states.append(copy.deepcopy(model.state_dict()))

    return model, train_epoch, lambda model: scores[len(states) - 1], states


@pytest.mark.parametrize(
    ("scores", "best"),
    [([0.5, 0.9, 0.7], 2), ([0.0, 0.0], 1), ([-3.0, -2.0, -2.0], 2), ([0.1], 1), ([1, 2, 3], 3)],
)
def test_the_best_epoch_is_kept_with_its_buffers(scores, best):
    model, train_epoch, validate, states = counted(scores)
    assert pipeline.keep_best(model, train_epoch, validate, len(scores)) == (max(scores), best)
    assert len(states) == len(scores)
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, states[best - 1][name])


@pytest.mark.parametrize("epochs", [0, -1, 1.5, "3"])
def test_there_is_an_epoch_to_keep(epochs):
    model, train_epoch, validate, _ = counted([1.0])
    with pytest.raises((TypeError, ValueError), match="epochs"):
        pipeline.keep_best(model, train_epoch, validate, epochs)


def test_nothing_can_be_kept_if_no_score_is_a_number():
    model, train_epoch, validate, _ = counted([float("nan")] * 2)
    with pytest.raises(RuntimeError):
        pipeline.keep_best(model, train_epoch, validate, 2)


def test_test_scores_have_no_say():
    validation = {"a": [0.7, 0.8], "b": [0.74, 0.75]}
    for lucky in (0.1, 0.99):
        assert pipeline.winner_on_test(validation, {"b": [lucky, 0.9], "a": [0.5, 0.7]}) == 0.6


def test_without_arms_there_is_no_winner():
    with pytest.raises(ValueError, match="empty"):
        pipeline.winner_on_test({}, {})
    with pytest.raises(KeyError, match="a"):
        pipeline.winner_on_test({"a": [1.0]}, {})


@pytest.mark.parametrize("precision", [0, 0.2, 0.95, 1])
def test_a_precision_goes_there_and_back(precision):
    there = pipeline.translate_precision(precision, 0.5, 0.01)
    assert pipeline.translate_precision(there, 0.01, 0.5) == pytest.approx(precision)
    assert there <= precision


@pytest.mark.parametrize("arguments", [(1.1, 0.5, 0.1), (0.5, 0, 0.1), (0.5, 0.5, 1), ("x", 1, 1)])
def test_shares_lie_between_0_and_1(arguments):
    with pytest.raises((TypeError, ValueError), match="expected"):
        pipeline.translate_precision(*arguments)


def test_four_measures_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    y_val, y_test = (rng.random((2, 300)) < 0.2).astype(int)
    val, test = (np.clip(rng.normal(0.3 + 0.2 * y, 0.15), 0, 1) for y in (y_val, y_test))
    half, tuned, area, precision = three_arms.four_measures(y_val, val, y_test, test)
    assert half == pytest.approx(sk.balanced_accuracy_score(y_test, test >= 0.5))
    assert area == pytest.approx(sk.roc_auc_score(y_test, test))
    assert precision == pytest.approx(sk.average_precision_score(y_test, test))
    false_alarms, recalls, thresholds = sk.roc_curve(y_val, val, drop_intermediate=False)
    best = thresholds[np.argmax(recalls - false_alarms)]
    assert tuned == pytest.approx(sk.balanced_accuracy_score(y_test, test >= best))


def test_parts_are_standardised_by_the_first():
    parts = three_arms.fraud_parts(1, 2000, 0.05)
    np.testing.assert_allclose(parts[0][0].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(parts[0][0].std(axis=0), 1, rtol=1e-5)
    assert [int(labels.sum()) for _, labels in parts] == [50, 25, 25]
    assert sum(len(labels) for _, labels in parts) == len(make_fraud(2000, 0.05, 1)[1])


def test_tables_say_means_and_ends():
    results = np.array([[[0.5, 0.7, 0.9, 0.2], [0.8, 0.7, 0.9, 0.1]]] * 2)
    results[1, 1, 0] = 0.6
    table = three_arms.measures_table(results, ["(a) plain", "(b) more"])
    assert [line.split()[0] for line in table.splitlines()] == ["at", "(a)", "(b)", "guessing"]
    assert "0.700 ± 0.100" in table
    assert all(line == line.rstrip() for line in table.splitlines())
    leads = three_arms.leads_table(results, ["(a) plain", "(b) more"])
    assert "(b) more minus (a): mean (lowest to highest of 2)" in leads
    assert "at 0.5          +0.200 (+0.100 to +0.300)" in leads
