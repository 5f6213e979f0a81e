"""The oracles of lesson 06 agree with the references, and with what others have written."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from imblearn.metrics import specificity_score
from sklearn import metrics as sk

from autograder.engine.compare import mismatch
from autograder.engine.registry import find_judge, find_question
from imbalance_lessons import metrics, multiclass, ranking

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)
ranked = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-6, 6).map(lambda k: k / 4)), min_size=2, max_size=40
)


def oracle(name, *inputs, **options):
    return find_judge(name).expected(*inputs, **options)


def split(pairs):
    return tuple(map(list, zip(*pairs, strict=True)))


def quietly(score, *inputs, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return score(*inputs, **options)


def one_against_the_rest(pairs, positive):
    return tuple([int(label == positive) for label in labels] for labels in split(pairs))


@given(pairs, st.integers(0, 5))
def test_precision(pairs, positive):
    got = oracle("precision", *split(pairs), positive=positive)
    assert got == pytest.approx(metrics.precision(*split(pairs), positive), rel=1e-12)
    theirs = sk.precision_score(*one_against_the_rest(pairs, positive), zero_division=0)
    assert got == pytest.approx(theirs, rel=1e-12)


@given(pairs, st.integers(0, 5))
def test_recall(pairs, positive):
    got = oracle("recall", *split(pairs), positive=positive)
    assert got == pytest.approx(metrics.recall(*split(pairs), positive), rel=1e-12)
    theirs = sk.recall_score(*one_against_the_rest(pairs, positive), zero_division=0)
    assert got == pytest.approx(theirs, rel=1e-12)


@given(pairs, st.integers(0, 5))
def test_specificity(pairs, positive):
    got = oracle("specificity", *split(pairs), positive=positive)
    assert got == pytest.approx(metrics.specificity(*split(pairs), positive), rel=1e-12)
    true, flagged = one_against_the_rest(pairs, positive)
    assume(0 < sum(true) < len(true))
    theirs = quietly(specificity_score, true, flagged, labels=[0, 1], average="binary")
    assert got == pytest.approx(theirs, rel=1e-12)


@given(pairs, st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0]), st.integers(0, 5))
def test_f_score(pairs, beta, positive):
    got = oracle("f_score", *split(pairs), beta=beta, positive=positive)
    assert got == pytest.approx(metrics.f_score(*split(pairs), beta, positive), rel=1e-12)
    true, flagged = one_against_the_rest(pairs, positive)
    theirs = sk.fbeta_score(true, flagged, beta=beta, zero_division=0)
    assert got == pytest.approx(theirs, rel=1e-12)


@given(pairs)
def test_balanced_accuracy(pairs):
    got = oracle("balanced_accuracy", *split(pairs))
    assert got == pytest.approx(multiclass.balanced_accuracy(*split(pairs)), rel=1e-12)
    assert got == pytest.approx(quietly(sk.balanced_accuracy_score, *split(pairs)), rel=1e-12)


@given(ranked, st.integers(0, 2))
def test_average_precision(ranked, positive):
    labels, scores = split(ranked)
    assume(0 < labels.count(positive) < len(labels))
    got = oracle("average_precision", labels, scores, positive=positive)
    assert got == pytest.approx(ranking.average_precision(labels, scores, positive), rel=1e-12)
    theirs = sk.average_precision_score([label == positive for label in labels], scores)
    assert got == pytest.approx(theirs, rel=1e-12)


def test_average_precision_of_a_constant_is_the_prevalence_and_trapezoids_are_not():
    labels, scores = [0] * 90 + [1] * 10, [0.5] * 100
    assert oracle("average_precision", labels, scores) == 0.1
    [trapezoids] = [
        m.submission
        for m in find_judge("average_precision").misconceptions
        if "straight lines" in m.name
    ]
    precisions, recalls, _ = sk.precision_recall_curve(labels, scores)
    assert trapezoids(labels, scores) == pytest.approx(sk.auc(recalls, precisions)) == 0.55


def drawn(name, seeds=30):
    question = find_question(name)
    return [c for seed in range(seeds) for c in question.cases(seed) if not c.public]


@pytest.mark.parametrize("name", ["precision", "recall", "specificity", "f_score"])
def test_drawn_cases_tell_the_metrics_apart_and_have_their_empty_one(name):
    """Wherever nothing is 0, precision, recall and specificity are three different numbers."""
    empty = 0
    for case in drawn(name):
        inputs = list(case.inputs.values())
        positive = case.options.get("positive", 1)
        counts = metrics.confusion_counts(*inputs, positive=positive)
        empty += 0 in counts
        if 0 not in counts:
            three = [oracle(m, *inputs, positive=positive) for m in ("precision", "recall")]
            assert abs(three[0] - three[1]) > 1e-3
            assert len(set(counts)) == 4
    assert empty >= 30


def test_drawn_classes_go_missing_and_are_predicted_for_nothing():
    cases = [tuple(map(np.asarray, case.inputs.values())) for case in drawn("balanced_accuracy")]
    assert any(len(np.unique(true)) <= true.max() for true, _ in cases)
    assert any(set(predicted.tolist()) - set(true.tolist()) for true, predicted in cases)
    assert {len(np.unique(true)) for true, _ in cases} >= {2, 3, 5, 6}


def test_drawn_rankings_have_ties_that_matter():
    """In most cases positives and negatives share a score."""
    tied = 0
    cases = drawn("average_precision")
    for case in cases:
        labels, scores = (np.asarray(value) for value in case.inputs.values())
        hits = labels == case.options.get("positive", 1)
        tied += bool(set(scores[hits].tolist()) & set(scores[~hits].tolist()))
    assert 0.5 < tied / len(cases) < 0.65


def one_count_at_a_time(n):
    """Build a clinic of n patients that has 95% accuracy and 40% recall, for each prevalence."""
    for ill in range(5, n, 5):
        missed = round(0.6 * ill)
        false_alarms = round(0.05 * n) - missed
        if 0 <= false_alarms <= n - ill:
            kinds = [n - ill - false_alarms, false_alarms, missed, ill - missed]
            yield ill / n, np.repeat([0, 0, 1, 1], kinds), np.repeat([0, 1, 0, 1], kinds)


def test_screening_by_building_the_clinics():
    clinics = {share: (true, flagged) for share, true, flagged in one_count_at_a_time(6000)}
    for true, flagged in clinics.values():
        assert sk.accuracy_score(true, flagged) == pytest.approx(0.95)
        assert sk.recall_score(true, flagged) == pytest.approx(0.4)
    assert oracle("screening", "largest_prevalence") == pytest.approx(max(clinics)) == 1 / 12
    for percent in (1, 5, 8):
        got = oracle("screening", f"precision_at_{percent}")
        assert got == pytest.approx(sk.precision_score(*clinics[percent / 100]))
    true, _ = clinics[0.08]
    got = oracle("screening", "baseline_at_8")
    assert got == pytest.approx(sk.accuracy_score(true, np.zeros_like(true)))


def test_the_three_precisions_are_those_of_the_text():
    expected = {"precision_at_1": 0.083, "precision_at_5": 0.50, "precision_at_8": 0.94}
    for key, value in expected.items():
        assert oracle("screening", key) == pytest.approx(value, abs=0.005)
        assert mismatch(oracle("screening", key), value, find_judge("screening").rtol) is None


def test_each_situation_has_a_metric_of_its_own():
    letters = [oracle("chosen_metrics", case.inputs["key"]) for case in chosen()]
    assert sorted(letters) == ["B", "C", "D", "E", "F"]


def chosen():
    return find_question("chosen_metrics").public


def test_every_wrong_letter_for_a_clear_situation_is_explained(judged):
    right = {case.inputs["key"]: oracle("chosen_metrics", case.inputs["key"]) for case in chosen()}
    explained = 0
    for key, letter in right.items():
        for other in set("ABCDEF") - {letter}:
            report = judged("chosen_metrics", {**right, key: other})
            assert report.score == pytest.approx(0.8)
            explained += report.misconception is not None
    assert explained >= 11
