"""Every figure of the lessons: that it can be read, by anybody, and that its words say it all."""

import re
from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text

from imbalance_lessons import loss_plots, plots, reliability_plots, score_plots
from imbalance_lessons.side_by_side import Comparison
from imbalance_lessons.threshold_explorer import explore_threshold

RNG = np.random.default_rng(0)
Y = (RNG.random(300) < 0.15).astype(int)
SCORES = np.round(1 / (1 + np.exp(1.5 - 2 * Y - RNG.normal(size=300))), 2)
MODELS = {f"model {letter}": RNG.normal(size=300) + Y * i for i, letter in enumerate("abcdef")}
POINTS = RNG.normal(size=(300, 2)) + Y[:, None]
LEADS = Comparison(
    ("plain", "weighted", "focal, its gamma 2"),
    (100, 1000),
    0.1,
    RNG.normal(0.5, 0.1, size=(5, 2, 3, 4)),
)


def three_ways(rows):
    return (rows.sum(axis=1) > 1).astype(int) + (rows[:, 0] > 2)


CALLS = {
    "bars": (plots, [90_000, 9_000, 1_000, 100, 10, 1]),
    "shares": (plots, [0, 1, 10, 100], RNG.random((5, 4)) / 2, 0.01),
    "scores": (plots, SCORES, Y, [0.1, 0.25, 0.5]),
    "intervals": (plots, ["few", "many"], [0.8, 0.8], [0.49, 0.77], [0.94, 0.82]),
    "confusion": (score_plots, Y, (SCORES > 0.4).astype(int) + (SCORES > 0.7)),
    "roc": (score_plots, Y, MODELS),
    "precision_recall": (score_plots, Y, MODELS),
    "thresholds": (score_plots, Y, SCORES, 1, 5),
    "reliability": (reliability_plots, Y, SCORES),
    "focal": (loss_plots, (0, 0.5, 1, 2, 5, 10)),
    "loss_shares": (loss_plots, [0.9, 0.9, 0.5, 0.2], [0, 0, 1, 1], 2, 0.25),
    "leads": (
        loss_plots,
        LEADS.names,
        {f"{stop} steps": LEADS.leads(stop) for stop in LEADS.stops},
        "lead in AP",
    ),
    "decision_regions": (loss_plots, three_ways, POINTS, Y + 2 * (POINTS[:, 0] > 3)),
}
EXPLORER = explore_threshold(Y, SCORES, threshold=(0.01, 1.0, 0.01, 0.4))
ALL = [*CALLS, "explored"]


def draw(name):
    if name == "explored":
        return EXPLORER._draw(threshold=0.4, cost_of_a_miss=40)
    module, *args = CALLS[name]
    return getattr(module, f"plot_{name}")(*args)


def describe(name):
    if name == "explored":
        return EXPLORER._describe(threshold=0.4, cost_of_a_miss=40)
    module, *args = CALLS[name]
    return getattr(module, f"describe_{name}")(*args)


@pytest.fixture(params=ALL)
def dark(request):
    """Draw a figure as a reader does whose own figures are white on black."""
    with plt.style.context("dark_background"):
        ax = draw(request.param)
        pixels(ax)
        yield ax, request.param


def pixels(ax):
    """Draw it, so that all is in its place; give its colours, from the top down."""
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3] / 255


def luminance(colours):
    """Give WCAG's relative luminance of colours, the last axis red, green and blue."""
    colours = np.asarray(colours, dtype=float)
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    light, dark = np.maximum(one, other), np.minimum(one, other)
    return (light + 0.05) / (dark + 0.05)


def on_white(colour, alpha=None):
    """See a colour through as it is, on the white of the axes."""
    red_green_blue, opacity = np.array(to_rgba(colour, alpha)[:3]), to_rgba(colour, alpha)[3]
    return red_green_blue * opacity + 1 - opacity


