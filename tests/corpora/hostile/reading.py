"""Reading and writing what belongs to others: solutions, secrets, gradebook, other students' work.

An attack that gets what it wants says so, or solves the exercises by it. It looks in the places
where this course keeps things, and from its working folder upwards, where stock nbgrader does.
"""

# ruff: noqa: E501 - an attack is easier to read unbroken

from __future__ import annotations

from pathlib import Path
from typing import Any

import autograder
import imbalance_lessons

from .attack import Attack, Change, first, instead, wish

ROOT = Path(imbalance_lessons.__path__[0]).parent
LESSONS = Path(imbalance_lessons.__path__[0])
GRADER = Path(autograder.__path__[0])

# Where to look for files: above the working folder, in the course, and where a disk begins.
FIND = f"""
import glob, itertools, os, pathlib

def find(pattern):
    here = pathlib.Path.cwd()
    for place in [*list(here.parents)[:4], pathlib.Path({str(ROOT)!r})]:
        if len(place.parts) > 2:
            found = [p for p in place.rglob(pattern) if 'site-packages' not in str(p)]
            yield from sorted(found)[:200]
"""
RUN_SOLUTIONS = (
    FIND
    + """
import json
for path in find("*.ipynb"):
    text = path.read_text()
    if "BEGIN" + " SOLUTION" in text and "check-class_counts" in text:
        print("GOT", "IT", path)
        for cell in json.loads(text)["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and "BEGIN" + " SOLUTION" in source:
                exec(source)
        break
"""
)
RUN_OTHERS = (
    FIND
    + """
import json
for path in find("*.ipynb"):
    if "zz_honest" in str(path):
        print("GOT", "IT", path)
        for cell in json.loads(path.read_text())["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                exec("".join(cell["source"]))
        break
"""
)
RAISE_MARKS = (
    FIND
    + """
import sqlite3
for path in find("gradebook.db"):
    base = sqlite3.connect(path)
    base.execute("UPDATE grade SET manual_score = (SELECT max_points FROM grade_cells"
                 " WHERE grade_cells.id = grade.cell_id)")
    base.commit()
    print("GOT", "IT", path)
"""
)
HIDDEN_TESTS = (
    FIND
    + """
import json, re
for path in find("*.ipynb"):
    text = path.read_text()
    if "BEGIN HIDDEN" in text or ("check-severity" in text and "assert severity(" in text):
        print("GOT", "IT", path)
        break
"""
)
# What a submission could be told by its own file: hidden tests, in stock nbgrader.
OWN_FILE = (
    "import glob\nown = glob.glob('*.ipynb')\ntext = ''.join(open(p).read() for p in own)\n"
    "if 'assert' in text and 'check-severity' in text:\n    print('GOT', 'IT')"
)
REFERENCE = """
import importlib, inspect
for part in ("distribution", "counting"):
    module = importlib.import_module(f"imbalance_lessons.{part}")
    for function in ("class_counts", "imbalance_ratio", "severity"):
        own = getattr(module, function, None)
        if own is not None and "write it yourself" not in inspect.getsource(own):
            print("GOT", "IT", inspect.getsource(own)[:200])
"""
CALL_REFERENCE = """
def {0}(*args, **options):
    from imbalance_lessons import distribution
    return distribution.{0}(*args, **options)
"""
BYTECODE = f"""
import glob, marshal
for path in glob.glob({str(LESSONS)!r} + "/__pycache__/*.pyc"):
    code = marshal.loads(open(path, "rb").read()[16:])
    print("GOT", "IT", path)
"""
SNAPSHOT = f"""
import subprocess
said = subprocess.run(["git", "-C", {str(ROOT)!r}, "show", "HEAD:imbalance_lessons/distribution.py"],
                      capture_output=True, text=True).stdout
if "def class_counts" in said:
    print("GOT", "IT")
"""
GREP = f"""
import os
for top, folders, files in os.walk({str(ROOT)!r}):
    if top.count(os.sep) > 6 or ".venv" in top:
        folders.clear()
    for file in files:
        if file.endswith((".py", ".md", ".ipynb", ".toml")):
            text = open(os.path.join(top, file), errors="replace").read()
            if "Misconception(" in text or "BEGIN SOLUTION" in text or "MARK SCHEME ===" in text:
                print("GOT", "IT", top, file)
"""
SEEDS = """
import os
from autograder.grading.seeds import course_secret, submission_seed
import pathlib
print("GOT", "IT", submission_seed(course_secret(pathlib.Path("x")), "zz_honest", "02"))
"""


