"""The report that puts all scores together."""

import dataclasses
import itertools
import math
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from imbalance_lessons.evaluation import Evaluation, evaluate_imbalanced, evaluation
from imbalance_lessons.intervals import wilson_interval
from imbalance_lessons.metrics import accuracy, f_score, precision, recall
from imbalance_lessons.multiclass import balanced_accuracy, g_mean, matthews_correlation

pytestmark = pytest.mark.filterwarnings("error")

PAIRS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


def split(pairs):
    return zip(*pairs, strict=True)


def example(seed, classes=3, samples=60):
    rng = np.random.default_rng(seed)
    y_true = np.append(np.arange(classes), rng.integers(0, classes, samples - classes))
    rows = rng.dirichlet(np.ones(classes), size=samples) + 0.5 * np.eye(classes)[y_true]
    return y_true, rows / rows.sum(axis=1, keepdims=True)


# The evaluation


@given(PAIRS)
def test_labels_are_scored_as_scikit_learn_does(pairs):
    y_true, y_pred = split(pairs)
    result = evaluation(y_true, y_pred)
    classes = len(result.confusion)
    assert classes == max(2, 1 + max(y_true + y_pred))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = sklearn.precision_recall_fscore_support(y_true, y_pred, labels=range(classes))
        matrix = sklearn.confusion_matrix(y_true, y_pred, labels=range(classes))
    for ours, theirs in zip(
        (result.precision, result.recall, result.f1, result.support), scores, strict=True
    ):
        assert ours == pytest.approx(tuple(theirs))
    assert np.array_equal(result.confusion, matrix)


@given(PAIRS)
def test_the_evaluation_holds_what_the_functions_say(pairs):
    y_true, y_pred = split(pairs)
    result = evaluation(y_true, y_pred)
    assert result.accuracy == accuracy(y_true, y_pred)
    assert result.balanced_accuracy == balanced_accuracy(y_true, y_pred)
    assert result.g_mean == g_mean(y_true, y_pred)
    assert result.mcc == matthews_correlation(y_true, y_pred)
    for c in range(len(result.confusion)):
        assert result.precision[c] == precision(y_true, y_pred, c)
        assert result.recall[c] == recall(y_true, y_pred, c)
        assert result.f1[c] == f_score(y_true, y_pred, positive=c)
        found = result.confusion[c][c]
        assert result.recall_intervals[c] == wilson_interval(found, y_true.count(c))
    assert result.roc_auc is result.brier is result.log_loss is None


@pytest.mark.parametrize("seed", range(5))
def test_two_columns_or_one_are_scikit_learns(seed):
    """Which raises for two columns."""
    y_true, rows = example(seed, classes=2)
    y_pred = rows.argmax(axis=1)
    with pytest.raises(ValueError, match=r"1d array|bad input shape"):
        sklearn.roc_auc_score(y_true, rows)
    result = evaluation(y_true, y_pred, rows[:, 1])
    assert result == evaluation(y_true, y_pred, np.column_stack([1 - rows[:, 1], rows[:, 1]]))
    assert result.roc_auc == pytest.approx(sklearn.roc_auc_score(y_true, rows[:, 1]))
    theirs = sklearn.average_precision_score(y_true, rows[:, 1])
    assert result.average_precision == pytest.approx(theirs)
    assert result.average_precision_baseline == pytest.approx(y_true.mean())
    assert result.brier == pytest.approx(sklearn.brier_score_loss(y_true, rows[:, 1]))
    assert result.log_loss == pytest.approx(sklearn.log_loss(y_true, rows[:, 1]))


@pytest.mark.parametrize("seed", range(5))
def test_many_classes_are_scikit_learns(seed):
    """Which raises unless told how."""
    y_true, rows = example(seed, classes=4)
    with pytest.raises(ValueError, match="multi_class"):
        sklearn.roc_auc_score(y_true, rows)
    result = evaluation(y_true, rows.argmax(axis=1), rows)
    theirs = sklearn.roc_auc_score(y_true, rows, multi_class="ovr")
    assert result.roc_auc == pytest.approx(theirs)
    theirs = sklearn.average_precision_score(y_true, rows)
    assert result.average_precision == pytest.approx(theirs)
    assert result.average_precision_baseline == pytest.approx(1 / 4)
    assert result.brier == pytest.approx(sklearn.brier_score_loss(y_true, rows))


def test_an_absent_class_is_left_out_of_the_means():
    y_true, rows = example(0, classes=3)
    there = y_true != 2
    y_true, rows = y_true[there], rows[there]
    result = evaluation(y_true, rows.argmax(axis=1), rows)
    areas = [sklearn.roc_auc_score(y_true == c, rows[:, c]) for c in (0, 1)]
    assert result.roc_auc == pytest.approx(np.mean(areas))
    assert result.support[2] == 0
    assert "No samples of class 2: recall set to 0, and left out" in str(result)


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("y_prob", [[0.1, 0.6, 0.3], [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]]])
def test_one_class_gives_a_report_without_nan(label, y_prob, capsys):
    result = evaluate_imbalanced([label] * 3, [0, 1, 0], y_prob)
    assert (result.roc_auc, result.average_precision) == (None, None)
    assert result.average_precision_baseline is None
    numbers = itertools.chain(
        [result.accuracy, result.balanced_accuracy, result.g_mean, result.mcc],
        [result.brier, result.log_loss],
        result.precision,
        result.recall,
        result.f1,
        *result.recall_intervals,
    )
    assert all(map(math.isfinite, numbers))
    report = capsys.readouterr().out
    assert "ROC-AUC and average precision: undefined, all samples are of one class" in report
    assert f"No samples of class {1 - label}: recall set to 0" in report
    assert "nan" not in report


