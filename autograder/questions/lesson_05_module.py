"""The question of lesson 05 about the focal loss as a PyTorch module."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.engine.question import Case, Question
from autograder.questions.lesson_05_focal_loss import FIVE, batch, draw_alpha, ignore


def ask_about_the_module(
    loss_class: Any, ask: str, logits: Any, targets: Any, **options: Any
) -> Any:
    """Make a module, and ask it for a loss, or for what PyTorch knows about it.

    What the class gives back is the answer if it is no module. A module that is `moved` goes to
    the meta device, which every computer has.
    """
    from torch import nn

    def make(**options: Any) -> Any:
        made = loss_class(**options)
        return made if issubclass(type(made), nn.Module) else None

    if ask == "refused":
        right = loss_class(**{**options, "reduction": "mean"})
        if not issubclass(type(right), nn.Module):
            return right
        needs_forward(right)
        right(logits, targets)
        try:
            make(**options)(logits, targets)
        except ValueError:
            return "ValueError"
        except Exception as error:
            return type(error).__name__
        return "no error"
    module = loss_class(**options)
    if not issubclass(type(module), nn.Module):
        return module
    needs_forward(module)
    if ask == "loss":
        return module(logits, targets)
    size = len(options["alpha"])
    return saved(module, size) if ask == "saved" else moved(module, size)


def needs_forward(module: Any) -> None:
    """Refuse a module without `forward`: PyTorch raises what stands for an unsolved exercise."""
    from torch import nn

    if type(module).forward is nn.Module.forward:
        raise TypeError("the class has no method of the name `forward`")


def saved(module: Any, size: int) -> str:
    """Write what of a size is saved with a module, and what an optimizer would change."""
    state = [values for values in module.state_dict().values() if values.numel() == size]
    trained = [values for values in module.parameters() if values.numel() == size]
    return f"saved: {numbers(state)}; trained: {numbers(trained)}"


def numbers(tensors: list[Any]) -> str:
    """Write tensors as lists, to four digits."""
    lists = [[round(float(x), 4) for x in values.flatten()] for values in tensors]
    return ", ".join(map(str, lists)) or "nothing"


def moved(module: Any, size: int) -> str:
    """Move a module, and write where its tensors of a size are then."""
    import torch

    module.to("meta")
    tensors = [*module.buffers(), *module.parameters(), *vars(module).values()]
    places = {
        values.device.type
        for values in tensors
        if isinstance(values, torch.Tensor) and values.numel() == size
    }
    return ", ".join(sorted(places)) or "no tensor"


def module_case(
    label: str, ask: str, arrays: dict[str, Any] | None = None, shown: str = "", **options: Any
) -> Case:
    """Make a case of a batch (as tensors), of the module's arguments, and of what to ask."""
    arrays = arrays or {"logits": [[1.0, 0.0], [0.0, 2.0]], "targets": [0, 1]}
    inputs = {
        "ask": ask,
        "logits": np.asarray(arrays["logits"], dtype=np.float32),
        "targets": np.asarray(arrays["targets"], dtype=np.int64),
    }
    arguments = ", ".join(f"{name}={value!r}" for name, value in options.items())
    shown = f"FocalLoss({arguments}){shown}"
    return Case(label, inputs, options, ("logits", "targets"), shown=shown)


def draw_modules(rng: np.random.Generator) -> list[Case]:
    """Draw losses with each argument in use, and two more looks at what a module keeps."""
    gamma = round(float(rng.uniform(0.5, 4)), 2)
    typo = str(rng.choice(["avg", "Mean", "average", "no", "total"]))
    few = ignore(rng, batch(rng, 6, 3))
    return [
        module_case("one by one", "loss", batch(rng, 5, 3), gamma=gamma, reduction="none"),
        module_case(
            "the mean with alpha", "loss", batch(rng, 7, 2), alpha=draw_alpha(rng, 2), gamma=gamma
        ),
        module_case(
            "the sum, some to be ignored",
            "loss",
            few,
            alpha=draw_alpha(rng, 3),
            reduction="sum",
        ),
        module_case(
            "the mean, some to be ignored",
            "loss",
            ignore(rng, batch(rng, 8, 4), index=-1),
            gamma=0,
            ignore_index=-1,
        ),
        module_case("what is saved", "saved", alpha=draw_alpha(rng, 3), gamma=gamma),
        module_case("another unknown reduction", "refused", reduction=typo),
    ]


FocalLoss = Question(
    name="FocalLoss",
    points=2,
    public=[
        module_case(
            "nothing but defaults",
            "loss",
            {"logits": FIVE, "targets": [0, 2, 1, 2, 1]},
            "(logits, targets): 5 samples of 3 classes",
        ),
        module_case(
            "all arguments",
            "loss",
            {"logits": FIVE, "targets": [1, -1, 2, 0, 2]},
            "(logits, [1, -1, 2, 0, 2])",
            alpha=[1, 2, 0.5],
            gamma=1,
            reduction="sum",
            ignore_index=-1,
        ),
        module_case(
            "what is saved", "saved", None, ": what is saved, and trained?", alpha=[0.75, 0.25]
        ),
        module_case(
            "a move", "moved", None, '.to("meta"): where is alpha then?', alpha=[0.75, 0.25]
        ),
        module_case("an unknown reduction", "refused", None, ": which error?", reduction="avg"),
    ],
    draw=draw_modules,
    call=ask_about_the_module,
)
