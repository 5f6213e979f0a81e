"""The judge of lesson 07 on the best F-beta."""

from __future__ import annotations

import math
from typing import Any

from autograder.engine.judge import Judge, Misconception
from autograder.judges import scores as judged
from autograder.judges.scores import Counts, best, f_beta, try_all


def expected_f(
    y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1
) -> tuple[float, float]:
    """Try every distinct score."""
    return best(try_all(y_true, scores, positive), lambda counts: f_beta(counts, beta))


def read_f(
    answer: Any, y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1
) -> dict[str, float]:
    """Read what the threshold reaches, whichever of the best it is."""
    threshold, reported = judged.read_pair(answer)
    reached = f_beta(judged.counts_at(y_true, scores, threshold, positive), beta)
    return {"F at your threshold": reached, "the F that you report": reported}


def nan_in_the_curve(
    y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1
) -> tuple[float, float]:
    """Leave 0/0 in the F of a rising curve; `np.argmax` then picks the first NaN."""
    tried = try_all(y_true, scores, positive)[::-1]
    hopeless = [threshold for threshold, counts in tried if counts.tp == 0]
    if hopeless:
        return hopeless[0], math.nan
    return expected_f(y_true, scores, beta, positive)


def on_a_grid(
    y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1
) -> tuple[float, float]:
    """Try 0.1, 0.2, ... 0.9."""
    grid = [step / 10 for step in range(1, 10)]
    tried = judged.try_these(y_true, scores, grid, positive)
    return best(tried, lambda counts: f_beta(counts, beta))


def index_of_the_best(
    y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1
) -> tuple[float, float]:
    """Give the place of the best threshold among the falling ones."""
    threshold, highest = expected_f(y_true, scores, beta, positive)
    falling = [t for t, _ in try_all(y_true, scores, positive)]
    return falling.index(threshold), highest


def unsquared(counts: Counts, beta: float) -> float:
    """Forget that beta enters as a square."""
    return f_beta(counts, math.sqrt(beta))


def mean_of_both(counts: Counts) -> float:
    """Average precision and recall arithmetically."""
    return (judged.precision(counts) + judged.recall(counts)) / 2


def searching(value: Any) -> Any:
    """Make a submission that finds the threshold with another value's best."""

    def submission(
        y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1
    ) -> tuple[float, float]:
        return best(try_all(y_true, scores, positive), value)

    return submission


def from_tried(way: Any) -> Any:
    """Make a submission that looks for the best F-beta, having counted in another way."""

    def submission(
        y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1
    ) -> tuple[float, float]:
        return best(way(y_true, scores, positive), lambda counts: f_beta(counts, beta))

    return submission


def one_above(
    y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1
) -> tuple[float, float]:
    """Pair the best F with the threshold above the one that it belongs to."""
    threshold, highest = expected_f(y_true, scores, beta, positive)
    return judged.one_above(scores, threshold), highest


def at_half(y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1) -> tuple[float, float]:
    """Leave the threshold at 0.5."""
    return 0.5, f_beta(judged.counts_at(y_true, scores, 0.5, positive), beta)


def half_of_f(
    y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1
) -> tuple[float, float]:
    """Trust the formula for calibrated probabilities."""
    highest = expected_f(y_true, scores, beta, positive)[1]
    return highest / 2, highest


def rounded(y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1) -> tuple[float, float]:
    """Round the threshold to two digits."""
    threshold, highest = expected_f(y_true, scores, beta, positive)
    return round(threshold, 2), highest


def climb(y_true: Any, scores: Any, beta: float = 1.0, positive: int = 1) -> tuple[float, float]:
    """Go down from the highest score, and stop as soon as F falls."""
    return judged.first_peak(try_all(y_true, scores, positive), lambda counts: f_beta(counts, beta))


