"""Overlaps of many answers at once, beside those of two at a time."""

from itertools import combinations

import numpy as np
import pytest
from copydetect.utils import get_copied_slices
from hypothesis import given
from hypothesis import strategies as st

from autograder.reports import overlaps
from autograder.reports.overlaps import Overlaps

WIDTH = 4


def answer(text):
    """Find the runs of a text, and their places."""
    runs = {}
    for place in range(len(text) - WIDTH + 1):
        runs.setdefault(hash(text[place : place + WIDTH]), []).append(place)
    return runs


texts = st.lists(st.text("abc", max_size=40), max_size=12)


def everyone(answers):
    """List all ordered pairs."""
    size = len(answers)
    one, other = np.divmod(np.arange(size * size), max(1, size))
    return one[one != other], other[one != other]


def partners(answers, share):
    """List the pairs that are to be looked at."""
    one, other = Overlaps(answers, WIDTH).partners(share)
    return list(zip(one.tolist(), other.tolist(), strict=True))


@given(texts)
def test_what_two_have_in_common_is_what_copydetect_covers(written):
    answers = [answer(text) for text in written]
    one, other = everyone(answers)
    runs, characters = Overlaps(answers, WIDTH).common(one, other)
    for place, (left, right) in enumerate(zip(one, other, strict=True)):
        both = answers[left].keys() & answers[right].keys()
        starts, ends = get_copied_slices([at for run in both for at in answers[left][run]], WIDTH)
        assert runs[place] == len(both)
        assert characters[place] == sum(ends - starts)


@given(texts)
def test_a_small_table_gives_what_a_large_one_does(written):
    answers = [answer(text) for text in written]
    pairs = everyone(answers)
    expected = Overlaps(answers, WIDTH).common(*pairs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlaps, "CELLS", 100)
        found = Overlaps(answers, WIDTH).common(*pairs)
    np.testing.assert_array_equal(found, expected)


@given(texts, st.sampled_from([0.1, 0.3, 0.5, 0.8, 1.0]))
def test_no_pair_that_shares_enough_is_missed(written, share):
    answers = [answer(text) for text in written]
    found = partners(answers, share)
    expected = {
        (left, right)
        for left, right in combinations(range(len(answers)), 2)
        if answers[left].keys() & answers[right].keys()
        and len(answers[left].keys() & answers[right].keys())
        >= share * min(len(answers[left]), len(answers[right]))
    }
    assert expected <= set(found)
    assert len(set(found)) == len(found)
    assert all(left < right for left, right in found)


@given(texts, st.integers(2, 5))
def test_in_a_crowd_a_rarer_run_still_makes_partners(written, crowd):
    answers = [answer(text) for text in written]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlaps, "CROWD", crowd)
        found = partners(answers, 0.5)
    for left, right in combinations(range(len(answers)), 2):
        both = answers[left].keys() & answers[right].keys()
        rarest = min((sum(run in runs for runs in answers) for run in both), default=len(answers))
        enough = 2 * len(both) >= min(len(answers[left]), len(answers[right]))
        if both and enough and rarest <= crowd:
            assert (left, right) in found


def test_what_all_write_makes_partners_of_a_part_and_not_of_all():
    def count(size):
        answers = [answer(f"what all write{chr(0x4E00 + number)}") for number in range(size)]
        return len(partners(answers, 0.5))

    crowd = overlaps.CROWD
    assert count(crowd) == crowd * (crowd - 1) // 2
    assert count(8 * crowd) == 8 * count(crowd)


def test_two_in_a_crowd_who_share_more_are_partners_wherever_they_stand(monkeypatch):
    monkeypatch.setattr(overlaps, "CROWD", 3)
    tails = "ring", "bcde", "fhjk", "lmop", "qsuv", "xyz1", "2345", "6789", "ring"
    answers = [answer(f"WHAT ALL OF THEM WRITE {tail}") for tail in tails]
    assert (0, 8) in partners(answers, 0.5)
    assert (0, 7) not in partners(answers, 0.5)
