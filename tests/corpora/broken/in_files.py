"""Files that are cut off, of another encoding, of another kind, or under another name."""

import gzip
import io
import json
import os
import zipfile
from pathlib import Path

from tests.corpora.broken.entry import LESSON, in_bytes, in_folder

NOTEBOOK = f"{LESSON}.ipynb"
BLANK = "graded as a blank notebook"


@in_bytes("the file is empty", "It is empty", 0)
def empty(text):
    return b""


@in_bytes("the file holds blanks", "nothing but blanks", 0)
def blanks(text):
    return b"\n\n   \r\n"


@in_bytes("after a power failure the file holds zeros", "nothing but blanks", 0)
def zeros(text):
    return bytes(len(text))


@in_bytes("the upload ended before the diagnosis", "cells could be saved", 6)
def cut_off(text):
    return text[: text.index('"diagnosis = {')].encode()


@in_bytes("the upload ended within the first cell", "cut off or damaged", 0)
def cut_off_early(text):
    return text[:60].encode()


@in_bytes("a piece in the middle is missing", "cells could be saved", 5)
def hole(text):
    start = text.index("def severity")
    return (text[: start + 40] + text[text.index('"execution_count"', start) + 30 :]).encode()


@in_bytes("the file goes on after its end", "other text after the notebook's end")
def goes_on(text):
    return (text + "\n}\n" + text[-100:]).encode()


@in_bytes("the file was saved as UTF-16", "it was saved as UTF-16")
def utf_16(text):
    return text.encode("utf-16")


@in_bytes("the file was saved as UTF-16 without a mark", "it was saved as UTF-16")
def utf_16_without_mark(text):
    return text.encode("utf-16-le")


@in_bytes("the file starts with a byte order mark", "Check of severity")
def byte_order_mark(text):
    return text.encode("utf-8-sig")


@in_bytes("the file was saved as Latin-1", "not saved as UTF-8")
def latin_1(text):
    return text.replace("def severity", "# gravité élevée\\ndef severity", 1).encode(
        "latin-1", errors="xmlcharrefreplace"
    )


@in_bytes("one byte was damaged", "could not be read and were replaced")
def damaged_byte(text):
    text = text.replace("def severity", "# ×, ≥, é\\ndef severity", 1)
    return text.encode().replace("# ×".encode(), b"# \xd7", 1)


@in_bytes("the file holds NaN, which is no JSON", "Check of severity")
def not_a_number(text):
    return text.replace('"metadata": {', '"metadata": {"loss": NaN, "best": -Infinity,', 1).encode()


@in_bytes("the file holds a number of 10,000 digits", "Check of severity")
def long_number(text):
    return text.replace('"metadata": {', '"metadata": {"n": ' + "9" * 10_000 + ",", 1).encode()


@in_bytes("texts hold bare line breaks, which JSON forbids", "Check of severity")
def bare_line_breaks(text):
    return text.replace("\\n", "\n").encode()


@in_bytes("git left the marks of an unfinished merge", "unfinished git merge")
def merge_unfinished(text):
    ours = '   "source": "quick_check_ratio = \\"B\\""\n'
    assert ours in text
    theirs = ours.replace("B", "A")
    both = f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> evening\n"
    return text.replace(ours, both).encode()


@in_bytes("the file holds the cells alone", "Check of severity")
def cells_alone(text):
    return json.dumps(json.loads(text)["cells"]).encode()


@in_bytes("the notebook is a text in a JSON text", "Check of severity")
def text_in_a_text(text):
    return json.dumps(text).encode()


@in_bytes("the notebook is wrapped as Jupyter's server sends it", "Check of severity")
def wrapped(text):
    return json.dumps({"name": NOTEBOOK, "type": "notebook", "content": json.loads(text)}).encode()


@in_bytes("the file is a list of numbers", "JSON, but not a notebook", 0)
def list_of_numbers(text):
    return b"[1, 2, 3]"


@in_bytes("the file is a number", "JSON, but not a notebook", 0)
def a_number(text):
    return b"42"


@in_bytes("the file is brackets in brackets", "nested too deeply", 0)
def brackets(text):
    return b"[" * 100_000


@in_bytes("the file is an error page", "It is a web page", 0)
def error_page(text):
    return b"<!DOCTYPE html>\n<html><head><title>504</title></head><body>Time-out</body></html>"


@in_bytes("the file is a Python script", "It is a Python script", 0)
def python_script(text):
    return b"import numpy as np\n\n\ndef severity(ratio):\n    return 'Mild'\n"


@in_bytes("the file is an essay", "It is a text", 0)
def essay(text):
    return "16:1 is significant, and “class” is a word.".encode()


