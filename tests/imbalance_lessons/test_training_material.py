"""The tutorial's training, word for word: each of its defects there, and none of them here."""

import copy  # noqa: F401 - for a mended function
import inspect
import re
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score, classification_report
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

from imbalance_lessons.training import TWICE, fit, train_imbalanced_classifier


# fmt: off
def material(
    X_train, y_train, X_val, y_val,  # noqa: N803
    model,
    epochs=50,
    batch_size=32,
    use_weighted_sampling=True,
    use_weighted_loss=True
):
    """Train a classifier on imbalanced data with best practices."""
    # Analyze class distribution
    class_counts = torch.bincount(torch.tensor(y_train))
    print(f"Class distribution: {class_counts.tolist()}")
    imbalance_ratio = class_counts.max().item() / class_counts.min().item()
    print(f"Imbalance ratio: {imbalance_ratio:.1f}:1")

    # Setup loss function
    if use_weighted_loss:
        weights = len(y_train) / (len(class_counts) * class_counts.float())
        criterion = nn.CrossEntropyLoss(weight=weights)
        print(f"Class weights: {weights.tolist()}")
    else:
        criterion = nn.CrossEntropyLoss()

    # Setup data loader with optional weighted sampling
    train_dataset = TensorDataset(torch.FloatTensor(X_train), torch.LongTensor(y_train))

    if use_weighted_sampling:
        sample_weights = 1.0 / class_counts[y_train].float()
        sampler = WeightedRandomSampler(sample_weights, len(y_train), replacement=True)
        train_loader = DataLoader(train_dataset, batch_size=batch_size, sampler=sampler)
    else:
        train_loader = DataLoader(train_dataset, batch_size=batch_size, shuffle=True)

    val_dataset = TensorDataset(torch.FloatTensor(X_val), torch.LongTensor(y_val))
    val_loader = DataLoader(val_dataset, batch_size=batch_size)

    # Optimizer
    optimizer = optim.Adam(model.parameters(), lr=1e-3)

    # Training loop
    best_bal_acc = 0
    for epoch in range(epochs):
        model.train()
        for X_batch, y_batch in train_loader:  # noqa: N806
            optimizer.zero_grad()
            outputs = model(X_batch)
            loss = criterion(outputs, y_batch)
            loss.backward()
            optimizer.step()

        # Validation
        model.eval()
        all_preds, all_labels = [], []
        with torch.no_grad():
            for X_batch, y_batch in val_loader:  # noqa: N806
                outputs = model(X_batch)
                preds = outputs.argmax(dim=1)
                all_preds.extend(preds.tolist())
                all_labels.extend(y_batch.tolist())

        bal_acc = balanced_accuracy_score(all_labels, all_preds)
        if bal_acc > best_bal_acc:
            best_bal_acc = bal_acc
            best_model_state = model.state_dict().copy()

        if (epoch + 1) % 10 == 0:
            print(f"Epoch {epoch+1}: Balanced Accuracy = {bal_acc:.4f}")

    # Restore best model and print final report
    model.load_state_dict(best_model_state)
    print(f"\nBest Balanced Accuracy: {best_bal_acc:.4f}")
    print("\nFinal Classification Report:")
    print(classification_report(all_labels, all_preds))

    return model
# fmt: on


FAST = ("lr=1e-3", "lr=0.1")
"""At this learning rate a dozen epochs go up and down as much as hundreds do at the tutorial's."""
RESTORED = ("model.state_dict().copy()", "copy.deepcopy(model.state_dict())")
COUNTED = ("class_counts.min().item()", "max(class_counts.min().item(), 1)")


def mended(*changes):
    """Give the tutorial's function with some of its text changed, to see one defect at a time."""
    source = inspect.getsource(material)
    for old, new in changes:
        assert source.count(old) == 1
        source = source.replace(old, new)
    scope = dict(globals())
    exec(source, scope)
    return scope["material"]


def ours(*args, **options):
    return train_imbalanced_classifier(*args, **{"seed": 0, "lr": 0.1, **options})


def blobs(n=200, rare=40, gap=1.0, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([0, 1], [n - rare, rare]))
    return (rng.normal(size=(n, 3)) + gap * y[:, None]).astype(np.float32), y


