import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier

from imbalance_lessons.distribution import (
    ACTIONS,
    analyze_class_distribution,
    class_counts,
    class_distribution,
    imbalance_ratio,
    majority_baseline,
    recommended_action,
    severity,
)

pytestmark = pytest.mark.filterwarnings("error")  # dividing by zero, an overflowing cast

LABELS = st.lists(st.integers(0, 6), min_size=1, max_size=60)
THREE_CLASSES = [0] * 9000 + [1] * 900 + [2] * 100
DIAGNOSTIC = [0] * 8000 + [1] * 1500 + [2] * 500

OF_LABELS = [
    class_counts,
    imbalance_ratio,
    majority_baseline,
    class_distribution,
    analyze_class_distribution,
]
WITH_NUM_CLASSES = [f for f in OF_LABELS if f is not majority_baseline]

FORMS = {
    "list": list,
    "tuple": tuple,
    "int32 array": lambda labels: np.array(labels, dtype=np.int32),
    "uint8 array": lambda labels: np.array(labels, dtype=np.uint8),
    "float64 array": lambda labels: np.array(labels, dtype=np.float64),
    "tensor": torch.tensor,
    "uint8 tensor": lambda labels: torch.tensor(labels, dtype=torch.uint8),
    "float32 tensor": lambda labels: torch.tensor(labels, dtype=torch.float32),
}


# What the material computes


def test_three_classes():
    assert class_counts(THREE_CLASSES).tolist() == [9000, 900, 100]
    assert imbalance_ratio(THREE_CLASSES) == 90.0
    assert severity(90.0) == "Significant"
    assert majority_baseline(THREE_CLASSES) == 0.9


def test_the_diagnostic_exercise():
    assert imbalance_ratio(DIAGNOSTIC) == 16.0
    assert severity(16.0) == "Significant"
    assert majority_baseline(DIAGNOSTIC) == 0.8
    assert class_distribution(DIAGNOSTIC).shares[2] == 0.05


def test_the_report_on_three_classes(capsys):
    assert analyze_class_distribution(THREE_CLASSES) == {0: 9000, 1: 900, 2: 100}
    printed = capsys.readouterr().out
    assert printed == f"{class_distribution(THREE_CLASSES)}\n"
    *report, advice, continued = printed.splitlines()
    assert max(map(len, printed.splitlines())) < 80
    assert f"{advice} {continued.strip()}" == f"What to try: {ACTIONS['Significant']}"
    assert report == [
        "Class distribution of 10,000 samples",
        "  class 0  9,000   90.00%",
        "  class 1    900    9.00%",
        "  class 2    100    1.00%",
        "",
        "Imbalance ratio: 90.0:1",
        "Severity: Significant",
    ]


# Where the material goes wrong


def test_counter_takes_every_element_of_a_tensor_for_a_class():
    labels = torch.tensor([0, 0, 0, 1])
    assert len(Counter(labels)) == 4
    assert analyze_class_distribution(labels) == {0: 3, 1: 1}


def test_uint8_labels_act_as_a_mask():
    labels = torch.tensor([0, 1, 1], dtype=torch.uint8)
    with pytest.warns(UserWarning, match="uint8"), pytest.raises(IndexError, match="mask"):
        torch.bincount(labels)[labels]
    assert class_counts(labels)[labels.long()].tolist() == [1, 2, 2]

    # As many samples as classes, and the mask fits: a wrong answer instead of an error.
    labels = torch.tensor([0, 1], dtype=torch.uint8)
    with pytest.warns(UserWarning, match="uint8"):
        assert len(torch.bincount(labels)[labels]) == 1
    assert class_counts(labels).tolist() == [1, 1]


def test_an_empty_class_divides_by_zero():
    labels = [0, 0, 2, 2]
    counts = torch.bincount(torch.tensor(labels))
    with pytest.raises(ZeroDivisionError):
        counts.max().item() / counts.min().item()
    assert imbalance_ratio(labels) == math.inf


def test_counter_does_not_see_an_empty_class():
    labels = [0, 0, 2, 2]
    counts = Counter(labels)
    assert max(counts.values()) / min(counts.values()) == 1  # "perfectly balanced"
    assert imbalance_ratio(labels) == math.inf


def test_a_missing_last_class_makes_the_weights_too_short():
    labels, logits = torch.tensor([0, 0, 1]), torch.zeros(3, 3)
    too_short = torch.bincount(labels).float()
    with pytest.raises(RuntimeError, match="weight"):
        torch.nn.CrossEntropyLoss(weight=too_short)(logits, labels)
    counts = class_counts(labels, num_classes=3)
    assert counts.tolist() == [2, 1, 0]
    loss = torch.nn.CrossEntropyLoss(weight=torch.tensor(counts, dtype=torch.float32))
    assert loss(logits, labels).item() == pytest.approx(math.log(3))


