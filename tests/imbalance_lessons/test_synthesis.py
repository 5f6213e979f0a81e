import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from imblearn.over_sampling import SMOTE
from scipy.spatial import ConvexHull, cKDTree
from scipy.spatial.distance import cdist
from sklearn.datasets import make_classification

from imbalance_lessons import synthesis
from imbalance_lessons.synthesis import interpolate, nearest_neighbours, smote, smote_samples

SEEDS = st.integers(0, 10_000)
NUMBERS = st.floats(-100, 100).map(lambda x: round(x, 3))

FORMS = {
    "lists": lambda values: np.asarray(values).tolist(),
    "int64 array": lambda values: np.asarray(values).astype(np.int64),
    "float64 array": lambda values: np.asarray(values, dtype=np.float64),
    "int tensor": lambda values: torch.as_tensor(np.asarray(values)).long(),
    "float64 tensor": lambda values: torch.as_tensor(np.asarray(values)).double(),
    "float32 tensor": lambda values: torch.as_tensor(np.asarray(values)).float(),
    "bfloat16 tensor": lambda values: torch.as_tensor(np.asarray(values)).bfloat16(),
    "tracked tensor": lambda values: torch.as_tensor(np.asarray(values)).float().requires_grad_(),
    "Fortran order": lambda values: np.asfortranarray(np.asarray(values, dtype=np.float64)),
}

BAD_ROWS = {
    "one dimension": ([1.0, 2.0], "got (2,)"),
    "images": (np.zeros((2, 3, 3)), "got (2, 3, 3)"),
    "number": (3.0, "got ()"),
    "no rows": (np.zeros((0, 2)), "got shape (0, 2)"),
    "no columns": (np.zeros((2, 0)), "got shape (2, 0)"),
    "NaN": ([[0.0, float("nan")]], "got nan at position (0, 1)"),
    "infinity": ([[0.0], [float("inf")]], "got inf at position (1, 0)"),
    "NaN tensor": (torch.tensor([[float("nan")]]), "got nan at position (0, 0)"),
    "strings": ([["a", "b"]], "got [['a', 'b']]"),
    "None": (None, "got None"),
    "ragged": ([[1.0], [1.0, 2.0]], "got [[1.0], [1.0, 2.0]]"),
    "complex": ([[1j]], "got [[1j]]"),
}
bad_rows = pytest.mark.parametrize(("rows", "got"), BAD_ROWS.values(), ids=BAD_ROWS)


@pytest.fixture
def table():
    """Three classes, 60 of the rarest, where no two rows are the same."""
    return make_classification(
        800,
        n_features=6,
        n_informative=4,
        n_classes=3,
        n_clusters_per_class=1,
        weights=[0.7, 0.22, 0.08],
        flip_y=0,
        random_state=0,
    )


def off_their_segments(new, samples, k):
    """How far each new row is from the nearest segment that SMOTE could have put it on."""
    order = np.argsort(cdist(samples, samples), axis=1, kind="stable")
    starts, ends = np.repeat(samples, k, axis=0), samples[order[:, 1 : k + 1].ravel()]
    direction = ends - starts
    to_new = new[:, np.newaxis] - starts
    along = (to_new * direction).sum(-1) / np.maximum((direction**2).sum(-1), 1e-300)
    nearest = np.clip(along, 0, 1)[..., np.newaxis] * direction
    return np.linalg.norm(to_new - nearest, axis=-1).min(axis=1)


# The step


def test_a_step_by_hand():
    """The paper's example: (6, 4) and its neighbour (4, 3)."""
    for gap, expected in [(0, (6, 4)), (0.5, (5, 3.5)), (1, (4, 3))]:
        assert interpolate([[6, 4]], [[4, 3]], [gap]).tolist() == [list(expected)]


