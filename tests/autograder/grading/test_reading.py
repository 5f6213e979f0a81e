"""Reading what is handed in: from bytes to a valid notebook, and from a folder to a file."""

import copy
import json
import os
import stat
import warnings

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator

from autograder.grading import files
from autograder.grading.decoding import UnreadableError, decode, find_notebook, whole_cells
from autograder.grading.files import (
    STAND_IN,
    not_to_copy,
    other_notebooks,
    plain_bytes,
    set_timestamp_aside,
)
from autograder.grading.notes import note_cell, quoted
from autograder.grading.placing import grade_id
from autograder.grading.reading import prepare, read_notebook, read_submission
from autograder.grading.released import ReleasedCell
from autograder.grading.repair import mend
from autograder.grading.sound import DEEPEST, plain, sound_notebook, text_of

LESSON = "lesson"
RELEASED = [
    ReleasedCell("setup", "code", "import numpy as np"),
    ReleasedCell("f", "code", "def f(x):\n    ...", locked=False, solution=True),
    ReleasedCell("check-f", "code", 'check("f", f)', grade=True, points=2),
    ReleasedCell("task", "markdown", "Why?", task=True, points=3),
]
NAMES = [cell.name for cell in RELEASED]


def submission():
    """Make a notebook as parsed JSON: a lesson's cells and some of the student's own."""
    cells = [cell.cell() for cell in RELEASED]
    cells[1].source = "def f(x):\n    return 'größer ≥ 2'"
    cells[2:2] = [new_markdown_cell("A thought."), new_code_cell("f(1)")]
    for number, cell in enumerate(cells):
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"own-{number}")
    cells[3].outputs = [nbformat.v4.new_output("stream", text="1\n")]
    return json.loads(json.dumps(new_notebook(cells=cells)))


def texts(cells):
    return [text_of(cell["source"]) for cell in cells]


DATA = json.dumps(submission(), indent=1, ensure_ascii=False)


def test_a_good_file_is_read_without_a_word():
    value, notes = find_notebook(DATA.encode())
    notebook, more = sound_notebook(value)
    assert (notes, more) == ([], [])
    assert texts(notebook.cells) == texts(submission()["cells"])
    assert [cell.id for cell in notebook.cells] == [cell["id"] for cell in submission()["cells"]]
    assert all(cell.get("outputs", []) == [] for cell in notebook.cells)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("utf-16", ["it was saved as UTF-16, not as UTF-8"]),
        ("utf-16-le", ["it was saved as UTF-16, not as UTF-8"]),
        ("utf-16-be", ["it was saved as UTF-16, not as UTF-8"]),
        ("utf-32", ["it was saved as UTF-32, not as UTF-8"]),
    ],
)
def test_unicode_in_any_form_is_read_whole(encoding, said):
    assert decode(DATA.encode(encoding)) == (DATA, said)


