import subprocess
import sys

import numpy as np
import pytest
import torch

from imbalance_lessons.randomness import as_draws, as_generator, as_rng

BAD_SEEDS = {
    "negative": (-1, "got -1"),
    "fraction": (1.5, "got 1.5"),
    "NaN": (float("nan"), "got nan"),
    "string": ("0", "got '0'"),
    "boolean": (True, "got True"),
    "list": ([1, 2], "got [1, 2]"),
    "PyTorch's generator": (torch.Generator(), "got <torch"),
    "NumPy's old one": (np.random.RandomState(0), "got RandomState"),
}


@pytest.mark.parametrize("seed", [0, 7, np.int64(7), np.uint8(7), torch.tensor(7), 2**80])
def test_a_seed_is_numpys(seed):
    expected = np.random.default_rng(int(seed)).random(5)
    assert np.array_equal(as_rng(seed).random(5), expected)


def test_a_generator_goes_on_from_where_it_is():
    rng = np.random.default_rng(0)
    assert as_rng(rng) is rng


def test_without_a_seed_every_source_is_another(leaves_randomness_alone):
    with leaves_randomness_alone():
        assert as_rng().random() != as_rng(None).random()


@pytest.mark.parametrize(("seed", "got"), BAD_SEEDS.values(), ids=BAD_SEEDS)
def test_bad_seeds_are_refused(seed, got, refuses):
    with refuses("seed", got):
        as_rng(seed)
    with refuses("random_state", got):
        as_rng(seed, "random_state")


def test_generators_of_the_cpu_come_through():
    generator = torch.Generator()
    assert as_generator(generator) is generator
    assert as_generator(None) is None


@pytest.mark.parametrize("generator", [0, True, "cpu", np.random.default_rng(0), torch.Generator])
def test_what_pytorch_cannot_draw_with_is_refused(generator, refuses):
    with refuses("generator", "expected a torch.Generator or None"):
        as_generator(generator)


def test_a_generator_of_another_device_is_refused(refuses, monkeypatch):
    class Elsewhere:
        device = torch.device("cuda", 0)

    monkeypatch.setattr(torch, "Generator", Elsewhere)
    with refuses("generator", "expected a generator on the CPU, got cuda:0"):
        as_generator(Elsewhere())


@pytest.mark.parametrize("draws", [1, 9, np.int32(9), torch.tensor(9), 10**12])
def test_any_number_of_draws_with_replacement(draws):
    assert as_draws(draws, available=5) == int(draws)
    assert type(as_draws(draws, available=5)) is int


def test_none_is_one_draw_a_sample():
    assert as_draws(None, 5) == as_draws(None, 5, replacement=False) == 5


def test_without_replacement_the_samples_run_out(refuses):
    assert as_draws(5, 5, replacement=False) == 5
    with refuses("num_samples", "expected at most 5 draws without replacement, one a sample"):
        as_draws(6, 5, replacement=False)


@pytest.mark.parametrize("draws", [0, -3, 1.5, 2.0, "9", True, [3]])
def test_bad_numbers_of_draws_are_refused(draws, refuses):
    with refuses("num_samples", f"got {draws!r}"):
        as_draws(draws, 5)


@pytest.mark.parametrize("replacement", [1, 0, None, "yes", np.bool_(True)])
def test_replacement_is_true_or_false(replacement, refuses):
    with refuses("replacement", "expected True or False"):
        as_draws(3, 5, replacement)


@pytest.mark.parametrize("module", ["randomness", "features"])
def test_checks_do_not_load_pytorch(module):
    code = f"import imbalance_lessons.{module}, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "sklearn", "matplotlib"} & set(run.stdout.split())
