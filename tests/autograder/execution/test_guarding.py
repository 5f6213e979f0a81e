"""What watches over submissions is not ended in their place, and its faults are not theirs."""

from pathlib import Path

import pytest

from autograder.execution import warm
from autograder.execution.jail import Limits
from autograder.execution.warm import WarmError, WarmProcess
from autograder.execution.zygote import below

from .conftest import sandbox_or_skip

ENDLESS = ["1", "while True:\n    pass"]


@pytest.fixture
def after_the_first_cell(monkeypatch):
    """Have something done when the first cell of a run has been heard of."""

    def arrange(action):
        lines = warm._lines

        def watched(pipe, limits):
            for number, line in enumerate(lines(pipe, limits)):
                if number == 1:  # the word that the walls stand comes before it
                    action()
                yield line

        monkeypatch.setattr(warm, "_lines", watched)

    return arrange


def test_where_the_walls_cannot_be_built_nobody_gets_a_mark():
    """A mark of 0 would be the machine's fault, and look like the student's."""
    no_room = Limits(disk=-1)
    with (
        WarmProcess(sandbox_or_skip(), no_room) as process,
        pytest.raises(WarmError, match=r"submissions cannot be run here: .*(Error|exceed)"),
    ):
        process.run(["1"], {})


def test_a_run_whose_warm_process_dies_is_no_fault_of_the_submission(after_the_first_cell):
    with WarmProcess(sandbox_or_skip(), Limits()) as process:
        after_the_first_cell(process._process.kill)
        with pytest.raises(WarmError, match="the warm process is gone"):
            process.run(ENDLESS, {})
        assert not process.alive


def test_a_machine_without_memory_ends_submissions_first(after_the_first_cell):
    found = []
    with WarmProcess(sandbox_or_skip(), Limits()) as process:

        def look():
            for number in below(process._process.pid):
                found.append(int(Path(f"/proc/{number}/oom_score_adj").read_text()))
            process._process.kill()

        after_the_first_cell(look)
        with pytest.raises(WarmError):
            process.run(ENDLESS, {})
    assert found.count(1000) == 1
    assert len(found) >= 3  # bubblewrap, the warm process, the guard
