"""Describes the commands of `imbalance-lessons` from what they say about themselves."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def describe_commands() -> str:
    """Write a section for each command: what it does, how it is typed, and its options.

    Returns
    -------
    str
        MyST Markdown, in the order of ``imbalance-lessons --help``.
    """
    from typer.main import get_command

    import autograder.cli  # noqa: F401 - adds the commands to the app
    from autograder.commands import app

    group: Any = get_command(app)
    return "\n\n".join(_section(name, command) for name, command in group.commands.items())


def _section(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    words = [name, *(["[OPTIONS]"] if options else []), *(_metavar(a) for a in arguments)]
    text = f"(command-{name})=\n## {name}\n\n{(command.help or '').strip()}\n\n"
    text += f"```sh\nimbalance-lessons {' '.join(words)}\n```\n"
    rows = [(_metavar(a), a.help) for a in arguments]
    rows += [(", ".join([*o.opts, *o.secondary_opts]), o.help) for o in options]
    if rows:
        text += "\n| argument or option | what it is |\n|---|---|\n"
        text += "\n".join(f"| `{what}` | {_in_one_line(about)} |" for what, about in rows)
    return text


def _in_one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _metavar(parameter: Any) -> str:
    """Write an argument as a usage line does: ``LESSON``, ``[LESSONS]...``."""
    word = parameter.metavar or str(parameter.name).upper()
    return (word if parameter.required else f"[{word}]") + ("..." if parameter.nargs == -1 else "")


class Commands(SphinxDirective):
    """A directive: all commands, a section each."""

    def run(self) -> list[nodes.Node]:
        """Read the sections as if they stood on the page."""
        container = nodes.Element()
        lines = describe_commands().splitlines()
        self.state.nested_parse(
            StringList(lines, source="imbalance-lessons --help"),
            self.content_offset,
            container,
            match_titles=True,
        )
        return container.children


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive."""
    app.add_directive("course-commands", Commands)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
