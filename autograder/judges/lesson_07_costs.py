"""The judge of lesson 07 on the cheapest threshold."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograder.engine.judge import Judge, Misconception
from autograder.judges import scores as judged
from autograder.judges.scores import Counts, best, try_all

Pair = tuple[float, float]


def mean_cost(cost_fp: float, cost_fn: float) -> Callable[[Counts], float]:
    """Make the function that gives the mean cost of a sample."""
    return lambda counts: (cost_fp * counts.fp + cost_fn * counts.fn) / sum(counts)


def cheapest(tried: judged.Tried, cost: Callable[[Counts], float]) -> Pair:
    """Give the first of the thresholds with the least cost, and this cost."""
    threshold, saved = best(tried, lambda counts: -cost(counts))
    return threshold, -saved


def expected_cost(
    y_true: Any, scores: Any, cost_fp: float, cost_fn: float, positive: int = 1
) -> Pair:
    """Try every distinct score, and to flag nobody."""
    tried = try_all(y_true, scores, positive, nobody=True)
    return cheapest(tried, mean_cost(cost_fp, cost_fn))


def read_cost(
    answer: Any, y_true: Any, scores: Any, cost_fp: float, cost_fn: float, positive: int = 1
) -> dict[str, float]:
    """Read what the threshold costs, whichever of the cheapest it is."""
    threshold, reported = judged.read_pair(answer)
    counts = judged.counts_at(y_true, scores, threshold, positive)
    return {
        "the mean cost at your threshold": mean_cost(cost_fp, cost_fn)(counts),
        "the mean cost that you report": reported,
    }


def charging(cost: Callable[[float, float], Callable[[Counts], float]]) -> Any:
    """Make a submission that charges for other things."""

    def submission(
        y_true: Any, scores: Any, cost_fp: float, cost_fn: float, positive: int = 1
    ) -> Pair:
        tried = try_all(y_true, scores, positive, nobody=True)
        return cheapest(tried, cost(cost_fp, cost_fn))

    return submission


def counted(way: Any) -> Any:
    """Make a submission that has counted in another way; to flag nobody is tried as well."""

    def submission(
        y_true: Any, scores: Any, cost_fp: float, cost_fn: float, positive: int = 1
    ) -> Pair:
        nobody = judged.try_these(y_true, scores, [math.inf], positive)
        return cheapest(nobody + way(y_true, scores, positive), mean_cost(cost_fp, cost_fn))

    return submission


def at(choose: Callable[..., float]) -> Any:
    """Make a submission that chooses the threshold in another way, and tells what it costs."""

    def submission(
        y_true: Any, scores: Any, cost_fp: float, cost_fn: float, positive: int = 1
    ) -> Pair:
        threshold = choose(y_true, scores, cost_fp, cost_fn, positive)
        counts = judged.counts_at(y_true, scores, threshold, positive)
        return threshold, mean_cost(cost_fp, cost_fn)(counts)

    return submission


def alarms_too(cost_fp: float, cost_fn: float) -> Callable[[Counts], float]:
    """Charge for every alarm, right or wrong."""
    return lambda counts: (cost_fp * (counts.fp + counts.tp) + cost_fn * counts.fn) / sum(counts)


def rates(cost_fp: float, cost_fn: float) -> Callable[[Counts], float]:
    """Charge for the rates of the mistakes, not for the mistakes."""
    return lambda counts: (
        cost_fp * counts.fp / (counts.fp + counts.tn)
        + cost_fn * counts.fn / (counts.fn + counts.tp)
    )


def total(y_true: Any, scores: Any, cost_fp: float, cost_fn: float, positive: int = 1) -> Pair:
    """Add the costs up."""
    threshold, mean = expected_cost(y_true, scores, cost_fp, cost_fn, positive)
    return threshold, mean * len(y_true)


def never_nobody(
    y_true: Any, scores: Any, cost_fp: float, cost_fn: float, positive: int = 1
) -> Pair:
    """Try the scores, and no threshold above them."""
    return cheapest(try_all(y_true, scores, positive), mean_cost(cost_fp, cost_fn))


def dearest(y_true: Any, scores: Any, cost_fp: float, cost_fn: float, positive: int = 1) -> Pair:
    """Look for the largest cost."""
    tried = try_all(y_true, scores, positive, nobody=True)
    return best(tried, mean_cost(cost_fp, cost_fn))


def on_a_grid(y_true: Any, scores: Any, cost_fp: float, cost_fn: float, positive: int = 1) -> Pair:
    """Try 0.1, 0.2, ... 0.9."""
    tried = judged.try_these(y_true, scores, [step / 10 for step in range(1, 10)], positive)
    return cheapest(tried, mean_cost(cost_fp, cost_fn))


def first_rise(y_true: Any, scores: Any, cost_fp: float, cost_fn: float, positive: int = 1) -> Pair:
    """Go down from infinity, and stop as soon as the cost rises."""
    tried = try_all(y_true, scores, positive, nobody=True)
    cost = mean_cost(cost_fp, cost_fn)
    threshold, saved = judged.first_peak(tried, lambda counts: -cost(counts))
    return threshold, -saved


best_cost_threshold = Judge(
    name="best_cost_threshold",
    expected=expected_cost,
    reading=read_cost,
    misconceptions=[
        Misconception(
            "takes the two costs for each other",
            "`cost_fp` is for each false alarm, a negative that is flagged; `cost_fn` for each "
            "positive that is not. Look at which count stands beside which cost.",
            lambda y_true, scores, cost_fp, cost_fn, positive=1: expected_cost(
                y_true, scores, cost_fn, cost_fp, positive
            ),
        ),
        Misconception(
            "flags only scores above the threshold",
            "The cost that you report belongs to `scores > threshold`, but whoever applies your "
            "threshold flags the sample at the threshold too. Count with `>=`.",
            counted(judged.try_strictly),
        ),
        Misconception(
            "leaves out the choice to flag nobody",
            "Where false alarms are dear, the cheapest may be no alarm at all. No score gives "
            "that: which threshold lies above all of them?",
            never_nobody,
        ),
        Misconception(
            "gives the total cost, not the mean",
            "The threshold is right. Divide the cost by the number of all samples, so that data "
            "sets of different sizes can be compared.",
            total,
        ),
        Misconception(
            "takes the formula for calibrated probabilities",
            "These scores need not be calibrated, nor even be probabilities. You have the "
            "labels: try the thresholds and see what each costs.",
            at(lambda y_true, scores, cost_fp, cost_fn, positive: cost_fp / (cost_fp + cost_fn)),
        ),
        Misconception(
            "counts mistakes as if both cost the same",
            "The fewest mistakes need not be the cheapest. Multiply each kind by its own cost "
            "before you add them.",
            charging(lambda cost_fp, cost_fn: mean_cost(1, 1)),
        ),
        Misconception(
            "looks for the best F1",
            "F1 knows nothing of your prices. Compute what false alarms and misses cost at each "
            "threshold, and take the least.",
            at(
                lambda y_true, scores, cost_fp, cost_fn, positive: best(
                    try_all(y_true, scores, positive), judged.f_beta
                )[0]
            ),
        ),
        Misconception(
            "charges for right alarms too",
            "Only mistakes cost here: false alarms and misses. A flagged positive is a right "
            "answer and costs nothing.",
            charging(alarms_too),
        ),
        Misconception(
            "weighs rates of mistakes instead of counting them",
            "One false alarm in a hundred negatives is many alarms if negatives are many. Costs "
            "go with counts: FP and FN, not their shares of a class.",
            charging(rates),
        ),
        Misconception(
            "looks for the highest cost",
            "A cost is better the lower it is. `argmax` is for scores; what is its counterpart?",
            dearest,
        ),
        Misconception(
            "stops where the cost first rises",
            "The cost can rise and fall again on the way down: the next positive may come after "
            "some false alarms. Look at all thresholds before you choose.",
            first_rise,
        ),
        Misconception(
            "tries only 0.1, 0.2 and so on up to 0.9",
            "With dear misses the best threshold often lies below 0.1, and logits need not lie "
            "between 0 and 1 at all. Which thresholds make a difference?",
            on_a_grid,
        ),
        Misconception(
            *judged.TEARS_TIES,
            counted(judged.try_one_by_one),
        ),
        Misconception(
            *judged.DOES_NOT_SORT,
            counted(judged.try_unsorted),
        ),
        Misconception(
            *judged.ONE_IS_POSITIVE,
            lambda y_true, scores, cost_fp, cost_fn, positive=1: expected_cost(
                y_true, scores, cost_fp, cost_fn
            ),
        ),
        Misconception(
            "gives the cost first and the threshold second",
            "Both numbers are there. The threshold comes first, then what it costs.",
            lambda *inputs, **options: expected_cost(*inputs, **options)[::-1],
        ),
    ],
    praise="No assumption about the scores, only prices: and flagging nobody is a choice as well.",
)
