"""The judge of the gradient shares in lesson 01."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception


def expected_shares(
    weight: Any,
    bias: Any,
    inputs: Any,
    targets: Any,
    hidden: Any = None,
    num_classes: int | None = None,
    afterwards: bool = False,
) -> Any:
    """Work the gradients out on paper: d loss / d logits is p - y, and the rest is chain rule."""
    weight, bias, x = (np.asarray(a, dtype=np.float64) for a in (weight, bias, inputs))
    h = x if hidden is None else np.tanh(x @ np.asarray(hidden, dtype=np.float64).T)
    logits = h @ weight.T + bias
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    d_logits = p / p.sum(axis=1, keepdims=True) - np.eye(len(bias))[targets]
    norms = []
    for c in range(len(bias)):
        d = d_logits[targets == c]
        parts = [d.T @ h[targets == c], d.sum(axis=0)]
        if hidden is not None:
            d_hidden = (d @ weight) * (1 - h[targets == c] ** 2)
            parts.append(d_hidden.T @ x[targets == c])
        norms.append(np.sqrt(sum((part**2).sum() for part in parts)))
    shares = normalise(norms)
    return {"left in .grad": "nothing", "the shares": shares} if afterwards else shares


def gradients(model: Any, loss: Any) -> list[np.ndarray]:
    """Differentiate by each parameter of a model, from its first layer to its last."""
    import torch

    parts = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True)
    return [np.asarray(part, dtype=np.float64).ravel() for part in parts]


def losses(model: Any, inputs: Any, targets: Any) -> Any:
    """Compute the cross entropy of each sample."""
    import torch

    return torch.nn.functional.cross_entropy(model(inputs), targets, reduction="none")


def class_gradients(model: Any, inputs: Any, targets: Any) -> list[list[np.ndarray]]:
    """Differentiate the summed loss of each class the model knows, by each parameter."""
    per_sample = losses(model, inputs, targets)
    classes = range(model(inputs).shape[1])
    return [gradients(model, per_sample[targets == c].sum()) for c in classes]


def norm(parts: list[np.ndarray]) -> float:
    """Measure the length of a gradient over several parameters."""
    return float(np.linalg.norm(np.concatenate(parts)))


def normalise(values: Any) -> np.ndarray:
    """Divide by the sum."""
    values = np.array(values, dtype=np.float64)
    shares: np.ndarray = values / values.sum()
    return shares


def class_sizes(model: Any, inputs: Any, targets: Any) -> Any:
    """Count the samples of each class that the model knows."""
    return np.bincount(targets, minlength=model(inputs).shape[1])


def loss_shares(model: Any, inputs: Any, targets: Any, num_classes: int | None = None) -> Any:
    """Share out the loss instead of its gradient."""
    per_sample = losses(model, inputs, targets).detach().numpy()
    sizes = class_sizes(model, inputs, targets)
    return normalise(np.bincount(targets, weights=per_sample, minlength=len(sizes)))


def mean_gradients(model: Any, inputs: Any, targets: Any, num_classes: int | None = None) -> Any:
    """Average within each class, as the default reduction of a loss does."""
    norms = [norm(g) for g in class_gradients(model, inputs, targets)]
    return normalise(norms / np.maximum(class_sizes(model, inputs, targets), 1))


def sample_norms(model: Any, inputs: Any, targets: Any, num_classes: int | None = None) -> Any:
    """Add the lengths of the samples' gradients, so that nothing cancels."""
    lengths = [norm(gradients(model, loss)) for loss in losses(model, inputs, targets)]
    sizes = class_sizes(model, inputs, targets)
    return normalise(np.bincount(targets, weights=lengths, minlength=len(sizes)))


def own_weight_and_bias(
    model: Any, inputs: Any, targets: Any, num_classes: int | None = None
) -> Any:
    """Rely on the model being a single layer."""
    _ = model.weight, model.bias
    return normalise([norm(g) for g in class_gradients(model, inputs, targets)])


def running_sums(model: Any, inputs: Any, targets: Any, num_classes: int | None = None) -> Any:
    """Let the gradients of one class pile up on those of the classes before it."""
    stacked = [np.concatenate(g) for g in class_gradients(model, inputs, targets)]
    return normalise(np.linalg.norm(np.cumsum(stacked, axis=0), axis=1))


def stored_gradients(model: Any, inputs: Any, targets: Any, num_classes: int | None = None) -> Any:
    """Let PyTorch store the gradients in the model, and leave the last ones there."""
    losses(model, inputs, targets).sum().backward()
    return normalise([norm(g) for g in class_gradients(model, inputs, targets)])


def nan_where_empty(model: Any, inputs: Any, targets: Any, num_classes: int | None = None) -> Any:
    """Weight the mean gradient by the class size; the mean over no samples is NaN."""
    norms = [norm(g) for g in class_gradients(model, inputs, targets)]
    sizes = class_sizes(model, inputs, targets)
    return np.where(sizes > 0, norms, np.nan) / np.sum(norms)


def softmax_first(model: Any, inputs: Any, targets: Any, num_classes: int | None = None) -> Any:
    """Hand probabilities to a loss that wants logits."""
    import torch

    p = model(inputs).softmax(dim=1)
    per_sample = torch.nn.functional.cross_entropy(p, targets, reduction="none")
    return normalise(
        [norm(gradients(model, per_sample[targets == c].sum())) for c in range(p.shape[1])]
    )


def only_if_told(model: Any, inputs: Any, targets: Any, num_classes: int | None = None) -> Any:
    """Rely on `num_classes`."""
    _ = range(num_classes)  # type: ignore[arg-type]
    return normalise([norm(g) for g in class_gradients(model, inputs, targets)])


