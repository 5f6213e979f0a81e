"""Feedback pages: what a student gets back, as one HTML file that asks for nothing else.

Nothing on a page runs and nothing is loaded from elsewhere; what a submission brings is cleaned
before it gets there (`safe_html`), formulas become MathML (`formulas`), and `page` is what is
plugged into nbgrader instead of its own exporter.
"""
