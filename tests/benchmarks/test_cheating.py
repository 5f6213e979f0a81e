"""The benchmark of cheating: how it counts, and that it sees what an attack gets."""

from types import SimpleNamespace

import pytest

from autograder.execution.sandbox import Sandbox, SandboxError
from benchmarks.cheating import RESULTS, Result, lines, load_corpus, ours, stock, table


def corpus_of(*names):
    """Give the corpus with some of its attacks only."""
    corpus = load_corpus()
    parts = {name: getattr(corpus, name) for name in corpus.__all__}
    return SimpleNamespace(**{**parts, "ATTACKS": {n: corpus.ATTACKS[n] for n in names}})


def test_the_corpus_is_that_of_the_tests():
    from tests.corpora.hostile import ATTACKS

    assert list(load_corpus().ATTACKS) == list(ATTACKS)


def test_attacks_are_counted_by_theme_and_result():
    corpus = corpus_of("patched_no_tests", "patched_no_run", "reading_home")
    found = [
        Result("patched_no_tests", frozenset({"points", "read"})),
        Result("patched_no_run", frozenset()),
        Result("reading_home", frozenset({"read"})),
    ]
    laid = table(corpus, {"a grader": found})
    by_theme = {row[0]: row for row in zip(*(c.cells for c in laid.columns), strict=True)}
    #                                         tried points read script error others nothing
    assert by_theme["patched"][2:] == ("2", "1", "1", "0", "0", "0", "1")
    assert by_theme["reading"][2:] == ("1", "0", "1", "0", "0", "0", "0")
    assert by_theme["all"][2:] == ("3", "1", "2", "0", "0", "0", "1")
    assert list(lines(corpus, found)) == [
        f"patched_no_tests (points, read): {corpus.ATTACKS['patched_no_tests'].wants}",
        f"reading_home (read): {corpus.ATTACKS['reading_home'].wants}",
    ]


@pytest.mark.slow
def test_what_stock_nbgrader_falls_for_gets_nothing_here(tmp_path):
    try:
        Sandbox().close()
    except SandboxError as error:
        pytest.skip(str(error))
    corpus = corpus_of(
        "patched_check_claims", "reading_passwords", "pages_html_output", "metadata_doubled"
    )
    got = {result.name: set(result.got) for result in stock(corpus, tmp_path / "stock")}
    assert got["patched_check_claims"] == {"points"}
    assert got["reading_passwords"] == {"read"}
    assert got["pages_html_output"] == {"script"}
    assert got["metadata_doubled"] >= {"error", "others"}
    assert set().union(*got.values()) == set(RESULTS)
    assert all(not result.got for result in ours(corpus, tmp_path / "ours"))