@given(arrays(np.float64, (4, 3), elements=NUMBERS), arrays(np.float64, (4, 3), elements=NUMBERS))
def test_steps_are_convex_combinations(starts, ends):
    gaps = np.array([0, 0.25, 0.9, 1])
    rows = zip(starts, ends, gaps, strict=True)
    expected = [np.average([a, b], axis=0, weights=[1 - g, g]) for a, b, g in rows]
    assert interpolate(starts, ends, gaps) == pytest.approx(np.array(expected), abs=1e-10)
    assert interpolate(ends, starts, 1 - gaps) == pytest.approx(np.array(expected), abs=1e-10)
    assert interpolate(starts, starts, gaps).tolist() == starts.tolist()


def test_there_is_one_gap_a_sample_also_where_as_many_features_would_take_one_each():
    starts, ends, gaps = np.zeros((3, 3)), np.ones((3, 3)), np.array([0.1, 0.5, 0.9])
    assert interpolate(starts, ends, gaps).tolist() == np.repeat(gaps, 3).reshape(3, 3).tolist()
    assert (starts + gaps * (ends - starts))[0].tolist() == gaps.tolist()  # the box instead


def test_imbalanced_learns_step_from_its_own_draws(table):
    """Its random numbers, our neighbours and our step: the same samples, to the last bit or two."""
    inputs, labels = table
    k, rare = 5, inputs[labels == 2]
    missing = np.bincount(labels).max() - len(rare)
    theirs, _ = SMOTE(sampling_strategy={2: len(rare) + missing}, random_state=3).fit_resample(
        inputs, labels
    )
    draws = np.random.RandomState(3)
    pairs = draws.randint(low=0, high=len(rare) * k, size=missing)
    gaps = draws.uniform(size=missing)
    ends = nearest_neighbours(rare, k)[pairs // k, pairs % k]
    ours = interpolate(rare[pairs // k], rare[ends], gaps)
    assert ours == pytest.approx(theirs[len(inputs) :], rel=1e-14, abs=1e-14)


# Neighbours


@pytest.mark.parametrize("k", [1, 5, 59])
def test_neighbours_are_imbalanced_learns(table, k):
    inputs, labels = table
    rare = inputs[labels == 2][:60]
    peer = SMOTE(k_neighbors=k, random_state=0).fit(inputs, labels)
    peer.fit_resample(inputs, labels)
    theirs = peer.nn_k_.fit(rare).kneighbors(rare, return_distance=False)[:, 1:]
    assert np.array_equal(nearest_neighbours(rare, k), theirs)


@given(st.integers(2, 30), st.integers(1, 40), SEEDS)
def test_neighbours_are_those_of_a_tree_and_of_all_distances(n, k, seed):
    samples = np.random.default_rng(seed).normal(size=(n, 3))
    neighbours = nearest_neighbours(samples, k)
    k = min(k, n - 1)
    assert neighbours.shape == (n, k)
    assert np.array_equal(neighbours, cKDTree(samples).query(samples, range(2, k + 2))[1])
    assert np.array_equal(neighbours, np.argsort(cdist(samples, samples))[:, 1 : k + 1])


def test_among_duplicates_no_sample_is_its_own_neighbour():
    samples = np.repeat([[0.0, 0.0], [5.0, 5.0]], [9, 2], axis=0)
    theirs = SMOTE().fit(np.zeros((9, 1)), [0] * 5 + [1] * 4)
    theirs._validate_estimator()
    found = theirs.nn_k_.fit(samples).kneighbors(samples, return_distance=False)[:, 1:]
    own = np.arange(11)[:, np.newaxis]
    assert (found == own).any()  # the peer drops the first, whichever that is
    neighbours = nearest_neighbours(samples, 5)
    assert not (neighbours == own).any()
    assert (np.diff(np.sort(neighbours, axis=1)) > 0).all()
    assert (neighbours[:9] < 9).all()


def test_a_sample_alone_is_its_own_neighbour():
    assert nearest_neighbours([[1.0, 2.0]], 5).tolist() == [[0]]


# New samples of one class


@pytest.mark.parametrize("k", [1, 5, 200])
def test_new_samples_lie_between_a_sample_and_a_neighbour(table, k):
    samples = table[0][table[1] == 2]
    new = smote_samples(samples, 300, k, seed=0)
    assert new.shape == (300, 6)
    assert off_their_segments(new, samples, min(k, len(samples) - 1)).max() < 1e-12
    if k == 1:  # further neighbours would be noticed
        other = smote_samples(samples, 300, 5, seed=0)
        assert off_their_segments(other, samples, 1).max() > 0.1


def test_new_samples_stay_in_the_convex_hull():
    samples = np.random.default_rng(0).normal(size=(30, 2))
    hull = ConvexHull(samples).equations
    new = smote_samples(samples, 1000, seed=0)
    assert (new @ hull[:, :2].T + hull[:, 2] < 1e-12).all()


@pytest.mark.parametrize("n", [2, 3, 40])
def test_the_variance_shrinks_to_two_thirds(n):
    """With all others as neighbours: 2/3 - 1/(3(n - 1)), and the mean stays."""
    samples = np.random.default_rng(n).normal(size=(n, 1))
    new = smote_samples(samples, 200_000, k=n, seed=0)
    factor = 2 / 3 - 1 / (3 * (n - 1))
    assert new.var() / samples.var() == pytest.approx(factor, rel=0.01)
    assert new.mean() == pytest.approx(samples.mean(), abs=0.01)


def test_gaps_ends_and_starts_are_uniform():
    """Three points on a line, so far apart that each new one tells what it was made of."""
    samples = np.array([[0.0], [1.0], [10.0]])
    new = smote_samples(samples, 60_000, k=1, seed=0).ravel()
    assert ((new <= 1).mean(), (new > 1).mean()) == pytest.approx((2 / 3, 1 / 3), abs=0.01)
    low, high = new[new <= 1], new[new > 1]
    for part, (start, width) in [(low, (0, 1)), (high, (1, 9))]:
        counts = np.histogram((part - start) / width, bins=10, range=(0, 1))[0] / len(part)
        assert counts == pytest.approx(0.1, abs=0.01)


def test_means_and_spreads_are_imbalanced_learns(table):
    inputs, labels = table
    rare = inputs[labels == 2]
    theirs, _ = SMOTE(sampling_strategy={2: len(rare) + 20_000}, random_state=0).fit_resample(
        inputs, labels
    )
    theirs, ours = theirs[len(inputs) :], smote_samples(rare, 20_000, seed=1)
    assert ours.mean(axis=0) == pytest.approx(theirs.mean(axis=0), abs=0.05)
    assert ours.std(axis=0) == pytest.approx(theirs.std(axis=0), rel=0.03)


def test_a_single_sample_is_repeated():
    assert smote_samples([[1, 2]], 3, seed=0).tolist() == [[1, 2]] * 3


# Whole tables


def test_every_class_gets_the_size_of_the_largest(table):
    inputs, labels = table
    new_inputs, new_labels = smote(inputs, labels, seed=0)
    theirs, their_labels = SMOTE(random_state=0).fit_resample(inputs, labels)
    assert new_inputs.shape == theirs.shape
    assert np.array_equal(new_labels, their_labels)  # in the same order
    assert np.array_equal(new_inputs[: len(inputs)], inputs)
    for c in (1, 2):
        new = new_inputs[len(inputs) :][new_labels[len(inputs) :] == c]
        assert off_their_segments(new, inputs[labels == c], 5).max() < 1e-12


def test_a_search_for_drawn_starts_only_gives_the_same(table):
    inputs, labels = table
    new_inputs, new_labels = smote(inputs, labels, k=4, seed=9)
    rng, most = np.random.default_rng(9), np.bincount(labels).max()
    for c in (1, 2):
        rows = inputs[labels == c]
        expected = smote_samples(rows, most - len(rows), 4, rng)
        assert np.array_equal(new_inputs[len(inputs) :][new_labels[len(inputs) :] == c], expected)


@pytest.mark.parametrize(("copies", "k"), [(20, 3), (4, 3), (3, 3), (20, 19)])
def test_it_gives_the_same_among_duplicates_where_that_is_defined(copies, k):
    """Neighbours at distance 0 are interchangeable: the samples are the same all the same."""
    samples = np.repeat([[0.0, 1.0], [5.0, 5.0]], copies, axis=0)
    fast = synthesis._fewer_searches(samples, 40, k, np.random.default_rng(0))
    if k < copies:
        starts = np.random.default_rng(0).integers(len(samples), size=40)
        assert np.array_equal(fast, samples[starts])
    assert off_their_segments(fast, samples, k).max() < 1e-12


def test_too_few_for_imbalanced_learn_are_enough_here():
    inputs, labels = np.arange(26.0).reshape(13, 2), [0] * 8 + [1] * 4 + [3]
    with pytest.raises(ValueError, match="n_neighbors"):
        SMOTE(k_neighbors=5).fit_resample(inputs, labels)
    new_inputs, new_labels = smote(inputs, labels, seed=0)
    assert np.bincount(new_labels).tolist() == [8, 8, 0, 8]
    assert off_their_segments(new_inputs[13:17], inputs[8:12], 3).max() < 1e-12
    assert (new_inputs[17:] == inputs[12]).all()


def test_only_the_classes_own_rows_count():
    """Rows of another class right beside are no neighbours, and change nothing."""
    rare = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]])
    common = np.column_stack([np.linspace(-1, 21, 40), np.full(40, 0.01)])
    labels = np.repeat([1, 0], [3, 40])
    new = smote(np.vstack([rare, common]), labels, seed=0)[0][43:]
    far = smote(np.vstack([rare, common + 1e6]), labels, seed=0)[0][43:]
    assert np.array_equal(new, far)
    assert (new[:, 1] == 0).all()