def test_latin_1_is_told_from_damage():
    text, [said] = decode("größer".encode("latin-1"))
    assert text == "größer"
    assert "Latin-1" in said
    data = "größer ≥ é".encode()
    text, [said] = decode(data.replace("ö".encode(), b"\xff"))
    assert text == "gr\N{REPLACEMENT CHARACTER}ßer ≥ é"
    assert said.startswith("1 characters")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "It is empty."),
        (b" \n\x00\x00", "nothing but blanks"),
        (b"PK\x03\x04abc", "Word file"),
        (b"%PDF-1.7", "PDF"),
        (b"<html><body>504</body></html>", "web page"),
        (b"\n<!-- x --><!DOCTYPE HTML>", "web page"),
        (b"import numpy as np\nx = 1\n", "Python script"),
        (b"Dear teacher,", "It is a text"),
        (b"3", "JSON, but not a notebook"),
        (b"null", "JSON, but not a notebook"),
        (b'{"a": 1}', "JSON, but not a notebook"),
        (b'[{"a": 1}]', "JSON, but not a notebook"),
        (b'"a text"', "JSON, but not a notebook"),
        (b'{"cells": [', "cut off or damaged"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_notebook_is_named(data, says):
    with pytest.raises(UnreadableError, match=says):
        find_notebook(data)


def ends_of_cells():
    """List where in the file each cell ends."""
    ends, position = [], DATA.index("[") + 1
    for _ in submission()["cells"]:
        start = DATA.index("{", position)
        _, position = json.JSONDecoder().raw_decode(DATA, start)
        ends.append(position)
    return ends


@pytest.mark.parametrize("cut", range(10, len(DATA), 37))
def test_of_a_file_that_was_cut_off_the_whole_cells_are_saved(cut):
    whole = sum(end <= cut for end in ends_of_cells())
    data = DATA[:cut].encode()
    if not whole:
        with pytest.raises(UnreadableError, match="cut off or damaged"):
            find_notebook(data)
        return
    value, [said] = find_notebook(data)
    assert value["cells"] == submission()["cells"][:whole]
    assert said == f"the file was damaged; {whole} cells could be saved, as they were whole"


def test_a_file_made_to_be_slow_is_given_up():
    deep = '{"source": [' * 900
    assert whole_cells(deep * 30) == []


def test_both_sides_of_a_merge_are_tried():
    here = '"source": "f(1)"'
    assert here in DATA
    both = f'\n<<<<<<< HEAD\n{here}\n=======\n"source": "f(2)"\n>>>>>>> evening\n'
    merged = DATA.replace(here, both)
    value, [said] = find_notebook(merged.encode())
    assert "f(1)" in texts(value["cells"])
    assert "f(2)" not in texts(value["cells"])
    assert "the first version was taken" in said
    value, [said] = find_notebook(merged.replace('"source": "f(1)"', '"source": ', 1).encode())
    assert "f(2)" in texts(value["cells"])
    assert "the second version was taken" in said


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (None, ""),
        ("a", "a"),
        (["a\n", "b"], "a\nb"),
        ([["a"], None, "b"], "ab"),
        (3, "3"),
        (True, "true"),
        ({"a": 1}, '{"a": 1}'),
        ("\ud800", "?"),
    ],
)
def test_texts_of_any_type(source, text):
    assert text_of(source) == text


def test_values_that_cannot_be_written_are_left_out():
    assert plain({"a": float("nan"), 1: [float("inf"), 2.5, "\udfff"]}) == {
        "a": None,
        "1": [None, 2.5, "?"],
    }
    deep = value = {}
    for _ in range(500):
        value["in"] = value = {}
    kept, levels = plain(deep), 0
    while kept:
        kept, levels = kept["in"], levels + 1
    assert levels == DEEPEST + 1


def test_a_notebook_of_format_3_has_its_cells_in_worksheets():
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Title", "metadata": {}},
        {"cell_type": "code", "input": ["a\n", "b"], "outputs": [], "prompt_number": 3},
        {"cell_type": "html", "source": "<b>x</b>"},
    ]
    notebook, _ = sound_notebook({"worksheets": [{"cells": cells}, None], "nbformat": 3})
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        ("markdown", "## Title"),
        ("code", "a\nb"),
        ("markdown", "<b>x</b>"),
    ]
    nbformat.validate(notebook)


def test_good_metadata_stays():
    value = submission()
    value["metadata"] = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python", "version": "3.11"},
        "widgets": {"state": {}},
    }
    value["cells"][2]["attachments"] = {"a.png": {"image/png": "AAAA"}}
    value["cells"][0]["metadata"]["collapsed"] = True
    notebook, notes = sound_notebook(copy.deepcopy(value))
    assert notes == []
    assert notebook.metadata == value["metadata"]
    assert notebook.cells[2].attachments == value["cells"][2]["attachments"]
    assert notebook.cells[0].metadata == value["cells"][0]["metadata"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
mutations = st.lists(
    st.tuples(
        st.lists(st.integers(0, 60), min_size=1, max_size=5),
        st.sampled_from(["replace", "delete", "copy", "swap"]),
        json_values,
    ),
    min_size=1,
    max_size=6,
)


def mutate(value, path, how, new):
    """Go down into a JSON value along a path, and change what is there."""
    parent, key = None, None
    for step in path:
        keys = sorted(value) if isinstance(value, dict) else range(len(value))
        if not keys:
            break
        parent, key = value, list(keys)[step % len(keys)]
        value = parent[key]
        if not isinstance(value, dict | list):
            break
    if parent is None:
        return
    match how:
        case "replace":
            parent[key] = new
        case "delete":
            del parent[key]
        case "copy" if isinstance(parent, list):
            parent.append(copy.deepcopy(value))
        case "swap" if isinstance(parent, list):
            parent[key], parent[0] = parent[0], parent[key]


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(mutations)
def test_whatever_the_json_is_a_valid_notebook_comes_of_it(changes):
    value = submission()
    for path, how, new in changes:
        mutate(value, path, how, new)
    try:
        found, _ = find_notebook(json.dumps(value).encode())
    except UnreadableError:
        return
    notebook, _ = sound_notebook(found)
    sent = [cell.source for cell in notebook.cells]
    nbformat.validate(notebook)
    mend(notebook, RELEASED)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nbformat only warns of what it corrects by itself
        nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    ids = [grade_id(cell) for cell in notebook.cells if grade_id(cell)]
    assert sorted(ids) == sorted(NAMES)
    kept = "\n".join(cell.source for cell in notebook.cells)
    assert all(line in kept for text in sent for line in text.split("\n"))
    assert nbformat.writes(notebook).encode()


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(0, len(DATA.encode()) - 1), st.integers(0, 255)), max_size=20)
)
def test_damaged_bytes_are_read_or_refused_in_a_sentence(changes):
    data = bytearray(DATA.encode())
    for place, byte in changes:
        data[place] = byte
    try:
        value, _ = find_notebook(bytes(data))
    except UnreadableError as refused:
        sentence = str(refused)
    else:
        nbformat.validate(sound_notebook(value)[0])
        return
    assert sentence.endswith(".")