# Counts


@given(LABELS)
def test_counts_are_those_of_everybody_else(labels):
    counts = class_counts(labels)
    assert counts.dtype == np.int64
    assert counts.tolist() == np.bincount(labels).tolist()
    assert counts.tolist() == torch.bincount(torch.tensor(labels)).tolist()
    assert {c: n for c, n in enumerate(counts) if n} == Counter(labels)


@given(LABELS, st.integers(7, 12))
def test_num_classes_is_the_length_of_the_counts(labels, num_classes):
    counts = class_counts(labels, num_classes)
    assert counts.tolist() == np.bincount(labels, minlength=num_classes).tolist()
    assert len(counts) == num_classes


@given(LABELS)
def test_counts_sum_to_the_number_of_samples(labels):
    assert class_counts(labels).sum() == len(labels)


# The ratio


@given(LABELS, st.integers(0, 2))
def test_the_ratio_is_largest_over_smallest(labels, declared):
    num_classes = max(labels) + 1 + declared
    counts = [labels.count(c) for c in range(num_classes)]
    expected = Fraction(max(counts), min(counts)) if min(counts) else math.inf
    assert imbalance_ratio(labels, num_classes) == float(expected)


def test_the_ratio_is_none_of_its_neighbours():
    """Smallest over largest, majority over rest, all over smallest, first two classes."""
    labels = [1] * 12 + [0] * 4 + [2] * 3
    assert imbalance_ratio(labels) == 4
    assert not {3 / 12, 12 / 7, 19 / 3, 12 / 4, 4 / 12} & {imbalance_ratio(labels)}


def test_a_single_class_is_balanced_unless_another_is_declared():
    assert imbalance_ratio([0, 0, 0]) == 1
    assert imbalance_ratio([0, 0, 0], num_classes=2) == math.inf
    assert imbalance_ratio([1, 1]) == math.inf


@given(LABELS, st.integers(2, 5))
def test_repeating_every_sample_keeps_the_ratio_and_the_baseline(labels, times):
    assert imbalance_ratio(labels * times) == imbalance_ratio(labels)
    assert majority_baseline(labels * times) == majority_baseline(labels)


@given(LABELS, st.permutations(range(7)))
def test_renaming_the_classes_keeps_the_ratio_and_the_baseline(labels, names):
    renamed = [names[label] for label in labels]
    assert imbalance_ratio(renamed, 7) == imbalance_ratio(labels, 7)
    assert majority_baseline(renamed) == majority_baseline(labels)
    assert class_counts(renamed, 7)[names].tolist() == class_counts(labels, 7).tolist()


