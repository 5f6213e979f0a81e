from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from imbalance_lessons.weighting import (
    NORMALIZATIONS,
    as_class_values,
    effective_number,
    effective_number_weights,
    inverse_frequency_weights,
    inverse_sqrt_weights,
    normalize_weights,
)

pytestmark = pytest.mark.filterwarnings("error")  # dividing by zero, an overflowing cast

LABELS = st.lists(st.integers(0, 6), min_size=1, max_size=60)
THREE_CLASSES = [0] * 9000 + [1] * 900 + [2] * 100
SCHEMES = [inverse_frequency_weights, inverse_sqrt_weights, effective_number_weights]

BAD_ROWS = {
    "empty": ([], "got shape (0,)"),
    "two dimensions": ([[1, 2]], "got shape (1, 2)"),
    "one number": (3, "got shape ()"),
    "negative": ([1, -2], "got -2.0 at position 1"),
    "NaN": ([float("nan"), 1], "got nan at position 0"),
    "infinity": (torch.tensor([1, float("inf")]), "got inf at position 1"),
    "strings": (["1", "2"], "got ['1', '2']"),
    "None": (None, "got None"),
    "boolean": ([True, False], "got [True, False]"),
    "complex": ([1j], "got [1j]"),
    "ragged": ([[1], [1, 2]], "got [[1], [1, 2]]"),
    "mapping": ({0: 5}, "got {0: 5}"),
    "sparse tensor": (torch.tensor([0, 1]).to_sparse(), "got tensor("),
}


@pytest.fixture(params=BAD_ROWS.values(), ids=BAD_ROWS.keys())
def bad_row(request):
    return request.param


# Against independent answers


@given(LABELS, st.integers(0, 3))
def test_inverse_frequency_is_what_scikit_learn_calls_balanced(labels, declared):
    num_classes = max(labels) + 1 + declared
    weights = inverse_frequency_weights(labels, num_classes)
    there = np.unique(labels)
    assert weights[there] == pytest.approx(
        compute_class_weight("balanced", classes=there, y=labels), rel=1e-12
    )
    assert (np.delete(weights, there) == 0).all()


def test_the_effective_number_of_the_paper():
    assert effective_number([5000], 0.9999)[0] == pytest.approx(3934.845, abs=5e-4)
    assert effective_number_weights([0] * 5000)[0] == pytest.approx(1 / 3934.845, rel=1e-6)


@pytest.mark.parametrize("beta", [1e-300, 1e-17, 0.3, 0.5, 0.9, 0.9999, 0.9999999, 1 - 2**-53])
@pytest.mark.parametrize("n", [1, 2, 5, 40, 300])
def test_the_effective_number_has_all_its_digits(beta, n):
    """The geometric series, summed in exact fractions."""
    exact, power = Fraction(0), Fraction(1)
    for _ in range(n):
        exact, power = exact + power, power * Fraction(beta)
        power = power.limit_denominator(2**300)  # far finer than a float; keeps them short
    assert effective_number([n], beta)[0] == pytest.approx(float(exact), rel=1e-13)


@given(st.integers(1, 100_000), st.floats(0, 1))
def test_one_more_sample_adds_one_and_shrinks_the_others_by_beta(n, beta):
    """The recursion that the paper proves its formula by: E_n = 1 + beta E_(n-1)."""
    before, after = effective_number([n - 1, n], beta)
    assert after == pytest.approx(1 + beta * before, rel=1e-9)
    assert 1 - 1e-12 <= after <= n * (1 + 1e-12)


def test_the_ends_of_beta():
    counts = [0, 1, 7, 10**9]
    assert effective_number(counts, 0).tolist() == [0, 1, 1, 1]
    assert effective_number(counts, 1).tolist() == counts
    assert effective_number(counts, 1e-200).tolist() == [0, 1, 1, 1]
    assert effective_number(counts[:3], 1 - 2**-53) == pytest.approx(counts[:3], rel=1e-9)
    labels = [0] * 7 + [1]
    assert effective_number_weights(labels, beta=0).tolist() == [1, 1]
    assert effective_number_weights(labels, beta=1).tolist() == [1 / 7, 1]
    assert effective_number_weights(labels, beta=1, normalization="samples") == pytest.approx(
        inverse_frequency_weights(labels)
    )


