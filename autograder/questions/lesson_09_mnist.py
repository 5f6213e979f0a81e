"""The questions of lesson 09: a rare class, its recall, and where its samples go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral
from typing import Any

import numpy as np

from autograder.engine.plain import is_tensor
from autograder.engine.question import Case, Question, read_value
from autograder.questions.draws import Form, draw_labels, labels_case


def ask_for_choices(
    function: Callable[..., Any], labels: Any, rare: int, keep: int, seeds: Sequence[int] = ()
) -> Any:
    """Ask with each of several seeds.

    Returns
    -------
    object
        A list of what came, where a set of whole numbers counts as a list of them, and a mask of
        True and False as -1 for each sample; or the first that is neither a list, a tuple, nor an
        array or tensor of one dimension.
    """
    runs = []
    for seed in seeds:
        choice = function(labels, rare, keep, seed=seed)
        if type(choice) in (set, frozenset) and all(isinstance(i, Integral) for i in choice):
            choice = sorted(choice)
        if is_mask(choice, len(labels)):
            choice = [-1] * len(labels)
        row = is_tensor(choice) or issubclass(type(choice), np.ndarray)
        if choice.ndim != 1 if row else not issubclass(type(choice), (list, tuple)):
            return choice
        runs.append(choice)
    return runs


def is_mask(choice: Any, samples: int) -> bool:
    """Tell whether a choice is True or False for each sample."""
    if is_tensor(choice) or issubclass(type(choice), np.ndarray):
        return str(choice.dtype).endswith("bool") and tuple(choice.shape) == (samples,)
    return (
        issubclass(type(choice), list)
        and len(choice) == samples
        and all(type(one) in (bool, np.bool_) for one in choice)
    )


def rare_case(
    label: str, labels: Any, shown: str, rare: int, keep: int, seed: int = 0, tensor: bool = False
) -> Case:
    """Make a case that is asked with a seed, with the same seed again, and with another."""
    return Case(
        label,
        {"labels": labels, "rare": rare, "keep": keep},
        {"seeds": [seed, seed, seed + 1]},
        ("labels",) if tensor else (),
        shown=f"make_rare({shown}, rare={rare}, keep={keep}, seed={seed}), again, and with "
        f"seed={seed + 1}",
    )


def draw_rare(rng: np.random.Generator) -> list[Case]:
    """Draw labels in random order, and a class of them to thin out: also one of the first."""

    def case(label: str, sizes: Sequence[int], rare: int, tensor: bool = False) -> Case:
        labels = draw_labels(rng, [int(rng.integers(size // 2, size)) for size in sizes])
        keep = int(rng.integers(8, 15))
        seed = int(rng.integers(1, 1000))
        given = labels if tensor else labels.tolist()
        return rare_case(label, given, "labels", rare, keep, seed, tensor)

    return [
        case("the last of three classes", (60, 50, 70), 2),
        case("the first of two", (120, 60), 0),
        case("the one in the middle, a tensor", (90, 80, 50), 1, tensor=True),
        case("the largest of four", (50, 40, 160, 60), 2),
        case("the smallest", (90, 120, 62), 2),
    ]


make_rare = Question(
    name="make_rare",
    points=2,
    public=[
        rare_case(
            "40 of each class, mixed",
            np.random.default_rng(9).permutation(np.repeat([0, 1, 2], 40)).tolist(),
            "labels of 40, 40 and 40",
            rare=2,
            keep=9,
        ),
        rare_case(
            "sorted, the first class rare",
            np.repeat([0, 1], [90, 30]),
            "[0] * 90 + [1] * 30",
            rare=0,
            keep=12,
            seed=5,
        ),
        rare_case(
            "in turns, a tensor",
            np.tile([3, 0, 1, 3], 30),
            "torch.tensor([3, 0, 1, 3] * 30)",
            rare=3,
            keep=20,
            seed=1,
            tensor=True,
        ),
        rare_case(
            "all of them stay", [1, 0, 1, 0, 1, 1], "[1, 0, 1, 0, 1, 1]", rare=0, keep=2, seed=3
        ),
    ],
    draw=draw_rare,
    call=ask_for_choices,
)


def recall_case(label: str, form: Form, true: Any, predicted: Any, num_classes: int) -> Case:
    """Make a case of true and predicted labels, and the number of classes."""
    case = labels_case(label, form, {"y_true": np.array(true), "y_pred": np.array(predicted)})
    inputs = {**case.inputs, "num_classes": num_classes}
    return Case(label, inputs, tensors=case.tensors)


def draw_answers(
    rng: np.random.Generator, sizes: Sequence[int], recalls: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw true labels, and predictions with about these recalls; mistakes go anywhere."""
    true = draw_labels(rng, sizes)
    right = rng.random(len(true)) < recalls[true]
    wrong = (true + rng.integers(1, classes, len(true))) % classes
    return true, np.where(right, true, wrong)


