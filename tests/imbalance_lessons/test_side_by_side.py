from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from sklearn.metrics import average_precision_score, f1_score, recall_score

from imbalance_lessons import loss_plots
from imbalance_lessons.side_by_side import (
    BATCH,
    HIDDEN,
    LEARNING_RATE,
    compare,
    split_fraud,
    train_side_by_side,
)
from imbalance_lessons.thresholds import best_f_threshold

LOSSES = {"plain": (0, 1, 1), "weighted": (0, 0.5, 4), "focal": (2, 0.25, 0.75)}
SIZES = (2000, 1000, 1500)


@pytest.fixture(scope="module")
def parts():
    return split_fraud(3, prevalence=0.1, sizes=SIZES)


def single(inputs, labels, loss, seed, steps):
    """Train one network in the usual way: modules, and logits of two classes."""
    generator = torch.Generator().manual_seed(seed)
    layers = []
    for rows, columns in ((inputs.shape[1], HIDDEN), (HIDDEN, 1)):
        layer = torch.nn.Linear(rows, columns)
        for values, shape in ((layer.weight, (rows, columns)), (layer.bias, (columns,))):
            drawn = (2 * torch.rand(shape, generator=generator) - 1) / rows**0.5
            values.data = drawn.T.contiguous() if drawn.ndim == 2 else drawn
        layers.append(layer)
    model = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1])
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    for _ in range(steps):
        rows = torch.randint(len(labels), (BATCH,), generator=generator)
        optimizer.zero_grad()
        loss(model(inputs[rows])[:, 0], labels[rows]).backward()
        optimizer.step()
    return model


def weighted(log_odds, labels):
    """PyTorch's own, whose weighted mean divides by the number of samples for one logit."""
    weights = torch.where(labels == 1, 4.0, 0.5)
    return F.binary_cross_entropy_with_logits(log_odds, labels.float(), weights)


def focused(log_odds, labels):
    """PyTorch's cross entropy, and the factor worked out from its own value."""
    losses = F.binary_cross_entropy_with_logits(log_odds, labels.float(), reduction="none")
    weights = torch.where(labels == 1, 0.75, 0.25)
    return (weights * (1 - torch.exp(-losses)) ** 2 * losses).mean()


def test_each_network_is_what_it_would_be_if_trained_alone(parts):
    inputs, labels = parts[0]
    [networks] = train_side_by_side(inputs, labels, LOSSES, [40], seed=5)
    together = networks.log_odds(parts[1][0])
    plain = single(
        inputs, labels, lambda z, y: F.binary_cross_entropy_with_logits(z, y.float()), 5, 40
    )
    alone = {"plain": plain}
    alone["weighted"] = single(inputs, labels, weighted, 5, 40)
    alone["focal"] = single(inputs, labels, focused, 5, 40)
    for name, model in alone.items():
        expected = model(parts[1][0])[:, 0].detach().numpy()
        np.testing.assert_allclose(together[name], expected, rtol=1e-3, atol=1e-3)


def test_a_stop_is_a_copy_of_what_a_shorter_training_gives(parts):
    early, late = train_side_by_side(*parts[0], LOSSES, [10, 30])
    [alone] = train_side_by_side(*parts[0], LOSSES, [10])
    for name, values in alone.log_odds(parts[1][0]).items():
        np.testing.assert_array_equal(early.log_odds(parts[1][0])[name], values)
        assert not np.allclose(late.log_odds(parts[1][0])[name], values)


@pytest.mark.parametrize("gamma", [0, 0.5, 2])
def test_what_is_certain_spoils_nothing(gamma):
    """In float32 1 - p is 0 there: its logarithm times a gamma of 0, or its power, were NaN."""
    inputs, labels = torch.tensor([[-1e4], [1e4]]), torch.tensor([0, 1])
    [nets] = train_side_by_side(inputs, labels, {"certain": (gamma, 1, 1)}, [60])
    odds = torch.tensor(nets.log_odds(inputs)["certain"], dtype=torch.float32)
    assert odds.isfinite().all()
    assert torch.sigmoid(-odds[1]).log() == -torch.inf


def test_nobody_elses_random_numbers_are_used(parts):
    before = torch.random.get_rng_state()
    train_side_by_side(*parts[0], LOSSES, [3])
    assert torch.equal(before, torch.random.get_rng_state())


def test_parts_are_scaled_by_the_first(parts):
    assert [len(labels) for _, labels in parts] == list(SIZES)
    inputs = parts[0][0].double()
    np.testing.assert_allclose(inputs.mean(dim=0), 0, atol=1e-5)
    np.testing.assert_allclose(inputs.std(dim=0, correction=0), 1, atol=1e-5)
    assert sum(int(labels.sum()) for _, labels in parts) == 450


@pytest.fixture(scope="module")
def comparison():
    return compare(LOSSES, 0.1, stops=(20, 60), seeds=(3, 4), sizes=SIZES)


