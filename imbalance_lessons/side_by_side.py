"""Small networks trained side by side, each with its own focal loss, to compare the losses.

Their weights are stacked, so that one matrix product serves all of them. They start from the same
weights and see the same batches: what differs is the loss alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from numpy.typing import NDArray

from imbalance_lessons.datasets import make_fraud
from imbalance_lessons.metrics import f_score, recall
from imbalance_lessons.progress import track
from imbalance_lessons.ranking import average_precision
from imbalance_lessons.thresholds import best_f_threshold

Part = tuple[torch.Tensor, torch.Tensor]
Losses = Mapping[str, tuple[float, float, float]]
"""For each name its gamma, and alpha for class 0 and class 1."""

HIDDEN = 16
LEARNING_RATE = 0.01
BATCH = 500
SIZES = (20_000, 20_000, 60_000)


@dataclass(frozen=True)
class Networks:
    """Networks with one hidden layer and one output, the log-odds of class 1.

    Attributes
    ----------
    names
        What each was trained with.
    weights
        Stacked weights and biases of both layers, each with the networks along its first axis.
    """

    names: tuple[str, ...]
    weights: tuple[torch.Tensor, ...]

    def log_odds(self, inputs: torch.Tensor) -> dict[str, NDArray[np.float64]]:
        """Give what each network says of some rows."""
        found = _log_odds(self.weights, inputs).double().numpy()
        return dict(zip(self.names, found, strict=True))


@dataclass(frozen=True)
class Comparison:
    """What several losses were worth on several problems.

    Attributes
    ----------
    names, stops
        The losses, the one to compare with first; after how many steps they were judged.
    prevalence
        The share of class 1.
    scores
        Shape (problems, stops, losses, 4), on test data: average precision; recall and F1 at a
        probability of 0.5; F1 at the threshold that was best on validation data.
    """

    names: tuple[str, ...]
    stops: tuple[int, ...]
    prevalence: float
    scores: NDArray[np.float64]

    def __add__(self, other: Comparison) -> Comparison:
        """Put the other's problems below one's own.

        Raises
        ------
        ValueError
            If the losses, the steps or the prevalence differ.
        """
        for name in ("names", "stops", "prevalence"):
            own, others = getattr(self, name), getattr(other, name)
            if own != others:
                raise ValueError(f"other: expected {name} {own}, as in the first, got {others}")
        return replace(self, scores=np.concatenate([self.scores, other.scores]))

    def leads(self, stop: int) -> NDArray[np.float64]:
        """Give each problem's average precision above that of the first loss: a row a problem."""
        precision = self.scores[:, self.stops.index(stop), :, 0]
        return np.asarray(precision - precision[:, :1])

    def table(self, stop: int) -> str:
        """Write the means over the problems as a table, and the leads from lowest to highest."""
        share, leads = self.prevalence, self.leads(stop)
        lines = [f"{'':24}{'AP':7}{'lead (low to high)':24}{'recall':>6}  F1 at 0.5  F1 tuned"]
        for i, name in enumerate(self.names):
            ap, found, half, tuned = self.scores[:, self.stops.index(stop), i].mean(axis=0)
            lead = (
                f"{leads[:, i].mean():+.2f} ({leads[:, i].min():+.2f} to {leads[:, i].max():+.2f})"
            )
            lead = lead if i else ""
            lines.append(f"{name:24}{ap:<7.2f}{lead:24}{found:6.2f}{half:11.2f}{tuned:10.2f}")
        flags = 2 * share / (1 + share)
        lines.append(f"{'dummy: flag everybody':24}{share:<7.3f}{'':24}{1:6.2f}{flags:11.3f}")
        return "\n".join(lines)


def split_fraud(
    seed: int, prevalence: float, class_sep: float = 0.8, sizes: Sequence[int] = SIZES
) -> list[Part]:
    """Generate payments, scaled by their first part, in as many parts as there are sizes.

    Parameters
    ----------
    seed, prevalence, class_sep
        As for `make_fraud`.
    sizes
        How many payments go to each part.

    Returns
    -------
    list of tuple
        Inputs, float32 of shape (N, 20), and labels of each part.

    Examples
    --------
    >>> [tuple(inputs.shape) for inputs, _ in split_fraud(0, 0.1, sizes=(60, 40))]
    [(60, 20), (40, 20)]
    """
    inputs, labels = make_fraud(sum(sizes), prevalence, seed, class_sep=class_sep)
    first = inputs[: sizes[0]]
    inputs = (inputs - first.mean(axis=0)) / first.std(axis=0)
    parts = (torch.tensor(array).split(list(sizes)) for array in (inputs, labels))
    return list(zip(*parts, strict=True))


