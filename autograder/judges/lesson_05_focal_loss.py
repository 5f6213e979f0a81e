"""The judge of the focal loss of a batch, and that of the quick check, in lesson 05."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.lesson_05_focal_values import expected_values

IGNORE = -100

Loss = Callable[..., Any]
Weigh = Callable[[np.ndarray, np.ndarray, np.ndarray, float], Any]
Reduce = Callable[[np.ndarray, np.ndarray, np.ndarray], Any]


def by_target(alpha: np.ndarray, targets: np.ndarray, logits: np.ndarray, gamma: float) -> Any:
    """Look up each sample's weight."""
    return alpha[targets]


def by_count(losses: np.ndarray, weights: np.ndarray, counted: np.ndarray) -> float:
    """Average over the samples that are not ignored."""
    return float(losses.sum() / counted.sum())


def loss_with(
    weigh: Weigh = by_target, mean: Reduce = by_count, forget: tuple[str, ...] = (), **fixed: Any
) -> Loss:
    """Make a loss from its parts, some arguments forgotten or fixed.

    An unknown reduction gives the losses as they are.
    """

    def loss(
        logits: Any, targets: Any, alpha: Any = None, gamma: float = 2.0, **options: Any
    ) -> Any:
        given = {"alpha": alpha, "gamma": gamma, **options, **fixed}
        given = {name: value for name, value in given.items() if name not in forget}
        z, t = np.asarray(logits, dtype=np.float64), np.asarray(targets)
        counted = t != given.get("ignore_index", IGNORE)
        t = np.where(counted, t, 0)
        alpha = 1 if given.get("alpha") is None else given["alpha"]
        alpha = np.broadcast_to(np.asarray(alpha, dtype=np.float64), z.shape[1:])
        gamma = given.get("gamma", 2.0)
        weights = np.where(counted, weigh(alpha, t, z, gamma), 0)
        losses = weights * expected_values(z, t, gamma)
        reduction = given.get("reduction", "mean")
        if reduction == "sum":
            return float(losses.sum())
        return mean(losses, weights, counted) if reduction == "mean" else losses

    return loss


expected_loss = loss_with()


def not_indexed(
    logits: Any, targets: Any, alpha: Any = None, ignore_index: int = IGNORE, **options: Any
) -> Any:
    """Multiply C weights with N losses, which PyTorch does if N is C, and else refuses."""
    import torch

    reduction = options.pop("reduction", "mean")
    losses = expected_loss(logits, targets, reduction="none", ignore_index=ignore_index, **options)
    weights = torch.as_tensor(1 if alpha is None else alpha, dtype=torch.float64)
    losses = np.asarray(weights * torch.as_tensor(losses))
    if reduction == "none":
        return losses
    counted = np.sum(np.asarray(targets) != ignore_index)
    return losses.sum() / (counted if reduction == "mean" else 1)


def with_alpha_as_it_came(use: Callable[[Any, Any, Any], Any]) -> Loss:
    """Make a loss that hands alpha on as it is, with the targets and a tensor of the losses."""

    def loss(
        logits: Any, targets: Any, alpha: Any = None, ignore_index: int = IGNORE, **options: Any
    ) -> Any:
        import torch

        reduction = options.pop("reduction", "mean")
        losses = expected_loss(
            logits, targets, reduction="none", ignore_index=ignore_index, **options
        )
        counted = torch.as_tensor(targets) != ignore_index
        if alpha is not None:
            classes = torch.where(counted, torch.as_tensor(targets), 0)
            losses = np.asarray(use(alpha, classes, torch.as_tensor(losses)))
        if reduction == "none":
            return losses
        return losses.sum() / (int(counted.sum()) if reduction == "mean" else 1)

    return loss


def indexes_with_ignored(
    logits: Any, targets: Any, alpha: Any = None, ignore_index: int = IGNORE, **options: Any
) -> Any:
    """Look -100 up among the weights; without weights, count it in the mean."""
    if alpha is not None and np.ndim(alpha):
        np.asarray(alpha)[np.asarray(targets)]
    mean: Reduce = lambda losses, weights, counted: losses.mean()  # noqa: E731
    return loss_with(mean=mean)(logits, targets, alpha=alpha, ignore_index=ignore_index, **options)


def number_for_class_1(logits: Any, targets: Any, alpha: Any = None, **options: Any) -> Any:
    """Read one number as RetinaNet does: the weight of class 1, beside 1 - alpha."""
    if alpha is not None and np.ndim(alpha) == 0:
        others = np.shape(logits)[1] - 1
        alpha = [*[1 - alpha] * others, alpha]
    return expected_loss(logits, targets, alpha=alpha, **options)


def leaves_out(
    logits: Any, targets: Any, alpha: Any = None, ignore_index: int = IGNORE, **options: Any
) -> Any:
    """Drop the samples to be ignored before anything is computed."""
    kept = np.asarray(targets) != ignore_index
    return expected_loss(
        np.asarray(logits)[kept], np.asarray(targets)[kept], alpha=alpha, **options
    )


