"""The pages beside the lessons say what is true of them."""

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from imblearn.over_sampling import SMOTE
from sklearn.metrics import precision_score, roc_auc_score
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

from autograder.builder.notebook import find_lessons

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = find_lessons(NOTEBOOKS)
LANDING = (NOTEBOOKS / "README.md").read_text()
ERRORS = (NOTEBOOKS / "common_errors.md").read_text()
GLOSSARY = (NOTEBOOKS / "glossary.md").read_text()

DATA = TensorDataset(torch.arange(4.0))
RAISE = [
    lambda: F.cross_entropy(torch.zeros(2, 2), torch.tensor([0.0, 1.0])),
    lambda: F.cross_entropy(torch.zeros(2, 2), torch.tensor([0, 2])),
    lambda: F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 2]), weight=torch.ones(2)),
    lambda: torch.nn.Linear(2, 2)(torch.zeros(1, 2, dtype=torch.float64)),
    lambda: torch.tensor([10.0, 2.0])[torch.tensor([0, 1, 1], dtype=torch.uint8)],
    lambda: DataLoader(DATA, sampler=WeightedRandomSampler([1] * 4, 4), shuffle=True),
    lambda: torch.multinomial(torch.ones(2**24 + 1), 1),
    lambda: SMOTE().fit_resample(np.eye(20), [0] * 15 + [1] * 5),
    lambda: roc_auc_score([0, 1, 2], np.eye(3)),
    lambda: roc_auc_score([0, 0], [0.1, 0.2]),
    lambda: precision_score([0, 1], [0, 0]),
    lambda: np.bincount([-1, 0]),
    lambda: torch.zeros(1, requires_grad=True).numpy(),
    lambda: torch.zeros(1).sum().backward(),
]
QUOTED = re.findall(r"^\| `(.+?)` \|", ERRORS, re.MULTILINE)


def test_the_landing_page_has_each_lesson_with_its_minutes_and_points():
    rows = re.findall(r"^\| \[.+?\]\((\w+)/(\w+)\.ipynb\) \| (\d+) \| (\d+) \|", LANDING, re.M)
    stated = {folder: (name, int(minutes), int(points)) for folder, name, minutes, points in rows}
    assert list(stated) == [lesson.name for lesson in LESSONS]
    for lesson in LESSONS:
        text = " ".join(lesson.script.read_text().replace("\n#", " ").split())
        [minutes] = re.findall(r"\*\*Time\*\*: about (\d+) minutes", text)
        [points] = re.findall(r"\*\*Worth\*\*: (\d+) points", text)
        assert stated[lesson.name] == (lesson.name, int(minutes), int(points))
    [total, written] = re.findall(r"That is (\d+) points, (\d+) of them for written", LANDING)[0]
    assert int(total) == sum(points for _, _, points in stated.values())
    assert int(written) == 3 * len(LESSONS)


@pytest.mark.parametrize("page", ["README.md", "glossary.md", "common_errors.md"])
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", (NOTEBOOKS / page).read_text()):
        assert (NOTEBOOKS / target).is_file(), target


def test_the_glossary_is_sorted_and_names_lessons_that_exist():
    rows = re.findall(r"^\| (\S.*?) \| .+ \| (\d+) \|$", GLOSSARY, re.MULTILINE)
    words = [word.casefold() for word, _ in rows]
    assert len(words) > 30
    assert words == sorted(words)
    assert {int(number) for _, number in rows} <= {int(lesson.name[:2]) for lesson in LESSONS}


@pytest.mark.parametrize("trigger", RAISE)
def test_a_quoted_message_is_what_is_said(trigger):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="indexing with dtype torch.uint8")
        with pytest.raises((Exception, Warning)) as caught:
            trigger()
    assert any(str(caught.value).startswith(message) for message in QUOTED), str(caught.value)


def test_each_quoted_message_is_tried():
    # Two need no trying: an exercise that is not solved, and a name that is not there.
    assert len(QUOTED) == len(RAISE) + 2