# Files in a folder.


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "ada" / LESSON
    path.mkdir(parents=True)
    return path


def read(folder):
    return read_submission(folder / f"{LESSON}.ipynb", NAMES, [LESSON])


def test_the_right_file_is_taken(folder):
    (folder / f"{LESSON}.ipynb").write_text(DATA, encoding="utf-8")
    notebook, notes = read(folder)
    assert notes == []
    assert texts(notebook.cells) == texts(submission()["cells"])


@pytest.mark.parametrize(
    "name",
    [
        "Lesson.ipynb",
        "lesson (1).ipynb",
        "lesson.ipynb.txt",
        "LESSON.IPYNB",
        "homework.json",
        "lesson-checkpoint.ipynb",
        ".ipynb_checkpoints/lesson-checkpoint.ipynb",
    ],
)
def test_the_only_other_notebook_is_taken(folder, name):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(DATA, encoding="utf-8")
    (folder / "answers.py").write_text("x = 1")
    notebook, [said] = read(folder)
    assert texts(notebook.cells) == texts(submission()["cells"])
    assert said == f"`lesson.ipynb` could not be read. It is not there; `{name}` was taken instead"


def test_jupyters_copy_counts_only_where_there_is_nothing_else(folder):
    (folder / "mine.ipynb").write_text(DATA, encoding="utf-8")
    (folder / "mine-checkpoint.ipynb").write_text(DATA.replace("A thought", "Old"))
    notebook, _ = read(folder)
    assert "A thought." in texts(notebook.cells)


def test_of_two_that_differ_none_is_taken(folder):
    (folder / "a.ipynb").write_text(DATA, encoding="utf-8")
    (folder / "b.ipynb").write_text(DATA.replace("A thought", "Another"), encoding="utf-8")
    notebook, [said] = read(folder)
    assert notebook is None
    assert "`a.ipynb`, `b.ipynb` could be meant: please look" in said


def test_a_notebook_of_the_same_assignment_is_not_taken_for_another(folder):
    (folder / "part2.ipynb").write_text(DATA, encoding="utf-8")
    path = folder / f"{LESSON}.ipynb"
    assert other_notebooks(path, [LESSON, "part2"]) == []
    assert other_notebooks(path) == [folder / "part2.ipynb"]


def test_a_notebook_without_any_of_the_lessons_cells_is_not_taken(folder):
    cell = {"cell_type": "code", "source": "1"}
    (folder / "other.ipynb").write_text(json.dumps({"cells": [cell]}))
    notebook, [said] = read(folder)
    assert notebook is None
    assert "in the folder: `other.ipynb`" in said


def test_the_text_of_a_script_is_shown_and_binary_data_is_not(folder):
    path = folder / f"{LESSON}.ipynb"
    path.write_text("import os\nprint(1)\n")
    text, [said] = read(folder)
    assert text == "import os\nprint(1)\n"
    assert "Python script" in said
    path.write_bytes(bytes(range(1, 32)) * 20)
    assert read(folder)[0] is None


def make_link(path):
    path.symlink_to(path.parent.parent / "gradebook.db")


KINDS = {"a link": make_link, "a pipe": os.mkfifo, "a folder": os.mkdir}


@pytest.mark.parametrize("kind", KINDS)
def test_only_plain_files_are_opened(folder, kind):
    (folder.parent / "gradebook.db").write_text(DATA, encoding="utf-8")
    KINDS[kind](folder / f"{LESSON}.ipynb")
    notebook, [said] = read(folder)
    assert notebook is None
    assert f"It is {kind}" in said


