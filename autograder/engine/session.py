"""What a student's session knows: the latest report of each exercise, and the code it was about."""

from __future__ import annotations

import hashlib
import re
import sys

from autograder.engine.report import Report

_reports: dict[str, Report] = {}


def remember(report: Report) -> Report:
    """Keep a report as the latest of its exercise; gives it back."""
    _reports[report.exercise] = report
    return report


def latest_reports() -> dict[str, Report]:
    """Give the latest report of each exercise that was checked in this session."""
    return dict(_reports)


def source_digest(source: str) -> str:
    """Digest a cell's text; what stands around it does not count."""
    return hashlib.sha256(source.strip().encode()).hexdigest()[:16]


def executed_source(name: str) -> str:
    """Digest the text of the cell that, of those executed, last defined a name.

    Parameters
    ----------
    name
        A function, a class or a variable of the notebook: by its name, so that the answer of a
        quick check, which is a plain letter, can be looked up like a function.

    Returns
    -------
    str
        The digest, to be compared with the saved notebook; empty outside IPython, or if no cell
        defines the name at the start of a line.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or shell.history_manager is None:
        return ""
    defines = re.compile(rf"^(?:(?:async +)?def|class) +{re.escape(name)}\b", re.MULTILINE)
    assigns = re.compile(rf"^{re.escape(name)}\b[^=\n]*=(?!=)", re.MULTILINE)
    for source in reversed(shell.history_manager.input_hist_raw):
        if defines.search(source) or assigns.search(source):
            return source_digest(source)
    return ""
