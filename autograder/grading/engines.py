"""One engine for each gradebook: SQLAlchemy's connections and compiled queries.

nbgrader opens its gradebook 18 times for each submission and makes an engine each time, which has
to compile every query again: 5 to 10 % of the time of grading. When it closes a gradebook it
disposes of the engine, and one that was disposed of can be used again. So here it is kept.
"""

from __future__ import annotations

from functools import cache

import nbgrader.api
import sqlalchemy


def keep_engines() -> None:
    """Let nbgrader use one engine whenever it opens the same gradebook in this process."""
    if nbgrader.api.create_engine is sqlalchemy.create_engine:
        nbgrader.api.create_engine = cache(sqlalchemy.create_engine)