X, Y = blobs()
XV, YV = blobs(seed=1)
DATA = (X, Y, XV, YV)


def network(columns=2):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.BatchNorm1d(8), nn.Linear(8, columns))


def told(train, *args, seed=3):
    """Train with PyTorch's global random numbers from a seed; give the model and the printout."""
    out = StringIO()
    with torch.random.fork_rng(devices=[]), redirect_stdout(out):
        torch.manual_seed(seed)
        model = train(*args)
    return model, out.getvalue()


def best_printed(text):
    return float(re.search(r"Best Balanced Accuracy: ([\d.]+)", text)[1])


def reported(text):
    """Read a report's balanced accuracy: the mean of the recalls, the second number of a row."""
    rows = re.findall(r"^ +(?:class )?[01] +\d\.\d+ +(\d\.\d+) ", text.split("Final")[1], re.M)
    assert len(rows) == 2
    return np.mean([float(row) for row in rows])


def worth(model):
    with torch.no_grad():
        return balanced_accuracy_score(YV, model.eval()(torch.tensor(XV)).argmax(dim=1))


def weights_of(model):
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def test_the_model_of_the_best_epoch_comes_back():
    model, text = told(mended(FAST), *DATA, network(), 12)
    assert worth(model) < best_printed(text) - 0.01  # a shallow copy: nothing was restored
    model, text = told(ours, *DATA, network(), 12)
    assert worth(model) == pytest.approx(best_printed(text), abs=5e-5)
    run = [e.score for e in fit(*DATA, network(), 12, seed=0, lr=0.1, verbose=False).history]
    assert run[-1] + 0.01 < max(run) == pytest.approx(worth(model))


def test_the_report_is_of_the_model_that_comes_back():
    model, text = told(mended(FAST, RESTORED), *DATA, network(), 12)
    assert worth(model) == pytest.approx(best_printed(text), abs=5e-5)  # restored at last
    assert reported(text) < worth(model) - 0.01  # but the report is of the last epoch
    model, text = told(ours, *DATA, network(), 12)
    assert reported(text) == pytest.approx(worth(model), abs=0.001)


def test_no_epochs_are_no_error():
    with pytest.raises(UnboundLocalError, match="best_model_state"):
        told(material, *DATA, network(), 0)
    model, text = told(ours, *DATA, network(), 0)
    assert torch.equal(weights_of(model), weights_of(network()))
    assert best_printed(text) == pytest.approx(worth(model), abs=5e-5)


def test_a_model_that_is_always_wrong_is_no_error():
    """Its score is 0, and nothing is greater than a best score that starts at 0."""
    rows, labels = np.array([[-1.0], [1.0]] * 20, dtype=np.float32), np.array([0, 1] * 20)

    def certain():
        model = nn.Linear(1, 2)
        model.weight.data, model.bias.data = torch.tensor([[-50.0], [50.0]]), torch.zeros(2)
        return model

    with pytest.raises(UnboundLocalError, match="best_model_state"):
        told(material, rows, labels, rows, 1 - labels, certain(), 2)
    _, text = told(ours, rows, labels, rows, 1 - labels, certain(), 2)
    assert best_printed(text) == 0
    assert "(epoch 1)" in text  # the first of two that are equally bad


def test_a_class_without_samples_has_a_finite_weight():
    labels = [0, 0, 2, 2]
    args = (X[:4], labels, X[:3], [0, 1, 2])
    with pytest.raises(ZeroDivisionError):
        told(material, *args, network(3), 1)
    _, text = told(mended(COUNTED), *args, network(3), 1)
    assert "Class weights: [0.66" in text
    assert "inf" in text
    model, text = told(ours, *args, network(3), 3)
    assert "nan" not in text
    assert "inf" not in text.split("Class weights")[1]
    assert weights_of(model).isfinite().all()


def test_the_last_class_may_lack_samples():
    args = (X[:4], [0, 0, 1, 1], X[:3], [0, 1, 2])
    with pytest.raises(RuntimeError, match="weight"):  # two weights for three logits
        told(material, *args, network(3), 1)
    model, _ = told(ours, *args, network(3), 3)
    assert weights_of(model).isfinite().all()


