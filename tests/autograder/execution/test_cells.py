"""Cells give the outputs that a Jupyter kernel would send."""

import os

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.executing import as_output


def texts(outputs):
    return [o.get("text") or o.get("data", {}).get("text/plain") or o["ename"] for o in outputs]


SAME_AS_A_KERNEL = {
    "a value": "1 + 1",
    "no value": "x = 1",
    "a value kept back": "x = 1\nx;",
    "text and a value": "print('a')\nprint('b')\n'c'",
    "both streams": "import sys\nprint('a')\nprint('b', file=sys.stderr)",
    "an error": "print('before')\n1 / 0",
    "an error of its own": "class Odd(Exception):\n    pass\nraise Odd('why')",
    "no Python": "def f(:",
    "html": "from IPython.display import HTML\nHTML('<b>x</b>')",
    "display": "display('a')\ndisplay({'text/plain': 'k', 'a/b': 'c'}, raw=True)\n3",
    "update": "h = display('a', display_id='n')\nh.update('b')\n4",
    "await": "import asyncio\nawait asyncio.sleep(0)\n5",
    "a shell command": "!echo hi",
    "a magic": "%matplotlib inline",
    "the last value": "_ = 7\n_",
    "a warning": "import warnings\nwarnings.simplefilter('ignore')\nwarnings.warn('w')\n6",
    "a custom repr": "class R:\n    def __repr__(self):\n        return '0.5'\nR()",
    "a broken repr": "class R:\n    def __repr__(self):\n        raise ValueError('no')\nR()",
    "a figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
}


def essentials(output):
    """Keep what a reader sees; what may differ is the wording of tracebacks and object ids."""
    kind = output["output_type"]
    if kind == "stream":
        return kind, output["name"], output["text"].strip()
    if kind == "error":
        return kind, output["ename"], output["evalue"].partition(" (")[0]
    text = output["data"].get("text/plain", "")
    return kind, sorted(output["data"]), "" if " at 0x" in text else text


@pytest.fixture(scope="module")
def kernel_outputs(tmp_path_factory):
    """Run the same cells in a kernel, once; what the warm process is to agree with."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in SAME_AS_A_KERNEL.values()])
    folder = str(tmp_path_factory.mktemp("kernel"))
    NotebookClient(
        notebook, allow_errors=True, timeout=60, resources={"metadata": {"path": folder}}
    ).execute()
    outputs = [[essentials(output) for output in cell.outputs] for cell in notebook.cells]
    return dict(zip(SAME_AS_A_KERNEL, outputs, strict=True))


@pytest.mark.slow
def test_all_outputs_are_those_of_a_kernel(kernel_outputs, shown):
    outputs = shown(*SAME_AS_A_KERNEL.values())
    ours = {
        what: [essentials(as_output(output)) for output in cell]
        for what, cell in zip(SAME_AS_A_KERNEL, outputs, strict=True)
    }
    assert ours == kernel_outputs


def test_outputs_are_valid_in_a_notebook(shown):
    cells = [s for s in SAME_AS_A_KERNEL.values() if "matplotlib" not in s]
    for outputs in shown(*cells):
        for output in outputs:
            nbformat.validate(as_output(output), ref="output", version=4)


def test_cells_share_a_namespace_and_submissions_do_not(shown):
    assert texts(shown("x = 5", "x")[1]) == ["5"]
    assert texts(shown("x")[0]) == ["NameError"]


def test_exit_and_input_do_not_stop_what_follows(shown):
    exited, asked, left, last = shown("exit()", "input('?')", "raise SystemExit", "'on'")
    assert "EOFError" in texts(asked)
    assert exited == [] or "SystemExit" in texts(exited)
    assert "SystemExit" in texts(left)
    assert texts(last) == ["'on'"]


def test_random_numbers_differ_from_fork_to_fork(shown):
    draw = "import random, numpy as np, torch\n(random.random(), np.random.rand(), torch.rand(()))"
    assert shown(draw) != shown(draw)


def test_the_environment_is_the_forks_own(shown):
    assert texts(shown("import os\nos.environ['COLOUR']", COLOUR="blue")[0]) == ["'blue'"]
    assert texts(shown("import os\nos.environ.get('COLOUR', 0)")[0]) == ["0"]
    assert "COLOUR" not in os.environ


def test_torch_works_after_the_fork(shown):
    train = (
        "import torch\n"
        "layer = torch.nn.Linear(200, 200)\n"
        "layer(torch.ones(500, 200)).square().mean().backward()\n"
        "bool(layer.weight.grad.isfinite().all())"
    )
    assert texts(shown(train)[0]) == ["True"]


def test_a_cell_that_takes_too_long_is_interrupted_and_the_rest_runs(shown):
    endless, after = shown("while True:\n    pass", "'on'")
    assert texts(endless) == ["KeyboardInterrupt"]
    assert texts(after) == ["'on'"]


def test_too_much_output_is_left_out(shown):
    flood, after = shown("print('x' * 5_000_000)", "'on'")
    assert "more than 2 MB" in texts(flood)[0]
    assert texts(after) == ["'on'"]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("import os\nos._exit(0)", "ended its own process"),
        ("import os\nos._exit(3)", "ended its own process"),
        ("import ctypes\nctypes.string_at(0)", "ended its own process"),
        ("import os\nos.closerange(3, 256)\nwhile True:\n    pass", "ended its own process"),
        (
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass",
            "would not stop",
        ),
        ("while True:\n    try:\n        while True:\n            pass\n    except:\n        pass",
         "would not stop"),
    ],
)  # fmt: skip
def test_what_ends_a_submission_ends_nothing_else(process, tmp_path, cell, reason):
    run = process.run(["1", cell, "2"], {})
    assert len(run.outputs) == 1
    assert reason in run.end
    assert texts(process.run(["'the next one'"], {}).outputs[0]) == ["'the next one'"]
