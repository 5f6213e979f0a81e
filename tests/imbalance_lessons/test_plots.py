import io
from html.parser import HTMLParser

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from imbalance_lessons import plots

STEPS = [0, 1, 10, 100]
SHARES = [[0.01, 0.02, 0.30, 0.5], [0.02, 0.03, 0.60, 0.5], [0.03, 0.04, 0.40, 0.4]]
SCORES = np.array([1e-7, 0.001, 0.02, 0.2, 0.02, 0.6])
LABELS = np.array([0, 0, 0, 0, 1, 1])
INTERVALS = (["few", "many"], [0.8, 0.8], [0.49, 0.77], [0.94, 0.82])


def all_plots():
    return {
        "bars": (plots.plot_bars([90, 9, 1]), plots.describe_bars([90, 9, 1])),
        "shares": (
            plots.plot_shares(STEPS, SHARES, 0.01),
            plots.describe_shares(STEPS, SHARES, 0.01),
        ),
        "scores": (
            plots.plot_scores(SCORES, LABELS, [0.1, 0.5]),
            plots.describe_scores(SCORES, LABELS, [0.1, 0.5]),
        ),
        "intervals": (plots.plot_intervals(*INTERVALS), plots.describe_intervals(*INTERVALS)),
    }


ALL = sorted(all_plots())


