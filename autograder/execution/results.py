"""Results that are kept in a folder, each under the digest of what it comes from."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def digest(*parts: Any) -> str:
    """Digest plain data: the same parts give the same 64 hexadecimal digits, on any machine."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    # A notebook may hold half of a surrogate pair.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_of(data: bytes) -> str:
    """Digest the content of a file."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Results:
    """A folder of results. A result is whole or not there, whenever the machine is switched off."""

    folder: Path

    def get(self, key: str) -> Any:
        """Read the result of a key; None if there is none, or it cannot be read."""
        try:
            return json.loads(self._path(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put(self, key: str, result: Any) -> None:
        """Keep a result of plain data under a key.

        Raises
        ------
        OSError
            If it cannot be written, for example to a full disk. Then nothing is left of it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
        try:
            with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
                json.dump(result, file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path(key))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def drop(self, key: str) -> None:
        """Forget the result of a key, if there is one."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"
