"""Builds the notebooks from the lessons' percent scripts and the reference functions."""
