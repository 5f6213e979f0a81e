"""The page on JupyterHub: its snippets are Python that says one thing, and the exchange works."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from course_site.lessons import ROOT
from nbgrader.apps import NbGraderApp
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from traitlets.config import Config

PAGE = (ROOT / "docs" / "jupyterhub.md").read_text()
LESSON = "02_measuring_imbalance"


def snippet(file):
    """Give the code block whose first line names a file."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    [code] = [block for block in blocks if block.startswith(f"# {file}")]
    return code


def load(code):
    config = Config()
    exec(code, {"get_config": lambda: config})
    return config


@pytest.fixture
def hub():
    return load(snippet("/etc/jupyterhub/jupyterhub_config.py")).JupyterHub


@pytest.fixture
def course_id(monkeypatch, tmp_path):
    monkeypatch.setenv("IMBALANCE_CLASSROOM", str(tmp_path))
    config, file = Config(), ROOT / "nbgrader_config.py"
    exec(file.read_text(), {"get_config": lambda: config, "__file__": str(file)})
    return config.CourseDirectory.course_id


def test_all_say_the_same_course(hub, course_id):
    everybody = load(snippet("/etc/jupyter/nbgrader_config.py"))
    [service] = hub.services
    assert service["name"] == everybody.CourseDirectory.course_id == course_id
    assert set(hub.load_groups) == {f"formgrade-{course_id}", f"nbgrader-{course_id}"}


def test_who_grades_may_open_the_course_and_who_learns_may_not(hub, course_id):
    groups = {name: set(group["users"]) for name, group in hub.load_groups.items()}
    scopes = {
        user: scope
        for role in hub.load_roles
        for group in role.get("groups", [])
        for user in groups[group]
        for scope in [role["scopes"]]
    }
    assert set(scopes) == groups[f"formgrade-{course_id}"] != set()
    assert all(f"access:services!service={course_id}" in scope for scope in scopes.values())
    assert groups[f"nbgrader-{course_id}"] - set(scopes)


def test_the_grader_has_one_home(hub):
    own = load(snippet("/home/grader-imbalance/.jupyter/nbgrader_config.py"))
    [service] = hub.services
    home = f"/home/{service['user']}"
    assert service["cwd"] == own.CourseDirectory.root == f"{home}/course"
    assert f"chmod 700 {home}\n" in PAGE
    assert f"useradd --create-home --shell /bin/bash {service['user']}\n" in PAGE


FOR_NBGRADER = [
    "/etc/jupyter/nbgrader_config.py",
    "/home/grader-imbalance/.jupyter/nbgrader_config.py",
]


def unknown_settings(config):
    """List the settings of a configuration that no class of nbgrader's has, as "Class.trait"."""
    known = {
        f"{cls.__name__}.{trait}"
        for cls in [*NbGraderApp().classes, Exchange]  # its list has the exchange's base class only
        for trait in cls.class_traits(config=True)
    }
    return sorted({f"{section}.{trait}" for section in config for trait in config[section]} - known)


@pytest.mark.parametrize("file", FOR_NBGRADER)
def test_nbgrader_has_the_settings_and_takes_the_values(file):
    config = load(snippet(file))
    assert unknown_settings(config) == []
    for cls in (CourseDirectory, Exchange):
        made = cls(config=config)  # a value of the wrong type would raise
        for name, value in config.get(cls.__name__, {}).items():
            assert getattr(made, name) == value


def test_a_setting_that_nbgrader_does_not_have_would_be_found():
    config = load(snippet(FOR_NBGRADER[0]))
    config.Exchange.roots = "/srv"
    config.Exchanges.root = "/srv"
    assert unknown_settings(config) == ["Exchange.roots", "Exchanges.root"]


def mode(path):
    return f"{stat.S_IMODE(path.stat().st_mode):o}"


def documented_modes():
    return dict(re.findall(r"^\| `imbalance/(\w+)` \| (\d+) \|", PAGE, re.MULTILINE))


class Account:
    """Somebody with a home, who runs nbgrader with the page's settings for all accounts."""

    def __init__(self, home, settings, **environment):
        self.home = home
        home.mkdir()
        self.environment = {
            **os.environ,
            "JUPYTER_CONFIG_PATH": str(settings),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            **environment,
        }

    def nbgrader(self, *words, cwd=None):
        command = [sys.executable, "-m", "nbgrader", *words]
        result = subprocess.run(
            command, cwd=cwd or self.home, env=self.environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr[-2000:]
        return result.stdout + result.stderr


@pytest.mark.slow
def test_a_lesson_goes_through_the_exchange_and_back(tmp_path):
    exchange, settings = tmp_path / "exchange", tmp_path / "settings"
    exchange.mkdir()
    exchange.chmod(0o1777)
    assert f"--mode={mode(exchange)} /srv/nbgrader/exchange" in PAGE
    settings.mkdir()
    everybody = snippet("/etc/jupyter/nbgrader_config.py")
    code = everybody.replace("/srv/nbgrader/exchange", str(exchange))
    assert str(exchange) in code
    (settings / "nbgrader_config.py").write_text(code)
    classroom = tmp_path / "classroom"
    grader = Account(tmp_path / "grader", settings, IMBALANCE_CLASSROOM=str(classroom))
    student = Account(tmp_path / "student", settings)

    grader.nbgrader("generate_assignment", LESSON, cwd=ROOT)
    said = grader.nbgrader("release_assignment", LESSON, cwd=ROOT)
    assert "Permissions" not in said  # nbgrader is content with the sticky bit, and leaves it
    student.nbgrader("fetch_assignment", LESSON)
    released = classroom / "release" / LESSON / f"{LESSON}.ipynb"
    fetched = student.home / LESSON / f"{LESSON}.ipynb"
    assert fetched.read_bytes() == released.read_bytes()
    student.nbgrader("submit", LESSON)
    grader.nbgrader("collect", LESSON, cwd=ROOT)
    [collected] = classroom.glob(f"submitted/*/{LESSON}/{LESSON}.ipynb")
    assert collected.read_bytes() == fetched.read_bytes()

    user = collected.parts[-3]
    feedback = classroom / "feedback" / user / LESSON / f"{LESSON}.html"
    feedback.parent.mkdir(parents=True)
    feedback.write_text("well done")
    for name in ("timestamp.txt", "submission_secret.txt"):  # grading hands them on
        shutil.copyfile(collected.with_name(name), feedback.with_name(name))
    grader.nbgrader("release_feedback", LESSON, cwd=ROOT)
    student.nbgrader("fetch_feedback", LESSON)
    [page] = student.home.glob(f"{LESSON}/feedback/*/{LESSON}.html")
    assert page.read_text() == "well done"

    made = {path.name: mode(path) for path in (exchange / "imbalance").iterdir()}
    assert made == documented_modes()
    assert mode(exchange) == "1777"
