"""The judge of the focal loss from log-odds, and of its gradient, in lesson 05."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.engine.judge import Judge, Misconception

Term = Callable[..., Any]


def log_sigmoid(x: Any) -> np.ndarray:
    """Take log(1 / (1 + exp(-x))), which is close to x where x is very negative."""
    result: np.ndarray = -np.logaddexp(0, -np.asarray(x, dtype=np.float64))
    return result


def expected_term(log_odds: Any, ask: str = "loss", gamma: float = 2.0) -> np.ndarray:
    """Give the loss, or its derivative, which the product rule and p' = p (1 - p) give on paper."""
    log_p, log_rest = log_sigmoid(log_odds), log_sigmoid(-np.asarray(log_odds, dtype=np.float64))
    weight = np.exp(gamma * log_rest)
    p = np.exp(log_p)
    result: np.ndarray = (
        -weight * log_p if ask == "loss" else weight * (gamma * p * log_p - np.exp(log_rest))
    )
    return result


def with_torch(combine: Callable[[Any, Any, float], Any]) -> Term:
    """Make a wrong solution of log p, log (1 - p) and gamma, both of them exact."""

    def term(log_odds: Any, gamma: float = 2.0) -> Any:
        from torch.nn import functional

        log_p, log_rest = functional.logsigmoid(log_odds), functional.logsigmoid(-log_odds)
        return combine(log_p, log_rest, gamma)

    return term


def with_p(combine: Callable[[Any, Any, float], Any]) -> Term:
    """Make a wrong solution of the log-odds, of p as a number, and of gamma."""

    def term(log_odds: Any, gamma: float = 2.0) -> Any:
        return combine(log_odds, log_odds.sigmoid(), gamma)

    return term


def power_of_rounded(log_odds: Any, p: Any, gamma: float) -> Any:
    """Take p from 1, which leaves 0 where p was rounded to 1."""
    from torch.nn import functional

    return -((1 - p) ** gamma) * functional.logsigmoid(log_odds)


def power_of_sigmoid(log_odds: Any, p: Any, gamma: float) -> Any:
    """Raise 1 - p to the power, small as it is: it is 0 from log-odds of about 104 on."""
    from torch.nn import functional

    return -((-log_odds).sigmoid() ** gamma) * functional.logsigmoid(log_odds)


def kept_away(log_odds: Any, p: Any, gamma: float) -> Any:
    """Clamp p, which stops the gradient where it is needed most."""
    p = p.clamp(1e-7, 1 - 1e-7)
    return -((1 - p) ** gamma) * p.log()


