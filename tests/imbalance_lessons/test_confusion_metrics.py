"""The scores that are made of predicted labels: of one class, and of all of them."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from imblearn import metrics as imblearn
from sklearn import metrics as sklearn

from imbalance_lessons.metrics import (
    accuracy,
    confusion_counts,
    f_score,
    positives_caught,
    precision,
    recall,
    specificity,
)
from imbalance_lessons.multiclass import (
    balanced_accuracy,
    class_recalls,
    confusion_matrix,
    g_mean,
    matthews_correlation,
    recall_per_class,
    taken_for,
)

pytestmark = pytest.mark.filterwarnings("error")

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)
BINARY = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40)
BETAS = st.floats(0, 20)

OF_ONE_CLASS = [confusion_counts, precision, recall, specificity, f_score]
OF_ALL = [confusion_matrix, class_recalls, balanced_accuracy, g_mean, matthews_correlation]
TRAP_TRUE, TRAP_PREDICTED = [0] * 990 + [1] * 10, [0] * 1000

FORMS = {
    "list": list,
    "tuple": tuple,
    "uint8 array": lambda labels: np.array(labels, dtype=np.uint8),
    "float64 array": lambda labels: np.array(labels, dtype=np.float64),
    "tensor": torch.tensor,
    "uint8 tensor": lambda labels: torch.tensor(labels, dtype=torch.uint8),
    "float32 tensor": lambda labels: torch.tensor(labels, dtype=torch.float32),
}


def split(pairs):
    return zip(*pairs, strict=True)


def quietly(score, *arguments, **options):
    """Ask scikit-learn, which warns where it divides 0 by 0 and then takes 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return score(*arguments, **options)


# One class: figures worked out by hand


def test_hand_fixed_scores():
    y_true = [1] * 10 + [0] * 90
    y_pred = [1] * 8 + [0] * 2 + [1] * 4 + [0] * 86
    assert confusion_counts(y_true, y_pred) == (8, 4, 2, 86)
    assert precision(y_true, y_pred) == 8 / 12
    assert recall(y_true, y_pred) == 8 / 10
    assert specificity(y_true, y_pred) == 86 / 90
    assert f_score(y_true, y_pred) == float(Fraction(8, 11))
    assert f_score(y_true, y_pred, beta=2) == pytest.approx(5 * 8 / (5 * 8 + 4 * 2 + 4))
    assert balanced_accuracy(y_true, y_pred) == pytest.approx((8 / 10 + 86 / 90) / 2)
    assert g_mean(y_true, y_pred) == pytest.approx(math.sqrt(8 / 10 * 86 / 90))


@pytest.mark.parametrize(("share", "expected"), [(0.01, 0.083), (0.05, 0.50), (0.08, 0.94)])
def test_the_exercise_with_95_percent_accuracy_and_40_percent_recall(share, expected):
    """The precision follows from the prevalence, and above 8.3 % there is no such model."""
    n = 100_000
    positives = round(share * n)
    caught = round(0.4 * positives)
    alarms = round(0.05 * n) - (positives - caught)
    y_true = np.repeat([1, 0], [positives, n - positives])
    y_pred = np.repeat([1, 0, 1, 0], [caught, positives - caught, alarms, n - positives - alarms])
    assert accuracy(y_true, y_pred) == 0.95
    assert recall(y_true, y_pred) == 0.4
    assert precision(y_true, y_pred) == pytest.approx(expected, abs=0.006)


def test_the_accuracy_trap_is_seen_by_every_other_score():
    assert accuracy(TRAP_TRUE, TRAP_PREDICTED) == 0.99
    for score in (precision, recall, f_score, g_mean, matthews_correlation):
        assert score(TRAP_TRUE, TRAP_PREDICTED) == 0
    assert balanced_accuracy(TRAP_TRUE, TRAP_PREDICTED) == 0.5


@pytest.mark.parametrize("positives", [1, 10, 500, 999])
def test_flagging_everybody_has_the_f1_of_the_closed_form(positives):
    share = positives / 1000
    y_true = [1] * positives + [0] * (1000 - positives)
    assert f_score(y_true, [1] * 1000) == pytest.approx(2 * share / (1 + share))


# One class: everybody else's answers