def words_in(ax):
    """List the texts that are drawn, those of legends and of ticks too."""
    axes = (ax.xaxis, ax.yaxis)
    ticks = [
        (axis, tick) for axis in axes for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
    ]
    outside = {
        label
        for axis, tick in ticks
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    texts = ax.figure.findobj(lambda artist: isinstance(artist, Text) and artist not in outside)
    return [text for text in texts if text.get_text().strip() and text.get_visible()]


def named(ax):
    """List what a legend names, or could: artists of the axes with a label of their own."""
    artists = [*ax.lines, *ax.patches, *ax.collections, *ax.containers]
    return [a for a in artists if a.get_label() and not str(a.get_label()).startswith("_")]


def test_words_stand_out_from_what_is_below_them(dark):
    """WCAG 2.1, 1.4.3: at least 4.5 to 1, here on nine in ten pixels of the box of each text."""
    ax, _ = dark
    words = [(t.get_text(), t.get_color(), t.get_window_extent()) for t in words_in(ax)]
    assert len(words) > 3
    for text in ax.figure.findobj(Text):
        text.set_visible(False)
    ax.figure.set_layout_engine("none")  # nothing moves into the place of the words
    below = pixels(ax)[::-1]
    for text, colour, box in words:
        left, bottom, right, top = (max(0, round(edge)) for edge in box.extents)
        seen_through = contrast(
            luminance(below[bottom:top, left:right]), luminance(on_white(colour))
        )
        assert np.mean(seen_through >= 4.5) >= 0.9, text


def test_what_a_legend_names_stands_out_from_the_axes(dark):
    """WCAG 2.1, 1.4.11: at least 3 to 1."""
    ax, name = dark
    np.testing.assert_array_equal(pixels(ax)[0, 0], 1)
    assert to_rgba(ax.get_facecolor()) == (1, 1, 1, 1)
    checked = 0
    for artist in named(ax):
        if isinstance(artist, Line2D):
            colours = [on_white(artist.get_color(), artist.get_alpha())]
        elif isinstance(artist, PathCollection):
            colours = [on_white(colour) for colour in artist.get_facecolor()]
        elif isinstance(artist, BarContainer):
            colours = [on_white(bar.get_facecolor()) for bar in artist.patches]
        else:
            continue
        checked += len(colours)
        assert min(contrast(luminance(colour), 1) for colour in colours) >= 3, artist.get_label()
    assert checked or name in ("bars", "intervals", "confusion", "explored")


@pytest.mark.parametrize("right", range(0, 101, 4))
def test_a_count_stands_out_from_its_cell_however_dark_that_is(right):
    ax = score_plots.plot_confusion([0] * 100 + [1], [0] * right + [1] * (101 - right))
    for text in ax.texts:
        column, row = text.get_position()
        share = ax.images[0].get_array()[row, column]
        cell = ax.images[0].cmap(share)[:3]
        assert contrast(luminance(cell), luminance(on_white(text.get_color()))) >= 4.5, share


def look(artist):
    """Say what tells an artist from others without its colour."""
    if isinstance(artist, Line2D):
        return "line", str(artist.get_linestyle()), str(artist.get_marker())
    if isinstance(artist, PathCollection):
        return "points", artist.get_paths()[0].vertices.round(3).tobytes()
    if isinstance(artist, Patch):
        return "patch", artist.get_hatch() or "", artist.get_fill()
    children = [look(child) for child in artist.get_children()]
    return "group", tuple(children[:1])


def test_nothing_that_a_legend_names_differs_in_colour_alone(dark):
    ax, _ = dark
    looks = {}
    for artist in named(ax):
        looks.setdefault(str(artist.get_label()), look(artist))
    assert len(set(looks.values())) == len(looks)


def test_words_are_large_enough(dark):
    ax, _ = dark
    assert min(text.get_fontsize() for text in words_in(ax)) >= 9


def test_no_word_is_cut_off_or_lies_on_another(dark):
    ax, _ = dark
    boxes = {text: text.get_window_extent() for text in words_in(ax)}
    whole = ax.figure.bbox.padded(1)
    for text, box in boxes.items():
        assert whole.containsx(box.x0) and whole.containsx(box.x1), text  # noqa: PT018
        assert whole.containsy(box.y0) and whole.containsy(box.y1), text  # noqa: PT018
    for (one, box), (other, second) in combinations(boxes.items(), 2):
        assert not box.padded(-1).overlaps(second.padded(-1)), (one, other)


SIGHT = {
    "full colour vision": np.eye(3),
    "no red": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "no green": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "no blue": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
"""What a missing kind of cone makes of linear red, green and blue: Machado, Oliveira, Fernandes,
"A physiologically-based model for simulation of color vision deficiency", 2009, table 1."""


@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_colours_can_be_told_apart_by_anybody(sight):
    """CIE 1976: a difference of 2 is just seen side by side."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    colours = np.array([to_rgba(colour)[:3] for colour in plots.COLOURS])
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(linear @ np.transpose(SIGHT[sight]), 0, 1) @ np.transpose(to_xyz)
    relative = xyz / [0.9505, 1, 1.089]
    x, y, z = np.where(relative > 0.008856, np.cbrt(relative), 7.787 * relative + 16 / 116).T
    lab = np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)
    assert min(np.linalg.norm(one - other) for one, other in combinations(lab, 2)) > 15


NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@pytest.mark.parametrize("name", ALL)
def test_the_words_for_those_who_do_not_see_it_have_its_numbers(name):
    """All that are written in the figure, but for the axes and the shares in a confusion matrix."""
    ax, words = draw(name), describe(name)
    shown = [text.get_text() for text in ax.findobj(Annotation)] + [ax.get_title()]
    shown += [text.get_text().split("\n")[0] for text in ax.texts]
    if legend := ax.get_legend():
        shown += [text.get_text() for text in legend.get_texts()]
    numbers = {number.rstrip(",") for text in shown for number in NUMBER.findall(text)}
    assert numbers
    assert numbers <= {number.rstrip(",") for number in NUMBER.findall(words)}


@pytest.mark.parametrize("name", ALL)
def test_a_description_is_a_paragraph_that_says_first_what_it_is(name):
    words = describe(name)
    assert 40 < len(words) < 900
    assert words.endswith(".")
    assert words[0].isupper()
    assert "nan" not in words
    kind = r"chart|curve|matrix|diagram|histograms|Lines|Points|Samples"
    assert re.search(kind, words.split(".")[0]), words


@pytest.mark.parametrize("name", ALL)
def test_a_reader_s_settings_and_figures_stay_as_they_are(name):
    with plt.style.context("dark_background"):
        before, figures = dict(mpl.rcParams), plt.get_fignums()
        plots.show(draw(name), describe(name))
        assert dict(mpl.rcParams) == before
        assert plt.get_fignums() == figures


@pytest.mark.parametrize("name", ALL)
def test_a_figure_is_small_enough_to_be_mailed(name):
    """A notebook holds a dozen of them, and a class hands in thirty notebooks."""
    assert len(plots.show(draw(name), describe(name)).png) < 250_000


# For any numbers

few = settings(max_examples=25, deadline=None)
SIZES = st.lists(st.integers(0, 10**7), min_size=1, max_size=6).filter(any)


@few
@given(SIZES)
def test_bars_are_as_high_as_any_counts(sizes):
    ax = plots.plot_bars(sizes)
    assert [bar.get_height() for bar in ax.patches] == sizes
    assert ax.get_ylim()[1] > max(sizes)
    for size in sizes:
        assert f"{size:,} ({size / sum(sizes):.1%})" in plots.describe_bars(sizes)


@few
@given(SIZES)
def test_the_counts_above_bars_can_be_told_apart(sizes):
    ax = plots.plot_bars(sizes)
    pixels(ax)
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


LABELS = st.lists(st.integers(0, 1), min_size=2, max_size=40).filter(lambda y: len(set(y)) == 2)


@few
@given(LABELS, st.integers(0, 99), st.integers(1, 3))
def test_curves_begin_and_end_where_they_must(labels, seed, digits):
    """With ties and without: from nobody flagged to everybody."""
    scores = np.random.default_rng(seed).random(len(labels)).round(digits)
    roc, _ = score_plots.plot_roc(labels, scores).get_lines()
    assert roc.get_xydata()[[0, -1]].tolist() == [[0, 0], [1, 1]]
    assert (np.diff(roc.get_xydata(), axis=0) >= 0).all()
    curve, baseline = score_plots.plot_precision_recall(labels, scores).get_lines()
    assert curve.get_xdata()[[0, -1]].tolist() == [0, 1]
    assert curve.get_ydata()[-1] == baseline.get_ydata()[0] == np.mean(labels)


@few
@given(LABELS, st.integers(0, 99))
def test_a_confusion_matrix_shows_every_sample_once(labels, seed):
    answers = np.random.default_rng(seed).integers(0, 3, len(labels))
    ax = score_plots.plot_confusion(labels, answers)
    cells = [int(text.get_text().split("\n")[0]) for text in ax.texts]
    assert sum(cells) == len(labels)
    size = int(len(cells) ** 0.5)
    rows = np.reshape(cells, (size, size)).sum(axis=1)
    np.testing.assert_array_equal(rows, np.bincount(labels, minlength=size))


@few
@given(
    st.lists(st.floats(0.01, 0.99), min_size=2, max_size=8),
    st.floats(0, 8),
    st.floats(0.01, 0.99),
)
def test_shares_of_the_loss_add_up(probabilities, gamma, alpha):
    rare = [i % 2 for i in range(len(probabilities))]
    ax = loss_plots.plot_loss_shares(probabilities, rare, gamma, alpha)
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1)
