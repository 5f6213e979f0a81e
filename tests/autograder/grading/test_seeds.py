"""Seeds: repeatable, different for everybody, unknown without the secret."""

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.seeds import course_secret, submission_seed


def test_the_secret_is_made_once_and_is_private(tmp_path):
    path = tmp_path / "classroom" / "secret"
    secret = course_secret(path)
    assert len(secret) == 32
    assert course_secret(path) == secret
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_courses_have_two_secrets(tmp_path):
    assert course_secret(tmp_path / "a") != course_secret(tmp_path / "b")


@pytest.mark.parametrize("content", ["", "short", "z" * 64, "é" * 64])
def test_a_damaged_secret_is_refused(tmp_path, content):
    path = tmp_path / "secret"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="expected a secret of 64 hexadecimal digits"):
        course_secret(path)


names = st.text(min_size=1, max_size=8)


@given(names, names)
def test_the_same_submission_has_the_same_seed(student, notebook):
    seed = submission_seed(b"key", student, notebook)
    assert seed == submission_seed(b"key", student, notebook)
    assert 0 <= seed < 2**63
    assert seed != submission_seed(b"other key", student, notebook)


def test_names_do_not_run_together():
    assert submission_seed(b"k", "ab", "c") != submission_seed(b"k", "a", "bc")


def test_the_seed_is_the_hmac_of_the_standard():
    # RFC 4231, test case 2: HMAC-SHA-256 with key "Jefe" of "what do ya want for nothing?"
    # starts with 5bdcc146bf60754e; here the same function on a message of ours.
    import hashlib
    import hmac

    digest = hmac.new(b"Jefe", b"what do ya want for nothing?", hashlib.sha256).hexdigest()
    assert digest.startswith("5bdcc146bf60754e")
    ours = hmac.new(b"Jefe", b"ada\x0001", hashlib.sha256).digest()
    assert submission_seed(b"Jefe", "ada", "01") == int.from_bytes(ours[:8], "big") // 2
