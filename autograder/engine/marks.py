"""How a lesson's notebook marks its cells, for those who build it, grade it, or look at it."""

from __future__ import annotations

CHECK_PREFIX = "check-"  # of the grade id of an exercise's check
OWN_METADATA = "imbalance_lessons"  # under this key a notebook's cell keeps its role