best_f_threshold = Judge(
    name="best_f_threshold",
    expected=expected_f,
    reading=read_f,
    misconceptions=[
        Misconception(
            "gives a threshold that is one score too low",
            "Your F-beta is the best, but flagging from your threshold on takes in one score more. "
            "Do you count with `>`? Or cut the first of scikit-learn's precisions? The last has no "
            "threshold.",
            from_tried(judged.try_strictly),
        ),
        Misconception(
            "lets a NaN win `argmax`",
            "Where no flagged sample is positive, precision and recall are both 0, and their F is "
            "0/0. NumPy takes the NaN for the largest. Which value should stand there?",
            nan_in_the_curve,
        ),
        Misconception(
            "lets the NaN of flagging nobody win `argmax`",
            "At infinity nobody is flagged: precision and recall are 0, and their F is 0/0. NumPy "
            "takes that NaN for the largest. The form with TP, FP and FN has no 0/0 there.",
            lambda y_true, scores, beta=1.0, positive=1: (math.inf, math.nan),
        ),
        Misconception(
            "gives a threshold that is one score too high",
            "Your F-beta is the best, but the threshold beside it flags too few. Does one of your "
            "lists begin with an entry, such as infinity, that the other does not have?",
            one_above,
        ),
        Misconception(
            "tries only 0.1, 0.2 and so on up to 0.9",
            "The best threshold lies where a score lies, and scores of rare classes may all be "
            "below 0.1, or not between 0 and 1 at all. Which thresholds make a difference?",
            on_a_grid,
        ),
        Misconception(
            "leaves the threshold at 0.5",
            "0.5 is where a softmax and argmax draw the line, not where F-beta is best. Try every "
            "score that occurs.",
            at_half,
        ),
        Misconception(
            *judged.TEARS_TIES,
            from_tried(judged.try_one_by_one),
        ),
        Misconception(
            "forgets to sort the samples by score",
            "A running count over samples says how many are flagged only if they come from the "
            "highest score down. Sort the labels with the scores, by `np.argsort`.",
            from_tried(judged.try_unsorted),
        ),
        Misconception(
            "stops at the first peak",
            "F-beta can fall and rise again on the way down: the next positive may come after two "
            "false alarms. Look at all thresholds before you choose.",
            climb,
        ),
        Misconception(
            "ignores `beta`",
            "With beta = 1 you are right. With another beta, misses and false alarms do not weigh "
            "the same: where does beta enter the formula?",
            lambda y_true, scores, beta=1.0, positive=1: expected_f(y_true, scores, 1.0, positive),
        ),
        Misconception(
            "forgets to square `beta`",
            "In F-beta the weight of recall is the square of beta: F3 counts a miss as much as "
            "nine false alarms.",
            lambda y_true, scores, beta=1.0, positive=1: best(
                try_all(y_true, scores, positive), lambda counts: unsquared(counts, beta)
            ),
        ),
        Misconception(
            "gives precision the weight that belongs to recall",
            "A beta above 1 makes recall count more. In the denominator, is the square of beta "
            "beside the misses or beside the false alarms?",
            lambda y_true, scores, beta=1.0, positive=1: expected_f(
                y_true, scores, 1 / beta, positive
            ),
        ),
        Misconception(
            *judged.ONE_IS_POSITIVE,
            lambda y_true, scores, beta=1.0, positive=1: expected_f(y_true, scores, beta),
        ),
        Misconception(
            "takes the plain mean of precision and recall",
            "F1 is their harmonic mean, which is low when either is: of 1.0 and 0.02 the harmonic "
            "mean is 0.04, the plain mean 0.51.",
            searching(mean_of_both),
        ),
        Misconception(
            "looks for the best accuracy",
            "Where positives are rare, accuracy is best when almost nobody is flagged. Count TP, "
            "FP and FN at each threshold; TN does not enter F-beta.",
            searching(judged.accuracy),
        ),
        Misconception(
            "looks for the best balanced accuracy",
            "Balanced accuracy compares rates and is content with many false alarms where "
            "negatives are many. F-beta counts them: use TP, FP and FN.",
            searching(judged.balanced),
        ),
        Misconception(
            "looks for the best precision",
            "The best precision is often that of the single highest score, which finds one "
            "positive and misses the rest. F-beta needs recall as well.",
            searching(judged.precision),
        ),
        Misconception(
            "gives half of the best F1 as the threshold",
            "That rule holds for calibrated probabilities only, and on many samples. Here you have "
            "the samples: try their scores.",
            half_of_f,
        ),
        Misconception(
            "rounds the threshold",
            "A rounded threshold may flag a sample more or fewer than the one you found. Give it "
            "as it is, and leave rounding to whoever prints it.",
            rounded,
        ),
        Misconception(
            "gives the place of the best threshold, not the threshold",
            "`argmax` tells where in the list the best value stands. Look up which threshold "
            "stands there.",
            index_of_the_best,
        ),
        Misconception(
            "gives F-beta first and the threshold second",
            "Both numbers are there. The threshold comes first, then what it reaches.",
            lambda *inputs, **options: expected_f(*inputs, **options)[::-1],
        ),
        Misconception(
            "gives the threshold alone",
            "Whoever calls your function wants two numbers: the threshold, and the F-beta that it "
            "reaches.",
            lambda *inputs, **options: expected_f(*inputs, **options)[0],
        ),
    ],
    praise="Exact, and for any scale of scores. Now distrust it: it was chosen to look good.",
)
