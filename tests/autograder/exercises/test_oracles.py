"""The judges' oracles agree with the reference solutions, and with what others have written."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.dummy import DummyClassifier
from sklearn.metrics import confusion_matrix

from autograder.engine.compare import mismatch
from autograder.engine.registry import find_judge
from autograder.questions.lesson_01_accuracy_trap import ask_about_a_model
from imbalance_lessons import distribution, metrics
from imbalance_lessons.gradients import gradient_share

SEEDS = (None, *range(8))

labels = st.lists(st.integers(0, 6), min_size=1, max_size=40)
pairs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)


def oracle(name, *inputs, **options):
    return find_judge(name).expected(*inputs, **options)


def test_the_reference_gets_full_marks(judged, references, function):
    for seed in SEEDS:
        report = judged(function, references[function], seed)
        assert report.score == report.points, str(report)
        assert find_judge(function).praise in str(report)


@given(labels)
def test_majority_baseline(labels):
    got = oracle("majority_baseline", labels)
    assert got == pytest.approx(distribution.majority_baseline(labels), rel=1e-12)
    dummy = DummyClassifier(strategy="most_frequent")
    features = np.zeros((len(labels), 1))
    assert got == pytest.approx(dummy.fit(features, labels).score(features, labels), rel=1e-12)


@given(pairs, st.integers(0, 4))
def test_positives_caught(pairs, positive):
    true, predicted = map(list, zip(*pairs, strict=True))
    got = oracle("positives_caught", true, predicted, positive=positive)
    assert got == metrics.positives_caught(true, predicted, positive)
    matrix = confusion_matrix([*true, *range(5)], [*predicted, *range(5)])
    assert got == matrix[positive, positive] - 1


@given(labels, st.none() | st.integers(7, 9))
def test_class_counts(labels, num_classes):
    got = oracle("class_counts", labels, num_classes=num_classes)
    assert got == distribution.class_counts(labels, num_classes).tolist()
    assert got == torch.bincount(torch.tensor(labels), minlength=num_classes or 0).tolist()


@given(labels, st.none() | st.integers(7, 9))
def test_imbalance_ratio(labels, num_classes):
    got = oracle("imbalance_ratio", labels, num_classes=num_classes)
    assert got == pytest.approx(distribution.imbalance_ratio(labels, num_classes), rel=1e-12)
    counts = torch.bincount(torch.tensor(labels), minlength=num_classes or 0).double()
    assert got == pytest.approx((counts.max() / counts.min()).item(), rel=1e-12)


@given(
    st.floats(1, 1e6)
    | st.sampled_from([3, 10, 100, math.inf])
    | st.sampled_from([3, 10, 100]).map(lambda boundary: math.nextafter(boundary, 0))
)
def test_severity(ratio):
    got = oracle("severity", ratio)
    assert got == distribution.severity(ratio)
    names = ["Mild", "Moderate", "Significant", "Extreme"]
    assert got == names[np.digitize(ratio, [3, 10, 100])]


def test_diagnosis():
    labels = np.repeat([0, 1, 2], [8000, 1500, 500])
    report = distribution.class_distribution(labels)
    right = {
        "ratio": report.ratio,
        "severity": report.severity,
        "baseline": distribution.majority_baseline(labels),
        "smallest_share": min(report.shares),
    }
    for key, value in right.items():
        assert mismatch(oracle("diagnosis", key), value, rtol=1e-12, atol=0) is None


def floats(*shape):
    return hnp.arrays(np.float64, shape, elements=st.floats(-3, 3, width=16))


@st.composite
def models(draw):
    """Make a softmax regression, or a network with a hidden layer, and a batch, in float64."""
    samples, features, classes = draw(
        st.tuples(*(st.integers(*b) for b in ((1, 8), (1, 3), (2, 4))))
    )
    units = draw(st.none() | st.integers(1, 3))
    return {
        "weight": draw(floats(classes, units or features)),
        "bias": draw(floats(classes)),
        "inputs": draw(floats(samples, features)),
        "targets": draw(hnp.arrays(np.int64, samples, elements=st.integers(0, classes - 1))),
        "hidden": units and draw(floats(units, features)),
    }


@settings(max_examples=60, deadline=None)
@given(models())
def test_gradient_share(case):
    expected = oracle("gradient_share", **case)
    assume(np.isfinite(expected).all())
    tensors = {k: None if v is None else torch.as_tensor(v.copy()) for k, v in case.items()}
    got = ask_about_a_model(gradient_share, **tensors)
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-9)
    assert got.sum() == pytest.approx(1)


def test_gradient_share_of_a_model_that_knows_nothing_is_the_share_of_the_samples():
    weight, bias = np.zeros((3, 2)), np.zeros(3)
    inputs, targets = np.ones((10, 2)), np.repeat([0, 1, 2], [6, 3, 1])
    shares = oracle("gradient_share", weight, bias, inputs, targets)
    np.testing.assert_allclose(shares, [0.6, 0.3, 0.1], rtol=1e-12)
