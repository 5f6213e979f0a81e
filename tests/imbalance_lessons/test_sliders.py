import builtins
import re

import IPython.display
import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

from imbalance_lessons.plots import new_axes
from imbalance_lessons.sliders import Control, explore

WIDGET = "application/vnd.jupyter.widget-view+json"


def test_the_examples_in_the_docstrings_are_true(has_true_examples):
    has_true_examples("sliders")


def draw(threshold, cost):
    ax = new_axes(3, 2)
    ax.axvline(threshold)
    ax.set_title(str(cost))
    return ax


def describe(threshold, cost):
    return f"A line at {threshold!r}, and the cost {cost!r} <in words>."


def example():
    return explore(draw, describe, threshold=(0.0, 1.0, 0.05, 0.5), cost=(1, 100, 1, 10))


class Handle:
    def __init__(self):
        self.shown = []

    def update(self, value):
        self.shown.append(value)


@pytest.fixture
def displayed(monkeypatch):
    """Collect what a cell would show, and give the handles of what can be replaced."""
    outputs, handle = [], Handle()

    def display(value, raw=False, display_id=None):
        outputs.append(value)
        return handle if display_id else None

    monkeypatch.setattr(IPython.display, "display", display)
    return outputs, handle


def test_it_shows_sliders_and_the_figure_for_the_start_values(displayed):
    outputs, _ = displayed
    explorer = example()
    explorer._ipython_display_()
    bundle, figure = outputs
    assert bundle[WIDGET]["model_id"]
    assert "The sliders work where the notebook runs" in bundle["text/html"]
    assert figure.alt == "A line at 0.5, and the cost 10 <in words>."
    assert "Drawn for threshold = 0.5, cost = 10." in figure._repr_html_()
    assert 'alt="A line at 0.5, and the cost 10 &lt;in words&gt;."' in figure._repr_html_()
    assert repr(figure) == repr(explorer)
    assert repr(figure).endswith(" Drawn for threshold = 0.5, cost = 10.")


def test_moving_a_slider_draws_the_figure_again(displayed):
    _, handle = displayed
    explorer = example()
    explorer._ipython_display_()
    explorer.sliders["cost"].value = 25
    explorer.sliders["threshold"].value = 0.1 + 0.2
    alts = [figure.alt for figure in handle.shown]
    assert alts == [
        "A line at 0.5, and the cost 25 <in words>.",
        "A line at 0.3, and the cost 25 <in words>.",
    ]
    assert len({figure.png for figure in handle.shown}) == 2


def test_a_number_in_the_box_moves_the_slider_and_draws_the_figure_once(displayed):
    _, handle = displayed
    explorer = example()
    explorer._ipython_display_()
    explorer.boxes["threshold"].value = 0.123  # between two steps of the slider
    assert explorer.sliders["threshold"].value == 0.123
    explorer.sliders["cost"].value = 25
    assert explorer.boxes["cost"].value == 25
    explorer.boxes["cost"].value = 1000
    assert [figure.alt for figure in handle.shown] == [
        "A line at 0.123, and the cost 10 <in words>.",
        "A line at 0.123, and the cost 25 <in words>.",
        "A line at 0.123, and the cost 100 <in words>.",
    ]


def test_sliders_and_boxes_have_ends_and_can_be_read(displayed):
    explorer = example()
    explorer._ipython_display_()
    threshold, cost = explorer.sliders["threshold"], explorer.sliders["cost"]
    for control in (threshold, explorer.boxes["threshold"]):
        assert (control.min, control.max, control.step) == (0, 1, 0.05)
        assert not control.continuous_update
    assert (threshold.readout_format, cost.readout_format) == (".2f", "d")
    words = explore(lambda cost_of_a_miss: None, str, cost_of_a_miss=(0.0, 1.0, 0.25, 0.5))
    words._box()
    assert words.boxes["cost_of_a_miss"].description == "cost of a miss"
    assert words.sliders["cost_of_a_miss"].readout_format == ".2f"


def test_each_showing_has_sliders_of_its_own(displayed):
    explorer = example()
    explorer._ipython_display_()
    first = explorer.sliders["cost"]
    explorer._ipython_display_()
    assert explorer.sliders["cost"] is not first


