"""Handing in: students pack their notebooks, and instructors put them where nbgrader looks."""