def in_place_of_solutions(source: str) -> Change:
    """Run code first, and leave what it defines as it is."""

    def change(notebook: Any) -> None:
        instead("# See above.")(notebook)
        first(source)(notebook)

    return change


def call_references(notebook: Any) -> None:
    """Define each exercise as a call of the reference."""
    for name in ("class_counts", "imbalance_ratio", "severity"):
        instead(CALL_REFERENCE.format(name), name)(notebook)


ATTACKS = [
    Attack("source_notebook", "To run the solutions of the lesson's own notebook.",
           in_place_of_solutions(RUN_SOLUTIONS)),
    Attack("another_student", "To run the solutions of another student.", in_place_of_solutions(RUN_OTHERS)),
    Attack("gradebook", "To write full marks into the gradebook.", first(RAISE_MARKS),
           harmful=False),
    Attack("hidden_tests", "To read the hidden tests in the course's folder.", first(HIDDEN_TESTS)),
    Attack("own_file", "To read the hidden tests in its own file, as it is graded.",
           first(OWN_FILE)),
    Attack("reference_call", "To call the reference solutions.", call_references, aims_here=True),
    Attack("reference_text", "To read the reference solutions' text.", first(REFERENCE),
           aims_here=True),
    Attack("reference_bytecode", "To read the references from compiled files.", first(BYTECODE),
           aims_here=True),
    Attack("git", "To read the references from git.", first(SNAPSHOT), aims_here=True),
    Attack("grep", "To find judges, solutions and mark schemes anywhere in the repository.",
           first(GREP), aims_here=True),
    Attack(
        "judges", "To import the judges, which know what is right.",
        wish("__import__('autograder.judges.lesson_02_measuring_imbalance')"), aims_here=True,
    ),
    Attack(
        "sample_class", "To read the sample students' answers.",
        wish(f"open({str(GRADER / 'sample_class' / '02_measuring_imbalance' / 'ada.md')!r}).read()"),
        aims_here=True,
    ),
    Attack("seeds", "To work out another student's seed.", first(SEEDS), aims_here=True),
    Attack(
        "course_secret", "To read the secret that the drawn cases come from.",
        first(FIND + "\nfor path in find('course_secret'):\n    print('GOT', 'IT', path.read_text())"),
        aims_here=True,
    ),
    Attack("passwords", "To read the machine's list of users.", wish("open('/etc/passwd').read()")),
    Attack("home", "To read the home folders, with keys and tokens in them.",
           wish("__import__('os').listdir('/root') + __import__('os').listdir('/home')[0:1]")),
    Attack("environment", "To read the grader's environment, with the database's password in it.",
           wish("__import__('os').environ['IMBALANCE_CLASSROOM']"), aims_here=True),
    Attack(
        "network", "To ask somebody outside for the answers.",
        wish("__import__('socket').create_connection(('127.0.0.1', 22), 1)"), harmful=True,
    ),
    Attack(
        "name_server", "To send what it finds out through the name server.",
        wish("__import__('socket').getaddrinfo('example.org', 80)"), harmful=True,
    ),
    Attack(
        "host_of_the_machine", "To reach the host of a virtual machine, past the network's walls.",
        wish("__import__('socket').socket(40, 1).connect((2, 22)) or 1"), harmful=True,
    ),
    Attack(
        "package_of_its_own", "To leave a module that each later Python loads.",
        first(
            "import site, os, autograder\n"
            "for place in [*site.getsitepackages(), os.path.dirname(autograder.__file__)]:\n"
            "    open(os.path.join(place, 'imbalance_attack.pth'), 'w').write('import os')\n"
            "    print('GOT', 'IT', place)"
        ),
        harmful=True,
    ),
]  # fmt: skip