def test_integers_are_not_cut_off():
    inputs, labels = np.arange(12).reshape(12, 1) ** 2, [0] * 9 + [1] * 3
    theirs, _ = SMOTE(k_neighbors=2, random_state=0).fit_resample(inputs, labels)
    assert np.array_equal(theirs, theirs.astype(int))
    new, _ = smote(inputs, labels, seed=0)
    assert new.dtype == np.float64
    assert (new[12:] % 1 != 0).all()


def test_balanced_classes_stay_as_they_are():
    inputs, labels = smote([[1.0], [2.0]], [1, 0])
    assert (inputs.tolist(), labels.tolist()) == ([[1], [2]], [1, 0])


@given(SEEDS, st.permutations(range(3)))
def test_moving_scaling_and_renaming(seed, names):
    rng = np.random.default_rng(seed)
    inputs, labels = rng.normal(size=(24, 2)), np.repeat([0, 1, 2], [14, 6, 4])
    new_inputs, new_labels = smote(inputs, labels, seed=seed)
    moved, moved_labels = smote(inputs * 4 + 8, labels, seed=seed)
    assert moved == pytest.approx(new_inputs * 4 + 8, abs=1e-9)
    assert np.array_equal(moved_labels, new_labels)
    names = np.array(names)
    _, renamed = smote(inputs, names[labels], seed=seed)
    assert np.bincount(renamed).tolist() == [14, 14, 14]