def always_minus_100(logits: Any, targets: Any, ignore_index: int = IGNORE, **options: Any) -> Any:
    """Refuse any other mark as a class number that does not exist."""
    if ignore_index != IGNORE and ignore_index in np.asarray(targets):
        raise ValueError("targets: expected class numbers")
    return expected_loss(logits, targets, ignore_index=ignore_index, **options)


def logit_for_log_odds(
    logits: Any, targets: Any, alpha: Any = None, gamma: float = 2.0, **options: Any
) -> Any:
    """Weigh two classes: the logit of the true one against 0."""
    t = np.where(np.asarray(targets) < 0, 0, targets)
    z = np.asarray(logits, dtype=np.float64)[np.arange(len(t)), t]
    two = np.stack([np.zeros_like(z), z], axis=1)
    alpha = np.broadcast_to(1 if alpha is None else alpha, np.shape(logits)[1:])
    weights = np.where(np.asarray(targets) < 0, 0, np.asarray(alpha)[t])
    losses = weights * expected_values(two, np.ones(len(t), dtype=int), gamma)
    reduction = options.get("reduction", "mean")
    counted = np.sum(np.asarray(targets) >= 0)
    return losses if reduction == "none" else losses.sum() / (counted if reduction == "mean" else 1)


def not_silenced(
    logits: Any, targets: Any, ignore_index: int = IGNORE, reduction: str = "mean", **options: Any
) -> Any:
    """Count ignored samples as if they were of class 0."""
    counted = np.asarray(targets) != ignore_index
    losses = expected_loss(logits, np.where(counted, targets, 0), reduction="none", **options)
    if reduction == "none":
        return losses
    return losses.sum() / (counted.sum() if reduction == "mean" else 1)


def only_ignored(
    logits: Any, targets: Any, ignore_index: int = IGNORE, reduction: str = "mean", **options: Any
) -> Any:
    """Turn the mask round."""
    counted = np.asarray(targets) != ignore_index
    losses = expected_loss(logits, np.where(counted, targets, 0), reduction="none", **options)
    losses = np.where(counted, 0, losses)
    if reduction == "none":
        return losses
    return losses.sum() / (counted.sum() if reduction == "mean" else 1)


