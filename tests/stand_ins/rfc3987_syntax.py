"""Stands before a package whose import takes two seconds, and that nothing here needs.

jsonschema would check IRIs with it. Tests start nbgrader dozens of times.
"""

raise ImportError("left out in tests")