def draw_recalls(rng: np.random.Generator) -> list[Case]:
    """Draw answers to classes of unequal sizes; some classes have no samples, or no number yet."""

    def case(label: str, form: Form, sizes: Sequence[int], more: int = 0) -> Case:
        sizes = [int(rng.integers(size // 2, size)) if size else 0 for size in sizes]
        classes = len(sizes) + more
        recalls = rng.permutation(np.linspace(0.25, 0.9, len(sizes)))
        true, predicted = draw_answers(rng, sizes, recalls, classes)
        return recall_case(label, form, true, predicted, classes)

    return [
        case("three classes", "list", (40, 25, 12)),
        case("a class without samples", "array", (30, 0, 40, 15)),
        case("the last classes have none", "list", (30, 18), more=2),
        case("the first class has none", "tensor", (0, 20, 35, 28)),
        case("a rare class", "bytes", (90, 80, 8)),
        case("ten digits", "array", (20, 21, 22, 23, 24, 25, 26, 27, 28, 8)),
    ]


recall_per_class = Question(
    name="recall_per_class",
    points=2,
    public=[
        recall_case("two classes", "list", [0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 0, 0], 2),
        recall_case(
            "a class without samples", "list", [0, 0, 2, 2, 2, 2, 2], [0, 1, 2, 2, 2, 1, 0], 3
        ),
        recall_case(
            "the last has no samples", "array", [1, 1, 1, 0, 0, 1, 0], [1, 1, 3, 0, 1, 1, 2], 4
        ),
        recall_case(
            "tensors", "tensor", [2, 2, 2, 1, 1, 0, 0, 0, 0], [2, 2, 1, 0, 2, 0, 0, 0, 2], 3
        ),
    ],
    draw=draw_recalls,
)


def confused_case(label: str, form: Form, true: Any, predicted: Any, of: int) -> Case:
    """Make a case of true and predicted labels, and the class whose samples we look at."""
    case = labels_case(label, form, {"y_true": np.array(true), "y_pred": np.array(predicted)})
    return Case(label, {**case.inputs, "label": of}, tensors=case.tensors)


def pairs(rng: np.random.Generator, table: Any) -> tuple[Any, Any]:
    """Write a confusion matrix as labels, in random order."""
    matrix = np.array(table)
    true, predicted = np.indices(matrix.shape).reshape(2, -1).repeat(matrix.ravel(), axis=1)
    order = rng.permutation(len(true))
    return true[order], predicted[order]


def draw_confusions(rng: np.random.Generator) -> list[Case]:
    """Draw confusion matrices whose most frequent mistakes differ by row and by column."""

    def table(classes: int, label: int, goes_to: int, comes_from: int, right: int) -> np.ndarray:
        """Let samples of one class go to a second, and those of a third come to it."""
        matrix = rng.integers(1, 4, (classes, classes))
        np.fill_diagonal(matrix, rng.integers(9, 14, classes))
        matrix[label, label] = right
        matrix[label, goes_to] = 5 + rng.integers(0, 3)
        matrix[comes_from, label] = 15 + rng.integers(0, 3)
        return matrix

    used: list[int] = []  # no two cases have the same answer

    def case(
        name: str, form: Form, classes: int, right: int, label: int, none: bool = False
    ) -> Case:
        others = rng.permutation([c for c in range(classes) if c != label]).tolist()
        goes_to = next(c for c in others if c not in used)
        comes_from = next(c for c in others if c != goes_to)
        matrix = table(classes, label, goes_to, comes_from, right)
        if none:
            matrix[label] = right * (np.arange(classes) == label)
        else:
            used.append(goes_to)
        return confused_case(name, form, *pairs(rng, matrix), label)

    return [
        case("the last class", "list", 4, 12, 3),
        case("a class that is mostly missed", "array", 5, 2, 1),
        case("the first class", "tensor", 4, 9, 0),
        case("none missed", "list", 8, 8, 1, none=True),
        case("ten digits", "array", 10, 10, 9),
        case("a class that is never found", "bytes", 6, 0, 2),
    ]


GENERATOR = np.random.default_rng(90)

taken_for = Question(
    name="taken_for",
    points=1,
    public=[
        confused_case("a nine", "list", [9, 9, 9, 9, 4, 4], [9, 4, 7, 4, 9, 9], 9),
        confused_case(
            "mostly missed",
            "array",
            *pairs(GENERATOR, [[5, 1, 0, 9], [2, 1, 6, 3], [1, 1, 7, 0], [4, 8, 0, 9]]),
            of=1,
        ),
        confused_case("none missed", "list", [0, 0, 1, 2, 1], [0, 0, 0, 2, 1], 0),
        confused_case(
            "the first class",
            "tensor",
            *pairs(GENERATOR, [[9, 1, 2, 4], [9, 9, 1, 2], [1, 1, 6, 2], [2, 0, 2, 8]]),
            of=0,
        ),
        confused_case("two come first", "list", [1, 1, 1, 1, 1, 0, 2], [2, 0, 1, 2, 0, 0, 1], 1),
    ],
    draw=draw_confusions,
)

quick_check_digits = Question(
    name="quick_check_digits",
    points=1,
    public=[Case("the letter you chose")],
    call=read_value,
)
