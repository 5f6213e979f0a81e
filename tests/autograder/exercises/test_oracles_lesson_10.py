"""The oracles of lesson 10 agree with the references, and with what others have written."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import expit, log_softmax, logit
from sklearn import metrics as sklearn
from sklearn.calibration import calibration_curve

from autograder.engine.registry import find_judge
from autograder.judges.lesson_10_logits import read_logits
from autograder.questions.lesson_10_calibration import ask_for_a_curve, draw_forecast
from imbalance_lessons import calibration, focal, priors, thresholds

SHARES = st.floats(0.005, 0.995)


def oracle(name, *inputs, **options):
    return find_judge(name).expected(*inputs, **options)


@st.composite
def forecasts(draw):
    """Draw labels of both kinds, and probabilities as the questions draw them."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    return draw_forecast(rng, draw(st.integers(1, 40)), draw(st.integers(1, 30)))


@given(forecasts(), st.none() | st.floats(0.01, 0.99))
def test_forecast_skill(forecast, base_rate):
    y_true, y_prob = forecast
    got = oracle("forecast_skill", y_true, y_prob, base_rate=base_rate)
    assert got == pytest.approx(calibration.forecast_skill(y_true, y_prob, base_rate), abs=1e-9)
    if base_rate is None:
        assert got == pytest.approx(sklearn.d2_brier_score(y_true, y_prob), abs=1e-9)
        assert got == pytest.approx(sklearn.r2_score(y_true, y_prob), abs=1e-9)


@given(forecasts(), st.sampled_from([2, 4, 5, 8, 10]))
def test_reliability_curve_with_equal_widths(forecast, bins):
    y_true, y_prob = forecast
    predicted, observed, counts = oracle("reliability_curve", y_true, y_prob, bins=bins)
    theirs = calibration_curve(y_true, y_prob, n_bins=bins)
    np.testing.assert_allclose([observed, predicted], theirs, rtol=1e-9)
    curve = calibration.reliability_curve(y_true, y_prob, bins)
    np.testing.assert_allclose([predicted, observed, counts], list(curve), rtol=1e-9)


@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(2, 5))
def test_reliability_curve_with_equal_sizes(seed, bins, samples):
    """Where the number of samples is a multiple of the bins, every convention is the same."""
    rng = np.random.default_rng(seed)
    y_true, y_prob = draw_forecast(rng, bins * samples - 1, 1)
    predicted, observed, counts = oracle(
        "reliability_curve", y_true, y_prob, bins=bins, quantiles=True
    )
    assert counts.tolist() == [samples] * bins
    theirs = calibration_curve(y_true, y_prob, n_bins=bins, strategy="quantile")
    np.testing.assert_allclose([observed, predicted], theirs, rtol=1e-9)
    parts = np.array_split(np.argsort(y_prob), bins)
    np.testing.assert_allclose(predicted, [y_prob[part].mean() for part in parts])
    np.testing.assert_allclose(observed, [y_true[part].mean() for part in parts])


def test_certain_answers_belong_to_the_first_and_the_last_bin():
    predicted, _, counts = oracle("reliability_curve", [0, 1, 0, 1], [0.0, 1.0, 0.1, 0.9], bins=2)
    assert counts.tolist() == [2, 2]
    assert predicted.tolist() == pytest.approx([0.05, 0.95])


def test_no_drawn_probability_lies_on_an_edge():
    """So that (a, b] and [a, b) are the same, in single precision too."""
    for seed in range(200):
        _, y_prob = draw_forecast(np.random.default_rng(seed), 30, 20)
        assert len(set(y_prob)) == 50
        for bins in (2, 4, 5, 8, 10):
            distance = np.abs(y_prob * bins - np.round(y_prob * bins))
            assert distance.min() > 9e-4


@pytest.mark.parametrize(
    "make",
    [
        lambda c: c,
        list,
        lambda c: c._asdict(),
        lambda c: tuple(torch.tensor(part) for part in c),
        lambda c: np.array(c),
        lambda c: [part.tolist() for part in c],
    ],
)
def test_a_curve_may_come_in_any_form(make):
    curve = calibration.reliability_curve([0, 0, 1, 1], [0.1, 0.3, 0.6, 0.8], bins=2)
    rows = ask_for_a_curve(lambda: make(curve))
    np.testing.assert_allclose(rows, [[0.2, 0.7], [0, 1], [2, 2]])