def test_scores_are_scikit_learns(comparison, parts):
    assert comparison.scores.shape == (2, 2, 3, 4)
    networks = train_side_by_side(*parts[0], LOSSES, (20, 60), seed=3)[1]
    y_val, y = parts[1][1].numpy(), parts[2][1].numpy()
    for i, (name, z) in enumerate(networks.log_odds(parts[2][0]).items()):
        threshold, _ = best_f_threshold(y_val, networks.log_odds(parts[1][0])[name])
        expected = [
            average_precision_score(y, z),
            recall_score(y, z >= 0),
            f1_score(y, z >= 0),
            f1_score(y, z >= threshold),
        ]
        np.testing.assert_allclose(comparison.scores[0, 1, i], expected, rtol=1e-9)


def test_problems_done_apart_are_those_done_together(comparison):
    alone = [compare(LOSSES, 0.1, stops=(20, 60), seeds=(seed,), sizes=SIZES) for seed in (3, 4)]
    both = alone[0] + alone[1]
    np.testing.assert_array_equal(both.scores, comparison.scores)
    assert both.table(60) == comparison.table(60)
    for name, other in {"names": ("x",), "stops": (20,), "prevalence": 0.5}.items():
        with pytest.raises(ValueError, match=f"other: expected {name}"):
            comparison + replace(comparison, **{name: other})


def test_leads_are_those_over_the_first_loss(comparison):
    leads = comparison.leads(60)
    precision = comparison.scores[:, 1, :, 0]
    assert leads[:, 0].tolist() == [0, 0]
    np.testing.assert_allclose(leads[:, 2], precision[:, 2] - precision[:, 0])
    with pytest.raises(ValueError, match="not in tuple"):
        comparison.leads(30)


def test_the_table_says_what_the_scores_say(comparison):
    head, *rows, dummy = comparison.table(20).splitlines()
    assert [row.split()[0] for row in rows] == list(LOSSES)
    assert "lead (low to high)" in head
    for i, row in enumerate(rows):
        means = comparison.scores[:, 0, i].mean(axis=0)
        numbers = [float(word) for word in row.split() if word[0].isdigit()]
        np.testing.assert_allclose(numbers, means, atol=0.0051)
    low, high = comparison.leads(20)[:, 1].min(), comparison.leads(20)[:, 1].max()
    assert f"({low:+.2f} to {high:+.2f})" in rows[1]
    assert dummy.split()[-3:] == ["0.100", "1.00", "0.182"]


def test_progress_changes_nothing_but_what_is_seen(comparison, capsys):
    again = compare(LOSSES, 0.1, stops=(20, 60), seeds=(3, 4), sizes=SIZES, progress=True)
    np.testing.assert_array_equal(again.scores, comparison.scores)
    assert capsys.readouterr().err == ""


def test_the_example_in_the_docstring_is_true(has_true_examples):
    has_true_examples("side_by_side")


# The figures of this lesson


P, RARE = [0.9, 0.5, 0.2], [0, 1, 0]


def test_loss_shares_are_those_of_the_formula():
    ax = loss_plots.plot_loss_shares(P, RARE, gamma=1, alpha=0.75)
    losses = np.array(
        [0.25 * 0.1 * np.log(0.9), 0.75 * 0.5 * np.log(0.5), 0.25 * 0.8 * np.log(0.2)]
    )
    shares = losses / losses.sum()
    heights = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in ax.patches}
    np.testing.assert_allclose([heights[i] for i in range(3)], shares)
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == [
        f"common: {shares[0] + shares[2]:.0%} of the loss",
        f"rare: {shares[1]:.0%} of the loss",
    ]
    text = loss_plots.describe_loss_shares(P, RARE, gamma=1, alpha=0.75)
    assert f"rare 0.5: {shares[1]:.1%}" in text
    assert f"0.2: {shares[2]:.1%}" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0.5, 1], [0, 1], 2, 0.5), "probabilities: expected numbers between 0 and 1"),
        (([0.5], [0, 1], 2, 0.5), "labels: expected 1, one a sample, got 2"),
        (([0.5], [0], 2, 1.5), "alpha"),
        (([0.5], [0], -1, 0.5), "gamma"),
    ],
)
def test_loss_shares_of_what_makes_no_sense_are_refused(arguments, words):
    for function in (loss_plots.plot_loss_shares, loss_plots.describe_loss_shares):
        with pytest.raises(ValueError, match=words):
            function(*arguments)


def test_leads_are_drawn_and_described():
    names, leads = ["one loss", "other"], {"early": [[0.1, 0.2], [0.3, -0.1]], "late": [[0, 0.05]]}
    ax = loss_plots.plot_leads(names, leads, "lead in AP")
    points = [np.asarray(points.get_offsets()) for points in ax.collections]
    assert [len(p) for p in points] == [4, 2]
    np.testing.assert_allclose(points[0][:, 1], [0.1, 0.2, 0.3, -0.1])
    assert set(np.round(points[0][:, 0])) == {0, 1}
    assert len({tuple(c.get_facecolor()[0]) for c in ax.collections}) == 2
    assert ax.get_ylabel() == "lead in AP"
    text = loss_plots.describe_leads(names, leads, "lead in AP")
    assert "early: one loss +0.10 to +0.30, other -0.10 to +0.20; late:" in text
    with pytest.raises(ValueError, match="leads: expected 2 columns for 'early'"):
        loss_plots.plot_leads(names, {"early": [[1]]}, "lead")
