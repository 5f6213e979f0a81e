"""Scripts for whoever opens a page: the student's feedback, a marker's formgrader, the report."""

# ruff: noqa: E501 - an attack is easier to read unbroken

from __future__ import annotations

from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell

from .attack import Attack, Change, cell_of, first, instead

EVIL = "document.title='SEEN'"
TAGS = {
    "script": f"<script>{EVIL}</script>",
    "broken_script": f"<scr<script>ipt>{EVIL}</scr</script>ipt>",
    "handler": f'<img src=x onerror="{EVIL}">',
    "svg": f'<svg onload="{EVIL}"><script>{EVIL}</script></svg>',
    "link": f'<a href="jav&#x09;ascript:{EVIL}">here</a>',
    "frame": f'<iframe srcdoc="&lt;script&gt;{EVIL}&lt;/script&gt;"></iframe>',
    "table_end": f"</td></tr></table></section></div><script>{EVIL}</script>",
    "form": '<form action="https://example.org"><input name=x><button>Go on</button></form>',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://example.org">',
    "base": '<base href="https://example.org/">',
}
ALL_TAGS = "\n".join(TAGS.values())
LINKS = f'[a](javascript:{EVIL}) ![b](x" onerror="{EVIL}) <javascript:{EVIL}>'


def markdown(text: str) -> Change:
    """Add text to the notebook and to the written answer."""

    def change(notebook: Any) -> None:
        notebook.cells.insert(0, new_markdown_cell(text))
        place = notebook.cells.index(cell_of(notebook, "written_diagnosis"))
        notebook.cells[place + 1].source = text

    return change


def attachment(notebook: Any) -> None:
    """Bring a picture whose kind is markup."""
    cell = new_markdown_cell("![x](attachment:x.png)")
    cell["attachments"] = {"x.png": {f'image/png" onerror="{EVIL}': "AAAA"}}
    notebook.cells.append(cell)


def of_notebook(notebook: Any) -> None:
    """Put markup where pages take title, language and widgets from."""
    notebook.metadata.update(
        title=ALL_TAGS,
        authors=[{"name": ALL_TAGS}],
        language_info={"name": TAGS["table_end"], "pygments_lexer": f'"><script>{EVIL}</script>'},
        widgets={
            "application/vnd.jupyter.widget-state+json": {"state": {"x": f"</script>{ALL_TAGS}"}}
        },
    )


def of_cells(notebook: Any) -> None:
    """Put markup into the metadata of cells, and into their ids."""
    for cell in notebook.cells:
        cell.metadata.update(tags=[ALL_TAGS], name=ALL_TAGS, collapsed=ALL_TAGS)
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(comment=ALL_TAGS, score=ALL_TAGS)
    notebook.cells.append(new_code_cell("1", metadata={"nbgrader": {"comment": ALL_TAGS}}))


SHOW = "from IPython.display import display\n"


def displays(kind: str, text: str, **metadata: str) -> Change:
    """Show something of a MIME type."""
    return first(
        f"{SHOW}display({{{kind!r}: {text!r}}}, raw=True, metadata={{{kind!r}: {metadata!r}}})"
    )


ATTACKS = [
    Attack("markdown", "To run scripts from Markdown on whoever reads the page.", markdown(ALL_TAGS)),
    Attack("markdown_links", "To run scripts by links and pictures in Markdown.", markdown(LINKS)),
    Attack("attachment", "To run a script by a picture's kind.", attachment),
    Attack("html_output", "To run scripts from HTML outputs.", displays("text/html", ALL_TAGS)),
    Attack("javascript_output", "To run a script as an output of its own kind.",
           displays("application/javascript", EVIL)),
    Attack("svg_output", "To run a script inside a drawing.", displays("image/svg+xml", TAGS["svg"])),
    Attack("markdown_output", "To run scripts from Markdown outputs.",
           displays("text/markdown", ALL_TAGS + LINKS)),
    Attack("latex_output", "To run scripts from formulas.",
           displays("text/latex", f"$\\href{{javascript:{EVIL}}}{{x}}$ {ALL_TAGS}")),
    Attack("false_png", "To leave a picture's attribute and run a script.",
           displays("image/png", f'x" onerror="{EVIL}" x="', width=f"1 onerror={EVIL}")),
    Attack("widget_output", "To run scripts as a widget's view.",
           displays("application/vnd.jupyter.widget-view+json", ALL_TAGS)),
    Attack("plain_output", "To run scripts from plain text, with colours.",
           first(f"print('\\x1b[31m' + {ALL_TAGS!r} + '\\x1b]8;;javascript:x\\x1b\\\\')")),
    Attack("error_text", "To run scripts from an error's name and text.",
           first(f"raise type({TAGS['script']!r}, (Exception,), {{}})({ALL_TAGS!r})")),
    Attack("answers", "To run scripts from answers in the report.",
           instead(f"def evil(*a, **k): return {ALL_TAGS!r}\n"
                   f"class_counts = imbalance_ratio = severity = evil\n"
                   f"diagnosis = {{'ratio': {ALL_TAGS!r}}}\nquick_check_ratio = {ALL_TAGS!r}")),
    Attack("answer_types", "To run scripts from a type's name or an error's text in the report.",
           instead(f"Evil = type({TAGS['script']!r}, (Exception,), {{'__repr__': lambda s: {ALL_TAGS!r}}})\n"
                   f"def class_counts(*a, **k): return Evil()\n"
                   f"def severity(*a, **k): print({ALL_TAGS!r}); raise Evil({ALL_TAGS!r})\n"
                   f"imbalance_ratio = severity")),
    Attack("title", "To run scripts from the notebook's title and language.", of_notebook),
    Attack("cell_metadata", "To run scripts from cells' metadata and comments.", of_cells),
]  # fmt: skip
