"""The instructor's side: what this course plugs into nbgrader, and the class loop around it."""
