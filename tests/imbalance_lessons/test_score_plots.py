import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from scipy.stats import binomtest
from sklearn import metrics as peer
from sklearn.calibration import calibration_curve

from imbalance_lessons import loss_plots, plots, reliability_plots, score_plots

RNG = np.random.default_rng(0)
Y = (RNG.random(300) < 0.15).astype(int)
SCORES = np.round(1 / (1 + np.exp(1.5 - 2 * Y - RNG.normal(size=300))), 2)  # with ties
MODELS = {"good": SCORES, "guess": RNG.random(300)}
X = RNG.normal(size=(300, 2)) + Y[:, None]


def above(rows):
    return (rows.sum(axis=1) > 1).astype(int)


MODULES = {
    "focal": loss_plots,
    "decision_regions": loss_plots,
    "reliability": reliability_plots,
}
CALLS = {
    "confusion": (Y, SCORES > 0.5),
    "roc": (Y, MODELS),
    "precision_recall": (Y, MODELS),
    "thresholds": (Y, SCORES, 1, 5),
    "reliability": (Y, SCORES),
    "focal": (),
    "decision_regions": (above, X, Y),
}


def call(kind, name, *args, **kwargs):
    module = MODULES.get(name, score_plots)
    return getattr(module, f"{kind}_{name}")(*(args or CALLS[name]), **kwargs)


def test_the_confusion_matrix_is_that_of_scikit_learn():
    ax = call("plot", "confusion")
    words = [text.get_text() for text in ax.texts]
    counts = peer.confusion_matrix(Y, SCORES > 0.5)
    shares = peer.confusion_matrix(Y, SCORES > 0.5, normalize="true")
    cells = zip(counts.ravel(), shares.ravel(), strict=True)
    assert words == [f"{n}\n{share:.1%}" for n, share in cells]
    np.testing.assert_allclose(ax.images[0].get_array(), shares)
    recall = peer.recall_score(Y, SCORES > 0.5)
    assert ax.get_yticklabels()[1].get_text() == f"class 1\nrecall {recall:.1%}"
    assert f"class 1 (recall {recall:.1%}): {counts[1, 0]} taken for" in call(
        "describe", "confusion"
    )


def test_a_class_without_samples_has_no_recall():
    text = score_plots.describe_confusion([0, 0], [0, 1], ["a", "b", "c"])
    assert "a (recall 50.0%): 1 taken for a, 1 taken for b, 0 taken for c; b (no samples)" in text


def test_the_roc_curve_is_that_of_scikit_learn_and_its_baseline_the_diagonal():
    *curves, baseline = call("plot", "roc").get_lines()
    for line, (name, scores) in zip(curves, MODELS.items(), strict=True):
        rates = peer.roc_curve(Y, scores, drop_intermediate=False)[:2]
        np.testing.assert_allclose(line.get_xydata(), np.column_stack(rates))
        area = f"area {peer.roc_auc_score(Y, scores):.3f}"
        assert line.get_label() == f"{name} ({area})"
        assert f"{name}: {area}" in call("describe", "roc")
    np.testing.assert_array_equal(baseline.get_xydata(), [[0, 0], [1, 1]])


def test_the_area_under_the_drawn_steps_is_the_average_precision():
    *curves, baseline = call("plot", "precision_recall").get_lines()
    for line, (name, scores) in zip(curves, MODELS.items(), strict=True):
        recall, precision = line.get_data()
        expected = peer.precision_recall_curve(Y, scores)
        np.testing.assert_allclose(precision[1:], expected[0][-2::-1])
        np.testing.assert_allclose(recall, expected[1][::-1])
        assert line.get_drawstyle() == "steps-pre"
        area = np.sum(np.diff(recall) * precision[1:])
        assert area == pytest.approx(peer.average_precision_score(Y, scores))
        assert f"{name}: average precision {area:.3f}" in call("describe", "precision_recall")
    assert set(baseline.get_ydata()) == {np.mean(Y)}


def test_threshold_lines_are_scikit_learns_scores_of_the_flagged():
    ax = call("plot", "thresholds")
    precision, recall, f1, cost, best, cheapest = ax.get_lines()
    for i, t in enumerate(precision.get_xdata()):
        flagged = t <= SCORES
        _tn, fp, fn, __tp = peer.confusion_matrix(Y, flagged).ravel()
        assert precision.get_ydata()[i] == pytest.approx(peer.precision_score(Y, flagged))
        assert recall.get_ydata()[i] == pytest.approx(peer.recall_score(Y, flagged))
        assert f1.get_ydata()[i] == pytest.approx(peer.f1_score(Y, flagged))
        trivial = min(5 * np.sum(Y == 1), np.sum(Y == 0))
        assert cost.get_ydata()[i] == pytest.approx((fp + 5 * fn) / trivial)
    assert best.get_xdata()[0] == f1.get_xdata()[np.argmax(f1.get_ydata())]
    assert cost.get_ydata().min() == cost.get_ydata()[cost.get_xdata() == cheapest.get_xdata()[0]]
    assert f"highest at {best.get_xdata()[0]:.3g}" in call("describe", "thresholds")


