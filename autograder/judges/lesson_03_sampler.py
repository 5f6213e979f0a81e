"""The judges of lesson 03 on samplers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.labels import as_list


def members(labels: Any) -> list[list[int]]:
    """List the positions of each class that has samples."""
    labels = as_list(labels)
    return [[i for i, other in enumerate(labels) if other == c] for c in sorted(set(labels))]


def expected_epochs(
    labels: Any,
    epochs: int,
    seed: int | None = None,
    again: bool = False,
    num_samples: int | None = None,
    replacement: bool = True,
) -> np.ndarray:
    """Let the classes take turns, and draw a member of each; without replacement, one left."""
    rng, turn = Random(0), 0
    drawn: list[list[int]] = []
    for _ in range(epochs):
        left = members(labels)
        drawn.append([])
        for _ in range(num_samples or len(labels)):
            own = left[turn % len(left)]
            position = int(rng.random() * len(own))
            drawn[-1].append(own[position] if replacement else own.pop(position))
            turn += 1
    if again:
        drawn = [*drawn, *drawn, *(epoch[::-1] for epoch in drawn)]
    return np.array(drawn)


def facts(drawn: Any, labels: Any, epochs: int, again: bool = False, **options: Any) -> Any:
    """Read from some epochs of draws what is the same for every balanced sampler."""
    rows = [np.asarray(row) for row in drawn]
    if len(rows) != epochs * (3 if again else 1) or any(
        r.size and r.dtype.kind not in "iu" for r in rows
    ):
        raise ValueError("drawn: expected the row numbers of each epoch")
    drawn = [row.astype(int).tolist() for row in rows]
    labels, first = np.array(as_list(labels)), drawn[:epochs]
    flat = np.concatenate(drawn).astype(int)
    exist = (flat >= 0) & (flat < len(labels))
    counts = np.bincount(labels[flat[exist]], minlength=labels.max() + 1)
    found: dict[str, Any] = {
        "draws in each epoch": [len(row) for row in drawn],
        "draws of rows that do not exist": int((~exist).sum()),
        "share of each class in the draws": counts / max(counts.sum(), 1),
        "samples that never come": len(labels) - len(np.unique(flat[exist])),
        "whether a sample can come twice in an epoch": any(
            len(set(row)) < len(row) for row in first
        ),
        "whether all epochs are the same": all(row == first[0] for row in first),
    }
    if again:
        same = "whether generators in the same state give the same draws"
        other = "whether generators in another state give the same draws"
        found[same] = drawn[epochs : 2 * epochs] == first
        found[other] = drawn[2 * epochs :] == first
    return found


def sampler(weights: Any, num_samples: int, replacement: bool = True, generator: Any = None) -> Any:
    """Make PyTorch's weighted sampler."""
    from torch.utils.data import WeightedRandomSampler

    return WeightedRandomSampler(weights, num_samples, replacement, generator)


def class_sizes(labels: Any) -> np.ndarray:
    """Give the size of each sample's class."""
    sizes: np.ndarray = np.bincount(as_list(labels))[as_list(labels)]
    return sizes.astype(float)


def weighing(weigh: Any) -> Any:
    """Make a solution that is right but for its weights, which are made from the class sizes."""

    def solution(
        labels: Any, *, num_samples: Any = None, replacement: bool = True, generator: Any = None
    ) -> Any:
        draws = num_samples or len(labels)
        return sampler(weigh(class_sizes(labels)), draws, replacement, generator)

    return solution


def one_weight_a_class(
    labels: Any, *, num_samples: Any = None, replacement: bool = True, generator: Any = None
) -> Any:
    """Hand over as many weights as there are classes."""
    counts = np.maximum(np.bincount(as_list(labels)), 1)
    return sampler(1 / counts, num_samples or len(labels), True, generator)


def fixed(**always: Any) -> Any:
    """Make a solution that pays no heed to some of what it is told."""

    def solution(labels: Any, **options: Any) -> Any:
        options = {"num_samples": None, "replacement": True, "generator": None} | options | always
        draws = options.pop("num_samples") or len(labels)
        return sampler(1 / class_sizes(labels), draws, **options)

    return solution


