import re

import pytest
from sklearn import metrics as peer

from imbalance_lessons.threshold_explorer import explore_threshold

Y, SCORES = [0, 0, 1, 0, 1, 0], [0.1, 0.2, 0.3, 0.4, 0.65, 0.05]


@pytest.mark.parametrize("threshold", [0.01, 0.25, 0.3, 0.31, 0.5, 0.9])
def test_what_it_says_is_what_scikit_learn_counts(threshold):
    explorer = explore_threshold(Y, SCORES, threshold=(0.01, 1.0, 0.01, 0.5))
    words = explorer.picture(threshold=threshold, cost_of_a_miss=7).alt
    flags = [int(score >= threshold) for score in SCORES]
    tn, fp, fn, tp = peer.confusion_matrix(Y, flags).ravel()
    p, r, f1, _ = peer.precision_recall_fscore_support(Y, flags, average="binary", zero_division=0)
    assert f"precision {p:.3f}, recall {r:.2f}, F1 {f1:.3f}, cost {fp + 7 * fn}." in words
    assert f"{tp} taken for positive" in words
    assert f"{tn} taken for negative" in words


def test_it_starts_at_the_threshold_that_nobody_chose():
    explorer = explore_threshold(Y, SCORES, ["legitimate", "fraud"])
    assert "fraud (recall 50.0%)" in explorer.picture().alt
    assert re.search(r"Drawn for threshold = 0.5, cost of a miss = 40\.$", repr(explorer))
    assert explorer.picture().png != explorer.picture(threshold=0.1).png