def test_one_class_only_anywhere_still_has_a_two_by_two_matrix():
    result = evaluation([0, 0], [0, 0])
    assert result.confusion == ((2, 0), (0, 0))
    assert (result.accuracy, result.balanced_accuracy, result.mcc) == (1, 1, 0)


def test_the_classes_are_those_of_the_probabilities():
    rows = np.full((2, 4), 0.25)
    assert len(evaluation([0, 1], [0, 1], rows).confusion) == 4


# The report


def test_the_report_on_the_accuracy_trap(capsys):
    result = evaluate_imbalanced([0] * 990 + [1] * 10, [0] * 1000, [0.01] * 1000)
    assert capsys.readouterr().out == f"{result}\n"
    assert str(result).splitlines() == [
        "Confusion matrix (rows: true, columns: predicted)",
        "           class 0  class 1",
        "  class 0      990        0",
        "  class 1       10        0",
        "",
        "           precision  recall  (95 % interval)  f1     samples",
        "  class 0  0.990      1.000   (0.996 to 1.000) 0.995      990",
        "  class 1  0.000      0.000   (0.000 to 0.278) 0.000       10",
        "  Never predicted: class 1; precision set to 0.",
        "",
        "Accuracy           0.9900",
        "  always the commonest class would have 0.9900",
        "Balanced accuracy  0.5000",
        "G-mean             0.0000",
        "MCC                0.0000",
        "ROC-AUC            0.5000  (guessing: 0.5)",
        "Average precision  0.0100  (guessing: 0.0100)",
        "Brier score        0.0099",
        "Log loss           0.0560",
    ]


def test_the_report_lines_up_for_many_classes_and_samples():
    y_true = [0] * 12_345 + [*range(11)]
    lines = str(evaluation(y_true, y_true)).splitlines()
    assert len({len(line) for line in lines[1:13]}) == 1
    assert len({len(line) for line in lines[14:26]}) == 1
    assert lines[2].startswith("  class 0     12,346")


def test_the_result_is_plain_and_frozen():
    y_true, rows = example(0)
    result = evaluation(y_true, rows.argmax(axis=1), rows)
    assert isinstance(result, Evaluation)
    assert hash(result) == hash(evaluation(y_true, rows.argmax(axis=1), rows))
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        flat = np.array(value, dtype=object).ravel().tolist()
        assert {type(number) for number in flat} <= {int, float}, field.name
    with pytest.raises(AttributeError):
        result.mcc = 1.0


@pytest.mark.parametrize(
    "make",
    [
        np.array,
        torch.tensor,
        lambda values: np.array(values, dtype=np.float64),
        lambda values: torch.tensor(values, dtype=torch.float32, requires_grad=True),
    ],
)
def test_every_form_gives_the_same(make, leaves_randomness_alone):
    data = [0, 1, 1, 0], [0, 1, 0, 0], [0.25, 0.75, 0.5, 0.125]
    made = [make(values) for values in data]
    with leaves_randomness_alone():
        assert evaluation(*made) == evaluation(*data)
    assert [values.tolist() for values in made] == list(data)


# Bad input


@pytest.mark.parametrize("evaluate", [evaluation, evaluate_imbalanced])
def test_bad_labels_are_refused(evaluate, bad_labels, refuses, capsys):
    labels, got = bad_labels
    with refuses("y_true", got):
        evaluate(labels, [0, 1])
    with refuses("y_pred", got):
        evaluate([0, 1], labels)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("y_prob", "got"),
    [
        ([0.5], "expected 2, as many as y_true, got 1"),
        ([0.5, 3.0], "got 3.0 at position 1"),
        ([[1.0], [1.0]], "got (2, 1)"),
        ([[0.2, 0.2], [0.5, 0.5]], "rows that sum to 1, got 0.4 at position 0"),
        ([0.5, math.nan], "got nan at position 1"),
        ("ab", "got 'ab'"),
    ],
)
def test_bad_probabilities_are_refused(y_prob, got, refuses):
    with refuses("y_prob", got):
        evaluation([0, 1], [0, 1], y_prob)


def test_labels_beyond_the_probabilities_are_refused(refuses):
    with refuses("y_true", "below num_classes=2, got 2 at position 1"):
        evaluation([0, 2], [0, 1], [0.5, 0.5])
    with refuses("y_pred", "below num_classes=2, got 2 at position 1"):
        evaluation([0, 1], [0, 2], [0.5, 0.5])
