"""The oracles of lesson 04 agree with the references, and with what others have written."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight

from autograder.engine.registry import find_judge, find_question
from imbalance_lessons import class_weights
from imbalance_lessons.priors import effective_shares
from imbalance_lessons.weighting import effective_number_weights, inverse_sqrt_weights

COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(any)
SCHEMES = ("inverse_frequency", "inverse_sqrt", "inverse_effective_number")


def oracle(name, *inputs, **options):
    return find_judge(name).expected(*inputs, **options)


@given(COUNTS)
def test_inverse_frequency(counts):
    got = np.array(oracle("inverse_frequency", counts))
    assert got == pytest.approx(class_weights.inverse_frequency(counts), rel=1e-12)
    labels = np.repeat(np.arange(len(counts)), counts)
    there = np.unique(labels)
    balanced = compute_class_weight("balanced", classes=there, y=labels)
    assert got[there] == pytest.approx(balanced, rel=1e-12)
    assert (np.delete(got, there) == 0).all()


@given(COUNTS, st.floats(0, 0.999999))
def test_inverse_sqrt_and_inverse_effective_number(counts, beta):
    labels, scale = (np.repeat(np.arange(len(counts)), counts), len(counts)), "samples"
    got = oracle("inverse_sqrt", counts)
    assert got == pytest.approx(class_weights.inverse_sqrt(counts), rel=1e-12)
    assert got == pytest.approx(inverse_sqrt_weights(*labels, scale), rel=1e-12)
    got = oracle("inverse_effective_number", counts, beta=beta)
    assert got == pytest.approx(class_weights.inverse_effective_number(counts, beta), rel=1e-8)
    assert got == pytest.approx(effective_number_weights(*labels, scale, beta=beta), rel=1e-9)


def test_the_effective_numbers_of_the_paper():
    """E(5000) = 3934.845 at 0.9999, and classes of 5000 and 1 weigh as 1 to that."""
    common, rare = oracle("inverse_effective_number", [5000, 1], beta=0.9999)
    assert rare / common == pytest.approx(3934.845, abs=5e-4)


@pytest.mark.parametrize("name", SCHEMES)
@given(counts=COUNTS)
def test_the_mean_weight_of_the_samples_is_one(name, counts):
    assert np.average(oracle(name, counts), weights=counts) == pytest.approx(1)


BATCHES = st.integers(1, 8).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float32, (n, 3), elements=st.floats(-300, 300, width=32)),
        hnp.arrays(np.int64, n, elements=st.integers(0, 2)),
        hnp.arrays(np.float32, 3, elements=st.floats(1 / 128, 100, width=32)),
    )
)


@given(BATCHES)
def test_weighted_loss(batch):
    logits, targets, weights = map(torch.as_tensor, batch)
    got = oracle("weighted_loss", *batch)
    reference = class_weights.weighted_loss(logits, targets, weights).item()
    assert got == pytest.approx(reference, rel=1e-4, abs=1e-5)
    pytorch = F.cross_entropy(logits.double(), targets, weights.double()).item()
    assert got == pytest.approx(pytorch, rel=1e-9, abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.floats(1e-3, 1e3))
def test_corrected_probabilities(probabilities, factor):
    got = oracle("corrected_probabilities", probabilities, factor)
    reference = class_weights.corrected_probabilities(probabilities, factor)
    assert got == pytest.approx(reference, rel=1e-9, abs=1e-15)
    with np.errstate(divide="ignore"):
        by_scipy = expit(logit(probabilities) + np.log(factor))
    assert got == pytest.approx(by_scipy, rel=1e-9, abs=1e-15)


def constant_answer(weights, shares):
    """Let scikit-learn fit a model that sees nothing, to samples drawn in these shares."""
    sample_weight = np.array(shares) * np.array(weights)
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    model.fit(np.zeros((2, 1)), [0, 1], sample_weight=sample_weight)
    return model.predict_proba([[0.0]])[0, 1]


def test_double_correction():
    """Shares of the classes: 0.98 and 0.02 as they are, 0.5 each with a balanced sampler."""
    counts = np.array([98.0, 2.0])
    roots = counts**0.5
    answers = {
        "square_root": (1 / roots, counts),
        "both": (1 / counts, counts / counts),
        "both_square_root": (1 / roots, counts / roots),
    }
    for key, (weights, shares) in answers.items():
        expected = oracle("double_correction", key)
        assert constant_answer(weights, shares) == pytest.approx(expected, rel=1e-4)
        assert effective_shares(shares, weights)[1] == pytest.approx(expected, rel=1e-12)
    lifted = class_weights.corrected_probabilities([oracle("double_correction", "threshold")], 49)
    assert lifted[0] == pytest.approx(0.5, rel=1e-12)


def drawn(name, seeds=30):
    question = find_question(name)
    return [case for seed in range(seeds) for case in question.cases(seed) if not case.public]


@pytest.mark.parametrize("name", SCHEMES)
def test_drawn_counts_have_empty_classes_and_never_equal_ones(name):
    counts = [np.asarray(case.inputs["counts"]) for case in drawn(name)]
    assert any(c[0] == 0 for c in counts)
    assert any(c[-1] == 0 for c in counts)
    assert all(len(set(c[c > 0])) == np.sum(c > 0) > 1 for c in counts)


def test_drawn_batches_have_more_samples_than_classes_and_a_very_wrong_answer():
    batches = [case.inputs for case in drawn("weighted_loss")]
    shapes = [batch["logits"].shape for batch in batches]
    assert np.mean([n > c for n, c in shapes]) > 0.9
    assert any(np.ptp(batch["logits"], axis=1).max() > 120 for batch in batches)
    assert any(len(set(b["targets"])) < b["logits"].shape[1] for b in batches)


def test_drawn_probabilities_reach_both_ends():
    cases = [case.inputs for case in drawn("corrected_probabilities")]
    assert any(0 in case["probabilities"] and 1 in case["probabilities"] for case in cases)
    assert {case["factor"] > 1 for case in cases} == {True, False}