def never_twice(labels: Any, *, num_samples: Any = None, generator: Any = None, **_: Any) -> Any:
    """Draw without replacement, whatever is asked for."""
    return sampler(1 / class_sizes(labels), num_samples or len(labels), False, generator)


def longer_epochs(
    labels: Any, *, num_samples: Any = None, replacement: bool = True, generator: Any = None
) -> Any:
    """Draw as many samples as there would be if every class were as large as the largest."""
    counts = np.bincount(as_list(labels))
    draws = num_samples or int(np.count_nonzero(counts) * counts.max())
    return sampler(1 / class_sizes(labels), draws, replacement, generator)


class Frozen:
    """Draws once, and gives that again in each epoch."""

    def __init__(self, drawn: Sequence[int]) -> None:
        self.drawn = drawn

    def __iter__(self) -> Iterator[int]:
        return iter(self.drawn)


def frozen(labels: Any, **options: Any) -> Any:
    """Give the same draws in every epoch."""
    return Frozen(list(fixed()(labels, **options)))


def drawn_list(labels: Any, **options: Any) -> Any:
    """Give row numbers back instead of what draws them."""
    return list(fixed()(labels, **options))


def of_equal_blocks(labels: Any, **options: Any) -> Any:
    """Draw all samples once in random order, and not the classes equally often."""
    from torch.utils.data import RandomSampler

    draws = options.get("num_samples") or len(labels)
    return RandomSampler(range(len(labels)), num_samples=draws, generator=options.get("generator"))


def none_handed_on(
    labels: Any, *, num_samples: Any = None, replacement: bool = True, generator: Any = None
) -> Any:
    """Hand `num_samples` on as it came."""
    return sampler(1 / class_sizes(labels), num_samples, replacement, generator)


def used_up(labels: Any, **options: Any) -> Any:
    """Give what can be run through once."""
    return iter(fixed()(labels, **options))


def own_generator(labels: Any, **options: Any) -> Any:
    """Draw from a generator that always starts from the same seed."""
    import torch

    return fixed(generator=torch.Generator().manual_seed(0))(labels, **options)


