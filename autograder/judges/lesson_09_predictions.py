"""The judge of lesson 09 on predicting with a network, and leaving it as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception


def expected_predictions(
    weight: Any, mean: Any, inputs: Any, batch_size: int, training: bool
) -> Any:
    """Multiply, subtract the running means, and take the largest: dropout is not there."""
    logits = np.asarray(inputs) @ np.asarray(weight).T - np.asarray(mean)
    return logits.argmax(axis=1)


def treatment(
    answer: Any, weight: Any, mean: Any, inputs: Any, batch_size: int, training: bool
) -> dict[str, Any]:
    """Read what was given, and how the network was treated: bare classes mean that it was well."""
    if not isinstance(answer, Mapping):
        classes = np.asarray(answer, dtype=float)
        if classes.shape != (len(inputs),) or np.isnan(classes).any():
            raise ValueError("answer: expected a class for each input")
        well = {"largest_batch": 0, "recorded": False, "mean_moved": False}
        well |= {"one_mode": True, "records_again": True}
        answer = {"predicted": classes, "training_afterwards": training, **well}
    return {
        "the predicted classes": answer["predicted"],
        "whether a batch was larger than `batch_size`": answer["largest_batch"] > batch_size,
        "whether gradients were recorded": bool(answer["recorded"]),
        "whether the network is in training mode afterwards": bool(answer["training_afterwards"]),
        "whether all its modules are in the same mode": bool(answer["one_mode"]),
        "whether its running mean has moved": bool(answer["mean_moved"]),
        "whether gradients are recorded again afterwards": bool(answer["records_again"]),
    }


Predicted = Callable[[Sequence[Any]], Any]


def labels_of(outputs: Sequence[Any]) -> Any:
    """Give the class with the largest logit."""
    import torch

    return torch.cat(list(outputs)).argmax(dim=1)


def predicting(
    give: Predicted = labels_of,
    evaluate: bool = True,
    record: bool = False,
    afterwards: bool | None = None,
    cut: Callable[[Any, int], Any] = lambda inputs, size: inputs.split(size),
) -> Any:
    """Make a function that predicts, with one thing or another done wrong."""

    def function(model: Any, inputs: Any, batch_size: int = 256) -> Any:
        import torch

        mode = model.training
        if evaluate:
            model.eval()
        with torch.set_grad_enabled(record):
            outputs = [model(batch) for batch in cut(inputs, batch_size)]
        model.train(mode if afterwards is None else afterwards)
        return give([output.detach() for output in outputs])

    return function


def whole_batches(inputs: Any, size: int) -> Any:
    """Leave out what does not fill a batch."""
    return [batch for batch in inputs.split(size) if len(batch) == size] or [inputs[:0]]


def shuffled(inputs: Any, size: int) -> Any:
    """Take the inputs in another order."""
    rows = np.random.default_rng(1).permutation(len(inputs))
    return inputs[rows.tolist()].split(size)


def largest_logits(outputs: Sequence[Any]) -> Any:
    """Give the largest value, and not where it stands."""
    import torch

    return torch.cat(list(outputs)).max(dim=1).values


def all_logits(outputs: Sequence[Any]) -> Any:
    """Give the outputs of the network."""
    import torch

    return torch.cat(list(outputs))


def along_the_batch(outputs: Sequence[Any]) -> Any:
    """Look for the largest of each column."""
    import torch

    return torch.cat([output.argmax(dim=0) for output in outputs])


def last_batch(outputs: Sequence[Any]) -> Any:
    """Give the labels of the last batch only."""
    return outputs[-1].argmax(dim=1)


def one_place_each(outputs: Sequence[Any]) -> Any:
    """Look for the largest of a whole batch."""
    import torch

    return torch.stack([output.argmax() for output in outputs])


def lists_of_batches(outputs: Sequence[Any]) -> list[Any]:
    """Give a list for each batch, and do not join them."""
    return [output.argmax(dim=1).tolist() for output in outputs]


def outer_mode_only(model: Any, inputs: Any, batch_size: int = 256) -> Any:
    """Set the attribute of the outer module, and leave those within in evaluation mode."""
    mode = model.training
    predicted = predicting(afterwards=False)(model, inputs, batch_size)
    model.training = mode
    return predicted


def never_recording_again(model: Any, inputs: Any, batch_size: int = 256) -> Any:
    """Switch recording off for everything that comes after as well."""
    import torch

    torch.set_grad_enabled(False)
    mode = model.training
    model.eval()
    outputs = [model(batch) for batch in inputs.split(batch_size)]
    model.train(mode)
    return labels_of(outputs)


predict_in_batches = Judge(
    name="predict_in_batches",
    expected=expected_predictions,
    reading=treatment,
    remarks=False,
    misconceptions=[
        Misconception(
            "leaves the network in training mode",
            "Dropout still switches units off, and batch normalisation takes the mean of the "
            "batch, and learns it. Which method of a module ends that?",
            predicting(evaluate=False),
        ),
        Misconception(
            "asks for one input at a time, in training mode",
            "In training mode batch normalisation takes the mean of the batch, and one input has "
            "no spread: hence the error. Which method of a module ends training mode?",
            predicting(evaluate=False, cut=lambda inputs, size: inputs.split(1)),
        ),
        Misconception(
            "records for gradients",
            "The classes are right, but PyTorch keeps all that it would need for a backward pass. "
            "`detach()` afterwards comes too late: within which block is nothing recorded?",
            predicting(record=True),
        ),
        Misconception(
            "forgets to bring the network back into the mode in which it came",
            "Whoever trains on after your call does so without dropout, and nobody notices. "
            "Remember `model.training` before you change it.",
            predicting(afterwards=False),
        ),
        Misconception(
            "switches to training mode at the end, whatever it was before",
            "A network that came in evaluation mode should go in it. Remember `model.training` "
            "before you change it.",
            predicting(afterwards=True),
        ),
        Misconception(
            "sets `training` of the outer module only",
            "An assignment does not reach the modules within: dropout and batch normalisation stay "
            "in evaluation mode. Which method tells all of them?",
            outer_mode_only,
        ),
        Misconception(
            "switches the recording of gradients off, and not on again",
            "The classes are right, but nothing can be trained after your call. Within a `with` "
            "block the recording comes back by itself at the end.",
            never_recording_again,
        ),
        Misconception(
            "cuts the inputs into `batch_size` batches",
            "`chunk(n)` makes n batches, however large. Batches of at most n inputs are wanted: "
            "which method cuts by size?",
            predicting(cut=lambda inputs, size: inputs.chunk(size)),
        ),
        Misconception(
            "hands over all inputs at once",
            "The classes are right, but ten thousand images may not fit into the memory. Give the "
            "network at most `batch_size` of them at a time.",
            predicting(cut=lambda inputs, size: [inputs]),
        ),
        Misconception(
            "hands over one input more than allowed",
            "A batch may have at most `batch_size` inputs. A slice from `i` to `i + n` has n.",
            predicting(cut=lambda inputs, size: inputs.split(size + 1)),
        ),
        Misconception(
            "leaves out the last inputs, where they do not fill a batch",
            "With 11 inputs in batches of 4 the last batch has 3. Each input needs an answer: how "
            "many did you give?",
            predicting(cut=whole_batches),
        ),
        Misconception(
            "gives the answers in another order",
            "Shuffling is for training. Here the answer number i must belong to input number i, or "
            "it is compared with the wrong label.",
            predicting(cut=shuffled),
        ),
        Misconception(
            "gives the largest logit in place of its class",
            "`max` gives the value. Which function says where it stands?",
            predicting(give=largest_logits),
        ),
        Misconception(
            "gives logits",
            "A class is wanted for each input: the place of the largest logit in its row.",
            predicting(give=all_logits),
        ),
        Misconception(
            "looks for the largest along the batch",
            "The logits have a row for each input and a column for each class. `dim=0` goes down "
            "the rows; which one goes along the classes?",
            predicting(give=along_the_batch),
        ),
        Misconception(
            "looks for one largest logit in the whole batch",
            "Without `dim`, `argmax` gives a single place for all rows together. Say along which "
            "dimension the classes are.",
            predicting(give=one_place_each),
        ),
        Misconception(
            "gives the classes of the first batch only",
            "The answers of all batches are wanted. Does your function end within the loop? Or do "
            "your slices end at `batch_size`, wherever they begin?",
            predicting(give=lambda outputs: outputs[0].argmax(dim=1)),
        ),
        Misconception(
            "gives the classes of the last batch only",
            "The answers of all batches are wanted. Collect them in a list, and join them after "
            "the loop.",
            predicting(give=last_batch),
        ),
        Misconception(
            "gives a list for each batch",
            "One row of N classes is wanted. `torch.cat` joins a list of tensors, `np.concatenate` "
            "a list of arrays.",
            predicting(give=lists_of_batches),
        ),
    ],
    praise="The same answer every time, and the network is as you found it.",
)