focal_loss = Judge(
    name="focal_loss",
    remarks=False,
    expected=expected_loss,
    misconceptions=[
        Misconception(
            "multiplies by `alpha` as it stands, not by each sample's entry of it",
            "`alpha` has C numbers, one a class; the losses are N, one a sample. What has to be "
            "looked up, and by which index, so that there are N weights too?",
            not_indexed,
        ),
        Misconception(
            "indexes `alpha` in whatever form it comes",
            "`alpha` may be a list, which takes one whole number as an index, or a single number, "
            "which takes none. `as_class_tensor` makes a tensor with C entries of either.",
            with_alpha_as_it_came(lambda alpha, classes, losses: alpha[classes] * losses),
        ),
        Misconception(
            "multiplies by `alpha` in whatever form it comes",
            "`alpha` may be a list, and has one entry a *class*; the losses are a tensor, with one "
            "a *sample*. Make a tensor of it, and look up the entry of each sample's class.",
            with_alpha_as_it_came(lambda alpha, classes, losses: alpha * losses),
        ),
        Misconception(
            "reads `alpha` from its end",
            "Entry c is the weight of class c, counted from 0. Look at the order in which you "
            "take the weights.",
            loss_with(lambda alpha, t, z, gamma: alpha[::-1][t]),
        ),
        Misconception(
            "weighs by 1 - alpha",
            "In detection one number alpha goes to the objects and 1 - alpha to the rest. Here "
            "each class has its own number in the list, ready to use.",
            loss_with(lambda alpha, t, z, gamma: 1 - alpha[t]),
        ),
        Misconception(
            "divides by `alpha`",
            "A larger alpha is to make a class count more. With counts one divides, but alpha is "
            "a weight already.",
            loss_with(lambda alpha, t, z, gamma: 1 / alpha[t]),
        ),
        Misconception(
            "takes the weight of the predicted class",
            "A fraud that the model takes for legitimate is still a fraud, and must have the "
            "weight of one. Which index says what a sample truly is?",
            loss_with(lambda alpha, t, z, gamma: alpha[z.argmax(axis=1)]),
        ),
        Misconception(
            "raises `alpha` to the power as well",
            "Only 1 - p is raised to gamma. alpha stands before it, as a plain factor; check "
            "your brackets.",
            loss_with(lambda alpha, t, z, gamma: alpha[t] ** gamma),
        ),
        Misconception(
            "rescales `alpha` to a sum of 1",
            "Whoever chose alpha meant it as it is: twice as large is to mean twice the loss. "
            "Leave it alone.",
            loss_with(lambda alpha, t, z, gamma: alpha[t] / alpha.sum()),
        ),
        Misconception(
            "leaves `alpha` out",
            "All classes count alike in what you gave back. Where does alpha come into the "
            "formula?",
            loss_with(forget=("alpha",)),
        ),
        Misconception(
            "divides the mean by the sum of the weights",
            "That is what `nn.CrossEntropyLoss(weight=...)` does, and other focal losses too. "
            "The text above asks for the number of samples: what should stand below the sum?",
            loss_with(mean=lambda losses, weights, counted: losses.sum() / weights.sum()),
        ),
        Misconception(
            "divides the mean by the number of samples times classes",
            "That happens when a mean is taken over an N x C table in which each row has one entry "
            "that counts. One loss a sample: divide by the samples.",
            lambda logits, targets, **options: loss_with(
                mean=lambda losses, weights, counted: (
                    losses.sum() / counted.sum() / np.shape(logits)[1]
                )
            )(logits, targets, **options),
        ),
        Misconception(
            "counts ignored samples in the mean",
            "A sample to be ignored must not make the mean smaller either. By how many samples "
            "do you divide?",
            loss_with(mean=lambda losses, weights, counted: losses.mean()),
        ),
        Misconception(
            "looks up a class number that is to be ignored",
            "A target of -100 is no class, so it has no logit and no weight. Put a class that "
            "exists in its place, go on, and set those losses to 0 at the end: `as_batch` helps "
            "with the first.",
            indexes_with_ignored,
        ),
        Misconception(
            "gives the sum where the mean is asked for",
            'A sum grows with the batch, and so would the steps of training. What does "mean" '
            "divide by?",
            loss_with(mean=lambda losses, weights, counted: losses.sum()),
        ),
        Misconception(
            "gives the mean whatever `reduction` is",
            'There are three reductions: "mean", "sum" and "none". The helper '
            "`reduce_losses` tells them apart.",
            loss_with(reduction="mean"),
        ),
        Misconception(
            "gives one loss a sample whatever `reduction` is",
            'That is right for "none" only. Training needs one number: "mean", which is what '
            'happens when nothing is said, or "sum".',
            loss_with(reduction="none"),
        ),
        Misconception(
            "works with gamma = 2 whatever `gamma` is",
            "2 is only what `gamma` is when nobody says otherwise. Hand the argument on to the "
            "function that you wrote before.",
            loss_with(forget=("gamma",)),
        ),
        Misconception(
            "is a weighted cross entropy, without `gamma`",
            "The weights are there, the focus is not. Your function of the log-odds knows about "
            "gamma: let it do this part.",
            loss_with(gamma=0),
        ),
        Misconception(
            "takes one number for the weight of class 1",
            "So does RetinaNet. In this function one number counts for all classes alike, and "
            "does not tell them apart: see what the docstring says of alpha.",
            number_for_class_1,
        ),
        Misconception(
            "leaves ignored samples out of the row of losses",
            'With "none", whoever calls expects N losses for N samples. The ignored ones stay in '
            "their place, with a loss of 0.",
            leaves_out,
        ),
        Misconception(
            "knows no other `ignore_index` than -100",
            "It is -100 only when nobody says otherwise. Hand the argument on to `as_batch`.",
            always_minus_100,
        ),
        Misconception(
            "lets ignored samples count as class 0",
            "`as_batch` puts class 0 in their place, so that there is something to look up. What "
            "comes out for them is to be set to 0: `masked_fill`.",
            not_silenced,
        ),
        Misconception(
            "keeps the ignored samples and silences the others",
            "The mask is True where a sample is to be ignored. Which of the two does your code set "
            "to 0?",
            only_ignored,
        ),
        Misconception(
            "takes the logit of the true class for its log-odds",
            "A logit says little alone: log-odds compare it with all the others. "
            "`true_class_log_odds` does that.",
            logit_for_log_odds,
        ),
    ],
    praise=(
        "alpha says which class counts, gamma which samples. Mind that this mean divides by the "
        "number of samples, and that of PyTorch's weighted cross entropy by their weights."
    ),
    rtol=1e-4,
    atol=1e-7,
)

quick_check_focal = Judge(
    name="quick_check_focal",
    expected=lambda: "C",
    misconceptions=[
        Misconception(
            "picks A: the outputs of a softmax are probabilities",
            "They add up to 1, and that is all a softmax promises. It is the loss that makes them "
            "match the shares, and the table above shows what this one makes of a true 0.10.",
            "A",
        ),
        Misconception(
            "picks B: the outputs belong to the other class",
            "1 - p is only the weight in the loss. The output for fraud still rises with the share "
            "of fraud: read the table above from left to right.",
            "B",
        ),
        Misconception(
            "picks D: the outputs for the rare class are too low",
            "Easy samples count less, and most easy samples are legitimate. Does that pull the "
            "outputs for fraud down, or let them rise? The table above tells.",
            "D",
        ),
        Misconception(
            "picks E: the factor of the loss is to be applied to the output",
            "The factor weighs samples while training; it is not multiplied onto an output "
            "afterwards. The table above shows which true share ends at about 0.31.",
            "E",
        ),
        Misconception(
            "picks F: the probabilities cannot be recovered",
            "To each true share belongs one output, and a larger one to a larger share. Such a "
            "table can be read backwards, and there is a formula for it.",
            "F",
        ),
    ],
    praise=(
        "For two classes and gamma = 2, 0.31 stands for 0.10. And a threshold of 0.5 stays one of "
        "0.5, as the order and the middle are kept."
    ),
)
