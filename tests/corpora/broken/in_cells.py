"""Cells deleted, copied, moved, merged, of another type, and what was written in the wrong place.

The notebook is Ada's, in which everything is right. Her `imbalance_ratio` calls her `class_counts`,
and her `diagnosis` calls her `severity`: without one, the other earns nothing either.
"""

import copy

from tests.corpora.broken.entry import cell_of, delete, in_notebook, marked, move, place_of

SEVERITY_AND_DIAGNOSIS = 4  # points


@in_notebook("the check of an exercise was deleted", "check-severity: missing")
def check_deleted(notebook):
    delete(notebook, "check-severity")


@in_notebook("every check was deleted", "check-quick_check_ratio: missing")
def all_checks_deleted(notebook):
    notebook["cells"] = [c for c in notebook["cells"] if not c["id"].startswith("check-")]


@in_notebook("the text of the written task was deleted", "written_diagnosis: missing")
def task_deleted(notebook):
    delete(notebook, "written_diagnosis")


@in_notebook("the cell with the imports was deleted", "setup_imports: missing")
def setup_deleted(notebook):
    delete(notebook, "setup_imports")


@in_notebook("an exercise was deleted", "severity: missing", 9 - SEVERITY_AND_DIAGNOSIS)
def exercise_deleted(notebook):
    delete(notebook, "severity")


@in_notebook("all that is graded was deleted", ": missing; put back", 0)
def everything_deleted(notebook):
    notebook["cells"] = [c for c in notebook["cells"] if "nbgrader" not in c["metadata"]]


@in_notebook("the notebook has no cells at all", ": missing; put back", 0)
def no_cells(notebook):
    notebook["cells"] = []


def _copy(notebook, name, **changes):
    twin = copy.deepcopy(cell_of(notebook, name)) | {"id": "a-copy"} | changes
    notebook["cells"].insert(place_of(notebook, name) + 1, twin)


@in_notebook("an exercise was copied with its grade id", "severity: there twice")
def exercise_copied(notebook):
    _copy(notebook, "severity")


@in_notebook("a check was copied with its grade id", "check-severity: there twice")
def check_copied(notebook):
    _copy(notebook, "check-severity")


@in_notebook("the copy of an answer is wrong, and is last", "quick_check_ratio: there twice", 8)
def copy_is_wrong(notebook):
    _copy(notebook, "quick_check_ratio", source='quick_check_ratio = "A"')


@in_notebook("each cell was pasted twice", ": there twice; the last one counts")
def everything_copied(notebook):
    notebook["cells"] = [copy.deepcopy(c) for c in notebook["cells"] for _ in range(2)]


@in_notebook("a check was moved above its exercise", "check-severity: moved")
def check_above_exercise(notebook):
    move(notebook, "check-severity", place_of(notebook, "severity"))


@in_notebook("every check was moved to the top", ": moved; put back")
def checks_at_the_top(notebook):
    notebook["cells"].sort(key=lambda cell: not cell["id"].startswith("check-"))


@in_notebook("the imports were moved to the end", "setup_imports: moved")
def setup_at_the_end(notebook):
    move(notebook, "setup_imports", len(notebook["cells"]))


@in_notebook("an exercise was moved to the end", "severity: moved")
def exercise_at_the_end(notebook):
    move(notebook, "severity", len(notebook["cells"]))


@in_notebook("the answer to the diagnosis was moved to the end", "check-diagnosis: moved")
def answer_at_the_end(notebook):
    move(notebook, "diagnosis", len(notebook["cells"]))


@in_notebook("all cells stand in reverse", ": moved; put back")
def reversed_cells(notebook):
    notebook["cells"].reverse()


def _retype(notebook, name, cell_type):
    cell = cell_of(notebook, name)
    cell["cell_type"] = cell_type
    for key in ("outputs", "execution_count"):
        cell.pop(key, None)


@in_notebook("an exercise became a Markdown cell", "severity: changed to markdown")
def exercise_as_markdown(notebook):
    _retype(notebook, "severity", "markdown")


@in_notebook("an exercise became a raw cell", "changed to raw; code again")
def exercise_as_raw(notebook):
    _retype(notebook, "class_counts", "raw")


@in_notebook("a check became a Markdown cell", "check-severity: changed to markdown")
def check_as_markdown(notebook):
    _retype(notebook, "check-severity", "markdown")