@given(PAIRS, st.integers(0, 4), BETAS)
def test_one_class_is_scikit_learns(pairs, positive, beta):
    y_true, y_pred = split(pairs)
    true, predicted = np.array(y_true) == positive, np.array(y_pred) == positive
    tn, fp, fn, tp = sklearn.confusion_matrix(true, predicted, labels=[False, True]).ravel()
    assert confusion_counts(y_true, y_pred, positive) == (tp, fp, fn, tn)
    for ours, theirs in (
        (precision, quietly(sklearn.precision_score, true, predicted)),
        (recall, quietly(sklearn.recall_score, true, predicted)),
        (specificity, quietly(sklearn.recall_score, ~true, ~predicted)),
    ):
        assert ours(y_true, y_pred, positive) == pytest.approx(theirs), ours
    theirs = quietly(sklearn.fbeta_score, true, predicted, beta=beta)
    assert f_score(y_true, y_pred, beta, positive) == pytest.approx(theirs)


def test_specificity_and_g_mean_are_imbalanced_learns():
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(0, 2, 200), rng.integers(0, 2, 200)
    assert specificity(y_true, y_pred) == pytest.approx(imblearn.specificity_score(y_true, y_pred))
    theirs = imblearn.geometric_mean_score(y_true, y_pred)
    assert g_mean(y_true, y_pred) == pytest.approx(theirs)


@given(PAIRS, st.integers(0, 4))
def test_the_four_counts_cover_all_samples_and_agree_with_the_first_lesson(pairs, positive):
    y_true, y_pred = split(pairs)
    counts = confusion_counts(y_true, y_pred, positive)
    assert sum(counts) == len(pairs)
    assert counts.tp == positives_caught(y_true, y_pred, positive)
    assert {type(n) for n in counts} == {int}


@given(BINARY)
def test_specificity_is_the_recall_of_the_other_class(pairs):
    y_true, y_pred = split(pairs)
    assert specificity(y_true, y_pred) == recall(y_true, y_pred, positive=0)


@given(BINARY, st.integers(2, 5))
def test_only_the_precision_depends_on_the_prevalence(pairs, times):
    """Repeating the negatives: recall and specificity stay, precision falls as Bayes says."""
    y_true, y_pred = split(pairs)
    more = [pair for pair in pairs for _ in range(1 if pair[0] == 1 else times)]
    assert recall(*split(more)) == recall(y_true, y_pred)
    assert specificity(*split(more)) == specificity(y_true, y_pred)
    share = sum(t for t, _ in more) / len(more)
    hits = share * recall(y_true, y_pred)
    alarms = (1 - share) * (1 - specificity(y_true, y_pred)) if share < 1 else 0
    expected = hits / (hits + alarms) if hits else 0
    assert precision(*split(more)) == pytest.approx(expected)


@given(BINARY)
def test_f_goes_from_precision_to_recall_as_beta_grows(pairs):
    y_true, y_pred = split(pairs)
    p, r = precision(y_true, y_pred), recall(y_true, y_pred)
    assert f_score(y_true, y_pred, beta=0) == pytest.approx(p)
    assert f_score(y_true, y_pred, beta=1e6) == pytest.approx(r, abs=1e-9)
    harmonic = 2 * p * r / (p + r) if p + r else 0
    assert f_score(y_true, y_pred) == pytest.approx(harmonic)


def test_nothing_divided_by_nothing_is_nothing():
    assert precision([0, 1], [0, 0]) == 0
    assert recall([0, 0], [0, 1]) == 0
    assert specificity([1, 1], [0, 1]) == 0
    assert f_score([0, 0], [0, 0]) == 0
    assert f_score([0, 1], [1, 0]) == 0


# All classes


@given(PAIRS)
def test_the_matrix_is_scikit_learns(pairs):
    y_true, y_pred = split(pairs)
    matrix = confusion_matrix(y_true, y_pred, num_classes=5)
    assert matrix.tolist() == sklearn.confusion_matrix(y_true, y_pred, labels=range(5)).tolist()
    assert matrix.sum() == len(pairs)


def test_scikit_learns_matrix_loses_classes_that_nobody_mentions():
    assert sklearn.confusion_matrix([0, 1], [0, 1]).shape == (2, 2)
    assert quietly(sklearn.confusion_matrix, [0, 0], [0, 0]).shape == (1, 1)
    assert confusion_matrix([0, 0], [0, 0]).tolist() == [[2, 0], [0, 0]]
    assert confusion_matrix([0, 2], [0, 0]).shape == (3, 3)


@given(PAIRS)
def test_all_classes_are_scikit_learns(pairs):
    y_true, y_pred = split(pairs)
    recalls = sklearn.recall_score(y_true, y_pred, labels=sorted(set(y_true)), average=None)
    assert class_recalls(y_true, y_pred) == pytest.approx(recalls)
    theirs = quietly(sklearn.balanced_accuracy_score, y_true, y_pred)
    assert balanced_accuracy(y_true, y_pred) == pytest.approx(theirs)
    theirs = quietly(sklearn.matthews_corrcoef, y_true, y_pred)
    assert matthews_correlation(y_true, y_pred) == pytest.approx(theirs, abs=1e-9)


