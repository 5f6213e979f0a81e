"""What the packaging files promise to one another."""

import re
import tomllib
from pathlib import Path

import typer
import yaml

from autograder import cli

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONSTRAINTS = dict(
    line.lower().replace("_", "-").split("==")
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if not line.startswith("#")
)


def name_of(requirement):
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()


def test_every_dependency_is_pinned_in_the_constraints():
    extras = [r for group in PROJECT["optional-dependencies"].values() for r in group]
    for requirement in [*PROJECT["dependencies"], *extras]:
        assert name_of(requirement) in CONSTRAINTS


def test_torch_and_torchvision_are_the_tested_pair_everywhere():
    pair = {"torch": "2.14.1", "torchvision": "0.29.1"}
    for name, version in pair.items():
        assert CONSTRAINTS[name] == version
        assert f"{name}=={version}" in PROJECT["dependencies"]
        assert f"{name} {version}" in (ROOT / "README.md").read_text()


def test_the_client_s_packages_are_dependencies():
    names = {name_of(requirement) for requirement in PROJECT["dependencies"]}
    assert names >= {
        "jupyterlab",
        "nbgrader",
        "torch",
        "torchvision",
        "matplotlib",
        "scikit-learn",
        "imbalanced-learn",
    }


def test_conda_gives_python_and_pip_and_this_project_the_rest():
    conda, pip = [], []
    for entry in yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]:
        (pip if isinstance(entry, dict) else conda).append(entry)
    assert [entry.partition("=")[0] for entry in conda] == ["python", "pip"]
    assert pip == [{"pip": ["--constraint constraints.txt", "--editable ."]}]


def test_the_readme_names_only_targets_and_commands_that_exist():
    readme = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", readme, flags=re.MULTILINE):
        assert f"\n{''.join(target)}: " in makefile, target
    commands = typer.main.get_command(cli.app).commands
    for command in re.findall(r"imbalance-lessons ([a-z][a-z-]+)", readme):
        assert command in commands