@given(LABELS, st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(labels, random):
    assert class_distribution(random.sample(labels, len(labels))) == class_distribution(labels)


# Severity and what to do about it


@pytest.mark.parametrize(
    ("ratio", "name"),
    [
        (1, "Mild"),
        (math.nextafter(3, 0), "Mild"),
        (3, "Moderate"),
        (math.nextafter(10, 0), "Moderate"),
        (10, "Significant"),
        (16, "Significant"),
        (math.nextafter(100, 0), "Significant"),
        (100, "Extreme"),
        (1000, "Extreme"),
        (math.inf, "Extreme"),
    ],
)
def test_a_boundary_belongs_to_the_band_above(ratio, name):
    assert severity(ratio) == name
    assert recommended_action(ratio) == ACTIONS[name]


@pytest.mark.parametrize("boundary", [3, 10, 100])
def test_boundaries_reached_by_counting(boundary):
    """The division that makes the ratio is exact where it has to be."""
    names = list(ACTIONS)
    band = [3, 10, 100].index(boundary)
    for smallest in (1, 7, 30):
        at = imbalance_ratio([0] * (boundary * smallest) + [1] * smallest)
        below = imbalance_ratio([0] * (boundary * smallest - 1) + [1] * smallest)
        assert (severity(below), severity(at)) == (names[band], names[band + 1])


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_severity_never_falls_as_the_ratio_grows(a, b):
    order = list(ACTIONS)
    low, high = sorted([a, b])
    assert order.index(severity(low)) <= order.index(severity(high))


def test_each_band_has_an_action_of_its_own():
    assert len(set(ACTIONS.values())) == 4


# The majority baseline


@given(LABELS)
def test_the_baseline_is_the_dummy_classifiers_accuracy(labels):
    x = np.zeros((len(labels), 1))
    dummy = DummyClassifier(strategy="most_frequent").fit(x, labels)
    assert majority_baseline(labels) == pytest.approx(dummy.score(x, labels))


@given(LABELS)
def test_the_baseline_is_the_largest_share_and_at_least_one_in_c(labels):
    baseline = majority_baseline(labels)
    assert baseline == max(class_distribution(labels).shares)
    assert 1 / len(set(labels)) <= baseline <= 1


def test_the_trivial_accuracy_of_mammography():
    """Chawla et al. 2002, section 4: 10,923 and 260 samples, 97.68 %."""
    labels = [0] * 10_923 + [1] * 260
    assert majority_baseline(labels) == pytest.approx(0.9768, abs=5e-5)
    assert imbalance_ratio(labels) == pytest.approx(42.01, abs=5e-3)


def test_the_commonest_class_may_be_any():
    assert majority_baseline([2, 0, 2, 1, 2]) == 0.6
    assert majority_baseline([5]) == 1


# The report


@given(LABELS, st.integers(0, 3))
def test_the_distribution_holds_what_the_functions_say(labels, declared):
    num_classes = max(labels) + 1 + declared
    distribution = class_distribution(labels, num_classes)
    assert list(distribution.counts) == class_counts(labels, num_classes).tolist()
    assert sum(distribution.shares) == pytest.approx(1)
    assert distribution.shares == tuple(n / len(labels) for n in distribution.counts)
    assert distribution.ratio == imbalance_ratio(labels, num_classes)
    assert distribution.severity == severity(distribution.ratio)
    assert distribution.action == recommended_action(distribution.ratio)


def test_the_distribution_is_plain_and_frozen():
    distribution = class_distribution(torch.tensor([0, 0, 1]))
    assert {type(n) for n in distribution.counts} == {int}
    assert {type(share) for share in distribution.shares} == {float}
    assert len({distribution, class_distribution([1, 0, 0])}) == 1
    with pytest.raises(AttributeError):
        distribution.ratio = 1.0


def test_the_report_names_empty_classes():
    report = str(class_distribution([0, 0, 2], num_classes=4))
    assert "Imbalance ratio: infinite (no samples of class 1, class 3)" in report
    assert "class 3  0    0.00%" in report
    assert "Severity: Extreme" in report


def test_the_report_lines_up_for_many_classes():
    rows = str(class_distribution([0] * 12345 + [10])).splitlines()[1:12]
    assert len({len(row) for row in rows}) == 1
    assert rows[0] == "  class 0   12,345   99.99%"
    assert rows[10] == "  class 10       1    0.01%"


@given(LABELS)
def test_the_counts_of_the_classes_that_are_there_are_counters(labels):
    counts = analyze_class_distribution(labels)
    assert list(counts) == list(range(max(labels) + 1))
    assert Counter(counts) == Counter(labels)
    assert {type(n) for item in counts.items() for n in item} == {int}


# Any form, and nothing touched


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS.keys())
def test_every_form_of_labels_gives_the_same(make):
    labels = [2, 0, 0, 2, 0, 1]
    for function in OF_LABELS:
        result, expected = function(make(labels)), function(labels)
        assert np.array_equal(result, expected)
        assert type(result) is type(expected)


@pytest.mark.parametrize("function", OF_LABELS)
@pytest.mark.parametrize("make", [np.array, torch.tensor, list])
def test_inputs_and_randomness_are_left_alone(function, make, leaves_randomness_alone):
    labels = make([2, 0, 1, 0])
    with leaves_randomness_alone():
        function(labels)
    assert list(labels) == [2, 0, 1, 0]


def test_the_ratio_is_a_plain_number():
    assert {type(imbalance_ratio([0, 0, 1])), type(imbalance_ratio([1]))} == {float}
    assert type(majority_baseline([0, 1])) is float


# Bad input


@pytest.mark.parametrize("function", OF_LABELS)
def test_bad_labels_are_refused(function, bad_labels, refuses, capsys):
    labels, got = bad_labels
    with refuses("labels", got):
        function(labels)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("function", WITH_NUM_CLASSES)
def test_bad_num_classes_are_refused(function, bad_num_classes, refuses):
    num_classes, got = bad_num_classes
    with refuses("num_classes", got):
        function([0, 0], num_classes)


@pytest.mark.parametrize("function", WITH_NUM_CLASSES)
def test_too_few_classes_are_refused(function, refuses):
    with refuses("labels", "below num_classes=2, got 2 at position 1"):
        function([0, 2], num_classes=2)


@pytest.mark.parametrize("function", [severity, recommended_action])
def test_bad_ratios_are_refused(function, bad_ratio, refuses):
    ratio, got = bad_ratio
    with refuses("ratio", got):
        function(ratio)
