"""Turn a reference function, or a PyTorch module, into the text of an exercise's cell."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from types import FunctionType
from typing import Any, cast

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
INDENT = " " * 4

# What a maintainer reads, and a student need not: the notebook's docstring ends before it.
AFTER_THE_EXERCISE = re.compile(
    r"^(Raises|Warns|See Also|Notes|References|Examples)\n-+$", flags=re.MULTILINE
)


def solved_cell(reference: str) -> str:
    """Write an exercise's cell with the solution in it.

    Parameters
    ----------
    reference
        The dotted path of a function, such as ``imbalance_lessons.distribution.class_counts``, or
        of a PyTorch module.

    Returns
    -------
    str
        A function without annotations, its docstring up to the sections that are for maintainers,
        and its body between nbgrader's solution markers. Of a module, its docstring likewise, and
        then `__init__` and `forward`, each body between markers.

    Raises
    ------
    ValueError
        If there is no such function or module, it has no docstring or no body, or its body holds
        a marker.
    """
    source = textwrap.dedent(inspect.getsource(find_reference(reference)))
    node = ast.parse(source).body[0]
    if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.decorator_list:
        raise ValueError(f"reference: expected a plain function or class, got {reference}")
    docstring = ast.get_docstring(node)
    if not docstring or len(node.body) < 2:
        raise ValueError(f"reference: expected a docstring and a body in {reference}")
    if BEGIN in source or END in source:
        raise ValueError(f"reference: the text of {reference} contains a solution marker")
    if isinstance(node, ast.FunctionDef):
        parts = [_signature(node), _docstring(docstring), *_marked(node.body[1:], source)]
    else:
        parts = [_class_line(node), _docstring(docstring), *_methods(node, source)]
    return "\n".join(parts)


def find_reference(reference: str) -> FunctionType | type[Any]:
    """Import a function or a PyTorch module by its path; raises ValueError if there is none."""
    module_name, _, name = reference.rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"reference: expected the path of a function, got {reference!r}: {error}"
        ) from None
    is_module = isinstance(found, type) and hasattr(found, "forward")
    if not isinstance(found, FunctionType) and not is_module:
        raise ValueError(f"reference: expected a function or PyTorch module, got {reference!r}")
    return cast("FunctionType | type[Any]", found)


def _class_line(node: ast.ClassDef) -> str:
    return f"class {node.name}({', '.join(map(ast.unparse, node.bases))}):"


def _methods(node: ast.ClassDef, source: str) -> list[str]:
    """Write `__init__` and `forward`, which are what a student writes of a module."""
    methods = [
        method
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name in ("__init__", "forward")
    ]
    lines = []
    for method in methods:
        has_docstring = ast.get_docstring(method) is not None
        lines += ["", INDENT + _signature(method)]
        lines += _marked(method.body[has_docstring:], source, indent=2 * INDENT)
    return lines


def _marked(body: list[ast.stmt], source: str, indent: str = INDENT) -> list[str]:
    """Put solution markers round the text of some statements, with the comments before them."""
    lines = source.splitlines()
    first, last = body[0].lineno - 1, body[-1].end_lineno
    while lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return [indent + BEGIN, *lines[first:last], indent + END]


def _signature(node: ast.FunctionDef) -> str:
    arguments = node.args
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return f"def {node.name}({ast.unparse(arguments)}):"


def _docstring(text: str) -> str:
    if found := AFTER_THE_EXERCISE.search(text):
        text = text[: found.start()].rstrip()
    prefix = "r" if "\\" in text else ""
    closing = "\n" if "\n" in text else ""
    return textwrap.indent(
        f'{prefix}"""{text}{closing}"""', INDENT, lambda line: line.strip() != ""
    )
