"""The oracles of lesson 08 agree with the references, and with what others have written."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, precision_score
from sklearn.model_selection import train_test_split

from autograder.engine.registry import find_judge
from autograder.questions.lesson_08_full_pipeline import ask_for_parts, ask_to_keep_best
from imbalance_lessons import pipeline, splits
from imbalance_lessons.intervals import wilson_interval
from imbalance_lessons.ranking import average_precision, roc_auc


def oracle(name, *inputs, **options):
    return find_judge(name).expected(*inputs, **options)


def reading(name, answer, *inputs, **options):
    return find_judge(name).reading(answer, *inputs, **options)


class_sizes = st.lists(st.integers(12, 60), min_size=2, max_size=4)
shares = st.sampled_from([(0.6, 0.2, 0.2), (0.5, 0.25, 0.25), (0.7, 0.1, 0.2), (0.4, 0.3, 0.3)])


def twice(labels, shares, seed):
    """Split with scikit-learn, which cuts in two only."""
    rows = np.arange(len(labels))
    rest, test = train_test_split(rows, test_size=shares[2], stratify=labels, random_state=seed)
    train, val = train_test_split(
        rest,
        test_size=shares[1] / (shares[0] + shares[1]),
        stratify=np.asarray(labels)[rest],
        random_state=seed,
    )
    return [train, val, test]


@pytest.mark.parametrize("split", [splits.split_three, splits.stratified_split, twice])
@settings(max_examples=40, deadline=None)
@given(sizes=class_sizes, shares=shares, seed=st.integers(0, 99))
def test_a_split_has_all_the_facts_of_the_expected_one(split, sizes, shares, seed):
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))

    def function(labels, shares, seed):
        return split(labels, shares, seed)

    answer = ask_for_parts(function, labels, shares, seed=seed)
    facts = reading("split_three", answer, labels, shares, seed=seed)
    assert all(facts.values()), facts
    expected = oracle("split_three", labels, shares, seed=seed)
    assert reading("split_three", expected, labels, shares, seed=seed) == facts


def test_a_row_that_is_moved_or_copied_is_seen():
    labels = [0] * 90 + [1] * 10
    right = oracle("split_three", labels, seed=3)
    for change in ("left out", "in two parts", "twice in one part"):
        wrong = right.copy()
        row = int(np.flatnonzero(right[0, 0])[0])
        wrong[:2, 0, row] = {"left out": 0, "in two parts": 1, "twice in one part": 2}[change]
        wrong[:2, 1, row] = change == "in two parts"
        facts = reading("split_three", wrong, labels, seed=3)
        assert [name for name, holds in facts.items() if not holds] == [f"no row {change}"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-8, 8).map(lambda k: k / 4), st.integers(-8, 8).map(lambda k: k / 4)),
        min_size=1,
        max_size=8,
    )
)
def test_keep_best(epochs):
    scores, steps = map(list, zip(*epochs, strict=True))
    expected = oracle("keep_best", scores, steps)
    got = ask_to_keep_best(pipeline.keep_best, scores, steps)
    assert reading("keep_best", got, scores, steps) == pytest.approx(
        reading("keep_best", expected, scores, steps)
    )


def test_keep_best_against_a_list_of_all_checkpoints():
    """Train a real network with batch normalisation, and keep every epoch beside it."""
    torch.manual_seed(0)
    inputs, targets = torch.randn(64, 4), torch.randint(0, 2, (64,))
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    kept, scores = [], [0.2, 0.6, 0.1, 0.6, 0.3]

    def train_epoch(model):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model.train()(inputs), targets).backward()
        optimizer.step()
        kept.append(copy.deepcopy(model))

    got = pipeline.keep_best(model, train_epoch, lambda model: scores[len(kept) - 1], 5)
    assert got == (0.6, 2)
    states = [one.state_dict() for one in kept]
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, states[1][name])
        assert not torch.equal(value, states[4][name])


@given(
    st.dictionaries(
        st.sampled_from("abcde"),
        st.lists(st.integers(0, 1000), min_size=1, max_size=6),
        min_size=1,
    ),
    st.randoms(),
)
def test_winner_on_test(validation, random):
    test = {arm: [random.randint(0, 99) for _ in scores] for arm, scores in validation.items()}
    names = sorted(validation, key=lambda arm: -np.mean(validation[arm]))
    got = oracle("winner_on_test", validation, test)
    means = [np.mean(validation[arm]) for arm in names]
    if len(means) == 1 or not np.isclose(means[0], means[1]):
        assert got == pytest.approx(np.mean(test[names[0]]), rel=1e-12)
        assert got == pytest.approx(pipeline.winner_on_test(validation, test), rel=1e-12)


probabilities = st.floats(0.001, 0.999)


@given(st.floats(0, 1), probabilities, probabilities)
def test_translate_precision(precision, measured_at, prevalence):
    got = oracle("translate_precision", precision, measured_at, prevalence)
    assert got == pytest.approx(
        pipeline.translate_precision(precision, measured_at, prevalence), rel=1e-9
    )


@pytest.mark.parametrize(("positives", "weight"), [(40, 0.01), (300, 0.3), (5, 8.0)])
def test_translate_precision_against_weighted_samples(positives, weight):
    """A weight for each negative is another share of positives: scikit-learn takes weights."""
    rng = np.random.default_rng(positives)
    y = np.repeat([1, 0], [positives, 400])
    flagged = (rng.random(len(y)) < np.where(y == 1, 0.7, 0.1)).astype(int)
    weights = np.where(y == 1, 1.0, weight)
    measured, wanted = (
        precision_score(y, flagged),
        precision_score(y, flagged, sample_weight=weights),
    )
    share, other = y.mean(), weights[y == 1].sum() / weights.sum()
    assert oracle("translate_precision", measured, share, other) == pytest.approx(wanted)


def test_the_colleagues_report_is_consistent_and_the_letters_follow():
    """Build the 20 frauds, the legitimate payments and the drawn test set, and measure both."""
    rng = np.random.default_rng(0)
    y = np.repeat([1, 0], [20, 1980])
    scores = np.where(y == 1, rng.normal(3.0, 1.0, 2000), rng.normal(0, 1.0, 2000))
    line = (np.sort(scores[y == 1])[3] + np.sort(scores[y == 1])[4]) / 2  # 16 of 20 are found
    drawn = np.concatenate([rng.choice(20, 1000), rng.choice(np.arange(20, 2000), 1000)])

    def measured(rows):
        tn, fp, fn, tp = confusion_matrix(y[rows], scores[rows] >= line).ravel()
        low, high = wilson_interval(int(tp), int(tp + fn))
        return {
            "recall": tp / (tp + fn),
            "precision": tp / (tp + fp),
            "accuracy": (tp + tn) / len(rows),
            "roc_auc": roc_auc(y[rows], scores[rows]),
            "interval_width": high - low,
        }

    real, balanced = measured(np.arange(2000)), measured(drawn)
    for key, value in balanced.items():
        verdict = "A" if abs(value - real[key]) < 0.03 else "B" if value > real[key] else "C"
        assert verdict == oracle("colleague", key), key
    assert average_precision(y[drawn], scores[drawn]) > average_precision(y, scores)


def test_the_numbers_of_the_report_fit_each_other():
    recall, false_alarms = 0.80, 0.04
    assert recall / (recall + false_alarms) == pytest.approx(0.95, abs=0.005)
    assert (recall + 1 - false_alarms) / 2 == pytest.approx(0.88)
    assert wilson_interval(800, 1000) == pytest.approx((0.77, 0.82), abs=0.006)
    assert 0.99 * (1 - false_alarms) + 0.01 * recall > 0.88