# Any form, nothing touched


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_features_of_any_form_will_do(form, leaves_randomness_alone):
    plain = np.array([[0, 8], [1, 7], [4, 4], [9, 1], [3, 3], [5, 2]])
    given_rows, gaps = form(plain), [0, 0.25, 0.5, 0.75, 1, 0.5]
    before = copy.deepcopy(given_rows)
    with leaves_randomness_alone():
        rows, labels = smote(given_rows, [0, 0, 0, 0, 1, 1], seed=0)
        step = interpolate(given_rows, form(plain[::-1].copy()), gaps)
        neighbours = nearest_neighbours(given_rows, 2)
    expected, expected_labels = smote(plain, [0, 0, 0, 0, 1, 1], seed=0)
    assert rows == pytest.approx(expected, rel=1e-6)
    assert np.array_equal(labels, expected_labels)
    assert step == pytest.approx(interpolate(plain, plain[::-1], gaps))
    assert np.array_equal(neighbours, nearest_neighbours(plain, 2))
    assert str(given_rows) == str(before)


def test_float32_stays_float32():
    inputs, labels = np.arange(12, dtype=np.float32).reshape(6, 2), [0, 0, 0, 0, 1, 1]
    assert smote(inputs, labels)[0].dtype == np.float32
    assert smote(inputs.astype(np.float64), labels)[0].dtype == np.float64
    assert smote_samples(inputs, 2).dtype == interpolate(inputs, inputs, [0.5] * 6).dtype