@in_bytes("the file is a Word document", "It is a Word file", 0)
def word_document(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    return file.getvalue()


@in_bytes("the file was compressed", "compressed file", 0)
def compressed(text):
    return gzip.compress(text.encode(), mtime=0)


@in_folder("the file has 200 MB", "It has 200 MB; the most is 100 MB", 0)
def far_too_large(folder, text):
    with (folder / NOTEBOOK).open("wb") as file:
        file.write(text.encode())
        file.truncate(200 * 1024 * 1024)  # sparse: it takes no space


@in_folder("the file is a link to another student's", "It is a link to another place", 0)
def link_to_a_friend(folder, text):
    friend = folder.parent.parent / "zz_last" / folder.name / NOTEBOOK
    (folder / NOTEBOOK).symlink_to(friend)


@in_folder("the file is a link to the gradebook", "It is a link to another place", 0)
def link_to_the_gradebook(folder, text):
    (folder / NOTEBOOK).symlink_to(folder.parents[2] / "gradebook.db")


@in_folder("the file is a link to nowhere", "It is a link to another place", 0)
def link_to_nowhere(folder, text):
    (folder / NOTEBOOK).symlink_to("/nowhere/at/all")


@in_folder("a folder has the notebook's name", "It is a folder", 0)
def a_folder(folder, text):
    (folder / NOTEBOOK).mkdir()


@in_folder("a pipe has the notebook's name", "It is a pipe", 0)
def a_pipe(folder, text):
    os.mkfifo(folder / NOTEBOOK)


@in_folder("the file may not be read", "Check of severity")
def forbidden(folder, text):
    (folder / NOTEBOOK).write_text(text)
    (folder / NOTEBOOK).chmod(0)


@in_folder("the name is in capitals", "`02_Measuring_Imbalance.IPYNB` was taken instead")
def in_capitals(folder, text):
    (folder / "02_Measuring_Imbalance.IPYNB").write_text(text)


@in_folder("a browser numbered the download", f"`{LESSON} (1).ipynb` was taken instead")
def numbered(folder, text):
    (folder / f"{LESSON} (1).ipynb").write_text(text)


@in_folder("the name is the student's own", "`homework_final.ipynb` was taken instead")
def own_name(folder, text):
    (folder / "homework_final.ipynb").write_text(text)


@in_folder("a mail program appended .txt", f"`{NOTEBOOK}.txt` was taken instead")
def as_txt(folder, text):
    (folder / f"{NOTEBOOK}.txt").write_text(text)


@in_folder("Jupyter's own copy was handed in", f"`{LESSON}-checkpoint.ipynb` was taken instead")
def checkpoint(folder, text):
    (folder / f"{LESSON}-checkpoint.ipynb").write_text(text)


@in_folder("only the hidden folder of Jupyter's copies is there", "checkpoint.ipynb` was taken")
def checkpoints_folder(folder, text):
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / f"{LESSON}-checkpoint.ipynb").write_text(text)


@in_folder("an empty file has the right name, a copy is whole", "(1).ipynb` was taken instead")
def empty_beside_a_copy(folder, text):
    (folder / NOTEBOOK).write_bytes(b"")
    (folder / f"{LESSON} (1).ipynb").write_text(text)


@in_folder("two copies that differ, none with the right name", "could be meant: please look", 0)
def two_copies(folder, text):
    (folder / f"{LESSON} (1).ipynb").write_text(text)
    (folder / f"{LESSON} (2).ipynb").write_text(text.replace("Mild", "Light"))


@in_folder("two copies that are the same", "(1).ipynb` was taken instead")
def same_copies(folder, text):
    (folder / f"{LESSON} (1).ipynb").write_text(text)
    (folder / f"{LESSON} (2).ipynb").write_text(text)


@in_folder("another notebook lies beside the right one", "also handed in, and not graded")
def another_beside(folder, text):
    (folder / NOTEBOOK).write_text(text)
    (folder / f"{LESSON} (1).ipynb").write_text("{}")


@in_folder("another lesson's notebook was handed in", BLANK, 0)
def another_lesson(folder, text):
    other = {"cells": [{"cell_type": "code", "source": "1"}], "nbformat": 4}
    (folder / "05_focal_loss.ipynb").write_text(json.dumps(other))


@in_folder("only a script was handed in", "in the folder: `answers.py`", 0)
def script_alone(folder, text):
    (folder / "answers.py").write_text("print('hello')\n")


@in_folder("the folder is empty", BLANK, 0)
def empty_folder(folder, text):
    pass


@in_folder("a file has the folder's name", BLANK, 0)
def no_folder(folder, text):
    folder.rmdir()
    folder.write_text(text)


@in_folder("a link to the gradebook lies beside the notebook", "`data.csv` was left out")
def link_beside(folder, text):
    (folder / NOTEBOOK).write_text(text)
    (folder / "data.csv").symlink_to(folder.parents[2] / "gradebook.db")


@in_folder("a pipe lies beside the notebook", "`data.csv` was left out: it is a pipe")
def pipe_beside(folder, text):
    (folder / NOTEBOOK).write_text(text)
    os.mkfifo(folder / "data.csv")


@in_folder("the time of handing in is nonsense", "whether this came in time is not known")
def time_nonsense(folder, text):
    (folder / NOTEBOOK).write_text(text)
    (folder / "timestamp.txt").write_text("yesterday, at about seven")


@in_folder("the time of handing in is a pipe", "whether this came in time is not known")
def time_a_pipe(folder: Path, text):
    (folder / NOTEBOOK).write_text(text)
    os.mkfifo(folder / "timestamp.txt")
