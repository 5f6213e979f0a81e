"""Answers that look alike, and those that only seem to."""

from collections import defaultdict
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.reports import lookalikes, overlaps
from autograder.reports.lookalikes import (
    ALIKE,
    CANDIDATE,
    LEAST,
    Alike,
    Comparison,
    Fingerprint,
    Usual,
    compare_answers,
    limit,
    repeated_pairs,
)

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
    assert limit(501) == limit(10_000) == 50


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


# Statements that students may or may not have in common; the last ones are short.
LINES = (
    "totals = [0.0] * (max(labels) + 1)",
    "for place in range(len(labels)): totals[labels[place]] += values[place]",
    "kinds, inverse = np.unique(labels, return_inverse=True)",
    "weights = np.bincount(inverse, weights=values, minlength=len(kinds))",
    "found = {label: [] for label in sorted(set(labels))}",
    "pairs = list(zip(labels, values, strict=True))",
    "while pairs and pairs[-1][1] < 0: pairs.pop()",
    "means = {label: sum(part) / len(part) for label, part in found.items()}",
    "if not labels: return []",
    "assert len(labels) == len(values), (labels, values)",
    "x = 1",
    "y = x",
)


def plain(answers):
    """Compare each answer with each, by what copydetect says of two: the oracle of what follows."""
    given_out = Fingerprint(STUB).runs
    reference = Fingerprint(SOLUTION).without(given_out)
    written = {who: Fingerprint(text).without(given_out) for who, text in answers.items()}
    most = limit(sum(code.length > 0 for code in written.values()))
    left = {who: code.without(reference.runs) for who, code in written.items()}
    groups = defaultdict(list)
    for who, code in left.items():
        if code.length >= LEAST:
            groups[code.tokens].append(who)
    near = defaultdict(dict)
    for one, other in combinations(groups.values(), 2):
        codes = left[one[0]], left[other[0]]
        shared = len(codes[0].runs & codes[1].runs)
        share = codes[0].likeness(codes[1])
        if share >= ALIKE and shared >= CANDIDATE * min(len(code.runs) for code in codes):
            near[one[0]][other[0]] = near[other[0]][one[0]] = share
    of = {group[0]: tuple(group) for group in groups.values()}
    around = {one: len(of[one]) + sum(len(of[other]) for other in near[one]) for one in of}
    few = [one for one in of if around[one] <= most]
    alike = [Alike(of[one], 1.0, (answers[one],)) for one in few if len(of[one]) > 1]
    for one, other in combinations(few, 2):
        if other in near[one]:
            texts = (answers[one], answers[other])
            alike.append(Alike(of[one] + of[other], near[one][other], texts))
    usual, told = [], set()
    for one in sorted(of, key=lambda one: -around[one]):
        if around[one] > most and one not in told:
            told |= {*near[one]}
            usual.append(Usual(around[one], answers[one]))
    return sorted(alike, key=lambda found: (-found.similarity, found.students)), usual


def write(lines):
    return "\n    ".join(["def scores(labels, values):", *lines, "return 0"]) + "\n"


@st.composite
def classes(draw):
    """Let some students write lines of their own, and others edit a line of somebody's answer."""
    written = draw(st.lists(st.lists(st.sampled_from(LINES), min_size=2, max_size=9), min_size=1))
    for _ in range(draw(st.integers(0, 9))):
        copied = list(draw(st.sampled_from(written)))
        place, removed = draw(st.integers(0, len(copied))), draw(st.integers(0, 1))
        copied[place : place + removed] = draw(st.lists(st.sampled_from(LINES), max_size=1))
        written.append(copied)
    return {f"s{number:02d}": write(lines) for number, lines in enumerate(written)}


@settings(max_examples=150)
@given(classes())
def test_what_is_found_is_what_comparing_each_with_each_finds(answers):
    found = compare_answers(answers, STUB, SOLUTION)
    assert (list(found.alike), list(found.usual)) == plain(answers)


def crowded(number):
    """Write a long answer that shares all but its last line, which is nobody else's."""
    return write([*LINES[:7], " + ".join(f"{digit} * {digit}" for digit in f"{number:b}")])


def test_in_a_crowd_a_usual_way_is_counted_in_full_and_a_ring_beside_it_is_found(monkeypatch):
    monkeypatch.setattr(overlaps, "CROWD", 12)
    answers = {f"s{number:03d}": crowded(number) for number in range(90)}
    answers |= {"ring1": write(LINES[4:10]), "ring2": write([*LINES[4:10], LINES[0]])}
    found = compare_answers(answers, STUB, SOLUTION)
    alike, usual = plain(answers)
    assert [one.students for one in found.alike] == [("ring1", "ring2")]
    assert list(found.alike) == alike
    # Which of them stands for all may be another one.
    assert [way.count for way in found.usual] == [way.count for way in usual] == [90]


def test_the_weakest_likenesses_of_many_are_only_counted(monkeypatch):
    answers = {f"s{number}": crowded(2**number) for number in range(4)}
    everything = compare_answers(answers, STUB, SOLUTION)
    assert everything.alike_count == len(everything.alike) == 6
    monkeypatch.setattr(lookalikes, "MOST_ALIKE", 2)
    found = compare_answers(answers, STUB, SOLUTION)
    assert (found.alike, found.alike_count) == (everything.alike[:2], 6)
