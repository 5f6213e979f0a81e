"""Whose a notebook is, by what learning platforms and people put into names."""

from pathlib import PurePosixPath

import pytest

from autograder.handin.whose import Person, whose

LESSON = "02_measuring_imbalance"
PEOPLE = [
    Person("ada", "Ada", "Lovelace", "4711"),
    Person("amy", "Amy", "Li", "1"),
    Person("may", "May", "Li", "2"),
    Person("sam1", "Sam", "Jones"),
    Person("sam2", "Sam", "Jones"),
]


def students(*paths, people=(), fallback=""):
    found = whose([(PurePosixPath(path), LESSON) for path in paths], people, fallback)
    return [one.student or f"? {one.why_not}" for one in found]


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("ada.ipynb", "ada"),
        (f"ada_{LESSON}.ipynb", "ada"),
        (f"{LESSON}-ada.ipynb", "ada"),
        (f"ada/{LESSON}.ipynb", "ada"),
        (f"ada/{LESSON}/{LESSON}.ipynb", "ada"),
        (f"submitted/ada/{LESSON}/{LESSON}.ipynb", "ada"),
        (f"ada.zip/{LESSON}/{LESSON}.ipynb", "ada"),
        ("ada (1).ipynb", "ada"),
        ("ada-Copy2.ipynb", "ada"),
        (f"{LESSON}/ada.ipynb", "ada"),
        ("ada/homework two.ipynb", "ada"),
        ("ada@uni.example/x.ipynb", "ada@uni.example"),
        ("Zoë.ipynb", "Zoë"),
        (f"Ada Lovelace_12345_assignsubmission_file_/{LESSON}.ipynb", "ada_lovelace"),
        (f"Ada Lovelace_12345_assignsubmission_file/{LESSON}.ipynb", "ada_lovelace"),
        (f"Ada Lovelace_12345_assignsubmission_file_{LESSON}.ipynb", "ada_lovelace"),
        ("Jean-Luc O'Neil_7_assignsubmission_file_/x.ipynb", "jean_luc_o_neil"),
        ("week.zip/Ada Lovelace_12345_assignsubmission_file_/ben.zip/x.ipynb", "ada_lovelace"),
        (f"lovelaceada_4711_67890_{LESSON}.ipynb", "4711"),
        (f"lovelaceada_LATE_4711_67890_{LESSON}-1.ipynb", "4711"),
        ("lovelaceada_4711_67890_ben.zip/x.ipynb", "4711"),
    ],
)
def test_names_of_all_kinds(path, student):
    assert students(path) == [student]


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("Ada Lovelace_12345_assignsubmission_file_/x.ipynb", "ada"),
        ("lovelaceada_4711_67890_x.ipynb", "ada"),
        ("lovelaceada_999_67890_x.ipynb", "ada"),
        ("liamy_99_67890_x.ipynb", "amy"),
        ("limay_99_67890_x.ipynb", "may"),
        ("week2/ada/x.ipynb", "ada"),
        ("jonessam_77_67890_x.ipynb", "77"),
    ],
)
def test_the_gradebook_says_who_is_meant(path, student):
    assert students(path, people=PEOPLE) == [student]


def test_two_people_of_one_name_are_not_guessed():
    [found] = students("Sam Jones_5_assignsubmission_file_/x.ipynb", people=PEOPLE)
    assert found == "? 'Sam Jones' may be sam1 or sam2"
    paths = [f"Sam Jones_{n}_assignsubmission_file_/x.ipynb" for n in (5, 6)]
    assert all("two people are called 'Sam Jones'" in one for one in students(*paths))


def test_moodles_numbers_differ_from_assignment_to_assignment():
    paths = [
        (PurePosixPath("Sam Jones_5_assignsubmission_file_/x.ipynb"), "01_accuracy_trap"),
        (PurePosixPath("Sam Jones_6_assignsubmission_file_/x.ipynb"), LESSON),
    ]
    assert {one.student for one in whose(paths, [], "")} == {"sam_jones"}


def test_a_folder_with_several_students_is_no_student():
    assert students("week2/ada.ipynb", "week2/ben.ipynb") == ["ada", "ben"]
    paths = [f"week2/{name}/{LESSON}.ipynb" for name in ("ada", "ben")]
    assert students(*paths) == ["ada", "ben"]
    assert students(f"a/b/ada/{LESSON}.ipynb", f"a/b/ben/{LESSON}.ipynb") == ["ada", "ben"]


def test_a_students_folder_with_copies_is_one_student():
    paths = [f"ada/{LESSON}.ipynb", f"ada/{LESSON}-Copy1.ipynb", "ada/old/x.ipynb"]
    assert students(*paths) == ["ada"] * 3


@pytest.mark.parametrize("name", ["a+b", "a*b", "a b", "-ada", "a" * 65, "a:b", "ada\n", "_", "."])
def test_a_name_that_nbgrader_or_a_folder_cannot_take(name):
    [found] = students(f"{name}.ipynb")
    assert found.startswith("? the name is no id: expected letters, digits")


def test_a_name_that_says_nothing():
    [found] = students(f"{LESSON}.ipynb")
    assert found == "? its name and folders name no student"
    assert students(f"{LESSON}/{LESSON}.ipynb", fallback="ada") == ["ada"]
    assert students(f"{LESSON}.ipynb", fallback=f"ada_{LESSON}") == ["ada"]
    assert students(f"{LESSON}.ipynb", fallback=LESSON) == [found]
