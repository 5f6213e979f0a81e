"""Files beside a notebook: there at the start of its run, in a folder of its own."""

import os
from pathlib import Path

from autograder.execution.job import Job, run_job

from .conftest import LIMITS, sandbox_or_skip

FILES = {
    "data.csv": b"1,2\n",
    "more/deep/raw.bin": bytes(range(256)),
    "helper.py": b"def twice(x):\n    return 2 * x\n",
    "tools/__init__.py": b"name = 'tools'\n",
    "sm\u00f6rg\u00e5s \udcff.txt": b"odd",
}


def values(run):
    """Give what each cell's last line is worth, as text."""
    assert run.end == "", run
    return [outputs[-1].get("data", outputs[-1]).get("text/plain") for outputs in run.outputs]


def test_they_are_there_and_modules_can_be_imported(process):
    run = process.run(
        [
            "open('data.csv').read()",
            "open('more/deep/raw.bin', 'rb').read() == bytes(range(256))",
            "from helper import twice\nimport tools\ntwice(21), tools.name",
            "import os\nopen(sorted(os.listdir())[-2]).read(), len(os.listdir())",
        ],
        {},
        FILES,
    )
    assert values(run) == ["'1,2\\n'", "True", "(42, 'tools')", "('odd', 5)"]


def test_what_one_writes_the_next_does_not_find(process):
    write = "open('data.csv', 'a').write('3'), open('new', 'w').write('x'), open('data.csv').read()"
    assert values(process.run([write], {}, FILES)) == ["(1, 1, '1,2\\n3')"]
    look = "import os\nopen('data.csv').read(), os.path.exists('new')"
    assert values(process.run([look], {}, FILES)) == ["('1,2\\n', False)"]
    assert values(process.run(["import os\nos.listdir()"], {})) == ["[]"]


def test_without_a_sandbox_the_folder_is_gone_afterwards(trusted):
    [place] = values(trusted.run(["import os\nos.getcwd()"], {}, FILES))
    assert place != repr(os.getcwd())  # noqa: PTH109
    assert not Path(place.strip("'")).exists()


def test_a_module_named_as_an_installed_one_harms_nobody(process):
    evil = {f"{name}.py": b"raise SystemExit('evil')" for name in ("numpy", "json", "autograder")}
    sums = "import numpy, json, autograder.engine.check\nint(numpy.sum([1, 2])), json.dumps([])"
    assert values(process.run([sums], {}, evil)) == ["(3, '[]')"]
    assert values(process.run([sums], {})) == ["(3, '[]')"]


def test_a_job_takes_them_along():
    sandbox_or_skip().close()
    job = Job(("open('data.csv').read()",), {}, LIMITS, files=FILES)
    [run] = run_job(job)
    assert values(run) == ["'1,2\\n'"]


def test_files_that_do_not_fit_end_their_own_submission_and_no_other(jailed):
    assert jailed.run(["1"], {}, {"big": bytes(12 << 20)}).end != ""
    assert values(jailed.run(["1"], {})) == ["1"]
