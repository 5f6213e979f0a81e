"""Results by content: whole or not there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.execution.results import Results, digest

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "results")


def test_what_was_put_is_got_until_it_is_dropped(results):
    key = digest("a", 1)
    assert results.get(key) is None
    results.drop(key)
    results.put(key, {"outputs": [[1, None]], "notes": ["é"]})
    assert results.get(key) == {"outputs": [[1, None]], "notes": ["é"]}
    results.put(key, [])
    assert results.get(key) == []
    results.drop(key)
    assert results.get(key) is None


@pytest.mark.parametrize("fault", ["write", "sync"])
def test_what_could_not_be_written_leaves_nothing(results, monkeypatch, fault):
    results.put("old", 1)

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("json.dump" if fault == "write" else "os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        results.put("old", 2)
    assert [path.name for path in results.folder.iterdir()] == ["old.json"]
    assert results.get("old") == 1


def test_a_file_that_is_none_of_ours_is_no_result(results):
    results.put("key", 1)
    (results.folder / "key.json").write_text('{"outputs": [')
    assert results.get("key") is None


@given(PLAIN, PLAIN)
def test_digests_differ_where_the_data_do(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (digest(one) == digest(other)) == same
    assert digest(one, other) != digest([one, other])


def test_half_of_a_surrogate_pair_can_be_digested():
    assert digest("\ud800") != digest("\udc00")