focal_term = Judge(
    name="focal_term",
    expected=expected_term,
    misconceptions=[
        Misconception(
            "loses p or 1 - p to rounding",
            "In float32, p is exactly 1 from log-odds of 17 on and 0 below -104, so its "
            "logarithm or a root of 1 - p has an infinite slope. Stay with logarithms: "
            "`F.logsigmoid` knows both.",
            with_p(lambda log_odds, p, gamma: -((1 - p) ** gamma) * p.log()),
        ),
        Misconception(
            "takes 1 - p from a p that was rounded to 1",
            "The logarithm of p is right. But 1 - p is 0 from log-odds of 17 on, and a root has an "
            "infinite slope at 0: infinity times 0 is NaN. What is 1 - p in terms of `-log_odds`?",
            with_p(power_of_rounded),
        ),
        Misconception(
            "raises a probability to the power that may be 0",
            "`sigmoid(-log_odds)` is a good 1 - p, but it is 0 as well from about 104 on. A power "
            "is the exponential of gamma times a logarithm, and the logarithm stays finite.",
            with_p(power_of_sigmoid),
        ),
        Misconception(
            "keeps p away from 0 and 1 by force",
            "The numbers become finite, but a clamped p has gradient 0. So the samples that are "
            "most wrong teach nothing at all. With logarithms no clamp is needed.",
            with_p(kept_away),
        ),
        Misconception(
            "adds a small number inside the logarithm",
            "Then log p ends at -18 or so, and where p is smaller than that number the gradient is "
            "0: the samples that are most wrong teach nothing. `F.logsigmoid` needs no such help.",
            with_p(lambda log_odds, p, gamma: -((1 - p) ** gamma) * (p + 1e-8).log()),
        ),
        Misconception(
            "treats the factor with 1 - p as a constant",
            "The loss is right, its gradient is not: the factor depends on the log-odds as well. "
            "Look for `detach` or `no_grad` around it.",
            with_torch(lambda log_p, log_rest, gamma: -(gamma * log_rest).exp().detach() * log_p),
        ),
        Misconception(
            "treats the logarithm as a constant",
            "The loss is right, its gradient is not: log p depends on the log-odds as well. Look "
            "for `detach` or `no_grad` around it.",
            with_torch(lambda log_p, log_rest, gamma: -(gamma * log_rest).exp() * log_p.detach()),
        ),
        Misconception(
            "cuts the result off from `log_odds`",
            "PyTorch cannot go back from what came out. `detach`, `no_grad`, `item` and NumPy all "
            "cut the connection to the log-odds: stay with operations on tensors.",
            with_torch(lambda log_p, log_rest, gamma: (-(gamma * log_rest).exp() * log_p).detach()),
        ),
        Misconception(
            "weighs by p, not by 1 - p",
            "Positive log-odds mean an easy sample, and its weight is to be small. Which sign of "
            "the log-odds belongs to 1 - p?",
            with_torch(lambda log_p, log_rest, gamma: -(gamma * log_p).exp() * log_p),
        ),
        Misconception(
            "has the sign of the log-odds turned round",
            "Log-odds above 0 mean that the model gives the true class more than a half. That "
            "sample must have a small loss, not a large one.",
            with_torch(lambda log_p, log_rest, gamma: -(gamma * log_p).exp() * log_rest),
        ),
        Misconception(
            "ignores `gamma`",
            "What came out is plain cross entropy, the case gamma = 0. Where does the factor with "
            "1 - p and gamma come in?",
            with_torch(lambda log_p, log_rest, gamma: -log_p),
        ),
        Misconception(
            "works with gamma = 2 whatever `gamma` is",
            "2 is only what `gamma` is when nobody says otherwise. Does your power use the "
            "argument?",
            with_torch(lambda log_p, log_rest, gamma: -(2 * log_rest).exp() * log_p),
        ),
        Misconception(
            "forgets to go back from the logarithm of the factor",
            "What gamma times log(1 - p) gives is the logarithm of the factor, and negative. The "
            "factor itself lies between 0 and 1: which function undoes a logarithm?",
            with_torch(lambda log_p, log_rest, gamma: -(gamma * log_rest) * log_p),
        ),
        Misconception(
            "has lost the minus sign",
            "The logarithm of p is never above 0, and a loss never below. Which sign stands before "
            "the formula?",
            with_torch(lambda log_p, log_rest, gamma: (gamma * log_rest).exp() * log_p),
        ),
        Misconception(
            "takes the log-odds for a probability",
            "Log-odds may be any number: 0 stands for p = 0.5, and large ones for p close to 1. "
            "Which function turns log-odds into p?",
            lambda log_odds, gamma=2.0: -((1 - log_odds) ** gamma) * log_odds.log(),
        ),
        Misconception(
            "gives the mean of the samples",
            "The answer has the shape of `log_odds`, a loss for each. Whoever calls it decides "
            "whether to average.",
            with_torch(lambda log_p, log_rest, gamma: -((gamma * log_rest).exp() * log_p).mean()),
        ),
        Misconception(
            "gives the sum of the samples",
            "The answer has the shape of `log_odds`, a loss for each. Whoever calls it decides "
            "whether to add them up.",
            with_torch(lambda log_p, log_rest, gamma: -((gamma * log_rest).exp() * log_p).sum()),
        ),
        Misconception(
            "goes back from log p to p, and takes 1 - p from that",
            "`F.logsigmoid` was the right start. But its exponential is exactly 1 from log-odds of "
            "17 on, so that 1 - p is 0, and a root has an infinite slope there. Of which number is "
            "log (1 - p) the logsigmoid?",
            with_torch(lambda log_p, log_rest, gamma: -((1 - log_p.exp()) ** gamma) * log_p),
        ),
        Misconception(
            "takes 1 minus the logarithm for 1 - p",
            "The logarithm of p is never above 0, so 1 - log p is never below 1. What you need is "
            "the logarithm of 1 - p, which `F.logsigmoid` gives at another place.",
            with_torch(lambda log_p, log_rest, gamma: -((1 - log_p) ** gamma) * log_p),
        ),
        Misconception(
            "takes the logarithm of 1 - p from a p that was rounded to 1",
            "`log1p(-p)` is minus infinity once p is 1, from log-odds of 17 on. p has lost what is "
            "needed; the log-odds still have it: what is 1 - p in terms of `-log_odds`?",
            with_torch(
                lambda log_p, log_rest, gamma: -(gamma * (-log_p.exp()).log1p()).exp() * log_p
            ),
        ),
    ],
    praise=(
        "Finite for every prediction and every gamma: where a model is very sure and gamma is "
        "below 1, torchvision's own focal loss gives NaN."
    ),
    rtol=1e-4,
    atol=1e-6,
)