def test_without_ipywidgets_the_figure_stands_alone(displayed, monkeypatch):
    def missing(name, *args, **kwargs):
        raise ImportError(name)

    monkeypatch.setattr("importlib.import_module", missing)
    outputs, _ = displayed
    example()._ipython_display_()
    [figure] = outputs
    assert figure.alt.startswith("A line at 0.5")


def test_a_picture_of_other_values():
    explorer = example()
    assert explorer.picture(cost=3).alt == "A line at 0.5, and the cost 3 <in words>."
    with pytest.raises(TypeError, match="expected values for"):
        explorer.picture(gamma=2)


@pytest.mark.parametrize(
    ("ends", "error", "words"),
    [
        ((0, 1, 0.1), TypeError, "expected low, high, step and start"),
        (0.5, TypeError, "expected low, high, step and start"),
        ((0, "1", 0.1, 0.5), TypeError, "expected four numbers"),
        ((0, True, 0.1, 0.5), TypeError, "expected four numbers"),
        ((0, 1, 0.1, 2), ValueError, "expected low <= start <= high"),
        ((1, 0, 0.1, 0.5), ValueError, "expected low <= start <= high"),
        ((0, float("inf"), 0.1, 0.5), ValueError, "expected low <= start <= high"),
        ((1, 1, 0.1, 1), ValueError, "expected a step above 0"),
        ((0, 1, 0, 0.5), ValueError, "expected a step above 0"),
        ((0, 1, -0.1, 0.5), ValueError, "expected a step above 0"),
        ((0, 1, 2, 0.5), ValueError, "expected a step above 0"),
    ],
)
def test_controls_that_make_no_sense(ends, error, words):
    with pytest.raises(error, match=re.escape(words)):
        explore(draw, describe, gamma=ends)


def test_no_controls():
    with pytest.raises(TypeError, match="expected at least one"):
        explore(draw, describe)


def test_whole_numbers_stay_whole():
    assert Control("n", 1, 10, 1, 5).read(5.0) == 5
    assert isinstance(Control("n", 1, 10, 1, 5).read(5.0), int)
    assert Control("x", 0, 1, 0.1, 0.5).read(0.1 + 0.2) == 0.3
    assert isinstance(Control("x", 1, 10, 1, 5.0).read(5), float)


def test_it_is_drawn_without_ipython():
    assert builtins.repr(example()).startswith("[Figure: A line at 0.5")


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """Run a notebook that shows an explorer and then moves its slider."""
    source = (
        "from imbalance_lessons.plots import new_axes\n"
        "from imbalance_lessons.sliders import explore\n"
        "def draw(x):\n    return new_axes(3, 2)\n"
        "def describe(x):\n    return f'A picture, drawn for the value {x} of the slider.'\n"
        "explorer = explore(draw, describe, x=(0.0, 1.0, 0.1, 0.5))\nexplorer"
    )
    cells = [new_code_cell(source), new_code_cell("explorer.sliders['x'].value = 0.8")]
    book = new_notebook(cells=cells)
    folder = tmp_path_factory.mktemp("sliders")
    NotebookClient(book, timeout=60, resources={"metadata": {"path": str(folder)}}).execute()
    return book


@pytest.mark.slow
def test_in_a_notebook_the_slider_replaces_the_figure(notebook):
    first, second = notebook.cells
    assert second.outputs == []
    sliders, figure = first.outputs
    assert WIDGET in sliders.data
    assert "drawn for the value 0.8 of the slider" in figure.data["text/html"]
    assert "stream" not in {output.output_type for output in first.outputs}


@pytest.mark.slow
@pytest.mark.parametrize("state", ["with the sliders' state", "without it"])
def test_an_exported_page_shows_the_figure(notebook, state):
    book = nbformat.from_dict(notebook)
    if state == "without it":
        book.metadata.pop("widgets", None)
    page, _ = HTMLExporter(exclude_input=True).from_notebook_node(book)
    assert re.search(r'<img alt="A picture, drawn for the value 0.8', page)
    assert "Drawn for x = 0.8." in page
    assert ("The sliders work where the notebook runs" in page) == (state == "without it")
