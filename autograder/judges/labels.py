"""What the judges of several lessons do with labels."""

from __future__ import annotations

from typing import Any


def as_list(labels: Any) -> list[int]:
    """Turn labels in any form into a list of ints."""
    return [int(label) for label in labels]