@in_notebook("the written task became a code cell", "written_diagnosis: changed to code")
def task_as_code(notebook):
    cell = cell_of(notebook, "written_diagnosis")
    cell |= {"cell_type": "code", "outputs": [], "execution_count": None}


@in_notebook("every cell became a raw cell", "changed to raw; code again")
def everything_raw(notebook):
    for cell in notebook["cells"]:
        _retype(notebook, cell["id"], "raw")


@in_notebook("two exercises were put into one cell", "imbalance_ratio: missing")
def two_in_one_cell(notebook):
    cell_of(notebook, "class_counts")["source"] += (
        "\n\n" + cell_of(notebook, "imbalance_ratio")["source"]
    )
    delete(notebook, "imbalance_ratio")


@in_notebook("all exercises were put into the first one's cell", ": missing; put back")
def all_in_one_cell(notebook):
    names = ("imbalance_ratio", "severity", "diagnosis", "quick_check_ratio")
    for name in names:
        cell_of(notebook, "class_counts")["source"] += "\n\n" + cell_of(notebook, name)["source"]
    delete(notebook, *names)


@in_notebook("the solution was written into the check's cell", "has a cell of its own")
def solved_in_the_check(notebook):
    exercise, check = cell_of(notebook, "severity"), cell_of(notebook, "check-severity")
    check["source"] = exercise["source"] + "\n\n" + check["source"]
    exercise["source"] = "def severity(ratio):\n    raise NotImplementedError()"


@in_notebook("a check was edited", "check-severity: with the text of the lesson again")
def check_edited(notebook):
    cell_of(notebook, "check-severity")["source"] = "assert severity(5) == 'Moderate'"


@in_notebook("an import was added to the locked imports", "setup_imports: with the text of the")
def setup_edited(notebook):
    cell_of(notebook, "setup_imports")["source"] += "\nimport math"
    cell_of(notebook, "severity")["source"] += "\n\nmath.floor(1.5)"


@in_notebook("the answer was typed into the task's own text", "I would train a baseline first")
def answer_in_the_task(notebook):
    cell_of(notebook, "written_diagnosis")["source"] += "\n\nI would train a baseline first."


@in_notebook(
    "the code of two exercises stands in each other's cells", "severity: found in the place"
)
def codes_exchanged(notebook):
    one, other = cell_of(notebook, "class_counts"), cell_of(notebook, "severity")
    one["source"], other["source"] = other["source"], one["source"]


@in_notebook("the function got another name", "name 'severity' is not defined", 5)
def function_renamed(notebook):
    cell = cell_of(notebook, "severity")
    cell["source"] = cell["source"].replace("def severity", "def how_severe")


@in_notebook("an exercise was cut off in the middle of a line", "SyntaxError", 5)
def code_cut_off(notebook):
    cell = cell_of(notebook, "severity")
    cell["source"] = cell["source"][:70]


@in_notebook("a copied cell brought a foreign grade id", "`focal_loss` is no cell of this lesson")
def cell_of_another_lesson(notebook):
    entry = marked(notebook)[1]["metadata"]["nbgrader"] | {"grade_id": "focal_loss"}
    cell = {
        "id": "foreign",
        "cell_type": "code",
        "metadata": {"nbgrader": entry},
        "source": "0",
        "outputs": [],
        "execution_count": None,
    }
    notebook["cells"].insert(3, cell)


@in_notebook("every cell has tags that keep it from being run", "took the tags off")
def tags_everywhere(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "remove-cell"]


@in_notebook("a cell holds a zero byte", "null bytes", 5)
def zero_byte(notebook):
    cell_of(notebook, "severity")["source"] += "\n# \x00"


@in_notebook("a comment holds half a character", "Ada")
def half_a_character(notebook):
    cell_of(notebook, "severity")["source"] += "\n# by Ada \ud83d"


@in_notebook("a cell of the student's own is nested too deeply to be parsed", "Check of severity")
def nested_code(notebook):
    deep = {"id": "deep", "cell_type": "code", "metadata": {}, "outputs": []}
    deep |= {"execution_count": None, "source": "x = " + "(" * 3000 + ")" * 3000}
    longer = deep | {"id": "longer", "source": "x = " + "-" * 50_000 + "1"}
    notebook["cells"] += [deep, longer]
