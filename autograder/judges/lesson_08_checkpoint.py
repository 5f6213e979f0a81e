"""The judge of lesson 08 on the epoch to keep."""

from __future__ import annotations

import copy
from itertools import accumulate
from typing import Any

from autograder.engine.judge import Judge, Misconception


def expected_state(scores: list[float], steps: list[float]) -> list[float]:
    """Work out the best score, its epoch, and what the weights and running means were then."""
    best = scores.index(max(scores))
    moved = list(accumulate(steps))[best]
    return [scores[best], best + 1, 1 + moved, 10 * moved, 1]


def what_counts(answer: Any, scores: list[float], steps: list[float]) -> dict[str, float]:
    """Read what matters: how the model was brought back does not."""
    score, epoch, weight, mean, _ = map(float, answer)
    return {
        "the score": score,
        "the epoch": epoch,
        "the weights of the model afterwards": weight,
        "the buffers of the model afterwards": mean,
    }


def shallow(model: Any, train_epoch: Any, validate: Any, epochs: int) -> tuple[float, int]:
    """Copy the dictionary, whose tensors are the model's own."""
    best, found, state = float("-inf"), 0, {}
    for epoch in range(1, epochs + 1):
        train_epoch(model)
        if (score := validate(model)) > best:
            best, found, state = score, epoch, model.state_dict().copy()
    model.load_state_dict(state)
    return best, found


def never_restored(model: Any, train_epoch: Any, validate: Any, epochs: int) -> tuple[float, int]:
    """Keep the best state, and forget to load it."""
    best, found = float("-inf"), 0
    for epoch in range(1, epochs + 1):
        train_epoch(model)
        if (score := validate(model)) > best:
            best, found = score, epoch
    return best, found


def parameters_only(model: Any, train_epoch: Any, validate: Any, epochs: int) -> tuple[float, int]:
    """Bring parameters back, and leave the buffers as the last epoch left them."""
    best, found, kept = float("-inf"), 0, []
    for epoch in range(1, epochs + 1):
        train_epoch(model)
        if (score := validate(model)) > best:
            best, found = score, epoch
            kept = [parameter.detach().clone() for parameter in model.parameters()]
    for parameter, value in zip(model.parameters(), kept, strict=True):
        parameter.data.copy_(value)
    return best, found


def last_of_all(model: Any, train_epoch: Any, validate: Any, epochs: int) -> tuple[float, int]:
    """Report the last epoch."""
    for _ in range(epochs):
        train_epoch(model)
    return validate(model), epochs


def kept_by(
    model: Any,
    train_epoch: Any,
    validate: Any,
    epochs: int,
    better: Any = lambda new, old: new > old,
    start: float = float("-inf"),
    patience: int = 1000,
    state: Any = None,
) -> tuple[float, int]:
    """Keep an epoch by some rule, as carefully as one should."""
    best, found = start, 0
    for epoch in range(1, epochs + 1):
        train_epoch(model)
        score = validate(model)
        if better(score, best):
            best, found, state = score, epoch, copy.deepcopy(model.state_dict())
        elif epoch - found >= patience:
            break
    model.load_state_dict(state)
    return best, found


def unbound(model: Any, train_epoch: Any, validate: Any, epochs: int) -> tuple[float, int]:
    """Start at 0, and know no state where no score is above it."""
    best, found = 0.0, 0
    for epoch in range(1, epochs + 1):
        train_epoch(model)
        if (score := validate(model)) > best:
            best, found = score, epoch
            state = copy.deepcopy(model.state_dict())
    model.load_state_dict(state)
    return best, found


def zero_and_the_start(
    model: Any, train_epoch: Any, validate: Any, epochs: int
) -> tuple[float, int]:
    """Start at 0, and bring back the untrained model where no score is above it."""
    start = copy.deepcopy(model.state_dict())
    return kept_by(model, train_epoch, validate, epochs, start=0.0, state=start)


def from_zero(model: Any, train_epoch: Any, validate: Any, epochs: int) -> tuple[float, int]:
    """Count the epochs from 0 on."""
    best, found = kept_by(model, train_epoch, validate, epochs)
    return best, found - 1


def scored_first(model: Any, train_epoch: Any, validate: Any, epochs: int) -> tuple[float, int]:
    """Validate before the epoch trains."""
    best, found, state = float("-inf"), 0, {}
    for epoch in range(1, epochs + 1):
        if (score := validate(model)) > best:
            best, found, state = score, epoch, copy.deepcopy(model.state_dict())
        train_epoch(model)
    model.load_state_dict(state)
    return best, found


def kept_before(model: Any, train_epoch: Any, validate: Any, epochs: int) -> tuple[float, int]:
    """Copy the state before the epoch trains."""
    best, found, state = float("-inf"), 0, {}
    for epoch in range(1, epochs + 1):
        before = copy.deepcopy(model.state_dict())
        train_epoch(model)
        if (score := validate(model)) > best:
            best, found, state = score, epoch, before
    model.load_state_dict(state)
    return best, found


