"""The instructor's side: what this course plugs into nbgrader, and the class loop around it."""

import sys

# jsonschema, which looks notebooks over, can check IRIs too, and builds a grammar for that when it
# is imported: two seconds for each process. No notebook has one; without the package it goes on.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
