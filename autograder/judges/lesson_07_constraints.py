"""The judge of lesson 07 on the best precision at a recall."""

from __future__ import annotations

from typing import Any

from autograder.engine.judge import Judge, Misconception
from autograder.judges import scores as judged
from autograder.judges.scores import Counts, best, f_beta, precision, recall, try_all

Pair = tuple[float, float]


def precise(tried: judged.Tried, least: float) -> Pair:
    """Give the best precision among the thresholds that find enough."""
    return best([(t, counts) for t, counts in tried if recall(counts) >= least], precision)


def expected_precision(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Try every distinct score, from the lowest: at equal precision it finds most."""
    return precise(try_all(y_true, scores, positive)[::-1], least)


def read_precision(
    answer: Any, y_true: Any, scores: Any, least: float, positive: int = 1
) -> dict[str, float]:
    """Read whether the threshold finds enough, and how precise it is."""
    threshold, reported = judged.read_pair(answer)
    counts = judged.counts_at(y_true, scores, threshold, positive)
    return {
        "recall at your threshold, up to what is needed": min(recall(counts), least),
        "precision at your threshold": precision(counts),
        "the precision that you report": reported,
    }


def counted(way: Any) -> Any:
    """Make a submission that has counted in another way."""

    def submission(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
        return precise(way(y_true, scores, positive), least)

    return submission


def just_enough(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Stop at the highest threshold that finds enough."""
    tried = try_all(y_true, scores, positive)
    threshold, counts = next(one for one in tried if recall(one[1]) >= least)
    return threshold, precision(counts)


def more_than_enough(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Ask for a recall above the least; where that cannot be, flag everybody."""
    tried = try_all(y_true, scores, positive)
    enough = [(t, counts) for t, counts in tried if recall(counts) > least]
    return best(enough or tried[-1:], precision)


def everybody(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Take the lowest threshold: its recall is 1."""
    threshold, counts = try_all(y_true, scores, positive)[-1]
    return threshold, precision(counts)


def recall_at_a_precision(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Take the two measures for each other; where nothing is precise enough, give the first."""
    tried = try_all(y_true, scores, positive)
    return best([one for one in tried if precision(one[1]) >= least] or tried[:1], recall)


def share_of_all(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Flag the needed share of all samples."""

    def enough(counts: Counts) -> bool:
        return counts.tp + counts.fp >= least * sum(counts)

    return best([one for one in try_all(y_true, scores, positive) if enough(one[1])], precision)


def share_right(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Ask for enough right answers of all; where there are never enough, flag everybody."""
    tried = try_all(y_true, scores, positive)
    return best([one for one in tried if judged.accuracy(one[1]) >= least] or tried[-1:], precision)


def best_f1(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Take the best F1 among those that find enough, and tell its precision."""
    tried = [one for one in try_all(y_true, scores, positive) if recall(one[1]) >= least]
    threshold = best(tried, f_beta)[0]
    return threshold, precision(dict(tried)[threshold])


def one_above(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Pair the best precision with the threshold above the one that it belongs to."""
    threshold, highest = expected_precision(y_true, scores, least, positive)
    return judged.one_above(scores, threshold), highest


def its_recall(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Tell the recall at the right threshold."""
    threshold, _ = expected_precision(y_true, scores, least, positive)
    return threshold, recall(judged.counts_at(y_true, scores, threshold, positive))


def place_in_a_part(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Look for the best place among those that find enough, and take it for one among all."""
    tried = try_all(y_true, scores, positive)
    enough = [precision(counts) for _, counts in tried if recall(counts) >= least]
    thresholds = [float("inf"), *(t for t, _ in tried)]  # as `threshold_curve` lists them
    return thresholds[enough.index(max(enough))], max(enough)


def place_in_the_whole(y_true: Any, scores: Any, least: float, positive: int = 1) -> Pair:
    """Look for the place as above, and take both answers from there."""
    threshold, _ = place_in_a_part(y_true, scores, least, positive)
    return threshold, precision(judged.counts_at(y_true, scores, threshold, positive))


precision_at_recall = Judge(
    name="precision_at_recall",
    expected=expected_precision,
    reading=read_precision,
    misconceptions=[
        Misconception(
            "stops at the highest threshold that finds enough",
            "Going further down may meet a run of positives, so that precision rises again. "
            "Compare the precision of all thresholds that find enough.",
            just_enough,
        ),
        Misconception(
            "asks for more recall than is needed",
            "A recall of exactly `least` is enough. Compare `>` with `>=`; where all positives are "
            "to be found, nothing is above 1.",
            more_than_enough,
        ),
        Misconception(
            "takes precision and recall for each other",
            "Recall is what must reach `least`: the share of the positives that are found. Among "
            "those thresholds the precision is to be as high as it can be.",
            recall_at_a_precision,
        ),
        Misconception(
            "gives a threshold that is one score too low",
            "Flagging from your threshold on takes in one score more than you counted. Do you "
            "count with `>`? Or cut the first of scikit-learn's precisions? The last has no "
            "threshold.",
            counted(judged.try_strictly),
        ),
        Misconception(
            "ignores the recall that is needed",
            "Without the condition the best precision is often that of the very highest score. "
            "First sort out the thresholds that find too few.",
            lambda y_true, scores, least, positive=1: best(
                try_all(y_true, scores, positive), precision
            ),
        ),
        Misconception(
            "flags everybody",
            "The lowest score finds all positives, at the price of every false alarm there is. "
            "Among the thresholds that find enough, which has the best precision?",
            everybody,
        ),
        Misconception(
            "looks for the best F1 among those that find enough",
            "F1 weighs recall in again. Here the recall is settled as soon as it is enough; what "
            "is left to choose by is precision alone.",
            best_f1,
        ),
        Misconception(
            "flags that share of all samples",
            "Recall is a share of the positives, not of all samples. Flagging 80% of everybody is "
            "another thing than finding 80% of the positives.",
            share_of_all,
        ),
        Misconception(
            "asks for that share of right answers",
            "That is accuracy. Recall looks at the positives only: how many of them are flagged?",
            share_right,
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
            "gives a threshold that is one score too high",
            "The precision is right, but the threshold beside it belongs to the neighbour, and "
            "finds too few. Does one of your lists begin with an entry more?",
            one_above,
        ),
        Misconception(
            "looks for the place in a shortened array, and the threshold in the whole one",
            "The precision is right, the threshold is not. After you have picked the entries that "
            "find enough, place 0 is no longer the first threshold. Pick thresholds in the same "
            "way, or let no array get shorter.",
            place_in_a_part,
        ),
        Misconception(
            "takes a place in a shortened array for one in the whole arrays",
            "`argmax` counts from the first entry that finds enough, and you look up from the very "
            "first. Let no array get shorter: give the entries that find too little a precision "
            "that cannot win.",
            place_in_the_whole,
        ),
        Misconception(
            *judged.ONE_IS_POSITIVE,
            lambda y_true, scores, least, positive=1: expected_precision(y_true, scores, least),
        ),
        Misconception(
            "gives the recall beside the threshold",
            "The threshold is right. The second number is to be the precision at it: how many of "
            "the alarms are right?",
            its_recall,
        ),
        Misconception(
            "gives the precision first and the threshold second",
            "Both numbers are there. The threshold comes first, then its precision.",
            lambda *inputs, **options: expected_precision(*inputs, **options)[::-1],
        ),
    ],
    praise="Nine of ten found, and as few bothered as possible: this is how a screening is set up.",
)
