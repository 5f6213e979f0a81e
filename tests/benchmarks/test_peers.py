"""The parts that stand in for others do what they are to stand for; memory is that of a process."""

import sys

import numpy as np
import pytest
import torch

from benchmarks import focal, memory, thresholds, training
from benchmarks.harness import peer, threads
from benchmarks.material import MaterialFocalLoss, material_epoch, material_sampler
from imbalance_lessons.focal import focal_loss
from imbalance_lessons.sampling import create_balanced_sampler
from imbalance_lessons.thresholds import best_f_threshold

MIB = 2**20


def grow(size):
    """Give work that holds so many bytes for a moment."""
    return lambda: np.ones(size, dtype=np.uint8).sum()


def refuse(size):
    """Give work that is refused."""

    def work():
        raise RuntimeError(f"{size} is too much\nand more")

    return work


@pytest.fixture
def here(monkeypatch):
    """Make this file a module that `memory` finds by name."""
    monkeypatch.setitem(sys.modules, "work_to_measure", sys.modules[__name__])
    return "work_to_measure"


def test_the_material_s_loss_is_ours_where_it_is_right():
    logits = torch.randn(20, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    targets = torch.arange(20) % 3
    torch.testing.assert_close(MaterialFocalLoss()(logits, targets), focal_loss(logits, targets))


def test_the_material_s_sampler_has_our_weights():
    labels = torch.tensor([0, 0, 0, 2, 2, 1])
    theirs = material_sampler(labels)
    ours = create_balanced_sampler(labels)
    torch.testing.assert_close(theirs.weights, ours.weights, rtol=1e-6, atol=0)
    assert theirs.num_samples == ours.num_samples == 6


def test_epochs_take_a_time_and_change_the_model():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    data = (rng.normal(size=(40, 30)).astype(np.float32), labels[:40])
    data += (rng.normal(size=(20, 30)).astype(np.float32), labels[40:])
    model = torch.nn.Linear(30, 2)
    before = model.weight.detach().clone()
    assert material_epoch(*data, model, 8) > 0
    assert not torch.equal(model.weight, before)
    assert training.our_epoch(data, 8) > 0
    assert training.bare_epoch(data, 8) > 0


def test_the_peer_s_best_threshold_is_not_spoilt_by_zero_over_zero():
    labels, scores = np.array([0, 0, 1, 0, 1, 0]), np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.9])
    assert thresholds.peers_best(labels, scores) == pytest.approx(best_f_threshold(labels, scores))


def test_losses_that_differ_are_found_out():
    right = (torch.tensor(1.0), torch.ones(2, 2))
    focal._same({"a": right, "b": right})
    for wrong in [(torch.tensor(1.1), torch.ones(2, 2)), (torch.tensor(1.0), 2 * torch.ones(2, 2))]:
        with pytest.raises(AssertionError):
            focal._same({"a": wrong, "b": right})


def test_an_absent_peer_takes_no_part_and_says_why():
    module, reason = peer("no_such_module_of_anybody", "no-such-package")
    assert module is None
    assert "no-such-package" in reason
    assert "[bench]" in reason


@pytest.mark.parametrize("number", [1, 2])
def test_threads_are_put_back(number):
    before = torch.get_num_threads()
    with threads(number):
        assert torch.get_num_threads() == number
    assert torch.get_num_threads() == before


@pytest.mark.skipif(sys.platform != "linux", reason="the peak can be reset on Linux alone")
def test_the_peak_is_what_the_work_added(here):
    np.ones(300 * MIB, dtype=np.uint8).sum()  # an earlier peak, higher than the work's
    peak = memory.measure_here(here, "grow", 100 * MIB)
    assert 95 * MIB < peak.peak - peak.before < 150 * MIB
    assert peak.error == ""
    assert "GiB above" in str(peak)


def test_what_is_refused_says_so_in_a_line(here):
    peak = memory.measure_here(here, "refuse", 7)
    assert str(peak) == "refuses: RuntimeError: 7 is too much"


def test_another_process_brings_its_figures_back(monkeypatch):
    peak = memory.in_a_process("benchmarks.sampling", "draw_ours", 1000)
    assert peak.seconds > 0
    assert 0 < peak.before <= peak.peak
    assert memory.in_a_process("benchmarks.sampling", "no_such_work", 1).error.startswith(
        "AttributeError"
    )


def test_a_row_goes_on_without_its_absent_peers(monkeypatch):
    monkeypatch.setattr(focal, "peer", lambda module, package: (None, f"no {package} here"))
    for work in (focal._softmax_work(16, 2, 1), focal._sigmoid_work(16, 3, 1)):
        names = [contender.name for contender in work.make()]
        assert "torchvision" in names
        assert not {"kornia", "imbalanced-losses"} & set(names)
        assert work.skipped["kornia"] == "no kornia here"