def test_three_classes():
    assert inverse_frequency_weights(THREE_CLASSES) == pytest.approx([10 / 27, 100 / 27, 100 / 3])
    assert inverse_sqrt_weights(THREE_CLASSES) == pytest.approx([9000**-0.5, 1 / 30, 0.1])
    powers = 0.9999 ** np.array([9000, 900, 100])
    assert effective_number_weights(THREE_CLASSES) == pytest.approx(1e-4 / (1 - powers), rel=1e-9)


# Where the material goes wrong


def materials_weights(labels):
    counts = torch.bincount(torch.tensor(labels))
    return len(labels) / (len(counts) * counts.float())


def test_an_empty_class_has_an_infinite_weight():
    labels = [0, 0, 2, 2]
    assert materials_weights(labels).tolist()[1] == float("inf")
    logits = torch.zeros(3, 3)
    later = torch.tensor([0, 1, 2])
    criterion = torch.nn.CrossEntropyLoss
    assert criterion(materials_weights(labels))(logits, later).isnan()
    assert not criterion(materials_weights(labels), label_smoothing=0.1)(
        logits[:2], later[[0, 2]]
    ).isfinite()
    for scheme in SCHEMES:
        weight = torch.as_tensor(scheme(labels), dtype=torch.float32)
        assert weight[1] == 0
        assert criterion(weight)(logits, later).isfinite()
        assert criterion(weight, label_smoothing=0.1)(logits, later).isfinite()


def test_a_missing_last_class_makes_the_weights_too_short():
    labels, logits = [0, 0, 1], torch.zeros(3, 3)
    with pytest.raises(RuntimeError, match="weight"):
        torch.nn.CrossEntropyLoss(materials_weights(labels))(logits, torch.tensor(labels))
    for scheme in SCHEMES:
        weight = torch.as_tensor(scheme(labels, num_classes=3), dtype=torch.float32)
        loss = torch.nn.CrossEntropyLoss(weight)(logits, torch.tensor(labels))
        assert loss.item() == pytest.approx(np.log(3))


def test_beta_of_one_divides_zero_by_zero():
    beta = torch.tensor(1.0)
    assert ((1 - beta) / (1 - beta**100)).isnan()
    assert effective_number_weights(THREE_CLASSES, beta=1).tolist() == [1 / 9000, 1 / 900, 0.01]


def test_float32_loses_digits():
    counts = torch.tensor([9000, 900, 100])
    beta = torch.tensor(0.9999)
    in_float32 = ((1 - beta) / (1 - beta**counts)).double().numpy()
    exact = effective_number_weights(THREE_CLASSES)
    assert np.abs(in_float32 / exact - 1).max() > 1e-5
    series = [float(sum(Fraction(0.9999) ** k for k in range(n))) for n in (100,)]
    assert exact[2] == pytest.approx(1 / series[0], rel=1e-13)


def test_the_schemes_live_on_different_scales():
    counts = np.array([9000, 900, 100])
    means = [np.average(scheme(THREE_CLASSES), weights=counts) for scheme in SCHEMES]
    assert means == pytest.approx([1, 0.0135, 3.6e-4], rel=0.01)
    assert means[0] / means[2] == pytest.approx(2800, rel=0.01)
    for scheme in SCHEMES:
        weights = scheme(THREE_CLASSES, normalization="samples")
        assert np.average(weights, weights=counts) == pytest.approx(1)


# Normalisation