create_balanced_sampler = Judge(
    name="create_balanced_sampler",
    expected=expected_epochs,
    reading=facts,
    atol=0.07,  # of shares in 2000 draws: more than five standard deviations
    misconceptions=[
        Misconception(
            "hands over one weight for each class",
            "With K weights the sampler knows of K samples and draws only the first K rows. It "
            "needs one weight for each sample: your `sample_weights`.",
            one_weight_a_class,
        ),
        Misconception(
            "draws every sample with the same weight",
            "The classes come as unequally as they are in the data. Hand the weights from "
            "exercise 1 over, so that a rare sample is drawn more often.",
            weighing(np.ones_like),
        ),
        Misconception(
            "makes large classes even more frequent",
            "The weights are upside down: a large weight means drawn often, and the rare class "
            "should have it.",
            weighing(lambda sizes: sizes),
        ),
        Misconception(
            "balances only half of the way, by a square root",
            "Roots of the class sizes leave the larger class more frequent. Use weights whose sum "
            "is the same for each class.",
            weighing(lambda sizes: 1 / np.sqrt(sizes)),
        ),
        Misconception(
            "corrects twice, so that the rare class becomes the common one",
            "Someone divided by the class size two times. Your `sample_weights` can be handed over "
            "as they are.",
            weighing(lambda sizes: 1 / sizes**2),
        ),
        Misconception(
            "draws without replacement, whatever it is told",
            "If no sample may come twice, an epoch of N draws is simply all the data. Rare "
            "samples must be allowed to repeat unless `replacement` says otherwise.",
            never_twice,
        ),
        Misconception(
            "ignores all arguments but the labels",
            "The weights are right. But the caller may ask for another number of draws, for draws "
            "without replacement, or for a generator: hand all three on to the sampler.",
            fixed(num_samples=None, replacement=True, generator=None),
        ),
        Misconception(
            "ignores `replacement`",
            "The caller may forbid that a sample comes twice in an epoch. Hand `replacement` on "
            "to the sampler.",
            fixed(replacement=True),
        ),
        Misconception(
            "ignores `num_samples`",
            "How many samples make an epoch is for the caller to say; only when that is None do "
            "you draw as many as there are labels.",
            fixed(num_samples=None),
        ),
        Misconception(
            "draws an epoch as long as an oversampled data set",
            "Without `num_samples`, an epoch has as many draws as there are labels. It needs no "
            "more: the sampler balances by drawing some samples again and others not at all.",
            longer_epochs,
        ),
        Misconception(
            "ignores `generator`",
            "With a generator in the same state, the draws should be the same, whatever the "
            "global seed is. Hand `generator` on to the sampler.",
            fixed(generator=None),
        ),
        Misconception(
            "draws once and repeats these draws in every epoch",
            "The model would see the same repeats again and again, and some common samples "
            "never. Draw anew each time that the sampler is iterated.",
            frozen,
        ),
        Misconception(
            "gives back a list of row numbers, not a sampler",
            "A list holds the draws of one epoch. A `DataLoader` should get the object that draws "
            "anew each epoch: give back the sampler itself.",
            drawn_list,
        ),
        Misconception(
            "gives back the weights, not a sampler",
            "The weights say how often each sample should be drawn, and do not draw anything. "
            "What does `torch.utils.data` have that takes weights?",
            lambda labels, **options: 1 / class_sizes(labels),
        ),
        Misconception(
            "shuffles the data without balancing them",
            "A `RandomSampler` is what `shuffle=True` uses: each sample once. Here the draws "
            "should depend on the weights of the samples.",
            of_equal_blocks,
        ),
        Misconception(
            "hands `num_samples` on when it is None",
            "`WeightedRandomSampler` wants a number. If the caller names none, an epoch has as "
            "many draws as there are labels: `as_draws` knows.",
            none_handed_on,
        ),
        Misconception(
            "gives back an iterator, which is used up after one epoch",
            "A `DataLoader` asks the sampler anew in each epoch. Give back the sampler itself, "
            "without `iter`.",
            used_up,
        ),
        Misconception(
            "uses a seed of its own",
            "Whatever generator the caller hands over, the draws are the same: nobody can have "
            "others. Hand `generator` on, and set no seed yourself.",
            own_generator,
        ),
    ],
    praise=(
        "Half of the draws are rare now, on average. Below you will see how far a single batch "
        "and a single epoch stray from that."
    ),
)

quick_check_sampler = Judge(
    name="quick_check_sampler",
    expected=lambda: "C",
    misconceptions=[
        Misconception(
            "picks A: exactly half of each batch",
            "Each draw is a coin toss between the classes. How often do 32 tosses give exactly 16 "
            "heads?",
            "A",
        ),
        Misconception(
            "picks B: an epoch that holds everything and is longer",
            "Nine copies of each rare sample make an oversampled data set. The sampler here makes "
            "1000 draws, as `num_samples` says, and each may be any sample.",
            "B",
        ),
        Misconception(
            "picks D: all samples, the rare ones first",
            "That would come from draws without replacement. With replacement, a sample that was "
            "drawn goes back and can come again, so others have to be missed.",
            "D",
        ),
        Misconception(
            "picks E: 100 of each, none twice",
            "That is undersampling. The sampler makes 1000 draws, half of which are rare on "
            "average, and there are only 100 rare samples: what must happen to them?",
            "E",
        ),
        Misconception(
            "picks F: weights that change the loss only",
            "Class weights in the loss leave the batches alone, which is lesson 4. These weights "
            "are what the sampler draws by.",
            "F",
        ),
    ],
    praise=(
        "So a balanced epoch oversamples the rare class and undersamples the common one at the "
        "same time. What was missed has its chance in the next epoch."
    ),
)
