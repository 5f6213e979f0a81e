"""The execute step of grading: cells in, outputs out; nothing here knows nbgrader or a judge."""