@given(LABELS, st.sampled_from(SCHEMES), st.integers(0, 2))
def test_each_normalization_is_what_its_name_says(labels, scheme, declared):
    num_classes = max(labels) + 1 + declared
    by = {n: scheme(labels, num_classes, n) for n in NORMALIZATIONS}
    there = np.unique(labels)
    assert by["classes"][there].mean() == pytest.approx(1)
    assert by["samples"][labels].mean() == pytest.approx(1)
    for weights in by.values():
        assert weights / weights.sum() == pytest.approx(by["formula"] / by["formula"].sum())


def test_the_default_is_the_formula():
    for scheme in SCHEMES:
        assert scheme([0, 0, 1]).tolist() == scheme([0, 0, 1], None, "formula").tolist()


@given(LABELS)
def test_inverse_frequency_has_mean_one_over_the_samples_already(labels):
    assert inverse_frequency_weights(labels) == pytest.approx(
        inverse_frequency_weights(labels, normalization="samples")
    )


def test_the_two_means_differ():
    by = {n: normalize_weights([1, 3, 9], [900, 100, 0], n) for n in NORMALIZATIONS}
    assert by["formula"].tolist() == [1, 3, 9]
    assert by["classes"].tolist() == [0.5, 1.5, 4.5]  # the third class is not there to be counted
    assert by["samples"] == pytest.approx(np.array([1, 3, 9]) / 1.2)


def test_a_mean_that_divides_by_the_weights_does_not_see_the_normalization():
    logits = torch.randn(30, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    targets = torch.tensor([0] * 20 + [1] * 8 + [2] * 2)
    for scheme in SCHEMES:
        losses = [
            torch.nn.functional.cross_entropy(
                logits, targets, torch.as_tensor(scheme(targets, normalization=n))
            ).item()
            for n in NORMALIZATIONS
        ]
        assert losses == pytest.approx(losses[:1] * 3)


@pytest.mark.parametrize(("weights", "counts"), [([0, 0], [1, 1]), ([0, 2], [3, 0])])
def test_weights_that_no_sample_has_cannot_be_scaled(weights, counts, refuses):
    for normalization in ("classes", "samples"):
        with refuses("weights", "got none"):
            normalize_weights(weights, counts, normalization)
    assert normalize_weights(weights, counts, "formula").tolist() == weights


# Properties


@given(LABELS)
def test_what_each_class_weighs_in_sum(labels):
    """Equal classes; square roots of their sizes; something between equal and untouched."""
    counts = np.bincount(labels)
    there = counts > 0
    shares = inverse_frequency_weights(labels) * counts
    assert shares[there] == pytest.approx(len(labels) / there.sum())
    assert inverse_sqrt_weights(labels) * counts == pytest.approx(np.sqrt(counts))


@given(LABELS, st.sampled_from(SCHEMES), st.sampled_from(NORMALIZATIONS))
def test_a_rarer_class_never_weighs_less(labels, scheme, normalization):
    counts = np.bincount(labels)
    weights = scheme(labels, normalization=normalization)[counts > 0]
    order = np.argsort(counts[counts > 0])
    assert (np.diff(weights[order]) <= 1e-12).all()


@given(LABELS, st.permutations(range(7)), st.sampled_from(SCHEMES), st.integers(0, 99))
def test_order_and_class_names_do_not_matter(labels, names, scheme, seed):
    names = np.array(names)
    renamed = np.random.default_rng(seed).permutation(names[labels])
    assert scheme(renamed, 7)[names] == pytest.approx(scheme(labels, 7), rel=1e-12)


@given(LABELS, st.integers(2, 5))
def test_repeating_every_sample(labels, times):
    repeated = labels * times
    assert inverse_frequency_weights(repeated) == pytest.approx(inverse_frequency_weights(labels))
    assert inverse_sqrt_weights(repeated) == pytest.approx(
        inverse_sqrt_weights(labels) / times**0.5
    )


@given(LABELS, st.sampled_from(SCHEMES), st.sampled_from(NORMALIZATIONS), st.integers(1, 4))
def test_declaring_an_empty_class_changes_no_other_weight(labels, scheme, normalization, declared):
    weights = scheme(labels, None, normalization)
    more = scheme(labels, max(labels) + 1 + declared, normalization)
    assert more == pytest.approx(np.append(weights, [0] * declared), rel=1e-12, abs=0)


@given(LABELS, st.floats(0, 1), st.floats(0, 1))
def test_beta_leads_from_equal_weights_to_inverse_frequency(labels, a, b):
    low, high = sorted([a, b])
    there = np.bincount(labels) > 0
    spread = [
        np.ptp(np.log(effective_number_weights(labels, beta=beta)[there]))
        for beta in (0, low, high, 1)
    ]
    assert (np.diff(spread) >= -1e-9).all()


# Any form, and nothing touched


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "make",
    [
        list,
        np.array,
        lambda labels: np.array(labels, dtype=np.uint8),
        lambda labels: np.array(labels, dtype=np.float64),
        torch.tensor,
        lambda labels: torch.tensor(labels, dtype=torch.bfloat16),
    ],
)
def test_every_form_of_labels_gives_the_same(scheme, make, leaves_randomness_alone):
    labels = [2, 0, 0, 2, 0, 1]
    given_ = make(labels)
    with leaves_randomness_alone():
        weights = scheme(given_)
    assert weights.tolist() == scheme(labels).tolist()
    assert (type(weights), weights.dtype) == (np.ndarray, np.float64)
    assert [int(label) for label in given_] == labels


