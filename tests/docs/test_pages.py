"""The lessons' pages: what students get, with what experiments show, and no solution."""

import ast
import inspect
import textwrap

import nbformat
import pytest
from course_site.execution import (
    WIDGET,
    OutputStore,
    imported_files,
    role,
    run_lesson,
    what_it_does,
)
from course_site.lessons import NOTEBOOKS, ROOT, page, released, removers
from nbformat.v4 import new_code_cell, new_notebook, new_output
from traitlets.config import Config

from autograder.builder.notebook import build, find_lessons
from autograder.builder.reference import find_reference
from autograder.builder.script import OWN_METADATA, read_script

LESSONS = find_lessons(NOTEBOOKS)
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[one.name for one in LESSONS])


def built(lesson):
    return nbformat.reads(build(lesson.script), as_version=4)


def sources(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


@each_lesson
def test_a_page_has_no_solution_and_no_mark_scheme(lesson):
    text = sources(page(built(lesson), {}, lesson.name))
    assert "SOLUTION" not in text
    assert "MARK SCHEME" not in text
    for cell in read_script(lesson.script):
        if cell.role == "exercise":
            for line in body_lines(cell.attributes["reference"]):
                assert line not in text, line
        if cell.role == "answer":
            assert cell.source.strip() not in text
    exercises = sum(cell.role == "exercise" for cell in read_script(lesson.script))
    assert text.count("raise NotImplementedError") >= exercises > 0


def body_lines(reference):
    """List the lines of a solution that are long enough to be nobody else's."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(find_reference(reference))))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    inner = tree.body[0].body
    lines = [line.strip() for statement in inner for line in ast.unparse(statement).splitlines()]
    return [line for line in lines if len(line) >= 25 and not line.startswith("def ")]


@each_lesson
def test_a_page_has_the_lesson(lesson):
    shown = page(built(lesson), {}, lesson.name)
    text = sources(shown)
    for cell in read_script(lesson.script):
        if cell.role in ("demo", "setup", "check"):
            assert cell.source in text
    tags = [cell.metadata.get("tags", []) for cell in shown.cells]
    assert ["course-exercise"] in tags
    assert ["course-check"] in tags
    assert f"`{lesson.name}`" in text
    nbformat.validate(shown)


def test_what_makes_a_release_makes_a_page(monkeypatch, tmp_path):
    monkeypatch.setenv("IMBALANCE_CLASSROOM", str(tmp_path))
    config, file = Config(), ROOT / "nbgrader_config.py"
    exec(file.read_text(), {"get_config": lambda: config, "__file__": str(file)})
    steps = [step.rpartition(".")[2] for step in config.GenerateAssignment.preprocessors]
    assert {step for step in steps if step.startswith("Clear")} == {r.__name__ for r in removers()}


def cell(kind, source, **more):
    return new_code_cell(source, id=f"a-{kind}", metadata={OWN_METADATA: {"role": kind, **more}})


def test_only_setup_and_demos_show_what_came_out():
    notebook = built(LESSONS[0])
    outputs = {c.id: [new_output("stream", text=f"of {role(c)}")] for c in notebook.cells}
    shown = page(notebook, {k: v for k, v in outputs.items() if "check" not in k}, "x")
    said = {c.metadata["tags"][0]: c.outputs for c in shown.cells if c.cell_type == "code"}
    assert said["course-demo"][0].text == "of demo"
    assert said["course-check"] == []
    assert all(not c.metadata.get("nbgrader") for c in shown.cells)


def test_releasing_leaves_no_outputs():
    notebook = new_notebook(cells=[cell("demo", "print(1)")])
    notebook.cells[0].outputs = [new_output("stream", text="1")]
    assert released(notebook).cells[0].outputs == []


@pytest.mark.slow
def test_a_lesson_is_run_without_its_checks():
    notebook = new_notebook(
        cells=[
            cell("setup", "x = 2"),
            cell("exercise", "def double(x):\n    return 2 * x"),
            cell("check", "raise SystemError('a check was run')"),
            cell("demo", "import ipywidgets\ndisplay(ipywidgets.IntSlider())\nprint(double(x))"),
        ]
    )
    outputs = run_lesson(notebook)
    assert list(outputs) == ["a-setup", "a-demo"]
    assert outputs["a-setup"] == []
    *_, printed = outputs["a-demo"]
    assert printed.text == "4\n"
    assert all(WIDGET not in output.get("data", {}) for output in outputs["a-demo"])


@pytest.mark.slow
def test_a_demo_that_raises_stops_the_build():
    with pytest.raises(Exception, match="no such luck"):
        run_lesson(new_notebook(cells=[cell("demo", "raise ValueError('no such luck')")]))


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "used.py").write_text('"""Used."""\nfrom course.below import x\n')
    (folder / "below.py").write_text("def x():\n    '''Say 1.'''\n    return 1\n")
    (folder / "unused.py").write_text("y = 2\n")
    return folder


def test_imported_modules_are_found_at_any_depth(package):
    for code in ("import course.used", "from course import used", "from course.used import x"):
        assert {f.name for f in imported_files(code, package)} == {"used.py", "below.py"}
    assert imported_files("import torch", package) == set()


def test_outputs_are_kept_until_something_changes_that_they_depend_on(package, tmp_path):
    store = OutputStore(tmp_path / "kept", package)
    notebook = new_notebook(cells=[cell("demo", "from course import used")])
    runs = []

    def run(given):
        runs.append(given)
        return {"a-demo": [new_output("stream", text=str(len(runs)))]}

    assert store.read("l", notebook) is None
    first = store.make("l", notebook, run)
    assert store.make("l", notebook, run) == first == store.read("l", notebook)
    (package / "unused.py").write_text("y = 3\n")
    (package / "below.py").write_text('def x():\n    """Say one."""\n    return 1  # so\n')
    assert store.make("l", notebook, run) == first
    (package / "below.py").write_text("def x():\n    return 2\n")
    assert store.read("l", notebook) is None
    assert store.make("l", notebook, run) != first
    assert len(runs) == 2
    assert len(list((tmp_path / "kept").iterdir())) == 1  # what is out of date is removed
    notebook.cells[0].source += "\n1"
    assert store.read("l", notebook) is None


def test_code_that_does_the_same_is_the_same():
    assert what_it_does("x = 1  # one") == what_it_does("x=1")
    assert what_it_does("x = 1") != what_it_does("x = 2")
    assert what_it_does('def f():\n    "doc"\n') != what_it_does("def f():\n    return 1\n")
