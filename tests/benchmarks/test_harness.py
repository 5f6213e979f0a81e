"""The benchmarks' arithmetic, on clocks that are set by hand; no real time is measured."""

import math

import pytest

from benchmarks.harness import Contender, Reach, Work, growth, measure
from benchmarks.report import as_markdown, in_words, reasons, rows


def contender(name, *seconds, own=False):
    """Make a contender whose clock gives these times, again and again."""
    state = {"turn": -1}

    def run():
        state["turn"] += 1
        return seconds[state["turn"] % len(seconds)]

    return Contender(name, run, own=own, clocked=True)


def work(*contenders, reaches=(), **options):
    return Work("sorting", "10 rows", lambda: list(contenders), reaches, **options)


def test_medians_and_ratios():
    outcome = measure(
        work(contender("ours", 2.0), contender("peer", 4.0), contender("fast", 1.0)), budget=1e-9
    )
    assert outcome.medians == {"ours": 2, "peer": 4, "fast": 1}
    assert outcome.ratios == {"peer": 0.5, "fast": 2}


def test_one_slow_turn_moves_no_median():
    # The first two calls show what it gives and how long it takes.
    outcome = measure(work(contender("ours", 1.0, 1.0, 1.0, 50.0, 1.0)), budget=1e-9)
    assert outcome.ours == 1


def test_a_reach_is_against_the_fastest_peer_and_not_a_second_way_of_ours():
    reaches = (Reach(1.0), Reach(1.0, "peer"), Reach(1.0, "nobody"))
    contenders = (
        contender("ours", 2.0),
        contender("peer", 4.0),
        contender("clear", 1.0, own=True),
    )
    fastest, named, missing = measure(work(*contenders, reaches=reaches), budget=1e-9).verdicts
    assert (fastest.ratio, fastest.met) == (0.5, True)
    assert (named.ratio, named.met) == (0.5, True)
    assert math.isnan(missing.ratio)
    assert not missing.met


def test_contenders_that_disagree_stop_the_row():
    def check(given):
        assert given["ours"] == given["peer"]

    with pytest.raises(AssertionError):
        measure(work(contender("ours", 1.0), contender("peer", 2.0), check=check), budget=1e-9)


def test_growth_compares_two_sizes():
    small = measure(work(contender("ours", 1.0), amount=10), budget=1e-9)
    large = measure(work(contender("ours", 12.0), amount=100), budget=1e-9)
    assert growth(small, large) == (10, 12)
    assert rows([small, large])[1][-1] == "12.0 x the time"


def test_the_table_says_what_was_missed_and_who_was_not_there():
    outcome = measure(
        work(
            contender("ours", 3.0),
            contender("peer", 2.0),
            reaches=(Reach(1.1, "peer"),),
            skipped={"absent": "not installed"},
            reason="of its bookkeeping",
        ),
        budget=1e-9,
    )
    [row] = rows([outcome])
    assert "absent: not installed" in row[3]
    assert "missed: 1.50" in row[5]
    assert reasons([outcome]) == ["missed: sorting, 10 rows: of its bookkeeping"]
    assert "sorting" in as_markdown([row], [])


@pytest.mark.parametrize(
    ("seconds", "words"), [(2, "2 s"), (0.5, "500 ms"), (1.234e-5, "12.3 us"), (5e-9, "5 ns")]
)
def test_times_in_words(seconds, words):
    assert in_words(seconds) == words
