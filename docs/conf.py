"""How the site is built: `make docs`, or `sphinx-build docs build/site`."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for course_site

project = "Imbalance lessons"
author = "the authors of Imbalance lessons"
copyright = "the authors; BSD-3-Clause"
version = release = installed_version("imbalance-lessons")
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "course_site.mathml",
    "course_site.lessons",
    "course_site.api",
    "course_site.report",
    "course_site.commands",
    "course_site.guides",
    "course_site.navigation",
]
exclude_patterns = ["**/.ipynb_checkpoints"]

# Lessons are run by course_site.execution, which keeps what came out. With -D lessons_execute=0
# none is run: a page then shows what was kept, if that is up to date.
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # would be fetched from elsewhere; the figures are there without
nb_merge_streams = True
nb_number_source_lines = False

myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
myst_links_external_new_tab = False

html_math_renderer = "mathml"
default_role = "name"

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_default_options = {
    "members": True,
    "ignore-module-all": True,  # what a module passes on is described where it is made
}
python_maximum_signature_line_length = 88
add_module_names = False
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_attr_annotations = False
napoleon_custom_sections = [("Attributes", "params_style")]  # several may share a line

nitpicky = True
# Types of Python, NumPy, PyTorch and others: their inventories would have to be downloaded.
nitpick_ignore_regex = [("py:.*", r"(?!imbalance_lessons|autograder).*")]
nitpick_ignore = [("py:class", "imbalance_lessons.progress.T")]  # stands for a type: has no entry

html_theme = "sphinx_book_theme"
html_title = "Imbalance lessons"
html_static_path = ["_static"]
html_css_files = ["course.css"]
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is
html_theme_options = {
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],  # the search is in the sidebar
    "show_toc_level": 2,
    "home_page_in_toc": False,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_navbar_depth": 1,
    "extra_footer": "",
}