class Images(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.found.append(dict(attrs))


def test_bars_are_as_high_as_the_counts_and_say_so():
    ax = plots.plot_bars([9000, 900, 100])
    assert [bar.get_height() for bar in ax.patches] == [9000, 900, 100]
    assert ax.get_ylim()[0] == 0
    words = [text.get_text() for text in ax.texts]
    assert words == ["9,000 (90.0%)", "900 (9.0%)", "100 (1.0%)"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["class 0", "class 1", "class 2"]


def test_no_two_bars_differ_in_colour_alone():
    bars = plots.plot_bars([3, 2, 2, 2, 1, 1]).patches
    assert len({bar.get_facecolor() for bar in bars}) == 6
    assert len({bar.get_hatch() for bar in bars}) == 6


def test_bars_of_an_empty_class():
    assert "class 1 0 (0.0%)" in plots.describe_bars([5, 0, 5])
    assert plots.plot_bars([5, 0, 5]).patches[1].get_height() == 0


def test_bars_are_described_by_name():
    text = plots.describe_bars([19_800, 200], ["legitimate", "fraud"])
    assert text.endswith("each class: legitimate 19,800 (99.0%); fraud 200 (1.0%).")


def test_shares_draws_each_run_and_their_median():
    lines = plots.plot_shares(STEPS, SHARES, 0.01).get_lines()
    for line, run in zip(lines[:3], SHARES, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.column_stack([STEPS, run]))
    np.testing.assert_array_equal(lines[3].get_ydata(), [0.02, 0.03, 0.40, 0.5])
    assert set(lines[4].get_ydata()) == {0.01}
    assert set(lines[5].get_ydata()) == {0.5}
    assert len({line.get_linestyle() for line in lines[3:]}) == 3


def test_shares_takes_a_single_run():
    assert "1 runs" in plots.describe_shares(STEPS, SHARES[0], 0.01)
    assert len(plots.plot_shares(STEPS, SHARES[0], 0.01).get_lines()) == 4


def test_shares_says_where_the_median_starts_peaks_and_ends():
    text = plots.describe_shares([0, 1, 10], [[0.01, 0.58, 0.5], [0.03, 0.60, 0.5]], 0.01)
    assert "starts at 2.0% at step 0" in text
    assert "highest at step 1 with 59%" in text
    assert "ends at 50% at step 10" in text


def test_scores_are_shares_of_their_own_class():
    ax = plots.plot_scores(SCORES, LABELS, [0.1, 0.5])
    filled = [patch for patch in ax.patches if patch.get_label() in ("legitimate", "fraud")]
    sums = [patch.get_data().values.sum() for patch in filled]
    assert sums == pytest.approx([0.75, 1.0])  # one of four lies below the figure
    assert [patch.get_hatch() or "" for patch in filled] == ["", "///"]
    assert [line.get_xdata()[0] for line in ax.get_lines()] == [0.1, 0.5]
    assert len({line.get_linestyle() for line in ax.get_lines()}) == 2


def test_scores_says_what_lies_above_each_threshold():
    text = plots.describe_scores(SCORES, LABELS, [0.1, 0.6])
    assert "at or above 0.1 lie 50% of the frauds and 25.0% of the legitimate" in text
    assert "at or above 0.6 lie 50% of the frauds and 0.0% of the legitimate" in text
    assert "below 1e-05, lie 25% of the legitimate" in text


def test_intervals_reach_from_low_to_high():
    ax = plots.plot_intervals(*INTERVALS)
    (segments,) = [lines.get_segments() for lines in ax.collections]
    ends = [sorted(segment[:, 0].tolist()) for segment in segments]
    assert ends == [pytest.approx([0.49, 0.94]), pytest.approx([0.77, 0.82])]
    assert [text.get_text() for text in ax.texts] == ["0.49 to 0.94", "0.77 to 0.82"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["few", "many"]
    top, bottom = (ax.transData.transform((0, row))[1] for row in (0, 1))
    assert top > bottom  # the first is on top


def test_intervals_are_described():
    text = plots.describe_intervals(*INTERVALS)
    assert "few: 0.80, between 0.49 and 0.94; many: 0.80, between 0.77 and 0.82" in text


@pytest.mark.parametrize("name", ALL)
def test_a_picture_keeps_its_alt_text_in_a_page_of_nbconvert(name):
    ax, alt = all_plots()[name]
    picture = plots.show(ax, alt)
    data = {"text/html": picture._repr_html_(), "text/plain": repr(picture)}
    cell = new_code_cell(outputs=[new_output("display_data", data)])
    for template in ("lab", "classic"):  # nbgrader's feedback extends the latter
        page, _ = HTMLExporter(template_name=template).from_notebook_node(
            new_notebook(cells=[cell])
        )
        assert [image["alt"] for image in Images(page).found] == [alt]


def test_alt_text_survives_quotes_and_tags():
    alt = 'The "rare" class isn\'t <b>bold</b> & has n > 0'
    picture = plots.show(plots.plot_bars([2, 1]), alt)
    (image,) = Images(picture._repr_html_()).found
    assert image["alt"] == alt
    assert repr(picture) == f"[Figure: {alt}]"


@pytest.mark.parametrize("name", ALL)
def test_the_same_figure_gives_the_same_bytes(name):
    one, two = (plots.show(*all_plots()[name]) for _ in range(2))
    assert one == two
    assert one.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ALL)
def test_figures_are_dark_on_white_whatever_the_readers_style(name):
    with plt.style.context("dark_background"):
        picture = plots.show(*all_plots()[name])
    pixels = plt.imread(io.BytesIO(picture.png))
    np.testing.assert_array_equal(pixels[0, 0, :3], 1)
    assert pixels[..., :3].sum(axis=-1).min() < 1.5
    assert pixels.shape[1] == 2 * picture.width


@pytest.mark.parametrize("name", ALL)
def test_words_are_large_enough_to_read(name):
    ax, _ = all_plots()[name]
    texts = [text for text in ax.findobj(mpl.text.Text) if text.get_text()]
    assert min(text.get_fontsize() for text in texts) >= 12


def test_colours_of_the_two_classes_stand_out_from_white():
    def luminance(colour):
        linear = [
            x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(colour)
        ]
        return np.dot([0.2126, 0.7152, 0.0722], linear)

    for colour in (plots.COMMON, plots.RARE):  # WCAG 2.1, 1.4.11: at least 3 to 1
        assert 1.05 / (luminance(colour) + 0.05) >= 3


def test_plots_leave_pyplot_and_the_settings_alone():
    before, figures = dict(mpl.rcParams), plt.get_fignums()
    for ax, alt in all_plots().values():
        plots.show(ax, alt)
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == figures


def test_plots_draw_where_they_are_told():
    ax = plots.new_axes()
    assert plots.plot_bars([1, 2], ax=ax) is ax
    assert plots.plot_shares(STEPS, SHARES, 0.01, ax=plots.new_axes()) is not ax
    other = plots.new_axes()
    assert plots.plot_scores(SCORES, LABELS, [0.5], ax=other) is other
    other = plots.new_axes()
    assert plots.plot_intervals(*INTERVALS, ax=other) is other


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.plot_bars([]), "counts: expected the sizes of one or more classes"),
        (lambda: plots.plot_bars([3, -1]), "counts: expected the sizes"),
        (lambda: plots.plot_bars([0, 0]), "counts: expected the sizes"),
        (lambda: plots.plot_bars([[1, 2]]), "counts: expected the sizes"),
        (lambda: plots.plot_bars([1, 2], ["one"]), "names: expected 2, one a class, got 1"),
        (lambda: plots.describe_bars([1, 2], ["one"]), "names: expected 2, one a class, got 1"),
        (lambda: plots.plot_shares([0, 1], SHARES, 0.1), "a column for each of the 2 steps"),
        (lambda: plots.plot_scores([0.1, 0.2], [0], [0.5]), "labels: expected one a score"),
        (lambda: plots.plot_scores([0.1, 0.2], [1, 1], [0.5]), "labels: expected both 0 and 1"),
        (lambda: plots.plot_scores([0.1, 0.2], [1, 2], [0.5]), "labels: expected both 0 and 1"),
        (lambda: plots.plot_intervals(["a"], [0.5, 0.6], [0], [1]), "values: expected 1"),
        (lambda: plots.plot_intervals(["a"], [0.5], [0, 0], [1]), "lows: expected 1"),
        (lambda: plots.plot_intervals(["a"], [0.5], [0], []), "highs: expected 1"),
        (lambda: plots.plot_intervals(["a"], [0.5], [0.6], [0.7]), "between its low and its high"),
        (lambda: plots.show(plots.new_axes(), "  "), "alt: expected a sentence"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_axes_without_a_figure_are_refused():
    ax = plots.new_axes()
    ax.remove()
    with pytest.raises(ValueError, match="ax: expected axes that belong to a figure"):
        plots.show(ax, "Nothing.")
