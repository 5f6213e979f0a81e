import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from imbalance_lessons import progress
from imbalance_lessons.progress import Bar, track, tracked


class Clock:
    """A clock that goes on by a step whenever it is read."""

    def __init__(self, step):
        self.now, self.step = 0.0, step

    def monotonic(self):
        self.now += self.step
        return self.now


@pytest.fixture
def in_notebook(monkeypatch):
    """Let progress believe that it is in a notebook, on a clock of ours; gives what is shown."""

    def run(loop, step=1.0):
        monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
        monkeypatch.setattr(progress, "time", Clock(step))
        InteractiveShell.instance()
        try:
            with capture_output() as captured:
                loop()
        finally:
            InteractiveShell.clear_instance()
        return [output.data["text/plain"] for output in captured.outputs]

    return run


def test_in_a_notebook_the_bar_is_replaced_until_all_is_done(in_notebook):
    seen = []
    shown = in_notebook(lambda: seen.extend(track("abcd", "Letters")))
    assert seen == list("abcd")
    assert shown == [
        "Letters: 0 of 4",
        "Letters: 1 of 4, about 3 s left",
        "Letters: 2 of 4, about 2 s left",
        "Letters: 3 of 4, about 1 s left",
        "Letters: 4 of 4",
    ]


def test_a_fast_loop_is_not_held_up_by_its_bar(in_notebook):
    shown = in_notebook(lambda: list(track(range(1000), "Steps")), step=0.001)
    assert shown[-1] == "Steps: 1000 of 1000"
    assert 10 <= len(shown) <= 12


@pytest.mark.parametrize("count", [0, 3])
def test_what_has_no_length_is_counted(in_notebook, count):
    shown = in_notebook(lambda: list(track(iter(range(count)), "Some")))
    assert shown[-1] == f"Some: {count}"
    assert in_notebook(lambda: list(track(iter("ab"), total=2)))[-1] == "Working: 2 of 2"


def test_a_loop_that_is_left_leaves_its_bar_as_it_is(in_notebook):
    def stopped_in_the_third():
        with tracked(range(5), "Training") as counted:
            for number in counted:
                if number == 2:
                    raise KeyboardInterrupt

    def broken_off():
        with pytest.raises(KeyboardInterrupt):
            stopped_in_the_third()

    assert in_notebook(broken_off)[-1] == "Training: 2 of 5, about 3 s left"


def test_a_bar_has_a_name_and_is_safe():
    assert Bar("a < b", 1, 4)._repr_html_() == (
        '<label>a &lt; b <progress max="4" value="1"></progress> 1 of 4</label>'
    )
    assert Bar("?", 1, None)._repr_html_() == "<label>? <progress></progress> 1</label>"


def test_in_a_terminal_it_is_one_bar_of_richs(capfd):
    assert list(track("abc", "Letters")) == list("abc")
    out, err = capfd.readouterr()
    assert (out.count("Letters"), out.count("100%"), err) == (1, 1, "")


@pytest.mark.slow
def test_it_needs_no_output_widget_and_stays_in_the_page():
    code = "from imbalance_lessons.progress import track\nfor _ in track('abc', 'Models'): pass"
    notebook = new_notebook(cells=[new_code_cell(code)])
    NotebookClient(notebook, timeout=60).execute()
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    [bar] = notebook.cells[0].outputs
    assert bar.data["text/plain"] == "Models: 3 of 3"
    assert 'max="3" value="3"' in bar.data["text/html"]
