"""The judge of the focal loss as a PyTorch module, in lesson 05."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception
from autograder.judges.lesson_05_focal_loss import expected_loss, loss_with
from autograder.judges.lesson_05_focal_values import log_softmax

REDUCTIONS = ("mean", "sum", "none")


def expected_answer(ask: str, logits: Any, targets: Any, **options: Any) -> Any:
    """Compute a loss, or say what PyTorch must know about the module."""
    if ask == "loss":
        return expected_loss(logits, targets, **options)
    if ask == "saved":
        return f"saved: {[round(float(a), 4) for a in options['alpha']]}; trained: nothing"
    return {"moved": "meta", "refused": "ValueError"}[ask]


def as_buffer(module: Any, alpha: Any) -> None:
    """Keep alpha as it should be kept."""
    module.register_buffer("alpha", as_tensor(alpha))


def as_tensor(alpha: Any) -> Any:
    """Make a tensor, if there is anything to make it from."""
    import torch

    return None if alpha is None else torch.as_tensor(alpha, dtype=torch.float32)


def as_attribute(module: Any, alpha: Any) -> None:
    """Keep a plain tensor, of which PyTorch knows nothing."""
    module.alpha = as_tensor(alpha)


def as_it_came(module: Any, alpha: Any) -> None:
    """Keep the list."""
    module.alpha = alpha


def as_parameter(module: Any, alpha: Any) -> None:
    """Keep something to be trained."""
    import torch

    module.alpha = None if alpha is None else torch.nn.Parameter(as_tensor(alpha))


def as_unsaved_buffer(module: Any, alpha: Any) -> None:
    """Keep a buffer that moves, but is not saved."""
    module.register_buffer("alpha", as_tensor(alpha), persistent=False)


def as_tensor_of_none(module: Any, alpha: Any) -> None:
    """Make a tensor also where there is nothing to make it from."""
    import torch

    module.register_buffer("alpha", torch.tensor(alpha, dtype=torch.float32))


def module_with(
    keep: Callable[[Any, Any], None] = as_buffer,
    loss: Callable[..., Any] = expected_loss,
    refusal: type[Exception] | None = ValueError,
    ready: bool = True,
) -> Callable[..., Any]:
    """Make a class (a function that makes a module will do) from its parts."""

    def make(
        alpha: Any = None, gamma: float = 2.0, reduction: str = "mean", ignore_index: int = -100
    ) -> Any:
        import torch

        class Loss(torch.nn.Module):  # type: ignore[misc]  # PyTorch's types are not read
            def __init__(self) -> None:
                if ready:
                    super().__init__()
                keep(self, alpha)

            def forward(self, logits: Any, targets: Any) -> Any:
                kept = self.alpha
                if isinstance(kept, list):
                    _ = kept[targets]
                kept = kept.detach().numpy() if isinstance(kept, torch.Tensor) else kept
                options = {"reduction": reduction, "ignore_index": ignore_index}
                return loss(logits.detach(), targets, alpha=kept, gamma=gamma, **options)

        if refusal and reduction not in REDUCTIONS:
            raise refusal(reduction)
        return Loss()

    return make


def softmax_first(logits: Any, targets: Any, **options: Any) -> Any:
    """Hand probabilities on where logits are expected."""
    return expected_loss(np.exp(log_softmax(logits)), targets, **options)


def without_ignore_index(logits: Any, targets: Any, **options: Any) -> Any:
    """Know of -100 alone, and refuse any other number that is no class."""
    del options["ignore_index"]
    if any(int(target) < 0 and int(target) != -100 for target in targets):
        raise ValueError("targets: expected class numbers")
    return expected_loss(logits, targets, **options)


FocalLoss = Judge(
    name="FocalLoss",
    remarks=False,
    expected=expected_answer,
    misconceptions=[
        Misconception(
            "keeps `alpha` as an ordinary attribute",
            "PyTorch moves and saves what it knows to belong to the module: submodules, parameters "
            "and buffers. A tensor in an attribute is none of them. Look at `register_buffer`.",
            module_with(as_attribute),
        ),
        Misconception(
            "keeps `alpha` as the list that it came as",
            "PyTorch neither moves nor saves a list, nor can a tensor of targets index it. Make it "
            "a float tensor once, and register that as a buffer.",
            module_with(as_it_came),
        ),
        Misconception(
            "makes `alpha` a parameter",
            "A parameter is what the optimizer may change, and it would: an alpha of 0 makes any "
            "loss small. What is kept but not learned is a buffer.",
            module_with(as_parameter),
        ),
        Misconception(
            "leaves `alpha` out of what is saved",
            "It moves along, but a checkpoint would come back without its weights. Look at the "
            "argument `persistent` of `register_buffer`.",
            module_with(as_unsaved_buffer),
        ),
        Misconception(
            "fails where `alpha` is None",
            "No weights at all is the commonest case. Nothing can be made a tensor of None, but "
            "`register_buffer` takes None as it is.",
            module_with(as_tensor_of_none),
        ),
        Misconception(
            "skips `super().__init__()`",
            "A module has tables of its parameters and buffers, and the first line of its "
            "`__init__` has to let PyTorch set them up.",
            module_with(ready=False),
        ),
        Misconception(
            "accepts any `reduction`",
            "With a typo in it, the loss would go on with another reduction, and nobody would be "
            "told. Compare it with the list of those that exist; `as_choice` does so.",
            module_with(refusal=None),
        ),
        Misconception(
            "refuses a wrong `reduction` by `assert`",
            "An `assert` is a note to yourself: Python leaves it out when run with `-O`, and then "
            "any typo passes. Tell the caller with `raise ValueError(...)`, or with `as_choice`.",
            module_with(refusal=AssertionError),
        ),
        Misconception(
            "refuses a wrong `reduction` with a KeyError",
            "A key that is missing is your dictionary's affair. To the caller, the value of an "
            "argument is wrong, and Python's name for that is ValueError. `as_choice` raises it.",
            module_with(refusal=KeyError),
        ),
        Misconception(
            "computes without `alpha`",
            "It is kept, but the loss does not get it. Look at what `forward` hands on.",
            module_with(loss=loss_with(forget=("alpha",))),
        ),
        Misconception(
            "computes with gamma = 2 whatever `gamma` is",
            "What `__init__` was given has to reach `forward`. Keep it in `self`, and hand it on.",
            module_with(loss=loss_with(forget=("gamma",))),
        ),
        Misconception(
            "computes the mean whatever `reduction` is",
            "It is checked, but not used. Keep it in `self`, and hand it on in `forward`.",
            module_with(loss=loss_with(reduction="mean")),
        ),
        Misconception(
            "computes without `ignore_index`",
            "It is -100 only when nothing is said. Keep what `__init__` was given, and hand it on "
            "in `forward`.",
            module_with(loss=without_ignore_index),
        ),
        Misconception(
            "applies softmax to the logits first",
            "`focal_loss` takes logits and finds the probabilities itself. Hand on what came.",
            module_with(loss=softmax_first),
        ),
        Misconception(
            "gives nothing back from `forward`",
            "The loss is computed, and then forgotten. The last line of `forward` has to hand it "
            "to whoever called.",
            module_with(loss=lambda logits, targets, **options: None),
        ),
    ],
    praise=(
        "A module that moves, is saved, and says no to a typo: the small things that keep a long "
        "training from going wrong unseen."
    ),
    rtol=1e-4,
    atol=1e-7,
)
