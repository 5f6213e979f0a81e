"""The benchmarks' arithmetic, on clocks that are set by hand; no real time is measured."""

import math
from dataclasses import replace

import pytest

from benchmarks.harness import (
    Contender,
    Reach,
    Work,
    _share_of_others,
    _used,
    growth,
    measure,
)
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
    outcome = replace(outcome, others=0.0)
    [row] = rows([outcome])
    assert "absent: not installed" in row[3]
    assert row[5] == "missed: 1.50"
    assert reasons([outcome]) == ["missed: sorting, 10 rows, 1 thread: of its bookkeeping"]
    assert "sorting" in as_markdown([row], [])


def test_a_machine_that_was_shared_is_told_of():
    contenders = (contender("ours", 3.0), contender("peer", 2.0))
    outcome = measure(work(*contenders, reaches=(Reach(1.0),)), budget=1e-9)
    shared = replace(outcome, others=0.4)
    assert "others had 40% of the cores" in rows([shared])[0][5]
    assert reasons([shared])[0].endswith(
        "other processes had 40% of the cores meanwhile; try again alone"
    )
    assert reasons([replace(outcome, others=0.0)])[0].endswith(": no reason known")


def test_the_share_of_others_is_what_was_not_ours():
    # Of 10 seconds of all cores, 6 were at work, and 4.5 of them for this process.
    assert _share_of_others((100, 7, 500), (106, 11.5, 510)) == pytest.approx(0.15)
    assert _share_of_others((0, 0, 0), (1, 1.02, 10)) == 0  # clocks differ by a tick
    assert _share_of_others((0, 0, 0), (0, 0, 0)) == 0
    before = _used()
    assert all(later >= earlier for earlier, later in zip(before, _used(), strict=True))


@pytest.mark.parametrize(
    ("seconds", "words"), [(2, "2 s"), (0.5, "500 ms"), (1.234e-5, "12.3 us"), (5e-9, "5 ns")]
)
def test_times_in_words(seconds, words):
    assert in_words(seconds) == words
