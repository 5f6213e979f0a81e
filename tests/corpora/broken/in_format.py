"""Metadata, ids, versions and types of values that are not as the notebook format says."""

from tests.corpora.broken.entry import cell_of, in_notebook, marked

QUIET = "Check of severity"  # nothing was lost: the page shows the checks, and no more is needed


@in_notebook("all metadata of all cells is gone", "without its grading data; recognised")
def metadata_gone(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}


@in_notebook("metadata and ids of all cells are gone", "without its grading data; recognised")
def metadata_and_ids_gone(notebook):
    for cell in notebook["cells"]:
        del cell["id"], cell["metadata"]


@in_notebook("metadata is null", "without its grading data; recognised")
def metadata_null(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = None


@in_notebook("metadata is a list", "without its grading data; recognised")
def metadata_list(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = [cell["metadata"]]


@in_notebook("nbgrader's metadata is null", "grading data of a cell could not be read")
def nbgrader_null(notebook):
    for cell in marked(notebook):
        cell["metadata"]["nbgrader"] = None


@in_notebook("nbgrader's metadata is a text", "grading data of a cell could not be read")
def nbgrader_text(notebook):
    for cell in marked(notebook):
        cell["metadata"]["nbgrader"] = str(cell["metadata"]["nbgrader"])


@in_notebook("grade ids are of another type", "without its grading data; recognised")
def grade_ids_of_another_type(notebook):
    for number, cell in enumerate(marked(notebook)):
        cell["metadata"]["nbgrader"]["grade_id"] = [None, [], {}, number, True, ""][number % 6]


@in_notebook("a grade id was renamed", "without its grading data; recognised")
def grade_id_renamed(notebook):
    cell = cell_of(notebook, "severity")
    cell["metadata"]["nbgrader"]["grade_id"] = "severity-v2"
    cell["id"] = "severity-v2"


@in_notebook("the grade ids of two exercises were exchanged", "severity: found in the place")
def grade_ids_exchanged(notebook):
    one, other = cell_of(notebook, "class_counts"), cell_of(notebook, "severity")
    one["metadata"], other["metadata"] = other["metadata"], one["metadata"]


@in_notebook(
    "nbgrader's metadata is of an old version", "schema_version, task as in the lesson again"
)
def schema_too_old(notebook):
    for cell in marked(notebook):
        cell["metadata"]["nbgrader"]["schema_version"] = 1
        del cell["metadata"]["nbgrader"]["task"]


@in_notebook("nbgrader's metadata has no version", "schema_version as in the lesson again")
def schema_missing(notebook):
    for cell in marked(notebook):
        del cell["metadata"]["nbgrader"]["schema_version"]


@in_notebook("nbgrader's metadata is of a version to come", "schema_version as in the lesson")
def schema_too_new(notebook):
    for cell in marked(notebook):
        cell["metadata"]["nbgrader"] |= {"schema_version": 99, "rubric": {"a": 1}}


@in_notebook("the version of nbgrader's metadata is a word", "schema_version as in the lesson")
def schema_a_word(notebook):
    for cell in marked(notebook):
        cell["metadata"]["nbgrader"]["schema_version"] = "three"


@in_notebook("a check's points were raised", "cell check-severity: points as in the lesson again")
def points_raised(notebook):
    cell_of(notebook, "check-severity")["metadata"]["nbgrader"]["points"] = 100


@in_notebook("a check's points are a word", "cell check-severity: points as in the lesson again")
def points_a_word(notebook):
    cell_of(notebook, "check-severity")["metadata"]["nbgrader"]["points"] = "many"


@in_notebook("an exercise was marked as a task", "cell severity: locked, solution, task as in")
def marked_as_task(notebook):
    entry = cell_of(notebook, "severity")["metadata"]["nbgrader"]
    entry |= {"task": True, "solution": False, "locked": True, "points": 5}


@in_notebook("a check was unlocked and is no grade any more", "check-severity: grade, locked")
def check_unmarked(notebook):
    entry = cell_of(notebook, "check-severity")["metadata"]["nbgrader"]
    entry |= {"grade": False, "locked": False, "solution": True}


@in_notebook("every flag is null", "locked, schema_version, solution, task as in the lesson")
def flags_null(notebook):
    for cell in marked(notebook):
        entry = cell["metadata"]["nbgrader"]
        entry |= {key: None for key in entry if key != "grade_id"}


@in_notebook("the kernel's name is missing", QUIET)
def kernel_missing(notebook):
    del notebook["metadata"]["kernelspec"]


@in_notebook("the kernel is of another language", QUIET)
def kernel_of_another_language(notebook):
    notebook["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}


@in_notebook("kernel and language are nonsense", QUIET)
def kernel_nonsense(notebook):
    notebook["metadata"] = {"kernelspec": 3, "language_info": {"name": None}, "language": 5}


@in_notebook("the notebook's metadata is a list", QUIET)
def notebook_metadata_list(notebook):
    notebook["metadata"] = [1, 2]


@in_notebook("the notebook's metadata breaks the format", "broken metadata")
def notebook_metadata_unsound(notebook):
    notebook["metadata"] |= {"orig_nbformat": "four", "authors": "Ada", "title": 7}


@in_notebook("cells' own metadata breaks the format", "broken metadata")
def cell_metadata_unsound(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] |= {"name": 7, "collapsed": "no", "scrolled": 3, "jupyter": "yes"}


@in_notebook("metadata is nested a thousand levels deep", QUIET)
def metadata_deep(notebook):
    deep = notebook["cells"][0]["metadata"]
    for _ in range(300):
        deep["in"] = deep = {}


@in_notebook("cells have no ids", QUIET)
def ids_missing(notebook):
    for cell in notebook["cells"]:
        del cell["id"]


@in_notebook("all cells have the same id", QUIET)
def ids_the_same(notebook):
    for cell in notebook["cells"]:
        cell["id"] = "cell"


@in_notebook("cells' ids break the format", QUIET)
def ids_unsound(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = ["with spaces", "x" * 100, "", number, None, ["id"]][number % 6]


@in_notebook("the notebook is of format 3", QUIET)
def format_3(notebook):
    cells = []
    for cell in notebook["cells"]:
        cell = {key: value for key, value in cell.items() if key != "id"}
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source").splitlines(keepends=True)
            cell |= {"language": "python", "prompt_number": 3, "collapsed": False}
            del cell["execution_count"]
        cells.append(cell)
    cells.insert(0, {"cell_type": "heading", "level": 2, "source": "Measuring", "metadata": {}})
    sheet = {"cells": cells, "metadata": {}}
    return {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [sheet]}


@in_notebook("the notebook is of format 4.2", QUIET)
def format_4_2(notebook):
    ids_missing(notebook)
    notebook["nbformat_minor"] = 2


@in_notebook("the notebook is of a format 4.99 to come", QUIET)
def format_4_99(notebook):
    notebook["nbformat_minor"] = 99
    for cell in notebook["cells"]:
        cell["authors"] = ["Ada"]


@in_notebook("the notebook is of a format 5 to come", QUIET)
def format_5(notebook):
    notebook |= {"nbformat": 5, "nbformat_minor": 0, "sections": []}


@in_notebook("the versions are missing", QUIET)
def format_missing(notebook):
    del notebook["nbformat"], notebook["nbformat_minor"]


@in_notebook("the versions are words", QUIET)
def format_a_word(notebook):
    notebook |= {"nbformat": "four", "nbformat_minor": None}


@in_notebook("outputs are broken", QUIET)
def outputs_broken(notebook):
    broken = [None, {}, 3, [None], [{"output_type": "hologram"}], [{"output_type": "stream"}]]
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(code):
        cell |= {"outputs": broken[number % len(broken)], "execution_count": "one"}


@in_notebook("texts are lists of lines", QUIET)
def sources_in_lines(notebook):
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


@in_notebook("the text of an exercise is null", "name 'severity' is not defined", 5)
def source_null(notebook):
    cell_of(notebook, "severity")["source"] = None


@in_notebook("texts are numbers, and lists in lists", "Check of severity")
def sources_of_other_types(notebook):
    lines = cell_of(notebook, "severity")["source"].splitlines(keepends=True)
    cell_of(notebook, "severity")["source"] = [lines[:2], [[line] for line in lines[2:]], None]
    notebook["cells"][0]["source"] = 42
    notebook["cells"][1]["source"] = {"text": "What is that?"}


@in_notebook("attachments are broken", "broken metadata or attachments")
def attachments_broken(notebook):
    markdown = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    for number, cell in enumerate(markdown):
        cell["attachments"] = [{"a.png": 3}, {"a.png": {"image/png": 3}}, 4][number % 3]
    cell_of(notebook, "severity")["attachments"] = {"a.png": {"image/png": "AAAA"}}


@in_notebook("some cells are no cells", "cells held nothing that can be read")
def cells_of_other_types(notebook):
    notebook["cells"][1:1] = [None, 3, [], "A thought of mine."]


@in_notebook("cells have unknown types, or none", "changed to markdown")
def cell_types_unknown(notebook):
    cell_of(notebook, "severity")["cell_type"] = "sql"
    del cell_of(notebook, "class_counts")["cell_type"]
    cell_of(notebook, "check-severity")["cell_type"] = 7
    cell_of(notebook, "written_diagnosis")["cell_type"] = ["markdown"]


@in_notebook("the cells are a dict", "the file was damaged")
def cells_in_a_dict(notebook):
    notebook["cells"] = {str(number): cell for number, cell in enumerate(notebook["cells"])}
