import copy

import pytest
import torch

from imbalance_lessons import pipeline


def counted(scores):
    """Make a model, a training that changes weights and buffers, and a validation by script."""
    model, states = torch.nn.BatchNorm1d(2), []

    def train_epoch(model):
        with torch.no_grad():
            model.weight += 1
            model.running_mean += 2
        states.append(copy.deepcopy(model.state_dict()))

    return model, train_epoch, lambda model: scores[len(states) - 1], states


@pytest.mark.parametrize(
    ("scores", "best"),
    [([0.5, 0.9, 0.7], 2), ([0.0, 0.0], 1), ([-3.0, -2.0, -2.0], 2), ([0.1], 1), ([1, 2, 3], 3)],
)
def test_the_best_epoch_is_kept_with_its_buffers(scores, best):
    model, train_epoch, validate, states = counted(scores)
    assert pipeline.keep_best(model, train_epoch, validate, len(scores)) == (max(scores), best)
    assert len(states) == len(scores)
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, states[best - 1][name])


@pytest.mark.parametrize("epochs", [0, -1, 1.5, "3"])
def test_there_is_an_epoch_to_keep(epochs):
    model, train_epoch, validate, _ = counted([1.0])
    with pytest.raises((TypeError, ValueError), match="epochs"):
        pipeline.keep_best(model, train_epoch, validate, epochs)


def test_nothing_can_be_kept_if_no_score_is_a_number():
    model, train_epoch, validate, _ = counted([float("nan")] * 2)
    with pytest.raises(RuntimeError):
        pipeline.keep_best(model, train_epoch, validate, 2)


def test_test_scores_have_no_say():
    validation = {"a": [0.7, 0.8], "b": [0.74, 0.75]}
    for lucky in (0.1, 0.99):
        assert pipeline.winner_on_test(validation, {"b": [lucky, 0.9], "a": [0.5, 0.7]}) == 0.6


def test_without_arms_there_is_no_winner():
    with pytest.raises(ValueError, match=r"validation: expected .* at least one arm, got none"):
        pipeline.winner_on_test({}, {"a": [1.0]})
    with pytest.raises(KeyError, match="a"):
        pipeline.winner_on_test({"a": [1.0]}, {})


@pytest.mark.parametrize("precision", [0, 0.2, 0.95, 1])
def test_a_precision_goes_there_and_back(precision):
    there = pipeline.translate_precision(precision, 0.5, 0.01)
    assert pipeline.translate_precision(there, 0.01, 0.5) == pytest.approx(precision)
    assert there <= precision


@pytest.mark.parametrize("share", [0.001, 0.01, 0.2, 0.5, 0.9])
def test_a_precision_is_that_of_the_same_answers_to_other_numbers_of_questions(share):
    """Recall 0.8, a false alarm for 1 negative in 20: counted among 1,000,000 at either share."""
    precisions = []
    for positives in (500_000, share * 1_000_000):
        right, wrong = 0.8 * positives, 0.05 * (1_000_000 - positives)
        precisions.append(right / (right + wrong))
    assert pipeline.translate_precision(precisions[0], 0.5, share) == pytest.approx(precisions[1])
    assert pipeline.translate_precision(precisions[1], share, 0.5) == pytest.approx(precisions[0])


@pytest.mark.parametrize("arguments", [(1.1, 0.5, 0.1), (0.5, 0, 0.1), (0.5, 0.5, 1), ("x", 1, 1)])
def test_shares_lie_between_0_and_1(arguments):
    with pytest.raises((TypeError, ValueError), match="expected"):
        pipeline.translate_precision(*arguments)


class Watched(torch.nn.Module):
    """Batch normalisation and dropout, and a note of what it was asked."""

    def __init__(self):
        super().__init__()
        self.norm, self.dropout, self.calls = torch.nn.BatchNorm1d(3), torch.nn.Dropout(0.5), []
        self.norm.running_mean += torch.tensor([1.0, 0.0, -1.0])

    def forward(self, batch):
        self.calls.append((len(batch), self.training, torch.is_grad_enabled()))
        return self.dropout(self.norm(batch))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("batch_size", "sizes"), [(4, [4, 4, 3]), (11, [11]), (64, [11])])
def test_a_prediction_leaves_the_model_as_it_was(training, batch_size, sizes):
    model = Watched().train(training)
    state = copy.deepcopy(model.state_dict())
    inputs = torch.randn(11, 3, generator=torch.Generator().manual_seed(0))
    got = pipeline.predict_in_batches(model, inputs, batch_size)
    assert got.tolist() == (inputs - torch.tensor([1.0, 0.0, -1.0])).argmax(dim=1).tolist()
    assert model.calls == [(size, False, False) for size in sizes]
    assert {module.training for module in model.modules()} == {training}
    assert torch.is_grad_enabled()
    for name, value in model.state_dict().items():
        assert torch.equal(value, state[name])


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, "4"])
def test_a_batch_holds_an_input(batch_size):
    with pytest.raises((TypeError, ValueError), match="batch_size"):
        pipeline.predict_in_batches(Watched(), torch.zeros(2, 3), batch_size)