@pytest.mark.parametrize("dtype", [torch.int32, torch.uint8, torch.bfloat16, torch.float64])
def test_every_form_of_counts_gives_the_same(dtype):
    row = torch.tensor([8, 2], dtype=dtype)
    for form in (row, row.tolist(), tuple(row.tolist()), row.double().numpy()):
        assert effective_number(form, 0.5).tolist() == [1.9921875, 1.5]
        assert normalize_weights(form, form, "classes").tolist() == [1.6, 0.4]
    assert row.tolist() == [8, 2]


def test_results_share_no_memory_with_what_came():
    counts = np.array([8.0, 2.0])
    for result in (
        effective_number(counts, 1),
        normalize_weights(counts, counts, "formula"),
        as_class_values(counts, "counts"),
    ):
        assert not np.shares_memory(result, counts)


# Bad input


@pytest.mark.parametrize("scheme", SCHEMES)
def test_bad_labels_are_refused(scheme, bad_labels, refuses):
    labels, got = bad_labels
    with refuses("labels", got):
        scheme(labels)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_bad_num_classes_are_refused(scheme, bad_num_classes, refuses):
    num_classes, got = bad_num_classes
    with refuses("num_classes", got):
        scheme([0, 0], num_classes)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("normalization", ["sum", "Samples", "", None, 1, ["classes"]])
def test_bad_normalizations_are_refused(scheme, normalization, refuses):
    with refuses("normalization", "expected one of 'formula', 'classes', 'samples', got "):
        scheme([0, 1], normalization=normalization)
    with refuses("normalization", repr(normalization)):
        normalize_weights([1], [1], normalization)


@pytest.mark.parametrize(
    "beta", [-0.1, 1.0001, float("nan"), float("inf"), "0.9", None, True, [0.9], 1j]
)
def test_bad_betas_are_refused(beta, refuses):
    with refuses("beta", "expected a number from 0 to 1, got "):
        effective_number([1], beta)
    with refuses("beta", "expected a number from 0 to 1, got "):
        effective_number_weights([0], beta=beta)


def test_bad_rows_are_refused(bad_row, refuses):
    row, got = bad_row
    with refuses("counts", got):
        effective_number(row, 0.9)
    with refuses("counts", got):
        normalize_weights([1], row)
    with refuses("weights", got):
        normalize_weights(row, [1])
    with refuses("alpha", got):
        as_class_values(row, "alpha")


def test_rows_of_different_lengths_are_refused(refuses):
    with refuses("counts", "expected 2 numbers, one a class, got 3"):
        normalize_weights([1, 2], [1, 2, 3])
