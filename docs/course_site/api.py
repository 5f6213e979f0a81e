"""The pages of the API: one a module, in the groups that the package's docstring names."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyXRefRole

from course_site.lessons import ROOT, write_if_new

PACKAGE = ROOT / "imbalance_lessons"
ENGINE = ROOT / "autograder" / "engine"
OTHERS = "More"

ROLE = "name"  # what stands between single backticks
TOP_LEVEL = ("function", "class", "exception", "module")

Groups = dict[str, list[str]]

INDEX = """\
# API

```{{py:currentmodule}} imbalance_lessons
```

`imbalance_lessons` holds the reference solutions of the exercises and what the lessons import.
Every function says its formula, where that comes from, and what it refuses. `autograder.engine` is
for those who write exercises.

{groups}
"""
GROUP = """\
## {title}

| module | what it is about |
|---|---|
{rows}

```{{toctree}}
:hidden:
:caption: {title}

{entries}
```
"""
MODULE = """\
{name}
{line}

.. automodule:: {name}
"""


def read_groups(docstring: str) -> Groups:
    """Read the groups of modules from a package's docstring.

    Parameters
    ----------
    docstring
        Headings, and below each its modules: names with commas between them, and then an indented
        line that says what they are about.

    Returns
    -------
    dict of str to list of str
        The names of the modules by heading, in their order.
    """
    groups: Groups = {}
    heading = ""
    lines = [*docstring.splitlines()[1:], ""]
    for line, following in pairwise(lines):
        if not line.strip() or line.startswith(" "):
            continue
        names = [name.strip() for name in line.split(",")]
        if following.startswith(" ") or (all(n.isidentifier() for n in names) and len(names) > 1):
            groups.setdefault(heading, []).extend(names)
        else:
            heading = line.rstrip(":.").partition(", shared by")[0]
    return groups


def modules(package: Path) -> list[str]:
    """List a package's public modules."""
    return sorted(p.stem for p in package.glob("*.py") if not p.stem.startswith("_"))


def all_groups() -> dict[str, list[str]]:
    """List the modules of both packages by group, with their full names.

    Returns
    -------
    dict of str to list of str
        Every public module once. Those that the package's docstring does not mention come last.
    """
    known = modules(PACKAGE)
    listed = read_groups(_docstring(PACKAGE / "__init__.py"))
    groups = {
        title: [f"imbalance_lessons.{name}" for name in names if name in known]
        for title, names in listed.items()
    }
    mentioned = {name for names in listed.values() for name in names}
    if rest := [name for name in known if name not in mentioned]:
        groups[OTHERS] = [f"imbalance_lessons.{name}" for name in rest]
    groups["For those who write exercises"] = [f"autograder.engine.{m}" for m in modules(ENGINE)]
    return {title: names for title, names in groups.items() if names}


def _docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""


def _about(name: str) -> str:
    file = ROOT.joinpath(*name.split(".")).with_suffix(".py")
    return _docstring(file).partition("\n\n")[0].replace("\n", " ")


def write_pages(app: Sphinx) -> None:
    """Write the index and a page for each module into the site's sources."""
    folder = Path(app.srcdir) / "api"
    groups = all_groups()
    names = [name for group in groups.values() for name in group]
    parts = []
    for title, group in groups.items():
        short = {name: name.rpartition(".")[2] for name in group}
        rows = "\n".join(f"| [{short[n]}]({n}.rst) | {_about(n)} |" for n in group)
        entries = "\n".join(f"{short[n]} <{n}>" for n in group)
        parts.append(GROUP.format(title=title, rows=rows, entries=entries))
    write_if_new(folder / "index.md", INDEX.format(groups="\n".join(parts)))
    for name in names:
        write_if_new(folder / f"{name}.rst", MODULE.format(name=name, line="=" * len(name)))
    for old in folder.glob("*.rst"):
        if old.stem not in names:
            old.unlink()


def find_object(name: str, module: str, known: Mapping[str, str]) -> str | None:
    """Find what a name between single backticks means.

    Parameters
    ----------
    name
        Such as ``focal_loss`` or ``focal.focal_loss``, or an argument's name.
    module
        The module whose text it is in.
    known
        The kinds of all that the site describes, by full name.

    Returns
    -------
    str or None
        The full name: in the same module, or the only one of that name elsewhere. Attributes and
        methods are found by their class's name only, as arguments have such names, too.
    """
    if f"{module}.{name}" in known:
        return f"{module}.{name}"
    found = [
        full
        for full, kind in known.items()
        if full == name or (full.endswith(f".{name}") and (kind in TOP_LEVEL or "." in name))
    ]
    return found[0] if len(found) == 1 else None


def link_name(app: Sphinx, env: Any, node: Any, contnode: Any) -> nodes.Node | None:
    """Make a link of a name that is ours; an argument, or somebody else's name, stays code."""
    if node.get("reftype") != ROLE:
        return None
    domain = env.domains["py"]
    known = {full: entry.objtype for full, entry in domain.objects.items()}
    full = find_object(node["reftarget"], node.get("py:module") or "", known)
    if full is None:
        return nodes.literal(node.astext(), node.astext())
    kind = "mod" if known[full] == "module" else "obj"
    reference: nodes.Node | None = domain.resolve_xref(
        env, node["refdoc"], app.builder, kind, full, node, contnode
    )
    return reference


# A default that is a function would be shown with its address in memory.
OBJECT = re.compile(r"= <.*?>(?=[,)])")


def shorten_defaults(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str | None, returns: str
) -> tuple[str, str] | None:
    """Write dots for a default value that has no text of its own."""
    return (OBJECT.sub("= ...", signature), returns) if signature else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages before Sphinx looks for its sources, and make the role."""
    app.connect("builder-inited", write_pages)
    app.add_role(ROLE, PyXRefRole())
    app.connect("missing-reference", link_name)
    app.connect("autodoc-process-signature", shorten_defaults)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
