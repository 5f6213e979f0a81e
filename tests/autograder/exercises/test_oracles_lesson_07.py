"""The oracles of lesson 07 agree with the references, with scikit-learn, and with closed forms."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as peer

from autograder.engine.registry import find_judge, find_question
from autograder.judges import scores as judged
from autograder.questions.lesson_07_tuning import MEASURES, ask_to_tune
from imbalance_lessons import thresholds, tuning

# Few different scores, so that many tie; a positive and a negative, so that there is a line.
SAMPLES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([-2.0, 0.0, 0.1, 0.25, 0.5, 0.6, 0.75, 3.0])),
    max_size=30,
).map(lambda samples: [(0, 0.25), *samples, (1, 0.5)])
LEAST = st.sampled_from([0.01, 0.25, 1 / 3, 0.5, 0.75, 0.9, 1])
COSTS = st.tuples(st.sampled_from([0.5, 1, 3, 40]), st.sampled_from([0.25, 1, 10, 200]))


def oracle(name, *inputs, **options):
    return find_judge(name).expected(*inputs, **options)


def read(name, answer, *inputs, **options):
    return find_judge(name).reading(answer, *inputs, **options)


def split(samples):
    y_true, scores = zip(*samples, strict=True)
    return list(y_true), list(scores)


def flags(scores, threshold):
    return [int(score >= threshold) for score in scores]


@given(SAMPLES, st.sampled_from([-math.inf, -2, 0.1, 0.25, 0.3, 3, math.inf]))
def test_apply_threshold(samples, threshold):
    _, scores = split(samples)
    got = oracle("apply_threshold", scores, threshold)
    assert got == thresholds.apply_threshold(scores, threshold).tolist()
    assert got == torch.ge(torch.tensor(scores), threshold).int().tolist()


@given(SAMPLES, st.sampled_from([0.5, 1, 2, 3]))
def test_best_f_threshold(samples, beta):
    y_true, scores = split(samples)
    threshold, best = oracle("best_f_threshold", y_true, scores, beta)
    assert (threshold, best) == pytest.approx(
        thresholds.best_f_threshold(y_true, scores, beta), rel=1e-12
    )
    precisions, recalls, levels = peer.precision_recall_curve(y_true, scores)
    bottom = beta**2 * precisions + recalls
    curve = (1 + beta**2) * precisions * recalls / np.where(bottom > 0, bottom, 1)
    assert best == pytest.approx(curve.max())
    assert threshold in levels[np.isclose(curve[:-1], best)]
    reached = peer.fbeta_score(y_true, flags(scores, threshold), beta=beta, zero_division=0)
    assert reached == pytest.approx(best)


@given(SAMPLES, LEAST)
def test_precision_at_recall(samples, least):
    y_true, scores = split(samples)
    threshold, best = oracle("precision_at_recall", y_true, scores, least)
    assert (threshold, best) == thresholds.precision_at_recall(y_true, scores, least)
    precisions, recalls, _ = peer.precision_recall_curve(y_true, scores)
    assert best == pytest.approx(precisions[:-1][recalls[:-1] >= least].max())
    flagged = flags(scores, threshold)
    assert peer.recall_score(y_true, flagged) >= least
    assert peer.precision_score(y_true, flagged) == pytest.approx(best)


@given(COSTS)
def test_cost_threshold(costs):
    got = oracle("cost_threshold", *costs)
    assert got == pytest.approx(thresholds.cost_threshold(*costs), rel=1e-12)
    flagging, leaving = (1 - got) * costs[0], got * costs[1]
    assert flagging == pytest.approx(leaving)


@given(SAMPLES, COSTS)
def test_best_cost_threshold(samples, costs):
    y_true, scores = split(samples)
    threshold, least = oracle("best_cost_threshold", y_true, scores, *costs)
    assert (threshold, least) == pytest.approx(
        thresholds.best_cost_threshold(y_true, scores, *costs), rel=1e-12
    )

    def cost(t):
        _, fp, fn, _ = peer.confusion_matrix(y_true, flags(scores, t), labels=[0, 1]).ravel()
        return (fp * costs[0] + fn * costs[1]) / len(y_true)

    assert least == pytest.approx(min(map(cost, [*scores, math.inf])))
    assert cost(threshold) == pytest.approx(least)


@given(SAMPLES, SAMPLES, st.sampled_from(list(MEASURES)), st.sampled_from(list(MEASURES)))
def test_tune_and_report(validation, test, goal, measure):
    data = (*split(validation), *split(test))
    got = oracle("tune_and_report", *data, goal, measure)
    assert got == pytest.approx(ask_to_tune(tuning.tune_and_report, *data, goal, measure))
    theirs = {"F1": peer.f1_score, "recall": peer.recall_score, "precision": peer.precision_score}
    for (y_true, scores), value in zip((data[:2], data[2:]), got[1:], strict=True):
        flagged = flags(scores, got[0])
        assert value == pytest.approx(theirs[measure](y_true, flagged, zero_division=0))


# What counts of an answer


@given(SAMPLES)
def test_any_threshold_that_means_the_same_reads_the_same(samples):
    y_true, scores = split(samples)
    best = oracle("best_f_threshold", y_true, scores)
    below = max((s for s in scores if s < best[0]), default=best[0] - 1)
    for threshold in (best[0], (best[0] + below) / 2, np.float32(best[0])):
        answer = (threshold, best[1])
        assert read("best_f_threshold", answer, y_true, scores) == pytest.approx(
            read("best_f_threshold", best, y_true, scores)
        )


@given(SAMPLES, LEAST)
def test_more_recall_than_needed_is_no_better_and_no_worse(samples, least):
    y_true, scores = split(samples)
    best = oracle("precision_at_recall", y_true, scores, least)
    facts = read("precision_at_recall", best, y_true, scores, least)
    assert facts["recall at your threshold, up to what is needed"] == least
    for threshold in set(scores):
        flagged = flags(scores, threshold)
        precision = peer.precision_score(y_true, flagged)
        as_good = peer.recall_score(y_true, flagged) >= least and precision == best[1]
        theirs = read("precision_at_recall", (threshold, best[1]), y_true, scores, least)
        assert (theirs == facts) == as_good


@pytest.mark.parametrize("name", ["best_f_threshold", "precision_at_recall", "best_cost_threshold"])
@pytest.mark.parametrize(
    "answer", [None, 0.3, (0.3,), (0.3, 0.8, 1), ("0.3", 0.8), (math.nan, 0.8), "ab", (None, 1)]
)
def test_what_is_no_pair_is_wrong_and_said_to_be(judged, name, answer):
    report = judged(name, lambda *inputs, **options: answer, seed=0)
    assert report.score == 0
    assert "         It " in str(report)  # gave back, has shape, contains


def test_a_boast_is_wrong_even_with_the_right_threshold(judged, references):
    for name, part in (
        ("best_f_threshold", "the F that you report: the value differs."),
        ("precision_at_recall", "the precision that you report: the value differs."),
        ("best_cost_threshold", "the mean cost that you report: the value differs."),
    ):
        report = judged(name, lambda *i, n=name, **o: (references[n](*i, **o)[0], 0.123))
        assert report.score == 0
        assert part in str(report)


@pytest.mark.parametrize("name", ["best_f_threshold", "precision_at_recall"])
def test_cutting_the_wrong_end_of_the_curve_is_named(judged, name):
    """One place too low by another way than `>`: scikit-learn's first precision cut off."""

    def cut(y_true, scores, *rest, beta=1.0, positive=1):
        y_true = np.array([int(label) == positive for label in y_true])
        p, r, levels = peer.precision_recall_curve(y_true, np.array([float(s) for s in scores]))
        p, r = p[1:], r[1:]
        if name == "best_f_threshold":
            bottom = beta**2 * p + r
            value = (1 + beta**2) * p * r / np.where(bottom > 0, bottom, 1)
        else:
            value = np.where(r >= rest[0], p, -1)
        best = np.argmax(value)
        return levels[best], value[best]

    for seed in (None, 0, 1):
        report = judged(name, cut, seed)
        assert report.score < report.points
        assert report.misconception.name == "gives a threshold that is one score too low"


