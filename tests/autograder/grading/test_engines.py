import nbgrader.api
import pytest
import sqlalchemy
from nbgrader.api import Gradebook

from autograder.grading.course import path_with_programs
from autograder.grading.engines import keep_engines


@pytest.fixture
def gradebook(tmp_path, monkeypatch):
    """Open a gradebook by its name, as nbgrader does, with engines that are kept."""
    monkeypatch.setenv("PATH", path_with_programs())  # nbgrader starts alembic by name
    monkeypatch.setattr(nbgrader.api, "create_engine", sqlalchemy.create_engine)
    keep_engines()
    return lambda name="one": Gradebook(f"sqlite:///{tmp_path / name}.db")


def students(gradebook):
    return [student.id for student in gradebook.students]


def test_a_gradebook_that_is_opened_again_has_its_engine_and_its_queries(gradebook):
    with gradebook() as first:
        first.add_student("ada")
        compiled = set(first.engine._compiled_cache)
    with gradebook() as again:
        assert again.engine is first.engine
        assert compiled <= set(again.engine._compiled_cache)
        assert students(again) == ["ada"]


def test_each_gradebook_has_an_engine_of_its_own(gradebook):
    with gradebook("one") as one, gradebook("other") as other:
        one.add_student("ada")
        assert students(other) == []


def test_one_that_is_closed_leaves_another_open(gradebook):
    with gradebook() as outer:
        outer.add_student("ada")
        with gradebook() as inner:
            inner.add_student("ben")
        outer.add_student("cy")
        assert students(outer) == ["ada", "ben", "cy"]
    with gradebook() as again:
        assert students(again) == ["ada", "ben", "cy"]


def test_a_gradebook_that_was_deleted_is_made_anew(gradebook, tmp_path):
    with gradebook() as first:
        first.add_student("ada")
    (tmp_path / "one.db").unlink()
    with gradebook() as new:
        assert students(new) == []


def test_it_can_be_asked_for_twice(gradebook):
    kept = nbgrader.api.create_engine
    keep_engines()
    assert nbgrader.api.create_engine is kept