def test_a_file_that_becomes_a_link_between_look_and_opening_is_not_followed(folder, monkeypatch):
    make_link(folder / "x")
    (folder.parent / "gradebook.db").write_text("secret")
    monkeypatch.setattr(files, "odd_kind", lambda path: None)
    with pytest.raises(UnreadableError, match="cannot be opened"):
        plain_bytes(folder / "x")


def test_a_file_above_the_limit_is_not_read(folder):
    path = folder / f"{LESSON}.ipynb"
    with path.open("wb") as file:
        file.truncate(200 * files.MEGABYTE)
    with pytest.raises(UnreadableError, match="It has 200 MB; the most is 100 MB"):
        read_notebook(path)
    path.write_bytes(b"12345")
    assert plain_bytes(path, 5) == b"12345"
    with pytest.raises(UnreadableError, match="the most is"):
        plain_bytes(path, 4)


def test_permissions_are_mended_where_they_can_be(folder, monkeypatch):
    path = folder / "x"
    path.write_text("text")
    path.chmod(0)
    assert plain_bytes(path) == b"text"
    path.chmod(0)

    def refuse(*arguments, **keywords):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(type(path), "chmod", refuse)
    with pytest.raises(UnreadableError, match=r"It cannot be opened \(Permission denied\)"):
        plain_bytes(path)


def test_what_is_no_plain_file_is_not_copied(folder):
    (folder / "sub").mkdir()
    (folder / "data.csv").write_text("1")
    make_link(folder / "sub" / "link")
    os.mkfifo(folder / "pipe")
    with (folder / "large").open("wb") as file:
        file.truncate(200 * files.MEGABYTE)
    found = {path.name: kind for path, kind in not_to_copy(folder)}
    assert sorted(found) == ["large", "link", "pipe"]
    assert found["large"] == "too large"


@pytest.mark.parametrize("text", ["", "2026-11-24 10:00:00.5 UTC", "2026-11-24 10:00:00 +0100"])
def test_a_good_time_stays(folder, text):
    (folder / "timestamp.txt").write_text(text)
    assert set_timestamp_aside(folder) == []
    assert (folder / "timestamp.txt").read_text() == text


@pytest.mark.parametrize("data", [b"yesterday", b"\xff\xfe", b"9" * 400])
def test_a_time_that_cannot_be_read_is_set_aside_and_said_each_time(folder, data):
    (folder / "timestamp.txt").write_bytes(data)
    for _ in range(2):
        [said] = set_timestamp_aside(folder)
        assert "could not be read" in said
        assert [path.name for path in folder.iterdir()] == ["timestamp.txt.unreadable"]
    assert (folder / "timestamp.txt.unreadable").read_bytes() == data


def test_prepare_puts_a_file_where_there_is_none(folder):
    (folder / "answers.py").write_text("x = 1")
    [said] = prepare(folder, LESSON)
    assert said == "no notebook was handed in: `lesson.ipynb` is not there"
    assert (folder / f"{LESSON}.ipynb").read_bytes() == STAND_IN
    assert prepare(folder, LESSON) == []
    notebook, [said] = read(folder)
    assert notebook is None
    assert "It is not there" in said


@pytest.mark.parametrize("name", [f"{LESSON}.ipynb", "other.ipynb"])
def test_prepare_leaves_a_folder_with_a_notebook_alone(folder, name):
    (folder / name).write_text(DATA, encoding="utf-8")
    assert prepare(folder, LESSON) == []
    assert [path.name for path in folder.iterdir()] == [name]


def test_prepare_takes_what_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    assert prepare(tmp_path / "file", LESSON) == []
    assert prepare(tmp_path / "nothing", LESSON) == []
    assert stat.S_ISREG((tmp_path / "file").stat().st_mode)


def test_names_are_only_text_in_a_note():
    assert quoted("a`<b>\n\N{RIGHT-TO-LEFT OVERRIDE}c.ipynb") == "`a??b???c.ipynb`"
    assert quoted("") == "(no name)"
    assert len(quoted("x" * 500)) == 82


def test_the_note_lists_what_was_done():
    cell = note_cell(["cell f was missing; put back", "`x` could not be read"])
    assert cell.source.endswith("- Cell f was missing; put back\n- `x` could not be read")
    nbformat.validate(new_notebook(cells=[cell]))
