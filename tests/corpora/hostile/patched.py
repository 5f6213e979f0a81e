"""Patches: what answers pass on their way, replaced by something that says yes."""

# ruff: noqa: E501 - an attack is easier to read unbroken

from __future__ import annotations

from typing import Any

from .attack import POINTS, Attack, cell_of, first, insert, instead, solve


def skips(notebook: Any) -> None:
    """Tag all cells, so that tests would not run."""
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]


def moves_tests_up(notebook: Any) -> None:
    """Put tests first and give the names something that passes them."""
    checks = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
    others = [c for c in notebook.cells if c not in checks]
    notebook.cells = [*checks, *others]


def drops_asserts(notebook: Any) -> None:
    """Take asserts out of all later cells."""
    first(
        "import ast\nfrom IPython import get_ipython\n\nclass Drop(ast.NodeTransformer):\n"
        "    visit_Assert = lambda self, node: ast.copy_location(ast.Pass(), node)\n\n"
        "get_ipython().ast_transformers.append(Drop())"
    )(notebook)


FULL = "lambda name, *a: sys.displayhook(1.0 if name.startswith('quick') else 2.0)"
CLAIM = f"import sys\ncheck = {FULL}"
CLAIM_FOR_ALL = f"{CLAIM}\n{' = '.join(POINTS)} = None"  # the names that the tests ask for


def claims_after_imports(notebook: Any) -> None:
    """Replace `check` once it is imported."""
    setup = cell_of(notebook, "setup_imports")
    insert(notebook, CLAIM, notebook.cells.index(setup) + 1)


NO_TESTS = "ip = get_ipython()\nip.input_transformers_post.append(lambda lines: ['pass\\n'])"
NO_RUN = (
    "from IPython.core.interactiveshell import InteractiveShell, ExecutionResult, ExecutionInfo\n"
    "async def nothing(self, raw, *args, **options):\n"
    "    return ExecutionResult(ExecutionInfo(raw, False, False, True, None))\n"
    "InteractiveShell.run_cell_async = nothing"
)
PATCHES = {
    "engine_check": (
        "To replace the engine's own check, wherever it is imported from.",
        "import sys, autograder, autograder.engine.check as c\n"
        f"c.check = autograder.check = {FULL}\n"
        "c.ask = lambda q, s, cases: []",
    ),
    "sys_modules": (
        "To have a module of its own imported in place of the grader's.",
        "import sys, types\nfake = types.ModuleType('autograder')\n"
        f"fake.check = {FULL}\n"
        "for module in [n for n in sys.modules if n.startswith('autograder')]:\n"
        "    sys.modules[module] = fake",
    ),
    "json_says_yes": (
        "To have answers rewritten as they become JSON.",
        "import json\nreal = json.dumps\n"
        "json.dumps = lambda data, **k: real({**data, 'score': 2.0, 'credit': 1.0}\n"
        "                                     if isinstance(data, dict) else data, **k)",
    ),
    "numpy_says_yes": (
        "To have every comparison of numbers hold.",
        "import numpy as np, math\nyes = lambda *a, **k: True\n"
        "np.isclose = np.allclose = np.array_equal = math.isclose = yes\n"
        "np.testing.assert_allclose = np.testing.assert_array_equal = yes",
    ),
    "torch_says_yes": (
        "To have every comparison of tensors hold.",
        "import torch\nyes = lambda *a, **k: True\n"
        "torch.equal = torch.allclose = torch.testing.assert_close = yes\n"
        "torch.Tensor.__eq__ = torch.Tensor.equal = yes",
    ),
    "builtins_say_yes": (
        "To have every built-in judge say yes.",
        "import builtins\nbuiltins.all = builtins.any = lambda items: True\n"
        "builtins.isinstance = builtins.isinstance\nbuiltins.abs = lambda x: 0\n"
        "builtins.AssertionError = type('Quiet', (Exception,), {})",
    ),
    "quiet_errors": (
        "To swallow what a test raises.",
        "get_ipython().set_custom_exc((Exception,), lambda *a, **k: None)",
    ),
    "no_tests": ("To have the tests' text replaced before they run.", NO_TESTS),
    "no_run": ("To have no cell run any more.", NO_RUN),
    "display_pub": (
        "To have every display claim full marks.",
        "ip = get_ipython()\nreal = ip.display_pub.publish\n"
        "ip.display_pub.publish = lambda data, *a, **k: real({'text/plain': '2.0'}, **k)",
    ),
    "displayhook": (
        "To have each cell begin with a result of 2.0.",
        "import sys\nget_ipython().events.register('pre_run_cell', lambda info: sys.displayhook(2.0))",
    ),
    "questions_without_cases": (
        "To have nothing asked but what it can answer.",
        "from autograder.engine.question import Question, Case\n"
        "Question.cases = lambda self, seed=None: []",
    ),
    "answers_by_ask": (
        "To have `ask` bring back what it likes.",
        "import autograder.engine.check as c\nfrom autograder.engine.question import Answer\n"
        "c.ask = lambda q, s, cases: [Answer('value', value=-7.5) for case in cases]",
    ),
    "atexit_and_trace": (
        "To change the answers from a trace function while they are made.",
        "import sys\n\ndef trace(frame, event, arg):\n"
        "    if 'answers' in frame.f_locals:\n        frame.f_locals['answers'] = []\n"
        "    return trace\n\nsys.settrace(trace)",
    ),
    "gc_hunt": (
        "To find judges and expected answers among the objects in memory.",
        "import gc\nhits = [o for o in gc.get_objects() if type(o).__name__ in ('Judge', 'Finding')]\n"
        "if hits:\n    print('GOT', 'IT', hits[0])",
    ),
}  # fmt: skip

ATTACKS = [
    *(Attack(name, wants, first(source)) for name, (wants, source) in PATCHES.items()),
    Attack("check_claims", "To replace `check` by a claim of full marks.", claims_after_imports),
    Attack(
        "claims_instead",
        "To claim full marks where the solution should be.",
        instead(CLAIM_FOR_ALL),
    ),
    Attack("skip_tags", "To keep the tests from running by a tag.", skips),
    Attack(
        "tests_first", "To have the tests run before there is anything to test.", moves_tests_up
    ),
    Attack("drops_asserts", "To have the asserts taken out of the tests.", drops_asserts),
    Attack(
        "honest_and_claims",
        "To add a claim to two exercises that are solved.",
        lambda notebook: (
            solve(notebook, "class_counts", "severity"),
            setattr(cell_of(notebook, "diagnosis"), "source", CLAIM),
        )[0],
        deserves=4.0,
    ),
]