def test_what_is_no_curve_is_handed_on_as_it_came():
    for answer in (None, 3.0, "three", [1, 2], {"predicted": [1]}, ([1], [1, 2], [1])):
        assert ask_for_a_curve(lambda answer=answer: answer) is answer


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), SHARES, SHARES)
def test_correct_prior(probabilities, trained, true):
    got = oracle("correct_prior", probabilities, trained, true)
    reference = priors.correct_prior(probabilities, trained, true)
    np.testing.assert_allclose(got, reference, rtol=1e-9, atol=1e-12)
    inner = [p for p in probabilities if 1e-9 < p < 1 - 1e-9]
    assume(inner)
    shifted = expit(logit(inner) + logit(true) - logit(trained))
    np.testing.assert_allclose(oracle("correct_prior", inner, trained, true), shifted, rtol=1e-6)


def test_a_corrected_prior_is_what_pytorch_gives_for_a_shifted_bias():
    logits = torch.tensor([[0.0, 1.5], [2.0, -1.0]], dtype=torch.float64)
    shift = torch.log(torch.tensor([0.98 / 0.5, 0.02 / 0.5], dtype=torch.float64))
    theirs = (logits + shift).softmax(dim=1)[:, 1]
    ours = oracle("correct_prior", logits.softmax(dim=1)[:, 1].tolist(), 0.5, 0.02)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


@given(st.integers(0, 10**6), st.integers(2, 6), st.floats(0, 3))
def test_adjust_logits(seed, classes, tau):
    rng = np.random.default_rng(seed)
    z, counts = rng.normal(0, 3, size=(5, classes)), rng.integers(1, 5000, classes)
    got = np.array(oracle("adjust_logits", z, counts, tau=tau))
    np.testing.assert_allclose(got, priors.adjust_logits(z, counts, tau), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        log_softmax(got, axis=1), log_softmax(z - tau * np.log(counts), axis=1), atol=1e-9
    )


def test_adjusted_logits_undo_what_the_adjusted_loss_adds():
    z, counts = torch.randn(6, 3, generator=torch.Generator().manual_seed(0)), [900, 90, 10]
    trained = z + torch.log(torch.tensor(counts) / 1000)
    back = torch.tensor(oracle("adjust_logits", trained, counts))
    targets = torch.tensor([0, 1, 2, 0, 1, 2])
    torch.testing.assert_close(
        F.cross_entropy(back, targets), F.cross_entropy(z, targets), check_dtype=False
    )


def test_a_number_added_to_a_row_of_logits_is_not_read():
    z = np.array([[1.0, 2.0, 4.0], [0.0, -1.0, 3.0]])
    np.testing.assert_allclose(read_logits(z + np.array([[7.0], [-3.0]])), read_logits(z))
    with pytest.raises(ValueError, match="row"):
        read_logits([1.0, 2.0])


def test_the_diagrams_are_those_of_the_named_causes():
    """B is a prior of one half mended to one tenth; D is focal loss turned back."""
    promised = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    balanced = priors.correct_prior(promised, 0.5, 0.1)
    np.testing.assert_allclose(balanced, [0.01, 0.05, 0.10, 0.20, 0.50], atol=0.01)
    logits = torch.tensor(np.log(np.column_stack([1 - promised, promised])))
    turned_back = focal.probabilities_after_focal_loss(logits)[:, 1]
    np.testing.assert_allclose(turned_back, [0.00, 0.10, 0.50, 0.90, 1.00], atol=0.02)
    assert oracle("diagram_reading", "positives_of_100") == round(100 * balanced[4])
    needed = thresholds.cost_threshold(1, 4)
    cheaper = promised[balanced >= needed - 0.01]
    assert oracle("diagram_reading", "flag_from") == cheaper[0]


def test_the_quick_check_is_true():
    """A probability of a half becomes the share; the mean of 0.30 does not become 0.006."""
    assert priors.correct_prior([0.5], 0.5, 0.02)[0] == pytest.approx(0.02)
    rng = np.random.default_rng(0)
    labels = rng.random(100_000) < 0.02
    said = expit(1.5 * rng.normal(1.5 * labels, 1) - 1.5**2 / 2)
    corrected = priors.correct_prior(said, 0.5, 0.02)
    assert ((said >= 0.5) == (corrected >= 0.02 - 1e-12)).all()
    assert calibration.brier_score(labels, corrected) < calibration.brier_score(labels, said) / 3
    assert sklearn.roc_auc_score(labels, said) == sklearn.roc_auc_score(labels, corrected)
