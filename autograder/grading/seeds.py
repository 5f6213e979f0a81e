"""Seeds of the drawn cases: the same for a regrade, unknown to the student beforehand."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path


class SecretError(ValueError):
    """A file holds no secret; the message says which, and what was expected."""


def course_secret(path: Path) -> bytes:
    """Read the course's secret, and make it at the first use.

    Parameters
    ----------
    path
        The file that holds it. Keep it with the gradebook: another secret draws other cases.

    Returns
    -------
    bytes
        32 random bytes.

    Raises
    ------
    SecretError
        If the file holds anything else.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # O_EXCL: of two graders that start at once only one makes the secret.
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")
    except FileExistsError:
        pass
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if len(text) != 64 or not all(c in "0123456789abcdef" for c in text):
        raise SecretError(
            f"{path}: expected a secret of 64 hexadecimal digits, got {len(text)} characters"
        )
    return bytes.fromhex(text)


def submission_seed(secret: bytes, student: str, notebook: str) -> int:
    """Derive a submission's seed: HMAC-SHA-256 over student and notebook, 63 bits of it."""
    # A zero byte between the two, so that no other pair of names gives the same message.
    message = f"{student}\0{notebook}".encode()
    digest = hmac.new(secret, message, hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") >> 1
