"""Warm processes to run cells in, with and without a sandbox."""

import pytest

from autograder.execution.jail import Limits
from autograder.execution.sandbox import Sandbox, SandboxError
from autograder.execution.warm import WarmProcess

LIMITS = Limits(cell_seconds=4, seconds=60, memory=600, processes=20, disk=8, output=2)
HIDDEN = ["imbalance_lessons.distribution.imbalance_ratio", "imbalance_lessons.focal.FocalLoss"]


def sandbox_or_skip(references=()):
    """Make a sandbox, or skip the test with the reason why there is none."""
    try:
        return Sandbox(references)
    except SandboxError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="package")
def trusted():
    """Give a warm process without a sandbox."""
    with WarmProcess(None, LIMITS) as process:
        yield process


@pytest.fixture(scope="package")
def jailed():
    """Give a warm process in a sandbox that hides two references."""
    with WarmProcess(sandbox_or_skip(HIDDEN), LIMITS) as process:
        yield process


@pytest.fixture(params=["trusted", "jailed"])
def process(request):
    """Give one after the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def shown(process, tmp_path):
    """Run cells; gives the outputs of each."""

    def run(*cells, **environment):
        result = process.run(cells, environment)
        assert result.end == "", result
        return result.outputs

    return run