def train_side_by_side(
    inputs: torch.Tensor,
    labels: torch.Tensor,
    losses: Losses,
    stops: Sequence[int],
    seed: int = 0,
) -> list[Networks]:
    r"""Train a network for each loss, all at once.

    Parameters
    ----------
    inputs, labels
        Rows of numbers, float32, and 0 or 1 for each.
    losses
        For each name its gamma, and alpha for class 0 and class 1.
    stops
        After how many steps to keep a copy, rising. A step is a batch of 500 rows, drawn with
        replacement, and one of Adam's with a learning rate of 0.01.
    seed
        Where weights and batches start. PyTorch's own random numbers stay as they are.

    Returns
    -------
    list of Networks
        The networks after each stop.

    Notes
    -----
    The loss of a sample is :math:`-\alpha_y (1 - p)^\gamma \log p`, and its mean divides by the
    number of samples, so that (0, 1, 1) is cross entropy. Adam does not care for the size of a
    loss, which alpha and gamma change.

    Examples
    --------
    >>> inputs = torch.tensor([[0.0], [1.0]])
    >>> [nets] = train_side_by_side(inputs, torch.tensor([0, 1]), {"plain": (0, 1, 1)}, [50])
    >>> (nets.log_odds(inputs)["plain"] > 0).tolist()
    [False, True]
    """
    numbers = torch.tensor(list(losses.values()), dtype=torch.float32)
    gamma, alpha_0, alpha_1 = numbers.T[..., None]
    generator = torch.Generator().manual_seed(seed)
    weights = _start(inputs.shape[1], len(losses), generator)
    optimizer = torch.optim.Adam(weights, lr=LEARNING_RATE, fused=True)
    kept = []
    for step in range(1, max(stops) + 1):
        rows = torch.randint(len(labels), (BATCH,), generator=generator)
        positive = labels[rows] == 1
        log_odds = _log_odds(weights, inputs[rows])
        log_odds = torch.where(positive, log_odds, -log_odds)
        log_p = F.logsigmoid(log_odds)  # and log (1 - p) is less by the log-odds
        values = -torch.exp(gamma * (log_p - log_odds)) * log_p
        optimizer.zero_grad()
        (torch.where(positive, alpha_1, alpha_0) * values).mean(dim=1).sum().backward()
        optimizer.step()
        if step in stops:
            kept.append(Networks(tuple(losses), tuple(w.detach().clone() for w in weights)))
    return kept


def compare(
    losses: Losses,
    prevalence: float,
    class_sep: float = 0.8,
    stops: Sequence[int] = (1000,),
    seeds: Sequence[int] = range(5),
    sizes: Sequence[int] = SIZES,
    progress: bool = False,
) -> Comparison:
    """Train with several losses on several problems, and judge them on test data.

    Parameters
    ----------
    losses, stops
        As for `train_side_by_side`; the first loss is what the others are compared with.
    prevalence, class_sep
        As for `make_fraud`.
    seeds
        One a problem: it makes the data, the starting weights and the batches.
    sizes
        How many payments to train on, to choose thresholds with, and to judge with.
    progress
        Whether to show a progress bar.

    Returns
    -------
    Comparison
        The scores on the test parts.
    """
    scores = []
    for seed in track(seeds, "Training") if progress else seeds:
        train, validation, test = split_fraud(seed, prevalence, class_sep, sizes)
        kept = train_side_by_side(*train, losses, stops, seed)
        scores.append([_scores(networks, validation, test) for networks in kept])
    return Comparison(tuple(losses), tuple(stops), prevalence, np.array(scores))


def _scores(networks: Networks, validation: Part, test: Part) -> list[tuple[float, ...]]:
    rows: list[tuple[float, ...]] = []
    y_val, y = validation[1].numpy(), test[1].numpy()
    found_val, found = networks.log_odds(validation[0]), networks.log_odds(test[0])
    for name, z in found.items():
        threshold, _ = best_f_threshold(y_val, found_val[name])
        half, tuned = ((z >= t).astype(np.int64) for t in (0, threshold))
        rows.append((average_precision(y, z), recall(y, half), f_score(y, half), f_score(y, tuned)))
    return rows


def _start(features: int, networks: int, generator: torch.Generator) -> list[torch.Tensor]:
    """Draw the weights that all networks start from, as `nn.Linear` does."""
    weights = []
    for rows, columns in ((features, HIDDEN), (HIDDEN, 1)):
        for shape in ((rows, columns), (1, columns)):
            drawn = (2 * torch.rand(shape, generator=generator) - 1) / rows**0.5
            weights.append(drawn.repeat(networks, 1, 1).requires_grad_())
    return weights


def _log_odds(weights: Sequence[torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
    hidden = (inputs @ weights[0] + weights[1]).relu()
    return (hidden @ weights[2] + weights[3])[..., 0]
