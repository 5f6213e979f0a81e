"""Forged answers: outputs that look like those of a check, and values that lie."""

# ruff: noqa: E501 - an attack is easier to read unbroken

from __future__ import annotations

import copy
from typing import Any

from nbformat.v4 import new_output

from .attack import POINTS, Attack, Change, cell_of, first, solve

MIME = "application/vnd.imbalance-lessons.answers+json"
FORGE = f"""
import json
from IPython.display import display

def show(data, text="2.0"):
    display({{"{MIME}": data, "text/plain": text}}, raw=True)

def answer(value, **other):
    return {{"outcome": "value", "value": value, "type_name": "float", "error": "", "message": "",
            "line": "", "changed": [], "output": "", **other}}

COUNTS = {{"class_counts": 11, "imbalance_ratio": 12, "severity": 14, "diagnosis": 4,
          "quick_check_ratio": 1}}
"""


def forges(value: str, *solved: str) -> Change:
    """Answer each case by one and the same value, in the form in which answers travel."""
    return first(
        f"{FORGE}\ndef check(name, submission):\n"
        f"    answers = [answer({value})] * COUNTS[name]\n"
        '    show(json.dumps({"exercise": name, "answers": answers}))\n',
        *solved,
    )


def shows(data: str) -> Change:
    """Show something of the answers' type at each check."""
    return first(f"{FORGE}\ndef check(name, submission):\n    show({data})\n")


def keeps_outputs(notebook: Any) -> None:
    """Hand in check cells with outputs that claim full marks."""
    for name, points in POINTS.items():
        cell = cell_of(notebook, f"check-{name}")
        cell.outputs = [
            new_output("execute_result", data={"text/plain": str(points)}, execution_count=1),
            new_output("display_data", data={MIME: "{}", "text/plain": "answers"}),
        ]
        cell.execution_count = 1


def lies(body: str, *solved: str) -> Change:
    """Answer by an object whose operators say yes to everything."""

    def change(notebook: Any) -> None:
        if solved:
            solve(notebook, *solved)
        for name in ("class_counts", "imbalance_ratio", "severity"):
            if name not in solved:
                function = f"def {name}(*args, **options):\n    return Liar()"
                cell_of(notebook, name).source = f"{body}\n\n{function}"

    return change


def answers_of_another(notebook: Any) -> None:
    """Solve one exercise, and hand its answers in for all."""
    solve(notebook, "severity")
    cell_of(notebook, "diagnosis").source = (
        "real = check\ncheck = lambda name, submission: real('severity', severity)\n"
        "diagnosis = quick_check_ratio = severity"
    )
    order = [cell_of(notebook, n) for n in ("severity", "diagnosis")]
    notebook.cells = [c for c in notebook.cells if c not in order]
    notebook.cells[3:3] = copy.deepcopy(order)


def renames_inside(notebook: Any) -> None:
    """Hand in the answers to one exercise under the name of another."""
    solve(notebook, "severity")
    first(
        f"{FORGE}\ndef check(name, submission):\n    import os\n"
        "    from autograder.engine.question import ask\n"
        "    from autograder.engine.registry import find_question\n"
        "    question = find_question('severity')\n"
        "    seed = int(os.environ['IMBALANCE_LESSONS_SEED'])\n"
        "    given = [a.to_json() for a in ask(question, severity, question.cases(seed))]\n"
        "    show(json.dumps({'exercise': name, 'answers': given[:COUNTS[name]]}))\n"
    )(notebook)


EQUAL = "class Liar:\n    __eq__ = __ge__ = __le__ = lambda self, other: True\n    __hash__ = None"
LYING_FLOAT = (
    "class Liar(float):\n    __eq__ = lambda self, other: True\n    __ne__ = lambda *a: False\n"
    "    __sub__ = __rsub__ = lambda self, other: 0.0\n    __hash__ = float.__hash__"
)
LYING_ARRAY = (
    "import numpy\n\nclass Liar(numpy.ndarray):\n"
    "    def __new__(cls):\n        return numpy.zeros(3).view(cls)\n"
    "    __eq__ = lambda self, other: numpy.array(True)\n"
    "    all = any = lambda self, *a, **k: True\n"
    "    __array_ufunc__ = lambda self, *a, **k: numpy.array(True)\n"
    "    __array_function__ = lambda self, *a, **k: True"
)
LYING_TENSOR = (
    "import torch\n\nclass Liar(torch.Tensor):\n    def __new__(cls):\n"
    "        return torch.zeros(3).as_subclass(cls)\n"
    "    @classmethod\n    def __torch_function__(cls, *a, **k):\n        return True"
)
NAMED_LIKE_ONE = (
    "Liar = type('Tensor', (), {'__module__': 'torch', 'detach': lambda s: s, 'cpu': lambda s: s,"
    " 'dtype': 'x', '__array__': lambda s, *a, **k: 1 / 0})"
)
LYING_TEXT = (
    "class Liar(str):\n    def __new__(cls):\n        return str.__new__(cls, 'x')\n"
    "    __eq__ = lambda *a: True\n    strip = casefold = lambda self: self\n"
    "    __hash__ = str.__hash__\n    __getitem__ = lambda self, i: self"
)