@given(PAIRS)
def test_the_g_mean_is_imbalanced_learns_where_every_class_is_there(pairs):
    pairs = pairs + [(c, c) for c in range(4)] + [(0, 1)]
    y_true, y_pred = split(pairs)
    theirs = imblearn.geometric_mean_score(y_true, y_pred)
    assert g_mean(y_true, y_pred) == pytest.approx(theirs)


def test_a_class_that_is_predicted_but_never_true_does_not_spoil_the_score():
    y_true, y_pred = [0, 0, 1, 1], [0, 2, 1, 1]
    assert quietly(imblearn.geometric_mean_score, y_true, y_pred) == 0
    assert g_mean(y_true, y_pred) == pytest.approx(math.sqrt(0.5))
    assert balanced_accuracy(y_true, y_pred) == 0.75


@given(BINARY)
def test_the_correlation_is_pearsons(pairs):
    y_true, y_pred = split([*pairs, (0, 0), (0, 1), (1, 0)])
    pearson = np.corrcoef(y_true, y_pred)[0, 1]
    assert matthews_correlation(y_true, y_pred) == pytest.approx(pearson, abs=1e-12)


def test_the_correlation_of_a_constant_is_nought():
    """A limit taken along the wrong way is close to 1 here."""
    y_true = [1] + [0] * 999
    assert matthews_correlation(y_true, [0] * 1000) == 0
    assert matthews_correlation(y_true, [1] * 1000) == 0
    assert matthews_correlation([0] * 5, [0] * 5) == 0


def test_the_correlation_of_many_samples_does_not_overflow():
    """N squared times N squared is beyond int64 from 55,000 samples on."""
    y_true = np.repeat([0, 1], [3_000_000, 3_000])
    y_pred = y_true.copy()
    assert matthews_correlation(y_true, y_pred) == 1
    y_pred[:3000] = 1
    assert matthews_correlation(y_true, y_pred) == pytest.approx(np.corrcoef(y_true, y_pred)[0, 1])


@given(PAIRS, st.integers(0, 3))
def test_one_answer_for_all_is_worth_one_class(pairs, answer):
    y_true, _ = split(pairs)
    score = balanced_accuracy(y_true, [answer] * len(y_true))
    assert score == pytest.approx((answer in y_true) / len(set(y_true)))


@given(PAIRS, st.permutations(range(4)), st.randoms(use_true_random=False), st.integers(2, 4))
def test_names_order_and_repetition_do_not_matter(pairs, names, random, times):
    y_true, y_pred = split(pairs)
    other = [(names[t], names[p]) for t, p in pairs] * times
    random.shuffle(other)
    for score in (balanced_accuracy, g_mean, matthews_correlation):
        assert score(*split(other)) == pytest.approx(score(y_true, y_pred), abs=1e-12)
    for score in (precision, recall, specificity, f_score):
        expected = score(y_true, y_pred, positive=2)
        assert score(*split(other), positive=names[2]) == expected


@given(PAIRS)
def test_the_geometric_mean_is_never_above_the_arithmetic(pairs):
    assert g_mean(*split(pairs)) <= balanced_accuracy(*split(pairs)) + 1e-12


@given(PAIRS)
def test_the_correlation_does_not_mind_which_is_the_truth(pairs):
    y_true, y_pred = split(pairs)
    assert matthews_correlation(y_true, y_pred) == matthews_correlation(y_pred, y_true)
    assert -1 <= matthews_correlation(y_true, y_pred) <= 1


# Any form, and nothing touched


@pytest.mark.parametrize("score", OF_ONE_CLASS + OF_ALL)
@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS.keys())
def test_every_form_of_labels_gives_the_same(score, make):
    y_true, y_pred = [0, 1, 1, 2, 0], [0, 1, 0, 1, 1]
    result, expected = score(make(y_true), make(y_pred)), score(y_true, y_pred)
    assert np.array_equal(result, expected)
    assert type(result) is type(expected)


@pytest.mark.parametrize("score", [*OF_ONE_CLASS[1:], *OF_ALL[2:]])
def test_scores_are_plain_floats(score):
    assert type(score([0, 1, 1], [0, 1, 0])) is float
    assert type(score([0, 0], [0, 0])) is float