def test_results_share_no_memory_with_the_input():
    inputs = np.arange(12.0).reshape(6, 2)
    for new in (smote(inputs, [0, 1] * 3)[0], interpolate(inputs, inputs, [0] * 6)):
        assert not np.shares_memory(new, inputs)


# Bad input


@bad_rows
def test_bad_rows_are_refused(rows, got, refuses):
    with refuses("inputs", got):
        smote(rows, [0, 1])
    for function in (nearest_neighbours, lambda rows: smote_samples(rows, 1)):
        with refuses("samples", got):
            function(rows)
    with refuses("starts", got):
        interpolate(rows, [[1.0, 2.0]], [0.5])
    with refuses("ends", got):
        interpolate([[1.0, 2.0]], rows, [0.5])


def test_bad_labels_are_refused(bad_labels, refuses):
    labels, got = bad_labels
    with refuses("labels", got):
        smote([[1.0], [2.0]], labels)


def test_what_does_not_fit_is_refused(refuses):
    with refuses("labels", "expected 2 class numbers, one a sample, got 3"):
        smote([[1.0], [2.0]], [0, 1, 1])
    with refuses("ends", "expected shape (1, 2), as starts have, got (1, 1)"):
        interpolate([[1.0, 2.0]], [[1.0]], [0.5])
    for gaps, got in [([0.5] * 2, "(2,)"), (0.5, "()"), ([[0.5]], "(1, 1)")]:
        with refuses("gaps", f"expected shape (1,), one number for each pair, got {got}"):
            interpolate([[1.0, 2.0]], [[1.0, 3.0]], gaps)


BAD_GAPS = [(-0.1, "got -0.1"), (1.5, "got 1.5"), (float("nan"), "got nan"), ("a", "got ['a']")]


@pytest.mark.parametrize(("gap", "got"), BAD_GAPS)
def test_bad_gaps_are_refused(gap, got, refuses):
    with refuses("gaps", got):
        interpolate([[1.0]], [[2.0]], [gap])


@pytest.mark.parametrize("k", [0, -1, 2.5, "5", True, None])
def test_bad_k_is_refused_even_where_nothing_is_missing(k, refuses):
    for function in (
        lambda: smote([[1.0], [2.0]], [0, 1], k=k),
        lambda: smote_samples([[1.0], [2.0]], 1, k),
        lambda: nearest_neighbours([[1.0], [2.0]], k),
    ):
        with refuses("k", f"got {k!r}"):
            function()


@pytest.mark.parametrize("value", [-1, 1.5, "0", True])
def test_bad_seeds_and_numbers_are_refused(value, refuses):
    with refuses("seed", f"got {value!r}"):
        smote([[1.0], [2.0]], [0, 1], seed=value)
    with refuses("seed", f"got {value!r}"):
        smote_samples([[1.0], [2.0]], 1, seed=value)
    with refuses("num_samples", f"got {value!r}"):
        smote_samples([[1.0], [2.0]], value)
