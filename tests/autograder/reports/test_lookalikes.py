"""Answers that look alike, and those that only seem to."""

import pytest

from autograder.reports.lookalikes import Comparison, compare_answers, limit, repeated_pairs

STUB = '''def scores(labels, values):
    """Give each class its score."""
    raise NotImplementedError()
'''
SOLUTION = '''def scores(labels, values):
    """Give each class its score."""
    ### BEGIN SOLUTION
    found = {}
    for label, value in zip(labels, values, strict=True):
        found.setdefault(int(label), []).append(float(value))
    means = {label: sum(part) / len(part) for label, part in found.items()}
    return [means[label] for label in sorted(means)]
    ### END SOLUTION
'''
ONE = """def scores(labels, values):
    totals = [0.0] * (max(labels) + 1)
    counts = [0] * (max(labels) + 1)
    for place in range(len(labels)):
        totals[labels[place]] += values[place]
        counts[labels[place]] += 1
    return [total / count for total, count in zip(totals, counts) if count > 0]
"""
RENAMED = """def scores(y, v):
    # my own work
    sums = [0.0] * (max(y) + 1)
    sizes = [0] * (max(y) + 1)

    for i in range(len(y)):
        sums[y[i]] += v[i]
        sizes[y[i]] += 1
    return [s / n for s, n in zip(sums, sizes) if n > 0]
"""
PADDED = RENAMED.replace(
    "    return",
    '    if not sizes:\n        raise ValueError("nothing was given")\n    assert sum(sizes) > 0\n'
    "    while False:\n        print(sums, sizes, y, v)\n    return",
)
OTHER = """def scores(labels, values):
    labels, values = np.asarray(labels), np.asarray(values)
    kinds, inverse = np.unique(labels, return_inverse=True)
    weights = np.bincount(inverse, weights=values, minlength=len(kinds))
    return (weights / np.bincount(inverse, minlength=len(kinds))).tolist()
"""


def compare(**answers):
    return compare_answers(answers, STUB, SOLUTION)


def test_renaming_commenting_and_spacing_hide_nothing():
    [alike] = compare(ada=ONE, ben=RENAMED, chloe=OTHER).alike
    assert alike.students == ("ada", "ben")
    assert alike.similarity == 1
    assert alike.texts == (ONE,)


def test_adding_code_to_a_copy_hides_nothing():
    [alike] = compare(ada=ONE, ben=PADDED, chloe=OTHER).alike
    assert alike.students == ("ada", "ben")
    assert 0.8 <= alike.similarity <= 1
    assert alike.texts == (ONE, PADDED)


def test_another_way_is_not_alike():
    found = compare(ada=ONE, chloe=OTHER)
    assert (found.compared, found.answered, found.alike) == (2, 2, ())


def test_what_was_given_out_is_not_compared():
    assert compare(ada=STUB, ben=STUB) == Comparison()


def test_a_docstring_that_was_kept_counts_as_little_as_one_that_was_not():
    kept = STUB.replace("    raise NotImplementedError()\n", "") + OTHER.partition("\n")[2]
    [alike] = compare(ada=OTHER, ben=kept).alike
    assert alike.similarity == pytest.approx(1, abs=0.2)


def test_the_courses_own_solution_is_named_and_not_compared_further():
    renamed = SOLUTION.replace("found", "groups").replace("means", "m").replace("part", "p")
    found = compare(ada=SOLUTION, ben=renamed, chloe=OTHER)
    assert found.own_solution == ("ada", "ben")
    assert found.alike == ()
    assert found.compared == 1


def test_short_answers_are_not_compared():
    short = "def scores(labels, values):\n    return sum(values) / len(labels)\n"
    found = compare(ada=short, ben=short)
    assert (found.compared, found.answered, found.alike) == (0, 2, ())


def test_what_many_write_is_a_usual_way_without_names():
    few = {f"s{n}": ONE for n in range(4)}
    assert len(compare(**few, other=OTHER).alike) == 1
    many = {f"s{n}": ONE for n in range(5)}
    found = compare(**many, other=OTHER)
    assert found.alike == ()
    [way] = found.usual
    assert (way.count, way.text) == (5, ONE)


def test_near_variants_of_a_usual_way_count_with_it():
    many = {f"s{n}": ONE for n in range(4)}
    found = compare(**many, padded=PADDED)
    assert found.alike == ()
    assert [way.count for way in found.usual] == [5]


def test_the_limit_grows_with_the_class():
    assert limit(8) == 4
    assert limit(300) == 30


def test_a_repeated_line_that_the_solution_has_too_is_still_the_students_own():
    # copydetect's own way of leaving boilerplate out would drop such runs.
    twice = ONE.replace("    return", "    counts = [0] * (max(labels) + 1)\n    return")
    [alike] = compare(ada=twice, ben=twice.replace("counts", "c")).alike
    assert alike.similarity == 1


@pytest.mark.parametrize("text", ["", "def scores(", "é" * 50, "\0", "x" * 100_000, '"""'])
def test_anything_can_be_handed_in(text):
    assert compare(ada=text, ben=text, chloe=ONE).own_solution == ()


def test_quick_checks_are_not_compared():
    letter = {"ada": 'letter = "B"' * 20, "ben": 'letter = "B"' * 20}
    assert compare_answers(letter, "letter = None", 'letter = "B"') == Comparison()


def test_pairs_that_are_alike_more_than_once():
    first = compare(ada=ONE, ben=RENAMED, chloe=OTHER)
    second = compare(ben=ONE, ada=RENAMED, gita=ONE)
    [pair] = repeated_pairs({"one": first, "two": second})
    assert pair.students == ("ada", "ben")
    assert pair.exercises == ("one", "two")