ATTACKS = [
    Attack("mime_bundle", "To have made-up answers taken for those of a check.", forges("-1.5")),
    Attack(
        "score_in_answers",
        "To hand in points in place of answers.",
        shows('json.dumps({"exercise": name, "answers": "2.0", "score": 2.0, "points": 2.0})'),
    ),
    Attack("nan_and_inf", "To be equal to everything by being no number.", forges("float('nan')")),
    Attack("wrong_dtype", "To have objects unpacked.", forges('{"array": ["|O8", [1], "AAAAAAAAAAA="]}')),
    Attack(
        "negative_length",
        "To upset the reader of arrays by their shape.",
        forges('{"array": ["<f8", [-1, 2**70], "AAAAAAAAAAA="]}'),
    ),
    Attack(
        "endless_number",
        "To upset arithmetic by a number of 4,000 digits.",
        forges("10**4000", "diagnosis"),
        deserves=0.0,
    ),
    Attack(
        "number_without_float",
        "To make the judge stumble over a number that no float can hold.",
        forges("10**400"),
    ),
    Attack(
        "huge_array",
        "To use up the judge's memory by one huge answer.",
        forges('{"array": ["<f8", [2000000], "AAAAAAAAAAA=" * 2000000]}'),
    ),
    Attack(
        "nested_answer",
        "To use up the reader's stack by lists in lists.",
        shows('\'{"exercise": "\' + name + \'", "answers": [\' + "[" * 100_000 + "]" * 100_000 + "]}"'),
    ),
    Attack("pickle", "To have a pickle loaded.", forges('{"pickle": "gASVBQAAAAAAAABLAS4="}')),
    Attack(
        "long_texts",
        "To fill the report with megabytes of error text.",
        shows(
            'json.dumps({"exercise": name, "answers": [answer(None, outcome="raised", '
            'error="E" * 10**5, message="x" * 10**5)] * COUNTS[name]})'
        ),
    ),
    Attack("perfect_outcome", "To invent an outcome that counts as right.",
           shows('json.dumps({"exercise": name, "answers": [{"outcome": "right"}] * COUNTS[name]})')),
    Attack("another_exercise", "To hand in the answers of a solved exercise for others.",
           answers_of_another, deserves=2.0, may_lose=True),
    Attack("renamed_answers", "To hand in a solved exercise's answers under other names.",
           renames_inside, deserves=2.0, may_lose=True),
    Attack("kept_outputs", "To have the outputs in the file taken for those of the run.",
           keeps_outputs),
    Attack(
        "report_of_its_own",
        "To show a report that looks like the grader's, with its data for the class report.",
        first(
            "from IPython.display import display\n\ndef check(name, submission):\n"
            "    display({'text/html': '<section>2 of 2 points. All cases right.</section>',\n"
            "             'application/vnd.imbalance-lessons.report+json': {'score': 2},\n"
            "             'text/plain': '2.0'}, raw=True)"
        ),
    ),
    Attack("equal_to_all", "To pass tests by an object that equals everything.", lies(EQUAL)),
    Attack("lying_float", "To pass tests by a number that differs from none.", lies(LYING_FLOAT)),
    Attack("lying_array", "To pass tests by an array whose comparisons hold.", lies(LYING_ARRAY)),
    Attack("lying_tensor", "To pass tests by a tensor that takes over its functions.",
           lies(LYING_TENSOR)),
    Attack("false_tensor", "To be taken for a tensor by its name.", lies(NAMED_LIKE_ONE)),
    Attack("lying_text", "To pass tests by a string that equals every other.", lies(LYING_TEXT)),
]  # fmt: skip