def score_alone(model: Any, train_epoch: Any, validate: Any, epochs: int) -> float:
    """Give the score, without its epoch."""
    return kept_by(model, train_epoch, validate, epochs)[0]


def the_model(model: Any, train_epoch: Any, validate: Any, epochs: int) -> Any:
    """Give the model back."""
    kept_by(model, train_epoch, validate, epochs)
    return model


def epoch_first(model: Any, train_epoch: Any, validate: Any, epochs: int) -> tuple[int, float]:
    """Give the two numbers the wrong way round."""
    best, found = kept_by(model, train_epoch, validate, epochs)
    return found, best


def one_too_few(model: Any, train_epoch: Any, validate: Any, epochs: int) -> tuple[float, int]:
    """Leave the last epoch out, unless it is the only one."""
    return kept_by(model, train_epoch, validate, max(epochs - 1, 1))


keep_best = Judge(
    name="keep_best",
    expected=expected_state,
    reading=what_counts,
    misconceptions=[
        Misconception(
            "keeps a shallow copy of the state",
            "`.copy()` copies the dictionary, not the tensors in it: these are the model's own and "
            "go on changing. So what you load is what the model has anyway. Which copy goes "
            "deeper?",
            shallow,
        ),
        Misconception(
            "forgets to bring the best epoch back",
            "Score and epoch are right, but the model is as the last epoch left it. Keep a copy of "
            "its state when the score is best, and load it after the loop.",
            never_restored,
        ),
        Misconception(
            "brings the parameters back, but not the buffers",
            "Batch normalisation keeps its running means in buffers, which `parameters()` does not "
            "list. `state_dict()` has both.",
            parameters_only,
        ),
        Misconception(
            "starts from a best score of 0, and has no state if no epoch beats it",
            "A model that is all wrong scores 0, and minus a loss is always below it. From what "
            "number should the search start, so that the first epoch always beats it?",
            unbound,
        ),
        Misconception(
            "starts from a best score of 0, and loads None if no epoch beats it",
            "A score of 0 or below is a score too, and the best of these is to be kept. Start from "
            "a number that every score is above.",
            lambda model, train_epoch, validate, epochs: kept_by(
                model, train_epoch, validate, epochs, start=0.0
            ),
        ),
        Misconception(
            "starts from a best score of 0, and gives the untrained model if no epoch beats it",
            "Scores may be 0 or below: minus the loss always is. Start from a number that every "
            "score is above.",
            zero_and_the_start,
        ),
        Misconception(
            "keeps the epoch with the lowest score",
            "A loss is best where it is lowest, a score where it is highest. In which direction "
            "does your comparison look?",
            lambda model, train_epoch, validate, epochs: kept_by(
                model, train_epoch, validate, epochs, lambda new, old: new < old, float("inf")
            ),
        ),
        Misconception(
            "lets a later epoch with the same score win",
            "Of equal scores the first is to be kept: the rest of the training brought nothing. "
            "Compare `>` with `>=`.",
            lambda model, train_epoch, validate, epochs: kept_by(
                model, train_epoch, validate, epochs, lambda new, old: new >= old
            ),
        ),
        Misconception(
            "keeps the last epoch",
            "Training longer may make a model worse. Ask for the score after every epoch, and "
            "remember where it was highest.",
            last_of_all,
        ),
        Misconception(
            "stops at the first epoch that is no better",
            "A score may fall once and rise again later. Train all epochs, and keep the best of "
            "them.",
            lambda model, train_epoch, validate, epochs: kept_by(
                model, train_epoch, validate, epochs, patience=1
            ),
        ),
        Misconception(
            "counts the epochs from 0",
            "The first epoch is number 1. `range` begins with 0 unless it is told where to begin.",
            from_zero,
        ),
        Misconception(
            "leaves out the last epoch",
            "The best epoch may be the last one. `range(1, n)` ends before n: how many epochs does "
            "your loop train?",
            one_too_few,
        ),
        Misconception(
            "validates before the epoch has trained",
            "The score of an epoch is that of the model after it. First train, then validate.",
            scored_first,
        ),
        Misconception(
            "copies the state before the epoch has trained",
            "The score belongs to the weights after training. Copy the state when you have seen "
            "that its score is the best.",
            kept_before,
        ),
        Misconception(
            "gives the score without its epoch",
            "Give back two numbers, the score and the epoch. An early best epoch tells that the "
            "rest of the training was in vain.",
            score_alone,
        ),
        Misconception(
            "gives the model back",
            "The caller has the model already: it was changed in place. Give back the best score "
            "and its epoch.",
            the_model,
        ),
        Misconception(
            "gives the epoch before the score",
            "Both numbers are there. The score comes first.",
            epoch_first,
        ),
    ],
    praise="The model that you hand over is the one whose score you report.",
)
