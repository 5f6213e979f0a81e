"""Turn a reference function into the text of an exercise's cell."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from types import FunctionType

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
        The dotted path of a function, such as ``imbalance_lessons.distribution.class_counts``.

    Returns
    -------
    str
        The function without annotations, its docstring up to the sections that are for
        maintainers, and its body between nbgrader's solution markers.

    Raises
    ------
    ValueError
        If there is no such function, it has no docstring or no body, or its body holds a marker.
    """
    function = find_function(reference)
    source = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(source).body[0]
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        raise ValueError(f"reference: expected a plain function, got {reference}")
    docstring = ast.get_docstring(node)
    if not docstring or len(node.body) < 2:
        raise ValueError(f"reference: expected a docstring and a body in {reference}")
    body = _text_after(node.body[0], source)
    if BEGIN in body or END in body:
        raise ValueError(f"reference: the body of {reference} contains a solution marker")
    parts = [_signature(node), _docstring(docstring), INDENT + BEGIN, body, INDENT + END]
    return "\n".join(parts)


def find_function(reference: str) -> FunctionType:
    """Import a function by its dotted path; raises ValueError if there is none."""
    module_name, _, name = reference.rpartition(".")
    try:
        function = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"reference: expected the path of a function, got {reference!r}: {error}"
        ) from None
    if not isinstance(function, FunctionType):
        raise ValueError(f"reference: expected a function, got {reference!r}")
    return function


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


def _text_after(docstring: ast.stmt, source: str) -> str:
    lines = source.splitlines()[docstring.end_lineno :]
    return "\n".join(lines).strip("\n")
