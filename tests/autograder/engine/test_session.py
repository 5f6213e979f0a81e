"""What a session keeps: the latest reports, and which code they were about."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograder.engine import session
from autograder.engine.report import Report
from autograder.engine.session import (
    executed_source,
    latest_reports,
    remember,
    source_digest,
)


@pytest.fixture
def run(monkeypatch):
    """Give what stands for the cells that a notebook has run."""
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)

    def cells(*sources):
        shell.history_manager.input_hist_raw[:] = ["", *sources]

    yield cells
    InteractiveShell.clear_instance()


def test_the_latest_report_of_each_exercise_is_kept(monkeypatch):
    monkeypatch.setattr(session, "_reports", {})
    first, second, other = Report("a", 1), Report("a", 2), Report("b", 3)
    for report in (first, other, second):
        assert remember(report) is report
    assert latest_reports() == {"a": second, "b": other}


@pytest.mark.parametrize(
    "source",
    [
        "def mean(x):\n    return x",
        "async def mean(x): ...",
        "import torch\nclass mean(torch.nn.Module):\n    pass",
        "mean = 'B'",
        "mean: str = 'B'",
        "x = 1\nmean = {'a': 1}",
    ],
)
def test_the_cell_that_last_defined_a_name_is_found(run, source):
    run("mean = 1", source, "mean == 3", "meaning = 2", "  mean = 4", 'check("mean", mean)')
    assert executed_source("mean") == source_digest(source)


def test_a_name_that_no_cell_defines(run):
    run("x = 1", "median = 3")
    assert executed_source("mean") == ""


def test_outside_ipython_nothing_is_known(monkeypatch):
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    assert executed_source("mean") == ""


def test_the_digest_is_that_of_the_saved_cell(run):
    run("\ndef mean(x):\n    return x\n\n")
    assert executed_source("mean") == source_digest("def mean(x):\n    return x")
