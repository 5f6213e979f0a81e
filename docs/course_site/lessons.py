"""The lessons as pages to read: what students see, with the demos' outputs, and no solution."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.console import strip_escape_sequences

from autograder.builder.notebook import Lesson, build, find_lessons
from course_site.execution import Outputs, OutputStore, role

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
KEPT = ROOT / "build" / "lesson_outputs"
STORE = OutputStore(KEPT, ROOT / "imbalance_lessons")

NOTE = """:::{{note}}
This page is to be read: you see the lesson as it is handed out, with what its experiments show.
To solve it, open it in JupyterLab ([how](../../students.md)): {name}.
:::
"""


def removers() -> list[Any]:
    """List what nbgrader_config.py has for taking things out of a release."""
    from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearOutput

    from autograder.grading.plugins import ClearSolutions

    return [ClearSolutions, ClearOutput, ClearHiddenTests, ClearMarkScheme]


def released(notebook: Any) -> Any:
    """Turn a lesson's notebook into what students get, by the steps that make a release.

    Parameters
    ----------
    notebook
        As it is built from the script. It is changed.

    Returns
    -------
    notebook
        Without solutions and mark schemes.
    """
    for preprocessor in removers():
        notebook, _ = preprocessor().preprocess(notebook, {})
    return notebook


def page(notebook: Any, outputs: Outputs, name: str) -> Any:
    """Make a lesson's page.

    Parameters
    ----------
    notebook
        As it is built from the script. It is changed.
    outputs
        What its cells show, by the cells' ids; those that are not named show nothing.
    name
        The lesson's name.

    Returns
    -------
    notebook
        To be read: a tag says what each cell is, and nothing of nbgrader's is left.
    """
    shown = released(notebook)
    shown.cells = [cell for cell in shown.cells if role(cell) != "response"]
    for cell in shown.cells:
        kind = role(cell)
        cell.metadata = {} if kind == "prose" else {"tags": [f"course-{kind}"]}
        if cell.cell_type == "code":
            cell.outputs = outputs.get(cell.id, [])
    title, _, rest = shown.cells[0].source.partition("\n")
    shown.cells[0].source = f"{title}\n\n{NOTE.format(name=f'`{name}`')}\n{rest}"
    return shown


def write_page(lesson: Lesson, folder: Path, execute: bool) -> bool:
    """Write a lesson's page unless it is there already.

    Parameters
    ----------
    lesson
        The lesson.
    folder
        The folder of all lessons' pages.
    execute
        Whether to run the lesson if its outputs are not kept from before; otherwise the page has
        the outputs that are kept, or none.

    Returns
    -------
    bool
        Whether the page changed.
    """
    notebook = nbformat.reads(build(lesson.script), as_version=4)
    if execute:
        outputs = STORE.make(lesson.name, notebook)
    else:
        outputs = STORE.read(lesson.name, notebook) or {}
    text = nbformat.writes(page(notebook, outputs, lesson.name)) + "\n"
    target = folder / lesson.name / f"{lesson.name}.ipynb"
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return True


def write_contents(folder: Path, names: list[str]) -> None:
    """Put the pages beside the lessons there too; the contents lead to everything."""
    for source in NOTEBOOKS.glob("*.md"):
        text = source.read_text(encoding="utf-8")
        if source.stem == "README":
            entries = "\n".join(f"{name}/{name}" for name in names)
            text += f"\n```{{toctree}}\n:hidden:\n\n{entries}\nglossary\ncommon_errors\n```\n"
        write_if_new(folder / f"{'index' if source.stem == 'README' else source.stem}.md", text)


def write_if_new(path: Path, text: str) -> None:
    """Leave a file alone that says the same: Sphinx reads again what is newer."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def write_pages(app: Sphinx) -> None:
    """Write all pages of the lessons into the site's sources, two lessons at a time."""
    folder = Path(app.srcdir) / "lessons"
    lessons = find_lessons(NOTEBOOKS)
    names = [lesson.name for lesson in lessons]
    for old in folder.glob("[0-9]*"):
        if old.name not in names:
            shutil.rmtree(old)
    write_contents(folder, names)

    def write(lesson: Lesson) -> str:
        start = time.perf_counter()
        try:
            changed = write_page(lesson, folder, app.config.lessons_execute)
        except Exception as error:
            reason = strip_escape_sequences(str(error))  # a traceback comes in colours
            raise ExtensionError(f"lesson {lesson.name}: {reason}") from None
        return f"{lesson.name}: {time.perf_counter() - start:.0f} s" if changed else ""

    with ThreadPoolExecutor(max_workers=2) as pool:
        for line in filter(None, pool.map(write, lessons)):
            logger.info("lesson page %s", line)


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages before Sphinx looks for its sources."""
    app.add_config_value("lessons_execute", default=True, rebuild="", types=[bool])
    app.connect("builder-inited", write_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