@pytest.mark.parametrize(
    "data",
    [
        (torch.tensor(X).double(), Y, torch.tensor(XV).double(), YV),
        (X, torch.tensor(Y, dtype=torch.uint8), XV, torch.tensor(YV, dtype=torch.uint8)),
    ],
    ids=["float64 samples", "uint8 labels"],
)
@pytest.mark.filterwarnings("ignore:To copy construct from a tensor")
def test_tensors_of_other_types_do_as_well(data):
    with pytest.raises(TypeError, match="type"):
        told(material, *data, network(), 1)
    one, other = (told(ours, *values, network(), 1)[0] for values in (data, DATA))
    assert torch.equal(weights_of(one), weights_of(other))


def test_a_seed_can_be_given_and_decides_everything():
    assert "seed" not in inspect.signature(material).parameters
    one, other = (weights_of(told(material, *DATA, network(), 1, seed=k)[0]) for k in (1, 2))
    assert not torch.equal(one, other)
    one, other = (weights_of(told(ours, *DATA, network(), 1, seed=k)[0]) for k in (1, 2))
    assert torch.equal(one, other)


def test_nobody_elses_random_numbers_are_used_up(leaves_randomness_alone):
    with torch.random.fork_rng(devices=[]), redirect_stdout(StringIO()):
        before = torch.get_rng_state()
        material(*DATA, network(), 1)
        assert not torch.equal(torch.get_rng_state(), before)
    with leaves_randomness_alone(), redirect_stdout(StringIO()):
        ours(*DATA, network(), 1)


def test_two_corrections_at_once_come_with_a_warning():
    assert TWICE not in told(material, *DATA, network(), 1)[1]
    assert TWICE in told(ours, *DATA, network(), 1)[1]


def test_the_modes_of_the_model_are_put_back():
    model = network()
    assert model.training
    assert not told(material, *DATA, model, 1)[0].training
    assert told(ours, *DATA, network(), 1)[0].training


def test_a_last_batch_of_one_sample_is_no_error():
    """Batch normalisation needs two, and 193 rows leave one over."""
    args = (X[:193], Y[:193], XV, YV)
    with pytest.raises(ValueError, match="Expected more than 1 value per channel"):
        told(material, *args, network(), 1)
    model, _ = told(ours, *args, network(), 1)
    assert weights_of(model).isfinite().all()


@pytest.mark.filterwarnings("ignore:Precision is ill-defined")
def test_missing_values_are_refused():
    """With the tutorial's function all weights become NaN, and the report looks like a report."""
    spoiled = X.copy()
    spoiled[0, 0] = np.nan
    plain = {"use_weighted_sampling": False, "use_weighted_loss": False}
    model, text = told(lambda *a: material(*a, **plain), spoiled, *DATA[1:], network(), 1)
    assert weights_of(model).isnan().all()
    assert best_printed(text) == 0.5
    with pytest.raises(ValueError, match="X_train: expected finite numbers"):
        told(ours, spoiled, *DATA[1:], network(), 1)


def test_the_score_that_chose_is_not_called_a_test():
    """Labels that nothing can tell: the best of many epochs looks better than guessing.

    No training can help that. So the report says what its data were used for, and a test part is
    not among the arguments.
    """
    gaps = []
    for seed in range(12):
        parts = [blobs(60, 20, gap=0.0, seed=3 * seed + k) for k in range(3)]
        (x, y), (x_val, y_val), (x_test, y_test) = parts
        result = fit(x, y, x_val, y_val, network(), 12, seed=seed, lr=0.1, verbose=False)
        with torch.no_grad():
            predicted = result.model.eval()(torch.tensor(x_test)).argmax(dim=1)
        gaps.append(result.score - balanced_accuracy_score(y_test, predicted))
    assert np.mean(gaps) > 0.03
    for train, said in ((material, False), (ours, True)):
        assert ("on the validation data" in told(train, *DATA, network(), 1)[1]) == said
    assert not [name for name in inspect.signature(fit).parameters if "test" in name]