# The cases themselves


@pytest.mark.parametrize("seed", range(30))
def test_drawn_cases_are_what_their_labels_say(seed):
    cases = {case.label: case for case in find_question("best_f_threshold").cases(seed)[6:]}
    assert max(cases["scores that are all small"].inputs["scores"]) < 0.1
    assert len(set(cases["scores that tie"].inputs["scores"])) == 6
    assert min(cases["a tensor of logits"].inputs["scores"]) < 0
    positive = cases["another positive class"].options["positive"]
    assert positive in cases["another positive class"].inputs["y_true"]
    for case in find_question("best_cost_threshold").cases(seed)[4:]:
        threshold, _ = oracle("best_cost_threshold", *case.inputs.values(), **case.options)
        assert (case.label == "false alarms are dear") <= (threshold > 0)


@pytest.mark.parametrize("seed", range(30))
def test_single_precision_tells_the_drawn_scores_apart(seed):
    for name in ("best_f_threshold", "precision_at_recall", "best_cost_threshold"):
        for case in find_question(name).cases(seed):
            scores = np.asarray(case.inputs["scores"], dtype=float)
            assert len(np.unique(scores)) == len(np.unique(scores.astype(np.float32)))
            gaps = np.diff(np.unique(scores))
            assert gaps.min() > 10 * judged.TOLERANCE * max(1, abs(scores).max())