gradient_share = Judge(
    name="gradient_share",
    expected=expected_shares,
    misconceptions=[
        Misconception(
            "gives the shares of the samples, not of the gradient",
            "Class sizes are where the pull starts, but a sample that the model gets right hardly "
            "pulls any more. Let PyTorch differentiate each class's loss.",
            lambda model, inputs, targets, num_classes=None: normalise(
                class_sizes(model, inputs, targets)
            ),
        ),
        Misconception(
            "shares out the loss, not its gradient",
            "A large loss and a strong pull on the weights are two things. After the loss of a "
            "class there is one more step: its gradient.",
            loss_shares,
        ),
        Misconception(
            "takes the mean gradient of each class",
            "A mean forgets how many samples there are, and the number of samples is what makes "
            "a class dominate. Which `reduction` adds instead?",
            mean_gradients,
        ),
        Misconception(
            "adds up the lengths of the single samples' gradients",
            "Two samples that pull in opposite directions cancel out, but their lengths do not. "
            "Add the gradients of a class first, and measure the length of the sum.",
            sample_norms,
        ),
        Misconception(
            "takes squared lengths",
            "The length of a vector is the square root of its sum of squares. Has the root gone "
            "missing, before the shares are made?",
            lambda model, inputs, targets, num_classes=None: normalise(
                [norm(g) ** 2 for g in class_gradients(model, inputs, targets)]
            ),
        ),
        Misconception(
            "leaves the biases out",
            "A bias is a parameter as well: it alone can learn how common each class is. Let "
            "`model.parameters()` list them all.",
            lambda model, inputs, targets, num_classes=None: normalise(
                [
                    norm([g for g, p in zip(parts, model.parameters(), strict=True) if p.ndim > 1])
                    for parts in class_gradients(model, inputs, targets)
                ]
            ),
        ),
        Misconception(
            "looks at the last layer only",
            "A network with a hidden layer has parameters further down, and they are pulled as "
            "well. Let `model.parameters()` list them all.",
            lambda model, inputs, targets, num_classes=None: normalise(
                [norm(parts[-2:]) for parts in class_gradients(model, inputs, targets)]
            ),
        ),
        Misconception(
            "asks the model itself for its `weight` and `bias`",
            "A single layer has them, but a network keeps them in its layers. Let "
            "`model.parameters()` list them all, whatever the model is made of.",
            own_weight_and_bias,
        ),
        Misconception(
            "lets the gradients of earlier classes pile up",
            "`backward` adds to what `.grad` holds already. Clear it between two classes, or ask "
            "for a gradient that nobody stores.",
            running_sums,
        ),
        Misconception(
            "leaves gradients behind in the model's `.grad`",
            "The shares are right, but the next `backward` of whoever trains this model adds to "
            "what you left. `torch.autograd.grad` stores nothing; `backward` needs a clean-up.",
            stored_gradients,
        ),
        Misconception(
            "leaves out classes that have no samples",
            "The answer has one entry for each output of the model, so that entry c belongs to "
            "class c. What is the share of a class that is not in the batch?",
            lambda model, inputs, targets, num_classes=None: normalise(
                [norm(g) for g in class_gradients(model, inputs, targets) if np.any(norm(g))]
            ),
        ),
        Misconception(
            "gives NaN for a class that has no samples",
            "The mean over no samples is 0/0. A sum over no samples is 0, and so is the pull of "
            "a class that is not there.",
            nan_where_empty,
        ),
        Misconception(
            "gives the lengths without dividing by their sum",
            "The lengths are right. Shares add up to 1: what is left to do?",
            lambda model, inputs, targets, num_classes=None: [
                norm(g) for g in class_gradients(model, inputs, targets)
            ],
        ),
        Misconception(
            "divides by the length of the whole gradient",
            "The classes pull against each other, so the whole gradient may be far shorter than "
            "its parts. Shares of what would add up to 1?",
            lambda model, inputs, targets, num_classes=None: [
                norm(g) / norm(gradients(model, losses(model, inputs, targets).sum()))
                for g in class_gradients(model, inputs, targets)
            ],
        ),
        Misconception(
            "adds up the lengths of the single parameters' gradients",
            "All parameters together are one long vector, and its length is the root of the sum of "
            "*all* squares. Take the root once, at the end.",
            lambda model, inputs, targets, num_classes=None: normalise(
                [sum(norm([part]) for part in g) for g in class_gradients(model, inputs, targets)]
            ),
        ),
        Misconception(
            "adds up absolute values, not squares",
            "The length of a vector is the root of its sum of squares. Without squares and root "
            "you walk along the axes.",
            lambda model, inputs, targets, num_classes=None: normalise(
                [np.abs(np.concatenate(g)).sum() for g in class_gradients(model, inputs, targets)]
            ),
        ),
        Misconception(
            "applies softmax before the cross entropy",
            "`F.cross_entropy` takes logits and applies softmax itself. Hand over what the model "
            "gives, as it is.",
            softmax_first,
        ),
        Misconception(
            "works only when `num_classes` is given",
            "`num_classes` is None unless the caller says more. How many outputs has the model?",
            only_if_told,
        ),
        Misconception(
            "gives percentages",
            "Shares lie between 0 and 1 and add up to 1. Leave the percent sign to whoever prints "
            "them.",
            lambda model, inputs, targets, num_classes=None: (
                100 * normalise([norm(g) for g in class_gradients(model, inputs, targets)])
            ),
        ),
    ],
    praise=(
        "At the start the pull follows the class sizes; at the optimum two classes pull equally "
        "hard, in opposite directions. What the majority dominates is the way there."
    ),
    # The answers come from float32 gradients, some of which nearly cancel.
    rtol=1e-3,
    atol=1e-5,
)