def test_where_nobody_should_be_flagged_no_threshold_is_drawn():
    args = ([0, 1, 0], [0.9, 0.5, 0.1], 100, 1)
    assert len(score_plots.plot_thresholds(*args).get_lines()) == 5
    assert "above all scores, where nobody is flagged: 100%" in score_plots.describe_thresholds(
        *args
    )


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_the_reliability_diagram_is_scikit_learns(strategy):
    ax = reliability_plots.plot_reliability(Y, SCORES, 5, strategy == "quantile")
    observed, predicted = calibration_curve(Y, SCORES, n_bins=5, strategy=strategy)
    line = ax.containers[0].lines[0]
    np.testing.assert_allclose(line.get_xydata(), np.column_stack([predicted, observed]))
    text = reliability_plots.describe_reliability(Y, SCORES, 5, strategy == "quantile")
    assert f"{predicted[0]:.3g} promised, {observed[0]:.3g} came" in text


@pytest.mark.parametrize("positives", [0, 29, 57, 58, 100])
def test_the_intervals_of_a_reliability_diagram_are_scipys(positives):
    """29 of 100 too, of which 0.29 times 100 makes 28.999999999999996."""
    labels = [1] * positives + [0] * (100 - positives)
    ax = reliability_plots.plot_reliability(labels, [0.25] * 100)
    [interval] = ax.containers[0].lines[2][0].get_segments()
    ends = binomtest(positives, 100).proportion_ci(method="wilson")
    np.testing.assert_allclose(interval[:, 1], ends, atol=1e-12)


def test_focal_curves_have_the_values_of_lin_et_al():
    ax = call("plot", "focal")
    curves = {line.get_label(): line for line in ax.get_lines()}
    p, cross_entropy = curves["γ = 0 (cross entropy)"].get_data()
    focal = curves["γ = 2"].get_ydata()
    np.testing.assert_allclose(cross_entropy, -np.log(p))
    at = int(np.argmin(np.abs(p - 0.9)))
    assert cross_entropy[at] / focal[at] == pytest.approx(100)  # section 3.2
    assert (cross_entropy[p <= 0.5] / focal[p <= 0.5]).max() == pytest.approx(4)
    assert "gamma 2: 0.173 at probability 0.5, 0.00105 at 0.9" in call("describe", "focal")


def test_decision_regions_hold_what_the_model_says():
    ax = call("plot", "decision_regions")
    points = [points.get_offsets() for points in ax.collections if len(points.get_offsets()) > 1]
    for c in (0, 1):
        np.testing.assert_array_equal(points[c], X[c == Y])
    recalls = peer.recall_score(Y, above(X), average=None)
    text = call("describe", "decision_regions")
    for c, recall in enumerate(recalls):
        assert f"class {c}: {np.sum(c == Y)} samples, recall {recall:.0%}" in text


@pytest.mark.parametrize("name", CALLS)
def test_figures_are_sharp_legible_repeatable_and_leave_settings_alone(name):
    before, figures = dict(mpl.rcParams), plt.get_fignums()
    ax = plots.new_axes()
    assert call("plot", name, *CALLS[name], ax=ax) is ax
    one, two = (plots.show(call("plot", name), call("describe", name)) for _ in range(2))
    assert one == two
    texts = [text for text in ax.findobj(mpl.text.Text) if text.get_text()]
    assert min(text.get_fontsize() for text in texts) >= 12
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == figures


@pytest.mark.parametrize("name", ["roc", "precision_recall", "thresholds", "focal"])
def test_no_two_lines_differ_in_colour_alone(name):
    lines = call("plot", name).get_lines()
    looks = {(str(line.get_linestyle()), str(line.get_marker())) for line in lines}
    assert len(looks) == len(lines)


def test_lists_and_tensors_draw_the_same():
    for name in ("roc", "precision_recall", "thresholds", "reliability"):
        as_list = call("describe", name, Y.tolist(), SCORES.tolist())
        assert as_list == call("describe", name, torch.tensor(Y), torch.tensor(SCORES))


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("confusion", ([0, 1], [0, 1], ["a"]), "names: expected 2, one a class, got 1"),
        ("confusion", ([0, 1], [0]), "y_pred: expected 2 labels"),
        ("roc", ([0, 1], {}), "scores: expected those of 1 to 6 models, got 0"),
        ("roc", ([0, 0], [1, 2]), "y_true: expected positives"),
        ("precision_recall", ([0, 1], [1, np.nan]), "scores: expected"),
        ("thresholds", ([0, 1], [0, 1], 0), "cost_fp: expected a finite number above 0"),
        ("reliability", ([0, 1], [0, 2]), "y_prob: expected"),
        ("reliability", ([0, 1], [0, 1], 0), "bins: expected"),
        ("focal", ([],), "gammas: expected 1 to 6 numbers, got 0"),
        ("focal", ([-1],), "gamma: expected a number from 0 on"),
        ("decision_regions", (above, X[:, :1], Y), "samples: expected two features"),
        ("decision_regions", (above, X, Y[1:]), "labels: expected 300, one a sample, got 299"),
        ("decision_regions", (lambda _: [0], X, Y), "predict: expected a class number for each"),
        ("decision_regions", (above, X, Y, ["a"]), "names: expected 2, one a class, got 1"),
    ],
)
def test_bad_arguments_are_named(name, args, message):
    for kind in ("plot", "describe"):
        with pytest.raises(ValueError, match=message):
            call(kind, name, *args)