@pytest.mark.parametrize("score", OF_ONE_CLASS + OF_ALL)
@pytest.mark.parametrize("make", [np.array, torch.tensor, list])
def test_inputs_and_randomness_are_left_alone(score, make, leaves_randomness_alone):
    y_true, y_pred = make([0, 1, 1]), make([1, 1, 0])
    with leaves_randomness_alone():
        score(y_true, y_pred)
    assert (list(y_true), list(y_pred)) == ([0, 1, 1], [1, 1, 0])


# Bad input


@pytest.mark.parametrize("score", OF_ONE_CLASS + OF_ALL)
def test_bad_labels_are_refused(score, bad_labels, refuses):
    labels, got = bad_labels
    with refuses("y_true", got):
        score(labels, [0, 1])
    with refuses("y_pred", got):
        score([0, 1], labels)


@pytest.mark.parametrize("score", OF_ONE_CLASS + OF_ALL)
def test_lengths_that_differ_are_refused(score, refuses):
    with refuses("y_pred", "expected 1000 labels, as many as y_true, got 1"):
        score(TRAP_TRUE, [0])


@pytest.mark.parametrize("score", OF_ONE_CLASS)
@pytest.mark.parametrize("positive", [-1, 0.5, float("nan"), "1", None, True, [1]])
def test_a_bad_positive_class_is_refused(score, positive, refuses):
    with refuses("positive", "expected a whole number"):
        score([0, 1], [0, 1], positive=positive)


@pytest.mark.parametrize("beta", [-1, float("nan"), math.inf, "1", None, True, [1], 1j])
def test_a_bad_beta_is_refused(beta, refuses):
    with refuses("beta", "expected a number from 0 on"):
        f_score([0, 1], [0, 1], beta)


def test_a_bad_number_of_classes_is_refused(bad_num_classes, refuses):
    num_classes, got = bad_num_classes
    with refuses("num_classes", got):
        confusion_matrix([0, 1], [0, 1], num_classes)


def test_too_few_classes_and_too_many_are_refused(refuses):
    with refuses("num_classes", "from 3 on, got 2"):
        confusion_matrix([0, 2], [0, 1], num_classes=2)
    with refuses("num_classes", "up to 10000, got 10001"):
        confusion_matrix([0, 10_000], [0, 1])


def test_balanced_accuracy_needs_no_room_for_classes_that_do_not_occur():
    """A confusion matrix of so many classes would not fit into memory."""
    assert balanced_accuracy([0, 0, 900_000, 900_000], [0, 7, 900_000, 900_000]) == 0.75


MANY = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


@given(MANY, st.integers(5, 8))
def test_the_recall_of_each_class_is_scikit_learns(pairs, num_classes):
    y_true, y_pred = map(list, zip(*pairs, strict=True))
    got = recall_per_class(y_true, y_pred, num_classes)
    labels = list(range(num_classes))
    theirs = sklearn.recall_score(
        y_true, y_pred, labels=labels, average=None, zero_division=math.nan
    )
    assert got == pytest.approx(theirs, nan_ok=True)
    assert got[~np.isnan(got)] == pytest.approx(class_recalls(y_true, y_pred))
    assert np.nanmean(got) == pytest.approx(balanced_accuracy(y_true, y_pred))


def test_a_class_that_nobody_mentions_has_no_recall_and_there_is_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = recall_per_class(torch.tensor([0, 2]), torch.tensor([2, 2]), 4)
    assert got == pytest.approx([0, math.nan, 1, math.nan], nan_ok=True)


@pytest.mark.parametrize("num_classes", [2, 0, 2.5, None])
def test_there_are_as_many_classes_as_labels_need(num_classes):
    if num_classes is None:
        assert len(recall_per_class([0, 2], [0, 2], None)) == 3
        return
    with pytest.raises((TypeError, ValueError), match="num_classes"):
        recall_per_class([0, 2], [0, 2], num_classes)


@given(MANY, st.integers(0, 4))
def test_missed_samples_go_where_the_matrix_says(pairs, label):
    y_true, y_pred = map(list, zip(*[*pairs, (4, 4)], strict=True))
    before = list(y_true), list(y_pred)
    found = taken_for(y_true, y_pred, label)
    wrong = [p for t, p in zip(y_true, y_pred, strict=True) if t == label != p]
    if wrong:
        assert wrong.count(found) == max(map(wrong.count, wrong))
    else:
        assert found == -1
    assert (y_true, y_pred) == before


@pytest.mark.parametrize("label", [3, -1, 0.5, "4"])
def test_a_class_to_look_at_is_one_of_those_there(label):
    with pytest.raises((TypeError, ValueError), match="label"):
        taken_for([0, 1, 2], [0, 1, 1], label)
